package plan

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"salvage/model"
	"salvage/model/mapping"
)

// The hand-made company of these tests.
const worldDB = `
country: id integer *@public.country_id_seq | code text !
1 | GB
city: id integer *@public.city_id_seq | name text ! | country_id integer !
3 | Dover | 1
4 | Deal | 1
address: id integer *@public.address_id_seq | org integer ! | street text ! | city_id integer !
7 | 42 | Low Road 1 | 3
clients: id integer *@public.clients_id_seq | org integer ! | first text ! | last text ! | mail text | address_id integer ! | newsletter boolean ! =true | branch integer !
10 | 42 | Ada | Byron | ada@x.test | 7 | t | 2
cars: id integer * | reg text !
5 | KT-1
6 | KT-2
hires: id integer *@public.hires_id_seq | org integer ! | ref text ! | client_id integer ! | car_id integer | at timestamp with time zone ! | back timestamp with time zone | stage text ! | pence integer | days integer | desk integer ! | made timestamp with time zone ! =now()
100 | 42 | H-100 | 10 | 5 | 2026-01-02 10:00:00+00 | 2026-01-04 10:00:00+00 | BOOKED | 9900 | 2 | 1 | 2025-09-01 00:00:00+00
101 | 42 | H-101 | 10 | 5 | 2026-01-05 10:00:00+00 | 2026-01-06 10:00:00+00 | VOID | 5000 | 1 | 3 | 2025-12-01 00:00:00+00
deposits: id integer *@public.deposits_id_seq | hire_id integer ! | amount numeric(8,2) !
50 | 100 | 20.00
hire_log: id integer *@public.hire_log_id_seq | hire_id integer ! | event text !
receipts: id integer ! | hire_id integer ! | client_id integer ! | taken timestamp with time zone ! | amount numeric(8,2) ! | psp text
900 | 100 | 10 | 2026-01-01 10:00:00+00 | 99.00 | ch_old`

const worldMap = `zone: Europe/London
currency: gbp
scope: {org: 42}
entities:
  vehicles: {table: cars, key: id, fields: {plate: reg}, find: [[plate]]}
  customers:
    table: clients
    key: id
    join:
      adr: {table: address, link: {id: address_id}, own: before, missing: {street: ""}}
      town: {table: city, link: {id: adr.city_id}, lookup: [name]}
      land: {table: country, link: {id: town.country_id}, lookup: [code]}
    fields: {first_name: first, last_name: last, email: {col: mail, as: lower}, address: adr.street, city: town.name}
    set: {newsletter: false}
    like: {by: [], order: id, cols: [branch]}
    find: [[email]]
  reservations:
    table: hires
    key: id
    join:
      dep: {table: deposits, link: {hire_id: id}, own: after, set: {amount: "=r.deposit ?? 0"}}
    fields:
      code: ref
      customer: {col: client_id, as: ref, ref: customers}
      vehicle: {col: car_id, as: ref, ref: vehicles}
      starts_at: {col: at, as: tz}
      ends_at: {col: back, as: tz}
      status: {col: stage, as: map, map: {OPTION: pending, BOOKED: confirmed, VOID: cancelled}}
      total: {col: pence, as: minor}
      deposit: {col: dep.amount, as: major}
      created_at: {col: made, as: tz}
    set: {days: "=days(r.starts_at, r.ends_at)"}
    missing: {ref: "='R' + upper(random(5))"}
    like: {by: [org], order: made, cols: [desk]}
    rows: [{table: hire_log, set: {hire_id: "=key", event: "='rebuilt ' + r.status"}, when: "=r.status != 'pending'"}]
    update: [status, ends_at, vehicle, total, deposit]
    find: [[code]]
  payments:
    table: receipts
    key: id
    fields:
      reservation: {col: hire_id, as: ref, ref: reservations}
      customer: {col: client_id, as: ref, ref: customers}
      amount: amount
      paid_at: {col: taken, as: tz}
      stripe_charge: psp
    find: [[stripe_charge]]
`

// world opens the company: its database changed by edit, its mapping by the pairs of swap.
func world(t *testing.T, edit func(db *memory), swap ...string) Input {
	t.Helper()
	db := database(worldDB)
	db.schema.Table("receipts").Column("id").Sequence = "public.receipts_id_seq"
	for table, unique := range map[string][]string{"hires": {"ref"}, "clients": {"mail"}} {
		db.schema.Table(table).Unique = [][]string{unique}
	}
	if edit != nil {
		edit(db)
	}
	m, err := mapping.Parse([]byte(strings.NewReplacer(swap...).Replace(worldMap)), "m.yaml")
	require.NoError(t, err)
	require.NoError(t, m.Check(db.schema))
	books, err := m.Read(db)
	require.NoError(t, err)
	return Input{Mapping: m, Backup: db, Books: books, Business: "Dover Cars & Sons", Cut: time.Date(2026, 1, 10, 0, 0, 0, 0, time.UTC),
		Wipe: time.Date(2026, 4, 10, 0, 0, 0, 0, time.UTC), ArmDelay: time.Hour}
}

