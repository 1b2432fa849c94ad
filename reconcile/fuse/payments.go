package fuse

// This file: payments. A payment row is written for money that moved after the cut, of the kinds that the
// company keeps rows of, for a reservation that is known.

import (
	"fmt"

	"salvage/model"
	"salvage/reconcile/match"
)

// payments settles all of them; those of the backup stay.
func (f *fuser) payments() {
	if f.books == nil || len(f.opt.Shape.Kinds[model.Payment].Fields) == 0 {
		return
	}
	for _, r := range f.books.Records[model.Payment] {
		f.emit(recordEntity(model.Payment, r, recordLabel(r)))
	}
	for _, p := range f.m.Payments {
		if p.Backup == nil && p.Live == nil && p.At > f.opt.Cut && f.habits.records[class(p)] && p.Amount != 0 {
			f.newPayment(p)
		}
	}
	f.onePayment()
}

// newPayment makes one row, or one a booking when a payment covers several.
func (f *fuser) newPayment(p *match.Payment) {
	if len(p.Nodes) <= 1 {
		f.payRow(p, p.Amount, -1)
		return
	}
	var sum int64
	for _, i := range p.Nodes {
		sum += f.nodes[i].Get(model.FTotal).Num
	}
	for x, i := range p.Nodes {
		amount := f.nodes[i].Get(model.FTotal).Num
		if sum != p.Amount {
			amount = 0
			if x == 0 {
				amount = p.Amount
			}
		}
		if amount != 0 {
			f.payRow(p, amount, x)
		}
	}
}

func (f *fuser) payRow(p *match.Payment, amount int64, part int) {
	shape := f.opt.Shape.Kinds[model.Payment]
	key := p.ID
	node := -1
	if len(p.Nodes) == 1 {
		node = p.Nodes[0]
	}
	if part >= 0 {
		node = p.Nodes[part]
		if part > 0 {
			key = fmt.Sprintf("%s#%d", p.ID, part+1)
		}
	}
	e := &model.Entity{ID: EntityID(model.Payment, "processor", key), Kind: model.Payment, State: model.Rebuilt, Fields: map[model.Field]model.Cell{},
		Label: fmt.Sprintf("%s %s", model.MoneyValue(amount, p.Currency), p.ID), P: p.Link.P, Strong: p.Link.Strong, Sources: []string{"stripe"}}
	var refs []model.ClaimRef
	for _, me := range p.Mentions {
		l := p.Link
		l.Evidence, l.Slot = me.Key, slotOf(p)
		e.Links = append(e.Links, l)
		refs = append(refs, model.ClaimRef{Evidence: me.Key, At: me.Said})
	}
	put := func(fl model.Field, v model.Value, m model.Mark, pp model.PPM, rule string) {
		if shape.Has(fl) && !v.IsZero() && (v.Type != model.Text || v.Str != "") {
			c := model.Cell{Value: v, Mark: m, P: pp, Rule: rule}
			if m == model.Likely {
				c.For = refs
			}
			e.Fields[fl] = c
		}
	}
	mark := model.Likely
	if part >= 0 {
		mark = model.Derived
	}
	put(model.FAmount, model.MoneyValue(amount, p.Currency), mark, 990_000, "")
	put(model.FCurrency, model.TextValue(p.Currency), model.Likely, 990_000, "")
	put(model.FPaidAt, model.Value{Type: model.Instant, Num: p.At}, model.Likely, 990_000, "")
	put(model.FIntent, model.TextValue(p.Intent), model.Likely, 990_000, "")
	put(model.FCharge, model.TextValue(f.chargeOf(p)), model.Likely, 990_000, "")
	put(model.FRefund, model.TextValue(p.RefundID), model.Likely, 990_000, "")
	put(model.FExternalID, model.TextValue(p.External), model.Likely, 990_000, "")
	put(model.FPayKind, model.TextValue(f.kindOf(p)), model.Derived, 850_000, "what the company calls a payment in this place")
	put(model.FStatus, model.TextValue(f.habits.words[model.FStatus]), model.Derived, 900_000, "as the company records payments of the processor")
	put(model.FMethod, model.TextValue(f.habits.words[model.FMethod]), model.Derived, 900_000, "as the company records payments of the processor")
	f.payFor(e, p, node, put)
	f.emit(e)
}

