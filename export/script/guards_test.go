package script_test

// This file: each guard made to fail once, and clients that do their worst.

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"salvage/fixtures/pgtest"
	"salvage/model"
)

// TestGuards prepares a database, spoils one thing, and expects the file to refuse with every
// table as it was.
func TestGuards(t *testing.T) {
	s, db := company(t)
	cases := []struct {
		name  string
		ready []string // files that run first
		spoil string   // SQL
		opts  string   // more PGOPTIONS
		file  string
		why   string
		mend  string // SQL that takes the spoiling back
		plan  func(p *model.Plan)
	}{
		{name: "not armed", file: "20_apply.sql", why: "is not armed"},
		{name: "not armed, schema there", ready: []string{"10_arm.sql"}, spoil: `DELETE FROM salvage.ledger`, file: "20_apply.sql", why: "is not armed"},
		{name: "delay not over", ready: []string{"10_arm.sql"}, file: "20_apply.sql", why: "waits until", plan: func(p *model.Plan) { p.ArmDelay = 3600 }},
		{name: "another plan", ready: []string{"10_arm.sql"}, spoil: `UPDATE salvage.ledger SET plan_sha256 = 'x'`, file: "20_apply.sql", why: "another plan"},
		{name: "another cluster", ready: []string{"10_arm.sql"}, spoil: `UPDATE salvage.ledger SET system_id = '1'`, file: "20_apply.sql", why: "armed on another database"},
		{name: "another database of the cluster", ready: []string{"10_arm.sql"}, spoil: `UPDATE salvage.ledger SET database_oid = 1`, file: "20_apply.sql", why: "armed on another database"},
		{name: "counters off", ready: []string{"10_arm.sql"}, opts: " -c track_counts=off", file: "20_apply.sql", why: "track_counts is off"},
		{name: "triggers and foreign keys off", ready: []string{"10_arm.sql"}, opts: " -c session_replication_role=replica", file: "20_apply.sql", why: "foreign keys are not checked"},
		{name: "column added", ready: []string{"10_arm.sql"}, spoil: `ALTER TABLE hires ADD fuel text`, mend: `ALTER TABLE hires DROP fuel`, file: "20_apply.sql", why: "hires.fuel: added since"},
		{name: "column gone", ready: []string{"10_arm.sql"}, spoil: `ALTER TABLE clients RENAME note TO remark`, mend: `ALTER TABLE clients RENAME remark TO note`, file: "20_apply.sql", why: "clients.note: missing"},
		{name: "column of another type", ready: []string{"10_arm.sql"}, spoil: `ALTER TABLE clients ALTER note TYPE varchar(500)`, mend: `ALTER TABLE clients ALTER note TYPE text`, file: "20_apply.sql", why: "type character varying(500), not text"},
		{name: "trigger added", ready: []string{"10_arm.sql"}, spoil: `CREATE TRIGGER more AFTER INSERT ON clients FOR EACH ROW EXECUTE FUNCTION mail()`, mend: `DROP TRIGGER more ON clients`, file: "20_apply.sql", why: "trigger more on public.clients: added since"},
		{name: "anchor gone", ready: []string{"10_arm.sql"}, spoil: `UPDATE clients SET email = 'x' WHERE id = 1`, mend: `UPDATE clients SET email = 'c1@example.test' WHERE id = 1`, file: "20_apply.sql", why: "public.clients with id 1"},
		{name: "anchor gone, fence", spoil: `UPDATE clients SET email = 'x' WHERE id = 1`, mend: `UPDATE clients SET email = 'c1@example.test' WHERE id = 1`, file: "00_fence.sql", why: "public.clients with id 1"},
		{name: "anchor gone, preflight", spoil: `UPDATE clients SET email = 'x' WHERE id = 1`, mend: `UPDATE clients SET email = 'c1@example.test' WHERE id = 1`, file: "01_preflight.sql", why: "preflight is red: anchors"},
		{name: "anchor gone, arm", spoil: `UPDATE clients SET email = 'x' WHERE id = 1`, mend: `UPDATE clients SET email = 'c1@example.test' WHERE id = 1`, file: "10_arm.sql", why: "public.clients with id 1"},
		{name: "side effect not acknowledged", ready: []string{"10_arm.sql"}, file: "20_apply.sql", why: "outbox: 12 inserted (planned 0)", plan: func(p *model.Plan) { p.Ack = nil }},
		{name: "side effect of another kind", ready: []string{"10_arm.sql"}, file: "20_apply.sql", why: "audit: 12 inserted (planned 0)",
			spoil: `CREATE OR REPLACE FUNCTION mail() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO outbox (hire_id) VALUES (NEW.id); INSERT INTO audit (what) VALUES (NEW.reference); RETURN NULL; END'`,
			mend:  `CREATE OR REPLACE FUNCTION mail() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO outbox (hire_id) VALUES (NEW.id); RETURN NULL; END'`},
		{name: "a trigger drops rows", ready: []string{"10_arm.sql"}, file: "20_apply.sql", why: "are not there",
			spoil: `CREATE OR REPLACE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'; DROP TRIGGER touch ON hires; CREATE TRIGGER touch BEFORE INSERT ON hires FOR EACH ROW EXECUTE FUNCTION touch()`,
			mend:  `CREATE OR REPLACE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.changed := clock_timestamp(); RETURN NEW; END'; DROP TRIGGER touch ON hires; CREATE TRIGGER touch BEFORE UPDATE ON hires FOR EACH ROW EXECUTE FUNCTION touch()`, plan: func(p *model.Plan) { p.Rows = p.Rows[:18] }},
		{name: "verify before apply", ready: []string{"10_arm.sql"}, file: "30_verify.sql", why: "is not applied"},
		{name: "rollback before apply", ready: []string{"10_arm.sql"}, file: "undo/90_rollback.sql", why: "is not applied"},
		{name: "fence past the end of the type", spoil: `ALTER SEQUENCE hires_id_seq MAXVALUE 90`, mend: `ALTER SEQUENCE hires_id_seq MAXVALUE 2147483647`, file: "00_fence.sql", why: "its maximum is 90"},
		{name: "role may not", file: "01_preflight.sql", why: "permission denied", opts: " -c role=pg_monitor"},
		{name: "enum word missing", file: "01_preflight.sql", why: "missing: LOST", plan: func(p *model.Plan) { *p.Rows[5].Cells[5].Value = "LOST" }},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s.Query(t, db, `DROP SCHEMA IF EXISTS salvage CASCADE`)
			p := plan(t, s, db, "bbbbbbbbbbbb", lostRows()...)
			if c.plan != nil {
				c.plan(p)
			}
			e := write(t, s, db, p)
			e.must(c.ready...)
			if c.spoil != "" {
				e.q(c.spoil)
			}
			if c.mend != "" {
				defer func() { e.q(c.mend) }()
			}
			before, sequences := e.hashes(), s.Sequences(t, db)
			word := e.m.Confirm
			if strings.HasPrefix(c.file, "undo/") {
				word = e.m.ConfirmRollback
			}
			out, ok := e.try(c.file, "PGOPTIONS=-c salvage.confirm="+word+c.opts)
			require.False(t, ok, out)
			require.Contains(t, out, c.why)
			require.Empty(t, pgtest.Differ(before, e.hashes()))
			if c.file != "20_apply.sql" {
				require.Equal(t, sequences, s.Sequences(t, db))
			}
			if len(c.ready) > 0 {
				require.NotContains(t, e.q(`SELECT string_agg(state, ',') FROM salvage.ledger`), "applied")
				require.Equal(t, "0", e.q(`SELECT count(*) FROM salvage.id_map`))
			}
		})
	}
}

