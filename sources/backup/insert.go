package backup

// This file: rows written as INSERT statements, read as a stream: one statement may hold a whole table.

import (
	"strings"

	"salvage/model"
)

// insertReader reads one INSERT statement after its first word.
type insertReader struct {
	lex  *lexer
	cs   charset
	find func(parts []string) *model.Table // nil: a table that is not read

	odd func(t *model.Table, col, as string) // told of cells in another encoding; may be nil

	table  *model.Table
	cols   []string
	row    []*string
	Expr   int64 // values that are expressions, not literals
	Bad    int64 // rows with too many values
	Select bool  // the statement takes its rows from a query
}

// read calls f for every row, with the line in which it begins. At the end of the file in the middle of a statement
// it returns ended false.
func (r *insertReader) read(f func(line int64, cols []string, vals []*string) error) (ended bool, err error) {
	t, err := r.target()
	if err != nil || t.kind == tEOF {
		return false, err
	}
	if t.is("default") && r.table != nil { // how pg_dump writes a row of a table without columns
		if err := f(r.lex.in.line, nil, nil); err != nil {
			return false, err
		}
	}
	if !t.is("values") {
		r.Select = !t.is("default")
		return r.rest(t)
	}
	for {
		if t, err = r.lex.next(); err != nil || t.kind == tEOF {
			return false, err
		}
		if t.punct(",") {
			continue
		}
		if !t.punct("(") {
			return r.rest(t)
		}
		line := r.lex.in.line
		if ok, err := r.tuple(); err != nil || !ok {
			return false, err
		}
		if r.table == nil {
			continue
		}
		if len(r.row) > len(r.cols) {
			r.Bad++
			continue
		}
		if err := f(line, r.cols[:len(r.row)], r.row); err != nil {
			return false, err
		}
	}
}

// target reads "INTO name (columns) OVERRIDING … VALUE" and gives the word behind it.
func (r *insertReader) target() (t token, err error) {
	var parts []string
	var list []string
	inList, named, more := false, false, true // more: a name that comes now is part of the table's
	for {
		if t, err = r.lex.next(); err != nil || t.kind == tEOF || t.punct(";") {
			return t, err
		}
		switch {
		case inList && t.name():
			s, _ := r.cs.decode([]byte(t.text))
			list = append(list, s)
		case t.punct("("):
			inList, named = true, true
		case t.punct(")"):
			inList = false
		case t.punct("."):
			more = true
		case inList:
		case t.is("into"):
		case t.name() && more && len(parts) < 3: // before anything else: "value" and "system" may be names of tables
			s, _ := r.cs.decode([]byte(t.text))
			parts, more = append(parts, s), false
		case t.is("overriding"), t.is("system"), t.is("user"), t.is("value"):
		case t.is("values"), t.is("select"), t.is("with"), t.is("default"), t.is("table"):
			r.table = r.find(parts)
			if r.table == nil {
				return t, nil
			}
			if r.cols = list; !named {
				r.cols = allColumns(r.table)
			}
			return t, nil
		}
	}
}

func allColumns(t *model.Table) []string {
	out := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		out[i] = c.Name
	}
	return out
}

// rest passes over what is left of the statement, from t on.
func (r *insertReader) rest(t token) (ended bool, err error) {
	parens := 0
	for {
		switch {
		case t.kind == tEOF:
			return false, nil
		case t.punct("("):
			parens++
		case t.punct(")") && parens > 0:
			parens--
		case t.punct(";") && parens == 0:
			return true, nil
		}
		if t, err = r.lex.next(); err != nil {
			return false, err
		}
	}
}

// tuple reads the values up to the closing parenthesis into r.row; ok is false at the end of the file.
func (r *insertReader) tuple() (ok bool, err error) {
	r.row = r.row[:0]
	var v value
	for {
		t, err := r.lex.next()
		if err != nil || t.kind == tEOF {
			return false, err
		}
		if v.parens == 0 && (t.punct(",") || t.punct(")")) {
			if v.n > 0 && len(r.row) <= maxColumns {
				r.row = append(r.row, r.cell(&v))
			}
			if t.punct(")") {
				return true, nil
			}
			v = value{words: v.words[:0]}
			continue
		}
		v.add(t)
	}
}

