package mapping

// This file: expressions tried out on made-up rows, before any data is touched. What cannot work whatever
// the values are (a time times two, a text in a column of numbers) is a mistake of the mapping.

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"salvage/model"
)

// TypeError is wrapped by errors of expressions that no other value of the same type would avoid.
type TypeError struct{ msg string }

// Error says which types do not go together.
func (e *TypeError) Error() string { return e.msg }

// typeError is about types, unless a value is missing: another row may have it.
func typeError(values []any, format string, args ...any) error {
	msg := fmt.Sprintf(format, args...)
	for _, v := range values {
		if v == nil {
			return errors.New(msg)
		}
	}
	return &TypeError{msg}
}

// trial is one made-up row: n tells the two apart.
type trial struct {
	b   *Bound
	all map[model.Kind]map[string]any
	n   int
}

func (b *binder) trials(out *Bound) []*trial {
	var list []*trial
	for n := 1; n <= 2; n++ {
		t := &trial{b: out, n: n, all: map[model.Kind]map[string]any{}}
		for _, e := range out.Kinds {
			t.all[e.Kind] = t.record(e)
		}
		list = append(list, t)
	}
	return list
}

// record is a made-up row of an entity: every mapped field has a value of its type.
func (t *trial) record(e *BoundEntity) map[string]any {
	m := map[string]any{"key": fmt.Sprint(t.n), "row": map[string]any{}}
	if len(e.Key) > 1 {
		var parts []any
		for range e.Key {
			parts = append(parts, fmt.Sprint(t.n))
		}
		m["key"] = parts
	}
	fields := append([]*BoundField(nil), e.Fields...)
	for _, g := range e.Guests {
		fields = append(fields, g.Fields...)
	}
	for _, f := range fields {
		v := FieldValue(t.value(f))
		m[string(f.Name)] = v
		m[strings.TrimPrefix(string(f.Name), "x_")] = v
	}
	for _, f := range e.implied() {
		m[string(f)] = fmt.Sprint(t.n)
	}
	return m
}

func (t *trial) value(f *BoundField) model.Value {
	codec := f.Codec
	if f.inner != nil {
		codec = f.inner.Codec
	}
	text := fmt.Sprint(t.n)
	switch {
	case f.Many:
		return model.Value{Type: model.List, Str: text}
	case codec == "int":
		return model.IntValue(int64(t.n))
	case codec == "bool":
		return model.Value{Type: model.Bool, Num: int64(t.n % 2)}
	case codec == "major" || codec == "minor":
		return model.MoneyValue(int64(100*t.n), t.b.Currency)
	case codec == "date":
		return model.DateValue(2026, time.January, t.n)
	case within([]string{codec}, "tz", "naive", "epoch", "date+time", "text-time"):
		return model.InstantValue(time.Date(2026, time.January, t.n, 12, 0, 0, 0, time.UTC))
	case codec == "map" && len(f.Words) > 0:
		return model.TextValue(f.Words[(t.n-1)%len(f.Words)].Word)
	}
	return model.TextValue(text)
}

func (t *trial) scope(e *BoundEntity, item bool) *Scope {
	sc := &Scope{R: t.all[e.Kind], Customer: t.all[model.Customer], Vehicle: t.all[model.Vehicle], Reservation: t.all[model.Reservation],
		Key: t.all[e.Kind]["key"], Zone: t.b.Zone, Seed: fmt.Sprint(t.n), I: t.n}
	if e.Host != nil {
		sc.Key = t.all[e.Host.Kind]["key"]
	}
	if item {
		sc.Item = t.all[model.Vehicle]
	}
	sc.Lookup = func(string, string, map[string]string) (string, error) { return fmt.Sprint(t.n), nil }
	return sc
}

// expressions tries every expression of an entity.
func (b *binder) expressions(out *Bound, x *BoundEntity) {
	if b.m.Zone == nil {
		return
	}
	rows := b.trials(out)
	lists := func(t *model.Table, item bool, all ...[]Assign) {
		for _, list := range all {
			for _, a := range list {
				b.try(x, rows, t, a, item)
			}
		}
	}
	lists(x.Main, false, x.Set, x.SetOnUpdate, x.Missing)
	if x.Host == nil {
		for _, j := range x.Joins {
			lists(j.Table, j.Many, j.Set, j.SetOnUpdate, j.Missing)
		}
	}
	for _, r := range x.Extras {
		lists(r.Table, false, r.Set)
		b.condition(x, rows, r.When, r.parts.of("when", r.Place))
	}
	for _, a := range x.Afters {
		lists(a.Table, false, a.Add, a.Set, a.Where)
		b.condition(x, rows, a.When, a.parts.of("when", a.Place))
	}
}

// try evaluates an assignment on the made-up rows and holds the results against the column.
func (b *binder) try(x *BoundEntity, rows []*trial, t *model.Table, a Assign, item bool) {
	if a.Value.Expr == nil || t == nil {
		return
	}
	c := t.Column(a.Column)
	if c == nil {
		return
	}
	var results []any
	for _, row := range rows {
		v, err := a.Value.Expr.Eval(row.scope(x, item))
		var wrong *TypeError
		if errors.As(err, &wrong) {
			b.fail(a.Place, "expression: "+wrong.Error(), "")
			return
		}
		if err != nil {
			return
		}
		if msg := b.cannotHold(c, v); msg != "" {
			b.fail(a.Place, msg, "")
			return
		}
		results = append(results, v)
	}
	if results[0] == nil || !equal(results[0], results[1]) || a.Value.Expr.seeded() {
		return
	}
	if _, _, err := rows[0].b.Render(c, results[0]); err != nil { // the same whatever the row
		b.fail(a.Place, err.Error(), "")
	}
}

// cannotHold says why a column cannot hold a result of this type; "" when it may.
func (b *binder) cannotHold(c *model.Column, v any) string {
	class := ClassOf(b.s, c.Type)
	msg := fmt.Sprintf("column %s (%s) cannot hold %s", c.Name, c.Type, kindWord(v))
	switch x := v.(type) {
	case []any, map[string]any:
		return msg
	case model.Value:
		if within([]string{string(class)}, string(ClassInt), string(ClassNumeric), string(ClassFloat), string(ClassMoney), string(ClassBool), string(ClassUUID), string(ClassJSON), string(ClassEnum)) {
			return msg
		}
	case Number, bool:
		if within([]string{string(class)}, string(ClassTimestamp), string(ClassTimestampTZ), string(ClassDate), string(ClassTime), string(ClassUUID)) {
			return msg
		}
	case string:
		if _, err := parseDecimal(x); err != nil && x != "" && (class == ClassInt || class == ClassNumeric) {
			return fmt.Sprintf("column %s (%s) cannot hold a text such as %q", c.Name, c.Type, clip(x))
		}
	}
	return ""
}

// condition evaluates a condition on the made-up rows: it must be true or false.
func (b *binder) condition(x *BoundEntity, rows []*trial, when *Expr, at Place) {
	if when == nil {
		return
	}
	for _, row := range rows {
		v, err := when.Eval(row.scope(x, false))
		var wrong *TypeError
		switch {
		case errors.As(err, &wrong):
			b.fail(at, "expression: "+wrong.Error(), "")
			return
		case err != nil || v == nil:
			return
		}
		if _, ok := v.(bool); !ok {
			b.fail(at, "a condition is true or false, but this is "+kindWord(v), "")
			return
		}
	}
}
