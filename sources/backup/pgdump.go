package backup

// This file: the first pass over a plain pg_dump file, statement by statement, building the schema and an
// index of where every table's rows stand.

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"time"

	"salvage/model"
)

// run is a stretch of the file that holds rows of one table: a COPY block, or INSERT statements in a row.
type run struct {
	table  *model.Table
	insert bool
	cols   []string // COPY: its column list
	off    int64    // first byte of the data, or of the first statement
	end    int64    // behind the last byte
	line   int64
	rows   int64
	plain  bool // INSERT: backslashes escape in plain strings here
	src    rowSource
	order  int // archives: the place in the TOC, in whose order a plain dump would hold the rows
}

// pgPass is the state of the first pass.
type pgPass struct {
	in     *input
	lex    *lexer
	schema *model.Schema
	cs     charset
	health *Health
	found  findings

	tables    map[string]*model.Table // by qualified name
	parents   map[string][]string     // INHERITS: child to its parents
	domains   map[string]string       // domain to its base type
	functions map[string]string
	sequences map[string]int64
	path      string // default schema, from search_path
	runs      []*run

	header      bool // the file says it is pg_dump's
	databases   int  // \connect lines that were met
	unknown     map[string]int64
	expressions map[string]int64
	badRows     map[string]*badRows
	incomplete  bool
	inInserts   bool // the last statement was an INSERT
	commands    int  // psql commands other than the harmless ones
	commandAt   int64
	fatals      int

	archive bool      // what is read is pieces of an archive, not one text
	src     rowSource // of the rows that are being read
	order   int
}

// badRows counts rows of a table whose number of columns is not that of the list.
type badRows struct{ n, line int64 }

// footers are the closing comments of dumps that have come to their end.
func footers() []string {
	return []string{"PostgreSQL database dump complete", "PostgreSQL database cluster dump complete"}
}

func newPGPass(r io.Reader, h *Health) *pgPass {
	p := &pgPass{
		in: newInput(r, 0, 1), health: h, found: findings{},
		schema: &model.Schema{Dialect: "postgres", Enums: map[string][]string{}},
		tables: map[string]*model.Table{}, parents: map[string][]string{}, domains: map[string]string{},
		functions: map[string]string{}, sequences: map[string]int64{},
		path: "public", unknown: map[string]int64{}, expressions: map[string]int64{}, badRows: map[string]*badRows{},
	}
	p.lex = &lexer{in: p.in, comment: p.comment}
	return p
}

// comment looks at the comments in which pg_dump speaks of the dump itself.
func (p *pgPass) comment(b []byte) {
	s := strings.TrimSpace(strings.TrimLeft(string(b), "-"))
	for _, f := range footers() {
		if s == f {
			p.health.Footer = true
		}
	}
	if strings.HasPrefix(s, "PostgreSQL database dump") || strings.HasPrefix(s, "PostgreSQL database cluster dump") || strings.HasPrefix(s, "Dumped by pg_dump") {
		p.header = true
	}
	if at, ok := strings.CutPrefix(s, "Started on "); ok && p.health.Cut == "" {
		p.health.Cut = dumpTime(at)
	}
}

// dumpTime reads pg_dump -v's "Started on 2022-08-20 00:00:00 UTC". Zone abbreviations other than UTC are not
// trusted, since the same letters name different zones.
func dumpTime(s string) string {
	for _, layout := range []string{"2006-01-02 15:04:05 UTC", "2006-01-02 15:04:05 GMT", "2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05 -07"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC().Format(time.RFC3339)
		}
	}
	return ""
}

// pass reads the whole file.
func (p *pgPass) pass() error {
	if p.lex.see(0, 0xef) && p.lex.see(1, 0xbb) && p.lex.see(2, 0xbf) { // a byte order mark is no part of the first word
		for range 3 {
			p.in.next()
		}
	}
	for p.lex.skip() {
		line := p.in.line
		if p.lex.see(0, '\\') {
			if err := p.command(); err != nil {
				return err
			}
			continue
		}
		if err := p.statement(line); err != nil {
			return err
		}
		if p.lex.broken != "" {
			break
		}
	}
	return p.in.err
}

