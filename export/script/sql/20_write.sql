{{define "candidates"}}
BEGIN
{{- template "in-transaction" .}}
  -- every planned row with its types, defaults and computed columns, not yet in the company's tables
  PERFORM set_config('search_path', current_setting('salvage.app_path'), true);
{{- range $t := .Tabs}}{{range .Sigs}}
  INSERT INTO pg_temp.salvage_c{{$t.Ord}} ("salvage n"{{if $t.Gen}}, {{ident $t.Gen}}{{end}}{{range .Cols}}, {{.SQL}}{{end}})
  SELECT s."salvage n"{{if $t.Gen}}, r.key[{{$t.GenPos}}]::{{$t.GenCast}}{{end}}{{range .Cols}}, s.{{.SQL}}::{{.Cast}}{{end}}
  FROM pg_temp.salvage_s{{$t.Ord}} s JOIN pg_temp.salvage_row r ON r.n OPERATOR(pg_catalog.=) s."salvage n"
  WHERE s."salvage cols" OPERATOR(pg_catalog.=) {{.N}} AND (r.how OPERATOR(pg_catalog.=) 'new' OR r.how OPERATOR(pg_catalog.=) 'original');{{end}}

  INSERT INTO pg_temp.salvage_m{{.Ord}} ("salvage n"{{range .Plain}}, {{.SQL}}{{end}})
  SELECT j.n{{range .Plain}}, CASE WHEN pg_catalog.jsonb_exists(j.cells, {{lit .Name}}) THEN (j.cells OPERATOR(pg_catalog.->>) {{lit .Name}})::{{.Cast}} ELSE t.{{.SQL}} END{{end}}
  FROM pg_temp.salvage_job j JOIN pg_temp.salvage_row r ON r.n OPERATOR(pg_catalog.=) j.n AND j.tbl OPERATOR(pg_catalog.=) {{lit $t.Name}} AND r.how OPERATOR(pg_catalog.=) 'change'
  JOIN {{.SQL}} t ON {{match . "t" "j.key"}};{{end}}
  PERFORM set_config('search_path', 'pg_catalog, pg_temp', true);
END
{{end}}
{{define "collisions"}}
DECLARE
  tab record;
  con record;
  live text;
  ours text;
  mates text;
  cond text;
  k integer := 0;
