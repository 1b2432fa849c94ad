package draft

// This file: what holds for the whole mapping: tenant, currency, the zone of naive times, and questions
// about lines that are unsure.

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"

	"salvage/model"
	"salvage/model/mapping"
)

func parseIn(layout, s string) (time.Time, error) { return time.Parse(layout, s) }

func sortedNames[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}

// cut is just after the newest thing that happened before the loss, as the rows say: something was made,
// changed, paid, handed out or brought back. Where no other time says, bookings that begin at once do.
func (d *Draft) cut() {
	newest := func(want ...model.Field) (latest int64) {
		for _, e := range d.Entities {
			for _, f := range e.Fields {
				c := f.cand.column
				if !slices.Contains(want, f.Name) || f.As == "date" || c.timeN == 0 || !d.opt.Wipe.IsZero() && c.maxT >= d.opt.Wipe.UnixMicro() || microTime(c.maxT).Year() > 2200 {
					continue
				}
				latest = max(latest, c.maxT)
			}
		}
		return latest
	}
	t := newest(model.FCreatedAt, model.FUpdatedAt, model.FPaidAt, model.FOutAt, model.FReturnedAt, model.FCancelledAt)
	if t == 0 {
		t = newest(model.FStartsAt)
	}
	if t > 0 {
		d.Cut = microTime(t).Add(time.Second).Format("2006-01-02T15:04:05Z")
	}
}

// tenant finds a column that says whose rows these are, in every main table that has it.
func (d *Draft) tenant() {
	counts := map[string]int{}
	for _, e := range d.Entities {
		if e.Hosted {
			continue
		}
		for _, c := range e.main.cols {
			field := slices.ContainsFunc(e.Fields, func(f *Field) bool { return f.Cols[0] == c.Name })
			company := has(c.words, "company") && (c.ref != nil || c.numeric())
			if (has(c.words, "tenant") || company) && (has(c.words, "id") || len(c.words) == 1 || c.ref != nil) && !c.isTime() && !field {
				counts[c.Name]++
			}
		}
	}
	for _, name := range sortedNames(counts) {
		if counts[name] >= 2 {
			d.scopeBy(name)
			return
		}
	}
}

func (d *Draft) scopeBy(name string) {
	rows := map[string]int64{}
	for _, e := range d.Entities {
		if c := e.main.byName[name]; c != nil && !e.Hosted {
			for v, n := range c.vocab.count {
				rows[v] += n
			}
		}
	}
	var vals []string
	for v := range rows {
		vals = append(vals, v)
	}
	sort.Slice(vals, func(i, j int) bool {
		if a, b := rows[vals[i]], rows[vals[j]]; a != b {
			return a > b
		}
		return vals[i] < vals[j]
	})
	p := Pair{Column: name, Line: Line{Why: "the tenant: every table has it"}}
	switch {
	case len(vals) == 0:
		return
	case len(vals) == 1:
		p.Value = vals[0]
	default:
		q := Question{ID: "scope:" + name, Must: true, Text: fmt.Sprintf("Several businesses share these tables: which %s is yours?", name), Choices: vals[:min(len(vals), 20)]}
		q.Why = fmt.Sprintf("%s has %d rows, %s %d", vals[0], rows[vals[0]], vals[1], rows[vals[1]])
		p.Value = d.ask(q)
	}
	d.Scope = append(d.Scope, p)
}

// currency settles what money without a currency is in.
func (d *Draft) currency() {
	if a := d.opt.Answers["currency"]; a != "" {
		d.Currency = Line{Value: strings.ToLower(a), Why: "as you said"}
		return
	}
	if c := d.opt.Overlap.currency(); c != "" {
		d.Currency = Line{Value: c, Why: "what the payments in the evidence are in"}
		return
	}
	single, many := "", false
	for _, e := range d.Entities {
		for _, f := range e.Fields {
			if f.Name == model.FCurrency {
				if w := f.cand.vocab.list(); len(w) > 0 {
					single, many = strings.ToLower(w[0]), many || len(w) > 1
				}
			}
		}
	}
	if single != "" && currencyCode(single) {
		d.Currency = Line{Value: single, Why: "what the currency column says"}
		if many {
			d.Currency.Why = "what most rows' currency column says"
		}
		return
	}
	for _, e := range d.Entities {
		for _, f := range e.Fields {
			for _, w := range f.cand.words {
				if f.rule.fit == fitMoney && currencyCode(w.text) {
					d.Currency = Line{Value: w.text, Why: "what " + f.cand.Name + " says"}
					return
				}
			}
		}
	}
	d.ask(Question{ID: "currency", Must: true, Text: "Which currency is the business's money in? (three letters, such as EUR)", Why: "no column says it"})
}

