package fuse_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"salvage/model"
	"salvage/reconcile/learn"
)

// answer decides conflicts by code (or "code field"), until nothing new is asked.
func (w *world) answer(t *testing.T, answers map[string]string) result {
	t.Helper()
	w.decisions = map[string]model.Decision{}
	for range 5 {
		r := w.run(t)
		n := len(w.decisions)
		for _, c := range r.Conflicts {
			choice, ok := answers[c.Code+" "+string(c.Field)]
			if !ok {
				choice, ok = answers[c.Code]
			}
			if ok {
				w.decisions[c.ID] = model.Decision{Conflict: c.ID, Choice: choice, Sees: c.Sees}
			}
		}
		if len(w.decisions) == n {
			for _, c := range r.Conflicts {
				_, decided := w.decisions[c.ID]
				assert.Equal(t, decided, c.Decided != nil, c.Code)
			}
			return r
		}
	}
	require.Fail(t, "there is no end of questions")
	return result{}
}

type answers = map[string]string

// outcome of one question: the open one, and what each answer makes of it.
type outcome struct {
	answers answers
	held    bool
	field   model.Field
	want    string // of the field
}

type question struct {
	name, code, sev string
	of              string // the reservation or payment that is asked about
	st              []learn.Statement
	books           func(w *world)
	outcomes        []outcome // the first one unanswered
}

func TestEveryQuestionCanBeAnswered(t *testing.T) {
	at := days(5)
	for _, q := range append(append(existence(at), values(at)...), changes(at)...) {
		t.Run(q.name, func(t *testing.T) {
			for i, o := range q.outcomes {
				w := newWorld(q.st...)
				if q.books != nil {
					q.books(w)
				}
				r := w.answer(t, o.answers)
				c := r.asked(q.code)
				require.NotNil(t, c, "%v: nothing is asked", o.answers)
				assert.Equal(t, q.sev, string(c.Severity))
				assert.NotEmpty(t, c.Question)
				assert.NotEmpty(t, c.Options)
				e := r.paymentOf(q.of)
				if e == nil {
					e = r.of(q.of)
				}
				assert.Equal(t, o.held, e.Held(), "%d %v: held %v", i, o.answers, e.Holds)
				if o.field != "" {
					assert.Equal(t, o.want, e.Get(o.field).String(), "%v", o.answers)
				}
				if o.want != "" && o.answers != nil && e.Fields[o.field].Mark == model.Certified {
					assert.Equal(t, "decided by a person", e.Fields[o.field].Rule)
				}
			}
		})
	}
}

