package mapping

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"salvage/model"
)

// bound binds one field of a reservation to a table with one text column c (and d) of the given type.
func bound(t require.TestingT, typ, field string) *BoundField {
	src := "zone: America/New_York\ncurrency: usd\nentities:\n  customers: {table: t, key: id}\n  reservations:\n    table: t\n    key: id\n    write: false\n    fields:\n      " + field + "\n"
	m, err := Parse([]byte(src), "m.yaml")
	require.NoError(t, err)
	b, err := m.Bind(database("t: id integer *@s | c " + typ + " | d time | z text").Schema())
	require.NoError(t, err)
	return b.Kind(model.Reservation).Fields[0]
}

func context(cur string, kv ...string) RowContext {
	cols := map[string]string{}
	for i := 0; i+1 < len(kv); i += 2 {
		cols[kv[i]] = kv[i+1]
	}
	return RowContext{Currency: cur, Cols: func(ref string) (string, bool) { s, ok := cols[ref]; return s, ok }}
}

func TestDecodeAndEncode(t *testing.T) {
	for _, c := range []struct{ name, typ, field, text, want, back string }{
		{"text stays", "text", "code: c", "  Ab-1 ", "  Ab-1 ", ""},
		{"char loses its padding", "character(6)", "code: c", "AB    ", "AB", "AB"},
		{"lower reads as it stands", "text", "x_a: {col: c, as: lower}", "A@B.test", "A@B.test", "a@b.test"},
		{"upper", "text", "x_a: {col: c, as: upper}", "é", "é", "É"},
		{"trim", "text", "x_a: {col: c, as: trim}", " a ", "a", "a"},
		{"bool", "boolean", "x_a: {col: c, as: bool}", "t", "true", ""},
		{"bool in a number", "smallint", "x_a: {col: c, as: bool}", "1", "true", ""},
		{"int", "integer", "party: {col: c, as: int}", "-3", "-3", ""},
		{"int by type", "integer", "party: c", "3", "3", ""},
		{"major", "numeric(10,2)", "total: {col: c, as: major}", "12.50", "12.50 USD", ""},
		{"major by type", "numeric(10,2)", "total: c", "-0.05", "-0.05 USD", ""},
		{"major with more digits", "numeric(12,4)", "total: c", "12.5000", "12.50 USD", "12.50"},
		{"money type", "money", "total: c", "$1,250.00", "1250.00 USD", "1250.00"},
		{"minor", "bigint", "total: {col: c, as: minor}", "1250", "12.50 USD", ""},
		{"tz", "timestamp with time zone", "starts_at: c", "2026-03-08 03:30:00-04", "2026-03-08T07:30:00Z", "2026-03-08 07:30:00+00"},
		{"tz with minutes and micros", "timestamptz", "starts_at: c", "2026-03-08 03:30:00.000001+05:30", "2026-03-07T22:00:00.000001Z", "2026-03-07 22:00:00.000001+00"},
		{"naive", "timestamp without time zone", "starts_at: c", "2026-07-01 10:00:00", "2026-07-01T14:00:00Z", ""},
		{"naive elsewhere", "timestamp(0) without time zone", "starts_at: {col: c, as: naive, zone: Asia/Tokyo}", "2026-07-01 10:00:00", "2026-07-01T01:00:00Z", ""},
		{"epoch", "bigint", "starts_at: {col: c, as: epoch}", "1772000000", "2026-02-25T06:13:20Z", ""},
		{"epoch in ms", "bigint", "starts_at: {col: c, as: epoch, unit: ms}", "1772000000123", "2026-02-25T06:13:20.123Z", ""},
		{"date", "date", "starts_at: c", "2026-07-01", "2026-07-01", ""},
		{"date and time", "date", "starts_at: {as: date+time, date: c, time: d}", "2026-07-01", "2026-07-01T14:00:00Z", ""},
		{"text time", "text", "starts_at: {col: c, as: text-time, layout: 02.01.2006 15:04}", "01.07.2026 10:00", "2026-07-01T14:00:00Z", ""},
		{"map", "public.stage", "status: {col: c, as: map, map: {OPTION: pending, BOOKED: pending, VOID: cancelled}}", "BOOKED", "pending", "OPTION"},
		{"map of numbers", "integer", "status: {col: c, map: {0: pending, 1: confirmed}}", "1", "confirmed", ""},
		{"map of booleans", "boolean", "status: {col: c, map: {true: confirmed, false: cancelled}}", "t", "confirmed", ""},
		{"json", "jsonb", "x_a: {col: c, as: json, path: a.b}", `{"z":1.0,"a":{"b":"<x>"}}`, "<x>", `{"a":{"b":"<x>"},"z":1.0}`},
		{"kv", "text", "x_a: {col: c, as: kv, label: Flight}", "Name: A\nflight : BA 1", "BA 1", "Name: A\nFlight: BA 1"},
		{"part", "text", "x_a: {col: c, as: part, sep: /, n: 2}", "a/b/c", "b", ""},
		{"json number stays one", "jsonb", "party: {col: c, as: json, path: n, inner: int}", `{"n":3}`, "3", ""},
		{"json text by the type before", "jsonb", "party: {col: c, as: json, path: n}", `{"n":3}`, "3", ""},
		{"json number that was a text", "jsonb", "party: {col: c, as: json, path: n, inner: int}", `{"n":"3"}`, "3", ""},
		{"json money", "jsonb", "total: {col: c, as: json, path: cents, inner: minor}", `{"cents":5000}`, "50.00 USD", ""},
		{"json time", "jsonb", "starts_at: {col: c, as: json, path: at, inner: tz}", `{"at":"2026-07-01T10:00:00Z"}`, "2026-07-01T10:00:00Z", ""},
		{"kv naive", "text", "starts_at: {col: c, as: kv, label: Pickup, inner: text-time, layout: \"%d.%m.%Y %H:%M\"}", "Pickup: 01.07.2026 10:00", "2026-07-01T14:00:00Z", ""},
		{"part of a map", "text", "status: {col: c, as: part, sep: /, n: 2, inner: map, map: {B: confirmed}}", "x/B", "confirmed", ""},
		{"bool in words", "character(1)", "x_a: {col: c, as: bool, words: [J, N]}", "J", "true", ""},
		{"strftime", "text", "starts_at: {col: c, as: text-time, layout: \"%d/%m/%y %I:%M %p\"}", "01/07/26 10:00 AM", "2026-07-01T14:00:00Z", ""},
		{"zone of an own column", "timestamp", "starts_at: {col: c, as: naive, zone: z}", "2026-07-01 10:00:00", "2026-07-01T01:00:00Z", ""},
		{"ref", "integer", "customer: {col: c, ref: customers}", "7", "7", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := bound(t, c.typ, c.field)
			rc := context("usd", "c", c.text, "d", "10:00:00", "z", "Asia/Tokyo")
			v, err := f.Decode(rc)
			require.NoError(t, err)
			assert.Equal(t, c.want, v.String())
			outs, err := f.Encode(v, rc)
			require.NoError(t, err)
			if c.back == "" {
				c.back = c.text
			}
			assert.Equal(t, c.back, *outs[0].Text)
		})
	}
}

