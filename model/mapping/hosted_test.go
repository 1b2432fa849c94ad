package mapping

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"salvage/model"
)

const guestDB = `
stays: id integer *@stays_id_seq | guest text ! | mail text | phone text | room integer | at timestamptz ! | pi text | paid numeric(10,2) ! =0 | paid_at timestamptz
1 | Ada Byron | ada@x.test | +44 20 7946 0001 | 5 | 2026-01-02 10:00:00+00 | pi_1 | 80.00 | 2026-01-01 10:00:00+00
2 | Byron, Ada | ADA@x.test | ~ | ~ | 2026-01-03 10:00:00+00 | ~ | 0.00 | ~
3 | Ada Byron | other@x.test | ~ | ~ | 2026-01-04 10:00:00+00 | ~ | 0.00 | ~
4 | Bob Ray | desk@agency.test | ~ | ~ | 2026-01-05 10:00:00+00 | ~ | 15.00 | ~
5 | Eve Stone | desk@agency.test | ~ | ~ | 2026-01-06 10:00:00+00 | ~ | 0 | ~
6 | A. Byron | ~ | 020 7946 0001 | ~ | 2026-01-07 10:00:00+00 | ~ | 0 | ~
7 | Tom Lee | ~ | ~ | ~ | 2026-01-08 10:00:00+00 | ~ | 0 | ~
8 | Tom Lee | ~ | ~ | ~ | 2026-01-09 10:00:00+00 | ~ | 0 | ~
rooms: id integer * | name text !
5 | Blue
6 | Red
lines: id integer *@lines_id_seq | stay_id integer ! | room_id integer ! | pos integer ! | price numeric(8,2)
1 | 2 | 6 | 2 | 10.00
2 | 2 | 5 | 1 | ~
3 | 1 | 6 | 1 | 7.50`

const guestMap = `zone: UTC
currency: gbp
entities:
  vehicles: {table: rooms, key: id, fields: {name: name}, find: [[name]]}
  customers: {embedded: true, fields: {full_name: {col: guest, order: last-first, sep: ", "}}, find: [[email]]}
  reservations:
    table: stays
    key: id
    join:
      line: {table: lines, link: {stay_id: id}, own: after, many: true, order: pos, set: {pos: "=i", room_id: "=item.key"}}
    fields:
      email: {col: mail, as: lower}
      phone: phone
      starts_at: at
      vehicles: {col: line.room_id, as: ref, ref: vehicles}
      x_price: {col: line.price, as: major}
    update: [starts_at, customer]
    find: [[starts_at, customer]]
  payments: {update_only: reservations, fields: {amount: paid, paid_at: paid_at, stripe_payment_intent: pi}, find: [[stripe_payment_intent]]}
`

func TestReadHosted(t *testing.T) {
	m, err := Parse([]byte(guestMap), "m.yaml")
	require.NoError(t, err)
	books, err := m.Read(database(guestDB))
	require.NoError(t, err)

	rs := books.Records[model.Reservation]
	require.Len(t, rs, 8)
	var who []string
	for _, r := range rs {
		who = append(who, r.Fields[model.FCustomer].Str)
	}
	assert.Equal(t, []string{"1", "1", "3", "4", "5", "1", "7", "7"}, who, "by e-mail and name, phone and name, the name alone; never where e-mails or names differ")
	cs := books.Records[model.Customer]
	require.Len(t, cs, 5)
	assert.Equal(t, "1", cs[0].Key)
	assert.Equal(t, "A. Byron", cs[0].Fields[model.FFullName].Str, "the newest row's")
	assert.Equal(t, "ADA@x.test", cs[0].Fields[model.FEmail].Str, "an older one's where that says nothing")

	assert.Equal(t, model.Value{Type: model.List, Str: "5\x1f6"}, rs[1].Fields[model.FVehicles], "in the order of pos")
	assert.Equal(t, model.Value{Type: model.List, Str: "\x1f10.00 GBP"}, rs[1].Fields["x_price"])
	assert.Equal(t, model.RefValue("6"), rs[0].Fields[model.FVehicle], "the only one of the list")
	assert.NotContains(t, rs[1].Fields, model.FVehicle)

	ps := books.Records[model.Payment]
	require.Len(t, ps, 2, "one a row that tells of a payment")
	assert.Equal(t, model.RefValue("1"), ps[0].Fields[model.FReservation])
	assert.Equal(t, model.RefValue("1"), ps[0].Fields[model.FCustomer])
	assert.Equal(t, model.MoneyValue(8000, "gbp"), ps[0].Fields[model.FAmount])
	assert.Equal(t, "4", ps[1].Key)
}

func TestShapeOfHosted(t *testing.T) {
	m, err := Parse([]byte(guestMap), "m.yaml")
	require.NoError(t, err)
	s := m.Shape(database(guestDB).Schema())
	assert.True(t, s.Kinds[model.Customer].Embedded)
	assert.Equal(t, []model.Field{"full_name"}, s.Kinds[model.Customer].Required)
	assert.True(t, s.Kinds[model.Payment].UpdateOnly)
	assert.True(t, s.Kinds[model.Reservation].Has(model.FCustomer))
	assert.True(t, s.Kinds[model.Reservation].Has(model.FVehicle))
	assert.Contains(t, s.Kinds[model.Reservation].Required, model.FCustomer)
	assert.Equal(t, []model.Field{"starts_at", "customer"}, s.Kinds[model.Reservation].Update)
}

func TestSameName(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"Ada Byron", "Byron, Ada", true}, {"Ada Byron", "A. Byron", true}, {"José Núñez", "jose nunez", true}, {"Jon Smith", "John Smith", true},
		{"Ada Byron", "", true}, {"Anna Meyer", "Peter Meyer", false}, {"Ada Byron", "Bob Ray", false}, {"A B", "A C", false}, {"Li", "Lo", false},
	} {
		fold := func(s string) string {
			return foldName(map[model.Field]model.Value{model.FFullName: model.TextValue(s)})
		}
		assert.Equal(t, c.want, sameName(fold(c.a), fold(c.b)), "%s / %s", c.a, c.b)
	}
}

// Whatever rows come: two with different e-mails and no Stripe id are never one person, and the order of
// the fields' texts does not put a row into two groups.
func TestPersonsNeverJoinDifferentMails(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := &persons{exact: map[string]int{}, near: map[string][]int{}}
		mails := map[int]string{}
		for range rapid.IntRange(1, 30).Draw(t, "rows") {
			f := map[model.Field]model.Value{
				model.FFullName: model.TextValue(rapid.SampledFrom([]string{"", "Ada Byron", "A Byron", "Bob Ray", "Tom Lee"}).Draw(t, "name")),
				model.FEmail:    model.TextValue(rapid.SampledFrom([]string{"", "a@x.test", "b@x.test"}).Draw(t, "mail")),
				model.FPhone:    model.TextValue(rapid.SampledFrom([]string{"", "0201234567", "0309876543"}).Draw(t, "phone")),
			}
			g := p.add(f)
			mail := f[model.FEmail].Str
			if g < 0 || mail == "" {
				continue
			}
			if old := mails[g]; old != "" && old != mail {
				t.Fatalf("%s and %s became one person", old, mail)
			}
			mails[g] = mail
		}
	})
}
