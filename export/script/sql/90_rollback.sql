{{.Header}}
BEGIN TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE;
{{template "settings" .}}
DO {{do "undo-guards" .}};

CREATE TEMP TABLE salvage_tab (ord integer PRIMARY KEY, tbl text UNIQUE, rel text, match text, image text, other text) ON COMMIT DROP;  -- match, other: row t, row c is this key
CREATE TEMP TABLE salvage_col (tbl text, col text, pos integer, typ text, PRIMARY KEY (tbl, col)) ON COMMIT DROP;
CREATE TEMP TABLE salvage_undo (n integer PRIMARY KEY, tbl text, key text[], new_key text, how text, row_hash text, was jsonb, stored jsonb, found boolean NOT NULL DEFAULT false, touched boolean NOT NULL DEFAULT false, used text) ON COMMIT DROP;
CREATE TEMP TABLE salvage_side (rel text, key text[], row_hash text, kept boolean NOT NULL DEFAULT true) ON COMMIT DROP;
CREATE TEMP TABLE salvage_ack (rel text, verb text, key text, other text, image text) ON COMMIT DROP;
CREATE TEMP TABLE salvage_link (child text, cond text, parent text) ON COMMIT DROP;  -- cond: row c points at r.key
CREATE TEMP TABLE salvage_stat (rel oid PRIMARY KEY, ins bigint, upd bigint, del bigint) ON COMMIT DROP;
CREATE TEMP TABLE salvage_quiet (rel text, trigger text) ON COMMIT DROP;
{{range .Tabs}}
INSERT INTO pg_temp.salvage_tab (ord, tbl, rel, match, image, other) VALUES ({{.Ord}}, {{lit .Name}}, {{lit .SQL}}, {{lit (match . "t" "r.key")}}, {{lit (image . "t")}}, {{lit (match . "c" "v.key")}});
INSERT INTO pg_temp.salvage_col (tbl, col, pos, typ) VALUES
{{- $t := .}}{{range $i, $c := .Restorable}}{{if $i}},{{end}}
  ({{lit $t.Name}}, {{lit $c.Name}}, {{$c.Pos}}, {{lit $c.Cast}}){{end}};
{{- end}}
{{- range .Acks}}
INSERT INTO pg_temp.salvage_ack (rel, verb, key, other, image) VALUES ({{lit .SQL}}, {{lit .Verb}}, {{lit .Key}}, {{lit .Other}}, {{lit .Image}});{{end}}
{{- range .Links}}
INSERT INTO pg_temp.salvage_link (child, cond, parent) VALUES ({{lit .From.SQL}}, {{lit .Child}}, {{lit .To.Name}});{{end}}

-- 1. Find and lock the rows of this run; refuse when anybody changed or uses one.
DO {{do "undo-find" .}};
-- 2. Undo.
DO {{do "undo" .}};

SELECT u.tbl AS "table", CASE u.how WHEN 'updated' THEN 'put back' WHEN 'added' THEN 'taken off again' WHEN 'done' THEN 'taken off again' ELSE 'removed' END AS "became", count(*) AS "rows"
FROM pg_temp.salvage_undo u GROUP BY 1, 2
UNION ALL
SELECT s.rel, CASE WHEN s.kept THEN 'kept: changed since' ELSE 'removed, was written by a trigger' END, count(*) FROM pg_temp.salvage_side s GROUP BY 1, 2
ORDER BY 1, 2;
COMMIT;
{{define "undo-guards"}}
DECLARE
  led record;
BEGIN
{{- template "in-transaction" .}}
{{- template "one-runner" .}}
{{- template "server" .}}
  IF to_regclass('salvage.ledger') IS NULL THEN
    RAISE EXCEPTION 'salvage: run {{.Run}} was never applied to this database';
  END IF;
  SELECT * INTO led FROM salvage.ledger l WHERE l.run = {{lit .Run}} FOR UPDATE;
  IF led.state IS DISTINCT FROM 'applied' THEN
    RAISE EXCEPTION 'salvage: run {{.Run}} is not applied on this database, but %', coalesce(led.state, 'unknown');
  END IF;
  IF led.plan_sha256 IS DISTINCT FROM {{lit .PlanSHA}} THEN
    RAISE EXCEPTION 'salvage: run {{.Run}} was applied from another plan';
  END IF;
  IF led.system_id IS DISTINCT FROM (SELECT system_identifier::text FROM pg_control_system())
     OR led.database_oid IS DISTINCT FROM (SELECT d.oid::bigint FROM pg_database d WHERE d.datname = current_database()) THEN
    RAISE EXCEPTION 'salvage: run {{.Run}} was applied on another database (%, system %)', led.database, led.system_id;
  END IF;
  IF current_setting('track_counts') <> 'on' THEN
    RAISE EXCEPTION 'salvage: track_counts is off, so writes cannot be counted';
  END IF;
