package mapping

// This file: Bind, which holds a mapping against a schema and resolves its tables and columns.

import (
	"fmt"
	"sort"
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
	Afters []*BoundAfter
	Host   *BoundEntity   // whose rows hold this one; nil for an entity with rows of its own
	Guests []*BoundEntity // those that stand in the rows of this one
}

// Guest finds the entity of a kind that stands in the rows of this one; nil when there is none.
func (e *BoundEntity) Guest(k model.Kind) *BoundEntity {
	for _, g := range e.Guests {
		if g.Kind == k {
			return g
		}
	}
	return nil
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

// BoundAfter is a change after the row, with its table.
type BoundAfter struct {
	*After
	Table *model.Table
}

// BoundField is a field with its columns and its codec settled.
type BoundField struct {
	*Field
	Codec   string
	Table   *model.Table
	Columns []*model.Column
	Class   Class // of the first column
	Many    bool  // of a line among many: the value is a list
	schema  *model.Schema
	zone    *time.Location
	yes, no string      // bool: the words that are written
	inner   *BoundField // what is packed in a json, kv or part column
	packed  bool        // it is such an inner one
}

type binder struct {
	m        *Mapping
	s        *model.Schema
	problems strict.Problems
	ask      map[string]bool // columns already complained about
}

// Check holds the mapping against a schema: tables, columns, types, expressions, required columns that
// nothing fills. The error is strict.Problems with every mistake, those of the file among them, in the order
// of the file.
func (m *Mapping) Check(s *model.Schema) error {
	_, err := m.Bind(s)
	return err
}

// Bind resolves every table and column of the mapping; see Check for the error.
func (m *Mapping) Bind(s *model.Schema) (*Bound, error) {
	b := &binder{m: m, s: s, ask: map[string]bool{}}
	out := &Bound{Mapping: m, Schema: s}
	b.scope()
	out.Kinds = b.entities()
	for _, e := range out.Kinds {
		b.refs(e)
		b.twice(e)
		b.expressions(out, e)
		if e.Write && e.Host == nil && len(m.problems) == 0 { // what could not be read may be what fills them
			b.filled(e)
		}
	}
	if all := b.merged(); len(all) > 0 {
		return nil, all
	}
	return out, nil
}

// merged are the problems of the file and of the schema, in the order of the file; of one place, the file's.
func (b *binder) merged() strict.Problems {
	all := append(strict.Problems(nil), b.m.problems...)
	seen := map[string]bool{}
	for _, p := range all {
		seen[p.Path] = true
	}
	for _, p := range b.problems {
		if !seen[p.Path] {
			all = append(all, p)
		}
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].Line < all[j].Line })
	return all
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

func (b *binder) columns(pl Place, t *model.Table, names []string) {
	for _, n := range names {
		b.column(pl, t, n)
	}
}

func (b *binder) scope() {
	for _, a := range b.m.Scope {
		found := false
		for _, t := range b.s.Tables {
			if t.Column(a.Column) != nil { // the value must fit the column, in whichever table it is
				b.assigns([]Assign{a}, t, false)
				break
			}
		}
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
			b.lookup(a.Value.Lookup)
		}
	}
}

// entities binds those with rows of their own first: the others stand in the reservations' rows.
func (b *binder) entities() []*BoundEntity {
	bound := map[model.Kind]*BoundEntity{}
	for _, e := range b.m.Entities {
		if e.Hosted() {
			continue
		}
		if x := b.entity(e); x != nil {
			bound[e.Kind] = x
		}
	}
	host := bound[model.Reservation]
	for _, e := range b.m.Entities {
		if e.Hosted() && host != nil {
			bound[e.Kind] = b.guest(e, host)
		}
	}
	var out []*BoundEntity
	for _, e := range b.m.Entities {
		if x := bound[e.Kind]; x != nil {
			out = append(out, x)
		}
	}
	return out
}

func (b *binder) entity(e *Entity) *BoundEntity {
	if e.Table == "" { // the file's own problem
		return nil
	}
	t := b.table(e.parts.of("table", e.Place), e.Table)
	if t == nil {
		return nil
	}
	x := &BoundEntity{Entity: e, Main: t}
	for _, k := range e.Key {
		b.column(e.parts.of("key", e.Place), t, k)
	}
	b.assigns(e.Where, t, false)
	for _, j := range e.Joins {
		x.Joins = append(x.Joins, &BoundJoin{Join: j, Table: b.table(j.parts.of("table", j.Place), j.Table)})
	}
	for _, j := range x.Joins {
		b.join(x, j)
	}
	if l := e.Like; l != nil {
		b.column(l.parts.of("order", l.Place), t, l.Order)
		b.columns(l.parts.of("by", l.Place), t, l.By)
		b.columns(l.parts.of("cols", l.Place), t, l.Cols)
	}
	b.inside(x)
	return x
}

// guest binds an entity that stands in the rows of another.
func (b *binder) guest(e *Entity, host *BoundEntity) *BoundEntity {
	x := &BoundEntity{Entity: e, Main: host.Main, Joins: host.Joins, Host: host}
	host.Guests = append(host.Guests, x)
	b.inside(x)
	for _, f := range x.Fields {
		if f.Many {
			b.fail(f.Place, fmt.Sprintf("%s stand in the reservation's row, and %s is several rows", e.Name, f.Join), "")
		}
		for _, o := range host.Fields {
			if o.Table == f.Table && o.Join == f.Join && o.Cols[0] == f.Cols[0] && o.Codec != "json" && o.Codec != "kv" && o.Codec != "part" && !f.ReadOnly && !o.ReadOnly && o.Name != f.Name {
				b.fail(f.Place, fmt.Sprintf("column %s is mapped by the reservations too, as %s", f.Column(), o.Name), "one of them should be read_only: true")
			}
		}
	}
	return x
}

// inside binds what stands in or hangs on an entity's row.
func (b *binder) inside(x *BoundEntity) {
	for _, f := range x.Entity.Fields {
		if bf := b.field(x, f); bf != nil {
			x.Fields = append(x.Fields, bf)
		}
	}
	for _, list := range [][]Assign{x.Set, x.SetOnUpdate, x.Missing} {
		b.assigns(list, x.Main, true)
	}
	for _, r := range x.Rows {
		rt := b.table(r.parts.of("table", r.Place), r.Table)
		b.assigns(r.Set, rt, true)
		x.Extras = append(x.Extras, &BoundExtra{Extra: r, Table: rt})
	}
	for _, a := range x.After {
		x.Afters = append(x.Afters, b.after(a))
	}
	b.update(x)
}

func (b *binder) update(x *BoundEntity) {
	for _, name := range x.Update {
		if f := x.Field(name); f != nil && f.ReadOnly {
			b.fail(x.parts.of("update", x.Place), fmt.Sprintf("%s is read_only", name), "")
		}
	}
}
