package draft

// This file: one entity: its joins, its fields, and what else a mapping says of it.

import (
	"fmt"
	"slices"
	"strings"

	"salvage/model"
	"salvage/model/mapping"
)

func (d *Draft) entity(k model.Kind, t *table) *Entity {
	e := &Entity{Kind: k, Name: plural(k), main: t, Table: Line{Value: d.tableName(t), Why: d.tableWhy(k, t)}}
	e.Key = t.key()
	if len(e.Key) == 0 {
		if c := t.keyColumn(); c != nil {
			e.Key = []string{c.Name}
			e.Table.Unsure = "no primary key is declared; the key is guessed from its values"
		}
	}
	d.findJoins(e)
	own := ownWords(k)
	rs := d.rulesFor(e)
	cands := append(mainCandidates(t), e.joinCandidates...)
	if k == model.Vehicle {
		for _, c := range t.cols {
			if has(c.words, "name", "model", "thing", "vehicle", "note") {
				for _, w := range c.wordColumns() {
					cands = append(cands, candidate{column: w})
				}
			}
		}
	}
	picks := d.assignNames(rs, cands, func(r *rule, c candidate) float64 {
		s := d.score(r, c, own)
		if x := d.said(r, c); s > no/2 || x > 1 {
			return max(s, 0) + x
		}
		return s
	})
	for _, p := range picks {
		e.Fields = append(e.Fields, d.field(e, p))
	}
	e.orderTimes()
	e.pairClocks()
	e.codeByKey()
	e.own()
	return e
}

// tableName is a table as the mapping says it: bare when the name is the only one or in public.
func (d *Draft) tableName(t *table) string {
	if t.Schema == "" || d.facts.Schema.Table(t.Name) == t.Table {
		return t.Name
	}
	return t.Qualified()
}

func (d *Draft) tableWhy(k model.Kind, t *table) string {
	why := fmt.Sprintf("%d rows", t.rows)
	weights := tableNames(k)
	for _, w := range t.words {
		if meansAny(w, weights) {
			why = fmt.Sprintf("called %s, ", w.text) + why
			break
		}
	}
	for _, l := range t.in {
		for k2, p := range d.picked {
			if p == l.from.t && k2 == model.Reservation {
				return why + ", the reservations point at it"
			}
		}
	}
	return why
}

// rulesFor are the rules of an entity; one that has no table of its own lends its rules to the reservations.
func (d *Draft) rulesFor(e *Entity) []*rule {
	var rs []*rule
	for _, r := range rules()[e.Kind] {
		switch {
		case r.field == model.FVehicles:
		case r.ref != "" && r.fit == fitRef && d.picked[r.ref] == nil:
		default:
			rs = append(rs, r)
		}
	}
	if e.Kind == model.Reservation {
		if d.picked[model.Customer] == nil {
			rs = append(rs, lend(model.Customer, func(r *rule) bool {
				return r.field != model.FCreatedAt && r.field != model.FUpdatedAt && r.field != model.FNotes
			})...)
		}
		if d.picked[model.Payment] == nil {
			rs = append(rs, lend(model.Payment, func(r *rule) bool {
				return r.field == model.FCharge || r.field == model.FMethod || r.field == model.FRefund || r.field == model.FPaidAt || r.field == model.FAmount
			})...)
		}
	}
	return rs
}

func lend(k model.Kind, ok func(*rule) bool) []*rule {
	var out []*rule
	for _, r := range rules()[k] {
		if ok(r) && r.fit != fitRef {
			out = append(out, r)
		}
	}
	return out
}

// score is pairScore with the words that the rule's own kind adds nothing by.
func (d *Draft) score(r *rule, c candidate, own []string) float64 {
	if r.kind == model.Customer && d.picked[model.Customer] == nil {
		s := d.facts.pairScore(r, c, ownWords(model.Customer), d.picked)
		if has(c.words, "customer") {
			s += 0.05
		} else if r.fit == fitFull || r.field == "address" || r.field == "city" || r.field == "language" {
			s -= 0.15
		}
		return s
	}
	if r.kind == model.Payment && d.picked[model.Payment] == nil {
		s := d.facts.pairScore(r, c, ownWords(model.Payment), d.picked)
		if (r.field == model.FPaidAt || r.field == model.FAmount) && !has(c.words, "payment", "stripe") && !(r.field == model.FPaidAt && has(c.words, "paidword")) {
			s -= 0.8
		}
		return s
	}
	return d.facts.pairScore(r, c, own, d.picked)
}

