package backup

// This file: the lexer of SQL text as PostgreSQL's psql splits it: quotes, dollar quotes, comments.
// It streams: what it holds is one token, and of statements that are kept, their text.

import (
	"fmt"
)

type tokenKind uint8

const (
	tEOF    tokenKind = iota
	tWord             // an unquoted word, folded to lower case
	tQuoted           // a quoted identifier, unquoted
	tString           // a string of any quoting, decoded
	tBits             // B'…' or X'…': the digits
	tNumber
	tPunct // one character, or "::"
)

// token is one token. from and to are its place in the lexer's kept text (when it keeps).
type token struct {
	kind     tokenKind
	text     string
	from, to int
}

func (t token) is(word string) bool { return t.kind == tWord && t.text == word }
func (t token) punct(p string) bool { return t.kind == tPunct && t.text == p }
func (t token) name() bool          { return t.kind == tWord || t.kind == tQuoted }

// lexer gives the tokens of an input.
type lexer struct {
	in          *input
	backslashes bool // plain strings know backslash escapes (standard_conforming_strings = off)
	brackets    bool // [x] and `x` quote identifiers, as SQLite allows
	lite        bool // SQLite's rules: comments do not nest, no dollar quotes, no E'…' and U&'…'

	keep    bool   // whether the text is kept, for expressions "as written"
	text    []byte // the kept text, from the start of the statement
	over    bool   // the statement was too long to keep
	comment func(line []byte)
	broken  string // what the file ended in the middle of; "" for nothing
	buf     []byte
}

// take takes one byte and keeps it if need be.
func (l *lexer) take() (byte, bool) {
	c, ok := l.in.next()
	if ok && l.keep {
		if len(l.text) < maxStatement {
			l.text = append(l.text, c)
		} else {
			l.over = true
		}
	}
	return c, ok
}

// stretch is take for the buffered bytes before a stop or escape byte, up to what may be kept of one value.
func (l *lexer) stretch(stop, escape byte) []byte {
	b := l.in.stretch(stop, escape)
	if l.keep {
		if len(l.text)+len(b) <= maxStatement {
			l.text = append(l.text, b...)
		} else {
			l.over = true
		}
	}
	return b
}

func (l *lexer) see(n int, want byte) bool {
	c, ok := l.in.peek(n)
	return ok && c == want
}

func isSpace(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }
func isDigit(c byte) bool { return c >= '0' && c <= '9' }
func isWordStart(c byte) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}
func isWordPart(c byte) bool { return isWordStart(c) || isDigit(c) || c == '$' }

// skip passes over blanks and comments; ok is false at the end of the file.
func (l *lexer) skip() (ok bool) {
	for {
		c, ok := l.in.peek(0)
		switch {
		case !ok:
			return false
		case isSpace(c):
			l.take()
		case c == '-' && l.see(1, '-'):
			l.lineComment()
		case c == '/' && l.see(1, '*'):
			l.blockComment()
		default:
			return true
		}
	}
}

func (l *lexer) lineComment() {
	l.buf = l.buf[:0]
	for {
		c, ok := l.in.peek(0)
		if !ok || c == '\n' {
			break
		}
		l.take()
		if len(l.buf) < 512 {
			l.buf = append(l.buf, c)
		}
	}
	if l.comment != nil {
		l.comment(l.buf)
	}
}

// blockComment passes over a comment of /* and */, which nest in PostgreSQL.
func (l *lexer) blockComment() {
	line, depth := l.in.line, 0
	for {
		c, ok := l.take()
		switch {
		case !ok:
			l.broken = fmt.Sprintf("a comment that begins in line %d", line)
			return
		case c == '/' && l.see(0, '*') && (depth == 0 || !l.lite):
			l.take()
			depth++
		case c == '*' && l.see(0, '/'):
			l.take()
			if depth--; depth == 0 {
				return
			}
		}
	}
}

// next gives the next token. At the end of the file it is tEOF; broken then says what was left open.
func (l *lexer) next() (token, error) {
	if !l.skip() {
		return token{kind: tEOF, from: len(l.text), to: len(l.text)}, l.in.err
	}
	t := token{from: len(l.text)}
	err := l.scan(&t)
	t.to = len(l.text)
	if l.broken != "" {
		t = token{kind: tEOF, from: len(l.text), to: len(l.text)}
	}
	if err == nil {
		err = l.in.err
	}
	return t, err
}

func (l *lexer) scan(t *token) (err error) {
	c, _ := l.in.peek(0)
	switch {
	case c == '\'':
		t.kind = tString
		t.text, err = l.quoted('\'', l.backslashes)
	case c == '"', l.brackets && c == '`':
		t.kind = tQuoted
		t.text, err = l.quoted(c, false)
	case l.brackets && c == '[':
		t.kind = tQuoted
		t.text, err = l.quoted(']', false)
	case c == '$' && !l.lite:
		return l.dollar(t)
	case isWordStart(c):
		return l.word(t)
	case isDigit(c), c == '.' && l.digitAt(1):
		t.kind, t.text = tNumber, l.number()
	default:
		l.take()
		t.kind, t.text = tPunct, string(rune(c))
		if c == ':' && l.see(0, ':') {
			l.take()
			t.text = "::"
		}
	}
	return err
}

func (l *lexer) digitAt(n int) bool {
	c, ok := l.in.peek(n)
	return ok && isDigit(c)
}

// word reads a word, or the string that a prefix letter announces (E”, B”, X”, N”, U&”).
func (l *lexer) word(t *token) (err error) {
	c, _ := l.in.peek(0)
	if l.see(1, '\'') && (!l.lite || c|0x20 == 'x') {
		switch c {
		case 'e', 'E':
			l.take()
			t.kind = tString
			t.text, err = l.quoted('\'', true)
			return err
		case 'n', 'N':
			l.take()
			t.kind = tString
			t.text, err = l.quoted('\'', l.backslashes)
			return err
		case 'b', 'B', 'x', 'X':
			l.take()
			t.kind = tBits
			t.text, err = l.quoted('\'', false)
			return err
		}
	}
	if !l.lite && (c == 'u' || c == 'U') && l.see(1, '&') && (l.see(2, '\'') || l.see(2, '"')) {
		return l.unicode(t)
	}
	l.buf = l.buf[:0]
	for {
		c, ok := l.in.peek(0)
		if !ok || !isWordPart(c) {
			break
		}
		l.take()
		if len(l.buf) < 1024 {
			l.buf = append(l.buf, c)
		}
	}
	t.kind, t.text = tWord, foldASCII(l.buf)
	return nil
}

// number reads digits, a fraction and an exponent.
func (l *lexer) number() string {
	l.buf = l.buf[:0]
	for {
		c, ok := l.in.peek(0)
		exp := ok && (c == '+' || c == '-') && len(l.buf) > 0 && (l.buf[len(l.buf)-1] == 'e' || l.buf[len(l.buf)-1] == 'E')
		if !ok || !exp && c != '.' && !isWordPart(c) {
			return string(l.buf)
		}
		l.take()
		if len(l.buf) < 1<<20 {
			l.buf = append(l.buf, c)
		}
	}
}

// foldASCII lowers A to Z and nothing else, as PostgreSQL folds unquoted names.
func foldASCII(b []byte) string {
	out := make([]byte, len(b))
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		out[i] = c
	}
	return string(out)
}
