package learn

// This file: slots that the scanner does not see by itself: codes of the company, epochs, lone clocks.

import (
	"strconv"
	"strings"

	"salvage/model"
	"salvage/reconcile/normal"
)

// codeSlots adds the words that are codes of the company and that the scanner cut in pieces or took for numbers.
func codeSlots(out []slot, i int, s *model.Segment, toks []normal.Token, v *vocab) []slot {
	for _, run := range v.shapes.runs(s.Text, v.codes) {
		whole := false
		for _, t := range toks {
			whole = whole || t.From <= run[0] && t.To >= run[1] && t.Type != normal.Date && t.Type != normal.Money && t.Type != normal.Phone
		}
		if !whole {
			out = append(out, slot{seg: i, from: run[0], to: run[1], typ: sWord, fold: normal.Fold(s.Text[run[0]:run[1]]), run: v.shapes.n >= minJudged})
		}
	}
	return out
}

// clocks adds the time of day that a whole text is, in forms that would be amounts or numbers inside a sentence.
func clocks(out []slot, i int, s *model.Segment, toks []normal.Token) []slot {
	for _, t := range toks {
		if t.Type == normal.Clock || t.Type == normal.Date {
			return out
		}
	}
	if len(s.Text) > 24 || len(toks) == 0 {
		return out
	}
	if m, ok := normal.LoneClock(s.Text); ok {
		out = append(out, slot{seg: i, from: 0, to: len(s.Text), typ: sClock, alts: []normal.Alt{{Value: model.IntValue(int64(m))}}})
	}
	return out
}

// Seconds of the years 2001 to 2100: what a bare number of ten digits may mean.
const (
	firstEpoch = 978_307_200
	lastEpoch  = 4_133_980_800
)

// epochs adds the moments that a place's whole text may be in seconds or milliseconds since 1970.
func epochs(out []slot, i int, s *model.Segment, toks []normal.Token) []slot {
	t := strings.TrimSpace(s.Text)
	if len(t) != 10 && len(t) != 13 || !allDigits(t) {
		return out
	}
	n, err := strconv.ParseInt(t, 10, 64)
	if len(t) == 13 {
		n /= 1000
	}
	if err != nil || n < firstEpoch || n > lastEpoch {
		return out
	}
	alt := normal.Alt{Value: model.Value{Type: model.Instant, Num: n * 1_000_000}}
	return append(out, slot{seg: i, from: 0, to: len(s.Text), typ: sDate, alts: []normal.Alt{alt}})
}
