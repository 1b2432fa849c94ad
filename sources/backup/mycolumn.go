package backup

// This file: the columns and constraints of MySQL's CREATE TABLE.

import (
	"strings"

	"salvage/model"
)

// column reads one column: name, type, attributes.
func (p *myPass) column(t *model.Table, db string, c *cursor) {
	name, ok := p.name(c)
	if !ok {
		return
	}
	col := &model.Column{Name: name, Type: p.dataType(c)}
	switch col.Type {
	case "serial":
		col.Type, col.NotNull, col.Identity = "bigint unsigned", true, "by default"
		addUnique(t, []string{name})
	case "bool", "boolean":
		col.Type = tinyBool
	}
	if strings.HasPrefix(col.Type, "enum(") {
		p.schema.Enums[col.Type] = p.words(c)
	}
	t.Columns = append(t.Columns, col)
	for !c.done() && !endsElement(c.at(0)) {
		p.attribute(t, db, col, c)
	}
}

// dataType takes a type: its words in lower case, its arguments as written: "int(10) unsigned", "enum('a','b')".
func (p *myPass) dataType(c *cursor) string {
	var b strings.Builder
	for last := ""; !c.done(); {
		t := c.at(0)
		switch {
		case t.punct("("):
			b.WriteString(strings.ReplaceAll(c.skipParens(), ", ", ","))
			continue
		case t.kind != tWord, b.Len() > 0 && !typeWord(last, t.text):
			return b.String()
		case b.Len() > 0:
			b.WriteByte(' ')
		}
		b.WriteString(t.text)
		last = t.text
		c.i++
	}
	return b.String()
}

// typeWord tells the words that may follow another one of a type.
func typeWord(last, s string) bool {
	switch s {
	case "unsigned", "signed", "zerofill":
		return true
	case "precision":
		return last == "double"
	case "varying":
		return last == "char" || last == "character"
	case "varchar", "char", "character":
		return last == "national" || last == "long"
	}
	return false
}

// words gives the words of the enum type that was just read.
func (p *myPass) words(c *cursor) (out []string) {
	depth := 0
	for i := c.i - 1; i >= 0; i-- {
		t := c.toks[i]
		switch {
		case t.punct(")"):
			depth++
		case t.punct("("):
			return out
		case t.kind == tString && depth == 1:
			out = append([]string{p.text([]byte(t.text))}, out...)
		}
	}
	return out
}

func (p *myPass) attribute(t *model.Table, db string, col *model.Column, c *cursor) {
	one := []string{col.Name}
	switch {
	case c.word("not", "null"):
		col.NotNull = true
	case c.word("null"):
	case c.word("default"):
		if e := c.until(endsDefault); !strings.EqualFold(e, "NULL") {
			col.Default = e
		}
	case c.word("on", "update"):
		col.Default = strings.TrimSpace(col.Default + " ON UPDATE " + c.until(endsDefault))
	case c.word("auto_increment"):
		col.Identity = "by default"
	case c.word("primary", "key"), c.word("key"):
		t.PrimaryKey, col.NotNull = one, true
	case c.word("unique"):
		c.word("key")
		addUnique(t, one)
	case c.word("generated", "always"):
	case c.word("as"):
		c.skipParens()
		col.Generated = true
	case c.word("check"):
		t.Checks = append(t.Checks, c.skipParens())
	case c.word("references"):
		p.references(t, db, one, c)
	case c.word("character", "set"), c.word("charset"), c.word("collate"), c.word("comment"), c.word("srid"), c.word("constraint"), c.word("column_format"), c.word("storage"):
		c.skipOne()
	default:
		c.skipOne()
	}
}

// endsDefault reports whether a token stands behind a default's expression.
func endsDefault(t token) bool {
	if endsElement(t) {
		return true
	}
	if t.kind != tWord {
		return false
	}
	switch t.text {
	case "not", "on", "auto_increment", "primary", "key", "unique", "comment", "check", "references", "generated", "collate",
		"charset", "invisible", "visible", "column_format", "storage", "constraint", "srid", "as":
		return true
	}
	return false
}

// constraint reads a table constraint or an index, if one stands here.
func (p *myPass) constraint(t *model.Table, db string, c *cursor) bool {
	symbol := ""
	named := c.word("constraint")
	if named && !c.sees("primary") && !c.sees("unique") && !c.sees("foreign") && !c.sees("check") {
		symbol, _ = p.name(c)
	}
	switch {
	case c.word("primary", "key"):
		p.indexName(c)
		t.PrimaryKey, _ = p.keyParts(c)
		for _, n := range t.PrimaryKey {
			if col := t.Column(n); col != nil {
				col.NotNull = true
			}
		}
	case c.word("unique"):
		if !c.word("key") {
			c.word("index")
		}
		name := p.indexName(c)
		if name == "" {
			name = symbol
		}
		p.unique(t, name, c)
	case c.word("foreign", "key"):
		p.indexName(c)
		cols, _ := p.keyParts(c)
		if c.word("references") {
			p.references(t, db, cols, c)
		}
	case c.at(1).punct("(") && c.word("check"):
		t.Checks = append(t.Checks, c.skipParens())
	case c.word("key"), c.word("index"), c.word("fulltext", "key"), c.word("fulltext", "index"), c.word("spatial", "key"), c.word("spatial", "index"), c.word("period", "for"):
	default:
		return named
	}
	return true
}

// indexName takes an index's name and its USING, if they stand here.
func (p *myPass) indexName(c *cursor) (name string) {
	if !c.sees("using") {
		name, _ = p.name(c)
	}
	if c.word("using") {
		c.skipOne()
	}
	return name
}

// keyParts reads the columns of an index; plain is false when one of them is an expression or a prefix of a column.
func (p *myPass) keyParts(c *cursor) (cols []string, plain bool) {
	if !c.punct("(") {
		return nil, false
	}
	plain = true
	for !c.done() && !c.punct(")") {
		if n, ok := p.name(c); ok {
			cols = append(cols, n)
		} else {
			plain = false
		}
		if c.at(0).punct("(") {
			plain = false
		}
		c.until(endsElement)
		c.punct(",")
	}
	return cols, plain
}

// unique reads the columns of a unique index.
func (p *myPass) unique(t *model.Table, name string, c *cursor) {
	start := c.i
	cols, plain := p.keyParts(c)
	if plain && len(cols) > 0 {
		addUnique(t, cols)
	} else {
		t.UniqueExpr = append(t.UniqueExpr, strings.TrimSpace(name+" "+c.written(start, c.i)))
	}
}

// references reads a foreign key behind REFERENCES. The table's name stands as "database\x00name" until the end of the
// file tells whether there are several databases.
func (p *myPass) references(t *model.Table, db string, cols []string, c *cursor) {
	from := p.db
	p.db = db
	rdb, name, ok := p.tableName(c)
	p.db = from
	if !ok {
		return
	}
	fk := model.ForeignKey{Columns: cols, Table: rdb + "\x00" + name}
	fk.References, _ = p.keyParts(c)
	t.Foreign = append(t.Foreign, fk)
}
