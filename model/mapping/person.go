package mapping

// This file: whether two rows that a person was typed into name the same person.

import (
	"sort"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"salvage/model"
)

// phoneDigits is how many digits from the end tell a number: without the country's code and the leading zero.
const phoneDigits = 9

// foldName is a person's name for comparing: letters without marks, in lower case, words sorted.
func foldName(f map[model.Field]model.Value) string {
	name := f[model.FFullName].Str
	if name == "" {
		name = f[model.FFirstName].Str + " " + f[model.FLastName].Str
	}
	var b strings.Builder
	for _, r := range norm.NFD.String(strings.ToLower(name)) {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			b.WriteRune(r)
		case unicode.Is(unicode.Mn, r) || r == '\'' || r == '’':
		default:
			b.WriteByte(' ')
		}
	}
	words := strings.Fields(b.String())
	sort.Strings(words)
	return strings.Join(words, " ")
}

func digitsOf(phone string) string {
	digits := strings.TrimLeft(strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, phone), "0")
	if len(digits) < 6 {
		return ""
	}
	return digits[max(0, len(digits)-phoneDigits):]
}

// sameName reports whether two folded names can be of one person: no name at all, one typing slip, or one
// with fewer words, or initials for some.
func sameName(a, b string) bool {
	if a == "" || b == "" || a == b || len(a) > 4 && distance(a, b) <= 1 {
		return true
	}
	x, y := strings.Fields(a), strings.Fields(b)
	if len(x) > len(y) {
		x, y = y, x
	}
	whole := false
	for _, w := range x {
		hit := false
		for _, v := range y {
			hit = hit || w == v || len(w) == 1 && strings.HasPrefix(v, w) || len(v) == 1 && strings.HasPrefix(w, v)
			whole = whole || w == v && len(w) > 1
		}
		if !hit {
			return false
		}
	}
	return whole
}
