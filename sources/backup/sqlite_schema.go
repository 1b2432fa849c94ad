package backup

// This file: the schema of a SQLite file, from its PRAGMAs and, for what these do not tell, its SQL.

import (
	"database/sql"
	"strings"

	"salvage/model"
)

// readSchema fills the schema with the file's ordinary tables, in the order in which they were created.
func (e *sqliteEngine) readSchema(b *Backup) error {
	rows, err := e.db.Query(`SELECT m.name, coalesce(m.sql, ''), l.wr FROM sqlite_master m JOIN pragma_table_list l ON l.name = m.name AND l.schema = 'main'
		WHERE m.type = 'table' AND l.type = 'table' AND m.name NOT LIKE 'sqlite\_%' ESCAPE '\' ORDER BY m.rowid`)
	if err != nil {
		return err
	}
	defer rows.Close()
	sqls := map[*model.Table]string{}
	plain := map[*model.Table]bool{}
	for rows.Next() {
		t := &model.Table{}
		var text string
		var withoutRowid bool
		if err := rows.Scan(&t.Name, &text, &withoutRowid); err != nil {
			return err
		}
		sqls[t], plain[t] = text, !withoutRowid
		b.schema.Tables = append(b.schema.Tables, t)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for _, t := range b.schema.Tables {
		if err := e.readTable(b, t, sqls[t], plain[t]); err != nil {
			return err
		}
	}
	for _, t := range b.schema.Tables { // a foreign key without columns means the primary key
		for i, fk := range t.Foreign {
			if target := b.schema.Table(fk.Table); target != nil && len(fk.References) == 0 {
				t.Foreign[i].References = target.PrimaryKey
			}
		}
	}
	return e.readSequences(b)
}

func (e *sqliteEngine) readTable(b *Backup, t *model.Table, text string, rowid bool) error {
	if err := e.readColumns(t); err != nil {
		return err
	}
	e.order[t] = " ORDER BY rowid"
	if !rowid {
		keys := make([]string, len(t.PrimaryKey))
		for i, k := range t.PrimaryKey {
			keys[i] = sqliteIdent(k)
		}
		e.order[t] = " ORDER BY " + strings.Join(keys, ", ")
	}
	declared := sqliteDeclared(text)
	t.Checks = declared.Checks
	if len(t.PrimaryKey) == 1 && rowid {
		if c := t.Column(t.PrimaryKey[0]); c != nil && c.Type == "integer" {
			c.Identity = "by default"
			if declared.PartitionBy == "autoincrement" {
				c.Sequence = "sqlite_sequence"
			}
		}
	}
	if err := e.readIndexes(t); err != nil {
		return err
	}
	if err := e.readForeign(t); err != nil {
		return err
	}
	return e.readTriggers(b, t)
}

// readColumns fills columns and primary key. Types are given in lower case.
func (e *sqliteEngine) readColumns(t *model.Table) error {
	rows, err := e.db.Query(`SELECT name, lower(type), "notnull", coalesce(dflt_value, ''), pk, hidden FROM pragma_table_xinfo(?) ORDER BY cid`, t.Name)
	if err != nil {
		return err
	}
	defer rows.Close()
	keys := map[int]string{}
	for rows.Next() {
		c := &model.Column{}
		var pk, hidden int
		if err := rows.Scan(&c.Name, &c.Type, &c.NotNull, &c.Default, &pk, &hidden); err != nil {
			return err
		}
		if hidden == 1 {
			continue
		}
		c.Generated = hidden == 2 || hidden == 3
		if pk > 0 {
			keys[pk] = c.Name
		}
		t.Columns = append(t.Columns, c)
	}
	for i := 1; i <= len(keys); i++ {
		t.PrimaryKey = append(t.PrimaryKey, keys[i])
	}
	return rows.Err()
}

// sqliteDeclared reads a CREATE TABLE for its checks; PartitionBy, which SQLite has no use for, says "autoincrement".
func sqliteDeclared(text string) *model.Table {
	p := newPGPass(strings.NewReader(text+"\n;"), &Health{})
	p.path, p.lex.brackets, p.lex.lite = "", true, true
	t := &model.Table{}
	if err := p.pass(); err != nil {
		return t
	}
	p.lex.keep = false
	if len(p.schema.Tables) > 0 {
		t = p.schema.Tables[0]
	}
	if hasWord(text, "autoincrement") {
		t.PartitionBy = "autoincrement"
	}
	return t
}

// hasWord reports whether SQL text holds a word outside of quotes and comments.
func hasWord(text, word string) bool {
	lex := &lexer{in: newInput(strings.NewReader(text), 0, 1), brackets: true, lite: true}
	for {
		t, err := lex.next()
		if err != nil || t.kind == tEOF {
			return false
		}
		if t.is(word) {
			return true
		}
	}
}

func (e *sqliteEngine) readIndexes(t *model.Table) error {
	rows, err := e.db.Query(`SELECT i.name, i.partial, coalesce(m.sql, '') FROM pragma_index_list(?) i LEFT JOIN sqlite_master m ON m.type = 'index' AND m.name = i.name
		WHERE i."unique" = 1 AND i.origin <> 'pk' ORDER BY i.name`, t.Name)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var name, text string
		var partial bool
		if err := rows.Scan(&name, &partial, &text); err != nil {
			return err
		}
		cols, whole, err := e.indexColumns(name)
		if err != nil {
			return err
		}
		if partial || !whole {
			t.UniqueExpr = append(t.UniqueExpr, text)
		} else {
			addUnique(t, cols)
		}
	}
	return rows.Err()
}

