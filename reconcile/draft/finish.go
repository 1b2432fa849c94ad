package draft

// This file: what a mapping says of an entity beside its fields: which rows, natural keys, what may change,
// and what fills the columns that nothing else fills.

import (
	"slices"
	"strings"

	"salvage/model"
	"salvage/model/mapping"
)

// hosted parts from the reservations the fields of customers and payments that have no table of their own.
func (d *Draft) hosted() {
	r := d.Entity(model.Reservation)
	if r == nil {
		return
	}
	d.lines(r)
	for _, k := range []model.Kind{model.Customer, model.Payment} {
		if d.picked[k] != nil {
			continue
		}
		h := &Entity{Kind: k, Name: plural(k), Hosted: true, main: r.main, Table: Line{Why: "stand in the rows of " + r.main.Name}}
		for _, f := range r.Fields {
			if f.rule.kind == k {
				h.Fields = append(h.Fields, f)
			}
		}
		r.Fields = slices.DeleteFunc(r.Fields, func(f *Field) bool { return f.rule.kind == k })
		if k == model.Payment && h.Field(model.FIntent) == nil && len(h.Fields) > 0 {
			for i, f := range r.Fields {
				if f.Name == model.FIntent {
					h.Fields = append(h.Fields, f)
					r.Fields = slices.Delete(r.Fields, i, i+1)
					break
				}
			}
		}
		switch {
		case k == model.Customer && (h.Field(model.FEmail) != nil || h.Field(model.FPhone) != nil || h.Field(model.FFullName) != nil || h.Field(model.FLastName) != nil):
			d.Entities = append(d.Entities, h)
		case k == model.Payment && (h.Field(model.FCharge) != nil || h.Field(model.FIntent) != nil || h.Field(model.FAmount) != nil):
			d.Entities = append(d.Entities, h)
		}
	}
	slices.SortStableFunc(d.Entities, func(a, b *Entity) int {
		return slices.Index(kindsOf(), a.Kind) - slices.Index(kindsOf(), b.Kind)
	})
}

// finish settles the rest of an entity.
func (d *Draft) finish(e *Entity) {
	order(e)
	d.find(e)
	if e.Hosted {
		return
	}
	var guests []*Field
	for _, o := range d.Entities {
		if o.Hosted && o.main == e.main && e.Kind == model.Reservation {
			guests = append(guests, o.Fields...)
		}
	}
	e.keepJoins(guests)
	d.where(e)
	if e.Kind == model.Vehicle || e.Kind == model.Location {
		return
	}
	d.fill(e, guests)
}

// order puts the fields in the order of the language.
func order(e *Entity) {
	known := model.KnownFields(e.Kind)
	at := func(f model.Field) int {
		if i := slices.Index(known, f); i >= 0 {
			return i
		}
		return len(known)
	}
	slices.SortStableFunc(e.Fields, func(a, b *Field) int { return at(a.Name) - at(b.Name) })
}

// find writes the natural keys that the fields allow, the strongest first.
func (d *Draft) find(e *Entity) {
	ok := func(fs ...model.Field) {
		for _, f := range fs {
			if x := e.Field(f); x == nil || x.Ask != "" {
				return
			}
		}
		e.Find = append(e.Find, fs)
	}
	uniq := func(f model.Field) bool { x := e.Field(f); return x != nil && x.cand.never() }
	switch e.Kind {
	case model.Location:
		ok(model.FCode)
		ok(model.FName)
	case model.Vehicle:
		ok(model.FPlate)
		ok(model.FVIN)
		ok(model.FCode)
		if uniq(model.FName) {
			ok(model.FName)
		}
		ok(model.FMake, model.FModel)
	case model.Customer:
		ok(model.FStripeCus)
		switch {
		case uniq(model.FEmail), e.Field(model.FLastName) == nil && e.Field(model.FFullName) == nil:
			ok(model.FEmail)
		case e.Field(model.FLastName) != nil:
			ok(model.FEmail, model.FLastName, model.FFirstName)
		default:
			ok(model.FEmail, model.FFullName)
		}
		if e.Field(model.FLastName) != nil {
			ok(model.FPhone, model.FLastName, model.FFirstName)
		} else {
			ok(model.FPhone, model.FFullName)
		}
	case model.Reservation:
		ok(model.FCode)
		if len(e.Find) == 0 {
			ok(model.FStartsAt, model.FVehicle, model.FCustomer)
		}
		if len(e.Find) == 0 {
			ok(model.FStartsAt, model.FCustomer)
		}
		d.fixIdentity(e)
	case model.Payment:
		d.findPayment(e, ok)
	}
}

