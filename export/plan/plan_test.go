package plan

import (
	"bytes"
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"salvage/model"
)

var write = flag.Bool("write", false, "write the golden files anew")

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := "testdata/" + name
	if *write {
		require.NoError(t, os.WriteFile(path, got, 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, string(want), string(got))
}

// everything is one entity of each sort: new, new with a lost key, changed, held, depending on a held one.
func everything(in Input) []*model.Entity {
	kept := hire("reservation:b", "10")
	kept.WantKey, kept.Strong = "140", true
	kept.Fields["code"] = model.Cell{Value: text("H-140"), Mark: model.Certified, P: 999_000}
	kept.Fields["starts_at"], kept.Fields["ends_at"] = model.Cell{Value: at("2026-03-01 09:00")}, model.Cell{Value: at("2026-03-02 09:00")}
	delete(kept.Fields, "deposit")
	held := hire("reservation:c", "customer:a")
	held.Fields["code"] = model.Cell{Value: text("=H-300")}
	held.Holds = []model.Hold{{Code: "FV01", Reason: "two start times"}, {Code: "single_source", Reason: "only one source"}}
	return []*model.Entity{payment("payment:b", "reservation:c", "customer:a"), payment("payment:a", "reservation:a", "customer:a"), held, kept,
		hire("reservation:a", "customer:a"), customer("customer:a"),
		updated(in, model.Reservation, "100", fields{"status": text("cancelled"), "deposit": gbp(0)})}
}

func TestGolden(t *testing.T) {
	in := world(t, nil)
	p := build(t, in, everything(in)...)
	var rows, held bytes.Buffer
	require.NoError(t, WriteJSONL(&rows, p))
	require.NoError(t, WriteHeldCSV(&held, p))
	golden(t, "plan.jsonl", rows.Bytes())
	golden(t, "held.csv", held.Bytes())
	assert.Equal(t, "dover-cars-sons", p.Slug)
	assert.Equal(t, "postgres", p.Dialect)
	assert.Equal(t, int64(3600), p.ArmDelay)
	assert.Equal(t, "2026-01-10T00:00:00Z", p.Cut)
	assert.Regexp(t, `^[0-9a-f]{12}$`, p.Run)
	var tables []string
	for _, x := range p.Tables {
		tables = append(tables, x.Name)
	}
	assert.Equal(t, []string{"public.address", "public.clients", "public.hires", "public.deposits", "public.hire_log", "public.receipts"}, tables, "parents first")
}

func TestSameInputSamePlan(t *testing.T) {
	in := world(t, nil)
	list := everything(in)
	first := build(t, in, list...)
	for i, j := 0, len(list)-1; i < j; i, j = i+1, j-1 {
		list[i], list[j] = list[j], list[i]
	}
	in.Supersedes = []string{"0123456789ab"}
	second := build(t, in, list...)
	assert.Equal(t, first.Run, second.Run, "neither the order of entities nor earlier runs change the run")
	assert.Equal(t, first.Rows, second.Rows)
	list[0].Fields["city"] = model.Cell{Value: text("Dover")}
	list[0].Label = "changed"
	assert.Equal(t, first.Run, build(t, in, list...).Run, "what is not written is no part of it")
}

func TestRebuiltCustomer(t *testing.T) {
	p := build(t, world(t, nil), customer("customer:a"))
	require.Empty(t, p.Held)
	assert.Equal(t, "org=42 street=High St 2 city_id=4", cells(rowOf(t, p, "address", "adr")))
	r := rowOf(t, p, "clients", "")
	assert.Equal(t, "org=42 first=Zoë Q last=Smith mail=zoe@x.test address_id=→customer:a/adr newsletter=f branch=2", cells(r))
	marks := map[string]model.Mark{}
	for _, c := range r.Cells {
		marks[c.Column] = c.Mark
	}
	assert.Equal(t, map[string]model.Mark{"org": model.Filled, "first": model.Derived, "last": model.Derived, "mail": model.Likely, "address_id": model.Derived, "newsletter": model.Filled, "branch": model.Filled}, marks)
	assert.Equal(t, []string{"mail:customer:a", "stripe:customer:a"}, r.Evidence)
	assert.Equal(t, "2 sources: mail, stripe; p 0.990", r.Why)
}

func TestReferences(t *testing.T) {
	in := world(t, nil)
	p := build(t, in, customer("customer:a"), hire("reservation:a", "customer:a"), payment("payment:a", "reservation:a", "10"))
	require.Empty(t, p.Held)
	r := rowOf(t, p, "hires", "")
	assert.Equal(t, "org=42 ref=H-200 client_id=→customer:a/ car_id=5 at=2026-02-01 09:00:00+00 back=2026-02-03 10:00:00+00 stage=BOOKED pence=12345 days=3 desk=3", cells(r))
	assert.Equal(t, "hire_id=→reservation:a/ amount=50.00", cells(rowOf(t, p, "deposits", "dep")))
	assert.Equal(t, "hire_id=→reservation:a/ event=rebuilt confirmed", cells(rowOf(t, p, "hire_log", "rows.0")))
	assert.Equal(t, "hire_id=→reservation:a/ client_id=10 taken=2026-01-20 09:00:00+00 amount=50.00 psp=ch_payment:a", cells(rowOf(t, p, "receipts", "")))

	old := updated(in, model.Customer, "10", fields{})
	p = build(t, in, old, hire("reservation:a", old.ID))
	assert.Contains(t, cells(rowOf(t, p, "hires", "")), "client_id=10 ", "an entity of the backup is its key")
}

func TestHeld(t *testing.T) {
	for _, c := range []struct {
		name         string
		change       func(in *Input, list []*model.Entity)
		edit         func(db *memory)
		entity       string
		code, reason string
	}{
		{"the reconciler's hold", func(_ *Input, l []*model.Entity) { l[0].Holds = []model.Hold{{Code: "FV01", Reason: "why"}} }, nil, "customer:a", "FV01", "why"},
		{"points at a held one", func(_ *Input, l []*model.Entity) { l[0].Holds = []model.Hold{{Code: "FV01", Reason: "why"}} }, nil, "reservation:a", CodeDependent, "customer: it points at customer the customer:a, which is held: why"},
		{"and so on", func(_ *Input, l []*model.Entity) { l[0].Holds = []model.Hold{{Code: "FV01", Reason: "why"}} }, nil, "payment:a", CodeDependent, "it points at"},
		{"points at nothing known", func(_ *Input, l []*model.Entity) {
			l[1].Fields["customer"] = model.Cell{Value: model.RefValue("customer:zz")}
		}, nil, "reservation:a", CodeDependent, "not known"},
		{"a name is no reference", func(_ *Input, l []*model.Entity) { l[1].Fields["vehicle"] = model.Cell{Value: text("the red one")} }, nil, "reservation:a", CodeUnfit, `"the red one" names no row`},
		{"a required value is missing", func(_ *Input, l []*model.Entity) { delete(l[1].Fields, "starts_at") }, nil, "reservation:a", CodeUnfit, "required column at"},
		{"a required column is empty", func(_ *Input, l []*model.Entity) { delete(l[1].Fields, "status") }, nil, "reservation:a", CodeUnfit, "required column stage"},
		{"a word the company lacks", func(_ *Input, l []*model.Entity) { l[1].Fields["status"] = model.Cell{Value: text("no_show")} }, nil, "reservation:a", CodeUnfit, `status: "no_show" has no line in the map`},
		{"a city nobody knows", func(_ *Input, l []*model.Entity) { l[0].Fields["city"] = model.Cell{Value: text("Atlantis")} }, nil, "customer:a", CodeUnfit, "town: no row of city is called Atlantis"},
		{"another currency", func(_ *Input, l []*model.Entity) {
			l[1].Fields["total"] = model.Cell{Value: model.MoneyValue(1, "usd")}
		}, nil, "reservation:a", CodeUnfit, "the amount is in usd, the row in gbp"},
		{"a code that is taken", func(_ *Input, l []*model.Entity) { l[1].Fields["code"] = model.Cell{Value: text("H-101")} }, nil, "reservation:a", CodeUnfit, "hires ref is taken by row 101"},
		{"an email that is taken", func(_ *Input, l []*model.Entity) { l[0].Fields["email"] = model.Cell{Value: text("ADA@x.test")} }, nil, "customer:a", CodeUnfit, "clients mail is taken by row 10"},
		{"a vehicle that is taken", func(_ *Input, l []*model.Entity) {
			l[1].Fields["starts_at"], l[1].Fields["ends_at"] = model.Cell{Value: at("2026-01-03 10:00")}, model.Cell{Value: at("2026-01-08 10:00")}
		}, exclude, "reservation:a", CodeTaken, "by row 100"},
		{"no partition", nil, func(db *memory) {
			x := db.schema.Table("receipts")
			x.Partitioned, x.Partitions = true, []model.Partition{{Name: "p1", Bound: "FOR VALUES FROM ('2025-12-01 00:00:00+00') TO ('2026-01-15 00:00:00+00')"}}
		}, "payment:a", CodeUnfit, "no partition of receipts for taken 2026-01-20 09:00:00+00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := world(t, c.edit)
			list := []*model.Entity{customer("customer:a"), hire("reservation:a", "customer:a"), payment("payment:a", "reservation:a", "customer:a")}
			if c.change != nil {
				c.change(&in, list)
			}
			p := build(t, in, list...)
			for _, h := range p.Held {
				if h.Entity.ID == c.entity {
					assert.Equal(t, c.code, h.Code, h.Reason)
					assert.Contains(t, h.Reason, c.reason)
					for _, r := range p.Rows {
						assert.NotEqual(t, c.entity, r.Entity)
					}
					return
				}
			}
			t.Fatalf("%s is not held: %+v", c.entity, p.Held)
		})
	}
}

