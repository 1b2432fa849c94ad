package draft

// This file: a draft as YAML, each line with the reason why it stands there.

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"salvage/model"
)

// Mapping writes the mapping. Quoting is the YAML library's; comments are kept to one printable line.
func (d *Draft) Mapping() ([]byte, error) {
	root := block()
	root.HeadComment = "# Drafted by salvage init from the backup. Read it, then: salvage check\n# \"unsure\" marks what was close, and the runner-up; \"asked\" marks what only you can say."
	d.top(root, "zone", d.Zone, "zone", "what times without a zone mean: UTC, or a name such as Europe/Berlin")
	d.top(root, "currency", d.Currency, "currency", "three letters such as eur")
	if len(d.Scope) > 0 {
		put(root, "scope", d.pairs(d.Scope), "")
	}
	all := block()
	for _, e := range d.Entities {
		put(all, e.Name, d.entityNode(e), "")
	}
	put(root, "entities", all, "")
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := enc.Encode(&yaml.Node{Kind: yaml.DocumentNode, Content: []*yaml.Node{root}}); err != nil {
		return nil, fmt.Errorf("write the drafted mapping: %w", err)
	}
	if err := enc.Close(); err != nil {
		return nil, fmt.Errorf("write the drafted mapping: %w", err)
	}
	return b.Bytes(), nil
}

func (d *Draft) top(root *yaml.Node, key string, l Line, id, hint string) {
	if l.Value == "" {
		root.HeadComment += fmt.Sprintf("\n# asked (%s): %s\n# %s:", id, hint, key)
		return
	}
	put(root, key, text(l.Value), comment(l))
}

func block() *yaml.Node { return &yaml.Node{Kind: yaml.MappingNode} }

func flow() *yaml.Node { return &yaml.Node{Kind: yaml.MappingNode, Style: yaml.FlowStyle} }

// text is a scalar that stays text whatever it looks like.
func text(s string) *yaml.Node {
	n := &yaml.Node{}
	n.SetString(s)
	if ambiguous(s) {
		n.Style = yaml.DoubleQuotedStyle
	}
	return n
}

// ambiguous are words that a reader of YAML 1.1 takes for something else than text, and long ones.
func ambiguous(s string) bool {
	switch strings.ToLower(s) {
	case "", "y", "n", "yes", "no", "on", "off", "true", "false", "null", "~", "t", "f":
		return true
	}
	if _, err := strconv.ParseFloat(s, 64); err == nil {
		return true
	}
	return strings.ContainsAny(s, "\n\r\t:#{}[]&*!|>'\"%@`,\\") || strings.TrimSpace(s) != s || strings.HasPrefix(s, "-") || strings.HasPrefix(s, "?") || strings.HasPrefix(s, "=")
}

func raw(s string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Value: s} }

// column is a scalar for a column's name.
func columnNode(s string) *yaml.Node { return text(s) }

func put(to *yaml.Node, key string, val *yaml.Node, comment string) {
	k := text(key)
	if comment != "" {
		switch {
		case val.Kind == yaml.ScalarNode:
			val.LineComment = comment
		case val.Style&yaml.FlowStyle != 0:
			val.LineComment = comment
		default:
			k.LineComment = comment
		}
	}
	to.Content = append(to.Content, k, val)
}

// comment is a line's reason, and its doubt first.
func comment(l Line) string {
	s := l.Why
	if l.Unsure != "" {
		s = "unsure: " + s + ", else " + l.Unsure
	}
	return oneLine(s)
}

func oneLine(s string) string {
	if s == "" {
		return ""
	}
	s = strings.Map(func(r rune) rune {
		if r < 0x20 || r == 0x7f || r == 0x85 || r == 0x2028 || r == 0x2029 || r == 0xfeff || r >= 0x80 && r < 0xa0 || r == 0xfffd || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			return '?'
		}
		return r
	}, strings.ToValidUTF8(s, "?"))
	if len(s) > 160 {
		s = strings.ToValidUTF8(s[:160], "") + "…"
	}
	return "# " + s
}

func (d *Draft) pairs(ps []Pair) *yaml.Node {
	n := block()
	for _, p := range ps {
		v := text(p.Value)
		if p.Raw {
			v = raw(p.Value)
		}
		if p.Value == "" && !p.Raw && p.Line.Why != "" && strings.Contains(p.Line.Why, "the tenant") {
			n.HeadComment = strings.TrimSpace(n.HeadComment + "\n# asked (scope:" + strings.TrimPrefix(oneLine(p.Column), "# ") + "): which one is yours?")
		}
		put(n, p.Column, v, comment(p.Line))
	}
	return n
}

