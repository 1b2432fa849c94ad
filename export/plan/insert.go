package plan

// This file: the rows of a rebuilt entity.

import (
	"fmt"

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
	d.defaults()
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