func TestDecodeRefuses(t *testing.T) {
	for _, c := range []struct{ typ, field, text, want string }{
		{"numeric", "total: {col: c, as: major}", "1.234", "fraction of a minor unit"},
		{"numeric", "total: {col: c, as: major}", "NaN", "not an amount"},
		{"numeric", "total: {col: c, as: major}", "1e500", "not an amount"},
		{"numeric", "total: {col: c, as: major}", "99999999999999999999", "too large"},
		{"timestamptz", "starts_at: c", "infinity", "not a time"},
		{"timestamptz", "starts_at: c", "2026-01-01 10:00:00", "no offset"},
		{"text", "starts_at: {col: c, as: naive}", "2026-01-01 10:00:00+00", "has an offset"},
		{"text", "status: {col: c, map: {A: pending}}", "B", "no line in the map"},
		{"text", "x_a: {col: c, as: json, path: a}", "{", "not JSON"},
		{"bigint", "starts_at: {col: c, as: epoch}", "99999999999999999", "out of range"},
		{"text", "x_a: {col: c, as: bool}", "maybe", "not true or false"},
	} {
		v, err := bound(t, c.typ, c.field).Decode(context("usd", "c", c.text))
		assert.ErrorContains(t, err, c.want, c.text)
		assert.True(t, v.IsZero())
	}
}

