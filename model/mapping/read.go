package mapping

// This file: Read, from the tables of a database to its records in canonical fields. The main table
// streams; the tables that are joined to it stand in memory, hashed by their link.

import (
	"fmt"
	"sort"
	"strings"

	"salvage/model"
)

// Defect counts the cells of one field that their codec could not read. Such cells are left out of
// Record.Fields and stay in Record.Raw.
type Defect struct {
	Field  string // "reservations.status"
	Column string
	Bad    int
	Of     int    // cells that are not NULL
	Why    string // of the first one
	Place  Place
}

// A column that cannot be read in more than one cell of a hundred (and more than a handful) is mapped wrongly.
const (
	badShare = 100
	badFew   = 10
)

// Read reads every record of a database, each kind in the order of its keys. It fails when the
// mapping does not fit the schema, and when a mapped column cannot be read in more than one cell of a hundred.
func (m *Mapping) Read(db model.Tables) (*model.Books, error) {
	books, defects, err := m.ReadAll(db)
	if err != nil {
		return nil, err
	}
	var lines []string
	for _, d := range defects {
		if d.Bad == d.Of || d.Bad > badFew && d.Bad*badShare > d.Of {
			lines = append(lines, fmt.Sprintf("%s:%d: %s: column %s cannot be read in %d of %d rows, the first: %s", m.File, d.Place.Line, d.Place.Path, d.Column, d.Bad, d.Of, d.Why))
		}
	}
	if len(lines) > 0 {
		return nil, fmt.Errorf("%s\nhint: change `as` (or the map) of the field to what the column holds", strings.Join(lines, "\n"))
	}
	return books, nil
}

// ReadAll is Read without a verdict: the cells that could not be read are reported beside the records.
func (m *Mapping) ReadAll(db model.Tables) (*model.Books, []Defect, error) {
	b, err := m.Bind(db.Schema())
	if err != nil {
		return nil, nil, err
	}
	books := &model.Books{Zone: m.Zone.String(), Currency: m.Currency, Records: map[model.Kind][]*model.Record{}}
	find := NewFinder(b, db)
	var defects []Defect
	for _, e := range b.Kinds {
		r := &tableReader{b: b, e: e, db: db, find: find, counts: make([]Defect, len(e.Fields))}
		recs, err := r.read()
		if err != nil {
			return nil, nil, fmt.Errorf("read %s: %w", e.Name, err)
		}
		books.Records[e.Kind] = recs
		for _, d := range r.counts {
			if d.Bad > 0 {
				defects = append(defects, d)
			}
		}
	}
	return books, defects, nil
}

// tableReader reads the records of one kind.
type tableReader struct {
	b      *Bound
	e      *BoundEntity
	db     model.Tables
	find   *Finder
	joins  []*joinIndex
	counts []Defect
	out    []*model.Record
	keys   map[string]bool // nil when the schema itself keeps the key unique
}

func (r *tableReader) read() ([]*model.Record, error) {
	where, err := r.find.Conds(r.e.Main, r.e.Where, r.b.Scope)
	if err != nil {
		return nil, err
	}
	for _, j := range r.e.Joins {
		idx, err := r.index(j)
		if err != nil {
			return nil, err
		}
		r.joins = append(r.joins, idx)
	}
	if !keptUnique(r.e.Main, r.e.Key) {
		r.keys = map[string]bool{}
	}
	err = r.db.Each(r.e.Main.Qualified(), func(row *model.Row) error {
		if !Match(row, where) {
			return nil
		}
		return r.record(row)
	})
	sortRecords(r.out)
	return r.out, err
}

// keptUnique reports whether the schema itself keeps the key unique.
func keptUnique(t *model.Table, key []string) bool {
	for _, set := range append([][]string{t.PrimaryKey}, t.Unique...) {
		if len(set) == 0 {
			continue
		}
		inside := true
		for _, c := range set {
			inside = inside && within(key, c)
		}
		if inside {
			return true
		}
	}
	return false
}

