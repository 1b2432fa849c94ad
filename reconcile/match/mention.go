package match

// This file: from statements to mentions.

import (
	"fmt"
	"sort"
	"strings"

	"salvage/model"
	"salvage/reconcile/learn"
	"salvage/reconcile/normal"
)

// mentions groups statements by evidence key, in the order of the keys.
func (m *matcher) mentions(st []learn.Statement) []*Mention {
	var out []*Mention
	byKey := map[string]*Mention{}
	for i := range st {
		s := &st[i]
		if s.Outcome == model.Unreadable {
			continue
		}
		me := byKey[s.Key]
		if me == nil {
			me = &Mention{Key: s.Key, Source: sourceOf(s.Media), Genuine: s.Genuine}
			byKey[s.Key] = me
			out = append(out, me)
		}
		me.Versions = append(me.Versions, s)
	}
	for _, me := range out {
		sortVersions(me.Versions)
		m.fill(me)
	}
	sort.SliceStable(out, func(a, b int) bool { return out[a].Key < out[b].Key })
	return out
}

// sortVersions puts the versions of one object into the order in which they were said, whatever the order in which
// they were found: by time, by the source's own count, and where neither tells them apart by what they say.
func sortVersions(vs []*learn.Statement) {
	if len(vs) < 2 {
		return
	}
	text := func(s *learn.Statement) string {
		return fmt.Sprintf("%t %s %v %v", s.Deleted, s.Title, s.Claims, s.Segments)
	}
	sort.SliceStable(vs, func(a, b int) bool {
		x, y := vs[a], vs[b]
		switch {
		case x.At != y.At:
			return x.At < y.At
		case x.Sequence != y.Sequence:
			return x.Sequence < y.Sequence
		}
		return text(x) < text(y)
	})
}

func sourceOf(media string) string {
	s, _, _ := strings.Cut(media, "/")
	return s
}

// fill gathers what all versions of a piece of evidence say.
func (m *matcher) fill(me *Mention) {
	for _, s := range me.Versions {
		if me.Said == 0 || s.At != 0 && s.At < me.Said {
			me.Said = s.At
		}
		me.Genuine = me.Genuine && s.Genuine
		me.Spoofed = me.Spoofed || s.Spoofed
		me.Deleted = s.Deleted
		if s.Act != "" {
			me.Act = s.Act
		}
		for i := range s.Claims {
			m.take(me, &s.Claims[i])
		}
	}
	if n := len(me.Versions); n > 0 {
		me.Named = m.named(me.Versions[n-1].Claims)
	}
	if me.Source == "calendar" {
		id := strings.TrimPrefix(me.Key, "event:")
		me.Events = addOnce(me.Events, id)
	}
	if c := m.createdOf(me); c != 0 && (me.Said == 0 || c < me.Said) {
		me.Said = c
	}
}

// createdOf is when an event says it was made; its At is when it last changed.
func (m *matcher) createdOf(me *Mention) int64 {
	for _, s := range me.Versions {
		for i := range s.Segments {
			if s.Segments[i].Path == "created" {
				for _, t := range normal.Scan(s.Segments[i].Text, m.wipeTime) {
					if t.Type == normal.Date && len(t.Alts) > 0 && t.Alts[0].Value.Type == model.Instant {
						return t.Alts[0].Value.Num
					}
				}
			}
		}
	}
	return 0
}

func (m *matcher) take(me *Mention, c *model.Claim) {
	switch c.Kind {
	case model.Customer:
		takePerson(&me.Person, c)
	case model.Vehicle:
		m.takeVehicle(me, c)
	case model.Payment:
		takePayment(me, c)
	case model.Reservation:
		m.takeReservation(me, c)
	}
}

func takePerson(p *Person, c *model.Claim) {
	v := strings.TrimSpace(c.Value.Str)
	if v == "" {
		return
	}
	switch c.Field {
	case model.FEmail:
		if k := normal.EmailKey(v); k != "" {
			p.Emails = addOnce(p.Emails, k)
		}
	case model.FPhone:
		if k := normal.PhoneKey(v, ""); k != "" {
			p.Phones = addOnce(p.Phones, k)
		}
	case model.FFullName:
		p.Names = addOnce(p.Names, v)
	case model.FFirstName:
		p.First = v
	case model.FLastName:
		p.Last = v
	case model.FStripeCus:
		p.Stripe = addOnce(p.Stripe, v)
	}
}

