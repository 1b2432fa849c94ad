package backup

// This file: CREATE TABLE, its columns and its constraints.

import (
	"strings"

	"salvage/model"
)

// createTable reads CREATE TABLE behind its two words.
func (p *pgPass) createTable(c *cursor) {
	const most = 100_000
	c.word("if", "not", "exists")
	parts := c.parts()
	if len(parts) == 0 || len(p.schema.Tables) >= most {
		return
	}
	name := p.qualify(parts)
	if p.tables[name] != nil {
		p.problem("table %s is declared twice; the first declaration counts", name)
		return
	}
	t := &model.Table{Name: parts[len(parts)-1], Schema: strings.TrimSuffix(name, "."+parts[len(parts)-1])}
	if t.Schema == name {
		t.Schema = ""
	}
	if c.word("partition", "of") {
		parent, _ := c.qualified(p)
		t.PartitionOf = parent
		p.elements(t, c)
		p.inherit(t, []string{parent})
		p.attach(parent, t, c)
	} else {
		p.elements(t, c)
	}
	if c.word("inherits") && c.punct("(") {
		p.parents[name] = p.qualifiedList(c)
		p.inherit(t, p.parents[name])
	}
	if c.word("partition", "by") {
		t.Partitioned = true
		t.PartitionBy = c.until(func(t token) bool { return t.is("with") || t.is("tablespace") || t.is("using") })
	}
	p.tables[name] = t
	p.schema.Tables = append(p.schema.Tables, t)
}

// qualifiedList reads names of tables up to the closing parenthesis.
func (p *pgPass) qualifiedList(c *cursor) (out []string) {
	for !c.done() && !c.punct(")") {
		if n, ok := c.qualified(p); ok {
			out = append(out, n)
		} else {
			c.i++
		}
	}
	return out
}

// attach notes a partition with its bound, which stands at the cursor.
func (p *pgPass) attach(parent string, t *model.Table, c *cursor) {
	t.PartitionOf = parent
	bound := c.until(func(t token) bool { return t.is("partition") || t.is("tablespace") })
	if pt := p.tables[parent]; pt != nil {
		pt.Partitioned = true
		pt.Partitions = append(pt.Partitions, model.Partition{Name: t.Qualified(), Bound: bound})
	}
}

// elements reads the parenthesised list of columns and constraints, if there is one.
func (p *pgPass) elements(t *model.Table, c *cursor) {
	if !c.punct("(") {
		return
	}
	for !c.done() && !c.punct(")") {
		if !p.constraint(t, c) && !c.word("like") && len(t.Columns) < maxColumns {
			p.column(t, c)
		}
		c.until(endsElement)
		c.punct(",")
	}
}

func endsElement(t token) bool { return t.punct(",") || t.punct(")") }

// column reads one column: name, type, constraints.
func (p *pgPass) column(t *model.Table, c *cursor) {
	name, ok := c.name()
	if !ok {
		return
	}
	if c.word("with", "options") { // a column of a typed table or a partition, which its parent declares
		return
	}
	col := &model.Column{Name: name}
	var serial bool
	if col.Type, serial = c.dataType(p); serial {
		col.NotNull = true
		col.Sequence = p.serialName(t, col)
		col.Default = "nextval('" + col.Sequence + "'::regclass)"
	}
	t.Columns = append(t.Columns, col)
	for !c.done() && !endsElement(c.at(0)) {
		p.columnConstraint(t, col, c)
	}
}

// serialName is the name that PostgreSQL gives to the sequence of a serial or identity column.
func (p *pgPass) serialName(t *model.Table, col *model.Column) string {
	s := t.Name + "_" + col.Name + "_seq"
	if t.Schema == "" {
		return s
	}
	return t.Schema + "." + s
}

func (p *pgPass) columnConstraint(t *model.Table, col *model.Column, c *cursor) {
	one := []string{col.Name}
	switch {
	case c.word("constraint"):
		c.name()
	case c.word("not", "null"):
		col.NotNull = true
	case c.word("null"):
	case c.word("default"):
		p.setDefault(col, c.expression())
	case c.word("primary", "key"):
		t.PrimaryKey, col.NotNull = one, true
	case c.word("unique"):
		addUnique(t, one)
	case c.word("check"):
		t.Checks = append(t.Checks, c.skipParens())
	case c.word("references"):
		p.references(t, one, c)
	case c.sees("generated"), c.sees("as"):
		p.generated(t, col, c)
	case c.word("collate"):
		c.parts()
	default:
		c.skipOne()
	}
}

