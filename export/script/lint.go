package script

// This file: the linter of our own output. It knows the few statements that the files need and
// refuses everything else, so that a mistake of the templates, or text that got out of its
// quotes, never reaches a database.

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// rules is what one file may do beyond reading.
type rules struct {
	readOnly bool
	stage    bool // temporary tables of its own
	ledger   bool // INSERT and UPDATE in schema salvage
	company  bool // INSERT into and UPDATE of the planned tables
	undo     bool // DELETE from and switch triggers of the planned tables
	define   bool // create the schema salvage
	grant    bool
	setval   bool
}

var fileRules = map[string]rules{
	"00_fence.sql":     {setval: true},
	"01_preflight.sql": {readOnly: true},
	"10_arm.sql":       {ledger: true, define: true, grant: true},
	"20_apply.sql":     {stage: true, ledger: true, company: true},
	"30_verify.sql":    {readOnly: true},
	"90_rollback.sql":  {stage: true, ledger: true, company: true, undo: true},
	"grants.sql":       {define: true, grant: true},
}

// never are words that no file may hold outside strings.
var never = strings.Fields("truncate copy revoke merge call notify listen unlisten load vacuum cluster reindex refresh lock discard prepare deallocate import reassign checkpoint declare_cursor pg_read_file pg_read_binary_file pg_ls_dir pg_write_file lo_import lo_export lo_unlink dblink dblink_exec pg_terminate_backend pg_cancel_backend pg_sleep pg_reload_conf query_to_xml rollback savepoint abort")

// heads are the words that a statement of a file may begin with.
var heads = strings.Fields("begin commit set do select insert create analyze")

type linter struct {
	rules
	file   string
	tables []string
}

// Lint refuses SQL that holds anything but the statements that the export's file of that name
// needs: one transaction that ends with COMMIT as the last statement, temporary tables, reads,
// writes in schema salvage, and (20_apply.sql and 90_rollback.sql only) writes to the tables
// given, by their quoted names. The error says where and what.
func Lint(name string, sql []byte, tables ...string) error {
	file := path.Base(name)
	r, ok := fileRules[file]
	if !ok {
		return fmt.Errorf("script: lint %s: no rules for a file of this name", name)
	}
	l := &linter{r, file, tables}
	if err := l.statements(&lexer{s: string(sql)}); err != nil {
		return fmt.Errorf("script: lint %s: %w", name, err)
	}
	return nil
}

// statements checks one statement after the other: a file may be large.
func (l *linter) statements(lex *lexer) error {
	var first, last string
	var stmt []token
	for count := 0; ; {
		t, ok, err := lex.next()
		switch {
		case err != nil:
			return err
		case !ok && len(stmt) > 0:
			return fmt.Errorf("the last statement is not ended")
		case !ok && (first != "begin" || last != "commit"):
			return fmt.Errorf("it does not begin with BEGIN and end with COMMIT")
		case !ok:
			return nil
		case t.kind != 'p' || t.text != ";":
			stmt = append(stmt, t)
			continue
		case len(stmt) == 0:
			return fmt.Errorf("an empty statement")
		}
		if err := l.statement(stmt); err != nil {
			return fmt.Errorf("offset %d: %w", stmt[0].at, err)
		}
		count++
		head := stmt[0].text
		if last == "commit" || count > 1 && head == "begin" {
			return fmt.Errorf("it does not end with COMMIT, or holds more than one transaction")
		}
		if last = head; count == 1 {
			first = head
		}
		stmt = stmt[:0]
	}
}

func (l *linter) statement(s []token) error {
	if s[0].kind != 'w' || !slices.Contains(heads, s[0].text) {
		return fmt.Errorf("statement %q is not allowed", s[0].text)
	}
	switch s[0].text {
	case "begin":
		if l.readOnly && !ends(s, "read", "only") {
			return fmt.Errorf("the transaction is not READ ONLY")
		}
	case "set":
		if !is(s, 1, "local") {
			return fmt.Errorf("SET without LOCAL")
		}
	case "do":
		if len(s) != 2 || s[1].kind != 'd' {
			return fmt.Errorf("DO without a block")
		}
		body, err := tokens(s[1].text)
		if err != nil {
			return err
		}
		return l.body(body)
	case "insert":
		if !is(s, 2, "pg_temp") { // what touches the company or the ledger stands behind guards, in blocks
			return fmt.Errorf("INSERT outside a block into something else than a staging table")
		}
	}
	return l.body(s)
}

