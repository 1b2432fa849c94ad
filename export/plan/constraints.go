package plan

// This file: rows that the target's own constraints would refuse: unique values, double bookings, partitions.

import (
	"fmt"
	"sort"
	"strings"

	"salvage/model"
	"salvage/model/mapping"
)

// constraints holds the drafts of one kind that the database would refuse.
func (b *builder) constraints(be *mapping.BoundEntity, drafts []*draft) error {
	for _, d := range drafts {
		for _, r := range d.rows {
			if reason := b.partition(r); reason != "" {
				d.stop(CodeUnfit, "%s", reason)
			}
		}
	}
	strongest := append([]*draft(nil), drafts...)
	sort.SliceStable(strongest, func(i, j int) bool {
		if strongest[i].e.P != strongest[j].e.P {
			return strongest[i].e.P > strongest[j].e.P
		}
		return strongest[i].e.ID < strongest[j].e.ID
	})
	oneKeyEach(strongest)
	if err := b.unique(strongest); err != nil {
		return err
	}
	b.exclusion(be, strongest)
	return nil
}

// oneKeyEach lets the strongest of several rows that claim one lost key have it; the others get a new one.
func oneKeyEach(drafts []*draft) {
	given := map[string]bool{}
	for _, d := range drafts {
		r := d.row("")
		if d.host != nil || r == nil || r.action != actionInsert || d.hold.code != "" || len(r.key) == 0 || d.b.entry(r.table).gen == "" {
			continue
		}
		key := strings.Join(r.key, model.KeySep)
		if given[key] {
			r.key = nil
		}
		given[key] = true
	}
}

// uniqueSet is one unique key of a table and the drafted rows by their values under it.
type uniqueSet struct {
	table *model.Table
	cols  []string
	class []mapping.Class
	taken map[string]*draft
}

// unique holds rows whose unique values another row has: one of the target (which is read once for each
// table), or a stronger planned one.
func (b *builder) unique(drafts []*draft) error {
	var sets []*uniqueSet
	for _, t := range b.order {
		list := t.table.Unique
		if t.plan.KeyFrom == keyNone || len(t.table.PrimaryKey) > 1 {
			list = append(append([][]string(nil), list...), t.table.PrimaryKey)
		}
		for _, cols := range list {
			if len(cols) == 0 {
				continue
			}
			u := &uniqueSet{table: t.table, cols: cols, taken: map[string]*draft{}}
			for _, c := range cols {
				u.class = append(u.class, b.class(t.table, c))
			}
			u.fill(drafts)
			if len(u.taken) > 0 {
				sets = append(sets, u)
			}
		}
	}
	for _, t := range b.order {
		if err := b.standingValues(t.table, sets); err != nil {
			return err
		}
	}
	return nil
}

// fill enters the drafted rows, the strongest first; a later one with the same values is held.
func (u *uniqueSet) fill(drafts []*draft) {
	for _, d := range drafts {
		for _, r := range d.rows {
			if r.table != u.table || d.hold.code != "" {
				continue
			}
			key, ok := u.ofDraft(d, r)
			if !ok {
				continue
			}
			if other := u.taken[key]; other != nil && other != d {
				d.stop(CodeUnfit, "%s %s would stand twice: %s has it too", u.table.Name, strings.Join(u.cols, ", "), clip(other.e.Label))
				continue
			}
			u.taken[key] = d
		}
	}
}

// ofDraft gives the values of a drafted row under the key: only when all are there, and for an update when
// one of them changes.
func (u *uniqueSet) ofDraft(d *draft, r *row) (string, bool) {
	parts := make([]string, len(u.cols))
	changed := r.action == actionInsert
	for i, c := range u.cols {
		cell := r.cells[c]
		switch {
		case cell != nil && cell.Ref != nil:
			parts[i], changed = "\x00"+cell.Ref.Entity+" "+cell.Ref.Table+" "+cell.Ref.Part, true
		case cell != nil && cell.Value != nil:
			parts[i], changed = mapping.Comparable(u.class[i], *cell.Value), true
		case cell == nil && r.action == actionUpdate:
			s := d.was(r.part, c)
			if s == nil {
				return "", false
			}
			parts[i] = mapping.Comparable(u.class[i], *s)
		default:
			return "", false
		}
	}
	return strings.Join(parts, model.ListSep), changed
}

