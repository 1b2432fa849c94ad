package mapping

// This file: results of expressions as columns' text.

import (
	"fmt"
	"time"

	"salvage/model"
)

// Render writes a result of an expression in a column's text form; nil is NULL. A reference to a row that
// is still to be written comes back as ref. Money goes into columns of decimals in major units and into
// whole-number columns in minor units; decimals are rounded half away from zero to the column's scale.
func (b *Bound) Render(c *model.Column, v any) (text *string, ref *model.RowRef, err error) {
	s := ""
	switch x := v.(type) {
	case nil:
		return nil, nil, nil
	case model.RowRef:
		return nil, &x, nil
	case string:
		s = x
		if ClassOf(b.Schema, c.Type) == ClassBool {
			if s, err = Constant(b.Schema, c, s); err != nil {
				return nil, nil, err
			}
		}
	case bool:
		s = boolText(b.Schema, ClassOf(b.Schema, c.Type), x)
	case Number:
		s, err = b.renderNumber(c, x)
	case model.Value:
		s, err = b.renderTime(c, x)
	default:
		return nil, nil, fmt.Errorf("column %s: %s cannot be written", c.Name, kindWord(v))
	}
	if err != nil {
		return nil, nil, err
	}
	if err := Fits(b.Schema, c, s); err != nil {
		return nil, nil, err
	}
	return &s, nil, nil
}

func (b *Bound) renderNumber(c *model.Column, n Number) (string, error) {
	switch ClassOf(b.Schema, c.Type) {
	case ClassInt:
		d := n.Decimal
		if n.Cur != "" {
			d = d.Shift(int32(model.MinorDigits(n.Cur)))
		}
		if !d.IsInteger() {
			return "", fmt.Errorf("column %s (%s) cannot hold %s", c.Name, c.Type, n)
		}
		return d.String(), nil
	case ClassNumeric:
		if p, scale := typeArgs(c.Type); p > 0 {
			return n.StringFixed(int32(scale)), nil
		}
	case ClassBool:
		return Constant(b.Schema, c, n.String())
	}
	return textOf(n)
}

func (b *Bound) renderTime(c *model.Column, v model.Value) (string, error) {
	switch ClassOf(b.Schema, c.Type) {
	case ClassTimestampTZ:
		if v.Type == model.Date {
			v = v.InZone(b.Zone)
		}
		return encodeTime(v, time.UTC, layoutTZ)
	case ClassTimestamp:
		if v.Type == model.Date {
			return v.Time().Format(layoutLocal), nil
		}
		return encodeTime(v, b.Zone, layoutLocal)
	case ClassDate:
		return encodeDate(v, b.Zone)
	case ClassTime:
		return encodeTime(v, b.Zone, layoutClock)
	case ClassText, ClassChar:
		return v.String(), nil
	}
	return "", fmt.Errorf("column %s (%s) cannot hold a time", c.Name, c.Type)
}
