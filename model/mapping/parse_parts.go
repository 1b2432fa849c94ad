package mapping

// This file: the parser's inner part: joins, assignments, like, rows and after.

import (
	"strings"

	"go.yaml.in/yaml/v4"

	"salvage/model/strict"
)

// operands says what may stand on the right side of an assignment.
type operands struct {
	expr   bool
	item   bool // of a line among many: item and i
	entity *Entity
}

var constOrLookup = operands{}

func anyOperand(e *Entity) operands { return operands{expr: true, entity: e} }

func (p *parser) assigns(n *yaml.Node, path string, may operands) []Assign {
	var out []Assign
	for _, pr := range p.Pairs(n, path, nil) {
		p.trap(pr)
		out = append(out, Assign{Place: at(pr), Column: pr.Name, Value: p.operand(pr.Value, pr.Path, may)})
	}
	return out
}

func (p *parser) operand(n *yaml.Node, path string, may operands) Operand {
	switch {
	case strict.IsNull(n):
		return Operand{}
	case n.Kind == yaml.MappingNode:
		return Operand{Lookup: p.lookup(n, path)}
	case n.Kind != yaml.ScalarNode:
		p.Fail(n, path, "should be a constant, an expression or a lookup", "")
		return Operand{}
	}
	s := n.Value
	if n.ShortTag() == "!!bool" {
		s = strings.ToLower(s)
	}
	if src, ok := strings.CutPrefix(s, "="); ok && n.ShortTag() == "!!str" {
		if !may.expr {
			p.Fail(n, path, "an expression may not stand here", "a constant or {lookup: table, get: column, by: {column: value}}")
			return Operand{}
		}
		return Operand{Expr: p.expr(n, path, src, may)}
	}
	return Operand{Text: &s}
}

func (p *parser) expr(n *yaml.Node, path, src string, may operands) *Expr {
	x, err := compile(src, may.entity, may.item)
	if err != nil {
		p.Fail(n, path, "expression: "+err.Error(), "")
		return nil
	}
	return x
}

func (p *parser) lookup(n *yaml.Node, path string) *Lookup {
	l := &Lookup{Place: Place{Path: path, Line: n.Line}}
	for _, pr := range p.Pairs(n, path, []string{"lookup", "get", "by"}) {
		switch pr.Name {
		case "lookup":
			l.Table = p.Text(pr.Value, pr.Path)
		case "get":
			l.Get = p.Text(pr.Value, pr.Path)
		case "by":
			l.By = p.assigns(pr.Value, pr.Path, constOrLookup)
		}
	}
	if l.Table == "" || l.Get == "" || len(l.By) == 0 {
		p.Fail(n, path, "a lookup needs a table, a column to get and columns to find it by", "{lookup: roles, get: id, by: {slug: customer}}")
	}
	return l
}

func (p *parser) joins(e *Entity, all strict.Pair) {
	p.joinNames = nil
	if n := strict.Resolve(all.Value); n != nil && n.Kind == yaml.MappingNode {
		for i := 0; i+1 < len(n.Content); i += 2 {
			p.joinNames = append(p.joinNames, strict.Resolve(n.Content[i]).Value)
		}
	}
	for _, pr := range p.Pairs(all.Value, all.Path, nil) {
		if strings.Contains(pr.Name, ".") {
			p.Fail(pr.Key, pr.Path, "the name of a join holds no dot", "")
			continue
		}
		if pr.Name == "rows" || pr.Name == "after" {
			p.Fail(pr.Key, pr.Path, "a join may not be called rows or after", "")
			continue
		}
		if j := p.join(e, pr); j != nil {
			e.Joins = append(e.Joins, j)
		}
	}
}

func (p *parser) join(e *Entity, pr strict.Pair) *Join {
	j := &Join{Place: at(pr), Name: pr.Name, parts: parts{}}
	known := []string{"table", "link", "own", "lookup", "miss", "where", "order", "set", "set_on_update", "missing", "many"}
	if on := peek(pr.Value, "on"); on != nil { // what SQL would say, and what YAML 1.1 makes true
		known = append(known, "on")
	}
	pairs := p.Pairs(pr.Value, pr.Path, known)
	for _, x := range pairs { // set may speak of item and i
		j.Many = j.Many || x.Name == "many" && p.Bool(x.Value, x.Path)
	}
	for _, x := range pairs {
		j.parts[x.Name] = at(x)
		p.joinPart(e, j, x)
	}
	p.joinWhole(j, pr, pairs)
	return j
}

