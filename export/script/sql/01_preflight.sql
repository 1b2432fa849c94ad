{{.Header}}
BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY;
{{template "settings" .}}
SELECT current_database() AS "database", session_user AS "as", c.system_identifier AS "system", current_setting('server_version') AS "server",
       coalesce(inet_server_addr()::text, 'local') AS "address", pg_is_in_recovery() AS "standby"
FROM pg_control_system() c;

-- Triggers that will fire, with the tables that their functions seem to write: each such table
-- must be acknowledged as table:insert, or the import refuses.
SELECT n.nspname || '.' || c.relname AS "table", g.tgname AS "trigger", g.tgfoid::regproc AS "function",
       CASE g.tgtype & 66 WHEN 2 THEN 'before' WHEN 64 THEN 'instead of' ELSE 'after' END ||
       CASE WHEN g.tgtype & 4 > 0 THEN ' insert' ELSE '' END || CASE WHEN g.tgtype & 8 > 0 THEN ' delete' ELSE '' END || CASE WHEN g.tgtype & 16 > 0 THEN ' update' ELSE '' END AS "fires",
       (SELECT string_agg(DISTINCT lower(m[1]), ', ') FROM regexp_matches(f.prosrc, '(?:insert[[:space:]]+into|update|delete[[:space:]]+from)[[:space:]]+(?:only[[:space:]]+)?([[:alnum:]_."]+)', 'gi') AS m) AS "seems to write",
       (SELECT 'yes' WHERE f.prosrc ~* '(^|[^[:alnum:]_])(pg_notify|notify|dblink|dblink_exec|http_post|http_get|copy)([^[:alnum:]_]|$)') AS "speaks outside"
FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_proc f ON f.oid = g.tgfoid
WHERE NOT g.tgisinternal AND g.tgenabled <> 'D' AND (n.nspname::text, c.relname::text) IN ({{range $i, $t := .Tabs}}{{if $i}}, {{end}}({{lit (schema $t)}}, {{lit $t.T.Name}}){{end}})
ORDER BY 1, 2;

-- What is planned, what this role sees, and which lost keys are taken.
{{- range $i, $t := .Tabs}}{{if $i}}
UNION ALL{{end}}
SELECT {{lit .Name}} AS "table", (SELECT count(*) FROM {{.SQL}}) AS "rows now", {{.Inserts}} AS "to insert", {{.Updates}} AS "to update", {{.Held}} AS "held back",
       {{if .Wanted}}(SELECT count(*) FROM {{.SQL}} t WHERE t.{{ident .Gen}} IN ({{wanted .}})){{else}}0{{end}} AS "lost keys taken"
{{- end}};

-- The findings; every line that is not ok stops here.
SELECT f.finding, f.state, f.detail FROM (
{{- template "findings" .}}) f;
DO {{do "preflight" .}};
COMMIT;
{{define "findings"}}
  SELECT 'fingerprint' AS finding, CASE WHEN count(*) = 0 THEN 'ok' ELSE 'RED' END AS state, left(coalesce(string_agg(x.what, '; ' ORDER BY x.what), 'the planned tables are as the plan knew them'), 2000) AS detail FROM (
{{- template "fingerprint-query" .}}) x
  UNION ALL
  SELECT 'anchors', CASE WHEN count(*) = 0 THEN 'ok' ELSE 'RED' END, left(coalesce(string_agg(x.what, '; ' ORDER BY x.what), 'all {{len .AnchorRows}} rows of the backup are here'), 2000) FROM (
{{- template "anchor-query" .}}) x
  UNION ALL
  SELECT 'counters', CASE WHEN current_setting('track_counts') = 'on' THEN 'ok' ELSE 'RED' END, 'track_counts is ' || current_setting('track_counts')
  UNION ALL
  SELECT 'server', CASE WHEN pg_is_in_recovery() OR current_setting('session_replication_role') <> 'origin' THEN 'RED' ELSE 'ok' END, 'primary, foreign keys checked'
{{- range .Partitions}}
  UNION ALL
  SELECT {{lit .What}}, CASE WHEN to_regclass({{lit .SQL}}) IS NULL THEN 'RED' ELSE 'ok' END, 'partition'{{end}}
{{- range .Enums}}
  UNION ALL
  SELECT {{lit .What}}, CASE WHEN count(*) = 0 THEN 'ok' ELSE 'RED' END, coalesce('missing: ' || string_agg(v.word, ', ' ORDER BY v.word), 'all words are there')
  FROM (VALUES {{range $i, $w := .Words}}{{if $i}}, {{end}}({{lit $w}}::text){{end}}) AS v (word)
  WHERE NOT EXISTS (SELECT 1 FROM pg_enum e WHERE e.enumtypid = to_regtype({{lit .SQL}}) AND e.enumlabel = v.word){{end}}
  UNION ALL
  SELECT 'role', CASE WHEN count(*) = 0 THEN 'ok' ELSE 'RED' END, coalesce('may not: ' || string_agg(v.what, ', '), 'may do what the import needs')
  FROM (VALUES ('' , true)
{{- range .Tabs}}{{if .Inserts}}, ({{lit (print "insert into " .Name)}}, has_table_privilege(to_regclass({{lit .SQL}}), 'SELECT') AND has_any_column_privilege(to_regclass({{lit .SQL}}), 'INSERT')){{end}}
{{- if .Updates}}, ({{lit (print "update " .Name)}}, has_table_privilege(to_regclass({{lit .SQL}}), 'SELECT') AND has_any_column_privilege(to_regclass({{lit .SQL}}), 'UPDATE')){{end}}{{end}}) AS v (what, may) WHERE v.may IS NOT TRUE
{{- end}}
{{define "preflight"}}
DECLARE
  bad text;
BEGIN
{{- template "in-transaction" .}}
  SELECT string_agg(f.finding || ': ' || f.detail, '; ' ORDER BY f.finding) INTO bad FROM (
{{- template "findings" .}}) f WHERE f.state <> 'ok';
  IF bad IS NOT NULL THEN
    RAISE EXCEPTION 'salvage: preflight is red: %', left(bad, 3000)
      USING HINT = 'nothing was written; mend this, or export again with a fresh dump named as live:';
  END IF;
  -- an applied run needs no preflight
  IF to_regclass('salvage.ledger') IS NOT NULL THEN
    SELECT string_agg(l.state || ' at ' || l.applied_at, '') INTO bad FROM salvage.ledger l WHERE l.run = {{lit .Run}} AND l.state = 'applied';
    IF bad IS NOT NULL THEN
      RAISE EXCEPTION 'salvage: run {{.Run}} was % already', bad USING HINT = 'nothing to do; 30_verify.sql checks it';
    END IF;
  END IF;
END
{{end}}
