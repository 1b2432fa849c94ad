package match_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"salvage/model"
	"salvage/reconcile/learn"
	"salvage/reconcile/match"
	"salvage/reconcile/normal"
)

// hires has rows of keys 71 to 74.
func hires() backup {
	b := people()
	for i := 1; i <= 4; i++ {
		r := b.stay(70+i, fmt.Sprintf("A-%d", i), i, i, days(10*i-30), int64(10000*i))
		r.Fields[model.FEvent] = text(fmt.Sprintf("ev%d@google.com", i))
	}
	return b
}

func TestStrongKeys(t *testing.T) {
	after := resumed.Add(time.Hour)
	tests := []struct {
		name string
		say  learn.Statement
		want string
	}{
		{"a code", mail("x", days(1), code("A-2")), "72"},
		{"a code in another hand", mail("x", days(1), code("a 2")), "72"},
		{"a primary key", mail("x", days(1), key("73")), "73"},
		{"an event that the row names", event("ev4", days(1), starts(days(10))), "74"},
		{"an event that a message names", mail("x", days(1), starts(days(-20)), res(model.FEvent, text("ev1@google.com"))), "71"},
		{"an unknown code", mail("x", days(1), code("A-9")), ""},
		{"two codes are no key", mail("x", days(1), code("A-1"), code("A-2")), ""},
		{"a code against a key: the code stands", mail("x", days(1), code("A-1"), key("73")), "71"},
		{"an unknown code against a key", mail("x", days(1), code("A-9"), key("73")), ""},
		{"a key named after the business resumed", mail("x", after, key("73")), ""},
		{"a code named after the business resumed", mail("x", after, code("A-3")), "73"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			assert.Equal(t, tt.want, rowOf(run(hires(), tt.say), tt.say.Key))
		})
	}
}

func TestOtherIdentifiers(t *testing.T) {
	voucher := model.Field("x_voucher")
	tests := []struct {
		name   string
		values func(i int) string
		want   string
	}{
		{"unique in the backup", func(i int) string { return fmt.Sprintf("VCH-%05d", i) }, "203"},
		{"repeated in the backup", func(i int) string { return "VCH-0000" + fmt.Sprint(i%4) }, "none"},
		{"too short to mean anything", func(i int) string { return fmt.Sprint(i) }, "none"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := people()
			for i := range 20 {
				b.stay(200+i, "", 1+i%8, 1+i%6, days(-60+3*i), 10000).Fields[voucher] = text(tt.values(i))
			}
			assert.Equal(t, tt.want, rowOf(run(b, mail("x", days(30), res(voucher, text(tt.values(3))))), "mail:x"))
		})
	}
}

func TestForgedMessagesJoinByKeyAloneAndProveNothing(t *testing.T) {
	s := mail("x", days(1), code("A-2"), starts(days(50)), plate("KX 600"))
	s.Genuine = false
	r := run(hires(), s)
	require.Equal(t, "72", rowOf(r, "mail:x"))
	bare := mail("y", days(1), starts(days(50)), plate("KX 600"), name("Zora Unger"))
	bare.Genuine = false
	assert.Equal(t, "none", rowOf(run(hires(), bare), "mail:y"))
	s.Spoofed = true
	r = run(hires(), s)
	assert.Equal(t, "none", rowOf(r, "mail:x"))
	require.Len(t, r.Loose, 1)
	assert.Equal(t, "mail:x", r.Loose[0].Key)
}

// TestRowsAreNeverJoined: a company without codes, and evidence that names two of its rows.
func TestRowsAreNeverJoined(t *testing.T) {
	b := hires()
	for _, r := range b.Records[model.Reservation] {
		delete(r.Fields, model.FCode)
	}
	r := run(b, mail("x", days(1), key("71"), starts(days(-20)), res(model.FEvent, text("ev2@google.com"))))
	rows := 0
	for _, n := range r.Nodes {
		if n.Backup != nil {
			rows++
		}
	}
	assert.Equal(t, 4, rows)
	assert.Equal(t, "71", rowOf(r, "mail:x"))
}

