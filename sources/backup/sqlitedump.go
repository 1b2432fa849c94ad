package backup

// This file: what the sqlite3 program's .dump writes. Its statements are told apart by our lexer; those that declare
// tables and indexes and those that insert rows are given to SQLite itself, in a scratch file, under an authorizer that
// allows nothing else. The scratch file is then read as any other, so that both forms of one database read the same.

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"

	"github.com/mattn/go-sqlite3"
)

const formatSQLiteText = "sqlite .dump"

var sqliteTextStart = regexp.MustCompile(`^\s*(PRAGMA\s+foreign_keys\s*=|BEGIN TRANSACTION;)`)

// isSQLiteText tells a .dump by its first statement.
func isSQLiteText(head []byte) bool {
	return sqliteTextStart.Match(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")))
}

// sqliteText is the state of the pass over a .dump.
type sqliteText struct {
	b         *Backup
	in        *input
	lex       *lexer
	conn      *sqlite3.SQLiteConn
	late      []string // triggers: they must not fire while rows are inserted
	begun     bool
	committed bool
	failed    map[string]bool
	skipped   int64
}

func openSQLiteText(b *Backup, data *os.File, drop bool, tmpDir string) (err error) {
	dir, err := os.MkdirTemp(tmpDir, "salvage-sqlite-*")
	if err != nil {
		return fmt.Errorf("open backup %s: %w", b.path, err)
	}
	defer func() {
		if err != nil {
			os.RemoveAll(dir)
		}
	}()
	path := filepath.Join(dir, "dump.db")
	s := &sqliteText{b: b, failed: map[string]bool{}}
	if err := s.load(data, path); err != nil {
		return fmt.Errorf("read backup %s: %w", b.path, err)
	}
	scratch, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("read backup %s: %w", b.path, err)
	}
	if err := openSQLite(b, scratch, true, tmpDir); err != nil {
		return err
	}
	b.health.Footer = s.committed
	b.engine = &tidied{engine: b.engine, dir: dir}
	data.Close()
	if drop {
		os.Remove(data.Name())
	}
	return nil
}

// load brings the dump into a scratch file.
func (s *sqliteText) load(data *os.File, path string) error {
	if _, err := data.Seek(0, io.SeekStart); err != nil {
		return err
	}
	dsn, err := fileDSN(path, "mode=rwc")
	if err != nil {
		return err
	}
	conn, err := (&sqlite3.SQLiteDriver{}).Open(dsn)
	if err != nil {
		return err
	}
	s.conn = conn.(*sqlite3.SQLiteConn)
	defer s.conn.Close()
	for _, p := range []string{"PRAGMA journal_mode=OFF", "PRAGMA synchronous=OFF", "PRAGMA trusted_schema=OFF", "PRAGMA foreign_keys=OFF", "PRAGMA ignore_check_constraints=ON", "BEGIN"} {
		if _, err := s.conn.Exec(p, nil); err != nil {
			return err
		}
	}
	s.conn.SetLimit(sqlite3.SQLITE_LIMIT_LENGTH, maxLine)
	s.conn.RegisterAuthorizer(allowLoading)
	s.in = newInput(data, 0, 1)
	s.lex = &lexer{in: s.in, brackets: true, lite: true}
	if err := s.pass(); err != nil {
		return err
	}
	for _, sql := range s.late {
		s.exec(sql, s.in.line)
	}
	s.conn.RegisterAuthorizer(nil)
	_, err = s.conn.Exec("COMMIT", nil)
	return err
}

// allowLoading allows what declaring tables, indexes and triggers and inserting literals takes.
func allowLoading(op int, a, b, _ string) int {
	switch op {
	case sqlite3.SQLITE_CREATE_TABLE, sqlite3.SQLITE_CREATE_INDEX, sqlite3.SQLITE_CREATE_TRIGGER, sqlite3.SQLITE_REINDEX,
		sqlite3.SQLITE_INSERT, sqlite3.SQLITE_READ:
		return sqlite3.SQLITE_OK
	case sqlite3.SQLITE_UPDATE:
		if a == "sqlite_master" {
			return sqlite3.SQLITE_OK
		}
	case sqlite3.SQLITE_DELETE:
		if a == "sqlite_sequence" {
			return sqlite3.SQLITE_OK
		}
	case sqlite3.SQLITE_FUNCTION:
		if b != "load_extension" && b != "fts3_tokenizer" {
			return sqlite3.SQLITE_OK
		}
	}
	return sqlite3.SQLITE_DENY
}

