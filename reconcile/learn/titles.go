package learn

// This file: templates. A title with everything variable masked, together with who speaks, names a template.

import (
	"strings"

	"salvage/model"
	"salvage/reconcile/normal"
)

// titleMask knows which words each origin's titles repeat.
type titleMask struct {
	words map[string]map[string]int // origin -> folded word -> titles that have it
	total map[string]int
	vocab *vocab
}

func newTitleMask(rs []*model.Reading, v *vocab) *titleMask {
	m := &titleMask{words: map[string]map[string]int{}, total: map[string]int{}, vocab: v}
	for _, r := range rs {
		w := m.words[r.Origin]
		if w == nil {
			w = map[string]int{}
			m.words[r.Origin] = w
		}
		m.total[r.Origin]++
		seen := map[string]bool{}
		for _, x := range strings.Fields(normal.Fold(r.Title)) {
			if !seen[x] && len(seen) < 40 {
				seen[x] = true
				w[x]++
			}
		}
	}
	return m
}

// variable reports words that stand for one person or one unit, however often they occur: initials, customers' names,
// words of vehicles and places.
func (m *titleMask) variable(fold string) bool {
	return len([]rune(fold)) == 1 || m.vocab.words[fold]
}

// base names the template of a place in a reading.
func (m *titleMask) base(media, origin, title string) string {
	return m.cluster(origin, title, strings.HasPrefix(media, "calendar/"))
}

// cluster names the template of a title, by who speaks; stateless leaves out words of states.
func (m *titleMask) cluster(origin, title string, stateless bool) string {
	need := max(3, m.total[origin]/100)
	known := map[int]int{}
	for _, h := range m.vocab.find(title) {
		known[h.from] = max(known[h.from], h.to)
	}
	var b strings.Builder
	b.WriteString(origin)
	b.WriteByte('|')
	masked := false
	skipTo := 0
	ws := splitWords(title)
	for i, w := range ws {
		if stateless && status(ws, i) {
			continue
		}
		if to := known[w.from]; to > skipTo {
			skipTo = to
		}
		if i >= 40 {
			break
		}
		if w.from < skipTo || strings.ContainsAny(w.fold, "0123456789") || m.variable(w.fold) || m.words[origin][w.fold] < need {
			masked = true
			continue
		}
		if masked {
			b.WriteString("~ ")
			masked = false
		}
		b.WriteString(w.fold)
		b.WriteByte(' ')
	}
	if masked {
		b.WriteByte('~')
	}
	return strings.TrimSpace(b.String())
}