// indexColumns lists an index's columns; whole is false when one of them is an expression.
func (e *sqliteEngine) indexColumns(index string) (cols []string, whole bool, err error) {
	rows, err := e.db.Query(`SELECT name FROM pragma_index_info(?) ORDER BY seqno`, index)
	if err != nil {
		return nil, false, err
	}
	defer rows.Close()
	whole = true
	for rows.Next() {
		var n sql.NullString
		if err := rows.Scan(&n); err != nil {
			return nil, false, err
		}
		whole = whole && n.Valid
		cols = append(cols, n.String)
	}
	return cols, whole, rows.Err()
}

func (e *sqliteEngine) readForeign(t *model.Table) error {
	rows, err := e.db.Query(`SELECT id, "table", "from", "to" FROM pragma_foreign_key_list(?) ORDER BY id DESC, seq`, t.Name)
	if err != nil {
		return err
	}
	defer rows.Close()
	last := -1
	for rows.Next() {
		var id int
		var table, from string
		var to sql.NullString
		if err := rows.Scan(&id, &table, &from, &to); err != nil {
			return err
		}
		if id != last {
			t.Foreign = append(t.Foreign, model.ForeignKey{Table: table})
			last = id
		}
		fk := &t.Foreign[len(t.Foreign)-1]
		fk.Columns = append(fk.Columns, from)
		if to.Valid {
			fk.References = append(fk.References, to.String)
		}
	}
	return rows.Err()
}

// readTriggers lists a table's triggers; a trigger's own text stands in for the function that it has not.
func (e *sqliteEngine) readTriggers(b *Backup, t *model.Table) error {
	rows, err := e.db.Query(`SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ? ORDER BY rowid`, t.Name)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var name, text string
		if err := rows.Scan(&name, &text); err != nil {
			return err
		}
		t.Triggers = append(t.Triggers, model.Trigger{Name: name, Function: name, Events: sqliteEvents(text)})
		b.Functions[name] = text
	}
	return rows.Err()
}

// sqliteEvents takes "BEFORE UPDATE OF x" out of a CREATE TRIGGER. SQLite's default timing is BEFORE.
func sqliteEvents(text string) string {
	lex := &lexer{in: newInput(strings.NewReader(text), 0, 1), brackets: true, lite: true}
	var words []string
	for {
		t, err := lex.next()
		if err != nil || t.kind == tEOF || t.is("on") {
			break
		}
		switch {
		case t.is("before"), t.is("after"), t.is("instead"):
			words = []string{strings.ToUpper(t.text)}
		case (t.is("insert") || t.is("update") || t.is("delete")) && len(words) == 0:
			words = []string{"BEFORE", strings.ToUpper(t.text)}
		case len(words) == 0 || len(words) > 64:
		case t.is("of"), t.is("insert"), t.is("update"), t.is("delete"):
			words = append(words, strings.ToUpper(t.text))
		case t.punct(","):
			words[len(words)-1] += ","
		default:
			words = append(words, t.text)
		}
	}
	return strings.Join(words, " ")
}

// readSequences reads the highest key ever given, for tables that keep it.
func (e *sqliteEngine) readSequences(b *Backup) error {
	var n int
	if err := e.db.QueryRow(`SELECT count(*) FROM sqlite_master WHERE name = 'sqlite_sequence'`).Scan(&n); err != nil || n == 0 {
		return err
	}
	rows, err := e.db.Query(`SELECT name, seq FROM sqlite_sequence WHERE typeof(seq) = 'integer' ORDER BY name`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		var seq int64
		if err := rows.Scan(&name, &seq); err != nil {
			return err
		}
		b.Sequences[name] = seq
	}
	return rows.Err()
}
