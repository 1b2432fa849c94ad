package learn

// This file: rows of the backup, flattened into comparable fields.

import (
	"sort"
	"strconv"

	"salvage/model"
	"salvage/reconcile/normal"
)

// fieldID numbers the (kind, field) pairs that occur in the rows.
type fieldID int

type fieldName struct {
	kind  model.Kind
	field model.Field
}

// cell is one comparable value of a row.
type cell struct {
	id   fieldID
	val  model.Value
	fold string // folded text for text-like values
}

// Row is one reservation of the backup with its customer, vehicle, places and payments.
type Row struct {
	Res     *model.Record
	Cust    *model.Record
	Vehicle *model.Record
	Updated int64 // microseconds; 0 when the company keeps no such column
	Created int64
	cells   []cell
}

// Rows are all rows, with the numbering of their fields.
type Rows struct {
	List   []Row
	names  []fieldName
	ids    map[fieldName]fieldID
	index  map[string][]int32 // value key -> rows
	people map[string][]int32
	ids1   map[string]bool // values of identifiers, long enough to be nothing else
}

func (rs *Rows) id(k model.Kind, f model.Field) fieldID {
	n := fieldName{k, f}
	if i, ok := rs.ids[n]; ok {
		return i
	}
	i := fieldID(len(rs.names))
	rs.ids[n] = i
	rs.names = append(rs.names, n)
	return i
}

// NewRows flattens the books. Payments hang on their reservation.
func NewRows(b *model.Books) *Rows {
	rs := &Rows{ids: map[fieldName]fieldID{}, index: map[string][]int32{}, people: map[string][]int32{}, ids1: map[string]bool{}}
	if b == nil {
		return rs
	}
	by := map[model.Kind]map[string]*model.Record{}
	for k, recs := range b.Records {
		by[k] = make(map[string]*model.Record, len(recs))
		for _, r := range recs {
			by[k][r.Key] = r
		}
	}
	pays := map[string][]*model.Record{}
	for _, p := range b.Records[model.Payment] {
		ref := p.Fields[model.FReservation].Str
		pays[ref] = append(pays[ref], p)
	}
	for _, r := range b.Records[model.Reservation] {
		row := Row{Res: r, Cust: by[model.Customer][r.Fields[model.FCustomer].Str], Vehicle: by[model.Vehicle][r.Fields[model.FVehicle].Str]}
		row.Created, row.Updated = r.Fields[model.FCreatedAt].Num, r.Fields[model.FUpdatedAt].Num
		rs.add(&row, model.Reservation, r)
		rs.add(&row, model.Customer, row.Cust)
		rs.add(&row, model.Vehicle, row.Vehicle)
		rs.place(&row, model.FPickupLoc, by[model.Location])
		rs.place(&row, model.FReturnLoc, by[model.Location])
		for _, p := range pays[r.Key] {
			rs.add(&row, model.Payment, p)
		}
		rs.List = append(rs.List, row)
	}
	rs.buildIndex()
	return rs
}

// add puts a record's comparable fields into the row.
func (rs *Rows) add(row *Row, k model.Kind, r *model.Record) {
	if r == nil {
		return
	}
	fields := make([]string, 0, len(r.Fields))
	for f := range r.Fields {
		fields = append(fields, string(f))
	}
	sort.Strings(fields)
	for _, f := range fields {
		v := r.Fields[model.Field(f)]
		if v.IsZero() || v.Type == model.Ref || v.Type == model.List || v.Type == model.Bool {
			continue
		}
		c := cell{id: rs.id(k, model.Field(f)), val: v}
		if v.Type == model.Text {
			c.fold = normal.Fold(v.Str)
			if c.fold == "" {
				continue
			}
			if model.Field(f) == model.FPhone {
				c.fold = normal.PhoneKey(v.Str, "")
			}
		}
		if v.Type == model.Int {
			c.fold = strconv.FormatInt(v.Num, 10)
		}
		row.cells = append(row.cells, c)
	}
	if (k == model.Reservation || k == model.Vehicle) && r.Fields[model.FCode].String() != r.Key {
		row.cells = append(row.cells, cell{id: rs.id(k, model.FKey), val: model.TextValue(r.Key), fold: normal.Fold(r.Key)})
	}
	if k == model.Customer {
		full := fullName(r)
		if _, ok := r.Fields[model.FFullName]; !ok && full != "" {
			row.cells = append(row.cells, cell{id: rs.id(k, model.FFullName), val: model.TextValue(full), fold: normal.Fold(full)})
		}
	}
}

// place adds a location's name and code under the reservation's field.
func (rs *Rows) place(row *Row, f model.Field, locs map[string]*model.Record) {
	l := locs[row.Res.Fields[f].Str]
	if l == nil {
		return
	}
	row.cells = append(row.cells, cell{id: rs.id(model.Reservation, f), val: model.RefValue(l.Key), fold: "\x00loc:" + l.Key})
}

// fullName is the customer's name as one string, in reading order.
func fullName(r *model.Record) string {
	if v := r.Fields[model.FFullName]; v.Str != "" {
		return v.Str
	}
	a, b := r.Fields[model.FFirstName].Str, r.Fields[model.FLastName].Str
	if a == "" || b == "" {
		return a + b
	}
	return a + " " + b
}

// FullName is the customer's name as one string, in reading order; "" when there is none.
func FullName(r *model.Record) string { return fullName(r) }

// buildIndex maps folded values to rows: what links readings of the overlap to rows.
func (rs *Rows) buildIndex() {
	for i := range rs.List {
		seen := map[string]bool{}
		for _, c := range rs.List[i].cells {
			if c.fold == "" || !rs.linkable(c) || seen[c.fold] {
				continue
			}
			seen[c.fold] = true
			rs.index[c.fold] = append(rs.index[c.fold], int32(i))
			if rs.identifies(c) {
				rs.ids1[c.fold] = true
			}
			if rs.names[c.id] == (fieldName{model.Customer, model.FFullName}) {
				k := normal.NameKey(c.val.Str)
				rs.people[k] = append(rs.people[k], int32(i))
			}
		}
	}
}

// identifies reports a value that names its row by itself: a code, a key, a processor's id. Numbers of fewer than
// seven digits may be anything.
func (rs *Rows) identifies(c cell) bool {
	n := rs.names[c.id]
	switch {
	case len(c.fold) < 5 || len(c.fold) < 7 && allDigits(c.fold):
		return false
	case n.kind == model.Reservation:
		switch n.field {
		case model.FCode, model.FKey, model.FEvent, model.FIntent, model.FSession:
			return true
		}
	case n.kind == model.Payment:
		switch n.field {
		case model.FIntent, model.FCharge, model.FRefund, model.FExternalID:
			return true
		}
	}
	return false
}

// linkable says whether a field's value can tell one row from another; words of status and kind cannot.
func (rs *Rows) linkable(c cell) bool {
	switch rs.names[c.id].field {
	case model.FStatus, model.FPayKind, model.FMethod, model.FChannel, model.FCurrency, model.FFirstName, model.FLastName, model.FNotes, "country", "language", "city", "region", "class", model.FClass, "year", model.FMake, "odometer", "party":
		return false
	}
	return true
}
