package script

// This file: the rows themselves, as INSERTs into the staging tables. Rows that hang together
// (a customer, the bookings, their payments) stand near each other, each under a comment that
// names the thing, what carries it and its evidence.

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

const (
	chunk       = 500 // rows in one INSERT
	namedSource = 6   // evidence ids in a row's comment
)

func (c *compiled) staging() string {
	var b strings.Builder
	for _, rows := range c.groups(chunk) {
		for _, t := range c.Tabs {
			c.stageInserts(&b, t, rows)
		}
		c.stageUpdates(&b, rows)
	}
	c.stageAfter(&b)
	return b.String()
}

func (c *compiled) stageInserts(b *strings.Builder, t *table, rows []*row) {
	open := false
	for _, r := range rows {
		if r.Table != t.Name || r.Action != "insert" {
			continue
		}
		if !open {
			b.WriteString(t.stageHead())
			open = true
		} else {
			b.WriteString(",\n")
		}
		fmt.Fprintf(b, "  -- %s\n  %s", r.comment(), t.stageRow(r))
	}
	if open {
		b.WriteString(";\n")
	}
}

func (t *table) stageHead() string {
	var b strings.Builder
	fmt.Fprintf(&b, `INSERT INTO pg_temp.salvage_s%d ("salvage n", "salvage cols", "salvage entity", "salvage part", "salvage lost"`, t.Ord)
	for _, col := range t.Stage {
		b.WriteString(", " + col.SQL)
	}
	for _, col := range t.Refs {
		fmt.Fprintf(&b, `, "ref %d"`, col.RefN)
	}
	b.WriteString(") VALUES\n")
	return b.String()
}

func (t *table) stageRow(r *row) string {
	lost := "NULL"
	if r.Lost != "" {
		lost = lit(r.Lost)
	}
	vals := []string{fmt.Sprint(r.N), fmt.Sprint(r.Sig), lit(r.Entity), lit(r.Part), lost}
	for _, col := range t.Stage {
		val := "NULL"
		if cell := r.cells[col.Name]; cell != nil && cell.Ref == nil {
			val = litOrNull(cell.Value)
		}
		vals = append(vals, val)
	}
	for _, col := range t.Refs {
		ref := "NULL"
		if n := r.refs[col.Name]; n != 0 {
			ref = fmt.Sprint(n)
		}
		vals = append(vals, ref)
	}
	return "(" + strings.Join(vals, ", ") + ")"
}

func (c *compiled) stageUpdates(b *strings.Builder, rows []*row) {
	var heads, cells []string
	for _, r := range rows {
		lost, key := "NULL", "NULL"
		switch r.Action {
		case "insert":
			continue
		case "update":
			lost, key = lit(strings.Join(r.Key, "|")), textArray(r.Key)
		}
		heads = append(heads, fmt.Sprintf("  -- %s\n  (%d, %s, %s, %s, %s, %s, %s)", r.comment(), r.N, lit(r.Table), lit(r.Entity), lit(r.Part),
			lit(r.Action), lost, key))
		for i := range r.Cells {
			cell := &r.Cells[i]
			ref := "NULL"
			if n := r.refs[cell.Column]; n != 0 {
				ref = fmt.Sprint(n)
			}
			val := "NULL"
			if cell.Ref == nil {
				val = litOrNull(cell.Value)
			}
			cells = append(cells, fmt.Sprintf("  (%d, %s, %s, %s, %s, %d)", r.N, lit(cell.Column), litOrNull(cell.Was), val, ref, refPos(cell.Ref)))
		}
	}
	if len(heads) == 0 {
		return
	}
	b.WriteString("INSERT INTO pg_temp.salvage_row (n, tbl, entity, part, action, lost, key) VALUES\n" + strings.Join(heads, ",\n") + ";\n")
	for len(cells) > 0 {
		n := min(chunk, len(cells))
		b.WriteString("INSERT INTO pg_temp.salvage_cell (n, col, was, val, ref, pos) VALUES\n" + strings.Join(cells[:n], ",\n") + ";\n")
		cells = cells[n:]
	}
}

// comment names the row, what carries it, and its evidence.
func (r *row) comment() string {
	sources := r.Evidence
	more := ""
	if len(sources) > namedSource {
		more = fmt.Sprintf(" and %d more", len(sources)-namedSource)
		sources = sources[:namedSource]
	}
	short := make([]string, len(sources))
	for i, s := range sources {
		short[i] = remark(s)
	}
	text := remark(r.Entity)
	if r.Part != "" {
		text += " " + remark(r.Part)
	}
	if r.Why != "" {
		text += ": " + remark(r.Why)
	}
	if len(short) > 0 {
		text += " [" + strings.Join(short, ", ") + more + "]"
	}
	return text
}

// canary is the first letter beyond ASCII in the file; the script checks that it arrives as one letter.
func canary(sql string) string {
	for _, r := range sql {
		if r >= utf8.RuneSelf {
			return string(r)
		}
	}
	return ""
}
