package mapping

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"salvage/model"
	"salvage/model/strict"
)

const head = "zone: Europe/Berlin\ncurrency: eur\nentities:\n"

func problems(t *testing.T, err error) strict.Problems {
	t.Helper()
	var ps strict.Problems
	require.ErrorAs(t, err, &ps)
	return ps
}

func TestParseWhole(t *testing.T) {
	src, err := os.ReadFile("testdata/hire.yaml")
	require.NoError(t, err)
	m, err := Parse(src, "hire.yaml")
	require.NoError(t, err)
	assert.Equal(t, "America/New_York", m.Zone.String())
	assert.Equal(t, "usd", m.Currency)
	require.Len(t, m.Entities, 5)
	var names []string
	for _, e := range m.Entities {
		names = append(names, e.Name)
	}
	assert.Equal(t, []string{"locations", "vehicles", "customers", "reservations", "payments"}, names, "write order, whatever the file's")
	r := m.Entity(model.Reservation)
	assert.True(t, r.Write)
	assert.False(t, m.Entity(model.Vehicle).Write)
	assert.Equal(t, "adr.city_id", qualify(r.Join("city").Link[0].Join, r.Join("city").Link[0].Ours))
	assert.Equal(t, OwnBefore, r.Join("adr").Own)
	assert.True(t, r.Join("city").MissNull)
	status := r.Field(model.FStatus)
	assert.Equal(t, "OPTION pending", status.Words[0].Raw+" "+status.Words[0].Word)
	assert.Equal(t, model.Customer, r.Field(model.FCustomer).Ref)
	assert.Equal(t, [][]model.Field{{"code"}, {"vehicle", "starts_at", "customer"}}, r.Find)
	assert.NotNil(t, r.Field("x_mileage_cap"), "a field of the company's own")
	assert.Nil(t, r.Where[1].Value.Text, "null asks for NULL")
	assert.Len(t, r.Rows, 1)
}

func TestParseMistakes(t *testing.T) {
	entity := "  customers:\n    table: clients\n    key: id\n"
	for _, c := range []struct {
		name, src, want, hint string
		line                  int
	}{
		{"no zone", "entities: {customers: {table: a, key: id}}", "zone: is required", "America/New_York", 1},
		{"bad zone", "zone: Mars/Base\nentities: {}", "not a time zone", "IANA", 1},
		{"unknown top key", head + entity + "entitys: {}", "entitys: unknown key", "entities", 7},
		{"unknown entity", head + "  customer: {table: a, key: id}", "unknown key", "customers", 4},
		{"unknown part", head + entity + "    feilds: {}", "unknown key", "fields", 7},
		{"no table", head + "  customers: {key: id}", "table: is required", "", 4},
		{"mistyped field", head + entity + "    fields:\n      emial: mail", "unknown field", `"email"`, 8},
		{"unknown codec", head + entity + "    fields:\n      email: {col: mail, as: lowr}", "unknown word", `"lower"`, 8},
		{"option of another codec", head + entity + "    fields:\n      email: {col: mail, as: lower, zone: UTC}", "does not go with as: lower", "", 8},
		{"status word", head + "  reservations:\n    table: h\n    key: id\n    fields:\n      status: {col: s, as: map, map: {A: canceled}}", `"canceled" is not a word for status`, `"cancelled"`, 8},
		{"ref to nothing mapped", head + "  reservations:\n    table: h\n    key: id\n    fields:\n      customer: {col: c, as: ref, ref: customers}", "refers to customers, which are not mapped", "", 8},
		{"ref to an unknown entity", head + entity + "    fields:\n      x_a: {col: c, as: ref, ref: clients}", `unknown entity "clients"`, "", 8},
		{"find of nothing mapped", head + entity + "    fields: {email: mail}\n    find: [[emial]]", `"emial" is not a mapped field`, `"email"`, 8},
		{"update of nothing mapped", head + entity + "    fields: {email: mail}\n    update: [phone]", `"phone" is not a mapped field`, "", 8},
		{"expression", head + entity + "    set: {a: \"=r.totl\"}", "r.totl is not a field", "", 7},
		{"expression in where", head + entity + "    where: {a: \"=1\"}", "an expression may not stand here", "", 7},
		{"expression that is none", head + entity + "    set: {a: \"=1 +\"}", "expression:", "", 7},
		{"half a lookup", head + entity + "    set: {a: {lookup: roles}}", "a lookup needs", "by:", 7},
		{"join without a link", head + entity + "    join: {a: {table: b}}", "link: is required", "", 7},
		{"own and lookup", head + entity + "    join: {a: {table: b, link: {x: y}, own: after, lookup: [z]}}", "exclude each other", "", 7},
		{"set of a read join", head + entity + "    join: {a: {table: b, link: {x: y}, set: {z: 1}}}", "only a join that is ours", "own:", 7},
		{"twice", head + entity + "    key: other", "stands twice", "", 7},
		{"after without where", head + entity + "    after:\n      - {table: b, add: {c: 1}}", "after[0]: needs a where", "", 8},
		{"after with both", head + entity + "    after:\n      - {table: b, add: {c: 1}, pick: id, where: {x: 1}}", "needs either add", "", 8},
		{"pick without set", head + entity + "    after:\n      - {table: b, pick: id, where: {x: 1}}", "a picked row needs a set", "", 8},
		{"embedded alone", head + "  customers:\n    embedded: true", "embedded: reservations are not mapped", "", 5},
		{"update_only alone", head + "  payments:\n    update_only: reservations", "update_only: reservations are not mapped", "", 5},
		{"embedded with a table", head + "  customers:\n    embedded: true\n    table: x\n  reservations: {table: h, key: id}", "stands with the reservations", "say it there", 6},
		{"update_only of another", head + "  reservations: {table: h, key: id}\n  payments:\n    update_only: customers", `unknown word "customers"`, "reservations", 6},
		{"embedded payments", head + "  payments:\n    table: p\n    key: id\n    embedded: true", "only customers can be embedded", "update_only", 7},
		{"many before", head + entity + "    join:\n      l: {table: b, link: {x: y}, own: before, many: true}", "cannot point at several rows", "own: after", 8},
		{"item outside a line", head + entity + "    set: {a: \"=item.key\"}", "unknown name item", "", 7},
		{"power", head + entity + "    set: {a: \"=2 ** 3\"}", "floating point", "", 7},
		{"too exact a number", head + entity + "    set: {a: \"=0.12345678901234567\"}", "would be rounded", "", 7},
		{"layout", head + entity + "    fields:\n      created_at: {col: a, as: text-time, layout: DD.MM.YYYY}", "names neither a day nor an hour", "%d.%m.%Y", 8},
		{"unquoted NO", head + entity + "    fields:\n      x_a: {col: a, map: {NO: Norway}}", "take NO for true or false", `"NO"`, 8},
		{"empty", "", "the mapping is empty", "init", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Parse([]byte(c.src), "m.yaml")
			ps := problems(t, err)
			assert.Len(t, ps, 1, "%v", err)
			assert.Equal(t, c.line, ps[0].Line)
			assert.Contains(t, ps[0].String(), c.want)
			assert.Contains(t, ps[0].Hint, c.hint)
		})
	}
}

