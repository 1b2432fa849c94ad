package match

// This file: the probabilistic join of what strong keys left apart.

import (
	"fmt"
	"math"
	"sort"

	"salvage/model"
)

// edge is a scored pair of nodes.
type edge struct {
	i, j  int
	score int64
	why   terms
}

// maxNodes caps a block: more nodes than this behind one value are not compared pair by pair.
const maxNodes = 300

// probable joins the nodes that have no row of the backup with each other and with rows.
func (m *matcher) probable() {
	blocks := m.blocks()
	seen := map[[2]int]bool{}
	var edges []edge
	keys := make([]string, 0, len(blocks))
	for k := range blocks {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	for _, k := range keys {
		b := blocks[k]
		if len(b.open) == 0 || len(b.open)+len(b.rows) > maxNodes {
			if len(b.open) > 0 {
				m.cut++
			}
			continue
		}
		for x, i := range b.open {
			for _, j := range append(b.open[x+1:len(b.open):len(b.open)], b.rows...) {
				p := [2]int{min(i, j), max(i, j)}
				if i == j || seen[p] {
					continue
				}
				seen[p] = true
				if t := m.pair(m.f.nodes[i], m.f.nodes[j]); t.sum() >= needPair-needGap && compatible(m.f.nodes[i], m.f.nodes[j]) {
					edges = append(edges, edge{p[0], p[1], t.sum(), t})
				}
			}
		}
	}
	m.greedy(edges)
}

// block is the nodes that share a value: open ones, and rows of the backup or of live.
type block struct{ open, rows []int }

// blocks groups nodes by customer, by unit and day, and by day of writing and name.
func (m *matcher) blocks() map[string]*block {
	out := map[string]*block{}
	for _, i := range m.f.roots() {
		n := m.f.nodes[i]
		for _, k := range m.blockKeys(n) {
			b := out[k]
			if b == nil {
				b = &block{}
				out[k] = b
			}
			if n.Backup != nil || n.Live != nil {
				b.rows = append(b.rows, i)
			} else {
				b.open = append(b.open, i)
			}
		}
	}
	return out
}

func (m *matcher) blockKeys(n *Node) []string {
	var out []string
	seen := map[string]bool{}
	add := func(k string) {
		if !seen[k] {
			seen[k] = true
			out = append(out, k)
		}
	}
	if n.Customer >= 0 {
		add(fmt.Sprintf("c%d", n.Customer))
		for _, t := range n.starts {
			add(fmt.Sprintf("c%d|%d", n.Customer, t.Num/(30*day)))
		}
		for _, t := range n.returns { // what came back in one month may have gone out in the month before
			add(fmt.Sprintf("c%d|%d", n.Customer, t.Num/(30*day)))
			add(fmt.Sprintf("c%d|%d", n.Customer, t.Num/(30*day)-1))
		}
	}
	for _, v := range n.vehicles {
		if len(n.vehicles) > 40 {
			break
		}
		for _, t := range n.starts {
			d := civilDay(t, m.opt.Zone) / day
			add(fmt.Sprintf("v%s|%d", v, d))
		}
	}
	for _, w := range nameWords(m.fullPerson(n)) {
		for _, t := range n.starts {
			add(fmt.Sprintf("n%s|%d", w, civilDay(t, m.opt.Zone)/day))
		}
		for _, t := range n.said {
			add(fmt.Sprintf("w%s|%d", w, t/day))
		}
	}
	return out
}

// greedy joins the best pairs first; a pair whose node has a nearly as good rival elsewhere is left open.
func (m *matcher) greedy(edges []edge) {
	sort.Slice(edges, func(a, b int) bool {
		x, y := edges[a], edges[b]
		if x.score != y.score {
			return x.score > y.score
		}
		if x.i != y.i {
			return x.i < y.i
		}
		return x.j < y.j
	})
	at := map[int][]int{}
	for e := range edges {
		at[edges[e].i] = append(at[edges[e].i], e)
		at[edges[e].j] = append(at[edges[e].j], e)
	}
	for _, e := range edges {
		if e.score < needPair || m.f.find(e.i) == m.f.find(e.j) {
			continue
		}
		if !compatible(m.f.nodes[m.f.find(e.i)], m.f.nodes[m.f.find(e.j)]) || !m.fits(e) {
			continue
		}
		if open, r := m.rival(e, edges, at); r >= 0 {
			m.f.nodes[open].Rival = m.label(r)
			continue
		}
		m.joinProbable(e)
	}
}

// fits compares what the two nodes have become since the pair was scored: joins may have brought contradictions.
func (m *matcher) fits(e edge) bool {
	a, b := m.f.nodes[m.f.find(e.i)], m.f.nodes[m.f.find(e.j)]
	if len(a.Mentions)+len(b.Mentions) <= 2 {
		return true
	}
	return m.pair(a, b).sum() >= needPair-needGap
}

// rival finds a nearly as good partner of an open side that could not also be the same thing: the open node and the
// partner, -1 for none.
func (m *matcher) rival(e edge, edges []edge, at map[int][]int) (open, partner int) {
	for _, side := range [][2]int{{e.i, e.j}, {e.j, e.i}} {
		me, other := side[0], side[1]
		if n := m.f.nodes[me]; n.Backup != nil || n.Live != nil {
			continue
		}
		for _, x := range at[me] {
			o := edges[x]
			p := o.i + o.j - me
			if o.score <= e.score-needGap || m.f.find(p) == m.f.find(other) || m.f.find(p) == m.f.find(me) {
				continue
			}
			if !compatible(m.f.nodes[m.f.find(p)], m.f.nodes[m.f.find(other)]) || m.pair(m.f.nodes[m.f.find(p)], m.f.nodes[m.f.find(other)]).sum() < needPair-needGap {
				return m.f.find(me), m.f.find(p)
			}
		}
	}
	return -1, -1
}

func (m *matcher) joinProbable(e edge) {
	a, b := m.f.nodes[m.f.find(e.i)], m.f.nodes[m.f.find(e.j)]
	small := b // the side whose link is in doubt: never a row, rather the one without a code, rather the smaller
	switch {
	case b.Backup != nil || b.Live != nil:
		small = a
	case a.Backup != nil || a.Live != nil:
	case (len(a.codes) > 0) != (len(b.codes) > 0):
		if len(a.codes) == 0 {
			small = a
		}
	case len(b.Mentions) > len(a.Mentions):
		small = a
	}
	p := Probability(e.score)
	for _, me := range small.Mentions {
		l := small.Links[me.Key]
		if len(l.Why) == 0 {
			l = model.Link{Evidence: me.Key, P: p, Why: e.why}
		}
		small.Links[me.Key] = l
	}
	m.f.join(e.i, e.j)
}

// Probability turns a score in millinats into the chance that a pair is one thing, with the odds of a pair
// inside a block being one thing by chance taken off.
func Probability(score int64) model.PPM {
	x := float64(score-4500) / 1000
	return model.PPM(math.Round(1e6 / (1 + math.Exp(-x))))
}
