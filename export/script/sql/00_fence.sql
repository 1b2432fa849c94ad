{{.Header}}
BEGIN TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE;
{{template "settings" .}}
DO {{do "fence" .}};

SELECT 'fence' AS "file", 'done' AS "state", 'sequences give ids above their floors; see the notices' AS "detail";
COMMIT;
{{define "fence"}}
DECLARE
  bad text;
  seq regclass;
  at bigint;
  inc bigint;
  top bigint;
BEGIN
{{- template "in-transaction" .}}
{{- template "right-database" .}}
{{- range .FenceRows}}
  -- {{.Remark}}
  seq := {{.Sequence}};
  IF seq IS NULL THEN
    RAISE EXCEPTION 'salvage: %', {{lit (printf "%s.%s is fed by no sequence" .Table .Column)}};
  END IF;
  SELECT CASE WHEN s.is_called THEN s.last_value ELSE s.last_value - 1 END INTO at FROM {{.From}} s;
  SELECT q.seqincrement, q.seqmax INTO inc, top FROM pg_sequence q WHERE q.seqrelid = seq;
  IF inc < 0 THEN
    RAISE EXCEPTION 'salvage: sequence % counts downwards', seq;
  ELSIF {{.Floor}} >= top THEN
    RAISE EXCEPTION 'salvage: sequence % cannot be moved to {{.Floor}}: its maximum is %', seq, top
      USING HINT = 'the column needs a larger type; no id was changed';
  ELSIF at < {{.Floor}} THEN
    PERFORM setval(seq, {{.Floor}}, true);
    RAISE NOTICE 'salvage: % moved from % to {{.Floor}}', seq, at;
  ELSE
    RAISE NOTICE 'salvage: % stands at % already, past {{.Floor}}', seq, at;
  END IF;
{{- end}}
END
{{end}}
