package fuse

// This file: what is said of one field of one thing, in the order in which it was said.

import (
	"sort"
	"time"

	"salvage/model"
	"salvage/reconcile/learn"
	"salvage/reconcile/match"
)

// said is one claim in its time.
type said struct {
	value   model.Value
	at      int64
	source  string // mail, calendar, stripe
	trust   model.PPM
	by      string
	act     model.Act
	genuine bool
	edited  bool // the source says that it was changed after it was made
	ref     model.ClaimRef
}

// statements lists every statement that speaks for a node: its mentions and the objects of its payments.
func (f *fuser) statements(n *match.Node) []*learn.Statement {
	var out []*learn.Statement
	seen := map[string]bool{}
	take := func(ms []*match.Mention) {
		for _, me := range ms {
			if !seen[me.Key] {
				seen[me.Key] = true
				out = append(out, me.Versions...)
			}
		}
	}
	take(n.Mentions)
	for _, x := range n.Payments {
		take(f.m.Payments[x].Mentions)
	}
	sort.SliceStable(out, func(a, b int) bool { return out[a].At < out[b].At || out[a].At == out[b].At && out[a].Key < out[b].Key })
	return out
}

// all gathers what is said of one field; of one statement only the most trusted claim.
func all(sts []*learn.Statement, k model.Kind, fl model.Field) []said {
	var out []said
	for _, s := range sts {
		if s.Spoofed {
			continue
		}
		for i := range s.Claims {
			c := &s.Claims[i]
			if c.Kind == k && c.Field == fl && !c.Value.IsZero() {
				out = append(out, said{value: c.Value, at: s.At, source: sourceOf(s.Media), trust: c.Trust, by: c.By, act: s.Act, genuine: s.Genuine, edited: edited(s),
					ref: model.ClaimRef{Evidence: s.Key, At: s.At, Span: c.Span, Text: c.Value.String(), By: c.By}})
				break
			}
		}
	}
	return out
}

// edited reports whether an event was changed well after it was created. One that was only ever typed in copies what
// was known then: it does not outdate what it copies.
func edited(s *learn.Statement) bool {
	if sourceOf(s.Media) != "calendar" {
		return true
	}
	for i := range s.Claims {
		if c := &s.Claims[i]; c.Kind == model.Reservation && c.Field == model.FCreatedAt {
			return s.At > c.Value.Num+hour
		}
	}
	for i := range s.Segments {
		if s.Segments[i].Path == "created" {
			if t, err := time.Parse(time.RFC3339, s.Segments[i].Text); err == nil {
				return s.At > t.UnixMicro()+hour
			}
		}
	}
	return s.Sequence > 0
}

func sourceOf(media string) string {
	for i := range media {
		if media[i] == '/' {
			return media[:i]
		}
	}
	return media
}

// agree reports whether two values say the same: times to the minute, a civil date with any moment of it.
func (f *fuser) agree(a, b model.Value) bool {
	if a == b {
		return true
	}
	switch {
	case a.Type == model.Instant && b.Type == model.Instant:
		d := a.Num - b.Num
		return d < minute && d > -minute
	case a.Type == model.Date && b.Type == model.Instant:
		return civil(b, f) == a.Num
	case b.Type == model.Date && a.Type == model.Instant:
		return civil(a, f) == b.Num
	case a.Type == model.Money && b.Type == model.Money:
		return a.Num == b.Num
	}
	return a.Type == b.Type && a.Type != model.Money && foldEqual(a.Str, b.Str) && a.Num == b.Num
}

const (
	minute = int64(60_000_000)
	hour   = 60 * minute
	day    = 24 * hour
)

func civil(v model.Value, f *fuser) int64 {
	t := v.Time().In(f.opt.Zone)
	return model.DateValue(t.Year(), t.Month(), t.Day()).Num
}

// verdict is how a field came out.
type verdict struct {
	cell  model.Cell
	ok    bool
	open  bool   // sources disagree and nothing decides
	rival []said // the other values, one each
	all   []said
}

// settle folds what is said of a field of a thing that only evidence knows. The newest genuine letter counts
// most, since letters are sent and not edited; an entry of a calendar counts where no letter speaks, and where
// it was changed after the last letter it makes the field open.
func (f *fuser) settle(list []said) verdict {
	list = believable(list)
	if len(list) == 0 {
		return verdict{}
	}
	best := f.newest(list)
	v := verdict{ok: true, all: list}
	sources := map[string]bool{}
	for _, s := range list {
		if f.agree(s.value, best.value) {
			v.cell.For = append(v.cell.For, s.ref)
			sources[s.source] = true
			if best.value.Type == model.Date && s.value.Type == model.Instant {
				best.value = s.value
			}
			continue
		}
		v.cell.Against = append(v.cell.Against, s.ref)
		if f.contests(s, best) {
			v.rival = f.addRival(v.rival, s)
		}
	}
	v.open = len(v.rival) > 0
	v.cell.Value = best.value
	v.cell.Mark = model.Likely
	v.cell.P = best.trust
	if v.cell.P == 0 {
		v.cell.P = 900_000
	}
	if len(sources) > 1 {
		v.cell.P = model.Certain - (model.Certain-v.cell.P)/4
	}
	if v.open {
		v.cell.P /= 2
	}
	return v
}

// believable drops what an unproven message says, and messages that speak of no booking.
func believable(list []said) []said {
	var out []said
	for _, s := range list {
		if s.genuine && s.act != model.ActNone {
			out = append(out, s)
		}
	}
	return out
}

// newest picks the statement that counts: letters before calendars before payments, the newest first, the measured
// reader before the guessed one.
func (f *fuser) newest(list []said) said {
	best := list[0]
	for _, s := range list[1:] {
		if weight(s) > weight(best) || weight(s) == weight(best) && s.at >= best.at {
			best = s
		}
	}
	return best
}

func weight(s said) int {
	w := map[string]int{"mail": 4, "calendar": 2, "stripe": 2}[s.source]
	if s.value.Type == model.Date {
		w -= 2
	}
	return w
}

// contests reports whether a differing statement puts the chosen one in doubt: it is newer and from another source
// that does not merely lag behind.
func (f *fuser) contests(s, best said) bool {
	if s.source == best.source || !s.edited || s.at <= best.at+hour || s.value.Type != best.value.Type {
		return false
	}
	slip := s.value.Type == model.Instant && s.value.Num-best.value.Num <= 3*hour && best.value.Num-s.value.Num <= 3*hour
	return s.trust >= measured || !slip // a typed hour that is a little off is a slip of a source known for slips
}

func (f *fuser) addRival(list []said, s said) []said {
	for _, x := range list {
		if f.agree(x.value, s.value) {
			return list
		}
	}
	return append(list, s)
}
