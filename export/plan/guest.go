package plan

// This file: entities without rows of their own. An embedded customer's fields stand in each of the person's
// reservations; a payment that is columns of the reservation's row stands there once. Their cells become
// part of the reservation's row, so that one row is written once.

import (
	"sort"
	"strings"

	"salvage/model"
	"salvage/model/mapping"
)

// lodgers says, before anything is planned, which payments stand in which reservation's row.
func (b *builder) lodgers() {
	be := b.bound.Kind(model.Payment)
	if be == nil || be.Host == nil {
		return
	}
	byKey := map[string]string{}
	for _, e := range b.in.Entities {
		if e.Kind == model.Reservation && e.Backup != nil {
			byKey[e.Backup.Key] = e.ID
		}
	}
	for _, e := range b.in.Entities {
		if e.Kind != model.Payment || e.State == model.Unchanged || e.Held() {
			continue
		}
		of := e.Get(model.FReservation).Str
		if e.Backup != nil {
			of = e.Backup.Key
		}
		if id, ok := byKey[of]; ok {
			of = id
		}
		b.paying[of] = append(b.paying[of], e)
	}
	for _, list := range b.paying {
		sort.Slice(list, func(i, j int) bool { return list[i].ID < list[j].ID })
	}
}

// guestNews reports whether a row that the backup has may change by what stands in it of others.
func (b *builder) guestNews(be *mapping.BoundEntity, e *model.Entity) bool {
	if len(be.Guests) == 0 {
		return false
	}
	c := b.customerOf(e)
	return len(b.paying[e.ID]) > 0 || be.Guest(model.Customer) != nil && c != nil && c.State == model.Updated
}

// newGuest drafts an entity that stands in the rows of another.
func (d *draft) newGuest(be *mapping.BoundEntity, e *model.Entity) *draft {
	g := d.b.newDraft(be, e)
	g.host, g.raw, g.found = d, d.raw, d.found
	d.guests = append(d.guests, g)
	return g
}

// embedCustomer drafts the customer whose fields stand in a reservation's row; nil when there is none, or
// the reservation is held for it.
func (d *draft) embedCustomer() *draft {
	be := d.be.Guest(model.Customer)
	ref := d.fields[model.FCustomer]
	if be == nil || ref.Type != model.Ref {
		return nil
	}
	if e := d.b.ents[ref.Str]; e != nil {
		if e.Held() && e.Backup == nil {
			d.stop(CodeDependent, "customer: %s is held: %s", clip(e.Label), reasons(e.Holds).reason)
			return nil
		}
		d.b.placed[e.ID] = true
		return d.newGuest(be, asNew(e))
	}
	r := d.b.recs[model.Customer][ref.Str]
	if r == nil {
		d.stop(CodeDependent, "customer: it points at %s, which is not known", clip(ref.Str))
		return nil
	}
	e := &model.Entity{ID: d.e.ID, Kind: model.Customer, Backup: r, Fields: map[model.Field]model.Cell{}}
	if d.b.byBackup[r.Key] != nil {
		e = d.b.byBackup[r.Key]
		d.b.placed[e.ID] = true
	} else {
		for f, v := range r.Fields {
			e.Fields[f] = model.Cell{Value: v, Mark: model.Kept}
		}
	}
	return d.newGuest(be, asNew(e))
}

// asNew is a customer as a new row shows it: what the person's earlier rows hold is derived from them.
func asNew(e *model.Entity) *model.Entity {
	out := *e
	out.Fields = make(map[model.Field]model.Cell, len(e.Fields))
	for f, c := range e.Fields {
		if c.Mark == model.Kept && e.Backup != nil {
			c.Mark, c.Rule = model.Derived, "as in the customer's earlier rows"
			c.For = append(append([]model.ClaimRef(nil), c.For...), model.ClaimRef{Evidence: e.Backup.Ref()})
		}
		out.Fields[f] = c
	}
	return &out
}

// payment drafts the payment that stands in a new reservation's row, and holds those that find no room: a
// row has columns for one.
func (d *draft) payment() *draft {
	be := d.be.Guest(model.Payment)
	if be == nil {
		return nil
	}
	var list []*model.Entity
	for _, e := range d.b.paying[d.e.ID] {
		if e.State == model.Rebuilt && e.Backup == nil {
			list = append(list, e)
		}
	}
	one, taken := d.only(list)
	for _, e := range list {
		switch {
		case e == one:
		case taken:
			d.b.noRoom[e.ID] = hold{CodeUnfit, "the reservation's row has room for one payment, and the backup's holds one already"}
		case one != nil:
			d.b.noRoom[e.ID] = hold{CodeUnfit, "the reservation's row has room for one payment, and holds " + clip(one.Label)}
		default:
			d.b.noRoom[e.ID] = hold{CodeUnfit, "the reservation's row has room for one payment, and the evidence names several"}
		}
	}
	if one == nil {
		return nil
	}
	return d.newGuest(be, one)
}

// only is the payment of a list that is meant by the row's columns: the one charge, whatever was refunded of
// it since. nil when several were made, or the backup's row holds one already (taken).
func (d *draft) only(list []*model.Entity) (one *model.Entity, taken bool) {
	if d.e.Backup != nil && d.b.recs[model.Payment][d.e.Backup.Key] != nil {
		return nil, true
	}
	for _, e := range list {
		if e.Get(model.FPayKind).Str == model.PayRefund || e.Get(model.FAmount).Num < 0 {
			continue
		}
		if one != nil {
			return nil, false
		}
		one = e
	}
	return one, false
}

