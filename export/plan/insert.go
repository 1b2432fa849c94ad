package plan

// This file: the rows of a rebuilt entity.

import (
	"fmt"
	"strings"

	"salvage/model"
	"salvage/model/mapping"
)

// insert drafts the rows of a rebuilt entity, in write order.
func (b *builder) insert(be *mapping.BoundEntity, e *model.Entity) (*draft, error) {
	d := b.newDraft(be, e)
	for _, j := range be.Joins {
		if j.Own == mapping.OwnBefore {
			d.addJoin(j, actionInsert)
		}
	}
	main := d.add("", be.Main, actionInsert)
	for _, j := range be.Joins {
		if j.Own == mapping.OwnAfter && !j.Many {
			d.addJoin(j, actionInsert)
		}
	}
	d.fieldCells()
	for _, g := range []*draft{d.embedCustomer(), d.payment()} {
		if g == nil {
			continue
		}
		if err := g.fill(); err != nil {
			return nil, err
		}
		b.guestOf[g.e.ID] = g
	}
	d.prune()
	d.lines()
	d.links()
	d.lookups()
	if err := d.constants(); err != nil {
		return nil, err
	}
	if err := d.filled(); err != nil {
		return nil, err
	}
	for _, f := range d.late {
		d.fieldCell(f)
	}
	d.key(main)
	if err := d.extras(); err != nil {
		return nil, err
	}
	d.partKeys()
	for _, r := range d.rows {
		d.required(r)
	}
	return d, d.afters()
}

// fieldCells writes the settled values: references first, since a time's zone may hang on them.
func (d *draft) fieldCells() {
	for _, refs := range []bool{true, false} {
		for _, f := range d.be.Fields {
			if (f.Codec == "ref") != refs || f.ReadOnly || d.fields[f.Name].IsZero() {
				continue
			}
			if f.ZoneCol != "" {
				if _, ok := d.cols(f.ZoneCol); !ok {
					d.late = append(d.late, f)
					continue
				}
			}
			d.fieldCell(f)
		}
	}
}

func (d *draft) fieldCell(f *mapping.BoundField) {
	cell := d.marks[f.Name]
	j := d.be.Join(f.Join)
	if f.Many { // see lines
		return
	}
	if j != nil && j.Own == mapping.NotOwn {
		if j.Lookup != nil {
			d.lookupCell(f)
		}
		return
	}
	r := d.row(f.Join)
	if f.Codec == "ref" {
		d.refCell(r, f, cell)
		return
	}
	d.base(r, f)
	outs, err := d.encode(f)
	if err != nil {
		d.stop(CodeUnfit, "%s: %v", f.Name, err)
		return
	}
	for _, o := range outs {
		r.put(o.Column, o.Text, nil, markOf(cell), evidenceOf(cell), f.Name)
	}
}

// base puts the mapping's constant for a packed column (json, kv, part) there first: what evidence says is
// written into it.
func (d *draft) base(r *row, f *mapping.BoundField) {
	if r == nil || r.action != actionInsert || r.has(f.Cols[0]) || f.Codec != "json" && f.Codec != "kv" && f.Codec != "part" {
		return
	}
	lists := [][]mapping.Assign{d.be.Set, d.be.Missing}
	if j := d.be.Join(f.Join); j != nil {
		lists = [][]mapping.Assign{j.Set, j.Missing}
	} else if d.host != nil {
		lists = append(lists, d.host.be.Set, d.host.be.Missing)
	}
	for _, list := range lists {
		for _, a := range list {
			if a.Column != f.Cols[0] || a.Value.Text == nil {
				continue
			}
			if text, err := d.b.find.Constant(r.table, a); err == nil {
				r.put(a.Column, text, nil, model.Filled, nil, "")
				return
			}
		}
	}
}

