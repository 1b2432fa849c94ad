{{define "picks"}}
BEGIN
{{- template "in-transaction" .}}
{{- range $s := .Shapes}}{{if .Pick}}{{$t := .T}}
  -- {{.What}}: a row that this plan touches otherwise is not free
  UPDATE pg_temp.salvage_row r SET key = f.key
  FROM (SELECT q.*, row_number() OVER (PARTITION BY {{.Names "q"}} ORDER BY q.n) AS place FROM ({{.Wants}}) q) p
  JOIN (SELECT z.*, row_number() OVER (PARTITION BY {{.Names "z"}} ORDER BY z.place) AS turn
        FROM (SELECT {{$t.KeyTexts "t"}} AS key{{.Has "t"}}, row_number() OVER (ORDER BY {{.Order}}) AS place FROM {{$t.SQL}} t WHERE {{.Nulls "t"}}) z
        WHERE NOT EXISTS (SELECT 1 FROM pg_temp.salvage_row o WHERE o.tbl = {{lit $t.Name}} AND o.key = z.key)
          AND EXISTS (SELECT 1 FROM ({{.Wants}}) q WHERE {{.Equal "z" "q"}})) f
    ON f.turn = p.place AND {{.Equal "f" "p"}}
  WHERE r.n = p.n;
  PERFORM 1 FROM {{$t.SQL}} t JOIN pg_temp.salvage_after a ON a.shape = {{.N}} JOIN pg_temp.salvage_row r ON r.n = a.n AND r.how IS NULL AND {{match $t "t" "r.key"}} FOR UPDATE OF t;
  -- somebody may have been quicker until the lock was ours
  UPDATE pg_temp.salvage_row r SET how = 'change', was = {{image $t "t"}}, cols = (SELECT array_agg(c.col ORDER BY c.col) FROM pg_temp.salvage_cell c WHERE c.n = r.n)
  FROM {{$t.SQL}} t, ({{.Wants}}) p WHERE p.n = r.n AND {{match $t "t" "r.key"}} AND {{.Meets "t" "p"}};
  UPDATE pg_temp.salvage_row r SET how = 'held:no free row to claim', key = NULL FROM pg_temp.salvage_after a WHERE a.n = r.n AND a.shape = {{.N}} AND r.how IS NULL;
{{- end}}{{end}}
{{- template "spread" .}}
  INSERT INTO pg_temp.salvage_job (n, tbl, key, cells)
  SELECT r.n, r.tbl, r.key, jsonb_object_agg(c.col, c.val) FROM pg_temp.salvage_row r JOIN pg_temp.salvage_cell c ON c.n = r.n
  WHERE r.action = 'pick' AND r.how = 'change' GROUP BY r.n, r.tbl, r.key;
END
{{end}}
{{define "sums"}}
BEGIN
{{- template "in-transaction" .}}
  UPDATE pg_temp.salvage_row r SET written = x.w
  FROM (SELECT c.n, jsonb_object_agg(c.col, c.val) AS w FROM pg_temp.salvage_cell c GROUP BY c.n) x WHERE x.n = r.n AND r.action = 'add';
{{- range $s := .Shapes}}{{if not .Pick}}{{$t := .T}}
  -- {{.What}}: the only row that is meant, be it one that this plan writes
  UPDATE pg_temp.salvage_row r SET key = CASE WHEN x.c = 1 THEN x.key END, many = x.c > 1, how = CASE WHEN x.c = 1 THEN 'add' END
  FROM (SELECT p.n, count(*) AS c, min(g.key) AS key FROM ({{.Wants}}) p
        JOIN (SELECT {{$t.KeyTexts "t"}} AS key{{.Has "t"}} FROM {{$t.SQL}} t WHERE {{.Nulls "t"}}
{{- if $t.Sigs}}
          UNION ALL SELECT q.key{{.Has "t"}} FROM pg_temp.salvage_c{{$t.Ord}} t JOIN pg_temp.salvage_row q ON q.n = t."salvage n" WHERE {{.Nulls "t"}}{{end}}) g
        ON {{.Equal "g" "p"}} GROUP BY p.n) x
  WHERE x.n = r.n;
  UPDATE pg_temp.salvage_row r SET how = CASE WHEN r.many THEN 'held:several rows to add to' ELSE 'held:no row to add to' END
  FROM pg_temp.salvage_after a WHERE a.n = r.n AND a.shape = {{.N}} AND r.how IS NULL;
{{- end}}{{end}}
  -- what an earlier run added counts: only the difference to it is added
  UPDATE pg_temp.salvage_cell c SET val = (c.val::numeric - coalesce((r.base_written ->> c.col)::numeric, 0))::text
  FROM pg_temp.salvage_row r WHERE r.n = c.n AND r.action = 'add' AND r.how = 'known' AND r.base_written IS NOT NULL;
  UPDATE pg_temp.salvage_row r SET how = 'add'
  WHERE r.action = 'add' AND r.how = 'known' AND r.base_written IS NOT NULL AND EXISTS (SELECT 1 FROM pg_temp.salvage_cell c WHERE c.n = r.n AND c.val !~ '^-?0*[.]?0*$');
  -- a sum in a row of ours goes where that row goes
  INSERT INTO pg_temp.salvage_edge (n, ref) SELECT r.n, q.n FROM pg_temp.salvage_row r JOIN pg_temp.salvage_row q ON q.tbl = r.tbl AND q.key = r.key AND q.action = 'insert' WHERE r.action = 'add';
{{- template "spread" .}}
END
{{end}}
