package script

// This file: a small lexer of PostgreSQL's SQL, for the linter and for finding statements.

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// token is one token of SQL. Comments and spaces are dropped.
type token struct {
	kind byte   // w word (lower case), q quoted name, s string, d dollar-quoted block, p anything else
	text string // content, without its quotes
	at   int    // byte offset
}

// lexer reads SQL token by token. Its strings follow standard_conforming_strings = on.
type lexer struct {
	s  string
	at int
}

// tokens reads all of s.
func tokens(s string) ([]token, error) {
	l := &lexer{s: s}
	var all []token
	for {
		t, ok, err := l.next()
		if err != nil || !ok {
			return all, err
		}
		all = append(all, t)
	}
}

func (l *lexer) next() (token, bool, error) {
	if err := l.skip(); err != nil || l.at >= len(l.s) {
		return token{}, false, err
	}
	start, rest := l.at, l.s[l.at:]
	switch c := rest[0]; {
	case c == '\'':
		return l.quoted('s', '\'', false)
	case (c == 'E' || c == 'e') && strings.HasPrefix(rest[1:], "'"):
		l.at++
		return l.quoted('s', '\'', true)
	case c == '"':
		return l.quoted('q', '"', false)
	case c == '$':
		if tag, ok := dollarTag(rest); ok {
			end := strings.Index(rest[len(tag):], tag)
			if end < 0 {
				return token{}, false, fmt.Errorf("offset %d: %s is not closed", start, tag)
			}
			l.at += end + 2*len(tag)
			return token{'d', rest[len(tag) : len(tag)+end], start}, true, nil
		}
	}
	r, size := utf8.DecodeRuneInString(rest)
	if r == '_' || unicode.IsLetter(r) {
		end := strings.IndexFunc(rest, func(r rune) bool { return r != '_' && r != '$' && !unicode.IsLetter(r) && !unicode.IsDigit(r) })
		if end < 0 {
			end = len(rest)
		}
		l.at += end
		return token{'w', strings.ToLower(rest[:end]), start}, true, nil
	}
	l.at += size
	return token{'p', rest[:size], start}, true, nil
}

// skip moves past spaces and comments; block comments nest.
func (l *lexer) skip() error {
	for l.at < len(l.s) {
		rest := l.s[l.at:]
		switch {
		case strings.HasPrefix(rest, "--"):
			end := strings.IndexByte(rest, '\n')
			if end < 0 {
				end = len(rest) - 1
			}
			l.at += end + 1
		case strings.HasPrefix(rest, "/*"):
			return fmt.Errorf("offset %d: a block comment", l.at)
		case strings.IndexByte(" \t\r\n\f\v", rest[0]) >= 0:
			l.at++
		default:
			return nil
		}
	}
	return nil
}

func (l *lexer) quoted(kind, quote byte, escapes bool) (token, bool, error) {
	start := l.at
	var b strings.Builder
	for i := l.at + 1; i < len(l.s); i++ {
		switch c := l.s[i]; {
		case escapes && c == '\\' && i+1 < len(l.s):
			b.WriteString(l.s[i : i+2])
			i++
		case c == quote && i+1 < len(l.s) && l.s[i+1] == quote:
			b.WriteByte(quote)
			i++
		case c == quote:
			l.at = i + 1
			return token{kind, b.String(), start}, true, nil
		default:
			b.WriteByte(c)
		}
	}
	return token{}, false, fmt.Errorf("offset %d: a quote is not closed", start)
}

// dollarTag gives the opening $tag$ at the head of s.
func dollarTag(s string) (string, bool) {
	end := strings.IndexByte(s[1:], '$')
	if end < 0 {
		return "", false
	}
	for i, r := range s[1 : 1+end] {
		if r != '_' && !unicode.IsLetter(r) && (i == 0 || !unicode.IsDigit(r)) {
			return "", false
		}
	}
	return s[:end+2], true
}
