package backup

// This file: the records of a CSV file (RFC 4180, and what PostgreSQL's COPY … CSV adds: an empty cell without quotes
// is NULL, one with quotes is an empty text).

import (
	"fmt"
)

// csvReader reads records. A field's bytes are valid until the next call of next.
type csvReader struct {
	in     *input
	delim  byte
	buf    []byte
	fields []csvField
	open   bool // the file ended within quotes
	last   bool // the record ended with the file, not with its line
	single bool // the file has one column: an empty line is a row of it
}

type csvField struct {
	from, to int
	quoted   bool
}

func (r *csvReader) skipBOM() {
	for _, c := range []byte("\xef\xbb\xbf") {
		if b, ok := r.in.peek(0); !ok || b != c {
			return
		}
		r.in.next()
	}
}

func (r *csvReader) field(i int) []byte { return r.buf[r.fields[i].from:r.fields[i].to] }

// nullWord is how an exporting program may write a cell without a value, always without quotes.
type nullWord uint8

const (
	notNull   nullWord = iota
	nullEmpty          // nothing: PostgreSQL, spreadsheets
	nullSlash          // \N: MySQL's INTO OUTFILE
	nullNULL           // NULL: phpMyAdmin, clients with windows
)

// word tells which of these a cell is.
func (r *csvReader) word(i int) nullWord {
	f := r.fields[i]
	if f.quoted || f.to-f.from > 4 {
		return notNull
	}
	switch string(r.field(i)) {
	case "":
		return nullEmpty
	case `\N`:
		return nullSlash
	case "NULL":
		return nullNULL
	}
	return notNull
}

// next reads one record; empty lines are passed over, unless they are rows. ok is false at the end of the file.
func (r *csvReader) next() (ok bool, err error) {
	for {
		r.buf, r.fields, r.open, r.last = r.buf[:0], r.fields[:0], false, false
		if _, ok := r.in.peek(0); !ok {
			return false, r.in.err
		}
		for more := true; more; {
			if more, err = r.cell(); err != nil {
				return false, err
			}
		}
		if len(r.fields) == 1 && r.fields[0] == (csvField{}) && !r.single {
			continue
		}
		return true, r.in.err
	}
}

// cell reads one cell and what ends it; more says that another one of the record follows.
func (r *csvReader) cell() (more bool, err error) {
	if len(r.fields) > 2*maxColumns {
		return false, fmt.Errorf("line %d: more than %d cells", r.in.line, 2*maxColumns)
	}
	f := csvField{from: len(r.buf)}
	defer func() {
		f.to = len(r.buf)
		r.fields = append(r.fields, f)
	}()
	if c, ok := r.in.peek(0); ok && c == '"' {
		f.quoted = true
		if err := r.quotes(); err != nil {
			return false, err
		}
	}
	for {
		c, ok := r.in.next()
		switch {
		case !ok:
			r.last = true
			return false, r.in.err
		case c == r.delim:
			return true, nil
		case c == '\n':
			return false, nil
		case c == '\r':
			if n, ok := r.in.peek(0); ok && n == '\n' {
				r.in.next()
			}
			return false, nil
		}
		if len(r.buf) >= maxLine {
			return false, fmt.Errorf("line %d: %w", r.in.line, errTooLong)
		}
		r.buf = append(r.buf, c)
	}
}

// quotes reads a quoted stretch; a doubled quote stands for one.
func (r *csvReader) quotes() error {
	line := r.in.line
	r.in.next()
	for {
		r.buf = append(r.buf, r.in.stretch('"', '"')...)
		c, ok := r.in.next()
		switch {
		case !ok:
			r.open, r.last = true, true
			return r.in.err
		case c == '"':
			if n, ok := r.in.peek(0); !ok || n != '"' {
				return nil
			}
			r.in.next()
		}
		if len(r.buf) >= maxLine {
			return fmt.Errorf("line %d: %w", line, errTooLong)
		}
		r.buf = append(r.buf, c)
	}
}
