package learn

// This file: reading by the generic words of the trade, where nothing was learned.

import (
	"strings"

	"salvage/model"
	"salvage/reconcile/normal"
)

// labelled reads "Label: value" by the generic words of the trade, for fields that nothing learned covers.
func (m *Model) labelled(out []model.Claim, st *Statement, slots []slot) []model.Claim {
	r := st.Reading
	covered := append([]model.Claim(nil), out...)
	for i := range slots {
		s := &slots[i]
		seg := &r.Segments[s.seg]
		label := seg.Label
		if label == "" && s.from > 0 && s.typ != sText {
			label = lastWords(seg.Text[:s.from], 4)
		}
		if label == "" || s.pair || m.ruleFor(st.in.of(s), s) != nil {
			continue
		}
		refused := m.refused(st.in.of(s), s)
		for _, f := range normal.LabelFields(label) {
			k, f := kindOf(f)
			if refused && !m.fitting(st.in.of(s), s, fieldName{k, f}) {
				continue
			}
			if !m.compatible(r, s, k, f) || has(covered, k, f) || has(out, k, f) {
				continue
			}
			if v, ok := m.value(r, s, k, f, m.orders[r.Origin], nil); ok {
				out = append(out, claim(r, s, k, f, v, "labels@1", trustLabels))
			}
			break
		}
	}
	return out
}

// minJudged is how many linked readings make the overlap's refusal of a place count.
const minJudged = 8

// refused reports whether the overlap measured a place in this template or origin: had it been the field that its
// label suggests, a rule would say so.
func (m *Model) refused(scopes *scope, s *slot) bool {
	for _, sc := range scopes[:2] {
		for _, a := range s.anchors {
			if m.judged[ruleKey{sc, a}] {
				return true
			}
		}
	}
	return false
}

// fitting reports whether the overlap left a place open between fields of which this is one.
func (m *Model) fitting(scopes *scope, s *slot, n fieldName) bool {
	for _, sc := range scopes[:2] {
		for _, a := range s.anchors {
			if m.fits[ruleKey{sc, a}][n] {
				return true
			}
		}
	}
	return false
}

func lastWords(s string, n int) string {
	if len(s) > 60 {
		s = strings.ToValidUTF8(s[len(s)-60:], "")
	}
	ws := splitWords(s)
	return joinTail(ws, n)
}

func joinTail(ws []word, n int) string {
	if len(ws) == 0 {
		return ""
	}
	return joinFolds(ws[max(0, len(ws)-n):])
}
