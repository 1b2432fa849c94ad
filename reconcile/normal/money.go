package normal

// This file: the pass over amounts.

// amounts finds amounts of money: numbers with a currency beside them, and bare decimals of exactly
// two digits.
func (s *scanner) amounts() {
	for _, i := range s.nums {
		if s.lx[i].taken {
			continue
		}
		s.amountAt(i)
	}
}

// amountAt reads the amount whose number begins at lexeme i.
func (s *scanner) amountAt(i int) {
	n := s.numberAt(i)
	from, cur, before := s.currencyBefore(i)
	var to int
	after := ""
	hasAfter := false
	// The currency may stand behind fewer groups than the longest number: "5 120 EUR" is one amount,
	// "3, 120 EUR" is not; so shorter numbers are not tried, only a wrong longest one is cut.
	for {
		if _, _, ok := s.splits(n); ok {
			break
		}
		if len(n.groups) == 1 {
			return
		}
		n.cut(len(n.groups) - 1)
	}
	if to, after, hasAfter = s.currencyAfter(n.to); hasAfter && before && (cur != "" && after != cur || s.at(s.skipSpace(to)).kind == kNum) {
		hasAfter = false // "EUR 20 USD 30": the second word belongs to the second number
	}
	if hasAfter {
		cur = mergeCurrency(cur, after, before)
	} else {
		to = n.to
	}
	switch {
	case before || hasAfter:
		if !before && (s.letterAt(i-1) || s.tailOfNumber(i)) {
			return
		}
		if !hasAfter && (s.letterAt(n.to) && !s.loneLetterUnit(n.to)) {
			return
		}
	case n.dashed && len(n.groups) == 1 && s.at(i).n >= 2:
	case !s.bareAmount(n):
		return
	}
	if cur == "jpy" && s.yenSign(from, i) && len(n.seps) > 0 && s.at(n.groups[len(n.groups)-1]).n == 2 {
		cur = "cny" // yen have no decimals, and both currencies share the sign
	}
	from, to, negative := s.sign2(from, to)
	if trailing := s.trailingMinus(n, to); trailing > 0 && !before && !hasAfter {
		to, negative = trailing, true
		_, cur, _ = s.currencyAfter(n.to + 1)
	}
	if alts := s.moneyAlts(n, cur, negative); alts != nil {
		s.take(from, to, Token{Type: Money, Alts: alts})
	}
}

// mergeCurrency settles a currency that is written on both sides: "$2.99 USD".
func mergeCurrency(before, after string, hasBefore bool) string {
	if hasBefore && before != "" {
		return before
	}
	return after
}

// yenSign reports whether the sign before the number is the one that yen and yuan share.
func (s *scanner) yenSign(from, to int) bool {
	for k := from; k < to; k++ {
		if s.sign(k, '¥') {
			return k == from
		}
	}
	return false
}

// loneLetterUnit lets "$5/day" and "$5k" differ: only a slash or a hyphen may follow, no letter.
func (s *scanner) loneLetterUnit(i int) bool {
	w := s.word(i)
	return w == "x" || w == "each" || w == "pp"
}

// tailOfNumber reports whether lexeme i goes on from a number before it: part of a version or address.
func (s *scanner) tailOfNumber(i int) bool {
	l := s.at(i - 1)
	return l.kind == kSign && (l.r == '.' || l.r == ',' || l.r == ':' || l.r == '#' || l.r == '/') && s.at(i-2).kind == kNum
}

// bareAmount reports whether a number without a currency can be an amount: exactly two decimals, no
// unit behind, nothing longer around it.
func (s *scanner) bareAmount(n number) bool {
	at, _, _ := s.splits(n)
	i, last := n.groups[0], n.groups[len(n.groups)-1]
	if at < 0 || s.at(last).n != 2 || s.letterAt(i-1) || s.letterAt(n.to) || s.tailOfNumber(i) {
		return false
	}
	if l := s.at(i); l.n > 1 && l.num == 0 || l.n > 9 || l.n > 1 && s.digits(i)[0] == '0' {
		return false
	}
	if p := s.at(i - 1); p.kind == kSign && (p.r == '#' || p.r == '_' || p.r == '.' || p.r == '/' || p.r == '=') {
		return false
	}
	next := s.skipSpace(n.to)
	l := s.at(next)
	if l.kind == kSign && (l.r == '%' || l.r == '°' || l.r == '_' || next == n.to && (l.r == '.' || l.r == ',' || l.r == ':') && s.at(next+1).kind == kNum) {
		return false
	}
	return !s.words.units[s.word(next)]
}

// currencyBefore reads the currency before the number at lexeme i; from is where the amount begins.
func (s *scanner) currencyBefore(i int) (from int, cur string, ok bool) {
	k := i - 1
	if s.sign(k, '-') && (s.at(k-1).kind == kSign || s.at(k-1).kind == kSpace && s.at(k-2).kind == kWord) {
		k-- // $-20.00, EUR -20
	}
	if s.at(k).kind == kSpace {
		k--
	}
	l := s.free(k)
	if l.kind == kSign {
		if cur, ok = currencySign(l.r); ok {
			return s.qualified(k, l.r, cur)
		}
		if l.r != '.' || s.free(k-1).kind != kWord || len(s.word(k-1)) > 3 {
			return i, "", false
		}
		k-- // kr. 45
		l = s.free(k)
	}
	if l.kind != kWord || l.r != 0 || s.letterAt(k-1) {
		return i, "", false
	}
	// "45 kr 50": the word belongs to the number before it.
	if p := s.at(k - 1); p.kind == kNum || p.kind == kSpace && s.at(k-2).kind == kNum && !s.at(k-2).taken {
		return i, "", false
	}
	cur, ok = s.currencyWord(k, false)
	if !ok {
		return i, "", false
	}
	return k, cur, true
}

