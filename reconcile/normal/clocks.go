package normal

// This file: the written forms of a time of day.

// LoneClock reads a text that is nothing but a time of day, in minutes since midnight: "10.30", "18h05", "9:00 Uhr".
func LoneClock(text string) (minutes int, ok bool) {
	s := &NewScanner().s
	if len(text) > 24 {
		return 0, false
	}
	s.text = text
	s.lex(0, len(text))
	from, to := s.skipSpace(0), len(s.lx)
	for to > from && s.at(to-1).kind == kSpace {
		to--
	}
	c, ok := s.clockAt(from, true)
	if !ok || c.to != to || c.to == c.from+1 || c.h == 24 {
		return 0, false
	}
	return c.h*60 + c.m, true
}

// clockPart is a time of day as recognised.
type clockPart struct {
	from, to int // lexemes
	h, m, s  int
	us       int // microseconds
	ok       bool
	seconds  bool // seconds were written: an offset may follow
	half     bool // am or pm was written
	zone     zonePart
	isoT     bool // joined to its date by T
}

// clockAfter reads the time that follows a date, with the small words and signs between.
func (s *scanner) clockAfter(d datePart) (clockPart, bool) {
	k, gap := s.afterDate(d)
	if k == d.to && s.at(k).r == 0 && s.at(k-1).kind == kNum {
		return clockPart{}, false
	}
	c, ok := s.clockAt(k, gap.strong)
	if !ok && gap.plain {
		c, ok = s.dottedClock(k)
	}
	if !ok {
		return c, false
	}
	c.from, c.isoT = d.to, gap.isoT
	if !c.zone.ok {
		if z, to, has := s.zoneAt(c.to, c, d.iso && (gap.isoT || c.seconds)); has {
			c.zone, c.to = z, to
		} else {
			c.zone = s.rangeZone(c.to)
		}
	}
	return c, true
}

// rangeZone gives the zone that stands behind the second time of a range and is that of both:
// "10:00am - 2:00pm (America/New_York)".
func (s *scanner) rangeZone(i int) zonePart {
	k := s.skipSpace(i)
	if !s.sign(k, '-') && !s.sign(k, dash) {
		return zonePart{}
	}
	second, ok := s.clockAt(s.skipSpace(k+1), false)
	if !ok {
		return zonePart{}
	}
	z, _, _ := s.zoneAt(second.to, second, false)
	return z
}

// gap is what stands between a date and its time.
type gap struct {
	strong bool // a word that announces a time of day
	plain  bool // nothing but a blank, or one sign
	isoT   bool
}

// afterDate steps over what may stand between a date and its time; at most ten lexemes.
func (s *scanner) afterDate(d datePart) (int, gap) {
	var g gap
	signs, words := 0, 0
	k := d.to
	for k < d.to+10 {
		l := s.free(k)
		switch l.kind {
		case kSpace:
		case kSign:
			if signs++; signs > 3 || !timeSign(l.r) {
				return k, g
			}
		case kWord:
			if raw := s.raw(k); k == d.to && (raw == "T" || raw == "t") && s.at(k+1).kind == kNum {
				g.isoT = true
				return k + 1, g
			}
			w := s.word(k)
			if words++; words > 3 || l.r != 0 || !s.words.link[w] {
				return k, g
			}
			g.strong = s.words.strong[w]
		default:
			g.plain = signs <= 1 && words == 0 && k > d.to
			return k, g
		}
		k++
	}
	return k, g
}

func timeSign(r rune) bool {
	switch r {
	case ',', ';', '|', '@', '-', dash, '(', '[', '·', '~', '.', ':', '/', '\'':
		return true
	}
	return false
}

// clockAt reads a time of day at lexeme i. strong says that a word before it announced a time, so that
// "18.00" and a bare "18" may be one.
func (s *scanner) clockAt(i int, strong bool) (clockPart, bool) {
	l := s.free(i)
	switch {
	case l.kind == kWord && l.r != 0:
		return s.cjkClock(i)
	case l.kind == kWord:
		return s.namedClock(i)
	case l.kind != kNum || l.n > 4:
		return clockPart{}, false
	}
	if p := s.at(i - 1); p.kind == kSign && (p.r == ':' || p.r == '.' || p.r == ',') && s.at(i-2).kind == kNum {
		return clockPart{}, false
	}
	if c, ok := s.colonClock(i); ok {
		return c, true
	}
	if c, ok := s.cjkClock(i); ok {
		return c, true
	}
	if c, ok := s.hourClock(i); ok {
		return c, true
	}
	if !strong {
		return clockPart{}, false
	}
	if c, ok := s.pointClock(i); ok {
		return c, true
	}
	h, ok := s.num(i, 1, 2)
	n := s.at(s.skipSpace(i + 1))
	bare := n.kind == kNone || n.kind == kSign && n.r != '%' && n.r != '$' && n.r != '€' && n.r != '£' && n.r != '/' && n.r != '.' && n.r != ':'
	return clockPart{from: i, to: i + 1, h: h, ok: true}, ok && h <= 24 && bare
}