// existence: is it real, and whose is it?
func existence(at time.Time) []question {
	start := days(60)
	who := []model.Claim{name("Zora Unger"), email("c8@x.example"), plate(2), starts(start), ends(start.AddDate(0, 0, 3))}
	gone := event("e", at, at, "", who...)
	gone.Deleted = true
	forged := letter("f", at, model.ActCreated, full("N-1", start)...)
	forged.Genuine = false
	sub := says("stripe:sub_1", "stripe/subscription", "subscription", at, "", who...)
	twin := func(w *world) {
		add(w.books, model.Reservation, 199, fields{model.FCode: text("A-99"), model.FCustomer: model.RefValue("8"), model.FVehicle: model.RefValue("3"), model.FStartsAt: w.row("A-23").Fields[model.FStartsAt],
			model.FEndsAt: w.row("A-23").Fields[model.FEndsAt], model.FCreatedAt: w.row("A-23").Fields[model.FCreatedAt], model.FStatus: text(model.Completed)})
	}
	return []question{
		{"a calendar alone", "EX02", "S2", "event:e", []learn.Statement{event("e", at, at, "", who...)}, nil, []outcome{{nil, true, "", ""}, {answers{"EX02": "keep"}, false, "", ""}, {answers{"EX02": "drop"}, true, "", ""}}},
		{"a deleted entry alone", "EX02", "S3", "event:e", []learn.Statement{gone}, nil, []outcome{{nil, true, "", ""}, {answers{"EX02": "keep"}, false, "", ""}, {answers{"EX02": "drop"}, true, "", ""}}},
		{"a message that proves little", "EX03", "S3", "mail:a", []learn.Statement{letter("a", at, model.ActCreated, weak(who...)...)}, nil, []outcome{{nil, true, "", ""}, {answers{"EX03": "keep"}, false, "", ""}, {answers{"EX03": "drop"}, true, "", ""}}},
		{"the processor alone", "EX01", "S3", "stripe:sub_1", []learn.Statement{sub}, nil, []outcome{{nil, true, "", ""}, {answers{"EX01": "keep"}, false, "", ""}, {answers{"EX01": "drop"}, true, "", ""}}},
		{"older than the backup", "EX05", "S3", "mail:a", []learn.Statement{letter("a", days(-9), model.ActCreated, full("N-1", start)...)}, nil, []outcome{{nil, true, "", ""}, {answers{"EX05": "keep"}, false, "", ""}, {answers{"EX05": "drop"}, true, "", ""}}},
		{"nothing genuine", "SR05", "S2", "mail:f", []learn.Statement{forged}, nil, []outcome{{nil, true, "", ""}, {answers{"SR05": "keep"}, true, "", ""},
			{answers{"SR05": "keep", "BK03 customer": "value=Zora Unger", "BK03 vehicle": "value=KX 300", "BK03 starts_at": "value=2025-08-01 10:00", "BK03 ends_at": "value=2025-08-02T10:00:00Z"}, false, model.FStartsAt, "2025-08-01T10:00:00Z"}}},
		{"one of two rows, or none", "ID01", "S3", "event:e", []learn.Statement{event("e", at, at, "", name("Zora Unger"), starts(days(29)), ends(days(32)))}, twin,
			[]outcome{{nil, true, "", ""}, {answers{"ID01": "keep", "EX02": "keep", "BK03 vehicle": "value=KX 500"}, false, model.FVehicle, "5"}, {answers{"ID01": "drop", "EX02": "keep", "BK03 vehicle": "value=KX 500"}, true, "", ""}}},
		{"a payment that nothing explains", "EX01", "S2", "stripe:ch_1", []learn.Statement{charge("ch_1", 777, at)}, nil,
			[]outcome{{nil, true, "", ""}, {answers{"EX01": "ignore"}, true, "", ""}, {answers{"EX01": "value=A-24"}, false, model.FCustomer, "1"}, {answers{"EX01": "value=94"}, false, model.FCustomer, "1"}, {answers{"EX01": "value=Z-0"}, true, "", ""}}},
		{"a payment that may be for a booking", "PM01", "S2", "stripe:ch_1", []learn.Statement{letter("a", at, model.ActCreated, full("N-1", start)...),
			charge("ch_1", 20000, at.Add(37*time.Hour), name("Zora Unger"), email("other@y.example"), starts(start.Add(8*time.Hour)))}, nil,
			[]outcome{{answers{"FV01": "a"}, true, "", ""}, {answers{"FV01": "a", "PM01": "keep"}, false, "", ""}, {answers{"FV01": "a", "PM01": "drop"}, true, "", ""}}},
	}
}

// values: which of several values of a lost booking counts?
func values(at time.Time) []question {
	start := days(60)
	first := letter("a", at, model.ActCreated, append(full("N-1", start), res("x_flight", text("OS 1")))...)
	edited := func(cs ...model.Claim) []learn.Statement {
		return []learn.Statement{first, event("e", at, at.AddDate(0, 0, 3), "", append(cs, code("N-1"))...)}
	}
	off := []learn.Statement{first, letter("b", at.AddDate(0, 0, 1), model.ActCancelled, code("N-1")), letter("c", at.AddDate(0, 0, 2), model.ActChanged, code("N-1"))}
	day := func(n int) string { return instant(days(n)).String() }
	bare := letter("a", at, model.ActCreated, code("N-1"), name("Zora Unger"), email("c8@x.example"), starts(start), ends(days(63)))
	return []question{
		{"starts", "FV01", "S2", "N-1", edited(starts(days(61))), nil, []outcome{{nil, true, model.FStartsAt, day(60)}, {answers{"FV01": "a"}, false, model.FStartsAt, day(60)}, {answers{"FV01": "b"}, false, model.FStartsAt, day(61)},
			{answers{"FV01": "value=2025-08-02 09:30"}, false, model.FStartsAt, "2025-08-02T09:30:00Z"}, {answers{"FV01": "value=soon"}, true, model.FStartsAt, day(60)}, {answers{"FV01": "z"}, true, model.FStartsAt, day(60)}}},
		{"an end before the start", "FV02", "S1", "N-1", []learn.Statement{letter("a", at, model.ActCreated, append(full("N-1", start)[:5:5], ends(days(59)))...)}, nil, []outcome{{nil, true, model.FEndsAt, day(59)}, {answers{"FV02": "drop"}, true, model.FEndsAt, day(59)},
			{answers{"FV02": "value=2025-08-02 09:30"}, false, model.FEndsAt, "2025-08-02T09:30:00Z"}, {answers{"FV02": "value=2025-07-01 09:30"}, true, "", ""}}},
		{"vehicles", "FV04", "S2", "N-1", edited(plate(4)), nil, []outcome{{nil, false, model.FVehicle, "2"}, {answers{"FV04": "a"}, false, model.FVehicle, "2"}, {answers{"FV04": "b"}, false, model.FVehicle, "4"},
			{answers{"FV04": "value=kx 500"}, false, model.FVehicle, "5"}, {answers{"FV04": "value=KX 999"}, false, model.FVehicle, "2"}}},
		{"totals", "FV05", "S2", "N-1", edited(total(31000)), nil, []outcome{{nil, false, model.FTotal, "200.00 EUR"}, {answers{"FV05": "b"}, false, model.FTotal, "310.00 EUR"}, {answers{"FV05": "value=123.45"}, false, model.FTotal, "123.45 EUR"},
			{answers{"FV05": "value=1.234"}, false, model.FTotal, "200.00 EUR"}}},
		{"a field of the company's own", "FV07", "S4", "N-1", edited(res("x_flight", text("OS 2"))), nil, []outcome{{nil, false, "x_flight", "OS 1"}, {answers{"FV07": "b"}, false, "x_flight", "OS 2"}, {answers{"FV07": "value=LH 9"}, false, "x_flight", "LH 9"}}},
		{"a vehicle that nobody names", "BK03", "S1", "N-1", []learn.Statement{bare}, nil, []outcome{{nil, true, model.FVehicle, ""}, {answers{"BK03": "drop"}, true, model.FVehicle, ""}, {answers{"BK03": "value=KX 300"}, false, model.FVehicle, "3"}, {answers{"BK03": "value=a tank"}, true, model.FVehicle, ""}}},
		{"cancelled, or not", "LC01", "S2", "N-1", off, nil, []outcome{{nil, false, model.FStatus, model.Confirmed}, {answers{"LC01": "cancelled"}, false, model.FStatus, model.Cancelled}, {answers{"LC01": "stands"}, false, model.FStatus, model.Confirmed}}},
	}
}