func TestEncodeRefuses(t *testing.T) {
	for _, c := range []struct {
		typ, field string
		v          model.Value
		want       string
	}{
		{"numeric(5,2)", "total: c", model.MoneyValue(123456, "usd"), "cannot hold"},
		{"numeric(5,1)", "total: c", model.MoneyValue(1255, "usd"), "would round"},
		{"numeric(5,2)", "total: c", model.MoneyValue(100, "eur"), "the amount is in eur, the row in usd"},
		{"varchar(3)", "code: c", model.TextValue("ABCD"), "too short"},
		{"text", "code: c", model.TextValue("a\x00b"), "no database takes"},
		{"smallint", "party: c", model.IntValue(70000), "cannot hold"},
		{"timestamptz", "starts_at: c", model.DateValue(2026, 1, 2), "without a time of day"},
		{"public.stage", "status: {col: c, map: {OPTION: pending}}", model.TextValue("confirmed"), "no line in the map"},
		{"text", "x_a: {col: c, as: part, sep: /, n: 1}", model.TextValue("a/b"), "holds the separator"},
	} {
		_, err := bound(t, c.typ, c.field).Encode(c.v, context("usd"))
		assert.ErrorContains(t, err, c.want)
	}
}

func TestNullAndRefunds(t *testing.T) {
	f := bound(t, "text", "status: {col: c, map: {~: pending, X: cancelled}}")
	v, err := f.Decode(context("usd"))
	require.NoError(t, err)
	assert.Equal(t, "pending", v.Str, "NULL has a word")
	outs, err := f.Encode(v, context("usd"))
	require.NoError(t, err)
	assert.Nil(t, outs[0].Text)

	f = bound(t, "integer", "total: {col: c, as: minor, sign: positive}")
	rc := context("usd", "c", "500")
	rc.Refund = true
	v, err = f.Decode(rc)
	require.NoError(t, err)
	assert.Equal(t, int64(-500), v.Num)
	outs, err = f.Encode(v, rc)
	require.NoError(t, err)
	assert.Equal(t, "500", *outs[0].Text)
}

func TestZoneOfTheRow(t *testing.T) {
	db := database("t: id integer *@s | c timestamp without time zone | loc integer\n1|2026-07-01 10:00:00|5\n2|2026-07-01 10:00:00|6\nl: id integer * | tz text\n5|Europe/Berlin\n6|Not/AZone")
	m, err := Parse([]byte("zone: UTC\nentities:\n  reservations:\n    table: t\n    key: id\n    join: {l: {table: l, link: {id: loc}}}\n    fields: {starts_at: {col: c, as: naive, zone: l.tz}}\n"), "m.yaml")
	require.NoError(t, err)
	books, defects, err := m.ReadAll(db)
	require.NoError(t, err)
	recs := books.Records[model.Reservation]
	assert.Equal(t, "2026-07-01T08:00:00Z", recs[0].Fields[model.FStartsAt].String())
	assert.NotContains(t, recs[1].Fields, model.FStartsAt)
	require.Len(t, defects, 1)
	assert.Contains(t, defects[0].Why, "not a time zone")
}

func TestFullName(t *testing.T) {
	assert.Equal(t, "Ada Byron King", rotate("Byron King, Ada", true, ", ", true))
	assert.Equal(t, "King, Ada", rotate("Ada King", true, ", ", false))
	assert.Equal(t, "Cher", rotate("Cher", true, ", ", true))
}

