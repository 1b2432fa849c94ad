package normal

// This file: the pass over dates and times of day, and how a date, a time and a zone become values.

import (
	"time"

	"salvage/model"
)

// reading is one way to read a date.
type reading struct {
	tag     string
	y, m, d int
}

// datePart is a date as recognised, before its year and order are settled.
type datePart struct {
	from, to  int // lexemes
	alts      []reading
	weekday   uint8 // bits of the weekday that stands beside it, 0 for none
	yearless  bool
	shortYear bool
	iso       bool // year first with hyphens: an offset may follow a time directly
	needTime  bool // too bare to be a date unless a time or a weekday stands beside it
	time      clockPart
}

// dates finds dates and times of day, from left to right.
func (s *scanner) dates() {
	for _, i := range s.nums {
		if s.lx[i].taken {
			continue
		}
		s.dayRange(i)
		if d, ok := s.dateAt(i); ok {
			s.emitDate(s.withTime(d))
			continue
		}
		if c, ok := s.clockAt(s.clockStart(i), false); ok {
			s.clockThenDate(c)
		}
	}
}

// dateAt reads the date whose first number is lexeme i, with the weekdays beside it. Every date that it
// returns is valid under at least one reading.
func (s *scanner) dateAt(i int) (datePart, bool) {
	var d datePart
	var ok bool
	switch l := s.free(i); {
	case l.kind != kNum || l.n > 8:
		return d, false
	case l.n <= 2:
		d, ok = s.smallFirst(i)
	case l.n == 4:
		if d, ok = s.yearFirst(i); !ok {
			d, ok = s.cjkDate(i)
		}
	case l.n == 8:
		d, ok = s.compactDate(i)
	}
	if !ok {
		return d, false
	}
	s.weekdayBefore(&d)
	s.weekdayAfter(&d)
	if !s.settle(&d) {
		return d, false
	}
	if d.needTime && d.weekday == 0 && !s.dateWordBefore(d.from) {
		d = s.withTime(d)
		return d, d.time.ok
	}
	return d, true
}

// smallFirst reads a date whose first number is of one or two digits. In "Out 10 Jun 2022" the word before
// is a label, not the Portuguese October: a date that names its year goes before one that does not.
func (s *scanner) smallFirst(i int) (datePart, bool) {
	m, ok := s.monthFirst(i)
	if ok && !m.yearless {
		return m, true
	}
	if d, has := s.dayFirst(i); has && (!ok || !d.yearless) {
		return d, true
	}
	if ok {
		return m, true
	}
	return s.cjkDate(i)
}

// settle resolves years, drops readings that are no dates, and lets a weekday choose among the rest.
func (s *scanner) settle(d *datePart) bool {
	kept := d.alts[:0]
	hunt := d.weekday
	for _, r := range d.alts {
		if y := s.nearYear(r, 0); d.yearless && y > 0 && onWeekday(y, r.m, r.d, d.weekday) {
			hunt = 0 // a reading is right in its next year: no other year need be tried
		}
	}
	for _, r := range d.alts {
		switch {
		case d.yearless:
			r.y = s.nearYear(r, hunt)
		case d.shortYear:
			r.y = s.century(r.y)
		}
		if r.y >= 1900 && r.y < 2200 && validDate(r.y, r.m, r.d) {
			kept = append(kept, r)
		}
	}
	if d.shortYear {
		kept = s.plausible(kept)
	}
	d.alts = byWeekday(kept, d.weekday)
	if len(d.alts) == 2 && d.alts[0].m == d.alts[1].m && d.alts[0].d == d.alts[1].d && d.alts[0].y == d.alts[1].y {
		d.alts = d.alts[:1] // 5/5 is the same day in both orders
	}
	if len(d.alts) == 1 {
		d.alts[0].tag = ""
	}
	return len(d.alts) > 0
}

// plausible drops year-first readings of two-digit years unless they are the near ones: "24/05/25" may
// be read from either end, "26-05-03" in a message of 2026 only from the front.
func (s *scanner) plausible(rs []reading) []reading {
	near := func(r reading) bool { return abs(r.y-s.ref.Year()) <= 5 }
	others := false
	for _, r := range rs {
		others = others || r.tag != YMD && near(r)
	}
	ymd := false
	for _, r := range rs {
		ymd = ymd || r.tag == YMD && near(r)
	}
	kept := rs[:0]
	for _, r := range rs {
		if r.tag == YMD && !ymd || r.tag != YMD && ymd && !others {
			continue
		}
		kept = append(kept, r)
	}
	return kept
}

// byWeekday keeps the readings that fall on the weekday; all of them when none does, for a wrong
// weekday beside a date is a slip of the writer.
func byWeekday(rs []reading, mask uint8) []reading {
	if mask == 0 {
		return rs
	}
	n := 0
	for _, r := range rs {
		if onWeekday(r.y, r.m, r.d, mask) {
			n++
		}
	}
	if n == 0 || n == len(rs) {
		return rs
	}
	kept := rs[:0]
	for _, r := range rs {
		if onWeekday(r.y, r.m, r.d, mask) {
			kept = append(kept, r)
		}
	}
	return kept
}

func onWeekday(y, m, d int, mask uint8) bool {
	return mask>>uint(time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC).Weekday())&1 == 1
}

