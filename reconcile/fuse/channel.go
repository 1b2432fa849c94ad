package fuse

// This file: how bookings come in. The channel is hardly ever written down; what the backup shows is which
// evidence the bookings of each channel leave.

import (
	"sort"

	"salvage/model"
	"salvage/reconcile/match"
)

const (
	minChannel      = 20
	channelShare100 = 97
)

// channelRule says that bookings with a certain kind of evidence come by one channel.
type channelRule struct {
	trait, value string
	n            int
}

// traits are the kinds of evidence of a booking: who wrote, by what.
func traits(m *match.Result, n *match.Node) []string {
	seen := map[string]bool{}
	add := func(me *match.Mention) {
		s := me.Versions[len(me.Versions)-1]
		if me.Genuine {
			seen[s.Media+" of "+s.Origin] = true
		}
	}
	for _, me := range n.Mentions {
		if me.Source != "calendar" {
			add(me)
		}
	}
	for _, x := range n.Payments {
		for _, me := range m.Payments[x].Mentions {
			add(me)
		}
	}
	out := make([]string, 0, len(seen))
	for t := range seen {
		out = append(out, t)
	}
	sort.Strings(out)
	return out
}

// learnChannels counts, over the backup's rows, which channel each trait goes with.
func (h *habits) learnChannels(m *match.Result) {
	count := map[string]map[string]int{}
	for _, n := range m.Nodes {
		if n.Backup == nil || n.Backup.Fields[model.FChannel].Str == "" {
			continue
		}
		for _, t := range traits(m, n) {
			if count[t] == nil {
				count[t] = map[string]int{}
			}
			count[t][n.Backup.Fields[model.FChannel].Str]++
		}
	}
	for t, c := range count {
		v, share := majority(c)
		if total := sum(c); total >= minChannel && share*100 >= channelShare100 {
			h.channels = append(h.channels, channelRule{t, v, total})
		}
	}
	sort.Slice(h.channels, func(a, b int) bool { return h.channels[a].trait < h.channels[b].trait })
}

func sum(c map[string]int) int {
	n := 0
	for _, v := range c {
		n += v
	}
	return n
}

// channel derives a new booking's channel when all its telling traits agree.
func (f *fuser) channel(n *match.Node) (model.Value, string) {
	value, rule := "", ""
	for _, t := range traits(f.m, n) {
		for _, r := range f.habits.channels {
			if r.trait != t {
				continue
			}
			if value != "" && value != r.value {
				return model.Value{}, ""
			}
			value, rule = r.value, "bookings with "+r.trait+" come by it"
		}
	}
	if value == "" {
		return model.Value{}, ""
	}
	return model.TextValue(value), rule
}
