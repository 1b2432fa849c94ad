package backup

// This file: reading the rows of a dump of pg_dump again, table by table, by the index of the first pass.

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sort"

	"salvage/model"
)

// rowSource gives the bytes in which rows stand, from their beginning, as often as they are asked for.
type rowSource interface {
	open() (io.ReadCloser, error)
}

// pgEngine reads rows of a dump of pg_dump.
type pgEngine struct {
	closers []io.Closer
	cs      charset
	runs    map[*model.Table][]*run
	family  map[*model.Table][]*model.Table
}

// ownedFile closes a file, and removes it if it was unpacked by us.
type ownedFile struct {
	*os.File
	drop bool
}

// Close closes the file.
func (o *ownedFile) Close() error {
	err := o.File.Close()
	if o.drop {
		os.Remove(o.Name()) // was unlinked when it was made, where the system allows that
	}
	return err
}

// open is a row source: the whole file.
func (o *ownedFile) open() (io.ReadCloser, error) {
	return &fileRows{io.NewSectionReader(o.File, 0, 1<<62)}, nil
}

// fileRows reads a file from any place without touching its own.
type fileRows struct{ *io.SectionReader }

// Close does nothing: the file stays open.
func (fileRows) Close() error { return nil }

// openPG makes the first pass over a plain dump.
func openPG(b *Backup, data *os.File, drop bool, _ string) error {
	if _, err := data.Seek(0, io.SeekStart); err != nil {
		return err
	}
	p := newPGPass(data, &b.health)
	file := &ownedFile{data, drop}
	p.src = file
	if err := p.pass(); err != nil {
		return fmt.Errorf("read backup %s: %w", b.path, err)
	}
	p.finish()
	p.conclude()
	b.adopt(p, []io.Closer{file})
	return nil
}

func (e *pgEngine) each(t *model.Table, f func(*model.Row) error) error {
	var runs []*run
	for _, member := range e.family[t] {
		runs = append(runs, e.runs[member]...)
	}
	sort.Slice(runs, func(i, j int) bool {
		if runs[i].order != runs[j].order {
			return runs[i].order < runs[j].order
		}
		return runs[i].off < runs[j].off
	})
	row := &model.Row{Table: t}
	for _, r := range runs {
		if err := e.eachRun(r, row, f); err != nil {
			return err
		}
	}
	return nil
}

func (e *pgEngine) eachRun(r *run, row *model.Row, f func(*model.Row) error) error {
	src, err := r.src.open()
	if err != nil {
		return fmt.Errorf("read rows of %s: %w", r.table.Qualified(), err)
	}
	defer src.Close()
	if s, ok := src.(io.Seeker); ok {
		_, err = s.Seek(r.off, io.SeekStart)
	} else {
		_, err = io.Copy(io.Discard, &upTo{src, r.off})
	}
	if err != nil {
		return fmt.Errorf("read rows of %s: %w", r.table.Qualified(), err)
	}
	in := newInput(&upTo{src, r.end - r.off}, r.off, r.line)
	if r.insert {
		return e.eachInsert(in, r, row, f)
	}
	return e.eachCopy(in, r, row, f)
}

// upTo reads no more than n bytes. What is wrong behind them does not show, though a decompressor may say it with them.
type upTo struct {
	r io.Reader
	n int64
}

// Read reads on.
func (u *upTo) Read(b []byte) (int, error) {
	if u.n <= 0 {
		return 0, io.EOF
	}
	n, err := u.r.Read(b[:min(int64(len(b)), u.n)])
	if u.n -= int64(n); u.n <= 0 {
		err = nil
	}
	return n, err
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

func (e *pgEngine) close() (err error) {
	for _, c := range e.closers {
		err = errors.Join(err, c.Close())
	}
	return err
}