// nearYear is the year of a date without one: the first from the day before ref on; with a weekday,
// the nearest year around in which the date falls on it.
func (s *scanner) nearYear(r reading, mask uint8) int {
	floor := s.ref.AddDate(0, 0, -1)
	floor = time.Date(floor.Year(), floor.Month(), floor.Day(), 0, 0, 0, 0, time.UTC)
	next := 0
	for y := floor.Year(); y <= floor.Year()+8; y++ { // 29 February may be eight years away
		if validDate(y, r.m, r.d) && !time.Date(y, time.Month(r.m), r.d, 0, 0, 0, 0, time.UTC).Before(floor) {
			next = y
			break
		}
	}
	if next == 0 || mask == 0 || onWeekday(next, r.m, r.d, mask) {
		return next
	}
	for _, y := range [...]int{next - 1, next + 1} {
		if validDate(y, r.m, r.d) && onWeekday(y, r.m, r.d, mask) {
			return y
		}
	}
	return next
}

// century completes a two-digit year to the nearest one not more than twenty years after ref.
func (s *scanner) century(yy int) int {
	y := s.ref.Year()/100*100 + yy
	switch last := s.ref.Year() + 20; {
	case y > last:
		return y - 100
	case y+100 <= last:
		return y + 100
	}
	return y
}

func validDate(y, m, d int) bool {
	if m < 1 || m > 12 || d < 1 || d > 31 {
		return false
	}
	return d <= 28 || time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC).Day() == d
}

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}

// withTime adds the time of day that follows a date, unless the date has one already.
func (s *scanner) withTime(d datePart) datePart {
	if d.time.ok {
		return d
	}
	if c, ok := s.clockAfter(d); ok {
		d.time, d.to = c, c.to
	}
	return d
}

// clockThenDate emits a time of day, joined to the date that follows it, if one does: "10:00 on 3 May".
func (s *scanner) clockThenDate(c clockPart) {
	bare := c
	if z, to, has := s.zoneAt(c.to, c, false); has {
		c.zone, c.to = z, to
	}
	d, ok := s.dateFollowing(c)
	if ok && !s.endsRange(c.from) {
		if own, has := s.clockAfter(d); has {
			// Clock, date, clock: the first clock belongs to the date only when another date
			// takes the second one ("10:00 3 May 18:00 5 May").
			_, ok = s.dateFollowing(own)
		}
		if ok {
			if !c.zone.ok {
				if z, to, has := s.zoneAt(d.to, c, d.iso); has {
					c.zone, d.to = z, to
				}
			}
			d.time, d.from = c, c.from
			s.emitDate(d)
			return
		}
	}
	s.take(bare.from, bare.to, Token{Type: Clock, Alts: []Alt{{Value: model.IntValue(int64(c.h*60 + c.m))}}})
}

// dateFollowing reads the date right after a time of day, with at most a few small words between.
func (s *scanner) dateFollowing(c clockPart) (datePart, bool) {
	for k := c.to; k < c.to+10; k++ {
		l := s.free(k)
		if l.kind == kNone {
			return datePart{}, false
		}
		if l.kind != kNum {
			continue
		}
		d, ok := s.dateAt(k)
		if !ok || d.time.ok || d.from < c.to || !s.onlyLinks(c.to, d.from) {
			return datePart{}, false
		}
		return d, true
	}
	return datePart{}, false
}

// onlyLinks reports whether nothing but blanks, light signs and small words stand between two lexemes.
func (s *scanner) onlyLinks(from, to int) bool {
	for i := from; i < to; i++ {
		switch l := s.free(i); l.kind {
		case kSpace:
		case kSign:
			if l.r != ',' && l.r != '-' && l.r != dash && l.r != '|' && l.r != '(' && l.r != '·' && l.r != '/' && l.r != '.' {
				return false
			}
		case kWord:
			if !s.words.before[s.word(i)] {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// endsRange reports whether a time of day is the end of a range of times: "10:00 - 12:00, 3 May".
func (s *scanner) endsRange(i int) bool {
	for k := i - 1; k >= i-5; k-- {
		switch l := s.at(k); {
		case l.kind == kSpace:
		case l.kind == kSign && (l.r == '-' || l.r == dash):
			p := s.at(k - 1)
			if p.kind == kSpace {
				p = s.at(k - 2)
			}
			return p.taken
		default:
			return false
		}
	}
	return false
}

// emitDate makes the token of a date and its time.
func (s *scanner) emitDate(d datePart) {
	t := Token{Type: Date, Yearless: d.yearless, Alts: make([]Alt, 0, len(d.alts))}
	for _, r := range d.alts {
		t.Alts = append(t.Alts, Alt{Tag: r.tag, Value: d.time.on(r)})
	}
	s.take(d.from, d.to, t)
}

// on places the time of day on a date, in its zone when it states one.
func (c clockPart) on(r reading) model.Value {
	if !c.ok {
		return model.DateValue(r.y, time.Month(r.m), r.d)
	}
	loc := time.UTC
	if c.zone.ok {
		loc = c.zone.loc
	}
	t := time.Date(r.y, time.Month(r.m), r.d, c.h, c.m, c.s, c.us*1000, loc)
	if c.zone.ok {
		return model.InstantValue(t)
	}
	return model.LocalValue(t)
}
