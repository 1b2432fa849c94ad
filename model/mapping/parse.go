package mapping

// This file: the parser's outer part, from bytes to entities.

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"salvage/model"
	"salvage/model/strict"
)

type parser struct {
	*strict.Reader
	m         *Mapping
	embedded  *Entity  // customers without a table, while the reservations are read
	borrowed  []*Field // their fields that the reservations list
	joinNames []string // of the entity whose joins are read
}

// Parse reads a mapping file. The error is strict.Problems: everything that is wrong, in the order of lines.
// Beside such an error stands the mapping as far as it could be read (nil when it is no YAML at all): its
// Check says what the backup's tables add to the problems, so that all of them are known at once.
func Parse(src []byte, file string) (*Mapping, error) {
	n, ps := strict.Parse(src, file)
	if len(ps) > 0 {
		return nil, ps
	}
	return ParseNode(n, file)
}

// ParseNode reads a mapping that stands inline in another file; see Parse.
func ParseNode(n *yaml.Node, file string) (*Mapping, error) {
	p := &parser{Reader: strict.NewReader(file), m: &Mapping{File: file}}
	if n != nil && n.Kind == yaml.DocumentNode && len(n.Content) > 0 {
		n = n.Content[0]
	}
	p.document(n)
	p.m.problems = p.Problems()
	return p.m, p.m.problems.Err()
}

func at(pr strict.Pair) Place { return Place{Path: pr.Path, Line: pr.Key.Line} }

func (p *parser) document(n *yaml.Node) {
	if strict.IsNull(n) {
		p.Fail(nil, "", "the mapping is empty", "salvage init drafts one from the backup")
		return
	}
	var entities, zone, aliases *strict.Pair
	for _, pr := range p.Pairs(n, "", []string{"zone", "currency", "scope", "entities", "aliases"}) {
		switch pr.Name {
		case "zone":
			zone = &pr
			p.m.Zone = p.zone(pr.Value, pr.Path)
		case "currency":
			p.m.Currency = p.currency(pr)
		case "scope":
			p.m.Scope = p.assigns(pr.Value, pr.Path, constOrLookup)
		case "entities":
			entities = &pr
		case "aliases":
			aliases = &pr
		}
	}
	if zone == nil {
		p.Fail(n, "zone", "is required: it says what times without a zone mean", `say zone: America/New_York, or whichever it is; "UTC" if the database keeps UTC`)
	}
	if entities == nil {
		p.Fail(n, "entities", "is required", "")
		return
	}
	p.entities(*entities)
	if aliases != nil {
		p.aliases(*aliases)
	}
}

func (p *parser) zone(n *yaml.Node, path string) *time.Location {
	name := p.Text(n, path)
	if name == "" {
		return nil
	}
	loc, err := time.LoadLocation(name)
	if err != nil || name == "Local" {
		p.Fail(n, path, fmt.Sprintf("%q is not a time zone", name), "use an IANA name such as Europe/Berlin")
		return nil
	}
	return loc
}

func (p *parser) currency(pr strict.Pair) string {
	c := strings.ToLower(p.Text(pr.Value, pr.Path))
	if len(c) != 3 || strings.Trim(c, "abcdefghijklmnopqrstuvwxyz") != "" {
		p.Fail(pr.Value, pr.Path, fmt.Sprintf("%q is not a currency code", c), "use three letters such as usd")
	}
	return c
}

func (p *parser) entities(all strict.Pair) {
	var known []string
	for _, k := range kindNames() {
		known = append(known, k.name)
	}
	byKind := map[model.Kind]strict.Pair{}
	for _, pr := range p.Pairs(all.Value, all.Path, known) {
		k, _ := kindOf(pr.Name)
		byKind[k] = pr
	}
	p.embed(byKind)
	made := map[model.Kind]*Entity{}
	for _, hosted := range []bool{false, true} { // what stands in the reservations' rows needs their joins
		for _, k := range kindNames() {
			if pr, ok := byKind[k.kind]; ok && p.isHosted(pr) == hosted {
				made[k.kind] = p.entity(pr, k.kind, made[model.Reservation])
			}
		}
	}
	for _, k := range kindNames() { // write order, whatever the order of the file
		if e := made[k.kind]; e != nil {
			p.m.Entities = append(p.m.Entities, e)
		}
	}
	for _, e := range p.m.Entities {
		p.references(e)
	}
}

// references checks what points from one entity to another; they may stand in any order.
func (p *parser) references(e *Entity) {
	for _, f := range e.Fields {
		if f.Ref != "" && p.m.Entity(f.Ref) == nil {
			p.FailAt(f.Path, fmt.Sprintf("refers to %ss, which are not mapped", f.Ref), "")
		}
	}
}

func entityKeys() []string {
	return []string{"table", "key", "keep_key", "write", "where", "join", "fields", "set", "set_on_update", "missing",
		"like", "rows", "after", "update", "find", "update_only", "embedded"}
}

