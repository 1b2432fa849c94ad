package normal

// This file: ranges of dates, whose ends complete each other.

import (
	"strings"
	"time"

	"salvage/model"
)

// joinRanges completes the dates of one line that stand as a range: in "3 May – 5 May 2026" the first
// takes its year from the second, and in "28 Dec – 3 Jan" the first cannot be the later one.
func (s *scanner) joinRanges(got []Token) {
	for i := 0; i+1 < len(got); i++ {
		a, b := &got[i], &got[i+1]
		if a.Type == Date && b.Type == Clock && i+2 < len(got) {
			b = &got[i+2] // "3 May 10:00 – 12:00 5 May": rare, but the date is what counts
		}
		if a.Type != Date || b.Type != Date || !a.Yearless || !isRange(s.text[a.To:b.From]) {
			continue
		}
		last := b.Alts[0].Value
		for j := range a.Alts {
			v := &a.Alts[j].Value
			switch {
			case !b.Yearless:
				*v = inYearUpTo(*v, last)
			case v.Num > last.Num:
				*v = addYears(*v, -1)
			}
		}
		a.Yearless = a.Yearless && b.Yearless
	}
}

// dayRange emits the first day of "3-5 May 2026", and both days of "May 3 - 5, 2026": the second end does
// not repeat the month, or the first leaves it to the second.
func (s *scanner) dayRange(i int) {
	first, ok := s.num(i, 1, 2)
	if !ok || s.joinedLeft(i) {
		return
	}
	k := i + 1
	if s.sign(k, '.') {
		k++
	}
	k = s.skipSpace(k)
	if !s.sign(k, '-') && !s.sign(k, dash) && !rangeWord(s.word(k)) {
		return
	}
	j := s.skipSpace(k + 1)
	second, ok := s.num(j, 1, 2)
	if !ok || first >= second {
		return
	}
	if d, ok := s.dayMonthName(j); ok && s.settle(&d) {
		r := d.alts[0]
		if validDate(r.y, r.m, first) {
			s.emitDate(datePart{from: i, to: i + 1, yearless: d.yearless, alts: []reading{{"", r.y, r.m, first}}})
		}
		return
	}
	d, ok := s.monthFirst(i)
	if !ok || !d.yearless {
		return
	}
	to := s.ordinal(j)
	y, end, short, ok := s.yearAfter(to, false)
	if !ok || short || !validDate(y, d.alts[0].m, first) || !validDate(y, d.alts[0].m, second) {
		return
	}
	s.weekdayBefore(&d)
	s.emitDate(datePart{from: d.from, to: d.to, alts: []reading{{"", y, d.alts[0].m, first}}})
	s.emitDate(s.withTime(datePart{from: j, to: end, alts: []reading{{"", y, d.alts[0].m, second}}}))
}

// rangeWord reports the words for "to" between two days.
func rangeWord(w string) bool {
	switch w {
	case "to", "bis", "au", "al", "a", "ate", "tot", "till", "til", "do", "po", "until", "through":
		return true
	}
	return false
}

// isRange reports whether the words between two dates make them the ends of a range.
func isRange(between string) bool {
	if len(between) > 24 {
		return false
	}
	w := strings.Trim(between, " \t\u00a0,.()")
	switch w {
	case "-", "–", "—", "→", "->", "=>", "~", "～", "〜", "から":
		return true
	}
	switch Fold(w) {
	case "to", "until", "till", "through", "thru", "bis", "bis zum", "au", "jusqu au", "al", "hasta", "hasta el", "a", "ate", "tot", "till och med", "til", "do", "po", "tot en met", "bis einschliesslich", "and", "und", "et", "y", "e":
		return true
	}
	return false
}

// inYearUpTo moves a date into the last year in which it is not after the other end of its range.
func inYearUpTo(v, last model.Value) model.Value {
	v = addYears(v, last.Time().Year()-v.Time().Year())
	if v.Num > last.Num && v.Num-last.Num > 24*int64(time.Hour/time.Microsecond) {
		v = addYears(v, -1)
	}
	return v
}

// addYears moves a date by whole years; a 29 February that the year lacks stays where it is.
func addYears(v model.Value, years int) model.Value {
	t := v.Time()
	moved := t.AddDate(years, 0, 0)
	if moved.Day() != t.Day() {
		return v
	}
	v.Num = moved.UnixMicro()
	return v
}