// live gives the world a live database: the backup with an edit of its own.
func live(t *testing.T, in *Input, edit func(db *memory)) {
	t.Helper()
	db := database(worldDB)
	db.schema = in.Backup.Schema()
	for name := range db.rows {
		for _, r := range db.rows[name] {
			r.Table = db.schema.Table(name)
		}
	}
	edit(db)
	books, err := in.Mapping.Read(db)
	require.NoError(t, err)
	in.Live, in.LiveBooks = db, books
}

func (m *memory) put(table, key, col, value string) {
	for _, r := range m.rows[table] {
		if *r.Values[0] == key {
			for i := range r.Cols {
				if r.Cols[i] == col {
					r.Values[i] = &value
				}
			}
		}
	}
}

func (m *memory) remove(table, key string) {
	var keep []*model.Row
	for _, r := range m.rows[table] {
		if *r.Values[0] != key {
			keep = append(keep, r)
		}
	}
	m.rows[table] = keep
}

func at(s string) model.Value {
	t, err := time.Parse("2006-01-02 15:04", s)
	if err != nil {
		panic(err)
	}
	return model.InstantValue(t)
}

func text(s string) model.Value { return model.TextValue(s) }

func gbp(minor int64) model.Value { return model.MoneyValue(minor, "gbp") }

type fields map[model.Field]model.Value

// rebuilt makes a rebuilt entity whose every cell rests on one mail.
func rebuilt(id string, k model.Kind, f fields) *model.Entity {
	e := &model.Entity{ID: id, Kind: k, Label: "the " + id, State: model.Rebuilt, P: 990_000, Sources: []string{"mail", "stripe"}, Fields: map[model.Field]model.Cell{},
		Links: []model.Link{{Evidence: "mail:" + id}, {Evidence: "stripe:" + id}}}
	for name, v := range f {
		e.Fields[name] = model.Cell{Value: v, Mark: model.Likely, For: []model.ClaimRef{{Evidence: "mail:" + id}, {Evidence: "mail:" + id}}}
	}
	return e
}

// updated makes an entity of a backup row with changed fields.
func updated(in Input, k model.Kind, key string, f fields) *model.Entity {
	for _, r := range in.Books.Records[k] {
		if r.Key == key {
			e := rebuilt(string(k)+":old-"+key, k, f)
			e.State, e.Backup = model.Updated, r
			for name, c := range e.Fields {
				c.Changed, c.Was = true, r.Fields[name]
				e.Fields[name] = c
			}
			for name, v := range r.Fields {
				if _, ok := e.Fields[name]; !ok {
					e.Fields[name] = model.Cell{Value: v, Mark: model.Kept}
				}
			}
			return e
		}
	}
	panic("no row " + key)
}

func customer(id string) *model.Entity {
	return rebuilt(id, model.Customer, fields{"full_name": text("Zoë Q Smith"), "email": text("Zoe@X.test"), "address": text("High St 2"), "city": text("Deal")})
}

func hire(id, who string) *model.Entity {
	return rebuilt(id, model.Reservation, fields{"code": text("H-200"), "customer": model.RefValue(who), "vehicle": model.RefValue("5"), "starts_at": at("2026-02-01 09:00"),
		"ends_at": at("2026-02-03 10:00"), "status": text("confirmed"), "total": gbp(12345), "deposit": gbp(5000)})
}

func payment(id, hire, who string) *model.Entity {
	return rebuilt(id, model.Payment, fields{"reservation": model.RefValue(hire), "customer": model.RefValue(who), "amount": gbp(5000), "paid_at": at("2026-01-20 09:00"), "stripe_charge": text("ch_" + id)})
}

func build(t *testing.T, in Input, entities ...*model.Entity) *model.Plan {
	t.Helper()
	in.Entities = entities
	p, err := Build(in)
	require.NoError(t, err)
	return p
}

func rowOf(t *testing.T, p *model.Plan, table, part string) *model.PlanRow {
	t.Helper()
	for i := range p.Rows {
		if p.Rows[i].Table == "public."+table && p.Rows[i].Part == part {
			return &p.Rows[i]
		}
	}
	t.Fatalf("no row of %s %s", table, part)
	return nil
}

// cells shows a row as column=value (was), refs as →entity.
func cells(r *model.PlanRow) string {
	var out []string
	for _, c := range r.Cells {
		s := "NULL"
		switch {
		case c.Ref != nil:
			s = "→" + c.Ref.Entity + "/" + c.Ref.Part
		case c.Value != nil:
			s = *c.Value
		}
		if c.Was != nil {
			s += " (" + *c.Was + ")"
		}
		out = append(out, c.Column+"="+s)
	}
	return strings.Join(out, " ")
}
