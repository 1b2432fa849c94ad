package script_test

// This file: good runs on a real server, later runs on top of them, and the way back.

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"salvage/export/script"
	"salvage/fixtures/pgtest"
	"salvage/model"
)

func TestGoodRun(t *testing.T) {
	s, db := company(t)
	e := write(t, s, db, plan(t, s, db, "aaaaaaaaaaaa", lostRows()...))
	before := e.hashes()
	e.must(numbered...)
	require.Equal(t, "31,32,33,34,35,36,37,38,39,40,41,42", e.q(`SELECT string_agg(id::text, ',' ORDER BY id) FROM hires WHERE reference LIKE 'N%'`), "lost keys are kept")
	require.Equal(t, "12", e.q(`SELECT count(*) FROM hires h JOIN clients c ON c.id = h.client_id AND c.name = 'Ännä ' || (substr(reference, 2)::int % 4) WHERE reference LIKE 'N%'`))
	require.Equal(t, "CLOSED 350", e.q(`SELECT stage || ' ' || price FROM hires WHERE id = 3`))
	require.Equal(t, "rang twice", e.q(`SELECT note FROM clients WHERE id = 2`))
	require.Equal(t, "12", e.q(`SELECT count(*) FROM outbox`))
	require.Equal(t, "77|2026-01-20", e.q(`SELECT id, on_day FROM visits_1 WHERE what = 'january'`))
	require.Equal(t, "6f2c1d9e-0000-4000-8000-000000000001", e.q(`SELECT id FROM papers WHERE body = 'signed'`))
	require.Equal(t, "2", e.q(`SELECT count(DISTINCT id) FROM papers`))
	require.Equal(t, "12", e.q(`SELECT count(*) FROM receipts r JOIN salvage.id_map m ON m.tbl = 'public.receipts' AND m.new_key = r.id::text AND m.how = 'new'`))
	require.Equal(t, "applied", e.q(`SELECT state FROM salvage.ledger`))
	e.refused("20_apply.sql", "applied already")
	e.refused("10_arm.sql", "applied already")
	e.must("30_verify.sql")
	e.must("undo/90_rollback.sql")
	require.Empty(t, pgtest.Differ(before, e.hashes()))
	require.Equal(t, "rolled back", e.q(`SELECT state FROM salvage.ledger`))
	e.refused("30_verify.sql", "rolled back")
	e.refused("undo/90_rollback.sql", "rolled back")
	e.refused("20_apply.sql", "rolled back")
	e.must("10_arm.sql", "20_apply.sql", "30_verify.sql", "undo/90_rollback.sql")
	require.Empty(t, pgtest.Differ(before, e.hashes()), "armed, applied and undone once more")
	require.Equal(t, "O,O,O", e.q(`SELECT string_agg(tgenabled::text, ',') FROM pg_trigger WHERE NOT tgisinternal`), "triggers work again")
}

// TestReusedKeys has live rows that took lost keys before the fence: nothing of theirs moves.
func TestReusedKeys(t *testing.T) {
	s, db := company(t)
	e := write(t, s, db, plan(t, s, db, "a1a1a1a1a1a1", lostRows()...))
	e.q(`INSERT INTO clients (name, email) VALUES ('Live 1', 'l1@example.test'), ('Live 2', 'l2@example.test');
	     INSERT INTO hires (reference, client_id, car_id, from_at, to_at) SELECT 'L' || n, 21, 39, timestamptz '2026-04-01+00' + n * interval '1 day', timestamptz '2026-04-01 12:00+00' + n * interval '1 day' FROM generate_series(1, 5) n;
	     INSERT INTO receipts (hire_id, pence) SELECT id, 1 FROM hires WHERE reference LIKE 'L%'`)
	live := `SELECT md5(string_agg(h::text, ';' ORDER BY id)) FROM hires h WHERE reference LIKE 'L%'`
	before, was := e.hashes(), e.q(live)
	e.must(numbered...)
	require.Equal(t, was, e.q(live))
	require.Equal(t, "31:L1 35:L5 36:N5", e.q(`SELECT string_agg(id || ':' || reference, ' ' ORDER BY id) FROM hires WHERE id IN (31, 35, 36)`))
	require.Equal(t, "new 5, original 7", e.q(`SELECT string_agg(how || ' ' || c, ', ' ORDER BY how) FROM (SELECT how, count(*) c FROM salvage.id_map WHERE tbl = 'public.hires' AND lost_key::int > 30 GROUP BY 1) x`))
	require.Equal(t, "12", e.q(`SELECT count(*) FROM hires h JOIN clients c ON c.id = h.client_id AND c.name = 'Ännä ' || (substr(reference, 2)::int % 4) WHERE reference LIKE 'N%'`), "references follow the new keys")
	require.Equal(t, "12", e.q(`SELECT count(*) FROM receipts r JOIN hires h ON h.id = r.hire_id WHERE 'ch_' || lower(h.reference) = r.psp`))
	require.Equal(t, "true", e.q(`SELECT (nextval('hires_id_seq') > (SELECT max(id) FROM hires))::text`))
	e.must("undo/90_rollback.sql")
	require.Empty(t, pgtest.Differ(before, e.hashes()))
}

