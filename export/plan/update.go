package plan

// This file: changes to rows that the backup has.

import (
	"fmt"
	"strings"

	"salvage/model"
	"salvage/model/mapping"
)

// update drafts the changed columns of a row that the backup has, each with the value that the target holds
// now. What live changed by itself since the backup is not touched: the cell is held. nil when nothing is left.
func (b *builder) update(be *mapping.BoundEntity, e *model.Entity) (*draft, error) {
	if e.Backup == nil {
		return nil, nil
	}
	target := b.standing(be, e)
	if target == nil {
		b.hold(be, e, hold{CodeChanged, "the row is not in the live database any more"})
		return nil, nil
	}
	d := b.newDraft(be, e)
	d.raw = target.Raw
	main := d.add("", be.Main, actionUpdate)
	main.key = strings.Split(target.Key, model.KeySep)
	var clashes []string
	may := map[model.Field]bool{}
	for _, f := range be.Updatable() {
		may[f] = true
	}
	for _, f := range be.Fields {
		if !may[f.Name] || !d.marks[f.Name].Changed || f.Many {
			continue
		}
		if clash := d.change(f); clash != "" {
			clashes = append(clashes, clash)
		}
	}
	more, err := d.guestChanges()
	if err != nil {
		return nil, err
	}
	clashes = append(append(clashes, more...), d.changedLists()...)
	clashes = append(clashes, d.movedSums(target.Fields)...)
	for _, g := range d.guests {
		b.guestOf[g.e.ID] = g
	}
	d.changedLookups()
	clashes = append(clashes, d.missed...)
	d.drop()
	if len(clashes) > 0 {
		b.heldCells(d, clashes)
	}
	if d.hold.code == "" && len(d.rows) == 0 {
		return nil, nil
	}
	if err := d.touch(); err != nil {
		return nil, err
	}
	for _, r := range d.rows {
		if r.action == actionInsert {
			d.required(r)
		}
	}
	return d, nil
}

// standing is the row as the target holds it: live's when there is one (a restored backup keeps its keys).
func (b *builder) standing(be *mapping.BoundEntity, e *model.Entity) *model.Record {
	if b.in.Live == nil {
		return e.Backup
	}
	if e.Live != nil {
		return e.Live
	}
	return b.recs[be.Kind][e.Backup.Key]
}

// change drafts one changed field; the answer says what clashes with live, if anything does.
func (d *draft) change(f *mapping.BoundField) string {
	j := d.be.Join(f.Join)
	if j != nil && j.Lookup != nil {
		d.lookupCell(f)
		return ""
	}
	r := d.partRow(f.Join)
	if r == nil {
		return ""
	}
	cell := d.marks[f.Name]
	if f.Codec == "ref" && !cell.Value.IsZero() {
		d.refCell(r, f, cell)
	} else {
		outs, err := d.encode(f)
		if err != nil {
			d.stop(CodeUnfit, "%s: %v", f.Name, err)
			return ""
		}
		for _, o := range outs {
			r.put(o.Column, o.Text, nil, markOf(cell), evidenceOf(cell), f.Name)
		}
	}
	for _, col := range f.Cols {
		if clash := d.settle(r, f.Join, col, f.Name); clash != "" {
			return clash
		}
	}
	return ""
}

// partRow is the row of a part: the main one, or an own row, updated where the target has it and inserted
// where not.
func (d *draft) partRow(part string) *row {
	if r := d.row(part); r != nil {
		return r
	}
	if d.host != nil {
		return d.host.partRow(part)
	}
	j := d.be.Join(part)
	if j == nil || j.Own == mapping.NotOwn || j.Many {
		return nil
	}
	var key []string
	names := d.b.entry(j.Table).plan.Key
	for _, k := range names {
		if s, ok := d.raw[part+"."+k]; ok {
			key = append(key, s)
		}
	}
	if len(key) > 0 && len(key) == len(names) {
		r := d.addJoin(j, actionUpdate)
		r.key = key
		return r
	}
	r := d.addJoin(j, actionInsert)
	d.linkNew(j, r)
	return r
}

