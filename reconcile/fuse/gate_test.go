package fuse_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"salvage/model"
	"salvage/reconcile/learn"
)

func TestWhatIsHeld(t *testing.T) {
	at, start := days(5), days(60)
	whole := full("N-1", start)
	tests := []struct {
		name string
		of   string
		st   []learn.Statement
		hold string // code of the first hold, "" when exported
	}{
		{"a letter with a code", "N-1", []learn.Statement{letter("a", at, model.ActCreated, whole...)}, ""},
		{"a letter that states a whole natural key, measured", "mail:a", []learn.Statement{letter("a", at, model.ActCreated, whole[1:]...)}, ""},
		{"the same by generic labels", "mail:a", []learn.Statement{letter("a", at, model.ActCreated, weak(whole[1:]...)...)}, "EX03"},
		{"the same and an entry of the calendar", "mail:a", []learn.Statement{letter("a", at, model.ActCreated, weak(whole[1:]...)...), event("e", at, at, "", weak(whole[1:]...)...)}, ""},
		{"the calendar alone", "event:e", []learn.Statement{event("e", at, at, "", whole[1:]...)}, "EX02"},
		{"the calendar with a code that was measured", "event:e", []learn.Statement{event("e", at, at, "", whole...)}, ""},
		{"the calendar with a code that looks like one", "event:e", []learn.Statement{event("e", at, at, "", append(weak(whole[0]), whole[1:]...)...)}, "EX02"},
		{"no vehicle", "N-1", []learn.Statement{letter("a", at, model.ActCreated, append(append([]model.Claim(nil), whole[:3]...), whole[4:]...)...)}, "BK03"},
		{"no customer", "N-1", []learn.Statement{letter("a", at, model.ActCreated, append([]model.Claim{whole[0]}, whole[3:]...)...)}, "BK03"},
		{"no total: not needed", "N-1", []learn.Statement{letter("a", at, model.ActCreated, whole[:6]...)}, ""},
		{"made after the business resumed", "N-1", []learn.Statement{letter("a", resumed.Add(time.Minute), model.ActCreated, whole...)}, "after_resumed"},
		{"made in the last minute before", "N-1", []learn.Statement{letter("a", resumed.Add(-time.Minute), model.ActCreated, whole...)}, ""},
		{"in the hour of the cut", "N-1", []learn.Statement{letter("a", cut.Add(-30*time.Minute), model.ActCreated, whole...)}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := newWorld(tt.st...).run(t).of(tt.of)
			got := ""
			if e.Held() {
				got = e.Holds[0].Code
				assert.NotEmpty(t, e.Holds[0].Reason)
			}
			assert.Equal(t, tt.hold, got)
			assert.Equal(t, model.Rebuilt, e.State)
		})
	}
}

func TestOldAndWeakIsNotOfTheLostWindow(t *testing.T) {
	whole := full("N-1", days(60))
	r := newWorld(letter("a", days(-9), model.ActCreated, weak(whole[1:]...)...)).run(t)
	assert.Equal(t, 1, r.Stray, "counted")
	assert.Empty(t, r.codes(), "and nobody is asked")
	for _, e := range r.Entities {
		assert.NotEqual(t, model.Rebuilt, e.State, e.ID)
	}
}

func TestMadeAfterResumptionAsksNothing(t *testing.T) {
	r := newWorld(event("e", resumed.Add(time.Hour), resumed.Add(time.Hour), "", name("Zora Unger"), starts(days(60)))).run(t)
	assert.Empty(t, r.codes())
	assert.True(t, r.of("event:e").Held())
}

func TestTheLostKeyIsWantedWhenOneIsNamed(t *testing.T) {
	key := func(s string) model.Claim { return res(model.FKey, text(s)) }
	tests := []struct {
		name string
		st   []learn.Statement
		want string
	}{
		{"by a letter", []learn.Statement{letter("a", days(5), model.ActCreated, append(full("N-1", days(60)), key("501"))...)}, "501"},
		{"by its payment", []learn.Statement{letter("a", days(5), model.ActCreated, full("N-1", days(60))...), charge("ch_1", 20000, days(5), code("N-1"), key("501"))}, "501"},
		{"two keys", []learn.Statement{letter("a", days(5), model.ActCreated, append(full("N-1", days(60)), key("501"))...), letter("b", days(6), "", code("N-1"), key("502"))}, ""},
		{"after the business resumed", []learn.Statement{letter("a", days(5), model.ActCreated, full("N-1", days(60))...), letter("b", resumed.Add(time.Hour), "", code("N-1"), key("501"))}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { assert.Equal(t, tt.want, newWorld(tt.st...).run(t).of("N-1").WantKey) })
	}
}