// changes: did a row of the backup change?
func changes(at time.Time) []question {
	was, moved := instant(days(39)).String(), instant(days(40)).String()
	old, older := instant(days(-101)).String(), instant(days(-100)).String()
	say := func(st ...learn.Statement) []learn.Statement { return st }
	return []question{
		{"a start", "BK01", "S2", "A-24", say(event("e", at, at, "", code("A-24"), starts(days(40)))), nil, []outcome{{nil, false, model.FStartsAt, was}, {answers{"BK01": "a"}, false, model.FStartsAt, moved}, {answers{"BK01": "keep"}, false, model.FStartsAt, was},
			{answers{"BK01": "value=2025-07-11 09:30"}, false, model.FStartsAt, "2025-07-11T09:30:00Z"}}},
		{"a start of a stay that was over", "LC05", "S3", "A-10", say(letter("a", at, model.ActChanged, code("A-10"), starts(days(-100)))), nil, []outcome{{nil, false, model.FStartsAt, old}, {answers{"LC05": "a"}, false, model.FStartsAt, older},
			{answers{"LC05": "keep"}, false, model.FStartsAt, old}, {answers{"LC05": "value=2025-02-22 09:30"}, false, model.FStartsAt, "2025-02-22T09:30:00Z"}}},
		{"a start after the end", "FV02", "S1", "A-24", say(letter("a", at, model.ActChanged, code("A-24"), starts(days(50)))), nil, []outcome{{nil, false, model.FStartsAt, was}, {answers{"FV02": "drop"}, false, model.FStartsAt, was},
			{answers{"FV02": "value=2025-08-02 09:30"}, false, model.FStartsAt, instant(days(50)).String()}}},
		{"a vehicle", "FV04", "S2", "A-24", say(event("e", at, at, "", code("A-24"), plate(6))), nil, []outcome{{nil, false, model.FVehicle, "1"}, {answers{"FV04": "a"}, false, model.FVehicle, "6"}, {answers{"FV04": "keep"}, false, model.FVehicle, "1"}, {answers{"FV04": "value=KX 500"}, false, model.FVehicle, "5"}}},
		{"a cancellation that the calendar alone tells", "LC01", "S2", "A-24", say(event("e", at, at, model.ActCancelled, code("A-24"))), nil, []outcome{{nil, false, model.FStatus, model.Confirmed}, {answers{"LC01": "cancelled"}, false, model.FStatus, model.Cancelled},
			{answers{"LC01": "keep"}, false, model.FStatus, model.Confirmed}, {answers{"LC01": "value=no_show"}, false, model.FStatus, model.NoShow}, {answers{"LC01": "value=perhaps"}, false, model.FStatus, model.Confirmed}}},
		{"a cancellation and a change after it", "LC01", "S2", "A-24", say(letter("a", at, model.ActCancelled, code("A-24")), letter("b", at.AddDate(0, 0, 1), model.ActChanged, code("A-24"))), nil,
			[]outcome{{nil, false, model.FStatus, model.Confirmed}, {answers{"LC01": "cancelled"}, false, model.FStatus, model.Cancelled}, {answers{"LC01": "stands"}, false, model.FStatus, model.Confirmed}, {answers{"LC01": "value=no_show"}, false, model.FStatus, model.NoShow}}},
	}
}

