package backup

// This file: the first pass over pg_dump's archives, whatever holds their data: the TOC's statements go through the
// reader of plain dumps, and each table's rows are what would stand behind its COPY.

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"salvage/model"
)

// localTime is the form of a clock reading without a zone.
const localTime = "2006-01-02T15:04:05"

// archive is an archive at its first pass.
type archive struct {
	b     *Backup
	pass  *pgPass
	head  arcHeader
	data  []*tocEntry // entries that have data
	whole bool        // everything that the TOC lists was found and read to its end
	paths bool        // the archive sets its search path itself
}

func newArchive(b *Backup) *archive {
	a := &archive{b: b, pass: newPGPass(strings.NewReader(""), &b.health), whole: true}
	a.pass.lex.comment = nil // comments in definitions say nothing about the dump
	a.pass.header, a.pass.archive = true, true
	return a
}

// readTOC reads the header and the TOC. An error means that the file is of a kind that is not read; damage is a problem.
func (a *archive) readTOC(r *arcReader, what string) error {
	a.head = r.header()
	if errors.Is(r.err, errVersion) {
		return refuse(a.b.path, fmt.Sprintf("a pg_dump archive of version %s, and those of 1.%d to 1.%d are read", a.head.version, oldestArchive, newestArchive))
	}
	if a.b.health.CutLocal = a.head.made; a.head.made != "" && a.head.summer >= 0 {
		summer := a.head.summer > 0
		a.b.health.CutSummer = &summer
	}
	for n := int64(0); n < a.head.entries && r.err == nil; n++ {
		e := r.entry(&a.head)
		if r.err != nil {
			break
		}
		e.order = int(n)
		if err := a.define(e); err != nil {
			return err
		}
		if e.hasData {
			e.defn = ""
			a.data = append(a.data, e)
		}
	}
	if r.err != nil {
		a.fatal("the table of contents %s breaks off at byte %d of %d: %v", what, r.off, r.size, r.err)
		a.data = nil // where it breaks off, nothing after it can be trusted
	}
	return nil
}

func (a *archive) fatal(format string, args ...any) {
	a.whole = false
	a.pass.fatal(format, args...)
}

// define puts an entry's statements through the reader of plain dumps. Rows do not stand here: a COPY or an INSERT
// among them is somebody's mischief, and is not read.
func (a *archive) define(e *tocEntry) error {
	p := a.pass
	if e.over {
		p.problem("the definition of %s is too long and was not read", e.name())
	}
	a.paths = a.paths || e.desc == "SEARCHPATH"
	if !a.paths && e.namespace != "" { // before 10.3 names were unqualified, and pg_restore set the path
		p.setSearchPath(e.namespace)
	}
	if e.defn == "" || e.desc == tableData {
		return nil
	}
	p.feed(strings.NewReader(e.defn), nil, 0)
	for p.lex.skip() {
		if p.lex.see(0, '\\') {
			if err := p.command(); err != nil {
				return err
			}
			continue
		}
		toks, err := p.tokens()
		if err != nil {
			return err
		}
		if !p.lex.over {
			p.define(toks)
		}
		p.lex.broken, p.incomplete = "", false
	}
	return p.in.err
}

// tokens reads a statement whatever it is, and keeps its text.
func (p *pgPass) tokens() ([]token, error) {
	p.lex.text, p.lex.over, p.lex.keep = p.lex.text[:0], false, true
	defer func() { p.lex.keep = false }()
	first, err := p.lex.next()
	if err != nil {
		return nil, err
	}
	return p.collect(first)
}

// feed points the pass at other bytes, those of src from its beginning.
func (p *pgPass) feed(r io.Reader, src rowSource, order int) {
	p.in.again(r)
	p.lex.broken = ""
	p.src, p.order = src, order
	p.inInserts, p.incomplete = false, false
}

