package fuse

// This file: what may be exported. Until rates are measured: what a strong key or two independent sources
// carry, is genuine, was made in the lost window, and has what the company's table cannot do without.

import (
	"fmt"
	"strings"

	"salvage/model"
	"salvage/reconcile/match"
)

// gate holds a rebuilt reservation back, or lets it pass; every hold is a question a person can answer.
func (f *fuser) gate(e *model.Entity, n *match.Node) {
	e.Strong = f.strongKey(e, n)
	e.P = f.belief(e, n)
	f.gateTime(e, n)
	if len(e.Holds) > 0 {
		return // nothing more to ask about what does not belong to the lost window
	}
	f.gateRival(e, n)
	f.gateTwin(e, n)
	f.gateEvidence(e, n)
	if e.Held() {
		return // first whether it is a booking at all, then what it lacks
	}
	f.gateFields(e)
	f.order(e)
}

// gateRival asks about a booking that may be another one.
func (f *fuser) gateRival(e *model.Entity, n *match.Node) {
	if n.Rival == "" {
		return
	}
	if f.ask(e, "ID01", model.S3, "", fmt.Sprintf("%s may be the same booking as %s, or as nothing else. Is it a booking of its own?", e.Label, n.Rival),
		keepDrop(e, "its own booking: export it", "the same as the other: leave it out")) != "keep" {
		hold(e, "ID01", "cannot be told from "+n.Rival)
	}
}

func hold(e *model.Entity, code, reason string) {
	e.Holds = append(e.Holds, model.Hold{Code: code, Reason: reason})
}

// strongKey: a code or key that genuine evidence names, or a whole natural key stated by one authenticated message.
func (f *fuser) strongKey(e *model.Entity, n *match.Node) bool {
	for _, me := range n.Mentions {
		if me.Genuine && !me.Deleted && (len(me.Codes) == 1 || len(me.Keys) == 1 || len(me.IDs) > 0) && me.Source != "calendar" {
			return true
		}
		if me.Source == "calendar" && me.Genuine && !me.Deleted && len(me.Codes) == 1 && n.Customer >= 0 && codeTrust(me) >= measured {
			return true
		}
		if f.naturalKey(me, n) {
			return true
		}
	}
	codes := map[string]bool{}
	for _, x := range n.Payments {
		if p := f.m.Payments[x]; p.Paid && p.Link.Strong && len(p.Codes)+len(p.Keys) > 0 {
			codes[p.ID] = true
		}
	}
	return len(codes) > 0
}

// codeTrust is how far the reading of a mention's code is trusted.
func codeTrust(me *match.Mention) model.PPM {
	best := model.PPM(0)
	for _, s := range me.Versions {
		for i := range s.Claims {
			if c := &s.Claims[i]; c.Kind == model.Reservation && c.Field == model.FCode {
				best = max(best, c.Trust)
			}
		}
	}
	return best
}

// naturalKey reports whether one authenticated message states every field of a natural key that includes the
// customer, the unit and the start.
func (f *fuser) naturalKey(me *match.Mention, n *match.Node) bool {
	if me.Source != "mail" || !me.Genuine || n.Customer < 0 || len(me.Vehicles) != 1 || len(me.Starts) == 0 || me.Starts[0].Date || len(me.Person.Emails)+len(me.Person.Phones) == 0 {
		return false
	}
	s := me.Versions[0]
	if s.Class == model.AuthD || s.Class == "" {
		return false
	}
	for i := range s.Claims {
		if c := &s.Claims[i]; c.Field == model.FStartsAt && c.Trust >= measured && strings.HasPrefix(c.By, "learned:") {
			return true
		}
	}
	return false
}

// belief is the chance that the entity is real, distinct and of the right customer; uncalibrated.
func (f *fuser) belief(e *model.Entity, n *match.Node) model.PPM {
	p := model.PPM(700_000)
	switch {
	case e.Strong && len(e.Sources) > 1:
		p = 998_000
	case e.Strong:
		p = 990_000
	case len(e.Sources) > 1:
		p = 970_000
		for _, l := range e.Links {
			if l.P > 0 && l.P < p && len(l.Why) > 0 {
				p = l.P
			}
		}
	}
	return p
}

