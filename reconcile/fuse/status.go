package fuse

// This file: the lifecycle. A cancellation counts from when it was said; a booking confirmed again after it
// is open; what nobody says follows from the dates, and is marked derived.

import (
	"salvage/model"
	"salvage/reconcile/learn"
	"salvage/reconcile/match"
)

// course is what statements say of a booking's course.
type course struct {
	cancelled *learn.Statement // the last genuine word that it is off
	reopened  *learn.Statement // a letter after it that the booking stands
	noShow    *learn.Statement
	letter    bool // the cancellation was announced by a letter
	sources   map[string]bool
}

func (f *fuser) course(sts []*learn.Statement) course {
	c := course{sources: map[string]bool{}}
	for _, s := range sts {
		if !s.Genuine || s.Spoofed {
			continue
		}
		state := statusSaid(s)
		mail := sourceOf(s.Media) == "mail"
		switch {
		case s.Act == model.ActCancelled || state == model.Cancelled:
			c.cancelled, c.reopened = s, nil
			c.letter = c.letter || mail
			c.sources[sourceOf(s.Media)] = true
		case state == model.NoShow:
			c.noShow = s
		case mail && c.cancelled != nil && (s.Act == model.ActCreated || s.Act == model.ActChanged):
			c.reopened = s
		}
	}
	return c
}

func statusSaid(s *learn.Statement) string {
	for i := range s.Claims {
		if c := &s.Claims[i]; c.Kind == model.Reservation && c.Field == model.FStatus {
			return c.Value.Str
		}
	}
	return ""
}

func stRef(s *learn.Statement) model.ClaimRef {
	return model.ClaimRef{Evidence: s.Key, At: s.At, Text: s.Title}
}

// setStatus settles the state of a rebuilt reservation as of the wipe.
func (f *fuser) setStatus(e *model.Entity, n *match.Node, sts []*learn.Statement) {
	shape := f.opt.Shape.Kinds[model.Reservation]
	if !shape.Has(model.FStatus) {
		return
	}
	c := f.course(sts)
	switch {
	case c.cancelled != nil && c.reopened == nil:
		e.Fields[model.FStatus] = model.Cell{Value: model.TextValue(model.Cancelled), Mark: model.Likely, P: 950_000, For: []model.ClaimRef{stRef(c.cancelled)}}
		f.setCancelledAt(e, c.cancelled, shape)
		return
	case c.cancelled != nil:
		f.askCourse(e, c)
	case c.noShow != nil:
		e.Fields[model.FStatus] = model.Cell{Value: model.TextValue(model.NoShow), Mark: model.Likely, P: 900_000, For: []model.ClaimRef{stRef(c.noShow)}}
		return
	}
	if _, ok := e.Fields[model.FStatus]; ok {
		return
	}
	p, ok := phaseAt(e.Get(model.FStartsAt), e.Get(model.FEndsAt), f.opt.Wipe, f.opt.Zone)
	if !ok || f.habits.status[p] == "" {
		return
	}
	e.Fields[model.FStatus] = model.Cell{Value: model.TextValue(f.habits.status[p]), Mark: model.Derived, P: model.PPM(f.habits.share[p] * 900_000), Rule: phaseRule[p]}
}

var phaseRule = [phases]string{
	"the stay begins after the loss and nobody cancelled it",
	"the stay had begun and not ended at the loss, and nobody cancelled it",
	"the stay ended before the loss and nobody cancelled it",
}

func (f *fuser) setCancelledAt(e *model.Entity, s *learn.Statement, shape model.KindShape) {
	if shape.Has(model.FCancelledAt) && f.habits.prompt {
		e.Fields[model.FCancelledAt] = model.Cell{Value: model.Value{Type: model.Instant, Num: s.At}, Mark: model.Likely, P: 900_000, For: []model.ClaimRef{stRef(s)}, Rule: "when the cancellation was said"}
	}
}

// updateStatus brings a backup's row's state up to date.
func (f *fuser) updateStatus(e *model.Entity, n *match.Node, after []*learn.Statement, shape model.KindShape) {
	if !hasField(shape.Update, model.FStatus) || changedByHand(e, model.FStatus) {
		return
	}
	was := e.Get(model.FStatus)
	c := f.course(after)
	change := func(to string, mark model.Mark, p model.PPM, rule string, refs ...model.ClaimRef) {
		if to != "" && to != was.Str {
			e.Fields[model.FStatus] = model.Cell{Value: model.TextValue(to), Mark: mark, P: p, Rule: rule, Was: was, Changed: true, For: refs}
		}
	}
	switch {
	case c.cancelled != nil && c.reopened != nil:
		f.askCourse(e, c)
	case c.cancelled != nil && was.Str != model.Cancelled:
		if !f.over(e) && (c.letter || len(c.sources) > 1 || refunded(f.m, n, f.opt.Cut)) {
			change(model.Cancelled, model.Likely, 950_000, "cancelled after the cut", stRef(c.cancelled))
			if hasField(shape.Update, model.FCancelledAt) && f.habits.prompt {
				f.setCancelledAt(e, c.cancelled, shape)
				x := e.Fields[model.FCancelledAt]
				x.Changed = true
				e.Fields[model.FCancelledAt] = x
			}
		} else {
			f.askCancelled(e, c)
		}
	case c.noShow != nil:
		change(model.NoShow, model.Likely, 900_000, "said after the cut", stRef(c.noShow))
	default:
		f.passTime(e, was, change)
	}
}

