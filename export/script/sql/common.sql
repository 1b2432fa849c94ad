{{define "settings" -}}
SET LOCAL client_encoding = 'UTF8';
SET LOCAL standard_conforming_strings = on;
DO {{do "open" .}};
SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL "salvage.run" = {{lit .Run}};  -- gone outside a transaction: the proof that there is one
SET LOCAL TimeZone = 'UTC';
SET LOCAL DateStyle = 'ISO, YMD';
SET LOCAL IntervalStyle = 'postgres';
SET LOCAL bytea_output = 'hex';
SET LOCAL extra_float_digits = 1;
SET LOCAL row_security = off;            -- rows that a policy hides are an error, not a miscount
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '30min';
SET LOCAL idle_in_transaction_session_timeout = '5min';
{{end}}

{{define "open"}}
BEGIN
  -- the word must have been given for this very file
  IF pg_catalog.current_setting('salvage.confirm', true) IS DISTINCT FROM {{lit .Word}} THEN
    RAISE EXCEPTION 'salvage: {{.File}} was not confirmed'
      USING HINT = {{lit .ConfirmHint}};
  END IF;
  -- triggers of the company run under the search path they are used to; our own statements never do
  PERFORM pg_catalog.set_config('salvage.app_path',
    pg_catalog.concat('pg_catalog, ', pg_catalog.current_setting('search_path'), {{lit .AppPath}}), true);
END
{{end}}

{{define "in-transaction"}}
  -- G1: everything in one transaction; a client that strips BEGIN loses the setting
  IF current_setting('salvage.run', true) IS DISTINCT FROM {{lit .Run}} THEN
    RAISE EXCEPTION 'salvage: {{.File}} does not run in one transaction'
      USING HINT = 'run the whole file, with its BEGIN and COMMIT, in one session';
  END IF;
{{- if .Canary}}
  IF current_setting('server_encoding') <> 'SQL_ASCII' AND char_length({{lit .Canary}}) <> 1 THEN
    RAISE EXCEPTION 'salvage: the client does not send this file as UTF-8'
      USING HINT = 'SET client_encoding = ''UTF8'' before running it';
  END IF;
{{- end}}
{{end}}

{{define "one-runner"}}
  -- G0: one runner at a time
  IF NOT pg_try_advisory_xact_lock(7241893374025991) THEN
    RAISE EXCEPTION 'salvage: another salvage file runs on this database now'
      USING HINT = 'wait for it to end, then run this file again';
  END IF;
{{end}}

{{define "server"}}
  IF pg_is_in_recovery() THEN
    RAISE EXCEPTION 'salvage: this server is a standby'
      USING HINT = 'connect to the primary';
  END IF;
  IF current_setting('server_version_num')::integer < 130000 THEN
    RAISE EXCEPTION 'salvage: this server is older than PostgreSQL 13';
  END IF;
  IF current_setting('session_replication_role') <> 'origin' THEN
    RAISE EXCEPTION 'salvage: session_replication_role is %, so foreign keys are not checked', current_setting('session_replication_role');
  END IF;
{{end}}

{{define "fingerprint-query"}}
    WITH want (sch, tbl, col, typ) AS (VALUES
{{- range $i, $t := .Tabs}}{{range $j, $c := $t.Cols}}{{if or $i $j}},{{end}}
      ({{lit (schema $t)}}::text, {{lit $t.T.Name}}::text, {{lit $c.Name}}::text, {{lit $c.Formal}}::text){{end}}{{end}}),
    want_trigger (sch, tbl, name) AS (
      SELECT NULL::text, NULL::text, NULL::text WHERE false
{{- range $t := .Tabs}}{{range $t.T.Triggers}}
      UNION ALL SELECT {{lit (schema $t)}}, {{lit $t.T.Name}}, {{lit .Name}}{{end}}{{end}}),
    rel AS (
      SELECT c.oid, n.nspname::text AS sch, c.relname::text AS tbl
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'p') AND (n.nspname::text, c.relname::text) IN (SELECT w.sch, w.tbl FROM want w)),
    have AS (
      SELECT r.sch, r.tbl, a.attname::text AS col, format_type(a.atttypid, a.atttypmod) AS typ,
             format_type(d.typbasetype, d.typtypmod) AS base, format_type(d.typbasetype, -1) AS bare
      FROM rel r JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
      LEFT JOIN pg_type d ON d.oid = a.atttypid AND d.typtype = 'd'),
    have_trigger AS (
      SELECT r.sch, r.tbl, g.tgname::text AS name
      FROM rel r JOIN pg_trigger g ON g.tgrelid = r.oid AND NOT g.tgisinternal)
    SELECT format('column %s.%s.%s: ', coalesce(w.sch, h.sch), coalesce(w.tbl, h.tbl), coalesce(w.col, h.col)) ||
           CASE WHEN h.col IS NULL THEN 'missing' WHEN w.col IS NULL THEN 'added since'
                ELSE format('type %s, not %s', h.typ, w.typ) END AS what
    FROM want w FULL JOIN have h ON h.sch = w.sch AND h.tbl = w.tbl AND h.col = w.col
    WHERE h.col IS NULL OR w.col IS NULL OR w.typ NOT IN (h.typ, coalesce(h.base, h.typ), coalesce(h.bare, h.typ))
    UNION ALL
    SELECT format('trigger %s on %s.%s: ', coalesce(w.name, h.name), coalesce(w.sch, h.sch), coalesce(w.tbl, h.tbl)) ||
           CASE WHEN h.name IS NULL THEN 'missing' ELSE 'added since' END
    FROM want_trigger w FULL JOIN have_trigger h ON h.sch = w.sch AND h.tbl = w.tbl AND h.name = w.name
    WHERE h.name IS NULL OR w.name IS NULL
{{- end}}

