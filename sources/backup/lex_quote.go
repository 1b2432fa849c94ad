package backup

// This file: quoted texts of all kinds, and their escapes.

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// quoted reads a quoted text; a doubled quote stands for one. With escapes, a backslash escapes as in E'…'.
func (l *lexer) quoted(end byte, escapes bool) (string, error) {
	line := l.in.line
	l.take()
	l.buf = l.buf[:0]
	escape := end
	if escapes {
		escape = '\\'
	}
	for {
		l.buf = append(l.buf, l.stretch(end, escape)...)
		c, ok := l.take()
		switch {
		case !ok:
			l.broken = fmt.Sprintf("a quoted text that begins in line %d", line)
			return "", nil
		case c == end:
			if !l.see(0, end) {
				return string(l.buf), nil
			}
			l.take()
		case c == '\\' && escapes:
			l.escape()
			continue
		}
		if len(l.buf) >= maxLine {
			return "", fmt.Errorf("line %d: %w", line, errTooLong)
		}
		l.buf = append(l.buf, c)
	}
}

// escape reads what follows a backslash in an E'…' string (PostgreSQL manual, 4.1.2.2).
func (l *lexer) escape() {
	c, ok := l.take()
	if !ok {
		return
	}
	switch c {
	case 'x':
		if v, n := l.digits(16, 2); n > 0 {
			l.buf = append(l.buf, byte(v))
			return
		}
	case 'u', 'U':
		max := 4
		if c == 'U' {
			max = 8
		}
		if v, n := l.digits(16, max); n > 0 {
			l.buf = utf8.AppendRune(l.buf, rune(v))
			return
		}
	case '0', '1', '2', '3', '4', '5', '6', '7':
		v, n := l.digits(8, 2)
		l.buf = append(l.buf, byte(uint32(c-'0')<<(3*n)|v))
		return
	}
	l.buf = append(l.buf, simpleEscape(c))
}

// digits takes up to max digits of a base.
func (l *lexer) digits(base uint32, max int) (v uint32, n int) {
	for n < max {
		c, ok := l.in.peek(0)
		d := hexValue(c)
		if !ok || d >= base {
			break
		}
		l.take()
		v = v*base + d
		n++
	}
	return v, n
}

// hexValue is the value of a digit; 99 for what is none.
func hexValue(c byte) uint32 {
	switch {
	case c >= '0' && c <= '9':
		return uint32(c - '0')
	case c >= 'a' && c <= 'f':
		return uint32(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return uint32(c-'A') + 10
	}
	return 99
}

// simpleEscape is the character that a backslash and a letter stand for; any other character stands for itself.
func simpleEscape(c byte) byte {
	switch c {
	case 'b':
		return '\b'
	case 'f':
		return '\f'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	case 'v':
		return '\v'
	}
	return c
}

// unicode reads U&'…' or U&"…" with \XXXX and \+XXXXXX for characters.
func (l *lexer) unicode(t *token) error {
	l.take()
	l.take()
	q, _ := l.in.peek(0)
	t.kind = tString
	if q == '"' {
		t.kind = tQuoted
	}
	s, err := l.quoted(q, false)
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		digits, skip := 4, 1
		if s[i] == '\\' && i+1 < len(s) && s[i+1] == '+' {
			digits, skip = 6, 2
		}
		if s[i] != '\\' || i+skip+digits > len(s) {
			if s[i] == '\\' && i+1 < len(s) && s[i+1] == '\\' {
				i++
			}
			b.WriteByte(s[i])
			continue
		}
		v, bad := uint32(0), false
		for _, c := range []byte(s[i+skip : i+skip+digits]) {
			d := hexValue(c)
			bad = bad || d > 15
			v = v*16 + d
		}
		if bad {
			b.WriteByte(s[i])
			continue
		}
		b.WriteRune(rune(v))
		i += skip + digits - 1
	}
	t.text = b.String()
	return err
}

// dollar reads a dollar-quoted string; a dollar sign that opens none is punctuation.
func (l *lexer) dollar(t *token) error {
	n := 1
	for {
		c, ok := l.in.peek(n)
		if ok && c == '$' {
			break
		}
		if !ok || !isWordStart(c) && (n == 1 || !isDigit(c)) || n > 128 {
			l.take()
			t.kind, t.text = tPunct, "$"
			return nil
		}
		n++
	}
	line := l.in.line
	tag := make([]byte, 0, n+1)
	for range n + 1 {
		c, _ := l.take()
		tag = append(tag, c)
	}
	t.kind = tString
	l.buf = l.buf[:0]
	for {
		l.buf = append(l.buf, l.stretch('$', '$')...)
		c, ok := l.take()
		if !ok {
			l.broken = fmt.Sprintf("a dollar-quoted text that begins in line %d", line)
			return nil
		}
		l.buf = append(l.buf, c)
		if c == '$' && len(l.buf) >= len(tag) && string(l.buf[len(l.buf)-len(tag):]) == string(tag) {
			t.text = string(l.buf[:len(l.buf)-len(tag)])
			return nil
		}
		if len(l.buf) >= maxLine {
			return fmt.Errorf("line %d: %w", line, errTooLong)
		}
	}
}