// TestUnfenced applies without the fence, onto ids that were written ahead of the sequence.
func TestUnfenced(t *testing.T) {
	s, db := company(t)
	e := write(t, s, db, plan(t, s, db, "a2a2a2a2a2a2", lostRows()...))
	e.q(`INSERT INTO clients (id, name) VALUES (22, 'ahead of the sequence')`)
	e.must("10_arm.sql", "20_apply.sql")
	require.Equal(t, "21,23,24,25", e.q(`SELECT string_agg(id::text, ',' ORDER BY id) FROM clients WHERE name LIKE 'Ännä%'`))
	e.q(`INSERT INTO clients (name) VALUES ('next')`)
}

// TestTypedInAgain has live rows that people typed in again: they are linked, not doubled.
func TestTypedInAgain(t *testing.T) {
	s, db := company(t)
	rows := append(lostRows(), insert("papers", "customer:1", "", "body", "part of a linked customer"))
	rows[len(rows)-1].Part = "adr"
	e := write(t, s, db, plan(t, s, db, "a3a3a3a3a3a3", rows...))
	e.must("00_fence.sql")
	e.q(`INSERT INTO clients (name, email) VALUES ('Typed again', 'N1@example.test');
	     INSERT INTO hires (reference, client_id, car_id, from_at, to_at) SELECT 'N5', max(id), 6, '2026-03-06 09:00+00', '2026-03-07 10:00+00' FROM clients;
	     INSERT INTO hires (client_id, car_id, from_at, to_at) SELECT max(id), 10, '2026-03-10 10:00+00', '2026-03-11 10:00+00' FROM clients`)
	typed := e.q(`SELECT md5(string_agg(h::text, ';' ORDER BY id)) FROM hires h WHERE id > 100`)
	before := e.hashes()
	e.must("01_preflight.sql", "10_arm.sql", "20_apply.sql", "30_verify.sql")
	require.Equal(t, typed, e.q(`SELECT md5(string_agg(h::text, ';' ORDER BY id)) FROM hires h WHERE id > 100`))
	require.Equal(t, "customer:1 linked, reservation:5 linked, reservation:9 linked",
		e.q(`SELECT string_agg(entity || ' ' || how, ', ' ORDER BY entity) FROM salvage.id_map WHERE how = 'linked'`), "by email, by code, by customer and time")
	require.Equal(t, "3", e.q(`SELECT count(*) FROM hires h JOIN clients c ON c.id = h.client_id WHERE c.email = 'N1@example.test' OR c.email = 'n1@example.test'`), "the customer's other booking hangs on the linked one")
	require.Equal(t, "101|102", e.q(`SELECT string_agg(hire_id::text, '|' ORDER BY hire_id) FROM receipts WHERE psp IN ('ch_n5', 'ch_n9')`))
	require.Equal(t, "not needed", e.q(`SELECT how FROM salvage.id_map WHERE part = 'adr'`))
	e.must("undo/90_rollback.sql")
	require.Empty(t, pgtest.Differ(before, e.hashes()))
}

// manyRows are enough bookings for a few to be held at apply.
func manyRows() []model.PlanRow {
	rows := lostRows()
	for i := range 120 {
		rows = append(rows, insert("visits", fmt.Sprintf("visit:many%d", i), "", "on_day", "2026-01-15", "what", fmt.Sprint(i)))
	}
	return rows
}

