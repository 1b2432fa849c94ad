package match

// This file: the order of matching.

import (
	"fmt"
	"sort"
	"time"

	"salvage/model"
	"salvage/reconcile/learn"
	"salvage/reconcile/normal"
)

// matcher is one run of matching.
type matcher struct {
	opt       Options
	wipeTime  time.Time
	books     *model.Books
	fleet     map[string][]string
	idFields  map[model.Field]bool
	d         *directory
	f         forest
	all       []*Mention
	nodeOf    map[*Mention]int
	rowNode   map[string]int // backup key -> node
	liveNodes []int
	pays      []*Payment
	payBlocks map[string][]int
	cut       int // blocks that were too large to compare pair by pair
}

// Match joins statements, rows of the backup and rows of live into nodes, customers and payments.
func Match(books, live *model.Books, st []learn.Statement, opt Options) *Result {
	if books == nil {
		books = &model.Books{Records: map[model.Kind][]*model.Record{}}
	}
	if opt.Zone == nil {
		opt.Zone = time.UTC
	}
	m := &matcher{opt: opt, wipeTime: time.UnixMicro(opt.Wipe).UTC(), books: books, nodeOf: map[*Mention]int{}, rowNode: map[string]int{}, payBlocks: map[string][]int{}}
	m.fleet = fleetIndex(books, opt.Aliases[model.Vehicle])
	m.idFields = idFields(books)
	m.d = newDirectory(books, live)
	m.all = m.mentions(st)
	m.strong(live)
	m.people()
	m.probable()
	m.latePeople()
	m.indexPayments()
	m.gather()
	m.payers()
	m.bookedPayments(live)
	m.linkPayments()
	m.refine()
	return m.result()
}

// people gives every node its customer: rows by their reference, lost ones by what is said.
func (m *matcher) people() {
	byKey, byLive := map[string]int{}, map[string]int{}
	for i, c := range m.d.list {
		if c.Backup != nil {
			byKey[c.Backup.Key] = i
		}
		if c.Live != nil {
			byLive[c.Live.Key] = i
		}
	}
	roots := m.f.roots()
	for _, i := range roots {
		n := m.f.nodes[i]
		n.Customer = -1
		if n.Backup != nil {
			n.Customer = lookup(byKey, n.Backup.Fields[model.FCustomer].Str)
		} else if n.Live != nil {
			n.Customer = lookup(byLive, n.Live.Fields[model.FCustomer].Str)
		}
	}
	m.cards()
	for pass := range 2 {
		for _, i := range roots {
			n := m.f.nodes[i]
			if n.Backup != nil || n.Live != nil || n.Customer >= 0 {
				continue
			}
			firm := len(n.person.Emails)+len(n.person.Phones) > 0
			if pass == 0 && !firm {
				continue
			}
			n.Customer = m.d.resolve(n.person, firm && n.genuine())
		}
	}
	m.cards()
}

func lookup(m map[string]int, k string) int {
	if i, ok := m[k]; ok {
		return i
	}
	return -1
}

// genuine reports whether anything but an unproven message speaks for the node.
func (n *Node) genuine() bool {
	for _, me := range n.Mentions {
		if me.Genuine && !me.Spoofed {
			return true
		}
	}
	return len(n.Mentions) == 0
}

// cards teaches the directory the processor's own customer objects.
func (m *matcher) cards() {
	for _, me := range m.all {
		if !me.Payment && me.Source == "stripe" && len(me.Person.Stripe) > 0 && !booking(me) {
			if i, _, lead := m.d.find(me.Person); i >= 0 && lead >= needLead {
				m.d.learn(i, Person{Stripe: me.Person.Stripe})
			}
		}
	}
}

// latePeople makes customers of what is left with a name alone.
func (m *matcher) latePeople() {
	for _, i := range m.f.roots() {
		n := m.f.nodes[i]
		if n.Customer < 0 && n.Backup == nil && n.Live == nil && n.genuine() {
			n.Customer = m.d.resolve(n.person, len(n.person.Names) > 0 || len(n.person.Emails) > 0)
		}
	}
	for _, i := range m.f.roots() {
		n := m.f.nodes[i]
		if n.Customer >= 0 {
			c := m.d.list[n.Customer]
			c.Mentions = append(c.Mentions, n.Mentions...)
		}
	}
	for _, me := range m.all {
		if !me.Payment && me.Source == "stripe" && len(me.Person.Stripe) > 0 {
			if i, _, lead := m.d.find(me.Person); i >= 0 && lead >= needLead {
				m.d.list[i].Mentions = append(m.d.list[i].Mentions, me)
			}
		}
	}
}

// payers finds who paid, without making customers of payers.
func (m *matcher) payers() {
	for _, p := range m.pays {
		p.Customer = m.d.resolve(p.person(), false)
	}
}

func amountDay(minor, at int64) string { return fmt.Sprintf("%d|%d", minor, at/day) }

// indexPayments lets a payment find bookings of its amount that were written on its day.
func (m *matcher) indexPayments() {
	for _, i := range m.f.roots() {
		n := m.f.nodes[i]
		for _, a := range amounts(n) {
			for _, s := range n.said {
				k := amountDay(a, s)
				if l := m.payBlocks[k]; len(l) < 50 && (len(l) == 0 || l[len(l)-1] != i) {
					m.payBlocks[k] = append(l, i)
				}
			}
		}
	}
}

// nameWords are the words of a person's names that may block.
func nameWords(p Person) []string {
	var out []string
	for _, n := range p.Names {
		for _, w := range normal.Words(n) {
			if len(w) >= 3 && len(out) < 8 {
				out = addOnce(out, w)
			}
		}
	}
	return out
}

func (m *matcher) label(i int) string {
	n := m.f.nodes[i]
	if n.Backup != nil {
		return n.Backup.Ref()
	}
	for _, c := range sortedSet(n.codes) {
		return c
	}
	if len(n.Mentions) > 0 {
		return n.Mentions[0].Key
	}
	return ""
}

func sortedSet(s map[string]bool) []string {
	out := make([]string, 0, len(s))
	for k := range s {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}

// result lists what is left, with mentions in time order.
func (m *matcher) result() *Result {
	res := &Result{Customers: m.d.list, Payments: m.pays}
	index := map[int]int{}
	for _, i := range m.f.roots() {
		n := m.f.nodes[i]
		sortMentions(n.Mentions)
		index[i] = len(res.Nodes)
		res.Nodes = append(res.Nodes, n)
	}
	for _, p := range m.pays {
		for x, i := range p.Nodes {
			p.Nodes[x] = index[i]
		}
	}
	for _, me := range m.all {
		if _, ok := m.nodeOf[me]; !ok && !me.Payment && me.Source == "mail" && me.Spoofed {
			res.Loose = append(res.Loose, me)
		}
	}
	return res
}
