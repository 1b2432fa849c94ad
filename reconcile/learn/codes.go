package learn

// This file: what the company's reservation codes look like.

import (
	"strings"
	"unicode"

	"salvage/model"
	"salvage/reconcile/normal"
)

// codeShapes knows the shapes of the backup's codes: a constant beginning with a known length, or few masks.
type codeShapes struct {
	prefix  string
	lengths map[int]bool
	masks   map[string]bool
}

func newCodeShapes(b *model.Books) (codeShapes, map[string]bool) {
	set := map[string]bool{}
	sh := codeShapes{lengths: map[int]bool{}, masks: map[string]bool{}}
	masks, n := map[string]int{}, 0
	if b == nil {
		return sh, set
	}
	for _, r := range b.Records[model.Reservation] {
		c := strings.TrimSpace(r.Fields[model.FCode].Str)
		f := normal.Fold(c)
		if f == "" {
			continue
		}
		set[f] = true
		if n == 0 {
			sh.prefix = c
		}
		sh.prefix = commonPrefix(sh.prefix, c)
		sh.lengths[len(c)] = true
		masks[mask(c)]++
		n++
	}
	for _, m := range sortedKeys(masks) {
		if masks[m]*10 >= n && strings.Contains(m, "0") && (strings.ContainsAny(m, "Aa")) {
			sh.masks[m] = true
		}
	}
	return sh, set
}

func commonPrefix(a, b string) string {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return a[:n]
}

// mask writes letters as A or a and digits as 0.
func mask(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsDigit(r):
			return '0'
		case unicode.IsUpper(r):
			return 'A'
		case unicode.IsLetter(r):
			return 'a'
		}
		return r
	}, s)
}

// fits reports whether a word looks like one of the company's codes.
func (c codeShapes) fits(w string) bool {
	if !strings.ContainsAny(w, "0123456789") {
		return false
	}
	letters := strings.TrimRight(c.prefix, "0123456789")
	if len(letters) >= 2 && strings.HasPrefix(w, letters) {
		return c.lengths[len(w)] || c.lengths[len(w)-1]
	}
	return len(letters) < 2 && c.masks[mask(w)]
}
