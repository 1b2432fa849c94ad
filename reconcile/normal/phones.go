package normal

// This file: telephone numbers in text.

import "strings"

// ITU-T E.164: a number has at most 15 digits.
const (
	maxPhone = 15
	minPhone = 7
)

// dialled is a written telephone number.
type dialled struct {
	from, to int   // lexemes
	plus     bool  // begins with +
	paren    bool  // has an area code in brackets
	groups   []int // digits in each group
	seps     []rune
	digits   []byte
}

// phones finds telephone numbers.
func (s *scanner) phones() {
	for _, i := range s.nums {
		if s.lx[i].taken {
			continue
		}
		p := s.dialledAt(i)
		labelled := s.phoneWordBefore(p.from)
		for len(p.groups) > 0 && !p.plausible(labelled) {
			if labelled || p.plus {
				p = dialled{} // a number that the text calls a phone is one as a whole, or not at all
				break
			}
			p.drop(s)
		}
		if len(p.groups) == 0 || s.letterAt(p.to) && !s.extension(p.to) {
			continue
		}
		text := string(p.digits)
		if p.plus {
			text = "+" + text
		}
		s.takeText(p.from, p.to, Phone, text)
	}
}

// dialledAt reads the groups of digits from lexeme i on that one number may be made of.
func (s *scanner) dialledAt(i int) dialled {
	p := dialled{from: i, to: i}
	if s.joinedLeft(i) || s.sign(i-1, '#') || s.sign(i-1, '*') || s.sign(i-1, '=') && s.at(i).n < 10 {
		return p
	}
	if s.sign(i-1, '(') {
		p.from, p.paren = i-1, true
		if k := i - 2; s.sign(k, '+') {
			p.from, p.plus = k, true // +(49) 170
		}
	}
	if s.sign(p.from-1, '+') {
		p.from, p.plus = p.from-1, true
	}
	closed := !p.paren
	for k, sep := i, rune(0); len(p.groups) < 8; {
		l := s.free(k)
		if l.kind != kNum || len(p.digits)+l.n > maxPhone+2 {
			break
		}
		if closed && s.sign(k-1, '(') && !s.sign(k+1, ')') {
			break
		}
		p.groups, p.seps = append(p.groups, l.n), append(p.seps, sep)
		if !trunkZero(s, k) {
			p.digits = append(p.digits, s.digits(k)...)
		}
		p.to = k + 1
		if s.sign(p.to, ')') {
			p.to, closed, p.paren = p.to+1, true, true
		}
		sep, k = s.phoneGap(p.to)
		if k < 0 {
			break
		}
	}
	if !closed {
		return dialled{from: i, to: i}
	}
	return p
}

// trunkZero reports the "(0)" of "+49 (0)170", which is not dialled.
func trunkZero(s *scanner, k int) bool {
	return s.sign(k-1, '(') && s.sign(k+1, ')') && s.at(k).n == 1 && s.at(k).num == 0
}

// phoneGap reads what may stand between two groups of one number: a blank, a hyphen, a point, a slash,
// an opening bracket, or one of these between blanks. k is the next group, -1 for none.
func (s *scanner) phoneGap(i int) (sep rune, k int) {
	k = i
	if l := s.free(k); l.kind == kSpace {
		if l.to-l.from > 3 || s.text[l.from] == '\t' {
			return 0, -1
		}
		sep, k = ' ', k+1
	}
	if l := s.free(k); l.kind == kSign {
		switch l.r {
		case '-', '.', '/', dash:
			sep, k = l.r, k+1
			if sep == dash {
				sep = '-'
			}
			k = s.skipSpace(k)
		case '(':
			sep, k = '(', k+1
		default:
			return 0, -1
		}
		if s.sign(k, '(') {
			k++
		}
	}
	if s.free(k).kind != kNum {
		return 0, -1
	}
	return sep, k
}

// drop leaves the last group out, so that a number is found before another one.
func (p *dialled) drop(s *scanner) {
	last := len(p.groups) - 1
	if last == 0 {
		*p = dialled{}
		return
	}
	for p.to--; s.at(p.to).kind != kNum; p.to-- {
	}
	if n := len(s.digits(p.to)); !trunkZero(s, p.to) {
		p.digits = p.digits[:len(p.digits)-n]
	}
	for p.to--; s.at(p.to).kind != kNum && s.at(p.to).r != ')'; p.to-- {
	}
	p.to++
	p.groups, p.seps = p.groups[:last], p.seps[:last]
}

// plausible reports whether the groups look like a telephone number and like nothing else.
func (p *dialled) plausible(labelled bool) bool {
	n, g := len(p.digits), p.groups
	if n > maxPhone || n < 6 {
		return false
	}
	if labelled {
		return n >= 6
	}
	if n < minPhone {
		return false
	}
	first := p.digits[0]
	switch {
	case p.plus:
		return true
	case strings.HasPrefix(string(p.digits), "00"):
		return n >= 10
	case p.paren:
		return len(g) >= 2 && n <= 12
	case first == '0' && len(g) == 1:
		return n == 10 || n == 11
	case first == '0':
		return n >= 9 && n <= 12 && g[0] >= 2
	}
	return p.shaped()
}

// shaped reports the groupings in which numbers are written without a trunk zero.
func (p *dialled) shaped() bool {
	g := p.groups
	same := func(from int) bool {
		for _, sep := range p.seps[from:] {
			if sep != p.seps[from] {
				return false
			}
		}
		return true
	}
	switch shape := shapeOf(g); shape {
	case "334", "1334":
		return true
	case "34":
		return p.seps[1] == '-'
	case "333", "2222", "3222", "322", "343", "3322", "1333", "13322":
		return p.seps[1] == ' ' && same(1) || shape == "3322" || shape == "13322"
	}
	return false
}

// shapeOf writes group lengths as digits.
func shapeOf(g []int) string {
	b := make([]byte, 0, 8)
	for _, n := range g {
		if n > 9 {
			return ""
		}
		b = append(b, '0'+byte(n))
	}
	return string(b)
}

// phoneWordBefore reports whether the text calls the number that begins at lexeme i a phone.
func (s *scanner) phoneWordBefore(i int) bool {
	for k := i - 1; k >= i-6; k-- {
		l := s.free(k)
		switch l.kind {
		case kSpace:
		case kSign:
			if l.r != ':' && l.r != '.' && l.r != '-' && l.r != '(' && l.r != '/' && l.r != ')' {
				return false
			}
		case kWord:
			if w := s.word(k); s.words.phone[w] {
				return true
			} else if w != "number" && w != "no" && w != "nr" && w != "nummer" && w != "num" && w != "n" {
				return s.cjkPhone(k)
			}
		default:
			return false
		}
	}
	return false
}

// cjkPhone reports the words for telephone that end at lexeme k.
func (s *scanner) cjkPhone(k int) bool {
	before := s.text[max(0, s.at(k).to-24):s.at(k).to]
	for _, w := range [...]string{"電話", "電話番号", "携帯", "电话", "手机", "手机号", "전화", "전화번호", "휴대폰", "携帯電話"} {
		if strings.HasSuffix(before, w) {
			return true
		}
	}
	return false
}

// extension reports an extension behind a number.
func (s *scanner) extension(i int) bool {
	w := s.word(i)
	return (w == "x" || w == "ext") && s.at(s.skipSpace(i+1)).kind != kWord
}
