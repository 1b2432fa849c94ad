package draft

// This file: the overlap held against the backup: which columns' values stand in the evidence, which zone
// makes naive times agree with it, in which unit its amounts are, which words cancelled bookings have.

import (
	"fmt"
	"math"
	"sort"
	"strings"
	"time"

	"salvage/model"
	"salvage/model/mapping"
)

// findings is what the comparison found.
type findings struct {
	texts    map[*column]map[string]int // values of the last rows that are in a set
	seen     map[*column]int            // values of the last rows
	codes    map[*column]int            // of them, in running text
	means    map[*column]map[model.Field]int
	votes    map[string]int     // zone -> naive times that agree in it with instants
	business map[string]int     // zone -> wall-clock times of the evidence that agree in it with instants of the backup
	units    map[*column][2]int // amounts that agree: as minor, as major
	gone     map[*column]map[string][2]int
	cands    []*zoneCand
}

type zoneCand struct {
	name string
	loc  *time.Location
}

// zoneNames are tried beside those that configuration, backup and evidence name: one for each kind of
// offset and daylight-saving rule in use.
var zoneNames = [...]string{"UTC", "Europe/Berlin", "Europe/London", "Europe/Athens", "Europe/Lisbon", "Europe/Istanbul", "Europe/Moscow",
	"America/New_York", "America/Chicago", "America/Denver", "America/Phoenix", "America/Los_Angeles", "America/Anchorage", "Pacific/Honolulu", "America/Halifax", "America/St_Johns",
	"America/Sao_Paulo", "America/Argentina/Buenos_Aires", "America/Bogota", "America/Mexico_City", "America/Santiago", "America/Caracas",
	"Africa/Casablanca", "Africa/Lagos", "Africa/Johannesburg", "Africa/Nairobi", "Africa/Cairo", "Asia/Jerusalem", "Asia/Dubai", "Asia/Karachi", "Asia/Kolkata", "Asia/Dhaka",
	"Asia/Bangkok", "Asia/Shanghai", "Asia/Tokyo", "Australia/Perth", "Australia/Adelaide", "Australia/Darwin", "Australia/Brisbane", "Australia/Sydney", "Pacific/Auckland"}

// compare holds the overlap against the backup, with a first draft that says how the tables hang together.
func (o *Overlap) compare(d *Draft) {
	if o == nil || o.found != nil {
		return
	}
	f := &findings{texts: map[*column]map[string]int{}, seen: map[*column]int{}, codes: map[*column]int{}, means: map[*column]map[model.Field]int{},
		votes: map[string]int{}, business: map[string]int{}, units: map[*column][2]int{}, gone: map[*column]map[string][2]int{}}
	o.found = f
	f.zoneCandidates(d, o)
	for _, t := range d.facts.tables {
		for _, c := range t.cols {
			if c.isText() {
				o.textColumn(c)
			}
		}
	}
	for _, k := range []model.Kind{model.Reservation, model.Payment} {
		if e := d.Entity(k); e != nil && !e.Hosted {
			o.rows(d, e)
		}
	}
	o.cancelledWords(d)
}

func (f *findings) zoneCandidates(d *Draft, o *Overlap) {
	seen := map[string]bool{}
	add := func(n string) {
		if n == "" || seen[n] || n == "Local" {
			return
		}
		seen[n] = true
		if loc, err := time.LoadLocation(n); err == nil {
			f.cands = append(f.cands, &zoneCand{n, loc})
		}
	}
	add(d.opt.Answers["timezone"])
	for _, t := range d.facts.tables {
		for _, c := range t.cols {
			if c.share(shZone) > 0.9 {
				for _, v := range c.vocab.list() {
					add(v)
				}
			}
		}
	}
	stated := sortedNames(o.zones)
	sort.SliceStable(stated, func(i, j int) bool { return o.zones[stated[i]] > o.zones[stated[j]] })
	for _, n := range stated[:min(len(stated), 5)] {
		add(n)
	}
	for _, n := range zoneNames {
		add(n)
	}
}

