package backup

// This file: PostgreSQL over the network, copied in the form of a plain dump.

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// pgPins are the settings that make the text of values that of a dump, whatever the server's and the role's own are.
func pgPins() []string {
	return []string{
		"SET search_path = ''", "SET client_encoding = 'UTF8'", "SET TimeZone = 'UTC'", "SET DateStyle = 'ISO'", "SET IntervalStyle = 'postgres'",
		"SET extra_float_digits = 3", "SET bytea_output = 'hex'", "SET xmloption = 'content'", "SET lc_monetary = 'C'",
		"SET synchronize_seqscans = off", "SET row_security = off", "SET statement_timeout = 0", "SET lock_timeout = 0",
		"SET idle_in_transaction_session_timeout = 0", "SET standard_conforming_strings = on",
	}
}

// pgConfig reads the URL, and asks for an encrypted connection to a checked server unless something else is said.
func pgConfig(u *url.URL) (*pgx.ConnConfig, error) {
	cfg, err := pgx.ParseConfig(u.String())
	if err != nil {
		return nil, err
	}
	local := localHost(cfg.Host)
	for _, f := range cfg.Fallbacks {
		local = local && localHost(f.Host)
	}
	if !local && u.Query().Get("sslmode") == "" && os.Getenv("PGSSLMODE") == "" {
		strict := *u
		q := strict.Query()
		q.Set("sslmode", "verify-full")
		strict.RawQuery = q.Encode()
		if cfg, err = pgx.ParseConfig(strict.String()); err != nil {
			return nil, err
		}
	}
	if cfg.ConnectTimeout == 0 {
		cfg.ConnectTimeout = connectTimeout
	}
	cfg.RuntimeParams["application_name"] = "salvage"
	cfg.DefaultQueryExecMode = pgx.QueryExecModeSimpleProtocol // also behind a pooler
	return cfg, nil
}

// livePostgres copies the database that u names.
func livePostgres(ctx context.Context, b *Backup, u *url.URL, s *spool) error {
	cfg, err := pgConfig(u)
	if err != nil {
		return err
	}
	conn, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		return fmt.Errorf("%w\nhint: connections to other machines must be encrypted and checked unless the URL says otherwise: sslmode=verify-full with sslrootcert=FILE, or sslmode=require", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	for _, q := range append([]string{"BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"}, pgPins()...) {
		if _, err := conn.Exec(ctx, q); err != nil {
			return fmt.Errorf("%s: %w", q, err)
		}
	}
	b.health.Format, b.health.Server = "postgres (live)", conn.PgConn().ParameterStatus("server_version")
	c := &pgCopy{ctx: ctx, conn: conn, s: s}
	if err := c.roles(b); err != nil {
		return err
	}
	return readable(c.all())
}

// pgCopy writes a database as a dump.
type pgCopy struct {
	ctx  context.Context
	conn *pgx.Conn
	s    *spool
}

// roles warns when the role could write.
func (c *pgCopy) roles(b *Backup) error {
	var super bool
	var owned, write int
	err := c.conn.QueryRow(c.ctx, `SELECT r.rolsuper,
		count(*) FILTER (WHERE pg_has_role(current_user, c.relowner, 'USAGE') AND NOT r.rolsuper),
		count(*) FILTER (WHERE has_table_privilege(c.oid, 'INSERT') OR has_table_privilege(c.oid, 'UPDATE') OR has_table_privilege(c.oid, 'DELETE') OR has_table_privilege(c.oid, 'TRUNCATE'))
		FROM pg_roles r LEFT JOIN (pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace AND `+pgOurs+`) ON c.relkind IN ('r', 'p')
		WHERE r.rolname = current_user GROUP BY r.rolsuper`).Scan(&super, &owned, &write)
	switch {
	case err != nil:
		return err
	case super:
		b.mayWrite("it is a superuser")
	case owned > 0:
		b.mayWrite(fmt.Sprintf("it owns %d tables", owned))
	case write > 0:
		b.mayWrite(fmt.Sprintf("it may change %d tables", write))
	}
	return nil
}

// pgOurs leaves out the server's own schemas; pgMember, what belongs to an extension.
const (
	pgOurs   = `n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'`
	pgMember = `NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = '%s'::pg_catalog.regclass AND d.objid = %s AND d.deptype = 'e')`
)

func notMember(catalog, oid string) string {
	return fmt.Sprintf(pgMember, "pg_catalog."+catalog, oid)
}

// all writes the parts of a dump in its order.
func (c *pgCopy) all() error {
	c.s.printf("--\n-- PostgreSQL database dump\n--\n\nSET client_encoding = 'UTF8';\nSET standard_conforming_strings = on;\nSELECT pg_catalog.set_config('search_path', '', false);\n\n")
	for _, q := range pgBefore() {
		if err := c.statements(q); err != nil {
			return err
		}
	}
	if err := c.tables(); err != nil {
		return err
	}
	for _, q := range pgAfter() {
		if err := c.statements(q); err != nil {
			return err
		}
	}
	c.s.printf("--\n-- PostgreSQL database dump complete\n--\n")
	return nil
}

// statements writes the statements that a query gives.
func (c *pgCopy) statements(query string) error {
	rows, err := c.conn.Query(c.ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return err
		}
		c.s.printf("%s;\n", text)
	}
	return rows.Err()
}

