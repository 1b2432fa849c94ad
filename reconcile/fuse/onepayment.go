package fuse

// This file: payments of companies that keep them as columns of the booking's row, where one is kept: which
// of several that is, the first, the last, or the sum of all, the backup's own rows say.

import (
	"sort"

	"salvage/model"
	"salvage/reconcile/match"
)

// Which of several payments a booking's row holds.
const (
	onlyFirst = "first"
	onlyLast  = "last"
	wholeSum  = "sum"
)

// A rule is taken over when it explains nearly all of a few bookings at least.
const (
	oneFew   = 3
	oneShare = 80 // in a hundred
)

// learnOne looks at bookings of the backup for which several payments were made before the cut, and at what
// their rows hold. "" when no rule explains them.
func learnOne(b *model.Books, m *match.Result, opt Options) string {
	if b == nil || !opt.Shape.Kinds[model.Payment].UpdateOnly {
		return ""
	}
	held := map[string]int64{}
	for _, r := range b.Records[model.Payment] {
		held[r.Key] = r.Fields[model.FAmount].Num
	}
	count, of := map[string]int{}, 0
	for _, n := range m.Nodes {
		if n.Backup == nil || held[n.Backup.Key] == 0 {
			continue
		}
		var made []*match.Payment
		var sum int64
		for _, x := range n.Payments {
			if p := m.Payments[x]; p.Paid && !p.Refund && p.At <= opt.Cut && len(p.Nodes) == 1 {
				made, sum = append(made, p), sum+p.Amount
			}
		}
		if len(made) < 2 {
			continue
		}
		sort.SliceStable(made, func(i, j int) bool { return made[i].At < made[j].At })
		of++
		first, last, got := made[0].Amount, made[len(made)-1].Amount, held[n.Backup.Key]
		if first == last { // says nothing of which
			of--
			continue
		}
		for rule, amount := range map[string]int64{onlyFirst: first, onlyLast: last, wholeSum: sum} {
			if amount == got {
				count[rule]++
			}
		}
	}
	for _, rule := range []string{wholeSum, onlyFirst, onlyLast} {
		if of >= oneFew && count[rule]*100 >= of*oneShare {
			return rule
		}
	}
	return ""
}

// onePayment leaves one payment for each booking whose row holds one, by the company's habit. Without a habit
// all stay, and the export holds them.
func (f *fuser) onePayment() {
	if f.habits.one == "" {
		return
	}
	by := map[string][]*model.Entity{}
	var order []string
	for _, e := range f.out.Entities {
		to := e.Get(model.FReservation).Str
		if e.Kind != model.Payment || e.State != model.Rebuilt || e.Held() || to == "" || e.Get(model.FAmount).Num < 0 || e.Get(model.FPayKind).Str == model.PayRefund {
			continue
		}
		if by[to] == nil {
			order = append(order, to)
		}
		by[to] = append(by[to], e)
	}
	for _, to := range order {
		if len(by[to]) > 1 {
			f.keepOne(by[to])
		}
	}
}

func (f *fuser) keepOne(list []*model.Entity) {
	sort.SliceStable(list, func(i, j int) bool {
		a, b := list[i].Get(model.FPaidAt).Num, list[j].Get(model.FPaidAt).Num
		if a != b {
			return a < b
		}
		return list[i].ID < list[j].ID
	})
	keep := list[0]
	if f.habits.one == onlyLast {
		keep = list[len(list)-1]
	}
	if f.habits.one == wholeSum {
		c := keep.Fields[model.FAmount]
		for _, e := range list {
			if a := e.Get(model.FAmount); e != keep && a.Cur == c.Value.Cur {
				c.Value.Num += a.Num
				c.For = append(append([]model.ClaimRef(nil), c.For...), e.Fields[model.FAmount].For...)
			}
		}
		c.Mark, c.Rule = model.Derived, "the sum of the booking's payments, as the company's rows hold it"
		keep.Fields[model.FAmount] = c
	}
	for _, e := range list {
		if e != keep {
			hold(e, "one_place", "the booking's row holds one payment: the "+f.habits.one+" of several, as the company keeps it")
		}
	}
}