func (p *parser) joinPart(e *Entity, j *Join, x strict.Pair) {
	written := anyOperand(e)
	written.item = j.Many
	switch x.Name {
	case "on":
		p.Fail(x.Key, x.Path, "unknown key", `did you mean "link"? on is no key: many YAML readers take it for true`)
	case "table":
		j.Table = p.Text(x.Value, x.Path)
	case "link":
		p.links(e, j, x)
	case "own":
		j.Own = Own(p.word(x, string(OwnBefore), string(OwnAfter)))
	case "lookup":
		j.Lookup = p.Texts(x.Value, x.Path)
	case "miss":
		j.MissNull = strict.IsNull(x.Value) || p.word(x, "error", "null") == "null"
	case "where":
		j.Where = p.assigns(x.Value, x.Path, constOrLookup)
	case "order":
		j.Order = p.Text(x.Value, x.Path)
	case "set":
		j.Set = p.assigns(x.Value, x.Path, written)
	case "set_on_update":
		j.SetOnUpdate = p.assigns(x.Value, x.Path, written)
	case "missing":
		j.Missing = p.assigns(x.Value, x.Path, written)
	}
}

// joinWhole checks what only makes sense together.
func (p *parser) joinWhole(j *Join, pr strict.Pair, pairs []strict.Pair) {
	if j.Table == "" {
		p.Fail(pr.Key, strict.Join(pr.Path, "table"), "is required", "")
	}
	if len(j.Link) == 0 && !p.Failed(pr.Path) {
		p.Fail(pr.Key, strict.Join(pr.Path, "link"), "is required", "{column of the joined table: column on our side}")
	}
	if j.Own != NotOwn && j.Lookup != nil {
		p.Fail(pr.Key, pr.Path, "own and lookup exclude each other", "")
	}
	if j.Own == NotOwn {
		for _, x := range pairs {
			if x.Name == "set" || x.Name == "set_on_update" || x.Name == "missing" {
				p.Fail(x.Key, x.Path, "only a join that is ours is written", "own: before or own: after")
			}
		}
	}
	if j.Own == OwnBefore && j.Many {
		p.Fail(pr.Key, strict.Join(pr.Path, "many"), "the main row cannot point at several rows", "own: after")
	}
	if j.Lookup != nil && j.Many {
		p.Fail(pr.Key, strict.Join(pr.Path, "many"), "a natural key names one row, not several", "")
	}
}

func (p *parser) links(e *Entity, j *Join, all strict.Pair) {
	for _, x := range p.Pairs(all.Value, all.Path, nil) {
		p.trap(x)
		text := p.Text(x.Value, x.Path)
		join, ours := splitColumn(e, text)
		if a, b, ok := strings.Cut(text, "."); ok && within(p.joinNames, a) { // one that comes later, too: Check says so
			join, ours = a, b
		}
		j.Link = append(j.Link, Link{Place: at(x), Column: x.Name, Join: join, Ours: ours})
	}
}

// splitColumn parts "join.column" when there is a join of that name; anything else is a column.
func splitColumn(e *Entity, s string) (join, col string) {
	if a, b, ok := strings.Cut(s, "."); ok && e.Join(a) != nil {
		return a, b
	}
	return "", s
}

// word reads one of a few words.
func (p *parser) word(x strict.Pair, known ...string) string {
	s := p.Text(x.Value, x.Path)
	for _, k := range known {
		if s == k {
			return s
		}
	}
	if s != "" {
		p.Fail(x.Value, x.Path, "unknown word \""+s+"\"", strict.DidYouMean(s, known))
	}
	return ""
}

