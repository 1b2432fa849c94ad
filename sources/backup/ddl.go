package backup

// This file: the statements that define things other than tables, and what SET and SELECT say about the dump.

import (
	"strconv"
	"strings"

	"salvage/model"
)

// define looks at one statement. What it does not know, it passes over: owners, comments, grants, views.
func (p *pgPass) define(toks []token) {
	c := p.cursor(toks)
	switch {
	case c.word("set"):
		p.setting(c)
	case c.word("select"):
		p.selectCall(c)
	case c.word("alter", "table"):
		p.alterTable(c)
	case c.word("alter", "sequence"):
		p.alterSequence(c)
	case c.word("alter", "type"):
		p.alterType(c)
	case c.word("create"):
		p.create(c)
	}
}

func (p *pgPass) create(c *cursor) {
	c.word("or", "replace")
	for c.word("unlogged") || c.word("temporary") || c.word("temp") || c.word("global") || c.word("local") || c.word("constraint") || c.word("recursive") {
		continue
	}
	switch {
	case c.word("table"):
		p.createTable(c)
	case c.word("type"):
		p.createType(c)
	case c.word("domain"):
		p.createDomain(c)
	case c.word("sequence"):
		c.word("if", "not", "exists")
		if name, ok := c.qualified(p); ok {
			p.sequences[name] = 0
		}
	case c.word("unique", "index"):
		p.uniqueIndex(c)
	case c.word("trigger"):
		p.createTrigger(c)
	case c.word("function"), c.word("procedure"):
		p.createFunction(c)
	}
}

// setting reads "SET name = value" or "SET name TO value" where it changes how the dump is read.
func (p *pgPass) setting(c *cursor) {
	c.word("session")
	name, ok := c.name()
	if !ok || !c.punct("=") && !c.word("to") {
		return
	}
	v := c.at(0).text
	switch name {
	case "client_encoding":
		p.setCharset(v)
	case "standard_conforming_strings":
		p.lex.backslashes = strings.EqualFold(v, "off") || v == "false" || v == "0"
	case "search_path":
		p.setSearchPath(p.text([]byte(v)))
	}
}

func (p *pgPass) setCharset(name string) {
	cs, ok := newCharset(name)
	if !ok {
		p.fatal("the dump is written in %s, which is not read; make it again with --encoding=UTF8", name)
	}
	p.cs, p.health.Declared = cs, name
}

func (p *pgPass) setSearchPath(first string) {
	if first != "" && first != "pg_catalog" {
		p.path = first
	}
}

// selectCall reads the two functions that a dump calls: set_config and setval.
func (p *pgPass) selectCall(c *cursor) {
	c.word("pg_catalog")
	c.punct(".")
	switch {
	case c.word("set_config") && c.punct("("):
		name, val := c.at(0).text, c.at(2).text
		if name == "search_path" && c.at(2).kind == tString {
			first, _, _ := strings.Cut(val, ",")
			p.setSearchPath(strings.Trim(strings.TrimSpace(first), `"`))
		}
	case c.word("setval") && c.punct("("):
		seq := p.regclass(p.text([]byte(c.at(0).text)))
		for c.i++; !c.done() && !c.punct(","); {
			c.i++ // a cast
		}
		n, err := strconv.ParseInt(c.at(0).text, 10, 64)
		if err != nil {
			return
		}
		if c.at(2).is("false") {
			n-- // the next value is n itself
		}
		p.sequences[seq] = n
	}
}

func (p *pgPass) alterSequence(c *cursor) {
	c.word("if", "exists")
	seq, ok := c.qualified(p)
	if !ok || !c.word("owned", "by") {
		return
	}
	parts := c.parts()
	if len(parts) < 2 {
		return
	}
	t := p.tables[p.qualify(parts[:len(parts)-1])]
	if t == nil {
		return
	}
	// Owning alone does not make a sequence feed a column; a default that comes later says so.
	if col := t.Column(parts[len(parts)-1]); col != nil && col.Sequence == "" && strings.HasPrefix(col.Default, "nextval(") {
		col.Sequence = seq
	}
}