// colonClock reads "18:00", "6:00 PM", "10:00:00.5".
func (s *scanner) colonClock(i int) (clockPart, bool) {
	h, ok := s.num(i, 1, 2)
	m, ok2 := s.num(i+2, 2, 2)
	if !ok || !ok2 || !s.sign(i+1, ':') || s.letterAt(i-1) && s.raw(i-1) != "T" {
		return clockPart{}, false
	}
	c := clockPart{from: i, to: i + 3, h: h, m: m}
	if sec, ok := s.num(i+4, 2, 2); ok && s.sign(i+3, ':') {
		c.s, c.seconds, c.to = sec, true, i+5
		if f := s.free(i + 6); f.kind == kNum && f.n <= 9 && (s.sign(i+5, '.') || s.sign(i+5, ',')) {
			c.us, c.to = micros(f.num, f.n), i+7
		}
	}
	if s.sign(c.to, ':') && s.at(c.to+1).kind == kNum {
		return c, false // an address or a ratio
	}
	s.half(&c)
	if w := s.word(s.skipSpace(c.to)); !c.half && (hourWord(w) || w == "g") {
		c.to = s.skipSpace(c.to) + 1
	}
	return c, c.valid()
}

// valid checks the ranges and marks the clock as read. 24:00 is the end of its day (ISO 8601).
func (c *clockPart) valid() bool {
	c.ok = c.h <= 23 && c.m <= 59 && c.s <= 60 || c.h == 24 && c.m == 0 && c.s == 0
	return c.ok
}

// micros turns the digits after the decimal sign of a second into microseconds.
func micros(v int64, digits int) int {
	for ; digits < 6; digits++ {
		v *= 10
	}
	for ; digits > 6; digits-- {
		v /= 10
	}
	return int(v)
}

// hourClock reads "6 pm", "18h30", "18 h", "18 Uhr 30", "18.00 Uhr", "1800 hrs".
func (s *scanner) hourClock(i int) (clockPart, bool) {
	if s.letterAt(i - 1) {
		return clockPart{}, false
	}
	if c, ok := s.pointClock(i); ok && (c.half || hourWord(s.word(c.to-1))) {
		return c, true
	}
	h, ok := s.num(i, 1, 2)
	if !ok {
		if hm, four := s.num(i, 4, 4); four && hourWord(s.word(s.skipSpace(i+1))) && s.word(s.skipSpace(i+1)) != "hours" {
			c := clockPart{from: i, to: s.skipSpace(i+1) + 1, h: hm / 100, m: hm % 100}
			return c, c.valid()
		}
		return clockPart{}, false
	}
	c := clockPart{from: i, to: i + 1, h: h}
	if s.half(&c); c.half {
		return c, c.valid()
	}
	k := s.skipSpace(i + 1)
	w := s.word(k)
	if w != "h" && w != "uhr" && w != "ure" {
		return clockPart{}, false
	}
	c.to = k + 1
	if s.sign(c.to, '.') && s.at(c.to+1).kind == kNum {
		return clockPart{}, false
	}
	m, ok := s.num(s.skipSpace(c.to), 2, 2)
	if ok && (w == "h" || s.at(c.to).kind == kSpace) && !s.sign(s.skipSpace(c.to)+1, '.') && !s.sign(s.skipSpace(c.to)+1, ':') {
		c.m, c.to = m, s.skipSpace(c.to)+1
	} else if w == "h" && k != i+1 {
		return clockPart{}, false // "24 h" is a duration; "18h" and "18 h 30" are times
	}
	return c, c.valid()
}

// pointClock reads "18.00" and "18.00 Uhr", "6.30 pm".
func (s *scanner) pointClock(i int) (clockPart, bool) {
	h, ok := s.num(i, 1, 2)
	m, ok2 := s.num(i+2, 2, 2)
	if !ok || !ok2 || !s.sign(i+1, '.') || s.sign(i+3, '.') && s.at(i+4).kind == kNum {
		return clockPart{}, false
	}
	c := clockPart{from: i, to: i + 3, h: h, m: m}
	s.half(&c)
	if k := s.skipSpace(c.to); hourWord(s.word(k)) {
		c.to = k + 1
	}
	return c, c.valid()
}