// zone settles what times without a zone mean.
func (d *Draft) zone() {
	var naive []string
	for _, e := range d.Entities {
		for _, f := range e.Fields {
			if f.Name == "born_on" {
				continue
			}
			day := f.As == "date" && (f.Name == model.FStartsAt || f.Name == model.FEndsAt)
			if f.As == "naive" || f.As == "date+time" || f.As == "text-time" || day {
				naive = append(naive, e.Name+"."+string(f.Name))
			}
		}
	}
	business := d.opt.Answers["timezone"]
	found, why := d.opt.Overlap.zone()
	if a := d.opt.Answers["zone"]; a != "" {
		d.Zone = Line{Value: a, Why: "as you said"}
	} else if len(naive) == 0 {
		d.Zone = Line{Value: "UTC", Why: "no mapped column holds times without a zone, so nothing hangs on it"}
	} else if found != "" {
		d.Zone = Line{Value: found, Why: why}
	} else {
		q := Question{ID: "zone", Must: true, Text: "Which time zone do times without a zone in the database mean? (UTC, or a name such as Europe/Berlin)",
			Why: fmt.Sprintf("%s and %d more say none", naive[0], len(naive)-1)}
		if business != "" {
			q.Must, q.Default = false, business
			d.Zone = Line{Value: business, Why: "the business's own", Unsure: "UTC, as many applications store it"}
		}
		d.ask(q)
	}
	d.businessZone(business)
}

func (d *Draft) businessZone(said string) {
	if said != "" {
		return
	}
	q := Question{ID: "timezone", Must: true, Text: "Which time zone is the business in? (a name such as America/New_York)", Why: "times in mails and calendars that state no zone mean this one"}
	if z, _ := d.opt.Overlap.business(); z != "" {
		q.Default = z
	} else if l := d.Entity(model.Location); l != nil && l.Field("timezone") != nil {
		if w := l.Field("timezone").cand.vocab.list(); len(w) > 0 {
			q.Default = w[0]
		}
	} else if d.Zone.Value != "" && d.Zone.Value != "UTC" {
		q.Default = d.Zone.Value
	}
	d.ask(q)
}

// matter are the fields about which a doubt is worth a question.
var matter = []model.Field{model.FStartsAt, model.FEndsAt, model.FCustomer, model.FEmail, model.FTotal, model.FAmount, model.FStatus, model.FCode}

// maxAsked bounds the questions about unsure lines.
const maxAsked = 5

func (d *Draft) unsureQuestions() {
	n := 0
	for _, e := range d.Entities {
		for _, f := range e.Fields {
			if f.Unsure == "" || !slices.Contains(matter, f.Name) || n >= maxAsked || f.rule.fit == fitRef {
				continue
			}
			n++
			q := Question{ID: "field:" + e.Name + "." + string(f.Name), Text: fmt.Sprintf("Which column of %s is the %s?", e.main.Name, say(f.Name)), Why: f.Why + "; else " + f.Unsure, Default: f.Cols[0]}
			for _, c := range e.main.cols {
				if c.class != mapping.ClassBool && len(q.Choices) < 40 {
					q.Choices = append(q.Choices, c.Name)
				}
			}
			q.Choices = append(q.Choices, "none")
			d.ask(q)
		}
	}
}

// say is a field in words.
func say(f model.Field) string {
	switch f {
	case model.FStartsAt:
		return "agreed start (pick-up)"
	case model.FEndsAt:
		return "agreed end (return)"
	case model.FTotal:
		return "total price"
	}
	return strings.ReplaceAll(string(f), "_", " ")
}