// fixIdentity: without a code, start, vehicle and customer tell a booking from others, and cannot be changed.
func (d *Draft) fixIdentity(e *Entity) {
	if len(e.Find) == 0 || slices.Contains(e.Find[0], model.FCode) {
		return
	}
	for _, f := range e.Fields {
		if !slices.Contains(e.Find[0], f.Name) && !f.ReadOnly && f.Ask == "" {
			e.Update = append(e.Update, f.Name)
		}
	}
}

func (d *Draft) findPayment(e *Entity, ok func(...model.Field)) {
	x := e.Field(model.FCharge)
	if x != nil && !x.cand.never() && e.Field(model.FReservation) != nil {
		ok(model.FCharge, model.FReservation)
	} else {
		ok(model.FCharge)
	}
	ok(model.FRefund)
	if e.Field(model.FPayKind) != nil {
		ok(model.FIntent, model.FPayKind, model.FAmount)
	} else {
		ok(model.FIntent, model.FAmount)
	}
	if len(e.Find) == 0 {
		ok(model.FReservation, model.FAmount, model.FPaidAt)
	}
	if e.Hosted {
		e.Find = e.Find[:min(1, len(e.Find))]
	}
}

// where narrows which rows are the entity: not those deleted, only those of the right type.
func (d *Draft) where(e *Entity) {
	taken := map[string]bool{}
	for _, f := range e.Fields {
		for _, c := range f.Cols {
			taken[c] = true
		}
	}
	for _, f := range e.Fields {
		if l := f.cand.column.ref; l != nil && l.kind != nil && f.Ref != "" && !f.cand.joined {
			taken[l.kind.Name] = true
			e.Where = append(e.Where, Pair{Column: l.kind.Name, Value: l.word, Line: Line{Why: "rows that point at " + l.to.Name}})
		}
	}
	for _, c := range e.main.cols {
		switch {
		case taken[c.Name] || slices.ContainsFunc(d.Scope, func(p Pair) bool { return p.Column == c.Name }):
		case has(c.words, "deleted") && c.isTime() && !c.NotNull:
			e.Where = append(e.Where, Pair{Column: c.Name, Value: "null", Raw: true, Line: Line{Why: "rows with a time here are deleted"}})
		case has(c.words, "deleted") && (c.class == mapping.ClassBool || c.class == mapping.ClassInt && c.maxN <= 1 && c.full() > 0):
			v := "false"
			if c.class != mapping.ClassBool {
				v = "0"
			}
			e.Where = append(e.Where, Pair{Column: c.Name, Value: v, Raw: true, Line: Line{Why: "the others are deleted"}})
		case has(c.words, "kind", "category") && (c.isText()) && !c.vocab.over:
			d.discriminate(e, c)
		}
	}
}

// discriminate narrows an entity by a column that says what each row is.
func (d *Draft) discriminate(e *Entity, c *column) {
	list := c.vocab.list()
	if len(list) == 0 || len(list) > 12 || has(c.words, "payment", "vehicle", "address", "location", "class") {
		return
	}
	var match string
	weights := tableNames(e.Kind)
	for _, w := range list {
		if has(tokens(w), maps(weights)...) || isStandard(w) {
			if match != "" {
				return
			}
			match = w
		}
	}
	if match == "" || len(list) == 1 && c.Default != "" {
		return
	}
	var others []string
	for _, w := range list {
		if w != match {
			others = append(others, w)
		}
	}
	p := Pair{Column: c.Name, Value: match, Line: Line{Why: "which rows these are"}}
	if len(others) > 0 {
		p.Unsure = "all rows: others are " + strings.Join(others[:min(3, len(others))], ", ")
	}
	e.Where = append(e.Where, p)
}

func isStandard(w string) bool {
	switch strings.ToLower(w) {
	case "standard", "normal", "regular", "default":
		return true
	}
	return false
}

func maps(m map[string]float64) []string {
	out := make([]string, 0, len(m))
	for k, v := range m {
		if v >= 0.5 {
			out = append(out, k)
		}
	}
	slices.Sort(out)
	return out
}

// fill proposes what stands in required columns that no field fills, in every table that is written.
// given reports whether scope, where, or a link fills the column.
// keyFill makes a key that the database does not make.
// columnFill proposes a value for a required column that means nothing to salvage.
// standIn is what is written when no evidence names a field that a row cannot do without. Fields that say
// who, what and when have none: a row without them is held.
// placeFill is where a booking begins or ends when nothing says so: at the other end, at the thing's own
// place, else where most bookings do. Such cells are marked as filled.
// codeTemplate makes codes of the look that the column's have: what all begin with, then random letters.
// likes copies references that nobody knows from the newest row.
