// Package measure says how far a rebuild can be trusted and what it cannot know: agreement of the overlap's
// readings with the backup, and the gaps in the numbering of reservations.
//
// Nothing is certified here yet: until rates are measured by hiding rows of the backup and rebuilding them,
// the certified error stays empty and rows are exported on strong keys or two independent sources alone.
package measure

import (
	"sort"
	"strconv"
	"strings"

	"salvage/model"
	"salvage/reconcile/learn"
)

// Measure sums up the labels of the overlap and what share of the rebuilt rows each tier has.
func Measure(es []*model.Entity, lm *learn.Model, maxError float64) model.Measured {
	m := model.Measured{Labels: lm.Linked, MaxError: maxError, TierShares: map[string]float64{}, Fields: map[string]float64{}}
	agree, support := map[string]int{}, map[string]int{}
	for _, r := range lm.Rules {
		if strings.HasPrefix(r.Scope, "o:") {
			k := string(r.Kind) + "." + string(r.Field)
			agree[k] += r.Agree
			support[k] += r.Support
		}
	}
	for k, n := range support {
		m.Fields[k] = round(float64(agree[k]) / float64(n))
	}
	total := 0
	tiers := map[string]int{}
	for _, e := range es {
		if e.Kind != model.Reservation || e.State != model.Rebuilt {
			continue
		}
		total++
		switch {
		case e.Held():
			tiers["hold"]++
		case e.Strong:
			tiers["strong_key"]++
		default:
			tiers["two_sources"]++
		}
	}
	for k, n := range tiers {
		m.TierShares[k] = round(float64(n) / float64(max(total, 1)))
	}
	return m
}

// round keeps four decimals, so that the same ratio prints the same everywhere.
func round(x float64) float64 {
	return float64(int64(x*10000+0.5)) / 10000
}

// maxGaps bounds the list of gaps that is printed.
const maxGaps = 200

// Missing finds numbers that the company's own sequences gave out in the lost window and that no evidence names. The
// interval's upper end is their count, less the share of numbers that the backup's own sequence burnt; the lower end
// is nothing, since every gap may be a burnt number. Without numbers nothing is estimated.
func Missing(b *model.Books, es []*model.Entity, cut int64) model.Missing {
	out := model.Missing{Gaps: []string{}}
	old, lost := numbers(b), rebuiltNumbers(es)
	if len(old) < 20 || len(lost) < 20 {
		return out
	}
	last := old[len(old)-1]
	used := map[int64]bool{}
	top := int64(0)
	for _, n := range lost {
		if n > last && n < last+int64(len(lost))*20+1000 {
			used[n] = true
			top = max(top, n)
		}
	}
	if len(used) < 20 {
		return out
	}
	gaps := 0
	for n := last + 1; n < top; n++ {
		if !used[n] {
			gaps++
			if len(out.Gaps) < maxGaps {
				out.Gaps = append(out.Gaps, strconv.FormatInt(n, 10))
			}
		}
	}
	span := old[len(old)-1] - old[0] + 1
	burnt := int(float64(top-last) * float64(span-int64(len(old))) / float64(span))
	low, high := 0, gaps
	if gaps > burnt {
		low, high = max(0, gaps-2*burnt), gaps
	}
	out.Low, out.High = &low, &high
	return out
}

// numbers are the sorted primary keys of the backup's reservations, when they are numbers.
func numbers(b *model.Books) []int64 {
	if b == nil {
		return nil
	}
	var out []int64
	for _, r := range b.Records[model.Reservation] {
		n, err := strconv.ParseInt(r.Key, 10, 64)
		if err != nil {
			return nil
		}
		out = append(out, n)
	}
	sort.Slice(out, func(a, b int) bool { return out[a] < out[b] })
	return out
}

func rebuiltNumbers(es []*model.Entity) []int64 {
	var out []int64
	for _, e := range es {
		if e.Kind == model.Reservation && e.State == model.Rebuilt {
			if n, err := strconv.ParseInt(e.WantKey, 10, 64); err == nil {
				out = append(out, n)
			}
		}
	}
	return out
}
