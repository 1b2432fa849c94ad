package match

// This file: which payments are rows of the backup or of live already.

import (
	"sort"

	"salvage/model"
)

// bookedPayments finds the rows of the backup and of live that a payment already is.
func (m *matcher) bookedPayments(live *model.Books) {
	use := func(b *model.Books, set func(p *Payment, r *model.Record)) {
		if b == nil {
			return
		}
		byID, byAmount := map[string]*model.Record{}, map[string][]*model.Record{}
		for _, r := range b.Records[model.Payment] {
			for _, f := range []model.Field{model.FRefund, model.FCharge, model.FExternalID} {
				if s := r.Fields[f].Str; s != "" {
					byID[s] = r
				}
			}
			if s := r.Fields[model.FIntent].Str; s != "" && byID[s] == nil {
				byID[s] = r
			}
			k := amountDay(r.Fields[model.FAmount].Num, r.Fields[model.FPaidAt].Num)
			byAmount[k] = append(byAmount[k], r)
		}
		taken := map[*model.Record]bool{}
		for _, p := range m.pays {
			if r := byIDs(p, byID); r != nil && !taken[r] {
				taken[r] = true
				set(p, r)
			}
		}
		for _, x := range m.nearRows(byAmount) {
			if p := x.p; !taken[x.r] && p.Backup == nil && p.Live == nil {
				taken[x.r] = true
				set(p, x.r)
			}
		}
	}
	use(m.books, func(p *Payment, r *model.Record) { p.Backup = r })
	use(live, func(p *Payment, r *model.Record) { p.Live = r })
}

func byIDs(p *Payment, byID map[string]*model.Record) *model.Record {
	ids := []string{p.Charge, p.Intent}
	if p.Refund {
		ids = []string{p.RefundID}
	}
	for _, id := range append(ids, p.External) {
		if r := byID[id]; id != "" && r != nil && (r.Fields[model.FAmount].Num < 0) == p.Refund {
			return r
		}
	}
	return nil
}

// nearRow is a payment and a row of its amount that was written within ten minutes of it.
type nearRow struct {
	p *Payment
	r *model.Record
	d int64
}

// nearRows lists the pairs whose customers do not contradict: those in which money moved first, then the nearest.
func (m *matcher) nearRows(byAmount map[string][]*model.Record) []nearRow {
	var out []nearRow
	for _, p := range m.pays {
		if p.Backup != nil || p.Live != nil {
			continue
		}
		for _, shift := range []int64{-day, 0, day} {
			for _, r := range byAmount[amountDay(p.Amount, p.At+shift)] {
				v := r.Fields[model.FPaidAt]
				d := max(v.Num-p.At, p.At-v.Num)
				if v.Type == model.Instant && d < 10*minute && m.samePayer(p, r) {
					out = append(out, nearRow{p, r, d})
				}
			}
		}
	}
	sort.SliceStable(out, func(a, b int) bool {
		if out[a].p.Failed != out[b].p.Failed {
			return out[b].p.Failed
		}
		return out[a].d < out[b].d
	})
	return out
}

func (m *matcher) samePayer(p *Payment, r *model.Record) bool {
	c := r.Fields[model.FCustomer].Str
	if c == "" || p.Customer < 0 {
		return true
	}
	b := m.d.list[p.Customer].Backup
	return b == nil || b.Key == c
}