// TestHeldAtApply has live rows that some planned ones would collide with.
func TestHeldAtApply(t *testing.T) {
	s, db := company(t)
	e := write(t, s, db, plan(t, s, db, "a4a4a4a4a4a4", manyRows()...))
	e.must("00_fence.sql", "10_arm.sql")
	e.q(`INSERT INTO hires (reference, client_id, car_id, from_at, to_at) VALUES ('LIVE', 1, 3, '2026-03-03 12:00+00', '2026-03-03 13:00+00');
	     UPDATE clients SET note = 'somebody wrote here' WHERE id = 2`)
	before := e.hashes()
	e.must("20_apply.sql")
	require.Equal(t, "customer:old held:changed since, payment:2 held:hangs on a row that is held, reservation:2 held:collides by hires_car_id_stay_excl",
		e.q(`SELECT string_agg(entity || ' ' || how, ', ' ORDER BY entity) FROM salvage.id_map WHERE how LIKE 'held:%'`))
	require.Equal(t, "11", e.q(`SELECT count(*) FROM hires WHERE reference LIKE 'N%'`))
	require.Equal(t, "somebody wrote here", e.q(`SELECT note FROM clients WHERE id = 2`))
	e.must("30_verify.sql", "undo/90_rollback.sql")
	require.Empty(t, pgtest.Differ(before, e.hashes()))

	e.must("10_arm.sql")
	e.q(`UPDATE hires SET stage = 'VOID', price = 1 WHERE id = 3; INSERT INTO clients (name, email) VALUES ('a', 'zz@example.test');
	     INSERT INTO hires (reference, client_id, car_id, from_at, to_at) VALUES ('LIVE2', 1, 7, '2026-03-07 12:00+00', '2026-03-07 13:00+00')`)
	before = e.hashes()
	e.refused("20_apply.sql", "more than 2 % of the planned rows cannot be written")
	require.Empty(t, pgtest.Differ(before, e.hashes()))
}

// TestMovedAway has a booking whose update frees the car for a new one at the same time.
func TestMovedAway(t *testing.T) {
	s, db := company(t)
	rows := []model.PlanRow{
		update("hires", "reservation:old", "3", "from_at", "2026-01-04 10:00:00+00", "2026-05-04T10:00:00+00", "to_at", "2026-01-05 10:00:00+00", "2026-05-05T10:00:00+00"),
		insert("hires", "reservation:new", "31", "reference", "N1", "client_id", "1", "car_id", "4", "from_at", "2026-01-04T10:00:00+00", "to_at", "2026-01-05T10:00:00+00"),
	}
	e := write(t, s, db, plan(t, s, db, "a5a5a5a5a5a5", rows...))
	before := e.hashes()
	e.must(numbered...)
	require.Equal(t, "2", e.q(`SELECT count(*) FROM salvage.id_map WHERE how IN ('original', 'updated')`))
	e.must("undo/90_rollback.sql")
	require.Empty(t, pgtest.Differ(before, e.hashes()))
}

// TestTwoRuns applies a second export of the same case: only what is new or decided arrives, and
// each run is undone on its own.
func TestTwoRuns(t *testing.T) {
	s, db := company(t)
	first := write(t, s, db, plan(t, s, db, "a6a6a6a6a6a6", lostRows()...))
	before := first.hashes()
	first.must(numbered...)
	between := first.hashes()
	first.q(`UPDATE clients SET note = 'a person wrote this' WHERE name = 'Ännä 3'`)
	edited := first.hashes()

	rows := lostRows()
	*rows[0].Cells[0].Value = "Ännä decided"                        // a new row's cell
	rows[3].Cells = append(rows[3].Cells, cells("note", "ours")...) // a cell that a person filled since
	rows[4].Cells = append(rows[4].Cells, update("clients", "", "2", "name", "Client 2", "Client Two").Cells...)
	*rows[17].Cells[1].Value = "375" // a cell that the first run changed
	rows = append(rows, insert("hires", "reservation:late", "43", "reference", "N43", "client_id", "->customer:0 public.clients", "car_id", "30", "from_at", "2026-03-20T10:00:00+00", "to_at", "2026-03-21T10:00:00+00"))
	p := plan(t, s, db, "a7a7a7a7a7a7", rows...)
	p.Supersedes = []string{"a6a6a6a6a6a6"}
	second := write(t, s, db, p)
	second.must(numbered...)
	require.Equal(t, "13", second.q(`SELECT count(*) FROM hires WHERE reference LIKE 'N%'`), "nothing is doubled")
	require.Equal(t, "43", second.q(`SELECT id FROM hires WHERE reference = 'N43'`))
	require.Equal(t, "Ännä decided", second.q(`SELECT name FROM clients WHERE email = 'n0@example.test'`))
	require.Equal(t, "a person wrote this", second.q(`SELECT note FROM clients WHERE name = 'Ännä 3'`))
	require.Equal(t, "Client Two rang twice", second.q(`SELECT name || ' ' || note FROM clients WHERE id = 2`))
	require.Equal(t, "CLOSED 375", second.q(`SELECT stage || ' ' || price FROM hires WHERE id = 3`))
	require.Equal(t, "held:changed since 1, known 31, original 1, updated 3", strings.ReplaceAll(second.q(`SELECT string_agg(how || ' ' || c, ', ' ORDER BY how) FROM (SELECT how, count(*) c FROM salvage.id_map WHERE run = 'a7a7a7a7a7a7' GROUP BY 1) x`), "\n", ""))

	first.refused("undo/90_rollback.sql", "later runs rest on rows of run a6a6a6a6a6a6: a7a7a7a7a7a7")
	second.must("undo/90_rollback.sql")
	require.Empty(t, pgtest.Differ(edited, second.hashes()))
	first.refused("undo/90_rollback.sql", "public.clients 24: changed since")
	first.q(`ALTER TABLE clients DISABLE TRIGGER touch; UPDATE clients SET note = NULL, changed = '2026-01-01+00' WHERE name = 'Ännä 3'; ALTER TABLE clients ENABLE TRIGGER touch`)
	require.Empty(t, pgtest.Differ(between, first.hashes()))
	first.must("undo/90_rollback.sql")
	require.Empty(t, pgtest.Differ(before, first.hashes()))
}