func (d *Draft) entityNode(e *Entity) *yaml.Node {
	n := block()
	switch {
	case e.Hosted && e.Kind == model.Customer:
		put(n, "embedded", raw("true"), comment(e.Table))
	case e.Hosted:
		put(n, "update_only", text("reservations"), comment(e.Table))
	default:
		put(n, "table", text(e.Table.Value), comment(e.Table))
		put(n, "key", list(e.Key), "")
	}
	if len(e.Where) > 0 {
		put(n, "where", d.pairs(e.Where), "")
	}
	if len(e.Joins) > 0 {
		joins := block()
		for _, j := range e.Joins {
			put(joins, j.Name, d.joinNode(j), oneLine(j.Why))
		}
		put(n, "join", joins, "")
	}
	fields := block()
	var asked []string
	for _, f := range e.Fields {
		if f.Ask != "" {
			asked = append(asked, fmt.Sprintf("%s: column %s: %s", f.Name, f.Cols[0], f.Ask))
			continue
		}
		put(fields, string(f.Name), d.fieldNode(f), fieldComment(f))
	}
	if len(fields.Content) == 0 {
		fields = flow()
	}
	put(n, "fields", fields, "")
	for _, a := range asked {
		n.Content[len(n.Content)-2].HeadComment += "\n" + strings.Replace(oneLine(a), "# ", "# asked: ", 1)
	}
	n.Content[len(n.Content)-2].HeadComment = strings.TrimSpace(n.Content[len(n.Content)-2].HeadComment)
	d.entityRest(n, e)
	return n
}

func (d *Draft) entityRest(n *yaml.Node, e *Entity) {
	if len(e.Set) > 0 {
		put(n, "set", d.pairs(e.Set), "")
	}
	if len(e.Missing) > 0 {
		put(n, "missing", d.pairs(e.Missing), "")
	}
	if len(e.Like) > 0 {
		l := flow()
		put(l, "by", list2(nil), "")
		put(l, "order", text(e.LikeOrder), "")
		put(l, "cols", list2(e.Like), "")
		put(n, "like", l, oneLine("required, and nothing says them: as the newest row has them"))
	}
	if len(e.Update) > 0 {
		put(n, "update", list2(names(e.Update)), oneLine("without a code, the other fields are what tells one booking from another"))
	}
	find := &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle}
	for _, set := range e.Find {
		find.Content = append(find.Content, list2(names(set)))
	}
	put(n, "find", find, "")
}

func names(fs []model.Field) []string {
	out := make([]string, len(fs))
	for i, f := range fs {
		out[i] = string(f)
	}
	return out
}

// list is one word, or a list where there are several.
func list(ss []string) *yaml.Node {
	if len(ss) == 1 {
		return text(ss[0])
	}
	return list2(ss)
}

func list2(ss []string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle}
	for _, s := range ss {
		n.Content = append(n.Content, text(s))
	}
	return n
}

func (d *Draft) joinNode(j *Join) *yaml.Node {
	n := block()
	put(n, "table", text(j.Table), "")
	link := flow()
	for _, l := range j.Link {
		put(link, l[0], columnNode(l[1]), "")
	}
	put(n, "link", link, "")
	if j.Own != "" {
		put(n, "own", text(j.Own), "")
	}
	if j.Many {
		put(n, "many", raw("true"), "")
	}
	if len(j.Lookup) > 0 {
		put(n, "lookup", list2(j.Lookup), "")
		if !j.link.from.NotNull {
			put(n, "miss", raw("null"), "")
		}
	}
	if j.Order != "" {
		put(n, "order", text(j.Order), "")
	}
	for _, x := range []struct {
		name string
		ps   []Pair
	}{{"where", j.Where}, {"set", j.Set}, {"missing", j.Missing}} {
		if len(x.ps) > 0 {
			put(n, x.name, d.pairs(x.ps), "")
		}
	}
	return n
}

func fieldComment(f *Field) string {
	s := comment(Line{Why: f.Why, Unsure: f.Unsure})
	var open []string
	for _, w := range f.Words {
		if w.Word == "" && w.Rows > 0 {
			open = append(open, strconv.Quote(w.Raw))
		}
	}
	if len(open) > 0 {
		s = strings.Replace(s, "# ", "# asked: what does "+strings.TrimPrefix(oneLine(strings.Join(open, ", ")), "# ")+" mean? ", 1)
	}
	return s
}

func (d *Draft) fieldNode(f *Field) *yaml.Node {
	n := flow()
	switch {
	case f.As == "date+time":
		put(n, "as", text(f.As), "")
		put(n, "date", columnNode(f.Cols[0]), "")
		put(n, "time", columnNode(f.Cols[1]), "")
	case f.plain():
		return columnNode(f.Cols[0])
	default:
		put(n, "col", list(f.Cols), "")
		if f.As != "" {
			put(n, "as", text(f.As), "")
		}
	}
	opt := func(key, val string) {
		if val != "" {
			put(n, key, text(val), "")
		}
	}
	if f.Ref != "" {
		opt("ref", plural(f.Ref))
	}
	if f.As == "map" {
		words := flow()
		for _, w := range f.Words {
			if w.Word != "" {
				put(words, w.Raw, text(w.Word), "")
			}
		}
		put(n, "map", words, "")
	}
	opt("layout", f.Layout)
	opt("path", f.Path)
	opt("label", f.Label)
	if f.Last1st {
		opt("order", "last-first")
	}
	opt("sep", f.Sep)
	if f.N > 0 {
		put(n, "n", raw(strconv.Itoa(f.N)), "")
	}
	if f.Millis {
		opt("unit", "ms")
	}
	if f.Positive {
		opt("sign", "positive")
	}
	if f.ReadOnly {
		put(n, "read_only", raw("true"), "")
	}
	return n
}

func (f *Field) plain() bool {
	return f.As == "" && f.Ref == "" && !f.ReadOnly && !f.Last1st && f.Sep == "" && !f.Positive
}
