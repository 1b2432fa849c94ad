package normal

// This file: Fold, the one spelling under which words of any script are compared.

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Fold gives the comparable spelling of a text: compatibility-decomposed (UAX #15, NFKD), marks
// stripped, case folded, Latin letters that do not decompose spelled out (ß ss, ø o, ł l, æ ae),
// Cyrillic and Greek transliterated to Latin, everything else that is neither letter nor digit one
// blank, trimmed. Chinese, Japanese and Korean text is kept as it is, only brought to one width.
// Fold(Fold(s)) == Fold(s).
func Fold(s string) string {
	var buf [64]byte
	return string(appendFold(buf[:0], s))
}

// Words gives the words of Fold(s), in order; nil when there are none.
func Words(s string) []string {
	f := Fold(s)
	if f == "" {
		return nil
	}
	return strings.Split(f, " ")
}

// appendFold appends Fold(s) to dst, which must be empty. Plain ASCII needs no tables.
func appendFold(dst []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c >= utf8.RuneSelf:
			return foldWide(dst[:0], s)
		case 'a' <= c && c <= 'z' || '0' <= c && c <= '9':
			dst = append(dst, c)
		case 'A' <= c && c <= 'Z':
			dst = append(dst, c+'a'-'A')
		default:
			dst = appendGap(dst)
		}
	}
	return trimGap(dst)
}

// foldWide is appendFold for text beyond ASCII.
func foldWide(dst []byte, s string) []byte {
	s = norm.NFKC.String(strings.ToValidUTF8(s, " "))
	for i, r := range s {
		switch {
		case r < utf8.RuneSelf:
			dst = foldRune(dst, r)
		case keptScript(r):
			dst = utf8.AppendRune(dst, r)
		case r == 'υ' || r == 'Υ' || r == 'ύ' || r == 'Ύ':
			dst = append(dst, greekUpsilon(s[:i])...)
		default:
			dst = foldParts(dst, r)
		}
	}
	return trimGap(dst)
}

// foldParts decomposes one composed rune and folds its parts.
func foldParts(dst []byte, r rune) []byte {
	var raw [utf8.UTFMax]byte
	n := utf8.EncodeRune(raw[:], r)
	d := norm.NFKD.Properties(raw[:n]).Decomposition()
	if d == nil {
		return foldRune(dst, r)
	}
	for len(d) > 0 {
		p, size := utf8.DecodeRune(d)
		dst = foldRune(dst, p)
		d = d[size:]
	}
	return dst
}

// foldRune appends the folded spelling of one decomposed rune.
func foldRune(dst []byte, r rune) []byte {
	switch {
	case 'a' <= r && r <= 'z' || '0' <= r && r <= '9':
		return append(dst, byte(r))
	case 'A' <= r && r <= 'Z':
		return append(dst, byte(r)+'a'-'A')
	case r < utf8.RuneSelf:
		return appendGap(dst)
	case unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Cf, r):
		return dst // accents, vowel points, soft hyphens and direction marks
	}
	r = unicode.ToLower(r)
	if s, ok := latinOf(r); ok {
		return append(dst, s...)
	}
	if d, ok := digitOf(r); ok {
		return append(dst, '0'+byte(d))
	}
	if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mc, r) {
		return utf8.AppendRune(dst, r)
	}
	return appendGap(dst)
}

// appendGap ends a word.
func appendGap(dst []byte) []byte {
	if len(dst) == 0 || dst[len(dst)-1] == ' ' {
		return dst
	}
	return append(dst, ' ')
}

// trimGap drops the blank that a last gap left.
func trimGap(dst []byte) []byte {
	if len(dst) > 0 && dst[len(dst)-1] == ' ' {
		return dst[:len(dst)-1]
	}
	return dst
}

// keptScript reports whether a rune is of a script that Fold leaves alone. Decomposing these would
// take Korean syllables and voiced kana apart.
func keptScript(r rune) bool {
	switch {
	case r < 0x2E80:
		return false
	case r == 0x3005 || r == 0x3006 || r == 0x30FC: // iteration marks and the long-vowel mark
		return true
	}
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul) && unicode.IsLetter(r)
}

// greekUpsilon spells an upsilon by what stands before it (ISO 843): ου is ou, αυ and ευ are av, ev.
func greekUpsilon(before string) string {
	r, _ := utf8.DecodeLastRuneInString(before)
	switch r {
	case 'ο', 'Ο':
		return "u"
	case 'α', 'Α', 'ε', 'Ε':
		return "v"
	}
	return "y"
}

// digitOf gives the value of a decimal digit of the scripts that phones and dates are written in:
// ASCII, full-width, Arabic-Indic, Persian, Devanagari and Bengali.
func digitOf(r rune) (int, bool) {
	for _, zero := range [...]rune{'0', '０', '٠', '۰', '०', '০'} {
		if r >= zero && r <= zero+9 {
			return int(r - zero), true
		}
	}
	return 0, false
}