END
{{end}}
{{define "undo-find"}}
DECLARE
  led record;
  x record;
  bad text;
  some bigint;
BEGIN
{{- template "in-transaction" .}}
  SELECT * INTO led FROM salvage.ledger l WHERE l.run = {{lit .Run}};
  INSERT INTO pg_temp.salvage_stat (rel, ins, upd, del)
  SELECT coalesce(pg_partition_root(s.relid)::oid, s.relid), sum(s.n_tup_ins), sum(s.n_tup_upd), sum(s.n_tup_del)
  FROM pg_stat_xact_user_tables s GROUP BY 1;
  INSERT INTO pg_temp.salvage_undo (n, tbl, key, new_key, how, row_hash, was, stored)
  SELECT i.n, i.tbl, i.key, i.new_key, i.how, i.row_hash, i.was, i.stored FROM salvage.id_map i
  WHERE i.run = led.run AND i.attempt = led.attempt AND NOT i.undone AND i.how IN ('new', 'original', 'updated', 'added');
  INSERT INTO pg_temp.salvage_side (rel, key, row_hash)
  SELECT s.tbl, s.key, s.row_hash FROM salvage.side_row s WHERE s.run = led.run AND s.attempt = led.attempt AND NOT s.undone;
  ANALYZE pg_temp.salvage_undo;

  -- newest first: a later run that rests on these rows must go before this one
  SELECT string_agg(DISTINCT l.run, ', ') INTO bad
  FROM salvage.ledger l JOIN salvage.id_map i ON i.run = l.run AND i.attempt = l.attempt AND NOT i.undone AND i.key IS NOT NULL
  JOIN pg_temp.salvage_undo u ON u.tbl = i.tbl AND u.new_key = i.new_key AND u.how <> 'added'
  WHERE l.run <> led.run AND l.state IN ('applied', 'rolled back in part') AND l.applied_at > led.applied_at;
  IF bad IS NOT NULL THEN
    RAISE EXCEPTION 'salvage: later runs rest on rows of run {{.Run}}: %', bad
      USING HINT = 'roll those back first, the newest first';
  END IF;

  FOR x IN SELECT b.* FROM pg_temp.salvage_tab b ORDER BY b.ord LOOP
    EXECUTE format('SELECT count(*) FROM (SELECT 1 FROM %s t JOIN pg_temp.salvage_undo r ON r.tbl = %L AND %s FOR UPDATE OF t) l', x.rel, x.tbl, x.match) INTO some;
    EXECUTE format('UPDATE pg_temp.salvage_undo r SET found = true, touched = r.how <> ''added'' AND md5(%s::text) IS DISTINCT FROM r.row_hash FROM %s t WHERE r.tbl = %L AND %s', x.image, x.rel, x.tbl, x.match);
  END LOOP;
  FOR x IN SELECT DISTINCT a.* FROM pg_temp.salvage_ack a JOIN pg_temp.salvage_side s ON s.rel = a.rel WHERE a.verb = 'insert' ORDER BY a.rel LOOP
    EXECUTE format('UPDATE pg_temp.salvage_side s SET kept = false FROM %s t WHERE s.rel = %L AND s.key = ARRAY[%s] AND s.row_hash = md5(%s::text)', x.rel, x.rel, x.key, x.image);
  END LOOP;
  -- rows of others that point at ours, by declared foreign keys (of a partition too: its rows are its root's)
  -- and by the columns that the plan filled
  FOR x IN
    SELECT k.conrelid::regclass::text AS child, k.conrelid AS coid, b.rel, b.tbl, b.match,
           (SELECT string_agg(format('c.%I = t.%I', ca.attname, pa.attname), ' AND ' ORDER BY p.i)
            FROM generate_subscripts(k.conkey, 1) AS p (i)
            JOIN pg_attribute ca ON ca.attrelid = k.conrelid AND ca.attnum = k.conkey[p.i]
            JOIN pg_attribute pa ON pa.attrelid = k.confrelid AND pa.attnum = k.confkey[p.i]) AS cond
    FROM pg_constraint k JOIN pg_temp.salvage_tab b ON b.rel::regclass::oid = k.confrelid WHERE k.contype = 'f' AND k.conparentid = 0
    UNION
    SELECT l.child, l.child::regclass::oid, b.rel, b.tbl, b.match, l.cond
    FROM pg_temp.salvage_link l JOIN pg_temp.salvage_tab b ON b.tbl = l.parent
    ORDER BY 1, 3, 6
  LOOP
    EXECUTE format('UPDATE pg_temp.salvage_undo r SET used = %L FROM %s t, %s c WHERE r.tbl = %L AND r.how NOT IN (''updated'', ''added'') AND %s AND %s%s%s',
      x.child, x.rel, x.child, x.tbl, x.match, x.cond,
      coalesce((SELECT format(' AND NOT EXISTS (SELECT 1 FROM pg_temp.salvage_undo v WHERE v.tbl = %L AND v.how <> ''added'' AND %s)', b.tbl, b.other)
                FROM pg_temp.salvage_tab b WHERE b.rel::regclass::oid = coalesce(pg_partition_root(x.coid)::oid, x.coid)), ''),
      coalesce((SELECT DISTINCT format(' AND NOT EXISTS (SELECT 1 FROM pg_temp.salvage_side s WHERE s.rel = %L AND NOT s.kept AND s.key = ARRAY[%s])', a.rel, a.other)
                FROM pg_temp.salvage_ack a WHERE a.rel::regclass::oid = coalesce(pg_partition_root(x.coid)::oid, x.coid) AND a.verb = 'insert' AND a.key <> ''), ''));
  END LOOP;
  SELECT string_agg(format('%s %s: %s', y.tbl, y.new_key, y.why), '; ' ORDER BY y.tbl, y.n) INTO bad FROM (
    SELECT u.n, u.tbl, u.new_key, CASE WHEN NOT u.found THEN 'gone' WHEN u.touched THEN 'changed since' ELSE 'in use by ' || u.used END AS why
    FROM pg_temp.salvage_undo u WHERE NOT u.found OR u.touched OR u.used IS NOT NULL ORDER BY u.tbl, u.n LIMIT 20) y;
  IF bad IS NOT NULL THEN
    RAISE EXCEPTION 'salvage: % rows of run {{.Run}} were changed or are used since; nothing was removed: %',
      (SELECT count(*) FROM pg_temp.salvage_undo u WHERE NOT u.found OR u.touched OR u.used IS NOT NULL), bad
      USING HINT = 'people work with these rows now: correct them by hand, or roll back what uses them first';
  END IF;
END
{{end}}
{{define "undo"}}
DECLARE
  x record;
  bad text;
BEGIN
{{- template "in-transaction" .}}
  -- the company's triggers keep still for this transaction: nobody may be mailed about an undo,
  -- and a row put back must be exactly as it was
  INSERT INTO pg_temp.salvage_quiet (rel, trigger)
  SELECT b.rel, g.tgname FROM pg_temp.salvage_tab b JOIN pg_trigger g ON g.tgrelid = b.rel::regclass
  WHERE NOT g.tgisinternal AND g.tgenabled = 'O' AND g.tgtype & 24 > 0 AND EXISTS (SELECT 1 FROM pg_temp.salvage_undo u WHERE u.tbl = b.tbl);
  FOR x IN SELECT * FROM pg_temp.salvage_quiet q ORDER BY q.rel, q.trigger LOOP
    EXECUTE format('ALTER TABLE %s DISABLE TRIGGER %I', x.rel, x.trigger);
  END LOOP;

  FOR x IN SELECT DISTINCT a.rel, a.key FROM pg_temp.salvage_ack a JOIN pg_temp.salvage_side s ON s.rel = a.rel AND NOT s.kept WHERE a.verb = 'insert' ORDER BY a.rel LOOP
    EXECUTE format('DELETE FROM %s t USING pg_temp.salvage_side s WHERE s.rel = %L AND NOT s.kept AND s.key = ARRAY[%s]', x.rel, x.rel, x.key);
  END LOOP;
  FOR x IN SELECT b.* FROM pg_temp.salvage_tab b ORDER BY b.ord DESC LOOP
    EXECUTE format('DELETE FROM %s t USING pg_temp.salvage_undo r WHERE r.tbl = %L AND r.how NOT IN (''updated'', ''added'') AND %s', x.rel, x.tbl, x.match);
    IF EXISTS (SELECT 1 FROM pg_temp.salvage_undo u WHERE u.tbl = x.tbl AND u.how = 'updated') THEN
      EXECUTE format('UPDATE %s t SET %s FROM pg_temp.salvage_undo r WHERE r.tbl = %L AND r.how = ''updated'' AND md5(%s::text) IS NOT DISTINCT FROM r.row_hash AND %s', x.rel,
        (SELECT string_agg(format('%I = (r.was ->> %L)::%s', k.col, k.col, k.typ), ', ' ORDER BY k.pos) FROM pg_temp.salvage_col k WHERE k.tbl = x.tbl), x.tbl, x.image, x.match);
    END IF;
  END LOOP;
{{- range $t := .Tabs}}{{if .Sums}}
  -- {{remark .Name}}: stored sums go back by what this run added; a sum that nobody moved since is put back as it was.
  -- Rows that were put back or removed whole are done.
  UPDATE pg_temp.salvage_undo r SET how = 'done' WHERE r.tbl = {{lit .Name}} AND r.how = 'added' AND EXISTS (
    SELECT 1 FROM pg_temp.salvage_undo o WHERE o.tbl = r.tbl AND o.key = r.key AND o.how NOT IN ('added', 'done'));
  EXECUTE format({{lit (sumUndo .)}}, {{lit .SQL}});
{{- end}}{{end}}
  SET CONSTRAINTS ALL IMMEDIATE;

  -- exactly this run's rows were removed or put back, and nothing else was written
  SELECT string_agg(format('%s: %s inserted, %s updated (of %s), %s removed (of %s)', w.rel::regclass, w.ins, w.upd, w.pupd, w.del, w.pdel), '; ' ORDER BY w.rel::regclass::text) INTO bad
  FROM (
    SELECT coalesce(n.rel, p.rel) AS rel, coalesce(n.ins, 0) AS ins, coalesce(n.upd, 0) AS upd, coalesce(n.del, 0) AS del, coalesce(p.upd, 0) AS pupd, coalesce(p.del, 0) AS pdel
    FROM (SELECT s.rel, s.ins - coalesce(o.ins, 0) AS ins, s.upd - coalesce(o.upd, 0) AS upd, s.del - coalesce(o.del, 0) AS del
          FROM (SELECT coalesce(pg_partition_root(t.relid)::oid, t.relid) AS rel, sum(t.n_tup_ins) AS ins, sum(t.n_tup_upd) AS upd, sum(t.n_tup_del) AS del
                FROM pg_stat_xact_user_tables t WHERE t.schemaname <> 'salvage' AND t.schemaname !~ '^pg_(toast_)?temp_' GROUP BY 1) s
          LEFT JOIN pg_temp.salvage_stat o ON o.rel = s.rel) n
    FULL JOIN (SELECT e.rel, sum(e.upd) AS upd, sum(e.del) AS del FROM (
                 SELECT b.rel::regclass::oid AS rel, count(*) FILTER (WHERE u.how = 'updated') + count(DISTINCT u.key) FILTER (WHERE u.how = 'added') AS upd, count(*) FILTER (WHERE u.how NOT IN ('updated', 'added', 'done')) AS del
                 FROM pg_temp.salvage_tab b JOIN pg_temp.salvage_undo u ON u.tbl = b.tbl GROUP BY 1
                 UNION ALL
                 SELECT s.rel::regclass::oid, 0, count(*) FROM pg_temp.salvage_side s WHERE NOT s.kept GROUP BY 1) e GROUP BY 1) p ON p.rel = n.rel) w
  WHERE w.ins <> 0 OR w.upd <> w.pupd OR w.del <> w.pdel;
  IF bad IS NOT NULL THEN
    RAISE EXCEPTION 'salvage: the undo wrote more or less than it should: %', bad
      USING HINT = 'a cascade or rule wrote along; nothing was removed';
  END IF;
  FOR x IN SELECT * FROM pg_temp.salvage_quiet q ORDER BY q.rel, q.trigger LOOP
    EXECUTE format('ALTER TABLE %s ENABLE TRIGGER %I', x.rel, x.trigger);
  END LOOP;

  UPDATE salvage.id_map i SET undone = true FROM salvage.ledger l WHERE l.run = {{lit .Run}} AND i.run = l.run AND i.attempt = l.attempt;
  UPDATE salvage.side_row i SET undone = true FROM salvage.ledger l, pg_temp.salvage_side s
  WHERE l.run = {{lit .Run}} AND i.run = l.run AND i.attempt = l.attempt AND s.rel = i.tbl AND s.key = i.key AND NOT s.kept;
  UPDATE salvage.ledger l SET state = CASE WHEN EXISTS (SELECT 1 FROM pg_temp.salvage_side s WHERE s.kept)
      OR EXISTS (SELECT 1 FROM pg_temp.salvage_ack a WHERE a.verb <> 'insert') THEN 'rolled back in part' ELSE 'rolled back' END,
    rolled_back_at = clock_timestamp(), rolled_back_by = session_user
  WHERE l.run = {{lit .Run}};
END
{{end}}
