package mapping

// This file: codecs, from columns' text to canonical values and back.

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"salvage/model"
)

// Cols gives the text of "column" or "join.column"; ok is false for NULL and for what is not there.
type Cols func(ref string) (text string, ok bool)

// Out is one column that a field's value is written to; nil is NULL.
type Out struct {
	Column string // of the field's own table
	Text   *string
}

// RowContext is what codecs need to know of the row around a cell.
type RowContext struct {
	Cols     Cols
	Currency string // of the row, else of the mapping; lower-case, may be ""
	Refund   bool   // the row is a refund: sign: positive
}

// Decode reads a field of a row. The zero Value without an error is "nothing there": NULL.
func (f *BoundField) Decode(rc RowContext) (model.Value, error) {
	texts := make([]string, len(f.Columns))
	for i := range f.Columns {
		s, ok := rc.Cols(qualify(f.Join, f.Cols[i]))
		if !ok {
			return f.null(), nil
		}
		if f.Class == ClassChar {
			s = strings.TrimRight(s, " ")
		}
		texts[i] = s
	}
	s := texts[0]
	switch f.Codec {
	case "trim":
		return textOrNothing(strings.TrimSpace(s)), nil
	case "bool":
		b, err := parseBool(s)
		if err != nil {
			return model.Value{}, fmt.Errorf("not true or false: %q", clip(s))
		}
		return model.Value{Type: model.Bool, Num: map[bool]int64{true: 1}[b]}, nil
	case "int":
		n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64)
		if err != nil {
			return model.Value{}, fmt.Errorf("not a whole number: %q", clip(s))
		}
		return model.IntValue(n), nil
	case "major", "minor":
		return f.decodeMoney(s, rc)
	case "map":
		return f.decodeWord(s)
	case "json", "kv", "part":
		return f.decodePacked(s)
	case "ref":
		return model.RefValue(strings.Join(texts, model.KeySep)), nil
	case "tz", "naive", "epoch", "date", "date+time", "text-time":
		return f.decodeTime(texts, rc)
	}
	if f.Name == model.FFullName {
		s = rotate(s, f.Last1st, f.Sep, true)
	}
	return model.TextValue(s), nil
}

func textOrNothing(s string) model.Value {
	if s == "" {
		return model.Value{}
	}
	return model.TextValue(s)
}

// null is what NULL means: nothing, unless the map has a word for it.
func (f *BoundField) null() model.Value {
	for _, w := range f.Words {
		if w.Null {
			return model.TextValue(w.Word)
		}
	}
	return model.Value{}
}

func (f *BoundField) decodeTime(texts []string, rc RowContext) (model.Value, error) {
	loc, err := f.location(rc)
	if err != nil {
		return model.Value{}, err
	}
	s := texts[0]
	switch f.Codec {
	case "tz":
		return decodeTZ(s)
	case "naive":
		return decodeNaive(s, loc)
	case "epoch":
		return decodeEpoch(s, f.Millis)
	case "date":
		return decodeDate(s)
	case "date+time":
		return decodeDateTime(s, texts[1], loc)
	}
	t, err := time.ParseInLocation(f.Layout, s, loc)
	if err != nil {
		return model.Value{}, fmt.Errorf("%q is not of the layout %q", clip(s), f.Layout)
	}
	return model.InstantValue(t), nil
}

// location is the zone of a naive time: the row's, the field's, the mapping's.
func (f *BoundField) location(rc RowContext) (*time.Location, error) {
	if f.ZoneCol != "" {
		name, ok := rc.Cols(f.ZoneCol)
		if !ok {
			return nil, fmt.Errorf("no zone in %s", f.ZoneCol)
		}
		loc, err := time.LoadLocation(name)
		if err != nil || name == "" || name == "Local" {
			return nil, fmt.Errorf("%q in %s is not a time zone", clip(name), f.ZoneCol)
		}
		return loc, nil
	}
	if f.Zone != nil {
		return f.Zone, nil
	}
	return f.zone, nil
}

func (f *BoundField) decodeMoney(s string, rc RowContext) (model.Value, error) {
	d, err := parseDecimal(s)
	if err != nil {
		return model.Value{}, fmt.Errorf("not an amount: %q", clip(s))
	}
	if f.Codec == "major" {
		d = d.Shift(int32(model.MinorDigits(rc.Currency)))
	}
	if !d.IsInteger() {
		return model.Value{}, fmt.Errorf("%q has a fraction of a minor unit", clip(s))
	}
	if !d.BigInt().IsInt64() {
		return model.Value{}, fmt.Errorf("%q is too large", clip(s))
	}
	n := d.IntPart()
	if f.Positive && rc.Refund && n > 0 {
		n = -n
	}
	return model.MoneyValue(n, rc.Currency), nil
}

func (f *BoundField) decodeWord(s string) (model.Value, error) {
	for _, w := range f.Words {
		if !w.Null && (w.Raw == s || Comparable(f.Class, w.Raw) == Comparable(f.Class, s)) {
			return model.TextValue(w.Word), nil
		}
	}
	return model.Value{}, fmt.Errorf("%q has no line in the map", clip(s))
}

