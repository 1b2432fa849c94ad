package plan

// This file: lookups (natural key to id), copies from the newest row, and what expressions see.

import (
	"fmt"
	"strings"

	"salvage/model"
	"salvage/model/mapping"
)

// lookupCell keeps a part of a natural key until the lookup is carried out.
func (d *draft) lookupCell(f *mapping.BoundField) {
	outs, err := d.encode(f)
	if err != nil {
		d.stop(CodeUnfit, "%s: %v", f.Name, err)
		return
	}
	for _, o := range outs {
		if o.Text != nil {
			d.found[f.Join+"."+o.Column] = *o.Text
		}
	}
}

// lookups turns natural keys into ids, the joins that others hang on last: a city needs its country first.
func (d *draft) lookups() {
	for i := len(d.be.Joins) - 1; i >= 0; i-- {
		j := d.be.Joins[i]
		if j.Lookup == nil {
			continue
		}
		by := map[string]string{}
		for _, col := range j.Lookup {
			if s, ok := d.found[j.Name+"."+col]; ok {
				by[col] = s
			}
		}
		if len(by) == 0 {
			continue
		}
		for _, l := range j.Link {
			d.lookupLink(j, l, by)
		}
	}
}

func (d *draft) lookupLink(j *mapping.BoundJoin, l mapping.Link, by map[string]string) {
	id, ok, err := "", false, error(nil)
	if len(by) == len(j.Lookup) {
		id, ok, err = d.b.find.Find(j.Join.Table, l.Column, by)
	} else {
		err = fmt.Errorf("only a part of the natural key %s is known", strings.Join(j.Lookup, ", "))
	}
	switch {
	case (err != nil || !ok) && j.MissNull:
		if d.raw != nil { // a row that the backup has keeps what it has, and says so
			d.missed = append(d.missed, fmt.Sprintf("%s: no row of %s is called %s: not changed", j.Name, j.Table.Name, clip(describe(j.Lookup, by))))
		}
		return
	case err != nil:
		d.stop(CodeUnfit, "%s: %v", j.Name, err)
		return
	case !ok:
		d.stop(CodeUnfit, "%s: no row of %s is called %s", j.Name, j.Table.Name, clip(describe(j.Lookup, by)))
		return
	}
	r := d.row(l.Join)
	if r == nil { // the column belongs to another lookup
		d.found[l.Join+"."+l.Ours] = id
		return
	}
	cell := d.lookupSource(j)
	r.put(l.Ours, &id, nil, markOf(cell), evidenceOf(cell), "")
}

func describe(cols []string, by map[string]string) string {
	var out []string
	for _, c := range cols {
		out = append(out, by[c])
	}
	return strings.Join(out, ", ")
}

// lookupSource is the settled field that a lookup rests on.
func (d *draft) lookupSource(j *mapping.BoundJoin) model.Cell {
	for _, f := range d.be.Fields {
		if f.Join == j.Name && !d.fields[f.Name].IsZero() {
			return d.marks[f.Name]
		}
	}
	for _, g := range d.guests {
		if c := g.lookupSource(j); !c.Value.IsZero() {
			return c
		}
	}
	return model.Cell{}
}

// likeIndex holds the newest row of the main table for each set of values of `by`.
type likeIndex struct{ rows map[string]*likeRow }

type likeRow struct {
	place  []*string
	order  *string
	values []*string
}

// like copies columns from the newest row of the backup that agrees on `by`. It is a coin toss, and
// marked so.
func (d *draft) like() error {
	l := d.be.Like
	if l == nil {
		return nil
	}
	idx, err := d.b.likeIndex(d.be)
	if err != nil {
		return err
	}
	main := d.row("")
	parts := make([]string, len(l.By))
	for i, c := range l.By {
		s, ok := main.text(c)
		if !ok {
			return nil
		}
		parts[i] = mapping.Comparable(d.b.class(main.table, c), s)
	}
	newest := idx.rows[strings.Join(parts, model.ListSep)]
	if newest == nil {
		return nil
	}
	for i, c := range l.Cols {
		if !main.has(c) {
			main.put(c, newest.values[i], nil, model.Filled, nil, "")
		}
	}
	return nil
}

