package backup

// This file: MySQL and MariaDB over the network, copied in the form of a dump.

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"

	"github.com/go-sql-driver/mysql"

	"salvage/model"
)

// liveDelimiter ends statements that hold semicolons of their own.
const liveDelimiter = ";;salvage;;"

// myConfig reads a URL: mysql://user:password@host:port/database?tls=…, with ?socket=/path for a socket.
func myConfig(u *url.URL) (*mysql.Config, error) {
	cfg := mysql.NewConfig()
	cfg.User = u.User.Username()
	cfg.Passwd, _ = u.User.Password()
	cfg.DBName = strings.Trim(u.Path, "/")
	cfg.Net, cfg.Addr = "tcp", net.JoinHostPort(u.Hostname(), "3306")
	if p := u.Port(); p != "" {
		cfg.Addr = net.JoinHostPort(u.Hostname(), p)
	}
	q := u.Query()
	if s := q.Get("socket"); s != "" {
		cfg.Net, cfg.Addr = "unix", s
	}
	for k := range q {
		if !slices.Contains([]string{"socket", "tls", "ssl-mode"}, k) {
			return nil, fmt.Errorf("the URL's parameter %q is not known\nhint: known are tls (true, skip-verify, preferred, false), ssl-mode and socket", clipName(k))
		}
	}
	mode, ok := map[string]string{"": "", "true": "true", "skip-verify": "skip-verify", "preferred": "preferred", "false": "false",
		"DISABLED": "false", "PREFERRED": "preferred", "REQUIRED": "skip-verify", "VERIFY_CA": "true", "VERIFY_IDENTITY": "true"}[q.Get("tls")+q.Get("ssl-mode")]
	if !ok {
		return nil, errors.New("the URL's tls is not one of true, skip-verify, preferred, false")
	}
	cfg.TLSConfig = mode
	if mode == "" {
		cfg.TLSConfig = "true"
		if cfg.Net == "unix" || localHost(u.Hostname()) {
			cfg.TLSConfig = "false"
		}
	}
	cfg.Timeout = connectTimeout
	cfg.AllowNativePasswords, cfg.AllowCleartextPasswords, cfg.AllowAllFiles = true, false, false
	cfg.Collation = "utf8mb4_general_ci"
	return cfg, nil
}

// liveMySQL copies the database that u names, or, without a name, all that the role may see.
func liveMySQL(ctx context.Context, b *Backup, u *url.URL, s *spool) error {
	cfg, err := myConfig(u)
	if err != nil {
		return err
	}
	connector, err := mysql.NewConnector(cfg)
	if err != nil {
		return err
	}
	db := sql.OpenDB(connector)
	defer db.Close()
	conn, err := db.Conn(ctx)
	if err != nil {
		return fmt.Errorf("%w\nhint: connections to other machines must be encrypted and checked unless the URL says otherwise: ?tls=skip-verify or ?tls=false", err)
	}
	defer conn.Close()
	c := &myCopy{ctx: ctx, conn: conn, s: s, b: b}
	for _, q := range []string{"SET NAMES utf8mb4", "SET SESSION time_zone = '+00:00'", "SET SESSION sql_mode = ''", "SET SESSION sql_quote_show_create = 1",
		"SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ", "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY"} {
		if _, err := conn.ExecContext(ctx, q); err != nil {
			return fmt.Errorf("%s: %w", q, err)
		}
	}
	for _, q := range []string{"SET SESSION max_statement_time = 0", "SET SESSION max_execution_time = 0", "SET SESSION net_write_timeout = 3600"} {
		conn.ExecContext(ctx, q) // each of the two kinds of server knows one of these; without them a limit of the server's holds
	}
	if err := conn.QueryRowContext(ctx, "SELECT version()").Scan(&b.health.Server); err != nil {
		return err
	}
	b.health.Format = "mysql (live)"
	if err := c.grants(); err != nil {
		return err
	}
	return c.all(cfg.DBName)
}

// myCopy writes databases as a dump.
type myCopy struct {
	ctx  context.Context
	conn *sql.Conn
	s    *spool
	b    *Backup
}

