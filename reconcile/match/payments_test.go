package match_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"salvage/model"
	"salvage/reconcile/learn"
	"salvage/reconcile/match"
)

func kind(s string) model.Claim     { return pay(model.FPayKind, text(s)) }
func amount(n int64) model.Claim    { return pay(model.FAmount, eur(n)) }
func intent(s string) model.Claim   { return pay(model.FIntent, text(s)) }
func chargeID(s string) model.Claim { return pay(model.FCharge, text(s)) }

// shown is what a payment came out as.
type shown struct {
	id                         string
	amount                     int64
	paid, hold, refund, failed bool
	charge                     string
}

func TestObjectsOfOnePayment(t *testing.T) {
	at := days(3)
	tests := []struct {
		name string
		st   []learn.Statement
		want []shown
	}{
		{"intent, charge, session and exported line", []learn.Statement{
			object("pi_1", "payment_intent", at, intent("pi_1"), amount(9000), status(text("succeeded"))),
			charge("ch_1", "pi_1", 9000, at.Add(time.Second)),
			object("cs_1", "checkout.session", at, intent("pi_1"), amount(9000), status(text("succeeded"))),
			object("csv-1", "csv-payments", at, chargeID("ch_1"), amount(9000), status(text("Paid")))},
			[]shown{{"pi_1", 9000, true, false, false, false, "ch_1"}}},
		{"two payments of one amount", []learn.Statement{charge("ch_1", "pi_1", 9000, at), charge("ch_2", "pi_2", 9000, at)},
			[]shown{{"pi_1", 9000, true, false, false, false, "ch_1"}, {"pi_2", 9000, true, false, false, false, "ch_2"}}},
		{"a charge without an intent", []learn.Statement{object("ch_1", "charge", at, chargeID("ch_1"), amount(500), status(text("succeeded")))},
			[]shown{{"ch_1", 500, true, false, false, false, "ch_1"}}},
		{"a refund stands by itself", []learn.Statement{charge("ch_1", "pi_1", 9000, at),
			object("re_1", "refund", at.Add(time.Hour), chargeID("ch_1"), intent("pi_1"), pay(model.FRefund, text("re_1")), kind(model.PayRefund), amount(-4000), status(text("succeeded")))},
			[]shown{{"pi_1", 9000, true, false, false, false, "ch_1"}, {"stripe:re_1", -4000, true, false, true, false, "ch_1"}}},
		{"a refund that is written without a sign", []learn.Statement{object("re_1", "refund", at, pay(model.FRefund, text("re_1")), amount(4000), status(text("succeeded")))},
			[]shown{{"stripe:re_1", -4000, true, false, true, false, ""}}},
		{"a refund that failed", []learn.Statement{object("re_1", "refund", at, pay(model.FRefund, text("re_1")), amount(-4000), status(text("failed")))},
			[]shown{{"stripe:re_1", -4000, false, false, true, true, ""}}},
		{"a hold", []learn.Statement{object("ch_1", "charge", at, chargeID("ch_1"), kind(model.PayHold), amount(30000), status(text("succeeded")))},
			[]shown{{"ch_1", 30000, false, true, false, false, "ch_1"}}},
		{"a failed try", []learn.Statement{object("ch_1", "charge", at, chargeID("ch_1"), amount(9000), status(text("failed")))},
			[]shown{{"ch_1", 9000, false, false, false, true, "ch_1"}}},
		{"a failed try before the one that went through", []learn.Statement{
			object("ch_1", "charge", at, chargeID("ch_1"), intent("pi_1"), amount(9000), status(text("failed"))),
			charge("ch_2", "pi_1", 9000, at.Add(time.Minute))},
			[]shown{{"pi_1", 9000, true, false, false, false, "ch_2"}}},
		{"a hold that was captured in part: one charge found twice", []learn.Statement{
			object("ch_1", "charge", at, chargeID("ch_1"), kind(model.PayHold), amount(30000), status(text("succeeded"))),
			object("ch_1", "charge", at, chargeID("ch_1"), amount(12000), status(text("succeeded")))},
			[]shown{{"ch_1", 12000, true, false, false, false, "ch_1"}}},
		{"a captured charge beside an intent found before", []learn.Statement{charge("ch_1", "pi_1", 12000, at),
			object("pi_1", "payment_intent", at, intent("pi_1"), kind(model.PayHold), amount(12000), status(text("requires_capture")))},
			[]shown{{"pi_1", 12000, true, false, false, false, "ch_1"}}},
		{"an expired session", []learn.Statement{object("cs_1", "checkout.session", at, amount(9000), status(text("expired")))},
			[]shown{{"stripe:cs_1", 9000, false, false, false, true, ""}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for range 2 { // in both orders
				var got []shown
				for _, p := range run(people(), tt.st...).Payments {
					got = append(got, shown{p.ID, p.Amount, p.Paid, p.Hold, p.Refund, p.Failed, p.Charge})
				}
				assert.Equal(t, tt.want, got)
				for i, j := 0, len(tt.st)-1; i < j; i, j = i+1, j-1 {
					tt.st[i], tt.st[j] = tt.st[j], tt.st[i]
				}
			}
		})
	}
}