// passTime moves a row on that only time changed: planned at the cut, over at the loss.
func (f *fuser) passTime(e *model.Entity, was model.Value, change func(string, model.Mark, model.PPM, string, ...model.ClaimRef)) {
	start, end := e.Get(model.FStartsAt), e.Get(model.FEndsAt)
	then, ok1 := phaseAt(start, end, f.opt.Cut, f.opt.Zone)
	now, ok2 := phaseAt(start, end, f.opt.Wipe, f.opt.Zone)
	if !ok1 || !ok2 || touchedLive(e) || now <= then || was.Str != f.habits.status[then] || f.habits.share[now] < 0.9 {
		return
	}
	change(f.habits.status[now], model.Derived, model.PPM(f.habits.share[now]*900_000), phaseRule[now])
}

// refunded reports whether money of the booking went back after a moment.
func refunded(m *match.Result, n *match.Node, since int64) bool {
	for _, x := range n.Payments {
		if p := m.Payments[x]; p.Refund && !p.Failed && p.At > since {
			return true
		}
	}
	return false
}

// derive fills what follows from settled values.
func (f *fuser) derive(e *model.Entity, n *match.Node, sts []*learn.Statement) {
	shape := f.opt.Shape.Kinds[model.Reservation]
	put := func(fl model.Field, v model.Value, rule string) {
		if _, ok := e.Fields[fl]; !ok && shape.Has(fl) && !v.IsZero() {
			e.Fields[fl] = model.Cell{Value: v, Mark: model.Derived, P: 800_000, Rule: rule}
		}
	}
	if v := f.settle(all(sts, model.Reservation, model.FCreatedAt)); v.ok {
		e.Fields[model.FCreatedAt] = v.cell
	}
	first := int64(0)
	for _, me := range n.Mentions {
		if me.Genuine && me.Said != 0 && (first == 0 || me.Said < first) {
			first = me.Said
		}
	}
	if first != 0 {
		put(model.FCreatedAt, model.Value{Type: model.Instant, Num: first}, "when the first evidence was written")
	}
	put(model.FCurrency, model.TextValue(f.habits.currency), "the business's currency")
	if v, rule := f.channel(n); rule != "" {
		put(model.FChannel, v, rule)
	}
	f.deriveIDs(n, put)
	f.deriveMoney(e, n, put)
}

func (f *fuser) deriveIDs(n *match.Node, put func(model.Field, model.Value, string)) {
	for _, me := range n.Mentions {
		if me.Source == "calendar" && len(me.Events) > 0 && !me.Deleted && f.habits.keeps[model.FEvent] {
			put(model.FEvent, model.TextValue(me.Events[0]+f.habits.eventAt), "the linked event")
		}
		for _, s := range me.Sessions {
			put(model.FSession, model.TextValue(s), "the linked session")
		}
	}
	for _, x := range n.Payments {
		p := f.m.Payments[x]
		if p.Paid && !p.Refund && p.Intent != "" && f.habits.keeps[model.FIntent] {
			put(model.FIntent, model.TextValue(p.Intent), "the linked payment")
		}
	}
}

// deriveMoney: what was paid is the sum of the linked payments. A total that nobody states stays open: deposits
// look like totals.
func (f *fuser) deriveMoney(e *model.Entity, n *match.Node, put func(model.Field, model.Value, string)) {
	var paid int64
	seen := false
	for _, x := range n.Payments {
		if p := f.m.Payments[x]; p.Paid && len(p.Nodes) == 1 {
			paid += p.Amount
			seen = true
		}
	}
	if !seen {
		return
	}
	sum := model.MoneyValue(paid, f.opt.Currency)
	for _, x := range n.Payments {
		if p := f.m.Payments[x]; p.Paid && p.Slot == "deposit" && len(p.Nodes) == 1 && f.habits.usualDeposit(p.Amount, e.Get(model.FTotal).Num) {
			put(model.FDeposit, model.MoneyValue(p.Amount, f.opt.Currency), "the first payment, which was less than the total")
		}
	}
	put(model.FPaid, sum, "sum of the linked payments")
	if t := e.Get(model.FTotal); t.Type == model.Money {
		put(model.FBalance, model.MoneyValue(t.Num-paid, t.Cur), "total less what was paid")
	}
}

// touchedLive reports whether people moved the row on since the backup: then its status is theirs.
func touchedLive(e *model.Entity) bool {
	if e.Live == nil {
		return false
	}
	if e.Backup == nil {
		return true
	}
	for _, fl := range []model.Field{model.FStatus, model.FStartsAt, model.FEndsAt} {
		if e.Live.Fields[fl] != e.Backup.Fields[fl] {
			return true
		}
	}
	return false
}
