package normal

// This file: the written forms of a date.

import (
	"unicode"
	"unicode/utf8"
)

// monthAt reads a month's name at lexeme i, with the point of an abbreviation.
func (s *scanner) monthAt(i int) (m month, to int, ok bool) {
	l := s.free(i)
	if l.kind != kWord || l.r != 0 || l.to-l.from > 40 {
		return m, 0, false
	}
	m, ok = s.words.months[s.word(i)]
	if !ok {
		return m, 0, false
	}
	if first, _ := utf8.DecodeRuneInString(s.raw(i)); m.weak && unicode.IsUpper(first) {
		m.weak = feebleMonth(s.word(i))
	}
	to = i + 1
	if s.sign(to, '.') {
		to++
	}
	return m, to, true
}

// feebleMonth reports the abbreviations that are everyday words even with a capital, or labels.
func feebleMonth(w string) bool {
	switch w {
	case "out", "set", "ago", "pro", "led", "ara", "mag", "gen", "lip", "tra", "ser", "ver", "lis", "kas", "eki", "elo", "dub", "sie":
		return true
	}
	return false
}

// monthFirst reads "June 20, 2022", "Jun 20 10:00:00 2022" and "May-03-26", with i on the day.
func (s *scanner) monthFirst(i int) (datePart, bool) {
	day, ok := s.num(i, 1, 2)
	if !ok || day < 1 || day > 31 {
		return datePart{}, false
	}
	k := i - 1
	join := s.sign(k, '-') || s.sign(k, '/')
	if s.at(k).kind == kSpace || join {
		k--
	}
	if s.sign(k, '.') {
		k--
	}
	m, to, ok := s.monthAt(k)
	if !ok || to < i-1 || s.sign(k-1, '.') || s.letterAt(k-1) {
		return datePart{}, false
	}
	d := datePart{from: k, to: s.ordinal(i), alts: []reading{{m: m.n, d: day}}}
	if !join && s.longerDate(i) || s.decimalAfter(i) || s.sign(i+1, ':') && s.at(i+2).kind == kNum || s.sign(i+1, '%') {
		return datePart{}, false
	}
	if y, to, short, ok := s.yearAfter(d.to, join); ok {
		d.alts[0].y, d.to, d.shortYear = y, to, short
		return d, true
	}
	if s.timeThenYear(&d) {
		return d, true
	}
	d.yearless = true
	return d, !m.weak && !s.letterAt(d.to)
}

// longerDate reports whether a number begins a date of its own: 21/06/2022 or 21-06-2022.
func (s *scanner) longerDate(i int) bool {
	n := s.at(i + 2)
	if n.kind != kNum {
		return false
	}
	return s.sign(i+1, '/') || s.sign(i+1, '-') && (n.n > 2 || s.sign(i+3, '-'))
}

// timeThenYear reads the rest of a date as C and JavaScript print it: "Sep 10 10:00:00 UTC 2025".
func (s *scanner) timeThenYear(d *datePart) bool {
	k := s.skipSpace(d.to)
	if k == d.to {
		return false
	}
	c, ok := s.clockAt(k, false)
	if !ok {
		return false
	}
	if z, to, has := s.zoneAt(c.to, c, false); has {
		c.zone, c.to = z, to
	}
	k = s.skipSpace(c.to)
	y, ok := s.num(k, 4, 4)
	if !ok || y < 1970 || y > 2100 || k == c.to {
		return false
	}
	d.alts[0].y, d.to = y, k+1
	d.time = c
	return true
}

// dayFirst reads what begins with a day or with one of two small numbers: "20 June 2022", "3.5.2026",
// "5/3/26", "3.5. 10:00".
func (s *scanner) dayFirst(i int) (datePart, bool) {
	if s.joinedLeft(i) {
		return datePart{}, false
	}
	if d, ok := s.dayMonthName(i); ok {
		return d, true
	}
	return s.dayMonthNumber(i)
}

