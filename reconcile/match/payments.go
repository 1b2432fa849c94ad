package match

// This file: payments. All objects of one payment (intent, charge, session, exported line) are gathered and read
// as one.

import (
	"slices"
	"sort"
	"strings"

	"salvage/model"
	"salvage/reconcile/learn"
)

// gather groups payment mentions by intent, else charge, else their own key; a refund is a payment of its own.
func (m *matcher) gather() {
	byID := map[string]*Payment{}
	alias := map[string]string{} // charge -> group id
	for _, me := range m.all {
		if me.Payment && len(me.Intents) > 0 {
			for _, c := range me.Charges {
				alias[c] = me.Intents[0]
			}
		}
	}
	for _, me := range m.all {
		if !me.Payment {
			continue
		}
		id := groupID(me, alias)
		p := byID[id]
		if p == nil {
			p = &Payment{ID: id, Customer: -1}
			byID[id] = p
			m.pays = append(m.pays, p)
		}
		p.Mentions = append(p.Mentions, me)
	}
	sort.Slice(m.pays, func(a, b int) bool { return m.pays[a].ID < m.pays[b].ID })
	for _, p := range m.pays {
		m.settlePayment(p)
	}
}

func groupID(me *Mention, alias map[string]string) string {
	if refundID(me) != "" {
		return me.Key
	}
	if len(me.Intents) > 0 {
		return me.Intents[0]
	}
	if len(me.Charges) > 0 {
		if a := alias[me.Charges[0]]; a != "" {
			return a
		}
		return me.Charges[0]
	}
	return me.Key
}

func refundID(me *Mention) string {
	for _, s := range me.Versions {
		for i := range s.Claims {
			c := &s.Claims[i]
			if c.Kind == model.Payment && (c.Field == model.FRefund || c.Field == model.FPayKind && c.Value.Str == model.PayRefund) {
				return me.Key
			}
		}
	}
	return ""
}

// settlePayment reads amount, state and ids off a payment's objects; a charge outranks its intent and its session,
// and among several tries of one intent the one that moved money counts.
func (m *matcher) settlePayment(p *Payment) {
	sort.SliceStable(p.Mentions, func(a, b int) bool {
		x, y := p.Mentions[a], p.Mentions[b]
		if rank(x) != rank(y) {
			return rank(x) < rank(y)
		}
		return moved(x) && !moved(y)
	})
	state, held := "", false
	for _, me := range p.Mentions {
		if state == "" {
			state, held = stateOf(me)
		}
		for _, s := range spoken(me) {
			for i := range s.Claims {
				p.take(&s.Claims[i])
			}
		}
		p.Codes = addAll(p.Codes, me.Codes)
		p.Keys = addAll(p.Keys, m.trustedKeys(me))
	}
	p.Refund = refundID(p.Mentions[0]) != ""
	p.Paid, p.Failed = paidStatus(state), failedStatus(state)
	if p.Kind == model.PayHold && state != "" && !held { // one object still says what was true before the capture
		p.Kind = ""
	}
	if p.Kind == model.PayHold {
		p.Hold, p.Paid = true, false
	}
	if p.Refund && p.Amount > 0 {
		p.Amount = -p.Amount
	}
}

// spoken are an object's versions, the one that counts first: the latest, and of those that bear one time (the
// processor's objects bear the time of their making) the one in which money moved, since that is never undone.
func spoken(me *Mention) []*learn.Statement {
	out := slices.Clone(me.Versions)
	slices.Reverse(out)
	moved := func(s *learn.Statement) bool {
		return paidStatus(payText(s, model.FStatus)) && payText(s, model.FPayKind) != model.PayHold
	}
	sort.SliceStable(out, func(a, b int) bool {
		if out[a].At != out[b].At {
			return out[a].At > out[b].At
		}
		return moved(out[a]) && !moved(out[b])
	})
	return out
}

// stateOf is the last word of a payment's object on its status, "" for none; held when that word is that money is
// authorised and not taken.
func stateOf(me *Mention) (status string, held bool) {
	for _, s := range spoken(me) {
		if t := payText(s, model.FStatus); t != "" {
			return t, payText(s, model.FPayKind) == model.PayHold
		}
	}
	return "", false
}

func moved(me *Mention) bool {
	s, held := stateOf(me)
	return paidStatus(s) && !held
}

// payText is what a statement says of a payment in one text field.
func payText(s *learn.Statement, f model.Field) string {
	for i := range s.Claims {
		if c := &s.Claims[i]; c.Kind == model.Payment && c.Field == f {
			return c.Value.Str
		}
	}
	return ""
}

// rank orders a payment's objects by how much they say of what happened: refund, charge, others, intent, session, event.
func rank(me *Mention) int {
	s := me.Versions[len(me.Versions)-1]
	switch {
	case strings.Contains(s.Origin, "refund"):
		return 0
	case strings.Contains(s.Origin, "charge"):
		return 1
	case strings.Contains(s.Origin, "payment_intent"):
		return 3
	case strings.Contains(s.Origin, "session"):
		return 4
	}
	return 2
}

// paidStatus: Stripe's words for money that moved, of charges, intents, sessions, refunds and Dashboard exports.
func paidStatus(s string) bool {
	switch strings.ToLower(s) {
	case "succeeded", "paid", "complete", "completed", "refunded", "partially_refunded", "partial_refund", "partially refunded", "captured":
		return true
	}
	return false
}

// failedStatus: Stripe's words for money that did not move and will not.
func failedStatus(s string) bool {
	switch strings.ToLower(s) {
	case "failed", "canceled", "cancelled", "expired":
		return true
	}
	return false
}

// take fills what is not known yet from one claim.
func (p *Payment) take(c *model.Claim) {
	if c.Kind != model.Payment {
		return
	}
	set := func(dst *string) {
		if *dst == "" {
			*dst = c.Value.Str
		}
	}
	switch c.Field {
	case model.FAmount:
		if p.Amount == 0 {
			p.Amount = c.Value.Num
			p.Currency = c.Value.Cur
		}
	case model.FPaidAt:
		if p.At == 0 {
			p.At = c.Value.Num
		}
	case model.FIntent:
		set(&p.Intent)
	case model.FCharge:
		set(&p.Charge)
	case model.FRefund:
		set(&p.RefundID)
	case model.FExternalID:
		set(&p.External)
	case model.FMethod:
		set(&p.Method)
	case model.FPayKind:
		set(&p.Kind)
	}
}

// person is who a payment's objects name: the payer, not always the renter.
func (p *Payment) person() Person {
	var q Person
	for _, me := range p.Mentions {
		q.merge(me.Person)
	}
	return q
}