// pgBefore are the queries for what a dump declares before its rows.
func pgBefore() []string {
	return []string{
		`SELECT format('CREATE TYPE %I.%I AS ENUM (%s)', n.nspname, t.typname, string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder))
			FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace JOIN pg_catalog.pg_enum e ON e.enumtypid = t.oid
			WHERE ` + pgOurs + ` GROUP BY n.nspname, t.typname ORDER BY n.nspname, t.typname`,
		`SELECT format('CREATE DOMAIN %I.%I AS %s', n.nspname, t.typname, pg_catalog.format_type(t.typbasetype, t.typtypmod))
			FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace WHERE t.typtype = 'd' AND ` + pgOurs + ` ORDER BY t.oid`,
		`SELECT pg_catalog.pg_get_functiondef(p.oid) FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
			WHERE p.prokind IN ('f', 'p') AND ` + pgOurs + ` AND ` + notMember("pg_proc", "p.oid") + ` ORDER BY n.nspname, p.proname, p.oid`,
		`SELECT format('CREATE SEQUENCE %I.%I', n.nspname, c.relname) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
			WHERE c.relkind = 'S' AND ` + pgOurs + ` AND ` + notMember("pg_class", "c.oid") + ` ORDER BY n.nspname, c.relname`,
		pgTables,
		`SELECT format('ALTER TABLE ONLY %I.%I ATTACH PARTITION %I.%I %s', pn.nspname, p.relname, n.nspname, c.relname, pg_catalog.pg_get_expr(c.relpartbound, c.oid))
			FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace JOIN pg_catalog.pg_inherits i ON i.inhrelid = c.oid
			JOIN pg_catalog.pg_class p ON p.oid = i.inhparent JOIN pg_catalog.pg_namespace pn ON pn.oid = p.relnamespace
			WHERE c.relispartition AND c.relkind IN ('r', 'p') AND ` + pgOurs + ` ORDER BY n.nspname, c.relname`,
		`SELECT format('ALTER TABLE %I.%I ALTER COLUMN %I ADD GENERATED %s AS IDENTITY (SEQUENCE NAME %s)', n.nspname, c.relname, a.attname,
			CASE a.attidentity WHEN 'a' THEN 'ALWAYS' ELSE 'BY DEFAULT' END, pg_catalog.pg_get_serial_sequence(format('%I.%I', n.nspname, c.relname), a.attname))
			FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
			WHERE a.attidentity <> '' AND a.attnum > 0 AND NOT a.attisdropped AND ` + pgOurs + ` ORDER BY n.nspname, c.relname, a.attnum`,
	}
}