func (b *builder) class(t *model.Table, col string) mapping.Class {
	if c := t.Column(col); c != nil {
		return mapping.ClassOf(b.bound.Schema, c.Type)
	}
	return mapping.ClassOther
}

func (b *builder) likeIndex(be *mapping.BoundEntity) (*likeIndex, error) {
	if x := b.likes[be.Kind]; x != nil {
		return x, nil
	}
	l := be.Like
	x := &likeIndex{rows: map[string]*likeRow{}}
	b.likes[be.Kind] = x
	where, err := b.find.Conds(be.Main, be.Where, b.bound.Scope)
	if err != nil {
		return nil, err
	}
	name := nameIn(b.in.Backup, be.Main)
	if name == "" {
		return nil, fmt.Errorf("%s: the backup has no table %s to take rows to be like from", be.Kind, be.Main.Qualified())
	}
	class := b.class(be.Main, l.Order)
	by := mapping.NewRowOrder(b.in.Backup.Schema(), be.Main)
	err = b.in.Backup.Each(name, func(r *model.Row) error {
		if !mapping.Match(r, where) {
			return nil
		}
		parts := make([]string, len(l.By))
		for i, c := range l.By {
			s, ok := r.Get(c)
			if !ok {
				return nil
			}
			parts[i] = mapping.Comparable(b.class(be.Main, c), s)
		}
		key := strings.Join(parts, model.ListSep)
		order := get(r, l.Order)
		old := x.rows[key]
		if order == nil || old != nil && mapping.Order(class, order, old.order) < 0 {
			return nil
		}
		n := &likeRow{order: order, place: by.Place(r)}
		if old != nil && mapping.Order(class, order, old.order) == 0 && by.Compare(n.place, old.place) < 0 {
			return nil // of several that are the newest, the one with the highest key
		}
		for _, c := range l.Cols {
			n.values = append(n.values, get(r, c))
		}
		x.rows[key] = n
		return nil
	})
	return x, err
}

// nameIn is what a database calls a table of the target: the qualified name, else the bare one where the database knows
// no schemas, as files and other engines do. "" when it has no such table: one of another schema is another table.
func nameIn(db model.Tables, t *model.Table) string {
	if x := db.Schema().Table(t.Qualified()); x != nil {
		return x.Qualified()
	}
	if x := db.Schema().Table(t.Name); x != nil && x.Schema == "" {
		return x.Qualified()
	}
	return ""
}

// get copies a column out of a row, nil for NULL.
func get(r *model.Row, col string) *string {
	s, ok := r.Get(col)
	if !ok {
		return nil
	}
	s = strings.Clone(s)
	return &s
}

// rowScope is what an expression of one row sees: of a line among many, item and i too.
func (d *draft) rowScope(r *row, place string) *mapping.Scope {
	if r.line == 0 {
		return d.scope(place)
	}
	sc := d.scope(fmt.Sprintf("%s %d", place, r.line))
	sc.Item, sc.I = d.item(r), r.line
	return sc
}

// scope is what an expression of this entity sees. Randomness is seeded by the entity and the place.
func (d *draft) scope(place string) *mapping.Scope {
	key := d.selfKey()
	sc := &mapping.Scope{R: d.record(d.fields, d.raw, key), Key: key, Zone: d.b.bound.Zone, Seed: d.e.ID + " " + place}
	sc.Customer = d.related(model.FCustomer, model.Customer)
	sc.Vehicle = d.related(model.FVehicle, model.Vehicle)
	sc.Reservation = d.related(model.FReservation, model.Reservation)
	sc.Lookup = func(table, get string, by map[string]string) (string, error) {
		s, ok, err := d.b.find.Find(table, get, by)
		if err == nil && !ok {
			err = fmt.Errorf("no row of %s is found", table)
		}
		return s, err
	}
	switch d.e.Kind {
	case model.Customer:
		sc.Customer = sc.R
	case model.Vehicle:
		sc.Vehicle = sc.R
	case model.Reservation:
		sc.Reservation = sc.R
		for _, g := range d.guests { // an embedded customer's fields are the row's own, too
			if g.e.Kind == model.Customer {
				for name, v := range d.record(g.fields, nil, nil) {
					if _, own := sc.R[name]; !own {
						sc.R[name] = v
					}
				}
			}
		}
	}
	return sc
}

