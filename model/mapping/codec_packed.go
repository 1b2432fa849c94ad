package mapping

// This file: codecs of columns that hold several values: json, "Label: value" texts, parted texts; and
// whether a text fits its column.

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"salvage/model"
)

const (
	maxPacked = 1 << 20 // bytes of a packed column that we look into
	maxSteps  = 32
)

func (f *BoundField) decodePacked(s string) (model.Value, error) {
	if len(s) > maxPacked {
		return model.Value{}, fmt.Errorf("more than %d bytes", maxPacked)
	}
	switch f.Codec {
	case "json":
		return decodeJSON(s, f.Pointer)
	case "kv":
		for _, line := range strings.Split(s, "\n") {
			if v, ok := kvValue(line, f.Label); ok {
				return textOrNothing(v), nil
			}
		}
		return model.Value{}, nil
	}
	parts := strings.Split(s, f.Sep)
	if f.N > len(parts) {
		return model.Value{}, nil
	}
	return textOrNothing(strings.TrimSpace(parts[f.N-1])), nil
}

// kvValue gives the value of a "Label: value" line; labels are compared without regard to case.
func kvValue(line, label string) (string, bool) {
	k, v, ok := strings.Cut(line, ":")
	if !ok || !strings.EqualFold(strings.TrimSpace(k), label) {
		return "", false
	}
	return strings.TrimSpace(v), true
}

func decodeJSON(s string, path []string) (model.Value, error) {
	x, err := jsonTree(s)
	if err != nil {
		return model.Value{}, err
	}
	for _, step := range path {
		switch n := x.(type) {
		case map[string]any:
			x = n[step]
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(n) {
				return model.Value{}, nil
			}
			x = n[i]
		default:
			return model.Value{}, nil
		}
	}
	switch n := x.(type) {
	case string:
		return textOrNothing(n), nil
	case json.Number:
		return model.TextValue(n.String()), nil
	case bool:
		return model.TextValue(strconv.FormatBool(n)), nil
	case nil:
		return model.Value{}, nil
	}
	return model.Value{}, fmt.Errorf("no single value at %s", strings.Join(path, "."))
}

// jsonTree reads a document; numbers keep their digits. encoding/json bounds the nesting itself.
func jsonTree(s string) (any, error) {
	dec := json.NewDecoder(strings.NewReader(s))
	dec.UseNumber()
	var x any
	if err := dec.Decode(&x); err != nil {
		return nil, fmt.Errorf("not JSON: %q", clip(s))
	}
	return x, nil
}

func (f *BoundField) encodePacked(v model.Value, rc RowContext) (string, error) {
	base, _ := rc.Cols(qualify(f.Join, f.Cols[0]))
	if len(base) > maxPacked {
		return "", fmt.Errorf("more than %d bytes", maxPacked)
	}
	text := v.String()
	switch f.Codec {
	case "json":
		return encodeJSON(base, f.Pointer, text)
	case "kv":
		return encodeKV(base, f.Label, text)
	}
	if strings.Contains(text, f.Sep) {
		return "", fmt.Errorf("%q holds the separator %q", clip(text), f.Sep)
	}
	parts := []string{}
	if base != "" {
		parts = strings.Split(base, f.Sep)
	}
	for len(parts) < f.N {
		parts = append(parts, "")
	}
	parts[f.N-1] = text
	return strings.Join(parts, f.Sep), nil
}

func encodeKV(base, label, text string) (string, error) {
	if strings.ContainsAny(text, "\r\n") {
		return "", fmt.Errorf("%q has several lines", clip(text))
	}
	line := label + ": " + text
	if base == "" {
		return line, nil
	}
	lines := strings.Split(base, "\n")
	for i := range lines {
		if _, ok := kvValue(lines[i], label); ok {
			lines[i] = line
			return strings.Join(lines, "\n"), nil
		}
	}
	return strings.TrimRight(base, "\n") + "\n" + line, nil
}

func encodeJSON(base string, path []string, text string) (string, error) {
	if len(path) > maxSteps {
		return "", fmt.Errorf("path is deeper than %d", maxSteps)
	}
	root := any(map[string]any{})
	if base != "" {
		var err error
		if root, err = jsonTree(base); err != nil {
			return "", err
		}
	}
	top, ok := root.(map[string]any)
	if !ok {
		return "", fmt.Errorf("the document is not an object")
	}
	for _, step := range path[:len(path)-1] {
		next, ok := top[step].(map[string]any)
		if !ok {
			if top[step] != nil {
				return "", fmt.Errorf("no object at %s", step)
			}
			next = map[string]any{}
			top[step] = next
		}
		top = next
	}
	top[path[len(path)-1]] = text
	var b bytes.Buffer
	enc := json.NewEncoder(&b) // sorts keys
	enc.SetEscapeHTML(false)
	err := enc.Encode(root)
	return strings.TrimSuffix(b.String(), "\n"), err
}

