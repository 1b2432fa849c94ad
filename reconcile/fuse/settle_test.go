package fuse_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"salvage/model"
	"salvage/reconcile/learn"
)

func TestWhichStartCounts(t *testing.T) {
	a, b, c := days(60), days(63), days(66)
	made := days(5)
	first := letter("a", made, model.ActCreated, full("N-1", a)...)
	second := letter("b", made.AddDate(0, 0, 2), model.ActChanged, code("N-1"), starts(b), ends(b.AddDate(0, 0, 3)))
	typed := func(created, changed time.Time, start time.Time, trust model.PPM) learn.Statement {
		cl := starts(start)
		cl.Trust = trust
		return event("e", created, changed, "", code("N-1"), cl)
	}
	tests := []struct {
		name  string
		st    []learn.Statement
		want  time.Time
		asked []string
		p     bool // sure
	}{
		{"one letter", []learn.Statement{first}, a, []string{}, true},
		{"the newest letter wins", []learn.Statement{first, second}, b, []string{}, true},
		{"whatever the order in which they are found", []learn.Statement{second, first}, b, []string{}, true},
		{"an entry that copies the first letter does not contest", []learn.Statement{first, second, typed(made, made, a, 990_000)}, b, []string{}, true},
		{"nor one that was typed late from an old letter", []learn.Statement{first, second, typed(made.AddDate(0, 0, 5), made.AddDate(0, 0, 5), a, 990_000)}, b, []string{}, true},
		{"an entry that was changed after the letter makes it open", []learn.Statement{first, typed(made, made.AddDate(0, 0, 5), c, 990_000)}, a, []string{"FV01"}, false},
		{"an entry changed before the newest letter does not", []learn.Statement{first, second, typed(made, made.AddDate(0, 0, 1), c, 990_000)}, b, []string{}, true},
		{"a typed hour that is a little off is a slip", []learn.Statement{first, typed(made, made.AddDate(0, 0, 5), a.Add(2*time.Hour), 900_000)}, a, []string{}, true},
		{"unless that calendar was measured to be right", []learn.Statement{first, typed(made, made.AddDate(0, 0, 5), a.Add(2*time.Hour), 990_000)}, a, []string{"FV01"}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newWorld(tt.st...).run(t)
			e := r.of("N-1")
			cell := e.Fields[model.FStartsAt]
			assert.Equal(t, instant(tt.want).String(), cell.Value.String())
			assert.Equal(t, tt.asked, r.codes())
			assert.Equal(t, tt.p, cell.P >= 900_000)
			assert.Equal(t, !tt.p, e.Held(), "a start in doubt holds the row")
			assert.NotEmpty(t, cell.For)
		})
	}
}

func TestCivilDatesAreNoMoments(t *testing.T) {
	dated := full("N-1", days(60))
	dated[4] = res(model.FStartsAt, model.DateValue(2025, 7, 31))
	r := newWorld(letter("a", days(5), model.ActCreated, dated...)).run(t)
	e := r.of("N-1")
	assert.True(t, e.Get(model.FStartsAt).IsZero())
	require.True(t, e.Held())
	assert.Equal(t, "BK03", e.Holds[0].Code)
	w := newWorld(letter("a", days(5), model.ActCreated, dated...))
	for _, row := range w.books.Records[model.Reservation] { // a company that keeps days
		v := row.Fields[model.FStartsAt].Time()
		row.Fields[model.FStartsAt] = model.DateValue(v.Year(), v.Month(), v.Day())
	}
	assert.Equal(t, "2025-07-31", w.run(t).of("N-1").Get(model.FStartsAt).String())
}

func TestUnprovenClaimsSettleNothing(t *testing.T) {
	forged := letter("b", days(9), model.ActChanged, code("N-1"), starts(days(90)), total(1))
	forged.Genuine = false
	quiet := letter("c", days(10), model.ActNone, code("N-1"), starts(days(91)), total(2))
	e := newWorld(letter("a", days(5), model.ActCreated, full("N-1", days(60))...), forged, quiet).run(t).of("N-1")
	assert.Equal(t, instant(days(60)).String(), e.Get(model.FStartsAt).String())
	assert.Equal(t, eur(20000), e.Get(model.FTotal))
}

