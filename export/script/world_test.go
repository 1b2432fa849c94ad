package script_test

// This file: the company of these tests, its schema as a backup reader would give it, and the
// small language in which the tests write plans.

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"salvage/export/script"
	"salvage/fixtures/pgtest"
	"salvage/model"
)

const companySQL = `
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE TYPE stage AS ENUM ('BOOKED', 'VOID', 'CLOSED');
CREATE DOMAIN cents AS integer;
CREATE TABLE cars (id serial PRIMARY KEY, plate varchar(12) UNIQUE);
CREATE TABLE clients (id serial PRIMARY KEY, name text NOT NULL, email varchar(80) UNIQUE, note text, changed timestamptz NOT NULL DEFAULT '2026-01-01+00');
CREATE TABLE hires (
  id serial PRIMARY KEY, reference varchar(10) UNIQUE, client_id integer NOT NULL REFERENCES clients, car_id integer NOT NULL REFERENCES cars,
  from_at timestamptz NOT NULL, to_at timestamptz NOT NULL, stay tstzrange GENERATED ALWAYS AS (tstzrange(from_at, to_at)) STORED,
  stage stage NOT NULL DEFAULT 'BOOKED', price cents, weight numeric(6,2), changed timestamptz NOT NULL DEFAULT '2026-01-01+00',
  EXCLUDE USING gist (car_id WITH =, stay WITH &&) WHERE (stage <> 'VOID'));
CREATE TABLE receipts (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, hire_id integer NOT NULL REFERENCES hires ON DELETE CASCADE, pence integer NOT NULL, psp text UNIQUE);
CREATE TABLE papers (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), hire_id integer REFERENCES hires, body text);
CREATE TABLE hire_tags (hire_id integer NOT NULL REFERENCES hires, tag text NOT NULL, PRIMARY KEY (hire_id, tag));
CREATE TABLE visits (id serial, on_day date NOT NULL, what text, PRIMARY KEY (on_day, id)) PARTITION BY RANGE (on_day);
CREATE TABLE visits_1 PARTITION OF visits FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
CREATE TABLE visits_2 PARTITION OF visits FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
CREATE TABLE outbox (id serial PRIMARY KEY, hire_id integer, sent boolean NOT NULL DEFAULT false);
CREATE TABLE audit (id serial PRIMARY KEY, what text);
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.changed := clock_timestamp(); RETURN NEW; END';
CREATE FUNCTION mail() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO outbox (hire_id) VALUES (NEW.id); RETURN NULL; END';
CREATE TRIGGER touch BEFORE UPDATE ON hires FOR EACH ROW EXECUTE FUNCTION touch();
CREATE TRIGGER touch BEFORE UPDATE ON clients FOR EACH ROW EXECUTE FUNCTION touch();
CREATE TRIGGER mail AFTER INSERT ON hires FOR EACH ROW EXECUTE FUNCTION mail();
INSERT INTO cars (plate) SELECT 'CAR ' || n FROM generate_series(1, 40) n;
INSERT INTO clients (name, email) SELECT 'Client ' || n, 'c' || n || '@example.test' FROM generate_series(1, 20) n;
INSERT INTO hires (reference, client_id, car_id, from_at, to_at, price)
  SELECT 'H' || n, 1 + n % 20, 1 + n % 40, timestamptz '2026-01-01 10:00+00' + n * interval '1 day', timestamptz '2026-01-02 10:00+00' + n * interval '1 day', 100 * n FROM generate_series(1, 30) n;
INSERT INTO receipts (hire_id, pence, psp) SELECT n, 100 * n, 'ch_' || n FROM generate_series(1, 30) n;
INSERT INTO visits (on_day, what) VALUES ('2026-01-05', 'a'), ('2026-02-05', 'b');
TRUNCATE outbox RESTART IDENTITY;
`

var once sync.Once