// rows is the first pass over the data of one entry: r gives them from their beginning, src whenever they are
// needed again. Whatever is wrong with them is a problem that names the table.
func (a *archive) rows(e *tocEntry, r io.Reader, src rowSource) error {
	if e.desc != tableData {
		if _, err := io.Copy(io.Discard, r); err != nil {
			a.fatal("%s: its data cannot be read to the end: %v", e.name(), err)
		}
		return nil
	}
	p := a.pass
	if !a.paths {
		p.setSearchPath(e.namespace)
	}
	before := p.fatals
	err := a.table(e, r, src)
	if errors.Is(err, errTooLong) {
		return fmt.Errorf("%s: %w", e.name(), err)
	}
	if err != nil {
		a.fatal("%s: its rows cannot be read to the end, the archive is damaged or was cut short: %v", e.name(), err)
	}
	a.whole = a.whole && p.fatals == before
	p.lex.broken, p.incomplete = "", false
	return nil
}

func (a *archive) table(e *tocEntry, r io.Reader, src rowSource) error {
	p := a.pass
	if e.copyStmt == "" {
		return a.inserts(e, r, src)
	}
	p.feed(strings.NewReader(e.copyStmt), nil, 0)
	toks, err := p.tokens()
	if err != nil {
		return err
	}
	name, cols, ok := p.copyTarget(toks)
	if !ok {
		a.fatal("%s: its COPY statement is not understood", e.name())
		_, err := io.Copy(io.Discard, r)
		return err
	}
	p.feed(r, src, e.order)
	if err := p.copyRun(name, cols); err != nil {
		return err
	}
	for { // the end mark is followed by empty lines, and the checksum comes after them
		line, ended, err := p.in.readLine()
		if err != nil || !ended && len(line) == 0 {
			return err
		}
		if len(line) > 0 {
			a.fatal("%s: more bytes follow the end of its rows", e.name())
			_, err := io.Copy(io.Discard, r)
			return err
		}
	}
}

// inserts reads rows that are written as INSERT statements; anything else among them is passed over.
func (a *archive) inserts(e *tocEntry, r io.Reader, src rowSource) error {
	p := a.pass
	tail := &tailReader{r: r}
	p.feed(tail, src, e.order)
	for p.lex.skip() {
		off, line := p.in.off, p.in.line
		first, err := p.lex.next()
		if err != nil {
			return err
		}
		if first.is("insert") {
			err = p.insert(off, line)
		} else {
			p.inInserts = false
			_, err = p.collect(first)
		}
		if err != nil {
			return err
		}
	}
	if p.in.err != nil {
		return p.in.err
	}
	if !p.incomplete && tail.last != [2]byte{'\n', '\n'} { // pg_dump ends every table's statements with empty lines
		a.fatal("table %s.%s: its rows break off: the data do not end as pg_dump ends them", e.namespace, e.tag)
	}
	return nil
}

// tailReader remembers the last two bytes that went through.
type tailReader struct {
	r    io.Reader
	last [2]byte
}

// Read reads through.
func (t *tailReader) Read(b []byte) (int, error) {
	n, err := t.r.Read(b)
	switch {
	case n >= 2:
		t.last = [2]byte(b[n-2 : n])
	case n == 1:
		t.last = [2]byte{t.last[1], b[0]}
	}
	return n, err
}

// finish judges the archive and makes the engine. closers are what the engine holds open.
func (a *archive) finish(closers ...io.Closer) {
	p := a.pass
	a.b.health.Footer = a.whole
	p.lex.broken, p.incomplete = "", false
	p.finish()
	p.conclude()
	a.b.adopt(p, closers)
}

// adopt hands what the first pass found to the backup.
func (b *Backup) adopt(p *pgPass, closers []io.Closer) {
	e := &pgEngine{closers: closers, cs: p.cs, family: p.family(), runs: map[*model.Table][]*run{}}
	for _, r := range p.runs {
		e.runs[r.table] = append(e.runs[r.table], r)
	}
	b.schema, b.engine = p.schema, e
	b.Functions, b.Sequences = p.functions, p.sequences
}