func TestPaymentsThatAreWritten(t *testing.T) {
	at := days(5)
	first := letter("a", at, model.ActCreated, full("N-1", days(60))...)
	second := letter("b", at.Add(time.Hour), model.ActCreated, append([]model.Claim{code("N-2")}, full("N-2", days(70))[1:]...)...)
	failed := charge("ch_1", 20000, at, code("N-1"))
	failed.Claims[3].Value = text("failed")
	require.Equal(t, model.FStatus, failed.Claims[3].Field)
	tests := []struct {
		name string
		st   []learn.Statement
		want map[string]string // reservation's label -> amount
		held bool
	}{
		{"of a lost booking", []learn.Statement{first, charge("ch_1", 20000, at, code("N-1"))}, map[string]string{"N-1": "200.00 EUR"}, false},
		{"of a row of the backup", []learn.Statement{charge("ch_1", 12400, at, code("A-24"))}, map[string]string{"A-24": "124.00 EUR"}, false},
		{"before the cut: it stands or never stood in the backup", []learn.Statement{charge("ch_1", 12400, days(-3), code("A-24"))}, map[string]string{}, false},
		{"a failed try", []learn.Statement{first, failed}, map[string]string{}, false},
		{"one payment for two", []learn.Statement{first, second, charge("ch_1", 40000, at, code("N-1"), code("N-2"))}, map[string]string{"N-1": "200.00 EUR", "N-2": "200.00 EUR"}, false},
		{"of a booking that is held", []learn.Statement{event("e", at, at, "", append(weak(code("N-9")), full("", days(80))[1:]...)...), charge("ch_1", 1, at, code("N-9"))}, map[string]string{"N-9": "0.01 EUR"}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newWorld(tt.st...).run(t)
			label := map[string]string{}
			for _, e := range r.Entities {
				if e.Kind == model.Reservation {
					label[e.ID] = e.Label
				}
			}
			got := map[string]string{}
			for _, e := range r.Entities {
				if e.Kind == model.Payment {
					got[label[e.Get(model.FReservation).Str]] = e.Get(model.FAmount).String()
					assert.Equal(t, tt.held, e.Held())
				}
			}
			assert.Equal(t, tt.want, got)
		})
	}
}

func TestRefundsAreWrittenAsTheCompanyDoes(t *testing.T) {
	at := days(5)
	refunds := func(keeps bool, state string) *world {
		w := newWorld()
		for i := range 4 {
			id := string(rune('a' + i))
			w.st = append(w.st, refund("re_"+id, 500, days(-20+i), code("A-18")))
			if keeps {
				add(w.books, model.Payment, 900+i, fields{model.FReservation: model.RefValue("88"), model.FAmount: eur(-500), model.FRefund: text("re_" + id), model.FPayKind: text("BACK"), model.FPaidAt: instant(days(-20 + i))})
			}
		}
		last := refund("re_z", 700, at, code("A-24"))
		for i := range last.Claims {
			if last.Claims[i].Field == model.FStatus {
				last.Claims[i].Value = text(state)
			}
		}
		w.st = append(w.st, last)
		return w
	}
	e := refunds(true, "succeeded").run(t).paymentOf("stripe:re_z")
	require.NotNil(t, e)
	assert.Equal(t, "-7.00 EUR", e.Get(model.FAmount).String())
	assert.Equal(t, "BACK", e.Get(model.FPayKind).Str, "by the company's own word")
	assert.Nil(t, refunds(false, "succeeded").run(t).paymentOf("stripe:re_z"), "a company that keeps no rows of refunds")
	assert.Nil(t, refunds(true, "failed").run(t).paymentOf("stripe:re_z"), "nothing went back")
}

func TestCustomersThatAreWritten(t *testing.T) {
	at := days(5)
	who := func(full, mail string) []model.Claim {
		return []model.Claim{name(full), email(mail), plate(2), starts(days(60)), ends(days(63)), total(20000)}
	}
	customers := func(r result) map[string]bool {
		out := map[string]bool{}
		for _, e := range r.Entities {
			if e.Kind == model.Customer && e.State == model.Rebuilt {
				out[e.Label+" "+e.Get(model.FEmail).Str] = e.Held()
			}
		}
		return out
	}
	assert.Empty(t, customers(newWorld(letter("a", at, model.ActCreated, full("N-1", days(60))...)).run(t)), "known ones are not written again")
	assert.Equal(t, map[string]bool{"Ines Roth ines@y.example": false}, customers(newWorld(letter("a", at, model.ActCreated, append(who("Ines Roth", "ines@y.example"), code("N-1"))...)).run(t)))
	assert.Equal(t, map[string]bool{"Ines Roth ines@y.example": true}, customers(newWorld(event("e", at, at, "", who("Ines Roth", "ines@y.example")...)).run(t)), "not before a booking of theirs is")
	assert.Empty(t, customers(newWorld(charge("ch_1", 1, at, name("Ines Roth"), email("ines@y.example"))).run(t)), "payers are not customers")
}

func TestRowsOfTheBackupAreNeverRewritten(t *testing.T) {
	w := newWorld(letter("a", days(5), model.ActCreated, append(full("N-1", days(60)), name("Z. Unger"), email("new@y.example"))...))
	for _, e := range w.run(t).Entities {
		if e.Kind == model.Customer && e.Backup != nil {
			for f, v := range e.Backup.Fields {
				assert.Equal(t, v, e.Get(f))
			}
		}
	}
}
