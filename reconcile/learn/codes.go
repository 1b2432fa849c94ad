package learn

// This file: what the company's reservation codes look like.

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"salvage/model"
	"salvage/reconcile/normal"
)

// codeShapes knows the shapes of the backup's codes: a constant beginning with a known length, or few masks.
type codeShapes struct {
	prefix  string
	lengths map[int]bool
	masks   map[string]bool
	forms   map[string]bool // where the signs stand: "xx-xxxxxx"
	classes string          // of "A", "a", "0": what stands between
	n       int
}

func newCodeShapes(b *model.Books) (codeShapes, map[string]bool) {
	set := map[string]bool{}
	sh := codeShapes{lengths: map[int]bool{}, masks: map[string]bool{}, forms: map[string]bool{}}
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
		sh.forms[form(c)] = true
		for _, k := range []string{"A", "a", "0"} {
			if strings.Contains(mask(c), k) && !strings.Contains(sh.classes, k) {
				sh.classes += k
			}
		}
		n++
	}
	for _, m := range sortedKeys(masks) {
		if masks[m]*10 >= n && strings.Contains(m, "0") && (strings.ContainsAny(m, "Aa")) {
			sh.masks[m] = true
		}
	}
	sh.n = n
	return sh, set
}

// form writes every letter and digit as x.
func form(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return 'x'
		}
		return r
	}, s)
}

// maxForms is how many forms codes may have and still be known by them.
const maxForms = 6

// looks reports whether a word has the signs, the length and the sorts of characters of the company's codes. Without
// enough codes to tell, everything does.
func (c codeShapes) looks(w string) bool {
	if c.n < minJudged || len(c.forms) > maxForms {
		return true
	}
	if !c.forms[form(w)] || len(c.prefix) < len(w) && !strings.HasPrefix(w, strings.TrimRight(c.prefix, "0123456789")) {
		return false
	}
	for _, k := range mask(w) {
		if (k == 'A' || k == 'a' || k == '0') && !strings.ContainsRune(c.classes, k) {
			return false
		}
	}
	return true
}

// runs finds the words of a text that are codes of the backup or look like them, signs and all.
func (c codeShapes) runs(text string, known map[string]bool) [][2]int {
	var out [][2]int
	for from := 0; from < len(text); {
		to := from + strings.IndexFunc(text[from:], unicode.IsSpace)
		if to < from {
			to = len(text)
		}
		if a, b, ok := c.run(text[from:to], known); ok {
			out = append(out, [2]int{from + a, from + b})
		}
		from = to
		for from < len(text) {
			r, size := utf8.DecodeRuneInString(text[from:])
			if !unicode.IsSpace(r) {
				break
			}
			from += size
		}
	}
	return out
}

// odd reports characters that codes are not made of where nothing is known of them.
func odd(r rune) bool { return r >= 0x80 || strings.ContainsRune("@:/%&=?", r) }

// run finds a code in a word, without what encloses it.
func (c codeShapes) run(w string, known map[string]bool) (from, to int, ok bool) {
	if len(w) > 80 {
		return 0, 0, false
	}
	inside := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
	from = strings.IndexFunc(w, inside)
	to = strings.LastIndexFunc(w, inside)
	if from < 0 {
		return 0, 0, false
	}
	_, size := utf8.DecodeRuneInString(w[to:])
	to += size
	t := w[from:to]
	if c.n < minJudged || len(c.forms) > maxForms { // nothing is known of them: letters and digits mixed
		mixed := len(t) >= 5 && strings.ContainsAny(t, "0123456789") && strings.ContainsAny(mask(t), "Aa") && !strings.ContainsFunc(t, odd)
		return from, to, mixed
	}
	if len(t) < 4 || !known[normal.Fold(t)] && (!strings.ContainsAny(t, "0123456789") || !c.looks(t)) {
		return 0, 0, false
	}
	return from, to, true
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
