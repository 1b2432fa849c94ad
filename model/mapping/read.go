package mapping

// This file: Read, from the tables of a database to its records in canonical fields. The main table
// streams; the tables that are joined to it stand in memory, hashed by their link.

import (
	"fmt"
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
		if e.Host != nil { // read with the rows that it stands in
			continue
		}
		r := &tableReader{b: b, e: e, db: db, find: find, counts: make([]Defect, len(e.Fields))}
		recs, err := r.read()
		if err != nil {
			return nil, nil, fmt.Errorf("read %s: %w", e.Name, err)
		}
		books.Records[e.Kind] = recs
		defects = append(defects, r.defects()...)
		for _, g := range e.Guests {
			gr := &tableReader{b: b, e: g, counts: make([]Defect, len(g.Fields))}
			books.Records[g.Kind] = gr.guests(recs)
			defects = append(defects, gr.defects()...)
		}
	}
	return books, defects, nil
}

func (r *tableReader) defects() []Defect {
	var out []Defect
	for _, d := range r.counts {
		if d.Bad > 0 {
			out = append(out, d)
		}
	}
	return out
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
	r.decode(rec, r.b.Currency)
	oneVehicle(r.e, rec)
	r.out = append(r.out, rec)
	return nil
}

// decode fills the canonical fields: the currency and the payment's kind first, since amounts depend on
// them. The given currency is that of rows which name none.
func (r *tableReader) decode(rec *model.Record, currency string) {
	rec.Fields = make(map[model.Field]model.Value, len(r.e.Fields))
	rc := RowContext{Currency: currency, Cols: func(ref string) (string, bool) { s, ok := rec.Raw[ref]; return s, ok }}
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
			rc.Currency, rc.Refund = rowMoney(rec.Fields, currency)
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

// oneVehicle says of a reservation with a list of vehicles, which has just one, which vehicle that is.
func oneVehicle(e *BoundEntity, rec *model.Record) {
	list := e.Field(model.FVehicles)
	if list == nil || e.Field(model.FVehicle) != nil {
		return
	}
	if parts := rec.Fields[model.FVehicles].Parts(); len(parts) == 1 && list.Codec == "ref" {
		rec.Fields[model.FVehicle] = model.RefValue(parts[0])
	}
}
