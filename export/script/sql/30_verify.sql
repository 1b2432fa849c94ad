{{.Header}}
BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY;
{{template "settings" .}}
DO {{do "verify-guards" .}};

SELECT i.tbl AS "table", i.how AS "became", count(*) AS "rows"
FROM salvage.id_map i JOIN salvage.ledger l ON l.run = i.run AND l.attempt = i.attempt
WHERE i.run = {{lit .Run}} GROUP BY 1, 2 ORDER BY 1, 2;

SELECT c.what AS "check", c.state, c.detail FROM (
{{- template "checks" .}}) c;
DO {{do "verify" .}};
COMMIT;
{{define "verify-guards"}}
DECLARE
  led record;
BEGIN
{{- template "in-transaction" .}}
  IF to_regclass('salvage.ledger') IS NULL THEN
    RAISE EXCEPTION 'salvage: run {{.Run}} was not applied to this database';
  END IF;
  SELECT * INTO led FROM salvage.ledger l WHERE l.run = {{lit .Run}};
  IF led.state IS DISTINCT FROM 'applied' OR led.plan_sha256 IS DISTINCT FROM {{lit .PlanSHA}} THEN
    RAISE EXCEPTION 'salvage: run {{.Run}} is not applied on this database, but %', coalesce(led.state, 'unknown')
      USING HINT = 'run 10_arm.sql and 20_apply.sql first';
  END IF;
END
{{end}}
{{define "mine"}}salvage.id_map i JOIN salvage.ledger l ON l.run = i.run AND l.attempt = i.attempt AND i.run = {{lit .}} AND NOT i.undone{{end}}
{{define "checks"}}
{{- $run := .Run}}
{{- range $n, $t := .Tabs}}{{if $n}}
  UNION ALL{{end}}
  SELECT {{lit (print .Name ": planned rows accounted for")}} AS what, CASE WHEN count(*) = {{add .Inserts .Updates}} THEN 'ok' ELSE 'RED' END AS state, format('%s of {{add .Inserts .Updates}}', count(*)) AS detail
  FROM {{template "mine" $run}} WHERE i.tbl = {{lit .Name}}
  UNION ALL
  SELECT {{lit (print .Name ": rows present")}}, CASE WHEN count(*) FILTER (WHERE t.{{(index .KeyCols 0).SQL}} IS NULL) = 0 THEN 'ok' ELSE 'RED' END, format('%s of %s', count(t.{{(index .KeyCols 0).SQL}}), count(*))
  FROM {{template "mine" $run}} LEFT JOIN {{.SQL}} t ON {{match . "t" "i.key"}}
  WHERE i.tbl = {{lit .Name}} AND i.key IS NOT NULL
  UNION ALL
  SELECT {{lit (print .Name ": values as planned")}},
         CASE WHEN count(*) FILTER (WHERE v.differs AND NOT (v.untouched AND {{if beforeTrigger .}}true{{else}}false{{end}})) > 0 THEN 'RED' WHEN count(*) FILTER (WHERE v.differs) > 0 THEN 'yellow' ELSE 'ok' END,
         coalesce(string_agg(DISTINCT v.col || CASE WHEN v.untouched THEN ' (as the database stored it)' ELSE ' (changed since)' END, ', ') FILTER (WHERE v.differs), 'every cell')
  FROM {{template "mine" $run}} JOIN {{.SQL}} t ON {{match . "t" "i.key"}}
  CROSS JOIN LATERAL (SELECT w.col, w.differs AND jsonb_exists(i.written, w.col) AND (i.cols IS NULL OR w.col = ANY (i.cols)) AS differs,
                             i.row_hash = md5({{image . "t"}}::text) AS untouched FROM (VALUES
    {{- range $j, $c := .Compared}}{{if $j}},{{end}}
    ({{lit $c.Name}}, t.{{$c.SQL}}::{{$c.Eq}} IS DISTINCT FROM (i.written ->> {{lit $c.Name}})::{{$c.Cast}}::{{$c.Eq}}){{end}}) AS w (col, differs)) v
  WHERE i.tbl = {{lit .Name}} AND i.how IN ('new', 'original', 'updated')
{{- if and .Gen (not .UUID)}}
  UNION ALL
  SELECT {{lit (print .Name ": next key is free")}}, CASE WHEN coalesce(max(t.{{ident .Gen}}), 0) <= (SELECT c.last_value FROM {{sequenceFrom .}} c) THEN 'ok' ELSE 'RED' END, 'highest ' || coalesce(max(t.{{ident .Gen}}), 0) FROM {{.SQL}} t{{end}}
{{- end}}
{{- range .Orphans}}
  UNION ALL
  SELECT {{lit .What}}, CASE WHEN count(*) = 0 THEN 'ok' ELSE 'RED' END, format('%s rows point at nothing', count(*))
  FROM {{template "mine" $run}} JOIN {{.Child}} t ON {{.Match}}
  WHERE i.tbl = {{lit .Table}} AND i.how IN ('new', 'original', 'updated') AND {{.NotNull}} AND NOT EXISTS (SELECT 1 FROM {{.Parent}} p WHERE {{.Join}}){{end}}
{{- end}}
{{define "verify"}}
DECLARE
  bad text;
BEGIN
{{- template "in-transaction" .}}
  SELECT string_agg(c.what || ': ' || c.detail, '; ' ORDER BY c.what) INTO bad FROM (
{{- template "checks" .}}) c WHERE c.state = 'RED';
  IF bad IS NOT NULL THEN
    RAISE EXCEPTION 'salvage: verify is red: %', left(bad, 3000);
  END IF;
END
{{end}}