// said is what a person has answered about a pair, and what the overlap adds to it.
func (d *Draft) said(r *rule, c candidate) float64 {
	a := d.opt.Answers["field:"+plural(r.kind)+"."+string(r.field)]
	switch {
	case a == "":
		return d.opt.Overlap.bonus(r, c)
	case a == c.ref():
		return 3
	}
	return no
}

// assignNames assigns, with a person's name either in one column or in two.
func (d *Draft) assignNames(rs []*rule, cands []candidate, score func(*rule, candidate) float64) []pick {
	without := func(drop ...fit) []*rule {
		var out []*rule
		for _, r := range rs {
			if !slices.Contains(drop, r.fit) {
				out = append(out, r)
			}
		}
		return out
	}
	if len(without(fitFull)) == len(rs) {
		return assign(rs, cands, score)
	}
	two := func(r *rule, c candidate) float64 { return score(r, c) }
	if c := pairsWithFirst(cands, score, rs); c != nil { // "name" beside a first name is the last name
		two = func(r *rule, x candidate) float64 {
			s := score(r, x)
			if r.fit == fitLast && x.column == c && s > no/2 {
				s = max(s, 0.85)
			}
			return s
		}
	}
	a := assign(without(fitFull), cands, two)
	if hasPick(a, fitFirst) && hasPick(a, fitLast) {
		return a
	}
	return assign(without(fitFirst, fitLast), cands, score)
}

func hasPick(ps []pick, f fit) bool {
	return slices.ContainsFunc(ps, func(p pick) bool { return p.rule.fit == f })
}

// pairsWithFirst finds the column that is simply called name, where another is surely the first name.
func pairsWithFirst(cands []candidate, score func(*rule, candidate) float64, rs []*rule) *column {
	var first *rule
	for _, r := range rs {
		if r.fit == fitFirst {
			first = r
		}
	}
	if first == nil {
		return nil
	}
	var sure, name *column
	for _, c := range cands {
		if c.joined {
			continue
		}
		switch s := score(first, c); {
		case s > 0.8 && sure == nil:
			sure = c.column
		case s > no/2 && has(c.words, "name", "last") && len(c.words) <= 2 && c.share(shPersons) < 0.5 && !has(c.words, "company", "second", "updated"):
			name = c.column
		}
	}
	if sure == nil {
		return nil
	}
	return name
}

// field makes a field of a pick.
func (d *Draft) field(e *Entity, p pick) *Field {
	f := &Field{Name: p.rule.field, Cols: []string{p.cand.ref()}, cand: p.cand, rule: p.rule, ReadOnly: p.cand.Generated || p.cand.triggered}
	f.Why = d.why(p)
	if p.regret < sure {
		f.Unsure = p.other
	}
	if f.Name == model.FNotes && f.Unsure == "" && len(p.cand.packedColumns()) > 0 {
		f.Unsure = "one of the labels within it"
	}
	d.codec(e, f)
	return f
}

func (d *Draft) why(p pick) string {
	var why []string
	if n := nameScore(p.rule, p.cand.words, ownWords(p.rule.kind)); n >= 0.5 {
		why = append(why, "by its name")
	}
	c := p.cand.column
	switch {
	case c.ref != nil && c.ref.declared:
		why = append(why, "declared reference")
	case c.ref != nil && (p.rule.fit == fitRef || p.rule.fit == fitPlace):
		why = append(why, "its values are keys of "+c.ref.to.Name)
	}
	for _, s := range []struct {
		sh   shape
		what string
	}{{shEmail, "e-mail addresses"}, {shCus, "cus_ ids"}, {shIntent, "pi_ ids"}, {shCharge, "ch_ ids"}, {shRefund, "re_ ids"}, {shVIN, "VINs"}, {shZone, "zones"}} {
		if c.share(s.sh) > 0.6 && c.full() > 2 {
			why = append(why, fmt.Sprintf("%.0f %% are %s", 100*c.share(s.sh), s.what))
			break
		}
	}
	if c.isTime() && c.nullShare() > 0.01 {
		why = append(why, fmt.Sprintf("%.0f %% are empty", 100*c.nullShare()))
	}
	if c.Generated {
		why = append(why, "generated by the database")
	} else if c.triggered {
		why = append(why, "kept by a trigger")
	}
	if s := d.opt.Overlap.reason(p.rule, p.cand); s != "" {
		why = append(why, s)
	}
	if len(why) == 0 {
		why = append(why, "by what it holds")
	}
	return strings.Join(why, "; ")
}