// TestOutside has a later plan that points at a row which only an earlier run wrote.
func TestOutside(t *testing.T) {
	s, db := company(t)
	first := write(t, s, db, plan(t, s, db, "a8a8a8a8a8a8", lostRows()...))
	first.must("00_fence.sql", "10_arm.sql", "20_apply.sql")
	row := insert("receipts", "payment:later", "", "hire_id", "->reservation:3 public.hires", "pence", "1", "psp", "ch_later")
	second := write(t, s, db, plan(t, s, db, "a9a9a9a9a9a9", row))
	second.must(numbered...)
	require.Equal(t, "34", second.q(`SELECT hire_id FROM receipts WHERE psp = 'ch_later'`))
	first.refused("undo/90_rollback.sql", "in use by")
	row.Cells[0].Ref.Entity = "reservation:unknown"
	third := write(t, s, db, plan(t, s, db, "b0b0b0b0b0b0", row))
	third.must("10_arm.sql")
	third.refused("20_apply.sql", "points at a row that neither it nor an earlier run writes")
}

// TestRollbackRefuses has people work with imported rows.
func TestRollbackRefuses(t *testing.T) {
	s, db := company(t)
	e := write(t, s, db, plan(t, s, db, "b1b1b1b1b1b1", lostRows()...))
	e.must(numbered...)
	for _, c := range []struct{ name, work, why, mend string }{
		{"edited", `UPDATE receipts SET pence = 1 WHERE psp = 'ch_n0'`, "changed since", `UPDATE receipts SET pence = 5000 WHERE psp = 'ch_n0'`},
		{"paid", `INSERT INTO receipts (hire_id, pence, psp) VALUES (31, 1, 'live')`, "in use by", `DELETE FROM receipts WHERE psp = 'live'`},
		{"booked by an imported customer", `INSERT INTO hires (reference, client_id, car_id, from_at, to_at) VALUES ('LIVE', 21, 40, '2026-06-01+00', '2026-06-02+00')`, "in use by", `DELETE FROM outbox WHERE hire_id IN (SELECT id FROM hires WHERE reference = 'LIVE'); DELETE FROM hires WHERE reference = 'LIVE'`},
		{"removed", `DELETE FROM hire_tags`, "gone", `INSERT INTO hire_tags VALUES (31, 'vip')`},
	} {
		e.q(c.work)
		before := s.TableHashes(t, db)
		e.refused("undo/90_rollback.sql", c.why)
		require.Empty(t, pgtest.Differ(before, s.TableHashes(t, db)), c.name)
		e.q(c.mend)
	}
	e.q(`UPDATE outbox SET sent = true WHERE hire_id = 31`)
	e.must("undo/90_rollback.sql")
	require.Equal(t, "rolled back in part|1", e.q(`SELECT (SELECT state FROM salvage.ledger), count(*) FROM outbox`), "a mail that was sent stays noted")
}

