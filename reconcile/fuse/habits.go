package fuse

// This file: the company's habits, read off the backup: which state rows of the past, of the present and of
// the future are in, which payments it keeps rows of, and by which words.

import (
	"slices"
	"strings"
	"time"

	"salvage/model"
	"salvage/reconcile/learn"
	"salvage/reconcile/match"
	"salvage/reconcile/normal"
)

// phase is where a stay stands against a moment.
type phase int

const (
	future phase = iota
	present
	past
	phases
)

// habits is what the company usually does.
type habits struct {
	status   [phases]string         // state of rows in each phase, cancelled and no-show ones left out
	share    [phases]float64        // how usual that is
	kinds    map[string]string      // payment slot -> kind
	words    map[model.Field]string // payment status and method of processor payments
	records  map[string]bool        // class of payment (paid, refund, hold) -> the company keeps rows of it
	eventAt  string                 // suffix of stored event ids
	currency string                 // as rows write it
	channels []channelRule
	prompt   bool                 // cancellations are written of within the minute in which they are recorded
	moments  map[model.Field]bool // fields that hold instants, not days
	keeps    map[model.Field]bool // ids that rows carry whenever evidence has them
	one      string               // which of several payments a row with columns for one holds
	quiet    bool                 // names are not written in capitals
	deposits [2]int64             // least and greatest usual deposit, in thousandths of the total
}

// phaseAt places a stay; ok is false when its times are not known. A day without a time of day may begin or end
// at any hour of it in the zone: while that could be either side of the moment, the phase is not known.
func phaseAt(start, end model.Value, at int64, zone *time.Location) (phase, bool) {
	begin, begun := hoursOf(start, zone)
	over, gone := hoursOf(end, zone)
	switch {
	case begun == 0:
		return 0, false
	case begin > at:
		return future, true
	case begun > at || gone == 0:
		return 0, false
	case gone <= at:
		return past, true
	case over > at:
		return present, true
	}
	return 0, false
}

// hoursOf is the first and the last moment at which a time can be; zeros for what is no time.
func hoursOf(v model.Value, zone *time.Location) (first, last int64) {
	switch v.Type {
	case model.Instant:
		return v.Num, v.Num
	case model.Date:
		return v.InZone(zone).Num, model.Value{Type: model.Date, Num: v.Time().AddDate(0, 0, 1).UnixMicro()}.InZone(zone).Num
	}
	return 0, 0
}

func learnHabits(b *model.Books, m *match.Result, opt Options) *habits {
	h := &habits{kinds: map[string]string{}, words: map[model.Field]string{}, records: map[string]bool{}, moments: map[model.Field]bool{}}
	if b == nil {
		return h
	}
	h.one = learnOne(b, m, opt)
	var count [phases]map[string]int
	for i := range count {
		count[i] = map[string]int{}
	}
	events, currencies := map[string]int{}, map[string]int{}
	for _, r := range b.Records[model.Reservation] {
		s := r.Fields[model.FStatus].Str
		if p, ok := phaseAt(r.Fields[model.FStartsAt], r.Fields[model.FEndsAt], opt.Cut, opt.Zone); ok && s != "" && s != model.Cancelled && s != model.NoShow {
			count[p][s]++
		}
		for fl, v := range r.Fields {
			if v.Type == model.Instant {
				h.moments[fl] = true
			}
		}
		if c := r.Fields[model.FCurrency].Str; c != "" {
			currencies[c]++
		}
		if ev := r.Fields[model.FEvent].Str; ev != "" {
			_, suffix, _ := strings.Cut(ev, "@")
			events[suffix]++
		}
	}
	for p := range count {
		h.status[p], h.share[p] = majority(count[p])
	}
	if s, share := majority(events); s != "" && share > 0.9 {
		h.eventAt = "@" + s
	}
	if h.currency, _ = majority(currencies); h.currency == "" {
		h.currency = opt.Currency
	}
	h.learnCase(b)
	h.learnDeposits(b)
	h.learnPayments(m, opt)
	h.learnIDs(m)
	h.learnPrompt(m)
	h.learnChannels(m)
	if opt.Shape.Kinds[model.Payment].UpdateOnly { // a row that holds one of several, or their sum, matches too few of them to judge by
		h.records["paid"] = true
	}
	return h
}

// learnDeposits finds what share of the total the company asks for as a deposit; the outermost fiftieth on either side
// is left out.
func (h *habits) learnDeposits(b *model.Books) {
	var shares []int64
	for _, r := range b.Records[model.Reservation] {
		d, t := r.Fields[model.FDeposit], r.Fields[model.FTotal]
		if d.Type == model.Money && t.Type == model.Money && d.Num > 0 && t.Num > 0 {
			shares = append(shares, d.Num*1000/t.Num)
		}
	}
	h.deposits = [2]int64{0, 1000}
	if n := len(shares); n >= minChannel {
		slices.Sort(shares)
		h.deposits = [2]int64{shares[n/50], shares[n-1-n/50]}
	}
}

