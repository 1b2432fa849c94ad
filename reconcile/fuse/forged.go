package fuse

// This file: cancellations that nobody can prove. They change nothing; a person is asked.

import (
	"salvage/model"
	"salvage/reconcile/learn"
	"salvage/reconcile/match"
)

// unproven gives the messages that call a booking cancelled and cannot be proven to be the company's. What the
// customer writes is a wish, and no forgery.
func (f *fuser) unproven(n *match.Node, sts []*learn.Statement) []*learn.Statement {
	customer := map[string]bool{}
	if n.Customer >= 0 {
		for _, e := range f.m.Customers[n.Customer].Person.Emails {
			customer[e] = true
		}
	}
	var out []*learn.Statement
	for _, s := range sts {
		if sourceOf(s.Media) == "mail" && !s.Genuine && s.Via == "" && s.Act == model.ActCancelled && !customer[s.Origin] {
			out = append(out, s)
		}
	}
	return out
}

// askUnproven asks about them, unless the booking is cancelled anyhow. A person who trusts one cancels the booking.
func (f *fuser) askUnproven(e *model.Entity, n *match.Node, sts []*learn.Statement) {
	was := e.Get(model.FStatus)
	forged := f.unproven(n, sts)
	if len(forged) == 0 || was.Str == model.Cancelled {
		return
	}
	refs := make([]model.ClaimRef, len(forged))
	for i, s := range forged {
		refs[i] = stRef(s)
	}
	v, old := model.TextValue(model.Cancelled), was
	opts := []model.Option{
		{Choice: "distrust", Value: &old, Shown: "forged, or not ours", Evidence: shownAll(refs), Effect: "it is ignored: the booking stands"},
		{Choice: "cancelled", Value: &v, Shown: model.Cancelled, Evidence: shownAll(refs), Effect: "the booking is marked cancelled"}}
	if f.ask(e, "SR05", model.S2, model.FStatus, "A message that cannot be proven to be the company's calls this booking cancelled. Was it?", opts) == "cancelled" {
		e.Fields[model.FStatus] = model.Cell{Value: v, Mark: model.Certified, P: model.Certain, Rule: "decided by a person", Was: was, Changed: e.Backup != nil, For: refs}
	}
}
