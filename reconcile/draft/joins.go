package draft

// This file: the other tables of an entity: rows that its own row points at, rows that point at it, lines
// of a booking, and tables that are only looked into.

import (
	"fmt"
	"slices"
	"strings"

	"salvage/model"
	"salvage/model/mapping"
)

const (
	ownBefore = "before"
	ownAfter  = "after"
)

// findJoins lists what could be joined, and the columns that come with it. Joins that no field uses are
// dropped again by keepJoins.
func (d *Draft) findJoins(e *Entity) {
	written := e.Kind == model.Customer || e.Kind == model.Reservation || e.Kind == model.Payment
	for _, l := range e.main.refs {
		if l.kind != nil || l.to == e.main || l.to.audit && !l.declared || d.kindOf(l.to) != "" {
			continue
		}
		own := ""
		if written && l.oneToOne() && len(l.to.PrimaryKey) == 1 && l.to.PrimaryKey[0] == l.key.Name {
			own = ownBefore
		}
		if own == "" && e.Kind != model.Vehicle && e.Kind != model.Location {
			if !lookable(l) {
				continue
			}
		}
		j := d.addJoin(e, l, own, "")
		if own == ownBefore {
			d.furtherJoins(e, j)
		}
	}
	if !written {
		return
	}
	for _, l := range e.main.in {
		if l.from.t == e.main || l.from.t.audit || d.kindOf(l.from.t) != "" || !(l.key == e.main.keyColumn()) {
			continue
		}
		if l.oneToOne() {
			d.addJoin(e, l, ownAfter, "")
		}
	}
}

// kindOf is the kind that a table was picked for; "" for none.
func (d *Draft) kindOf(t *table) model.Kind {
	for k, p := range d.picked {
		if p == t {
			return k
		}
	}
	return ""
}

// furtherJoins looks into what a joined row points at: a city by its name.
func (d *Draft) furtherJoins(e *Entity, j *Join) {
	for _, l := range j.t.refs {
		if l.to != j.t && l.to != e.main && l.kind == nil && d.kindOf(l.to) == "" && lookable(l) {
			d.addJoin(e, l, "", j.Name)
		}
	}
}

// lookable reports whether the table behind a reference has a name by which a row can be found again.
func lookable(l *link) bool {
	return len(l.to.naturalKey()) > 0 && l.to.rows <= 50000
}

// naturalKey are the columns by which people name a table's rows: a declared unique set of texts (and of
// references to tables that have such names), else one text that never repeats.
func (t *table) naturalKey() []*column {
	for _, u := range t.Unique {
		var cols []*column
		texts := 0
		for _, name := range u {
			c := t.byName[name]
			if c == nil || !c.isText() && c.ref == nil || c.share(shUUID) > 0.5 {
				cols = nil
				break
			}
			if c.isText() {
				texts++
			}
			cols = append(cols, c)
		}
		if len(cols) > 0 && texts > 0 {
			return cols
		}
	}
	if c := t.nameColumn(); c != nil {
		return []*column{c}
	}
	return nil
}

// nameColumn is the text by which people call a table's rows: unique, and called so.
func (t *table) nameColumn() *column {
	var best *column
	for _, c := range t.cols {
		if !c.isText() || !c.never() && t.rows > 0 || c == t.keyColumn() && c.share(shUUID) > 0 {
			continue
		}
		if has(c.words, "name", "code") || shares(c.words, t.words) {
			if best == nil || has(c.words, "name") && !has(best.words, "name") {
				best = c
			}
		}
	}
	return best
}

func shares(a, b []token) bool {
	for _, x := range a {
		for _, y := range b {
			if stem(x.text) == stem(y.text) {
				return true
			}
		}
	}
	return false
}

func (d *Draft) addJoin(e *Entity, l *link, own, via string) *Join {
	other, here, there := l.to, l.from, l.key
	if own == ownAfter {
		other, here, there = l.from.t, l.key, l.from
	}
	j := &Join{Name: joinName(e, l, other), Table: d.tableName(other), Own: own, t: other, link: l}
	j.Link = [][2]string{{there.Name, candidate{column: here, join: via}.ref()}}
	if l.kind != nil {
		j.Where = append(j.Where, Pair{Column: l.kind.Name, Value: l.word, Line: Line{Why: "rows that point at " + l.to.Name}})
	}
	switch own {
	case ownBefore:
		j.Why = "each row has one of its own"
	case ownAfter:
		j.Why = "at most one row for each"
	default:
		j.Why = "only looked into"
		if nk := other.naturalKey(); len(nk) > 0 && e.Kind != model.Vehicle && e.Kind != model.Location {
			for _, c := range nk {
				j.Lookup = append(j.Lookup, c.Name)
			}
			j.Why = "found by " + strings.Join(j.Lookup, " and ")
		}
	}
	e.Joins = append(e.Joins, j)
	for _, name := range j.Lookup {
		if c := other.byName[name]; c.ref != nil && lookable(c.ref) {
			d.addJoin(e, c.ref, "", j.Name)
		}
	}
	for _, c := range other.cols {
		if c == there || c.ref != nil && own == "" || c == other.keyColumn() && own != "" {
			continue
		}
		if len(j.Lookup) > 0 && !slices.Contains(j.Lookup, c.Name) || l.kind == c {
			continue
		}
		x := candidate{column: c, join: j.Name, words: append(slices.Clone(unless(other.words, c.words)), c.words...), joined: true}
		if own == ownBefore || has(other.words, "address", "person", "customer") {
			x.alone = c.words
		}
		e.joinCandidates = append(e.joinCandidates, x)
	}
	return j
}

