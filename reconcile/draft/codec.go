package draft

// This file: how each field's column is read.

import (
	"fmt"
	"math/bits"
	"strings"

	"salvage/model"
	"salvage/model/mapping"
)

// codec settles how a field's column is read.
func (d *Draft) codec(e *Entity, f *Field) {
	c := f.cand.column
	if c.packed != nil {
		f.As, f.Path, f.Label, f.Sep, f.N = c.packed.as, c.packed.path, c.packed.label, c.packed.sep, c.packed.n
		return
	}
	switch f.rule.fit {
	case fitRef, fitPlace:
		if f.rule.ref != "" && c.ref != nil && d.picked[f.rule.ref] == c.ref.to {
			f.As, f.Ref = "ref", f.rule.ref
			if len(c.ref.to.key()) > 1 && len(c.ref.cols) == len(c.ref.to.key()) && f.cand.join == "" {
				f.Cols = c.ref.cols
			}
		}
	case fitTime, fitPast, fitDate:
		timeCodec(f, c)
	case fitMoney:
		d.moneyCodec(e, f, c)
	case fitInt, fitYear:
		f.As = "int"
	case fitEmail:
		if c.lowerOnly() {
			f.As = "lower"
		}
	case fitFirst, fitLast:
		if c.upperOnly() {
			f.As = "upper"
			f.Why += "; all in capitals"
		}
	case fitFull:
		nameOrder(f, c)
	case fitWord:
		d.wordCodec(e, f, c)
	}
}

func (c *column) lowerOnly() bool {
	n := 0
	for _, s := range c.kmv.vals {
		if s != strings.ToLower(s) {
			return false
		}
		n++
	}
	return n > 0
}

func (c *column) upperOnly() bool {
	n := 0
	for _, s := range c.kmv.vals {
		if s != strings.ToUpper(s) {
			return false
		}
		n++
	}
	return n > 4
}

func timeCodec(f *Field, c *column) {
	switch c.class {
	case mapping.ClassTimestampTZ:
		f.As = "tz"
	case mapping.ClassTimestamp:
		f.As = "naive"
	case mapping.ClassDate:
		f.As = "date"
	case mapping.ClassInt:
		f.As = "epoch"
		f.Millis = c.maxN > 100_000_000_000
		if f.Millis {
			f.Why += "; milliseconds since 1970"
		} else {
			f.Why += "; seconds since 1970"
		}
	default:
		textTime(f, c)
	}
}

func textTime(f *Field, c *column) {
	if c.full() == 0 || c.layouts == 0 {
		f.As = "naive"
		f.Unsure = "text whose layout no row shows"
		return
	}
	i := bits.TrailingZeros64(c.layouts)
	switch l := textLayouts[i]; {
	case i == 0:
		f.As = "tz"
	case l == "2006-01-02":
		f.As = "date"
	case l == "2006-01-02 15:04:05":
		f.As = "naive"
	default:
		f.As, f.Layout = "text-time", l
		f.Why += "; every value is of this layout"
	}
	for j := i + 1; j < len(textLayouts); j++ {
		if c.layouts>>uint(j)&1 == 1 && !sameLayout(textLayouts[i], textLayouts[j], c) {
			f.Unsure = fmt.Sprintf("layout %q", textLayouts[j])
		}
	}
}

// sameLayout reports whether two layouts read all sampled values alike.
func sameLayout(a, b string, c *column) bool {
	for _, s := range c.kmv.vals {
		x, e1 := parseIn(a, s)
		y, e2 := parseIn(b, s)
		if e1 != nil || e2 != nil || !x.Equal(y) {
			return false
		}
	}
	return true
}

// moneyCodec tells whole units from minor ones.
func (d *Draft) moneyCodec(e *Entity, f *Field, c *column) {
	minorName := has(c.words, "minor")
	switch unit := d.opt.Overlap.unit(c); {
	case unit != "":
		f.As = unit
		f.Why += "; so the evidence's amounts agree"
	case minorName && c.cents == 0:
		f.As = "minor"
	case c.cents > 0, c.class == mapping.ClassMoney, c.class == mapping.ClassNumeric, c.class == mapping.ClassFloat:
		f.As = "major"
	case c.ints == 0:
		f.As = "minor"
		f.Unsure = "as: major; no row shows it"
	default:
		f.As = "minor"
		if unit, sure := d.guessUnit(e, c); !sure {
			f.As = unit
			f.Unsure = "as: " + map[string]string{"minor": "major", "major": "minor"}[unit]
		}
	}
}

// guessUnit looks at whole numbers: minor units are large and rarely end in 00 throughout, or do so while
// another money column of the table says its unit.
func (d *Draft) guessUnit(e *Entity, c *column) (unit string, sure bool) {
	for _, o := range c.t.cols {
		if o != c && has(o.words, "minor") && has(o.words, "amount", "price", "total", "deposit", "paidword") && o.cents == 0 {
			return "minor", true
		}
	}
	odd := 0
	n := 0
	for _, s := range c.kmv.vals {
		n++
		if len(s) > 2 && !strings.HasSuffix(s, "00") {
			odd++
		}
	}
	switch {
	case c.maxN >= 10000 && n >= 8 && odd*4 > n:
		return "minor", true
	case c.maxN >= 5000:
		return "minor", false
	}
	return "major", false
}

