{{.Header}}
BEGIN;
DO {{do "grants" .}};
COMMIT;
{{define "grants"}}
BEGIN
  IF to_regrole({{lit .Role}}) IS NULL THEN
    CREATE ROLE {{ident .Role}} LOGIN;
  END IF;
  IF to_regnamespace('salvage') IS NULL THEN
    CREATE SCHEMA salvage AUTHORIZATION {{ident .Role}};
  ELSE
    GRANT USAGE ON SCHEMA salvage TO {{ident .Role}};
    GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA salvage TO {{ident .Role}};
  END IF;
{{- range .GrantSchemas}}
  GRANT USAGE ON SCHEMA {{.}} TO {{ident $.Role}};{{end}}
{{- range .Tabs}}
  GRANT SELECT{{if .Inserts}}, INSERT{{end}} ON {{.SQL}} TO {{ident $.Role}};
{{- if .Changeable}}
  GRANT UPDATE ({{range $i, $c := .Changeable}}{{if $i}}, {{end}}{{$c}}{{end}}) ON {{.SQL}} TO {{ident $.Role}};{{end}}
{{- if and .Gen (not .UUID)}}
  EXECUTE format('GRANT USAGE, SELECT, UPDATE ON SEQUENCE %s TO {{ident $.Role}}', {{sequence .}});  -- UPDATE: the fence
{{- end}}{{end}}
{{- range .Acks}}
  GRANT SELECT, {{upper .Verb}} ON {{.SQL}} TO {{ident $.Role}};  -- written by a trigger
{{- range .Sequences}}
  GRANT USAGE ON SEQUENCE {{.}} TO {{ident $.Role}};{{end}}{{end}}
{{- range .ReadTables}}
  GRANT SELECT ON {{.}} TO {{ident $.Role}};{{end}}
END
{{end}}
