package script

// This file: what the scripts check of the database: anchors, the fence's sequences,
// acknowledged side effects, partitions, enum words, references.

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"salvage/model"
)

func (p *page) addAnchors() error {
	for _, a := range p.Anchors {
		t := p.Schema.Table(a.Table)
		if t == nil || len(a.Where) == 0 {
			return fmt.Errorf("script: anchor in %s: the schema does not have the table, or the anchor names no column", a.Table)
		}
		var conds []string
		for _, w := range a.Where {
			mc := t.Column(w.Column)
			if mc == nil {
				return fmt.Errorf("script: anchor in %s: no column %s", a.Table, w.Column)
			}
			if err := storable(w.Value); err != nil {
				return fmt.Errorf("script: anchor in %s: column %s: %w", a.Table, w.Column, err)
			}
			col, err := newColumn(p.Schema, t, mc)
			if err != nil {
				return fmt.Errorf("script: anchor in %s: %w", a.Table, err)
			}
			cast := ""
			if col.Eq != col.Cast {
				cast = "::" + col.Eq
			}
			conds = append(conds, fmt.Sprintf("t.%s%s IS NOT DISTINCT FROM %s::%s%s", col.SQL, cast, lit(w.Value), col.Cast, cast))
		}
		what := fmt.Sprintf("%s with %s %s", a.Table, a.Where[0].Column, remark(a.Where[0].Value))
		p.AnchorRows = append(p.AnchorRows, anchorRow{what, tableSQL(t), strings.Join(conds, " AND ")})
		p.readTable(tableSQL(t))
	}
	return nil
}

// readTable notes a table that the checks read.
func (p *page) readTable(sql string) {
	if !slices.Contains(p.ReadTables, sql) {
		p.ReadTables = append(p.ReadTables, sql)
	}
}

func (p *page) addFence() error {
	for _, f := range p.Fence {
		t := p.Schema.Table(f.Table)
		if t == nil {
			return fmt.Errorf("script: fence of %s: the schema does not have the table", f.Table)
		}
		if f.Sequence == "" {
			return fmt.Errorf("script: fence of %s.%s: no sequence is named", f.Table, f.Column)
		}
		if f.Floor <= 0 {
			return fmt.Errorf("script: fence of %s.%s: the floor %d is not above zero", f.Table, f.Column, f.Floor)
		}
		for _, tab := range p.Tabs {
			if tab.T == t && tab.Gen == f.Column && len(tab.Key) == 1 {
				tab.Known = f.BackupMax
			}
		}
		seq := qualified(f.Sequence)
		text := fmt.Sprintf("%s.%s (%s): the backup goes to %d, evidence names %d; ids from here on are above %d",
			remark(f.Table), remark(f.Column), remark(f.Type), f.BackupMax, f.EvidenceMax, f.Floor)
		p.FenceRows = append(p.FenceRows, fenceRow{f, text, "to_regclass(" + lit(seq) + ")", seq})
	}
	return nil
}

// addAcks resolves the acknowledged side effects, "table:insert" or "table:update".
func (p *page) addAcks() error {
	words := slices.Clone(p.Ack)
	slices.Sort(words)
	for _, word := range slices.Compact(words) {
		name, verb, _ := strings.Cut(word, ":")
		t := p.Schema.Table(name)
		if t == nil {
			return fmt.Errorf("script: acknowledge: %s: the schema has no table %s", word, name)
		}
		if verb != "insert" && verb != "update" {
			return fmt.Errorf("script: acknowledge: %s: only insert and update can be acknowledged\nhint: write %s:insert", word, name)
		}
		cols := make([]column, len(t.Columns))
		for i, mc := range t.Columns {
			cols[i] = column{Name: mc.Name, SQL: ident(mc.Name)}
		}
		key := t.PrimaryKey
		if len(key) == 0 {
			for _, mc := range t.Columns {
				key = append(key, mc.Name)
			}
		}
		a := ack{Word: word, SQL: tableSQL(t), Verb: verb, Key: keyTexts(key, "t"), Other: keyTexts(key, "c"), Image: image(cols, "t")}
		for _, mc := range t.Columns {
			if mc.Sequence != "" {
				a.Sequences = append(a.Sequences, qualified(mc.Sequence))
			}
		}
		p.Acks = append(p.Acks, a)
	}
	return nil
}

func keyTexts(cols []string, alias string) string {
	parts := make([]string, len(cols))
	for i, c := range cols {
		parts[i] = alias + "." + ident(c) + "::text"
	}
	return strings.Join(parts, ", ")
}

// addPartitions lists the partitions of planned tables and the enum words that the plan writes.
func (p *page) addPartitions() {
	for _, t := range p.Tabs {
		for _, part := range t.T.Partitions {
			p.Partitions = append(p.Partitions, named{"partition " + remark(part.Name), qualified(part.Name)})
		}
		for _, col := range t.Cols {
			p.addEnum(t, col)
		}
	}
}

