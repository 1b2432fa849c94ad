package draft

// This file: names of tables and columns taken apart into words, and words into concepts.

import (
	"slices"
	"strings"
	"sync"
	"unicode"

	"salvage/reconcile/normal"
)

// token is one word of a name: what it may mean; Unknown ones have no concepts.
type token struct {
	text     string
	concepts []string
	filler   bool
	short    bool // looked up as an abbreviation
}

func (t token) means(concept string) bool { return slices.Contains(t.concepts, concept) }

type lexicon struct {
	concepts map[string][]string
	filler   map[string]bool
	longest  int
	short    map[string][]string // abbreviations of three to five letters
}

var words = sync.OnceValue(buildLexicon)

func buildLexicon() *lexicon {
	l := &lexicon{concepts: map[string][]string{}, filler: map[string]bool{}}
	for _, line := range vocabularyLines() {
		concept, list, _ := strings.Cut(line, ":")
		for _, w := range strings.Fields(list) {
			for _, s := range spellings(w) {
				if !slices.Contains(l.concepts[s], concept) {
					l.concepts[s] = append(l.concepts[s], concept)
				}
				l.longest = max(l.longest, len(s))
			}
		}
	}
	l.abbreviate()
	for _, w := range strings.Fields(fillerWords) {
		l.filler[w] = true
	}
	return l
}

// abbreviate lists the ways in which words are cut short: their beginning, or their consonants.
func (l *lexicon) abbreviate() {
	l.short = map[string][]string{}
	all := make([]string, 0, len(l.concepts))
	for w := range l.concepts {
		all = append(all, w)
	}
	slices.Sort(all)
	for _, w := range all {
		bones := w[:1] + strings.Map(func(r rune) rune {
			if strings.ContainsRune("aeiouy", r) {
				return -1
			}
			return r
		}, w[1:])
		for _, s := range []string{w[:min(3, len(w))], w[:min(4, len(w))], w[:min(5, len(w))], w[:min(6, len(w))], bones, bones[:min(3, len(bones))], bones[:min(4, len(bones))]} {
			if len(s) < 3 || len(s) > 6 || len(w) < 5 || len(s) >= len(w) || l.concepts[s] != nil {
				continue
			}
			for _, c := range l.concepts[w] {
				if !slices.Contains(l.short[s], c) {
					l.short[s] = append(l.short[s], c)
				}
			}
		}
	}
}

// spellings are the ASCII forms of a word: folded, with umlauts as two letters, and its blanks closed.
func spellings(w string) []string {
	two := strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "å", "aa", "ø", "oe", "æ", "ae").Replace(w)
	one := strings.NewReplacer("å", "a", "ø", "o", "æ", "a").Replace(w)
	var out []string
	for _, s := range []string{w, two, one} {
		f := strings.ReplaceAll(normal.Fold(s), " ", "")
		if f != "" && !slices.Contains(out, f) {
			out = append(out, f)
		}
	}
	return out
}

// maxName bounds the bytes of a name that are looked at.
const maxName = 128

// pieces splits a name at everything that is no letter or digit, at a change from lower to upper case,
// and between letters and digits.
func pieces(name string) []string {
	if len(name) > maxName {
		name = strings.ToValidUTF8(name[:maxName], "")
	}
	var out []string
	var cur []rune
	flush := func() {
		if len(cur) > 0 {
			out = append(out, strings.Fields(normal.Fold(string(cur)))...)
		}
		cur = cur[:0]
	}
	rs := []rune(name)
	for i, r := range rs {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r):
			flush()
			continue
		case i > 0 && unicode.IsUpper(r) && unicode.IsLower(rs[i-1]),
			i > 0 && unicode.IsUpper(r) && unicode.IsUpper(rs[i-1]) && i+1 < len(rs) && unicode.IsLower(rs[i+1]) && len(cur) > 1,
			i > 0 && unicode.IsDigit(r) != unicode.IsDigit(rs[i-1]) && len(cur) > 0:
			flush()
		}
		cur = append(cur, r)
	}
	flush()
	return out
}