// TestVerifyRed changes what was imported and expects verify to see it.
func TestVerifyRed(t *testing.T) {
	s, db := company(t)
	e := write(t, s, db, plan(t, s, db, "b2b2b2b2b2b2", lostRows()...))
	e.must(numbered...)
	e.q(`UPDATE receipts SET pence = 1 WHERE psp = 'ch_n0'`)
	e.refused("30_verify.sql", "public.receipts: values as planned: pence (changed since)")
	e.q(`UPDATE receipts SET pence = 5000 WHERE psp = 'ch_n0'; DELETE FROM receipts WHERE psp = 'ch_n0'`)
	e.refused("30_verify.sql", "public.receipts: rows present: 11 of 12")
}

// TestRole runs everything but the fixtures' set-up as the role of grants.sql.
func TestRole(t *testing.T) {
	s, db := company(t)
	e := write(t, s, db, plan(t, s, db, "b3b3b3b3b3b3", lostRows()...))
	e.must("grants.sql", "grants.sql")
	for _, f := range numbered {
		out, ok := e.try(f, "PGUSER=salvage_apply")
		require.True(t, ok, "%s: %s", f, out)
	}
	for _, sql := range []string{`DELETE FROM receipts`, `TRUNCATE receipts`, `UPDATE clients SET id = 1`, `UPDATE cars SET plate = ''`, `DROP TABLE papers`, `DELETE FROM salvage.side_row WHERE false; DELETE FROM outbox`} {
		_, errs, _ := s.Psql(t, db, "PGUSER=salvage_apply", "-q", "-v", "ON_ERROR_STOP=1", "-c", sql)
		require.Regexp(t, "permission denied|must be owner", errs, sql)
	}
	e.must("undo/90_rollback.sql")
	e.q(`DROP OWNED BY salvage_apply CASCADE; DROP ROLE salvage_apply`)
}

