package fuse

// This file: how far one source may be believed alone. Of the mentions of before the cut, the overlap shows which
// sort turned out to be rows of the backup: a calendar whose entries with a name, a unit and an hour nearly all did
// is believed when such an entry stands alone in the lost window; one that also keeps the dentist in it is not.

import (
	"strconv"

	"salvage/model"
	"salvage/reconcile/match"
)

const (
	minLone   = 30   // mentions of a sort before its rate counts
	loneShare = 0.97 // of them were rows, one failure more than was seen counted in
)

// tally is how many mentions of a sort were rows of the backup.
type tally struct{ rows, all int }

func (t tally) rate() float64 { return float64(t.rows) / float64(t.all+1) }

func (t tally) believed() bool { return t.all >= minLone && t.rate() >= loneShare }

// sorts names what a mention has, in its own origin and in all of its medium.
func sorts(me *match.Mention) [2]string {
	s := me.Versions[len(me.Versions)-1]
	timed := len(me.Starts) > 0 && !me.Starts[0].Date || len(me.Ends) > 0 && !me.Ends[0].Date
	what := ""
	for _, has := range []bool{len(me.Person.Names) > 0, len(me.Person.Phones)+len(me.Person.Emails) > 0, len(me.Vehicles) == 1, timed, len(me.Codes) == 1} {
		what += strconv.FormatBool(has)[:1]
	}
	return [2]string{s.Origin + "|" + what, s.Media + "|" + what}
}

// learnLone counts the overlap. What was made so shortly before the cut that its row may have been missed is not judged.
func (f *fuser) learnLone() {
	f.lone = map[string]tally{}
	for _, n := range f.m.Nodes {
		for _, me := range n.Mentions {
			if me.Payment || me.Deleted || !me.Genuine || me.Said == 0 || me.Said >= f.opt.Cut-day {
				continue
			}
			for _, k := range sorts(me) {
				t := f.lone[k]
				t.all++
				if n.Backup != nil {
					t.rows++
				}
				f.lone[k] = t
			}
		}
	}
}

// loneBelief is the best rate among a node's mentions that may stand alone; ok is false when none may.
func (f *fuser) loneBelief(n *match.Node) (p model.PPM, ok bool) {
	for _, me := range n.Mentions {
		if me.Deleted || !me.Genuine || len(me.Starts) == 0 {
			continue
		}
		ks := sorts(me)
		t := f.lone[ks[0]]
		if t.all < minLone { // too few of its own: as all of its medium
			t = f.lone[ks[1]]
		}
		if t.believed() {
			p, ok = max(p, model.PPM(t.rate()*1e6)), true
		}
	}
	return p, ok
}