func (f *fuser) chargeOf(p *match.Payment) string {
	if p.Refund && p.RefundID != "" && !f.opt.Shape.Kinds[model.Payment].Has(model.FRefund) {
		return p.RefundID
	}
	return p.Charge
}

func (f *fuser) kindOf(p *match.Payment) string {
	if k := f.habits.kinds[slotOf(p)]; k != "" {
		return k
	}
	switch slotOf(p) {
	case "refund":
		return model.PayRefund
	case "deposit":
		return model.PayDeposit
	case "balance":
		return model.PayBalance
	case "hold":
		return model.PayHold
	case "full":
		return model.PayRental
	}
	return model.PayOther
}

// payFor links the row to its reservation and customer, or holds it with a question.
func (f *fuser) payFor(e *model.Entity, p *match.Payment, node int, put func(model.Field, model.Value, model.Mark, model.PPM, string)) {
	choice := ""
	if node < 0 {
		choice = f.ask(e, "EX01", model.S2, "", fmt.Sprintf("%s was paid and no booking explains it. What is it for?", e.Label),
			[]model.Option{{Choice: "ignore", Shown: "not ours, or not for a booking", Evidence: shownLinks(e), Effect: "no row is written; answer value=CODE to name the booking"}})
		if node = f.findNode(choice); node < 0 {
			hold(e, "EX01", "no booking explains this payment")
			return
		}
		e.Strong, e.P = true, model.Certain
	}
	r := f.nodes[node]
	put(model.FReservation, model.RefValue(r.ID), model.Likely, p.Link.P, "")
	put(model.FCustomer, f.payerRef(r), model.Likely, p.Link.P, "the reservation's customer")
	switch {
	case r.Held():
		hold(e, r.Holds[0].Code, "its reservation is held: "+r.Holds[0].Reason)
	case !p.Link.Strong && p.Link.P < 900_000 && choice == "":
		if f.ask(e, "PM01", model.S2, "", fmt.Sprintf("%s may be for %s. Is it?", e.Label, r.Label), keepDrop(e, "yes: export it", "no: leave it out")) != "keep" {
			hold(e, "PM01", "the link to its booking is not sure")
		}
	}
}

func (f *fuser) payerRef(r *model.Entity) model.Value {
	if r.Backup != nil {
		return r.Backup.Fields[model.FCustomer]
	}
	return r.Get(model.FCustomer)
}

// findNode finds the booking that a person named by code or key.
func (f *fuser) findNode(choice string) int {
	if len(choice) <= 6 || choice[:6] != "value=" {
		return -1
	}
	for i, e := range f.nodes {
		if c := e.Get(model.FCode).Str; c != "" && foldEqual(c, choice[6:]) || e.ID == choice[6:] || e.Backup != nil && e.Backup.Key == choice[6:] {
			return i
		}
	}
	return -1
}

// loose asks about messages that look like the company's and are not.
func (f *fuser) loose() {
	for _, me := range f.m.Loose {
		s := me.Versions[len(me.Versions)-1]
		e := &model.Entity{ID: EntityID(model.Reservation, "evidence", me.Key), Kind: model.Reservation, Label: s.Title, Fields: map[model.Field]model.Cell{}}
		e.Links = []model.Link{{Evidence: me.Key}}
		f.ask(e, "SR05", model.S2, "", "This message states a booking but cannot be proven to be the company's. Is it forged?",
			[]model.Option{{Choice: "distrust", Shown: "forged, or not ours", Evidence: shownLinks(e), Effect: "it is ignored"}})
	}
}