func TestTheCourseOfALostBooking(t *testing.T) {
	made := days(5)
	confirm := func(start time.Time) learn.Statement {
		return letter("a", made, model.ActCreated, full("N-1", start)...)
	}
	off := letter("b", made.AddDate(0, 0, 1), model.ActCancelled, code("N-1"))
	on := letter("c", made.AddDate(0, 0, 2), model.ActChanged, code("N-1"))
	tests := []struct {
		name  string
		st    []learn.Statement
		want  string
		mark  model.Mark
		asked []string
	}{
		{"yet to come", []learn.Statement{confirm(days(60))}, model.Confirmed, model.Derived, []string{}},
		{"under way at the loss", []learn.Statement{confirm(days(43))}, model.Active, model.Derived, []string{}},
		{"over at the loss", []learn.Statement{confirm(days(20))}, model.Completed, model.Derived, []string{}},
		{"cancelled", []learn.Statement{confirm(days(20)), off}, model.Cancelled, model.Likely, []string{}},
		{"cancelled, found before it was made", []learn.Statement{off, confirm(days(20))}, model.Cancelled, model.Likely, []string{}},
		{"cancelled by the calendar", []learn.Statement{confirm(days(20)), event("e", made, made.AddDate(0, 0, 1), model.ActCancelled, code("N-1"))}, model.Cancelled, model.Likely, []string{}},
		{"a reminder after it reopens nothing", []learn.Statement{confirm(days(20)), off, letter("c", made.AddDate(0, 0, 2), model.ActReminded, code("N-1"))}, model.Cancelled, model.Likely, []string{}},
		{"cancelled and spoken of again", []learn.Statement{confirm(days(20)), off, on}, model.Completed, model.Derived, []string{"LC01"}},
		{"cancelled at last", []learn.Statement{confirm(days(20)), off, on, letter("d", made.AddDate(0, 0, 3), model.ActCancelled, code("N-1"))}, model.Cancelled, model.Likely, []string{}},
		{"nobody came", []learn.Statement{confirm(days(20)), letter("n", days(21), "", code("N-1"), res(model.FStatus, text(model.NoShow)))}, model.NoShow, model.Likely, []string{}},
		{"an unproven cancellation", []learn.Statement{confirm(days(20)), func() learn.Statement { s := off; s.Genuine = false; return s }()}, model.Completed, model.Derived, []string{"SR05"}},
		{"an unproven cancellation of what is cancelled", []learn.Statement{confirm(days(20)), off, func() learn.Statement {
			s := off
			r := *s.Reading
			r.Key, s.Reading, s.Genuine = "mail:z", &r, false
			return s
		}()}, model.Cancelled, model.Likely, []string{}},
		{"the customer asks to cancel", []learn.Statement{confirm(days(20)), func() learn.Statement {
			s := letter("q", made.AddDate(0, 0, 1), model.ActCancelled, code("N-1"))
			s.Origin, s.Genuine = "c8@x.example", false
			return s
		}()}, model.Completed, model.Derived, []string{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newWorld(tt.st...).run(t)
			c := r.of("N-1").Fields[model.FStatus]
			assert.Equal(t, tt.want, c.Value.Str)
			assert.Equal(t, tt.mark, c.Mark)
			assert.Equal(t, tt.asked, r.codes())
			assert.Equal(t, c.Mark == model.Derived, c.Rule != "", "what is derived names its rule")
		})
	}
}

func TestVehiclesOfLostBookings(t *testing.T) {
	made := days(5)
	first := letter("a", made, model.ActCreated, full("N-1", days(60))...)
	tests := []struct {
		name  string
		st    []learn.Statement
		want  string
		asked []string
	}{
		{"as the letter says", []learn.Statement{first}, "2", []string{}},
		{"the newest letter", []learn.Statement{first, letter("b", days(7), model.ActChanged, code("N-1"), plate(4))}, "4", []string{}},
		{"an entry typed with it", []learn.Statement{first, event("e", made, made, "", code("N-1"), plate(4))}, "2", []string{}},
		{"an entry changed later", []learn.Statement{first, event("e", made, days(8), "", code("N-1"), plate(4))}, "2", []string{"FV04"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newWorld(tt.st...).run(t)
			assert.Equal(t, tt.want, r.of("N-1").Get(model.FVehicle).Str)
			assert.Equal(t, tt.asked, r.codes())
		})
	}
}

// TestSeveralVehicles: a statement that names several units one by one is a list where bookings hold lists; a
// letter about a change names the old unit beside the new one and is none.
func TestSeveralVehicles(t *testing.T) {
	for _, c := range []struct {
		name, want string
		lists      bool
		act        model.Act
		units      []model.Claim
	}{
		{"two units", "2\x1f5", true, model.ActCreated, []model.Claim{plate(5), plate(2)}},
		{"the same one twice", "", true, model.ActCreated, []model.Claim{plate(5), plate(5)}},
		{"a change of unit", "", true, model.ActChanged, []model.Claim{plate(5), plate(2)}},
		{"bookings hold one", "", false, model.ActCreated, []model.Claim{plate(5), plate(2)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(letter("new", days(3), c.act, append(c.units, code("A-90"), email("new@x.example"), name("Nora Neu"), starts(days(20)), ends(days(22)), total(9900))...))
			w.lists = c.lists
			e := w.run(t).of("A-90")
			require.Equal(t, c.want, e.Get(model.FVehicles).Str)
			require.NotEmpty(t, e.Get(model.FVehicle).Str)
		})
	}
}