// nameOrder sees whether the family name stands first, and what parts the two.
func nameOrder(f *Field, c *column) {
	if c.full() > 0 && c.share(shComma) > 0.6 {
		count := map[string]int{}
		for _, s := range c.kmv.vals {
			count[nameSign(s)]++
		}
		for _, sep := range sortedNames(count) {
			if sep != "" && (f.Sep == "" || count[sep] > count[f.Sep]) {
				f.Sep = sep
			}
		}
		f.Last1st = true
		f.Why += "; family name first"
		return
	}
	if c.local > 10 && c.localHead > 4*(c.local-c.localHead) && c.share(shPersons) > 0.7 {
		f.Last1st = true // the last word is what the e-mail begins with: "Lee Ann" of ann.lee@…
		f.Unsure = "order: first-last"
	}
}

// wordCodec drafts what the words of a small vocabulary mean. Words that nobody knows are asked.
func (d *Draft) wordCodec(e *Entity, f *Field, c *column) {
	known, look := canonical(f.rule.kind, f.Name)
	if known == nil {
		freeWords(f, c)
		return
	}
	f.As = "map"
	counts := c.vocab.count
	raws := c.vocab.list()
	for _, w := range d.facts.declaredWords(c) {
		if _, ok := counts[w]; !ok {
			raws = append(raws, w)
		}
	}
	if c.vocab.over || len(raws) == 0 {
		f.Ask = "no row shows the words it holds"
		return
	}
	for _, raw := range raws {
		w := Word{Raw: raw, Rows: counts[raw], Word: d.opt.Answers[wordID(e, f, raw)]}
		if w.Word == "" && has(c.words, "cancelled") && c.class == mapping.ClassBool {
			w.Word = map[bool]string{true: model.Cancelled, false: model.Confirmed}[raw == "t" || raw == "1" || raw == "true"]
		}
		if w.Word == "" {
			w.Word = look(raw)
		}
		if g := d.opt.Overlap.word(c, raw); g != "" && w.Word == "" {
			w.Word = g
		}
		f.Words = append(f.Words, w)
	}
	d.askWords(e, f, known)
}

// freeWords translates words that have no canonical form in the language but one that evidence uses: card,
// cash and bank; web, phone, walk-in and partner. Words that nobody knows stand for themselves.
func freeWords(f *Field, c *column) {
	look := map[model.Field]func(string) string{model.FMethod: methodWord, model.FChannel: channelWord}[f.Name]
	if look == nil || c.vocab.over || !c.isText() {
		return
	}
	var ws []Word
	changed := false
	for _, raw := range c.vocab.list() {
		w := look(raw)
		changed = changed || w != "" && w != raw
		if w == "" {
			w = raw
		}
		ws = append(ws, Word{Raw: raw, Word: w, Rows: c.vocab.count[raw]})
	}
	if changed {
		f.As, f.Words = "map", ws
	}
}

func wordID(e *Entity, f *Field, raw string) string {
	return fmt.Sprintf("word:%s.%s:%s", e.Name, f.Name, raw)
}

func (d *Draft) askWords(e *Entity, f *Field, known []string) {
	for _, w := range f.Words {
		if w.Word == "" && w.Rows > 0 {
			d.ask(Question{ID: wordID(e, f, w.Raw), Must: true, Choices: known,
				Text: fmt.Sprintf("What does %q mean in %s.%s?", w.Raw, f.cand.t.Name, f.cand.Name), Why: fmt.Sprintf("%d rows have it", w.Rows)})
		}
	}
}

// declaredWords are the words that a column's type or a check allows.
func (f *Facts) declaredWords(c *column) []string {
	if w, ok := f.Schema.Enums[c.Type]; ok {
		return w
	}
	bare := strings.Trim(c.Type[strings.LastIndexByte(c.Type, '.')+1:], `"`)
	for _, name := range sortedNames(f.Schema.Enums) {
		if strings.Trim(name[strings.LastIndexByte(name, '.')+1:], `"`) == bare {
			return f.Schema.Enums[name]
		}
	}
	if s := strings.ToLower(c.Type); strings.HasPrefix(s, "enum(") {
		return quoted(c.Type)
	}
	for _, check := range c.t.Checks {
		if mentions(check, c.Name) && (strings.Contains(check, "ANY") || strings.Contains(strings.ToUpper(check), " IN ")) && !strings.Contains(check, "AND") {
			return quoted(check)
		}
	}
	return nil
}

// mentions reports whether a check names the column and no other word like it.
func mentions(check, col string) bool {
	for _, p := range strings.FieldsFunc(check, func(r rune) bool {
		return !(r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r > 127)
	}) {
		if p == col {
			return true
		}
	}
	return false
}

// quoted lists the texts in single quotes.
func quoted(s string) []string {
	var out []string
	for {
		i := strings.IndexByte(s, '\'')
		if i < 0 {
			return out
		}
		s = s[i+1:]
		j := strings.IndexByte(s, '\'')
		if j < 0 {
			return out
		}
		if w := s[:j]; len(w) <= vocabLen && len(out) < vocabSize {
			out = append(out, w)
		}
		s = s[j+1:]
	}
}
