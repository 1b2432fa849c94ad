package script_test

// This file: the linter, quoting, and plans that are refused before anything is written.

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"salvage/export/script"
	"salvage/model"
)

func TestLint(t *testing.T) {
	const in = "BEGIN; SET LOCAL a = 'b'; "
	for _, c := range []struct{ name, file, sql, why string }{
		{"good", "20_apply.sql", in + `DO $x$ BEGIN INSERT INTO "public"."hires" ("a") SELECT 1; END $x$; COMMIT;`, ""},
		{"good update by placeholder", "20_apply.sql", in + `DO $x$ BEGIN EXECUTE format('UPDATE %s AS t SET a = 1', 'x'); END $x$; COMMIT;`, ""},
		{"data may say anything", "20_apply.sql", in + `INSERT INTO pg_temp.x VALUES ('; DROP TABLE y; -- '''), (E'\\'); COMMIT;`, ""},
		{"drop", "20_apply.sql", in + `DROP TABLE x; COMMIT;`, `statement "drop"`},
		{"drop in a block", "20_apply.sql", in + `DO $x$ BEGIN DROP TABLE x; END $x$; COMMIT;`, "DROP"},
		{"delete in a block", "20_apply.sql", in + `DO $x$ BEGIN DELETE FROM "public"."hires"; END $x$; COMMIT;`, "DELETE"},
		{"delete in a text", "20_apply.sql", in + `DO $x$ BEGIN EXECUTE format('DELETE FROM %s t USING u', 'x'); END $x$; COMMIT;`, "DELETE"},
		{"alter in a text", "20_apply.sql", in + `DO $x$ BEGIN EXECUTE format('ALTER TABLE %s DISABLE TRIGGER x', 'x'); END $x$; COMMIT;`, "ALTER"},
		{"other execute", "20_apply.sql", in + `DO $x$ BEGIN EXECUTE 'DE' || 'LETE FROM x'; END $x$; COMMIT;`, "EXECUTE"},
		{"other table", "20_apply.sql", in + `DO $x$ BEGIN INSERT INTO "public"."staff" SELECT 1; END $x$; COMMIT;`, "INSERT"},
		{"insert outside a block", "20_apply.sql", in + `INSERT INTO "public"."hires" SELECT 1; COMMIT;`, "outside a block"},
		{"update of a planned table by name", "10_arm.sql", in + `DO $x$ BEGIN UPDATE "public"."hires" SET a = 1; END $x$; COMMIT;`, "UPDATE"},
		{"grant", "20_apply.sql", in + `GRANT ALL ON x TO y; COMMIT;`, "not allowed"},
		{"truncate", "90_rollback.sql", in + `DO $x$ BEGIN TRUNCATE x; END $x$; COMMIT;`, "TRUNCATE"},
		{"copy to program", "20_apply.sql", in + `DO $x$ BEGIN COPY x TO PROGRAM 'y'; END $x$; COMMIT;`, "COPY"},
		{"after commit", "20_apply.sql", in + `COMMIT; SELECT 1;`, "end with COMMIT"},
		{"no commit", "20_apply.sql", in + `SELECT 1;`, "end with COMMIT"},
		{"two transactions", "20_apply.sql", in + `COMMIT; BEGIN; COMMIT;`, "more than one"},
		{"no begin", "20_apply.sql", `SET LOCAL a = 'b'; COMMIT;`, "begin with BEGIN"},
		{"not ended", "20_apply.sql", in + `COMMIT`, "not ended"},
		{"session setting", "20_apply.sql", in + `SET a = 'b'; COMMIT;`, "SET without LOCAL"},
		{"psql command", "20_apply.sql", in + "\\! sh\nCOMMIT;", "not allowed"},
		{"psql variable", "20_apply.sql", in + `SELECT :name; COMMIT;`, "variable"},
		{"open quote", "20_apply.sql", in + `SELECT 'x; COMMIT;`, "not closed"},
		{"open dollar quote", "20_apply.sql", in + `DO $x$ BEGIN; COMMIT;`, "not closed"},
		{"block comment", "20_apply.sql", in + `/* x */ COMMIT;`, "block comment"},
		{"reading file writes", "30_verify.sql", `BEGIN TRANSACTION READ ONLY; INSERT INTO pg_temp.x SELECT 1; COMMIT;`, "INSERT"},
		{"reading file may write", "30_verify.sql", `BEGIN; COMMIT;`, "READ ONLY"},
		{"setval", "20_apply.sql", in + `SELECT setval('x', 1); COMMIT;`, "SETVAL"},
		{"savepoint", "20_apply.sql", in + `DO $x$ BEGIN SAVEPOINT a; END $x$; COMMIT;`, "SAVEPOINT"},
		{"unknown file", "21_other.sql", in + `COMMIT;`, "no rules"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := script.Lint(c.file, []byte(c.sql), `"public"."hires"`)
			if c.why == "" {
				require.NoError(t, err)
				return
			}
			require.Error(t, err)
			found := false
			for why := range strings.SplitSeq(c.why, "\x00") {
				found = found || strings.Contains(err.Error(), why)
			}
			require.True(t, found, err.Error())
		})
	}
}

