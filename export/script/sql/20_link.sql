{{define "resolve"}}
{{- $t := .}}{{range .Refs}}
  UPDATE pg_temp.salvage_s{{$t.Ord}} s SET {{.SQL}} = r.key[{{.RefPos}}]
  FROM pg_temp.salvage_row r WHERE r.n = s."ref {{.RefN}}" AND r.key IS NOT NULL;
{{- end}}
{{- end}}
{{define "spread"}}
  -- a held row holds what points at it, and the other new rows of the same thing
  LOOP
    UPDATE pg_temp.salvage_row r SET how = 'held:hangs on a row that is held'
    WHERE r.action <> 'outside' AND r.how IN ('new', 'original', 'updated', 'change', 'add')
      AND (EXISTS (SELECT 1 FROM pg_temp.salvage_edge e JOIN pg_temp.salvage_row q ON q.n = e.ref WHERE e.n = r.n AND q.how LIKE 'held:%')
        OR (r.how IN ('new', 'original') OR r.action IN ('add', 'pick')) AND EXISTS (
          SELECT 1 FROM pg_temp.salvage_row q WHERE q.entity = r.entity AND q.action IN ('insert', 'add', 'pick') AND q.how LIKE 'held:%'));
    EXIT WHEN NOT FOUND;
  END LOOP;
{{- end}}
{{define "link"}}
DECLARE
  tab record;
