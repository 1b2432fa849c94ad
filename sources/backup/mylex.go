package backup

// This file: the lexer of SQL text as the mysql and mariadb clients split it: versioned comments whose content counts,
// backslash escapes, backticks, DELIMITER. It streams: what it holds is one token, and of statements that are kept,
// their text.

import (
	"fmt"
	"strconv"
)

// executedBelow is the version from which on a versioned comment is one for every server.
//
// QUIRK: mariadb-dump's first line is /*M!999999\- enable the sandbox mode */, a command to the client in a comment
// of a version that no server has.
const executedBelow = 999999

// myLexer gives the tokens of an input. Numbers, names and words are as in lexer; tBits holds the bytes that x'..', 0x..
// and b'..' stand for; the statement's end is the mark ";", whatever the delimiter, and a semicolon that is none is "; ".
type myLexer struct {
	in    *input
	plain bool   // NO_BACKSLASH_ESCAPES: a backslash stands for itself
	ansi  bool   // ANSI_QUOTES: "x" is a name
	delim string // what ends a statement

	keep      bool   // whether the text is kept, for expressions "as written"
	text      []byte // the kept text, from the start of the statement
	over      bool   // the statement was too long to keep
	versioned int    // versioned comments that are open here
	comment   func(line []byte)
	broken    string // what the file ended in the middle of; "" for nothing
	buf       []byte
}

func newMyLexer(in *input) *myLexer { return &myLexer{in: in, delim: ";"} }

