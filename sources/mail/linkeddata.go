package mail

// This file: JSON-LD as senders write it, parsed as far as it goes.

import (
	"encoding/json"
	"io"
	"strings"

	"golang.org/x/net/html"
)

// linkedData gives the values of a script: one as a rule, several where a sender wrote one behind the other.
// JSON inside comments or CDATA, with comments in it, trailing commas, raw line breaks, single or curly
// quotes, entities of HTML, or cut short is mended. whole is false when something could not be read.
func linkedData(s string) (vs []any, whole bool) {
	s = strings.TrimSpace(strings.TrimPrefix(s, "\ufeff"))
	for _, wrap := range [][2]string{{"<!--", "-->"}, {"//<![CDATA[", "//]]>"}, {"<![CDATA[", "]]>"}, {"/*<![CDATA[*/", "/*]]>*/"}} {
		s = strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(s, wrap[0]), wrap[1]))
	}
	s = strings.TrimSuffix(s, ";")
	if s == "" {
		return nil, true
	}
	vs, whole = parseAll(s)
	for _, try := range []func(string) string{mend, func(s string) string { return mend(html.UnescapeString(s)) }} {
		if whole {
			break
		}
		if more, ok := parseAll(try(s)); len(more) > len(vs) || ok {
			vs, whole = more, ok
		}
	}
	return vs, whole
}

// parseAll parses values one behind the other.
func parseAll(s string) (vs []any, whole bool) {
	dec := json.NewDecoder(strings.NewReader(s))
	dec.UseNumber()
	for len(vs) < maxNodes {
		var v any
		if err := dec.Decode(&v); err == io.EOF {
			return vs, true
		} else if err != nil {
			return vs, false
		}
		vs = append(vs, v)
	}
	return vs, false
}

// mender rewrites broken JSON.
type mender struct {
	out  strings.Builder
	open []byte // closing brackets that are still to come
}

// maxOpen bounds what is closed at the end.
const maxOpen = 100

// mend drops comments and commas before closing brackets, escapes raw control bytes in strings, writes other
// quotes as JSON's and closes what is open.
func mend(s string) string {
	m := &mender{}
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c == '"' || c == '\'':
			i = m.str(s, i+1, string(c))
		case strings.HasPrefix(s[i:], "“"):
			i = m.str(s, i+len("“"), "”")
		case strings.HasPrefix(s[i:], "//"):
			i += lineEnd(s[i:])
		case strings.HasPrefix(s[i:], "/*"):
			n := strings.Index(s[i:], "*/")
			if n < 0 {
				n = len(s) - i - 2
			}
			i += n + 2
		default:
			m.mark(c, s[i+1:])
			i++
		}
	}
	for i := len(m.open) - 1; i >= 0 && len(m.open) < maxOpen; i-- {
		m.out.WriteByte(m.open[i])
	}
	return m.out.String()
}

func lineEnd(s string) int {
	if n := strings.IndexByte(s, '\n'); n >= 0 {
		return n
	}
	return len(s)
}

// mark writes one byte outside strings.
func (m *mender) mark(c byte, rest string) {
	switch c {
	case '{':
		m.open = append(m.open, '}')
	case '[':
		m.open = append(m.open, ']')
	case '}', ']':
		if len(m.open) > 0 {
			m.open = m.open[:len(m.open)-1]
		}
	case ',':
		if rest = strings.TrimLeft(rest, " \t\r\n"); rest == "" || rest[0] == '}' || rest[0] == ']' {
			return
		}
	}
	m.out.WriteByte(c)
}

// str writes a string that ends with a quote, and gives the place behind it.
func (m *mender) str(s string, i int, quote string) int {
	m.out.WriteByte('"')
	for i < len(s) {
		c := s[i]
		switch {
		case strings.HasPrefix(s[i:], quote):
			m.out.WriteByte('"')
			return i + len(quote)
		case c == '\\' && i+1 < len(s):
			if strings.IndexByte(`"\/bfnrtu`, s[i+1]) >= 0 {
				m.out.WriteByte('\\')
			}
			if s[i+1] >= 0x20 {
				m.out.WriteByte(s[i+1])
			}
			i++
		case c == '"':
			m.out.WriteString(`\"`)
		case c < 0x20 || c == '\\':
			m.out.WriteByte(' ')
		default:
			m.out.WriteByte(c)
		}
		i++
	}
	m.out.WriteByte('"')
	return i
}
