package reconcile_test

// This file: a tiny company for tests, written straight as books and readings.

import (
	"fmt"
	"math/rand/v2"
	"time"

	"salvage/model"
	"salvage/reconcile"
)

var (
	cut  = time.Date(2025, 6, 1, 0, 0, 0, 0, time.UTC)
	wipe = time.Date(2025, 7, 15, 12, 0, 0, 0, time.UTC)
	zone = mustZone("Europe/Vienna")
)

func mustZone(n string) *time.Location {
	l, err := time.LoadLocation(n)
	if err != nil {
		panic(err)
	}
	return l
}

// booking is a true booking of the tiny company.
type booking struct {
	n           int
	code        string
	cust, car   int
	start, end  time.Time
	total       int64
	made        time.Time
	cancelledAt time.Time
}

func person(i int) (first, last, email string) {
	firsts := []string{"Anna", "Bruno", "Clara", "Dávid", "Eva", "Fritz", "Greta", "Hugo", "Ida", "Jan"}
	lasts := []string{"Huber", "Gruber", "Wagner", "Müller", "Steiner", "Moser", "Mayer", "Bauer", "Pichler", "Berger"}
	first, last = firsts[i%10], lasts[(i/10)%10]
	return first, last, fmt.Sprintf("%c%d.%d@post.example", 'a'+i%26, i, i*7)
}

func bookings(seed uint64, n int) []booking {
	r := rand.New(rand.NewPCG(seed, 1))
	made := cut.AddDate(0, 0, -200)
	var out []booking
	for i := range n {
		made = made.Add(time.Duration(60+r.IntN(1500)) * time.Minute)
		start := made.Truncate(24*time.Hour).AddDate(0, 0, 1+r.IntN(20)).Add(time.Duration(7+r.IntN(10)) * time.Hour)
		b := booking{n: i + 1, code: fmt.Sprintf("WX-%05d", 4000+i), cust: r.IntN(90), car: r.IntN(12), start: start, end: start.AddDate(0, 0, 1+r.IntN(6)), total: int64(5000 + 137*i), made: made}
		if i%9 == 4 {
			b.cancelledAt = made.Add(30 * time.Hour)
		}
		out = append(out, b)
	}
	return out
}

// books are what the backup has at the cut.
func books(bs []booking) *model.Books {
	b := &model.Books{Zone: "Europe/Vienna", Currency: "eur", Records: map[model.Kind][]*model.Record{}}
	add := func(k model.Kind, table, key string, f map[model.Field]model.Value) {
		b.Records[k] = append(b.Records[k], &model.Record{Kind: k, Table: table, Key: key, Fields: f, Raw: map[string]string{}})
	}
	for i := range 12 {
		add(model.Vehicle, "wagen", fmt.Sprint(i+1), map[model.Field]model.Value{model.FPlate: model.TextValue(fmt.Sprintf("W %d KX", 4100+i*37)), model.FName: model.TextValue([]string{"Polo", "Golf", "Transporter"}[i%3] + " " + string(rune('A'+i)))})
	}
	for i := range 70 {
		f, l, e := person(i)
		add(model.Customer, "kunde", fmt.Sprint(i+1), map[model.Field]model.Value{model.FFirstName: model.TextValue(f), model.FLastName: model.TextValue(l), model.FEmail: model.TextValue(e)})
	}
	for _, x := range bs {
		if x.made.After(cut) || x.cust >= 70 {
			continue
		}
		s := model.Confirmed
		switch {
		case !x.cancelledAt.IsZero() && x.cancelledAt.Before(cut):
			s = model.Cancelled
		case x.end.Before(cut):
			s = model.Completed
		}
		add(model.Reservation, "miete", fmt.Sprint(x.n), map[model.Field]model.Value{model.FCode: model.TextValue(x.code), model.FCustomer: model.RefValue(fmt.Sprint(x.cust + 1)),
			model.FVehicle: model.RefValue(fmt.Sprint(x.car + 1)), model.FStartsAt: model.InstantValue(x.start), model.FEndsAt: model.InstantValue(x.end),
			model.FTotal: model.MoneyValue(x.total, "eur"), model.FStatus: model.TextValue(s), model.FCreatedAt: model.InstantValue(x.made)})
	}
	return b
}

func seg(path, label, text string) model.Segment {
	return model.Segment{Path: path, Label: label, Text: text, Span: model.Span{Part: "1"}}
}

// letters are the confirmations and cancellations the company sent.
func letters(bs []booking, cars []*model.Record) []*model.Reading {
	var out []*model.Reading
	mail := func(key, subject, to, name string, at time.Time, segs ...model.Segment) {
		r := &model.Reading{Key: "mail:" + key, Media: "mail/rfc822", At: at.UnixMicro(), Reader: "mail@1", Outcome: model.Read, Origin: "buero@wagen.example", Title: subject, Auth: model.AuthA, Domain: "wagen.example"}
		r.Segments = append([]model.Segment{seg("subject", "", subject), seg("to.email", "", to), seg("to.name", "", name)}, segs...)
		out = append(out, r)
	}
	for _, b := range bs {
		f, l, e := person(b.cust)
		local := func(t time.Time) string { return t.In(zone).Format("02.01.2006, 15:04") + " Uhr" }
		mail(fmt.Sprintf("c%d@x", b.n), "Ihre Buchung "+b.code, e, f+" "+l, b.made.Add(20*time.Second),
			seg("text", "", "Guten Tag "+f+" "+l+","), seg("text", "Wagen", cars[b.car].Fields[model.FPlate].Str),
			seg("text", "Sie holen ab am", local(b.start)), seg("text", "Sie bringen zurück am", local(b.end)),
			seg("text", "Summe", model.Decimal(b.total, 2)+" EUR"))
		if !b.cancelledAt.IsZero() {
			mail(fmt.Sprintf("s%d@x", b.n), "Storno zu "+b.code, e, f+" "+l, b.cancelledAt, seg("text", "", "Ihre Buchung "+b.code+" ist storniert."))
		}
	}
	return out
}

func shape() model.Shape {
	return model.Shape{Kinds: map[model.Kind]model.KindShape{
		model.Vehicle:  {Fields: []model.Field{model.FPlate, model.FName}},
		model.Customer: {Fields: []model.Field{model.FFirstName, model.FLastName, model.FEmail}, Write: true},
		model.Reservation: {Fields: []model.Field{model.FCode, model.FCustomer, model.FVehicle, model.FStartsAt, model.FEndsAt, model.FTotal, model.FStatus, model.FCreatedAt},
			Required: []model.Field{model.FCustomer, model.FVehicle, model.FStartsAt, model.FEndsAt},
			Update:   []model.Field{model.FVehicle, model.FStartsAt, model.FEndsAt, model.FTotal, model.FStatus}, Write: true, Find: [][]model.Field{{model.FCode}}},
	}}
}

func input(bs []booking) reconcile.Input {
	b := books(bs)
	return reconcile.Input{Books: b, Shape: shape(), Readings: letters(bs, b.Records[model.Vehicle]), Business: "Wagen", Senders: []string{"@wagen.example"}, Zone: "Europe/Vienna", Currency: "eur",
		Cut: cut, Wipe: wipe, Now: wipe, HoldFields: []model.Field{model.FCustomer, model.FStartsAt}, Workers: 2}
}
