package mapping

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"salvage/model"
)

const hireDB = `
roles: id integer * | slug text ! | org integer
1 | customer | 42
2 | staff | 42
clients: id integer *@clients_id_seq | org integer ! | role_id integer ! | name text ! | mail text | adr integer
10 | 42 | 1 | Byron, Ada | ADA@x.test | 7
11 | 42 | 2 | Boss, The | boss@x.test | ~
12 | 43 | 1 | Other, Tenant | o@x.test | ~
13 | 42 | 1 | Cher | ~ | ~
address: id integer *@a_seq | street text ! | city_id integer
7 | Low Road 1 | 3
city: id integer * | city text !
3 | Dover
cars: id integer * | reg text !
5 | KT-1
hires: id integer *@hires_id_seq | org integer ! | client_id integer ! | car_id integer | at timestamp with time zone ! | stage public.stage ! | price numeric(10,2) | cur text | deleted timestamptz
100 | 42 | 10 | 5 | 2026-01-02 10:00:00+00 | BOOKED | 99.50 | USD | ~
101 | 42 | 10 | 5 | 2026-01-05 10:00:00+00 | VOID | ~ | JPY | 2026-01-06 00:00:00+00
102 | 42 | 13 | ~ | 2026-01-07 10:00:00+00 | OPTION | 5000 | JPY | ~
103 | 43 | 12 | 5 | 2026-01-07 10:00:00+00 | OPTION | 1 | USD | ~
events: id integer * | hire_id integer | type text | uid text
1 | 100 | calendar | old@x
2 | 100 | mail | nope
3 | 100 | calendar | new@x`

const hireMap = `zone: America/New_York
currency: usd
scope: {org: 42}
entities:
  vehicles: {table: cars, key: id, fields: {plate: reg}, find: [[plate]]}
  customers:
    table: clients
    key: id
    where: {role_id: {lookup: roles, get: id, by: {slug: customer}}}
    join:
      adr: {table: address, link: {id: adr}, own: before, missing: {street: ""}}
      town: {table: city, link: {id: adr.city_id}, lookup: [city], miss: null}
    fields:
      full_name: {col: name, order: last-first, sep: ", "}
      email: {col: mail, as: lower}
      address: adr.street
      city: town.city
    find: [[email]]
  reservations:
    table: hires
    key: id
    where: {deleted: null}
    join: {ev: {table: events, link: {hire_id: id}, where: {type: calendar}, order: id desc}}
    fields:
      customer: {col: client_id, as: ref, ref: customers}
      vehicle: {col: car_id, as: ref, ref: vehicles}
      starts_at: {col: at, as: tz}
      status: {col: stage, as: map, map: {OPTION: pending, BOOKED: confirmed}}
      total: price
      currency: cur
      calendar_event: ev.uid
aliases:
  vehicles: {"the red one": KT-1}
`

func TestRead(t *testing.T) {
	m, err := Parse([]byte(hireMap), "m.yaml")
	require.NoError(t, err)
	books, err := m.Read(database(hireDB))
	require.NoError(t, err)
	assert.Equal(t, "America/New_York", books.Zone)
	cs := books.Records[model.Customer]
	require.Len(t, cs, 2, "neither staff nor the other tenant")
	assert.Equal(t, "10", cs[0].Key)
	assert.Equal(t, "public.clients", cs[0].Table)
	assert.Equal(t, "clients/10", cs[0].Ref())
	assert.Equal(t, map[model.Field]model.Value{model.FFullName: model.TextValue("Ada Byron"), model.FEmail: model.TextValue("ADA@x.test"),
		"address": model.TextValue("Low Road 1"), "city": model.TextValue("Dover")}, cs[0].Fields)
	assert.Equal(t, "3", cs[0].Raw["adr.city_id"])
	assert.Equal(t, map[model.Field]model.Value{model.FFullName: model.TextValue("Cher")}, cs[1].Fields)
	rs := books.Records[model.Reservation]
	require.Len(t, rs, 2, "a deleted row is not read")
	assert.Equal(t, model.RefValue("10"), rs[0].Fields[model.FCustomer])
	assert.Equal(t, model.MoneyValue(9950, "usd"), rs[0].Fields[model.FTotal])
	assert.Equal(t, "new@x", rs[0].Fields[model.FEvent].Str, "where and order choose the joined row")
	assert.Equal(t, model.MoneyValue(5000, "jpy"), rs[1].Fields[model.FTotal], "the row's own currency")
	assert.NotContains(t, rs[1].Fields, model.FVehicle)

	aliases, err := m.ResolveAliases(books)
	require.NoError(t, err)
	assert.Equal(t, map[model.Kind]map[string]string{model.Vehicle: {"the red one": "5"}}, aliases)
}

