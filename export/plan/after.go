package plan

// This file: after-rows, what each new row changes last in other tables: stored sums, as a difference and
// never as a number from the old backup, and free rows that are claimed. Which row that is, only the target
// knows: both are found when the plan is applied.
//
// A changed row of the backup changes neither. Where a sum would move by the change, the entity's held
// cells say so: by how much the business has moved the sum itself since is not known.

import (
	"fmt"
	"maps"

	"salvage/model"
	"salvage/model/mapping"
)

// afters drafts the after-rows of a new entity.
func (d *draft) afters() error {
	for i, a := range d.be.Afters {
		yes, err := d.holds(a.When, a.Path)
		if err != nil {
			d.stop(CodeUnfit, "after: %v", err)
			continue
		}
		if !yes {
			continue
		}
		r := &row{part: fmt.Sprintf("after.%d", i), table: a.Table, action: actionPick, pick: a.Pick,
			cells: map[string]*model.PlanCell{}, where: map[string]*model.PlanCell{}}
		if a.Pick == nil {
			r.action = actionAdd
			if !d.sums(r, a) {
				continue
			}
		} else if err := d.assign(r, a.Set, "after"); err != nil {
			return err
		}
		if err := d.conditions(r, a); err != nil {
			return err
		}
		d.rows = append(d.rows, r)
	}
	return nil
}

// holds evaluates a condition; none holds always.
func (d *draft) holds(when *mapping.Expr, place string) (bool, error) {
	if when == nil {
		return true, nil
	}
	v, err := when.Eval(d.scope(place))
	yes, _ := v.(bool)
	return yes, err
}

// sums drafts the amounts to add; false when there is nothing to add.
func (d *draft) sums(r *row, a *mapping.BoundAfter) bool {
	if err := d.assign(r, a.Add, "after"); err != nil {
		d.stop(CodeUnfit, "after: %v", err)
		return false
	}
	for col, c := range r.cells {
		switch {
		case c.Ref != nil:
			d.stop(CodeUnfit, "after: a key cannot be added to %s", col)
		case c.Value == nil:
			d.stop(CodeUnfit, "after: there is no amount to add to %s", col)
		case mapping.Comparable(mapping.ClassNumeric, *c.Value) == "0":
			delete(r.cells, col)
		default:
			c.Mark = model.Derived
		}
	}
	return len(r.cells) > 0
}

// conditions drafts which row is meant. An expression without an answer means no row, not one with NULL.
func (d *draft) conditions(r *row, a *mapping.BoundAfter) error {
	w := &row{table: r.table, cells: r.where}
	if err := d.assign(w, a.Where, "after"); err != nil {
		return err
	}
	for _, x := range a.Where {
		if c := w.cells[x.Column]; x.Value.Expr != nil && c != nil && c.Value == nil && c.Ref == nil {
			d.stop(CodeUnfit, "after: no answer to which %s it is: %s", r.table.Name, x.Column)
		}
	}
	return d.assign(w, d.b.bound.Scope, "scope")
}

// movedSums says which stored sums a change of this row would move.
func (d *draft) movedSums(old map[model.Field]model.Value) []string {
	if len(d.be.Afters) == 0 {
		return nil
	}
	changed := maps.Clone(old)
	for _, f := range d.be.Updatable() {
		if d.marks[f].Changed {
			changed[f] = d.fields[f]
		}
	}
	var out []string
	for _, a := range d.be.Afters {
		for _, x := range a.Add {
			if x.Value.Expr == nil {
				continue
			}
			now := d.scope(x.Path)
			before := *now
			now.R, before.R = d.record(changed, d.raw, now.Key), d.record(old, d.raw, now.Key)
			v, errV := x.Value.Expr.Eval(now)
			w, errW := x.Value.Expr.Eval(&before)
			c := a.Table.Column(x.Column)
			if errV != nil || errW != nil || c == nil {
				continue
			}
			s, _, errV := d.b.bound.Render(c, v)
			t, _, errW := d.b.bound.Render(c, w)
			if errV == nil && errW == nil && !mapping.Same(mapping.ClassNumeric, s, t) {
				out = append(out, fmt.Sprintf("the change is written, but %s.%s does not follow it: it counts %s for this row, and should %s: correct it by hand", a.Table.Name, x.Column, shown(t), shown(s)))
			}
		}
	}
	return out
}
