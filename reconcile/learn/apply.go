package learn

// This file: reading with what was learned, and with generic labels where nothing was.

import (
	"maps"
	"sort"
	"strconv"
	"strings"

	"salvage/model"
	"salvage/reconcile/normal"
)

// Trust of the readers that were not measured on the overlap.
const (
	trustLabels  model.PPM = 900_000 // a generic label: "Pick-up: …"
	trustVocab   model.PPM = 850_000 // a known vehicle, place or code in running text
	trustPattern model.PPM = 850_000 // a word shaped like the company's codes
	trustRoles   model.PPM = 700_000 // an event's start taken for the pick-up
)

// claims reads one reading.
func (m *Model) claims(s *Statement, slots []slot) []model.Claim {
	r, cluster := s.Reading, s.Cluster
	out := append([]model.Claim(nil), r.Claims...)
	out = m.learned(out, s, slots, false)
	out = m.learned(out, s, slots, true)
	out = m.labelled(out, s, slots)
	out = m.known(out, r, slots)
	out = m.roles(out, r)
	out = m.typedName(out, r, slots)
	out = m.unsaid(out, r, cluster)
	return order(out)
}

func has(cs []model.Claim, k model.Kind, f model.Field) bool {
	for i := range cs {
		if cs[i].Kind == k && cs[i].Field == f {
			return true
		}
	}
	return false
}

// learned applies rules: for every slot the narrowest scope and anchor that has one. Dates come last: their zone may
// be that of a place which the same reading names.
func (m *Model) learned(out []model.Claim, st *Statement, slots []slot, dates bool) []model.Claim {
	r := st.Reading
	for i := range slots {
		s := &slots[i]
		if (s.typ == sDate) != dates {
			continue
		}
		if ru := m.ruleFor(st.in.of(s), s); ru != nil {
			z := m.placed(ru.zone, out)
			if ru.zone != nil && z == nil {
				continue // local time of a place that nothing names: no zone is made up
			}
			if v, ok := m.value(r, s, ru.Kind, ru.Field, ru.tag, z); ok && m.ours(ru, v) {
				out = append(out, claim(r, s, ru.Kind, ru.Field, v, ru.ID, ru.Trust))
			}
		}
	}
	return out
}

// ours reports whether a value may come from a place that is known by the words around it alone: a unit must be one
// of the company's, or names and marks would pass for one.
func (m *Model) ours(ru *rule, v model.Value) bool {
	if ru.Kind != model.Vehicle || !strings.ContainsAny(ru.Anchor, "<>^@") {
		return true
	}
	return m.vocab.fleet[normal.Fold(v.Str)]
}

// placed resolves a zone that is a place's by the places that the reading names; nil when it names none.
func (m *Model) placed(z *zone, cs []model.Claim) *zone {
	if z == nil || z.loc != nil {
		return z
	}
	first, second := model.FPickupLoc, model.FReturnLoc
	if z.name == atReturn {
		first, second = second, first
	}
	for _, f := range []model.Field{first, second} {
		for i := range cs {
			if cs[i].Kind == model.Reservation && cs[i].Field == f {
				if lz := m.locZones[cs[i].Value.Str]; lz != nil {
					return lz
				}
			}
		}
	}
	return nil
}

func (m *Model) ruleFor(scopes *scope, s *slot) *rule {
	judged, open := false, map[fieldName]bool(nil)
	for si, sc := range scopes {
		for _, a := range s.anchors {
			if !usable(si, a) {
				continue
			}
			k := ruleKey{sc, a}
			if ru := m.rules[k]; ru != nil && ru.typ == s.typ && (!judged || open[fieldName{ru.Kind, ru.Field}]) {
				return ru
			}
			if fits := m.fits[k]; m.judged[k] && len(fits) > 0 {
				if open == nil {
					open = map[fieldName]bool{}
				}
				maps.Copy(open, fits)
			}
		}
		for _, a := range s.anchors { // what the overlap refused here is not let in by a wider scope, unless it only could not be told apart
			judged = judged || usable(si, a) && m.judged[ruleKey{sc, a}]
		}
	}
	return nil
}

func claim(r *model.Reading, s *slot, k model.Kind, f model.Field, v model.Value, by string, t model.PPM) model.Claim {
	sp := r.Segments[s.seg].Span
	text := r.Segments[s.seg].Text
	if sp.To == sp.From || sp.To-sp.From == len(text) {
		sp.To = sp.From + s.to
		sp.From += s.from
	}
	return model.Claim{Kind: k, Field: f, Value: v, Span: sp, By: by, Trust: t}
}