// dottedClock reads "10.30" right after a date, where no currency stands beside it. Minutes that are
// no multiple of five are more likely cents.
func (s *scanner) dottedClock(i int) (clockPart, bool) {
	c, ok := s.pointClock(i)
	if !ok || c.m%5 != 0 || s.letterAt(c.to) {
		return c, false
	}
	if _, _, money := s.currencyAfter(c.to); money || s.sign(s.skipSpace(c.to), '%') {
		return c, false
	}
	return c, true
}

// hourWord reports the words that mean "o'clock".
func hourWord(w string) bool {
	switch w {
	case "uhr", "h", "hs", "hrs", "hours", "uur", "heures", "hodin", "horas", "ure", "hod", "kl", "ora":
		return true
	}
	return false
}

// half reads am or pm after a time and turns the hour into that of a day of 24. An hour over twelve
// with a pm is a slip that means the same.
func (s *scanner) half(c *clockPart) {
	k := s.skipSpace(c.to)
	w := s.word(k)
	pm := false
	switch w {
	case "am", "pm":
		pm = w == "pm"
		if s.raw(k) == "am" && s.germanAm(k+1) {
			return
		}
		k++
		if s.sign(k, '.') && s.at(k+1).kind == kNone {
			k++
		}
	case "a", "p", "m": // a.m., p. m., and the Greek π.μ., μ.μ.
		greek := s.raw(k) == "π" || s.raw(k) == "μ"
		j := k + 1
		if s.sign(j, '.') {
			j++
		}
		if j = s.skipSpace(j); s.word(j) != "m" || w == "m" && !greek {
			return
		}
		pm = w == "p" && !greek || w == "m" && greek
		if k = j + 1; s.sign(k, '.') {
			k++
		}
	default:
		return
	}
	c.to, c.half = k, true
	switch {
	case c.h == 12 && !pm:
		c.h = 0
	case c.h < 12 && pm:
		c.h += 12
	}
}

// germanAm reports whether "am" is the German "on the" of "10:00 am 3. Mai".
func (s *scanner) germanAm(k int) bool {
	k = s.skipSpace(k)
	if s.at(k).kind == kNum && s.sign(k+1, '.') {
		return true
	}
	mask, ok := s.words.weekdays[s.word(k)]
	return ok && mask != 0 && len(s.word(k)) > 6 && s.word(k)[len(s.word(k))-1] == 'g'
}

// namedClock reads noon and midnight.
func (s *scanner) namedClock(i int) (clockPart, bool) {
	switch s.word(i) {
	case "noon", "midday":
		return clockPart{from: i, to: i + 1, h: 12, ok: true}, true
	case "midnight":
		return clockPart{from: i, to: i + 1, ok: true}, true
	}
	return clockPart{}, false
}

// cjkClock reads "18時30分", "午後3時30分", "下午3:30", "3点半", "오후 3시 30분".
func (s *scanner) cjkClock(i int) (clockPart, bool) {
	c := clockPart{from: i}
	k, pm, half := s.cjkHalf(i)
	k = s.skipSpace(k)
	h, ok := s.num(k, 1, 2)
	if !ok {
		return c, false
	}
	c.h = h
	unit := s.skipSpace(k + 1)
	switch r := s.free(unit).r; {
	case s.at(unit).kind == kWord && (r == '時' || r == '时' || r == '点' || r == '點' || r == '시'):
		c.to = unit + 1
		if s.at(c.to).r == '半' {
			c.m, c.to = 30, c.to+1
		} else if m, ok := s.num(s.skipSpace(c.to), 1, 2); ok && s.unit(s.skipSpace(c.to), '分', '분') {
			c.m, c.to = m, s.skipSpace(s.skipSpace(c.to)+1)+1
		} else if s.at(unit+1).r == '間' || s.at(unit+1).r == '간' {
			return c, false // a duration in hours
		}
	case half && s.sign(k+1, ':'):
		m, ok := s.num(k+2, 2, 2)
		if !ok {
			return c, false
		}
		c.m, c.to = m, k+3
	default:
		return c, false
	}
	if pm && c.h < 12 {
		c.h += 12
	}
	return c, c.valid()
}

// clockStart is where the time begins whose first number is lexeme i: at the word for the half of the day.
func (s *scanner) clockStart(i int) int {
	for _, k := range [...]int{i - 2, i - 3} {
		if to, _, ok := s.cjkHalf(k); ok && s.skipSpace(to) == i {
			return k
		}
	}
	return i
}

// cjkHalf steps over the word for the half of the day before a time.
func (s *scanner) cjkHalf(i int) (to int, pm, ok bool) {
	switch a, b := s.free(i).r, s.free(i+1).r; {
	case a == '午' && b == '後', a == '下' && b == '午', a == '오' && b == '후', a == '晚' && b == '上':
		return i + 2, true, true
	case a == '午' && b == '前', a == '上' && b == '午', a == '오' && b == '전':
		return i + 2, false, true
	}
	return i, false, false
}
