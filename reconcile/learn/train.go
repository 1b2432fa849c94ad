package learn

// This file: counting how often a place agrees with a field over the linked overlap.

import (
	"sort"
	"strconv"
	"strings"

	"salvage/model"
	"salvage/reconcile/normal"
)

// ruleKey is a place within a scope.
type ruleKey struct{ scope, anchor string }

// rule is an accepted reading of a place.
type rule struct {
	Rule
	typ  slotType
	tag  string
	zone *zone
}

// stat counts one place.
type stat struct {
	typ slotType
	n   int
	f   map[fieldID]*fieldStat
}

// fieldStat counts one field at one place.
type fieldStat struct {
	has, agree, excused, disc int
	distinct                  map[string]struct{}
	tags                      map[string]int
	samples                   []sample
}

// sample is one possible agreement of a date with an instant of a row.
type sample struct {
	alts []sampleAlt
	row  int64
	disc bool
	pick *zone // of the row's places, nil when not known
	back *zone
}

type sampleAlt struct {
	tag           string
	num           int64
	instant, date bool
}

const maxSamples = 400

// trainer accumulates.
type trainer struct {
	rows     *Rows
	vocab    *vocab
	locZones map[string]*zone
	locs     map[string][]string // folded phrase -> location keys
	freq     map[ruleKey]int
	linked   map[string]int // readings by scope
	stats    map[ruleKey]*stat
	share    float64          // of all rows, edited ones included, in which a place must agree
	wanted   map[ruleKey]bool // places that are counted however rare
	known    map[ruleKey]bool // places that were judged before: not counted again
}

func newTrainer(m *Model, rows *Rows) *trainer {
	return &trainer{rows: rows, share: minShare, locZones: m.locZones, vocab: m.vocab, locs: m.vocabLocs, freq: map[ruleKey]int{}, linked: map[string]int{}, stats: map[ruleKey]*stat{}}
}

// keys are the places that were counted, in a fixed order.
func (t *trainer) keys() []ruleKey {
	keys := make([]ruleKey, 0, len(t.stats))
	for k := range t.stats {
		keys = append(keys, k)
	}
	sort.Slice(keys, func(a, b int) bool {
		return keys[a].scope < keys[b].scope || keys[a].scope == keys[b].scope && keys[a].anchor < keys[b].anchor
	})
	return keys
}

// count is the first pass: how often each place occurs among linked readings.
func (t *trainer) count(in *scopes, slots []slot) {
	for i, sc := range in.own {
		t.linked[sc]++
		if in.inner[i] != sc {
			t.linked[in.inner[i]]++
		}
	}
	for i := range slots {
		for si, sc := range in.of(&slots[i]) {
			for _, a := range slots[i].anchors {
				if usable(si, a) {
					t.freq[ruleKey{sc, a}]++
				}
			}
		}
	}
}

const minSupport = 3

// add is the second pass: every place that occurs often enough against every field of the linked row.
func (t *trainer) add(r *model.Reading, in *scopes, slots []slot, row *Row) {
	later := row.Updated > r.At+minute
	var hungry []*stat
	for i := range slots {
		s := &slots[i]
		if hungry = t.hungry(hungry[:0], in.of(s), s); len(hungry) == 0 {
			continue
		}
		outcome := t.compare(s, row)
		for _, st := range hungry {
			if len(outcome) == 0 {
				break
			}
			st.n++
			for _, o := range outcome {
				st.note(o, later)
			}
		}
	}
}

// frequent reports whether a place occurs often enough to be worth counting: places named by running words must
// belong to the template, not to one message's names.
func (t *trainer) frequent(k ruleKey) bool {
	n := t.freq[k]
	return n >= minSupport && (!strings.ContainsAny(k.anchor, "<>^&@") || n*100 >= t.linked[k.scope])
}

// enough is how many linked readings judge one place; more would say the same again.
const enough = 500

// hungry lists the places of a slot that occur often enough to be judged and have not been judged enough.
func (t *trainer) hungry(out []*stat, scopes *scope, s *slot) []*stat {
	for si, sc := range scopes {
		for _, a := range s.anchors {
			k := ruleKey{sc, a}
			if !usable(si, a) {
				continue
			}
			st := t.stats[k]
			if st == nil {
				if t.known[k] || !t.frequent(k) && !t.wanted[k] {
					continue
				}
				st = &stat{typ: s.typ, f: map[fieldID]*fieldStat{}}
				t.stats[k] = st
			}
			if st.n < enough {
				out = append(out, st)
			}
		}
	}
	return out
}

// comparison is how one slot came out against one field of its row.
type comparison struct {
	id     fieldID
	agree  bool
	maybe  bool // a date that agrees under some zone
	disc   bool // no other field of the row has this value
	tag    string
	value  string
	sample sample
}