// dayMonthName reads "20 June 2022", "20. Juni 2022", "20 de junio de 2022", "1er août", "03-May-26".
func (s *scanner) dayMonthName(i int) (datePart, bool) {
	day, ok := s.num(i, 1, 2)
	if !ok || day < 1 || day > 31 {
		return datePart{}, false
	}
	k := s.ordinal(i)
	join := s.sign(k, '-') || s.sign(k, '/')
	if join {
		k++
	}
	k = s.skipSpace(k)
	if w := s.word(k); dateOf(w) {
		k++
		if s.sign(k, '\'') {
			k++
		}
		k = s.skipSpace(k)
	}
	m, to, ok := s.monthAt(k)
	if !ok || s.sign(to, '\'') && s.letterAt(to+1) || s.letterAt(to) {
		return datePart{}, false
	}
	d := datePart{from: i, to: to, alts: []reading{{m: m.n, d: day}}}
	if y, to, short, ok := s.yearAfter(to, join); ok {
		d.alts[0].y, d.to, d.shortYear = y, to, short
		return d, true
	}
	d.yearless = true
	if s.sign(to-1, '.') && to-1 > k {
		// keep the abbreviation's point: it belongs to the date
		d.to = to
	}
	return d, !m.weak
}

// dateOf reports the small words between day, month and year of the Romance languages and English.
func dateOf(w string) bool {
	switch w {
	case "de", "of", "d", "di", "del", "do", "den", "the":
		return true
	}
	return false
}

// yearAfter reads the year after a day and a month, with the words and signs before it.
func (s *scanner) yearAfter(i int, join bool) (y, to int, short, ok bool) {
	k := i
	switch {
	case join && (s.sign(k, '-') || s.sign(k, '/')):
		k++
	case s.sign(k, ','):
		k++
	}
	gap := k
	k = s.skipSpace(k)
	if dateOf(s.word(k)) && s.at(k+1).kind == kSpace {
		k += 2
	}
	if s.sign(k, '\'') {
		if y, ok = s.num(k+1, 2, 2); ok {
			return y, k + 2, true, !s.letterAt(k + 2)
		}
		return 0, 0, false, false
	}
	if k == i {
		return 0, 0, false, false
	}
	if y, ok = s.num(k, 4, 4); ok && y >= 1900 && y < 2200 && !s.decimalAfter(k) {
		return y, k + 1, false, true
	}
	if y, ok = s.num(k, 2, 2); !ok || s.decimalAfter(k) {
		return 0, 0, false, false
	}
	if join && gap == k {
		return y, k + 1, true, !s.letterAt(k + 1)
	}
	return y, k + 1, true, k == s.skipSpace(i) && s.loneYear(k)
}

// loneYear reports whether a two-digit number after "3 May" can only be a year: nothing after it makes
// it a time, a count or the day of another date.
func (s *scanner) loneYear(k int) bool {
	if y, _ := s.num(k, 2, 2); abs(s.century(y)-s.ref.Year()) > 3 {
		return false
	}
	n := s.at(k + 1)
	if n.kind == kSpace {
		n = s.at(k + 2)
		if _, clock := s.clockAt(k+2, false); clock {
			return true
		}
		if n.kind == kWord {
			w := s.word(k + 2)
			_, isMonth := s.words.months[w]
			return !isMonth && s.words.link[w] && !hourWord(w) && w != "de"
		}
	}
	return n.kind == kNone || n.kind == kSign && (n.r == ',' || n.r == ')' || n.r == ';' || n.r == '|' || n.r == dash || n.r == '.' || n.r == '@')
}

// ordinal steps over the ordinal mark of a day: "3rd", "1er", "3.", "1º", "3-го", "3:e".
func (s *scanner) ordinal(i int) int {
	k := i + 1
	switch {
	case s.sign(k, '.') || s.sign(k, 'º') || s.sign(k, 'ª') || s.sign(k, '°'):
		return k + 1
	case s.sign(k, ':') && s.word(k+1) == "e":
		return k + 2
	case s.sign(k, '-') && ordinalWord(s.word(k+1)):
		return k + 2
	case ordinalWord(s.word(k)):
		return k + 1
	}
	return k
}

func ordinalWord(w string) bool {
	switch w {
	case "st", "nd", "rd", "th", "er", "ere", "re", "e", "o", "a", "go", "ogo", "e.", "an", "en", "i", "ro", "do", "to", "mo":
		return true
	}
	return false
}

