package backup

// This file: what the statements of a MySQL dump say other than rows: settings, databases, tables, views, triggers.

import (
	"bytes"
	"strconv"
	"strings"

	"salvage/model"
)

// define looks at one statement. What it does not know, it passes over.
func (p *myPass) define(toks []token) {
	c := p.host.cursor(toks)
	if c.at(0).punct(";") { // nothing in it
		return
	}
	p.inInserts = false
	p.committed = c.sees("commit") || p.committed && c.sees("set")
	switch {
	case c.word("set"):
		p.settings(c)
	case c.word("use"):
		p.use(c)
	case c.word("create"):
		p.create(c)
	case c.word("alter", "table"):
		p.alterTable(c)
	case c.word("drop", "table"):
		p.dropTable(c)
	case c.word("load"):
		p.fatal("the file loads rows from other files, which are not here (made with --tab?); make one dump of all")
	}
}

// name takes a name in the case in which it is written.
func (p *myPass) name(c *cursor) (string, bool) {
	t := c.at(0)
	if !t.name() {
		return "", false
	}
	c.i++
	if t.kind == tWord && t.to <= len(p.lex.text) {
		return p.text(p.lex.text[t.from:t.to]), true
	}
	return p.text([]byte(t.text)), true
}

// tableName takes the name of a table, with or without its database.
func (p *myPass) tableName(c *cursor) (db, name string, ok bool) {
	if name, ok = p.name(c); !ok {
		return "", "", false
	}
	db = p.db
	if c.punct(".") {
		db = name
		name, ok = p.name(c)
	}
	return db, name, ok
}

// settings reads the list of a SET where it changes how the dump is read.
func (p *myPass) settings(c *cursor) {
	for !c.done() {
		c.word("session")
		switch {
		case c.word("names"):
			p.setCharset(c.at(0).text)
		case c.punct("@") && !c.punct("@"): // a variable that keeps the value of a setting
			p.opened = p.opened || strings.HasPrefix(c.at(0).text, "old_sql_")
			p.keepMode(c)
		default:
			p.setting(c)
		}
		c.until(func(t token) bool { return t.punct(",") })
		c.punct(",")
	}
}

// keepMode reads "@name = @@sql_mode": dumps keep the mode around triggers, which have one of their own.
func (p *myPass) keepMode(c *cursor) {
	name, ok := c.name()
	if ok && c.punct("=") && c.punct("@") && c.punct("@") && c.word("sql_mode") {
		p.modes[strings.ToLower(name)] = p.mode
	}
}

// setting reads one "name = value".
func (p *myPass) setting(c *cursor) {
	c.punct("@")
	if c.word("session") {
		c.punct(".")
	}
	name, ok := c.name()
	c.punct(":")
	if !ok || !c.punct("=") {
		return
	}
	variable := c.at(0).punct("@")
	v := strings.ToUpper(c.at(0).text)
	switch strings.ToLower(name) {
	case "sql_mode":
		if variable {
			v = p.modes[c.at(1).text] // nothing for what the server had before the dump
		}
		p.mode = v
		p.state.plain = strings.Contains(v, "NO_BACKSLASH_ESCAPES")
		p.state.ansi = strings.Contains(v, "ANSI")
		p.lex.plain, p.lex.ansi = p.state.plain, p.state.ansi
	case "time_zone":
		if !variable {
			p.state.utc = v == "+00:00" || v == "UTC" || v == "+0:00"
		}
	case "sql_notes", "character_set_client":
		p.restored = p.restored || variable && strings.HasPrefix(c.at(1).text, "old_")
	}
}

func (p *myPass) setCharset(name string) {
	cs, ok := myCharset(name)
	if !ok {
		p.fatal("the dump is written in %s, which is not read; make it again with --default-character-set=utf8mb4", name)
	}
	p.state.cs, p.health.Declared = cs, cs.name
}

func (p *myPass) use(c *cursor) {
	if name, ok := p.name(c); ok {
		p.db = name
	}
}

func (p *myPass) create(c *cursor) {
	for {
		switch {
		case c.word("or", "replace"), c.word("temporary"), c.word("aggregate"):
		case c.word("algorithm"), c.word("definer"):
			c.punct("=")
			p.definer(c)
		case c.word("sql", "security"):
			c.skipOne()
		default:
			p.createThing(c)
			return
		}
	}
}

// definer passes over `root`@`localhost`, a word, or current_user().
func (p *myPass) definer(c *cursor) {
	c.skipOne()
	if c.punct("@") {
		c.skipOne()
	}
	c.skipParens()
}

func (p *myPass) createThing(c *cursor) {
	switch {
	case c.word("table"):
		p.createTable(c)
	case c.word("view"):
		p.createView(c)
	case c.word("trigger"):
		p.createTrigger(c)
	case c.word("function"), c.word("procedure"), c.word("event"):
		c.word("if", "not", "exists")
		if _, name, ok := p.tableName(c); ok && !systemDB(p.db) {
			p.function(name, c)
		}
	case c.word("unique", "index"):
		name, _ := p.name(c)
		c.until(func(t token) bool { return t.is("on") })
		c.word("on")
		if db, table, ok := p.tableName(c); ok && p.tables[[2]string{db, table}] != nil {
			p.unique(p.tables[[2]string{db, table}], name, c)
		}
	}
}

// function keeps the text of a statement under a name, without its comments.
func (p *myPass) function(name string, c *cursor) {
	const most = 1 << 20
	var b strings.Builder
	last := 0
	for i, t := range c.toks {
		if t.punct(";") || t.to > len(p.lex.text) || b.Len() > most {
			break
		}
		if i > 0 && t.from > last {
			gap := " "
			if bytes.IndexByte(p.lex.text[last:t.from], '\n') >= 0 {
				gap = "\n"
			}
			b.WriteString(gap)
		}
		b.Write(p.lex.text[t.from:t.to])
		last = t.to
	}
	p.functions[name] = p.text([]byte(b.String()))
}

