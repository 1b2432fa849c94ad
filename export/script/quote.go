package script

// This file: how names, values and comments are written into SQL so that nothing in them can
// be read as SQL, whatever the server's settings.

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// ident quotes a name.
func ident(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// qualified quotes "schema.name" (split at the first dot outside quotes) or a bare name.
func qualified(name string) string {
	if strings.HasPrefix(name, `"`) || strings.HasSuffix(name, `"`) {
		return name // written by pg_dump with quotes where they are needed
	}
	schema, rest, ok := strings.Cut(name, ".")
	if !ok {
		return ident(name)
	}
	return ident(schema) + "." + ident(rest)
}

// lit writes a string literal. Text with a backslash or a control character becomes an E”
// literal with escapes: it reads the same under both settings of standard_conforming_strings
// and stays on one line.
func lit(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return r == '\\' || r < ' ' || r == 0x7f }) {
		return "'" + strings.ReplaceAll(s, "'", "''") + "'"
	}
	var b strings.Builder
	b.WriteString("E'")
	for _, r := range s {
		switch {
		case r == '\'':
			b.WriteString("''")
		case r == '\\':
			b.WriteString(`\\`)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(&b, `\x%02x`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String() + "'"
}

// litOrNull is lit, or NULL for nil.
func litOrNull(s *string) string {
	if s == nil {
		return "NULL"
	}
	return lit(*s)
}

// textArray writes text[]; none is NULL.
func textArray(parts []string) string {
	if len(parts) == 0 {
		return "NULL"
	}
	quoted := make([]string, len(parts))
	for i, p := range parts {
		quoted[i] = lit(p)
	}
	return "ARRAY[" + strings.Join(quoted, ", ") + "]"
}

// storable says why PostgreSQL cannot store a text, or nil.
func storable(s string) error {
	if strings.ContainsRune(s, 0) {
		return fmt.Errorf("it holds a NUL character, which PostgreSQL cannot store")
	}
	if !utf8.ValidString(s) {
		return fmt.Errorf("it is not valid UTF-8")
	}
	return nil
}

const commentLength = 160

// remark makes text harmless inside a -- comment: one line, no comment marks, quotes, semicolons
// or dollars (clients split on them), no control or direction characters, and not long.
func remark(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == ';':
			return ','
		case r == utf8.RuneError || strings.ContainsRune("'\"`$\\*", r):
			return -1
		case unicode.IsPrint(r):
			return r
		default:
			return ' '
		}
	}, s)
	for strings.Contains(s, "--") {
		s = strings.ReplaceAll(s, "--", "-")
	}
	if r := []rune(s); len(r) > commentLength {
		s = string(r[:commentLength]) + "…"
	}
	return strings.TrimSpace(s)
}

// ascii is remark without letters beyond ASCII, for the lines that stand before the file has
// set its encoding.
func ascii(s string) string {
	return strings.Map(func(r rune) rune {
		if r > '~' {
			return -1
		}
		return r
	}, remark(s))
}

// dollar encloses a block in a dollar quote that the block does not contain.
func dollar(body string) string {
	tag := "$salvage$"
	for i := 1; strings.Contains(body, tag); i++ {
		tag = fmt.Sprintf("$salvage%d$", i)
	}
	return tag + body + tag
}

var (
	typmod   = regexp.MustCompile(`\s*\(\s*-?\d+\s*(,\s*-?\d+\s*)?\)`)
	typeText = regexp.MustCompile(`^([A-Za-z_\p{L}][\w\p{L}$]*|"[^"\x00]+")([ .]([A-Za-z_\p{L}][\w\p{L}$]*|"[^"\x00]+"))*( *\[\d*\])*$`)
	array    = regexp.MustCompile(`( *\[\d*\])+$`)
)

var longNames = map[string]string{
	"int": "integer", "int4": "integer", "serial": "integer", "serial4": "integer",
	"int8": "bigint", "bigserial": "bigint", "serial8": "bigint",
	"int2": "smallint", "smallserial": "smallint", "serial2": "smallint",
	"varchar": "character varying", "char": "character", "bpchar": "character",
	"bool": "boolean", "decimal": "numeric", "float": "double precision", "float8": "double precision", "float4": "real",
	"timestamptz": "timestamp with time zone", "timestamp": "timestamp without time zone",
	"timetz": "time with time zone", "time": "time without time zone",
}

// formalType is a declared type as format_type() of the server spells it.
func formalType(declared string) (string, error) {
	s := strings.Join(strings.Fields(declared), " ")
	mod := strings.ReplaceAll(strings.TrimSpace(typmod.FindString(s)), " ", "")
	base := typmod.ReplaceAllString(s, "")
	if !typeText.MatchString(base) {
		return "", fmt.Errorf("type %q is not one this can write", declared)
	}
	dims := array.FindString(base)
	base = strings.TrimSuffix(base, dims)
	if dims != "" {
		dims = "[]"
	}
	if base == strings.ToLower(base) || !strings.Contains(base, `"`) && !strings.Contains(base, ".") {
		if long, ok := longNames[strings.ToLower(base)]; ok {
			base = long
		}
	}
	if base == "character" && mod == "" && dims == "" {
		mod = "(1)"
	}
	for _, head := range []string{"timestamp", "time"} { // the precision stands inside: timestamp(3) with time zone
		if rest, ok := strings.CutPrefix(base, head+" with"); ok && mod != "" {
			return head + mod + " with" + rest + dims, nil
		}
	}
	return base + mod + dims, nil
}

// castType is the type to cast text to so that nothing is cut or rounded on the way: the type
// without its length, which the column then enforces by itself.
func castType(declared string) (string, error) {
	formal, err := formalType(declared)
	if err != nil {
		return "", err
	}
	base := typmod.ReplaceAllString(formal, "")
	dims := array.FindString(base)
	base = strings.TrimSuffix(base, dims)
	switch {
	case base == "character":
		base = "bpchar"
	case base == "bit":
		base = `"bit"`
	case strings.HasPrefix(base, "interval "):
		base = "interval"
	}
	return base + dims, nil
}

// equality is how two values of a type are compared: types without an equality as text.
func equality(cast string) string {
	switch cast {
	case "json", "xml", "point", "polygon", "path", "line", "lseg", "box", "circle":
		return "text"
	}
	return cast
}