func exclude(db *memory) {
	db.schema.Table("hires").Exclusions = []string{`EXCLUDE USING gist (car_id WITH =, tstzrange(at, back) WITH &&) WHERE ((stage <> 'VOID'::text))`}
}

func TestDoubleBooking(t *testing.T) {
	stay := func(id, from, to string, p model.PPM) *model.Entity {
		e := hire(id, "10")
		e.P, e.Fields["code"] = p, model.Cell{Value: text("C-" + id)}
		e.Fields["starts_at"], e.Fields["ends_at"] = model.Cell{Value: at(from)}, model.Cell{Value: at(to)}
		return e
	}
	heldIDs := func(p *model.Plan) []string {
		var out []string
		for _, h := range p.Held {
			out = append(out, h.Entity.ID+" "+h.Code)
		}
		return out
	}
	in := world(t, exclude)
	assert.Empty(t, build(t, in, stay("reservation:a", "2026-01-04 10:00", "2026-01-08 10:00", 1)).Held, "back to back, and over a cancelled one")
	p := build(t, in, stay("reservation:a", "2026-02-01 10:00", "2026-02-03 10:00", 900), stay("reservation:b", "2026-02-02 10:00", "2026-02-04 10:00", 950))
	assert.Equal(t, []string{"reservation:a IN01"}, heldIDs(p), "the weaker of two")
	moved := updated(in, model.Reservation, "100", fields{"status": text("cancelled")})
	assert.Empty(t, build(t, in, moved, stay("reservation:a", "2026-01-03 10:00", "2026-01-08 10:00", 1)).Held, "the row in its way is cancelled by the same plan")
	in = world(t, nil)
	assert.Empty(t, build(t, in, stay("reservation:a", "2026-01-03 10:00", "2026-01-08 10:00", 1)).Held, "the table does not forbid it")
}

