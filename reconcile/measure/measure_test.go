package measure_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"salvage/model"
	"salvage/reconcile/learn"
	"salvage/reconcile/measure"
)

// rows are a backup whose reservations have the keys from 1 to n but for the burnt ones.
func rows(n int, burnt func(i int) bool, key func(i int) string) *model.Books {
	b := &model.Books{Records: map[model.Kind][]*model.Record{}}
	for i := n; i >= 1; i-- {
		if !burnt(i) {
			b.Records[model.Reservation] = append(b.Records[model.Reservation], &model.Record{Kind: model.Reservation, Key: key(i)})
		}
	}
	return b
}

// lost are rebuilt reservations of the keys from a to b but for some.
func lost(a, b int, but func(i int) bool) []*model.Entity {
	var out []*model.Entity
	for i := a; i <= b; i++ {
		if !but(i) {
			out = append(out, &model.Entity{Kind: model.Reservation, State: model.Rebuilt, WantKey: fmt.Sprint(i)})
		}
	}
	return out
}

func none(int) bool              { return false }
func number(i int) string        { return fmt.Sprint(i) }
func every(n int) func(int) bool { return func(i int) bool { return i%n == 0 } }

func TestGaps(t *testing.T) {
	tests := []struct {
		name  string
		books *model.Books
		es    []*model.Entity
		gaps  int // -1: nothing is estimated
		first string
	}{
		{"none", rows(100, none, number), lost(101, 150, none), 0, ""},
		{"two numbers that nothing names", rows(100, none, number), lost(101, 150, func(i int) bool { return i == 120 || i == 130 }), 2, "120"},
		{"a tenth, as in the backup", rows(101, every(10), number), lost(101, 149, every(10)), 4, "110"},
		{"keys that are no numbers", rows(100, none, func(i int) string { return fmt.Sprintf("k%d", i) }), lost(101, 150, none), -1, ""},
		{"too few rows", rows(10, none, number), lost(11, 60, none), -1, ""},
		{"too few rebuilt ones", rows(100, none, number), lost(101, 110, none), -1, ""},
		{"no backup", nil, lost(101, 150, none), -1, ""},
		{"a wild number is not the top", rows(100, none, number), append(lost(101, 150, none), lost(9_000_000, 9_000_000, none)...), 0, ""},
		{"a slip of a digit is not the top", rows(100, none, number), append(lost(101, 150, none), lost(900, 900, none)...), 0, ""},
		{"one named twice", rows(100, none, number), append(lost(101, 150, none), lost(140, 145, none)...), 0, ""},
		{"rows of before the cut do not count", rows(100, none, number), append(lost(101, 150, none), lost(1, 30, none)...), 0, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := measure.Missing(tt.books, tt.es, 0)
			require.NotNil(t, m.Gaps, "an empty list, never null")
			if tt.gaps < 0 {
				assert.Nil(t, m.Low)
				assert.Nil(t, m.High)
				return
			}
			require.NotNil(t, m.Low)
			assert.Len(t, m.Gaps, tt.gaps)
			if tt.gaps > 0 {
				assert.Equal(t, tt.first, m.Gaps[0])
			}
			assert.LessOrEqual(t, *m.Low, *m.High)
			assert.LessOrEqual(t, *m.High, tt.gaps)
			assert.GreaterOrEqual(t, *m.Low, 0)
		})
	}
}

func TestBurntNumbersLowerTheEstimate(t *testing.T) {
	whole := measure.Missing(rows(100, none, number), lost(101, 199, every(10)), 0)
	burnt := measure.Missing(rows(101, every(10), number), lost(101, 199, every(10)), 0)
	assert.Equal(t, 9, *whole.Low, "a sequence that burns nothing: every gap is a booking")
	assert.Equal(t, 9, *whole.High)
	assert.Zero(t, *burnt.Low, "one that burns a tenth: every gap may be burnt")
}

func TestTheListOfGapsIsBounded(t *testing.T) {
	m := measure.Missing(rows(100, none, number), lost(101, 1400, every(2)), 0)
	assert.Len(t, m.Gaps, 200)
	assert.Greater(t, *m.High, 600)
}

func TestTiersAndFields(t *testing.T) {
	held := []model.Hold{{Code: "EX02"}}
	es := []*model.Entity{
		{Kind: model.Reservation, State: model.Rebuilt, Strong: true}, {Kind: model.Reservation, State: model.Rebuilt, Strong: true},
		{Kind: model.Reservation, State: model.Rebuilt}, {Kind: model.Reservation, State: model.Rebuilt, Strong: true, Holds: held},
		{Kind: model.Reservation, State: model.Updated}, {Kind: model.Customer, State: model.Rebuilt}}
	lm := &learn.Model{Linked: 77, Rules: []learn.Rule{{Scope: "o:a", Kind: model.Reservation, Field: model.FTotal, Agree: 30, Support: 40}, {Scope: "o:b", Kind: model.Reservation, Field: model.FTotal, Agree: 60, Support: 60},
		{Scope: "t:a", Kind: model.Reservation, Field: model.FTotal, Agree: 1, Support: 100}}}
	m := measure.Measure(es, lm, 0.005)
	assert.Equal(t, map[string]float64{"strong_key": 0.5, "two_sources": 0.25, "hold": 0.25}, m.TierShares)
	assert.Equal(t, map[string]float64{"reservation.total": 0.9}, m.Fields, "one scope, else a reading counts twice")
	assert.Equal(t, 77, m.Labels)
	assert.Nil(t, m.CertifiedError, "nothing is certified that was not measured")
}
