{{.Header}}
BEGIN TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE;
{{template "settings" .}}
DO {{do "arm" .}};

SELECT l.run, l.state, l.armed_at, l.armed_by, l.armed_at + make_interval(secs => {{.ArmDelay}}) AS "apply from", l.database
FROM salvage.ledger l WHERE l.run = {{lit .Run}};
COMMIT;
{{define "arm"}}
DECLARE
  bad text;
  led record;
  sys text;
  dboid bigint;
BEGIN
{{- template "in-transaction" .}}
{{- template "one-runner" .}}
{{- template "right-database" .}}
  -- the ledger of all runs and the map from lost keys to keys, kept for ever
  IF to_regnamespace('salvage') IS NULL THEN
    CREATE SCHEMA salvage;
  END IF;
  IF to_regclass('salvage.ledger') IS NULL THEN
    CREATE TABLE salvage.ledger (
      run text PRIMARY KEY,
      attempt integer NOT NULL DEFAULT 1,      -- counts up when a run that was rolled back is armed again
      plan_sha256 text NOT NULL,
      state text NOT NULL CHECK (state IN ('armed', 'applied', 'rolled back', 'rolled back in part')),
      armed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      armed_by text NOT NULL DEFAULT session_user,
      applied_at timestamptz,
      applied_by text,
      rolled_back_at timestamptz,
      rolled_back_by text,
      system_id text NOT NULL,
      database_oid bigint NOT NULL,
      database text NOT NULL,
      expected jsonb NOT NULL,                 -- per table: rows planned
      actual jsonb                             -- per table: what became of them
    );
    CREATE TABLE salvage.id_map (
      run text NOT NULL REFERENCES salvage.ledger,
      attempt integer NOT NULL,
      n integer NOT NULL,                      -- place in the plan
      entity text NOT NULL,
      tbl text NOT NULL,
      part text NOT NULL,                      -- entity, tbl and part name the row for ever
      lost_key text,                           -- the key it had, as evidence names it
      new_key text,                            -- the key it has now
      key text[],                              -- the same by key column
      how text NOT NULL,                       -- new, original, linked, known, updated, added, same, not needed, held:<why>
      row_hash text,                           -- of the whole row as this run left it
      written jsonb,                           -- what salvage wrote into it so far, by column
      stored jsonb,                            -- the whole row as this run left it
      was jsonb,                               -- the whole row before this run changed it
      cols text[],                             -- the columns that this run changed in a row that was there
      undone boolean NOT NULL DEFAULT false,   -- rolled back
      PRIMARY KEY (run, attempt, n)
    );
    CREATE INDEX id_map_entity ON salvage.id_map (entity, tbl, part);
    CREATE INDEX id_map_key ON salvage.id_map (tbl, new_key);
    CREATE TABLE salvage.side_row (            -- rows that triggers wrote along with ours, in acknowledged tables
      run text NOT NULL REFERENCES salvage.ledger,
      attempt integer NOT NULL,
      tbl text NOT NULL,
      key text[] NOT NULL,
      row_hash text NOT NULL,
      undone boolean NOT NULL DEFAULT false
    );
    COMMENT ON SCHEMA salvage IS 'ledger and id map of rows that salvage reimported: keep';
  ELSIF NOT EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = 'salvage.ledger'::regclass AND a.attname = 'plan_sha256') THEN
    RAISE EXCEPTION 'salvage: this database has a schema named salvage that is not ours';
  END IF;
  IF to_regrole({{lit .Role}}) IS NOT NULL AND current_user <> {{lit .Role}} THEN
    GRANT USAGE ON SCHEMA salvage TO {{ident .Role}};
    GRANT SELECT, INSERT, UPDATE ON salvage.ledger, salvage.id_map, salvage.side_row TO {{ident .Role}};
  END IF;

  SELECT c.system_identifier::text INTO sys FROM pg_control_system() c;
  SELECT d.oid::bigint INTO dboid FROM pg_database d WHERE d.datname = current_database();
  SELECT * INTO led FROM salvage.ledger l WHERE l.run = {{lit .Run}} FOR UPDATE;
  IF NOT FOUND THEN
    INSERT INTO salvage.ledger (run, plan_sha256, state, system_id, database_oid, database, expected)
    VALUES ({{lit .Run}}, {{lit .PlanSHA}}, 'armed', sys, dboid, current_database(), {{lit .Expected}});
  ELSIF led.state = 'applied' THEN
    RAISE EXCEPTION 'salvage: run {{.Run}} was applied already, at % by %', led.applied_at, led.applied_by
      USING HINT = 'nothing to do; 30_verify.sql checks it, undo/90_rollback.sql undoes it';
  ELSIF led.plan_sha256 <> {{lit .PlanSHA}} THEN
    RAISE EXCEPTION 'salvage: run {{.Run}} is in the ledger with another plan';
  ELSIF led.state = 'armed' AND led.system_id = sys AND led.database_oid = dboid THEN
    RAISE NOTICE 'salvage: run {{.Run}} is armed since %', led.armed_at;
  ELSE
    UPDATE salvage.ledger SET state = 'armed', attempt = attempt + CASE WHEN led.state = 'armed' THEN 0 ELSE 1 END,
      armed_at = clock_timestamp(), armed_by = session_user, applied_at = NULL, applied_by = NULL, actual = NULL,
      system_id = sys, database_oid = dboid, database = current_database()
    WHERE run = {{lit .Run}};
  END IF;
END
{{end}}