// encode gives the columns of a field's settled value.
func (d *draft) encode(f *mapping.BoundField) ([]mapping.Out, error) {
	v := d.fields[f.Name]
	if v.Type == model.Ref && f.Codec != "ref" {
		return nil, fmt.Errorf("a reference cannot stand in column %s", f.Cols[0])
	}
	rc := d.b.bound.ContextOf(d.fields, d.cols)
	if d.host != nil && d.fields[model.FCurrency].IsZero() { // the row's own currency is the host's
		rc.Currency = d.b.bound.ContextOf(d.host.fields, d.cols).Currency
	}
	return f.Encode(v, rc)
}

func (d *draft) refCell(r *row, f *mapping.BoundField, cell model.Cell) {
	key, ref, h := d.b.resolve(f, cell.Value)
	if h.code != "" {
		d.stop(h.code, "%s: %s", f.Name, h.reason)
		return
	}
	if ref != nil {
		for i, col := range f.Cols {
			if len(f.Cols) > 1 && d.b.scoped(col) { // the tenant is known, and the same on both sides
				continue
			}
			r.put(col, nil, atKey(*ref, i, len(f.Cols)), markOf(cell), evidenceOf(cell), f.Name)
		}
		return
	}
	outs, err := f.Encode(model.RefValue(key), mapping.RowContext{})
	if err != nil {
		d.stop(CodeUnfit, "%s: %v", f.Name, err)
		return
	}
	for _, o := range outs {
		r.put(o.Column, o.Text, nil, markOf(cell), evidenceOf(cell), f.Name)
	}
}

// scoped reports whether the scope fills a column.
func (b *builder) scoped(col string) bool {
	for _, a := range b.bound.Scope {
		if a.Column == col {
			return true
		}
	}
	return false
}

// resolve turns a reference into a key that the target has, or into a row that is still to be written.
func (b *builder) resolve(f *mapping.BoundField, v model.Value) (key string, ref *model.RowRef, h hold) {
	if v.Type != model.Ref {
		return "", nil, hold{CodeUnfit, fmt.Sprintf("%q names no row", clip(v.String()))}
	}
	e := b.ents[v.Str]
	if e == nil {
		if strings.HasPrefix(v.Str, string(f.Ref)+":") {
			return "", nil, hold{CodeDependent, "it points at " + clip(v.Str) + ", which is not known"}
		}
		return v.Str, nil, hold{}
	}
	to := b.bound.Kind(e.Kind)
	switch {
	case e.Backup != nil:
		return e.Backup.Key, nil, hold{}
	case e.Live != nil:
		return e.Live.Key, nil, hold{}
	case to == nil || !to.Write || e.Held() || b.lost[e.ID].code != "":
		why := b.lost[e.ID].reason
		if why == "" && e.Held() {
			why = reasons(e.Holds).reason
		}
		return "", nil, hold{CodeDependent, strings.TrimSuffix(fmt.Sprintf("it points at %s %s, which is held: %s", e.Kind, clip(e.Label), why), ": ")}
	}
	return "", &model.RowRef{Entity: e.ID, Table: to.Main.Qualified()}, hold{}
}

// atKey is a reference to one column of a row's key.
func atKey(ref model.RowRef, i, of int) *model.RowRef {
	if of > 1 {
		ref.Pos = i + 1
	}
	return &ref
}

// links connects own rows with what they hang on.
func (d *draft) links() {
	for _, j := range d.be.Joins {
		for _, l := range j.Link {
			switch j.Own {
			case mapping.OwnBefore:
				if r := d.row(l.Join); r != nil {
					d.pointBefore(r, j, l)
				}
			case mapping.OwnAfter:
				for _, r := range d.rows {
					if r.join == j.Name {
						d.linkAfter(r, l)
					}
				}
			}
		}
	}
}

// pointBefore lets a row point at the own row that is written before it.
func (d *draft) pointBefore(r *row, j *mapping.BoundJoin, l mapping.Link) {
	key := rowKey(j.Table, j.Table.PrimaryKey)
	r.put(l.Ours, nil, atKey(*d.ref(j.Name), indexOf(key, l.Column), len(key)), model.Derived, nil, "")
}