// texts gives one text column of a query, by its place.
func (c *myCopy) texts(column int, query string, args ...any) (out []string, err error) {
	rows, err := c.conn.QueryContext(c.ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	cols, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	cells, dest := make([]sql.NullString, len(cols)), make([]any, len(cols))
	for i := range dest {
		dest[i] = &cells[i]
	}
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return nil, err
		}
		if column < len(cells) {
			out = append(out, cells[column].String)
		}
	}
	return out, rows.Err()
}

// grants warns when the role could write.
func (c *myCopy) grants() error {
	lines, err := c.texts(0, "SHOW GRANTS")
	if err != nil {
		return err
	}
	var found []string
	for _, l := range lines {
		privileges, _, ok := strings.Cut(strings.TrimPrefix(l, "GRANT "), " ON ")
		if !ok {
			continue
		}
		for p := range strings.SplitSeq(privileges, ",") {
			word := strings.ToUpper(strings.TrimSpace(p))
			word, _, _ = strings.Cut(word, " (")
			if slices.Contains([]string{"ALL PRIVILEGES", "ALL", "INSERT", "UPDATE", "DELETE", "DROP", "ALTER", "CREATE", "SUPER", "FILE"}, word) && !slices.Contains(found, word) {
				found = append(found, word)
			}
		}
	}
	if len(found) > 0 {
		slices.Sort(found)
		c.b.mayWrite("it has " + strings.Join(found, ", "))
	}
	return nil
}

func myIdent(s string) string { return "`" + strings.ReplaceAll(s, "`", "``") + "`" }

func (c *myCopy) all(only string) error {
	c.s.printf("-- MySQL dump\n-- Server version %s\n/*!40101 SET NAMES utf8mb4 */;\n/*!40103 SET TIME_ZONE='+00:00' */;\n", strings.ReplaceAll(c.b.health.Server, "\n", " "))
	dbs := []string{only}
	if only == "" {
		var err error
		if dbs, err = c.texts(0, "SHOW DATABASES"); err != nil {
			return err
		}
		dbs = slices.DeleteFunc(dbs, systemDB)
	}
	for _, db := range dbs {
		if err := c.database(db); err != nil {
			return fmt.Errorf("database %s: %w", db, err)
		}
	}
	c.s.printf("-- Dump completed\n")
	return nil
}

func (c *myCopy) database(db string) error {
	if _, err := c.conn.ExecContext(c.ctx, "USE "+myIdent(db)); err != nil {
		return err
	}
	c.s.printf("USE %s;\n", myIdent(db))
	tables, err := c.texts(0, "SHOW FULL TABLES WHERE Table_type IN ('BASE TABLE', 'SYSTEM VERSIONED')")
	if err != nil {
		return err
	}
	for _, t := range tables {
		if err := c.table(db, t); err != nil {
			return fmt.Errorf("table %s: %w", t, err)
		}
	}
	other, err := c.texts(0, "SELECT table_name FROM information_schema.tables WHERE table_schema = ? AND table_type = 'BASE TABLE' AND engine NOT IN ('InnoDB', 'RocksDB', 'TokuDB', 'NDBCLUSTER') ORDER BY 1", db)
	if err != nil {
		return err
	}
	if len(other) > 0 {
		c.b.health.Problems = append(c.b.health.Problems, fmt.Sprintf("%d tables have no transactions and may be of different moments: %s", len(other), strings.Join(other[:min(len(other), 8)], ", ")))
	}
	return c.programs(db)
}

// programs writes triggers, functions and procedures.
func (c *myCopy) programs(db string) error {
	for _, x := range []struct {
		list, show string
		column     int
	}{
		{"SELECT trigger_name FROM information_schema.triggers WHERE trigger_schema = ? ORDER BY event_object_table, action_timing, event_manipulation, action_order", "TRIGGER", 2},
		{"SELECT routine_name FROM information_schema.routines WHERE routine_schema = ? AND routine_type = 'FUNCTION' ORDER BY 1", "FUNCTION", 2},
		{"SELECT routine_name FROM information_schema.routines WHERE routine_schema = ? AND routine_type = 'PROCEDURE' ORDER BY 1", "PROCEDURE", 2},
	} {
		names, err := c.texts(0, x.list, db)
		if err != nil {
			return err
		}
		for _, n := range names {
			text, err := c.texts(x.column, "SHOW CREATE "+x.show+" "+myIdent(n))
			if err != nil {
				return err
			}
			if len(text) > 0 && text[0] != "" {
				c.s.printf("DELIMITER %s\n%s\n%s\nDELIMITER ;\n", liveDelimiter, text[0], liveDelimiter)
			}
		}
	}
	return nil
}

