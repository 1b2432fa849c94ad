package backup

// This file: one value of a row of MySQL: literals of all kinds, introducers, and what they are as text.

import (
	"encoding/hex"
	"fmt"
	"strings"
	"unicode/utf8"
)

// raw is one value as it was read: its bytes stand behind the row's.
type raw struct {
	from  int
	null  bool
	bytes bool // x'..' and the like: bytes, not characters
	str   bool
}

// cell reads one value, which begins with c, and appends its text to the row.
func (r *myRows) cell(m myColumn, c byte) (ok bool, err error) {
	v := raw{from: len(r.row)}
	r.nextCS = nil
	if ok, err = r.literal(&v, c); err != nil || !ok {
		return false, err
	}
	for {
		if !r.lex.skip() {
			return false, r.lex.in.err
		}
		c, _ = r.lex.in.peek(0)
		if c == ',' || c == ')' {
			break
		}
		if v.str && (c == '\'' || c == '"' && !r.lex.ansi) { // strings that stand side by side are one
			if r.row, err = r.lex.quoted(r.row, c, !r.lex.plain); err != nil || r.lex.broken != "" {
				return false, err
			}
			continue
		}
		if ok, err := r.expression(&v); err != nil || !ok {
			return false, err
		}
	}
	if m.kind == cellSkip {
		r.row = r.row[:v.from]
		return true, nil
	}
	if !v.null {
		v.null = r.convert(m, v)
	}
	if v.null {
		r.row = r.row[:v.from]
		r.ends = append(r.ends, -1-v.from)
	} else {
		r.ends = append(r.ends, len(r.row))
	}
	return true, nil
}

// literal reads a string, a number, or one token.
func (r *myRows) literal(v *raw, c byte) (ok bool, err error) {
	switch {
	case c == '\'', c == '"' && !r.lex.ansi:
		v.str = true
		r.row, err = r.lex.quoted(r.row, c, !r.lex.plain)
		return r.lex.broken == "", err
	case isDigit(c), c == '.':
		r.row = r.lex.appendNumber(r.row)
		if len(r.row) == v.from { // a lone dot
			r.lex.take()
		}
		if b, ok := prefixedDigits(r.row[v.from:]); ok {
			r.row, v.bytes = append(r.row[:v.from], b...), true
		}
		return true, nil
	case c == '-', c == '+':
		r.lex.take()
		if c == '-' {
			r.row = append(r.row, c)
		}
		if n, ok := r.lex.in.peek(0); ok && (isDigit(n) || n == '.') {
			r.row = r.lex.appendNumber(r.row)
		}
		return true, nil
	}
	t, err := r.lex.next()
	if err != nil || t.kind == tEOF {
		return false, err
	}
	switch {
	case t.is("null"), t.is("default"):
		v.null = true
	case t.is("true"), t.is("false"):
		r.row = append(r.row, map[bool]byte{true: '1', false: '0'}[t.is("true")])
	case t.kind == tBits:
		r.row, v.bytes = append(r.row, t.text...), true
	case t.kind == tString:
		r.row, v.str = append(r.row, t.text...), true
	case t.kind == tWord && (t.text[0] == '_' || t.is("date") || t.is("timestamp") || t.is("time")):
		return r.introduced(v, t.text)
	default:
		r.row = append(r.row, t.text...)
		return r.expression(v)
	}
	return true, nil
}

// introduced reads what stands behind a character set introducer (_utf8mb4'…', _binary 0x…), or behind a type's name.
func (r *myRows) introduced(v *raw, word string) (ok bool, err error) {
	if !r.lex.skip() {
		return false, r.lex.in.err
	}
	c, _ := r.lex.in.peek(0)
	if c != '\'' && c != '"' && c != '0' && c|0x20 != 'x' && c|0x20 != 'b' && c|0x20 != 'n' {
		r.row = append(r.row, word...)
		return r.expression(v)
	}
	if cs, ok := myCharset(strings.TrimPrefix(word, "_")); ok && word != "_binary" && word[0] == '_' {
		r.nextCS = &cs
	}
	return r.literal(v, c)
}

