package draft

// This file: what the comparison with the evidence says of a column: a bonus for a field, a unit, a zone.

import (
	"fmt"
	"sort"

	"salvage/model"
)

func (o *Overlap) bonus(r *rule, c candidate) float64 {
	if o == nil || o.found == nil {
		return 0
	}
	f := o.found
	set := string(r.kind) + "." + string(r.field)
	if n := f.texts[c.column][set]; n >= 5 && float64(n) > 0.05*float64(f.seen[c.column]) {
		return 0.5
	}
	if r.kind == model.Reservation && r.field == model.FCode && c.unique() {
		if n := f.codes[c.column]; n >= 5 && float64(n) > 0.1*float64(f.seen[c.column]) {
			return 0.35
		}
	}
	if r.fit != fitTime && r.fit != fitPast {
		return 0
	}
	top, n, second := f.meaning(c.column)
	switch {
	case n < 8 || n < 2*second:
		return 0
	case top == r.field:
		return 0.45
	case r.field == model.FPaidAt && top == model.FCreatedAt, r.field == model.FCreatedAt && top == model.FPaidAt:
		return 0
	}
	return -0.2
}

func (f *findings) meaning(c *column) (top model.Field, n, second int) {
	fields := make([]string, 0, len(f.means[c]))
	for m := range f.means[c] {
		fields = append(fields, string(m))
	}
	sort.Strings(fields)
	for _, m := range fields {
		switch k := f.means[c][model.Field(m)]; {
		case k > n:
			top, n, second = model.Field(m), k, n
		case k > second:
			second = k
		}
	}
	return top, n, second
}

func (o *Overlap) reason(r *rule, c candidate) string {
	if o.bonus(r, c) <= 0 {
		return ""
	}
	f := o.found
	if n := f.texts[c.column][string(r.kind)+"."+string(r.field)]; n > 0 {
		return fmt.Sprintf("%d of its values are so called in the evidence", n)
	}
	if r.fit == fitTime || r.fit == fitPast {
		_, n, _ := f.meaning(c.column)
		return fmt.Sprintf("%d of its times are so called in the evidence", n)
	}
	return fmt.Sprintf("%d of its values stand in the evidence", f.codes[c.column])
}

func (o *Overlap) unit(c *column) string {
	if o == nil || o.found == nil {
		return ""
	}
	switch u := o.found.units[c]; {
	case u[0] >= 5 && u[0] >= 4*u[1] && c.cents == 0:
		return "minor"
	case u[1] >= 5 && u[1] >= 4*u[0]:
		return "major"
	}
	return ""
}

func (o *Overlap) word(c *column, raw string) string {
	if o == nil || o.found == nil {
		return ""
	}
	n := o.found.gone[c][raw]
	if n[1] < 5 || n[0]*10 < n[1]*6 {
		return ""
	}
	for w, m := range o.found.gone[c] {
		if w != raw && m[1] >= 5 && m[0]*10 >= m[1]*3 {
			return ""
		}
	}
	return model.Cancelled
}

func (o *Overlap) currency() string {
	if o == nil {
		return ""
	}
	best, sum := "", 0
	for _, c := range sortedNames(o.currencies) {
		sum += o.currencies[c]
		if best == "" || o.currencies[c] > o.currencies[best] {
			best = c
		}
	}
	if best == "" || o.currencies[best] < 5 || o.currencies[best]*10 < sum*6 {
		return ""
	}
	return best
}

func (o *Overlap) zone() (name, why string) {
	if o == nil || o.found == nil {
		return "", ""
	}
	return o.found.winner(o.found.votes, "times of the backup without a zone agree with instants in the evidence")
}

func (o *Overlap) business() (name, why string) {
	if o == nil || o.found == nil {
		return "", ""
	}
	return o.found.winner(o.found.business, "wall-clock times in the evidence agree with the backup")
}

func (f *findings) winner(votes map[string]int, what string) (name, why string) {
	best := 0
	for _, z := range f.cands {
		if n := votes[z.name]; n > best {
			best, name = n, z.name
		}
	}
	second := 0
	for _, z := range f.cands {
		if n := votes[z.name]; n < best*9/10 && n > second {
			second = n
		}
	}
	if best < 8 || best < 2*second {
		return "", ""
	}
	return name, fmt.Sprintf("%d %s in this zone, %d at most in any other", best, what, second)
}
