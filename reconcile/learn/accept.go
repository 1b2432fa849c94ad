package learn

// This file: which places are trusted with which field.

import (
	"crypto/sha256"
	"encoding/hex"
	"sort"

	"salvage/model"
)

const (
	minPrecision = 0.96 // of the rows that were not edited later
	minDistinct  = 3
	minTyped     = 0.80 // of dates that people type: right often enough to be the field, and trusted no more than that
	manySamples  = 20
	minShare     = 0.6 // of all rows, edited ones included
)

// accept turns the counts of one place into a rule, or nil.
func (t *trainer) accept(k ruleKey, st *stat, cands []*zone) *rule {
	ids := make([]fieldID, 0, len(st.f))
	for id := range st.f {
		ids = append(ids, id)
	}
	sort.Slice(ids, func(a, b int) bool { return ids[a] < ids[b] })
	var best *rule
	var bestScore [4]int
	for _, id := range ids {
		r, score := t.judge(k, st, id, cands)
		if r != nil && (best == nil || later(score, bestScore)) {
			best, bestScore = r, score
		}
	}
	return best
}

// kindRank prefers the reservation's own field over its payments' where both always agree.
func kindRank(k model.Kind) int {
	if k == model.Payment {
		return 0
	}
	return 1
}

func later(a, b [4]int) bool {
	for i := range a {
		if a[i] != b[i] {
			return a[i] > b[i]
		}
	}
	return false
}

// variety is how many different values must agree: of places a company may have just two.
func (t *trainer) variety(id fieldID) int {
	switch t.rows.names[id].field {
	case model.FPickupLoc, model.FReturnLoc:
		return minDistinct - 1
	}
	return minDistinct
}

// judge measures one field at one place. The score orders rivals: precision, discriminating rows, support.
func (t *trainer) judge(k ruleKey, st *stat, id fieldID, cands []*zone) (*rule, [4]int) {
	f := st.f[id]
	if f.agree < minSupport || len(f.distinct) < t.variety(id) || f.disc < 1 {
		return nil, [4]int{}
	}
	agree, tag, z := f.agree, bestTag(f.tags), (*zone)(nil)
	if len(f.samples) > 0 {
		var fit int
		tag, z, fit = bestReading(cands, f.samples)
		agree = int(int64(f.agree) * int64(fit) / int64(len(f.samples)))
	}
	n := f.has - f.excused
	need := minPrecision
	if len(f.samples) > 0 && agree >= manySamples {
		need = minTyped
	}
	if n <= 0 || agree < minSupport || float64(agree) < need*float64(n) || float64(agree) < t.share*float64(f.has) {
		return nil, [4]int{}
	}
	name := t.rows.names[id]
	r := &rule{typ: st.typ, tag: tag, zone: z, Rule: Rule{Scope: k.scope, Anchor: k.anchor, Kind: name.kind, Field: name.field,
		Support: n, Agree: agree, Distinct: len(f.distinct), Trust: model.PPM(int64(agree+1) * 1_000_000 / int64(n+2))}}
	r.Transform = tag
	if z != nil {
		r.Transform = tag + " " + z.name
	}
	r.ID = "learned:" + short(k.scope+"\x00"+k.anchor+"\x00"+string(name.kind)+"."+string(name.field))
	return r, [4]int{100 * agree / n, kindRank(name.kind), f.disc, agree}
}

// undecided are the fields that a place always agreed with in values enough, and that no row told apart from another:
// a car that always comes back to where it was fetched.
func (t *trainer) undecided(st *stat) map[fieldName]bool {
	var out map[fieldName]bool
	for id, f := range st.f {
		if f.agree >= minSupport && len(f.distinct) >= t.variety(id) && f.agree == f.has && len(f.samples) == 0 {
			if out == nil {
				out = map[fieldName]bool{}
			}
			out[t.rows.names[id]] = true
		}
	}
	return out
}

func short(s string) string {
	h := sha256.Sum256([]byte(s))
	return hex.EncodeToString(h[:5])
}

func bestTag(tags map[string]int) string {
	best, n := "", 0
	for _, k := range sortedKeys(tags) {
		if tags[k] > n {
			best, n = k, tags[k]
		}
	}
	return best
}

// bestReading finds date order and zone together. An order that no sample could tell apart stays open ("").
func bestReading(cands []*zone, samples []sample) (tag string, z *zone, fit int) {
	for _, tg := range []string{"", "dmy", "mdy", "ymd"} {
		if zz, n := bestZone(cands, samples, tg); n > fit {
			tag, z, fit = tg, zz, n
		}
	}
	return tag, z, fit
}
