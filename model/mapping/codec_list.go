package mapping

// This file: fields of several child rows. A list's parts stand in the order of its rows; parts of several
// fields with the same place are of the same row.

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"salvage/model"
)

// decodeList reads one field of every joined row. Raw holds their texts joined by model.ListSep; an empty
// part is a row that says nothing here.
func (f *BoundField) decodeList(rc RowContext) (model.Value, error) {
	all, ok := rc.Cols(qualify(f.Join, f.Cols[0]))
	if !ok {
		return model.Value{}, nil
	}
	n := strings.Count(all, model.ListSep) + 1
	parts := make([]string, n)
	says := false
	for i := range parts {
		one := rc
		one.Cols = func(ref string) (string, bool) {
			s, ok := rc.Cols(ref)
			if !ok || !strings.HasPrefix(ref, f.Join+".") {
				return s, ok
			}
			texts := strings.Split(s, model.ListSep)
			if i >= len(texts) || texts[i] == "" {
				return "", false
			}
			return texts[i], true
		}
		v, err := f.decodeOne(one)
		if err != nil {
			return model.Value{}, fmt.Errorf("row %d of %s: %w", i+1, f.Join, err)
		}
		parts[i] = v.String()
		says = says || !v.IsZero()
	}
	if !says {
		return model.Value{}, nil
	}
	return model.Value{Type: model.List, Str: strings.Join(parts, model.ListSep)}, nil
}

// EncodePart writes one part of a list; "" is NULL.
func (f *BoundField) EncodePart(part string, rc RowContext) ([]Out, error) {
	v, err := f.partValue(part)
	if err != nil {
		return nil, err
	}
	return f.Encode(v, rc)
}

// partValue gives a part of a list its type back.
func (f *BoundField) partValue(part string) (model.Value, error) {
	if part == "" {
		return model.Value{}, nil
	}
	switch f.Codec {
	case "ref":
		return model.RefValue(part), nil
	case "int":
		n, err := strconv.ParseInt(part, 10, 64)
		return model.IntValue(n), err
	case "bool":
		b, err := strconv.ParseBool(part)
		return model.Value{Type: model.Bool, Num: map[bool]int64{true: 1}[b]}, err
	case "major", "minor":
		amount, cur, _ := strings.Cut(part, " ")
		d, err := parseDecimal(amount)
		if err != nil {
			return model.Value{}, err
		}
		return model.MoneyValue(d.Shift(int32(model.MinorDigits(cur))).IntPart(), cur), nil
	case "date":
		t, err := time.Parse(time.DateOnly, part)
		return model.DateValue(t.Year(), t.Month(), t.Day()), err
	case "tz", "naive", "epoch", "date+time", "text-time":
		t, err := time.Parse(time.RFC3339Nano, part)
		return model.InstantValue(t), err
	}
	return model.TextValue(part), nil
}