// textColumn counts the values of the last rows that the evidence has.
func (o *Overlap) textColumn(c *column) {
	sets := sortedNames(o.texts)
	hits := map[string]int{}
	done := map[string]bool{}
	for _, row := range c.t.tail {
		v := row[c.at]
		if v == nil || *v == "" || done[*v] {
			continue
		}
		done[*v] = true
		val := strings.TrimSpace(*v)
		for _, s := range sets {
			if o.texts[s][textKey(s, val)] {
				hits[s]++
			}
		}
		if o.codes[hash64(strings.ToLower(val))] {
			o.found.codes[c]++
		}
	}
	o.found.texts[c], o.found.seen[c] = hits, len(done)
}

// emails gives the address of each row of an entity, by way of its customer.
func (d *Draft) emails(e *Entity) func(row []*string) string {
	direct := func(t *table, f *Field) func(row []*string) string {
		if f == nil || f.cand.joined || f.cand.t != t {
			return nil
		}
		at := f.cand.at
		return func(row []*string) string {
			if row[at] == nil {
				return ""
			}
			return strings.ToLower(strings.TrimSpace(*row[at]))
		}
	}
	cust := d.Entity(model.Customer)
	if cust == nil {
		return nil
	}
	if cust.Hosted && cust.main == e.main {
		return direct(e.main, cust.Field(model.FEmail))
	}
	own := direct(cust.main, cust.Field(model.FEmail))
	if e.Field(model.FCustomer) != nil && own != nil {
		return through(e.main, e.Field(model.FCustomer).cand.column, cust.main, own)
	}
	res := d.Entity(model.Reservation)
	if e.Kind != model.Payment || res == nil || e.Field(model.FReservation) == nil {
		return nil
	}
	if up := d.emails(res); up != nil {
		return through(e.main, e.Field(model.FReservation).cand.column, res.main, up)
	}
	return nil
}

// through follows a reference to a row among the last of another table.
func through(_ *table, ref *column, to *table, then func([]*string) string) func(row []*string) string {
	if ref.ref == nil || ref.ref.to != to {
		return nil
	}
	byKey := map[string]string{}
	key := ref.ref.key.at
	for _, row := range to.tail {
		if row[key] != nil {
			byKey[*row[key]] = then(row)
		}
	}
	return func(row []*string) string {
		if row[ref.at] == nil {
			return ""
		}
		return byKey[*row[ref.at]]
	}
}

// rows compares the times and amounts of the last rows with what the evidence says of the same person.
func (o *Overlap) rows(d *Draft, e *Entity) {
	email := d.emails(e)
	if email == nil {
		return
	}
	for _, row := range e.main.tail {
		p := o.people[hash64(email(row))]
		if p == nil || len(p.moments)+len(p.amounts) == 0 {
			continue
		}
		for _, c := range e.main.cols {
			v := row[c.at]
			if v == nil || *v == "" {
				continue
			}
			switch {
			case c.isTime() && c.class != mapping.ClassDate:
				o.compareTime(c, *v, p)
			case fitMoneyScore(c) > no && c.ref == nil:
				o.compareAmount(c, *v, p)
			}
		}
	}
}

// timeOf reads a cell's time; naive says that the cell states no zone.
func (c *column) timeOf(v string) (micro int64, naive, ok bool) {
	switch c.class {
	case mapping.ClassTimestampTZ:
		t, ok := isoTime(v)
		return t, false, ok
	case mapping.ClassTimestamp:
		t, ok := isoTime(v)
		return t, true, ok
	case mapping.ClassInt:
		var n int64
		if _, err := fmt.Sscan(v, &n); err != nil {
			return 0, false, false
		}
		t := epochMicros(n)
		return t, false, t != 0
	}
	for i, l := range textLayouts {
		if c.layouts>>uint(i)&1 == 1 {
			t, err := time.Parse(l, v)
			return t.UnixMicro(), i != 0, err == nil
		}
	}
	return 0, false, false
}

