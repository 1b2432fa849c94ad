package fuse_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"salvage/model"
	"salvage/reconcile/learn"
)

// TestRowsOfTheBackup: are planned at the cut and over at the loss, and A-10 was over long before the cut.
func TestRowsOfTheBackup(t *testing.T) {
	moved := days(40)
	before, after := days(-5), days(5)
	tests := []struct {
		name  string
		code  string
		st    []learn.Statement
		field model.Field
		want  string // "" when it stays
		asked []string
	}{
		{"said before the cut", "A-24", []learn.Statement{letter("a", before, model.ActChanged, code("A-24"), starts(moved))}, model.FStartsAt, "", []string{}},
		{"said after the cut, well read", "A-24", []learn.Statement{letter("a", after, model.ActCreated, code("A-24"), starts(moved))}, model.FStartsAt, instant(moved).String(), []string{}},
		{"said after the cut, by a generic label", "A-24", []learn.Statement{letter("a", after, model.ActCreated, append(weak(starts(moved)), code("A-24"))...)}, model.FStartsAt, "", []string{"BK01"}},
		{"such a letter that announces a change", "A-24", []learn.Statement{letter("a", after, model.ActChanged, append(weak(starts(moved)), code("A-24"))...)}, model.FStartsAt, instant(moved).String(), []string{}},
		{"by the calendar alone", "A-24", []learn.Statement{event("e", before, after, "", code("A-24"), starts(moved))}, model.FStartsAt, "", []string{"BK01"}},
		{"by the calendar and a letter", "A-24", []learn.Statement{event("e", before, after, "", code("A-24"), starts(moved)), letter("a", after, "", append(weak(starts(moved)), code("A-24"))...)}, model.FStartsAt, instant(moved).String(), []string{}},
		{"the same value again", "A-24", []learn.Statement{letter("a", after, model.ActReminded, code("A-24"), starts(days(39).Add(20*time.Second)))}, model.FStartsAt, "", []string{}},
		{"the day of the value", "A-24", []learn.Statement{letter("a", after, model.ActChanged, code("A-24"), res(model.FStartsAt, model.DateValue(2025, 7, 10)))}, model.FStartsAt, "", []string{}},
		{"another total", "A-24", []learn.Statement{letter("a", after, model.ActChanged, code("A-24"), total(5))}, model.FTotal, "0.05 EUR", []string{}},
		{"a stay that was over", "A-10", []learn.Statement{letter("a", after, model.ActChanged, code("A-10"), starts(days(-100)))}, model.FStartsAt, "", []string{"LC05"}},
		{"another car, announced", "A-24", []learn.Statement{letter("a", after, model.ActChanged, code("A-24"), plate(6))}, model.FVehicle, "6", []string{}},
		{"another car, in the calendar alone", "A-24", []learn.Statement{event("e", before, after, "", code("A-24"), plate(6))}, model.FVehicle, "", []string{"FV04"}},
		{"another car before the cut", "A-24", []learn.Statement{letter("a", before, model.ActChanged, code("A-24"), plate(6))}, model.FVehicle, "", []string{}},
		{"another car of a stay that was over", "A-10", []learn.Statement{letter("a", after, model.ActChanged, code("A-10"), plate(6))}, model.FVehicle, "", []string{}},
		{"cancelled by letter", "A-24", []learn.Statement{letter("a", after, model.ActCancelled, code("A-24"))}, model.FStatus, model.Cancelled, []string{}},
		{"cancelled by letter before the cut", "A-24", []learn.Statement{letter("a", before, model.ActCancelled, code("A-24"))}, model.FStatus, model.Completed, []string{}},
		{"cancelled by the calendar alone", "A-24", []learn.Statement{event("e", before, after, model.ActCancelled, code("A-24"))}, model.FStatus, "", []string{"LC01"}},
		{"cancelled by the calendar, and refunded", "A-24", []learn.Statement{event("e", before, after, model.ActCancelled, code("A-24")), refund("re_1", 12400, after, code("A-24"))}, model.FStatus, model.Cancelled, []string{}},
		{"cancelled after the loss, on the Saturday", "A-24", []learn.Statement{letter("a", resumed.AddDate(0, 0, 1), model.ActCancelled, code("A-24"))}, model.FStatus, model.Cancelled, []string{}},
		{"nobody came", "A-22", []learn.Statement{letter("a", days(20), "", code("A-22"), res(model.FStatus, text(model.NoShow)))}, model.FStatus, model.NoShow, []string{}},
		{"only time passed", "A-22", nil, model.FStatus, model.Completed, []string{}},
		{"time did not pass it", "A-20", nil, model.FStartsAt, "", []string{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(tt.st...)
			was := w.row(tt.code).Fields[tt.field]
			r := w.run(t)
			e := r.of(tt.code)
			c := e.Fields[tt.field]
			assert.Equal(t, tt.asked, r.codes())
			if tt.want == "" {
				assert.False(t, c.Changed)
				assert.Equal(t, was, c.Value)
				return
			}
			assert.Equal(t, tt.want, c.Value.String())
			assert.True(t, c.Changed)
			assert.Equal(t, was, c.Was, "what it replaces is kept")
			assert.Equal(t, model.Updated, e.State)
		})
	}
}

func TestRowsThatNothingSpeaksOfStay(t *testing.T) {
	w := newWorld()
	for _, e := range w.run(t).Entities {
		if e.Kind != model.Reservation {
			assert.Equal(t, model.Unchanged, e.State)
			continue
		}
		for f, c := range e.Fields {
			assert.True(t, !c.Changed || f == model.FStatus && c.Mark == model.Derived, "%s %s", e.Label, f)
		}
	}
}

// TestWhatPeopleChangedSinceIsKept: the live database holds another value than the backup.
func TestWhatPeopleChangedSinceIsKept(t *testing.T) {
	byHand := days(41)
	tests := []struct {
		name  string
		say   learn.Statement
		field model.Field
		hand  model.Value
	}{
		{"a start", letter("a", days(5), model.ActChanged, code("A-24"), starts(days(40))), model.FStartsAt, instant(byHand)},
		{"a car", letter("a", days(5), model.ActChanged, code("A-24"), plate(6)), model.FVehicle, model.RefValue("3")},
		{"a state", letter("a", days(5), model.ActCancelled, code("A-24")), model.FStatus, text(model.NoShow)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, hand := range []bool{false, true} {
				w := newWorld(tt.say)
				live := *w.row("A-24")
				live.Fields = fields{}
				for f, v := range w.row("A-24").Fields {
					live.Fields[f] = v
				}
				if hand {
					live.Fields[tt.field] = tt.hand
				}
				w.live = &model.Books{Zone: "UTC", Records: map[model.Kind][]*model.Record{model.Reservation: {&live}}}
				c := w.run(t).of("A-24").Fields[tt.field]
				assert.Equal(t, !hand, c.Changed)
				if hand {
					assert.Equal(t, tt.hand, c.Value)
				}
			}
		})
	}
}

func TestRowsThatWereOddBeforeAskNothing(t *testing.T) {
	w := newWorld()
	w.row("A-23").Fields[model.FEndsAt] = w.row("A-23").Fields[model.FStartsAt]
	r := w.run(t)
	assert.Empty(t, r.codes(), "what the backup holds and nothing changed is the company's own affair")
	assert.False(t, r.of("A-23").Fields[model.FEndsAt].Changed)
}
