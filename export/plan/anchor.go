package plan

// This file: anchors, rows of the backup that must still stand in the target: proof of the right database.

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"slices"
	"sort"
	"strings"

	"salvage/model"
	"salvage/model/mapping"
)

const (
	anchorRows = 20
	anchorCols = 2
)

// anchors picks rows spread evenly over the planned tables. Rows that the plan updates and columns that the
// mapping may change are left out; with live, rows that live has changed or lost are too.
func (b *builder) anchors() ([]model.Anchor, error) {
	changed := map[string]bool{}
	for _, r := range b.plan.Rows {
		if r.Action == actionUpdate {
			changed[r.Table+" "+strings.Join(r.Key, model.KeySep)] = true
		}
	}
	var tables []*tableEntry
	for _, t := range b.order {
		if len(t.plan.Key) > 0 && nameIn(b.in.Backup, t.table) != "" {
			tables = append(tables, t)
		}
	}
	var out []model.Anchor
	for i, t := range tables {
		share := anchorRows/len(tables) + boolInt(i < anchorRows%len(tables))
		list, err := b.anchorsOf(t, share, changed)
		if err != nil {
			return nil, err
		}
		out = append(out, list...)
	}
	return out, nil
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// anchorsOf picks rows of one table as if at random, and the same ones in whatever order the backup holds them: those
// with the lowest hashes.
func (b *builder) anchorsOf(t *tableEntry, share int, changed map[string]bool) ([]model.Anchor, error) {
	cols := b.anchorColumns(t)
	var own []mapping.Assign
	if t.be != nil {
		own = t.be.Where
	}
	where, err := b.find.Conds(t.table, own, b.bound.Scope)
	if err != nil {
		return nil, err
	}
	fits := func(r *model.Row) bool {
		return mapping.Match(r, where) && !changed[t.plan.Name+" "+keyText(r, t.plan.Key)]
	}
	type hashed struct {
		sum    [sha256.Size]byte
		anchor model.Anchor
	}
	var best []hashed
	err = b.in.Backup.Each(nameIn(b.in.Backup, t.table), func(r *model.Row) error {
		if share == 0 || !fits(r) {
			return nil
		}
		h := hashed{anchor: anchor(r, t, cols)}
		h.sum = sha256.Sum256(fmt.Appendf(nil, "%q", h.anchor.Where))
		at, _ := slices.BinarySearchFunc(best, h, func(a, b hashed) int { return bytes.Compare(a.sum[:], b.sum[:]) })
		if at < share {
			best = slices.Insert(best, at, h)[:min(len(best)+1, share)]
		}
		return nil
	})
	var out []model.Anchor
	for _, h := range best {
		out = append(out, h.anchor)
	}
	if err != nil || b.in.Live == nil {
		return out, err
	}
	return b.still(t, out)
}

func anchor(r *model.Row, t *tableEntry, cols []string) model.Anchor {
	a := model.Anchor{Table: t.plan.Name}
	for _, c := range append(append([]string(nil), t.plan.Key...), cols...) {
		if s := get(r, c); s != nil {
			a.Where = append(a.Where, model.AnchorCol{Column: c, Value: *s})
		}
	}
	return a
}

// still keeps the anchors that live holds unchanged.
func (b *builder) still(t *tableEntry, list []model.Anchor) ([]model.Anchor, error) {
	found := make([]bool, len(list))
	byKey := map[string]int{}
	for i, a := range list {
		var key []string
		for _, w := range a.Where[:min(len(a.Where), len(t.plan.Key))] {
			key = append(key, w.Value)
		}
		byKey[strings.Join(key, model.KeySep)] = i
	}
	err := b.in.Live.Each(nameIn(b.in.Live, t.table), func(r *model.Row) error {
		i, ok := byKey[keyText(r, t.plan.Key)]
		if !ok {
			return nil
		}
		found[i] = true
		for _, w := range list[i].Where {
			s, ok := r.Get(w.Column)
			found[i] = found[i] && ok && s == w.Value
		}
		return nil
	})
	var out []model.Anchor
	for i, a := range list {
		if found[i] {
			out = append(out, a)
		}
	}
	return out, err
}

// anchorColumns picks columns that nobody has reason to change: references, codes and other required whole
// numbers and texts whose text form is the same everywhere, outside what the mapping updates.
func (b *builder) anchorColumns(t *tableEntry) []string {
	updated := map[string]bool{}
	for _, e := range b.bound.Kinds {
		for _, name := range e.Updatable() {
			if f := e.Field(name); f != nil && f.Table == t.table && e.Update != nil {
				for _, c := range f.Cols {
					updated[c] = true
				}
			}
		}
	}
	for _, e := range b.bound.Kinds { // stored sums move, and free rows are claimed
		for _, a := range e.Afters {
			if a.Table == t.table {
				for _, x := range append(append(append([]mapping.Assign(nil), a.Add...), a.Set...), a.Where...) {
					updated[x.Column] = true
				}
			}
		}
	}
	type choice struct {
		name string
		rank int
	}
	var list []choice
	for _, c := range t.table.Columns {
		if !c.NotNull || has(t.plan.Key, c.Name) || updated[c.Name] || c.Generated {
			continue
		}
		rank := 0
		switch b.class(t.table, c.Name) {
		case mapping.ClassText, mapping.ClassUUID:
			rank = 1
		case mapping.ClassInt:
			rank = 2
		default:
			continue
		}
		if unique(t.table, c.Name) {
			rank = 0
		}
		list = append(list, choice{c.Name, rank})
	}
	sort.SliceStable(list, func(i, j int) bool { return list[i].rank < list[j].rank })
	var out []string
	for _, c := range list[:min(anchorCols, len(list))] {
		out = append(out, c.name)
	}
	return out
}

func unique(t *model.Table, col string) bool {
	for _, u := range t.Unique {
		if len(u) == 1 && u[0] == col {
			return true
		}
	}
	return false
}