// qualified reads the letters before a currency sign: CA$, US$.
func (s *scanner) qualified(k int, r rune, cur string) (int, string, bool) {
	if p := s.free(k - 1); p.kind == kWord && p.r == 0 {
		if c, ok := dollarOf(s.raw(k-1), r); ok {
			return k - 1, c, true
		}
	}
	if s.free(k-1).kind == kSpace && s.free(k-2).kind == kWord {
		if w := s.raw(k - 2); len(w) == 3 && w == upperASCII(w) {
			if c, ok := dollarOf(w, r); ok {
				return k - 2, c, true
			}
		}
	}
	return k, cur, true
}

func upperASCII(w string) string {
	for i := 0; i < len(w); i++ {
		if w[i] < 'A' || w[i] > 'Z' {
			return ""
		}
	}
	return w
}

// currencyAfter reads the currency behind a number.
func (s *scanner) currencyAfter(i int) (to int, cur string, ok bool) {
	k := s.skipSpace(i)
	l := s.free(k)
	switch {
	case l.kind == kSign:
		cur, ok = currencySign(l.r)
		if !ok || k > i && s.at(k+1).kind == kNum {
			return i, "", false // "20 $30": the sign belongs to the next number
		}
		to = k + 1
	case l.kind == kWord && l.r != 0:
		switch l.r {
		case '円':
			cur, ok = "jpy", true
		case '元', '块':
			cur, ok = "cny", true
		case '원':
			cur, ok = "krw", true
		}
		return k + 1, cur, ok
	case l.kind == kWord:
		if s.sign(k+1, '$') && (l.to-l.from) <= 3 {
			if cur, ok = dollarOf(s.raw(k), '$'); ok {
				return k + 2, cur, s.at(k+2).kind != kNum
			}
		}
		if cur, ok = s.currencyWord(k, true); !ok {
			return i, "", false
		}
		if to = k + 1; s.sign(to, '.') && s.at(k).to-s.at(k).from <= 3 && s.at(to+1).kind != kNum && len(cur) == 0 {
			to++
		}
	default:
		return i, "", false
	}
	// "$2.99 USD" and "20 $ US" name it twice.
	if j := s.skipSpace(to); cur == "" && j > to {
		if c, ok := s.currencyWord(j, true); ok && c != "" {
			return j + 1, c, true
		}
	}
	return to, cur, ok
}

// currencyWord reads a word as a currency. Codes that are everyday words count in capitals only.
func (s *scanner) currencyWord(i int, behind bool) (cur string, ok bool) {
	l := s.free(i)
	if l.kind != kWord || l.r != 0 || l.to-l.from > 24 {
		return "", false
	}
	w := s.word(i)
	cur, ok = s.words.currency[w]
	if !ok {
		return "", false
	}
	if cur == "-" {
		cur = ""
	}
	capital := upperASCII(s.raw(i)) != ""
	if shouted(w) && !capital && !(behind && halfShouted(w)) {
		return "", false
	}
	// One or two small letters before a number are rather a word of the sentence.
	if !behind && !capital && (w == "r" || w == "fr" && !s.sign(i+1, '.') || w == "dollars" || w == "real" || w == "l") {
		return "", false
	}
	if behind && w == "fr" && !s.sign(i+1, '.') {
		return "", false
	}
	return cur, true
}

// sign2 widens an amount by its minus sign, or by the brackets in which accounts write what is owed.
// In running text brackets are only brackets: they count where the amount stands alone on its line,
// after a colon or in a column.
func (s *scanner) sign2(from, to int) (int, int, bool) {
	for k := from; k < to; k++ {
		if s.sign(k, '-') && s.at(k+1).kind == kNum && k > from {
			return from, to, true // $-20.00
		}
	}
	k := from - 1
	if s.at(k).kind == kSpace && s.sign(k-1, '-') && s.at(k-2).kind == kNone {
		k--
	}
	if s.sign(k, '-') {
		if p := s.at(k - 1); p.kind == kNone || p.kind == kSpace && !s.numberBefore(k-1) || p.kind == kSign && p.r != '-' && p.r != ')' && p.r != '*' {
			return k, to, true
		}
	}
	if s.sign(from-1, '(') && s.sign(to, ')') {
		p, n := s.at(from-2), s.at(to+1)
		if p.kind == kSpace && s.at(from-3).kind == kSign && (s.at(from-3).r == ':' || s.at(from-3).r == '|' || s.at(from-3).r == '=') {
			p = s.at(-1)
		}
		open := p.kind == kNone || p.kind == kSign && (p.r == ':' || p.r == '|' || p.r == '=') || p.kind == kSpace && (p.to-p.from > 1 || s.text[p.from] == '\t' || s.at(from-3).kind == kNone)
		shut := n.kind == kNone || n.kind == kSpace && (n.to-n.from > 1 || s.at(to+2).kind == kNone || s.text[n.from] == '\t' || s.text[n.from] == '\r') || n.kind == kSign && n.r == '|'
		if open && shut {
			return from - 1, to + 1, true
		}
	}
	return from, to, false
}

// trailingMinus gives the end of "20,00- EUR", as bookkeeping programs print what is owed; 0 for none.
func (s *scanner) trailingMinus(n number, to int) int {
	if to != n.to || !s.sign(to, '-') {
		return 0
	}
	if end, _, ok := s.currencyAfter(to + 1); ok {
		return end
	}
	return 0
}

// numberBefore reports whether a number stands before the blank at i: then a hyphen is a range.
func (s *scanner) numberBefore(i int) bool {
	p := s.at(i - 1)
	if p.kind == kSign {
		if _, ok := currencySign(p.r); ok {
			return true
		}
	}
	return p.kind == kNum || p.taken
}
