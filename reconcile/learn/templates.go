package learn

// This file: what was learned, template by template, for people to read and to correct.

import (
	"sort"
	"strconv"
	"strings"

	"salvage/model"
)

// Template is one way in which somebody writes, and what is read in it.
type Template struct {
	Scope   string
	Count   int // readings
	Linked  int // of them, of before the cut and linked to a row
	Lost    int // of the lost window and after
	Act     model.Act
	Changed string // why its origin's messages are no longer read as they were; "" when they are
	Uses    []Use
	Example string // evidence key
	Marks   []Mark
}

// Use is a rule with the readings of the template in which it read something.
type Use struct {
	Rule
	Read int
}

// Mark is a line of the example with the words that were read.
type Mark struct {
	Path, Label, Text string
	From, To          int // bytes of Text
	Field             string
	By                string
}

const (
	maxShown  = 60  // readings of a template that are looked at
	maxMarks  = 40  // in an example
	drift     = 0.6 // of what a template's readings yielded before the cut they must go on yielding
	minDrift  = 3   // readings of the lost window that tell
	minOrigin = 5   // linked readings of an origin before its new templates are news
)

// Templates lists the templates of statements that Train gave, the most frequent first.
func (m *Model) Templates(st []Statement) []Template {
	by, origin := map[string][]int{}, map[string]int{}
	for i := range st {
		if st[i].Outcome != model.Unreadable {
			by[st[i].in.own[0]] = append(by[st[i].in.own[0]], i)
		}
		if st[i].Row >= 0 {
			origin[st[i].Origin]++
		}
	}
	out := make([]Template, 0, len(by))
	for _, sc := range sortedKeys(by) {
		out = append(out, m.template(sc, by[sc], st, origin))
	}
	sort.SliceStable(out, func(a, b int) bool { return out[a].Count > out[b].Count })
	return out
}

func (m *Model) template(sc string, in []int, st []Statement, origin map[string]int) Template {
	t := Template{Scope: sc, Count: len(in)}
	acts := map[string]int{}
	var before, after [2]int // readings, claims that were learned
	for _, i := range in {
		s := &st[i]
		n := learnedClaims(s)
		switch lost := s.At >= m.opt.Cut.UnixMicro(); {
		case lost:
			t.Lost++
			after[0], after[1] = after[0]+1, after[1]+n
		case s.Row >= 0:
			t.Linked++
			before[0], before[1] = before[0]+1, before[1]+n
		}
		acts[string(s.Act)]++
	}
	t.Act = model.Act(bestTag(acts))
	t.Changed = changed(before, after, t.Linked, origin[st[in[0]].Origin])
	m.uses(&t, in, st)
	if t.Changed != "" {
		if t.Example == "" {
			t.Example = st[in[0]].Key
		}
		for _, u := range t.Uses {
			if strings.HasPrefix(u.ID, bornPrefix) {
				t.Changed += "; it is read by what other evidence states of the same bookings, at lower trust"
				break
			}
		}
	}
	return t
}

// changed says that a known sender writes differently than before the cut.
func changed(before, after [2]int, linked, origin int) string {
	switch {
	case after[0] < minDrift:
	case linked == 0 && before[0] == 0 && origin >= minOrigin:
		return "a new template of a known sender: nothing of before the cut shows how to read it"
	case before[0] >= minDrift && float64(after[1])*float64(before[0]) < drift*float64(before[1])*float64(after[0]):
		return "the template changed: its readings yield less than before the cut"
	}
	return ""
}

func learnedClaims(s *Statement) int {
	n := 0
	for i := range s.Claims {
		if strings.HasPrefix(s.Claims[i].By, "learned:") || strings.HasPrefix(s.Claims[i].By, "given:") {
			n++
		}
	}
	return n
}

// uses counts the rules that read something, in a bounded number of readings, and shows the reading with most of them.
func (m *Model) uses(t *Template, in []int, st []Statement) {
	rules, count := map[string]*rule{}, map[string]int{}
	best := 0
	for k, i := range in {
		if k >= maxShown {
			break
		}
		slots := slotsOf(st[i].Reading, m.vocab)
		var marks []Mark
		seen, at := map[string]bool{}, map[string]string{}
		for x := range slots {
			s := &slots[x]
			ru := m.ruleFor(st[i].in.of(s), s)
			if ru == nil {
				continue
			}
			k := strconv.Itoa(s.seg) + string(ru.Kind) + string(ru.Field)
			if at[k] != "" && at[k] != ru.ID {
				continue // the same words in the same place, by another name
			}
			at[k] = ru.ID
			rules[ru.ID] = ru
			if !seen[ru.ID] {
				count[ru.ID]++
				seen[ru.ID] = true
			}
			if g := &st[i].Segments[s.seg]; len(marks) < maxMarks {
				marks = append(marks, Mark{Path: g.Path, Label: g.Label, Text: g.Text, From: s.from, To: s.to, Field: string(ru.Kind) + "." + string(ru.Field), By: ru.ID})
			}
		}
		if len(marks) > best && (st[i].Genuine || t.Example == "") {
			best, t.Marks, t.Example = len(marks), marks, st[i].Key
		}
	}
	for _, id := range sortedKeys(rules) {
		t.Uses = append(t.Uses, Use{rules[id].Rule, count[id]})
	}
	sort.SliceStable(t.Uses, func(a, b int) bool {
		x, y := t.Uses[a], t.Uses[b]
		if x.Kind != y.Kind {
			return x.Kind > y.Kind
		}
		return x.Field < y.Field
	})
}
