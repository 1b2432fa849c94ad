package backup

// This file: SQLite files, opened so that not a byte of them or beside them changes.

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"salvage/model"

	"github.com/mattn/go-sqlite3"
)

// sqliteEngine reads rows of a SQLite file.
type sqliteEngine struct {
	db    *sql.DB
	order map[*model.Table]string // ORDER BY of the file's own order
	found findings                // nil once the first pass is over
	tidy  []string                // files and folders of ours to remove
}

// openSQLite opens the database and judges it.
func openSQLite(b *Backup, data *os.File, drop bool, tmpDir string) (err error) {
	e := &sqliteEngine{order: map[*model.Table]string{}, found: findings{}}
	defer func() {
		if err != nil {
			e.close()
		}
	}()
	path := b.path
	if drop {
		path = data.Name()
		e.tidy = append(e.tidy, path)
	}
	dsn, err := e.place(b, data, path, drop, tmpDir)
	if err != nil {
		return fmt.Errorf("open backup %s: %w", b.path, err)
	}
	data.Close()
	e.db = sql.OpenDB(connector{dsn: dsn, drv: &sqlite3.SQLiteDriver{ConnectHook: harden}})
	b.schema, b.engine = &model.Schema{Dialect: "sqlite", Enums: map[string][]string{}}, e
	b.health.Footer = true
	if err := e.check(b); err != nil {
		return err
	}
	if b.health.Fatal && len(b.schema.Tables) == 0 {
		return nil
	}
	return e.count(b)
}

// connector opens connections of one file without a global driver registration.
type connector struct {
	dsn string
	drv *sqlite3.SQLiteDriver
}

// Connect opens one connection.
func (c connector) Connect(context.Context) (driver.Conn, error) { return c.drv.Open(c.dsn) }

// Driver gives the driver.
func (c connector) Driver() driver.Driver { return c.drv }

// harden keeps a hostile schema from doing anything but hold data.
func harden(c *sqlite3.SQLiteConn) error {
	for _, p := range []string{"PRAGMA trusted_schema=OFF", "PRAGMA cell_size_check=ON", "PRAGMA mmap_size=0", "PRAGMA query_only=ON"} {
		if _, err := c.Exec(p, nil); err != nil {
			return err
		}
	}
	return nil
}

// place decides how to open the file. With a write-ahead log or a journal beside it, copies of both are opened:
// SQLite would otherwise write beside the original. A file that says it has a log, and has none, is damaged goods:
// what was only in the log is lost.
func (e *sqliteEngine) place(b *Backup, data *os.File, path string, packed bool, tmpDir string) (dsn string, err error) {
	head := make([]byte, 20)
	if _, err := data.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	wal := head[18] == 2 || head[19] == 2
	var beside []string
	for _, suffix := range []string{"-wal", "-journal"} {
		if st, err := os.Stat(path + suffix); err == nil && st.Size() > 0 && !packed {
			beside = append(beside, suffix)
		}
	}
	if len(beside) == 0 {
		if wal {
			b.health.Fatal = true
			b.health.Problems = append(b.health.Problems, "the SQLite file is in WAL mode but its -wal file is missing: what was written last may be lost; copy the -wal file beside it, or make the copy with .backup (if the program that used it had closed it, run PRAGMA journal_mode=DELETE on a copy)")
		}
		return fileDSN(path, "mode=ro&immutable=1")
	}
	if err := b.watchBeside(path, beside); err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp(tmpDir, "salvage-sqlite-*")
	if err != nil {
		return "", err
	}
	e.tidy = append(e.tidy, dir)
	copied := filepath.Join(dir, "backup.db")
	for _, suffix := range append([]string{""}, beside...) {
		if err := copyFile(path+suffix, copied+suffix); err != nil {
			return "", err
		}
	}
	return fileDSN(copied, "mode=rw")
}

// watchBeside has the files beside the database fingerprinted again in the end, as the database itself is.
func (b *Backup) watchBeside(path string, beside []string) error {
	sums := func() (all string, err error) {
		for _, suffix := range beside {
			sum, _, err := hashFile(path + suffix)
			if err != nil {
				return "", err
			}
			all += sum
		}
		return all, nil
	}
	before, err := sums()
	b.again = func() (string, error) {
		after, err := sums()
		if err != nil || after != before {
			return "", err
		}
		sum, _, err := hashFile(b.path)
		return sum, err
	}
	return err
}

func fileDSN(path, query string) (string, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	return "file:" + (&url.URL{Path: abs}).EscapedPath() + "?" + query, nil
}

