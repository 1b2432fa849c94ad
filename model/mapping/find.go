package mapping

// This file: conditions on rows, and Finder, which finds rows of any table by equal columns.

import (
	"fmt"
	"sort"
	"strings"

	"salvage/model"
)

// Cond is one equality that a row must meet; a nil Text asks for NULL.
type Cond struct {
	Column string
	Class  Class
	Text   *string
}

// Match reports whether a row meets every condition.
func Match(row *model.Row, conds []Cond) bool {
	for _, c := range conds {
		s, ok := row.Get(c.Column)
		switch {
		case ok != (c.Text != nil):
			return false
		case ok && !Same(c.Class, &s, c.Text):
			return false
		}
	}
	return true
}

// Order compares two texts of a column: numbers and times by value, texts by bytes; NULL comes last in
// ascending order, as databases have it.
func Order(c Class, a, b *string) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return 1
	case b == nil:
		return -1
	}
	switch c {
	case ClassInt, ClassNumeric, ClassFloat, ClassMoney:
		x, errX := parseDecimal(*a)
		y, errY := parseDecimal(*b)
		if errX == nil && errY == nil {
			return x.Cmp(y)
		}
	}
	return strings.Compare(Comparable(c, *a), Comparable(c, *b))
}

// Finder finds rows by equal columns. It reads each table once for each set of columns and keeps the index.
type Finder struct {
	b     *Bound
	db    model.Tables
	index map[string]map[string]found
}

type found struct {
	value *string
	many  bool
}

// NewFinder makes a Finder over a database that the mapping is bound to. Only rows in scope are found.
func NewFinder(b *Bound, db model.Tables) *Finder {
	return &Finder{b: b, db: db, index: map[string]map[string]found{}}
}

// Conds turns equalities of the mapping into conditions: the entity's own, and the scope's where the table
// has the column. Lookups among them are looked up; one that finds nothing is an error.
func (f *Finder) Conds(t *model.Table, own, scope []Assign) ([]Cond, error) {
	var out []Cond
	for _, a := range own {
		c, err := f.cond(t, a)
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	for _, a := range scope {
		if t.Column(a.Column) == nil {
			continue
		}
		c, err := f.cond(t, a)
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}

func (f *Finder) cond(t *model.Table, a Assign) (Cond, error) {
	col := t.Column(a.Column)
	if col == nil {
		return Cond{}, fmt.Errorf("%s: table %s has no column %q", a.Path, t.Qualified(), a.Column)
	}
	text, err := f.Constant(t, a)
	return Cond{Column: a.Column, Class: ClassOf(f.b.Schema, col.Type), Text: text}, err
}

// Constant is the text of an assignment that is a constant or a lookup, nil for NULL.
func (f *Finder) Constant(t *model.Table, a Assign) (*string, error) {
	if l := a.Value.Lookup; l != nil {
		from, by := f.b.Schema.Table(l.Table), map[string]string{}
		for _, x := range l.By {
			text, err := f.Constant(from, x) // a lookup may hang on another
			if err != nil {
				return nil, err
			}
			if text != nil {
				by[x.Column] = *text
			}
		}
		s, ok, err := f.find(l.Table, l.Get, by, false)
		switch {
		case err != nil:
			return nil, fmt.Errorf("%s: %w", a.Path, err)
		case !ok:
			return nil, fmt.Errorf("%s:%d: %s: no row of %s is found", f.b.File, a.Line, a.Path, l.Table)
		}
		return &s, nil
	}
	if a.Value.Text == nil {
		return nil, nil
	}
	col := t.Column(a.Column)
	if col == nil {
		return nil, fmt.Errorf("%s: table %s has no column %q", a.Path, t.Qualified(), a.Column)
	}
	s, err := Constant(f.b.Schema, col, *a.Value.Text)
	return &s, err
}

// Find gives one column of the only row of a table whose columns equal the given texts. ok is false when
// there is none; several that differ in the column are an error.
func (f *Finder) Find(table, get string, by map[string]string) (text string, ok bool, err error) {
	return f.find(table, get, by, true)
}

func (f *Finder) find(table, get string, by map[string]string, scoped bool) (string, bool, error) {
	t := f.b.Schema.Table(table)
	if t == nil {
		return "", false, fmt.Errorf("no table %q", table)
	}
	cols := make([]string, 0, len(by))
	for c := range by {
		cols = append(cols, c)
	}
	sort.Strings(cols)
	classes := make([]Class, len(cols))
	parts := make([]string, len(cols))
	for i, name := range cols {
		c := t.Column(name)
		if c == nil {
			return "", false, fmt.Errorf("table %s has no column %q", t.Qualified(), name)
		}
		classes[i] = ClassOf(f.b.Schema, c.Type)
		parts[i] = Comparable(classes[i], by[name])
	}
	if t.Column(get) == nil {
		return "", false, fmt.Errorf("table %s has no column %q", t.Qualified(), get)
	}
	idx, err := f.tableIndex(t, get, cols, classes, scoped)
	if err != nil {
		return "", false, err
	}
	hit, ok := idx[strings.Join(parts, model.ListSep)]
	switch {
	case !ok || hit.value == nil:
		return "", false, nil
	case hit.many:
		return "", false, fmt.Errorf("several rows of %s have %s = %s", t.Qualified(), strings.Join(cols, ", "), clip(strings.Join(parts, ", ")))
	}
	return *hit.value, true, nil
}

func (f *Finder) tableIndex(t *model.Table, get string, cols []string, classes []Class, scoped bool) (map[string]found, error) {
	name := strings.Join(append([]string{t.Qualified(), get, fmt.Sprint(scoped)}, cols...), model.ListSep)
	if idx, ok := f.index[name]; ok {
		return idx, nil
	}
	var where []Cond
	if scoped {
		var err error
		if where, err = f.Conds(t, nil, f.b.Scope); err != nil {
			return nil, err
		}
	}
	idx := map[string]found{}
	err := f.db.Each(t.Qualified(), func(row *model.Row) error {
		if !Match(row, where) {
			return nil
		}
		parts := make([]string, len(cols))
		for i, c := range cols {
			s, ok := row.Get(c)
			if !ok {
				return nil
			}
			parts[i] = Comparable(classes[i], s)
		}
		key := strings.Join(parts, model.ListSep)
		var v *string
		if s, ok := row.Get(get); ok {
			s = strings.Clone(s)
			v = &s
		}
		if old, ok := idx[key]; ok {
			old.many = old.many || old.value == nil || v == nil || *old.value != *v
			idx[key] = old
			return nil
		}
		idx[strings.Clone(key)] = found{value: v}
		return nil
	})
	f.index[name] = idx
	return idx, err
}