// dayMonthNumber reads dates of numbers alone that do not begin with a year of four digits. With
// points the day comes first, everywhere; with slashes and hyphens both orders are kept.
func (s *scanner) dayMonthNumber(i int) (datePart, bool) {
	a, ok := s.num(i, 1, 2)
	sep := s.free(i + 1).r
	if !ok || s.free(i+1).kind != kSign || sep != '.' && sep != '/' && sep != '-' {
		return datePart{}, false
	}
	j := i + 2
	if sep != '-' {
		j = s.skipSpace(j)
	}
	b, ok := s.num(j, 1, 2)
	if !ok || sep == '/' && j != i+2 {
		return datePart{}, false
	}
	k := j + 1
	if !s.sign(k, sep) {
		return s.dayMonthOnly(i, j, a, b, sep)
	}
	k++
	if sep == '.' {
		k = s.skipSpace(k)
	}
	c := s.free(k)
	if c.kind != kNum || c.n != 2 && c.n != 4 || k > j+2 && c.n == 2 {
		return s.dayMonthOnly(i, j, a, b, sep)
	}
	if s.joinedRight(k, sep) {
		return datePart{}, false
	}
	y := int(c.num)
	d := datePart{from: i, to: k + 1, shortYear: c.n == 2, alts: []reading{{DMY, y, b, a}}}
	if sep != '.' {
		d.alts = append(d.alts, reading{MDY, y, a, b})
		if c.n == 2 && s.at(i).n == 2 && s.at(j).n == 2 {
			d.alts = append(d.alts, reading{YMD, a, b, y})
		}
	}
	return d, true
}

// dayMonthOnly reads "3.5." and "3/5": dates only with a weekday, a date word or a time beside them.
func (s *scanner) dayMonthOnly(i, j, a, b int, sep rune) (datePart, bool) {
	d := datePart{from: i, to: j + 1, yearless: true, needTime: true, alts: []reading{{DMY, 0, b, a}}}
	switch sep {
	case '.':
		if !s.sign(j+1, '.') || s.at(j+2).kind == kNum {
			return d, false
		}
		d.to++
	case '/':
		if s.joinedRight(j, sep) {
			return d, false
		}
		if y, ok := s.num(j+2, 4, 4); ok && s.at(j+1).kind == kSpace && y >= 1900 && y < 2200 && !s.decimalAfter(j+2) { // "2/3 2026", as Swedes write
			return datePart{from: i, to: j + 3, alts: []reading{{DMY, y, b, a}, {MDY, y, a, b}}}, true
		}
		d.alts = append(d.alts, reading{MDY, 0, a, b})
	default:
		return d, false
	}
	return d, true
}

// joinedLeft reports whether a number is the tail of something longer: a code, a path, a decimal.
func (s *scanner) joinedLeft(i int) bool {
	l := s.at(i - 1)
	if l.kind == kWord {
		return l.r == 0
	}
	if l.kind != kSign {
		return false
	}
	switch l.r {
	case '.', '/', '-', '_':
		p := s.at(i - 2)
		return !p.taken && (p.kind == kNum || p.kind == kWord && p.r == 0)
	case '#', ':':
		return s.at(i-2).kind == kNum && l.r == ':'
	}
	return false
}

// joinedRight reports whether the date that ends in number i goes on as something longer.
func (s *scanner) joinedRight(i int, sep rune) bool {
	switch l := s.at(i + 1); l.kind {
	case kWord:
		w := s.raw(i + 1)
		return l.r == 0 && w != "T" && w != "t" && w != "Z" && s.word(i+1) != "r" && s.word(i+1) != "g"
	case kSign:
		return (l.r == sep || l.r == '_' || l.r == '/' && sep != '.') && s.at(i+2).kind == kNum
	}
	return false
}

// decimalAfter reports whether a number goes on behind a decimal sign or a colon.
func (s *scanner) decimalAfter(i int) bool {
	l := s.at(i + 1)
	return l.kind == kSign && (l.r == '.' || l.r == ',' || l.r == ':') && s.at(i+2).kind == kNum && (l.r != ',' || s.at(i+2).n != 4)
}

// dateWordBefore reports whether a word that announces dates stands before lexeme i.
func (s *scanner) dateWordBefore(i int) bool {
	k := i - 1
	if s.at(k).kind == kSpace {
		k--
	}
	return s.words.dayPrefix[s.word(k)]
}
