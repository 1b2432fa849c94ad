package match_test

// This file: the tiny world of these tests: rows of a backup, and statements as the learner would make them.

import (
	"fmt"
	"time"

	"salvage/model"
	"salvage/reconcile/learn"
	"salvage/reconcile/match"
)

var (
	cut     = time.Date(2025, 6, 1, 0, 0, 0, 0, time.UTC)
	wipe    = time.Date(2025, 7, 15, 12, 0, 0, 0, time.UTC)
	resumed = time.Date(2025, 7, 15, 18, 0, 0, 0, time.UTC)
)

func options() match.Options {
	return match.Options{Zone: time.UTC, Cut: cut.UnixMicro(), Wipe: wipe.UnixMicro(), Resumed: resumed.UnixMicro(), Currency: "eur"}
}

type fields = map[model.Field]model.Value

func text(s string) model.Value         { return model.TextValue(s) }
func instant(t time.Time) model.Value   { return model.InstantValue(t) }
func eur(minor int64) model.Value       { return model.MoneyValue(minor, "eur") }
func days(n int) time.Time              { return cut.AddDate(0, 0, n).Add(10 * time.Hour) }
func ref(n any) model.Value             { return model.RefValue(fmt.Sprint(n)) }
func status(k model.Value) model.Claim  { return pay(model.FStatus, k) }
func paidAt(at time.Time) model.Claim   { return pay(model.FPaidAt, instant(at)) }
func starts(at time.Time) model.Claim   { return res(model.FStartsAt, instant(at)) }
func ends(at time.Time) model.Claim     { return res(model.FEndsAt, instant(at)) }
func returned(at time.Time) model.Claim { return res(model.FReturnedAt, instant(at)) }
func code(s string) model.Claim         { return res(model.FCode, text(s)) }
func key(s string) model.Claim          { return res(model.FKey, text(s)) }
func total(minor int64) model.Claim     { return res(model.FTotal, eur(minor)) }
func email(s string) model.Claim        { return cust(model.FEmail, text(s)) }
func phone(s string) model.Claim        { return cust(model.FPhone, text(s)) }
func name(s string) model.Claim         { return cust(model.FFullName, text(s)) }
func plate(s string) model.Claim {
	return model.Claim{Kind: model.Vehicle, Field: model.FPlate, Value: text(s)}
}
func res(f model.Field, v model.Value) model.Claim {
	return model.Claim{Kind: model.Reservation, Field: f, Value: v, Trust: 990_000}
}
func cust(f model.Field, v model.Value) model.Claim {
	return model.Claim{Kind: model.Customer, Field: f, Value: v, Trust: 990_000}
}
func pay(f model.Field, v model.Value) model.Claim {
	return model.Claim{Kind: model.Payment, Field: f, Value: v}
}

// says is one genuine statement.
func says(key, media, origin string, at time.Time, cs ...model.Claim) learn.Statement {
	return learn.Statement{Reading: &model.Reading{Key: key, Media: media, Origin: origin, At: at.UnixMicro(), Outcome: model.Read, Auth: model.AuthA}, Claims: cs, Row: -1, Genuine: true}
}

func mail(key string, at time.Time, cs ...model.Claim) learn.Statement {
	return says("mail:"+key, "mail/rfc822", "desk@x.example", at, cs...)
}

func event(key string, at time.Time, cs ...model.Claim) learn.Statement {
	return says("event:"+key, "calendar/google", "fleet", at, cs...)
}

// object is an object of the payment processor; its kind is the key up to the underscore.
func object(key, kind string, at time.Time, cs ...model.Claim) learn.Statement {
	return says("stripe:"+key, "stripe/"+kind, kind, at, append(cs, paidAt(at))...)
}

// charge is a charge of an intent that succeeded.
func charge(id, intent string, minor int64, at time.Time, cs ...model.Claim) learn.Statement {
	return object(id, "charge", at, append(cs, pay(model.FCharge, text(id)), pay(model.FIntent, text(intent)), pay(model.FAmount, eur(minor)), status(text("succeeded")))...)
}

// backup is a set of rows.
type backup struct{ *model.Books }

func newBackup() backup {
	b := backup{&model.Books{Zone: "UTC", Currency: "eur", Records: map[model.Kind][]*model.Record{}}}
	for i := 1; i <= 6; i++ {
		b.add(model.Vehicle, i, fields{model.FPlate: text(fmt.Sprintf("KX %d", 100*i)), model.FName: text([]string{"Polo", "Golf"}[i%2])})
	}
	return b
}

func (b backup) add(k model.Kind, key any, f fields) *model.Record {
	r := &model.Record{Kind: k, Table: string(k), Key: fmt.Sprint(key), Fields: f}
	b.Records[k] = append(b.Records[k], r)
	return r
}

func (b backup) customer(key int, full, mail, phone string) {
	f := fields{model.FFullName: text(full)}
	if mail != "" {
		f[model.FEmail] = text(mail)
	}
	if phone != "" {
		f[model.FPhone] = text(phone)
	}
	b.add(model.Customer, key, f)
}

func (b backup) stay(key int, code string, customer, car int, start time.Time, minor int64) *model.Record {
	f := fields{model.FCustomer: ref(customer), model.FVehicle: ref(car), model.FStartsAt: instant(start), model.FEndsAt: instant(start.AddDate(0, 0, 2)),
		model.FTotal: eur(minor), model.FCreatedAt: instant(start.AddDate(0, 0, -9))}
	if code != "" {
		f[model.FCode] = text(code)
	}
	return b.add(model.Reservation, key, f)
}

func run(b backup, st ...learn.Statement) *match.Result {
	return match.Match(b.Books, nil, st, options())
}

// nodeOf finds the reservation that a piece of evidence was joined to.
func nodeOf(r *match.Result, key string) *match.Node {
	for _, n := range r.Nodes {
		for _, me := range n.Mentions {
			if me.Key == key {
				return n
			}
		}
	}
	return nil
}

// rowOf is the key of the backup's row that a piece of evidence was joined to: "" for a lost one, "none" for nothing.
func rowOf(r *match.Result, key string) string {
	switch n := nodeOf(r, key); {
	case n == nil:
		return "none"
	case n.Backup == nil:
		return ""
	default:
		return n.Backup.Key
	}
}

func payment(r *match.Result, id string) *match.Payment {
	for _, p := range r.Payments {
		if p.ID == id {
			return p
		}
	}
	return nil
}