func TestUpdates(t *testing.T) {
	in := world(t, nil)
	e := updated(in, model.Reservation, "100", fields{"status": text("cancelled"), "ends_at": at("2026-01-04 10:00"), "starts_at": at("2026-01-01 10:00"), "deposit": gbp(0), "vehicle": model.RefValue("6")})
	p := build(t, in, e)
	require.Empty(t, p.Held)
	require.Len(t, p.Rows, 2)
	assert.Equal(t, "car_id=6 (5) stage=VOID (BOOKED)", cells(rowOf(t, p, "hires", "")), "an unchanged value and a field outside `update` are not written")
	d := rowOf(t, p, "deposits", "dep")
	assert.Equal(t, "amount=0.00 (20.00)", cells(d))
	assert.Equal(t, []string{"50"}, d.Key)

	p = build(t, in, updated(in, model.Reservation, "101", fields{"deposit": gbp(700)}))
	d = rowOf(t, p, "deposits", "dep")
	assert.Equal(t, "insert hire_id=101 amount=7.00", d.Action+" "+cells(d), "an own row that the backup lacks")

	p = build(t, in, updated(in, model.Customer, "10", fields{"city": text("Deal")}))
	a := rowOf(t, p, "address", "adr")
	assert.Equal(t, "city_id=4 (3)", cells(a), "a changed natural key is looked up")

	gone := updated(in, model.Reservation, "100", fields{"status": text("cancelled")})
	gone.Fields["status"] = model.Cell{Changed: true}
	assert.Equal(t, CodeUnfit, build(t, in, gone).Held[0].Code, "a required column cannot be emptied")
	gone = updated(in, model.Reservation, "100", fields{})
	gone.Fields["vehicle"] = model.Cell{Changed: true}
	assert.Equal(t, "car_id=NULL (5)", cells(rowOf(t, build(t, in, gone), "hires", "")))
	assert.Empty(t, build(t, in, updated(in, model.Reservation, "100", fields{})).Rows)
}