// linkAfter points an own-after row at the row it hangs on: by that row's key, else by a copied value.
func (d *draft) linkAfter(r *row, l mapping.Link) {
	up := d.row(l.Join)
	if r == nil || up == nil {
		return
	}
	key := d.be.Key
	if l.Join != "" {
		key = rowKey(up.table, up.table.PrimaryKey)
	}
	if c := up.cells[l.Ours]; c != nil {
		r.put(l.Column, c.Value, c.Ref, model.Derived, nil, "")
		return
	}
	if at := indexOf(key, l.Ours); at >= 0 {
		if len(up.key) == len(key) && up.action == actionUpdate {
			r.put(l.Column, &up.key[at], nil, model.Derived, nil, "")
			return
		}
		r.put(l.Column, nil, atKey(*d.ref(l.Join), at, len(key)), model.Derived, nil, "")
		return
	}
	name := l.Ours
	if l.Join != "" {
		name = l.Join + "." + l.Ours
	}
	if s, ok := d.raw[name]; ok {
		r.put(l.Column, &s, nil, model.Derived, nil, "")
	}
}

func indexOf(list []string, s string) int {
	for i, x := range list {
		if x == s {
			return i
		}
	}
	return -1
}

// constants writes scope, where, and set.
func (d *draft) constants() error {
	for _, r := range d.rows {
		where, set := d.be.Where, d.be.Set
		if j := d.be.Join(r.join); j != nil {
			where, set = j.Where, j.Set
		}
		if err := d.assign(r, set, "set"); err != nil {
			return err
		}
		for _, list := range [][]mapping.Assign{where, d.b.bound.Scope} {
			if err := d.assign(r, list, "where"); err != nil {
				return err
			}
		}
	}
	return nil
}

// filled writes what stands in for values that no evidence names: missing, then like.
func (d *draft) filled() error {
	for _, r := range d.rows {
		for _, g := range d.guests {
			if r.part != "" {
				continue
			}
			if err := g.assign(r, g.be.Missing, "missing"); err != nil {
				return err
			}
		}
		list := d.be.Missing
		if j := d.be.Join(r.join); j != nil {
			list = j.Missing
		}
		if err := d.assign(r, list, "missing"); err != nil {
			return err
		}
	}
	return d.like()
}

// assign writes assignments into columns that have no value yet. Constants that cannot be looked up are
// errors; expressions that have no answer hold the row.
func (d *draft) assign(r *row, list []mapping.Assign, what string) error {
	for _, a := range list {
		c := r.table.Column(a.Column)
		if c == nil || r.has(a.Column) {
			continue
		}
		if a.Value.Expr == nil {
			text, err := d.b.find.Constant(r.table, a)
			if err != nil {
				return err
			}
			r.put(a.Column, text, nil, model.Filled, nil, "")
			continue
		}
		v, err := a.Value.Expr.Eval(d.rowScope(r, a.Path))
		if err != nil {
			d.stop(CodeUnfit, "%s %s: %v", what, a.Column, err)
			continue
		}
		text, ref, err := d.b.bound.Render(c, v)
		if err != nil {
			d.stop(CodeUnfit, "%s: %v", what, err)
			continue
		}
		if text == nil && ref == nil && what == "missing" {
			continue
		}
		r.put(a.Column, text, ref, model.Filled, nil, "")
	}
	return nil
}

// key settles the main row's key: the lost one where evidence names it and the mapping keeps keys, else
// what a key without a sequence was given by its own columns.
func (d *draft) key(main *row) {
	t := d.b.entry(main.table)
	if t.plan.KeyFrom == keyNone {
		d.naturalKey(main, d.be.Key)
		return
	}
	lost := map[string]string{}
	if parts := strings.Split(d.e.WantKey, model.KeySep); len(parts) == len(d.be.Key) {
		for i, k := range d.be.Key {
			lost[k] = parts[i]
		}
	}
	if s, ok := main.text(t.gen); ok && lost[t.gen] == "" {
		lost[t.gen] = s
	}
	delete(main.cells, t.gen)
	want := lost[t.gen]
	if !d.be.KeepKey || want == "" || mapping.Fits(d.b.bound.Schema, main.table.Column(t.gen), want) != nil {
		return
	}
	var key []string
	for _, k := range d.be.Key {
		s, ok := main.text(k)
		if k == t.gen {
			s, ok = want, true
		}
		if !ok {
			return
		}
		key = append(key, s)
	}
	main.key = key
}