// compare holds a slot against all fields of a row that it could be.
func (t *trainer) compare(s *slot, row *Row) []comparison {
	var out []comparison
	for i := range row.cells {
		c := &row.cells[i]
		n := t.rows.names[c.id]
		if skipField(n.field) {
			continue
		}
		cmp := comparison{id: c.id}
		switch {
		case s.typ == sDate && (c.val.Type == model.Instant || c.val.Type == model.Date):
			cmp.sample, cmp.maybe = dateSample(s, c)
			cmp.sample.pick, cmp.sample.back = t.placeZones(row)
			cmp.value = strconv.FormatInt(c.val.Num, 10)
		case s.typ == sMoney && c.val.Type == model.Money:
			cmp.tag, cmp.agree = moneyTag(s, c)
			cmp.value = strconv.FormatInt(c.val.Num, 10)
		case s.typ == sWord && c.val.Type == model.Money && !s.body:
			cmp.tag, cmp.agree = unitTag(s, c)
			cmp.value = strconv.FormatInt(c.val.Num, 10)
			if !cmp.agree {
				continue
			}
		case s.typ >= sWord && s.typ <= sText && c.fold != "":
			cmp.agree, cmp.value = t.sameText(s, c, n), c.fold
		default:
			continue
		}
		out = append(out, cmp)
	}
	return t.mark(merge(out))
}

// placeZones are the zones of the places where a row's stay begins and ends.
func (t *trainer) placeZones(row *Row) (pick, back *zone) {
	pick = t.locZones[row.Res.Fields[model.FPickupLoc].Str]
	back = t.locZones[row.Res.Fields[model.FReturnLoc].Str]
	if back == nil {
		back = pick
	}
	return pick, back
}

// skipField leaves out words that evidence shares by chance.
func skipField(f model.Field) bool {
	switch f {
	case model.FStatus, model.FPayKind, model.FMethod, model.FChannel, model.FCurrency, model.FUpdatedAt, model.FNotes, "language", "country":
		return true
	}
	return false
}

// merge joins several cells of one field (a booking with two payments): any agreement counts.
func merge(in []comparison) []comparison {
	var out []comparison
	for _, c := range in {
		joined := false
		for i := range out {
			if out[i].id == c.id {
				if !out[i].agree && !out[i].maybe && (c.agree || c.maybe) {
					out[i] = c
				}
				joined = true
			}
		}
		if !joined {
			out = append(out, c)
		}
	}
	return out
}

// mark notes which agreements tell their field apart from the other fields of the same thing. Payments repeat what
// their reservation says, so the two do not compete.
func (t *trainer) mark(cs []comparison) []comparison {
	for i := range cs {
		if !cs[i].agree && !cs[i].maybe {
			continue
		}
		cs[i].disc = true
		for j := range cs {
			same := (t.rows.names[cs[i].id].kind == model.Payment) == (t.rows.names[cs[j].id].kind == model.Payment)
			if i != j && same && (cs[j].agree || cs[j].maybe) && cs[j].value == cs[i].value {
				cs[i].disc = false
			}
		}
	}
	return cs
}

// sameText compares folded text, places by their rows, names in any order.
func (t *trainer) sameText(s *slot, c *cell, n fieldName) bool {
	if s.fold == c.fold {
		return true
	}
	switch {
	case s.typ == sPhrase && s.phrase.kind == model.Location && strings.HasPrefix(c.fold, "\x00loc:"):
		for _, k := range t.locs[s.fold] {
			if "\x00loc:"+k == c.fold {
				return true
			}
		}
	case n.field == model.FFullName && (s.typ == sText || s.typ == sPhrase):
		return len(s.fold) < 80 && normal.NameKey(s.fold) == normal.NameKey(c.fold)
	}
	return false
}

func dateSample(s *slot, c *cell) (sample, bool) {
	sm := sample{row: c.val.Num}
	for _, a := range s.alts {
		isDate := a.Value.Type == model.Date
		if isDate || c.val.Type == model.Date {
			if d := a.Value.Num - c.val.Num; d <= -2*day || d >= 2*day {
				continue
			}
		} else if _, ok := offsetOf(a.Value, c.val.Num); !ok {
			continue
		}
		sm.alts = append(sm.alts, sampleAlt{tag: a.Tag, num: a.Value.Num, instant: a.Value.Type == model.Instant, date: isDate})
	}
	return sm, len(sm.alts) > 0
}

func moneyTag(s *slot, c *cell) (string, bool) {
	for _, a := range s.alts {
		if a.Value.Num == c.val.Num && (a.Value.Cur == "" || c.val.Cur == "" || a.Value.Cur == c.val.Cur || a.Value.Cur != c.val.Cur && model.MinorDigits(a.Value.Cur) == model.MinorDigits(c.val.Cur)) {
			return a.Tag, true
		}
	}
	return "", false
}

func unitTag(s *slot, c *cell) (string, bool) {
	n, err := strconv.ParseInt(s.fold, 10, 64)
	if err != nil || c.val.Num == 0 {
		return "", false
	}
	switch c.val.Num {
	case n:
		return "minor", n >= 100
	case n * 100:
		return "major", true
	}
	return "", false
}

// note adds one comparison; a mismatch with a row that was edited later is no evidence against the place.
func (st *stat) note(o comparison, later bool) {
	f := st.f[o.id]
	if f == nil {
		f = &fieldStat{distinct: map[string]struct{}{}, tags: map[string]int{}}
		st.f[o.id] = f
	}
	f.has++
	switch {
	case o.maybe:
		o.sample.disc = o.disc
		if len(f.samples) < maxSamples {
			f.samples = append(f.samples, o.sample)
		}
		f.agree++
	case o.agree:
		f.agree++
		f.tags[o.tag]++
	case later:
		f.excused++
	}
	if o.agree || o.maybe {
		if o.disc {
			f.disc++
		}
		if len(f.distinct) < 16 {
			f.distinct[o.value] = struct{}{}
		}
	}
}
