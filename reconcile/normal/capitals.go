package normal

// This file: names written in capitals, as partners and old programs do, in the case of ordinary writing.

import (
	"strings"
	"unicode"
)

// Shouted reports whether every letter of a name with two or more has the upper case.
func Shouted(s string) bool {
	n := 0
	for _, r := range s {
		if unicode.IsLetter(r) {
			if !unicode.IsUpper(r) {
				return false
			}
			n++
		}
	}
	return n > 1
}

// NaturalCase writes the shouted words of a name with a capital first letter alone: "O'BRIEN" becomes "O'Brien".
// A Greek sigma takes its final form at the end of a word. Words in other case stay.
func NaturalCase(s string) string {
	words := strings.Split(s, " ")
	for i, w := range words {
		if Shouted(w) {
			words[i] = naturalWord(w)
		}
	}
	return strings.Join(words, " ")
}

func naturalWord(w string) string {
	rs := []rune(w)
	for i := range rs {
		if i == 0 || !unicode.IsLetter(rs[i-1]) && !unicode.IsMark(rs[i-1]) {
			continue
		}
		rs[i] = unicode.ToLower(rs[i])
		if rs[i] == 'σ' && (i+1 == len(rs) || !unicode.IsLetter(rs[i+1])) {
			rs[i] = 'ς'
		}
	}
	return string(rs)
}
