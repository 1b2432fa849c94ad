package report

// This file: reservations day by day, as numbers and as a chart.

import (
	"fmt"
	"html/template"
	"strings"
	"time"

	"salvage/model"
)

// Day counts the reservations that begin on one day (or in one week, in a long window).
type Day struct {
	Label                             string // first day, YYYY-MM-DD
	Unchanged, Updated, Rebuilt, Held int
	Lost                              bool // between cut and wipe
}

// Total is the height of the day's bar.
func (d Day) Total() int { return d.Unchanged + d.Updated + d.Rebuilt + d.Held }

// The chart shows a week before the cut to two weeks after the wipe, days up to this many bars, else weeks.
const (
	daysBefore = 7
	daysAfter  = 14
	maxBars    = 140
)

// days counts reservations by the day on which they begin, in the zone of the business.
func days(in Input) []Day {
	from := midnight(in.Cut.In(in.Zone)).AddDate(0, 0, -daysBefore)
	to := midnight(in.Wipe.In(in.Zone)).AddDate(0, 0, daysAfter)
	if in.Cut.IsZero() || to.Before(from) || to.Sub(from) > 20*365*24*time.Hour {
		return nil
	}
	n := int(civil(to).Sub(civil(from))/(24*time.Hour)) + 1
	step := 1
	if n > maxBars {
		step = 7 * (1 + n/(7*maxBars))
	}
	list := make([]Day, (n+step-1)/step)
	for i := range list {
		first := from.AddDate(0, 0, i*step)
		list[i].Label = first.Format(time.DateOnly)
		list[i].Lost = first.AddDate(0, 0, step).After(in.Cut) && first.Before(in.Wipe)
	}
	for _, e := range in.Entities {
		at, ok := beginning(e, in.Zone)
		if i := int(civil(at).Sub(civil(from))/(24*time.Hour)) / step; ok && !at.Before(from) && i < len(list) {
			list[i].count(e)
		}
	}
	return list
}

func (d *Day) count(e *model.Entity) {
	switch {
	case e.State == model.Rebuilt && e.Held():
		d.Held++
	case e.State == model.Rebuilt:
		d.Rebuilt++
	case e.State == model.Updated:
		d.Updated++
	default:
		d.Unchanged++
	}
}

// beginning is when a reservation begins; when nothing says so, when it was made.
func beginning(e *model.Entity, zone *time.Location) (time.Time, bool) {
	if e.Kind != model.Reservation {
		return time.Time{}, false
	}
	for _, f := range []model.Field{model.FStartsAt, model.FOutAt, model.FCreatedAt} {
		if t, ok := when(e.Get(f), zone); ok {
			return t, true
		}
	}
	return time.Time{}, false
}

// when gives the time of a value in the zone of the business.
func when(v model.Value, zone *time.Location) (time.Time, bool) {
	switch v.Type {
	case model.Instant, model.Local, model.Date:
		return v.InZone(zone).Time().In(zone), true
	}
	return time.Time{}, false
}

func midnight(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
}

// civil is the day as a UTC midnight, so that days can be counted across a change of the clock.
func civil(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

// chart draws the days as stacked bars. The labels are ours, never evidence's.
func chart(list []Day) template.HTML {
	top := 1
	for _, d := range list {
		top = max(top, d.Total())
	}
	const high, wide = 160, 7
	var b strings.Builder
	fmt.Fprintf(&b, `<svg viewBox="0 0 %d %d" role="img" aria-label="reservations by the day they begin" preserveAspectRatio="none">`, len(list)*wide, high+2)
	for i, d := range list {
		if d.Lost {
			fmt.Fprintf(&b, `<rect class="lost" x="%d" y="0" width="%d" height="%d"/>`, i*wide, wide, high)
		}
	}
	for i, d := range list {
		y := high
		fmt.Fprintf(&b, `<g><title>%s: %d in the backup, %d updated, %d rebuilt, %d held</title>`, d.Label, d.Unchanged, d.Updated, d.Rebuilt, d.Held)
		for _, part := range []struct {
			class string
			n     int
		}{{"unchanged", d.Unchanged}, {"updated", d.Updated}, {"rebuilt", d.Rebuilt}, {"held", d.Held}} {
			if h := part.n * high / top; h > 0 {
				y -= h
				fmt.Fprintf(&b, `<rect class="%s" x="%d" y="%d" width="%d" height="%d"/>`, part.class, i*wide+1, y, wide-2, h)
			}
		}
		b.WriteString("</g>")
	}
	b.WriteString("</svg>")
	return template.HTML(b.String()) //nolint:gosec // built above from numbers and dates
}