func TestNoConfirmation(t *testing.T) {
	s, db := company(t)
	e := write(t, s, db, plan(t, s, db, "cccccccccccc", lostRows()...))
	e.must("10_arm.sql")
	before, sequences := s.TableHashes(t, db), s.Sequences(t, db)
	require.NotEqual(t, e.m.Confirm, e.m.ConfirmRollback)
	for _, file := range append(numbered, "undo/90_rollback.sql") {
		wrong := e.m.ConfirmRollback
		if strings.HasPrefix(file, "undo/") {
			wrong = e.m.Confirm
		}
		for _, opts := range []string{"PGOPTIONS=", "PGOPTIONS=-c salvage.confirm=" + wrong} {
			out, errs, exit := s.Psql(t, db, opts, "-q", "-v", "ON_ERROR_STOP=1", "-f", filepath.Join(e.dir, file))
			require.Equal(t, 3, exit, out)
			require.Contains(t, errs, "was not confirmed")
		}
	}
	require.Empty(t, pgtest.Differ(before, s.TableHashes(t, db)))
	require.Equal(t, sequences, s.Sequences(t, db))
}

func TestWrongDatabase(t *testing.T) {
	s, db := company(t)
	e := write(t, s, db, plan(t, s, db, "dddddddddddd", lostRows()...))
	e.db = db[:20] + "_other"
	s.CreateDB(t, e.db)
	for _, file := range append(numbered, "undo/90_rollback.sql") {
		_, ok := e.try(file)
		require.False(t, ok, file)
	}
	require.Empty(t, s.TableHashes(t, e.db), "not even the ledger")
	require.Empty(t, e.q(`SELECT nspname FROM pg_namespace WHERE nspname = 'salvage'`))
}