BEGIN
{{- template "in-transaction" .}}
  FOR tab IN SELECT b.*, to_regclass('pg_temp.salvage_c' || b.ord) AS c, to_regclass('pg_temp.salvage_m' || b.ord) AS m FROM pg_temp.salvage_tab b ORDER BY b.ord LOOP
    FOR con IN
      SELECT i.relname::text AS name, pg_get_expr(x.indpred, x.indrelid) AS pred, x.indisexclusion AS excl, e.exprs, e.ops
      FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
      LEFT JOIN pg_constraint k ON k.conindid = x.indexrelid AND k.contype = 'x'
      CROSS JOIN LATERAL (
        SELECT array_agg(pg_get_indexdef(x.indexrelid, p.pos, false) ORDER BY p.pos) AS exprs,
               array_agg(format('OPERATOR(%I.%s)', n.nspname, o.oprname) ORDER BY p.pos) AS ops
        FROM generate_series(1, x.indnkeyatts::integer) AS p (pos)
        JOIN pg_opclass c ON c.oid = x.indclass[p.pos - 1]
        JOIN pg_operator o ON o.oid = coalesce(k.conexclop[p.pos], (
          SELECT a.amopopr FROM pg_amop a WHERE a.amopfamily = c.opcfamily AND a.amopstrategy = 3
            AND a.amoplefttype = c.opcintype AND a.amoprighttype = c.opcintype))
        JOIN pg_namespace n ON n.oid = o.oprnamespace) e
      WHERE x.indrelid = tab.rel::regclass AND x.indisvalid AND (x.indisunique OR x.indisexclusion)
        AND cardinality(e.ops) = x.indnkeyatts
      ORDER BY x.indisexclusion, i.relname
    LOOP
      SELECT string_agg(format('a.e%s %s b.e%s', u.i, con.ops[u.i], u.i), ' AND ') INTO cond FROM generate_subscripts(con.ops, 1) AS u (i);
      SELECT string_agg(format('(%s) AS e%s', con.exprs[u.i], u.i), ', ') INTO live FROM generate_subscripts(con.exprs, 1) AS u (i);
      ours := format('SELECT %s, q."salvage n" AS n, 1 AS late FROM %s q WHERE %s', live, tab.c, coalesce(con.pred, 'true'));
      IF tab.m IS NOT NULL THEN
        mates := format('SELECT %s, q."salvage n" AS n, 0 AS late FROM %s q WHERE %s', live, tab.m, coalesce(con.pred, 'true'));
        ours := CASE WHEN tab.c IS NULL THEN mates ELSE ours || ' UNION ALL ' || mates END;
        live := format('SELECT %s FROM %s t WHERE (%s) AND NOT EXISTS (SELECT 1 FROM pg_temp.salvage_job r JOIN pg_temp.salvage_row w ON w.n = r.n AND w.how = ''change'' WHERE r.tbl = %L AND %s)',
          live, tab.rel, coalesce(con.pred, 'true'), tab.tbl, tab.match);
      ELSIF tab.c IS NOT NULL THEN
        live := format('SELECT %s FROM %s t WHERE (%s)', live, tab.rel, coalesce(con.pred, 'true'));
      ELSE
        CONTINUE;
      END IF;
      -- against the rows that are there, then among the planned ones: the later one is held
      k := k + 1;
      EXECUTE format('CREATE TEMP TABLE salvage_p%s ON COMMIT DROP AS SELECT z.* FROM (%s) z JOIN pg_temp.salvage_row w ON w.n = z.n AND w.how NOT LIKE ''held:%%''', k, ours);
      EXECUTE format('ANALYZE pg_temp.salvage_p%s', k);
      EXECUTE format('UPDATE pg_temp.salvage_row r SET how = %L FROM (SELECT DISTINCT a.n FROM pg_temp.salvage_p%s a JOIN (%s) b ON %s) h WHERE h.n = r.n AND r.how IN (''new'', ''original'', ''change'')',
        'held:collides by ' || con.name, k, live, cond);
      EXECUTE format('UPDATE pg_temp.salvage_row r SET how = %L FROM (SELECT DISTINCT a.n FROM pg_temp.salvage_p%s a JOIN pg_temp.salvage_p%s b ON (b.late, b.n) < (a.late, a.n) AND %s
          JOIN pg_temp.salvage_row w ON w.n = b.n AND w.how NOT LIKE ''held:%%'') h WHERE h.n = r.n AND r.how IN (''new'', ''original'', ''change'')',
        'held:collides by ' || con.name, k, k, cond);
    END LOOP;
  END LOOP;
{{- template "spread" .}}
  IF (SELECT count(*) FILTER (WHERE r.how LIKE 'held:%') > ceil(count(*) * 0.02) FROM pg_temp.salvage_row r WHERE r.action <> 'outside') THEN
    RAISE EXCEPTION 'salvage: more than 2 %% of the planned rows cannot be written: %', (
      SELECT left(string_agg(format('%s %s: %s', h.c, h.tbl, h.how), '; ' ORDER BY h.c DESC, h.tbl, h.how), 2000)
      FROM (SELECT r.tbl, r.how, count(*) AS c FROM pg_temp.salvage_row r WHERE r.how LIKE 'held:%' GROUP BY 1, 2) h)
      USING HINT = 'the database has moved on since the plan: name a fresh dump of it as live: and export again';
  END IF;
END
{{end}}
{{define "write"}}
DECLARE
  x record;
