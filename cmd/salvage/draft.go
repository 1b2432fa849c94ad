package main

// This file: the draft of a mapping, from nothing but the names and types of tables and columns.
// It knows the words that booking systems commonly use; what it cannot tell it leaves to a person
// and says so.

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"salvage/model"
)

// draft is a mapping on its way.
type draft struct {
	lines []string
	open  []string // what a person must look at
}

func (d *draft) text() string { return strings.Join(d.lines, "\n") + "\n" }

func (d *draft) add(format string, args ...any) {
	d.lines = append(d.lines, fmt.Sprintf(format, args...))
}

func (d *draft) ask(format string, args ...any) {
	d.open = append(d.open, fmt.Sprintf(format, args...))
}

// draftKind is how one kind of entity is usually called.
type draftKind struct {
	name   string // in the mapping
	kind   model.Kind
	tables []string // words of its table, the likeliest first
	fields []draftField
}

// draftField is how one field's column is usually called; ref names the kind it points at.
type draftField struct {
	field model.Field
	words []string
	ref   string
	money bool
}

func draftKinds() []draftKind {
	created := draftField{model.FCreatedAt, []string{"created_at", "created", "create_date", "create_time", "date_created", "booked_at"}, "", false}
	updated := draftField{model.FUpdatedAt, []string{"updated_at", "updated", "modified", "modified_at", "last_update"}, "", false}
	return []draftKind{
		{"locations", model.Location, []string{"location", "branch", "store", "office", "depot", "station"}, []draftField{
			{model.FCode, []string{"code", "short_name", "slug"}, "", false}, {model.FName, []string{"name", "title"}, "", false},
		}},
		{"vehicles", model.Vehicle, []string{"vehicle", "car", "inventory", "fleet", "unit", "asset", "bike", "boat", "room", "item"}, []draftField{
			{model.FCode, []string{"code", "unit_number", "number"}, "", false}, {model.FPlate, []string{"plate", "license_plate", "registration", "plate_number"}, "", false},
			{model.FVIN, []string{"vin"}, "", false}, {model.FName, []string{"name", "title"}, "", false},
			{model.FMake, []string{"make", "brand"}, "", false}, {model.FModel, []string{"model"}, "", false},
			{model.FLocation, []string{"location_id", "branch_id", "store_id"}, "locations", false},
		}},
		{"customers", model.Customer, []string{"customer", "client", "guest", "renter", "member", "contact", "user"}, []draftField{
			{model.FFirstName, []string{"first_name", "firstname", "forename", "given_name"}, "", false},
			{model.FLastName, []string{"last_name", "lastname", "surname", "family_name"}, "", false},
			{model.FFullName, []string{"full_name", "name"}, "", false}, {model.FEmail, []string{"email", "email_address", "mail"}, "", false},
			{model.FPhone, []string{"phone", "telephone", "mobile", "phone_number"}, "", false}, {model.FCompany, []string{"company", "company_name"}, "", false},
			{model.FStripeCus, []string{"stripe_customer_id", "stripe_customer", "stripe_id"}, "", false}, created, updated,
		}},
		{"reservations", model.Reservation, []string{"reservation", "booking", "rental", "hire", "order", "appointment"}, []draftField{
			{model.FCode, []string{"code", "reference", "confirmation_code", "confirmation_number", "booking_number", "number"}, "", false},
			{model.FCustomer, []string{"customer_id", "client_id", "guest_id", "renter_id", "user_id"}, "customers", false},
			{model.FVehicle, []string{"vehicle_id", "car_id", "inventory_id", "unit_id"}, "vehicles", false},
			{model.FStartsAt, []string{"starts_at", "start_at", "pickup_at", "start_time", "start_date", "pickup_date", "pickup_time", "rental_date", "date_from"}, "", false},
			{model.FEndsAt, []string{"ends_at", "end_at", "return_at", "end_time", "end_date", "dropoff_at", "due_at", "date_to"}, "", false},
			{model.FReturnedAt, []string{"returned_at", "return_date", "actual_return_at"}, "", false},
			{model.FPickupLoc, []string{"pickup_location_id", "location_id", "branch_id"}, "locations", false},
			{model.FReturnLoc, []string{"return_location_id", "dropoff_location_id"}, "locations", false},
			{model.FStatus, []string{"status", "state", "stage"}, "", false},
			{model.FTotal, []string{"total_cents", "total", "total_amount", "price_cents", "price", "amount"}, "", true},
			{model.FDeposit, []string{"deposit_cents", "deposit", "deposit_amount"}, "", true},
			{model.FChannel, []string{"channel", "source", "booked_via"}, "", false},
			{model.FEvent, []string{"calendar_event_id", "calendar_uid", "google_event_id", "event_id"}, "", false},
			{model.FIntent, []string{"stripe_payment_intent", "stripe_payment_intent_id", "payment_intent_id"}, "", false},
			{model.FNotes, []string{"notes", "note", "comment"}, "", false}, created, updated,
		}},
		{"payments", model.Payment, []string{"payment", "receipt", "transaction", "charge"}, []draftField{
			{model.FReservation, []string{"reservation_id", "booking_id", "rental_id", "hire_id", "order_id"}, "reservations", false},
			{model.FCustomer, []string{"customer_id", "client_id"}, "customers", false},
			{model.FAmount, []string{"amount_cents", "amount", "cents", "pence", "total"}, "", true},
			{model.FCurrency, []string{"currency"}, "", false}, {model.FMethod, []string{"method", "payment_method"}, "", false},
			{model.FCharge, []string{"stripe_charge_id", "stripe_charge", "charge_id"}, "", false},
			{model.FIntent, []string{"stripe_payment_intent", "stripe_payment_intent_id", "payment_intent_id"}, "", false},
			{model.FPaidAt, []string{"paid_at", "payment_date", "charged_at", "created_at", "date"}, "", false},
		}},
	}
}

