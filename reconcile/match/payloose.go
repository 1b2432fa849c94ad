package match

// This file: payments that no strong key links: scored against bookings, explained as a sum of several, and named
// by their slots (full, deposit, balance, delta, extra).

import (
	"sort"

	"salvage/model"
)

// linkLoose scores a payment against its customer's bookings, and against bookings that name its code's rivals.
func (m *matcher) linkLoose(x int, p *Payment, blocks map[int][]int) {
	cands := map[int]bool{}
	if p.Customer >= 0 {
		for _, i := range blocks[p.Customer] {
			cands[i] = true
		}
	}
	for _, k := range m.payKeys(p) {
		for _, i := range m.payBlocks[k] {
			cands[m.f.find(i)] = true
		}
	}
	order := make([]int, 0, len(cands))
	for i := range cands {
		order = append(order, i)
	}
	sort.Ints(order)
	if len(order) > 400 {
		order = order[:400]
		m.cut++
	}
	best, second := -1, int64(0)
	var top terms
	for _, i := range order {
		t := m.payTerms(p, m.f.nodes[i])
		switch s := t.sum(); {
		case best < 0 || s > top.sum():
			second = top.sum()
			best, top = i, t
		case s > second:
			second = s
		}
	}
	if best >= 0 && top.sum() >= needPair-1000 && top.sum()-second >= needGap {
		m.attach(x, []int{best}, model.Link{P: Probability(top.sum()), Why: top})
	}
}

// payTerms compares a payment with a booking.
func (m *matcher) payTerms(p *Payment, n *Node) terms {
	var t terms
	q := p.person()
	switch {
	case p.Customer >= 0 && p.Customer == n.Customer:
		t.add("customer", "same", 4500)
	case !q.Empty() && m.d.score(q, m.fullPerson(n)) >= 2500:
		t.add("customer", "alike", 3000)
	case !q.Empty() && (n.Customer >= 0 || !n.person.Empty()):
		t.add("customer", "another payer", -2000)
	}
	pay := &Node{said: []int64{p.At}}
	for _, me := range p.Mentions {
		if me.Vehicles != nil {
			pay.vehicles = me.Vehicles
		}
		pay.starts = append(pay.starts, me.Starts...)
	}
	m.compareVehicle(&t, pay, n)
	m.compareStart(&t, pay, n)
	whole := *n
	whole.returns = nil
	compareSaid(&t, pay, &whole)
	compareMoney(&t, []int64{abs(p.Amount)}, amounts(n))
	if len(n.starts) > 0 && p.At > n.starts[0].Num+90*day {
		t.add("paid", "long after", -3000)
	}
	return t
}

func abs(n int64) int64 { return max(n, -n) }

// amounts are what a booking's payments may be: what is said of it, and its total less its deposit.
func amounts(n *Node) []int64 {
	out := append([]int64(nil), n.money...)
	for i, a := range n.money {
		for _, b := range n.money[i+1:] {
			if d := abs(a - b); d != 0 {
				out = append(out, d)
			}
		}
	}
	return out
}

// payKeys are the days on which a payment's amount was written of.
func (m *matcher) payKeys(p *Payment) []string {
	return []string{amountDay(abs(p.Amount), p.At), amountDay(abs(p.Amount), p.At-day), amountDay(abs(p.Amount), p.At+day)}
}

// subsetSum explains one payment as the exact and only sum of two to four open bookings of one customer that were made
// at the same time (facts on payments: anything wider finds sums by accident).
func (m *matcher) subsetSum(x int, p *Payment, nodes []int) {
	var open []int
	for _, i := range nodes {
		n := m.f.nodes[i]
		if len(n.Payments) == 0 && len(n.money) > 0 && len(n.said) > 0 && abs(n.said[0]-p.At) <= 2*day {
			open = append(open, i)
		}
	}
	if len(open) < 2 || len(open) > 8 {
		return
	}
	var found [][]int
	for mask := 1; mask < 1<<len(open); mask++ {
		sum, set := int64(0), []int(nil)
		for b, i := range open {
			if mask>>b&1 == 1 {
				sum += m.f.nodes[i].money[0]
				set = append(set, i)
			}
		}
		if sum == p.Amount && len(set) >= 2 && len(set) <= 4 {
			found = append(found, set)
		}
	}
	if len(found) == 1 {
		m.attach(x, found[0], model.Link{P: 950_000, Why: []model.Term{{Code: "amount", Level: "only sum of the open bookings", Weight: 6000}}})
	}
}

// slots names what each payment of a booking is.
func (m *matcher) slots() {
	for _, i := range m.f.roots() {
		n := m.f.nodes[i]
		sort.SliceStable(n.Payments, func(a, b int) bool { return m.pays[n.Payments[a]].At < m.pays[n.Payments[b]].At })
		var total, paid int64
		for _, a := range n.money {
			total = max(total, a)
		}
		for _, x := range n.Payments {
			p := m.pays[x]
			if !p.Paid || p.Refund {
				continue
			}
			switch {
			case len(p.Nodes) > 1 || p.Amount == total:
				p.Slot = "full"
			case paid == 0 && p.Amount < total:
				p.Slot = "deposit"
			case paid > 0 && paid+p.Amount == total:
				p.Slot = "balance"
			case paid > 0 && paid+p.Amount < total:
				p.Slot = "delta"
			default:
				p.Slot = "extra"
			}
			paid += p.Amount
		}
	}
}
