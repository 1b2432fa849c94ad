package learn

// This file: linking a reading of the overlap to a row of the backup without labels, by rarity-weighted
// agreement of values, accepted only with a margin over the second best row.

import (
	"math"
	"sort"

	"salvage/model"
	"salvage/reconcile/normal"
)

const (
	maxPostings  = 3000              // a value that more rows share tells nothing
	candPostings = 400               // a value that fewer rows share makes them candidates
	minute       = int64(60_000_000) // microseconds
	hour         = 60 * minute
	day          = 24 * hour
)

// linker scores rows for readings. It is used by one goroutine at a time.
type linker struct {
	rows  *Rows
	score map[int32]float64
	seen  map[string]bool
	ids   map[int32]bool // rows that an identifier of theirs alone names
}

func newLinker(rows *Rows) *linker {
	return &linker{rows: rows, score: map[int32]float64{}, seen: map[string]bool{}, ids: map[int32]bool{}}
}

// link gives the row a reading of the overlap speaks of, or -1.
func (l *linker) link(r *model.Reading, slots []slot) int {
	n := len(l.rows.List)
	if n == 0 {
		return -1
	}
	clear(l.score)
	clear(l.seen)
	clear(l.ids)
	for _, c := range r.Claims {
		if c.Value.Type == model.Text {
			f := normal.Fold(c.Value.Str)
			if c.Field == model.FPhone {
				f = normal.PhoneKey(c.Value.Str, "")
			}
			l.vote(f, true)
		}
	}
	for i := range slots {
		if s := &slots[i]; s.fold != "" {
			l.vote(s.fold, s.typ != sWord || len(s.fold) > 5)
		}
	}
	return l.best(r, slots, min(9, 1.6*math.Log(float64(n+1))))
}

// vote adds a value's rarity to every row that has it; a strong value also makes candidates.
func (l *linker) vote(fold string, strong bool) {
	if fold == "" || l.seen[fold] {
		return
	}
	l.seen[fold] = true
	rows := l.rows.index[fold]
	if len(rows) == 0 || len(rows) > maxPostings {
		return
	}
	if len(rows) == 1 && l.rows.ids1[fold] {
		l.ids[rows[0]] = true
	}
	w := math.Log(float64(len(l.rows.List)+1) / float64(len(rows)))
	for _, i := range rows {
		if _, ok := l.score[i]; ok || (strong && len(rows) <= candPostings) || len(rows) == 1 && len(fold) >= 4 {
			l.score[i] += w
		}
	}
}

// best picks the row that leads by a margin.
func (l *linker) best(r *model.Reading, slots []slot, need float64) int {
	cands := make([]int32, 0, len(l.score))
	for i := range l.score {
		cands = append(cands, i)
	}
	sort.Slice(cands, func(a, b int) bool { return cands[a] < cands[b] })
	best, first, second := int32(-1), 0.0, 0.0
	for _, i := range cands {
		s := l.score[i] + l.numbers(&l.rows.List[i], slots) + near(&l.rows.List[i], r.At)
		switch {
		case s > first:
			best, first, second = i, s, first
		case s > second:
			second = s
		}
	}
	named := len(l.ids) == 1 && l.ids[best]
	if best < 0 || first < need && !named || second > 0.8*first {
		return -1
	}
	return int(best)
}

// numbers scores agreement of short words, dates and money with one row.
func (l *linker) numbers(row *Row, slots []slot) float64 {
	dates, money, words := 0.0, 0.0, 0.0
	for i := range slots {
		s := &slots[i]
		switch s.typ {
		case sDate:
			dates += dateScore(row, s)
		case sMoney:
			if money == 0 && hasMoney(row, s) {
				money = 1.5
			}
		case sWord:
			if words < 6 && len(s.fold) <= 5 {
				words += l.shortWord(row, s.fold)
			}
		}
	}
	return min(dates, 8) + money + min(words, 8)
}

// shortWord scores a short number or code that names the row's unit or key.
func (l *linker) shortWord(row *Row, fold string) float64 {
	for _, c := range row.cells {
		if c.fold == fold && l.rows.linkable(c) {
			if df := len(l.rows.index[fold]); df > 0 {
				return max(0, math.Log(float64(len(l.rows.List)+1)/float64(df))) * 0.8
			}
		}
	}
	return 0
}

// dateScore: the same wall-clock minute in some zone, or the same day.
func dateScore(row *Row, s *slot) float64 {
	best := 0.0
	for _, c := range row.cells {
		if c.val.Type != model.Instant && c.val.Type != model.Date {
			continue
		}
		for _, a := range s.alts {
			if a.Value.Type == model.Date || c.val.Type == model.Date {
				if d := a.Value.Num - c.val.Num; d > -day-day/2 && d < day/2 {
					best = max(best, 2)
				}
				continue
			}
			if _, ok := offsetOf(a.Value, c.val.Num); ok {
				best = max(best, 4)
			}
		}
	}
	return best
}

// offsetOf gives the zone offset in minutes under which a wall-clock time names an instant: a multiple of
// a quarter of an hour within ±14 hours, to the minute. An Instant must agree as it is.
func offsetOf(v model.Value, instant int64) (int64, bool) {
	d := v.Num - instant
	if v.Type == model.Instant {
		return 0, d > -minute && d < minute
	}
	if d < -14*hour-minute || d > 14*hour+minute {
		return 0, false
	}
	q := 15 * minute
	k := (d + q/2) / q
	if d+q/2 < 0 {
		k = -((-(d + q/2) + q - 1) / q)
	}
	rest := d - k*q
	return k * 15, rest > -minute && rest < minute
}

func hasMoney(row *Row, s *slot) bool {
	for _, c := range row.cells {
		if c.val.Type == model.Money && c.val.Num != 0 {
			for _, a := range s.alts {
				if a.Value.Num == c.val.Num || a.Value.Num == -c.val.Num {
					return true
				}
			}
		}
	}
	return false
}

// near scores that the evidence was written when the row was made or begins.
func near(row *Row, at int64) float64 {
	best := 0.0
	for _, f := range []model.Field{model.FCreatedAt, model.FStartsAt, model.FReturnedAt} {
		v := row.Res.Fields[f]
		if v.Type != model.Instant || at == 0 {
			continue
		}
		d := at - v.Num
		switch {
		case d > -10*minute && d < 10*minute:
			best = max(best, 4)
		case d > -day && d < day:
			best = max(best, 1)
		}
	}
	return best
}
