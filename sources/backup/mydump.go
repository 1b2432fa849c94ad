package backup

// This file: the first pass over a dump of MySQL or MariaDB: statement by statement, building the schema and an index
// of where every table's rows stand.

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"time"

	"salvage/model"
)

// tinyBool is how MySQL writes BOOLEAN.
const tinyBool = "tinyint(1)"

// myRun is a stretch of the file that holds INSERT statements into one table.
type myRun struct {
	table      *model.Table
	off, end   int64
	line, rows int64
	state      myState
}

// myState is what the statements before a run have set.
type myState struct {
	plain, ansi, utc bool
	cs               charset
}

// myPass is the state of the first pass.
type myPass struct {
	in     *input
	lex    *myLexer
	host   *pgPass // lends its cursor to the statements that define something
	schema *model.Schema
	health *Health
	found  findings
	state  myState
	mode   string            // SQL_MODE
	modes  map[string]string // SQL_MODE as kept in variables

	db        string // "" until the dump names one
	tables    map[[2]string]*model.Table
	foreign   map[*model.Table]string // database of each table
	runs      []*myRun
	functions map[string]string
	next      map[*model.Table]int64 // AUTO_INCREMENT=n
	zeros     map[*model.Column]int64
	notBool   map[*model.Column]bool
	odd       map[*model.Table]int64 // expressions
	unknown   map[string]int64
	views     map[[2]string]bool
	ours      bool // the file says which program wrote it
	opened    bool // it keeps settings that it restores in the end
	restored  bool // … and has restored them
	committed bool // the last statements closed a transaction
	naive     bool // TIMESTAMP columns without a zone
	inInserts bool
}

func newMyPass(r io.Reader, h *Health) *myPass {
	p := &myPass{
		in: newInput(r, 0, 1), health: h, found: findings{},
		schema: &model.Schema{Dialect: "mysql", Enums: map[string][]string{}},
		tables: map[[2]string]*model.Table{}, foreign: map[*model.Table]string{}, functions: map[string]string{},
		next: map[*model.Table]int64{}, zeros: map[*model.Column]int64{}, notBool: map[*model.Column]bool{},
		odd: map[*model.Table]int64{}, unknown: map[string]int64{}, modes: map[string]string{}, views: map[[2]string]bool{},
	}
	p.lex = newMyLexer(p.in)
	p.lex.comment = p.comment
	p.host = &pgPass{lex: &lexer{}, health: h}
	return p
}

// comment looks at the comments in which the dumping programs speak of the dump itself.
func (p *myPass) comment(b []byte) {
	s := strings.TrimSpace(strings.TrimLeft(string(b), "-# "))
	switch {
	case strings.HasPrefix(s, "MySQL dump"), strings.HasPrefix(s, "MariaDB dump"), strings.HasPrefix(s, "phpMyAdmin SQL Dump"):
		p.ours = true
	case strings.HasPrefix(s, "Server version"):
		_, v, _ := strings.Cut(s, "version")
		p.health.Server = strings.TrimSpace(strings.TrimLeft(v, ": \t"))
	case strings.HasPrefix(s, "Dump completed"):
		p.health.Footer = true
		if at, ok := strings.CutPrefix(s, "Dump completed on "); ok {
			p.health.CutLocal = completedAt(at)
		}
	}
}

// completedAt reads "2026-11-25  7:23:31", local time of the machine that ran the program; "" when it is none.
func completedAt(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if t, err := time.Parse("2006-01-02 15:04:05", s); err == nil {
		return t.Format("2006-01-02T15:04:05")
	}
	return ""
}

// pass reads the whole file.
func (p *myPass) pass() error {
	if p.lex.sees("\xef\xbb\xbf") {
		p.lex.takeN(3)
	}
	for p.lex.skip() {
		if ok, err := p.program(); err != nil {
			return err
		} else if ok {
			continue
		}
		if err := p.statement(); err != nil {
			return err
		}
		if p.lex.broken != "" {
			break
		}
	}
	return p.in.err
}

// program passes over what the dumping program said on its standard error, when that went into the file too.
func (p *myPass) program() (bool, error) {
	for _, name := range []string{"mysqldump: ", "mariadb-dump: ", "mysqlpump: "} {
		if !p.lex.sees(name) {
			continue
		}
		line, _, err := p.in.readLine()
		if err != nil {
			return true, err
		}
		s := strings.TrimSpace(string(line[:min(len(line), 200)]))
		if !strings.Contains(s, "[Warning]") {
			p.problem("the dumping program complained while it wrote the file: %s", p.text([]byte(s)))
		}
		return true, nil
	}
	return false, nil
}

// statement reads one statement, its data included.
func (p *myPass) statement() error {
	off, line := p.in.off, p.in.line
	p.lex.text, p.lex.over, p.lex.keep = p.lex.text[:0], false, true
	first, err := p.lex.next()
	if err != nil || p.lex.broken != "" {
		return err
	}
	switch {
	case first.is("insert"), first.is("replace"):
		p.lex.keep = false
		return p.insert(off, line)
	case first.is("delimiter"):
		return p.delimiter()
	}
	toks, ended, err := p.collect(first)
	p.lex.keep = false
	if err != nil || p.lex.broken != "" {
		return err
	}
	switch {
	case !ended && len(toks) == 1 && toks[0].kind == tEOF: // nothing but the end of a versioned comment
	case !ended:
		p.fatal("the file ends in the middle of a statement (line %d): it was cut short", line)
	case p.lex.over:
		p.problem("the statement in line %d is too long and was not read", line)
	default:
		p.host.lex.text, p.host.cs = p.lex.text, p.state.cs
		p.define(toks)
	}
	return nil
}