// small is a plan of one table, with no server needed.
func small() *model.Plan {
	return &model.Plan{Run: "c0c0c0c0c0c0", Business: "B", Slug: "b", Dialect: "postgres",
		Schema: &model.Schema{Dialect: "postgres", Tables: []*model.Table{{Schema: "public", Name: "hires", PrimaryKey: []string{"id"}, Columns: []*model.Column{
			{Name: "id", Type: "integer", Sequence: "public.hires_id_seq"}, {Name: "code", Type: "character varying(10)"}, {Name: "days", Type: "integer", Generated: true}}}}},
		Tables: []model.PlanTable{{Name: "public.hires", Key: []string{"id"}, KeyFrom: "sequence", Sequence: "public.hires_id_seq", Insert: 1}},
		Rows:   []model.PlanRow{insert("hires", "reservation:1", "", "code", "A1")}}
}

func TestRefused(t *testing.T) {
	for _, c := range []struct {
		name  string
		spoil func(p *model.Plan)
		why   string
	}{
		{"dialect", func(p *model.Plan) { p.Dialect = "mysql" }, `dialect "mysql" is not built yet`},
		{"no tables", func(p *model.Plan) { p.Tables = nil }, "names no tables"},
		{"no schema", func(p *model.Plan) { p.Schema = nil }, "no schema"},
		{"unknown table", func(p *model.Plan) { p.Tables[0].Name = "public.x" }, "table public.x: the schema does not have it"},
		{"row of another table", func(p *model.Plan) { p.Rows[0].Table = "public.x" }, "not among the planned ones"},
		{"unknown column", func(p *model.Plan) { p.Rows[0].Cells[0].Column = "x" }, "reservation:1 in public.hires: column x is not in the schema"},
		{"computed column", func(p *model.Plan) { p.Rows[0].Cells[0].Column = "days" }, "column days is computed by the database"},
		{"twice", func(p *model.Plan) { p.Rows = append(p.Rows, p.Rows[0]) }, "the plan has this row twice"},
		{"NUL", func(p *model.Plan) { *p.Rows[0].Cells[0].Value = "a\x00b" }, "reservation:1 in public.hires: column code: it holds a NUL"},
		{"not UTF-8", func(p *model.Plan) { *p.Rows[0].Cells[0].Value = "a\xff" }, "column code: it is not valid UTF-8"},
		{"action", func(p *model.Plan) { p.Rows[0].Action = "delete" }, `action "delete" is unknown`},
		{"update without key", func(p *model.Plan) { p.Rows[0].Action = "update" }, "0 of 1 key values"},
		{"key source", func(p *model.Plan) { p.Tables[0].KeyFrom = "guess" }, `key from "guess" is unknown`},
		{"reference outside", func(p *model.Plan) { p.Rows[0].Cells[0].Ref = &model.RowRef{Entity: "x", Table: "public.y"} }, "points at table public.y, which is not planned"},
		{"acknowledged delete", func(p *model.Plan) { p.Ack = []string{"hires:delete"} }, "only insert and update can be acknowledged\nhint:"},
		{"acknowledged unknown", func(p *model.Plan) { p.Ack = []string{"mails:insert"} }, "no table mails"},
		{"type that is SQL", func(p *model.Plan) { p.Schema.Tables[0].Columns[1].Type = "text; DROP TABLE x" }, "is not one this can write"},
		{"fence without sequence", func(p *model.Plan) { p.Fence = []model.FenceEntry{{Table: "public.hires", Column: "id", Floor: 1}} }, "no sequence is named"},
		{"slug", func(p *model.Plan) { p.Slug = "it's" }, "must be words"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, dir := small(), t.TempDir()
			c.spoil(p)
			_, err := script.Write(p, dir, nil)
			require.ErrorContains(t, err, c.why)
			left, err := os.ReadDir(dir)
			require.NoError(t, err)
			require.Empty(t, left, "nothing is written")
		})
	}
	_, err := script.Write(small(), t.TempDir(), map[string][]byte{"20_apply.sql": nil})
	require.ErrorContains(t, err, "extra file 20_apply.sql")
	_, err = script.Write(small(), "/proc/nothing", nil)
	require.Error(t, err)
}

func TestFiles(t *testing.T) {
	dir := t.TempDir()
	m, err := script.Write(small(), dir, map[string][]byte{"plan.jsonl": []byte("{}\n"), "held.csv": []byte("x\n")})
	require.NoError(t, err)
	require.Equal(t, "b-c0c0c0c0c0c0", m.Confirm)
	for _, f := range []string{"README.txt", "00_fence.sql", "01_preflight.sql", "10_arm.sql", "20_apply.sql", "30_verify.sql", "undo/90_rollback.sql", "grants.sql", "plan.jsonl", "held.csv"} {
		require.Len(t, m.Files[f], 64, f)
	}
	require.Len(t, m.Files, 10)
	apply, err := os.ReadFile(dir + "/20_apply.sql")
	require.NoError(t, err)
	require.Contains(t, string(apply), "-- reservation:1: code in mail [mail:<reservation:1@x>, stripe:ch_1]")
	require.True(t, strings.HasSuffix(string(apply), "\nCOMMIT;\n"))
	for i, line := range strings.Split(string(apply), "\n") {
		require.NotContains(t, line, `\`, "line %d", i+1)
	}
}
