package learn

// This file: slots, the typed values of a reading in their places, and the anchors that name the places.

import (
	"sort"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"salvage/model"
	"salvage/reconcile/normal"
)

// slotType says what a slot can be compared with.
type slotType uint8

const (
	sDate slotType = iota + 1
	sMoney
	sWord // code, integer, id: compared as folded text
	sEmail
	sPhone
	sPhrase // a phrase of the vocabulary
	sText   // a whole short segment
	sClock  // a time of day that stands alone
)

// slot is one typed value in its place.
type slot struct {
	seg      int
	from, to int
	typ      slotType
	alts     []normal.Alt
	fold     string
	phrase   entry
	anchors  []string // most specific first
	yearless bool
	inner    bool // stands in what the reading forwards
	body     bool // in running text
	run      bool // a word that looks like the company's codes
	pair     bool // a civil date with a time of day that stands apart
}

// alone reports whether a slot is a whole word, not the digits of a longer one.
func (s *slot) alone(r *model.Reading) bool { return s.aloneIn(r.Segments[s.seg].Text) }

func (s *slot) aloneIn(t string) bool {
	before, _ := utf8.DecodeLastRuneInString(t[:s.from])
	after, _ := utf8.DecodeRuneInString(t[s.to:])
	return !joined(before) && !joined(after)
}

// joined reports characters that join a number to a word.
func joined(r rune) bool {
	return unicode.In(r, unicode.Latin, unicode.Cyrillic, unicode.Greek) || r >= '0' && r <= '9'
}

// raw is the slot's text as written.
func (s *slot) raw(r *model.Reading) string {
	return strings.TrimLeft(strings.TrimSpace(r.Segments[s.seg].Text[s.from:s.to]), "#")
}

const (
	maxSlots   = 160
	maxTextLen = 120
)

func isWordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) }

// slotsOf flattens a reading.
func slotsOf(r *model.Reading, v *vocab) []slot {
	ref := time.UnixMicro(r.At).UTC()
	var out []slot
	seen, inner := map[string]int{}, map[string]int{}
	prev := ""
	for i := range r.Segments {
		s := &r.Segments[i]
		if s.Quoted || s.Text == "" || structural(r.Media, s.Path) {
			continue
		}
		n := len(out)
		out = segmentSlots(out, i, s, ref, v)
		if strings.HasPrefix(s.Path, "fwd:") {
			name(out[n:], s, prev, inner)
			for k := range out[n:] {
				out[n+k].inner = true
			}
		} else {
			name(out[n:], s, prev, seen)
		}
		if s.Label == "" {
			prev = fixedLine(s.Text)
		} else {
			prev = ""
		}
		if len(out) >= maxSlots {
			out = out[:maxSlots]
			break
		}
	}
	positions(out, r)
	return append(out, pairs(out)...)
}

const maxPosition = 6

// positions adds the last resort of anchors where people or programs write a few values without any label, in titles
// and notes: the first amount, the last code but one.
func positions(slots []slot, r *model.Reading) {
	count, total := map[string]int{}, map[string]int{}
	key := func(s *slot) string {
		p := r.Segments[s.seg].Path
		if !terse(strings.TrimPrefix(p, "fwd:")) || r.Segments[s.seg].Label != "" && !r.Segments[s.seg].Above && s.typ == sText {
			return ""
		}
		return s.kind() + "|" + p
	}
	for i := range slots {
		total[key(&slots[i])]++
	}
	for i := range slots {
		s := &slots[i]
		k := key(s)
		if k == "" {
			continue
		}
		n := count[k]
		count[k]++
		if n < maxPosition {
			s.anchors = append(s.anchors, k+"|@"+strconv.Itoa(n))
		}
		if left := total[k] - n; left <= maxPosition {
			s.anchors = append(s.anchors, k+"|@-"+strconv.Itoa(left))
		}
	}
}

// terse reports the places that hold a line or a few notes, not letters.
func terse(path string) bool {
	return path == "summary" || path == "subject" || path == "description" || strings.HasSuffix(path, "/description")
}