// fill writes a guest's values and set into the row that it stands in.
func (g *draft) fill() error {
	g.fieldCells()
	if g.hold.code != "" {
		g.host.stop(g.hold.code, "%s", g.hold.reason)
	}
	if r := g.host.row(""); r != nil {
		return g.assign(r, g.be.Set, "set")
	}
	return nil
}

// guestChanges drafts, in a row that the backup has, what its guests say anew.
func (d *draft) guestChanges() (clashes []string, err error) {
	for _, draft := range []func() ([]string, error){d.customerChanges, d.paymentChanges} {
		list, err := draft()
		if err != nil {
			return nil, err
		}
		clashes = append(clashes, list...)
	}
	return clashes, nil
}

// customerChanges: another customer's fields replace the old one's; a changed field of the same customer is
// written into the rows of those reservations that the same evidence speaks of, as the lost database had it.
func (d *draft) customerChanges() ([]string, error) {
	be := d.be.Guest(model.Customer)
	if be == nil || d.hold.code != "" {
		return nil, nil
	}
	other := d.marks[model.FCustomer].Changed && has(d.be.Updatable(), model.FCustomer)
	var g *draft
	if other {
		g = d.embedCustomer()
	} else if e := d.b.customerOf(d.e); e != nil && e.State == model.Updated && !e.Held() {
		g = d.newGuest(be, e)
	}
	if g == nil {
		return nil, nil
	}
	mine := map[string]bool{}
	for _, l := range d.e.Links {
		mine[l.Evidence] = true
	}
	var clashes []string
	for _, f := range be.Fields {
		cell := g.marks[f.Name]
		if !other && !(has(be.Updatable(), f.Name) && cell.Changed && spoken(cell, mine)) || f.ReadOnly {
			continue
		}
		d.b.placed[g.e.ID] = true
		if clash := g.change(f); clash != "" {
			clashes = append(clashes, clash)
		}
	}
	return clashes, nil
}

// spoken reports whether a cell rests on evidence that is linked to this reservation.
func spoken(c model.Cell, mine map[string]bool) bool {
	for _, r := range c.For {
		if mine[r.Evidence] {
			return true
		}
	}
	return false
}

// customerOf is the entity of a reservation's customer.
func (b *builder) customerOf(e *model.Entity) *model.Entity {
	ref := e.Get(model.FCustomer)
	if ref.Type != model.Ref {
		return nil
	}
	if x := b.ents[ref.Str]; x != nil {
		return x
	}
	return b.byBackup[ref.Str]
}

// paymentChanges: a payment made since fills the columns that are empty; one that the row holds is brought up to date.
func (d *draft) paymentChanges() ([]string, error) {
	be := d.be.Guest(model.Payment)
	if be == nil || d.hold.code != "" {
		return nil, nil
	}
	var clashes []string
	for _, e := range d.b.paying[d.e.ID] {
		if e.Backup == nil {
			continue
		}
		g := d.newGuest(be, e)
		for _, f := range be.Fields {
			if has(be.Updatable(), f.Name) && g.marks[f.Name].Changed {
				if clash := g.change(f); clash != "" {
					clashes = append(clashes, clash)
				}
			}
		}
		if err := g.touchGuest(be.SetOnUpdate); err != nil {
			return nil, err
		}
	}
	g := d.payment()
	if g == nil {
		return clashes, nil
	}
	for _, f := range be.Fields {
		if !f.ReadOnly && !g.fields[f.Name].IsZero() {
			if clash := g.change(f); clash != "" {
				clashes = append(clashes, clash)
			}
		}
	}
	return clashes, g.touchGuest(be.Set)
}

// touchGuest writes a guest's set into a row that the backup has, once the guest changes anything in it.
func (g *draft) touchGuest(list []mapping.Assign) error {
	r := g.host.row("")
	if g.hold.code != "" {
		g.host.stop(g.hold.code, "%s", g.hold.reason)
	}
	if r == nil || len(r.cells) == 0 {
		return nil
	}
	if err := g.assign(r, list, "set"); err != nil {
		return err
	}
	for _, a := range list {
		if c := r.cells[a.Column]; c != nil && c.Field == "" {
			g.settle(r, "", a.Column, "")
		}
	}
	return nil
}

// hosted plans what an entity has beside the cells in its host's row, and holds it with the host.
func (b *builder) hosted(be *mapping.BoundEntity, e *model.Entity) (*draft, error) {
	if h := b.noRoom[e.ID]; h.code != "" {
		b.hold(be, e, h)
		return nil, nil
	}
	g := b.guestOf[e.ID]
	switch {
	case be.Kind == model.Customer && (b.placed[e.ID] || e.State == model.Updated):
		return nil, nil
	case be.Kind == model.Customer:
		b.hold(be, e, hold{CodeDependent, "customers stand in the reservations' rows, and none that is written is theirs"})
		return nil, nil
	case g == nil || g.host.hold.code != "":
		why := "its reservation is not written"
		if g != nil {
			why = strings.TrimSuffix("its reservation is held: "+g.host.hold.reason, ": ")
		}
		b.hold(be, e, hold{CodeDependent, why})
		return nil, nil
	}
	if e.State == model.Rebuilt {
		if err := g.extras(); err != nil {
			return nil, err
		}
		g.partKeys()
		for _, r := range g.rows {
			g.required(r)
		}
		if err := g.afters(); err != nil {
			return nil, err
		}
	}
	return g, nil
}