// TestCopiedDatabase arms one database, copies it, and applies to the copy.
func TestCopiedDatabase(t *testing.T) {
	s, db := company(t)
	e := write(t, s, db, plan(t, s, db, "eeeeeeeeeeee", lostRows()...))
	e.must("00_fence.sql", "10_arm.sql")
	e.db = "script_copied_to"
	s.CloneDB(t, e.db, db)
	e.refused("20_apply.sql", "armed on another database ("+db)
	e.must("10_arm.sql", "20_apply.sql", "30_verify.sql")
	e.db = db
	e.must("20_apply.sql")
}

var transaction = regexp.MustCompile(`(?m)^(BEGIN( TRANSACTION[^;]*)?|COMMIT);$`)

// TestWorstClients runs the import with clients that strip the transaction, ignore errors, or
// lose the end of the file.
func TestWorstClients(t *testing.T) {
	s, db := company(t)
	e := write(t, s, db, plan(t, s, db, "ffffffffffff", lostRows()...))
	apply := e.read("20_apply.sql")
	run := func(text string, stop string) (string, int) {
		file := filepath.Join(t.TempDir(), "x.sql")
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		out, errs, exit := s.Psql(t, db, "PGOPTIONS=-c salvage.confirm="+e.m.Confirm, "-q", "-v", "ON_ERROR_STOP="+stop, "-f", file)
		return out + errs, exit
	}
	for _, file := range numbered[:4] {
		stripped := transaction.ReplaceAllString(e.read(file), "")
		before, sequences := s.TableHashes(t, db), s.Sequences(t, db)
		for _, stop := range []string{"1", "0"} {
			out, _ := run(stripped, stop)
			require.Contains(t, out, "one transaction", file)
			require.Empty(t, pgtest.Differ(before, s.TableHashes(t, db)), file)
			require.Equal(t, sequences, s.Sequences(t, db), file)
		}
	}
	e.must("00_fence.sql", "10_arm.sql")
	before := s.TableHashes(t, db)
	stripped := transaction.ReplaceAllString(apply, "")
	run(stripped, "0")
	require.Empty(t, pgtest.Differ(before, s.TableHashes(t, db)), "armed, transaction stripped, errors ignored")
	for part := 1; part < 12; part++ { // cut at line ends, where a cut is most dangerous
		lines := strings.SplitAfter(apply, "\n")
		run(strings.Join(lines[:len(lines)*part/12], ""), "0")
		require.Empty(t, pgtest.Differ(before, s.TableHashes(t, db)), "cut after %d/12", part)
	}
	run(apply[:strings.LastIndex(apply, "COMMIT;")], "1")
	require.Empty(t, pgtest.Differ(before, s.TableHashes(t, db)), "cut before COMMIT")
	out, exit := run("SELECT 1/0;\n"+apply, "0")
	require.Zero(t, exit, out)
	after := s.TableHashes(t, db)
	require.Contains(t, pgtest.Differ(before, after), "public.hires", "errors before the file do not matter")
	out, _ = run(apply, "0")
	require.Contains(t, out, "applied already")
	require.Empty(t, pgtest.Differ(after, s.TableHashes(t, db)), "a second time, errors ignored")
}