// expression takes a default's expression: its first token in any case, then all up to the next constraint.
func (c *cursor) expression() string {
	start := c.i
	c.skipOne()
	c.until(func(t token) bool {
		if endsElement(t) {
			return true
		}
		if t.kind != tWord {
			return false
		}
		switch t.text {
		case "constraint", "not", "null", "check", "unique", "primary", "references", "generated", "collate", "default", "deferrable":
			return true
		}
		return false
	})
	return c.written(start, c.i)
}

// setDefault notes a default, and the sequence that it draws from.
func (p *pgPass) setDefault(col *model.Column, expr string) {
	col.Default = expr
	low := strings.ToLower(expr)
	i := strings.Index(low, "nextval('")
	if i < 0 {
		return
	}
	rest := expr[i+len("nextval('"):]
	if j := strings.IndexByte(rest, '\''); j > 0 {
		col.Sequence = p.regclass(rest[:j])
	}
}

// generated reads "GENERATED ALWAYS AS (…) STORED" and "GENERATED … AS IDENTITY (…)".
func (p *pgPass) generated(t *model.Table, col *model.Column, c *cursor) {
	c.word("generated")
	kind := ""
	if c.word("always") {
		kind = "always"
	} else if c.word("by", "default") {
		kind = "by default"
	}
	if !c.word("as") {
		c.skipOne()
		return
	}
	if c.word("identity") {
		col.Identity, col.NotNull = kind, true
		col.Sequence = p.serialName(t, col)
		p.identitySequence(col, c)
		return
	}
	c.skipParens()
	if !c.word("stored") {
		c.word("virtual")
	}
	col.Generated = true
}

// identitySequence reads the options of an identity column for the name of its sequence.
func (p *pgPass) identitySequence(col *model.Column, c *cursor) {
	if !c.punct("(") {
		return
	}
	for !c.done() && !c.punct(")") {
		if c.word("sequence", "name") {
			if name, ok := c.qualified(p); ok {
				col.Sequence = name
			}
			continue
		}
		c.skipOne()
	}
}

// references reads a foreign key behind REFERENCES.
func (p *pgPass) references(t *model.Table, cols []string, c *cursor) {
	name, ok := c.qualified(p)
	if !ok {
		return
	}
	fk := model.ForeignKey{Columns: cols, Table: name}
	if c.punct("(") {
		fk.References = c.names(p)
	}
	t.Foreign = append(t.Foreign, fk)
	for {
		switch {
		case c.word("match"):
			c.name()
		case c.word("on", "delete"), c.word("on", "update"):
			if c.word("set") || c.word("no") {
				c.name()
				c.skipParens()
			} else {
				c.name()
			}
		default:
			return
		}
	}
}

// constraint reads a table constraint, if one stands here.
func (p *pgPass) constraint(t *model.Table, c *cursor) bool {
	if c.word("constraint") {
		c.name()
	}
	using := c.at(1).is("using") || c.at(1).punct("(")
	switch {
	case c.word("primary", "key"):
		if c.punct("(") {
			t.PrimaryKey = c.names(p)
		}
		for _, n := range t.PrimaryKey {
			if col := t.Column(n); col != nil {
				col.NotNull = true
			}
		}
	case c.word("unique"):
		c.word("nulls")
		c.word("not")
		c.word("distinct")
		if c.punct("(") {
			addUnique(t, c.names(p))
		}
	case c.word("foreign", "key"):
		var cols []string
		if c.punct("(") {
			cols = c.names(p)
		}
		if c.word("references") {
			p.references(t, cols, c)
		}
	case using && c.word("check"):
		t.Checks = append(t.Checks, c.skipParens())
	case using && c.sees("exclude"):
		t.Exclusions = append(t.Exclusions, c.until(endsElement))
	case c.word("not", "null"):
		if n, ok := c.name(); ok && t.Column(n) != nil {
			t.Column(n).NotNull = true
		}
	default:
		return false
	}
	return true
}
