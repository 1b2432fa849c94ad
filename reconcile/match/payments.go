package match

// This file: payments. All objects of one payment are gathered, held against the payment rows of the backup
// and of live, and linked to the reservations they pay for: by code, key or Stripe id where evidence names
// one, else by customer, amount and time, with slots full, deposit, balance, delta and extra.

import (
	"sort"
	"strings"

	"salvage/model"
	"salvage/reconcile/learn"
)

// gather groups payment mentions by intent, else charge, else their own key; a refund is a payment of its own.
func (m *matcher) gather() {
	byID := map[string]*Payment{}
	alias := map[string]string{} // charge -> group id
	for _, me := range m.all {
		if me.Payment && len(me.Intents) > 0 {
			for _, c := range me.Charges {
				alias[c] = me.Intents[0]
			}
		}
	}
	for _, me := range m.all {
		if !me.Payment {
			continue
		}
		id := groupID(me, alias)
		p := byID[id]
		if p == nil {
			p = &Payment{ID: id, Customer: -1}
			byID[id] = p
			m.pays = append(m.pays, p)
		}
		p.Mentions = append(p.Mentions, me)
	}
	sort.Slice(m.pays, func(a, b int) bool { return m.pays[a].ID < m.pays[b].ID })
	for _, p := range m.pays {
		m.settlePayment(p)
	}
}

func groupID(me *Mention, alias map[string]string) string {
	if refundID(me) != "" {
		return me.Key
	}
	if len(me.Intents) > 0 {
		return me.Intents[0]
	}
	if len(me.Charges) > 0 {
		if a := alias[me.Charges[0]]; a != "" {
			return a
		}
		return me.Charges[0]
	}
	return me.Key
}

func refundID(me *Mention) string {
	for _, s := range me.Versions {
		for i := range s.Claims {
			c := &s.Claims[i]
			if c.Kind == model.Payment && (c.Field == model.FRefund || c.Field == model.FPayKind && c.Value.Str == model.PayRefund) {
				return me.Key
			}
		}
	}
	return ""
}

// settlePayment reads amount, state and ids off a payment's objects; a charge outranks its intent and its session.
func (m *matcher) settlePayment(p *Payment) {
	sort.SliceStable(p.Mentions, func(a, b int) bool { return rank(p.Mentions[a]) < rank(p.Mentions[b]) })
	statusOf := map[int]string{}
	for _, me := range p.Mentions {
		for _, s := range me.Versions {
			for i := range s.Claims {
				m.payClaim(p, me, &s.Claims[i], statusOf)
			}
		}
		p.Codes = addAll(p.Codes, me.Codes)
		p.Keys = addAll(p.Keys, me.Keys)
	}
	p.Refund = refundID(p.Mentions[0]) != ""
	for r := range 10 {
		if s := statusOf[r]; s != "" {
			p.Paid = paidStatus(s)
			break
		}
	}
	if p.Kind == model.PayHold {
		p.Hold, p.Paid = true, false
	}
	if p.Refund && p.Amount > 0 {
		p.Amount = -p.Amount
	}
}

// rank orders a payment's objects by how much they say of what happened: refund, charge, others, intent, session, event.
func rank(me *Mention) int {
	s := me.Versions[len(me.Versions)-1]
	switch {
	case strings.Contains(s.Origin, "refund"):
		return 0
	case strings.Contains(s.Origin, "charge"):
		return 1
	case strings.Contains(s.Origin, "payment_intent"):
		return 3
	case strings.Contains(s.Origin, "session"):
		return 4
	}
	return 2
}

// paidStatus: Stripe's words for money that moved, of charges, intents, sessions, refunds and Dashboard exports.
func paidStatus(s string) bool {
	switch strings.ToLower(s) {
	case "succeeded", "paid", "complete", "completed", "refunded", "partially_refunded", "partial_refund", "partially refunded", "captured":
		return true
	}
	return false
}

