package strict_test

import (
	"strings"
	"testing"

	"salvage/model/strict"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v4"
)

type inner struct {
	Name string `yaml:"name"`
	N    int    `yaml:"n"`
}

type upper string

func (u *upper) UnmarshalText(b []byte) error {
	*u = upper(strings.ToUpper(string(b)))
	return nil
}

type sample struct {
	Title string            `yaml:"title"`
	Good  bool              `yaml:"good"`
	Words []string          `yaml:"words"`
	In    inner             `yaml:"in"`
	Ptr   *inner            `yaml:"ptr"`
	List  []inner           `yaml:"list"`
	Map   map[string]string `yaml:"map"`
	Node  *yaml.Node        `yaml:"node"`
	Up    upper             `yaml:"up"`
	Not   string
}

func TestDecode(t *testing.T) {
	var s sample
	ps := strict.Decode([]byte(`
title: 2024
good: true
words: one
in: &in {name: on, n: 3}
ptr: *in
list: [{name: NO}, *in]
map: {NO: norway, on: "yes", 1: one}
node: {anything: [goes]}
up: loud
`), "f.yaml", &s)
	require.Empty(t, ps)
	require.NoError(t, ps.Err())
	require.Equal(t, "2024", s.Title)
	require.Equal(t, []string{"one"}, s.Words)
	require.Equal(t, inner{"on", 3}, *s.Ptr)
	require.Equal(t, []inner{{"NO", 0}, {"on", 3}}, s.List)
	require.Equal(t, map[string]string{"NO": "norway", "on": "yes", "1": "one"}, s.Map, "keys are text, whatever YAML 1.1 makes of them")
	require.Equal(t, yaml.MappingNode, s.Node.Kind)
	require.EqualValues(t, "LOUD", s.Up)
}

func TestProblems(t *testing.T) {
	cases := []struct{ name, src, want string }{
		{"unknown key", "title: x\nwrods: [a]", "f.yaml:2: wrods: unknown key\nhint: did you mean \"words\"?"},
		{"unknown key below", "list:\n  - name: a\n  - nmae: b", "f.yaml:3: list[1].nmae: unknown key\nhint: did you mean \"name\"?"},
		{"far from all", "in: {zzzzzz: 1}", "f.yaml:1: in.zzzzzz: unknown key\nhint: known here: n, name"},
		{"untagged field", "Not: x", "f.yaml:1: Not: unknown key"},
		{"twice", "title: a\ngood: true\ntitle: b", "f.yaml:3: title: stands twice, first in line 1"},
		{"type", "in: [a]", "f.yaml:1: in: should be keys and values, but is a list"},
		{"number", "in: {n: three}", "f.yaml:1: in.n: should be a whole number, but is \"three\""},
		{"hex", "in: {n: 0x10}", "f.yaml:1: in.n: \"0x10\" is not a whole decimal number"},
		{"bool", "good: yes", "f.yaml:1: good: should be true or false, but is \"yes\""},
		{"text", "title: true", "f.yaml:1: title: should be a text, but is true\nhint: quote it if it is meant as a word"},
		{"no value", "title:", "f.yaml:1: title: has no value"},
		{"list", "list: {a: b}", "f.yaml:1: list: should be a list, but is keys and values"},
		{"key", "? [a]\n: b", "f.yaml:1: a key must be one word, but is a list"},
		{"empty", "# nothing\n", "f.yaml: is empty"},
		{"syntax", "in: {name: a\ntitle: b", "f.yaml:2: is not YAML: "},
		{"tab", "in:\n\tname: a", "f.yaml:2: is not YAML: "},
		{"two documents", "title: a\n---\ntitle: b", "holds more than one document"},
		{"utf-8", "title: ok\nwords: [\xff]", "f.yaml:2: is not valid UTF-8"},
		{"circle", "node: &a [*a]", "an alias contains itself"},
		{"bomb", "a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e]", "aliases expanded"},
		{"long value", "in: {n: sk_live_0123456789abcdef}", "but is \"sk_live_0123…\""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var s sample
			ps := strict.Decode([]byte(c.src), "f.yaml", &s)
			require.NotEmpty(t, ps)
			require.Contains(t, ps.Error(), c.want)
		})
	}
}

func TestAllAtOnceInOrder(t *testing.T) {
	var s sample
	ps := strict.Decode([]byte("title: a\nin:\n  n: x\n  q: 1\ngood: 1\ntitel: b"), "f.yaml", &s)
	lines := []int{}
	for _, p := range ps {
		lines = append(lines, p.Line)
	}
	require.Equal(t, []int{3, 4, 5, 6}, lines)
	require.Equal(t, "a", s.Title, "what is right is read all the same")
}

func TestNearest(t *testing.T) {
	known := []string{"base_url", "key_env", "key_file", "mailboxes", "tls"}
	for word, want := range map[string]string{
		"keyenv": "key_env", "KEY-ENV": "key_env", "mailbox": "mailboxes", "tsl": "tls", "tsx": "", "tlss": "tls", "colour": "", "": "", "key_fiel": "key_file",
		strings.Repeat("x", 100_000): "",
	} {
		require.Equal(t, want, strict.Nearest(word, known), "%.20s", word)
	}
	require.Equal(t, "aa", strict.Nearest("ax", []string{"ab", "aa"}), "equal distances: the first in order")
}

func TestReaderLines(t *testing.T) {
	n, ps := strict.Parse([]byte("a:\n  b:\n    - c: 1\n"), "f.yaml")
	require.Empty(t, ps)
	r := strict.NewReader("f.yaml")
	for _, p := range r.Pairs(n, "", nil) {
		for _, q := range r.Pairs(p.Value, p.Path, []string{"b"}) {
			for i, item := range r.Items(q.Value, q.Path) {
				require.Equal(t, map[string]int64{"c": 1}, map[string]int64{r.Pairs(item, strict.Index(q.Path, i), nil)[0].Name: r.Int(r.Pairs(item, strict.Index(q.Path, i), nil)[0].Value, "x")})
			}
		}
	}
	require.Equal(t, 3, r.Line("a.b[0].c"))
	require.Equal(t, 3, r.Line("a.b[0].missing"), "the nearest path above counts")
	require.True(t, r.Has("a.b"))
	r.FailAt("a.b[0].missing", "is missing", "write it")
	require.Equal(t, "f.yaml:3: a.b[0].missing: is missing\nhint: write it", r.Problems().Error())
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte("title: a\nin: {n: 1}\nlist: [{name: x}]\nmap: {a: b}"))
	f.Add([]byte("a: &a [*a]"))
	f.Fuzz(func(t *testing.T, b []byte) {
		var s sample
		for _, p := range strict.Decode(b, "f", &s) {
			require.NotEmpty(t, p.Message)
		}
	})
}