// company makes a database with the company in it.
func company(t *testing.T) (*pgtest.Server, string) {
	t.Helper()
	s := pgtest.Start(t)
	db := "script_" + strings.ToLower(strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, t.Name()))
	if len(db) > 60 {
		db = db[:60]
	}
	once.Do(func() {
		s.Query(t, "postgres", `CREATE DATABASE script_company TEMPLATE template0`)
		s.Query(t, "script_company", companySQL)
	})
	s.CloneDB(t, db, "script_company")
	return s, db
}

const schemaSQL = `SET search_path = pg_catalog;
SELECT json_agg(json_build_object('Schema', n.nspname, 'Name', c.relname,
  'Columns', (SELECT json_agg(json_build_object('Name', a.attname,
      'Type', format_type(coalesce(nullif(d.typbasetype, 0), a.atttypid), CASE WHEN d.typtype = 'd' THEN d.typtypmod ELSE a.atttypmod END),
      'NotNull', a.attnotnull, 'Default', coalesce(CASE WHEN a.attgenerated = '' THEN pg_get_expr(f.adbin, f.adrelid) END, ''), 'Generated', a.attgenerated <> '',
      'Identity', CASE a.attidentity WHEN 'a' THEN 'always' WHEN 'd' THEN 'by default' ELSE '' END,
      'Sequence', coalesce(replace(pg_get_serial_sequence(c.oid::regclass::text, a.attname), '"', ''), '')) ORDER BY a.attnum)
    FROM pg_attribute a JOIN pg_type d ON d.oid = a.atttypid LEFT JOIN pg_attrdef f ON f.adrelid = a.attrelid AND f.adnum = a.attnum
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
  'PrimaryKey', (SELECT json_agg(a.attname ORDER BY u.o) FROM pg_constraint k, unnest(k.conkey) WITH ORDINALITY u (n, o), pg_attribute a
    WHERE k.conrelid = c.oid AND k.contype = 'p' AND a.attrelid = c.oid AND a.attnum = u.n),
  'Foreign', (SELECT json_agg(json_build_object('Columns', ARRAY[a.attname], 'Table', pn.nspname || '.' || p.relname, 'References', ARRAY[b.attname]) ORDER BY k.conname)
    FROM pg_constraint k JOIN pg_class p ON p.oid = k.confrelid JOIN pg_namespace pn ON pn.oid = p.relnamespace
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.conkey[1] JOIN pg_attribute b ON b.attrelid = p.oid AND b.attnum = k.confkey[1]
    WHERE k.conrelid = c.oid AND k.contype = 'f'),
  'Partitions', (SELECT json_agg(json_build_object('Name', h.inhrelid::regclass::text) ORDER BY 1) FROM pg_inherits h WHERE h.inhparent = c.oid),
  'Triggers', (SELECT json_agg(json_build_object('Name', g.tgname, 'Events', CASE WHEN g.tgtype & 2 > 0 THEN 'BEFORE UPDATE' ELSE 'AFTER INSERT' END) ORDER BY g.tgname)
    FROM pg_trigger g WHERE g.tgrelid = c.oid AND NOT g.tgisinternal)) ORDER BY c.oid)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^(pg_|information_schema|salvage)'`

// schemaOf reads the schema of a database as a reader of its dump would give it.
func schemaOf(t *testing.T, s *pgtest.Server, db string) *model.Schema {
	t.Helper()
	schema := &model.Schema{Dialect: "postgres", Enums: map[string][]string{"public.stage": {"BOOKED", "VOID", "CLOSED"}}}
	require.NoError(t, json.Unmarshal([]byte(s.Query(t, db, schemaSQL)), &schema.Tables))
	return schema
}

func ptr(s string) *string { return &s }

// cells makes cells from column, value pairs. A value "->ENTITY TABLE" is a reference, "NULL" is NULL.
func cells(pairs ...string) []model.PlanCell {
	var out []model.PlanCell
	for i := 0; i < len(pairs); i += 2 {
		c := model.PlanCell{Column: pairs[i], Mark: model.Likely}
		if ref, ok := strings.CutPrefix(pairs[i+1], "->"); ok {
			entity, table, _ := strings.Cut(ref, " ")
			c.Ref = &model.RowRef{Entity: entity, Table: table}
		} else if pairs[i+1] != "NULL" {
			c.Value = ptr(pairs[i+1])
		}
		out = append(out, c)
	}
	return out
}

