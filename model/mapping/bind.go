package mapping

// This file: Bind, which holds a mapping against a schema and resolves its tables and columns.

import (
	"fmt"
	"sort"
	"strings"
	"time"

	"salvage/model"
	"salvage/model/strict"
)

// Bound is a mapping with its tables and columns resolved in one schema.
type Bound struct {
	*Mapping
	Schema *model.Schema
	Kinds  []*BoundEntity // in write order
}

// Kind finds the bound entity of a kind; nil when it is not mapped.
func (b *Bound) Kind(k model.Kind) *BoundEntity {
	for _, e := range b.Kinds {
		if e.Kind == k {
			return e
		}
	}
	return nil
}

// BoundEntity is an entity with its main table, joins and fields resolved.
type BoundEntity struct {
	*Entity
	Main   *model.Table
	Joins  []*BoundJoin
	Fields []*BoundField
	Extras []*BoundExtra
}

// Field finds a mapped field; nil when there is none.
func (e *BoundEntity) Field(f model.Field) *BoundField {
	for _, x := range e.Fields {
		if x.Name == f {
			return x
		}
	}
	return nil
}

// Join finds a join; nil when there is none.
func (e *BoundEntity) Join(name string) *BoundJoin {
	for _, j := range e.Joins {
		if j.Name == name {
			return j
		}
	}
	return nil
}

// Table is the table of a join, or the main one for "".
func (e *BoundEntity) Table(join string) *model.Table {
	if join == "" {
		return e.Main
	}
	if j := e.Join(join); j != nil {
		return j.Table
	}
	return nil
}

// BoundJoin is a join with its table.
type BoundJoin struct {
	*Join
	Table *model.Table
}

// BoundExtra is an extra row with its table.
type BoundExtra struct {
	*Extra
	Table *model.Table
}

// BoundField is a field with its columns and its codec settled.
type BoundField struct {
	*Field
	Codec   string
	Table   *model.Table
	Columns []*model.Column
	Class   Class // of the first column
	schema  *model.Schema
	zone    *time.Location
}

type binder struct {
	m        *Mapping
	s        *model.Schema
	problems strict.Problems
	ask      map[string]bool // columns already complained about
}

// Check holds the mapping against a schema: tables, columns, types, required columns that nothing fills.
// The error is strict.Problems with every mistake, in the order of the file.
func (m *Mapping) Check(s *model.Schema) error {
	_, err := m.Bind(s)
	return err
}

// Bind resolves every table and column of the mapping; see Check for the error.
func (m *Mapping) Bind(s *model.Schema) (*Bound, error) {
	b := &binder{m: m, s: s, ask: map[string]bool{}}
	out := &Bound{Mapping: m, Schema: s}
	b.scope()
	for _, e := range m.Entities {
		if x := b.entity(e); x != nil {
			out.Kinds = append(out.Kinds, x)
		}
	}
	for _, e := range out.Kinds {
		b.refs(out, e)
		if e.Write {
			b.filled(out, e)
		}
	}
	if len(b.problems) > 0 {
		sort.SliceStable(b.problems, func(i, j int) bool { return b.problems[i].Line < b.problems[j].Line })
		return nil, b.problems
	}
	return out, nil
}

func (b *binder) fail(pl Place, message, hint string) {
	b.problems = append(b.problems, strict.Problem{File: b.m.File, Line: pl.Line, Path: pl.Path, Message: message, Hint: hint})
}

func (b *binder) table(pl Place, name string) *model.Table {
	if t := b.s.Table(name); t != nil {
		return t
	}
	var known []string
	for _, t := range b.s.Tables {
		known = append(known, t.Name, t.Qualified())
	}
	b.fail(pl, fmt.Sprintf("the backup has no table %q", name), strict.DidYouMean(name, known))
	return nil
}

func (b *binder) column(pl Place, t *model.Table, name string) *model.Column {
	if t == nil {
		return nil
	}
	if c := t.Column(name); c != nil {
		return c
	}
	var known []string
	for _, c := range t.Columns {
		known = append(known, c.Name)
	}
	b.fail(pl, fmt.Sprintf("table %s has no column %q", t.Qualified(), name), strict.DidYouMean(name, known))
	return nil
}

func (b *binder) scope() {
	for _, a := range b.m.Scope {
		found := false
		var known []string
		for _, t := range b.s.Tables {
			for _, c := range t.Columns {
				known = append(known, c.Name)
				if c.Name == a.Column {
					found = true
				}
			}
		}
		if !found {
			b.fail(a.Place, fmt.Sprintf("no table has a column %q", a.Column), strict.DidYouMean(a.Column, known))
		}
		b.lookup(a.Value.Lookup)
	}
}