// kind writes a slot's type for anchors.
func (s *slot) kind() string {
	k := string(rune('a' + s.typ))
	if s.typ == sPhrase {
		k += string(s.phrase.kind)
	}
	return k
}

const (
	maxApart = 6 // segments between a date and its time
	maxPairs = 40
)

// pairs joins civil dates with times of day that stand apart from them: "Date: 3 May" and, further on, "Time: 10:00".
// Each date is tried with the two nearest times on either side; which of them is its own, if any, the overlap says.
func pairs(slots []slot) []slot {
	var dates, clocks []int
	for i := range slots {
		switch {
		case slots[i].typ == sClock:
			clocks = append(clocks, i)
		case slots[i].typ == sDate && len(slots[i].alts) > 0 && slots[i].alts[0].Value.Type == model.Date:
			dates = append(dates, i)
		}
	}
	var out []slot
	for _, d := range dates {
		after := sort.SearchInts(clocks, d)
		for _, rel := range []int{0, 1, -1, -2} {
			k := after + rel
			if k < 0 || k >= len(clocks) || len(out) >= maxPairs {
				continue
			}
			if p, ok := paired(&slots[d], &slots[clocks[k]], rel); ok {
				out = append(out, p)
			}
		}
	}
	return out
}

// paired is a date at the time of a clock, in the date's place.
func paired(d, c *slot, rel int) (slot, bool) {
	if apart := c.seg - d.seg; apart > maxApart || apart < -maxApart || d.inner != c.inner || len(c.alts) == 0 {
		return slot{}, false
	}
	p := *d
	p.pair, p.alts, p.anchors = true, nil, make([]string, len(d.anchors))
	for _, a := range d.alts {
		if a.Value.Type == model.Date {
			a.Value = model.Value{Type: model.Local, Num: a.Value.Num + c.alts[0].Value.Num*minute}
			p.alts = append(p.alts, a)
		}
	}
	for i, a := range d.anchors {
		p.anchors[i] = a + "&" + strconv.Itoa(rel)
	}
	return p, len(p.alts) > 0
}

// structural reports places whose meaning the processor itself publishes: its amounts are what was paid, and are read
// as such, never as what a booking costs.
func structural(media, path string) bool {
	return strings.HasPrefix(media, "stripe/") && strings.HasPrefix(path[strings.LastIndexByte(path, '/')+1:], "amount")
}

// segmentSlots finds the typed values of one segment.
func segmentSlots(out []slot, i int, s *model.Segment, ref time.Time, v *vocab) []slot {
	toks := normal.Scan(s.Text, ref)
	for _, t := range toks {
		sl := slot{seg: i, from: t.From, to: t.To, alts: t.Alts, yearless: t.Yearless, body: isBody(strings.TrimPrefix(s.Path, "fwd:"))}
		switch t.Type {
		case normal.Date:
			sl.typ = sDate
		case normal.Money:
			sl.typ = sMoney
		case normal.Clock:
			sl.typ = sClock
		case normal.Email:
			sl.typ, sl.fold = sEmail, normal.Fold(s.Text[t.From:t.To])
		case normal.Phone:
			sl.typ, sl.fold = sPhone, normal.PhoneKey(s.Text[t.From:t.To], "")
		case normal.Int:
			if sl.typ, sl.fold = sWord, normal.Fold(s.Text[t.From:t.To]); !sl.aloneIn(s.Text) {
				continue
			}
		default:
			sl.typ, sl.fold = sWord, normal.Fold(strings.TrimLeft(s.Text[t.From:t.To], "#"))
		}
		out = append(out, sl)
	}
	out = clocks(out, i, s, toks)
	out = codeSlots(out, i, s, toks, v)
	out = epochs(out, i, s, toks)
	for _, h := range v.find(s.Text) {
		if h.e.kind == model.Customer && insideAddress(toks, h) {
			continue
		}
		out = append(out, slot{seg: i, from: h.from, to: h.to, typ: sPhrase, fold: h.e.text, phrase: h.e})
	}
	if t := strings.TrimSpace(s.Text); len(t) <= maxTextLen {
		if f := normal.Fold(t); f != "" {
			out = append(out, slot{seg: i, from: 0, to: len(s.Text), typ: sText, fold: f})
		}
	}
	return out
}