func copyFile(from, to string) error {
	src, err := os.Open(from)
	if err != nil {
		return err
	}
	defer src.Close()
	dst, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if _, err := io.Copy(dst, src); err != nil {
		dst.Close()
		return err
	}
	return dst.Close()
}

// check runs SQLite's own check and reads the schema; what SQLite finds is a problem of the file, not an error.
func (e *sqliteEngine) check(b *Backup) error {
	fatal := func(format string, args ...any) {
		b.health.Fatal = true
		b.health.Problems = append(b.health.Problems, fmt.Sprintf(format, args...))
	}
	rows, err := e.db.Query("PRAGMA quick_check(5)")
	if err != nil {
		fatal("SQLite cannot read the file: %v", err)
		return nil
	}
	found, err := texts(rows)
	if err != nil {
		fatal("SQLite cannot read the file: %v", err)
		return nil
	}
	for _, s := range found {
		if s != "ok" {
			fatal("SQLite finds the file damaged: %s", s)
		}
	}
	if err := e.readSchema(b); err != nil {
		fatal("the file's schema cannot be read: %v", err)
	}
	return nil
}

// texts reads a result of one text column.
func texts(rows *sql.Rows) (out []string, err error) {
	defer rows.Close()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, rows.Err()
}

// count reads every row once: numbers, encodings, and pages that cannot be read.
func (e *sqliteEngine) count(b *Backup) error {
	h := &b.health
	for _, t := range b.schema.Tables {
		if err := e.each(t, func(*model.Row) error { t.Rows++; return nil }); err != nil {
			h.Fatal = true
			h.Problems = append(h.Problems, fmt.Sprintf("table %s: reading breaks off after %d rows: %v", t.Name, t.Rows, err))
		}
		h.Rows += t.Rows
	}
	h.Tables = len(b.schema.Tables)
	h.Declared = "UTF8"
	h.Encoding = e.found.list()
	h.Problems = append(h.Problems, e.found.sentences(h.Declared)...)
	switch {
	case h.Tables == 0:
		h.Fatal = true
		h.Problems = append(h.Problems, "the file declares no tables")
	case h.Rows == 0:
		h.Fatal = true
		h.Problems = append(h.Problems, fmt.Sprintf("the file declares %d tables but holds no rows", h.Tables))
	}
	e.found = nil
	return nil
}

func (e *sqliteEngine) each(t *model.Table, f func(*model.Row) error) error {
	cols := make([]string, len(t.Columns))
	list := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		cols[i] = c.Name
		list[i] = "+" + sqliteIdent(c.Name) // a plus hides the declared type, by which the driver would convert
	}
	rows, err := e.db.Query("SELECT " + strings.Join(list, ", ") + " FROM " + sqliteIdent(t.Name) + e.order[t])
	if err != nil {
		return fmt.Errorf("read rows of %s: %w", t.Name, err)
	}
	defer rows.Close()
	raw, dest := make([]any, len(cols)), make([]any, len(cols))
	vals, ptrs := make([]string, len(cols)), make([]*string, len(cols))
	for i := range raw {
		dest[i] = &raw[i]
	}
	row := &model.Row{Table: t, Cols: cols, Values: ptrs}
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return fmt.Errorf("read rows of %s: %w", t.Name, err)
		}
		row.Line++
		for i, v := range raw {
			ptrs[i] = nil
			if s, ok := e.text(t, cols[i], v); ok {
				vals[i], ptrs[i] = s, &vals[i]
			}
		}
		if err := f(row); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read rows of %s: %w", t.Name, err)
	}
	return nil
}

// text is a stored value in PostgreSQL's text form; ok is false for NULL. Blobs are \x and hex digits.
func (e *sqliteEngine) text(t *model.Table, col string, v any) (s string, ok bool) {
	switch v := v.(type) {
	case nil:
		return "", false
	case int64:
		return strconv.FormatInt(v, 10), true
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), true
	case []byte:
		return `\x` + hex.EncodeToString(v), true
	case string:
		s, as := charset{}.decode([]byte(v))
		if as != "" && e.found != nil {
			e.found.add(t.Name, col, as)
		}
		return s, true
	default:
		return fmt.Sprint(v), true
	}
}

func (e *sqliteEngine) close() (err error) {
	if e.db != nil {
		err = e.db.Close()
	}
	for _, p := range e.tidy {
		if rerr := os.RemoveAll(p); err == nil {
			err = rerr
		}
	}
	return err
}

func sqliteIdent(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }
