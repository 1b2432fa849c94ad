package backup

// This file: reading the rows of a plain pg_dump file again, table by table, by the index of the first pass.

import (
	"fmt"
	"io"
	"os"
	"sort"

	"salvage/model"
)

// pgEngine reads rows of a plain dump. data is the file itself, or what was unpacked from it.
type pgEngine struct {
	data   *os.File
	size   int64
	drop   bool // data was unpacked by us and is removed in the end
	cs     charset
	runs   map[*model.Table][]*run
	family map[*model.Table][]*model.Table
	pass   *pgPass // for qualifying names in INSERT statements
}

// openPG makes the first pass over a plain dump.
func openPG(b *Backup, data *os.File, drop bool) error {
	if _, err := data.Seek(0, io.SeekStart); err != nil {
		return err
	}
	p := newPGPass(data, &b.health)
	if err := p.pass(); err != nil {
		return fmt.Errorf("read backup %s: %w", b.path, err)
	}
	p.finish()
	p.conclude()
	size, err := data.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	e := &pgEngine{data: data, size: size, drop: drop, cs: p.cs, family: p.family(), runs: map[*model.Table][]*run{}, pass: p}
	for _, r := range p.runs {
		e.runs[r.table] = append(e.runs[r.table], r)
	}
	b.schema, b.engine = p.schema, e
	b.Functions, b.Sequences = p.functions, p.sequences
	return nil
}

func (e *pgEngine) each(t *model.Table, f func(*model.Row) error) error {
	var runs []*run
	for _, member := range e.family[t] {
		runs = append(runs, e.runs[member]...)
	}
	sort.Slice(runs, func(i, j int) bool { return runs[i].off < runs[j].off })
	row := &model.Row{Table: t}
	for _, r := range runs {
		in := newInput(io.NewSectionReader(e.data, r.off, r.end-r.off), r.off, r.line)
		var err error
		if r.insert {
			err = e.eachInsert(in, r, row, f)
		} else {
			err = e.eachCopy(in, r, row, f)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// eachCopy gives the rows of one COPY block. A row with the wrong number of columns is left out: the health
// check has counted it.
func (e *pgEngine) eachCopy(in *input, r *run, row *model.Row, f func(*model.Row) error) error {
	dec := newRowDecoder(e.cs, r.cols)
	row.Cols = r.cols
	for {
		row.Line = in.line
		line, ended, err := in.readLine()
		if err != nil {
			return fmt.Errorf("read rows of %s: %w", r.table.Qualified(), err)
		}
		if !ended || string(line) == `\.` {
			return nil
		}
		vals, ok := dec.decode(line)
		if !ok {
			continue
		}
		row.Values = vals
		if err := f(row); err != nil {
			return err
		}
	}
}

// eachInsert gives the rows of INSERT statements that stand one after the other.
func (e *pgEngine) eachInsert(in *input, r *run, row *model.Row, f func(*model.Row) error) error {
	lex := &lexer{in: in, backslashes: r.plain}
	for lex.skip() {
		first, err := lex.next()
		if err != nil {
			return fmt.Errorf("read rows of %s: %w", r.table.Qualified(), err)
		}
		if !first.is("insert") {
			return nil
		}
		ir := &insertReader{lex: lex, cs: e.cs, find: func([]string) *model.Table { return r.table }}
		_, err = ir.read(func(line int64, cols []string, vals []*string) error {
			row.Line, row.Cols, row.Values = line, cols, vals
			return f(row)
		})
		if err != nil {
			return err
		}
	}
	return in.err
}

func (e *pgEngine) close() error {
	err := e.data.Close()
	if e.drop {
		os.Remove(e.data.Name()) // was unlinked when it was made, where the system allows that
	}
	return err
}