func (l *myLexer) take() (byte, bool) {
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

func (l *myLexer) takeN(n int) {
	for range n {
		l.take()
	}
}

func (l *myLexer) see(n int, want byte) bool {
	c, ok := l.in.peek(n)
	return ok && c == want
}

// sees reports whether s stands here.
func (l *myLexer) sees(s string) bool {
	for i := range len(s) {
		if !l.see(i, s[i]) {
			return false
		}
	}
	return true
}

// skip passes over blanks and comments; ok is false at the end of the file. The content of a versioned comment is
// not skipped: it counts.
func (l *myLexer) skip() (ok bool) {
	for {
		c, ok := l.in.peek(0)
		switch {
		case !ok:
			if l.versioned > 0 && l.broken == "" {
				l.broken = "a versioned comment"
			}
			return false
		case isSpace(c):
			l.take()
		case c == '#', c == '-' && l.dashes():
			l.lineComment()
		case c == '/' && l.see(1, '*'):
			l.blockComment()
		case c == '*' && l.versioned > 0 && l.see(1, '/'):
			l.takeN(2)
			l.versioned--
		default:
			return true
		}
	}
}

// dashes reports whether a comment of two hyphens begins here: a blank or the line's end has to follow them.
func (l *myLexer) dashes() bool {
	if !l.see(1, '-') {
		return false
	}
	c, ok := l.in.peek(2)
	return !ok || c <= ' '
}

func (l *myLexer) lineComment() {
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

// blockComment passes over a comment, or opens a versioned one. Comments do not nest.
func (l *myLexer) blockComment() {
	line, n := l.in.line, 2
	if l.see(n, 'M') && l.see(n+1, '!') {
		n++
	}
	if l.see(n, '!') {
		n++
		version := 0
		for {
			c, ok := l.in.peek(n)
			if !ok || !isDigit(c) || version > executedBelow {
				break
			}
			version = version*10 + int(c-'0')
			n++
		}
		if version < executedBelow {
			l.takeN(n)
			l.versioned++
			return
		}
	}
	l.takeN(2)
	for {
		c, ok := l.take()
		if !ok {
			l.broken = fmt.Sprintf("a comment that begins in line %d", line)
			return
		}
		if c == '*' && l.see(0, '/') {
			l.take()
			return
		}
	}
}

// next gives the next token. At the end of the file it is tEOF; broken then says what was left open.
func (l *myLexer) next() (token, error) {
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

func (l *myLexer) scan(t *token) (err error) {
	c, _ := l.in.peek(0)
	switch {
	case l.sees(l.delim):
		l.takeN(len(l.delim))
		t.kind, t.text = tPunct, ";"
	case c == '\'', c == '"' && !l.ansi:
		t.kind = tString
		l.buf, err = l.quoted(l.buf[:0], c, !l.plain)
		t.text = string(l.buf)
	case c == '`', c == '"':
		t.kind = tQuoted
		l.buf, err = l.quoted(l.buf[:0], c, false)
		t.text = string(l.buf)
	case isDigit(c), c == '.' && l.digitAt(1):
		l.number(t)
	case (c == 'x' || c == 'X' || c == 'b' || c == 'B') && l.see(1, '\''):
		l.take()
		l.buf, err = l.quoted(l.buf[:0], '\'', false)
		t.kind, t.text = tBits, string(digitBytes(l.buf, c == 'b' || c == 'B'))
	case (c == 'n' || c == 'N') && l.see(1, '\''):
		l.take()
		t.kind = tString
		l.buf, err = l.quoted(l.buf[:0], '\'', !l.plain)
		t.text = string(l.buf)
	case isWordStart(c):
		t.kind, t.text = tWord, l.word()
	default:
		l.take()
		t.kind, t.text = tPunct, string(rune(c))
		if c == ';' {
			t.text = "; "
		}
	}
	return err
}

func (l *myLexer) digitAt(n int) bool {
	c, ok := l.in.peek(n)
	return ok && isDigit(c)
}

func (l *myLexer) word() string {
	l.buf = l.buf[:0]
	for {
		c, ok := l.in.peek(0)
		if !ok || !isWordPart(c) {
			return foldASCII(l.buf)
		}
		l.take()
		if len(l.buf) < 1024 {
			l.buf = append(l.buf, c)
		}
	}
}

// number reads digits, a fraction and an exponent, or 0x… and 0b….
func (l *myLexer) number(t *token) {
	l.buf = l.appendNumber(l.buf[:0])
	t.kind, t.text = tNumber, string(l.buf)
	if b, ok := prefixedDigits(l.buf); ok {
		t.kind, t.text = tBits, string(b)
	}
}

func (l *myLexer) appendNumber(dst []byte) []byte {
	from := len(dst)
	for {
		c, ok := l.in.peek(0)
		last := byte(0)
		if len(dst) > from {
			last = dst[len(dst)-1]
		}
		exp := (c == '+' || c == '-') && (last == 'e' || last == 'E') && !(dst[from] == '0' && len(dst) > from+1 && dst[from+1]|0x20 == 'x')
		if !ok || !exp && c != '.' && !isWordPart(c) {
			return dst
		}
		l.take()
		if len(dst)-from < maxLine {
			dst = append(dst, c)
		}
	}
}

// prefixedDigits gives the bytes of 0x… and 0b….
func prefixedDigits(b []byte) ([]byte, bool) {
	if len(b) < 3 || b[0] != '0' || b[1] != 'x' && b[1] != 'b' {
		return nil, false
	}
	return digitBytes(b[2:], b[1] == 'b'), true
}

// digitBytes gives the bytes that hexadecimal or binary digits stand for; the first byte may have fewer digits.
func digitBytes(digits []byte, binary bool) []byte {
	per, base := 2, uint32(16)
	if binary {
		per, base = 8, 2
	}
	out := make([]byte, 0, len(digits)/per+1)
	v, left := uint32(0), len(digits)%per
	if left == 0 {
		left = per
	}
	for _, c := range digits {
		v = v*base + hexValue(c)%base
		if left--; left == 0 {
			out = append(out, byte(v))
			v, left = 0, per
		}
	}
	return out
}

// quoted appends a quoted text, which stands here, to dst; a doubled quote stands for one.
func (l *myLexer) quoted(dst []byte, end byte, escapes bool) ([]byte, error) {
	line := l.in.line
	l.take()
	escape := end
	if escapes {
		escape = '\\'
	}
	for {
		b := l.in.stretch(end, escape)
		if l.keep {
			if len(l.text)+len(b) <= maxStatement {
				l.text = append(l.text, b...)
			} else {
				l.over = true
			}
		}
		dst = append(dst, b...)
		c, ok := l.take()
		switch {
		case !ok:
			l.broken = "a quoted text that begins in line " + strconv.FormatInt(line, 10)
			return dst, nil
		case c == end:
			if !l.see(0, end) {
				return dst, nil
			}
			l.take()
		case c == '\\' && escapes:
			if c, ok = l.take(); ok {
				dst = appendEscape(dst, c)
			}
			continue
		}
		if len(dst) >= maxLine {
			return dst, fmt.Errorf("line %d: %w", line, errTooLong)
		}
		dst = append(dst, c)
	}
}

// appendEscape appends what a backslash before c stands for (MySQL manual, "String Literals"). \% and \_ keep their
// backslash: outside of patterns they are no escapes.
func appendEscape(dst []byte, c byte) []byte {
	switch c {
	case '0':
		return append(dst, 0)
	case 'b':
		return append(dst, '\b')
	case 'n':
		return append(dst, '\n')
	case 'r':
		return append(dst, '\r')
	case 't':
		return append(dst, '\t')
	case 'Z':
		return append(dst, 0x1a)
	case '%', '_':
		return append(dst, '\\', c)
	}
	return append(dst, c)
}