func TestLikeFollowsBy(t *testing.T) {
	in := world(t, nil, "by: [org]", "by: [client_id]")
	p := build(t, in, customer("customer:a"), hire("reservation:a", "10"), hire("reservation:b", "customer:a"))
	assert.Contains(t, cells(rowOf(t, p, "hires", "")), "desk=3", "copied from the newest row of the same customer")
	require.Len(t, p.Held, 1)
	assert.Equal(t, "table hires: no evidence for the required column desk", p.Held[0].Reason, "a new customer has none")
}

func TestSetOnUpdate(t *testing.T) {
	in := world(t, nil, "    update: [status", "    set_on_update: {desk: 9}\n    update: [status")
	p := build(t, in, updated(in, model.Reservation, "100", fields{"status": text("cancelled")}))
	assert.Equal(t, "stage=VOID (BOOKED) desk=9 (1)", cells(rowOf(t, p, "hires", "")))
	assert.Empty(t, build(t, in, updated(in, model.Reservation, "100", fields{"total": gbp(9900)})).Rows, "nothing changed, nothing touched")
}

func TestUpdatesAgainstLive(t *testing.T) {
	in := world(t, nil)
	live(t, &in, func(db *memory) { db.put("hires", "100", "stage", "OPTION"); db.put("hires", "101", "pence", "5000") })
	p := build(t, in, updated(in, model.Reservation, "100", fields{"status": text("cancelled"), "total": gbp(1)}), updated(in, model.Reservation, "101", fields{"total": gbp(1)}))
	require.Len(t, p.Held, 1)
	assert.Equal(t, CodeChanged, p.Held[0].Code)
	assert.Equal(t, "status changed in live since: OPTION there, VOID by the evidence", p.Held[0].Reason)
	assert.Equal(t, "pence=1 (9900)", cells(&p.Rows[0]), "the other cells are written")
	assert.Equal(t, "pence=1 (5000)", cells(&p.Rows[1]))

	live(t, &in, func(db *memory) { db.put("hires", "100", "stage", "VOID") })
	p = build(t, in, updated(in, model.Reservation, "100", fields{"status": text("cancelled")}))
	assert.Empty(t, p.Rows, "live says so already")
	assert.Empty(t, p.Held)

	live(t, &in, func(db *memory) { db.remove("hires", "100") })
	p = build(t, in, updated(in, model.Reservation, "100", fields{"status": text("cancelled")}))
	assert.Equal(t, "the row is not in the live database any more", p.Held[0].Reason)

	typed := hire("reservation:a", "10")
	typed.Live = &model.Record{Kind: model.Reservation, Table: "public.hires", Key: "102"}
	p = build(t, in, typed, payment("payment:a", "reservation:a", "10"))
	require.Len(t, p.Rows, 1, "what was typed in again by hand is not doubled")
	assert.Contains(t, cells(&p.Rows[0]), "hire_id=102 ")
}

