package report

// This file: the board for the counter: who arrives, who returns, what is out, and what to ask.

import (
	"fmt"
	"io"
	"sort"
	"strings"
	"time"

	"salvage/model"
)

// Board is what the counter needs to know of two days.
type Board struct {
	Business string
	Now      string
	Days     []BoardDay
	Out      []Line // on the road at the moment of the board, soonest return first
	Overdue  []Line // should be back and nothing says that they are
}

// BoardDay is one day of the board.
type BoardDay struct {
	Day     string
	Pickups []Line
	Returns []Line
}

// Line is one reservation on the board. Empty text means that nobody knows.
type Line struct {
	Time, Ref, Name, Phone, Vehicle string
	Total, Paid, Open               string
	Sure                            string   // how sure the line is, in words
	Shaky                           bool     // look twice
	Ask                             []string // what to ask the customer
	at                              time.Time
}

// Tel is the phone number as a tel: link takes it (RFC 3966: digits, with a leading plus).
func (l Line) Tel() string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r == '+' {
			return r
		}
		return -1
	}, l.Phone)
}

// MakeBoard gathers the board of first and the day after it. first is any moment of the day.
func MakeBoard(in Input, first time.Time) Board {
	x := newIndex(in)
	start := midnight(first.In(in.Zone))
	b := Board{Business: in.Business, Now: in.Now.In(in.Zone).Format("Monday 2 January 2006, 15:04 MST")}
	for i := range 2 {
		b.Days = append(b.Days, BoardDay{Day: day(start.AddDate(0, 0, i))})
	}
	for _, e := range in.Entities {
		if e.Kind == model.Reservation {
			b.add(x, in, e, start)
		}
	}
	for i := range b.Days {
		byTime(b.Days[i].Pickups)
		byTime(b.Days[i].Returns)
	}
	byTime(b.Out)
	byTime(b.Overdue)
	return b
}

// add puts a reservation wherever it belongs.
func (b *Board) add(x *index, in Input, e *model.Entity, start time.Time) {
	status := e.Get(model.FStatus).Str
	if status == model.Cancelled || status == model.NoShow {
		return
	}
	from, hasFrom := when(e.Get(model.FStartsAt), in.Zone)
	to, hasTo := when(e.Get(model.FEndsAt), in.Zone)
	_, back := when(e.Get(model.FReturnedAt), in.Zone)
	back = back || status == model.Completed
	for i := range b.Days {
		first, last := start.AddDate(0, 0, i), start.AddDate(0, 0, i+1)
		if hasFrom && !from.Before(first) && from.Before(last) {
			b.Days[i].Pickups = append(b.Days[i].Pickups, x.line(in, e, from))
		}
		if hasTo && !back && !to.Before(first) && to.Before(last) {
			b.Days[i].Returns = append(b.Days[i].Returns, x.line(in, e, to))
		}
	}
	if back || !hasFrom || from.After(in.Now) || (status != model.Active && !recent(from, in)) {
		return
	}
	switch {
	case hasTo && to.Before(in.Now):
		b.Overdue = append(b.Overdue, x.dated(in, e, to))
	case hasTo:
		b.Out = append(b.Out, x.dated(in, e, to))
	case status == model.Active || !in.Cut.IsZero() && from.After(in.Cut):
		b.Out = append(b.Out, x.dated(in, e, from))
	}
}

// recent reports whether a stay that nobody closed began late enough to be still under way: rows
// that an old system never closed are not cars on the road.
func recent(from time.Time, in Input) bool {
	return in.Now.Sub(from) < 60*24*time.Hour
}

func byTime(list []Line) {
	sort.SliceStable(list, func(i, j int) bool {
		if !list[i].at.Equal(list[j].at) {
			return list[i].at.Before(list[j].at)
		}
		return list[i].Ref < list[j].Ref
	})
}

// dated is a line that shows the day beside the time.
func (x *index) dated(in Input, e *model.Entity, at time.Time) Line {
	l := x.line(in, e, at)
	l.Time = at.Format("Mon 2 Jan 15:04")
	return l
}

func (x *index) line(in Input, e *model.Entity, at time.Time) Line {
	l := Line{Time: clock(at), at: at, Ref: e.Label, Ask: x.asks[e.ID]}
	who := x.get(model.Customer, e.Get(model.FCustomer))
	if who == nil {
		who = e // customers that stand with the reservation
	} else {
		l.Ask = append(append([]string{}, l.Ask...), x.asks[who.ID]...)
	}
	l.Name, l.Phone = name(who), who.Get(model.FPhone).String()
	if who != e && l.Name == "" {
		l.Name = who.Label
	}
	if car := x.get(model.Vehicle, e.Get(model.FVehicle)); car != nil {
		l.Vehicle = vehicle(car)
	}
	if l.Vehicle == "" {
		l.Vehicle = e.Get(model.FClass).String()
	}
	x.money(e, &l)
	l.Sure, l.Shaky = sure(e)
	l.Ask = append(append([]string{}, l.Ask...), blanks(l)...)
	return l
}

