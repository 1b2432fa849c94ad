package backup

// This file: COPY blocks in PostgreSQL's text format (manual, "COPY", File Formats).

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"salvage/model"
)

// copyStatement reads "COPY name (columns) FROM stdin;" and passes over its data, counting and checking it.
func (p *pgPass) copyStatement(toks []token) error {
	name, cols, ok := p.copyTarget(toks)
	if !ok {
		return nil
	}
	if _, _, err := p.in.readLine(); err != nil { // what is left of the statement's line
		return err
	}
	return p.copyRun(name, cols)
}

// copyTarget reads the statement; ok is false for a COPY that no rows follow. cols is nil where none are named.
func (p *pgPass) copyTarget(toks []token) (name string, cols []string, ok bool) {
	c := p.cursor(toks)
	if !c.word("copy") {
		return "", nil, false
	}
	name, ok = c.qualified(p)
	if ok && c.punct("(") {
		cols = c.names(p)
	}
	if !ok || !c.word("from") || !c.word("stdin") {
		return "", nil, false
	}
	if !c.done() {
		p.fatal("table %s: its rows are written with COPY options that are not read", name)
	}
	return name, cols, true
}

// copyRun passes over the rows that begin here, and notes where they stand, as far as they can be read.
func (p *pgPass) copyRun(name string, cols []string) error {
	t := p.tables[name]
	if t == nil {
		p.unknown[name]++
	} else if cols == nil {
		cols = storedColumns(t)
	}
	r := &run{table: t, cols: cols, off: p.in.off, line: p.in.line, src: p.src, order: p.order}
	err := p.copyData(r, name)
	if t != nil {
		if err != nil {
			r.end = p.in.off
		}
		p.addRun(r)
		t.Rows += r.rows
	}
	return err
}

// storedColumns are the columns that a statement without a column list means: all but generated ones.
func storedColumns(t *model.Table) []string {
	var out []string
	for _, c := range t.Columns {
		if !c.Generated {
			out = append(out, c.Name)
		}
	}
	return out
}

// copyData passes over the rows up to the line \. and judges them.
func (p *pgPass) copyData(r *run, name string) error {
	dec := newRowDecoder(p.cs, r.cols)
	dec.odd = func(col int, as string) { p.found.add(name, r.cols[col], as) }
	nul := false // said once a table
	for {
		line, ended, err := p.in.readLine()
		if err != nil {
			return err
		}
		if string(line) == `\.` {
			r.end = p.in.off
			return nil
		}
		if !ended {
			p.incomplete = true
			r.end = p.in.off
			p.fatal("table %s: the file ends in the middle of its rows, after %d of them (line %d)", name, r.rows, p.in.line)
			return nil
		}
		if r.table == nil || nul {
			continue
		}
		if bytes.IndexByte(line, 0) >= 0 {
			p.fatal("table %s: line %d holds NUL bytes; a part of the file was probably never written", name, p.in.line-1)
			nul = true
			continue
		}
		if bytes.Count(line, []byte{'\t'})+1 != len(r.cols) && !(len(r.cols) == 0 && len(line) == 0) {
			p.bad(name)
			continue
		}
		r.rows++
		if !utf8.Valid(line) || p.cs.enc != nil && !isASCII(line) || hasByteEscape(line) {
			dec.decode(line)
		}
	}
}

func (p *pgPass) bad(table string) {
	b := p.badRows[table]
	if b == nil {
		b = &badRows{line: p.in.line - 1}
		p.badRows[table] = b
	}
	b.n++
}

// hasByteEscape reports whether a line may spell bytes above ASCII by octal or hex escapes.
func hasByteEscape(line []byte) bool {
	for i := bytes.IndexByte(line, '\\'); i >= 0 && i+1 < len(line); {
		c := line[i+1]
		if c == 'x' || c >= '0' && c <= '7' {
			return true
		}
		j := bytes.IndexByte(line[i+2:], '\\')
		if j < 0 {
			return false
		}
		i += 2 + j
	}
	return false
}

// rowDecoder decodes lines of one COPY block into values, which it uses again for every line.
type rowDecoder struct {
	cs   charset
	cols []string
	odd  func(col int, as string) // told of cells that are not in the declared encoding
	vals []string
	ptrs []*string
	buf  []byte
}

func newRowDecoder(cs charset, cols []string) *rowDecoder {
	return &rowDecoder{cs: cs, cols: cols, vals: make([]string, len(cols)), ptrs: make([]*string, len(cols))}
}

// decode gives the values of a line, nil for NULL; ok is false when it does not have as many as there are columns.
//
// Most cells are bytes of the line as they stand, so a line becomes one string, and cells are pieces of it.
func (d *rowDecoder) decode(line []byte) (vals []*string, ok bool) {
	if len(d.cols) == 0 {
		return d.ptrs, len(line) == 0
	}
	if d.cs.enc == nil && !d.cs.sure && utf8.Valid(line) || isASCII(line) {
		return d.split(string(line), bytes.IndexByte(line, '\\') >= 0)
	}
	for i := range d.cols {
		field, rest, more := bytes.Cut(line, []byte{'\t'})
		if more != (i < len(d.cols)-1) {
			return nil, false
		}
		line = rest
		if string(field) == `\N` {
			d.ptrs[i] = nil
			continue
		}
		d.buf = unescapeCopy(d.buf[:0], field)
		d.cell(i)
	}
	return d.ptrs, true
}

// cell decodes the bytes in buf as the value of a column.
func (d *rowDecoder) cell(i int) {
	s, as := d.cs.decode(d.buf)
	if as != "" && d.odd != nil {
		d.odd(i, as)
	}
	d.vals[i], d.ptrs[i] = s, &d.vals[i]
}

// split is decode for a line that is text as it stands, but for what backslashes stand for.
func (d *rowDecoder) split(line string, escapes bool) ([]*string, bool) {
	last := len(d.cols) - 1
	for i := range d.cols {
		field := line
		if j := strings.IndexByte(line, '\t'); (j >= 0) != (i < last) {
			return nil, false
		} else if j >= 0 {
			field, line = line[:j], line[j+1:]
		}
		switch {
		case !escapes || strings.IndexByte(field, '\\') < 0:
			d.vals[i], d.ptrs[i] = field, &d.vals[i]
		case field == `\N`:
			d.ptrs[i] = nil
		default:
			d.buf = unescapeCopy(d.buf[:0], []byte(field))
			d.cell(i)
		}
	}
	return d.ptrs, true
}

// unescapeCopy undoes the backslash escapes of one field: letters for control characters, one to three
// octal digits, x with one or two hex digits; a backslash before anything else stands for that.
func unescapeCopy(out, field []byte) []byte {
	for i := 0; i < len(field); i++ {
		c := field[i]
		if c != '\\' || i+1 == len(field) {
			out = append(out, c)
			continue
		}
		i++
		c = field[i]
		switch {
		case c >= '0' && c <= '7':
			v := uint32(c - '0')
			for n := 0; n < 2 && i+1 < len(field) && field[i+1] >= '0' && field[i+1] <= '7'; n++ {
				i++
				v = v*8 + uint32(field[i]-'0')
			}
			out = append(out, byte(v))
		case c == 'x' && i+1 < len(field) && hexValue(field[i+1]) < 16:
			v := uint32(0)
			for n := 0; n < 2 && i+1 < len(field) && hexValue(field[i+1]) < 16; n++ {
				i++
				v = v*16 + hexValue(field[i])
			}
			out = append(out, byte(v))
		default:
			out = append(out, simpleEscape(c))
		}
	}
	return out
}