// pgTables declares the tables, each after those that it inherits from; partitions are attached later.
const pgTables = `SELECT 'CREATE TABLE ' || format('%I.%I (', n.nspname, c.relname) || coalesce((SELECT string_agg(format('%I %s', a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod))
		|| CASE WHEN a.attgenerated <> '' THEN ' GENERATED ALWAYS AS (' || pg_catalog.pg_get_expr(ad.adbin, ad.adrelid) || ') STORED'
		        WHEN ad.adbin IS NOT NULL THEN ' DEFAULT ' || pg_catalog.pg_get_expr(ad.adbin, ad.adrelid) ELSE '' END
		|| CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END, ', ' ORDER BY a.attnum)
	FROM pg_catalog.pg_attribute a LEFT JOIN pg_catalog.pg_attrdef ad ON ad.adrelid = a.attrelid AND ad.adnum = a.attnum
	WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND (a.attislocal OR c.relispartition)), '') || ')'
	|| coalesce((SELECT ' INHERITS (' || string_agg(format('%I.%I', pn.nspname, p.relname), ', ' ORDER BY i.inhseqno) || ')' FROM pg_catalog.pg_inherits i
		JOIN pg_catalog.pg_class p ON p.oid = i.inhparent JOIN pg_catalog.pg_namespace pn ON pn.oid = p.relnamespace WHERE i.inhrelid = c.oid AND NOT c.relispartition), '')
	|| CASE WHEN c.relkind = 'p' THEN ' PARTITION BY ' || pg_catalog.pg_get_partkeydef(c.oid) ELSE '' END
	FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
	WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND ` + pgOurs + ` AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid AND d.deptype = 'e')
	ORDER BY EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid AND NOT c.relispartition), CASE WHEN EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid AND NOT c.relispartition) THEN c.oid ELSE 0 END, n.nspname, c.relname`

// pgAfter are the queries for what a dump declares after its rows.
func pgAfter() []string {
	return []string{
		`SELECT format('SELECT pg_catalog.setval(%L, %s, %s)', format('%I.%I', schemaname, sequencename), coalesce(last_value, start_value), (last_value IS NOT NULL)::text)
			FROM pg_catalog.pg_sequences n WHERE schemaname !~ '^pg_' ORDER BY schemaname, sequencename`,
		`SELECT format('ALTER TABLE ONLY %I.%I ADD CONSTRAINT %I %s', n.nspname, c.relname, k.conname, pg_catalog.pg_get_constraintdef(k.oid))
			FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class c ON c.oid = k.conrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
			WHERE c.relkind IN ('r', 'p') AND (k.contype IN ('p', 'u', 'x') OR k.contype IN ('f', 'c') AND k.conislocal AND k.conparentid = 0) AND ` + pgOurs + `
			ORDER BY n.nspname, c.relname, k.contype = 'f', k.conname`,
		`SELECT pg_catalog.pg_get_indexdef(i.indexrelid) FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
			JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid
			WHERE i.indisunique AND i.indisvalid AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x')) AND ` + pgOurs + ` ORDER BY n.nspname, x.relname`,
		`SELECT pg_catalog.pg_get_triggerdef(t.oid) FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
			WHERE NOT t.tgisinternal AND t.tgparentid = 0 AND ` + pgOurs + ` ORDER BY n.nspname, c.relname, t.tgname`,
	}
}

// tables copies the rows of every table, without those of its partitions and heirs.
func (c *pgCopy) tables() error {
	rows, err := c.conn.Query(c.ctx, `SELECT n.nspname, c.relname, coalesce((SELECT array_agg(a.attname::text ORDER BY a.attnum) FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''), '{}')
		FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
		WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND `+pgOurs+` AND `+notMember("pg_class", "c.oid")+` ORDER BY n.nspname, c.relname`)
	if err != nil {
		return err
	}
	type table struct {
		schema, name string
		cols         []string
	}
	list, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (t table, err error) {
		return t, r.Scan(&t.schema, &t.name, &t.cols)
	})
	if err != nil {
		return err
	}
	for _, t := range list {
		name := pgx.Identifier{t.schema, t.name}.Sanitize()
		cols := make([]string, len(t.cols))
		for i, n := range t.cols {
			cols[i] = pgx.Identifier{n}.Sanitize()
		}
		what := name + " (" + strings.Join(cols, ", ") + ")"
		c.s.printf("COPY %s FROM stdin;\n", what)
		if len(cols) == 0 {
			what = name
		}
		if _, err := c.conn.PgConn().CopyTo(c.ctx, c.s, "COPY "+what+" TO STDOUT"); err != nil {
			return fmt.Errorf("table %s.%s: %w", t.schema, t.name, err)
		}
		c.s.printf("\\.\n\n")
	}
	return nil
}

// readable says what a role needs that may not read all.
func readable(err error) error {
	var pe *pgconn.PgError
	if errors.As(err, &pe) && (pe.Code == "42501" || strings.Contains(pe.Message, "row-level security")) {
		return fmt.Errorf("%w\nhint: let the role read every table whole: GRANT pg_read_all_data TO it, and BYPASSRLS where tables have row-level security", err)
	}
	return err
}
