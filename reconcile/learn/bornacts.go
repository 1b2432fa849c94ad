package learn

// This file: what a template that was born in the lost window announces. Its words may be new; what happened about
// the bookings it speaks of in the same hours is not: an entry taken out of the calendar or titled anew, money paid
// back. A template of which that holds, and no other, tells of cancellations.

import (
	"strings"

	"salvage/model"
)

const (
	minBornActs  = 5   // bookings that a template must speak of
	bornActShare = 0.4 // of them show that they were called off when it was written
	bornActLift  = 4   // times as many as among all other messages
	bornRevived  = 0.05
	beforeLetter = 3 * hour
	afterLetter  = 2 * day
)

// bornAct counts the bookings of one template.
type bornAct struct {
	n, off, revived int
	seen            map[string]bool
}

// signs are the moments at which other sources show a booking called off, and at which letters show it going on.
type signs struct{ off, on []int64 }

// learnBornActs finds templates without an overlap that announce cancellations. It gives the readings of them.
func (m *Model) learnBornActs(st []Statement, groups []string) []int {
	by := map[string]*signs{}
	for i := range st {
		if g := groups[i]; g != "" {
			if by[g] == nil {
				by[g] = &signs{}
			}
			by[g].take(&st[i])
		}
	}
	count, all := map[string]*bornAct{}, &bornAct{seen: map[string]bool{}}
	for i := range st {
		s := &st[i]
		if groups[i] == "" || !strings.HasPrefix(s.Media, "mail/") || s.Act == model.ActCancelled || s.Via != "" {
			continue
		}
		c := count[s.Cluster]
		if c == nil {
			c = &bornAct{seen: map[string]bool{}}
			count[s.Cluster] = c
		}
		for _, x := range []*bornAct{c, all} {
			x.add(groups[i], by[groups[i]], s.At)
		}
	}
	found := map[string]bool{}
	for _, cl := range sortedKeys(count) {
		c := count[cl]
		rest := float64(all.off-c.off+1) / float64(all.n-c.n+1)
		share := float64(c.off) / float64(max(c.n, 1))
		if c.n >= minBornActs && m.acted[cl] < minActs && share >= bornActShare && share >= bornActLift*rest && float64(c.revived) <= bornRevived*float64(c.n) {
			m.states[cl], found[cl] = model.Cancelled, true
		}
	}
	var again []int
	for i := range st {
		if found[st[i].Cluster] && st[i].Outcome != model.Unreadable {
			again = append(again, i)
		}
	}
	return again
}

// take notes what one reading shows. Letters do not count as signs of an end: they are what is judged.
func (s *signs) take(st *Statement) {
	if strings.HasPrefix(st.Media, "mail/") {
		if st.Genuine && st.Act != model.ActCancelled && st.Act != model.ActNone {
			s.on = append(s.on, st.At)
		}
		return
	}
	if st.Deleted || st.Act == model.ActCancelled {
		s.off = append(s.off, st.At)
		return
	}
	for i := range st.Claims {
		if c := &st.Claims[i]; c.Kind == model.Payment && c.Field == model.FPayKind && c.Value.Str == model.PayRefund {
			s.off = append(s.off, st.At)
			return
		}
	}
}

// add counts a booking once: whether it was called off around a moment, and whether letters speak of it as going on later.
func (b *bornAct) add(group string, s *signs, at int64) {
	if b.seen[group] {
		return
	}
	b.seen[group] = true
	b.n++
	for _, t := range s.off {
		if t > at-beforeLetter && t < at+afterLetter {
			b.off++
			break
		}
	}
	for _, t := range s.on {
		if t > at+hour {
			b.revived++
			break
		}
	}
}