BEGIN
{{- template "in-transaction" .}}
  -- baseline of the write counters: a session may have written before this transaction
  INSERT INTO pg_temp.salvage_stat (rel, ins, upd, del)
  SELECT coalesce(pg_partition_root(s.relid)::oid, s.relid), sum(s.n_tup_ins), sum(s.n_tup_upd), sum(s.n_tup_del)
  FROM pg_stat_xact_user_tables s GROUP BY 1;

  -- the newest applied run that knows the same row
  UPDATE pg_temp.salvage_row r
  SET key = CASE WHEN r.action = 'update' THEN r.key ELSE m.key END,
      how = CASE WHEN r.action = 'update' THEN r.how ELSE 'known' END,
      base = m.stored, base_written = m.written
  FROM (SELECT DISTINCT ON (i.entity, i.tbl, i.part) i.entity, i.tbl, i.part, i.key, i.stored, i.written
        FROM salvage.id_map i JOIN salvage.ledger l ON l.run = i.run AND l.attempt = i.attempt
        WHERE l.state IN ('applied', 'rolled back in part') AND NOT i.undone AND i.key IS NOT NULL
        ORDER BY i.entity, i.tbl, i.part, l.applied_at DESC, l.run) m
  WHERE m.entity = r.entity AND m.tbl = r.tbl AND m.part = r.part;
  IF EXISTS (SELECT 1 FROM pg_temp.salvage_row r WHERE r.action = 'outside' AND r.key IS NULL) THEN
    RAISE EXCEPTION 'salvage: the plan points at a row that neither it nor an earlier run writes: %',
      (SELECT min(r.entity || ' in ' || r.tbl) FROM pg_temp.salvage_row r WHERE r.action = 'outside' AND r.key IS NULL);
  END IF;
{{- if .Supersedes}}
  FOR tab IN SELECT i.run, i.tbl, count(*) AS c FROM salvage.id_map i JOIN salvage.ledger l ON l.run = i.run AND l.attempt = i.attempt AND l.state = 'applied'
      WHERE i.run = ANY ({{names .Supersedes}}) AND NOT i.undone AND i.how IN ('new', 'original')
        AND NOT EXISTS (SELECT 1 FROM pg_temp.salvage_row r WHERE r.entity = i.entity AND r.tbl = i.tbl AND r.part = i.part) GROUP BY 1, 2 ORDER BY 1, 2 LOOP
    RAISE NOTICE 'salvage: % rows that run % wrote into % are not in this plan any more; they stay', tab.c, tab.run, tab.tbl;
  END LOOP;
{{- end}}
  -- what a person removed since is not written again
  FOR tab IN SELECT * FROM pg_temp.salvage_tab ORDER BY ord LOOP
    EXECUTE format('UPDATE pg_temp.salvage_row r SET how = %L WHERE r.tbl = %L AND (r.how = %L OR r.action = %L)
      AND NOT EXISTS (SELECT 1 FROM %s t WHERE %s)', 'held:the row is gone', tab.tbl, 'known', 'update', tab.rel, tab.match);
  END LOOP;
{{range $t := .Tabs}}{{if .Sigs}}
  -- {{remark .Name}}
{{- template "resolve" .}}
{{- range .Finds}}
  UPDATE pg_temp.salvage_row r SET how = CASE WHEN x.c = 1 THEN 'linked' END, key = CASE WHEN x.c = 1 THEN x.key END, many = x.c > 1
  FROM (SELECT s."salvage n" AS n, count(*) AS c, min(ARRAY[{{range $i, $k := $t.KeyCols}}{{if $i}}, {{end}}t.{{$k.SQL}}::text{{end}}]) AS key
        FROM pg_temp.salvage_s{{$t.Ord}} s JOIN {{$t.SQL}} t ON {{range $i, $c := .}}{{if $i}} AND {{end}}{{agree $c}}{{end}}{{if $t.Known}} AND t.{{ident $t.Gen}} > {{$t.Known}}{{end}}
        GROUP BY 1) x
  WHERE x.n = r.n AND r.how IS NULL;{{end}}{{end}}{{end}}

  UPDATE pg_temp.salvage_row SET how = 'held:several rows agree with it' WHERE how IS NULL AND many AND action = 'insert';
  UPDATE pg_temp.salvage_row r SET how = 'held:two planned rows agree with one row', key = NULL
  WHERE r.how = 'linked' AND EXISTS (
    SELECT 1 FROM pg_temp.salvage_row q WHERE q.tbl = r.tbl AND q.key = r.key AND (q.how = 'known' OR q.how = 'linked' AND q.n < r.n));
  -- of a thing that is there already, no part is written
  UPDATE pg_temp.salvage_row r SET how = 'not needed'
  WHERE r.how IS NULL AND r.action IN ('insert', 'add', 'pick') AND r.part <> '' AND EXISTS (
    SELECT 1 FROM pg_temp.salvage_row q WHERE q.entity = r.entity AND q.part = '' AND q.how = 'linked');
END
{{end}}
{{define "keys"}}
DECLARE
  seq regclass;
BEGIN
{{- template "in-transaction" .}}
{{- range $t := .Tabs}}{{if .Sigs}}
  -- {{remark .Name}}
{{- template "resolve" .}}
{{- if not .Gen}}
  UPDATE pg_temp.salvage_row r SET how = 'new', key = ARRAY[{{range $i, $k := .KeyCols}}{{if $i}}, {{end}}s.{{$k.SQL}}{{end}}]
  FROM pg_temp.salvage_s{{.Ord}} s WHERE s."salvage n" = r.n AND r.how IS NULL;
{{- else}}
{{- if not .UUID}}
  seq := {{sequence .}};
  IF seq IS NULL THEN
    RAISE EXCEPTION 'salvage: %', {{lit (printf "%s.%s is fed by no sequence" .Name .Gen)}};
  END IF;{{end}}
{{- if .KeepKey}}
  -- the lost key, when it is free and the sequence is past it
  UPDATE pg_temp.salvage_row r SET how = 'original', key = {{keyArray . "s.\"salvage lost\""}}
  FROM (SELECT DISTINCT ON (q.lost) q.n FROM pg_temp.salvage_row q
        WHERE q.tbl = {{lit .Name}} AND q.action = 'insert' AND q.lost IS NOT NULL AND q.how IS NULL ORDER BY q.lost, q.n) f, pg_temp.salvage_s{{.Ord}} s
  WHERE f.n = r.n AND s."salvage n" = r.n
    AND NOT EXISTS (SELECT 1 FROM {{.SQL}} t WHERE t.{{ident .Gen}} = s."salvage lost"::{{.GenCast}})
{{- if not .UUID}}
    AND s."salvage lost"::numeric <= (SELECT CASE WHEN c.is_called THEN c.last_value ELSE c.last_value - 1 END FROM {{sequenceFrom .}} c){{end}};
{{- end}}
  FOR tries IN 1..1000 LOOP
    UPDATE pg_temp.salvage_row r SET how = 'new', key = {{keyArray . "x.id"}}
    FROM (SELECT o.n, {{if .UUID}}gen_random_uuid()::text{{else}}nextval(seq)::text{{end}} AS id
          FROM (SELECT q.n FROM pg_temp.salvage_row q WHERE q.tbl = {{lit .Name}} AND q.action = 'insert' AND q.how IS NULL ORDER BY q.n) o) x,
         pg_temp.salvage_s{{.Ord}} s
    WHERE x.n = r.n AND s."salvage n" = r.n;
    EXIT WHEN NOT FOUND;
    -- an id written by hand ahead of the sequence: take the next one
    UPDATE pg_temp.salvage_row r SET how = NULL, key = NULL
    WHERE r.tbl = {{lit .Name}} AND r.how = 'new' AND EXISTS (SELECT 1 FROM {{.SQL}} t WHERE t.{{ident .Gen}} = r.key[{{.GenPos}}]::{{.GenCast}});
    EXIT WHEN NOT FOUND;
  END LOOP;
{{- end}}{{end}}{{end}}
  IF EXISTS (SELECT 1 FROM pg_temp.salvage_row r WHERE r.how IS NULL AND r.action = 'insert') THEN
    RAISE EXCEPTION 'salvage: no free key was found for %', (SELECT min(r.tbl) FROM pg_temp.salvage_row r WHERE r.how IS NULL AND r.action = 'insert')
      USING HINT = 'the sequence stands far behind the ids in the table: run 00_fence.sql first';
  END IF;
{{- range $t := .Tabs}}{{if .Sigs}}{{template "resolve" .}}{{end}}{{end}}
  UPDATE pg_temp.salvage_cell c SET val = r.key[c.pos] FROM pg_temp.salvage_row r WHERE r.n = c.ref AND r.key IS NOT NULL;
{{- if .Shapes}}
  UPDATE pg_temp.salvage_where w SET val = r.key[w.pos] FROM pg_temp.salvage_row r WHERE r.n = w.ref AND r.key IS NOT NULL;{{end}}
{{range $t := .Tabs}}{{range .Sigs}}
  UPDATE pg_temp.salvage_row r SET written = x.w
  FROM (SELECT s."salvage n" AS n, to_jsonb(q) AS w FROM pg_temp.salvage_s{{$t.Ord}} s
        CROSS JOIN LATERAL (SELECT {{range $i, $c := .Cols}}{{if $i}}, {{end}}s.{{$c.SQL}}{{end}}) q WHERE s."salvage cols" = {{.N}}) x
  WHERE x.n = r.n;{{end}}{{end}}
{{template "spread" .}}
END
{{end}}
{{define "changes"}}
DECLARE
  x record;
  some bigint;
BEGIN
{{- template "in-transaction" .}}
  INSERT INTO pg_temp.salvage_change (n, tbl, col, base, base2, val)
  SELECT r.n, r.tbl, c.col, c.was, CASE WHEN jsonb_exists(r.base_written, c.col) THEN r.base ->> c.col ELSE c.was END, c.val
  FROM pg_temp.salvage_row r JOIN pg_temp.salvage_cell c ON c.n = r.n WHERE r.action = 'update' AND r.how IS NULL
    AND NOT (coalesce(jsonb_exists(r.base_written, c.col), false) AND r.base_written ->> c.col IS NOT DISTINCT FROM c.val);
  UPDATE pg_temp.salvage_row r SET how = 'same'  -- an earlier run wrote all of it
  WHERE r.action = 'update' AND r.how IS NULL AND NOT EXISTS (SELECT 1 FROM pg_temp.salvage_change c WHERE c.n = r.n);
  -- rows of an earlier run: only what this plan says differently from that run
  INSERT INTO pg_temp.salvage_change (n, tbl, col, base, base2, val)
  SELECT r.n, r.tbl, w.key, r.base ->> w.key, r.base ->> w.key, w.value
  FROM pg_temp.salvage_row r CROSS JOIN LATERAL jsonb_each_text(r.written) w
  WHERE r.action = 'insert' AND r.how = 'known' AND r.base IS NOT NULL AND r.base_written IS NOT NULL
    AND (CASE WHEN jsonb_exists(r.base_written, w.key) THEN r.base_written ->> w.key ELSE r.base ->> w.key END) IS DISTINCT FROM w.value;
  -- lock the rows, then compare every column with what the plan (or the earlier run) knew
  FOR x IN SELECT b.rel, b.match, b.tbl FROM pg_temp.salvage_tab b WHERE EXISTS (SELECT 1 FROM pg_temp.salvage_change c WHERE c.tbl = b.tbl) ORDER BY b.ord LOOP
    EXECUTE format('SELECT count(*) FROM (SELECT 1 FROM %s t JOIN pg_temp.salvage_row r ON r.tbl = %L AND %s
      WHERE r.n IN (SELECT c.n FROM pg_temp.salvage_change c) FOR UPDATE OF t) l', x.rel, x.tbl, x.match) INTO some;
  END LOOP;
  FOR x IN SELECT b.ord, b.rel, b.match, c.tbl, c.col, k.eq FROM pg_temp.salvage_tab b
      JOIN (SELECT DISTINCT g.tbl, g.col FROM pg_temp.salvage_change g) c ON c.tbl = b.tbl
      JOIN pg_temp.salvage_col k ON k.tbl = c.tbl AND k.col = c.col ORDER BY b.ord, k.pos LOOP
    EXECUTE format('UPDATE pg_temp.salvage_change c SET state = CASE
        WHEN t.%1$I::%2$s IS NOT DISTINCT FROM c.val::%2$s THEN ''same''
        WHEN t.%1$I::%2$s IS NOT DISTINCT FROM c.base::%2$s OR t.%1$I::%2$s IS NOT DISTINCT FROM c.base2::%2$s THEN ''ready''
        ELSE ''changed'' END
      FROM pg_temp.salvage_row r, %3$s t WHERE r.n = c.n AND c.tbl = %4$L AND c.col = %5$L AND %6$s', x.col, x.eq, x.rel, x.tbl, x.col, x.match);
  END LOOP;
  UPDATE pg_temp.salvage_row r SET how = CASE
      WHEN c.changed THEN 'held:changed since'
      WHEN c.ready THEN 'change'
      WHEN r.action = 'update' THEN 'same' ELSE r.how END, cols = c.cols
  FROM (SELECT g.n, bool_or(g.state IS DISTINCT FROM 'same' AND g.state IS DISTINCT FROM 'ready') AS changed, bool_or(g.state = 'ready') AS ready,
               array_agg(g.col ORDER BY g.col) FILTER (WHERE g.state = 'ready') AS cols FROM pg_temp.salvage_change g GROUP BY g.n) c
  WHERE c.n = r.n;
  INSERT INTO pg_temp.salvage_job (n, tbl, key, cells)
  SELECT r.n, r.tbl, r.key, jsonb_object_agg(c.col, c.val) FROM pg_temp.salvage_row r JOIN pg_temp.salvage_change c ON c.n = r.n AND c.state = 'ready'
  WHERE r.how = 'change' GROUP BY r.n, r.tbl, r.key;
  -- the whole row as it was, for the way back
  FOR x IN SELECT b.rel, b.match, b.tbl, b.image FROM pg_temp.salvage_tab b ORDER BY b.ord LOOP
    EXECUTE format('UPDATE pg_temp.salvage_row r SET was = %s FROM %s t WHERE r.tbl = %L AND r.how = ''change'' AND %s', x.image, x.rel, x.tbl, x.match);
  END LOOP;
{{- template "spread" .}}
END
{{end}}
