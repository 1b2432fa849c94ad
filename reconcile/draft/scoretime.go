package draft

// This file: how well columns fit as times and as references.

import (
	"salvage/model"
	"salvage/model/mapping"
)

// fitTime weighs a time column: agreed times lie on quarters of an hour and reach beyond the cut, what has
// happened does neither.
func (f *Facts) fitTime(r *rule, c *column) float64 {
	if !c.isTime() {
		if c.full() == 0 && c.isText() && has(c.words, "date", "time") {
			return -0.1
		}
		return no
	}
	if c.timeN < 3 {
		return 0
	}
	s := 0.05
	if microTime(c.maxT).Year() < 1995 {
		return no
	}
	if hi, lo := microTime(c.maxT).Year(), microTime(c.minT).Year(); hi-lo > 40 && c.midnight == c.timeN {
		return -0.6 // birthdays
	}
	const day = 24 * 3600 * 1_000_000
	future := !f.Cut.IsZero() && c.maxT > f.Cut.UnixMicro()+day
	round := float64(c.quarter) / float64(c.timeN)
	rising := float64(c.rises) / float64(c.timeN)
	switch {
	case r.fit == fitTime && future:
		s += 0.15
	case r.fit == fitPast && future:
		s -= 0.6
	}
	if r.fit == fitTime && round > 0.95 && c.midnight < c.timeN/2 {
		s += 0.1
	}
	if r.fit == fitPast && c.class != mapping.ClassDate && round > 0.95 && c.timeN >= 20 {
		s -= 0.15
	}
	nulls := c.nullShare()
	switch r.field {
	case model.FStartsAt, model.FEndsAt, model.FCreatedAt, model.FPaidAt:
		if nulls > 0.5 {
			s -= 0.45
		} else if nulls > 0.02 && r.field != model.FPaidAt {
			s -= 0.15
		}
	case model.FOutAt, model.FReturnedAt:
		if nulls == 0 && c.NotNull {
			s -= 0.4
		} else if nulls > 0.01 {
			s += 0.15
		}
	case model.FCancelledAt:
		if nulls < 0.5 {
			s -= 0.5
		} else {
			s += 0.1
		}
	}
	if r.field == model.FCreatedAt && rising > 0.98 && c.timeN > 20 {
		s += 0.12
	}
	return s + f.orderScore(r, c)
}

// orderScore asks which of the table's times come before and after this one.
func (f *Facts) orderScore(r *rule, c *column) float64 {
	first, last, n := 0, 0, 0
	i := timeIndex(c)
	if i < 0 {
		return 0
	}
	for j, o := range c.t.times {
		if j == i || o.timeN < 3 {
			continue
		}
		lt, gt, eq := c.t.before[i][j], c.t.before[j][i], c.t.same[i][j]
		if lt+gt+eq < 3 {
			continue
		}
		n++
		if gt == 0 {
			first++
		}
		if float64(gt) >= 0.97*float64(lt+gt+eq) {
			last++
		}
	}
	if n == 0 {
		return 0
	}
	switch r.field {
	case model.FCreatedAt:
		return 0.12 * (float64(first)/float64(n) - 0.5)
	case model.FEndsAt:
		return 0.08 * (float64(last) - float64(first)) / float64(n)
	}
	return 0
}

func timeIndex(c *column) int {
	for i, x := range c.t.times {
		if x == c {
			return i
		}
	}
	return -1
}

// earlier reports which part of the rows that have both has a before b.
func earlier(a, b *column) (share float64, n int64) {
	if a.t != b.t {
		return 0, 0
	}
	i, j := timeIndex(a), timeIndex(b)
	if i < 0 || j < 0 {
		return 0, 0
	}
	n = a.t.before[i][j] + a.t.before[j][i] + a.t.same[i][j]
	if n == 0 {
		return 0, 0
	}
	return float64(a.t.before[i][j]+a.t.same[i][j]) / float64(n), n
}

// fitRef weighs a reference: the column must point at the table that was picked for the other kind.
func (f *Facts) fitRef(r *rule, c *column, picked map[model.Kind]*table) float64 {
	to := picked[r.ref]
	if to == nil {
		if picked != nil || c.ref == nil {
			return no
		}
		return 0
	}
	if c.ref == nil || c.ref.to != to {
		return no
	}
	s := 0.35
	if c.ref.declared {
		s = 0.5
	} else {
		s += 0.15 * c.ref.score
	}
	if has(c.words, "created", "updated", "vendor", "handedby", "second") {
		s -= 0.4
	}
	if c.nullShare() > 0.9 && c.full() < 5 {
		s -= 0.3
	}
	return s
}

// fitPlace weighs a place or a class: a reference where there is such a table, else one of few words.
func (f *Facts) fitPlace(r *rule, c *column, picked map[model.Kind]*table) float64 {
	if r.ref != "" {
		if c.ref != nil && picked[r.ref] != nil && c.ref.to == picked[r.ref] {
			return 0.4 + 0.1*float64(boolInt(c.ref.declared))
		}
		if picked[r.ref] != nil && c.ref != nil {
			return no
		}
	} else if c.ref != nil {
		return no
	}
	if c.isTime() || c.numeric() || c.class == mapping.ClassBool || c.class == mapping.ClassJSON || c.class == mapping.ClassUUID {
		return no
	}
	if c.full() >= 30 && (c.kmv.distinct() > 200 || c.share(shEmail) > 0.1) {
		return -0.5
	}
	if r.ref != "" && c.share(shOneWord)+c.share(shPersons)+c.share(shSentence)+c.share(shCode) == 0 && c.full() > 5 {
		return -0.2
	}
	return 0
}
