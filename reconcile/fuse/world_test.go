package fuse_test

// This file: the tiny world of these tests: a backup, statements as the learner would make them, and the whole way
// through matching and fusing.

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"salvage/model"
	"salvage/reconcile/fuse"
	"salvage/reconcile/learn"
	"salvage/reconcile/match"
)

var (
	cut     = time.Date(2025, 6, 1, 0, 0, 0, 0, time.UTC)
	wipe    = time.Date(2025, 7, 15, 12, 0, 0, 0, time.UTC)
	resumed = time.Date(2025, 7, 15, 18, 0, 0, 0, time.UTC)
)

type fields = map[model.Field]model.Value

func text(s string) model.Value       { return model.TextValue(s) }
func instant(t time.Time) model.Value { return model.InstantValue(t) }
func eur(minor int64) model.Value     { return model.MoneyValue(minor, "eur") }
func days(n int) time.Time            { return cut.AddDate(0, 0, n).Add(10 * time.Hour) }

func claim(k model.Kind, f model.Field, v model.Value) model.Claim {
	return model.Claim{Kind: k, Field: f, Value: v, Trust: 990_000, By: "learned:test"}
}
func res(f model.Field, v model.Value) model.Claim { return claim(model.Reservation, f, v) }
func pay(f model.Field, v model.Value) model.Claim { return claim(model.Payment, f, v) }
func starts(at time.Time) model.Claim              { return res(model.FStartsAt, instant(at)) }
func ends(at time.Time) model.Claim                { return res(model.FEndsAt, instant(at)) }
func code(s string) model.Claim                    { return res(model.FCode, text(s)) }
func total(n int64) model.Claim                    { return res(model.FTotal, eur(n)) }
func email(s string) model.Claim                   { return claim(model.Customer, model.FEmail, text(s)) }
func name(s string) model.Claim                    { return claim(model.Customer, model.FFullName, text(s)) }
func plate(n int) model.Claim {
	return claim(model.Vehicle, model.FPlate, text(fmt.Sprintf("KX %d", 100*n)))
}

// weak lowers the trust of claims to that of a generic label.
func weak(cs ...model.Claim) []model.Claim {
	out := append([]model.Claim(nil), cs...)
	for i := range out {
		out[i].Trust, out[i].By = 900_000, "labels@1"
	}
	return out
}

func says(key, media, origin string, at time.Time, act model.Act, cs ...model.Claim) learn.Statement {
	return learn.Statement{Reading: &model.Reading{Key: key, Media: media, Origin: origin, At: at.UnixMicro(), Outcome: model.Read, Auth: model.AuthA, Title: key}, Claims: cs, Act: act, Row: -1, Genuine: true, Class: model.AuthA}
}

// letter is a genuine message that says what happened.
func letter(key string, at time.Time, act model.Act, cs ...model.Claim) learn.Statement {
	return says("mail:"+key, "mail/rfc822", "desk@x.example", at, act, cs...)
}

// event is an entry of a calendar that was created at one moment and last changed at another.
func event(key string, created, changed time.Time, act model.Act, cs ...model.Claim) learn.Statement {
	s := says("event:"+key, "calendar/google", "fleet", changed, act, cs...)
	s.Segments = []model.Segment{{Path: "created", Text: created.Format(time.RFC3339)}}
	return s
}

func charge(id string, minor int64, at time.Time, cs ...model.Claim) learn.Statement {
	return says("stripe:"+id, "stripe/charge", "charge", at, "", append(cs, pay(model.FCharge, text(id)), pay(model.FAmount, eur(minor)), pay(model.FStatus, text("succeeded")), pay(model.FPaidAt, instant(at)))...)
}

func refund(id string, minor int64, at time.Time, cs ...model.Claim) learn.Statement {
	return says("stripe:"+id, "stripe/refund", "refund", at, "", append(cs, pay(model.FRefund, text(id)), pay(model.FPayKind, text(model.PayRefund)), pay(model.FAmount, eur(-minor)), pay(model.FStatus, text("succeeded")), pay(model.FPaidAt, instant(at)))...)
}

// books have vehicles 1 to 6, customers 1 to 8 of addresses c1@x.example and so on, and 24 rows that begin
// every ten days: past ones completed, the one of the cut active, future ones confirmed.
func books() *model.Books {
	b := &model.Books{Zone: "UTC", Currency: "eur", Records: map[model.Kind][]*model.Record{}}
	for i := 1; i <= 6; i++ {
		add(b, model.Vehicle, i, fields{model.FPlate: text(fmt.Sprintf("KX %d", 100*i))})
	}
	for i, n := range []string{"Anna Huber", "Otto Brandt", "Maria Gruber", "Josef Lang", "Max Moser", "Tilda Quist", "Linnea Sandqvist", "Zora Unger"} {
		add(b, model.Customer, i+1, fields{model.FFullName: text(n), model.FEmail: text(fmt.Sprintf("c%d@x.example", i+1))})
	}
	for i := 1; i <= 24; i++ {
		start := days(10*(i-20) - 1)
		s := model.Confirmed
		switch end := start.AddDate(0, 0, 3); {
		case end.Before(cut):
			s = model.Completed
		case start.Before(cut):
			s = model.Active
		}
		add(b, model.Reservation, 70+i, fields{model.FCode: text(fmt.Sprintf("A-%d", i)), model.FCustomer: model.RefValue(fmt.Sprint(1 + i%8)), model.FVehicle: model.RefValue(fmt.Sprint(1 + i%6)),
			model.FStartsAt: instant(start), model.FEndsAt: instant(start.AddDate(0, 0, 3)), model.FTotal: eur(int64(10000 + 100*i)), model.FStatus: text(s), model.FCreatedAt: instant(start.AddDate(0, -6, 0))})
	}
	return b
}

