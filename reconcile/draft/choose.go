package draft

// This file: which table is which kind of entity: names, what the columns hold, and how the tables
// point at each other, weighed together.

import (
	"math"
	"sort"

	"salvage/model"
)

// maxPerKind is how many tables are weighed for each kind.
const maxPerKind = 6

type tableScore struct {
	t     *table
	score float64
}

// tableNames are the concepts that a table of a kind is called by, with what they weigh.
func tableNames(k model.Kind) map[string]float64 {
	switch k {
	case model.Customer:
		return map[string]float64{"customer": 1, "person": 0.6}
	case model.Reservation:
		return map[string]float64{"reservation": 1, "event": 0.2}
	case model.Payment:
		return map[string]float64{"payment": 1, "chargeword": 0.7, "deposit": 0.2}
	case model.Vehicle:
		return map[string]float64{"vehicle": 1, "thing": 0.7}
	case model.Location:
		return map[string]float64{"location": 1}
	}
	return nil
}

// kindScore says how well a table fits a kind by itself.
func (f *Facts) kindScore(t *table, k model.Kind) float64 {
	name := 0.0
	weights := tableNames(k)
	for _, w := range t.words {
		for _, c := range w.concepts {
			name = math.Max(name, weights[c])
		}
	}
	if name > 0 {
		for _, w := range t.words {
			if !w.means("info") && !w.filler && !meansAny(w, weights) && !digits(w.text) {
				name -= 0.3 // booking_extras, customer_notes
			}
		}
		name = math.Max(name, 0.15)
	}
	s := 1.1*name + f.tells(t, k)
	if t.audit {
		s -= 0.9
	}
	if t.rows == 0 {
		s -= 0.4
	}
	if len(t.cols) < 2 {
		s -= 1
	}
	if t.keyColumn() == nil {
		s -= 0.3
	}
	return s
}

func meansAny(w token, weights map[string]float64) bool {
	for _, c := range w.concepts {
		if weights[c] > 0 {
			return true
		}
	}
	return false
}

// tells is what the columns say: how many telling fields of the kind the table has.
func (f *Facts) tells(t *table, k model.Kind) float64 {
	var rs []*rule
	for _, r := range rules()[k] {
		if r.fit != fitRef && r.tell > 0 {
			rs = append(rs, r)
		}
	}
	s := 0.0
	own := ownWords(k)
	for _, p := range assign(rs, mainCandidates(t), func(r *rule, c candidate) float64 { return f.pairScore(r, c, own, nil) }) {
		s += p.rule.tell * math.Min(1, p.score)
	}
	return math.Min(s, 1.6)
}

func mainCandidates(t *table) []candidate {
	out := make([]candidate, 0, len(t.cols))
	directs := map[*column]bool{}
	for _, l := range t.refs {
		directs[l.kind] = true
	}
	for _, c := range t.cols {
		if directs[c] {
			continue
		}
		out = append(out, candidate{column: c, words: c.words})
		for _, p := range c.packedColumns() {
			out = append(out, candidate{column: p, words: p.words})
		}
	}
	return out
}

// pairScore is how well one column fits one field.
func (f *Facts) pairScore(r *rule, c candidate, own []string, picked map[model.Kind]*table) float64 {
	fit := f.fitScore(r, c.column, picked)
	if fit <= no {
		return no
	}
	s := nameScore(r, c.words, own)
	if c.alone != nil {
		s = math.Max(s, nameScore(r, c.alone, own))
	}
	if c.joined {
		s -= 0.08
	}
	if c.packed != nil {
		s -= 0.06
	}
	if c.t.nameless && fit >= 0.12 && len(c.words) > 0 {
		s += 0.27 // the name cannot speak for anything: what the column holds counts more
	}
	return s + fit
}

// choose picks the tables. A kind that no table fits is left out.
func (f *Facts) choose() map[model.Kind]*table {
	lists := map[model.Kind][]tableScore{}
	for _, k := range kindsOf() {
		var list []tableScore
		for _, t := range f.tables {
			if s := f.kindScore(t, k); s > 0.25 || len(t.in) > 0 && s > -0.4 {
				list = append(list, tableScore{t, s})
			}
		}
		sort.SliceStable(list, func(i, j int) bool { return list[i].score > list[j].score })
		lists[k] = append(list[:min(len(list), maxPerKind)], tableScore{nil, floorScore(k)})
	}
	best, bestScore := map[model.Kind]*table{}, math.Inf(-1)
	picked := map[model.Kind]*table{}
	var walk func(i int, s float64)
	walk = func(i int, s float64) {
		if i == len(kindsOf()) {
			if s += f.together(picked); s > bestScore+1e-9 {
				bestScore = s
				best = map[model.Kind]*table{}
				for k, t := range picked {
					if t != nil {
						best[k] = t
					}
				}
			}
			return
		}
		k := kindsOf()[i]
		for _, c := range lists[k] {
			if c.t != nil && taken(picked, c.t) {
				continue
			}
			picked[k] = c.t
			walk(i+1, s+c.score)
		}
		delete(picked, k)
	}
	walk(0, 0)
	return best
}

// floorScore is what a table must beat to be taken for a kind rather than none.
func floorScore(k model.Kind) float64 {
	switch k {
	case model.Reservation:
		return -1
	case model.Location:
		return 0.75
	}
	return 0.85
}

func taken(picked map[model.Kind]*table, t *table) bool {
	for _, p := range picked {
		if p == t {
			return true
		}
	}
	return false
}

// together is what the references between the tables add.
func (f *Facts) together(p map[model.Kind]*table) float64 {
	s := 0.0
	pair := func(from, to model.Kind, w float64) {
		a, b := p[from], p[to]
		if a == nil || b == nil {
			return
		}
		if l := reach(a, b); l > 0 {
			s += w * l * (1 + 0.2*float64(min(3, refsTo(a, b))-1))
		} else if from == model.Reservation && to != model.Location || from == model.Payment && to == model.Reservation {
			s -= 0.3
		}
	}
	pair(model.Reservation, model.Customer, 0.7)
	pair(model.Reservation, model.Vehicle, 0.7)
	pair(model.Reservation, model.Location, 0.4)
	pair(model.Vehicle, model.Location, 0.25)
	pair(model.Payment, model.Reservation, 0.8)
	pair(model.Payment, model.Customer, 0.1)
	if v, r := p[model.Vehicle], p[model.Reservation]; v != nil && r != nil && v.rows > 3*r.rows && r.rows > 50 {
		s -= 0.4
	}
	return s
}

// refsTo counts the columns of a that point at b; at least one.
func refsTo(a, b *table) int {
	n := 0
	for _, l := range a.refs {
		if l.to == b {
			n++
		}
	}
	return max(1, n)
}

// reach says how well one table points at another: 1 for a declared reference, less for one through a child table.
func reach(a, b *table) float64 {
	best := 0.0
	for _, l := range a.refs {
		if l.to == b && l.from.t == a {
			best = math.Max(best, 0.5+0.5*l.score)
		}
	}
	if best > 0 {
		return best
	}
	for _, in := range a.in { // a child of a that points at b
		for _, l := range in.from.t.refs {
			if l.to == b && in.from.t != b && !in.from.t.audit {
				best = math.Max(best, 0.6*l.score)
			}
		}
	}
	return best
}