func (r *tableReader) record(row *model.Row) error {
	rec := &model.Record{Kind: r.e.Kind, Table: r.e.Main.Qualified(), Line: row.Line}
	rec.Raw = make(map[string]string, len(row.Cols))
	for i, c := range row.Cols {
		if row.Values[i] != nil {
			rec.Raw[c] = strings.Clone(*row.Values[i])
		}
	}
	parts := make([]string, len(r.e.Key))
	for i, k := range r.e.Key {
		s, ok := rec.Raw[k]
		if !ok {
			return fmt.Errorf("%s: a row has no %s", rec.Table, k)
		}
		parts[i] = s
	}
	rec.Key = strings.Join(parts, model.KeySep)
	if r.keys != nil {
		if r.keys[rec.Key] {
			return fmt.Errorf("%s: key %s stands twice\nhint: name all columns that make the key", rec.Table, rec.Key)
		}
		r.keys[rec.Key] = true
	}
	for _, j := range r.joins {
		j.attach(rec.Raw)
	}
	r.decode(rec)
	r.out = append(r.out, rec)
	return nil
}

// decode fills the canonical fields: the currency and the payment's kind first, since amounts depend on them.
func (r *tableReader) decode(rec *model.Record) {
	rec.Fields = make(map[model.Field]model.Value, len(r.e.Fields))
	rc := RowContext{Currency: r.b.Currency, Cols: func(ref string) (string, bool) { s, ok := rec.Raw[ref]; return s, ok }}
	for _, first := range []bool{true, false} {
		for i, f := range r.e.Fields {
			if (f.Name == model.FCurrency || f.Name == model.FPayKind) != first {
				continue
			}
			v, err := f.Decode(rc)
			r.count(i, f, v, err)
			if err == nil && !v.IsZero() {
				rec.Fields[f.Name] = v
			}
		}
		if first {
			rc.Currency, rc.Refund = rowMoney(rec.Fields, r.b.Currency)
		}
	}
}

// rowMoney is the currency of a row's amounts, and whether they are a refund's.
func rowMoney(fields map[model.Field]model.Value, fallback string) (cur string, refund bool) {
	cur = strings.ToLower(strings.TrimSpace(fields[model.FCurrency].Str))
	if cur == "" {
		cur = fallback
	}
	return cur, fields[model.FPayKind].Str == model.PayRefund
}

// ContextOf is the RowContext of settled values.
func (b *Bound) ContextOf(fields map[model.Field]model.Value, cols Cols) RowContext {
	cur, refund := rowMoney(fields, b.Currency)
	return RowContext{Cols: cols, Currency: cur, Refund: refund}
}

func (r *tableReader) count(i int, f *BoundField, v model.Value, err error) {
	d := &r.counts[i]
	if err == nil && v.IsZero() {
		return
	}
	d.Of++
	if err == nil {
		return
	}
	d.Bad++
	if d.Bad == 1 {
		d.Field, d.Column, d.Why, d.Place = r.e.Name+"."+string(f.Name), f.Table.Qualified()+"."+f.Cols[0], err.Error(), f.Place
	}
}

// joinIndex is a joined table in memory.
type joinIndex struct {
	to      *BoundJoin
	ours    []string // columns on our side, as Raw names them
	classes []Class
	names   []string // columns that are kept
	raw     []string // the same as "join.column"
	rows    map[string]*joinRow
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
	x := &joinIndex{to: j, rows: map[string]*joinRow{}, order: NewRowOrder(r.b.Schema, j.Table)}
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
	for _, f := range r.e.Fields {
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
	if old := x.rows[key]; old != nil {
		c := 0
		if col != "" {
			c = Order(class, n.order, old.order)
		}
		if desc {
			c = -c
		}
		if c > 0 || c == 0 && x.order.Compare(n.place, old.place) >= 0 {
			return
		}
	}
	for i, name := range x.names {
		if s, ok := row.Get(name); ok {
			s = strings.Clone(s)
			n.values[i] = &s
		}
	}
	x.rows[key] = n
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
	row := x.rows[strings.Join(parts, model.KeySep)]
	if row == nil {
		return
	}
	for i, v := range row.values {
		if v != nil {
			raw[x.raw[i]] = *v
		}
	}
}