// TestStrongKeysNeverContradict: whatever is named beside what, a reservation has one code and one row, and every piece of
// evidence speaks for one reservation.
func TestStrongKeysNeverContradict(t *testing.T) {
	b := hires()
	rapid.Check(t, func(t *rapid.T) {
		var st []learn.Statement
		for i := range rapid.IntRange(1, 12).Draw(t, "n") {
			var cs []model.Claim
			if c := rapid.IntRange(0, 8).Draw(t, "code"); c > 0 {
				cs = append(cs, code(fmt.Sprintf("A-%d", c)))
			}
			if k := rapid.IntRange(68, 75).Draw(t, "key"); k > 70 {
				cs = append(cs, key(fmt.Sprint(k)))
			}
			if e := rapid.IntRange(0, 6).Draw(t, "event"); e > 0 {
				cs = append(cs, res(model.FEvent, text(fmt.Sprintf("ev%d", e))))
			}
			st = append(st, mail(fmt.Sprintf("m%02d", i), days(i), append(cs, starts(days(40+5*i)))...))
		}
		r := run(b, st...)
		at, rows := map[string]int{}, map[string]int{}
		for _, n := range r.Nodes {
			codes := map[string]bool{}
			if n.Backup != nil {
				rows[n.Backup.Key]++
				codes[normal.Fold(n.Backup.Fields[model.FCode].Str)] = true
			}
			for _, me := range n.Mentions {
				at[me.Key]++
				for _, c := range me.Codes {
					codes[c] = true
				}
			}
			if len(codes) > 1 {
				t.Fatalf("one reservation with the codes %v", codes)
			}
		}
		for k, n := range at {
			if n != 1 {
				t.Fatalf("%s speaks for %d reservations", k, n)
			}
		}
		if len(rows) != 4 || len(at) != len(st) {
			t.Fatalf("%d rows and %d pieces of evidence are left", len(rows), len(at))
		}
	})
}

func TestProbableJoins(t *testing.T) {
	when := days(12)
	letter := mail("a", days(3), code("N-1"), name("Zora Unger"), email("zora@x.example"), starts(when), ends(when.AddDate(0, 0, 2)), plate("KX 100"))
	tests := []struct {
		name string
		say  learn.Statement
		same bool
	}{
		{"the same person, start and car", event("e", days(3), name("Unger"), starts(when), ends(when.AddDate(0, 0, 2)), plate("KX 100")), true},
		{"the same car and start, no name", event("e", days(3), starts(when), plate("KX 100")), true},
		{"the same car and start, another name", event("e", days(4), name("Bela Kovacs"), starts(when), plate("KX 100")), false},
		{"the same person, a month later", event("e", days(3), name("Zora Unger"), starts(when.AddDate(0, 1, 0))), false},
		{"the same start alone", event("e", days(8), starts(when)), false},
		{"another code", event("e", days(3), code("N-2"), name("Zora Unger"), starts(when), ends(when.AddDate(0, 0, 2)), plate("KX 100")), false},
		{"an hour late and a typo in the name", event("e", days(3), name("Zora Ungr"), starts(when.Add(time.Hour)), ends(when.AddDate(0, 0, 2)), plate("KX 100")), true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := run(people(), letter, tt.say)
			require.NotNil(t, nodeOf(r, "event:e"))
			assert.Equal(t, tt.same, nodeOf(r, "mail:a") == nodeOf(r, "event:e"))
			if tt.same {
				l := nodeOf(r, "event:e").Links["event:e"]
				assert.NotEmpty(t, l.Why, "a link keeps its waterfall")
				assert.Less(t, l.P, model.Certain)
			}
		})
	}
}

// TestRivalsAreLeftOpen: two bookings of one customer that begin together, and an entry that fits both.
func TestRivalsAreLeftOpen(t *testing.T) {
	when := days(12)
	b := people()
	b.stay(81, "A-1", 8, 1, when, 10000)
	b.stay(82, "A-2", 8, 3, when, 12000)
	at := days(3)
	both := run(b, event("e", at, name("Zora Unger"), starts(when)))
	n := nodeOf(both, "event:e")
	require.NotNil(t, n)
	assert.Nil(t, n.Backup)
	assert.NotEmpty(t, n.Rival)
	one := run(b, event("e", at, name("Zora Unger"), starts(when), plate("KX 300")))
	assert.Equal(t, "82", rowOf(one, "event:e"))
	assert.Empty(t, nodeOf(one, "event:e").Rival)
}