// codeByKey: where nothing else names a rented thing, its key does; evidence may carry it.
func (e *Entity) codeByKey() {
	if e.Kind != model.Vehicle || len(e.Key) != 1 {
		return
	}
	for _, f := range e.Fields {
		if f.Name == model.FCode || f.Name == model.FPlate || f.Name == model.FVIN || f.Name == model.FName && !f.cand.joined && f.cand.unique() {
			return
		}
	}
	c := e.main.byName[e.Key[0]]
	if c == nil {
		return
	}
	e.Fields = append(e.Fields, &Field{Name: model.FCode, Cols: []string{c.Name}, cand: candidate{column: c}, rule: &rule{kind: e.Kind, field: model.FCode, fit: fitCode}, Why: "nothing else names one", Unsure: "none"})
}

// own carries what looks like a code or a number of the company's own, under x_.
func (e *Entity) own() {
	used := map[string]bool{}
	for _, f := range e.Fields {
		for _, c := range f.Cols {
			used[c] = true
		}
	}
	for _, c := range e.main.cols {
		if used[c.Name] || c.ref != nil || c.full() < 3 || !c.isText() || c.isTime() || slices.Contains(e.Key, c.Name) || c.share(shSecret) > 0 || len(c.packedColumns()) > 0 || c.triggered || c.Generated {
			continue
		}
		code := c.share(shCode) > 0.7 && c.kmv.distinct() > 0.5*float64(c.full())
		if !code || has(c.words, "password", "flag", "deleted", "tenant", "second") {
			continue
		}
		name := "x_" + strings.Join(pieces(c.Name), "_")
		if e.Field(model.Field(name)) != nil || name == "x_" {
			continue
		}
		e.Fields = append(e.Fields, &Field{Name: model.Field(name), Cols: []string{c.Name}, cand: candidate{column: c}, rule: &rule{kind: e.Kind, field: model.Field(name), fit: fitText}, Why: "the company's own: codes that evidence may name"})
	}
}

// orderTimes swaps start and end where the rows say that they stand the other way round.
func (e *Entity) orderTimes() {
	a, b := e.Field(model.FStartsAt), e.Field(model.FEndsAt)
	if a == nil || b == nil || a.cand.joined || b.cand.joined {
		return
	}
	if share, n := earlier(a.cand.column, b.cand.column); n >= 3 && share < 0.1 {
		a.Name, b.Name = b.Name, a.Name
		a.rule, b.rule = b.rule, a.rule
		a.Why, b.Why = "the later of the two", "the earlier of the two"
	}
}

// pairClocks joins a date with the time of day that stands beside it.
func (e *Entity) pairClocks() {
	used := map[string]bool{}
	for _, f := range e.Fields {
		if f.As != "date" && !(f.As == "" && f.cand.class == mapping.ClassDate) || f.rule.fit != fitTime && f.rule.fit != fitPast {
			continue
		}
		if c := clockFor(f.cand, used); c != nil {
			used[c.Name] = true
			ref := candidate{column: c, join: f.cand.join}.ref()
			f.As, f.Cols = "date+time", []string{f.Cols[0], ref}
			f.Why += "; its time of day stands in " + c.Name
		}
	}
	e.Fields = slices.DeleteFunc(e.Fields, func(f *Field) bool { return f.As != "date+time" && used[f.Cols[0]] })
}

// clockFor finds the time of day whose name says otherwise the same as the date's.
func clockFor(d candidate, used map[string]bool) *column {
	var best *column
	most := 0.0
	for _, c := range d.t.cols {
		clock := c.class == mapping.ClassTime || (c.isText() && c.share(shClock) > 0.95 && c.full() > 2)
		if !clock || used[c.Name] {
			continue
		}
		if s := sameBut(d.column.words, c.words); s > most {
			best, most = c, s
		}
	}
	if most < 0.4 {
		return nil
	}
	return best
}

// sameBut says how alike two names are without their words for date and time.
func sameBut(a, b []token) float64 {
	strip := func(ts []token) []token {
		var out []token
		for _, t := range ts {
			if !t.means("date") && !t.means("time") && !t.filler {
				out = append(out, t)
			}
		}
		return out
	}
	x, y := strip(a), strip(b)
	if len(x) == 0 && len(y) == 0 {
		return 0.5
	}
	same := 0
	for _, t := range x {
		for _, u := range y {
			shared := t.text == u.text
			for _, c := range []string{"start", "end", "pickup", "return", "from", "to", "arrival", "departure"} {
				shared = shared || t.means(c) && u.means(c)
			}
			if shared {
				same++
				break
			}
		}
	}
	return float64(same) / float64(max(len(x), len(y), 1))
}