func (b *binder) entity(e *Entity) *BoundEntity {
	t := b.table(e.Place, e.Table)
	if t == nil {
		return nil
	}
	x := &BoundEntity{Entity: e, Main: t}
	for _, k := range e.Key {
		b.column(Place{Path: e.Path + ".key", Line: e.Line}, t, k)
	}
	b.assigns(e.Where, t, false)
	for _, j := range e.Joins {
		x.Joins = append(x.Joins, &BoundJoin{Join: j, Table: b.table(j.Place, j.Table)})
	}
	for _, j := range x.Joins {
		b.join(x, j)
	}
	for _, f := range e.Fields {
		if bf := b.field(x, f); bf != nil {
			x.Fields = append(x.Fields, bf)
		}
	}
	for _, list := range [][]Assign{e.Set, e.SetOnUpdate, e.Missing} {
		b.assigns(list, t, true)
	}
	if l := e.Like; l != nil {
		for _, c := range append(append([]string{l.Order}, l.By...), l.Cols...) {
			b.column(l.Place, t, c)
		}
	}
	for _, r := range e.Rows {
		rt := b.table(r.Place, r.Table)
		b.assigns(r.Set, rt, true)
		x.Extras = append(x.Extras, &BoundExtra{Extra: r, Table: rt})
	}
	b.update(x)
	return x
}

func (b *binder) update(x *BoundEntity) {
	for _, name := range x.Update {
		if f := x.Field(name); f != nil && f.ReadOnly {
			b.fail(Place{Path: x.Path + ".update", Line: f.Line}, fmt.Sprintf("%s is read_only", name), "")
		}
	}
}

func (b *binder) join(x *BoundEntity, j *BoundJoin) {
	for _, l := range j.Link {
		b.column(j.Place, j.Table, l.Column)
		b.column(j.Place, x.Table(l.Join), l.Ours)
		if l.Join != "" && !before(x, l.Join, j.Name) {
			b.fail(j.Place, fmt.Sprintf("links to %s, which is joined later", l.Join), "put it after that join")
		}
	}
	for _, c := range j.Lookup {
		b.column(j.Place, j.Table, c)
	}
	if c, _ := orderColumn(j.Order); c != "" {
		b.column(j.Place, j.Table, c)
	}
	b.assigns(j.Where, j.Table, false)
	for _, list := range [][]Assign{j.Set, j.SetOnUpdate, j.Missing} {
		b.assigns(list, j.Table, true)
	}
	if j.Own == OwnBefore && j.Table != nil && len(j.Link) == 1 {
		if pk := j.Table.PrimaryKey; len(pk) != 1 || pk[0] != j.Link[0].Column {
			b.fail(j.Place, "own: before is linked by the primary key of "+j.Table.Qualified(), "")
		}
	}
}

func before(x *BoundEntity, a, b string) bool {
	for _, j := range x.Joins {
		switch j.Name {
		case a:
			return true
		case b:
			return false
		}
	}
	return false
}

// orderColumn parts "-created" and "created desc".
func orderColumn(s string) (col string, desc bool) {
	s = strings.TrimSpace(s)
	if c, ok := strings.CutPrefix(s, "-"); ok {
		return c, true
	}
	if c, ok := strings.CutSuffix(s, " desc"); ok {
		return strings.TrimSpace(c), true
	}
	return strings.TrimSuffix(s, " asc"), false
}

// assigns checks columns and constants; written ones may not be generated.
func (b *binder) assigns(list []Assign, t *model.Table, written bool) {
	for _, a := range list {
		b.lookup(a.Value.Lookup)
		c := b.column(a.Place, t, a.Column)
		if c == nil {
			continue
		}
		if written && c.Generated {
			b.fail(a.Place, fmt.Sprintf("column %s is generated by the database and cannot be written", c.Name), "")
		}
		if a.Value.Text != nil {
			if _, err := Constant(b.s, c, *a.Value.Text); err != nil {
				b.fail(a.Place, err.Error(), "")
			}
		}
	}
}

func (b *binder) lookup(l *Lookup) {
	if l == nil {
		return
	}
	t := b.table(l.Place, l.Table)
	b.column(l.Place, t, l.Get)
	b.assigns(l.By, t, false)
}

// Constant is a constant of the mapping as the column's text: true becomes t, or 1 in a column of numbers.
func Constant(s *model.Schema, c *model.Column, text string) (string, error) {
	class := ClassOf(s, c.Type)
	switch class {
	case ClassBool:
		v, err := parseBool(text)
		if err != nil {
			return "", fmt.Errorf("column %s (%s) cannot hold %q", c.Name, c.Type, clip(text))
		}
		return boolText(s, class, v), nil
	case ClassInt, ClassNumeric:
		if text == "true" || text == "false" {
			return boolText(s, class, text == "true"), nil
		}
	}
	return text, Fits(s, c, text)
}
