package strict

// This file: Reader, which walks nodes by hand and collects what is wrong with them.

import (
	"fmt"
	"reflect"
	"sort"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// Reader walks the nodes of one file and collects problems. Its methods return a zero value where
// something is wrong, so that reading goes on and every problem is found in one go. It is not safe for
// concurrent use.
type Reader struct {
	file     string
	problems Problems
	lines    map[string]int
	fields   map[reflect.Type][]fieldInfo
}

// NewReader makes a Reader whose problems name the file.
func NewReader(file string) *Reader {
	return &Reader{file: file, lines: map[string]int{}}
}

// Problems gives what was found, in the order of lines; nil for nothing.
func (r *Reader) Problems() Problems {
	sort.SliceStable(r.problems, func(i, j int) bool { return r.problems[i].Line < r.problems[j].Line })
	return r.problems
}

// Fail notes a problem at a node (which may be nil). The hint may be "".
func (r *Reader) Fail(n *yaml.Node, path, message, hint string) {
	line := r.Line(path)
	if n != nil {
		line = n.Line
	}
	r.problems = append(r.problems, Problem{File: r.file, Line: line, Path: path, Message: message, Hint: hint})
}

// FailAt notes a problem at a path that has been read, or at the nearest one above it.
func (r *Reader) FailAt(path, message, hint string) { r.Fail(nil, path, message, hint) }

// Line is the line of a path that has been read, else of the nearest path above it; 0 when unknown.
func (r *Reader) Line(path string) int {
	for {
		if l, ok := r.lines[path]; ok {
			return l
		}
		if path == "" {
			return 0
		}
		i := len(path) - 1
		for i > 0 && path[i] != '.' && path[i] != '[' {
			i--
		}
		path = path[:i]
	}
}

// Has reports whether a path stands in the file.
func (r *Reader) Has(path string) bool {
	_, ok := r.lines[path]
	return ok
}

// Failed reports whether a problem has been noted at a path or below it. What would be said of it on top is noise.
func (r *Reader) Failed(path string) bool {
	for _, p := range r.problems {
		rest, ok := strings.CutPrefix(p.Path, path)
		if ok && (rest == "" || rest[0] == '.' || rest[0] == '[') {
			return true
		}
	}
	return false
}

func (r *Reader) note(n *yaml.Node, path string) {
	if _, ok := r.lines[path]; !ok {
		r.lines[path] = n.Line
	}
}

// Resolve follows an alias to the node that it stands for.
func Resolve(n *yaml.Node) *yaml.Node {
	for i := 0; n != nil && n.Kind == yaml.AliasNode && i < maxDepth; i++ {
		n = n.Alias
	}
	return n
}

// IsNull reports whether a node is absent, empty or null.
func IsNull(n *yaml.Node) bool {
	n = Resolve(n)
	return n == nil || n.Kind == 0 || n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null"
}

// Join appends a key to a path.
func Join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// Index appends a list position, counting from 0, to a path.
func Index(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }

// Pair is one key of a mapping node with its value, aliases resolved.
type Pair struct {
	Name  string // the key as it stands in the file, always text
	Path  string
	Key   *yaml.Node
	Value *yaml.Node
}

// Pairs gives the keys of a mapping node in their order; repeated keys are problems and only the first
// counts. With known not nil, a key outside it is a problem that names the nearest known one, and is left out.
// A node that is no mapping is a problem.
func (r *Reader) Pairs(n *yaml.Node, path string, known []string) []Pair {
	n = Resolve(n)
	if n == nil || n.Kind != yaml.MappingNode {
		r.Fail(n, path, "should be keys and values, but is "+describe(n), "")
		return nil
	}
	r.note(n, path)
	seen := map[string]int{}
	var out []Pair
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, val := Resolve(n.Content[i]), Resolve(n.Content[i+1])
		if key.Kind != yaml.ScalarNode {
			r.Fail(key, path, "a key must be one word, but is "+describe(key), "")
			continue
		}
		p := Pair{Name: key.Value, Path: Join(path, key.Value), Key: key, Value: val}
		if first, ok := seen[p.Name]; ok {
			r.Fail(key, p.Path, fmt.Sprintf("stands twice, first in line %d", first), "")
			continue
		}
		seen[p.Name] = key.Line
		if known != nil && !contains(known, p.Name) {
			r.Fail(key, p.Path, "unknown key", DidYouMean(p.Name, known))
			continue
		}
		r.note(key, p.Path)
		out = append(out, p)
	}
	return out
}

// Items gives the elements of a list node, aliases resolved. A node that is no list is a problem.
func (r *Reader) Items(n *yaml.Node, path string) []*yaml.Node {
	n = Resolve(n)
	if n == nil || n.Kind != yaml.SequenceNode {
		r.Fail(n, path, "should be a list, but is "+describe(n), "")
		return nil
	}
	r.note(n, path)
	out := make([]*yaml.Node, len(n.Content))
	for i, c := range n.Content {
		out[i] = Resolve(c)
		r.note(out[i], Index(path, i))
	}
	return out
}

// Text gives the text of a scalar as it stands in the file (numbers and times too). true, false and
// null are problems: a text that looks like them must be quoted.
func (r *Reader) Text(n *yaml.Node, path string) string {
	n = Resolve(n)
	switch {
	case IsNull(n):
		r.Fail(n, path, "has no value", "")
	case n.Kind != yaml.ScalarNode:
		r.Fail(n, path, "should be a text, but is "+describe(n), "")
	case n.ShortTag() == "!!bool":
		r.Fail(n, path, "should be a text, but is "+n.Value, "quote it if it is meant as a word")
	default:
		r.note(n, path)
		return n.Value
	}
	return ""
}

// Texts gives a list of texts; a single text counts as a list of one.
func (r *Reader) Texts(n *yaml.Node, path string) []string {
	n = Resolve(n)
	if n != nil && n.Kind == yaml.ScalarNode && !IsNull(n) {
		return []string{r.Text(n, path)}
	}
	var out []string
	for i, c := range r.Items(n, path) {
		out = append(out, r.Text(c, Index(path, i)))
	}
	return out
}

// Bool gives true or false; no other word counts.
func (r *Reader) Bool(n *yaml.Node, path string) bool {
	n = Resolve(n)
	if n == nil || n.Kind != yaml.ScalarNode || n.ShortTag() != "!!bool" {
		r.Fail(n, path, "should be true or false, but is "+describe(n), "")
		return false
	}
	r.note(n, path)
	return n.Value == "true" || n.Value == "True" || n.Value == "TRUE"
}

// Int gives a whole decimal number.
func (r *Reader) Int(n *yaml.Node, path string) int64 {
	n = Resolve(n)
	if n == nil || n.Kind != yaml.ScalarNode || n.ShortTag() != "!!int" {
		r.Fail(n, path, "should be a whole number, but is "+describe(n), "")
		return 0
	}
	r.note(n, path)
	v, err := strconv.ParseInt(n.Value, 10, 64)
	if err != nil {
		r.Fail(n, path, fmt.Sprintf("%q is not a whole decimal number", n.Value), "")
	}
	return v
}

// describe says what a node is, for messages. Long values are cut; a secret that was pasted into the
// wrong place should not travel far.
func describe(n *yaml.Node) string {
	switch {
	case IsNull(n):
		return "empty"
	case n.Kind == yaml.MappingNode:
		return "keys and values"
	case n.Kind == yaml.SequenceNode:
		return "a list"
	default:
		v := []rune(n.Value)
		if len(v) > 12 {
			v = append(v[:12], '…')
		}
		return strconv.Quote(string(v))
	}
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}