// standingValues reads a table and holds drafted rows whose unique values it has already. An updated row
// is not in its own way.
func (b *builder) standingValues(t *model.Table, sets []*uniqueSet) error {
	var mine []*uniqueSet
	for _, u := range sets {
		if u.table == t {
			mine = append(mine, u)
		}
	}
	if len(mine) == 0 {
		return nil
	}
	key := b.entry(t).plan.Key
	return b.target.Each(t.Qualified(), func(r *model.Row) error {
		for _, u := range mine {
			k, ok := u.ofRow(r)
			if !ok {
				continue
			}
			d := u.taken[k]
			if d == nil || d.updates(t, keyText(r, key)) {
				continue
			}
			d.stop(CodeUnfit, "%s %s is taken by row %s", t.Name, strings.Join(u.cols, ", "), clip(keyText(r, key)))
		}
		return nil
	})
}

func (u *uniqueSet) ofRow(r *model.Row) (string, bool) {
	parts := make([]string, len(u.cols))
	for i, c := range u.cols {
		s, ok := r.Get(c)
		if !ok {
			return "", false
		}
		parts[i] = mapping.Comparable(u.class[i], s)
	}
	return strings.Join(parts, model.ListSep), true
}

func keyText(r *model.Row, key []string) string {
	var out []string
	for _, k := range key {
		s, _ := r.Get(k)
		out = append(out, s)
	}
	return strings.Join(out, model.KeySep)
}

func (d *draft) updates(t *model.Table, key string) bool {
	for _, r := range d.rows {
		if r.table == t && r.action == actionUpdate && strings.Join(r.key, model.KeySep) == key {
			return true
		}
	}
	return false
}

// partition says why no partition takes a row; "" when one does, or when the bounds say nothing that we
// understand (only ranges of one time or date column are).
func (b *builder) partition(r *row) string {
	if !r.table.Partitioned || r.action != actionInsert {
		return ""
	}
	col := b.partitionColumn(r.table)
	s, ok := r.text(col)
	if col == "" || !ok {
		return ""
	}
	class := b.class(r.table, col)
	understood := 0
	for _, p := range r.table.Partitions {
		from, to, ok := bounds(p.Bound)
		if strings.EqualFold(strings.TrimSpace(p.Bound), "default") {
			return ""
		}
		if !ok {
			continue
		}
		understood++
		if (from == nil || mapping.Order(class, &s, from) >= 0) && (to == nil || mapping.Order(class, &s, to) < 0) {
			return ""
		}
	}
	if understood == 0 && len(r.table.Partitions) > 0 {
		return ""
	}
	return fmt.Sprintf("no partition of %s for %s %s", r.table.Name, col, s)
}

// partitionColumn is the time or date column that the table is parted by: it must be in the primary key
// when there is one; else the only such column of the table. "" when that leaves a choice.
func (b *builder) partitionColumn(t *model.Table) string {
	pick := func(names []string) string {
		found := ""
		for _, n := range names {
			switch b.class(t, n) {
			case mapping.ClassTimestampTZ, mapping.ClassTimestamp, mapping.ClassDate:
				if found != "" {
					return ""
				}
				found = n
			}
		}
		return found
	}
	if len(t.PrimaryKey) > 0 {
		return pick(t.PrimaryKey)
	}
	var all []string
	for _, c := range t.Columns {
		all = append(all, c.Name)
	}
	return pick(all)
}

// bounds reads FROM ('a') TO ('b'); nil for MINVALUE and MAXVALUE.
func bounds(s string) (from, to *string, ok bool) {
	up := strings.ToUpper(s)
	i, j := strings.Index(up, "FROM"), strings.LastIndex(up, " TO")
	if i < 0 || j < i {
		return nil, nil, false
	}
	from, okFrom := bound(s[i+4 : j])
	to, okTo := bound(s[j+3:])
	return from, to, okFrom && okTo
}

func bound(s string) (*string, bool) {
	s = strings.TrimSpace(s)
	if !strings.HasPrefix(s, "(") || !strings.HasSuffix(s, ")") {
		return nil, false
	}
	s = strings.TrimSpace(s[1 : len(s)-1])
	switch strings.ToUpper(s) {
	case "MINVALUE", "MAXVALUE":
		return nil, true
	}
	if len(s) < 2 || s[0] != '\'' {
		return &s, s != "" && !strings.ContainsAny(s, "',")
	}
	end := strings.IndexByte(s[1:], '\'')
	if end < 0 || strings.ContainsRune(s[end+2:], ',') {
		return nil, false
	}
	v := s[1 : end+1]
	return &v, true
}