func (p *parser) entity(pr strict.Pair, kind model.Kind, host *Entity) *Entity {
	e := &Entity{Place: at(pr), Kind: kind, Name: pr.Name, KeepKey: true, Write: kind != model.Vehicle && kind != model.Location, parts: parts{}}
	switch {
	case kind == model.Customer && p.embedded != nil:
		e = p.embedded
	case kind == model.Reservation:
		e.lodger = p.embedded
	}
	pairs := p.Pairs(pr.Value, pr.Path, entityKeys())
	byName := map[string]strict.Pair{}
	for _, x := range pairs {
		byName[x.Name] = x
		e.parts[x.Name] = at(x)
	}
	p.hosted(e, byName, host)
	if !e.Hosted() {
		for _, name := range []string{"table", "key"} {
			if _, ok := byName[name]; !ok {
				p.Fail(pr.Key, strict.Join(pr.Path, name), "is required", "")
			}
		}
	}
	// Joins first: columns elsewhere may name them.
	if x, ok := byName["join"]; ok && !e.Hosted() {
		p.joins(e, x)
	}
	if x, ok := byName["fields"]; ok {
		p.fields(e, x)
	}
	if e.Embedded {
		e.Fields = append(e.Fields, p.lent(e)...)
	}
	for _, x := range pairs {
		p.entityPart(e, x)
	}
	p.checkFields(e, byName)
	return e
}

func (p *parser) entityPart(e *Entity, x strict.Pair) {
	switch x.Name {
	case "table":
		e.Table = p.Text(x.Value, x.Path)
	case "key":
		e.Key = p.Texts(x.Value, x.Path)
	case "keep_key":
		e.KeepKey = p.Bool(x.Value, x.Path)
	case "write":
		e.Write = p.Bool(x.Value, x.Path)
	case "where":
		e.Where = p.assigns(x.Value, x.Path, constOrLookup)
	case "set":
		e.Set = p.assigns(x.Value, x.Path, anyOperand(e))
	case "set_on_update":
		e.SetOnUpdate = p.assigns(x.Value, x.Path, anyOperand(e))
	case "missing":
		e.Missing = p.assigns(x.Value, x.Path, anyOperand(e))
	case "like":
		e.Like = p.like(x)
	case "rows":
		e.Rows = p.rows(e, x)
	case "after":
		e.After = p.after(e, x)
	case "update":
		e.Update = []model.Field{}
		for _, name := range p.Texts(x.Value, x.Path) {
			e.Update = append(e.Update, fieldName(e.Kind, name))
		}
	case "find":
		e.Find = p.find(e, x)
	}
}

// find reads natural keys; [[a], [b, c]], or [a, b] for one of two fields.
func (p *parser) find(e *Entity, x strict.Pair) [][]model.Field {
	var out [][]model.Field
	var flat []model.Field
	for i, n := range p.Items(x.Value, x.Path) {
		path := strict.Index(x.Path, i)
		if n.Kind == yaml.ScalarNode {
			flat = append(flat, fieldName(e.Kind, p.Text(n, path)))
			continue
		}
		var set []model.Field
		for _, name := range p.Texts(n, path) {
			set = append(set, fieldName(e.Kind, name))
		}
		if len(set) > 0 {
			out = append(out, set)
		}
	}
	if len(flat) > 0 {
		out = append(out, flat)
	}
	return out
}

// checkFields reports update and find words that are no mapped fields.
func (p *parser) checkFields(e *Entity, parts map[string]strict.Pair) {
	known := []string{string(model.FKey)}
	for _, f := range e.Fields {
		known = append(known, strings.TrimPrefix(string(f.Name), "x_"))
	}
	for _, f := range e.implied() {
		known = append(known, string(f))
	}
	report := func(part string, f model.Field) {
		if f != model.FKey && e.Field(f) == nil && !slices.Contains(e.implied(), f) {
			x := parts[part]
			word := strings.TrimPrefix(string(f), "x_")
			p.Fail(x.Key, x.Path, fmt.Sprintf("%q is not a mapped field of %s", word, e.Name), strict.DidYouMean(word, known))
		}
	}
	for _, f := range e.Update {
		report("update", f)
	}
	for _, set := range e.Find {
		for _, f := range set {
			report("find", f)
		}
	}
}

func (p *parser) aliases(all strict.Pair) {
	var known []string
	for _, e := range p.m.Entities {
		known = append(known, e.Name)
	}
	for _, pr := range p.Pairs(all.Value, all.Path, known) {
		k, _ := kindOf(pr.Name)
		for _, w := range p.Pairs(pr.Value, pr.Path, nil) {
			p.m.aliases = append(p.m.aliases, alias{Place: at(w), kind: k, word: w.Name, row: p.Text(w.Value, w.Path)})
		}
	}
}