// pass reads the whole file, statement by statement.
func (s *sqliteText) pass() error {
	if s.lex.see(0, 0xef) && s.lex.see(1, 0xbb) && s.lex.see(2, 0xbf) {
		for range 3 {
			s.in.next()
		}
	}
	for s.lex.skip() {
		line := s.in.line
		words, ended, err := s.statement()
		if err != nil {
			return err
		}
		switch {
		case s.lex.broken != "":
			s.b.fatal("the file ends in the middle of %s: it was cut short", s.lex.broken)
			return nil
		case !ended:
			s.b.fatal("the file ends in the middle of a statement (line %d): it was cut short", line)
			return nil
		case s.lex.over:
			s.b.fatal("the statement in line %d is longer than any that is read", line)
		default:
			s.obey(words, line)
		}
	}
	if !s.committed && !s.b.health.Fatal {
		s.b.fatal("the dump has no closing line (COMMIT): it was cut short")
	}
	if s.skipped > 0 {
		s.b.health.Problems = append(s.b.health.Problems, fmt.Sprintf("%d statements were passed over: they neither declare tables nor insert rows", s.skipped))
	}
	return s.in.err
}

// statement reads one statement, whose text the lexer keeps, and gives its first words. The statements within a
// trigger do not end it.
func (s *sqliteText) statement() (words []token, ended bool, err error) {
	s.lex.text, s.lex.over, s.lex.keep = s.lex.text[:0], false, true
	defer func() { s.lex.keep = false }()
	trigger := false
	var last [2]token
	for {
		t, err := s.lex.next()
		if err != nil || t.kind == tEOF {
			return words, false, err
		}
		if len(words) < 6 {
			words = append(words, t)
			trigger = trigger || len(words) > 1 && len(words) < 4 && words[0].is("create") && t.is("trigger")
		}
		if t.punct(";") && (!trigger || last[1].is("end") && last[0].punct(";")) {
			return words, true, nil
		}
		last[0], last[1] = last[1], t
	}
}

// obey gives a statement to SQLite, if it is of the kinds that are read.
func (s *sqliteText) obey(words []token, line int64) {
	at := func(i int) token {
		if i < len(words) {
			return words[i]
		}
		return token{}
	}
	sql := string(s.lex.text)
	switch first := at(0); {
	case first.punct(";"), first.is("pragma"), first.is("analyze"), first.is("create") && (at(1).is("view") || at(2).is("view")):
	case first.is("begin"), first.is("savepoint"):
		s.begun = true
	case first.is("commit"), first.is("end"), first.is("release"):
		s.committed = s.begun
	case first.is("rollback"):
		s.b.fatal("the dump ends with ROLLBACK: the database could not be read whole when it was made")
	case first.is("create") && at(1).is("trigger"):
		s.late = append(s.late, sql)
	case first.is("create") && (at(1).is("table") || at(1).is("index") || at(1).is("unique")):
		s.exec(sql, line)
	case first.is("delete") && at(2).text == "sqlite_sequence":
		s.exec(sql, line)
	case first.is("insert"), first.is("replace"):
		if t := at(2).text; at(1).is("into") && (t == "sqlite_master" || t == "sqlite_schema" || len(t) > 11 && t[:11] == "sqlite_stat") {
			s.skipped++ // virtual tables, statistics
			return
		}
		s.committed = false
		s.exec(sql, line)
	default:
		s.skipped++
	}
}

// exec runs one statement. What SQLite refuses is a row or a table lost.
func (s *sqliteText) exec(sql string, line int64) {
	const most = 20
	_, err := s.conn.Exec(sql, nil)
	if bytes.IndexByte([]byte(sql), 0) >= 0 {
		err = errors.New("it holds NUL bytes; a part of the file was probably never written")
	}
	if err != nil && !s.failed[err.Error()] && len(s.failed) < most {
		s.failed[err.Error()] = true
		s.b.fatal("the statement in line %d cannot be read: %v", line, err)
	}
}
