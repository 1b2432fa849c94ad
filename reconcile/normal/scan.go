package normal

// This file: Scan, which runs the recognisers over a text line by line.

import (
	"sort"
	"strings"
	"time"
	"unicode/utf8"

	"salvage/model"
)

// MaxText is how many bytes of a text Scan reads; the rest is cut off.
const MaxText = 64 << 10

// Scanner scans text after text and keeps its buffers and the zones it has loaded. It is not safe for
// concurrent use: one for each worker.
type Scanner struct{ s scanner }

// NewScanner makes a Scanner.
func NewScanner() *Scanner { return &Scanner{scanner{words: vocab()}} }

// scanner is the state of a scan.
type scanner struct {
	text   string
	ref    time.Time
	lx     []lexeme
	nums   []int // indices of the numbers of the line
	none   lexeme
	tokens []Token
	words  *vocabulary
	zones  map[string]*time.Location
	groups [maxGroups]int // room of the one number that is being read
	seps   [maxGroups]rune
}

// Scan gives the typed values of a text, sorted by From, none overlapping another. Where two types
// could claim the same words, the order of the types decides. ref resolves what the text leaves out:
// a date without a year is the first such date from the day before ref on, unless a weekday or the
// other end of a range says otherwise, and a two-digit year is the nearest one not more than twenty
// years after ref. Values do not run over line ends. Texts over MaxText are cut.
func Scan(text string, ref time.Time) []Token {
	return NewScanner().Scan(text, ref)
}

// Scan is the function Scan with the buffers of the scanner. The tokens are the caller's.
func (sc *Scanner) Scan(text string, ref time.Time) []Token {
	if len(text) > MaxText {
		end := MaxText
		for end > MaxText-utf8.UTFMax && !utf8.RuneStart(text[end]) {
			end--
		}
		text = text[:end]
	}
	s := &sc.s
	s.text, s.ref, s.tokens = text, ref.UTC(), nil
	for from := 0; from < len(text); {
		to := from + strings.IndexByte(text[from:], '\n')
		if to < from {
			to = len(text)
		}
		s.line(from, to)
		from = to + 1
	}
	tokens := s.tokens
	s.text, s.tokens = "", nil
	return tokens
}

// line scans one line. Most lines of a message hold no digit: for them two cheap looks suffice.
func (s *scanner) line(from, to int) {
	first := len(s.tokens)
	digits, at := lineHas(s.text[from:to])
	switch {
	case digits || at:
		s.lex(from, to)
		s.number()
		if at {
			s.emails()
		}
		s.dates()
		s.amounts()
		s.phones()
		s.codes()
		got := s.tokens[first:]
		sort.Slice(got, func(i, j int) bool { return got[i].From < got[j].From })
		s.joinRanges(got)
	default:
		s.capitals(from, to)
	}
}

// lineHas reports whether a line has a digit of any script, and whether it has an at-sign.
func lineHas(line string) (digits, at bool) {
	for i := 0; i < len(line); i++ {
		c := line[i]
		switch {
		case '0' <= c && c <= '9':
			digits = true
		case c == '@':
			at = true
		case c >= 0xD9:
			// The lead bytes of Arabic and all later digits. Emoji and Chinese get lexed for nothing,
			// which only costs time.
			digits = digits || c <= 0xDB || c == 0xE0 || c == 0xEF
		}
	}
	return digits, at
}

// number lists the numbers of the line.
func (s *scanner) number() {
	s.nums = s.nums[:0]
	for i := range s.lx {
		if s.lx[i].kind == kNum {
			s.nums = append(s.nums, i)
		}
	}
}

// take makes a token of the lexemes from up to to.
func (s *scanner) take(from, to int, t Token) {
	t.From, t.To = s.lx[from].from, s.lx[to-1].to
	for i := from; i < to; i++ {
		s.lx[i].taken = true
	}
	s.tokens = append(s.tokens, t)
}

// takeText is take for a value that is text.
func (s *scanner) takeText(from, to int, typ Type, text string) {
	s.take(from, to, Token{Type: typ, Alts: []Alt{{Value: textOf(text)}}})
}

// textOf is the value of a token that is text.
func textOf(text string) model.Value { return model.TextValue(text) }
