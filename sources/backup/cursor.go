package backup

// This file: cursor, which walks the tokens of one statement that defines something.

import (
	"strings"
)

// cursor stands before a token of a statement.
type cursor struct {
	p    *pgPass
	toks []token
	i    int
}

func (p *pgPass) cursor(toks []token) *cursor { return &cursor{p: p, toks: toks} }

// at gives the token n places ahead.
func (c *cursor) at(n int) token {
	if c.i+n < len(c.toks) {
		return c.toks[c.i+n]
	}
	return token{kind: tEOF}
}

// done reports whether the statement has come to its end.
func (c *cursor) done() bool { t := c.at(0); return t.kind == tEOF || t.punct(";") }

// word takes the given words if they all stand here.
func (c *cursor) word(words ...string) bool {
	for n, w := range words {
		if !c.at(n).is(w) {
			return false
		}
	}
	c.i += len(words)
	return true
}

// sees reports whether the given words stand here.
func (c *cursor) sees(words ...string) bool {
	i := c.i
	ok := c.word(words...)
	c.i = i
	return ok
}

// punct takes a punctuation mark if it stands here.
func (c *cursor) punct(s string) bool {
	if !c.at(0).punct(s) {
		return false
	}
	c.i++
	return true
}

// name takes a name.
func (c *cursor) name() (string, bool) {
	if t := c.at(0); t.name() {
		c.i++
		return c.p.text([]byte(t.text)), true
	}
	return "", false
}

// parts takes a name with its qualifications.
func (c *cursor) parts() (parts []string) {
	for {
		n, ok := c.name()
		if !ok {
			return parts
		}
		parts = append(parts, n)
		if !c.punct(".") {
			return parts
		}
	}
}

// qualified takes the name of a table, type or sequence and gives it as "schema.name".
func (c *cursor) qualified(p *pgPass) (string, bool) {
	parts := c.parts()
	return p.qualify(parts), len(parts) > 0
}

// qualify puts the default schema before a name that has none.
func (p *pgPass) qualify(parts []string) string {
	switch n := len(parts); {
	case n == 0:
		return ""
	case n == 1 && p.path == "":
		return parts[0]
	case n == 1:
		return p.path + "." + parts[0]
	default:
		return parts[n-2] + "." + parts[n-1]
	}
}

// names takes a list of names up to its closing parenthesis, the opening one having been taken. What stands
// beside a name (a sort order, an operator) is passed over.
func (c *cursor) names(p *pgPass) []string {
	out := []string{}
	fresh := true
	for depth := 1; !c.done(); {
		t := c.at(0)
		c.i++
		switch {
		case t.punct("("):
			depth++
		case t.punct(")"):
			if depth--; depth == 0 {
				return out
			}
		case t.punct(",") && depth == 1:
			fresh = true
		case t.name() && fresh && depth == 1:
			out = append(out, p.text([]byte(t.text)))
			fresh = false
		}
	}
	return out
}

// skipParens takes a parenthesised group, if one stands here, and gives its text with the parentheses.
func (c *cursor) skipParens() string {
	if !c.at(0).punct("(") {
		return ""
	}
	start := c.i
	for depth := 0; !c.done() || depth > 0 && c.at(0).kind != tEOF; {
		t := c.at(0)
		c.i++
		if t.punct("(") {
			depth++
		} else if t.punct(")") {
			if depth--; depth == 0 {
				break
			}
		}
	}
	return c.written(start, c.i)
}

// skipOne passes over one token, or one parenthesised group.
func (c *cursor) skipOne() {
	if c.at(0).punct("(") {
		c.skipParens()
		return
	}
	c.i++
}

// written gives the text of the tokens from index i up to j as it stands in the file, line breaks as blanks.
func (c *cursor) written(i, j int) string {
	if i >= j || i >= len(c.toks) {
		return ""
	}
	src := c.p.lex.text
	from, to := c.toks[i].from, c.toks[min(j, len(c.toks))-1].to
	if from > to || to > len(src) {
		return ""
	}
	return strings.Join(strings.FieldsFunc(c.p.text(src[from:to]), func(r rune) bool { return r == '\n' || r == '\r' || r == '\t' }), " ")
}

// until passes over tokens up to the first that stop accepts, outside parentheses, and gives their text.
func (c *cursor) until(stop func(t token) bool) string {
	start := c.i
	for !c.done() && !stop(c.at(0)) {
		c.skipOne()
	}
	return c.written(start, c.i)
}

// regclass reads the name in a string such as 'public."Odd seq"' and gives it as "schema.name".
func (p *pgPass) regclass(s string) string {
	var parts []string
	var b strings.Builder
	quoted := false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"' && quoted && i+1 < len(s) && s[i+1] == '"':
			b.WriteByte('"')
			i++
		case c == '"':
			quoted = !quoted
		case c == '.' && !quoted:
			parts = append(parts, b.String())
			b.Reset()
		case !quoted && c >= 'A' && c <= 'Z':
			b.WriteByte(c + 'a' - 'A')
		default:
			b.WriteByte(c)
		}
	}
	return p.qualify(append(parts, b.String()))
}
