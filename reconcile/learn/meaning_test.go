package learn_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"salvage/model"
	"salvage/reconcile/learn"
)

// letters are confirmations with an address, a start and a total under labels that say nothing.
func letters(ss []stay) []*model.Reading {
	var out []*model.Reading
	for _, s := range ss {
		out = append(out, letter(s.code, "Yours "+s.code, s.email, s.made, "Zeitpunkt Q", s.start.Format("2006-01-02 15:04"), "Betrag Q", model.Decimal(s.total, 2)+" EUR"))
	}
	return out
}

func TestAnchorsFromLabelsWordsAndPaths(t *testing.T) {
	ss := stays(60)
	x := later(1)
	tests := []struct {
		name  string
		lines func(s stay) []model.Segment
	}{
		{"a label", func(s stay) []model.Segment {
			return []model.Segment{seg("text", "Zzq", model.Decimal(s.total, 2)+" EUR")}
		}},
		{"words before it", func(s stay) []model.Segment {
			return []model.Segment{seg("text", "", "brumm knarz zzq "+model.Decimal(s.total, 2)+" EUR")}
		}},
		{"words after it", func(s stay) []model.Segment {
			return []model.Segment{seg("text", "", model.Decimal(s.total, 2)+" EUR zzq knarz")}
		}},
		{"an address of a place", func(s stay) []model.Segment {
			return []model.Segment{seg("ld:/zzq", "", model.Decimal(s.total, 2)+" EUR")}
		}},
		{"minor units", func(s stay) []model.Segment { return []model.Segment{seg("/metadata/zzq", "zzq", fmt.Sprint(s.total))} }},
		{"the second of two amounts", func(s stay) []model.Segment {
			return []model.Segment{seg("text", "Zzq", "1.00 EUR of "+model.Decimal(s.total, 2)+" EUR")}
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var rs []*model.Reading
			for _, s := range append(ss, x) {
				r := letter(s.code, "Yours "+s.code, s.email, s.made)
				r.Segments = append(r.Segments, tt.lines(s)...)
				rs = append(rs, r)
			}
			_, st := train(t, books(ss), rs, options())
			c := said(st["mail:"+x.code], model.Reservation, model.FTotal)
			require.NotNil(t, c)
			assert.Equal(t, model.MoneyValue(x.total, "eur"), c.Value)
			assert.Contains(t, c.By, "learned:")
		})
	}
}

// TestRefusedPlacesAreNotGuessed: a place whose label names a field, and which the overlap shows to be another thing.
func TestRefusedPlacesAreNotGuessed(t *testing.T) {
	ss := stays(60)
	points := func(n int) []*model.Reading {
		rs := letters(ss)
		for i := range n {
			rs[i].Segments = append(rs[i].Segments, seg("text", "Total", fmt.Sprintf("%d.00 EUR", 3+i)))
		}
		for i := range rs {
			rs[i].Segments = append(rs[i].Segments[:3:3], rs[i].Segments[4:]...) // without the true amount
		}
		return append(rs, letter("x", "Yours QX-5999", "n@post.example", cut.AddDate(0, 0, 2), "Zeitpunkt Q", "2025-07-08 10:00", "Total", "900.00 EUR"))
	}
	for n, want := range map[int]bool{0: true, 5: true, 30: false, 60: false} {
		_, st := train(t, books(ss), points(n), options())
		assert.Equal(t, want, said(st["mail:x"], model.Reservation, model.FTotal) != nil, "seen beside %d rows", n)
	}
}

