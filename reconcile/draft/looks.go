package draft

// This file: how well the shapes of a column's values fit a field.

import (
	"math"
	"strings"

	"salvage/model"
	"salvage/model/mapping"
)

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
