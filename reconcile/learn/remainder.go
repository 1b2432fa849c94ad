package learn

// This file: names in titles that people type. What is left of an event's title when everything known is taken
// away (vehicles, places, codes, numbers, the words that all its titles share) is a name; the overlap says
// whether that holds for an origin.

import (
	"strings"
	"unicode"

	"salvage/model"
	"salvage/reconcile/normal"
)

const (
	trustRemainder model.PPM = 850_000
	trustSole      model.PPM = 880_000
)

// remainder is the part of a title that nothing else explains, as it is written, with its place; ok is false when it
// is no name (nothing, one letter, too many words).
func (m *Model) remainder(r *model.Reading) (text string, seg int, ok bool) {
	seg = -1
	for i := range r.Segments {
		if r.Segments[i].Path == "summary" || r.Segments[i].Path == "/description" {
			seg = i
		}
	}
	if seg < 0 {
		return "", -1, false
	}
	title := r.Segments[seg].Text
	skip := m.explained(title, r)
	need := max(3, m.titles.total[r.Origin]/100)
	ws := splitWords(title)
	var kept []word
	var b strings.Builder
	for i, w := range ws {
		if skip(w.from) || strings.ContainsAny(w.fold, "0123456789") || m.common(r.Origin, w.fold, need) || status(ws, i) || m.nearUnit(w.fold) {
			continue
		}
		if n := len(kept); n > 0 {
			if i > 0 && kept[n-1] == ws[i-1] {
				b.WriteString(strings.ReplaceAll(title[kept[n-1].to:w.from], "_", " ")) // as it is written: "Hart-Davis", "Frost, Ada"
			} else {
				b.WriteByte(' ')
			}
		}
		b.WriteString(title[w.from:w.to])
		if kept = append(kept, w); len([]rune(w.fold)) == 1 && strings.HasPrefix(title[w.to:], ".") && (i+1 == len(ws) || skip(ws[i+1].from)) {
			b.WriteByte('.')
		}
	}
	text = strings.Trim(b.String(), " _-/")
	return text, seg, len(kept) > 0 && len(kept) <= 5 && letters(text) >= 2
}

// status reports whether a word is a state, or part of one that takes two words.
func status(ws []word, i int) bool {
	if normal.StatusOf(ws[i].fold) != "" {
		return true
	}
	return i > 0 && normal.StatusOf(ws[i-1].fold+" "+ws[i].fold) != "" || i+1 < len(ws) && normal.StatusOf(ws[i].fold+" "+ws[i+1].fold) != ""
}

// maxUnits is how many words of vehicles' names a mistyped word is compared with.
const maxUnits = 400

// nearUnit reports a word that is a vehicle's name mistyped, and nobody's name.
func (m *Model) nearUnit(fold string) bool {
	if len(fold) < 4 || m.nameWords[fold] || len(m.vocab.units) > maxUnits {
		return false
	}
	for _, u := range m.vocab.units {
		if normal.Mistyped(fold, u) {
			return true
		}
	}
	return false
}

// typedMedia are those whose titles people type: events, and descriptions of payments.
func typedMedia(media string) bool {
	return strings.HasPrefix(media, "calendar/") || strings.HasPrefix(media, "stripe/")
}

// common reports whether a word belongs to the origin's way of titling rather than to one person: it stands in many
// titles and is not a name that the backup knows.
func (m *Model) common(origin, fold string, need int) bool {
	return m.titles.words[origin][fold] >= need && !m.nameWords[fold]
}

// explained tells which places of a title are known phrases of vehicles and places.
func (m *Model) explained(title string, r *model.Reading) func(int) bool {
	var spans [][2]int
	for _, h := range m.vocab.find(title) {
		if h.e.kind != model.Customer {
			spans = append(spans, [2]int{h.from, h.to})
		}
	}
	spans = append(spans, m.shapes.runs(title, m.codeSet)...)
	return func(at int) bool {
		for _, s := range spans {
			if at >= s[0] && at < s[1] {
				return true
			}
		}
		return false
	}
}

func letters(s string) int {
	n := 0
	for _, r := range s {
		if unicode.IsLetter(r) {
			n++
		}
	}
	return n
}

// learnRemainders finds the origins whose titles name the customer, by the linked rows.
func (m *Model) learnRemainders(rows *Rows, readings []*model.Reading, st []Statement) {
	good, all := map[string]int{}, map[string]int{}
	for i, r := range readings {
		if st[i].Row < 0 || !typedMedia(r.Media) {
			continue
		}
		c := rows.List[st[i].Row].Cust
		text, _, ok := m.remainder(r)
		if !ok || c == nil {
			continue
		}
		all[r.Origin]++
		if normal.CompareNames(text, fullName(c)) >= normal.NamePartial {
			good[r.Origin]++
		}
	}
	for _, o := range sortedKeys(all) {
		m.typed[o] = all[o] >= minJudged && good[o]*100 >= all[o]*75
	}
}

// typedName claims the name in an event's title, and the one phone and the one address in its text.
func (m *Model) typedName(out []model.Claim, r *model.Reading, slots []slot) []model.Claim {
	if !typedMedia(r.Media) {
		return out
	}
	if !has(out, model.Customer, model.FFullName) && m.typed[r.Origin] {
		if text, seg, ok := m.remainder(r); ok {
			out = append(out, model.Claim{Kind: model.Customer, Field: model.FFullName, Value: model.TextValue(text), Span: r.Segments[seg].Span, By: "remainder@1", Trust: trustRemainder})
		}
	}
	if !strings.HasPrefix(r.Media, "calendar/") {
		return out
	}
	out = m.sole(out, r, slots, sPhone, model.FPhone)
	return m.sole(out, r, slots, sEmail, model.FEmail)
}

// sole claims a contact when an event has exactly one of its kind.
func (m *Model) sole(out []model.Claim, r *model.Reading, slots []slot, t slotType, f model.Field) []model.Claim {
	if has(out, model.Customer, f) {
		return out
	}
	var one *slot
	for i := range slots {
		s := &slots[i]
		if s.typ != t || s.fold == "" || !isBody(r.Segments[s.seg].Path) {
			continue
		}
		if one != nil && one.fold != s.fold {
			return out
		}
		one = s
	}
	if one == nil {
		return out
	}
	text := r.Segments[one.seg].Text[one.from:one.to]
	return append(out, claim(r, one, model.Customer, f, model.TextValue(text), "sole@1", trustSole))
}