// cell makes the text of one value; nil is NULL, or DEFAULT.
func (r *insertReader) cell(v *value) *string {
	if v.null {
		return nil
	}
	text := v.text()
	if v.expr {
		r.Expr++
	}
	s, as := r.cs.decode([]byte(text))
	if i := len(r.row); as != "" && r.odd != nil && r.table != nil && i < len(r.cols) {
		r.odd(r.table, r.cols[i], as)
	}
	return &s
}

// value gathers the tokens of one value of a VALUES list.
type value struct {
	n      int // tokens seen
	parens int
	sign   string
	lit    string
	done   bool // a literal has been seen
	null   bool
	cast   bool // behind "::": a type
	typed  bool // one word, which may name the type of the string behind it: DATE '2024-01-01'
	expr   bool
	words  []string // the tokens of an expression
}

func (v *value) add(t token) {
	v.n++
	if t.punct("(") || t.punct("[") {
		v.parens++
	} else if (t.punct(")") || t.punct("]")) && v.parens > 0 {
		v.parens--
	}
	if v.cast {
		return
	}
	if len(v.words) < 10_000 {
		v.words = append(v.words, t.text)
	}
	switch {
	case v.expr:
	case t.punct("::") && v.done:
		v.cast = true
	case v.done && !(v.typed && t.kind == tString):
		v.expr, v.null = true, false
	case t.kind == tString, t.kind == tBits, t.kind == tNumber:
		v.lit, v.done, v.typed = t.text, true, false
	case t.punct("-") && v.n == 1, t.punct("+") && v.n == 1:
		v.sign = t.text
	case t.is("null") && v.n == 1, t.is("default") && v.n == 1:
		v.null, v.done = true, true
	case t.is("true") && v.n == 1:
		v.lit, v.done = "t", true
	case t.is("false") && v.n == 1:
		v.lit, v.done = "f", true
	case t.kind == tWord && v.n == 1:
		v.lit, v.done, v.typed = t.text, true, true
	default:
		v.expr = true
	}
}

// text is the value as PostgreSQL would print it, for an expression its tokens.
func (v *value) text() string {
	if v.expr || v.typed {
		v.expr = true
		return strings.Join(v.words, " ")
	}
	if v.sign == "-" {
		return "-" + v.lit
	}
	return v.lit
}

// insert is the first pass over one INSERT statement.
func (p *pgPass) insert(off, line int64) error {
	r := &insertReader{lex: p.lex, cs: p.cs}
	missing := ""
	r.find = func(parts []string) *model.Table {
		name := p.qualify(parts)
		if p.tables[name] == nil {
			missing = name
		}
		return p.tables[name]
	}
	r.odd = func(t *model.Table, col, as string) { p.found.add(t.Qualified(), col, as) }
	rows := int64(0)
	ended, err := r.read(func(int64, []string, []*string) error { rows++; return nil })
	if err != nil {
		return err
	}
	if missing != "" {
		p.unknown[missing]++
		p.inInserts = false // a run holds INSERTs into one table and nothing else
	}
	if r.table != nil {
		p.noteInsert(r, off, line, rows)
	}
	if !ended {
		p.incomplete = true
		name := missing
		if r.table != nil {
			name = r.table.Qualified()
		}
		p.fatal("table %s: the file ends in the middle of an INSERT that begins in line %d", name, line)
	}
	return nil
}

func (p *pgPass) noteInsert(r *insertReader, off, line, rows int64) {
	name := r.table.Qualified()
	r.table.Rows += rows
	run := p.addRun(&run{table: r.table, insert: true, off: off, line: line, plain: p.lex.backslashes, src: p.src, order: p.order})
	run.rows += rows
	p.inInserts = true
	run.end = p.in.off
	p.expressions[name] += r.Expr
	if r.Bad > 0 {
		b := p.badRows[name]
		if b == nil {
			b = &badRows{line: line}
			p.badRows[name] = b
		}
		b.n += r.Bad
	}
	if r.Select {
		p.fatal("table %s: line %d takes its rows from a query, which cannot be read without a server", name, line)
	}
}