// usualDeposit reports whether an amount can be the deposit of a total.
func (h *habits) usualDeposit(amount, total int64) bool {
	return total <= 0 || amount*1000 >= h.deposits[0]*total && amount*1000 <= h.deposits[1]*total+total
}

// learnCase finds whether the company writes names in capitals.
func (h *habits) learnCase(b *model.Books) {
	loud, all := 0, 0
	for _, r := range b.Records[model.Customer] {
		if n := learn.FullName(r); n != "" {
			all++
			if normal.Shouted(n) {
				loud++
			}
		}
	}
	h.quiet = all > 0 && loud*20 <= all
}

// learnIDs finds which ids of linked evidence the company keeps in its rows as a rule.
func (h *habits) learnIDs(m *match.Result) {
	h.keeps = map[model.Field]bool{}
	kept, seen := map[model.Field]int{}, map[model.Field]int{}
	for _, n := range m.Nodes {
		if n.Backup == nil {
			continue
		}
		for _, me := range n.Mentions {
			if me.Source == "calendar" && len(me.Events) > 0 {
				seen[model.FEvent]++
				if strings.TrimSuffix(n.Backup.Fields[model.FEvent].Str, h.eventAt) == me.Events[0] {
					kept[model.FEvent]++
				}
			}
		}
		for _, x := range n.Payments {
			if p := m.Payments[x]; p.Paid && !p.Refund && p.Intent != "" {
				seen[model.FIntent]++
				if n.Backup.Fields[model.FIntent].Str == p.Intent {
					kept[model.FIntent]++
				}
				break
			}
		}
	}
	for _, f := range []model.Field{model.FEvent, model.FIntent} {
		h.keeps[f] = kept[f] >= 10 && kept[f]*10 >= seen[f]*9
	}
}

// learnPrompt finds whether the moment a cancellation was written of is the moment the company records.
func (h *habits) learnPrompt(m *match.Result) {
	near, seen := 0, 0
	for _, n := range m.Nodes {
		if n.Backup == nil || n.Backup.Fields[model.FCancelledAt].Type != model.Instant {
			continue
		}
		for _, me := range n.Mentions {
			if s := me.Versions[len(me.Versions)-1]; s.Act == model.ActCancelled && me.Source == "mail" && me.Genuine {
				seen++
				if d := s.At - n.Backup.Fields[model.FCancelledAt].Num; d > -minute && d < minute {
					near++
				}
			}
		}
	}
	h.prompt = near >= 5 && near*10 >= seen*9
}

func majority(c map[string]int) (string, float64) {
	best, n, total := "", 0, 0
	for k, v := range c {
		total += v
		if v > n || v == n && k < best {
			best, n = k, v
		}
	}
	if total == 0 {
		return "", 0
	}
	return best, float64(n) / float64(total)
}

// learnPayments compares the overlap's payments with the rows the company kept of them.
func (h *habits) learnPayments(m *match.Result, opt Options) {
	kinds := map[string]map[string]int{}
	words := map[model.Field]map[string]int{model.FStatus: {}, model.FMethod: {}}
	kept, seen := map[string]int{}, map[string]int{}
	for _, p := range m.Payments {
		if p.At == 0 || p.At > opt.Cut {
			continue
		}
		seen[class(p)]++
		if p.Backup == nil {
			continue
		}
		kept[class(p)]++
		k := slotOf(p)
		if kinds[k] == nil {
			kinds[k] = map[string]int{}
		}
		kinds[k][p.Backup.Fields[model.FPayKind].Str]++
		if p.Paid && !p.Refund {
			for f := range words {
				words[f][p.Backup.Fields[f].Str]++
			}
		}
	}
	for k, c := range kinds {
		h.kinds[k], _ = majority(c)
	}
	for f, c := range words {
		h.words[f], _ = majority(c)
	}
	for _, c := range []string{"paid", "refund", "hold", "failed"} {
		h.records[c] = kept[c]*2 >= seen[c] && kept[c] > 0
	}
	if seen["paid"] == 0 {
		h.records["paid"] = true
	}
}

// class is what kind of movement a payment is.
func class(p *match.Payment) string {
	switch {
	case p.Refund && p.Failed:
		return "failed"
	case p.Refund:
		return "refund"
	case p.Hold:
		return "hold"
	case p.Paid:
		return "paid"
	}
	return "failed"
}

func slotOf(p *match.Payment) string {
	if p.Refund {
		return "refund"
	}
	if p.Hold {
		return "hold"
	}
	return p.Slot
}