func TestParseReportsAllAtOnce(t *testing.T) {
	_, err := Parse([]byte("zone: Nowhere\ncurrency: dollars\nentities:\n  customers: {tabel: a}\n"), "m.yaml")
	ps := problems(t, err)
	assert.Len(t, ps, 5)
	assert.True(t, strings.HasPrefix(err.Error(), "m.yaml:1: zone:"), err.Error())
}

func TestOwnFieldNames(t *testing.T) {
	for word, want := range map[string]string{"email": "email", "address2": "x_address2", "x_foo": "x_foo", "crew": "x_crew"} {
		assert.Equal(t, want, string(fieldName(model.Customer, word)))
		assert.Empty(t, typo(model.Customer, word))
	}
	assert.Equal(t, "first_name", typo(model.Customer, "frist_name"))
}

func TestCheckMistakes(t *testing.T) {
	db := database(`
clients: id integer *@clients_id_seq | name text ! | mail varchar(20) | age integer | ok boolean ! =true | born date | seen timestamp with time zone | made timestamp without time zone | must text !
hires: id integer *@hires_id_seq | client_id integer ! | pence integer | price numeric(10,2) | stage public.stage | at timestamp with time zone ! | days integer ^
addresses: id integer *@a | street text !
notes: id integer * | body text`)
	fill := "    set: {must: x}\n"
	customers := "  customers:\n    table: clients\n    key: id\n"
	for _, c := range []struct {
		name, src, want, hint string
		line                  int
	}{
		{"table", "  customers: {table: client, key: id}", `no table "client"`, "clients", 4},
		{"key column", "  customers:\n    table: clients\n    key: di\n" + fill + "    fields: {full_name: name}", `no column "di"`, "id", 6},
		{"column", customers + fill + "    fields:\n      full_name: name\n      email: maill", `no column "maill"`, "mail", 10},
		{"required", customers + "    fields: {full_name: name}", `nothing fills the required column "must"`, "missing:", 4},
		{"set column", customers + fill + "    fields: {full_name: name}\n    missing: {oky: 1}", `no column "oky"`, "ok", 9},
		{"set constant", customers + "    fields: {full_name: name}\n    set: {must: x, ok: maybe}", `cannot hold "maybe"`, "", 8},
		{"too long a constant", customers + "    fields: {full_name: name}\n    set: {must: x, mail: a-very-long-address@example.test}", "too short", "", 8},
		{"tz on a naive column", customers + fill + "    fields:\n      full_name: name\n      created_at: {col: made, as: tz}", "as: tz does not go with", "naive", 10},
		{"naive on a zoned column", customers + fill + "    fields:\n      full_name: name\n      created_at: {col: seen, as: naive}", "as: naive does not go with", "tz", 10},
		{"time without a codec", customers + fill + "    fields:\n      full_name: name\n      created_at: age", "say what kind of time", "", 10},
		{"where column", customers + fill + "    fields: {full_name: name}\n    where: {kind: a}", `no column "kind"`, "", 9},
		{"like column", customers + fill + "    fields: {full_name: name}\n    like: {by: [], order: made, cols: [stafff]}", `no column "stafff"`, "", 9},
		{"join table", customers + fill + "    fields: {full_name: name}\n    join: {a: {table: adresses, link: {id: age}}}", `no table "adresses"`, "addresses", 9},
		{"link column", customers + fill + "    fields: {full_name: name}\n    join: {a: {table: addresses, link: {idd: age}}}", `no column "idd"`, "id", 9},
		{"own row without its required column", customers + fill + "    fields: {full_name: name}\n    join: {a: {table: addresses, link: {id: age}, own: before}}", `nothing fills the required column "street"`, "", 9},
		{"money without a unit", "  reservations:\n    table: hires\n    key: id\n    set: {client_id: 1}\n    fields:\n      total: pence\n      starts_at: at", "what unit the money is in", "", 9},
		{"enum word", "  reservations:\n    table: hires\n    key: id\n    set: {client_id: 1}\n    fields:\n      starts_at: at\n      status: {col: stage, as: map, map: {BOOKD: confirmed}}", `does not know the word "BOOKD"`, "BOOKED", 10},
		{"generated", "  reservations:\n    table: hires\n    key: id\n    set: {client_id: 1}\n    fields:\n      starts_at: at\n      x_days: days", "generated by the database", "read_only", 10},
		{"scope", "  customers: {table: clients, key: id, set: {must: x}, fields: {full_name: name}}\nscope: {tenant: 1}", `no table has a column "tenant"`, "", 5},
		{"rows table", customers + fill + "    fields: {full_name: name}\n    rows: [{table: note, set: {body: x}}]", `no table "note"`, "notes", 9},
		{"rows without their key", customers + fill + "    fields: {full_name: name}\n    rows: [{table: notes, set: {body: x}}]", `nothing fills the required column "id"`, "uuid()", 9},
		{"lookup", customers + "    fields: {full_name: name}\n    set: {must: {lookup: notes, get: boddy, by: {id: 1}}}", `no column "boddy"`, "body", 8},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, err := Parse([]byte(head+c.src), "m.yaml")
			require.NoError(t, err)
			ps := problems(t, m.Check(db.Schema()))
			require.Len(t, ps, 1, "%v", ps)
			assert.Equal(t, c.line, ps[0].Line, ps[0].String())
			assert.Contains(t, ps[0].String(), c.want)
			assert.Contains(t, ps[0].Hint, c.hint)
		})
	}
}