// row adds a payment row of booking 71.
func row(b backup, key, customer int, minor int64, at time.Time, more fields) {
	f := fields{model.FReservation: ref(71), model.FCustomer: ref(customer), model.FAmount: eur(minor), model.FPaidAt: instant(at)}
	for k, v := range more {
		f[k] = v
	}
	b.add(model.Payment, key, f)
}

func TestRowsThatPaymentsAre(t *testing.T) {
	at := days(-20)
	tests := []struct {
		name string
		rows func(b backup)
		st   []learn.Statement
		want map[string]string // payment -> row
	}{
		{"by charge", func(b backup) { row(b, 1, 1, 1, at.AddDate(0, 0, 9), fields{model.FCharge: text("ch_1")}) },
			[]learn.Statement{charge("ch_1", "pi_1", 9000, at)}, map[string]string{"pi_1": "1"}},
		{"by intent", func(b backup) { row(b, 1, 1, 9000, at.AddDate(0, 0, 9), fields{model.FIntent: text("pi_1")}) },
			[]learn.Statement{charge("ch_1", "pi_1", 9000, at)}, map[string]string{"pi_1": "1"}},
		{"a refund is not its charge's row", func(b backup) { row(b, 1, 1, 9000, at, fields{model.FIntent: text("pi_1")}) },
			[]learn.Statement{object("re_1", "refund", at, intent("pi_1"), pay(model.FRefund, text("re_1")), amount(-9000), status(text("succeeded")))}, map[string]string{"stripe:re_1": ""}},
		{"by amount and minute, the nearest of two", func(b backup) {
			row(b, 1, 1, 9000, at.Add(-7*time.Minute), nil)
			row(b, 2, 1, 9000, at.Add(2*time.Minute), nil)
		}, []learn.Statement{charge("ch_1", "pi_1", 9000, at)}, map[string]string{"pi_1": "2"}},
		{"each its own, whichever comes first", func(b backup) { row(b, 1, 1, 9000, at.Add(5*time.Minute), nil) },
			[]learn.Statement{charge("ch_1", "pi_1", 9000, at), charge("ch_2", "pi_2", 9000, at.Add(5*time.Minute))}, map[string]string{"pi_1": "", "pi_2": "1"}},
		{"not the failed try before it", func(b backup) { row(b, 1, 1, 9000, at.Add(time.Minute), nil) },
			[]learn.Statement{object("ch_1", "charge", at.Add(time.Minute), chargeID("ch_1"), amount(9000), status(text("failed"))), charge("ch_2", "pi_2", 9000, at.Add(4*time.Minute))},
			map[string]string{"ch_1": "", "pi_2": "1"}},
		{"over midnight", func(b backup) { row(b, 1, 1, 9000, at.Truncate(24*time.Hour).Add(2*time.Minute), nil) },
			[]learn.Statement{charge("ch_1", "pi_1", 9000, at.Truncate(24*time.Hour).Add(-2*time.Minute))}, map[string]string{"pi_1": "1"}},
		{"too far in time", func(b backup) { row(b, 1, 1, 9000, at.Add(11*time.Minute), nil) },
			[]learn.Statement{charge("ch_1", "pi_1", 9000, at)}, map[string]string{"pi_1": ""}},
		{"another amount", func(b backup) { row(b, 1, 1, 9001, at, nil) },
			[]learn.Statement{charge("ch_1", "pi_1", 9000, at)}, map[string]string{"pi_1": ""}},
		{"another payer", func(b backup) { row(b, 1, 1, 9000, at, nil) },
			[]learn.Statement{charge("ch_1", "pi_1", 9000, at, email("zora@x.example"), name("Zora Unger"))}, map[string]string{"pi_1": ""}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := hires()
			tt.rows(b)
			r := run(b, tt.st...)
			for id, want := range tt.want {
				p := payment(r, id)
				require.NotNil(t, p, id)
				got := ""
				if p.Backup != nil {
					got = p.Backup.Key
				}
				assert.Equal(t, want, got, id)
			}
		})
	}
}

