package sources

// This file: what was pulled, as a table of stream and week.

import (
	"slices"
	"strings"
	"time"
)

// Span is what became of one stretch of a stream. A zero From is since ever, a zero To until now.
type Span struct {
	Stream   string
	From, To time.Time
	State    State
	Why      string
}

// Spans are the windows of a report that cover a span of time, or all of it.
func (r Report) Spans() []Span {
	var out []Span
	for _, c := range r.Covered {
		out = append(out, Span{c.Stream, c.From, c.To, c.State, c.Why})
	}
	return out
}

// Weeks lays the spans of a source over the weeks from since to now, each from Monday in UTC: a week is a
// hole when any span in it is, complete when the complete ones cover it without a gap, else not asked.
// Streams come in the order of their names.
func Weeks(spans []Span, since, now time.Time) []Span {
	by := map[string][]Span{}
	var names []string
	for _, s := range spans {
		if by[s.Stream] == nil {
			names = append(names, s.Stream)
		}
		by[s.Stream] = append(by[s.Stream], s)
	}
	slices.Sort(names)
	var out []Span
	for _, name := range names {
		for at := Monday(since); at.Before(now); at = at.AddDate(0, 0, 7) {
			from, to := at, at.AddDate(0, 0, 7)
			if from.Before(since) {
				from = since
			}
			if to.After(now) {
				to = now
			}
			out = append(out, week(name, by[name], from, to))
		}
	}
	return out
}

// week judges one week of one stream.
func week(name string, spans []Span, from, to time.Time) Span {
	w := Span{Stream: name, From: from, To: to, State: NotAsked}
	var why []string
	var done []Span
	for _, s := range spans {
		if !s.To.IsZero() && !s.To.After(from) || !s.From.IsZero() && !s.From.Before(to) {
			continue
		}
		switch s.State {
		case Holed:
			if w.State = Holed; !slices.Contains(why, s.Why) {
				why = append(why, s.Why)
			}
		case Complete:
			done = append(done, s)
		case NotAsked:
			if w.Why == "" {
				w.Why = s.Why
			}
		}
	}
	if w.State == Holed {
		w.Why = strings.Join(why, "; ")
		return w
	}
	if covers(done, from, to) {
		w.State, w.Why = Complete, ""
	}
	return w
}

// covers says whether spans cover a stretch without a gap.
func covers(spans []Span, from, to time.Time) bool {
	slices.SortFunc(spans, func(a, b Span) int { return a.From.Compare(b.From) })
	for _, s := range spans {
		if !s.From.IsZero() && s.From.After(from) {
			return false
		}
		if s.To.IsZero() || !s.To.Before(to) {
			return true
		}
		if s.To.After(from) {
			from = s.To
		}
	}
	return false
}

// Monday is the beginning of the week of t, in UTC: weeks are the same in every run.
func Monday(t time.Time) time.Time {
	t = t.UTC()
	d := time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
	return d.AddDate(0, 0, -(int(d.Weekday())+6)%7)
}