// linkNew ties an own row that the target lacks to the row that it belongs to.
func (d *draft) linkNew(j *mapping.BoundJoin, r *row) {
	for _, l := range j.Link {
		up := d.row(l.Join)
		if up == nil {
			d.stop(CodeUnfit, "%s: the row that it hangs on is not there", j.Name)
			return
		}
		if j.Own == mapping.OwnBefore {
			d.pointBefore(up, j, l)
			up.cells[l.Ours].Was = d.was(l.Join, l.Ours)
			continue
		}
		d.linkAfter(r, l)
	}
	for _, list := range [][]mapping.Assign{j.Set, j.Where, d.b.bound.Scope, j.Missing} {
		if err := d.assign(r, list, "set"); err != nil {
			d.stop(CodeUnfit, "%v", err)
		}
	}
}

func (d *draft) was(part, col string) *string {
	if part != "" {
		col = part + "." + col
	}
	if s, ok := d.raw[col]; ok {
		return &s
	}
	return nil
}

// settle gives a drafted cell its old value, drops it when nothing changes, and takes it back when live
// holds something that neither the backup nor we say.
func (d *draft) settle(r *row, part, col string, f model.Field) (clash string) {
	c := r.cells[col]
	if c == nil || r.action == actionInsert {
		return ""
	}
	class := d.b.class(r.table, col)
	c.Was = d.was(part, col)
	if decl := r.table.Column(col); c.Value == nil && c.Ref == nil && decl != nil && decl.NotNull {
		d.stop(CodeUnfit, "%s: the required column %s cannot be emptied", f, col)
		return ""
	}
	if c.Ref == nil && mapping.Same(class, c.Value, c.Was) {
		delete(r.cells, col)
		return ""
	}
	if d.b.in.Live == nil {
		return ""
	}
	name := col
	if part != "" {
		name = part + "." + col
	}
	var old *string
	if s, ok := d.standingRaw()[name]; ok {
		old = &s
	}
	if !mapping.Same(class, old, c.Was) {
		delete(r.cells, col)
		return fmt.Sprintf("%s changed in live since: %s there, %s by the evidence", f, shown(c.Was), shown(c.Value))
	}
	return ""
}

// standingRaw is the backup's row as it was: of an entity that stands in another's row, that one's.
func (d *draft) standingRaw() map[string]string {
	if d.host != nil {
		return d.host.standingRaw()
	}
	return d.e.Backup.Raw
}

func shown(s *string) string {
	if s == nil {
		return "nothing"
	}
	return clip(*s)
}

// changedLookups carries out lookups whose natural key changed; parts that did not change stand as they are.
func (d *draft) changedLookups() {
	if len(d.found) == 0 {
		return
	}
	for _, j := range d.be.Joins {
		for _, col := range j.Lookup {
			name := j.Name + "." + col
			if s, ok := d.raw[name]; ok && d.found[name] == "" {
				d.found[name] = s
			}
		}
		for _, l := range j.Link {
			if j.Lookup != nil && l.Join != "" {
				d.partRow(l.Join)
			}
		}
	}
	d.lookups()
	for _, j := range d.be.Joins {
		for _, l := range j.Link {
			if r := d.row(l.Join); j.Lookup != nil && r != nil {
				d.settle(r, l.Join, l.Ours, model.Field(j.Name))
			}
		}
	}
}

// drop removes rows that have nothing left to change.
func (d *draft) drop() {
	var keep []*row
	for _, r := range d.rows {
		if len(r.cells) > 0 {
			keep = append(keep, r)
		}
	}
	d.rows = keep
}

// touch writes set_on_update into every row that is updated.
func (d *draft) touch() error {
	for _, r := range d.rows {
		if r.action != actionUpdate {
			continue
		}
		list := d.be.SetOnUpdate
		if j := d.be.Join(r.join); j != nil {
			list = j.SetOnUpdate
		}
		if err := d.assign(r, list, "set_on_update"); err != nil {
			return err
		}
		for _, a := range list {
			if c := r.cells[a.Column]; c != nil && c.Field == "" {
				c.Was = d.was(r.part, a.Column)
			}
		}
	}
	return nil
}

// heldCells notes cells that are not written because live changed them; the row's other cells are.
func (b *builder) heldCells(d *draft, clashes []string) {
	h := model.HeldRow{Entity: refOf(d.e), Table: d.be.Main.Qualified(), Code: CodeChanged, Reason: strings.Join(clashes, "; "), Due: b.due(d.e), Money: money(d.e)}
	b.held = append(b.held, h)
}
