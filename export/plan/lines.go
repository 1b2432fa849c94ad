package plan

// This file: the child rows of a join with many: true, one for each part of the lists.

import (
	"fmt"
	"strings"

	"salvage/model"
	"salvage/model/mapping"
)

// lines drafts the child rows of a new row.
func (d *draft) lines() {
	for _, j := range d.be.Joins {
		if !j.Many || j.Own != mapping.OwnAfter {
			continue
		}
		var fields []*mapping.BoundField
		n := 0
		lists := map[model.Field][]string{}
		for _, f := range d.be.Fields {
			if f.Join != j.Name || f.ReadOnly {
				continue
			}
			fields = append(fields, f)
			lists[f.Name] = d.parts(f.Name)
			n = max(n, len(lists[f.Name]))
		}
		for i := range n {
			r := d.add(fmt.Sprintf("%s.%d", j.Name, i+1), j.Table, actionInsert)
			r.join, r.line = j.Name, i+1
			for _, f := range fields {
				if i < len(lists[f.Name]) {
					d.lineCell(r, f, lists[f.Name][i])
				}
			}
		}
	}
}

// parts are the parts of a list; the one vehicle of a booking is a list of one.
func (d *draft) parts(f model.Field) []string {
	v := d.fields[f]
	if v.IsZero() && f == model.FVehicles {
		v = d.fields[model.FVehicle]
		d.marks[f] = d.marks[model.FVehicle]
	}
	switch {
	case v.IsZero():
		return nil
	case v.Type == model.List:
		return v.Parts()
	}
	return []string{v.String()}
}

func (d *draft) lineCell(r *row, f *mapping.BoundField, part string) {
	cell := d.marks[f.Name]
	if part == "" {
		return
	}
	if f.Codec == "ref" {
		cell.Value = model.RefValue(part)
		d.refCell(r, f, cell)
		return
	}
	outs, err := f.EncodePart(part, d.b.bound.ContextOf(d.fields, d.cols))
	if err != nil {
		d.stop(CodeUnfit, "%s: %v", f.Name, err)
		return
	}
	for _, o := range outs {
		r.put(o.Column, o.Text, nil, markOf(cell), evidenceOf(cell), f.Name)
	}
}

// item is the row that a line refers to, as expressions see it; nil when it refers to none.
func (d *draft) item(r *row) map[string]any {
	for _, f := range d.be.Fields {
		if f.Join != r.join || f.Codec != "ref" {
			continue
		}
		list := d.parts(f.Name)
		if r.line > len(list) || list[r.line-1] == "" {
			continue
		}
		return d.referred(model.RefValue(list[r.line-1]), f.Ref)
	}
	return nil
}

// changedLists says which lists changed on a row that the backup has: they are a person's to settle, since
// which of the old lines goes is not known.
func (d *draft) changedLists() []string {
	var out []string
	for _, f := range d.be.Fields {
		if !f.Many || f.ReadOnly {
			continue
		}
		c := d.marks[f.Name]
		if one := d.marks[model.FVehicle]; f.Name == model.FVehicles && d.be.Field(model.FVehicle) == nil && !c.Changed && one.Changed {
			c = one
		}
		if c.Changed && c.Value != c.Was {
			out = append(out, fmt.Sprintf("%s: the lines would change from %s to %s: settle them by hand", f.Name, d.shownList(c.Was), d.shownList(c.Value)))
		}
	}
	return out
}

func (d *draft) shownList(v model.Value) string {
	if v.IsZero() {
		return "nothing"
	}
	parts := []string{v.String()}
	if v.Type == model.List {
		parts = v.Parts()
	}
	for i, p := range parts {
		if e := d.b.ents[p]; e != nil {
			parts[i] = e.Label
		}
	}
	return clip(strings.Join(parts, ", "))
}