// TestRoundTrip: what a codec writes, it reads back as the same value; what it reads, it writes back as
// the same value of the column.
func TestRoundTrip(t *testing.T) {
	instants := rapid.Custom(func(t *rapid.T) model.Value {
		return model.InstantValue(time.UnixMicro(rapid.Int64Range(0, 4e15).Draw(t, "us")))
	})
	seconds := rapid.Custom(func(t *rapid.T) model.Value {
		return model.InstantValue(time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "s"), 0))
	})
	money := rapid.Custom(func(t *rapid.T) model.Value {
		return model.MoneyValue(rapid.Int64Range(-1e12, 1e12).Draw(t, "minor"), rapid.SampledFrom([]string{"usd", "jpy", "kwd"}).Draw(t, "cur"))
	})
	texts := rapid.Custom(func(t *rapid.T) model.Value {
		return model.TextValue(rapid.StringMatching(`[^\x00/\r\n:]{1,20}`).Filter(func(s string) bool { return strings.TrimSpace(s) == s && s != "" }).Draw(t, "text"))
	})
	for _, c := range []struct {
		typ, field string
		gen        *rapid.Generator[model.Value]
	}{
		{"text", "code: c", texts},
		{"text", "x_a: {col: c, as: trim}", texts},
		{"jsonb", "x_a: {col: c, as: json, path: a.b}", texts},
		{"text", "x_a: {col: c, as: kv, label: Flight}", texts},
		{"text", "x_a: {col: c, as: part, sep: /, n: 3}", texts},
		{"numeric", "total: c", money},
		{"bigint", "total: {col: c, as: minor}", money},
		{"timestamptz", "starts_at: c", instants},
		{"numeric", "starts_at: {col: c, as: epoch}", instants},
		{"bigint", "starts_at: {col: c, as: epoch}", seconds},
		{"timestamp", "starts_at: {col: c, as: naive, zone: UTC}", instants},
		{"date", "starts_at: {as: date+time, date: c, time: d, zone: UTC}", instants},
		{"text", "starts_at: {col: c, as: text-time, layout: 2006-01-02 15:04:05, zone: UTC}", seconds},
		{"integer", "party: c", rapid.Map(rapid.Int64Range(-1e9, 1e9), model.IntValue)},
		{"boolean", "x_a: {col: c, as: bool}", rapid.Map(rapid.Int64Range(0, 1), func(n int64) model.Value { return model.Value{Type: model.Bool, Num: n} })},
		{"date", "x_a: {col: c, as: date}", rapid.Map(rapid.IntRange(1, 20000), func(n int) model.Value { return model.DateValue(1970, 1, n) })},
		{"text", "x_a: {col: c, as: ref, ref: customers}", rapid.Map(texts, func(v model.Value) model.Value { return model.RefValue(strings.ReplaceAll(v.Str, "|", "")) })},
	} {
		t.Run(c.field, func(t *testing.T) {
			f := bound(t, c.typ, c.field)
			rapid.Check(t, func(t *rapid.T) {
				v := c.gen.Draw(t, "value")
				cur := v.Cur
				outs, err := f.Encode(v, context(cur))
				require.NoError(t, err)
				kv := []string{}
				for _, o := range outs {
					kv = append(kv, o.Column, *o.Text)
				}
				back, err := f.Decode(context(cur, kv...))
				require.NoError(t, err)
				assert.Equal(t, v, back)
				again, err := f.Encode(back, context(cur, kv...))
				require.NoError(t, err)
				assert.True(t, Same(f.Class, outs[0].Text, again[0].Text))
			})
		})
	}
}

func TestSame(t *testing.T) {
	for _, c := range []struct {
		class Class
		a, b  string
		want  bool
	}{
		{ClassNumeric, "1.50", "1.5", true}, {ClassInt, "01", "1", true}, {ClassText, "1.50", "1.5", false},
		{ClassTimestampTZ, "2026-01-01 10:00:00+00", "2026-01-01T11:00:00+01:00", true}, {ClassBool, "t", "true", true},
		{ClassTimestamp, "2026-01-01 10:00:00", "2026-01-01 10:00:00.000", true}, {ClassUUID, "A0", "a0", true}, {ClassChar, "a ", "a", true},
	} {
		assert.Equal(t, c.want, Same(c.class, &c.a, &c.b), fmt.Sprint(c))
	}
	s := ""
	assert.False(t, Same(ClassText, nil, &s), "NULL is not empty")
	assert.True(t, Same(ClassText, nil, nil))
}

func FuzzDecode(f *testing.F) {
	for _, s := range []string{"", "2026-01-01 10:00:00+00", "12.50", "$1,2", `{"a":{"b":1}}`, "a: b", "1e9999999999", "(1)"} {
		f.Add(s)
	}
	var fields []*BoundField
	for _, d := range []struct{ typ, field string }{
		{"timestamptz", "starts_at: c"}, {"numeric", "total: c"}, {"jsonb", "x_a: {col: c, as: json, path: a.0.b}"}, {"text", "x_a: {col: c, as: kv, label: a}"},
		{"bigint", "starts_at: {col: c, as: epoch}"}, {"text", "x_a: {col: c, as: part, sep: /, n: 2}"}, {"date", "starts_at: {as: date+time, date: c, time: d}"},
	} {
		fields = append(fields, bound(f, d.typ, d.field))
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, x := range fields {
			rc := context("usd", "c", s, "d", s)
			if v, err := x.Decode(rc); err == nil && !v.IsZero() {
				_, _ = x.Encode(v, rc)
			}
		}
	})
}