func TestKeys(t *testing.T) {
	in := world(t, nil)
	e := hire("reservation:a", "10")
	e.WantKey = "140"
	assert.Equal(t, []string{"140"}, build(t, in, e).Rows[0].Key)
	e.WantKey = "99999999999"
	assert.Equal(t, []string{}, build(t, in, e).Rows[0].Key, "no key of this column")
	e.WantKey = "140"
	in = world(t, nil, "    key: id\n    join:\n      dep", "    key: id\n    keep_key: false\n    join:\n      dep")
	assert.Equal(t, []string{}, build(t, in, e).Rows[0].Key)

	natural := func(db *memory) { c := db.schema.Table("hires").Column("id"); c.Sequence, c.Default = "", "" }
	in = world(t, natural, "set: {days", `set: {id: "=7 + 1", days`)
	e.WantKey = "140"
	p := build(t, in, e)
	assert.Equal(t, "none", p.Tables[2].KeyFrom)
	assert.Equal(t, []string{"140"}, p.Rows[0].Key, "the lost key goes before one that the mapping makes up")
	e.WantKey = ""
	assert.Equal(t, []string{"8"}, build(t, in, e).Rows[0].Key)
}

func TestOneLostKeyGoesToOneRow(t *testing.T) {
	in := world(t, nil)
	a, b := hire("reservation:a", "10"), hire("reservation:b", "10")
	a.WantKey, b.WantKey, b.P = "140", "140", 999_000
	b.Fields["code"] = model.Cell{Value: text("H-201")}
	p := build(t, in, a, b)
	assert.Equal(t, []string{}, p.Rows[0].Key)
	assert.Equal(t, []string{"140"}, p.Rows[1].Key, "the surer one")
}

func TestColumnsThatTheDatabaseKeeps(t *testing.T) {
	in := world(t, nil, "      code: ref\n", "      code: {col: ref, read_only: true}\n", `    missing: {ref: "='R' + upper(random(5))"}`, "")
	p := build(t, in, hire("reservation:a", "10"))
	require.Empty(t, p.Held, "a trigger fills the required column")
	assert.NotContains(t, cells(rowOf(t, p, "hires", "")), "ref=")
}

func TestUUIDKeys(t *testing.T) {
	in := world(t, func(db *memory) {
		c := db.schema.Table("deposits").Column("id")
		c.Type, c.Sequence, c.Default = "uuid", "", ""
	})
	p := build(t, in, hire("reservation:a", "10"))
	require.Empty(t, p.Held)
	assert.Equal(t, "uuid", p.Tables[3].KeyFrom)
	assert.Len(t, p.Fence, 5, "no sequence, no fence")
}