// TestOneQuery sends whole files as one query, as drivers and graphical clients do.
func TestOneQuery(t *testing.T) {
	s, db := company(t)
	e := write(t, s, db, plan(t, s, db, "abababababab", lostRows()...))
	for _, file := range numbered {
		_, errs, exit := s.Psql(t, db, "-q", "-v", "ON_ERROR_STOP=1", "-c", "SET salvage.confirm = '"+e.m.Confirm+"'; "+e.read(file))
		require.Zero(t, exit, errs)
	}
	require.Equal(t, "applied", e.q(`SELECT state FROM salvage.ledger`))
	require.Equal(t, "12", e.q(`SELECT count(*) FROM hires WHERE reference LIKE 'N%'`))
}

func TestLockedTable(t *testing.T) {
	s, db := company(t)
	e := write(t, s, db, plan(t, s, db, "acacacacacac", lostRows()...))
	e.must("00_fence.sql", "10_arm.sql")
	before := s.TableHashes(t, db)
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.Psql(t, db, "-c", `BEGIN; LOCK TABLE hires; SELECT pg_advisory_lock(7); SELECT pg_sleep(8); ROLLBACK`)
	}()
	for s.Query(t, db, `SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 7`) != "1" {
		continue
	}
	e.refused("20_apply.sql", "lock timeout")
	require.Equal(t, before["public.clients"], s.TableHashes(t, db, "salvage")["public.clients"])
	<-done
	require.Empty(t, pgtest.Differ(before, s.TableHashes(t, db)))
	e.must("20_apply.sql", "30_verify.sql")
}

func TestTwoRunners(t *testing.T) {
	s, db := company(t)
	e := write(t, s, db, plan(t, s, db, "adadadadadad", lostRows()...))
	e.must("00_fence.sql", "10_arm.sql")
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.Psql(t, db, "-c", `BEGIN; SELECT pg_advisory_xact_lock(7241893374025991); SELECT pg_sleep(4); ROLLBACK`)
	}()
	for s.Query(t, db, `SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'`) != "1" {
		continue
	}
	e.refused("20_apply.sql", "another salvage file runs")
	<-done
	e.must("20_apply.sql", "30_verify.sql")
}

// TestHiddenRows runs as a role from which a policy hides rows.
func TestHiddenRows(t *testing.T) {
	s, db := company(t)
	e := write(t, s, db, plan(t, s, db, "aeaeaeaeaeae", lostRows()...))
	e.must("grants.sql", "00_fence.sql")
	e.q(`ALTER TABLE clients ENABLE ROW LEVEL SECURITY; CREATE POLICY own ON clients USING (id = 1)`)
	out, ok := e.try("10_arm.sql", "PGUSER=salvage_apply")
	require.False(t, ok)
	require.Contains(t, out, "row-level security")
	e.q(`DROP OWNED BY salvage_apply CASCADE; DROP ROLE salvage_apply`)
}