// trip is a booking of the lost window, as a letter states it.
func trip(key, c string, made time.Time, minor int64) learn.Statement {
	return mail(key, made, code(c), name("Zora Unger"), email("zora@x.example"), starts(made.AddDate(0, 0, 7)), total(minor))
}

func zora() []model.Claim { return []model.Claim{name("Zora Unger"), email("zora@x.example")} }

func TestWhatPaymentsAreFor(t *testing.T) {
	at := days(4)
	late := resumed.Add(time.Hour)
	tests := []struct {
		name   string
		pay    learn.Statement
		want   string // a letter, "row 73", or "" for nothing
		strong bool
	}{
		{"by code", charge("ch_1", "pi_1", 77, at, code("N-1")), "mail:a", true},
		{"by the row's key", charge("ch_1", "pi_1", 77, at, key("73")), "row 73", true},
		{"a key named after the business resumed", charge("ch_1", "pi_1", 77, late, key("73")), "", false},
		{"by customer, amount and hour", charge("ch_1", "pi_1", 20000, at.Add(time.Minute), zora()...), "mail:a", false},
		{"another amount of the same customer, the same hour", charge("ch_1", "pi_1", 6000, at.Add(time.Minute), zora()...), "mail:a", false},
		{"another payer, the amount and the minute", charge("ch_1", "pi_1", 20000, at.Add(time.Minute), name("Bela Kovacs"), email("bk@y.example")), "", false},
		{"the amount alone, months later", charge("ch_1", "pi_1", 20000, at.AddDate(0, 5, 0)), "", false},
		{"an unknown code of an unknown payer", charge("ch_1", "pi_1", 77, at, code("N-77")), "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := run(hires(), trip("a", "N-1", at, 20000), trip("b", "N-2", at.AddDate(0, 0, 20), 33000), tt.pay)
			p := payment(r, "pi_1")
			got := ""
			if len(p.Nodes) == 1 {
				if n := r.Nodes[p.Nodes[0]]; n.Backup != nil {
					got = "row " + n.Backup.Key
				} else {
					got = n.Mentions[0].Key
				}
			}
			assert.Equal(t, tt.want, got)
			assert.Equal(t, tt.strong, p.Link.Strong)
			if got != "" {
				assert.NotEmpty(t, p.Link.Why)
			}
		})
	}
}