func (p *page) addEnum(t *table, col column) {
	if _, ok := p.Schema.Enums[col.Formal]; !ok {
		if _, ok = p.Schema.Enums[strings.ReplaceAll(col.Formal, `"`, "")]; !ok {
			return
		}
	}
	var words []string
	for _, r := range t.rows {
		if cell := r.cells[col.Name]; cell != nil && cell.Value != nil {
			words = append(words, *cell.Value)
		}
	}
	slices.Sort(words)
	if words = slices.Compact(words); len(words) > 0 {
		p.Enums = append(p.Enums, enum{"words of " + remark(t.Name) + "." + remark(col.Name), col.Cast, words})
	}
}

// addOrphans lists the references that verify checks: declared foreign keys of planned tables,
// and columns that the plan fills with keys of planned tables.
func (p *page) addOrphans() {
	seen := map[string]bool{}
	add := func(t *table, cols []string, parent string, refs []string) {
		o := orphan{What: remark(t.Name) + " to " + remark(strings.ReplaceAll(parent, `"`, "")) + " by " + remark(strings.Join(cols, ", ")),
			Child: t.SQL, Table: t.Name, Parent: parent, Match: match(t, "t", "i.key")}
		if seen[o.What] || len(cols) != len(refs) {
			return
		}
		seen[o.What] = true
		for i := range cols {
			o.NotNull = and(o.NotNull, "t."+ident(cols[i])+" IS NOT NULL")
			o.Join = and(o.Join, "p."+ident(refs[i])+" = t."+ident(cols[i]))
		}
		p.Orphans = append(p.Orphans, o)
		p.readTable(parent)
	}
	for _, t := range p.Tabs {
		for _, fk := range t.T.Foreign {
			if parent := p.Schema.Table(fk.Table); parent != nil {
				refs := fk.References
				if len(refs) == 0 {
					refs = parent.PrimaryKey
				}
				add(t, fk.Columns, tableSQL(parent), refs)
			}
		}
	}
	for _, l := range p.Links {
		if !l.whole() {
			continue
		}
		names := make([]string, len(l.Cols))
		for i, c := range l.Cols {
			names[i] = c.Name
		}
		add(l.From, names, l.To.SQL, l.To.Key)
	}
}

func and(a, b string) string {
	if a == "" {
		return b
	}
	return a + " AND " + b
}

// addPaths lists the schemas of planned and acknowledged tables: where triggers look, and what
// the role needs.
func (p *page) addPaths() {
	var schemas []string
	note := func(name string) {
		if t := p.Schema.Table(name); t != nil {
			schema := t.Schema
			if schema == "" {
				schema = "public"
			}
			if s := ident(schema); !slices.Contains(schemas, s) {
				schemas = append(schemas, s)
			}
		}
	}
	for _, t := range p.Tabs {
		note(t.Name)
	}
	for _, a := range p.Ack {
		name, _, _ := strings.Cut(a, ":")
		note(name)
	}
	for _, a := range p.Anchors {
		note(a.Table)
	}
	for _, t := range p.Tabs {
		for _, fk := range t.T.Foreign {
			note(fk.Table)
		}
	}
	p.GrantSchemas = schemas
	p.AppPath = ", " + strings.Join(schemas, ", ") + ", pg_temp"
}

// target is what the manifest says of the database.
func (p *page) target() Target {
	h := sha256.New()
	t := Target{Server: "PostgreSQL 13 or newer", Anchors: len(p.AnchorRows), Tables: []string{}, Acknowledge: []string{}}
	for _, tab := range p.Tabs {
		t.Tables = append(t.Tables, tab.Name)
		for _, c := range tab.Cols {
			fmt.Fprintf(h, "%s\x00%s\x00%s\n", tab.SQL, strconv.Quote(c.Name), c.Formal)
		}
		names := make([]string, 0, len(tab.T.Triggers))
		for _, g := range tab.T.Triggers {
			names = append(names, g.Name)
		}
		slices.Sort(names)
		fmt.Fprintf(h, "%s\x00triggers %q\n", tab.SQL, names)
	}
	for _, a := range p.Acks {
		t.Acknowledge = append(t.Acknowledge, a.Word)
	}
	t.Fingerprint = hex.EncodeToString(h.Sum(nil))
	return t
}

// planHash is the SHA-256 of everything that the scripts would write.
func planHash(p *model.Plan) (string, error) {
	h := sha256.New()
	if err := hashJSON(h, p.Run, p.Dialect, p.Tables, p.Rows, p.Anchors, p.Fence, p.Ack); err != nil {
		return "", fmt.Errorf("script: hash of the plan: %w", err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
