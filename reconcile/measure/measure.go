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

// Missing finds numbers that the company gave out in the lost window and that no evidence names. Reservations are
// numbered by their codes where those end in digits, else by their keys where evidence names nearly all of them. The
// interval runs from the gaps less every rebuilt reservation whose number is unknown and twice the share of numbers
// that the backup's own sequence burnt, to the gaps less half that share. Without numbers nothing is estimated.
func Missing(b *model.Books, es []*model.Entity, cut int64) model.Missing {
	out := model.Missing{Gaps: []string{}}
	old, lost, unnamed, prefix := series(b, es)
	if len(old) < minSeries || len(lost) < minSeries {
		return out
	}
	last := old[len(old)-1]
	used := map[int64]bool{}
	top := last
	for _, n := range lost { // sorted; a number far beyond the others is a slip of the pen, not the end of the series
		if n <= last {
			continue
		}
		if n-top > max(100, int64(len(lost))/10) {
			break
		}
		used[n] = true
		top = n
	}
	if len(used) < minSeries {
		return out
	}
	gaps := 0
	for n := last + 1; n < top; n++ {
		if !used[n] {
			gaps++
			if len(out.Gaps) < maxGaps {
				out.Gaps = append(out.Gaps, prefix+strconv.FormatInt(n, 10))
			}
		}
	}
	span := last - old[0] + 1
	burnt := int((top - last) * (span - int64(len(old))) / span)
	low, high := max(0, gaps-unnamed-2*burnt), max(0, gaps-burnt/2)
	out.Low, out.High = &low, &high
	return out
}

// minSeries is how many numbers make a sequence.
const minSeries = 20

// series picks the numbering: the backup's numbers (sorted, distinct), those of lost reservations, how many of these
// have none, and what stands before a number.
func series(b *model.Books, es []*model.Entity) (old, lost []int64, unnamed int, prefix string) {
	if b == nil {
		return nil, nil, 0, ""
	}
	var codes, keys []string
	for _, r := range b.Records[model.Reservation] {
		codes = append(codes, r.Fields[model.FCode].Str)
		keys = append(keys, r.Key)
	}
	var lostCodes, lostKeys []string
	for _, e := range es {
		if e.Kind == model.Reservation && e.State == model.Rebuilt && !outside(e) {
			lostCodes = append(lostCodes, e.Get(model.FCode).Str)
			lostKeys = append(lostKeys, e.WantKey)
		}
	}
	prefix = commonPrefix(codes)
	if old = numbers(codes, prefix); len(old)*10 >= len(codes)*9 && len(old) > 0 {
		lost = numbers(lostCodes, prefix)
		return old, lost, len(lostCodes) - len(lost), prefix
	}
	old, lost = numbers(keys, ""), numbers(lostKeys, "")
	if len(lost)*10 < len(lostKeys)*8 {
		return nil, nil, 0, ""
	}
	return old, lost, len(lostKeys) - len(lost), ""
}

// outside reports whether an entity was held because it does not belong to the lost window.
func outside(e *model.Entity) bool {
	for _, h := range e.Holds {
		if h.Code == "EX05" || h.Code == "after_resumed" {
			return true
		}
	}
	return false
}

// commonPrefix is what all codes begin with, without digits at its end.
func commonPrefix(codes []string) string {
	p, first := "", true
	for _, c := range codes {
		if c == "" {
			continue
		}
		if first {
			p, first = c, false
		}
		for !strings.HasPrefix(c, p) {
			p = p[:len(p)-1]
		}
	}
	return strings.TrimRight(p, "0123456789")
}

// numbers are the sorted, distinct numbers behind a prefix; words that are none are left out.
func numbers(words []string, prefix string) []int64 {
	seen := map[int64]bool{}
	var out []int64
	for _, w := range words {
		rest, ok := strings.CutPrefix(w, prefix)
		n, err := strconv.ParseInt(rest, 10, 64)
		if ok && err == nil && !seen[n] {
			seen[n] = true
			out = append(out, n)
		}
	}
	sort.Slice(out, func(a, b int) bool { return out[a] < out[b] })
	return out
}