func insert(table, entity, lost string, pairs ...string) model.PlanRow {
	r := model.PlanRow{Table: "public." + table, Entity: entity, Action: "insert", Cells: cells(pairs...), Why: "code in mail", Evidence: []string{"mail:<" + entity + "@x>", "stripe:ch_1"}}
	if lost != "" {
		r.Key = []string{lost}
	}
	return r
}

// update makes an update from column, was, value triples.
func update(table, entity, key string, triples ...string) model.PlanRow {
	r := model.PlanRow{Table: "public." + table, Entity: entity, Action: "update", Key: []string{key}}
	for i := 0; i < len(triples); i += 3 {
		c := cells(triples[i], triples[i+2])[0]
		if triples[i+1] != "NULL" {
			c.Was = ptr(triples[i+1])
		}
		r.Cells = append(r.Cells, c)
	}
	return r
}

// plan makes a plan of rows for the company, as its schema is now.
func plan(t *testing.T, s *pgtest.Server, db, run string, rows ...model.PlanRow) *model.Plan {
	t.Helper()
	p := &model.Plan{Run: run, Business: "Hires & Söhne", Slug: "hires", Dialect: "postgres", Cut: "2026-02-01T00:00:00Z", Rows: rows,
		Schema: schemaOf(t, s, db), Ack: []string{"outbox:insert"},
		Anchors: []model.Anchor{{Table: "public.clients", Where: []model.AnchorCol{{Column: "id", Value: "1"}, {Column: "email", Value: "c1@example.test"}}}},
		Fence: []model.FenceEntry{{Table: "public.hires", Column: "id", Type: "integer", Sequence: "public.hires_id_seq", BackupMax: 30, EvidenceMax: 60, Floor: 100},
			{Table: "public.clients", Column: "id", Type: "integer", Sequence: "public.clients_id_seq", BackupMax: 20, EvidenceMax: 25, Floor: 50},
			{Table: "public.visits", Column: "id", Type: "integer", Sequence: "public.visits_id_seq", BackupMax: 2, EvidenceMax: 77, Floor: 100}},
		Tables: []model.PlanTable{
			{Name: "public.clients", Key: []string{"id"}, KeyFrom: "sequence", Sequence: "public.clients_id_seq", KeepKey: true, Find: [][]string{{"email"}}},
			{Name: "public.hires", Key: []string{"id"}, KeyFrom: "sequence", Sequence: "public.hires_id_seq", KeepKey: true, Find: [][]string{{"reference"}, {"client_id", "from_at"}}},
			{Name: "public.receipts", Key: []string{"id"}, KeyFrom: "identity", Sequence: "public.receipts_id_seq", KeepKey: true, Find: [][]string{{"psp"}}},
			{Name: "public.papers", Key: []string{"id"}, KeyFrom: "uuid", KeepKey: true},
			{Name: "public.hire_tags", Key: []string{"hire_id", "tag"}, KeyFrom: "none"},
			{Name: "public.visits", Key: []string{"id"}, KeyFrom: "sequence", Sequence: "public.visits_id_seq", KeepKey: true},
		}}
	for i := range p.Tables {
		for _, r := range rows {
			if r.Table == p.Tables[i].Name && r.Action == "insert" {
				p.Tables[i].Insert++
			} else if r.Table == p.Tables[i].Name {
				p.Tables[i].Update++
			}
		}
	}
	return p
}