func takePayment(me *Mention, c *model.Claim) {
	switch c.Field {
	case model.FAmount:
		me.Payment = me.Payment || me.Source == "stripe"
		if me.Source != "stripe" && c.Value.Num != 0 {
			me.Money = append(me.Money, c.Value.Num)
		}
	case model.FIntent:
		me.Intents = addOnce(me.Intents, c.Value.Str)
	case model.FCharge:
		me.Charges = addOnce(me.Charges, c.Value.Str)
	case model.FSession:
		me.Sessions = addOnce(me.Sessions, c.Value.Str)
	}
}

func (m *matcher) takeReservation(me *Mention, c *model.Claim) {
	if m.idFields[c.Field] {
		me.IDs = addOnce(me.IDs, idKey(c.Field, c.Value.Str))
	}
	mo := Moment{Num: c.Value.Num, Date: c.Value.Type == model.Date}
	switch c.Field {
	case model.FCode:
		me.Codes = addOnce(me.Codes, normal.Fold(c.Value.Str))
	case model.FKey:
		me.Keys = addOnce(me.Keys, strings.TrimSpace(c.Value.Str))
	case model.FEvent:
		me.Events = addOnce(me.Events, strings.TrimSuffix(c.Value.Str, "@google.com"))
	case model.FIntent:
		me.Intents = addOnce(me.Intents, c.Value.Str)
	case model.FSession:
		me.Sessions = addOnce(me.Sessions, c.Value.Str)
	case model.FStartsAt, model.FOutAt:
		me.Starts = append(me.Starts, mo)
	case model.FEndsAt:
		me.Ends = append(me.Ends, mo)
	case model.FReturnedAt:
		me.Returns = append(me.Returns, mo)
	case model.FTotal, model.FDeposit, model.FBalance, model.FPaid:
		if c.Value.Num != 0 {
			me.Money = append(me.Money, c.Value.Num)
		}
	}
}

// takeVehicle narrows the candidate units by one more thing said of the vehicle.
func (m *matcher) takeVehicle(me *Mention, c *model.Claim) {
	f := normal.Fold(c.Value.Str)
	cands := m.fleet[string(c.Field)+"|"+f]
	if cands == nil {
		cands = m.fleet["|"+f]
	}
	if cands == nil {
		return
	}
	if me.VehicleText == "" || len(cands) == 1 {
		me.VehicleText = c.Value.Str
	}
	if me.Vehicles == nil {
		me.Vehicles = cands
		return
	}
	if both := intersect(me.Vehicles, cands); len(both) > 0 {
		me.Vehicles = both
	}
}

// named lists the units that each have a claim of their own: several things hired in one booking.
func (m *matcher) named(claims []model.Claim) []string {
	var out []string
	for i := range claims {
		c := &claims[i]
		if c.Kind != model.Vehicle {
			continue
		}
		f := normal.Fold(c.Value.Str)
		cands := m.fleet[string(c.Field)+"|"+f]
		if cands == nil {
			cands = m.fleet["|"+f]
		}
		if len(cands) == 1 {
			out = addOnce(out, cands[0])
		}
	}
	sort.Strings(out)
	return out
}

func addOnce(list []string, s string) []string {
	if s == "" {
		return list
	}
	for _, x := range list {
		if x == s {
			return list
		}
	}
	return append(list, s)
}

// intersect of two sorted lists.
func intersect(a, b []string) []string {
	var out []string
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i] == b[j]:
			out = append(out, a[i])
			i++
			j++
		case a[i] < b[j]:
			i++
		default:
			j++
		}
	}
	return out
}

// fleetIndex maps "field|folded text" (and "|folded text") to the sorted keys of the vehicles it may mean.
func fleetIndex(b *model.Books, aliases map[string]string) map[string][]string {
	out := map[string][]string{}
	put := func(f, text, key string) {
		if t := normal.Fold(text); t != "" {
			out[f+"|"+t] = addOnce(out[f+"|"+t], key)
			if f != string(model.FKey) {
				out["|"+t] = addOnce(out["|"+t], key)
			}
		}
	}
	if b == nil {
		return out
	}
	for _, r := range b.Records[model.Vehicle] {
		for _, f := range []model.Field{model.FCode, model.FPlate, model.FVIN, model.FName, model.FModel} {
			put(string(f), r.Fields[f].Str, r.Key)
		}
		if r.Fields[model.FCode].Type == model.Int {
			put(string(model.FCode), r.Fields[model.FCode].String(), r.Key)
		}
		put("make_model", r.Fields[model.FMake].Str+" "+r.Fields[model.FModel].Str, r.Key)
		put(string(model.FKey), r.Key, r.Key)
	}
	for w, k := range aliases {
		put("alias", w, k)
	}
	for _, k := range out {
		sort.Strings(k)
	}
	return out
}