// expression takes tokens up to the end of the value; the value is then what is written there.
func (r *myRows) expression(v *raw) (ok bool, err error) {
	r.expr++
	v.null, v.bytes, v.str = false, false, false
	for parens := 0; ; {
		if !r.lex.skip() {
			return false, r.lex.in.err
		}
		c, _ := r.lex.in.peek(0)
		if parens == 0 && (c == ',' || c == ')') {
			return true, nil
		}
		t, err := r.lex.next()
		if err != nil || t.kind == tEOF {
			return false, err
		}
		if t.punct("(") {
			parens++
		} else if t.punct(")") {
			parens--
		}
		if len(r.row)-v.from < 1<<16 {
			if len(r.row) > v.from {
				r.row = append(r.row, ' ')
			}
			r.row = append(r.row, t.text...)
		}
	}
}

// convert makes the text of a value out of its bytes; null says that it stands for none.
func (r *myRows) convert(m myColumn, v raw) (null bool) {
	b := r.row[v.from:]
	switch m.kind {
	case cellBinary:
		if len(b) > 0 || v.str || v.bytes {
			r.row = appendHex(r.row, v.from)
		}
		return false
	case cellBits:
		r.row = append(r.row[:v.from], bitDigits(b, m.bits, v)...)
		return false
	case cellDate, cellUTC:
		if isZeroDate(b) {
			if r.zeros != nil {
				r.zeros[m.col]++
			}
			return true
		}
		if m.kind == cellUTC && len(b) > 0 && (b[0] >= '0' && b[0] <= '9') {
			r.row = append(r.row, "+00"...)
		}
		return false
	case cellNumber:
		if v.bytes {
			r.row = append(r.row[:v.from], unsigned(b)...)
		}
		if r.watch != nil && m.col.Type == tinyBool {
			r.watch(m.col, string(r.row[v.from:]))
		}
		return false
	}
	r.decode(m, v.from)
	return false
}

// decode brings the text that begins at from into UTF-8.
func (r *myRows) decode(m myColumn, from int) {
	b := r.row[from:]
	cs := r.cs
	if r.nextCS != nil {
		cs = *r.nextCS
	}
	if isASCII(b) || cs.enc == nil && utf8.Valid(b) {
		return
	}
	s, as := cs.decode(b)
	if as != "" && r.odd != nil {
		r.odd(m.col, as)
	}
	r.row = append(r.row[:from], s...)
}

// values gives the row that was read, as strings that stay valid, in pointers that do not.
func (r *myRows) values() []*string {
	whole := string(r.row)
	from := 0
	for i, end := range r.ends {
		if end < 0 {
			r.ptrs[i] = nil
			continue
		}
		r.vals[i] = whole[from:end]
		r.ptrs[i] = &r.vals[i]
		from = end
	}
	return r.ptrs
}

func isZeroDate(b []byte) bool {
	return len(b) >= 10 && string(b[:10]) == "0000-00-00"
}

// appendHex writes the bytes from from on as PostgreSQL writes bytea: \x and hexadecimal digits.
func appendHex(row []byte, from int) []byte {
	n := len(row) - from
	for range n + 2 {
		row = append(row, 0)
	}
	src := row[from : from+n]
	out := row[from:]
	for i := n - 1; i >= 0; i-- { // backwards: the digits of a byte never overwrite one that is still to be read
		c := src[i]
		out[2+2*i], out[3+2*i] = hexDigits[c>>4], hexDigits[c&15]
	}
	out[0], out[1] = '\\', 'x'
	return row
}

const hexDigits = "0123456789abcdef"

// bitDigits writes a value of bit(n) as n digits, as PostgreSQL writes bit strings.
func bitDigits(b []byte, n int, v raw) []byte {
	if !v.str && !v.bytes { // a plain number
		var x uint64
		fmt.Sscanf(string(b), "%d", &x)
		b = []byte{byte(x >> 56), byte(x >> 48), byte(x >> 40), byte(x >> 32), byte(x >> 24), byte(x >> 16), byte(x >> 8), byte(x)}
	}
	n = min(max(n, 1), 64)
	out := make([]byte, n)
	for i := range out {
		out[n-1-i] = '0'
		if at := len(b) - 1 - i/8; at >= 0 && b[at]>>(i%8)&1 == 1 {
			out[n-1-i] = '1'
		}
	}
	return out
}

// unsigned reads bytes as a big-endian number; more than eight stay hexadecimal.
func unsigned(b []byte) []byte {
	if len(b) > 8 {
		return []byte("0x" + hex.EncodeToString(b))
	}
	var x uint64
	for _, c := range b {
		x = x<<8 | uint64(c)
	}
	return fmt.Append(nil, x)
}
