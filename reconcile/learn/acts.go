package learn

// This file: what a template means: a booking made, changed, cancelled, returned. Words of the trade
// propose, the overlap decides where it can.

import (
	"strings"

	"salvage/model"
	"salvage/reconcile/normal"
)

const minActs = 5 // linked readings of a template before the overlap overrules words

// actStat counts the states of the rows that a template's readings were linked to.
type actStat struct {
	n      int
	states map[string]int
}

// learnActs reads templates' meanings from the states of the rows they speak of: a template whose rows
// nearly all ended in one rare state announces that state.
func (m *Model) learnActs(stats map[string]*actStat, base map[string]int, total int) {
	for _, cl := range sortedKeys(stats) {
		st := stats[cl]
		if st.n < minActs {
			continue
		}
		for _, s := range sortedKeys(st.states) {
			share, rate := float64(st.states[s])/float64(st.n), float64(base[s])/float64(max(total, 1))
			if share >= 0.9 && rate <= 0.4 && (s == model.Cancelled || s == model.NoShow) {
				m.states[cl] = s
			}
		}
		if m.states[cl] == "" && float64(st.states[model.Cancelled]) < 0.4*float64(st.n) {
			m.never[cl] = true
		}
	}
}

// act says what a reading announces.
func (m *Model) act(r *model.Reading, cluster string, claims []model.Claim) model.Act {
	if r.Act != "" {
		return r.Act
	}
	if m.states[cluster] == model.Cancelled {
		return model.ActCancelled
	}
	a := normal.ActOf(r.Title, lead(r))
	if a == model.ActCancelled && m.never[cluster] {
		return model.ActNone
	}
	if has(claims, model.Reservation, model.FReturnedAt) && a != model.ActCancelled {
		return model.ActReturned
	}
	return a
}

// lead is the beginning of the running text.
func lead(r *model.Reading) string {
	var b strings.Builder
	n := 0
	for i := range r.Segments {
		s := &r.Segments[i]
		if s.Quoted || !isBody(s.Path) || s.Path == "subject" || s.Path == "summary" {
			continue
		}
		b.WriteString(s.Text)
		b.WriteByte('\n')
		if n++; n >= 4 || b.Len() > 600 {
			break
		}
	}
	return b.String()
}

// statusClaim adds the state that a template announces.
func (m *Model) statusClaim(r *model.Reading, cluster string, cs []model.Claim) []model.Claim {
	s := m.states[cluster]
	if s == "" || has(cs, model.Reservation, model.FStatus) {
		return cs
	}
	return append(cs, model.Claim{Kind: model.Reservation, Field: model.FStatus, Value: model.TextValue(s), Span: titleSpan(r), By: "learned:state", Trust: trustLabels})
}

func titleSpan(r *model.Reading) model.Span {
	for i := range r.Segments {
		if p := r.Segments[i].Path; p == "subject" || p == "summary" {
			return r.Segments[i].Span
		}
	}
	return model.Span{}
}