BEGIN
{{- template "in-transaction" .}}
{{- range $t := .Tabs}}
  -- {{remark .Name}}

  FOR x IN SELECT b.rel, r.cols, (
        SELECT string_agg(format('%I = (j.cells OPERATOR(pg_catalog.->>) %L)::%s', k.col, k.col, k.typ), ', ' ORDER BY k.pos)
        FROM pg_temp.salvage_col k WHERE k.tbl = r.tbl AND k.col = ANY (r.cols)) AS sets
      FROM pg_temp.salvage_row r JOIN pg_temp.salvage_tab b ON b.tbl = r.tbl
      WHERE r.tbl = {{lit .Name}} AND r.how = 'change' GROUP BY b.rel, r.tbl, r.cols ORDER BY r.cols LOOP
    PERFORM set_config('search_path', current_setting('salvage.app_path'), true);
    EXECUTE pg_catalog.format('UPDATE %s AS t SET %s FROM pg_temp.salvage_job j JOIN pg_temp.salvage_row r ON r.n OPERATOR(pg_catalog.=) j.n WHERE r.how OPERATOR(pg_catalog.=) %L AND r.cols OPERATOR(pg_catalog.=) %L::text[] AND j.tbl OPERATOR(pg_catalog.=) %L AND %s',
      x.rel, x.sets, 'change', x.cols, {{lit .Name}}, {{lit (match . "t" "j.key")}});
    PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
  END LOOP;
{{- if .Sigs}}
  PERFORM set_config('search_path', current_setting('salvage.app_path'), true);
{{- range .Sigs}}
  INSERT INTO {{$t.SQL}} ({{if $t.Gen}}{{ident $t.Gen}}{{if .Cols}}, {{end}}{{end}}{{range $i, $c := .Cols}}{{if $i}}, {{end}}{{$c.SQL}}{{end}}){{if $t.Overriding}} OVERRIDING SYSTEM VALUE{{end}}
  SELECT {{if $t.Gen}}c.{{ident $t.Gen}}{{if .Cols}}, {{end}}{{end}}{{range $i, $c := .Cols}}{{if $i}}, {{end}}c.{{$c.SQL}}{{end}}
  FROM pg_temp.salvage_c{{$t.Ord}} c JOIN pg_temp.salvage_row r ON r.n OPERATOR(pg_catalog.=) c."salvage n"
  JOIN pg_temp.salvage_s{{$t.Ord}} s ON s."salvage n" OPERATOR(pg_catalog.=) c."salvage n"
  WHERE (r.how OPERATOR(pg_catalog.=) 'new' OR r.how OPERATOR(pg_catalog.=) 'original') AND s."salvage cols" OPERATOR(pg_catalog.=) {{.N}}
  ORDER BY c."salvage n";{{end}}
  PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
{{- end}}{{end}}
{{- range $t := .Tabs}}{{if .Sums}}
  -- {{remark .Name}}: stored sums, each row once; added to what stands there now, whatever it is
  PERFORM 1 FROM {{.SQL}} t JOIN pg_temp.salvage_row r ON r.tbl = {{lit .Name}} AND r.how = 'add' AND {{match . "t" "r.key"}} FOR UPDATE OF t;
  UPDATE pg_temp.salvage_row r SET was = {{image . "t"}} FROM {{.SQL}} t WHERE r.tbl = {{lit .Name}} AND r.how = 'add' AND {{match . "t" "r.key"}};
  INSERT INTO pg_temp.salvage_sum{{.Ord}} (key{{range .Sums}}, {{.SQL}}{{end}})
  SELECT r.key{{range .Sums}}, sum(c.val::numeric) FILTER (WHERE c.col = {{lit .Name}}){{end}}
  FROM pg_temp.salvage_row r JOIN pg_temp.salvage_cell c ON c.n = r.n WHERE r.tbl = {{lit .Name}} AND r.how = 'add' GROUP BY r.key;
  PERFORM set_config('search_path', current_setting('salvage.app_path'), true);
  UPDATE {{.SQL}} AS t SET {{range $i, $c := .Sums}}{{if $i}}, {{end}}{{.SQL}} = CASE WHEN j.{{.SQL}} IS NULL THEN t.{{.SQL}} ELSE (coalesce(t.{{.SQL}}::numeric, 0) OPERATOR(pg_catalog.+) j.{{.SQL}})::{{.Cast}} END{{end}}
  FROM pg_temp.salvage_sum{{.Ord}} j WHERE {{match . "t" "j.key"}};
  PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
{{- end}}{{end}}
  -- let deferred checks and triggers speak now, not at COMMIT
  PERFORM set_config('search_path', current_setting('salvage.app_path'), true);
  SET CONSTRAINTS ALL IMMEDIATE;
  PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
  UPDATE pg_temp.salvage_row SET how = 'updated' WHERE how = 'change';
{{- if .Adds}}
  UPDATE pg_temp.salvage_row SET how = 'added' WHERE how = 'add';{{end}}