func TestFence(t *testing.T) {
	in := world(t, nil)
	held := hire("reservation:z", "10")
	held.WantKey, held.Holds = "5000", []model.Hold{{Code: "FV01"}}
	odd := hire("reservation:y", "10")
	odd.WantKey = "2147483000"
	byTable := map[string]model.FenceEntry{}
	for _, f := range build(t, in, held, odd).Fence {
		byTable[f.Table] = f
	}
	assert.Equal(t, model.FenceEntry{Table: "public.hires", Column: "id", Type: "integer", Sequence: "public.hires_id_seq", BackupMax: 101, EvidenceMax: 5000, Floor: 6000}, byTable["public.hires"])
	assert.Equal(t, int64(10+1+1000), byTable["public.clients"].Floor)
	assert.Equal(t, int64(900), byTable["public.receipts"].BackupMax)

	in = world(t, func(db *memory) { db.put("hires", "100", "id", "30000"); db.put("hires", "101", "id", "10000") })
	for _, f := range build(t, in).Fence {
		if f.Table == "public.hires" {
			assert.Equal(t, int64(30000), f.BackupMax)
			assert.Equal(t, int64(31500), f.Floor, "a twentieth when that is more than a thousand")
		}
	}
	in = world(t, func(db *memory) {
		db.schema.Table("hires").Column("id").Type = "smallint"
		db.put("hires", "100", "id", "32000")
	})
	_, err := Build(in)
	assert.ErrorContains(t, err, "public.hires.id (smallint) has no room")
	assert.ErrorContains(t, err, "hint:")
}

func TestAnchors(t *testing.T) {
	in := world(t, nil)
	p := build(t, in, updated(in, model.Reservation, "100", fields{"status": text("cancelled")}))
	var hires []string
	for _, a := range p.Anchors {
		if a.Table == "public.hires" {
			hires = append(hires, a.Where[0].Value+" "+a.Where[1].Column+"="+a.Where[1].Value)
		}
	}
	assert.Equal(t, []string{"101 ref=H-101"}, hires, "not the row that the plan changes")
	live(t, &in, func(db *memory) { db.remove("hires", "101") })
	for _, a := range build(t, in).Anchors {
		assert.NotEqual(t, "101", a.Where[0].Value, "not a row that live lost")
	}
}

func TestBounds(t *testing.T) {
	show := func(s *string) string {
		if s == nil {
			return "-"
		}
		return *s
	}
	for in, want := range map[string]string{
		"FOR VALUES FROM ('2026-01-01') TO ('2026-02-01')": "2026-01-01 2026-02-01 true",
		"FOR VALUES FROM (MINVALUE) TO (10)":               "- 10 true",
		"FOR VALUES FROM ('a', 1) TO ('b', 2)":             "a b false",
		"FOR VALUES IN ('x')":                              "- - false",
		"DEFAULT":                                          "- - false",
	} {
		from, to, ok := bounds(in)
		got := show(from) + " " + show(to) + " "
		if !ok {
			assert.True(t, strings.HasSuffix(want, "false"), in)
			continue
		}
		assert.Equal(t, want, got+"true", in)
	}
}

func TestFormulaSafe(t *testing.T) {
	for in, want := range map[string]string{"=1+1": "'=1+1", "-5": "-5", "+49 30": "'+49 30", "@x": "'@x", "\tx": "'\tx", "-12.50 GBP": "-12.50 GBP", "": "", "a=b": "a=b", "-": "'-"} {
		assert.Equal(t, want, formulaSafe(in))
	}
}

func TestFraction(t *testing.T) {
	for in, want := range map[model.PPM]string{0: "0", 1_000_000: "1", 998_000: "0.998", 1: "0.000001", 990_000: "0.99"} {
		assert.Equal(t, want, fraction(in).String())
	}
}

func TestWipeBeforeCutIsNoGrowth(t *testing.T) {
	in := world(t, nil)
	in.Wipe = time.Time{}
	assert.NotEmpty(t, build(t, in).Fence)
}