// body checks every word of a block or statement that could begin something.
func (l *linter) body(s []token) error {
	for i, t := range s {
		if t.kind == 'd' || t.kind == 'p' && t.text == `\` {
			return fmt.Errorf("%q inside a statement", t.text)
		}
		if t.kind == 'p' && t.text == ":" && !is(s, i+1, ":") && !is(s, i+1, "=") && !is(s, i-1, ":") {
			return fmt.Errorf("a colon that a client could take for a variable")
		}
		if t.kind != 'w' {
			continue
		}
		if slices.Contains(never, t.text) {
			return fmt.Errorf("%s is not allowed", strings.ToUpper(t.text))
		}
		if err := l.word(s, i); err != nil {
			return err
		}
	}
	return nil
}

func (l *linter) word(s []token, i int) error {
	ok := true
	granting := l.grant && within(s, i, "grant")
	switch s[i].text {
	case "insert":
		ok = granting || is(s, i+1, "into") && l.writable(s, i+2)
	case "update":
		ok = granting || is(s, i-1, "for") && !l.readOnly || l.writable(s, i+1)
	case "delete":
		ok = l.undo && is(s, i+1, "from") && l.placeholder(s, i+2) && within(s, i+8, "using")
	case "alter":
		ok = l.undo && is(s, i+1, "table") && l.placeholder(s, i+2) && (is(s, i+4, "disable") || is(s, i+4, "enable")) && is(s, i+5, "trigger")
	case "drop":
		ok = is(s, i-1, "commit")
	case "create":
		ok = l.creates(s, i)
	case "grant":
		ok = l.grant
	case "comment":
		ok = l.define && is(s, i+1, "on") && is(s, i+2, "schema") && is(s, i+3, "salvage")
	case "setval":
		ok = l.setval
	case "nextval":
		ok = l.company && !l.undo
	case "execute":
		return l.execute(s, i)
	}
	if !ok {
		return fmt.Errorf("%s is not allowed here: %s", strings.ToUpper(s[i].text), text(s, i))
	}
	return nil
}

// writable reports whether the table named at i may be written by this file.
func (l *linter) writable(s []token, i int) bool {
	if l.readOnly {
		return false
	}
	switch {
	case is(s, i, "pg_temp") && is(s, i+1, "."):
		return l.stage
	case is(s, i, "salvage") && is(s, i+1, "."):
		return l.ledger
	case l.placeholder(s, i):
		return l.company
	}
	if i+2 < len(s) && s[i].kind == 'q' && is(s, i+1, ".") && s[i+2].kind == 'q' {
		return l.company && !l.undo && slices.Contains(l.tables, ident(s[i].text)+"."+ident(s[i+2].text))
	}
	return false
}

// placeholder reports whether %s stands at i: the planned table's name in a text for EXECUTE.
func (l *linter) placeholder(s []token, i int) bool {
	return is(s, i, "%") && is(s, i+1, "s")
}

func (l *linter) creates(s []token, i int) bool {
	switch {
	case is(s, i+1, "temp") && is(s, i+2, "table"):
		return l.stage && within(s, len(s)-1, "drop")
	case is(s, i+1, "index") && is(s, i+2, "on"):
		return l.stage && is(s, i+3, "pg_temp")
	case is(s, i+1, "schema") && is(s, i+2, "salvage"), is(s, i+1, "table") && is(s, i+2, "salvage"):
		return l.define
	case is(s, i+1, "index") && is(s, i+3, "on"):
		return l.define && is(s, i+4, "salvage")
	case is(s, i+1, "role"):
		return l.grant && !l.ledger
	}
	return false
}

// execute checks EXECUTE format('…', …): the text is linted like the block around it.
func (l *linter) execute(s []token, i int) error {
	j := i + 1
	if is(s, j, "pg_catalog") {
		j += 2
	}
	if !is(s, j, "format") || !is(s, j+1, "(") || j+2 >= len(s) || s[j+2].kind != 's' {
		return fmt.Errorf("EXECUTE of something else than format('…'): %s", text(s, i))
	}
	inner, err := tokens(s[j+2].text)
	if err != nil {
		return fmt.Errorf("EXECUTE: %w", err)
	}
	if l.readOnly {
		return fmt.Errorf("EXECUTE in a file that only reads")
	}
	return l.body(inner)
}

// is reports whether token i is that word or sign.
func is(s []token, i int, word string) bool {
	return i >= 0 && i < len(s) && (s[i].kind == 'w' || s[i].kind == 'p') && s[i].text == word
}

// within reports whether the statement around i holds word before i (or at it).
func within(s []token, i int, word string) bool {
	for j := min(i, len(s)-1); j >= 0 && !is(s, j, ";"); j-- {
		if is(s, j, word) {
			return true
		}
	}
	return false
}

func ends(s []token, words ...string) bool {
	for i, w := range words {
		if !is(s, len(s)-len(words)+i, w) {
			return false
		}
	}
	return true
}

// text is a few tokens around i, for errors.
func text(s []token, i int) string {
	var words []string
	for _, t := range s[i:min(i+6, len(s))] {
		words = append(words, t.text)
	}
	return strings.Join(words, " ")
}
