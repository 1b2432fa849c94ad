package match

// This file: how alike two nodes are, on a few levels with fixed weights (millinats).

import (
	"time"

	"salvage/model"
)

const (
	minute = int64(60_000_000)
	hour   = 60 * minute
	day    = 24 * hour

	needPair = 7000
	needGap  = 1500
)

type terms []model.Term

func (t *terms) add(code, level string, w int64) {
	if w != 0 {
		*t = append(*t, model.Term{Code: code, Level: level, Weight: w})
	}
}

func (t terms) sum() int64 {
	s := int64(0)
	for _, x := range t {
		s += x.Weight
	}
	return s
}

// pair compares two nodes.
func (m *matcher) pair(a, b *Node) terms {
	var t terms
	m.comparePerson(&t, a, b)
	m.compareVehicle(&t, a, b)
	m.compareStart(&t, a, b)
	compareEnd(&t, a, b, m.opt.Zone)
	m.compareReturn(&t, a, b)
	compareSaid(&t, a, b)
	compareMoney(&t, a.money, b.money)
	return t
}

func (m *matcher) comparePerson(t *terms, a, b *Node) {
	switch {
	case a.Customer >= 0 && a.Customer == b.Customer:
		t.add("customer", "same", 4500)
	case a.person.Empty() && a.Customer < 0 || b.person.Empty() && b.Customer < 0:
	default:
		s := m.d.score(m.fullPerson(a), m.fullPerson(b))
		switch {
		case s >= 6000:
			t.add("customer", "alike", 4000)
		case s >= 2500:
			t.add("customer", "close", 2500)
		case s >= 1000:
			t.add("customer", "partial", 1000)
		default:
			t.add("customer", "different", -5000)
		}
	}
}

// fullPerson is what a node says of its customer, with what is known of the customer it was matched to.
func (m *matcher) fullPerson(n *Node) Person {
	p := n.person
	if n.Customer >= 0 {
		q := m.d.list[n.Customer].Person
		p.Emails = addAll(append([]string(nil), p.Emails...), q.Emails)
		p.Phones = addAll(append([]string(nil), p.Phones...), q.Phones)
		p.Names = addAll(append([]string(nil), p.Names...), q.Names)
		p.Stripe = addAll(append([]string(nil), p.Stripe...), q.Stripe)
	}
	return p
}

func (m *matcher) compareVehicle(t *terms, a, b *Node) {
	if a.vehicles == nil || b.vehicles == nil {
		return
	}
	both := intersect(a.vehicles, b.vehicles)
	switch {
	case len(both) == 0:
		t.add("vehicle", "different", -2500)
	case len(a.vehicles) == 1 && len(b.vehicles) == 1:
		t.add("vehicle", "same", 4000)
	case len(both)*20 <= max(len(m.books.Records[model.Vehicle]), 1):
		t.add("vehicle", "fits", 3000)
	default:
		t.add("vehicle", "fits", 1500)
	}
}

func (m *matcher) compareStart(t *terms, a, b *Node) {
	if len(a.starts) == 0 || len(b.starts) == 0 {
		return
	}
	switch d, civil := closest(a.starts, b.starts, m.opt.Zone); {
	case d <= minute && !civil:
		t.add("start", "same minute", 5000)
	case d == 0 && civil:
		t.add("start", "same day", 3000)
	case d <= 3*hour && !civil:
		t.add("start", "same hours", 2500)
	case d <= 14*hour && !civil:
		t.add("start", "same day", 1000)
	case d <= day:
		t.add("start", "next day", 0)
	default:
		t.add("start", "different", -6000)
	}
}

func compareEnd(t *terms, a, b *Node, z *time.Location) {
	if len(a.ends) == 0 || len(b.ends) == 0 {
		return
	}
	switch d, civil := closest(a.ends, b.ends, z); {
	case d <= minute && !civil:
		t.add("end", "same minute", 3000)
	case d == 0 && civil, d <= 3*hour && !civil:
		t.add("end", "same day", 1500)
	case d > day:
		t.add("end", "different", -1500)
	}
}

// compareReturn: one node only says when something came back; the other must have begun before, and not long before.
func (m *matcher) compareReturn(t *terms, a, b *Node) {
	if len(a.starts) > 0 && len(b.starts) > 0 {
		return
	}
	if len(b.returns) > 0 && len(b.starts) == 0 {
		a, b = b, a
	}
	if len(a.returns) == 0 || len(a.starts) > 0 || len(b.starts) == 0 {
		return
	}
	ret, start := a.returns[0].Num, b.starts[0].Num
	if len(b.returns) > 0 {
		if d := ret - b.returns[0].Num; d <= minute && d >= -minute {
			t.add("return", "same minute", 4000)
			return
		}
		t.add("return", "already back", -6000)
		return
	}
	switch d := ret - start; {
	case d < -hour:
		t.add("return", "before the start", -9000)
	case d > 60*day:
		t.add("return", "long after", -3000)
	default:
		t.add("return", "after the start", 1000)
	}
}

// compareSaid: two sources wrote at the same time, or one wrote when the other says it began.
func compareSaid(t *terms, a, b *Node) {
	if len(a.returns) > 0 && len(a.starts) == 0 || len(b.returns) > 0 && len(b.starts) == 0 {
		return
	}
	best := int64(1 << 62)
	consider := func(x, y int64) { best = min(best, max(x-y, y-x)) }
	for _, x := range a.said {
		for _, y := range b.said {
			consider(x, y)
		}
		for _, y := range b.starts {
			consider(x, y.Num)
		}
	}
	for _, x := range a.starts {
		for _, y := range b.said {
			consider(x.Num, y)
		}
	}
	switch {
	case best <= 3*minute:
		t.add("written", "same minutes", 3500)
	case best <= 15*minute:
		t.add("written", "same quarter", 2500)
	case best <= 2*hour:
		t.add("written", "same hours", 1200)
	case best <= day:
		t.add("written", "same day", 300)
	case best > 14*day && best < 1<<62:
		t.add("written", "weeks apart", -1500)
	}
}

func compareMoney(t *terms, a, b []int64) {
	for _, x := range a {
		for _, y := range b {
			if x == y && x != 0 {
				t.add("amount", "equal", 2500)
				return
			}
		}
	}
}

// closest gives the least distance between two sets of moments; civil is true when it is between days.
func closest(a, b []Moment, z *time.Location) (d int64, civil bool) {
	d = 1 << 62
	for _, x := range a {
		for _, y := range b {
			dd, cv := distance(x, y, z)
			if dd < d || dd == d && !cv {
				d, civil = dd, cv
			}
		}
	}
	return d, civil
}

func distance(x, y Moment, z *time.Location) (int64, bool) {
	if x.Date || y.Date {
		dx, dy := civilDay(x, z), civilDay(y, z)
		return max(dx-dy, dy-dx), true
	}
	return max(x.Num-y.Num, y.Num-x.Num), false
}

func civilDay(x Moment, z *time.Location) int64 {
	if x.Date {
		return x.Num
	}
	t := time.UnixMicro(x.Num).In(z)
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC).UnixMicro()
}