// selfKey is the key of this entity's row: of an entity that stands in another's row, that one's.
func (d *draft) selfKey() any {
	if d.host != nil {
		return d.host.selfKey()
	}
	if d.e.Backup != nil {
		return keyParts(d.e.Backup.Key, len(d.be.Key))
	}
	return newKey(model.RowRef{Entity: d.e.ID, Table: d.be.Main.Qualified()}, len(d.be.Key))
}

// keyParts is a key as expressions see it: a text, or a list of the parts of a composite one.
func keyParts(key string, n int) any {
	parts := strings.Split(key, model.KeySep)
	if n <= 1 || len(parts) != n {
		return key
	}
	var out []any
	for _, p := range parts {
		out = append(out, p)
	}
	return out
}

// newKey is the key of a row that is still to be written.
func newKey(ref model.RowRef, n int) any {
	if n <= 1 {
		return ref
	}
	var out []any
	for i := range n {
		out = append(out, *atKey(ref, i, n))
	}
	return out
}

// record makes one record for expressions: fields under their names (the company's own without "x_" too).
func (d *draft) record(fields map[model.Field]model.Value, raw map[string]string, key any) map[string]any {
	m := map[string]any{"key": key}
	for f, v := range fields {
		x := mapping.FieldValue(v)
		if e := d.b.ents[v.Str]; v.Type == model.Ref && e != nil {
			x = keyOf(d.b, e)
		}
		m[string(f)] = x
		if short, own := strings.CutPrefix(string(f), "x_"); own {
			m[short] = x
		}
	}
	row := map[string]any{}
	for c, s := range raw {
		row[c] = s
	}
	m["row"] = row
	return m
}

// keyOf is an entity's key for expressions: text, or a reference while only the import knows it; a list of
// them for a composite key. nil for one without rows of its own.
func keyOf(b *builder, e *model.Entity) any {
	to := b.bound.Kind(e.Kind)
	switch {
	case to != nil && to.Host != nil:
		return nil
	case to != nil && e.Backup != nil:
		return keyParts(e.Backup.Key, len(to.Key))
	case e.Backup != nil:
		return e.Backup.Key
	case to != nil && e.Live != nil:
		return keyParts(e.Live.Key, len(to.Key))
	case e.Live != nil:
		return e.Live.Key
	case to != nil:
		return newKey(model.RowRef{Entity: e.ID, Table: to.Main.Qualified()}, len(to.Key))
	}
	return nil
}

// related is the record that a field of this entity points at; for a payment's customer also the one of
// its reservation. nil when it points at nothing.
func (d *draft) related(f model.Field, k model.Kind) map[string]any {
	v := d.fields[f]
	if v.IsZero() && f != model.FReservation {
		v = d.b.fieldOf(d.fields[model.FReservation], model.Reservation, f)
	}
	return d.referred(v, k)
}

// referred is the record of the row that a reference points at; nil when there is none.
func (d *draft) referred(v model.Value, k model.Kind) map[string]any {
	if v.Type != model.Ref {
		return nil
	}
	if e := d.b.ents[v.Str]; e != nil {
		fields := map[model.Field]model.Value{}
		var raw map[string]string
		if e.Backup != nil {
			raw = e.Backup.Raw
		}
		for name, c := range e.Fields {
			if !c.Value.IsZero() {
				fields[name] = c.Value
			}
		}
		return d.record(fields, raw, keyOf(d.b, e))
	}
	if r := d.b.recs[k][v.Str]; r != nil {
		n := 1
		if to := d.b.bound.Kind(k); to != nil {
			n = len(to.Key)
		}
		return d.record(r.Fields, r.Raw, keyParts(r.Key, n))
	}
	return nil
}

// fieldOf follows a reference and gives one field of what it points at.
func (b *builder) fieldOf(ref model.Value, k model.Kind, f model.Field) model.Value {
	if ref.Type != model.Ref {
		return model.Value{}
	}
	if e := b.ents[ref.Str]; e != nil {
		return e.Get(f)
	}
	if r := b.recs[k][ref.Str]; r != nil {
		return r.Fields[f]
	}
	return model.Value{}
}
