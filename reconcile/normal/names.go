package normal

// This file: how alike two people's names are.

import (
	"slices"
	"sort"
	"strings"
	"unicode/utf8"
)

// maxNameWords bounds the words of a name that are compared.
const maxNameWords = 8

// NameKey gives the folded words of a name in sorted order, without titles, so that "Ada Lovelace",
// "Lovelace, Ada" and "Ms. Ada LOVELACE" share a key. It is "" for no name.
func NameKey(name string) string {
	w := nameWords(name)
	sort.Strings(w)
	return strings.Join(w, " ")
}

// CompareNames says how alike two names are; the order of the two does not matter, nor that of their
// words. See NameLevel for the levels. A differing last vowel of a name ("Daniel", "Daniela"; "Mario",
// "Maria") is another person of the house rather than a typo.
func CompareNames(a, b string) NameLevel {
	return ParseName(a).Compare(ParseName(b))
}

// Name is a name made ready for many comparisons.
type Name struct {
	words  []string // folded, without titles, sorted
	joined string   // the words as written, without blanks
	turned string   // the same with the last word first
}

// ParseName makes a name ready for Compare.
func ParseName(name string) Name {
	w := nameWords(name)
	if len(w) == 0 {
		return Name{}
	}
	last := len(w) - 1
	n := Name{joined: strings.Join(w, ""), turned: w[last] + strings.Join(w[:last], ""), words: w}
	sort.Strings(w)
	return n
}

// Compare is CompareNames for names that were made ready.
func (n Name) Compare(o Name) NameLevel {
	x, y := n.words, o.words
	if len(x) == 0 || len(y) == 0 {
		return NameMissing
	}
	if slices.Equal(x, y) {
		return NameExact
	}
	if n.joined == o.joined || n.joined == o.turned || n.turned == o.joined {
		return NameClose
	}
	if c := slices.Compare(x, y); len(x) > len(y) || len(x) == len(y) && c > 0 {
		x, y = y, x
	}
	m := align(x, y)
	switch {
	case m.all == len(x) && len(x) == 1 && len(y) > 1 && m.full == 1:
		return NamePartial
	case m.all == len(x) && m.full > 0 && (len(x) > 1 || len(y) == 1):
		return NameClose
	case m.full > 0:
		return NameShared
	case len(x) != len(y) && abs(len(n.joined)-len(o.joined)) <= 1 && editDistance(n.joined, o.joined, 1) <= 1 && !genderPair(n.joined, o.joined):
		return NameClose // a missing blank together with a typo
	}
	return NameDifferent
}

// nameWords gives the folded words of a name without titles and suffixes, unless nothing else is left.
func nameWords(name string) []string {
	w := Words(name)
	if !slices.ContainsFunc(w, isTitle) {
		return w[:min(len(w), maxNameWords)]
	}
	if len(w) > maxNameWords {
		w = w[:maxNameWords]
	}
	if kept := slices.DeleteFunc(slices.Clone(w), isTitle); len(kept) > 0 {
		return kept
	}
	return w
}

// WithoutTitles gives a name as written, without the forms of address and titles at its ends, unless nothing else is left.
func WithoutTitles(name string) string {
	out := strings.TrimSpace(name)
	for {
		next := out
		if i := strings.IndexByte(out, ' '); i > 0 && isTitle(Fold(out[:i])) {
			next = strings.TrimSpace(out[i:])
		} else if i := strings.LastIndexByte(out, ' '); i > 0 && isTitle(Fold(out[i:])) {
			next = strings.TrimRight(out[:i], " ,")
		} else if r, size := utf8.DecodeLastRuneInString(out); r == '様' || r == '님' || r == '씨' {
			next = strings.TrimSpace(out[:len(out)-size])
		}
		if next == out || next == "" {
			return out
		}
		out = next
	}
}

// isTitle reports forms of address and academic suffixes, which people write or leave out.
func isTitle(w string) bool {
	switch w {
	case "mr", "mrs", "ms", "miss", "mx", "dr", "prof", "sir", "herr", "herrn", "frau", "fr", "hr", "monsieur", "madame", "mme", "mlle",
		"sr", "sra", "srta", "senor", "senora", "don", "dona", "sig", "signor", "signora", "sigra", "dhr", "mevr", "mevrouw", "pan", "pani",
		"bay", "bayan", "jr", "ii", "iii", "phd", "md", "mba", "esq", "ing", "dipl", "mgr", "bc", "kyrios", "kyria", "様", "先生", "女士", "님", "씨":
		return true
	}
	return false
}

// alignment counts the words of the shorter name that found a partner: all of them, and those that
// did by more than an initial.
type alignment struct{ all, full int }

// likeness of two words, from none to equal.
const (
	unlike uint8 = iota
	initial
	nick
	typo
	equal
)

// align pairs the words of two names, the most alike first; each word is used once. Names are short:
// trying the levels from the top is as good as an assignment and easier to follow.
func align(x, y []string) alignment {
	var m alignment
	var grades [maxNameWords][maxNameWords]uint8
	best := unlike
	for i, a := range x {
		for j, b := range y {
			grades[i][j] = likeness(a, b)
			best = max(best, grades[i][j])
		}
	}
	var usedX, usedY [maxNameWords]bool
	for level := best; level > unlike; level-- {
		for i, a := range x {
			for j := range y {
				if usedX[i] || usedY[j] || grades[i][j] != level {
					continue
				}
				usedX[i], usedY[j] = true, true
				m.all++
				if level > initial && len(a) > 1 {
					m.full++
				}
			}
		}
	}
	return m
}