// gateTime: older than the cut means the backup should know it; made after the business resumed means the new database does.
func (f *fuser) gateTime(e *model.Entity, n *match.Node) {
	first := int64(0)
	for _, me := range n.Mentions {
		if me.Genuine && me.Said != 0 && (first == 0 || me.Said < first) {
			first = me.Said
		}
	}
	switch {
	case first == 0:
	case first < f.opt.Cut-hour && !e.Strong && len(e.Sources) < 2:
		hold(e, "EX05", "older than the backup, not in it, and named by one source only")
		f.stray[e.ID] = true
	case first < f.opt.Cut-hour:
		if f.ask(e, "EX05", model.S3, "", fmt.Sprintf("%s was written of before the last good backup was made, but the backup has no such row. Was it deleted on purpose?", e.Label),
			keepDrop(e, "recreate it", "leave it deleted")) != "keep" {
			hold(e, "EX05", "older than the backup, and not in it")
		}
	case f.opt.Resumed != 0 && first >= f.opt.Resumed:
		hold(e, "after_resumed", "made after the business resumed: stands in the database it was made in")
	}
}

// gateEvidence: one source without a strong key is a question, not a row.
func (f *fuser) gateEvidence(e *model.Entity, n *match.Node) {
	if p, ok := f.loneBelief(n); ok && !e.Strong && len(e.Sources) == 1 {
		e.P = max(e.P, p)
		return
	}
	live := false
	for _, me := range n.Mentions {
		live = live || !me.Deleted
	}
	switch {
	case len(e.Sources) == 0:
		code, q := "SR05", "%s is stated only by messages that cannot be proven genuine. Is it a real booking?"
		if f.ask(e, code, model.S2, "", fmt.Sprintf(q, e.Label), keepDrop(e, "real: export it", "not ours, or forged: leave it out")) != "keep" {
			hold(e, code, "no genuine source")
		}
	case !live && len(e.Sources) < 2:
		if f.ask(e, "EX02", model.S3, "", fmt.Sprintf("%s was deleted from the calendar and nothing else speaks of it. Did it take place?", e.Label), keepDrop(e, "a booking: export it", "leave it out")) != "keep" {
			hold(e, "EX02", "a deleted calendar entry alone")
		}
	case !e.Strong && len(e.Sources) < 2:
		code, q := "EX03", "%s is stated by messages alone. Is it a real booking?"
		sev := model.S3
		if e.Sources[0] == "calendar" {
			code, q, sev = "EX02", "%s stands in the calendar alone: no message, no payment. Is it a real booking?", model.S2
		} else if e.Sources[0] == "stripe" {
			code, q = "EX01", "%s is known from payments alone. Is it a real booking?"
		}
		if f.ask(e, code, sev, "", fmt.Sprintf(q, e.Label), keepDrop(e, "a booking: export it", "a block-out, a test or a duplicate: leave it out")) != "keep" {
			hold(e, code, "one source: "+e.Sources[0])
		}
	}
}

// gateFields: a row that lacks what its table needs, or what the configuration holds for, waits.
func (f *fuser) gateFields(e *model.Entity) {
	shape := f.opt.Shape.Kinds[e.Kind]
	need := append([]model.Field(nil), shape.Required...)
	for _, h := range f.opt.HoldFields {
		if shape.Has(h) && !hasField(need, h) {
			need = append(need, h)
		}
	}
	for _, fl := range need {
		if !e.Get(fl).IsZero() {
			continue
		}
		v := f.askValue(e, fl)
		if v.IsZero() {
			hold(e, "BK03", "no evidence of "+string(fl))
			continue
		}
		e.Fields[fl] = decidedCell(v)
	}
}

// keepDrop are the two answers to "is it real".
func keepDrop(e *model.Entity, keep, drop string) []model.Option {
	ev := shownLinks(e)
	return []model.Option{{Choice: "keep", Shown: keep, Evidence: ev, Effect: "the row is exported as soon as nothing else holds it"}, {Choice: "drop", Shown: drop, Evidence: []model.Shown{}, Effect: "the row stays out of the export"}}
}
