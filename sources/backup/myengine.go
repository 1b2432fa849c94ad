package backup

// This file: judging a MySQL dump, and reading its rows again, table by table, by the index of the first pass.

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"salvage/model"
)

// myEngine reads rows of a MySQL dump. data is the file itself, or what was unpacked from it.
type myEngine struct {
	data *os.File
	drop bool // data was unpacked by us and is removed in the end
	runs map[*model.Table][]*myRun
	pass *myPass
}

// openMySQL makes the first pass over a dump.
func openMySQL(b *Backup, data *os.File, drop bool, _ string) error {
	if _, err := data.Seek(0, io.SeekStart); err != nil {
		return err
	}
	p := newMyPass(data, &b.health)
	if err := p.pass(); err != nil {
		return fmt.Errorf("read backup %s: %w", b.path, err)
	}
	p.finish(b)
	p.conclude()
	e := &myEngine{data: data, drop: drop, runs: map[*model.Table][]*myRun{}, pass: p}
	for _, r := range p.runs {
		e.runs[r.table] = append(e.runs[r.table], r)
	}
	b.schema, b.engine, b.Functions = p.schema, e, p.functions
	return nil
}

// finish puts together what is spread over the file.
func (p *myPass) finish(b *Backup) {
	var dbs []string
	for _, t := range p.schema.Tables {
		if db := p.foreign[t]; !slices.Contains(dbs, db) {
			dbs = append(dbs, db)
		}
	}
	qualify := func(db, name string) string {
		if len(dbs) < 2 || db == "" {
			return name
		}
		return db + "." + name
	}
	for _, t := range p.schema.Tables {
		if len(dbs) > 1 {
			t.Schema = p.foreign[t]
		}
		for i := range t.Foreign {
			db, name, _ := strings.Cut(t.Foreign[i].Table, "\x00")
			if target := p.tables[[2]string{db, name}]; target != nil && len(t.Foreign[i].References) == 0 {
				t.Foreign[i].References = target.PrimaryKey
			}
			t.Foreign[i].Table = qualify(db, name)
		}
		for _, c := range t.Columns {
			p.settle(b, t, c)
		}
	}
}

// settle completes a column: the counter that feeds it, whether it is a truth value, and whether its times have a zone.
func (p *myPass) settle(b *Backup, t *model.Table, c *model.Column) {
	if c.Identity != "" {
		c.Sequence = t.Qualified()
		if n := p.next[t]; n > 0 {
			b.Sequences[c.Sequence] = n - 1
		}
	}
	if p.notBool[c] {
		c.Type = "tinyint"
	}
	if strings.HasPrefix(c.Type, "timestamp") && !p.state.utc {
		p.naive = true
		c.Type += " without time zone"
	}
}

// conclude judges the file once it has been read.
func (p *myPass) conclude() {
	h := p.health
	done := h.Footer || p.opened && p.restored || p.committed
	switch {
	case p.lex.broken != "":
		p.fatal("the file ends in the middle of %s: it was cut short", p.lex.broken)
	case h.Fatal || len(p.schema.Tables) == 0:
	case !done && (p.ours || p.opened):
		p.fatal("the dump has no closing lines (%q, or the settings put back): it was cut short", "Dump completed")
	case !done:
		p.problem("the file does not say that it is complete (made with --compact?), so that cannot be told")
	}
	h.Footer = h.Footer || done
	p.concludeRows()
	for _, t := range p.schema.Tables {
		for _, c := range t.Columns {
			if n := p.zeros[c]; n > 0 {
				p.problem("column %s.%s: %d dates of nothing but zeros were read as no value", t.Name, c.Name, n)
			}
		}
		if n := p.odd[t]; n > 0 {
			p.problem("table %s: %d values are expressions and were kept as written", t.Name, n)
		}
	}
	if p.naive {
		p.problem("the dump does not say in which zone its TIMESTAMP columns are written (made with --skip-tz-utc or --compact?); they are read as naive times")
	}
	h.Tables = len(p.schema.Tables)
	h.Encoding = p.found.list()
	h.Problems = append(h.Problems, p.found.sentences(h.Declared)...)
}

func (p *myPass) concludeRows() {
	h := p.health
	for _, r := range p.runs {
		h.Rows += r.rows
	}
	switch undeclared := len(p.unknown); {
	case len(p.schema.Tables) == 0 && undeclared > 0:
		p.fatal("the file holds rows of %d tables but declares none (made with --no-create-info?); a dump with its tables is needed", undeclared)
	case len(p.schema.Tables) == 0:
		p.fatal("the file declares no tables")
	case h.Rows == 0:
		p.fatal("the file declares %d tables but holds no rows", len(p.schema.Tables))
	case undeclared > 0:
		p.problem("the file holds rows of %d tables that it does not declare; they were not read: %s", undeclared, strings.Join(sortedKeys(p.unknown), ", "))
	}
}

func (e *myEngine) each(t *model.Table, f func(*model.Row) error) error {
	row := &model.Row{Table: t}
	for _, run := range e.runs[t] {
		in := newInput(io.NewSectionReader(e.data, run.off, run.end-run.off), run.off, run.line)
		lex := newMyLexer(in)
		lex.plain, lex.ansi = run.state.plain, run.state.ansi
		if err := e.eachRun(lex, run, row, f); err != nil {
			return err
		}
	}
	return nil
}

// eachRun gives the rows of INSERT statements that stand one after the other.
func (e *myEngine) eachRun(lex *myLexer, run *myRun, row *model.Row, f func(*model.Row) error) error {
	r := e.pass.reader(lex, run.state)
	for lex.skip() {
		t, err := lex.next()
		if err != nil {
			return fmt.Errorf("read rows of %s: %w", run.table.Qualified(), err)
		}
		if !t.is("insert") && !t.is("replace") {
			break
		}
		_, names, _, err := insertTarget(lex, run.state.cs)
		if err == nil {
			err = r.plan(run.table, names)
		}
		if err != nil {
			return fmt.Errorf("read rows of %s: %w", run.table.Qualified(), err)
		}
		row.Cols = r.cols
		_, err = r.read(func(line int64) error {
			row.Line, row.Values = line, r.values()
			return f(row)
		})
		if err != nil {
			return err
		}
	}
	return lex.in.err
}

func (e *myEngine) close() error {
	err := e.data.Close()
	if e.drop {
		os.Remove(e.data.Name())
	}
	return err
}
