// Package strict reads YAML without forgiving anything: unknown keys, repeated keys and values of
// the wrong type are problems, all of them reported at once with file, line and the nearest word
// that would have been right. It does no I/O.
//
// Three ways in, from the most to the least automatic:
//
//	Decode(src, file, &into)           a struct with `yaml:"…"` tags
//	NewReader(file) and its methods    nodes walked by hand, problems collected
//	Parse(src, file)                   the bare node tree
//
// QUIRK: YAML 1.1 readers make booleans of on, off, yes, no, y and n, also as keys (a country code
// NO becomes false). Here a scalar is what stands in the file: only true and false are booleans,
// and keys are always text.
package strict

import (
	"errors"
	"fmt"
	"io"
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/agnivade/levenshtein"
	"go.yaml.in/yaml/v4"
)

// Bounds on a document. They are far above what a person writes, and keep a hostile file cheap.
const (
	maxBytes = 8 << 20
	maxNodes = 200_000 // aliases expanded
	maxDepth = 100
)

// Problem is one thing that is wrong with a file.
type Problem struct {
	File    string
	Line    int    // counting from 1; 0 when the problem has no place
	Path    string // "sources[2].key_env"; "" for the document
	Message string
	Hint    string // what to do about it; "" for none
}

// String is "file:line: path: message", with the hint on a line of its own.
func (p Problem) String() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d", p.Line)
	}
	b.WriteString(": ")
	if p.Path != "" {
		b.WriteString(p.Path + ": ")
	}
	b.WriteString(p.Message)
	if p.Hint != "" {
		b.WriteString("\nhint: " + p.Hint)
	}
	return b.String()
}

// Problems are all problems of a file, in the order of its lines.
type Problems []Problem

// Error lists the problems, one a line.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// Err is the problems as an error, nil when there are none.
func (ps Problems) Err() error {
	if len(ps) == 0 {
		return nil
	}
	return ps
}

// Parse reads one YAML document into its root node: nil with no problems for a file without content.
// Aliases may be used, but not in a circle and not to blow the document up.
func Parse(src []byte, file string) (*yaml.Node, Problems) {
	fail := func(line int, msg, hint string) (*yaml.Node, Problems) {
		return nil, Problems{{File: file, Line: line, Message: msg, Hint: hint}}
	}
	if len(src) > maxBytes {
		return fail(0, fmt.Sprintf("is larger than %d MiB", maxBytes>>20), "")
	}
	if !utf8.Valid(src) {
		return fail(badLine(src), "is not valid UTF-8", "save the file as UTF-8")
	}
	dec := yaml.NewDecoder(strings.NewReader(string(src)))
	var doc yaml.Node
	if err := dec.Decode(&doc); errors.Is(err, io.EOF) {
		return nil, nil
	} else if err != nil {
		line, msg := syntax(err)
		return fail(line, msg, "")
	}
	var second yaml.Node
	if err := dec.Decode(&second); err == nil {
		return fail(second.Line, "holds more than one document", "remove everything from the second --- on")
	} else if !errors.Is(err, io.EOF) {
		line, msg := syntax(err)
		return fail(line, msg, "")
	}
	if len(doc.Content) == 0 {
		return nil, nil
	}
	n := 0
	if msg := bounded(doc.Content[0], 0, &n); msg != "" {
		return fail(doc.Content[0].Line, msg, "")
	}
	return doc.Content[0], nil
}

// badLine is the line of the first byte that is not UTF-8.
func badLine(src []byte) int {
	line := 1
	for len(src) > 0 {
		r, size := utf8.DecodeRune(src)
		if r == utf8.RuneError && size == 1 {
			break
		}
		if r == '\n' {
			line++
		}
		src = src[size:]
	}
	return line
}

// syntax takes the place and the plain words out of the library's error.
func syntax(err error) (line int, msg string) {
	var le *yaml.LoadError
	if errors.As(err, &le) {
		line, msg = le.Mark.Line, le.Message
		if le.ContextMsg != "" {
			msg = le.ContextMsg + ": " + msg
		}
		return line, "is not YAML: " + msg
	}
	return 0, "is not YAML: " + strings.TrimPrefix(err.Error(), "yaml: ")
}

// bounded walks the document with aliases expanded and says what is too much about it.
func bounded(n *yaml.Node, depth int, count *int) string {
	*count++
	if *count > maxNodes {
		return fmt.Sprintf("holds more than %d values (aliases expanded)", maxNodes)
	}
	if depth > maxDepth {
		return fmt.Sprintf("is nested deeper than %d (or an alias contains itself)", maxDepth)
	}
	if n.Kind == yaml.AliasNode {
		return bounded(n.Alias, depth+1, count)
	}
	for _, c := range n.Content {
		if msg := bounded(c, depth+1, count); msg != "" {
			return msg
		}
	}
	return ""
}

// Nearest finds the known word that is nearest to a mistyped one by edit distance, without regard to
// case, hyphens and underscores; "" when none is near enough to be meant. Equal distances go to the
// word that sorts first.
func Nearest(word string, known []string) string {
	fold := func(s string) string {
		if len(s) > 64 {
			s = s[:64]
		}
		return strings.NewReplacer("-", "", "_", "", " ", "").Replace(strings.ToLower(s))
	}
	sorted := append([]string(nil), known...)
	sort.Strings(sorted)
	w, best, bestAt := fold(word), "", 1<<30
	for _, k := range sorted {
		f := fold(k)
		d := levenshtein.ComputeDistance(w, f)
		if swapped(w, f) {
			d = 1
		}
		if d < bestAt {
			best, bestAt = k, d
		}
	}
	limit := max(1, len([]rune(w))*2/5)
	if bestAt > limit {
		return ""
	}
	return best
}

// swapped reports whether two neighbouring letters are all that two words differ in: the commonest slip of fingers.
func swapped(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := 0; i+1 < len(a); i++ {
		if a[i] != b[i] {
			return a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
		}
	}
	return false
}

// DidYouMean is the hint that names the nearest known word, else lists the known words when they are few.
func DidYouMean(word string, known []string) string {
	if n := Nearest(word, known); n != "" {
		return fmt.Sprintf("did you mean %q?", n)
	}
	if len(known) == 0 || len(known) > 24 {
		return ""
	}
	sorted := append([]string(nil), known...)
	sort.Strings(sorted)
	return "known here: " + strings.Join(sorted, ", ")
}