func TestActsAreLearnedFromStates(t *testing.T) {
	tests := []struct {
		name    string
		subject string
		states  func(i int) string // of the rows that the template speaks of
		others  string
		want    model.Act
		status  string
	}{
		{"words alone", "Cancellation", nil, model.Confirmed, model.ActCancelled, ""},
		{"rows that are all cancelled", "Hinweis Blau", func(int) string { return model.Cancelled }, model.Confirmed, model.ActCancelled, model.Cancelled},
		{"rows that all were no-shows", "Hinweis Blau", func(int) string { return model.NoShow }, model.Confirmed, "", model.NoShow},
		{"a state that is common anyway", "Hinweis Blau", func(int) string { return model.Cancelled }, model.Cancelled, "", ""},
		{"words that the rows refute", "Cancellation", func(int) string { return model.Completed }, model.Confirmed, model.ActNone, ""},
		{"words that half of the rows bear out", "Cancellation", func(i int) string { return []string{model.Cancelled, model.Completed}[i%2] }, model.Confirmed, model.ActCancelled, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ss := stays(80)
			rs := letters(ss)
			for i := range ss {
				ss[i].state = tt.others
				if tt.states != nil && i%6 == 0 {
					ss[i].state = tt.states(i / 6)
					rs = append(rs, letter("n"+ss[i].code, tt.subject+" "+ss[i].code, ss[i].email, ss[i].made.Add(time.Hour), "Zeitpunkt Q", ss[i].start.Format("2006-01-02 15:04")))
				}
			}
			rs = append(rs, letter("x", tt.subject+" QX-5999", "n@post.example", cut.AddDate(0, 0, 2)))
			_, st := train(t, books(ss), rs, options())
			assert.Equal(t, tt.want, st["mail:x"].Act)
			got := ""
			if c := said(st["mail:x"], model.Reservation, model.FStatus); c != nil {
				got = c.Value.Str
			}
			assert.Equal(t, tt.status, got)
		})
	}
}

func TestTheStructureItselfOutranksWords(t *testing.T) {
	r := letter("x", "Cancellation QX-5999", "n@post.example", cut.AddDate(0, 0, 2))
	r.Act = model.ActChanged
	_, st := train(t, books(stays(20)), []*model.Reading{r}, options())
	assert.Equal(t, model.ActChanged, st["mail:x"].Act)
}

// event is an entry of a calendar that people type.
func event(key, summary string, at time.Time, s stay) *model.Reading {
	return &model.Reading{Key: "event:" + key, Media: "calendar/google", At: at.UnixMicro(), Reader: "calendar@1", Outcome: model.Read, Origin: "fleet", Title: summary,
		Segments: []model.Segment{seg("summary", "", summary), seg("start", "", s.start.Format(time.RFC3339)), seg("end", "", s.end.Format(time.RFC3339))}}
}

func TestRemaindersOfTitlesAreNames(t *testing.T) {
	ss := stays(60)
	tests := []struct {
		name  string
		title func(s stay) string
		want  string
	}{
		{"surname and plate", func(s stay) string { return "Miete " + s.last + " " + plate(s.car) }, "Zwetschkenbaum"},
		{"whole name and plate", func(s stay) string { return plate(s.car) + " " + s.first + " " + s.last + " Miete" }, "Kunigunde Zwetschkenbaum"},
		{"words that all titles share", func(s stay) string { return []string{"Wash", "Oil", "Polish"}[s.i%3] + " " + plate(s.car) }, ""},
		{"rare words that are no names", func(s stay) string {
			return "Kra" + string(rune('a'+s.i%26)) + string(rune('a'+s.i/5%26)) + " " + plate(s.car)
		}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var rs []*model.Reading
			for _, s := range ss {
				rs = append(rs, event(s.code, tt.title(s), s.made, s))
			}
			x := later(1)
			x.first, x.last = "Kunigunde", "Zwetschkenbaum"
			_, st := train(t, books(ss), append(rs, event("x", tt.title(x), x.made, x)), options())
			got := ""
			if c := said(st["event:x"], model.Customer, model.FFullName); c != nil {
				got = c.Value.Str
				assert.Equal(t, "remainder@1", c.By)
			}
			assert.Equal(t, tt.want, got)
		})
	}
}