// unless gives the table's words that the column does not repeat.
func unless(ts, cs []token) []token {
	var out []token
	for _, t := range ts {
		if !slices.ContainsFunc(cs, func(c token) bool { return stem(c.text) == stem(t.text) }) {
			out = append(out, t)
		}
	}
	return out
}

// joinName is a short name that no other join and no column of the entity has.
func joinName(e *Entity, l *link, other *table) string {
	name := joinText(other.words)
	if name == "" || digits(name) {
		name = "t" + name
	}
	if len(name) > 20 {
		name = name[:20]
	}
	base := name
	for n := 2; ; n++ {
		if !slices.ContainsFunc(e.Joins, func(j *Join) bool { return j.Name == name }) && name != "rows" && name != "after" && !strings.Contains(name, ".") {
			return name
		}
		name = fmt.Sprintf("%s%d", base, n)
	}
}

// keepJoins drops the joins that nothing uses.
func (e *Entity) keepJoins(hostedFields []*Field) {
	var used func(j *Join) bool
	used = func(j *Join) bool {
		for _, o := range e.Joins { // another join goes through it
			for _, l := range o.Link {
				if o != j && strings.HasPrefix(l[1], j.Name+".") && used(o) {
					return true
				}
			}
		}
		if j.Own == ownBefore && needs(e.main, j.link.from) {
			return true
		}
		for _, fs := range [][]*Field{e.Fields, hostedFields} {
			for _, f := range fs {
				for _, c := range f.Cols {
					if strings.HasPrefix(c, j.Name+".") {
						return true
					}
				}
			}
		}
		return false
	}
	var keep []*Join
	for _, j := range e.Joins {
		if used(j) {
			keep = append(keep, j)
		}
	}
	e.Joins = keep
	e.wholeLookups(hostedFields)
}

// wholeLookups makes a join that is found by several columns one that is only read, where a field for one
// of them is wanting.
func (e *Entity) wholeLookups(guests []*Field) {
	for _, j := range e.Joins {
		for _, name := range j.Lookup {
			mapped := slices.ContainsFunc(append(slices.Clone(e.Fields), guests...), func(f *Field) bool { return slices.Contains(f.Cols, j.Name+"."+name) })
			through := slices.ContainsFunc(e.Joins, func(o *Join) bool {
				return slices.ContainsFunc(o.Link, func(l [2]string) bool { return l[1] == j.Name+"."+name }) && len(o.Lookup) > 0
			})
			if !mapped && !through {
				j.Lookup, j.Why = nil, "only looked into"
				break
			}
		}
	}
}

func needs(t *table, c *column) bool { return mapping.Needs(t.Table, c.Column) }

// lines looks for the child table that lists what a booking is of, where its own row does not say.
func (d *Draft) lines(e *Entity) {
	v := d.picked[model.Vehicle]
	if v == nil || e.Field(model.FVehicle) != nil {
		return
	}
	for _, l := range e.main.in {
		child := l.from.t
		if child == v || child.audit || l.key != e.main.keyColumn() || d.kindOf(child) != "" {
			continue
		}
		for _, to := range child.refs {
			if to.to != v {
				continue
			}
			j := &Join{Name: joinName(e, l, child), Table: d.tableName(child), Own: ownAfter, Many: true, t: child, link: l, Link: [][2]string{{l.from.Name, l.key.Name}}, Why: "one row for each thing that is hired"}
			if k := child.keyColumn(); k != nil {
				j.Order = k.Name
			}
			e.Joins = append(e.Joins, j)
			c := candidate{column: to.from, join: j.Name, words: to.from.words, joined: true}
			e.Fields = append(e.Fields, &Field{Name: model.FVehicles, Cols: []string{c.ref()}, As: "ref", Ref: model.Vehicle, cand: c, rule: &rule{kind: model.Reservation, field: model.FVehicles, fit: fitRef, ref: model.Vehicle},
				Why: "several rows of " + child.Name + " for one booking"})
			return
		}
	}
}