// draftMapping drafts a mapping of a schema.
func draftMapping(s *model.Schema, opts InitOptions) *draft {
	d := &draft{}
	d.add("zone: %s   # what naive times and dates in the tables mean", scalar(or(opts.Zone, "UTC")))
	if opts.Zone == "" {
		d.ask("zone: nobody has said what naive times mean; UTC stands there")
	}
	d.add("currency: %s", strings.ToLower(opts.Currency))
	d.add("entities:")
	kinds := draftKinds()
	tables := map[string]*model.Table{}
	for _, k := range kinds {
		if t := findTable(s, k); t != nil {
			tables[k.name] = t
		} else {
			d.ask("%s: no table looks like it", k.name)
		}
	}
	for _, k := range kinds {
		if t := tables[k.name]; t != nil {
			d.entity(s, k, t, tables)
		}
	}
	return d
}

// findTable finds the table that is called most like the kind and has a primary key.
func findTable(s *model.Schema, k draftKind) *model.Table {
	for _, word := range k.tables {
		for _, form := range []string{word, word + "s", word + "es", strings.TrimSuffix(word, "y") + "ies"} {
			if t := s.Table(form); t != nil && len(t.PrimaryKey) > 0 && t.PartitionOf == "" {
				return t
			}
		}
	}
	return nil
}

func (d *draft) entity(s *model.Schema, k draftKind, t *model.Table, tables map[string]*model.Table) {
	d.add("  %s:", k.name)
	d.add("    table: %s", scalar(t.Qualified()))
	key := make([]string, len(t.PrimaryKey))
	for i, c := range t.PrimaryKey {
		key[i] = scalar(c)
	}
	if len(key) == 1 {
		d.add("    key: %s", key[0])
	} else {
		d.add("    key: [%s]", strings.Join(key, ", "))
	}
	d.add("    fields:")
	var has []model.Field
	used := map[string]bool{}
	for _, f := range k.fields {
		c := findColumn(t, f, used)
		if c == nil || f.ref != "" && tables[f.ref] == nil {
			continue
		}
		spec, ok := d.column(s, k, f, c)
		if !ok {
			continue
		}
		used[c.Name] = true
		has = append(has, f.field)
		d.add("      %s: %s", f.field, spec)
	}
	d.find(k, has)
	if k.kind == model.Location || k.kind == model.Vehicle {
		return // looked up, never written
	}
	for _, c := range t.Columns {
		if c.NotNull && c.Default == "" && c.Identity == "" && !c.Generated && c.Sequence == "" && !used[c.Name] {
			d.ask("%s.%s: a new row needs a value (fields, set, missing or like)", k.name, c.Name)
		}
	}
}

