{{.Header}}
BEGIN TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE;
{{template "settings" .}}
-- 1. Guards: the right database, armed, waited, not applied before.
DO {{do "apply-guards" .}};

-- 2. Staging. These tables are this session's own and vanish at COMMIT; all values are text
--    until they are cast to the types of the columns.
CREATE TEMP TABLE salvage_tab (ord integer PRIMARY KEY, tbl text UNIQUE, rel text, match text, image text, planned_inserts integer, planned_updates integer) ON COMMIT DROP;
CREATE TEMP TABLE salvage_col (tbl text, col text, pos integer, typ text, eq text, PRIMARY KEY (tbl, col)) ON COMMIT DROP;
CREATE TEMP TABLE salvage_row (
  n integer PRIMARY KEY,        -- place in the plan
  tbl text, entity text, part text,
  action text,                  -- insert, update, add, pick; outside: only pointed at, written by an earlier run
  lost text,                    -- the key that evidence names
  key text[],                   -- the key in this database, once it is known
  how text,                     -- what becomes of it
  written jsonb, base_written jsonb, base jsonb, was jsonb, stored jsonb, row_hash text, cols text[],
  many boolean NOT NULL DEFAULT false
) ON COMMIT DROP;
CREATE TEMP TABLE salvage_cell (n integer, col text, was text, val text, ref integer, pos integer) ON COMMIT DROP;
CREATE TEMP TABLE salvage_edge (n integer, ref integer) ON COMMIT DROP;
CREATE TEMP TABLE salvage_change (n integer, tbl text, col text, base text, base2 text, val text, state text) ON COMMIT DROP;
CREATE TEMP TABLE salvage_job (n integer PRIMARY KEY, tbl text, key text[], cells jsonb) ON COMMIT DROP;
CREATE TEMP TABLE salvage_stat (rel oid PRIMARY KEY, ins bigint, upd bigint, del bigint) ON COMMIT DROP;
CREATE TEMP TABLE salvage_ack (rel text, verb text, key text, image text) ON COMMIT DROP;
{{- if .Shapes}}
CREATE TEMP TABLE salvage_after (n integer PRIMARY KEY, shape integer) ON COMMIT DROP;  -- rows to add to and to claim
CREATE TEMP TABLE salvage_where (n integer, w integer, val text, ref integer, pos integer, PRIMARY KEY (n, w)) ON COMMIT DROP;{{end}}
{{- range .Tabs}}{{if .Sigs}}
CREATE TEMP TABLE salvage_s{{.Ord}} ("salvage n" integer PRIMARY KEY, "salvage cols" integer, "salvage entity" text, "salvage part" text, "salvage lost" text
{{- range .Stage}}, {{.SQL}} text{{end}}{{range .Refs}}, "ref {{.RefN}}" integer{{end}}) ON COMMIT DROP;  -- {{remark .Name}}
CREATE TEMP TABLE salvage_c{{.Ord}} ("salvage n" integer, LIKE {{.SQL}} INCLUDING DEFAULTS INCLUDING GENERATED) ON COMMIT DROP;{{end}}

CREATE TEMP TABLE salvage_m{{.Ord}} ("salvage n" integer, LIKE {{.SQL}} INCLUDING DEFAULTS INCLUDING GENERATED) ON COMMIT DROP;
{{- if .Sums}}
CREATE TEMP TABLE salvage_sum{{.Ord}} (key text[]{{range .Sums}}, {{.SQL}} numeric{{end}}) ON COMMIT DROP;{{end}}{{end}}
{{range .Tabs}}
INSERT INTO pg_temp.salvage_tab (ord, tbl, rel, match, image, planned_inserts, planned_updates) VALUES ({{.Ord}}, {{lit .Name}}, {{lit .SQL}}, {{lit (match . "t" "r.key")}}, {{lit (image . "t")}}, {{.Inserts}}, {{.Updates}});
INSERT INTO pg_temp.salvage_col (tbl, col, pos, typ, eq) VALUES
{{- $t := .}}{{range $i, $c := .Cols}}{{if $i}},{{end}}
  ({{lit $t.Name}}, {{lit $c.Name}}, {{$c.Pos}}, {{lit $c.Cast}}, {{lit $c.Eq}}){{end}};
{{- end}}
{{- range .Acks}}
INSERT INTO pg_temp.salvage_ack (rel, verb, key, image) VALUES ({{lit .SQL}}, {{lit .Verb}}, {{lit .Key}}, {{lit .Image}});{{end}}