func TestReadFindsAWrongMap(t *testing.T) {
	m, err := Parse([]byte("zone: UTC\nentities:\n  reservations:\n    table: hires\n    key: id\n    set: {org: 1, client_id: 1}\n    fields:\n      starts_at: at\n      status: {col: stage, map: {VOID: cancelled}}\n"), "m.yaml")
	require.NoError(t, err)
	db := database("hires: id integer *@s | org integer ! | client_id integer ! | at timestamptz ! | stage text !\n1 | 1 | 1 | 2026-01-01 00:00:00+00 | BOOKED\n2 | 1 | 1 | 2026-01-01 00:00:00+00 | ODD")
	_, err = m.Read(db)
	assert.ErrorContains(t, err, `m.yaml:9: entities.reservations.fields.status: column public.hires.stage cannot be read in 2 of 2 rows, the first: "BOOKED" has no line in the map`)
	assert.ErrorContains(t, err, "hint:")
	books, defects, err := m.ReadAll(db)
	require.NoError(t, err)
	assert.Len(t, books.Records[model.Reservation], 2)
	require.Len(t, defects, 1)
	assert.Equal(t, 2, defects[0].Bad)
}

func TestReadRefusesAKeyThatStandsTwice(t *testing.T) {
	m, err := Parse([]byte("zone: UTC\nentities:\n  customers: {table: c, key: org, fields: {full_name: name}}\n"), "m.yaml")
	require.NoError(t, err)
	_, err = m.Read(database("c: id integer *=0 | org integer | name text\n1|1|a\n2|1|b"))
	assert.ErrorContains(t, err, "key 1 stands twice")
}

func TestAliasesNameRows(t *testing.T) {
	m, err := Parse([]byte("zone: UTC\nentities:\n  vehicles: {table: cars, key: id, fields: {plate: reg}}\naliases: {vehicles: {red: NOPE}}\n"), "m.yaml")
	require.NoError(t, err)
	books, err := m.Read(database("cars: id integer * | reg text\n1|A"))
	require.NoError(t, err)
	_, err = m.ResolveAliases(books)
	assert.ErrorContains(t, err, `m.yaml:4: aliases.vehicles.red: no row is called "NOPE"`)
}

func TestShape(t *testing.T) {
	m, err := Parse([]byte(hireMap), "m.yaml")
	require.NoError(t, err)
	s := m.Shape(database(hireDB).Schema())
	r := s.Kinds[model.Reservation]
	assert.Equal(t, []model.Field{"customer", "vehicle", "starts_at", "status", "total", "currency", "calendar_event"}, r.Fields)
	assert.Equal(t, []model.Field{"customer", "starts_at", "status"}, r.Required)
	assert.Equal(t, []model.Field{"customer", "vehicle", "starts_at", "status", "total", "currency"}, r.Update, "a joined table that is only read is not written")
	assert.True(t, r.Write && r.KeepKey)
	assert.Equal(t, "public.hires", r.Table)
	assert.Equal(t, model.Int, r.KeyType)
	c := s.Kinds[model.Customer]
	assert.Equal(t, []model.Field{"full_name"}, c.Required, "missing stands in for the street")
	assert.False(t, s.Kinds[model.Vehicle].Write)
	assert.Empty(t, s.Kinds[model.Vehicle].Update)
}

func TestFinder(t *testing.T) {
	m, err := Parse([]byte(hireMap), "m.yaml")
	require.NoError(t, err)
	db := database(hireDB)
	b, err := m.Bind(db.Schema())
	require.NoError(t, err)
	f := NewFinder(b, db)
	s, ok, err := f.Find("hires", "stage", map[string]string{"id": "0100", "client_id": "10"})
	require.NoError(t, err)
	assert.True(t, ok)
	assert.Equal(t, "BOOKED", s)
	_, ok, err = f.Find("hires", "stage", map[string]string{"id": "103"})
	require.NoError(t, err)
	assert.False(t, ok, "another tenant's row is not found")
	_, _, err = f.Find("hires", "id", map[string]string{"client_id": "10"})
	assert.ErrorContains(t, err, "several rows")
	_, _, err = f.Find("hires", "nope", nil)
	assert.ErrorContains(t, err, `no column "nope"`)
}
