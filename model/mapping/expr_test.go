package mapping

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"salvage/model"
)

func exprScope(t *testing.T) *Scope {
	zone, err := time.LoadLocation("America/New_York")
	require.NoError(t, err)
	at := func(day int) any {
		return FieldValue(model.InstantValue(time.Date(2026, 3, day, 15, 0, 0, 0, time.UTC).Add(time.Duration(day-7) * -30 * time.Minute)))
	}
	return &Scope{
		R: map[string]any{"total": FieldValue(model.MoneyValue(1250, "usd")), "tax": FieldValue(model.MoneyValue(100, "eur")), "status": "cancelled",
			"party": FieldValue(model.IntValue(3)), "starts_at": at(7), "ends_at": at(9), "customer": model.RowRef{Entity: "customer:1"}},
		Customer: map[string]any{"key": "7", "email": "a@b.test", "row": map[string]any{"grade": "gold"}},
		Key:      model.RowRef{Entity: "reservation:1", Table: "public.hires"}, Zone: zone, Seed: "reservation:1 set.code",
		Lookup: func(table, get string, by map[string]string) (string, error) {
			return table + "." + get + "=" + by["slug"], nil
		},
	}
}

func TestExpressions(t *testing.T) {
	e := &Entity{Kind: model.Reservation, Fields: []*Field{{Name: "x_mileage"}}}
	for src, want := range map[string]string{
		"r.deposit ?? 0":                         "0",
		"r.total ?? 0":                           "12.50",
		"0.1 + 0.2":                              "0.3",
		"r.total * 0.1 + 0.05":                   "1.30",
		"-major(r.total)":                        "-12.5",
		"minor(r.total)":                         "1250",
		"r.total / 3":                            "4.17",
		"r.total / r.total":                      "1",
		"7 % 4":                                  "3",
		"days(r.starts_at, r.ends_at)":           "2", // two days on the clock although the night lost an hour
		"date(r.ends_at)":                        "2026-03-09",
		"local(r.starts_at)":                     "2026-03-07T10:00:00",
		"r.status == 'cancelled' ? 1 : 2":        "1",
		"r.status in ['x', 'cancelled']":         "true",
		"r.party >= 3 && not (r.total < 12.5)":   "true",
		"r.starts_at < r.ends_at":                "true",
		"join(' ', 'a', r.code, 3)":              "a 3",
		"join(['a','b'], '-')":                   "a-b",
		"upper('x' + lower('A'))":                "XA",
		"md5('a')":                               "0cc175b9c0f1b6a831c399e269772661",
		"customer.key + '/' + customer.email":    "7/a@b.test",
		"customer.row.grade":                     "gold",
		"vehicle.row.colour ?? 'none'":           "none",
		"lookup('roles', 'id', {slug: 'guest'})": "roles.id=guest",
		"zone":                                   "America/New_York",
		"len('abc') + 1":                         "4",
		"r.x_mileage ?? r.mileage ?? 'free'":     "free",
		"r.total != nil":                         "true",
	} {
		x, err := compile(src, e, false)
		require.NoError(t, err, src)
		v, err := x.Eval(exprScope(t))
		require.NoError(t, err, src)
		s, err := textOf(v)
		require.NoError(t, err, src)
		assert.Equal(t, want, s, src)
	}
}

func TestExpressionErrors(t *testing.T) {
	e := &Entity{Kind: model.Reservation}
	for src, want := range map[string]string{
		"r.total + r.tax":         "cannot + usd and eur",
		"r.total * r.total":       "cannot multiply money by money",
		"1 / r.total":             "cannot divide a number by money",
		"r.total / 0":             "division by zero",
		"r.starts_at + 1":         "cannot add a time and a number",
		"'x' + key":               "a key that only the import knows cannot be part of a text",
		"r.status < 3":            "cannot compare a text < a number",
		"random(500)":             "random takes 1 to 64",
		"days(r.status, 1)":       "a text is not a time",
		"minor(0.001 + r.total)":  "fraction of a minor unit",
		"customer.row.grade.more": "",
	} {
		x, err := compile(src, e, false)
		require.NoError(t, err, src)
		_, err = x.Eval(exprScope(t))
		assert.ErrorContains(t, err, want, src)
	}
	for src, want := range map[string]string{
		"now()":        "unknown name now",
		"customer.kye": `customer.kye is not a field`,
		"r.totl":       `did you mean "total"?`,
		"1 +":          "unexpected token",
		"foo":          "unknown name foo",
	} {
		_, err := compile(src, e, false)
		assert.ErrorContains(t, err, want, src)
	}
}

func TestRandomIsSeeded(t *testing.T) {
	x, err := compile("random(8) + '-' + random(8) + '-' + uuid()", &Entity{Kind: model.Customer}, false)
	require.NoError(t, err)
	a, err := x.Eval(exprScope(t))
	require.NoError(t, err)
	b, err := x.Eval(exprScope(t))
	require.NoError(t, err)
	assert.Equal(t, a, b, "the same row, the same text")
	s := a.(string)
	assert.NotEqual(t, s[:8], s[9:17], "two calls differ")
	other := exprScope(t)
	other.Seed = "reservation:2 set.code"
	c, err := x.Eval(other)
	require.NoError(t, err)
	assert.NotEqual(t, a, c)
}

func TestRender(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	b := &Bound{Mapping: &Mapping{Zone: zone}, Schema: &model.Schema{Dialect: "postgres"}}
	noon := model.InstantValue(time.Date(2026, 7, 1, 10, 0, 0, 0, time.UTC))
	num := func(v any) Number { n, err := numberOf(v); require.NoError(t, err); return n }
	euro := FieldValue(model.MoneyValue(1999, "eur"))
	for _, c := range []struct {
		typ  string
		v    any
		want string
	}{
		{"numeric(8,2)", euro, "19.99"}, {"integer", euro, "1999"}, {"numeric(8,1)", num(0.25), "0.3"}, {"text", euro, "19.99"}, {"integer", num(3), "3"},
		{"boolean", true, "t"}, {"integer", true, "1"}, {"boolean", num(1), "t"}, {"timestamptz", noon, "2026-07-01 10:00:00+00"},
		{"timestamp", noon, "2026-07-01 12:00:00"}, {"date", noon, "2026-07-01"}, {"time", noon, "12:00:00"}, {"text", noon, "2026-07-01T10:00:00Z"},
	} {
		s, ref, err := b.Render(&model.Column{Name: "c", Type: c.typ}, c.v)
		require.NoError(t, err)
		require.Nil(t, ref)
		assert.Equal(t, c.want, *s, c.typ)
	}
	for typ, v := range map[string]any{"integer": num(0.5), "smallint": noon, "varchar(2)": "abc", "text": []any{"a"}} {
		_, _, err := b.Render(&model.Column{Name: "c", Type: typ}, v)
		assert.Error(t, err, typ)
	}
	s, ref, err := b.Render(&model.Column{Name: "c", Type: "integer"}, model.RowRef{Entity: "x"})
	require.NoError(t, err)
	assert.Nil(t, s)
	assert.Equal(t, "x", ref.Entity)
}