// delimiter reads the client's command: the rest of the line ends statements from here on.
func (p *myPass) delimiter() error {
	p.lex.keep, p.inInserts = false, false
	line, _, err := p.in.readLine()
	if err != nil {
		return err
	}
	p.lex.delim = ";"
	if f := bytes.Fields(line); len(f) > 0 && len(f[0]) <= 64 {
		p.lex.delim = string(f[0])
	}
	return nil
}

// collect reads the tokens of a statement up to its delimiter.
func (p *myPass) collect(first token) (toks []token, ended bool, err error) {
	const maxTokens = 2_000_000
	toks = []token{first}
	for t := first; ; {
		switch {
		case t.kind == tEOF:
			return toks, false, nil
		case t.punct(";"):
			return toks, true, nil
		}
		if t, err = p.lex.next(); err != nil {
			return nil, false, err
		}
		if len(toks) < maxTokens && !p.lex.over {
			toks = append(toks, t)
		}
	}
}

// text decodes bytes of a statement.
func (p *myPass) text(b []byte) string {
	s, _ := p.state.cs.decode(b)
	return s
}

func (p *myPass) problem(format string, args ...any) {
	const most = 50
	if len(p.health.Problems) < most {
		p.health.Problems = append(p.health.Problems, fmt.Sprintf(format, args...))
	}
}

func (p *myPass) fatal(format string, args ...any) {
	p.health.Fatal = true
	p.problem(format, args...)
}

// insert is the first pass over one INSERT or REPLACE statement, behind its first word.
func (p *myPass) insert(off, line int64) error {
	p.committed = false
	r := p.reader(p.lex, p.state)
	r.count = true
	r.odd = func(col *model.Column, as string) { p.found.add(r.table.Name, col.Name, as) }
	r.watch = p.watch
	r.zeros = p.zeros
	name, err := p.target(r)
	if err != nil {
		return err
	}
	rows := int64(0)
	ended, err := r.read(func(int64) error { rows++; return nil })
	if err != nil {
		return err
	}
	if r.table == nil {
		p.inInserts = false
		if name != "" && !systemDB(p.db) {
			p.unknown[name]++
		}
	} else {
		p.note(r, off, line, rows)
	}
	if !ended {
		p.fatal("table %s: the file ends in the middle of an INSERT that begins in line %d", name, line)
	}
	return nil
}

// watch notes a tinyint(1) that holds more than false and true.
func (p *myPass) watch(col *model.Column, value string) {
	if value != "0" && value != "1" {
		p.notBool[col] = true
	}
}

func (p *myPass) reader(lex *myLexer, s myState) *myRows {
	return &myRows{lex: lex, cs: s.cs, utc: s.utc}
}

// target reads "[IGNORE] INTO name (columns) VALUES" and lays out the columns. The reader's table stays nil when the
// rows are not read.
func (p *myPass) target(r *myRows) (name string, err error) {
	parts, names, word, err := insertTarget(r.lex, p.state.cs)
	if err != nil || len(parts) == 0 {
		return "", err
	}
	db := p.db
	if len(parts) > 1 {
		db = parts[len(parts)-2]
	}
	name = parts[len(parts)-1]
	t := p.tables[[2]string{db, name}]
	if t == nil {
		return name, nil
	}
	if word != "values" && word != "value" {
		r.other = word
		p.fatal("table %s: line %d gives its rows in a form that is not read without a server (%s)", name, r.lex.in.line, strings.ToUpper(word))
		return name, nil
	}
	if err := r.plan(t, names); err != nil {
		r.table = nil
		p.fatal("table %s: line %d: %v", name, r.lex.in.line, err)
	}
	return name, nil
}

// insertTarget reads the words of an INSERT up to the one that says where its rows come from.
func insertTarget(lex *myLexer, cs charset) (parts, names []string, word string, err error) {
	inList, named, more := false, false, true
	for {
		t, err := lex.next()
		if err != nil || t.kind == tEOF || t.punct(";") {
			return nil, nil, "", err
		}
		switch {
		case inList && t.name():
			s, _ := cs.decode([]byte(t.text))
			names = append(names, s)
		case t.punct("("):
			inList, named = true, true
		case t.punct(")"):
			inList = false
		case t.punct("."):
			more = true
		case inList:
		case t.kind == tWord && (t.is("into") || t.is("ignore") || t.is("low_priority") || t.is("delayed") || t.is("high_priority")) && len(parts) == 0:
		case t.name() && more && len(parts) < 3:
			s, _ := cs.decode([]byte(t.text))
			parts, more = append(parts, s), false
		case t.is("values"), t.is("value"), t.is("select"), t.is("set"), t.is("with"), t.is("table"), t.is("partition"):
			if named && names == nil {
				names = []string{}
			}
			return parts, names, t.text, nil
		}
	}
}

func (p *myPass) note(r *myRows, off, line, rows int64) {
	r.table.Rows += rows
	p.odd[r.table] += r.expr
	if n := len(p.runs); p.inInserts && n > 0 && p.runs[n-1].table == r.table && p.runs[n-1].state == p.state {
		p.runs[n-1].end, p.runs[n-1].rows = p.in.off, p.runs[n-1].rows+rows
	} else {
		p.runs = append(p.runs, &myRun{table: r.table, off: off, end: p.in.off, line: line, rows: rows, state: p.state})
	}
	p.inInserts = p.lex.delim == ";" && p.lex.versioned == 0
	if r.bad > 0 {
		p.fatal("table %s: %d rows do not have the number of columns that they should (statement in line %d)", r.table.Name, r.bad, line)
	}
}