// insideAddress reports whether a phrase is part of an e-mail address: that is no name as a person writes it.
func insideAddress(toks []normal.Token, h hit) bool {
	for _, t := range toks {
		if t.Type == normal.Email && h.from < t.To && h.to > t.From {
			return true
		}
	}
	return false
}

// name gives the slots of one segment their anchors: by label, by the words before, by the line before.
func name(slots []slot, s *model.Segment, prev string, seen map[string]int) {
	path := strings.TrimPrefix(s.Path, "fwd:")
	label := maskDigits(normal.Fold(s.Label))
	count := map[slotType]int{}
	for i := range slots {
		sl := &slots[i]
		kind := sl.kind()
		ord := string(rune('0' + min(9, count[sl.typ])))
		count[sl.typ]++
		if label != "" {
			sl.anchors = append(sl.anchors, kind+"|"+path+"|"+label+"|"+ord, kind+"|"+label+"|"+ord)
		} else if sl.typ == sText || !isBody(path) {
			if !isBody(path) {
				sl.anchors = append(sl.anchors, kind+"|"+path+"||"+ord)
			}
			if prev != "" && isBody(path) {
				sl.anchors = append(sl.anchors, kind+"|^"+prev)
			}
		}
		if sl.typ != sText {
			for n := 3; n >= 1; n-- {
				if w := leftWords(s.Text[:sl.from], n); w != "" {
					sl.anchors = append(sl.anchors, kind+"|<"+w)
				}
			}
			if r := rightWords(s.Text[sl.to:], 2); r != "" && isBody(path) {
				sl.anchors = append(sl.anchors, kind+"|>"+r)
			}
		}
		number(sl, seen)
	}
}

// number tells repeated anchors of one reading apart by their order.
func number(sl *slot, seen map[string]int) {
	for i, a := range sl.anchors {
		k := seen[a]
		seen[a] = k + 1
		if k > 0 {
			sl.anchors[i] = a + "#" + string(rune('0'+min(9, k)))
		}
	}
}

// isBody reports whether a path is running text, where places have no address of their own.
func isBody(path string) bool {
	return path == "text" || path == "html" || path == "body" || path == "description" || path == "summary" || path == "subject" || strings.HasSuffix(path, "/description")
}

// leftWords are the last n words before a place on its line; a word with digits stands as 0.
func leftWords(before string, n int) string {
	if len(before) > 80 {
		before = strings.ToValidUTF8(before[len(before)-80:], "")
	}
	ws := splitWords(before)
	if len(ws) < n {
		return ""
	}
	return maskDigits(joinFolds(ws[len(ws)-n:]))
}

// rightWords are the first n words after a place.
func rightWords(after string, n int) string {
	if len(after) > 60 {
		after = strings.ToValidUTF8(after[:60], "")
	}
	ws := splitWords(after)
	if len(ws) < n {
		return ""
	}
	return maskDigits(joinFolds(ws[:n]))
}

// fixedLine is a short line without digits, as a heading for what follows; "" otherwise.
func fixedLine(s string) string {
	if len(s) > 60 || strings.ContainsAny(s, "0123456789") {
		return ""
	}
	return normal.Fold(s)
}

// maskDigits writes every run of digits as one 0.
func maskDigits(s string) string {
	if !strings.ContainsAny(s, "0123456789") {
		return s
	}
	var b strings.Builder
	in := false
	for _, r := range s {
		if r >= '0' && r <= '9' {
			if !in {
				b.WriteByte('0')
			}
			in = true
			continue
		}
		in = false
		b.WriteRune(r)
	}
	return b.String()
}
