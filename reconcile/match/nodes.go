package match

// This file: nodes, the reservations as matched so far, and joining by strong keys.

import (
	"sort"
	"strings"

	"salvage/model"
	"salvage/reconcile/normal"
)

// forest is a union-find over nodes; a node knows what it may not be joined with.
type forest struct {
	nodes  []*Node
	parent []int
}

func (f *forest) add(n *Node) int {
	f.nodes = append(f.nodes, n)
	f.parent = append(f.parent, len(f.parent))
	return len(f.nodes) - 1
}

func (f *forest) find(i int) int {
	for f.parent[i] != i {
		f.parent[i] = f.parent[f.parent[i]]
		i = f.parent[i]
	}
	return i
}

// compatible reports whether two nodes may be one reservation: never two rows of one database, never two different codes.
func compatible(a, b *Node) bool {
	if a.Backup != nil && b.Backup != nil || a.Live != nil && b.Live != nil {
		return false
	}
	if len(a.codes) > 0 && len(b.codes) > 0 && !overlaps(a.codes, b.codes) {
		return false
	}
	return true
}

func overlaps(a, b map[string]bool) bool {
	for k := range a {
		if b[k] {
			return true
		}
	}
	return false
}

// join makes two compatible nodes one; the one with a row of the backup keeps its place.
func (f *forest) join(i, j int) (int, bool) {
	i, j = f.find(i), f.find(j)
	if i == j {
		return i, true
	}
	a, b := f.nodes[i], f.nodes[j]
	if !compatible(a, b) {
		return i, false
	}
	if b.Backup != nil || (a.Backup == nil && j < i) {
		i, j, a, b = j, i, b, a
	}
	f.parent[j] = i
	a.absorb(b)
	return i, true
}

// absorb takes over all that another node is known by.
func (n *Node) absorb(o *Node) {
	if n.Live == nil {
		n.Live = o.Live
	}
	n.Mentions = append(n.Mentions, o.Mentions...)
	for k := range o.codes {
		n.codes[k] = true
	}
	for k := range o.events {
		n.events[k] = true
	}
	for k := range o.ids {
		n.ids[k] = true
	}
	for k, l := range o.Links {
		n.Links[k] = l
	}
	n.starts = append(n.starts, o.starts...)
	n.ends = append(n.ends, o.ends...)
	n.returns = append(n.returns, o.returns...)
	n.money = append(n.money, o.money...)
	n.said = append(n.said, o.said...)
	switch {
	case n.vehicles == nil:
		n.vehicles = o.vehicles
	case o.vehicles != nil:
		if both := intersect(n.vehicles, o.vehicles); len(both) > 0 {
			n.vehicles = both
		}
	}
	n.person.merge(o.person)
	n.Strong = n.Strong || o.Strong
	if n.Customer < 0 {
		n.Customer = o.Customer
	}
	if n.Rival == "" {
		n.Rival = o.Rival
	}
}

func (p *Person) merge(q Person) {
	p.Emails = addAll(p.Emails, q.Emails)
	p.Phones = addAll(p.Phones, q.Phones)
	p.Names = addAll(p.Names, q.Names)
	p.Stripe = addAll(p.Stripe, q.Stripe)
	if p.First == "" && p.Last == "" {
		p.First, p.Last = q.First, q.Last
	}
}

// recordNode is a node for a row.
func recordNode(r *model.Record, live bool) *Node {
	n := &Node{Links: map[string]model.Link{}, codes: map[string]bool{}, events: map[string]bool{}, ids: map[string]bool{}, Customer: -1, Strong: true}
	if live {
		n.Live = r
	} else {
		n.Backup = r
	}
	if c := normal.Fold(r.Fields[model.FCode].Str); c != "" {
		n.codes[c] = true
	}
	if e := r.Fields[model.FEvent].Str; e != "" {
		n.events[strings.TrimSuffix(e, "@google.com")] = true
	}
	moments := func(f model.Field) []Moment {
		if v := r.Fields[f]; v.Type == model.Instant || v.Type == model.Date {
			return []Moment{{v.Num, v.Type == model.Date}}
		}
		return nil
	}
	n.starts = append(moments(model.FStartsAt), moments(model.FOutAt)...)
	n.ends, n.returns = moments(model.FEndsAt), moments(model.FReturnedAt)
	if v := r.Fields[model.FVehicle].Str; v != "" {
		n.vehicles = []string{v}
	} else if l := r.Fields[model.FVehicles]; l.Type == model.List {
		n.vehicles = l.Parts()
	}
	for _, f := range []model.Field{model.FTotal, model.FDeposit, model.FBalance} {
		if v := r.Fields[f]; v.Type == model.Money && v.Num != 0 {
			n.money = append(n.money, v.Num)
		}
	}
	if v := r.Fields[model.FCreatedAt]; v.Type == model.Instant {
		n.said = []int64{v.Num}
	}
	return n
}

