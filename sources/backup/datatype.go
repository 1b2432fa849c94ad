package backup

// This file: type names, brought into the one form in which PostgreSQL itself prints them.

import (
	"strings"
)

// dataType takes a type and gives its canonical text. serial is set for the three types that are none.
func (c *cursor) dataType(p *pgPass) (typ string, serial bool) {
	var parts []string
	if c.at(1).punct(".") || c.at(0).kind == tQuoted {
		parts = c.parts()
	}
	var b strings.Builder
	for !c.done() && !endsType(c.at(0)) {
		switch t := c.at(0); {
		case t.punct("("):
			b.WriteString(strings.ReplaceAll(c.skipParens(), ", ", ","))
			continue
		case t.punct("["), t.punct("]"):
			b.WriteString(t.text)
		case t.name(), t.kind == tNumber:
			if b.Len() > 0 && !strings.HasSuffix(b.String(), "[") {
				b.WriteByte(' ')
			}
			b.WriteString(p.text([]byte(t.text)))
		}
		c.i++
	}
	rest := b.String()
	if len(parts) == 2 && parts[0] == "pg_catalog" {
		parts, rest = nil, parts[1]+rest
	}
	if len(parts) == 1 && parts[0] == "char" {
		return `"char"` + rest, false
	}
	if len(parts) > 0 {
		return p.userType(parts, rest), false
	}
	base, array := rest, ""
	if i := strings.IndexByte(rest, '['); i >= 0 {
		base, array = strings.TrimSpace(rest[:i]), rest[i:]
	}
	if _, known := p.schema.Enums[p.typeName([]string{base})]; known || p.domains[p.typeName([]string{base})] != "" {
		return p.userType([]string{base}, array), false
	}
	base, serial = canonicalType(base)
	return base + array, serial
}

// endsType reports whether a token stands behind a column's type.
func endsType(t token) bool {
	if t.punct(",") || t.punct(")") {
		return true
	}
	if t.kind != tWord {
		return false
	}
	switch t.text {
	case "constraint", "not", "null", "default", "check", "unique", "primary", "references", "generated", "collate",
		"storage", "compression", "deferrable", "initially", "autoincrement", "as", "on":
		return true
	}
	return false
}

// userType resolves a domain to its base type; an enum or another type keeps its qualified name.
func (p *pgPass) userType(parts []string, rest string) string {
	name := p.typeName(parts)
	if base, ok := p.domains[name]; ok {
		return base + rest
	}
	return name + rest
}

// typeName is a type's name as PostgreSQL would print it with an empty search path: quoted where it must be.
func (p *pgPass) typeName(parts []string) string {
	if len(parts) == 1 && p.path != "" {
		parts = []string{p.path, parts[0]}
	}
	out := make([]string, len(parts))
	for i, s := range parts {
		out[i] = quoteIdent(s)
	}
	return strings.Join(out, ".")
}

// quoteIdent quotes a name unless it is lower-case ASCII letters, digits and underscores.
func quoteIdent(s string) string {
	plain := s != "" && !isDigit(s[0])
	for i := 0; i < len(s); i++ {
		c := s[i]
		plain = plain && (c == '_' || c >= 'a' && c <= 'z' || isDigit(c))
	}
	if plain {
		return s
	}
	return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
}

// canonicalType brings the many names of one built-in type together: "int4" is "integer".
func canonicalType(s string) (typ string, serial bool) {
	head, args, tail := s, "", ""
	if i := strings.IndexByte(s, '('); i >= 0 {
		if j := strings.IndexByte(s, ')'); j > i {
			head, args, tail = strings.TrimSpace(s[:i]), s[i:j+1], s[j+1:]
		}
	}
	switch head {
	case "int", "int4":
		return "integer" + args + tail, false
	case "serial", "serial4":
		return "integer", true
	case "int8":
		return "bigint" + args + tail, false
	case "bigserial", "serial8":
		return "bigint", true
	case "int2":
		return "smallint" + args + tail, false
	case "smallserial", "serial2":
		return "smallint", true
	case "bool":
		return "boolean", false
	case "varchar":
		return "character varying" + args, false
	case "char":
		return "character" + args, false
	case "decimal", "dec":
		return "numeric" + args, false
	case "float8", "float", "double":
		return "double precision", false
	case "float4":
		return "real", false
	case "timestamptz":
		return "timestamp" + args + " with time zone", false
	case "timetz":
		return "time" + args + " with time zone", false
	case "timestamp", "time":
		if tail == "" {
			tail = " without time zone"
		}
		return head + args + tail, false
	}
	return s, false
}