func (p *parser) like(all strict.Pair) *Like {
	l := &Like{Place: at(all), parts: parts{}}
	for _, x := range p.Pairs(all.Value, all.Path, []string{"by", "order", "cols"}) {
		l.parts[x.Name] = at(x)
		switch x.Name {
		case "by":
			l.By = p.Texts(x.Value, x.Path)
		case "order":
			l.Order = p.Text(x.Value, x.Path)
		case "cols":
			l.Cols = p.Texts(x.Value, x.Path)
		}
	}
	if l.Order == "" || len(l.Cols) == 0 {
		p.Fail(all.Key, all.Path, "needs order (what makes a row the newest) and cols (what is copied)", "")
	}
	return l
}

func (p *parser) rows(e *Entity, all strict.Pair) []*Extra {
	var out []*Extra
	for i, n := range p.Items(all.Value, all.Path) {
		path := strict.Index(all.Path, i)
		x := &Extra{Place: Place{Path: path, Line: n.Line}, parts: parts{}}
		for _, pr := range p.Pairs(n, path, []string{"table", "set", "when"}) {
			x.parts[pr.Name] = at(pr)
			switch pr.Name {
			case "table":
				x.Table = p.Text(pr.Value, pr.Path)
			case "set":
				x.Set = p.assigns(pr.Value, pr.Path, anyOperand(e))
			case "when":
				x.When = p.when(e, pr)
			}
		}
		if (x.Table == "" || len(x.Set) == 0) && !p.Failed(path) {
			p.Fail(n, path, "needs a table and a set", "")
		}
		out = append(out, x)
	}
	return out
}

// when reads a condition; the leading = may be left out.
func (p *parser) when(e *Entity, pr strict.Pair) *Expr {
	src := p.Text(pr.Value, pr.Path)
	if src == "" {
		return nil
	}
	return p.expr(pr.Value, pr.Path, strings.TrimPrefix(src, "="), anyOperand(e))
}

func (p *parser) after(e *Entity, all strict.Pair) []*After {
	var out []*After
	for i, n := range p.Items(all.Value, all.Path) {
		path := strict.Index(all.Path, i)
		x := &After{Place: Place{Path: path, Line: n.Line}, parts: parts{}}
		for _, pr := range p.Pairs(n, path, []string{"table", "add", "pick", "where", "set", "when"}) {
			x.parts[pr.Name] = at(pr)
			p.afterPart(e, x, pr)
		}
		p.afterWhole(x, n)
		out = append(out, x)
	}
	return out
}

func (p *parser) afterPart(e *Entity, x *After, pr strict.Pair) {
	switch pr.Name {
	case "table":
		x.Table = p.Text(pr.Value, pr.Path)
	case "add":
		x.Add = p.assigns(pr.Value, pr.Path, anyOperand(e))
	case "pick":
		x.Pick = p.Texts(pr.Value, pr.Path)
	case "where":
		x.Where = p.assigns(pr.Value, pr.Path, anyOperand(e))
	case "set":
		x.Set = p.assigns(pr.Value, pr.Path, anyOperand(e))
	case "when":
		x.When = p.when(e, pr)
	}
}

// afterWhole checks what only makes sense together.
func (p *parser) afterWhole(x *After, n *yaml.Node) {
	fail := func(ok bool, message, hint string) {
		if !ok && !p.Failed(x.Path) {
			p.Fail(n, x.Path, message, hint)
		}
	}
	fail(x.Table != "", "needs a table", "")
	fail((x.Add == nil) != (x.Pick == nil), "needs either add (to a stored sum) or pick (a free row)", "")
	fail(len(x.Where) > 0, "needs a where: which row it is", "")
	if x.Pick != nil {
		fail(len(x.Set) > 0, "a picked row needs a set: what makes it taken", "")
	} else {
		fail(x.Set == nil, "set goes with pick; a sum only takes add", "")
	}
}

// trap reports keys that other YAML readers turn into true or false, where the company's own words stand.
//
// QUIRK: YAML 1.1 makes booleans of on, off, yes and no, so that the country NO becomes false. This reader
// does not, but the next tool that touches the file may; quoted, the word is safe everywhere.
func (p *parser) trap(w strict.Pair) {
	if w.Key.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0 {
		return
	}
	switch strings.ToLower(w.Name) {
	case "on", "off", "yes", "no":
		p.Fail(w.Key, w.Path, "many YAML readers take "+w.Name+" for true or false", `quote it: "`+w.Name+`"`)
	}
}
