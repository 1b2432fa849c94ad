package learn_test

// This file: rules that a person gave, and the list of templates.

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"salvage/fixtures/unseen"
	"salvage/model"
	"salvage/reconcile/learn"
	"salvage/sources/reader"
)

// company reads an unseen company.
func company(t *testing.T, rules ...model.ReadingRule) (*learn.Model, []learn.Statement, error) {
	t.Helper()
	c := unseen.Generate(unseen.Options{Seed: 20})
	readings := make([]*model.Reading, len(c.Evidence))
	for i := range c.Evidence {
		readings[i] = reader.Read(&c.Evidence[i], reader.Options{Senders: c.Senders()})
	}
	return learn.Train(context.Background(), c.Books, readings, learn.Options{Zone: c.Zone, Currency: c.Currency, Business: c.Business, Senders: c.Senders(), Cut: c.Cut, Workers: 2, Rules: rules})
}

// placeOf finds a learned rule for a field that the overlap has measured.
func placeOf(t *testing.T, m *learn.Model, k model.Kind, f model.Field) learn.Rule {
	t.Helper()
	for _, r := range m.Rules {
		if r.Kind == k && r.Field == f && r.Support >= 5 {
			return r
		}
	}
	t.Fatalf("no rule reads %s.%s", k, f)
	return learn.Rule{}
}

func TestGivenRules(t *testing.T) {
	m, _, err := company(t)
	require.NoError(t, err)
	total, start := placeOf(t, m, model.Reservation, model.FTotal), placeOf(t, m, model.Reservation, model.FStartsAt)
	tests := []struct {
		name string
		rule model.ReadingRule
		want string // in the error
	}{
		{"as it was learned", model.ReadingRule{In: total.Scope, Place: total.Anchor, Field: "reservation.total", Order: total.Transform}, ""},
		{"contradicted", model.ReadingRule{In: start.Scope, Place: start.Anchor, Field: "reservation.ends_at"}, "contradicted by the overlap: it agrees with 0 of"},
		{"a place that the overlap never had", model.ReadingRule{In: "o:nobody@x.test", Label: "Somewhere", Type: "date", Field: "reservation.starts_at"}, ""},
		{"no scope", model.ReadingRule{In: "x", Place: total.Anchor, Field: "reservation.total"}, "is no scope"},
		{"no place", model.ReadingRule{In: total.Scope, Field: "reservation.total"}, "needs a place"},
		{"no field", model.ReadingRule{In: total.Scope, Place: total.Anchor, Field: "total"}, "kind.field"},
		{"no zone", model.ReadingRule{In: total.Scope, Place: total.Anchor, Field: "reservation.total", Zone: "Mars/Olympus"}, "is not known"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, _, err := company(t, tt.rule)
			if tt.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, tt.want)
		})
	}
}

func TestDroppedPlaceIsNotRead(t *testing.T) {
	m, _, err := company(t)
	require.NoError(t, err)
	r := placeOf(t, m, model.Reservation, model.FTotal)
	m, _, err = company(t, model.ReadingRule{In: r.Scope, Place: r.Anchor, Drop: true})
	require.NoError(t, err)
	for _, x := range m.Rules {
		require.False(t, x.Scope == r.Scope && x.Anchor == r.Anchor, "the place is still read")
	}
}

func TestTemplates(t *testing.T) {
	m, st, err := company(t)
	require.NoError(t, err)
	list := m.Templates(st)
	require.NotEmpty(t, list)
	marked := 0
	for _, x := range list {
		require.NotZero(t, x.Count)
		for _, k := range x.Marks {
			require.True(t, k.From >= 0 && k.From < k.To && k.To <= len(k.Text), "%+v", k)
			marked++
		}
		if x.Changed != "" {
			require.NotEmpty(t, x.Example)
		}
	}
	require.Greater(t, marked, 20)
}