// value makes a slot's typed value under a transform; false when the transform does not fit.
func (m *Model) value(r *model.Reading, s *slot, k model.Kind, f model.Field, tag string, z *zone) (model.Value, bool) {
	text := strings.TrimSpace(r.Segments[s.seg].Text[s.from:s.to])
	switch s.typ {
	case sDate:
		a, ok := pick(s.alts, tag)
		if !ok {
			return model.Value{}, false
		}
		if a.Type == model.Local {
			if z == nil {
				z = m.zoneOf(r)
			}
			return model.Value{Type: model.Instant, Num: z.instant(a.Num)}, true
		}
		return a, true
	case sMoney:
		a, ok := pick(s.alts, tag)
		if ok && (a.Cur == "" || strings.ContainsRune(text, '¥')) { // a bare dollar, a yen that may be a yuan: the business's
			a.Cur = m.opt.Currency
		}
		return a, ok
	case sWord:
		if tag == "minor" || tag == "major" {
			n, err := strconv.ParseInt(s.fold, 10, 64)
			if tag == "major" {
				n *= 100
			}
			return model.MoneyValue(n, m.opt.Currency), err == nil
		}
		text = strings.TrimLeft(text, "#")
		return model.TextValue(text), k != model.Reservation || f != model.FCode || m.shapes.looks(text)
	case sPhrase:
		if s.phrase.kind == model.Location {
			if keys := m.vocabLocs[s.fold]; len(keys) == 1 {
				return model.RefValue(keys[0]), true
			}
			return model.Value{}, false
		}
		return model.TextValue(text), true
	}
	if f == model.FFullName {
		text = normal.WithoutTitles(text)
	}
	return model.TextValue(text), text != "" && plausible(f, text)
}

// plausible reports whether a text can be a value of a field at all.
func plausible(f model.Field, text string) bool {
	switch f {
	case model.FEmail:
		return strings.Contains(text, "@")
	case model.FFullName, model.FFirstName, model.FLastName:
		return !strings.ContainsAny(text, "@0123456789")
	}
	return true
}

// pick chooses a reading by its tag. An order that nothing settles stays unread.
func pick(alts []normal.Alt, tag string) (model.Value, bool) {
	for _, a := range alts {
		if a.Tag == tag || a.Tag == "" {
			return a.Value, true
		}
	}
	if tag == "" && len(alts) == 1 {
		return alts[0].Value, true
	}
	return model.Value{}, false
}

// zoneOf is the zone of a reading's wall-clock times where no rule says it: stated, learned for its origin, the business's.
func (m *Model) zoneOf(r *model.Reading) *zone {
	if r.Zone != "" {
		if zs := candidateZones(r.Zone); len(zs) > 0 && zs[0].name == r.Zone {
			return zs[0]
		}
	}
	if z := m.zones[r.Origin]; z != nil {
		return z
	}
	return m.base
}

// kindOf places a canonical field name with its entity.
func kindOf(f model.Field) (model.Kind, model.Field) {
	switch f {
	case model.FFullName, model.FFirstName, model.FLastName, model.FEmail, model.FPhone, model.FCompany, "licence", "address", "postal_code", "city", "country":
		return model.Customer, f
	case model.FVehicle, model.FName, model.FModel:
		return model.Vehicle, model.FName
	case model.FPlate, model.FVIN:
		return model.Vehicle, f
	}
	return model.Reservation, f
}

// compatible says whether a slot's type can be a field's value.
func (m *Model) compatible(r *model.Reading, s *slot, k model.Kind, f model.Field) bool {
	switch f {
	case model.FStartsAt, model.FEndsAt, model.FOutAt, model.FReturnedAt, model.FCreatedAt, model.FCancelledAt:
		return s.typ == sDate
	case model.FTotal, model.FDeposit, model.FBalance, model.FPaid, "tax":
		return s.typ == sMoney
	case model.FEmail:
		return s.typ == sEmail
	case model.FPhone:
		return s.typ == sPhone
	case model.FCode:
		return s.typ == sWord && len(s.fold) >= 3 && m.shapes.looks(s.raw(r)) && s.alone(r)
	case model.FPickupLoc, model.FReturnLoc:
		return s.typ == sPhrase && s.phrase.kind == model.Location
	case model.FName, model.FPlate:
		return s.typ == sPhrase && s.phrase.kind == model.Vehicle
	case model.FFullName, model.FCompany, model.FFirstName, model.FLastName:
		return s.typ == sText && !strings.ContainsAny(s.fold, "0123456789")
	}
	return false
}