// naturalKey takes a key from the cells that hold it. A lost key that evidence names stands in where they
// are empty, and before what the mapping would make up.
func (d *draft) naturalKey(r *row, key []string) {
	want := strings.Split(d.e.WantKey, model.KeySep)
	lost := r.part == "" && d.e.WantKey != "" && len(want) == len(key) && d.be.KeepKey
	var out []string
	for i, k := range key {
		c := r.table.Column(k)
		if madeUp := !r.has(k) || r.cells[k].Field == "" && r.cells[k].Ref == nil; lost && madeUp && c != nil && mapping.Fits(d.b.bound.Schema, c, want[i]) == nil {
			r.put(k, &want[i], nil, model.Likely, nil, model.FKey)
		}
		s, ok := r.text(k)
		if !ok {
			return
		}
		out = append(out, s)
	}
	r.key = out
}

// extras drafts the rows that are written along with a new one.
func (d *draft) extras() error {
	for i, x := range d.be.Extras {
		yes, err := d.holds(x.When, x.Path)
		if err != nil {
			d.stop(CodeUnfit, "rows: %v", err)
		}
		if err != nil || !yes {
			continue
		}
		r := d.add(fmt.Sprintf("rows.%d", i), x.Table, actionInsert)
		if err := d.assign(r, x.Set, "rows"); err != nil {
			return err
		}
		if err := d.assign(r, d.b.bound.Scope, "scope"); err != nil {
			return err
		}
	}
	return nil
}

// required holds an entity whose row lacks a column that it cannot do without.
func (d *draft) required(r *row) {
	t := d.b.entry(r.table)
	for _, c := range r.table.Columns {
		if x := r.cells[c.Name]; x != nil && (x.Value != nil || x.Ref != nil) {
			continue
		}
		given := r.cells[c.Name] != nil // NULL was written, which no default replaces
		if !mapping.Needs(r.table, c) && !(given && c.NotNull) {
			continue
		}
		if t != nil && t.gen == c.Name || d.kept(r.join, c.Name) {
			continue
		}
		d.stop(CodeUnfit, "table %s: no evidence for the required column %s", r.table.Name, c.Name)
	}
}

// kept reports whether the database itself keeps a column: the mapping only reads it.
func (d *draft) kept(part, col string) bool {
	for _, f := range d.be.Fields {
		if f.ReadOnly && f.Join == part && has(f.Cols, col) {
			return true
		}
	}
	for _, g := range d.be.Guests {
		for _, f := range g.Fields {
			if f.ReadOnly && f.Join == part && has(f.Cols, col) {
				return true
			}
		}
	}
	return false
}

// partKeys settles the keys of own and extra rows that no sequence makes.
func (d *draft) partKeys() {
	for _, r := range d.rows {
		t := d.b.entry(r.table)
		if r.part != "" && t != nil && t.plan.KeyFrom == keyNone && r.action == actionInsert {
			d.naturalKey(r, t.plan.Key)
		}
	}
}

// prune drops own rows that would say nothing: those behind the main row without a value or a set.
func (d *draft) prune() {
	var keep []*row
	for _, r := range d.rows {
		j := d.be.Join(r.join)
		if j == nil || j.Own != mapping.OwnAfter || len(j.Set) > 0 || d.says(r) {
			keep = append(keep, r)
		}
	}
	d.rows = keep
}

func (d *draft) says(r *row) bool {
	for _, c := range r.cells {
		if c.Field != "" {
			return true
		}
	}
	return false
}

func clip(s string) string {
	r := []rune(s)
	if len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}
