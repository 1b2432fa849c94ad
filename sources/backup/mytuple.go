package backup

// This file: rows of MySQL's INSERT and REPLACE statements, read as a stream: one statement may hold a whole table,
// and what is held is one row.

import (
	"fmt"
	"strings"

	"salvage/model"
)

// cellKind is how the bytes of a column become text.
type cellKind uint8

const (
	cellText   cellKind = iota
	cellNumber          // hexadecimal literals are numbers here
	cellBinary          // \x and hexadecimal digits
	cellBits            // bit(n): n digits
	cellDate            // zero dates are no value
	cellUTC             // an instant in UTC: +00 is added
	cellSkip            // a generated column
)

// myColumn is how one column of a statement's list is read.
type myColumn struct {
	col  *model.Column
	kind cellKind
	bits int
}

// myRows reads the rows of one statement. Its notes are added up over the statements of one reading.
type myRows struct {
	lex *myLexer
	cs  charset
	utc bool // TIMESTAMP columns are written in UTC

	odd   func(col *model.Column, as string)    // told of cells in another encoding; may be nil
	watch func(col *model.Column, value string) // told of every value of a tinyint(1); may be nil
	zeros map[*model.Column]int64               // dates of nothing but zeros; may be nil

	table *model.Table
	list  []myColumn
	cols  []string // without generated columns

	row    []byte // the text of a row's cells, one behind the other
	ends   []int  // where each ends; -1-x for NULL
	vals   []string
	ptrs   []*string
	count  bool // count only: do not make strings
	expr   int64
	bad    int64
	other  string // "": VALUES; else how the statement gives its rows
	nextCS *charset
}

// plan lays out how the columns of a list are read; nil names mean all of the table.
func (r *myRows) plan(t *model.Table, names []string) error {
	r.table, r.list, r.cols = t, r.list[:0], nil
	if names == nil {
		for _, c := range t.Columns {
			r.list = append(r.list, r.column(c))
		}
	}
	for _, n := range names {
		c := t.Column(n)
		for _, x := range t.Columns { // names of columns know no case
			if c == nil && strings.EqualFold(x.Name, n) {
				c = x
			}
		}
		if c == nil {
			return fmt.Errorf("column %q is not declared", n)
		}
		r.list = append(r.list, r.column(c))
	}
	for _, c := range r.list {
		if c.kind != cellSkip {
			r.cols = append(r.cols, c.col.Name)
		}
	}
	if cap(r.vals) < len(r.cols) {
		r.vals, r.ptrs = make([]string, len(r.cols)), make([]*string, len(r.cols))
	}
	r.vals, r.ptrs = r.vals[:len(r.cols)], r.ptrs[:len(r.cols)]
	return nil
}

func (r *myRows) column(c *model.Column) myColumn {
	m := myColumn{col: c}
	base, rest, _ := strings.Cut(c.Type, "(")
	base, _, _ = strings.Cut(base, " ")
	switch base {
	case "binary", "varbinary", "blob", "tinyblob", "mediumblob", "longblob", "geometry", "point", "linestring", "polygon",
		"multipoint", "multilinestring", "multipolygon", "geometrycollection", "geomcollection", "vector":
		m.kind = cellBinary
	case "bit":
		m.kind, m.bits = cellBits, 1
		if n, _, ok := strings.Cut(rest, ")"); ok {
			fmt.Sscanf(n, "%d", &m.bits)
		}
	case "date", "datetime":
		m.kind = cellDate
	case "timestamp":
		if m.kind = cellDate; r.utc {
			m.kind = cellUTC
		}
	case "tinyint", "smallint", "mediumint", "int", "integer", "bigint", "decimal", "numeric", "float", "double", "year", "real":
		m.kind = cellNumber
	}
	if c.Generated {
		m.kind = cellSkip
	}
	return m
}

// read calls f for every row behind VALUES, with the line in which it begins. ended is false when the file ends before
// the statement does.
func (r *myRows) read(f func(line int64) error) (ended bool, err error) {
	for {
		if !r.lex.skip() {
			return false, r.lex.in.err
		}
		if c, _ := r.lex.in.peek(0); c == ',' {
			r.lex.take()
			continue
		} else if c != '(' {
			return r.rest()
		}
		line := r.lex.in.line
		r.lex.take()
		n, ok, err := r.tuple()
		if err != nil || !ok {
			return false, err
		}
		if r.table == nil {
			continue
		}
		if n != len(r.list) {
			if n != 0 { // () means a row of defaults
				r.bad++
			}
			continue
		}
		if err := f(line); err != nil {
			return false, err
		}
	}
}

// rest passes over what is left of the statement.
func (r *myRows) rest() (ended bool, err error) {
	for {
		t, err := r.lex.next()
		if err != nil || t.kind == tEOF {
			return false, err
		}
		if t.punct(";") {
			return true, nil
		}
	}
}

// tuple reads the cells up to the closing parenthesis; ok is false at the end of the file.
func (r *myRows) tuple() (n int, ok bool, err error) {
	r.row, r.ends = r.row[:0], r.ends[:0]
	for {
		if !r.lex.skip() {
			return n, false, r.lex.in.err
		}
		c, _ := r.lex.in.peek(0)
		if c == ')' {
			r.lex.take()
			return n, true, nil
		}
		if c == ',' {
			r.lex.take()
			continue
		}
		m := myColumn{kind: cellSkip}
		if n < len(r.list) {
			m = r.list[n]
		}
		if ok, err := r.cell(m, c); err != nil || !ok {
			return n, false, err
		}
		if n++; n > 2*maxColumns || len(r.row) > maxLine {
			return n, false, fmt.Errorf("line %d: %w", r.lex.in.line, errTooLong)
		}
	}
}