// known finds the backup's own codes and vehicles in running text.
func (m *Model) known(out []model.Claim, r *model.Reading, slots []slot) []model.Claim {
	if !has(out, model.Reservation, model.FCode) {
		out = m.codes(out, r, slots)
	}
	for _, f := range []model.Field{model.FPlate, model.FCode, model.FName, "make_model", model.FModel} {
		if has(out, model.Vehicle, f) || (f == "make_model" || f == model.FModel) && (has(out, model.Vehicle, model.FName) || has(out, model.Vehicle, "make_model")) {
			continue
		}
		var found *slot
		for i := range slots {
			s := &slots[i]
			if s.typ != sPhrase || s.phrase.kind != model.Vehicle || s.phrase.field != f {
				continue
			}
			if found != nil && found.fold != s.fold {
				found = nil
				break
			}
			found = s
		}
		if found != nil {
			out = append(out, claim(r, found, model.Vehicle, f, model.TextValue(found.raw(r)), "vocabulary@1", trustVocab))
		}
	}
	return out
}

// codes takes the one word that is a code of the backup, else the one that is shaped like its codes.
func (m *Model) codes(out []model.Claim, r *model.Reading, slots []slot) []model.Claim {
	var known, shaped *slot
	nk, ns := map[string]bool{}, map[string]bool{}
	for i := range slots {
		s := &slots[i]
		if s.typ != sWord {
			continue
		}
		raw := r.Segments[s.seg].Text[s.from:s.to]
		if m.codeSet[s.fold] {
			known, nk[s.fold] = s, true
		} else if s.run || m.shapes.fits(raw) {
			shaped, ns[s.fold] = s, true
		}
	}
	for _, c := range []struct {
		s  *slot
		n  int
		by string
		t  model.PPM
	}{{known, len(nk), "vocabulary@1", trustVocab}, {shaped, len(ns), "pattern@1", trustPattern}} {
		if c.s != nil && c.n == 1 {
			text := strings.TrimLeft(r.Segments[c.s.seg].Text[c.s.from:c.s.to], "#")
			return append(out, claim(r, c.s, model.Reservation, model.FCode, model.TextValue(text), c.by, c.t))
		}
	}
	return out
}

// roles takes a timed event for the stay and a genuine letter's addressee for the customer, when nothing better was learned.
func (m *Model) roles(out []model.Claim, r *model.Reading) []model.Claim {
	for i := range r.Segments {
		s := &r.Segments[i]
		k, f := model.Reservation, model.Field("")
		switch s.Path {
		case "start":
			f = model.FStartsAt
		case "end":
			f = model.FEndsAt
		case "to.email":
			k, f = model.Customer, model.FEmail
		case "to.name":
			k, f = model.Customer, model.FFullName
		}
		if f == "" || has(out, k, f) || (k == model.Reservation && m.linked[r.Origin] >= minJudged) || (k == model.Customer && !m.own(r.Origin)) {
			continue
		}
		v := model.TextValue(s.Text)
		t := trustLabels
		if k == model.Reservation {
			var ok bool
			if v, ok = m.instantOf(r, s.Text); !ok {
				continue
			}
			t = trustRoles
		}
		out = append(out, model.Claim{Kind: k, Field: f, Value: v, Span: s.Span, By: "roles@1", Trust: t})
	}
	return out
}

// exact prefers a moment to a day where both are trusted nearly alike.
func exact(c *model.Claim) model.PPM {
	if c.Value.Type == model.Instant {
		return 50_000
	}
	return 0
}

// order sorts claims by field and trust, and drops repetitions.
func order(cs []model.Claim) []model.Claim {
	sort.SliceStable(cs, func(a, b int) bool {
		x, y := &cs[a], &cs[b]
		if x.Kind != y.Kind {
			return x.Kind < y.Kind
		}
		if x.Field != y.Field {
			return x.Field < y.Field
		}
		return x.Trust+exact(x) > y.Trust+exact(y)
	})
	out := cs[:0]
	for _, c := range cs {
		dup := false
		for _, d := range out {
			if d.Kind == c.Kind && d.Field == c.Field && d.Value == c.Value {
				dup = true
				break
			}
		}
		if !dup {
			out = append(out, c)
		}
	}
	return out
}
