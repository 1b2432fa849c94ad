package normal

// This file: the dates that begin with a year, and those of East Asia.

// yearFirst reads "2026-05-03", "2026/5/3", "2026. 05. 03.", "2026 May 3", "2026. május 3.".
func (s *scanner) yearFirst(i int) (datePart, bool) {
	y, _ := s.num(i, 4, 4)
	if y < 1900 || y >= 2200 || s.joinedLeft(i) {
		return datePart{}, false
	}
	sep := s.free(i + 1).r
	j := i + 1
	if s.free(j).kind == kSign && (sep == '-' || sep == '/' || sep == '.') {
		j++
	} else {
		sep = 0
	}
	if sep != '-' {
		j = s.skipSpace(j)
	}
	if m, to, ok := s.monthAt(j); ok && j > i+1 {
		return s.yearMonthDay(i, y, m, to)
	}
	m, ok := s.num(j, 1, 2)
	if !ok || sep == 0 || !s.sign(j+1, sep) {
		return datePart{}, false
	}
	k := j + 2
	if sep == '.' {
		k = s.skipSpace(k)
	}
	day, ok := s.num(k, 1, 2)
	if !ok || s.joinedRight(k, sep) {
		return datePart{}, false
	}
	d := datePart{from: i, to: k + 1, iso: sep == '-', alts: []reading{{"", y, m, day}}}
	if sep == '.' && s.sign(k+1, '.') {
		d.to++
	}
	return d, true
}

// yearMonthDay reads the day after a year and a month's name.
func (s *scanner) yearMonthDay(i, y int, m month, k int) (datePart, bool) {
	if s.sign(k, '-') {
		k++
	}
	k = s.skipSpace(k)
	day, ok := s.num(k, 1, 2)
	if !ok || s.decimalAfter(k) || s.sign(k+1, ':') {
		return datePart{}, false
	}
	return datePart{from: i, to: s.ordinal(k), alts: []reading{{"", y, m.n, day}}}, true
}

// compactDate reads the basic ISO form, only with its time: "20260503T100000Z". Eight digits alone are
// more often a number.
func (s *scanner) compactDate(i int) (datePart, bool) {
	l := s.at(i)
	if s.joinedLeft(i) || s.raw(i+1) != "T" || s.at(i+2).kind != kNum {
		return datePart{}, false
	}
	n := int(l.num)
	d := datePart{from: i, to: i + 1, iso: true, alts: []reading{{"", n / 10000, n / 100 % 100, n % 100}}}
	t := s.free(i + 2)
	if t.n != 6 && t.n != 4 {
		return d, false
	}
	hms := int(t.num)
	if t.n == 4 {
		hms *= 100
	}
	c := clockPart{from: i + 2, to: i + 3, h: hms / 10000, m: hms / 100 % 100, s: hms % 100, seconds: true}
	if c.h > 23 || c.m > 59 || c.s > 60 || s.letterAt(i+3) && s.raw(i+3) != "Z" {
		return d, false
	}
	c.ok = true
	if z, to, ok := s.zoneAt(i+3, c, true); ok {
		c.zone, c.to = z, to
	}
	d.time, d.to = c, c.to
	return d, true
}

// cjkDate reads "2026年5月3日", "5月3日", "2026년 5월 3일" and years of the era Reiwa.
func (s *scanner) cjkDate(i int) (datePart, bool) {
	d := datePart{from: i, yearless: true, alts: []reading{{}}}
	r := &d.alts[0]
	k := i
	if y, ok := s.num(i, 1, 4); ok && s.unit(i, '年', '년') {
		r.y, d.yearless = y, false
		d.shortYear = s.at(i).n == 2
		if s.at(i-1).r == '和' && s.at(i-2).r == '令' {
			r.y, d.shortYear, d.from = y+2018, false, i-2
		}
		k = s.skipSpace(s.skipSpace(i+1) + 1)
	}
	m, ok := s.num(k, 1, 2)
	if !ok || !s.unit(k, '月', '월') {
		return d, false
	}
	k = s.skipSpace(s.skipSpace(k+1) + 1)
	day, ok := s.num(k, 1, 2)
	if !ok || !s.unit(k, '日', '일') && !s.unit(k, '号', '號') {
		return d, false
	}
	r.m, r.d = m, day
	d.to = s.skipSpace(k+1) + 1
	return d, true
}

// unit reports whether the number at i is followed by one of two unit characters.
func (s *scanner) unit(i int, a, b rune) bool {
	l := s.free(s.skipSpace(i + 1))
	return l.kind == kWord && (l.r == a || l.r == b)
}
