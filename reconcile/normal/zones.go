package normal

// This file: the zones that a text states behind a time.

import (
	"strings"
	"time"
)

// zonePart is a zone as stated.
type zonePart struct {
	loc *time.Location
	ok  bool
}

// zoneAt reads the zone behind a time: Z, an offset, UTC and GMT with and without one, an abbreviation
// of one plain meaning, an IANA name, bare or in brackets. offsets says that a bare offset may follow
// directly, as after an ISO time; elsewhere "10:00-12:00" is a range.
func (s *scanner) zoneAt(i int, c clockPart, offsets bool) (zonePart, int, bool) {
	k := s.skipSpace(i)
	open := s.sign(k, '(') || s.sign(k, '[')
	if open {
		k++
	}
	z, to, ok := s.bareZone(k, c, offsets && k == i, open)
	if !ok {
		return zonePart{}, i, false
	}
	if open {
		if !s.sign(to, ')') && !s.sign(to, ']') {
			return zonePart{}, i, false
		}
		return z, to + 1, true
	}
	return z, s.zoneComment(to), true
}

// bareZone reads a zone without its brackets.
func (s *scanner) bareZone(k int, c clockPart, offsets, open bool) (zonePart, int, bool) {
	l := s.free(k)
	if l.kind == kSign && (l.r == '+' || l.r == '-') {
		sec, to, ok := s.offset(k)
		wide := ok && to == k+2 && s.at(k+1).n == 4 && (c.seconds || l.r == '+')
		if !ok || !offsets && !wide && !open && (l.r == '-' || s.at(k-1).kind == kSpace && to != k+4) {
			return zonePart{}, k, false
		}
		return fixedZone(sec), to, true
	}
	if l.kind != kWord || l.r != 0 {
		return zonePart{}, k, false
	}
	w := s.raw(k)
	if w == "Z" || w == "z" && k == c.to {
		return zonePart{time.UTC, true}, k + 1, true
	}
	if s.sign(k+1, '/') {
		return s.namedZone(k)
	}
	if w == "UTC" || w == "GMT" || w == "Utc" || w == "utc" {
		if sec, to, ok := s.offset(s.skipSpace(k + 1)); ok && !(s.at(k+1).kind == kSpace && to == k+3) {
			return fixedZone(sec), to, true
		}
		return zonePart{time.UTC, true}, k + 1, true
	}
	if sec, ok := abbreviation(w); ok {
		return fixedZone(sec), k + 1, true
	}
	return s.americanZone(k, c)
}

// offset reads "+02:00", "-0700", "+3" and "+05:30" in seconds.
func (s *scanner) offset(i int) (sec, to int, ok bool) {
	l := s.free(i)
	if l.kind != kSign || l.r != '+' && l.r != '-' {
		return 0, i, false
	}
	n := s.free(i + 1)
	h, m := int(n.num), 0
	to = i + 2
	switch {
	case n.kind != kNum:
		return 0, i, false
	case n.n == 4:
		h, m = h/100, h%100
	case n.n > 2:
		return 0, i, false
	default:
		if mm, ok := s.num(i+3, 2, 2); ok && s.sign(i+2, ':') {
			m, to = mm, i+4
		}
	}
	if h > 14 || m > 59 || m%15 != 0 {
		return 0, i, false
	}
	sec = h*3600 + m*60
	if l.r == '-' {
		sec = -sec
	}
	return sec, to, true
}

// zoneComment steps over the name in brackets that mail and JavaScript put behind an offset.
func (s *scanner) zoneComment(i int) int {
	k := s.skipSpace(i)
	if !s.sign(k, '(') {
		return i
	}
	for n := 1; n <= 7; n++ {
		if s.sign(k+n, ')') {
			if n == 1 || !s.zoneWords(k+1, k+n) {
				return i
			}
			return k + n + 1
		}
	}
	return i
}

// zoneWords reports whether the words between two lexemes name a zone.
func (s *scanner) zoneWords(from, to int) bool {
	if _, ok := abbreviation(s.raw(from)); ok || s.raw(from) == "UTC" || s.raw(from) == "GMT" {
		return to == from+1
	}
	if s.sign(from+1, '/') {
		_, _, ok := s.namedZone(from)
		return ok
	}
	return s.word(to-1) == "time" && to > from+1
}