// table writes the declaration and the rows of one table.
func (c *myCopy) table(db, name string) error {
	text, err := c.texts(1, "SHOW CREATE TABLE "+myIdent(name))
	if err != nil {
		return err
	}
	if len(text) != 1 {
		return errors.New("the server does not say how it is declared")
	}
	c.s.printf("%s;\n", text[0])
	cols, err := c.columns(db, name)
	if err != nil || len(cols) == 0 {
		return err
	}
	return c.rows(name, cols)
}

// liveColumn is a column that is read: how it is selected, and how its values are written.
type liveColumn struct {
	name, selected string
	bare, binary   bool
}

// columns lists the columns that are not generated. Numbers are asked for as text: the driver would make numbers of
// them and write these in Go's way.
func (c *myCopy) columns(db, table string) (out []liveColumn, err error) {
	rows, err := c.conn.QueryContext(c.ctx, "SELECT column_name, lower(data_type) FROM information_schema.columns WHERE table_schema = ? AND table_name = ? AND upper(extra) NOT LIKE '%VIRTUAL%' AND upper(extra) NOT LIKE '%STORED%' AND upper(extra) NOT LIKE '%PERSISTENT%' ORDER BY ordinal_position", db, table)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var name, kind string
		if err := rows.Scan(&name, &kind); err != nil {
			return nil, err
		}
		l := liveColumn{name: myIdent(name), selected: myIdent(name)}
		switch cell := (&myRows{}).column(&model.Column{Type: kind}).kind; cell {
		case cellNumber:
			l.bare, l.selected = true, "CAST("+l.name+" AS CHAR)"
		case cellBinary, cellBits:
			l.binary = true
		}
		out = append(out, l)
	}
	return out, rows.Err()
}

func (c *myCopy) rows(name string, cols []liveColumn) error {
	const perInsert = 500
	names, selected := make([]string, len(cols)), make([]string, len(cols))
	cells, dest := make([]sql.RawBytes, len(cols)), make([]any, len(cols))
	for i, l := range cols {
		names[i], selected[i], dest[i] = l.name, l.selected, &cells[i]
	}
	rows, err := c.conn.QueryContext(c.ctx, "SELECT "+strings.Join(selected, ", ")+" FROM "+myIdent(name))
	if err != nil {
		return err
	}
	defer rows.Close()
	head := "INSERT INTO " + myIdent(name) + " (" + strings.Join(names, ", ") + ") VALUES\n("
	var line []byte
	n := 0
	for ; rows.Next(); n++ {
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		line = append(line[:0], ",\n("...)
		if n%perInsert == 0 {
			line = line[:0]
			if n > 0 {
				line = append(line, ";\n"...)
			}
			line = append(line, head...)
		}
		for i, v := range cells {
			if i > 0 {
				line = append(line, ',')
			}
			line = appendLiteral(line, v, cols[i].bare, cols[i].binary)
		}
		if _, err := c.s.Write(append(line, ')')); err != nil {
			return err
		}
	}
	if n > 0 {
		c.s.printf(";\n")
	}
	return rows.Err()
}

// appendLiteral writes a value as mysqldump does with --hex-blob.
func appendLiteral(out []byte, v sql.RawBytes, bare, binary bool) []byte {
	switch {
	case v == nil:
		return append(out, "NULL"...)
	case bare:
		return append(out, v...)
	case binary && len(v) > 0:
		return hex.AppendEncode(append(out, "0x"...), v)
	}
	out = append(out, '\'')
	for len(v) > 0 {
		i := bytes.IndexAny(v, "'\\\x00")
		if i < 0 {
			out = append(out, v...)
			break
		}
		out = append(out, v[:i]...)
		if v[i] == 0 {
			out = append(out, `\0`...)
		} else {
			out = append(out, '\\', v[i])
		}
		v = v[i+1:]
	}
	return append(out, '\'')
}