// rotate turns "Last, First" into "First Last" (in) and back; a single word stays as it is.
func rotate(s string, last1st bool, sep string, in bool) string {
	if !last1st {
		return s
	}
	if sep == "" {
		sep = " "
	}
	if in {
		last, first, ok := strings.Cut(s, sep)
		if !ok {
			return s
		}
		return strings.TrimSpace(first) + " " + strings.TrimSpace(last)
	}
	i := strings.LastIndexByte(s, ' ')
	if i < 0 {
		return s
	}
	return s[i+1:] + sep + s[:i]
}

// Fits says why a text cannot stand in a column, nil when it can as far as the declared type tells:
// whole numbers within their size, decimals within precision and scale, texts within their length, the
// words of an enum, no NUL byte.
func Fits(s *model.Schema, c *model.Column, text string) error {
	if !utf8.ValidString(text) || strings.IndexByte(text, 0) >= 0 {
		return fmt.Errorf("column %s: the text holds bytes that no database takes", c.Name)
	}
	a, b := typeArgs(c.Type)
	switch ClassOf(s, c.Type) {
	case ClassInt:
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n > IntMax(s, c.Type) || n < -IntMax(s, c.Type)-1 {
			return fmt.Errorf("column %s (%s) cannot hold %q", c.Name, c.Type, clip(text))
		}
	case ClassNumeric:
		d, err := parseDecimal(text)
		if err != nil || a > 0 && len(d.Abs().Truncate(0).String()) > a-b && d.Abs().Truncate(0).Sign() > 0 {
			return fmt.Errorf("column %s (%s) cannot hold %q", c.Name, c.Type, clip(text))
		}
		if a > 0 && !d.Equal(d.Truncate(int32(b))) {
			return fmt.Errorf("column %s (%s) would round %q", c.Name, c.Type, clip(text))
		}
	case ClassText, ClassChar:
		if a > 0 && utf8.RuneCountInString(text) > a {
			return fmt.Errorf("column %s (%s) is too short for %q", c.Name, c.Type, clip(text))
		}
	case ClassEnum:
		if w := enumWords(s, c.Type); w != nil && !within(w, text) {
			return fmt.Errorf("column %s (%s) does not know the word %q", c.Name, c.Type, clip(text))
		}
	}
	return nil
}

// typeArgs reads the numbers of numeric(10,2) and varchar(40); zeros where there are none.
func typeArgs(typ string) (a, b int) {
	_, rest, ok := strings.Cut(typ, "(")
	if !ok {
		return 0, 0
	}
	rest, _, _ = strings.Cut(rest, ")")
	x, y, _ := strings.Cut(rest, ",")
	a, err := strconv.Atoi(strings.TrimSpace(x))
	if err != nil {
		return 0, 0
	}
	b, _ = strconv.Atoi(strings.TrimSpace(y))
	return a, b
}

// IntMax is the largest value of a whole-number type.
func IntMax(s *model.Schema, typ string) int64 {
	if s != nil && s.Dialect == "sqlite" {
		return math.MaxInt64
	}
	if s != nil && s.Dialect == "mysql" {
		return mysqlIntMax(strings.ToLower(typ))
	}
	switch t := strings.ToLower(strings.TrimPrefix(typ, "pg_catalog.")); {
	case strings.HasPrefix(t, "smallint"), strings.HasPrefix(t, "int2"), strings.HasPrefix(t, "smallserial"):
		return math.MaxInt16
	case strings.HasPrefix(t, "big"), strings.HasPrefix(t, "int8"):
		return math.MaxInt64
	case strings.HasPrefix(t, "int"), strings.HasPrefix(t, "serial"):
		return math.MaxInt32
	}
	return math.MaxInt64
}

// mysqlIntMax is the largest value of a whole-number type of MySQL, as far as 64 bits with a sign can say it.
func mysqlIntMax(t string) int64 {
	bits := 32
	switch {
	case strings.HasPrefix(t, "tiny"):
		bits = 8
	case strings.HasPrefix(t, "small"):
		bits = 16
	case strings.HasPrefix(t, "medium"):
		bits = 24
	case strings.HasPrefix(t, "big"):
		return math.MaxInt64
	}
	if strings.Contains(t, "unsigned") {
		return 1<<bits - 1
	}
	return 1<<(bits-1) - 1
}
