package normal

// This file: codes, ids and bare numbers.

import "strings"

// Bounds of a code. Stripe's ids of test sessions are the longest that turn up in messages.
const (
	minCode   = 4
	maxCode   = 40
	maxHandle = 120
)

// codes finds codes, ids and numbers in what the other passes left.
func (s *scanner) codes() {
	for i := 0; i < len(s.lx); {
		if !s.inRun(i) {
			i++
			continue
		}
		to := i
		for s.inRun(to) {
			to++
		}
		s.run(i, to)
		i = to
	}
}

// inRun reports whether lexeme i may be inside a code: letters and digits of ASCII, hyphens, underscores.
func (s *scanner) inRun(i int) bool {
	l := s.free(i)
	switch l.kind {
	case kNum:
		return l.to-l.from == l.n
	case kWord:
		return l.r == 0 && s.text[l.from] < 0x80 && s.text[l.to-1] < 0x80
	case kSign:
		return l.r == '_' || s.text[l.from] == '-'
	}
	return false
}

// run makes a run of letters, digits and hyphens a code, or its numbers numbers.
func (s *scanner) run(from, to int) {
	for from < to && s.at(from).kind == kSign {
		from++
	}
	for to > from && s.at(to-1).kind == kSign {
		to--
	}
	if from == to {
		return
	}
	text := s.text[s.at(from).from:s.at(to-1).to]
	// A hash before a number says that it is one, however it looks.
	if isCode(text) && !(s.letterAt(from-1) || s.letterAt(to)) {
		s.takeText(from, to, Code, text)
		return
	}
	for i := from; i < to; i++ {
		if l := s.at(i); l.kind == kNum && l.n <= maxDigits && !s.pieceOfDecimal(i) {
			s.takeText(i, i+1, Int, s.digits(i))
		}
	}
}

// pieceOfDecimal reports whether a number is part of a decimal such as 3.5, which is neither money nor
// a whole number.
func (s *scanner) pieceOfDecimal(i int) bool {
	point := func(k int) bool { return s.sign(k, '.') || s.sign(k, ',') }
	switch {
	case point(i+1) && s.at(i+2).kind == kNum && s.at(i+2).n <= 2 && !point(i-1):
		return !point(i + 3)
	case point(i-1) && s.at(i-2).kind == kNum && s.at(i).n <= 2 && !point(i+1):
		return !point(i - 3)
	}
	return false
}

// capitals finds the codes of a line without a digit: five to twelve capitals.
func (s *scanner) capitals(from, to int) {
	for i := from; i < to; {
		if c := s.text[i]; c < 'A' || c > 'Z' {
			i++
			continue
		}
		j := i
		for j < to && s.text[j] >= 'A' && s.text[j] <= 'Z' {
			j++
		}
		if n := j - i; n >= 5 && n <= 12 && !(i > from && partOfWord(s.text[i-1])) && !(j < to && partOfWord(s.text[j])) {
			t := Token{From: i, To: j, Type: Code, Alts: []Alt{{Value: textOf(s.text[i:j])}}}
			s.tokens = append(s.tokens, t)
		}
		i = j
	}
}

// partOfWord reports the bytes that join a run of capitals to something longer.
func partOfWord(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_' || c == '\'' || c == '&' || c >= 0x80
}

// traits are what a run of letters and digits is made of.
type traits struct {
	upper, lower, digits, signs int
	turns                       int // changes between letter and digit
	hex                         bool
}

func traitsOf(w string) traits {
	t := traits{hex: true}
	last := 0
	for i := 0; i < len(w); i++ {
		c, now := w[i], 0
		switch {
		case '0' <= c && c <= '9':
			t.digits++
			now = 1
		case 'A' <= c && c <= 'Z':
			t.upper++
			now = 2
			t.hex = t.hex && c <= 'F'
		case 'a' <= c && c <= 'z':
			t.lower++
			now = 2
			t.hex = t.hex && c <= 'f'
		default:
			t.signs++
		}
		if now != 0 && last != 0 && now != last {
			t.turns++
		}
		if now != 0 {
			last = now
		}
	}
	return t
}

// isCode reports whether a run is a code: capitals with digits, capitals alone, an id of a payment
// service, a UUID, groups of digits joined by hyphens, or letters and digits too mixed for a word.
func isCode(w string) bool {
	if len(w) < minCode || len(w) > maxHandle {
		return false
	}
	t := traitsOf(w)
	switch {
	case len(w) > maxCode:
		return isHandle(w, t)
	case t.lower == 0 && t.digits > 0 && t.upper > 0:
		return !isOrdinal(w, t)
	case t.lower == 0 && t.digits == 0:
		return t.signs == 0 && t.upper >= 5 && t.upper <= 12
	case t.upper == 0 && t.lower == 0:
		return t.signs > 0 && t.digits >= 6 && t.digits <= 20 && !strings.Contains(w, "--")
	case isUUID(w, t):
		return true
	}
	return isHandle(w, t) || len(w) >= 8 && t.signs == 0 && t.digits >= 2 && t.turns >= 3
}

// isOrdinal reports 21ST, 2ND and measures such as 100KM, written in capitals.
func isOrdinal(w string, t traits) bool {
	if t.upper > 2 || t.signs > 0 || w[0] > '9' {
		return false
	}
	switch strings.TrimLeft(w, "0123456789") {
	case "ST", "ND", "RD", "TH", "KM", "CC", "GB", "MB", "KG", "AM", "PM", "H", "HP", "KW", "PS", "MI", "X":
		return true
	}
	return false
}

// isUUID reports the 8-4-4-4-12 form of RFC 9562.
func isUUID(w string, t traits) bool {
	return len(w) == 36 && t.hex && t.signs == 4 && w[8] == '-' && w[13] == '-' && w[18] == '-' && w[23] == '-'
}

// isHandle reports an id with a type before an underscore, as payment services give them: ch_…, cus_…,
// cs_test_….
func isHandle(w string, t traits) bool {
	prefix, rest, ok := strings.Cut(w, "_")
	if !ok || strings.Contains(w, "-") || len(rest) < 6 {
		return false
	}
	switch prefix {
	case "ch", "pi", "cus", "cs", "re", "in", "evt", "py", "pyr", "pm", "sub", "txn", "acct", "card", "src", "seti", "si", "price", "prod", "po", "tr", "du", "dp", "req", "cn", "ii", "plink", "fee", "il", "qt", "ba", "tok", "btok":
		return t.digits > 0 || t.upper > 0 && t.lower > 4
	}
	return false
}