// TestAnsweredChangesAreChanges: an answer that changes a row of the backup marks the row, and one that keeps it does not.
func TestAnsweredChangesAreChanges(t *testing.T) {
	for _, q := range changes(days(5)) {
		for _, o := range q.outcomes {
			w := newWorld(q.st...)
			was := w.row(q.of).Fields[o.field]
			e := w.answer(t, o.answers).of(q.of)
			changed := e.Get(o.field) != was
			label := fmt.Sprintf("%s, %v", q.name, o.answers)
			assert.Equal(t, changed, e.Fields[o.field].Changed, label)
			if changed {
				assert.Equal(t, model.Updated, e.State, label)
				assert.Equal(t, was, e.Fields[o.field].Was, label)
			}
		}
	}
}

func TestIdsOfConflictsStay(t *testing.T) {
	at := days(5)
	base := []learn.Statement{
		letter("a", at, model.ActCreated, full("N-1", days(60))...), event("e", at, at.AddDate(0, 0, 3), "", code("N-1"), starts(days(66))),
		event("g", at, at, "", name("Tilda Quist"), plate(5), starts(days(77)), ends(days(78))), charge("ch_1", 777, at),
		event("h", at, at, "", code("A-24"), starts(days(40)))}
	more := []learn.Statement{letter("z", at.Add(time.Hour), model.ActReminded, code("N-1"), starts(days(60))), event("k", at, days(9), "", code("N-1"), starts(days(67))),
		letter("y", days(21), model.ActCreated, full("N-7", days(90))...), charge("ch_2", 4711, days(9)), event("h2", days(8), days(8), "", code("A-24"), starts(days(41)))}
	ids := func(r result) map[string]string {
		out := map[string]string{}
		for _, c := range r.Conflicts {
			out[c.ID] = c.Code
		}
		return out
	}
	first := ids(newWorld(base...).run(t))
	require.Len(t, first, 4)
	later := ids(newWorld(append(base, more...)...).run(t))
	for id, code := range first {
		assert.Equal(t, code, later[id], "%s is asked no more, or under another id", id)
	}
	again := ids(newWorld(base[4], base[2], base[3], base[1], base[0]).run(t))
	assert.Equal(t, first, again)
}

func TestWhatIsSeenChangesWithTheEvidence(t *testing.T) {
	at := days(5)
	base := []learn.Statement{letter("a", at, model.ActCreated, full("N-1", days(60))...), event("e", at, at.AddDate(0, 0, 3), "", code("N-1"), starts(days(66)))}
	a, b := newWorld(base...).run(t).asked("FV01"), newWorld(base...).run(t).asked("FV01")
	require.NotNil(t, a)
	assert.Equal(t, a.Sees, b.Sees)
	c := newWorld(append(base, event("k", at, days(9), "", code("N-1"), starts(days(67))))...).run(t).asked("FV01")
	assert.Equal(t, a.ID, c.ID)
	assert.NotEqual(t, a.Sees, c.Sees)
	assert.Len(t, c.Options, 3)
}

func TestDueAndMoneyOfAConflict(t *testing.T) {
	at := days(5)
	c := newWorld(letter("a", at, model.ActCreated, full("N-1", days(60))...), event("e", at, at.AddDate(0, 0, 3), "", code("N-1"), starts(days(66)))).run(t).asked("FV01")
	require.NotNil(t, c)
	require.NotNil(t, c.Due)
	assert.Equal(t, "2025-07-31T10:00:00Z", *c.Due)
	require.NotNil(t, c.Money)
	assert.Equal(t, int64(20000), c.Money.Minor)
	assert.Equal(t, "N-1", c.Entity.Label)
	assert.Equal(t, "reservation:N-1", c.Entity.Ref)
	assert.NotEmpty(t, c.Options[0].Evidence)
	r := newWorld(event("e", at, at, "", name("Max Moser"), plate(5), starts(days(14)), ends(days(15)), total(500))).run(t)
	gone := r.asked("EX02")
	require.NotNil(t, gone)
	assert.Nil(t, gone.Due, "nobody stands at the counter for what is over")
	require.NotNil(t, gone.Money)
	assert.Equal(t, int64(500), gone.Money.Minor)
}