// createView notes a view. The table that stood in for it in the dump is none.
func (p *myPass) createView(c *cursor) {
	db, name, ok := p.tableName(c)
	if !ok {
		return
	}
	p.views[[2]string{db, name}] = true
	p.remove([2]string{db, name})
}

func (p *myPass) remove(key [2]string) {
	t := p.tables[key]
	if t == nil {
		return
	}
	delete(p.tables, key)
	for i, x := range p.schema.Tables {
		if x == t {
			p.schema.Tables = append(p.schema.Tables[:i], p.schema.Tables[i+1:]...)
			break
		}
	}
}

// dropTable forgets a table that has no rows yet: mysqldump declares a table for every view, and drops it later.
func (p *myPass) dropTable(c *cursor) {
	c.word("if", "exists")
	for {
		db, name, ok := p.tableName(c)
		if !ok {
			return
		}
		if t := p.tables[[2]string{db, name}]; t != nil {
			if t.Rows > 0 {
				p.fatal("table %s is dropped after it was filled: the file seems to hold several dumps; keep the one that is needed", name)
				return
			}
			p.remove([2]string{db, name})
		}
		if !c.punct(",") {
			return
		}
	}
}

// createTrigger reads "name BEFORE INSERT ON table FOR EACH ROW …". A trigger's own text stands in for the function
// that it has not.
func (p *myPass) createTrigger(c *cursor) {
	c.word("if", "not", "exists")
	_, name, ok := p.tableName(c)
	if !ok {
		return
	}
	events := strings.ToUpper(c.until(func(t token) bool { return t.is("on") }))
	c.word("on")
	db, table, _ := p.tableName(c)
	if t := p.tables[[2]string{db, table}]; t != nil {
		t.Triggers = append(t.Triggers, model.Trigger{Name: name, Function: name, Events: events})
		p.function(name, c)
	}
}

// createTable reads CREATE TABLE behind its two words.
func (p *myPass) createTable(c *cursor) {
	const most = 100_000
	c.word("if", "not", "exists")
	db, name, ok := p.tableName(c)
	key := [2]string{db, name}
	if !ok || len(p.schema.Tables) >= most || p.views[key] || systemDB(db) {
		return
	}
	if p.tables[key] != nil {
		p.problem("table %s is declared twice; the first declaration counts", name)
		return
	}
	t := &model.Table{Name: name}
	if !c.punct("(") {
		p.problem("table %s: its declaration has no columns and was not read", name)
		return
	}
	for !c.done() && !c.punct(")") {
		if !p.constraint(t, db, c) && len(t.Columns) < maxColumns {
			p.column(t, db, c)
		}
		c.until(endsElement)
		c.punct(",")
	}
	p.tables[key], p.foreign[t] = t, db
	p.schema.Tables = append(p.schema.Tables, t)
	p.tableOptions(t, c)
}

// tableOptions reads what stands behind the columns: the next number, and how the table is divided.
func (p *myPass) tableOptions(t *model.Table, c *cursor) {
	for !c.done() {
		switch {
		case c.word("auto_increment"):
			c.punct("=")
			p.setNext(t, c.at(0).text)
		case c.word("partition", "by"):
			p.partitions(t, c)
			return
		default:
			c.skipOne()
		}
	}
}

func (p *myPass) setNext(t *model.Table, s string) {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil && n > 0 {
		p.next[t] = n
	}
}

// partitions reads "RANGE (…) (PARTITION p0 VALUES LESS THAN (2024) ENGINE = InnoDB, …)".
func (p *myPass) partitions(t *model.Table, c *cursor) {
	start := c.i
	for !c.done() && !(c.at(0).punct("(") && c.at(1).is("partition")) {
		c.skipOne()
	}
	t.Partitioned, t.PartitionBy = true, c.written(start, c.i)
	if !c.punct("(") {
		return
	}
	for !c.done() && !c.punct(")") {
		c.word("partition")
		name, ok := p.name(c)
		bound := c.until(func(t token) bool {
			return endsElement(t) || t.is("engine") || t.is("comment") || t.is("data") || t.is("storage")
		})
		if ok {
			t.Partitions = append(t.Partitions, model.Partition{Name: name, Bound: bound})
		}
		c.until(endsElement)
		c.punct(",")
	}
}

// alterTable reads the actions of one ALTER TABLE: phpMyAdmin declares keys by them.
func (p *myPass) alterTable(c *cursor) {
	db, name, ok := p.tableName(c)
	t := p.tables[[2]string{db, name}]
	if !ok || t == nil {
		return
	}
	for !c.done() {
		switch {
		case c.word("add"):
			if c.word("column") || !p.constraint(t, db, c) {
				p.column(t, db, c)
			}
		case c.word("modify"):
			c.word("column")
			p.modify(t, db, c)
		case c.word("auto_increment"):
			c.punct("=")
			p.setNext(t, c.at(0).text)
		}
		c.until(func(t token) bool { return t.punct(",") })
		c.punct(",")
	}
}

// modify reads a column anew in its old place.
func (p *myPass) modify(t *model.Table, db string, c *cursor) {
	before := len(t.Columns)
	key := t.PrimaryKey
	p.column(t, db, c)
	if len(t.Columns) == before {
		return
	}
	last := t.Columns[before]
	for i, col := range t.Columns[:before] {
		if col.Name == last.Name {
			t.Columns, t.PrimaryKey = t.Columns[:before], key
			*t.Columns[i] = *last
			return
		}
	}
	t.Columns = t.Columns[:before]
}