func TestReturnsFindTheOpenRental(t *testing.T) {
	back := days(20)
	tests := []struct {
		name  string
		stays func(b backup)
		want  string
	}{
		{"the one that began last and is not back", func(b backup) {
			b.stay(91, "A-1", 8, 1, days(-40), 10000).Fields[model.FReturnedAt] = instant(days(-38))
			b.stay(92, "A-2", 8, 1, days(18), 10000)
		}, "92"},
		{"not the one that has not begun", func(b backup) {
			b.stay(91, "A-1", 8, 1, days(17), 10000)
			b.stay(92, "A-2", 8, 1, days(25), 10000)
		}, "91"},
		{"not one that is back", func(b backup) {
			b.stay(91, "A-1", 8, 1, days(17), 10000).Fields[model.FReturnedAt] = instant(days(19))
		}, ""},
		{"not another customer's", func(b backup) { b.stay(91, "A-1", 3, 1, days(17), 10000) }, ""},
		{"not one of long ago", func(b backup) { b.stay(91, "A-1", 8, 1, days(-90), 10000) }, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := people()
			tt.stays(b)
			assert.Equal(t, tt.want, rowOf(run(b, mail("r", back, returned(back), name("Zora Unger"), email("zora@x.example"), plate("KX 100"))), "mail:r"))
		})
	}
}

func TestLiveRows(t *testing.T) {
	b := hires()
	live := newBackup()
	same := *b.Records[model.Reservation][0]
	reused := &model.Record{Kind: model.Reservation, Table: "reservation", Key: "72", Fields: fields{model.FCode: text("B-9"), model.FStartsAt: instant(days(60))}}
	typed := &model.Record{Kind: model.Reservation, Table: "reservation", Key: "99", Fields: fields{model.FCustomer: ref(500), model.FVehicle: ref(5), model.FStartsAt: instant(days(50)), model.FEndsAt: instant(days(52))}}
	live.Records[model.Reservation] = []*model.Record{&same, reused, typed}
	live.customer(500, "Zora Unger", "zora@x.example", "")
	letter := mail("a", days(40), code("N-1"), name("Zora Unger"), email("zora@x.example"), starts(days(50)), ends(days(52)), plate("KX 500"))
	r := match.Match(b.Books, live.Books, []learn.Statement{letter}, options())
	byRow := map[string]*match.Node{}
	for _, n := range r.Nodes {
		if n.Backup != nil {
			byRow[n.Backup.Key] = n
		}
	}
	assert.Same(t, &same, byRow["71"].Live)
	assert.Nil(t, byRow["72"].Live, "a reused key is another booking")
	n := nodeOf(r, "mail:a")
	require.NotNil(t, n)
	require.NotNil(t, n.Live, "what was typed in again is linked")
	assert.Equal(t, "99", n.Live.Key)
	assert.NotEmpty(t, n.Links["mail:a"].Why)
	assert.Less(t, n.Links["mail:a"].P, model.Certain)
}

func TestVersionsComeInTheOrderInWhichTheyWereSaid(t *testing.T) {
	a, b := event("e", days(3), code("N-1"), starts(days(9))), event("e", days(4), code("N-1"), starts(days(10)))
	c, d := event("e", days(4), code("N-1"), starts(days(11))), event("e", days(4), code("N-1"), starts(days(12)))
	c.Sequence, d.Deleted, d.Sequence = 1, true, 2
	all := []learn.Statement{a, b, c, d}
	want := []int64{days(9).UnixMicro(), days(10).UnixMicro(), days(11).UnixMicro(), days(12).UnixMicro()}
	for _, order := range [][]int{{0, 1, 2, 3}, {3, 2, 1, 0}, {2, 0, 3, 1}} {
		var st []learn.Statement
		for _, i := range order {
			st = append(st, all[i])
		}
		me := nodeOf(run(people(), st...), "event:e").Mentions[0]
		var got []int64
		for _, m := range me.Starts {
			got = append(got, m.Num)
		}
		assert.Equal(t, want, got)
		assert.True(t, me.Deleted)
		assert.Equal(t, days(3).UnixMicro(), me.Said)
	}
}