// name joins what is known of a person's name.
func name(e *model.Entity) string {
	if s := e.Get(model.FFullName).String(); s != "" {
		return s
	}
	return strings.TrimSpace(e.Get(model.FFirstName).String() + " " + e.Get(model.FLastName).String())
}

func vehicle(e *model.Entity) string {
	words := []string{e.Get(model.FName).String(), e.Get(model.FMake).String(), e.Get(model.FModel).String(), e.Get(model.FPlate).String()}
	if s := strings.Join(strings.Fields(strings.Join(words, " ")), " "); s != "" {
		return s
	}
	return e.Label
}

// money fills in what was agreed, what has come in and what is open.
func (x *index) money(e *model.Entity, l *Line) {
	total, paid := e.Get(model.FTotal), x.paid[e]
	cur := total.Cur
	if v := e.Get(model.FPaid); v.Type == model.Money && paid == 0 {
		paid = v.Num
	}
	if total.Type != model.Money {
		if paid != 0 {
			l.Paid = model.MoneyValue(paid, cur).String()
		}
		return
	}
	l.Total, l.Paid = total.String(), model.MoneyValue(paid, cur).String()
	open := total.Num - paid
	if v := e.Get(model.FBalance); v.Type == model.Money {
		open = v.Num
	}
	if open > 0 {
		l.Open = model.MoneyValue(open, cur).String()
	}
}

// sure says how far a line may be relied on.
func sure(e *model.Entity) (words string, shaky bool) {
	if e.Held() {
		return "held: " + e.Holds[0].Reason, true
	}
	switch e.State {
	case model.Unchanged:
		return "from the backup", false
	case model.Updated:
		words = "backup, updated"
	default:
		words = "rebuilt"
	}
	for _, f := range []model.Field{model.FStartsAt, model.FCustomer, model.FVehicle} {
		if c, ok := e.Fields[f]; ok && (c.Mark == model.Filled || c.Mark == model.Derived) {
			return fmt.Sprintf("%s, %s %s", words, strings.ReplaceAll(string(f), "_", " "), c.Mark), true
		}
	}
	// The belief is not calibrated, so it is no percentage: who says it is what the counter can use.
	if len(e.Sources) > 0 {
		words += " from " + strings.Join(e.Sources, " + ")
	}
	return words, e.P > 0 && e.P < 980_000
}

// blanks asks for what nobody knows.
func blanks(l Line) (ask []string) {
	for _, f := range []struct{ value, what string }{{l.Name, "name"}, {l.Phone, "phone number"}, {l.Vehicle, "vehicle"}} {
		if f.value == "" {
			ask = append(ask, "no "+f.what+" is known: ask for it")
		}
	}
	return ask
}

// WriteBoard writes board.html.
func WriteBoard(w io.Writer, b Board) error {
	f, err := newFrame("salvage board: " + b.Business)
	if err != nil {
		return err
	}
	return render(w, "board.html", struct {
		frame
		Board
	}{f, b})
}

// WriteBoardText writes the board for a terminal.
func WriteBoardText(w io.Writer, b Board) error {
	var out strings.Builder
	section := func(title string, list []Line) {
		fmt.Fprintf(&out, "%s (%d)\n", title, len(list))
		for _, l := range list {
			fmt.Fprintf(&out, "  %-6s %-12s %-24s %-16s %-28s open %-12s %s\n", l.Time, Plain(l.Ref), Plain(l.Name), Plain(l.Phone), Plain(l.Vehicle), l.openWords(), Plain(l.Sure))
			for _, a := range l.Ask {
				fmt.Fprintf(&out, "         ask: %s\n", Plain(a))
			}
		}
	}
	for _, d := range b.Days {
		section(d.Day+": pick-ups", d.Pickups)
		section(d.Day+": returns", d.Returns)
	}
	section("out now", b.Out)
	section("overdue", b.Overdue)
	_, err := io.WriteString(w, out.String())
	return err
}

// openWords is what is open: nobody knows without a total.
func (l Line) openWords() string {
	switch {
	case l.Open != "":
		return l.Open
	case l.Total == "":
		return "?"
	}
	return "-"
}

// Plain makes a piece of evidence safe for a terminal: control characters, which could move the
// cursor or change colours, become spaces.
func Plain(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			return ' '
		}
		return r
	}, s)
}