// command passes over a line that psql would take as a command. None is ever obeyed.
//
// QUIRK: pg_dump writes \restrict and \unrestrict (since 17.6, 15.14 …) and \connect; a hostile server
// could make it write others (CVE-2025-8714), which psql would run.
func (p *pgPass) command() error {
	at := p.in.line
	p.inInserts = false
	line, _, err := p.in.readLine()
	if err != nil {
		return err
	}
	word, _, _ := bytes.Cut(line, []byte{' '})
	switch string(word) {
	case `\restrict`, `\unrestrict`, `\.`:
	case `\connect`, `\c`:
		if len(p.schema.Tables) > 0 {
			p.databases++
		}
	default:
		if p.commands == 0 {
			p.commandAt = at
		}
		p.commands++
	}
	return nil
}

// statement reads one statement, its data included.
func (p *pgPass) statement(line int64) error {
	off := p.in.off
	p.lex.text, p.lex.over, p.lex.keep = p.lex.text[:0], false, true
	first, err := p.lex.next()
	if err != nil {
		return err
	}
	if first.is("insert") {
		p.lex.keep = false
		return p.insert(off, line)
	}
	p.inInserts = false
	toks, err := p.collect(first)
	p.lex.keep = false
	if err != nil {
		return err
	}
	if p.lex.broken != "" || p.incomplete {
		return nil
	}
	if p.lex.over {
		p.problem("the statement in line %d is too long and was not read", line)
		return nil
	}
	if first.is("copy") {
		return p.copyStatement(toks)
	}
	p.define(toks)
	return nil
}

// collect reads the tokens of a statement up to its semicolon, by psql's rules: semicolons within
// parentheses, and within the BEGIN ATOMIC … END of an SQL function, do not end it.
func (p *pgPass) collect(first token) ([]token, error) {
	const maxTokens = 2_000_000
	toks := []token{first}
	parens, begins := 0, 0
	for t := first; ; {
		switch {
		case t.kind == tEOF:
			p.incomplete = true
			return toks, nil
		case t.punct("("):
			parens++
		case t.punct(")") && parens > 0:
			parens--
		case t.punct(";") && parens == 0 && begins == 0:
			return toks, nil
		case t.kind == tWord && parens == 0 && isFunction(toks):
			switch {
			case t.text == "begin", t.text == "case" && begins > 0:
				begins++
			case t.text == "end" && begins > 0:
				begins--
			}
		}
		var err error
		if t, err = p.lex.next(); err != nil {
			return nil, err
		}
		if len(toks) < maxTokens && !p.lex.over {
			toks = append(toks, t)
		}
	}
}

// isFunction reports whether a statement begins with CREATE [OR REPLACE] FUNCTION or PROCEDURE.
func isFunction(toks []token) bool {
	i := 1
	if len(toks) > 3 && toks[1].is("or") && toks[2].is("replace") {
		i = 3
	}
	return len(toks) > i && toks[0].is("create") && (toks[i].is("function") || toks[i].is("procedure"))
}

func (p *pgPass) problem(format string, args ...any) {
	const most = 50
	if len(p.health.Problems) < most {
		p.health.Problems = append(p.health.Problems, fmt.Sprintf(format, args...))
	}
}

func (p *pgPass) fatal(format string, args ...any) {
	p.health.Fatal = true
	p.fatals++
	p.problem(format, args...)
}

// addRun notes where rows stand; neighbouring INSERTs into one table are one run.
func (p *pgPass) addRun(r *run) *run {
	if n := len(p.runs); r.insert && p.inInserts && n > 0 {
		last := p.runs[n-1]
		if last.insert && last.table == r.table && last.plain == r.plain && last.src == r.src {
			return last
		}
	}
	p.runs = append(p.runs, r)
	return r
}

// text decodes bytes of a statement.
func (p *pgPass) text(b []byte) string {
	s, _ := p.cs.decode(b)
	return s
}