func (p *pgPass) createType(c *cursor) {
	parts := c.parts()
	if len(parts) == 0 || !c.word("as", "enum") || !c.punct("(") {
		return
	}
	words := []string{}
	for !c.done() && !c.punct(")") {
		if t := c.at(0); t.kind == tString {
			words = append(words, p.text([]byte(t.text)))
		}
		c.i++
	}
	p.schema.Enums[p.typeName(parts)] = words
}

// alterType reads "ADD VALUE 'x' [BEFORE|AFTER 'y']".
func (p *pgPass) alterType(c *cursor) {
	name := p.typeName(c.parts())
	if _, ok := p.schema.Enums[name]; !ok || !c.word("add", "value") {
		return
	}
	c.word("if", "not", "exists")
	word := p.text([]byte(c.at(0).text))
	c.i++
	words := p.schema.Enums[name]
	at := len(words)
	before := c.sees("before")
	if before || c.sees("after") {
		for i, w := range words {
			if w == p.text([]byte(c.at(1).text)) {
				at = i
				if !before {
					at++
				}
			}
		}
	}
	p.schema.Enums[name] = append(words[:at:at], append([]string{word}, words[at:]...)...)
}

func (p *pgPass) createDomain(c *cursor) {
	parts := c.parts()
	if len(parts) == 0 {
		return
	}
	c.word("as")
	base, _ := c.dataType(p)
	p.domains[p.typeName(parts)] = base
}

// uniqueIndex reads CREATE UNIQUE INDEX. One over plain columns is a unique key; one over expressions, or with a
// WHERE, is kept as written.
func (p *pgPass) uniqueIndex(c *cursor) {
	c.word("concurrently")
	c.word("if", "not", "exists")
	if !c.sees("on") {
		c.parts()
	}
	if !c.word("on") {
		return
	}
	c.word("only")
	name, _ := c.qualified(p)
	t := p.tables[name]
	if t == nil {
		return
	}
	start := c.i
	if c.word("using") {
		start = c.i
		c.name()
	}
	group := c.i
	c.skipParens()
	after := c.i
	whole := c.until(func(token) bool { return false })
	cols, plain := p.plainColumns(c.toks[min(group+1, after):after])
	if plain && !strings.Contains(strings.ToLower(whole), "where") {
		addUnique(t, cols)
		return
	}
	t.UniqueExpr = append(t.UniqueExpr, c.written(start, len(c.toks)-1))
}

// plainColumns reads the tokens of an index's column list; ok is false when one is an expression.
func (p *pgPass) plainColumns(toks []token) (cols []string, ok bool) {
	fresh := true
	for i, t := range toks {
		switch {
		case t.punct(")") && i == len(toks)-1:
		case t.punct(","):
			fresh = true
		case t.punct("("):
			return nil, false
		case t.name() && fresh:
			cols = append(cols, p.text([]byte(t.text)))
			fresh = false
		}
	}
	return cols, len(cols) > 0
}

func addUnique(t *model.Table, cols []string) {
	for _, u := range t.Unique {
		if strings.Join(u, "\x00") == strings.Join(cols, "\x00") {
			return
		}
	}
	t.Unique = append(t.Unique, cols)
}

// createTrigger reads "name BEFORE … ON table … EXECUTE FUNCTION f(…)".
func (p *pgPass) createTrigger(c *cursor) {
	name, ok := c.name()
	if !ok {
		return
	}
	events := c.until(func(t token) bool { return t.is("on") })
	c.word("on")
	table, _ := c.qualified(p)
	c.until(func(t token) bool { return t.is("execute") })
	c.word("execute")
	if !c.word("function") {
		c.word("procedure")
	}
	function, _ := c.qualified(p)
	if t := p.tables[table]; t != nil {
		t.Triggers = append(t.Triggers, model.Trigger{Name: name, Function: function, Events: events})
	}
}

// createFunction keeps the text of a function under its name; overloaded ones stand one below the other.
func (p *pgPass) createFunction(c *cursor) {
	const most = 1 << 20
	name, ok := c.qualified(p)
	if !ok {
		return
	}
	text := p.text(p.lex.text)
	if len(text) > most {
		text = text[:most]
	}
	if old, ok := p.functions[name]; ok && len(old) < most {
		text = old + "\n\n" + text
	}
	p.functions[name] = text
}