func TestCheckReportsAllAtOnce(t *testing.T) {
	m, err := Parse([]byte(head+"  customers:\n    table: clients\n    key: nr\n    fields:\n      email: mial\n      phone: fone\n"), "m.yaml")
	require.NoError(t, err)
	ps := problems(t, m.Check(database("clients: id integer *@s | mail text | must text !").Schema()))
	var lines []string
	for _, p := range ps {
		lines = append(lines, fmt.Sprintf("%d %s", p.Line, p.Message))
	}
	assert.Equal(t, []string{`4 table public.clients: nothing fills the required column "must"`, `6 table public.clients has no column "nr"`,
		`8 table public.clients has no column "mial"`, `9 table public.clients has no column "fone"`}, lines)
}

func FuzzParse(f *testing.F) {
	src, err := os.ReadFile("testdata/hire.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(src)
	f.Add([]byte(head + "  customers: {table: a, key: [id, x], fields: {email: {col: a, as: kv, label: b}}}"))
	schema := database("clients: id integer *").Schema()
	f.Fuzz(func(t *testing.T, src []byte) {
		m, err := Parse(src, "f.yaml")
		if err != nil {
			var ps strict.Problems
			if !errors.As(err, &ps) {
				t.Fatalf("not problems: %v", err)
			}
			return
		}
		_ = m.Check(schema)
		_ = m.Shape(schema)
	})
}