func (m *matcher) payClaim(p *Payment, me *Mention, c *model.Claim, status map[int]string) {
	if c.Kind != model.Payment {
		return
	}
	set := func(dst *string) {
		if *dst == "" {
			*dst = c.Value.Str
		}
	}
	switch c.Field {
	case model.FAmount:
		if p.Amount == 0 {
			p.Amount = c.Value.Num
			p.Currency = c.Value.Cur
		}
	case model.FStatus:
		if r := rank(me); status[r] == "" || len(me.Versions) > 1 {
			status[r] = c.Value.Str
		}
	case model.FPaidAt:
		if p.At == 0 {
			p.At = c.Value.Num
		}
	case model.FIntent:
		set(&p.Intent)
	case model.FCharge:
		set(&p.Charge)
	case model.FRefund:
		set(&p.RefundID)
	case model.FExternalID:
		set(&p.External)
	case model.FMethod:
		set(&p.Method)
	case model.FPayKind:
		set(&p.Kind)
	}
}

// person is who a payment's objects name: the payer, not always the renter.
func (p *Payment) person() Person {
	var q Person
	for _, me := range p.Mentions {
		q.merge(me.Person)
	}
	return q
}

// bookedPayments finds the rows of the backup and of live that a payment already is.
func (m *matcher) bookedPayments(live *model.Books) {
	use := func(b *model.Books, set func(p *Payment, r *model.Record)) {
		if b == nil {
			return
		}
		byID, byAmount := map[string]*model.Record{}, map[string][]*model.Record{}
		for _, r := range b.Records[model.Payment] {
			for _, f := range []model.Field{model.FRefund, model.FCharge, model.FExternalID} {
				if s := r.Fields[f].Str; s != "" {
					byID[s] = r
				}
			}
			if s := r.Fields[model.FIntent].Str; s != "" && byID[s] == nil {
				byID[s] = r
			}
			k := amountDay(r.Fields[model.FAmount].Num, r.Fields[model.FPaidAt].Num)
			byAmount[k] = append(byAmount[k], r)
		}
		taken := map[*model.Record]bool{}
		for _, p := range m.pays {
			if r := byIDs(p, byID); r != nil && !taken[r] {
				taken[r] = true
				set(p, r)
			}
		}
		for _, p := range m.pays {
			if p.Backup == nil && p.Live == nil {
				var near []*model.Record
				for _, d := range []int64{-day, 0, day} {
					near = append(near, byAmount[amountDay(p.Amount, p.At+d)]...)
				}
				if r := m.nearestRow(p, near, taken); r != nil {
					taken[r] = true
					set(p, r)
				}
			}
		}
	}
	use(m.books, func(p *Payment, r *model.Record) { p.Backup = r })
	use(live, func(p *Payment, r *model.Record) { p.Live = r })
}

func byIDs(p *Payment, byID map[string]*model.Record) *model.Record {
	ids := []string{p.Charge, p.Intent}
	if p.Refund {
		ids = []string{p.RefundID}
	}
	for _, id := range append(ids, p.External) {
		if r := byID[id]; id != "" && r != nil && (r.Fields[model.FAmount].Num < 0) == p.Refund {
			return r
		}
	}
	return nil
}

// nearestRow is the one payment row of the same amount within ten minutes whose customer does not contradict.
func (m *matcher) nearestRow(p *Payment, rows []*model.Record, taken map[*model.Record]bool) *model.Record {
	var best *model.Record
	least := 10 * minute
	for _, r := range rows {
		v := r.Fields[model.FPaidAt]
		if v.Type != model.Instant || taken[r] {
			continue
		}
		d := max(v.Num-p.At, p.At-v.Num)
		if d < least && m.samePayer(p, r) {
			best, least = r, d
		}
	}
	return best
}

func (m *matcher) samePayer(p *Payment, r *model.Record) bool {
	c := r.Fields[model.FCustomer].Str
	if c == "" || p.Customer < 0 {
		return true
	}
	b := m.d.list[p.Customer].Backup
	return b == nil || b.Key == c
}