// likeness grades two words of names.
func likeness(a, b string) uint8 {
	switch {
	case a == b:
		return equal
	case len(a) == 1 || len(b) == 1:
		if a[0] == b[0] {
			return initial
		}
		return unlike
	case isTypo(a, b):
		return typo
	case sameNick(a, b), cutShort(a, b), cutShort(b, a):
		return nick
	case sameSound(a, b):
		return typo
	}
	return unlike
}

// isTypo reports one slip of the hand (two in long words): a letter too many, too few, wrong, or two
// swapped.
func isTypo(a, b string) bool {
	n := min(len(a), len(b))
	if n < 3 || genderPair(a, b) {
		return false
	}
	most := 1
	switch {
	case n >= 8:
		most = 2
	case n == 3 && (a[0] != b[0] || len(a) != len(b)+1 && len(b) != len(a)+1):
		return false // Ann and Ian differ as much as names of three letters can
	}
	d := editDistance(a, b, most)
	return d <= most && (a[0] == b[0] || n >= 5 && d == 1)
}

// genderPair reports words that differ in a last a alone.
func genderPair(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	ends := func(c byte) bool { return c == 'a' || c == 'o' || c == 'e' || c == 'i' || c == 'y' }
	switch len(b) - len(a) {
	case 0:
		n := len(a) - 1
		return n > 0 && a[:n] == b[:n] && a[n] != b[n] && (a[n] == 'a' || b[n] == 'a') && ends(a[n]) && ends(b[n])
	case 1:
		return b[:len(a)] == a && b[len(a)] == 'a'
	case 2:
		return b[:len(a)] == a && (b[len(a):] == "na" || b[len(a):] == "va" || b[len(a):] == "ia")
	case 3:
		return b[:len(a)] == a && b[len(a):] == "ova"
	}
	return false
}

// cutShort reports that a is b cut off, as columns of old programs do; genders differ by an ending too.
func cutShort(a, b string) bool {
	return len(a) >= 4 && len(b) > len(a)+1 && strings.HasPrefix(b, a) && !genderPair(a, b)
}

// Mistyped reports whether a folded word is another with one letter too many, one too few, one wrong or two swapped;
// words of fewer than four bytes are too short to tell.
func Mistyped(a, b string) bool {
	return len(a) >= 4 && len(b) >= 4 && editDistance(a, b, 1) <= 1
}

// editDistance is the optimal string alignment distance in bytes, cut off above most, which is at most 2.
func editDistance(a, b string, most int) int {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > most || len(b) > 48 {
		return most + 1
	}
	var rows [3][49]int
	for j := range len(a) + 1 {
		rows[1][j] = j
	}
	for i := 1; i <= len(b); i++ {
		prev2, prev, cur := &rows[(i+2)%3], &rows[i%3], &rows[(i+1)%3]
		cur[0] = i
		best := i
		for j := 1; j <= len(a); j++ {
			cost := 1
			if a[j-1] == b[i-1] {
				cost = 0
			}
			v := min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[j-1] == b[i-2] && a[j-2] == b[i-1] {
				v = min(v, prev2[j-2]+1)
			}
			cur[j] = v
			best = min(best, v)
		}
		if best > most {
			return most + 1
		}
	}
	return rows[(len(b)+1)%3][len(a)]
}

// sameSound reports two transliterations of one name: Alexej and Aleksei, Müller and Mueller.
func sameSound(a, b string) bool {
	soft := func(c byte) bool { return c == 'y' || c == 'j' || c == 'i' }
	hard := func(c byte) bool { return c == 'v' || c == 'w' || c == 'k' || c == 'c' || c == 'q' }
	if len(a) < 3 || len(b) < 3 || a[0] != b[0] && !(soft(a[0]) && soft(b[0])) && !(hard(a[0]) && hard(b[0])) {
		return false
	}
	return sound(a) == sound(b)
}

// sound spells a folded word by what is heard across the ways of transliterating it.
func sound(w string) string {
	w = soundReplacer().Replace(w)
	b := make([]byte, 0, len(w))
	for i := 0; i < len(w); i++ {
		if n := len(b); n > 0 && b[n-1] == w[i] {
			continue // doubled letters
		}
		b = append(b, w[i])
	}
	return string(b)
}

// JaroWinkler is the Jaro–Winkler similarity of two strings, from 0 to 1, over the bytes of their folded
// forms: prefix scale 0.1, at most four letters (Winkler 1990).
func JaroWinkler(a, b string) float64 {
	a, b = Fold(a), Fold(b)
	if a == b {
		if a == "" {
			return 0
		}
		return 1
	}
	if len(a) > 256 || len(b) > 256 {
		a, b = a[:min(len(a), 256)], b[:min(len(b), 256)]
	}
	j := jaro(a, b)
	p := 0
	for p < 4 && p < len(a) && p < len(b) && a[p] == b[p] {
		p++
	}
	return j + float64(p)*0.1*(1-j)
}

func jaro(a, b string) float64 {
	if a == "" || b == "" {
		return 0
	}
	window := max(max(len(a), len(b))/2-1, 0)
	var inA, inB [256]bool
	m := 0
	for i := range len(a) {
		for j := max(0, i-window); j < min(len(b), i+window+1); j++ {
			if !inB[j] && a[i] == b[j] {
				inA[i], inB[j] = true, true
				m++
				break
			}
		}
	}
	if m == 0 {
		return 0
	}
	half, j := 0, 0
	for i := range len(a) {
		if !inA[i] {
			continue
		}
		for !inB[j] {
			j++
		}
		if a[i] != b[j] {
			half++
		}
		j++
	}
	f := float64(m)
	return (f/float64(len(a)) + f/float64(len(b)) + (f-float64(half/2))/f) / 3
}
