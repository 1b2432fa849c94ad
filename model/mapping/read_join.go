package mapping

// This file: joined tables in memory, hashed by their link.

import (
	"sort"
	"strings"

	"salvage/model"
)

// joinIndex is a joined table in memory.
type joinIndex struct {
	to      *BoundJoin
	ours    []string // columns on our side, as Raw names them
	classes []Class
	names   []string // columns that are kept
	raw     []string // the same as "join.column"
	rows    map[string]*joinRow
	several map[string][]*joinRow // of a join with many: true
	order   RowOrder
}

type joinRow struct {
	values []*string
	order  *string
	place  []*string
}

// index reads a joined table. Of several rows with one link the order decides; without one, or where it
// leaves a choice, the one with the lowest key.
func (r *tableReader) index(j *BoundJoin) (*joinIndex, error) {
	x := &joinIndex{to: j, rows: map[string]*joinRow{}, several: map[string][]*joinRow{}, order: NewRowOrder(r.b.Schema, j.Table)}
	for _, l := range j.Link {
		x.ours = append(x.ours, qualify(l.Join, l.Ours))
		x.classes = append(x.classes, ClassOf(r.b.Schema, j.Table.Column(l.Column).Type))
	}
	x.names = r.kept(j)
	for _, n := range x.names {
		x.raw = append(x.raw, qualify(j.Name, n))
	}
	where, err := r.find.Conds(j.Table, j.Where, r.b.Scope)
	if err != nil {
		return nil, err
	}
	col, desc := orderColumn(j.Order)
	var class Class
	if col != "" {
		class = ClassOf(r.b.Schema, j.Table.Column(col).Type)
	}
	err = r.db.Each(j.Table.Qualified(), func(row *model.Row) error {
		if Match(row, where) {
			x.add(row, col, desc, class)
		}
		return nil
	})
	for _, rows := range x.several {
		sort.SliceStable(rows, func(a, b int) bool { return x.before(rows[a], rows[b], col, desc, class) })
	}
	return x, err
}

// kept lists the columns of a joined table that anything asks for: all of an own row, else the used ones.
func (r *tableReader) kept(j *BoundJoin) []string {
	used := map[string]bool{}
	for _, c := range j.Table.Columns {
		if j.Own != NotOwn {
			used[c.Name] = true
		}
	}
	fields := append([]*BoundField(nil), r.e.Fields...)
	for _, g := range r.e.Guests {
		fields = append(fields, g.Fields...)
	}
	for _, f := range fields {
		for _, c := range f.Cols {
			if f.Join == j.Name {
				used[c] = true
			}
		}
		if name, c := splitColumn(r.e.Entity, f.ZoneCol); name == j.Name {
			used[c] = true
		}
	}
	for _, o := range r.e.Joins {
		for _, l := range o.Link {
			if l.Join == j.Name {
				used[l.Ours] = true
			}
			if o == j {
				used[l.Column] = true
			}
		}
	}
	for _, c := range j.Lookup {
		used[c] = true
	}
	var out []string
	for c := range used {
		if c != "" {
			out = append(out, c)
		}
	}
	sort.Strings(out)
	return out
}

func (x *joinIndex) add(row *model.Row, col string, desc bool, class Class) {
	parts := make([]string, len(x.to.Link))
	for i, l := range x.to.Link {
		s, ok := row.Get(l.Column)
		if !ok {
			return
		}
		parts[i] = Comparable(x.classes[i], s)
	}
	key := strings.Join(parts, model.KeySep)
	n := &joinRow{values: make([]*string, len(x.names)), place: x.order.Place(row)}
	if col != "" {
		if s, ok := row.Get(col); ok {
			s = strings.Clone(s)
			n.order = &s
		}
	}
	if old := x.rows[key]; old != nil && !x.to.Many && !x.before(n, old, col, desc, class) {
		return
	}
	for i, name := range x.names {
		if s, ok := row.Get(name); ok {
			s = strings.Clone(s)
			n.values[i] = &s
		}
	}
	if x.to.Many {
		x.several[key] = append(x.several[key], n)
		return
	}
	x.rows[key] = n
}

// before reports whether one row comes before another: by the order, then by its key.
func (x *joinIndex) before(a, b *joinRow, col string, desc bool, class Class) bool {
	c := 0
	if col != "" {
		c = Order(class, a.order, b.order)
	}
	if desc {
		c = -c
	}
	return c < 0 || c == 0 && x.order.Compare(a.place, b.place) < 0
}

// attach adds the joined row's columns to a record's raw ones.
func (x *joinIndex) attach(raw map[string]string) {
	parts := make([]string, len(x.ours))
	for i, o := range x.ours {
		s, ok := raw[o]
		if !ok {
			return
		}
		parts[i] = Comparable(x.classes[i], s)
	}
	key := strings.Join(parts, model.KeySep)
	if rows := x.several[key]; rows != nil {
		x.attachAll(raw, rows)
		return
	}
	row := x.rows[key]
	if row == nil {
		return
	}
	for i, v := range row.values {
		if v != nil {
			raw[x.raw[i]] = *v
		}
	}
}

// attachAll adds the columns of several rows, each as one text with model.ListSep between; NULL is empty.
func (x *joinIndex) attachAll(raw map[string]string, rows []*joinRow) {
	for i, name := range x.raw {
		texts := make([]string, len(rows))
		for k, row := range rows {
			if v := row.values[i]; v != nil {
				texts[k] = *v
			}
		}
		raw[name] = strings.Join(texts, model.ListSep)
	}
}
