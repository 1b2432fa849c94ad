package backup

// This file: ALTER TABLE, and what is put together once the whole file has been seen.

import (
	"strings"

	"salvage/model"
)

// alterTable reads the actions of one ALTER TABLE.
func (p *pgPass) alterTable(c *cursor) {
	c.word("if", "exists")
	c.word("only")
	name, ok := c.qualified(p)
	t := p.tables[name]
	if !ok || t == nil {
		return
	}
	for !c.done() {
		p.alterAction(t, c)
		c.until(func(t token) bool { return t.punct(",") })
		c.punct(",")
	}
}

func (p *pgPass) alterAction(t *model.Table, c *cursor) {
	switch {
	case c.word("attach", "partition"):
		child, _ := c.qualified(p)
		if ct := p.tables[child]; ct != nil {
			p.attach(t.Qualified(), ct, c)
		}
	case c.word("inherit"):
		if parent, ok := c.qualified(p); ok {
			p.parents[t.Qualified()] = append(p.parents[t.Qualified()], parent)
		}
	case c.word("alter"):
		c.word("column")
		p.alterColumn(t, c)
	case c.word("add"):
		if c.word("column") {
			c.word("if", "not", "exists")
			p.column(t, c)
		} else if !p.constraint(t, c) {
			p.column(t, c)
		}
	}
}

func (p *pgPass) alterColumn(t *model.Table, c *cursor) {
	name, ok := c.name()
	col := t.Column(name)
	if !ok || col == nil {
		return
	}
	switch {
	case c.word("set", "default"):
		p.setDefault(col, c.expression())
	case c.word("set", "not", "null"):
		col.NotNull = true
	case c.word("drop", "not", "null"):
		col.NotNull = false
	case c.word("drop", "default"):
		col.Default, col.Sequence = "", ""
	case c.word("add"):
		p.generated(t, col, c)
	}
}

// finish puts together what is spread over the file: the columns that foreign keys mean, rows of partitioned tables.
func (p *pgPass) finish() {
	for _, t := range p.schema.Tables {
		for i, fk := range t.Foreign {
			if target := p.tables[fk.Table]; target != nil && len(fk.References) == 0 {
				t.Foreign[i].References = target.PrimaryKey
			}
		}
	}
	for _, r := range p.runs {
		for up := p.tables[r.table.PartitionOf]; up != nil && up != r.table; up = p.tables[up.PartitionOf] {
			up.Rows += r.rows
		}
	}
}

// inherit puts the columns of a table's parents, which are declared before it, before its own.
func (p *pgPass) inherit(t *model.Table, parents []string) {
	var cols []*model.Column
	seen := map[string]bool{}
	for _, name := range parents {
		pt := p.tables[name]
		if pt == nil {
			continue
		}
		for _, c := range pt.Columns {
			if own := t.Column(c.Name); own == nil && !seen[c.Name] && len(cols) < maxColumns {
				inherited := *c
				cols = append(cols, &inherited)
				seen[c.Name] = true
			}
		}
	}
	t.Columns = append(cols, t.Columns...)
}

// family is a table with its partitions and the tables that inherit from it.
func (p *pgPass) family() map[*model.Table][]*model.Table {
	out := map[*model.Table][]*model.Table{}
	for _, t := range p.schema.Tables {
		seen := map[*model.Table]bool{}
		p.ancestors(t, seen)
		for up := range seen { // every list grows by t alone, so the order of the map does not show
			out[up] = append(out[up], t)
		}
	}
	return out
}

func (p *pgPass) ancestors(t *model.Table, seen map[*model.Table]bool) {
	if seen[t] {
		return
	}
	seen[t] = true
	names := p.parents[t.Qualified()]
	if t.PartitionOf != "" {
		names = append([]string{t.PartitionOf}, names...)
	}
	for _, n := range names {
		if up := p.tables[n]; up != nil {
			p.ancestors(up, seen)
		}
	}
}

// conclude judges the file once it has been read.
func (p *pgPass) conclude() {
	h := p.health
	if p.lex.broken != "" {
		p.fatal("the file ends in the middle of %s: it was cut short", p.lex.broken)
	} else if p.incomplete && !h.Fatal {
		p.fatal("the file ends in the middle of a statement (line %d): it was cut short", p.in.line)
	}
	if p.archive { // judged by its own reader
	} else if p.header && !h.Footer {
		p.fatal("the dump has no closing line (%q): it was cut short", footers()[0])
	} else if !p.header && len(p.schema.Tables) > 0 {
		p.problem("the file does not say that pg_dump wrote it, so it cannot be told whether it is complete")
	}
	if p.databases > 0 {
		p.fatal("the file holds several databases; dump the one that is needed with pg_dump")
	}
	if p.commands > 0 {
		p.problem("the file holds %d psql commands (first in line %d); none was run", p.commands, p.commandAt)
	}
	p.concludeRows()
	h.Tables = len(p.schema.Tables)
	h.Encoding = p.found.list()
	h.Problems = append(h.Problems, p.found.sentences(h.Declared)...)
}

func (p *pgPass) concludeRows() {
	h := p.health
	copied := map[*model.Table]bool{}
	for _, r := range p.runs {
		h.Rows += r.rows
		copied[r.table] = copied[r.table] || !r.insert
	}
	for _, t := range p.schema.Tables {
		name := t.Qualified()
		if b := p.badRows[name]; b != nil {
			p.fatal("table %s: %d rows do not have the number of columns that they should (first in line %d)", name, b.n, b.line)
		}
		if n := p.expressions[name]; n > 0 {
			p.problem("table %s: %d values are expressions and were kept as written", name, n)
		}
		if len(copied) > 0 && !copied[t] && t.Rows == 0 && !t.Partitioned && t.PartitionOf == "" && p.header && h.Footer && !p.hasInsertRuns() {
			p.problem("table %s: the dump holds no data section for it; it was left out when the dump was made", name)
		}
	}
	switch undeclared := len(p.unknown); {
	case len(p.schema.Tables) == 0 && undeclared > 0:
		p.fatal("the file holds rows of %d tables but declares none (made with --data-only?); a dump with its schema is needed", undeclared)
	case len(p.schema.Tables) == 0 && h.Format == "": // empty: said already
	case len(p.schema.Tables) == 0:
		p.fatal("the file declares no tables")
	case h.Rows == 0:
		p.fatal("the file declares %d tables but holds no rows", len(p.schema.Tables))
	case undeclared > 0:
		p.problem("the file holds rows of %d tables that it does not declare; they were not read: %s", undeclared, strings.Join(sortedKeys(p.unknown), ", "))
	}
}

func (p *pgPass) hasInsertRuns() bool {
	for _, r := range p.runs {
		if r.insert {
			return true
		}
	}
	return false
}