// near is how far two times may lie apart and still be the same: evidence carries minutes.
const near = 2 * minuteMicro

func (o *Overlap) compareTime(c *column, v string, p *person) {
	t, naive, ok := c.timeOf(v)
	if !ok {
		return
	}
	f := o.found
	meant := map[model.Field]bool{}
	zones := map[string]bool{}
	for _, m := range p.moments {
		switch {
		case !naive && !m.local || naive && m.local: // both with a zone, or both as read off a clock
			if abs(t-m.micro) < near {
				meant[m.field] = true
			}
		case abs(t-m.micro) > 15*3600*1_000_000:
		case naive:
			for _, z := range f.cands {
				if abs(z.instant(t)-m.micro) < near {
					zones[z.name] = true
					meant[m.field] = true
				}
			}
		default:
			for _, z := range f.cands {
				if abs(z.instant(m.micro)-t) < near {
					zones["="+z.name] = true
					meant[m.field] = true
				}
			}
		}
	}
	for z := range zones {
		if n, local := strings.CutPrefix(z, "="); local {
			f.business[n]++
		} else {
			f.votes[z]++
		}
	}
	for m := range meant {
		if m == "" {
			continue
		}
		if f.means[c] == nil {
			f.means[c] = map[model.Field]int{}
		}
		f.means[c][m]++
	}
}

func (z *zoneCand) instant(local int64) int64 {
	t := time.UnixMicro(local).UTC()
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), z.loc).UnixMicro()
}

func abs(n int64) int64 {
	if n < 0 {
		return -n
	}
	return n
}

func (o *Overlap) compareAmount(c *column, v string, p *person) {
	whole, frac, _ := strings.Cut(strings.TrimPrefix(v, "-"), ".")
	var n int64
	if _, err := fmt.Sscan(whole, &n); err != nil || n > math.MaxInt32 {
		return
	}
	u := o.found.units[c]
	if frac == "" && n > 0 && p.amounts[n] {
		u[0]++
	}
	frac = (frac + "00")[:2]
	var cents int64
	fmt.Sscan(frac, &cents) //nolint:errcheck // digits alone, else zero
	if n+cents > 0 && p.amounts[n*100+cents] {
		u[1]++
	}
	o.found.units[c] = u
}

// cancelledWords counts how many of the bookings with each word are in evidence that speaks of a cancellation.
func (o *Overlap) cancelledWords(d *Draft) {
	e := d.Entity(model.Reservation)
	if e == nil || e.Field(model.FCode) == nil || e.Field(model.FStatus) == nil {
		return
	}
	code, status := e.Field(model.FCode).cand, e.Field(model.FStatus).cand
	if code.joined || status.joined {
		return
	}
	counts := map[string][2]int{}
	for _, row := range e.main.tail {
		if row[code.at] == nil || row[status.at] == nil {
			continue
		}
		h := hash64(strings.ToLower(strings.TrimSpace(*row[code.at])))
		if !o.codes[h] {
			continue
		}
		n := counts[strings.TrimSpace(*row[status.at])]
		n[1]++
		if o.gone[h] {
			n[0]++
		}
		counts[strings.TrimSpace(*row[status.at])] = n
	}
	o.found.gone[status.column] = counts
}

// bonus is what the overlap adds to a pair of field and column.
// meaning is the field that most of a column's times are called in evidence.
// reason says in words what the overlap found for a pair.
// unit is the unit in which a column's amounts agree with the evidence; "" when it does not tell.
// word is what the overlap says of a word of a status: cancelled, or nothing.
// currency is the one currency that nearly all amounts of the evidence are in.
// zone is the one in which naive times of the backup agree with instants of the evidence.
// businessZone is the one in which wall-clock times of the evidence agree with instants of the backup.
// winner is the zone with the most votes; those that cannot be told from it stand behind it in the order of the candidates.
