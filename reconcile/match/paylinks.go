package match

// This file: linking payments to the reservations they pay for: by code, key or Stripe id where evidence names one,
// else by customer, amount and time.

import (
	"sort"

	"salvage/model"
)

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
			for _, k := range m.trustedKeys(me) {
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
