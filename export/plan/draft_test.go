package plan

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"salvage/model"
)

func TestNames(t *testing.T) {
	whole := []string{"{first_name: first, last_name: last,", `{full_name: {col: last, order: last-first, sep: ", "}, x_first: first,`, "set: {newsletter", "set: {first: '', newsletter"}
	for _, c := range []struct {
		name string
		swap []string
		give fields
		want string
	}{
		{"parts from a whole name", nil, fields{"full_name": text("Ana María de la Cruz")}, "first=Ana María de la last=Cruz"},
		{"parts as they are", nil, fields{"first_name": text("A"), "last_name": text("B C"), "full_name": text("X Y")}, "first=A last=B C"},
		{"a whole name from its parts", whole, fields{"first_name": text("Ada"), "last_name": text("King")}, "first= last=King, Ada"},
		{"a whole name as it is", whole, fields{"full_name": text("Ada King")}, "first= last=King, Ada"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := fields{"address": text("High St 2"), "city": text("Deal")}
			for k, v := range c.give {
				f[k] = v
			}
			p := build(t, world(t, nil, c.swap...), rebuilt("customer:a", model.Customer, f))
			require.Empty(t, p.Held)
			assert.Contains(t, cells(rowOf(t, p, "clients", "")), c.want)
		})
	}
}

func TestCurrencyIsWrittenAsTheBackupWritesIt(t *testing.T) {
	swap := []string{"stripe_charge: psp", "currency: psp", "find: [[stripe_charge]]", "find: []"}
	for has, want := range map[string]string{"GBP": "psp=GBP", "gbp": "psp=gbp"} {
		in := world(t, func(db *memory) { db.put("receipts", "900", "psp", has) }, swap...)
		e := payment("payment:a", "100", "10")
		delete(e.Fields, "stripe_charge")
		p := build(t, in, e)
		require.Empty(t, p.Held)
		assert.Contains(t, cells(rowOf(t, p, "receipts", "")), want)
	}
}

func TestWhy(t *testing.T) {
	e := &model.Entity{Sources: []string{"mail"}, P: 1_000_000, Strong: true}
	assert.Equal(t, "strong key; 1 source: mail; p 1.000", why(e))
	assert.Equal(t, "no source", why(&model.Entity{}))
}
