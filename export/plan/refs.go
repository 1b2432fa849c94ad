package plan

// This file: references and keys of new rows: what points at rows of the target, and at rows that are still
// to be written.

import (
	"fmt"
	"strings"

	"salvage/model"
	"salvage/model/mapping"
)

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

// partKeys settles the keys of own and extra rows that no sequence makes.
func (d *draft) partKeys() {
	for _, r := range d.rows {
		t := d.b.entry(r.table)
		if r.part != "" && t != nil && t.plan.KeyFrom == keyNone && r.action == actionInsert {
			d.naturalKey(r, t.plan.Key)
		}
	}
}