// TestHostileText writes strings that break naive quoting, under the worst settings.
func TestHostileText(t *testing.T) {
	s, db := company(t)
	hostile := []string{`'`, `''`, `\`, `\\`, `\'`, `'; DROP TABLE clients; --`, `$salvage$`, `$$`, `$1`, "a\nb", "a\r\nb", "tab\there", "\x01\x02\x1b[31m", `"quoted"`, `:name`, `:'name'`, `:"name"`,
		`\. `, `\q`, `\! touch /tmp/x`, `/* open`, `*/`, `--`, `-- COMMIT;`, `COMMIT;`, `NULL`, `\N`, `{a,b}`, `E'\x41'`, `Zażółć gęślą jaźń`, `日本語`, `Ω≈ç√∫`, "\u202eevil", "\ufeffbom", `🚗`, "\u2028", ` leading and trailing `, `%s %I %%`, `{{.Run}}`, strings.Repeat("x", 5000), ""}
	var rows []model.PlanRow
	for i, h := range hostile {
		r := insert("clients", fmt.Sprintf("customer:%s%d", h, i), "", "name", "x", "note", "x")
		r.Cells[0].Value, r.Cells[1].Value = ptr(h), ptr(h)
		r.Why, r.Evidence = h, []string{h, h}
		rows = append(rows, r)
	}
	e := write(t, s, db, plan(t, s, db, "b4b4b4b4b4b4", rows...))
	e.q(`ALTER DATABASE ` + db + ` SET standard_conforming_strings = off; ALTER DATABASE ` + db + ` SET client_encoding = 'LATIN1'; ALTER DATABASE ` + db + ` SET datestyle = 'German'; ALTER DATABASE ` + db + ` SET search_path = ''`)
	for _, f := range append(numbered, "undo/90_rollback.sql", "10_arm.sql", "20_apply.sql") {
		out, ok := e.try(f, "PGCLIENTENCODING=LATIN1")
		require.True(t, ok, "%s: %s", f, out)
	}
	got := s.Query(t, db, `SET client_encoding = 'UTF8'; SELECT string_agg(encode(convert_to(name, 'UTF8'), 'hex') || ':' || encode(convert_to(note, 'UTF8'), 'hex'), ' ' ORDER BY id) FROM public.clients WHERE id > 20`)
	var want []string
	for _, h := range hostile {
		want = append(want, fmt.Sprintf("%x:%x", h, h))
	}
	require.Equal(t, strings.Join(want, " "), got)
}

// TestOddNames has tables and columns whose names need care, and an anchor and keys to match.
func TestOddNames(t *testing.T) {
	s, db := company(t)
	s.Query(t, db, `CREATE SCHEMA "Old Data"; CREATE TABLE "Old Data"."Order; DROP" ("Id" bigserial PRIMARY KEY, "select" text, "a""b" varchar(3), "$salvage$" text DEFAULT 'x', "n" integer, "%s" json)`)
	rows := []model.PlanRow{{Table: "Old Data.Order; DROP", Entity: "reservation:1", Action: "insert", Key: []string{"7"}, Cells: cells("select", "x", `a"b`, "abc", "$salvage$", "$salvage$", "%s", `{"a": 1}`)}}
	p := plan(t, s, db, "b5b5b5b5b5b5")
	p.Tables = []model.PlanTable{{Name: "Old Data.Order; DROP", Key: []string{"Id"}, KeyFrom: "sequence", Sequence: "Old Data.Order; DROP_Id_seq", KeepKey: true, Find: [][]string{{"select"}}, Insert: 1}}
	p.Fence = []model.FenceEntry{{Table: "Old Data.Order; DROP", Column: "Id", Type: "bigint", Sequence: "Old Data.Order; DROP_Id_seq", Floor: 10}}
	p.Rows, p.Ack = rows, nil
	e := write(t, s, db, p)
	before := e.hashes()
	e.must(numbered...)
	require.Equal(t, `7|x|abc|$salvage$|{"a": 1}`, e.q(`SELECT "Id", "select", "a""b", "$salvage$", "%s" FROM "Old Data"."Order; DROP"`))
	e.must("undo/90_rollback.sql")
	require.Empty(t, pgtest.Differ(before, e.hashes()))

	*rows[0].Cells[1].Value = "too long for the column"
	e = write(t, s, db, p)
	e.q(`DROP SCHEMA salvage CASCADE`)
	e.must("10_arm.sql")
	e.refused("20_apply.sql", "value too long for type character varying(3)")
}

// TestFenceAlone runs the fence on its own, twice: forwards only.
func TestFenceAlone(t *testing.T) {
	s, db := company(t)
	e := write(t, s, db, plan(t, s, db, "b6b6b6b6b6b6", lostRows()...))
	before := s.TableHashes(t, db)
	e.must("00_fence.sql")
	require.Equal(t, "100 true", s.Sequences(t, db)["public.hires_id_seq"])
	e.q(`SELECT setval('hires_id_seq', 5000)`)
	e.must("00_fence.sql")
	require.Equal(t, "5000 true", s.Sequences(t, db)["public.hires_id_seq"])
	require.Empty(t, pgtest.Differ(before, s.TableHashes(t, db)))
}

// TestLiveTraffic imports while people go on booking.
func TestLiveTraffic(t *testing.T) {
	s, db := company(t)
	e := write(t, s, db, plan(t, s, db, "b8b8b8b8b8b8", lostRows()...))
	e.must("00_fence.sql", "10_arm.sql")
	done := make(chan string)
	go func() {
		_, errs, _ := s.Psql(t, db, "-q", "-c", `DO $$ BEGIN FOR i IN 1..400 LOOP
			INSERT INTO clients (name) VALUES ('traffic'); INSERT INTO receipts (hire_id, pence) VALUES (1, i); UPDATE hires SET price = i WHERE id = 5; COMMIT; PERFORM pg_sleep(0.005); END LOOP; END $$`)
		done <- errs
	}()
	for e.q(`SELECT count(*) FROM clients WHERE name = 'traffic'`) == "0" {
		continue
	}
	e.must("20_apply.sql", "30_verify.sql")
	require.Empty(t, <-done)
	require.Equal(t, "400|12", e.q(`SELECT count(*) FILTER (WHERE name = 'traffic'), (SELECT count(*) FROM hires WHERE reference LIKE 'N%') FROM clients`))
	e.must("undo/90_rollback.sql")
}

func TestDeterministic(t *testing.T) {
	s, db := company(t)
	p := plan(t, s, db, "b7b7b7b7b7b7", lostRows()...)
	a, b := write(t, s, db, p), write(t, s, db, p)
	require.Equal(t, a.m, b.m)
	require.Equal(t, a.read("MANIFEST.json"), b.read("MANIFEST.json"))
	require.Len(t, a.m.Files, 9)
	require.Equal(t, script.TableCount{Insert: 12, Update: 1}, a.m.Tables["public.hires"])
}