// tokens takes a name apart into words and looks them up. Words that are not known are split into known
// ones where they are compounds ("kundennummer", "pickupdate").
func tokens(name string) []token {
	l := words()
	var out []token
	ps := pieces(name)
	for i := 0; i < len(ps); i++ {
		if i+1 < len(ps) && !digits(ps[i]) && !digits(ps[i+1]) && len(ps[i]) > 1 {
			if c := l.look(ps[i] + ps[i+1]); c != nil && (l.look(ps[i]) == nil || l.look(ps[i+1]) == nil || joined(ps[i]+ps[i+1])) {
				out = append(out, token{text: ps[i] + ps[i+1], concepts: c})
				i++
				continue
			}
		}
		out = append(out, l.word(ps[i])...)
	}
	return out
}

// joined are pairs of known words that mean something else together.
func joined(s string) bool {
	switch s {
	case "checkin", "checkout", "pickup", "dropoff", "timezone", "firstname", "lastname", "fullname", "giveback", "bringback":
		return true
	}
	return false
}

func digits(s string) bool { return strings.Trim(s, "0123456789") == "" }

// look finds a word, also in its plural.
func (l *lexicon) look(w string) []string {
	if c, ok := l.concepts[w]; ok {
		return c
	}
	for _, end := range []string{"s", "es", "en", "n", "e", "i", "er", "ar", "or"} {
		if s, ok := strings.CutSuffix(w, end); ok && len(s) >= 4 {
			if c, ok := l.concepts[s]; ok {
				return c
			}
		}
	}
	if s, ok := strings.CutSuffix(w, "ies"); ok && len(s) >= 3 {
		return l.concepts[s+"y"]
	}
	return nil
}

func (l *lexicon) word(w string) []token {
	if c := l.look(w); c != nil {
		return []token{{text: w, concepts: c, filler: l.filler[w]}}
	}
	if l.filler[w] || len(w) == 1 {
		return []token{{text: w, filler: true}}
	}
	if parts := l.split(w); parts != nil {
		return parts
	}
	if c := l.short[w]; c != nil {
		return []token{{text: w, concepts: c, short: true}}
	}
	return []token{{text: w}}
}

// split takes a compound apart: known words of three letters and more, with the linking letters that
// Germanic languages put between them. The split with the fewest words wins.
func (l *lexicon) split(w string) []token {
	const most = 40
	if len(w) < 6 || len(w) > most {
		return nil
	}
	type step struct {
		n, from int
		word    string
	}
	best := make([]*step, len(w)+1)
	best[0] = &step{}
	for i := 0; i < len(w); i++ {
		if best[i] == nil {
			continue
		}
		for j := i + 2; j <= len(w) && j-i <= l.longest; j++ {
			part := w[i:j]
			if _, ok := l.concepts[part]; !ok || len(part) < 3 && !(j == len(w) && (part == "id" || part == "nr" || part == "no" || part == "am" || part == "at")) {
				continue
			}
			for _, link := range []string{"", "s", "n", "en", "e", "es"} {
				end := j + len(link)
				if end > len(w) || w[j:end] != link || link != "" && end == len(w) && len(link) > 1 {
					continue
				}
				if b := best[end]; b == nil || b.n > best[i].n+1 {
					best[end] = &step{best[i].n + 1, i, part}
				}
			}
		}
	}
	if best[len(w)] == nil || best[len(w)].n < 2 || best[len(w)].n > 4 {
		return nil
	}
	var out []token
	for at := len(w); at > 0; at = best[at].from {
		out = append(out, token{text: best[at].word, concepts: l.concepts[best[at].word], filler: l.filler[best[at].word]})
	}
	slices.Reverse(out)
	return out
}

// has reports whether any of the tokens may mean one of the concepts.
func has(ts []token, concepts ...string) bool {
	for _, t := range ts {
		for _, c := range concepts {
			if t.means(c) {
				return true
			}
		}
	}
	return false
}
