package learn

// This file: what a source never says because it always is so: the calendar of one branch means that branch, the
// mails of a partner mean the partner's channel. And titles that the overlap shows to be no bookings.

import (
	"strings"

	"salvage/model"
)

const (
	minConstant   = 25   // linked readings of an origin or template
	constantShare = 0.98 // of them have the value
	minNoise      = 3    // unlinked entries of before the cut with a word that no booking's title has
)

// constant is a value that goes with a scope.
type constant struct {
	value model.Value
	trust model.PPM
	by    string
}

// constantFields are the fields of few values that a whole source may stand for.
func constantFields() []model.Field { return []model.Field{model.FPickupLoc, model.FReturnLoc} }

// learnConstants finds them, where the value is not as usual in all rows.
func (m *Model) learnConstants(rows *Rows, st []Statement) {
	count, n := map[string]map[string]int{}, map[string]int{}
	base := map[string]int{}
	for i := range rows.List {
		for _, f := range constantFields() {
			base[string(f)+"\x00"+rows.List[i].Res.Fields[f].Str]++
		}
	}
	for i := range st {
		if st[i].Row < 0 {
			continue
		}
		res := rows.List[st[i].Row].Res
		for _, sc := range []string{"t:" + st[i].Cluster, "o:" + st[i].Origin} {
			n[sc]++
			for _, f := range constantFields() {
				if v := res.Fields[f].Str; v != "" {
					vote(count, sc+"\x00"+string(f), v, 1)
				}
			}
		}
	}
	m.constants = map[string]map[model.Field]constant{}
	for _, sc := range sortedKeys(n) {
		for _, f := range constantFields() {
			v := bestTag(count[sc+"\x00"+string(f)])
			k := count[sc+"\x00"+string(f)][v]
			if n[sc] < minConstant || float64(k) < constantShare*float64(n[sc]) || float64(base[string(f)+"\x00"+v]) > 0.9*float64(len(rows.List)) {
				continue
			}
			if m.constants[sc] == nil {
				m.constants[sc] = map[model.Field]constant{}
			}
			m.constants[sc][f] = constant{model.RefValue(v), model.PPM(int64(k) * 1_000_000 / int64(n[sc]+1)), "constant:" + short(sc+string(f))}
		}
	}
}

// unsaid adds what the source stands for, where the reading itself says nothing of it and is of a booking.
func (m *Model) unsaid(out []model.Claim, r *model.Reading, cluster string) []model.Claim {
	if !has(out, model.Reservation, model.FStartsAt) && !has(out, model.Reservation, model.FEndsAt) {
		return out
	}
	for _, f := range constantFields() {
		for _, sc := range []string{"t:" + cluster, "o:" + r.Origin} {
			c, ok := m.constants[sc][f]
			if ok && !has(out, model.Reservation, f) {
				out = append(out, model.Claim{Kind: model.Reservation, Field: f, Value: c.value, Span: titleSpan(r), By: c.by, Trust: c.trust})
			}
		}
	}
	return out
}

// learnNoise finds the words of titles that only entries have which are no bookings: of the dentist, of the car wash.
func (m *Model) learnNoise(st []Statement) {
	linked, loose := map[string]int{}, map[string]int{}
	for i := range st {
		r := st[i].Reading
		if r.At == 0 || r.At >= m.opt.Cut.UnixMicro() || !strings.HasPrefix(r.Media, "calendar/") {
			continue
		}
		seen := map[string]bool{}
		for _, w := range splitWords(r.Title) {
			if seen[w.fold] || m.titles.variable(w.fold) || strings.ContainsAny(w.fold, "0123456789") {
				continue
			}
			seen[w.fold] = true
			if st[i].Row >= 0 {
				linked[w.fold]++
			} else {
				loose[w.fold]++
			}
		}
	}
	m.noise = map[string]bool{}
	for w, n := range loose {
		m.noise[w] = n >= minNoise && linked[w]*20 < n
	}
}

// noisy reports an entry whose title has such a word, and that names neither a code nor a contact.
func (m *Model) noisy(r *model.Reading, cs []model.Claim) bool {
	if !strings.HasPrefix(r.Media, "calendar/") || has(cs, model.Reservation, model.FCode) || has(cs, model.Customer, model.FEmail) || has(cs, model.Customer, model.FPhone) {
		return false
	}
	for _, w := range splitWords(r.Title) {
		if m.noise[w.fold] {
			return true
		}
	}
	return false
}