// mentionNode is a node for a mention.
func mentionNode(me *Mention) *Node {
	n := &Node{Mentions: []*Mention{me}, Links: map[string]model.Link{}, codes: map[string]bool{}, events: map[string]bool{}, ids: map[string]bool{}, Customer: -1,
		starts: me.Starts, ends: me.Ends, returns: me.Returns, vehicles: me.Vehicles, money: me.Money, person: me.Person}
	n.Links[me.Key] = model.Link{Evidence: me.Key, P: model.Certain}
	if !me.Genuine { // it may speak of a booking, and proves nothing
		n.starts, n.ends, n.returns, n.vehicles, n.money, n.person = nil, nil, nil, nil, nil, Person{}
	} else if me.Said != 0 {
		n.said = []int64{me.Said}
	}
	if len(me.Codes) == 1 {
		n.codes[me.Codes[0]] = true
	}
	for _, e := range me.Events {
		n.events[e] = true
	}
	for _, k := range me.IDs {
		n.ids[k] = true
	}
	return n
}

// booking reports whether a mention speaks of a reservation at all.
func booking(me *Mention) bool {
	return len(me.Codes)+len(me.Keys)+len(me.IDs)+len(me.Starts)+len(me.Ends)+len(me.Returns) > 0 ||
		len(me.Vehicles) > 0 && (me.Source == "calendar" || !me.Person.Empty())
}

// strong joins nodes by code, then primary key, then event id.
func (m *matcher) strong(live *model.Books) {
	index := map[string]int{}
	put := func(k string, i int) {
		if _, ok := index[k]; !ok {
			index[k] = i
		}
	}
	for _, r := range m.books.Records[model.Reservation] {
		i := m.f.add(m.withIDs(recordNode(r, false), r))
		m.putKeys(put, i)
		put("key:"+r.Key, i)
		m.rowNode[r.Key] = i
	}
	m.addLive(live, index, put)
	for _, me := range m.all {
		if me.Payment || !booking(me) || me.Spoofed || !me.Genuine && len(m.keysOf(me)) == 0 {
			continue
		}
		m.nodeOf[me] = m.f.add(mentionNode(me))
	}
	for _, me := range m.all {
		i, ok := m.nodeOf[me]
		if !ok {
			continue
		}
		for _, k := range m.keysOf(me) {
			j, seen := index[k]
			if !seen {
				index[k] = i
				continue
			}
			m.joinStrong(me, i, j, k)
		}
	}
}

func (m *matcher) putKeys(put func(string, int), i int) {
	n := m.f.nodes[i]
	for c := range n.codes {
		put("code:"+c, i)
	}
	for e := range n.events {
		put("event:"+e, i)
	}
	for k := range n.ids {
		put(k, i)
	}
}

// addLive links rows of the live database to the backup's by key, or keeps them as bookings of their own.
func (m *matcher) addLive(live *model.Books, index map[string]int, put func(string, int)) {
	if live == nil {
		return
	}
	for _, r := range live.Records[model.Reservation] {
		if i, ok := m.rowNode[r.Key]; ok && sameRow(m.f.nodes[i].Backup, r) {
			m.f.nodes[i].Live = r
			continue
		}
		i := m.f.add(m.withIDs(recordNode(r, true), r))
		m.putKeys(put, i)
		m.liveNodes = append(m.liveNodes, i)
	}
}

// sameRow reports whether a live row under a backup's key is still that row: a code, or what never changes, agrees.
func sameRow(b, l *model.Record) bool {
	if c := b.Fields[model.FCode]; c.Str != "" {
		return c == l.Fields[model.FCode]
	}
	for _, f := range []model.Field{model.FCreatedAt, model.FCustomer, model.FStartsAt} {
		if v := b.Fields[f]; !v.IsZero() && v == l.Fields[f] {
			return true
		}
	}
	return false
}

// keysOf lists a mention's strong keys, the most telling first. A key that evidence names after the business
// resumed may be the new database's.
func (m *matcher) keysOf(me *Mention) []string {
	var out []string
	if len(me.Codes) == 1 {
		out = append(out, "code:"+me.Codes[0])
	}
	if ks := m.trustedKeys(me); len(ks) == 1 {
		out = append(out, "key:"+ks[0])
	}
	if len(me.IDs) <= 2 {
		out = append(out, me.IDs...)
	}
	for _, e := range me.Events {
		out = append(out, "event:"+e)
	}
	return out
}

// trustedKeys are the primary keys a mention names, none when it was written after the business resumed.
func (m *matcher) trustedKeys(me *Mention) []string {
	if m.opt.Resumed != 0 && me.Said >= m.opt.Resumed {
		return nil
	}
	return me.Keys
}

func (m *matcher) joinStrong(me *Mention, i, j int, k string) {
	if m.f.find(i) == m.f.find(j) {
		return
	}
	if root, ok := m.f.join(i, j); ok {
		n := m.f.nodes[root]
		n.Strong = true
		what, _, _ := strings.Cut(k, ":")
		l := n.Links[me.Key]
		l.Evidence, l.P, l.Strong = me.Key, model.Certain, true
		l.Why = append(l.Why, model.Term{Code: what, Level: "equal", Weight: 20000})
		n.Links[me.Key] = l
	}
}

// roots lists the nodes that are left, in a fixed order.
func (f *forest) roots() []int {
	var out []int
	for i := range f.nodes {
		if f.find(i) == i {
			out = append(out, i)
		}
	}
	return out
}

func sortMentions(ms []*Mention) {
	sort.SliceStable(ms, func(a, b int) bool {
		return ms[a].Said < ms[b].Said || ms[a].Said == ms[b].Said && ms[a].Key < ms[b].Key
	})
}