func add(b *model.Books, k model.Kind, key int, f fields) *model.Record {
	r := &model.Record{Kind: k, Table: string(k), Key: fmt.Sprint(key), Fields: f}
	b.Records[k] = append(b.Records[k], r)
	return r
}

func shape() model.Shape {
	return model.Shape{Kinds: map[model.Kind]model.KindShape{
		model.Customer: {Fields: []model.Field{model.FFullName, model.FEmail}, Write: true},
		model.Reservation: {Fields: []model.Field{model.FCode, model.FCustomer, model.FVehicle, model.FStartsAt, model.FEndsAt, model.FTotal, model.FStatus, model.FCreatedAt, "x_flight"},
			Required: []model.Field{model.FCustomer, model.FVehicle, model.FStartsAt, model.FEndsAt},
			Update:   []model.Field{model.FVehicle, model.FStartsAt, model.FEndsAt, model.FTotal, model.FStatus, "x_flight"}, Write: true},
		model.Payment: {Fields: []model.Field{model.FReservation, model.FCustomer, model.FAmount, model.FPayKind, model.FCharge, model.FRefund, model.FPaidAt}, Write: true},
	}}
}

// world is one case.
type world struct {
	books, live *model.Books
	st          []learn.Statement
	decisions   map[string]model.Decision
	lists       bool // bookings hold lists of vehicles
	columns     bool // a payment is columns of the booking's row
}

func newWorld(st ...learn.Statement) *world { return &world{books: books(), st: st} }

// row is the backup's row of a code.
func (w *world) row(code string) *model.Record {
	for _, r := range w.books.Records[model.Reservation] {
		if r.Fields[model.FCode].Str == code {
			return r
		}
	}
	return nil
}

type result struct {
	*fuse.Result
	t *testing.T
}

func (w *world) run(t *testing.T) result {
	t.Helper()
	m := match.Match(w.books, w.live, w.st, match.Options{Zone: time.UTC, Cut: cut.UnixMicro(), Wipe: wipe.UnixMicro(), Resumed: resumed.UnixMicro(), Currency: "eur"})
	sh := shape()
	if r := sh.Kinds[model.Reservation]; w.lists {
		r.Fields = append(r.Fields, model.FVehicles)
		sh.Kinds[model.Reservation] = r
	}
	if p := sh.Kinds[model.Payment]; w.columns {
		p.UpdateOnly = true
		sh.Kinds[model.Payment] = p
	}
	return result{fuse.Fuse(w.books, w.live, m, fuse.Options{Shape: sh, Cut: cut.UnixMicro(), Wipe: wipe.UnixMicro(), Resumed: resumed.UnixMicro(), Zone: time.UTC,
		Currency: "eur", HoldFields: []model.Field{model.FCustomer, model.FStartsAt}, Decisions: w.decisions}), t}
}

// of finds the reservation of a code, of a row "row 71", or that evidence speaks of.
func (r result) of(what string) *model.Entity {
	r.t.Helper()
	for _, e := range r.Entities {
		if e.Kind != model.Reservation {
			continue
		}
		if e.Get(model.FCode).Str == what || e.Backup != nil && "row "+e.Backup.Key == what {
			return e
		}
		for _, l := range e.Links {
			if l.Evidence == what {
				return e
			}
		}
	}
	require.Fail(r.t, "no reservation "+what)
	return nil
}

// paymentOf finds the payment that a piece of evidence became, nil for none.
func (r result) paymentOf(evidence string) *model.Entity {
	for _, e := range r.Entities {
		for _, l := range e.Links {
			if e.Kind == model.Payment && l.Evidence == evidence {
				return e
			}
		}
	}
	return nil
}

// asked finds the conflict of a code, nil for none.
func (r result) asked(code string) *model.Conflict {
	for i := range r.Conflicts {
		if r.Conflicts[i].Code == code {
			return &r.Conflicts[i]
		}
	}
	return nil
}

func (r result) codes() []string {
	out := []string{}
	for _, c := range r.Conflicts {
		out = append(out, c.Code)
	}
	return out
}

// full is what a whole confirmation of a new booking says: customer 8, car 2, three days from a start.
func full(c string, start time.Time) []model.Claim {
	return []model.Claim{code(c), name("Zora Unger"), email("c8@x.example"), plate(2), starts(start), ends(start.AddDate(0, 0, 3)), total(20000)}
}
