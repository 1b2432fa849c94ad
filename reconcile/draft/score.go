package draft

// This file: how well one column fits one field, by its name and by what it holds.

import (
	"math"
	"slices"
	"strings"
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
func (c *column) fitLooks(r *rule) float64 {
	all := func(s shape, yes, not float64) float64 {
		if x := c.share(s); x > 0.6 {
			return yes * x
		} else if x < 0.1 {
			return not
		}
		return 0
	}
	few := c.kmv.distinct() <= 20 && c.full() >= 30
	switch r.fit {
	case fitEmail:
		return all(shEmail, 0.75, -0.9)
	case fitPhone:
		return all(shPhone, 0.4, -0.5)
	case fitCus:
		return all(shCus, 0.9, -0.5)
	case fitIntent:
		return all(shIntent, 0.8, -0.5)
	case fitCharge:
		s := c.share(shCharge) + c.share(shRefund)
		if s > 0.5 && c.share(shCharge) > 0 {
			return 0.8
		}
		return -0.45
	case fitRefund:
		return all(shRefund, 0.8, -0.5)
	case fitSession:
		return all(shSession, 0.8, -0.6)
	case fitCurrency:
		return all(shCurrency, 0.6, -0.9)
	case fitZone:
		return all(shZone, 0.9, -0.9)
	case fitVIN:
		return all(shVIN, 0.7, -0.6)
	case fitPlate:
		if c.share(shPlate) > 0.6 && c.unique() && c.share(shVIN) < 0.1 {
			return 0.25
		}
		return -0.2
	case fitEvent:
		if c.share(shEventID)+c.share(shUUID)+c.share(shHex) > 0.8 {
			return 0.2
		}
		return -0.4
	case fitCode:
		return c.fitCode(few)
	case fitWord:
		return c.fitFew(r)
	case fitFirst, fitLast, fitFull:
		return c.fitName(r)
	}
	return c.fitPlain(r, few)
}

func (c *column) fitCode(few bool) float64 {
	if c.t.keyColumn() == c && c.share(shCode) < 0.8 {
		return -0.5
	}
	switch {
	case few || c.share(shSentence) > 0.1 || c.share(shEmail) > 0.2 || c.stripeIDs() > 0.3:
		return -0.8
	case c.unique() && c.share(shCode) > 0.8 && c.share(shVIN) < 0.5:
		return 0.25
	case c.unique() && (c.share(shUUID) > 0.8 || c.share(shHex) > 0.8):
		return -0.1
	case c.unique():
		return 0.05
	}
	return -0.35
}

// stripeIDs is which part of the values are ids of Stripe's.
func (c *column) stripeIDs() float64 {
	return c.share(shCus) + c.share(shIntent) + c.share(shCharge) + c.share(shRefund) + c.share(shSession)
}

func (c *column) fitFew(r *rule) float64 {
	switch d := c.kmv.distinct(); {
	case c.class == mapping.ClassEnum:
		return 0.1
	case c.class == mapping.ClassBool:
		return -0.2
	case d > 24 && d > 0.02*float64(c.full()):
		return -0.6
	case r.field == model.FStatus && c.knownWords(statusWord) > 0.6:
		return 0.25
	case r.field == model.FPayKind && c.knownWords(kindWord) > 0.6:
		return 0.25
	case r.field == model.FMethod && c.knownWords(knownMethod) > 0.6:
		return 0.3
	}
	return 0
}

// knownWords is which part of a column's words a lexicon knows.
func (c *column) knownWords(look func(string) string) float64 {
	list := c.vocab.list()
	if len(list) == 0 {
		return 0
	}
	n := 0
	for _, w := range list {
		if look(w) != "" {
			n++
		}
	}
	return float64(n) / float64(len(list))
}

func (c *column) fitName(r *rule) float64 {
	full, local := c.share(shPersons)+c.share(shComma), 0.0
	if c.full() > 0 {
		local = float64(c.local) / float64(c.full())
	}
	one := c.share(shOneWord)
	if c.share(shEmail) > 0.1 || c.share(shCode) > 0.6 && one < 0.3 && local < 0.2 || c.share(shPhone) > 0.2 || c.share(shSentence) > 0.3 {
		return -0.8
	}
	head, tail := 0.0, 0.0
	if c.local > 0 {
		head, tail = float64(c.localHead)/float64(c.local), float64(c.localTail)/float64(c.local)
	}
	s := 0.0
	switch r.fit {
	case fitFull:
		if full > 0.7 {
			s = 0.3
		} else if full < 0.3 {
			s = -0.5
		}
		return s + 0.2*math.Min(local, 1)
	case fitFirst:
		s = 0.3 * local * (head - tail*0.5)
	default:
		s = 0.3 * local * (tail - head*0.5)
	}
	if full > 0.7 {
		s -= 0.5
	}
	if c.kmv.distinct() <= 4 && c.full() > 50 {
		s -= 0.5
	}
	return s
}

// fitPlain weighs texts that have no shape of their own.
func (c *column) fitPlain(r *rule, few bool) float64 {
	bad := c.share(shEmail) > 0.3 || c.share(shCus)+c.share(shIntent)+c.share(shCharge) > 0.3 || c.share(shURL) > 0.5 || c.share(shClock) > 0.8
	if bad {
		return -0.8
	}
	if c.packed != nil && c.packed.as == "part" && r.kind == model.Vehicle && c.packed.n <= 2 && c.share(shSentence) < 0.2 && c.share(shInt)+c.share(shCode) < 0.5 {
		if n := map[model.Field]int{model.FMake: 1, model.FModel: 2}[r.field]; n == c.packed.n {
			return 0.55 // "Make|Model|…": people write them in this order
		}
	}
	switch r.field {
	case model.FNotes:
		if c.share(shSentence) > 0.3 {
			return 0.15
		}
	case "address":
		if c.share(shInt) > 0.8 {
			return -0.8
		}
		if c.share(shSentence) < 0.01 && c.share(shOneWord) > 0.8 {
			return -0.3
		}
	case "licence", "postal_code":
		if few || c.share(shPersons) > 0.5 || c.share(shSentence) > 0.5 {
			return -0.4
		}
	case "country", "language", "region", model.FMake:
		if c.kmv.distinct() > 0.8*float64(c.full()) && c.full() > 30 {
			return -0.4
		}
	case model.FName:
		if c.share(shInt) > 0.8 || c.share(shUUID) > 0.5 {
			return -0.6
		}
	}
	return 0
}

func fitBirth(c *column) float64 {
	if !c.isTime() {
		return no
	}
	if c.timeN < 3 {
		return 0
	}
	lo, hi := microTime(c.minT).Year(), microTime(c.maxT).Year()
	if hi-lo > 15 && lo < 1990 && c.midnight == c.timeN {
		return 0.45
	}
	return -0.7
}

func fitMoneyScore(c *column) float64 {
	switch c.class {
	case mapping.ClassNumeric, mapping.ClassMoney, mapping.ClassFloat:
	case mapping.ClassInt:
	case mapping.ClassText, mapping.ClassOther:
		if c.full() == 0 || c.shapes[shInt]+c.shapes[shDecimal] < c.full() {
			return no
		}
	default:
		return no
	}
	if c.isTime() || c.ref != nil && c.ref.declared || c.Sequence != "" || c.Identity != "" || c == c.t.keyColumn() {
		return no
	}
	switch {
	case c.full() < 3:
		return 0
	case c.class == mapping.ClassInt && c.minN >= 0 && c.maxN <= 1:
		return -0.7
	case c.cents > 0 || c.class == mapping.ClassNumeric || c.class == mapping.ClassMoney:
		return 0.1
	case c.class == mapping.ClassInt && c.maxN < 100:
		return -0.2
	}
	return 0
}

func fitNumber(r *rule, c *column) float64 {
	if c.class != mapping.ClassInt && c.class != mapping.ClassNumeric && !(c.isText() && c.full() > 0 && c.ints == c.full()) || c.ref != nil && c.ref.declared || c == c.t.keyColumn() || c.Sequence != "" {
		return no
	}
	if c.isTime() && c.class == mapping.ClassInt {
		return no
	}
	if c.ints < 3 {
		return 0
	}
	switch {
	case r.fit == fitYear:
		if c.minN >= 1950 && c.maxN <= 2035 {
			if c.packed != nil && len(c.words) == 0 {
				return 0.55
			}
			return 0.35
		}
		return -0.8
	case r.field == "party" || r.field == "units":
		if c.maxN > 200 || c.minN < 0 {
			return -0.6
		}
	case strings.HasPrefix(string(r.field), "odometer"):
		if c.maxN < 300 {
			return -0.4
		}
	}
	return 0
}
