package draft

// This file: how well one column fits one field, by its name and by what it holds.

import (
	"math"
	"slices"
	"time"

	"salvage/model"
	"salvage/model/mapping"
)

func microTime(us int64) time.Time { return time.UnixMicro(us).UTC() }

// candidate is a column that a field may have: of the main table, or of one joined to it.
type candidate struct {
	*column
	join   string
	words  []token // the join's words before the column's own
	alone  []token // the column's own words, where they may speak alone
	joined bool
}

// freeFor are the concepts that add nothing to a name, by what the column holds.
func freeFor(f fit) []string {
	switch f {
	case fitTime, fitPast, fitDate:
		return []string{"date", "time", "zoneword"}
	case fitMoney:
		return []string{"amount", "price", "minor", "currency"}
	case fitRef, fitPlace:
		return []string{"id", "code"}
	case fitCode, fitCus, fitIntent, fitCharge, fitRefund, fitSession, fitEvent:
		return []string{"id", "code", "stripe", "external", "numberword"}
	case fitFirst, fitLast, fitFull:
		return []string{"name"}
	case fitWord:
		return []string{"code"}
	case fitPhone, fitPlate, fitVIN, fitText:
		return []string{"id", "numberword"}
	case fitInt, fitYear:
		return []string{"units"}
	}
	return nil
}

// nameScore says how well a name fits a rule: the best pattern's weight, less what the other words say.
func nameScore(r *rule, ts []token, own []string) float64 {
	best := 0.0
	free := freeFor(r.fit)
	for _, p := range r.names {
		used := matchPattern(p.concepts, ts)
		if used == nil {
			continue
		}
		s := p.weight
		for i, t := range ts {
			switch {
			case !used[i]:
				s -= leftover(t, r, free, own)
			case t.short:
				s -= 0.2
			}
		}
		best = math.Max(best, s)
	}
	return best
}

// matchPattern finds a word of its own for each concept.
func matchPattern(concepts []string, ts []token) []bool {
	used := make([]bool, len(ts))
	var try func(i int) bool
	try = func(i int) bool {
		if i == len(concepts) {
			return true
		}
		for j, t := range ts {
			if used[j] || !t.means(concepts[i]) {
				continue
			}
			used[j] = true
			if try(i + 1) {
				return true
			}
			used[j] = false
		}
		return false
	}
	if len(ts) > 12 || !try(0) {
		return nil
	}
	return used
}

// leftover is what a word costs that no pattern explains.
func leftover(t token, r *rule, free, own []string) float64 {
	if t.short {
		return 0.12
	}
	for _, a := range r.avoid {
		if t.means(a) {
			return 0.6
		}
	}
	if t.text == "1" || t.filler && (len(t.concepts) == 0 || t.means("one")) {
		return 0
	}
	for _, c := range t.concepts {
		if slices.Contains(free, c) || slices.Contains(own, c) {
			return 0.02
		}
	}
	switch {
	case digits(t.text):
		return 0.3
	case t.filler:
		return 0.04
	case r.fit == fitMoney && len(t.text) == 3 && currencyCode(t.text):
		return 0
	case len(t.concepts) > 0:
		return 0.25
	}
	return 0.12
}

// no is the score of what cannot be.
const no = -10.0

// nullShare is which part of a column's rows says nothing.
func (c *column) nullShare() float64 {
	if c.n == 0 {
		return 0
	}
	return float64(c.null+c.empty) / float64(c.n)
}

// fitScore says how well what a column holds fits a rule: no for what cannot be, 0 for no opinion.
func (f *Facts) fitScore(r *rule, c *column, picked map[model.Kind]*table) float64 {
	seen := c.full() >= 3
	if c.packed != nil && (r.fit == fitTime || r.fit == fitPast || r.fit == fitRef || r.fit == fitPlace || r.fit == fitDate || r.fit == fitMoney) {
		return no
	}
	if sub := c.packedColumns(); c.packed == nil && len(sub) > 0 {
		noted := slices.ContainsFunc(sub, func(p *column) bool { return has(p.words, "note") })
		if r.field != "address" && (r.field != model.FNotes || noted) {
			return no
		}
	}
	switch r.fit {
	case fitTime, fitPast:
		return f.fitTime(r, c)
	case fitRef:
		return f.fitRef(r, c, picked)
	case fitPlace:
		return f.fitPlace(r, c, picked)
	case fitMoney:
		return fitMoneyScore(c)
	case fitInt, fitYear:
		return fitNumber(r, c)
	}
	if c.isTime() != (r.fit == fitDate) || c.class == mapping.ClassBool && r.fit != fitWord || c.class == mapping.ClassArray {
		return no
	}
	if r.fit == fitDate {
		return fitBirth(c)
	}
	if c.class == mapping.ClassJSON || c.ref != nil && c.ref.score > 0.7 && r.fit != fitWord {
		return no
	}
	if c.share(shSecret) > 0.3 {
		return no
	}
	if c.numeric() && !numberField(r) {
		return no
	}
	if !seen {
		return 0
	}
	return c.fitLooks(r)
}

func (c *column) numeric() bool {
	switch c.class {
	case mapping.ClassInt, mapping.ClassNumeric, mapping.ClassFloat, mapping.ClassMoney:
		return true
	}
	return false
}

// numberField are the fields that a numeric column may still hold.
func numberField(r *rule) bool {
	switch r.fit {
	case fitCode, fitWord, fitPhone:
		return true
	}
	return r.field == "postal_code" || r.field == "licence"
}

// fitLooks weighs the shapes of a column's texts.
// stripeIDs is which part of the values are ids of Stripe's.
// knownWords is which part of a column's words a lexicon knows.
// fitPlain weighs texts that have no shape of their own.
