package normal

// This file: the weekday beside a date.

// weekdayBefore widens a date by the weekday before it.
func (s *scanner) weekdayBefore(d *datePart) {
	k := d.from - 1
	for n := 0; n < 4; n++ {
		l := s.free(k)
		if l.kind == kSpace || l.kind == kSign && (l.r == ',' || l.r == '.') || n > 0 && dayArticle(s.word(k)) {
			k--
			continue
		}
		break
	}
	w := s.word(k)
	if w == "" || s.at(k).to-s.at(k).from > 40 {
		return
	}
	if w == "feira" && s.sign(k-1, '-') { // Portuguese segunda-feira
		k -= 2
		w = s.word(k)
	}
	mask, ok := s.words.weekdays[w]
	if !ok || s.at(k).r != 0 || k == d.from-1 || len(w) <= 3 && everydayWord(w) && !s.standsFirst(k) {
		return
	}
	d.weekday, d.from = mask, k
}

// everydayWord reports the abbreviations of weekdays that are small words of other languages.
func everydayWord(w string) bool {
	switch w {
	case "to", "do", "la", "ma", "po", "pe", "so", "ne", "su", "ke", "ti", "di", "mo", "mi", "per", "man", "sex", "dim", "sal", "st", "za", "wo", "nd", "pa", "sam", "car":
		return true
	}
	return false
}

// standsFirst reports whether no word, number or other token stands right before lexeme k.
func (s *scanner) standsFirst(k int) bool {
	p := s.at(k - 1)
	if p.kind == kSpace {
		p = s.at(k - 2)
	}
	return !p.taken && p.kind != kWord && p.kind != kNum
}

func dayArticle(w string) bool {
	switch w {
	case "den", "the", "le", "el", "il", "dia", "dne", "d":
		return true
	}
	return false
}

// weekdayAfter widens a date by a weekday after it, bare or in brackets.
func (s *scanner) weekdayAfter(d *datePart) {
	k := s.skipSpace(d.to)
	if s.sign(k, ',') {
		k = s.skipSpace(k + 1)
	}
	open := s.sign(k, '(')
	if open {
		k = s.skipSpace(k + 1)
	}
	if r := s.free(k).r; r == '周' || r == '週' {
		k++
	} else if r == '星' && s.free(k+1).r == '期' {
		k += 2
	}
	l := s.free(k)
	if l.kind != kWord || k == d.to || l.to-l.from > 40 {
		return
	}
	mask, ok := s.words.weekdays[s.word(k)]
	if !ok || !open && (l.r != 0 && !chineseDay(s.at(k-1).r) || l.r == 0 && l.to-l.from < 3) {
		return
	}
	k++
	for s.at(k).r == '曜' || s.at(k).r == '日' || s.at(k).r == '요' || s.at(k).r == '일' || s.sign(k, '.') {
		k++
	}
	if open {
		if !s.sign(k, ')') {
			return
		}
		k++
	}
	if !open && (s.startsDate(k) || d.weekday != 0) {
		return // the weekday belongs to the next date
	}
	d.weekday |= mask
	d.to = k
}

// chineseDay reports the characters after which a single one names a weekday.
func chineseDay(r rune) bool { return r == '周' || r == '週' || r == '期' }

// startsDate reports whether a number or a month stands right after lexeme k.
func (s *scanner) startsDate(k int) bool {
	if s.sign(k, ',') || s.sign(k, '.') {
		k++
	}
	k = s.skipSpace(k)
	if _, _, ok := s.monthAt(k); ok {
		return true
	}
	l := s.at(k)
	_, isClock := s.clockAt(k, false)
	return l.kind == kNum && !isClock
}
