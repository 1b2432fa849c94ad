package normal

// This file: the lexer under Scan. It cuts one line into numbers, words, blanks and signs; all
// recognisers work on these, so each byte of a text is decoded once.

import (
	"unicode"
	"unicode/utf8"
)

// kind is the kind of a lexeme.
type kind uint8

// The kinds of a lexeme. kNone is what lies beyond both ends of a line.
const (
	kNone  kind = iota
	kNum        // a run of decimal digits of any script
	kWord       // a run of letters, or one Chinese, Japanese or Korean character
	kSpace      // a run of blanks
	kSign       // one other character
)

// lexeme is one piece of a line. A lexeme belongs to at most one token: taken.
type lexeme struct {
	from, to int // bytes of the whole text
	n        int // kNum: how many digits
	num      int64
	r        rune // kSign: the character, of one width and with one kind of hyphen; kWord: the character when it is CJK, else 0
	kind     kind
	taken    bool
}

// maxDigits bounds a number that is converted; 18 digits fit an int64.
const maxDigits = 18

// lex cuts text[from:to] into s.lx. It reports whether there was an at-sign.
func (s *scanner) lex(from, to int) {
	s.lx = s.lx[:0]
	for i := from; i < to; {
		c := s.text[i]
		switch {
		case '0' <= c && c <= '9':
			i = s.lexNumber(i, to)
		case c == ' ' || c == '\t' || c == '\r':
			i = s.lexSpace(i, to)
		case 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z':
			i = s.lexWord(i, to)
		case c < utf8.RuneSelf:
			s.lx = append(s.lx, lexeme{from: i, to: i + 1, r: rune(c), kind: kSign})
			i++
		default:
			i = s.lexWide(i, to)
		}
	}
}

// lexWide cuts a lexeme that begins with a character beyond ASCII.
func (s *scanner) lexWide(i, to int) int {
	r, size := utf8.DecodeRuneInString(s.text[i:to])
	switch {
	case wideSpace(r):
		return s.lexSpace(i, to)
	case keptScript(r):
		s.lx = append(s.lx, lexeme{from: i, to: i + size, r: r, kind: kWord})
		return i + size
	case unicode.IsLetter(r):
		return s.lexWord(i, to)
	}
	if _, ok := digitOf(r); ok {
		return s.lexNumber(i, to)
	}
	s.lx = append(s.lx, lexeme{from: i, to: i + size, r: plainSign(r), kind: kSign})
	return i + size
}

// lexNumber cuts a run of digits.
func (s *scanner) lexNumber(i, to int) int {
	l := lexeme{from: i, kind: kNum}
	for i < to {
		r, size := utf8.DecodeRuneInString(s.text[i:to])
		d, ok := digitOf(r)
		if !ok {
			break
		}
		if l.n < maxDigits {
			l.num = l.num*10 + int64(d)
		}
		l.n++
		i += size
	}
	l.to = i
	s.lx = append(s.lx, l)
	return i
}

// lexSpace cuts a run of blanks, zero-width ones included.
func (s *scanner) lexSpace(i, to int) int {
	l := lexeme{from: i, kind: kSpace}
	for i < to {
		r, size := utf8.DecodeRuneInString(s.text[i:to])
		if r != ' ' && r != '\t' && r != '\r' && !wideSpace(r) {
			break
		}
		i += size
	}
	l.to = i
	s.lx = append(s.lx, l)
	return i
}

// lexWord cuts a run of letters with their marks; a CJK character ends it.
func (s *scanner) lexWord(i, to int) int {
	l := lexeme{from: i, kind: kWord}
	for i < to {
		c := s.text[i]
		if c < utf8.RuneSelf {
			if 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' {
				i++
				continue
			}
			break
		}
		r, size := utf8.DecodeRuneInString(s.text[i:to])
		if !unicode.IsLetter(r) && !unicode.IsMark(r) || keptScript(r) {
			break
		}
		i += size
	}
	l.to = i
	s.lx = append(s.lx, l)
	return i
}

// wideSpace reports blanks beyond ASCII, and characters that show nothing.
func wideSpace(r rune) bool {
	switch r {
	case 0xA0, 0x1680, 0x202F, 0x205F, 0x3000, 0xFEFF, 0xAD, 0x85:
		return true
	}
	return 0x2000 <= r && r <= 0x200F || 0x202A <= r && r <= 0x202E || 0x2060 <= r && r <= 0x2069
}

// dash is what every dash that is longer than a hyphen becomes.
const dash = '–'

// plainSign maps full-width signs, the many hyphens, dashes and apostrophes to one of each.
func plainSign(r rune) rune {
	switch r {
	case '‐', '‑', '−', '﹣':
		return '-'
	case '–', '—', '―', '〜', '～', '→', '⇒':
		return dash
	case '’', '‘', 'ʼ', '´', '＇':
		return '\''
	case '⁄', '∕':
		return '/'
	case '。', '．':
		return '.'
	case '、', '，':
		return ','
	case '・', '•', '●', '‧':
		return '·'
	}
	if 0xFF01 <= r && r <= 0xFF5E {
		return r - 0xFEE0
	}
	return r
}

// at gives a lexeme, and an empty one beyond both ends.
func (s *scanner) at(i int) *lexeme {
	if i < 0 || i >= len(s.lx) {
		return &s.none
	}
	return &s.lx[i]
}

// free gives lexeme i unless a token has taken it.
func (s *scanner) free(i int) *lexeme {
	if l := s.at(i); !l.taken {
		return l
	}
	return &s.none
}

// sign reports whether lexeme i is a free sign r.
func (s *scanner) sign(i int, r rune) bool {
	l := s.free(i)
	return l.kind == kSign && l.r == r
}

// num gives the value of a free number of min to max digits.
func (s *scanner) num(i, least, most int) (int, bool) {
	l := s.free(i)
	if l.kind != kNum || l.n < least || l.n > most {
		return 0, false
	}
	return int(l.num), true
}

// skipSpace steps over a blank.
func (s *scanner) skipSpace(i int) int {
	if s.at(i).kind == kSpace {
		return i + 1
	}
	return i
}

// raw is the text of a lexeme as written.
func (s *scanner) raw(i int) string {
	l := s.at(i)
	return s.text[l.from:l.to]
}

// word is the folded text of a free word; "" when lexeme i is none.
func (s *scanner) word(i int) string {
	l := s.free(i)
	if l.kind != kWord {
		return ""
	}
	w := s.text[l.from:l.to]
	for j := 0; j < len(w); j++ {
		if c := w[j]; c < 'a' || c > 'z' {
			return Fold(w)
		}
	}
	return w
}

// digits is a number in ASCII digits, leading zeros kept.
func (s *scanner) digits(i int) string {
	w := s.raw(i)
	if len(w) == s.at(i).n {
		return w
	}
	b := make([]byte, 0, len(w))
	for _, r := range w {
		d, _ := digitOf(r)
		b = append(b, '0'+byte(d))
	}
	return string(b)
}

// letterAt reports whether lexeme i is a word of an alphabet, which a number does not touch by chance.
func (s *scanner) letterAt(i int) bool {
	l := s.at(i)
	return l.kind == kWord && l.r == 0
}
