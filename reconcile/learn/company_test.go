package learn_test

// This file: a tiny company for tests: stays, the backup's rows of them, and letters about them.

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"salvage/model"
	"salvage/reconcile/learn"
)

var cut = time.Date(2025, 6, 1, 0, 0, 0, 0, time.UTC)

// stay is one true booking.
type stay struct {
	i           int
	code        string
	first, last string
	email       string
	car         int
	start, end  time.Time
	total       int64
	made        time.Time
	state       string
}

const cars = 5

func makeStay(i int, made time.Time) stay {
	firsts := []string{"Ada", "Bo", "Cleo", "Dora", "Emil", "Finn", "Gesa"}
	lasts := []string{"Abendroth", "Brinkmann", "Castellan", "Dunkelblum", "Eversberg", "Falkenhayn", "Grieshaber", "Hohenester", "Immergut", "Jablonka", "Kestenholz"}
	start := made.Truncate(24*time.Hour).AddDate(0, 0, 2+i%11).Add(time.Duration(6+i*7%12)*time.Hour + time.Duration(i%4*15)*time.Minute)
	return stay{i: i, code: fmt.Sprintf("QX-%d", 5000+i), first: firsts[i%7], last: lasts[i%11], email: fmt.Sprintf("p%d@post.example", i), car: 1 + i%cars,
		start: start, end: start.AddDate(0, 0, 1+i%4).Add(time.Duration(i%3) * time.Hour), total: int64(10_000 + 137*i), made: made, state: model.Confirmed}
}

// stays are n bookings made at even steps over the year before the cut.
func stays(n int) []stay {
	out := make([]stay, n)
	for i := range out {
		out[i] = makeStay(i, cut.Add(-time.Duration(n-i)*350*24*time.Hour/time.Duration(n)).Truncate(time.Minute))
	}
	return out
}

// later is a stay booked after the cut, unknown to the backup.
func later(i int) stay { return makeStay(3000+i, cut.AddDate(0, 0, 3+i).Add(9*time.Hour)) }

func plate(car int) string { return fmt.Sprintf("KX %d", 700+31*car) }

// books are the backup's rows of some stays.
func books(ss []stay) *model.Books {
	b := &model.Books{Zone: "UTC", Currency: "eur", Records: map[model.Kind][]*model.Record{}}
	add := func(k model.Kind, key string, f map[model.Field]model.Value) {
		b.Records[k] = append(b.Records[k], &model.Record{Kind: k, Table: string(k), Key: key, Fields: f})
	}
	for c := 1; c <= cars; c++ {
		add(model.Vehicle, fmt.Sprint(c), map[model.Field]model.Value{model.FPlate: model.TextValue(plate(c))})
	}
	for _, s := range ss {
		key := fmt.Sprint(900_000 + s.i)
		add(model.Customer, key, map[model.Field]model.Value{model.FFirstName: model.TextValue(s.first), model.FLastName: model.TextValue(s.last), model.FEmail: model.TextValue(s.email)})
		add(model.Reservation, fmt.Sprint(70_000+s.i), map[model.Field]model.Value{model.FCode: model.TextValue(s.code), model.FCustomer: model.RefValue(key),
			model.FVehicle: model.RefValue(fmt.Sprint(s.car)), model.FStartsAt: model.InstantValue(s.start), model.FEndsAt: model.InstantValue(s.end),
			model.FTotal: model.MoneyValue(s.total, "eur"), model.FStatus: model.TextValue(s.state), model.FCreatedAt: model.InstantValue(s.made)})
	}
	return b
}

func seg(path, label, text string) model.Segment {
	return model.Segment{Path: path, Label: label, Text: text, Span: model.Span{Part: "1"}}
}

// letter is a message of the company; lines are label, text by turns.
func letter(key, subject, to string, at time.Time, lines ...string) *model.Reading {
	r := &model.Reading{Key: "mail:" + key, Media: "mail/rfc822", At: at.UnixMicro(), Reader: "mail@1", Outcome: model.Read, Origin: "desk@qx.example", Title: subject, Auth: model.AuthA, Domain: "qx.example"}
	r.Segments = []model.Segment{seg("subject", "", subject), seg("to.email", "", to)}
	for i := 0; i+1 < len(lines); i += 2 {
		r.Segments = append(r.Segments, seg("text", lines[i], lines[i+1]))
	}
	return r
}

func options() learn.Options {
	return learn.Options{Zone: "UTC", Currency: "eur", Business: "QX Cars", Senders: []string{"@qx.example"}, Cut: cut, Workers: 2}
}

func train(t *testing.T, b *model.Books, rs []*model.Reading, opt learn.Options) (*learn.Model, map[string]learn.Statement) {
	t.Helper()
	m, sts, err := learn.Train(context.Background(), b, rs, opt)
	require.NoError(t, err)
	out := map[string]learn.Statement{}
	for _, s := range sts {
		out[s.Key] = s
	}
	return m, out
}

// said is the most trusted claim of a field, nil for none.
func said(s learn.Statement, k model.Kind, f model.Field) *model.Claim {
	for i := range s.Claims {
		if s.Claims[i].Kind == k && s.Claims[i].Field == f {
			return &s.Claims[i]
		}
	}
	return nil
}

// rules are what was learned of a field, by the part of the scope before the colon.
func rules(m *learn.Model, k model.Kind, f model.Field) map[string]learn.Rule {
	out := map[string]learn.Rule{}
	for _, r := range m.Rules {
		if r.Kind == k && r.Field == f {
			out[r.Scope[:1]] = r
		}
	}
	return out
}
