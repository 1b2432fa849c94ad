package fuse_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"salvage/model"
	"salvage/reconcile/learn"
)

// TestOnePayment: where a booking's row holds one payment, the backup's rows say which of several that is.
func TestOnePayment(t *testing.T) {
	for _, c := range []struct {
		name string
		held func(deposit, balance int64) int64 // by the backup's rows
		want []string                           // kept, held
		sum  int64
	}{
		{"the first", func(d, _ int64) int64 { return d }, []string{"stripe:ch_d", "stripe:ch_b"}, 2000},
		{"the last", func(_, b int64) int64 { return b }, []string{"stripe:ch_b", "stripe:ch_d"}, 7900},
		{"the sum", func(d, b int64) int64 { return d + b }, []string{"stripe:ch_d", "stripe:ch_b"}, 9900},
		{"no rule", func(_, _ int64) int64 { return 7 }, nil, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			var st []learn.Statement
			w := newWorld()
			w.columns = true
			for i := 8; i < 16; i++ {
				row := w.row(fmt.Sprintf("A-%d", i))
				d, b := int64(2000+i), int64(8000+100*i)
				at := row.Fields[model.FStartsAt].Time()
				for x, minor := range []int64{d, b} {
					st = append(st, charge(fmt.Sprintf("ch_%d_%d", i, x), minor, at.Add(time.Duration(x)*time.Hour), code(fmt.Sprintf("A-%d", i))))
				}
				w.books.Records[model.Payment] = append(w.books.Records[model.Payment], &model.Record{Kind: model.Payment, Table: "reservation", Key: row.Key,
					Fields: fields{model.FReservation: model.RefValue(row.Key), model.FAmount: eur(c.held(d, b)), model.FPaidAt: instant(at)}})
			}
			w.st = append(st, letter("new", days(3), model.ActCreated, code("A-90"), email("new@x.example"), name("Nora Neu"), plate(2), starts(days(20)), ends(days(22)), total(9900)),
				charge("ch_d", 2000, days(3), code("A-90")), charge("ch_b", 7900, days(5), code("A-90")))
			r := w.run(t)
			if c.want == nil {
				require.Empty(t, r.paymentOf("stripe:ch_d").Holds)
				require.Empty(t, r.paymentOf("stripe:ch_b").Holds)
				return
			}
			kept, held := r.paymentOf(c.want[0]), r.paymentOf(c.want[1])
			require.Empty(t, kept.Holds)
			require.Equal(t, eur(c.sum), kept.Get(model.FAmount))
			require.Equal(t, "one_place", held.Holds[0].Code)
		})
	}
}