func findColumn(t *model.Table, f draftField, used map[string]bool) *model.Column {
	for _, w := range f.words {
		for _, c := range t.Columns {
			if strings.EqualFold(c.Name, w) && !used[c.Name] && !c.Generated {
				return c
			}
		}
	}
	return nil
}

// minorName matches names of columns that count minor units.
var minorName = regexp.MustCompile(`(?i)(cents|pence|minor|_c$)`)

// column writes how a column is read; ok is false when a person must say.
func (d *draft) column(s *model.Schema, k draftKind, f draftField, c *model.Column) (spec string, ok bool) {
	col, typ := scalar(c.Name), strings.ToLower(c.Type)
	switch {
	case f.ref != "":
		return fmt.Sprintf("{col: %s, as: ref, ref: %s}", col, f.ref), true
	case f.field == model.FStatus:
		words := s.Enums[c.Type]
		if len(words) == 0 {
			d.ask("%s.status: column %s: say what its words mean: {col: %s, as: map, map: {…}}", k.name, c.Name, col)
			return "", false
		}
		return fmt.Sprintf("{col: %s, as: map, map: {%s}}", col, d.statusMap(k, words)), true
	case f.money && (minorName.MatchString(c.Name) || strings.Contains(typ, "int")):
		return fmt.Sprintf("{col: %s, as: minor}", col), true
	case f.money:
		return fmt.Sprintf("{col: %s, as: major}", col), true
	case strings.Contains(typ, "with time zone") && strings.HasPrefix(typ, "timestamp"), typ == "timestamptz":
		return fmt.Sprintf("{col: %s, as: tz}", col), true
	case strings.HasPrefix(typ, "timestamp"), typ == "datetime":
		return fmt.Sprintf("{col: %s, as: naive}", col), true
	case typ == "date":
		return fmt.Sprintf("{col: %s, as: date}", col), true
	}
	return col, true
}

// statusMap guesses what the words of a status mean, by their stems; each canonical word is given once
// more than needed rather than left out, and a person is asked to look.
func (d *draft) statusMap(k draftKind, words []string) string {
	stems := []struct{ stem, canon string }{
		{"cancel", model.Cancelled}, {"void", model.Cancelled}, {"no_show", model.NoShow}, {"noshow", model.NoShow}, {"no-show", model.NoShow},
		{"pend", model.Pending}, {"option", model.Pending}, {"draft", model.Pending}, {"quote", model.Pending},
		{"confirm", model.Confirmed}, {"book", model.Confirmed}, {"reserv", model.Confirmed},
		{"active", model.Active}, {"out", model.Active}, {"hire", model.Active}, {"progress", model.Active}, {"picked", model.Active},
		{"complet", model.Completed}, {"return", model.Completed}, {"clos", model.Completed}, {"done", model.Completed}, {"finish", model.Completed},
	}
	var parts []string
	for _, w := range words {
		canon := ""
		for _, st := range stems {
			if strings.Contains(strings.ToLower(w), st.stem) {
				canon = st.canon
				break
			}
		}
		if canon == "" {
			d.ask("%s.status: what does %q mean? confirmed stands there", k.name, w)
			canon = model.Confirmed
		}
		parts = append(parts, scalar(w)+": "+canon)
	}
	return strings.Join(parts, ", ")
}

// find writes the natural keys that the fields allow.
func (d *draft) find(k draftKind, has []model.Field) {
	var keys []string
	for _, want := range [][]model.Field{{model.FCode}, {model.FStripeCus}, {model.FEmail}, {model.FPlate}, {model.FCharge}, {model.FStartsAt, model.FVehicle, model.FCustomer}, {model.FName}, {model.FMake, model.FModel}} {
		all := true
		var words []string
		for _, f := range want {
			all = all && slices.Contains(has, f)
			words = append(words, string(f))
		}
		if all {
			keys = append(keys, "["+strings.Join(words, ", ")+"]")
		}
	}
	d.add("    find: [%s]", strings.Join(keys, ", "))
}
