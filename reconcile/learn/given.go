package learn

// This file: rules that a person gave. They go before what was learned, once the overlap has not contradicted them.

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"salvage/model"
	"salvage/reconcile/normal"
)

const (
	minGiven   = 0.9                // of the overlap's rows that a given rule must agree with
	trustGiven = model.PPM(950_000) // where the overlap has nothing to say
)

// given is a person's rule made ready.
type given struct {
	model.ReadingRule
	key  ruleKey
	typ  slotType
	name fieldName
	zone *zone
}

// slotTypes are the types by their names in rules.
func slotTypes() map[string]string {
	return map[string]string{"date": letter(sDate), "money": letter(sMoney), "word": letter(sWord), "email": letter(sEmail), "phone": letter(sPhone),
		"vehicle": letter(sPhrase) + string(model.Vehicle), "location": letter(sPhrase) + string(model.Location), "customer": letter(sPhrase) + string(model.Customer), "text": letter(sText)}
}

func letter(t slotType) string { return string(rune('a' + t)) }

// prepare turns the given rules into places; the error names every rule that cannot be understood.
func prepare(list []model.ReadingRule) ([]given, error) {
	var out []given
	var errs []error
	for i, r := range list {
		g, err := prepareOne(r)
		if err != nil {
			errs = append(errs, fmt.Errorf("reading rule %d: %w", i+1, err))
			continue
		}
		out = append(out, g)
	}
	return out, errors.Join(errs...)
}

func prepareOne(r model.ReadingRule) (given, error) {
	g := given{ReadingRule: r}
	if len(r.In) < 3 || !strings.Contains("t:o:m:", r.In[:2]) {
		return g, fmt.Errorf("in %q is no scope: say t:, o: or m: and a name", r.In)
	}
	place := r.Place
	if place == "" {
		k, ok := slotTypes()[r.Type]
		if r.Label == "" || !ok {
			return g, errors.New("it needs a place, or a label and a type (date, money, word, email, phone, vehicle, location, customer, text)")
		}
		place = k + "|" + maskDigits(normal.Fold(r.Label)) + "|0"
	}
	g.key, g.typ = ruleKey{r.In, place}, slotType(place[0]-'a')
	if r.Drop {
		return g, nil
	}
	k, f, ok := strings.Cut(r.Field, ".")
	if !ok || f == "" {
		return g, fmt.Errorf("field %q is not written as kind.field, such as reservation.starts_at", r.Field)
	}
	g.name = fieldName{model.Kind(k), model.Field(f)}
	switch {
	case r.Zone == atPickup || r.Zone == atReturn:
		g.zone = &zone{name: r.Zone}
	case r.Zone != "":
		loc, err := time.LoadLocation(r.Zone)
		if err != nil {
			return g, fmt.Errorf("zone %q is not known", r.Zone)
		}
		g.zone = &zone{r.Zone, loc}
	}
	return g, nil
}

// apply checks the given rules against the overlap and puts them before the learned ones.
func (m *Model) apply(t *trainer, list []given) error {
	var errs []error
	for i := range list {
		g := &list[i]
		delete(m.rules, g.key)
		m.Rules = slices.DeleteFunc(m.Rules, func(r Rule) bool { return r.Scope == g.key.scope && r.Anchor == g.key.anchor })
		m.judged[g.key] = true
		if g.Drop {
			continue
		}
		r, err := t.check(g)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		m.rules[g.key] = r
		m.Rules = append(m.Rules, r.Rule)
	}
	return errors.Join(errs...)
}

// check holds one rule against what the linked rows have.
func (t *trainer) check(g *given) (*rule, error) {
	r := &rule{typ: g.typ, tag: g.Order, zone: g.zone, Rule: Rule{ID: "given:" + short(g.key.scope+"\x00"+g.key.anchor+"\x00"+g.Field), Scope: g.key.scope, Anchor: g.key.anchor,
		Kind: g.name.kind, Field: g.name.field, Transform: strings.TrimSpace(g.Order + " " + g.Zone), Trust: trustGiven}}
	st := t.stats[g.key]
	if st == nil {
		return r, nil
	}
	for id, f := range st.f {
		if t.rows.names[id] != g.name {
			continue
		}
		n, agree := f.has-f.excused, f.agree
		if len(f.samples) > 0 {
			cands := candidateZones()
			if g.zone != nil {
				cands = []*zone{g.zone}
			}
			z, fit := bestZone(cands, f.samples, g.Order)
			agree = int(int64(f.agree) * int64(fit) / int64(len(f.samples)))
			if g.zone == nil {
				r.zone = z
			}
		}
		if float64(agree) < minGiven*float64(n) {
			return nil, fmt.Errorf("the rule that reads %s in %s at %q is contradicted by the overlap: it agrees with %d of %d rows", g.Field, g.In, g.key.anchor, agree, n)
		}
		r.Support, r.Agree, r.Distinct = n, agree, len(f.distinct)
		r.Trust = model.PPM(int64(agree+1) * 1_000_000 / int64(n+2))
		return r, nil
	}
	return r, nil
}