// lostRows are the rows of a usual plan: four customers, twelve bookings, receipts, papers, tags,
// visits, and two changes to rows that the backup has.
func lostRows() []model.PlanRow {
	var rows []model.PlanRow
	for i := range 4 {
		rows = append(rows, insert("clients", fmt.Sprintf("customer:%d", i), fmt.Sprint(21+i), "name", fmt.Sprintf("Ännä %d", i), "email", fmt.Sprintf("n%d@example.test", i)))
	}
	rows = append(rows, update("clients", "customer:old", "2", "note", "NULL", "rang twice"))
	for i := range 12 {
		rows = append(rows, insert("hires", fmt.Sprintf("reservation:%d", i), fmt.Sprint(31+i), "reference", fmt.Sprintf("N%d", i),
			"client_id", fmt.Sprintf("->customer:%d public.clients", i%4), "car_id", fmt.Sprint(1+i),
			"from_at", fmt.Sprintf("2026-03-%02dT10:00:00+00", 1+i), "to_at", fmt.Sprintf("2026-03-%02dT10:00:00+00", 2+i), "stage", "BOOKED", "price", "5000", "weight", "1.5"))
	}
	rows = append(rows, update("hires", "reservation:old", "3", "stage", "BOOKED", "CLOSED", "price", "300", "350", "changed", "2026-01-01 00:00:00+00", "2026-02-15T00:00:00Z"))
	for i := range 12 {
		rows = append(rows, insert("receipts", fmt.Sprintf("payment:%d", i), "", "hire_id", fmt.Sprintf("->reservation:%d public.hires", i), "pence", "5000", "psp", fmt.Sprintf("ch_n%d", i)))
	}
	rows = append(rows,
		insert("papers", "reservation:0", "6f2c1d9e-0000-4000-8000-000000000001", "hire_id", "->reservation:0 public.hires", "body", "signed"),
		insert("papers", "reservation:1", "", "hire_id", "->reservation:1 public.hires"),
		insert("hire_tags", "reservation:0", "", "hire_id", "->reservation:0 public.hires", "tag", "vip"),
		insert("visits", "visit:1", "77", "on_day", "2026-01-20", "what", "january"),
		insert("visits", "visit:2", "", "on_day", "2026-02-20", "what", "february"))
	for i := range rows {
		if rows[i].Table == "public.papers" || rows[i].Table == "public.hire_tags" {
			rows[i].Part = "rows.0"
		}
	}
	return rows
}

// export is a written export and where it is run.
type export struct {
	t   *testing.T
	s   *pgtest.Server
	db  string
	dir string
	m   *script.Manifest
}

func write(t *testing.T, s *pgtest.Server, db string, p *model.Plan) *export {
	t.Helper()
	dir := t.TempDir()
	m, err := script.Write(p, dir, map[string][]byte{"plan.jsonl": []byte("{}\n")})
	require.NoError(t, err)
	return &export{t, s, db, dir, m}
}

// try runs one file as a person would, with its word of confirmation.
func (e *export) try(file string, more ...string) (string, bool) {
	e.t.Helper()
	word := e.m.Confirm
	if strings.HasPrefix(file, "undo/") {
		word = e.m.ConfirmRollback
	}
	args := append([]string{"PGOPTIONS=-c salvage.confirm=" + word}, more...)
	out, errs, exit := e.s.Psql(e.t, e.db, append(args, "-q", "-v", "ON_ERROR_STOP=1", "-f", filepath.Join(e.dir, filepath.FromSlash(file)))...)
	return out + errs, exit == 0
}

func (e *export) must(files ...string) {
	e.t.Helper()
	for _, f := range files {
		out, ok := e.try(f)
		require.True(e.t, ok, "%s: %s", f, out)
	}
}

func (e *export) refused(file, why string) {
	e.t.Helper()
	out, ok := e.try(file)
	require.False(e.t, ok, "%s passed: %s", file, out)
	require.Contains(e.t, out, why)
}

func (e *export) read(file string) string {
	e.t.Helper()
	b, err := os.ReadFile(filepath.Join(e.dir, file))
	require.NoError(e.t, err)
	return string(b)
}

func (e *export) q(sql string) string { e.t.Helper(); return e.s.Query(e.t, e.db, sql) }

// hashes of all tables of the company.
func (e *export) hashes() map[string]string {
	e.t.Helper()
	return e.s.TableHashes(e.t, e.db, "salvage")
}

var numbered = []string{"00_fence.sql", "01_preflight.sql", "10_arm.sql", "20_apply.sql", "30_verify.sql"}