// Encode writes a canonical value. Cols gives what the row holds so far: packed columns (json, kv, part)
// are changed in place. An error says why the value cannot stand in the column: the row is then held.
func (f *BoundField) Encode(v model.Value, rc RowContext) ([]Out, error) {
	if v.IsZero() {
		return []Out{{Column: f.Cols[0]}}, nil
	}
	if f.Codec == "date+time" {
		return f.encodeDateTime(v, rc)
	}
	if f.Codec == "ref" {
		parts := strings.Split(v.Str, model.KeySep)
		if len(parts) != len(f.Cols) {
			return nil, fmt.Errorf("key %q does not have %d parts", clip(v.Str), len(f.Cols))
		}
		var out []Out
		for i := range parts {
			out = append(out, Out{Column: f.Cols[i], Text: &parts[i]})
		}
		return out, nil
	}
	s, null, err := f.encode(v, rc)
	if err != nil {
		return nil, err
	}
	if null {
		return []Out{{Column: f.Cols[0]}}, nil
	}
	if err := f.fits(s); err != nil {
		return nil, err
	}
	return []Out{{Column: f.Cols[0], Text: &s}}, nil
}

func (f *BoundField) encode(v model.Value, rc RowContext) (s string, null bool, err error) {
	switch f.Codec {
	case "lower":
		return strings.ToLower(v.String()), false, nil
	case "upper":
		return strings.ToUpper(v.String()), false, nil
	case "trim":
		return strings.TrimSpace(v.String()), false, nil
	case "bool":
		return f.encodeBool(v)
	case "int":
		return f.encodeInt(v)
	case "major", "minor":
		s, err = f.encodeMoney(v, rc)
	case "map":
		return f.encodeWord(v)
	case "json", "kv", "part":
		s, err = f.encodePacked(v, rc)
	case "tz", "naive", "epoch", "date", "text-time":
		s, err = f.encodeTime(v, rc)
	default:
		s = v.String()
		if f.Name == model.FFullName {
			s = rotate(s, f.Last1st, f.Sep, false)
		}
	}
	return s, false, err
}

func (f *BoundField) encodeBool(v model.Value) (string, bool, error) {
	b := v.Num != 0
	if v.Type != model.Bool {
		var err error
		if b, err = parseBool(v.String()); err != nil {
			return "", false, fmt.Errorf("not true or false: %q", clip(v.String()))
		}
	}
	return boolText(f.schema, f.Class, b), false, nil
}

func boolText(s *model.Schema, c Class, b bool) string {
	number := s != nil && (s.Dialect == "mysql" || s.Dialect == "sqlite") && c == ClassBool // these have no type of truth values
	switch {
	case c == ClassInt || c == ClassNumeric || number:
		return map[bool]string{true: "1", false: "0"}[b]
	case c == ClassBool:
		return map[bool]string{true: "t", false: "f"}[b]
	}
	return strconv.FormatBool(b)
}

func (f *BoundField) encodeInt(v model.Value) (string, bool, error) {
	if v.Type == model.Int {
		return strconv.FormatInt(v.Num, 10), false, nil
	}
	n, err := strconv.ParseInt(strings.TrimSpace(v.String()), 10, 64)
	if err != nil {
		return "", false, fmt.Errorf("not a whole number: %q", clip(v.String()))
	}
	return strconv.FormatInt(n, 10), false, nil
}

func (f *BoundField) encodeMoney(v model.Value, rc RowContext) (string, error) {
	if v.Type != model.Money {
		return "", fmt.Errorf("%s is not money", v.Type)
	}
	if v.Cur != "" && rc.Currency != "" && v.Cur != rc.Currency {
		return "", fmt.Errorf("the amount is in %s, the row in %s", v.Cur, rc.Currency)
	}
	cur := v.Cur
	if cur == "" {
		cur = rc.Currency
	}
	n := v.Num
	if f.Positive && n < 0 {
		n = -n
	}
	if f.Codec == "minor" {
		return strconv.FormatInt(n, 10), nil
	}
	return model.Decimal(n, model.MinorDigits(cur)), nil
}

func (f *BoundField) encodeWord(v model.Value) (string, bool, error) {
	word := v.String()
	for _, w := range f.Words {
		if w.Word == word {
			if f.Class == ClassBool {
				b, err := parseBool(w.Raw)
				return boolText(f.schema, f.Class, b), w.Null, err
			}
			return w.Raw, w.Null, nil
		}
	}
	return "", false, fmt.Errorf("%q has no line in the map", clip(word))
}

func (f *BoundField) encodeTime(v model.Value, rc RowContext) (string, error) {
	loc, err := f.location(rc)
	if err != nil {
		return "", err
	}
	switch f.Codec {
	case "tz":
		return encodeTime(v, time.UTC, layoutTZ)
	case "naive":
		return encodeTime(v, loc, layoutLocal)
	case "date":
		return encodeDate(v, loc)
	case "epoch":
		if _, err := instantIn(v, loc); err != nil {
			return "", err
		}
		return encodeEpoch(v.InZone(loc), f.Millis, f.Class == ClassInt)
	}
	return encodeTime(v, loc, f.Layout)
}

func (f *BoundField) encodeDateTime(v model.Value, rc RowContext) ([]Out, error) {
	loc, err := f.location(rc)
	if err != nil {
		return nil, err
	}
	d, err := encodeTime(v, loc, layoutDate)
	if err != nil {
		return nil, err
	}
	c, err := encodeTime(v, loc, layoutClock)
	return []Out{{Column: f.Cols[0], Text: &d}, {Column: f.Cols[1], Text: &c}}, err
}

// fits checks a text against the column: length, number, words of an enum.
func (f *BoundField) fits(s string) error { return Fits(f.schema, f.Columns[0], s) }
