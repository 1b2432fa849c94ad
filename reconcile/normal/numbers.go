package normal

// This file: numbers with grouping and decimal signs, and what they can mean.

import "salvage/model"

// number is a written number: its groups of digits and the signs between them.
type number struct {
	from, to int    // lexemes
	groups   []int  // lexemes that are digits
	seps     []rune // between them: ',' '.' '\'' or ' '
	dashed   bool   // ",-" or ".–" behind: whole units
}

// maxGroups bounds the groups of one number.
const maxGroups = 6

// numberAt reads the longest number that begins at lexeme i. A blank or an apostrophe groups only
// before exactly three digits. The number is good until the next call: its slices are the scanner's.
func (s *scanner) numberAt(i int) number {
	n := number{from: i, to: i + 1, groups: append(s.groups[:0], i), seps: s.seps[:0]}
	for len(n.groups) < maxGroups {
		sep, next := s.separator(n.to)
		l := s.free(next)
		if sep == 0 || l.kind != kNum {
			break
		}
		if sep == ' ' || sep == '\'' {
			grouped := len(n.seps) == 0 || n.seps[len(n.seps)-1] == sep
			if l.n != 3 || s.at(n.to-1).n > 3 || !grouped || s.letterAt(next+1) {
				break
			}
		}
		n.groups, n.seps, n.to = append(n.groups, next), append(n.seps, sep), next+1
	}
	if p := s.free(n.to); p.kind == kSign && (p.r == ',' || p.r == '.') {
		if d := s.free(n.to + 1); d.kind == kSign && (d.r == '-' || d.r == dash) && s.at(n.to+2).kind != kNum && !s.letterAt(n.to+2) {
			n.dashed, n.to = true, n.to+2
		}
	}
	return n
}

// separator reads the sign or the single blank between two groups of digits.
func (s *scanner) separator(i int) (sep rune, next int) {
	l := s.free(i)
	switch {
	case l.kind == kSign && (l.r == ',' || l.r == '.' || l.r == '\''):
		return l.r, i + 1
	case l.kind == kSpace && s.text[l.from:l.to] != "\t" && (l.to-l.from == 1 || l.to-l.from <= 3 && s.text[l.from] >= 0x80):
		return ' ', i + 1
	}
	return 0, i
}

// cut shortens a number to its first n groups.
func (n *number) cut(groups int) {
	n.groups, n.seps = n.groups[:groups], n.seps[:groups-1]
	n.to, n.dashed = n.groups[groups-1]+1, false
}

// splits says where the decimal sign of a number may stand: at the index of a separator, or -1 for no
// decimals. two is true when both readings hold. ok is false when the groups make no number.
func (s *scanner) splits(n number) (at int, two, ok bool) {
	last := len(n.seps) - 1
	if last < 0 {
		return -1, false, true
	}
	tail := s.at(n.groups[last+1]).n
	lead := s.at(n.groups[0])
	for i, sep := range n.seps[:last] {
		if sep != n.seps[0] || !s.groupOf(n, i+1, sep) {
			return 0, false, false
		}
	}
	if last > 0 && (lead.n > 3 || lead.num == 0) {
		return 0, false, false
	}
	sep := n.seps[last]
	same := last > 0 && sep == n.seps[0]
	switch {
	case sep == ' ' || sep == '\'' || same:
		return -1, false, tail == 3
	case last > 0:
		return last, false, tail <= 3
	case tail == 3 && lead.n <= 3 && lead.num != 0:
		return -1, true, true
	}
	return last, false, tail <= 3
}

// groupOf reports whether an inner group has three digits, or two after an Indian comma.
func (s *scanner) groupOf(n number, g int, sep rune) bool {
	k := s.at(n.groups[g]).n
	return k == 3 || k == 2 && sep == ','
}

// minor gives the number in minor units when the separator at index at is the decimal sign.
func (s *scanner) minor(n number, at, digits int) (int64, bool) {
	whole, frac, fracDigits := int64(0), int64(0), 0
	total := 0
	for g, i := range n.groups {
		l := s.at(i)
		if at >= 0 && g == at+1 {
			frac, fracDigits = l.num, l.n
			break
		}
		if total += l.n; total > 12 {
			return 0, false
		}
		whole = whole*pow10(l.n) + l.num
	}
	for ; fracDigits < digits; fracDigits++ {
		frac *= 10
	}
	if fracDigits > digits {
		p := pow10(fracDigits - digits)
		frac = (frac + p/2) / p // a price a litre, half a cent up
	}
	return whole*pow10(digits) + frac, true
}

func pow10(n int) int64 {
	p := int64(1)
	for range n {
		p *= 10
	}
	return p
}

// moneyAlts gives the readings of a number as an amount of a currency.
func (s *scanner) moneyAlts(n number, cur string, negative bool) []Alt {
	at, two, ok := s.splits(n)
	if !ok {
		return nil
	}
	digits := model.MinorDigits(cur)
	value := func(at int) (model.Value, bool) {
		m, ok := s.minor(n, at, digits)
		if negative {
			m = -m
		}
		return model.MoneyValue(m, cur), ok
	}
	if !two || digits == 0 {
		if v, ok := value(at); ok {
			return []Alt{{Value: v}}
		}
		return nil
	}
	grouped, ok1 := value(-1)
	decimal, ok2 := value(0)
	if !ok1 || !ok2 {
		return nil
	}
	if n.seps[0] == '.' {
		return []Alt{{Point, decimal}, {Comma, grouped}}
	}
	return []Alt{{Point, grouped}, {Comma, decimal}}
}