func TestOnePaymentForSeveral(t *testing.T) {
	at := days(4)
	trips := []learn.Statement{trip("a", "N-1", at, 20000), trip("b", "N-2", at.Add(time.Hour), 33000), trip("c", "N-3", at.Add(2*time.Hour), 41000)}
	again := trip("d", "N-4", at.Add(3*time.Hour), 33000)
	far := trip("e", "N-5", at.AddDate(0, 0, 12), 5000)
	pays := func(n int64) learn.Statement { return charge("ch_1", "pi_1", n, at.Add(5*time.Hour), zora()...) }
	tests := []struct {
		name string
		st   []learn.Statement
		want []string
	}{
		{"the only sum of two", append(trips[:3:3], pays(53000)), []string{"mail:a", "mail:b"}},
		{"the only sum of three", append(trips[:3:3], pays(94000)), []string{"mail:a", "mail:b", "mail:c"}},
		{"two sums: nothing", append(append(trips[:3:3], again), pays(53000)), nil},
		{"no sum", append(trips[:3:3], pays(60000)), nil},
		{"a booking of another week is no part", append(append(trips[:1:1], far), pays(25000)), nil},
		{"codes name both", append(trips[:3:3], charge("ch_1", "pi_1", 5, at, code("N-1"), code("N-3"))), []string{"mail:a", "mail:c"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := run(people(), tt.st...)
			p := payment(r, "pi_1")
			var got []string
			if len(p.Nodes) > 1 {
				for _, i := range p.Nodes {
					got = append(got, r.Nodes[i].Mentions[0].Key)
				}
				assert.Equal(t, "full", p.Slot)
			}
			assert.ElementsMatch(t, tt.want, got)
		})
	}
}

func TestSlots(t *testing.T) {
	at := days(4)
	tests := []struct {
		name string
		pays []int64
		want []string
	}{
		{"full", []int64{20000}, []string{"full"}},
		{"deposit and balance", []int64{5000, 15000}, []string{"deposit", "balance"}},
		{"deposit, a part, the rest", []int64{5000, 5000, 10000}, []string{"deposit", "delta", "balance"}},
		{"full and something more", []int64{20000, 700}, []string{"full", "extra"}},
		{"more than the total", []int64{25000}, []string{"extra"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			st := []learn.Statement{trip("a", "N-1", at, 20000)}
			for i, n := range tt.pays {
				id := string(rune('1' + i))
				st = append(st, charge("ch_"+id, "pi_"+id, n, at.Add(time.Duration(i)*time.Hour), code("N-1")))
			}
			st = append(st, object("ch_0", "charge", at, chargeID("ch_0"), amount(20000), status(text("failed")), code("N-1")))
			r := run(people(), st...)
			var got []string
			for i := range tt.pays {
				got = append(got, payment(r, "pi_"+string(rune('1'+i))).Slot)
			}
			assert.Equal(t, tt.want, got)
			assert.Empty(t, payment(r, "ch_0").Slot, "a failed try fills no slot")
		})
	}
}

func TestPayersMakeNoCustomers(t *testing.T) {
	r := run(people(), charge("ch_1", "pi_1", 20000, days(3), name("Bela Kovacs"), email("bk@y.example")))
	assert.Len(t, r.Customers, 8)
	assert.Equal(t, -1, payment(r, "pi_1").Customer)
}

func TestTheProcessorsCustomersTeachTheirIDs(t *testing.T) {
	cus := object("cus_1", "customer", days(-90), cust(model.FStripeCus, text("cus_1")), name("Zora Unger"), email("zora@x.example"))
	pays := charge("ch_1", "pi_1", 20000, days(3), cust(model.FStripeCus, text("cus_1")))
	r := run(people(), cus, pays)
	require.GreaterOrEqual(t, payment(r, "pi_1").Customer, 0)
	assert.Equal(t, "8", r.Customers[payment(r, "pi_1").Customer].Backup.Key)
	assert.Equal(t, -1, payment(run(people(), pays), "pi_1").Customer)
}

func TestProbabilityRises(t *testing.T) {
	last := model.PPM(0)
	for s := int64(-20000); s <= 30000; s += 250 {
		p := match.Probability(s)
		assert.GreaterOrEqual(t, p, last)
		assert.LessOrEqual(t, p, model.Certain)
		last = p
	}
	assert.Equal(t, model.Certain/2, match.Probability(4500))
}