{{define "anchor-query"}}
    SELECT NULL::text AS what WHERE false
{{- range .AnchorRows}}
    UNION ALL SELECT {{lit .What}} WHERE NOT EXISTS (SELECT 1 FROM {{.SQL}} t WHERE {{.Where}}){{end}}
{{- end}}

{{define "right-database"}}
{{- template "server" .}}
  -- G3: the planned tables are as the plan knew them
  SELECT string_agg(x.what, '; ' ORDER BY x.what) INTO bad FROM (
{{- template "fingerprint-query" .}}) x;
  IF bad IS NOT NULL THEN
    RAISE EXCEPTION 'salvage: the tables are not those that the plan was made for: %', left(bad, 2000)
      USING HINT = 'this is another database, or it was migrated since: name a fresh dump of it as live: and export again';
  END IF;
  -- G4: rows that the backup had and that must still be here
  SELECT string_agg(x.what, '; ' ORDER BY x.what) INTO bad FROM (
{{- template "anchor-query" .}}) x;
  IF bad IS NOT NULL THEN
    RAISE EXCEPTION 'salvage: rows of the backup are not in this database: %', left(bad, 2000)
      USING HINT = 'this is another database, or these rows were changed since: compare them with the backup';
  END IF;
{{end}}

{{define "armed"}}
  -- G2 and G5: this database was armed for this plan, the delay is over, and it was not applied before
  IF to_regclass('salvage.ledger') IS NULL THEN
    RAISE EXCEPTION 'salvage: run {{.Run}} is not armed' USING HINT = 'run 10_arm.sql first';
  END IF;
  SELECT * INTO led FROM salvage.ledger l WHERE l.run = {{lit .Run}} FOR UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'salvage: run {{.Run}} is not armed' USING HINT = 'run 10_arm.sql first';
  END IF;
  IF led.state = 'applied' THEN
    RAISE EXCEPTION 'salvage: run {{.Run}} was applied already, at % by %', led.applied_at, led.applied_by
      USING HINT = 'nothing to do; 30_verify.sql checks it, undo/90_rollback.sql undoes it';
  END IF;
  IF led.state IS DISTINCT FROM 'armed' THEN
    RAISE EXCEPTION 'salvage: run {{.Run}} is %', led.state USING HINT = 'run 10_arm.sql again';
  END IF;
  IF led.plan_sha256 IS DISTINCT FROM {{lit .PlanSHA}} THEN
    RAISE EXCEPTION 'salvage: run {{.Run}} was armed for another plan' USING HINT = 'run the 10_arm.sql of this folder';
  END IF;
  IF led.system_id IS DISTINCT FROM (SELECT system_identifier::text FROM pg_control_system())
     OR led.database_oid IS DISTINCT FROM (SELECT d.oid::bigint FROM pg_database d WHERE d.datname = current_database()) THEN
    RAISE EXCEPTION 'salvage: run {{.Run}} was armed on another database (%, system %)', led.database, led.system_id
      USING HINT = 'the ledger came here with a copy: run 10_arm.sql here';
  END IF;
  IF clock_timestamp() < led.armed_at + make_interval(secs => {{.ArmDelay}}) THEN
    RAISE EXCEPTION 'salvage: run {{.Run}} was armed at % and waits until %', led.armed_at, led.armed_at + make_interval(secs => {{.ArmDelay}})
      USING HINT = 'the delay is there for second thoughts: run this file again when it is over';
  END IF;
{{end}}