// namedZone reads an IANA zone name. Its area must be a known one, so that no path in a text is looked
// up; a name that the zone data does not have is no zone.
func (s *scanner) namedZone(i int) (zonePart, int, bool) {
	if !s.words.areas[s.word(i)] {
		return zonePart{}, i, false
	}
	k := i + 1
	for k < i+10 {
		l := s.free(k)
		if l.kind != kWord && (l.kind != kSign || l.r != '/' && l.r != '_' && l.r != '-' && l.r != '+') && l.kind != kNum {
			break
		}
		k++
	}
	for ; k > i+2; k-- {
		if name := s.text[s.at(i).from:s.at(k-1).to]; len(name) <= 40 {
			if loc := s.location(name); loc != nil {
				return zonePart{loc, true}, k, true
			}
		}
	}
	return zonePart{}, i, false
}

// location loads a zone once for each Scan; nil when there is none of that name.
func (s *scanner) location(name string) *time.Location {
	if loc, ok := s.zones[name]; ok {
		return loc
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		loc = nil
	}
	if s.zones == nil {
		s.zones = map[string]*time.Location{}
	}
	s.zones[name] = loc
	return loc
}

// americanZone reads the zone words of North America that leave daylight time open: "ET", "Eastern
// Time", and the exact ones, "Pacific Daylight Time".
func (s *scanner) americanZone(k int, c clockPart) (zonePart, int, bool) {
	city, std := "", 0
	switch s.raw(k) {
	case "ET", "Eastern":
		city, std = "America/New_York", -5
	case "CT", "Central":
		city, std = "America/Chicago", -6
	case "MT", "Mountain":
		city, std = "America/Denver", -7
	case "PT", "Pacific":
		city, std = "America/Los_Angeles", -8
	default:
		return zonePart{}, k, false
	}
	to := k + 1
	if len(s.raw(k)) == 2 {
		if !c.half && !c.seconds && s.at(c.to-2).r != ':' {
			return zonePart{}, k, false
		}
	} else {
		j := k + 2
		switch s.word(j) {
		case "standard":
			if s.word(j+2) == "time" {
				return fixedZone(std * 3600), j + 3, true
			}
		case "daylight":
			if s.word(j+2) == "time" {
				return fixedZone((std + 1) * 3600), j + 3, true
			}
		}
		if s.word(j) != "time" || s.at(k+1).kind != kSpace {
			return zonePart{}, k, false
		}
		to = j + 1
	}
	loc := s.location(city)
	return zonePart{loc, loc != nil}, to, loc != nil
}

func fixedZone(sec int) zonePart {
	return zonePart{time.FixedZone("", sec), true}
}

// abbreviation gives the offset in seconds of a zone abbreviation that has one plain meaning in the
// messages of a business. IST (India, Israel, Ireland) and the like have none and are left out.
func abbreviation(w string) (sec int, ok bool) {
	if w == "МСК" || w == "мск" {
		w = "MSK"
	}
	if len(w) < 3 || len(w) > 5 {
		return 0, false
	}
	list := "EST-5 EDT-4 CST-6 CDT-5 MST-7 MDT-6 PST-8 PDT-7 AKST-9 AKDT-8 HST-10 " +
		"WET+0 WEST+1 BST+1 CET+1 CEST+2 MEZ+1 MESZ+2 EET+2 EEST+3 MSK+3 TRT+3 SAST+2 EAT+3 WAT+1 CAT+2 " +
		"AEST+10 AEDT+11 AWST+8 NZST+12 NZDT+13 JST+9 KST+9 HKT+8 SGT+8 PKT+5 WIB+7 BRT-3 ART-3 "
	i := strings.Index(list, w+"-")
	if j := strings.Index(list, w+"+"); i < 0 {
		i = j
	}
	if i < 0 || i > 0 && list[i-1] != ' ' {
		return 0, false
	}
	rest := list[i+len(w) : i+strings.IndexByte(list[i:], ' ')]
	for _, c := range rest[1:] {
		sec = sec*10 + int(c-'0')
	}
	if rest[0] == '-' {
		sec = -sec
	}
	return sec * 3600, true
}