func TestWhoIsGenuine(t *testing.T) {
	ss := stays(40)
	tests := []struct {
		name             string
		origin, auth     string
		via              string
		spare            bool // states no booking
		genuine, spoofed bool
	}{
		{"the desk, authenticated", "desk@qx.example", model.AuthA, "", false, true, false},
		{"the desk, signed", "desk@qx.example", model.AuthB, "", false, true, false},
		{"the desk, in our own sent folder", "desk@qx.example", model.AuthC, "", false, true, false},
		{"the desk used to authenticate and does not", "desk@qx.example", model.AuthD, "", false, false, true},
		{"a desk that never did", "kiosk@qx.example", model.AuthD, "", false, true, false},
		{"a subdomain of ours", "desk@mail.qx.example", model.AuthA, "", false, true, false},
		{"a look-alike domain", "desk@qx-example.test", model.AuthA, "", false, false, true},
		{"a domain that ends like ours", "desk@my-qx.example", model.AuthA, "", false, false, true},
		{"ours as a local part", "desk@qx.example.evil.test", model.AuthA, "", false, false, true},
		{"a stranger who states no booking", "friend@post.example", model.AuthA, "", true, false, false},
		{"found in a forward", "desk@qx.example", model.AuthA, "forward", false, false, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			x := letter("x", "Yours QX-5999", "n@post.example", cut.AddDate(0, 0, 2), "Pick-up", "2025-07-08 10:00", "Total", "900.00 EUR")
			if tt.spare {
				x.Segments = x.Segments[:2]
			}
			x.Origin, x.Auth, x.Via = tt.origin, tt.auth, tt.via
			_, st := train(t, books(ss), append(letters(ss), x), options())
			assert.Equal(t, tt.genuine, st["mail:x"].Genuine, "genuine")
			assert.Equal(t, tt.spoofed, st["mail:x"].Spoofed, "spoofed")
		})
	}
}

func TestTheDeskIsNobodysCustomer(t *testing.T) {
	x := letter("x", "Yours QX-5999", "office@qx.example", cut.AddDate(0, 0, 2))
	x.Segments = append(x.Segments, seg("to.name", "", "QX Cars"))
	y := letter("y", "Yours QX-5999", "ann@post.example", cut.AddDate(0, 0, 2))
	y.Segments = append(y.Segments, seg("to.name", "", "Ann Fisher"))
	_, st := train(t, books(stays(20)), []*model.Reading{x, y}, options())
	for key, want := range map[string]bool{"x": false, "y": true} {
		for _, f := range []model.Field{model.FEmail, model.FFullName} {
			assert.Equal(t, want, said(st["mail:"+key], model.Customer, f) != nil, "%s %s", key, f)
		}
	}
}

func TestShapesOfCodes(t *testing.T) {
	tests := []struct{ name, text, want, by string }{
		{"the shape of the backup's", "see QX-7777 please", "QX-7777", "pattern@1"},
		{"one digit more, as counters grow", "see QX-77777 please", "QX-77777", "pattern@1"},
		{"too short", "see QX-7 please", "", ""},
		{"another beginning", "see AB-7777 please", "", ""},
		{"letters alone", "see QX-ABCD please", "", ""},
		{"two of them", "see QX-7777 or QX-7778", "", ""},
		{"a known one", "see QX-5003 please", "QX-5003", "vocabulary@1"},
		{"a known one beside a new one", "see QX-5003 not QX-7777", "QX-5003", "vocabulary@1"},
		{"two known ones", "see QX-5003 and QX-5004", "", ""},
	}
	b := books(stays(40))
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, st := train(t, b, []*model.Reading{letter("x", "Hello", "n@post.example", cut.AddDate(0, 0, 2), "", tt.text)}, options())
			got, by := "", ""
			if c := said(st["mail:x"], model.Reservation, model.FCode); c != nil {
				got, by = c.Value.Str, c.By
			}
			assert.Equal(t, tt.want, got)
			assert.Equal(t, tt.by, by)
		})
	}
}

func TestAnUnreadableReadingClaimsNothing(t *testing.T) {
	x := letter("x", "Yours QX-5999", "n@post.example", cut.AddDate(0, 0, 2), "Total", "9.00 EUR")
	x.Outcome = model.Unreadable
	_, st := train(t, books(stays(20)), []*model.Reading{x}, options())
	assert.Empty(t, st["mail:x"].Claims)
	assert.False(t, st["mail:x"].Genuine)
}

func TestRulesAreStableAndSayTheirSupport(t *testing.T) {
	ss := stays(60)
	var first []learn.Rule
	for _, w := range []int{1, 3, 8} {
		opt := options()
		opt.Workers = w
		m, _ := train(t, books(ss), letters(ss), opt)
		if first == nil {
			first = m.Rules
		}
		assert.Equal(t, first, m.Rules)
	}
	ids := map[string]bool{}
	for _, r := range first {
		assert.False(t, ids[r.ID], r.ID)
		ids[r.ID] = true
		assert.LessOrEqual(t, r.Agree, r.Support)
		assert.GreaterOrEqual(t, r.Distinct, 3)
		assert.Less(t, r.Trust, model.Certain, "never certain")
	}
	require.NotEmpty(t, ids)
}