-- 3. The rows.
{{.Staging}}
{{- range .Outside}}
INSERT INTO pg_temp.salvage_row (n, tbl, entity, part, action) VALUES ({{.N}}, {{lit .Table}}, {{lit .Entity}}, {{lit .Part}}, 'outside');{{end}}
{{- range $t := .Tabs}}{{if .Sigs}}
INSERT INTO pg_temp.salvage_row (n, tbl, entity, part, action, lost)
  SELECT s."salvage n", {{lit .Name}}, s."salvage entity", s."salvage part", 'insert', s."salvage lost" FROM pg_temp.salvage_s{{.Ord}} s;
{{- range .Refs}}
INSERT INTO pg_temp.salvage_edge (n, ref) SELECT s."salvage n", s."ref {{.RefN}}" FROM pg_temp.salvage_s{{$t.Ord}} s WHERE s."ref {{.RefN}}" IS NOT NULL;{{end}}{{end}}{{end}}
INSERT INTO pg_temp.salvage_edge (n, ref) SELECT c.n, c.ref FROM pg_temp.salvage_cell c WHERE c.ref IS NOT NULL;
{{- if .Shapes}}
INSERT INTO pg_temp.salvage_edge (n, ref) SELECT w.n, w.ref FROM pg_temp.salvage_where w WHERE w.ref IS NOT NULL;{{end}}
CREATE INDEX ON pg_temp.salvage_row (entity);
CREATE INDEX ON pg_temp.salvage_edge (n);
ANALYZE pg_temp.salvage_row;
ANALYZE pg_temp.salvage_edge;
{{- range .Tabs}}{{if .Sigs}}
ANALYZE pg_temp.salvage_s{{.Ord}};{{end}}{{end}}

-- 4. Link: rows that an earlier run wrote, and rows that somebody typed in again since the backup,
--    are not doubled. Rows up to the backup's highest key were weighed when the plan was made.
DO {{do "link" .}};

-- 5. Keys: the lost one where it is free, else the next of the sequence.
DO {{do "keys" .}};

-- 6. Changes to rows that are there: compare and set.
DO {{do "changes" .}};

{{- if .Picks}}

-- 6a. Free rows are claimed: the first one in order for the first that asks.
DO {{do "picks" .}};{{end}}

-- 7. Rows that would collide with what is there are held, and what hangs on them.
DO {{do "candidates" .}};
{{- range .Tabs}}{{if .Sigs}}
ANALYZE pg_temp.salvage_c{{.Ord}};{{end}}
ANALYZE pg_temp.salvage_m{{.Ord}};{{end}}
{{- if .Adds}}

-- 7a. Rows whose stored sums are added to.
DO {{do "sums" .}};
{{end}}
DO {{do "collisions" .}};

-- 8. Write. Only these statements touch the company's tables.
DO {{do "write" .}};

-- 9. What stands there now, and nothing else was written.
DO {{do "account" .}};

SELECT r.tbl AS "table", CASE WHEN r.how LIKE 'held:%' THEN 'held at apply' ELSE r.how END AS "became", count(*) AS "rows"
FROM pg_temp.salvage_row r WHERE r.action <> 'outside' GROUP BY 1, 2 ORDER BY 1, 2;
COMMIT;
{{define "apply-guards"}}
DECLARE
  bad text;
  led record;
BEGIN
{{- template "in-transaction" .}}
{{- template "one-runner" .}}
{{- template "right-database" .}}
{{- template "armed" .}}
  -- G6: without these counters the guard of exact writes sees nothing
  IF current_setting('track_counts') <> 'on' THEN
    RAISE EXCEPTION 'salvage: track_counts is off, so writes cannot be counted'
      USING HINT = 'SET track_counts = on as a superuser, or in postgresql.conf';
  END IF;
END
{{end}}