END
{{end}}
{{define "account"}}
DECLARE
  x record;
  bad text;
  done bigint;
BEGIN
{{- template "in-transaction" .}}
  FOR x IN SELECT b.* FROM pg_temp.salvage_tab b ORDER BY b.ord LOOP
    EXECUTE format('UPDATE pg_temp.salvage_row r SET stored = i.image, row_hash = md5(i.image::text), key = i.key
      FROM (SELECT r.n, %s AS image, ARRAY[%s] AS key FROM pg_temp.salvage_row r JOIN %s t ON %s WHERE r.tbl = %L AND r.how IN (''new'', ''original'', ''updated'', ''added'')) i WHERE i.n = r.n',
      x.image, (SELECT string_agg(format('t.%I::text', u.c), ', ' ORDER BY u.o) FROM unnest(CASE x.tbl {{range .Tabs}}WHEN {{lit .Name}} THEN {{names .Key}} {{end}}END) WITH ORDINALITY AS u (c, o)), x.rel, x.match, x.tbl);
  END LOOP;
  SELECT string_agg(DISTINCT r.tbl, ', ') INTO bad FROM pg_temp.salvage_row r WHERE r.how IN ('new', 'original', 'updated', 'added') AND r.row_hash IS NULL;
  IF bad IS NOT NULL THEN
    RAISE EXCEPTION 'salvage: rows written into % are not there: a trigger or rule changed or dropped them', bad;
  END IF;
  -- G7: exactly the planned writes, in every table of the database
  SELECT count(*) INTO done FROM pg_temp.salvage_row r WHERE r.how IN ('new', 'original', 'updated', 'added');
  SELECT string_agg(format('%s: %s inserted (planned %s), %s updated (planned %s), %s removed (planned 0)', w.rel::regclass, w.ins, w.pins, w.upd, w.pupd, w.del), '; ' ORDER BY w.rel::regclass::text)
  INTO bad
  FROM (
    SELECT coalesce(n.rel, p.rel) AS rel, coalesce(n.ins, 0) AS ins, coalesce(n.upd, 0) AS upd, coalesce(n.del, 0) AS del,
           coalesce(p.ins, 0) AS pins, coalesce(p.upd, 0) AS pupd
    FROM (SELECT s.rel, s.ins - coalesce(o.ins, 0) AS ins, s.upd - coalesce(o.upd, 0) AS upd, s.del - coalesce(o.del, 0) AS del
          FROM (SELECT coalesce(pg_partition_root(t.relid)::oid, t.relid) AS rel, sum(t.n_tup_ins) AS ins, sum(t.n_tup_upd) AS upd, sum(t.n_tup_del) AS del
                FROM pg_stat_xact_user_tables t WHERE t.schemaname <> 'salvage' AND t.schemaname !~ '^pg_(toast_)?temp_' GROUP BY 1) s
          LEFT JOIN pg_temp.salvage_stat o ON o.rel = s.rel) n
    FULL JOIN (SELECT b.rel::regclass::oid AS rel, count(*) FILTER (WHERE r.how IN ('new', 'original')) AS ins, count(*) FILTER (WHERE r.how = 'updated') + count(DISTINCT r.key) FILTER (WHERE r.how = 'added') AS upd
               FROM pg_temp.salvage_tab b LEFT JOIN pg_temp.salvage_row r ON r.tbl = b.tbl GROUP BY 1) p ON p.rel = n.rel) w
  WHERE w.del <> 0
     OR w.ins < w.pins OR w.ins > w.pins + CASE WHEN EXISTS (SELECT 1 FROM pg_temp.salvage_ack a WHERE a.rel::regclass::oid = w.rel AND a.verb = 'insert') THEN done ELSE 0 END
     OR w.upd < w.pupd OR w.upd > w.pupd + CASE WHEN EXISTS (SELECT 1 FROM pg_temp.salvage_ack a WHERE a.rel::regclass::oid = w.rel AND a.verb = 'update') THEN done ELSE 0 END;
  IF bad IS NOT NULL THEN
    RAISE EXCEPTION 'salvage: this transaction wrote more or less than planned: %', bad
      USING HINT = 'a trigger, rule or cascade wrote along; look at what it does (mails, invoices?) and acknowledge it as table:insert under export: acknowledge:, or switch it off';
  END IF;
  -- G8: every planned row is accounted for
  SELECT string_agg(format('%s: %s of %s', b.tbl, c.c, b.planned_inserts + b.planned_updates), '; ') INTO bad
  FROM pg_temp.salvage_tab b CROSS JOIN LATERAL (
    SELECT count(*) AS c FROM pg_temp.salvage_row r WHERE r.tbl = b.tbl AND r.action <> 'outside'
      AND (r.how IN ('new', 'original', 'linked', 'known', 'updated', 'added', 'same', 'not needed') OR r.how LIKE 'held:%')) c
  WHERE c.c <> b.planned_inserts + b.planned_updates;
  IF bad IS NOT NULL THEN
    RAISE EXCEPTION 'salvage: planned rows are not accounted for: %', bad;
  END IF;

  INSERT INTO salvage.id_map (run, attempt, n, entity, tbl, part, lost_key, new_key, key, how, row_hash, written, stored, was, cols)
  SELECT l.run, l.attempt, r.n, r.entity, r.tbl, r.part, r.lost,
         CASE WHEN r.how LIKE 'held:%' OR r.how = 'not needed' THEN NULL ELSE array_to_string(r.key, '|') END,
         CASE WHEN r.how LIKE 'held:%' OR r.how = 'not needed' THEN NULL ELSE r.key END,
         r.how, r.row_hash,
         CASE WHEN r.how IN ('new', 'original', 'added') THEN r.written
              WHEN r.how = 'updated' THEN coalesce(r.base_written, '{}') || coalesce(j.cells, '{}')
              WHEN r.how IN ('known', 'same') THEN r.base_written END,
         coalesce(r.stored, CASE WHEN r.how IN ('known', 'same') THEN r.base END), r.was, r.cols
  FROM pg_temp.salvage_row r LEFT JOIN pg_temp.salvage_job j ON j.n = r.n, salvage.ledger l
  WHERE r.action <> 'outside' AND l.run = {{lit .Run}};

  -- rows that acknowledged triggers wrote along, so that they can be undone too
  FOR x IN SELECT a.* FROM pg_temp.salvage_ack a WHERE a.verb = 'insert' AND a.key <> ''
      AND NOT EXISTS (SELECT 1 FROM pg_temp.salvage_ack b WHERE b.rel = a.rel AND b.verb = 'update') ORDER BY a.rel LOOP
    EXECUTE format('INSERT INTO salvage.side_row (run, attempt, tbl, key, row_hash)
      SELECT l.run, l.attempt, %L, ARRAY[%s], md5(%s::text) FROM %s t, salvage.ledger l
      WHERE l.run = %L AND t.xmin = pg_current_xact_id()::xid
        AND NOT EXISTS (SELECT 1 FROM pg_temp.salvage_row r JOIN pg_temp.salvage_tab b ON b.tbl = r.tbl
          WHERE b.rel = %L AND r.how IN (''new'', ''original'', ''updated'', ''added'') AND r.stored = %s)',
      x.rel, x.key, x.image, x.rel, {{lit .Run}}, x.rel, x.image);
  END LOOP;

  UPDATE salvage.ledger l SET state = 'applied', applied_at = clock_timestamp(), applied_by = session_user, actual = (
    SELECT jsonb_object_agg(t.tbl, t.hows) FROM (
      SELECT h.tbl, jsonb_object_agg(h.how, h.c) AS hows FROM (
        SELECT r.tbl, CASE WHEN r.how LIKE 'held:%' THEN 'held' ELSE r.how END AS how, count(*) AS c
        FROM pg_temp.salvage_row r WHERE r.action <> 'outside' GROUP BY 1, 2) h GROUP BY h.tbl) t)
  WHERE l.run = {{lit .Run}} AND l.state = 'armed';
  IF NOT FOUND THEN
    RAISE EXCEPTION 'salvage: the ledger changed under us';
  END IF;
END
{{end}}