// linkPayments links every payment to what it pays for.
func (m *matcher) linkPayments() {
	codes, keys, ids := m.payIndex()
	blocks := map[int][]int{} // customer -> nodes
	for _, i := range m.f.roots() {
		if c := m.f.nodes[i].Customer; c >= 0 {
			blocks[c] = append(blocks[c], i)
		}
	}
	for x, p := range m.pays {
		if p.Backup != nil {
			if i, ok := m.rowNode[p.Backup.Fields[model.FReservation].Str]; ok {
				m.attach(x, []int{m.f.find(i)}, model.Link{P: model.Certain, Strong: true, Why: []model.Term{{Code: "payment", Level: "recorded in the backup", Weight: 20000}}})
			}
			continue
		}
		if ns, why := strongNodes(p, codes, keys, ids); len(ns) > 0 {
			m.attach(x, m.distinctRoots(ns), model.Link{P: model.Certain, Strong: true, Why: []model.Term{{Code: why, Level: "equal", Weight: 20000}}})
			continue
		}
		if m.opt.Cut != 0 && p.At < m.opt.Cut-90*day {
			continue
		}
		m.linkLoose(x, p, blocks)
	}
	for x, p := range m.pays {
		if len(p.Nodes) == 0 && p.Paid && !p.Refund && p.Backup == nil && p.Customer >= 0 {
			m.subsetSum(x, p, blocks[p.Customer])
		}
	}
	m.slots()
}

func (m *matcher) payIndex() (codes, keys, ids map[string]int) {
	codes, keys, ids = map[string]int{}, map[string]int{}, map[string]int{}
	for _, i := range m.f.roots() {
		n := m.f.nodes[i]
		for c := range n.codes {
			codes[c] = i
		}
		if n.Backup != nil {
			keys[n.Backup.Key] = i
			for _, f := range []model.Field{model.FIntent, model.FSession} {
				if s := n.Backup.Fields[f].Str; s != "" {
					ids[s] = i
				}
			}
		}
		for _, me := range n.Mentions {
			for _, k := range me.Keys {
				if _, ok := keys[k]; !ok {
					keys[k] = i
				}
			}
			for _, s := range append(append([]string(nil), me.Intents...), me.Sessions...) {
				ids[s] = i
			}
		}
	}
	for _, p := range m.pays {
		if p.Backup != nil {
			if i, ok := m.rowNode[p.Backup.Fields[model.FReservation].Str]; ok {
				for _, s := range []string{p.Charge, p.Intent} {
					if s != "" {
						ids[s] = m.f.find(i)
					}
				}
			}
		}
	}
	return codes, keys, ids
}

func strongNodes(p *Payment, codes, keys, ids map[string]int) ([]int, string) {
	var out []int
	for _, c := range p.Codes {
		if i, ok := codes[c]; ok {
			out = append(out, i)
		}
	}
	if len(out) > 0 {
		return out, "code"
	}
	for _, k := range p.Keys {
		if i, ok := keys[k]; ok {
			return []int{i}, "key"
		}
	}
	for _, s := range []string{p.Charge, p.Intent} {
		if i, ok := ids[s]; ok && s != "" {
			return []int{i}, "stripe id"
		}
	}
	return nil, ""
}

func (m *matcher) distinctRoots(ns []int) []int {
	var out []int
	for _, i := range ns {
		r := m.f.find(i)
		dup := false
		for _, o := range out {
			dup = dup || o == r
		}
		if !dup {
			out = append(out, r)
		}
	}
	sort.Ints(out)
	return out
}

// attach links payment x to nodes and lets its objects speak for them.
func (m *matcher) attach(x int, ns []int, l model.Link) {
	p := m.pays[x]
	p.Nodes, p.Link = ns, l
	for _, i := range ns {
		n := m.f.nodes[i]
		n.Payments = append(n.Payments, x)
		for _, me := range p.Mentions {
			k := l
			k.Evidence = me.Key
			if _, ok := n.Links[me.Key]; !ok {
				n.Links[me.Key] = k
			}
		}
	}
}

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

var _ = learn.Statement{}
