// Package canon gives structured evidence its canonical form: JSON by RFC 8785 (keys sorted by UTF-16,
// no spaces, shortest escapes), secrets dropped, so that one object has one digest wherever it was found.
// It also cuts files of JSON into objects, whatever wraps them, and survives broken and cut ones.
//
// One deviation from RFC 8785: an integer keeps all its digits, where the RFC would round it to a
// double. Two ids that differ in the last digit must not become one.
package canon

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
)

// Object is one JSON object, parsed and scrubbed. Numbers are json.Number.
type Object map[string]any

// errNotObject is returned for JSON values that are not objects.
var errNotObject = errors.New("not a JSON object")

// Parse parses one JSON object and drops its secrets; dropped tells whether there were any.
func Parse(raw []byte) (o Object, dropped bool, err error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, false, err
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, false, errors.New("more bytes after the object")
	}
	m, ok := v.(map[string]any)
	if !ok {
		return nil, false, errNotObject
	}
	dropped = scrub(m)
	return m, dropped, nil
}

// Bytes writes a parsed value in canonical form.
func Bytes(v any) []byte { return appendValue(make([]byte, 0, 1024), v) }

// Str gives the string at a path of keys; "" when there is none.
func (o Object) Str(path ...string) string {
	s, _ := o.At(path...).(string)
	return s
}

// Int gives the integer at a path of keys; ok is false when there is none.
func (o Object) Int(path ...string) (n int64, ok bool) {
	num, isNum := o.At(path...).(json.Number)
	if !isNum {
		return 0, false
	}
	n, err := num.Int64()
	return n, err == nil
}

// Bool gives the truth at a path of keys; ok is false when there is none.
func (o Object) Bool(path ...string) (b, ok bool) {
	b, ok = o.At(path...).(bool)
	return b, ok
}

// At gives the value at a path of keys, nil when there is none.
func (o Object) At(path ...string) any {
	var v any = map[string]any(o)
	for _, k := range path {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[k]
	}
	return v
}

func appendValue(b []byte, v any) []byte {
	switch v := v.(type) {
	case nil:
		return append(b, "null"...)
	case bool:
		return strconv.AppendBool(b, v)
	case json.Number:
		return appendNumber(b, string(v))
	case string:
		return appendString(b, v)
	case []any:
		b = append(b, '[')
		for i, e := range v {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendValue(b, e)
		}
		return append(b, ']')
	case Object:
		return appendObject(b, v)
	case map[string]any:
		return appendObject(b, v)
	}
	return append(b, "null"...)
}

func appendObject(b []byte, m map[string]any) []byte {
	b = append(b, '{')
	for i, k := range SortedKeys(m) {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendString(b, k)
		b = append(b, ':')
		b = appendValue(b, m[k])
	}
	return append(b, '}')
}

// SortedKeys gives the keys of a JSON object in the order of RFC 8785 section 3.2.3: by UTF-16 code units.
func SortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	ascii := true
	for k := range m {
		keys = append(keys, k)
		for i := 0; i < len(k); i++ {
			ascii = ascii && k[i] < 0x80
		}
	}
	if ascii {
		slices.Sort(keys)
		return keys
	}
	slices.SortFunc(keys, func(a, b string) int {
		return slices.Compare(utf16.Encode([]rune(a)), utf16.Encode([]rune(b)))
	})
	return keys
}

// appendNumber writes a number by ECMAScript's rules, an integer with all its digits.
func appendNumber(b []byte, s string) []byte {
	if !strings.ContainsAny(s, ".eE") {
		if s == "-0" {
			s = "0"
		}
		return append(b, s...)
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return append(b, s...)
	}
	if f == 0 {
		return append(b, '0')
	}
	if abs := math.Abs(f); abs >= 1e-6 && abs < 1e21 {
		return strconv.AppendFloat(b, f, 'f', -1, 64)
	}
	e := strconv.AppendFloat(nil, f, 'e', -1, 64)
	if n := len(e); n >= 4 && e[n-4] == 'e' && e[n-2] == '0' {
		e[n-2] = e[n-1]
		e = e[:n-1]
	}
	return append(b, e...)
}

func appendString(b []byte, s string) []byte {
	const hexDigits = "0123456789abcdef"
	b = append(b, '"')
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c >= 0x20:
			b = append(b, c)
		case c == '\b':
			b = append(b, `\b`...)
		case c == '\t':
			b = append(b, `\t`...)
		case c == '\n':
			b = append(b, `\n`...)
		case c == '\f':
			b = append(b, `\f`...)
		case c == '\r':
			b = append(b, `\r`...)
		default:
			b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
	}
	return append(b, '"')
}
