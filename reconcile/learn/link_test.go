package learn_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"salvage/model"
)

func TestLinksByRarityWithAMargin(t *testing.T) {
	ss := stays(60)
	ss[41].email = ss[40].email // one customer's address on two bookings
	a, b := ss[40], ss[10]
	at := a.made.AddDate(0, 0, -40) // far from anything the row says, so that no time helps
	clock := func(s stay) string { return s.start.Format("2006-01-02 15:04") }
	tests := []struct {
		name string
		r    *model.Reading
		want int
	}{
		{"a code names its row", letter("x", "About "+a.code, "", at), 40},
		{"an address alone proves nothing yet", letter("x", "About you", a.email, at), -1},
		{"a code and the address of another booking", letter("x", "About "+a.code, b.email, at), -1},
		{"a code and a start", letter("x", "About "+a.code, "", at, "", clock(a)), 40},
		{"a code and the moment of booking", letter("x", "About "+a.code, "", a.made), 40},
		{"a plate is not", letter("x", "About "+plate(a.car), "", at), -1},
		{"a date alone is not", letter("x", "About you", "", at, "", clock(a)), -1},
		{"an address of two bookings leaves a tie", letter("x", "About you", a.email, at), -1},
		{"an address and the start of one of them", letter("x", "About you", a.email, at, "", clock(a)), 40},
		{"codes and starts of two bookings leave a tie", letter("x", "About "+a.code+" and "+b.code, "", at, "", clock(a), "", clock(b)), -1},
		{"nothing is said", letter("x", "Opening hours", "", at), -1},
		{"written after the cut", letter("x", "About "+a.code, a.email, cut.AddDate(0, 0, 1), "", clock(a)), -1},
		{"written at no known time", func() *model.Reading {
			r := letter("x", "About "+a.code, a.email, at, "", clock(a))
			r.At = 0
			return r
		}(), -1},
		{"could not be read", func() *model.Reading {
			r := letter("x", "About "+a.code, a.email, at, "", clock(a))
			r.Outcome = model.Unreadable
			return r
		}(), -1},
		{"a code in a quoted reply", func() *model.Reading {
			r := letter("x", "Hello", "", at, "", "About "+a.code+", "+clock(a))
			r.Segments[2].Quoted = true
			return r
		}(), -1},
	}
	bk := books(ss)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m, st := train(t, bk, []*model.Reading{tt.r}, options())
			assert.Equal(t, tt.want, st["mail:x"].Row)
			assert.Equal(t, tt.want >= 0, m.Linked == 1)
		})
	}
}

func TestWithoutABackupNothingIsLinked(t *testing.T) {
	m, st := train(t, nil, []*model.Reading{letter("x", "About QX-5040", "", cut.AddDate(0, -1, 0), "Total", "120.00 EUR")}, options())
	assert.Zero(t, m.Linked)
	assert.Equal(t, -1, st["mail:x"].Row)
	c := said(st["mail:x"], model.Reservation, model.FTotal)
	if assert.NotNil(t, c, "labels of the trade are read without an overlap") {
		assert.Equal(t, "labels@1", c.By)
		assert.Equal(t, model.MoneyValue(12000, "eur"), c.Value)
	}
}
