package script

// This file: what the templates are given, and the small functions they call.

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"text/template"
	"time"

	"salvage/model"
)

//go:embed sql
var templates embed.FS

// applyRole is the role that grants.sql makes.
const applyRole = "salvage_apply"

// page is the data of one file's template.
type page struct {
	*compiled
	File, Word, ConfirmHint  string
	Confirm, ConfirmRollback string
	PlanSHA, Header, Canary  string
	AppPath, Role, Delay     string
	Expected, Staging        string
	AnchorRows               []anchorRow
	ReadTables               []string // that the checks read
	FenceRows                []fenceRow
	Acks                     []ack
	Partitions               []named
	Enums                    []enum
	Orphans                  []orphan
	GrantSchemas             []string
	root                     *template.Template
}

type anchorRow struct{ What, SQL, Where string }

type fenceRow struct {
	model.FenceEntry
	Remark, Sequence, From string // Sequence: an expression that gives the regclass; From: what to select from
}

// ack is an acknowledged side effect, with how rows of its table are named and compared.
type ack struct {
	Word, SQL, Verb   string
	Key, Other, Image string // expressions: the key of row t, of row c, the whole row t
	Sequences         []string
}

type named struct{ What, SQL string }

type enum struct {
	What, SQL string
	Words     []string
}

// orphan is one check that our rows point at rows that are there.
type orphan struct{ What, Child, Table, Parent, Match, NotNull, Join string }

func (t *table) Inserts() int { return t.inserts() }

// UUID reports whether the database fills the key with a UUID.
func (t *table) UUID() bool { return t.KeyFrom == "uuid" }

// GenPos is the 1-based place of the generated column in the key.
func (t *table) GenPos() int { return slices.Index(t.Key, t.Gen) + 1 }

// Overriding reports whether inserts must say OVERRIDING SYSTEM VALUE.
func (t *table) Overriding() bool {
	return slices.ContainsFunc(t.Cols, func(c column) bool {
		return c.Always && (c.Name == t.Gen || slices.ContainsFunc(t.Stage, func(s column) bool { return s.Name == c.Name }))
	})
}

// Plain are the columns that can be written at all.
func (t *table) Plain() []column {
	return slices.DeleteFunc(slices.Clone(t.Cols), func(c column) bool { return c.Generated })
}

// Restorable are the columns that can be put back.
func (t *table) Restorable() []column {
	return slices.DeleteFunc(t.Plain(), func(c column) bool { return c.Always })
}

// Wanted are the lost keys that the plan would keep.
func (t *table) Wanted() []string {
	var keys []string
	for _, r := range t.rows {
		if r.Action == "insert" && r.Lost != "" && t.KeepKey {
			keys = append(keys, r.Lost)
		}
	}
	return keys
}

// Changeable are the columns that this plan, or a later one of the case, may update.
func (t *table) Changeable() []string {
	var cols []string
	for _, c := range t.Plain() {
		if c.KeyPos == 0 && slices.ContainsFunc(t.rows, func(r *row) bool { return r.cells[c.Name] != nil }) {
			cols = append(cols, c.SQL)
		}
	}
	return cols
}

// match is the condition that row alias of t has the key in keys (a text array).
func match(t *table, alias, keys string) string {
	parts := make([]string, len(t.KeyCols))
	for i, k := range t.KeyCols {
		cast := ""
		if k.Eq != k.Cast {
			cast = "::" + k.Eq
		}
		parts[i] = fmt.Sprintf("%s.%s%s OPERATOR(pg_catalog.=) (%s)[%d]::%s%s", alias, k.SQL, cast, keys, i+1, k.Cast, cast)
	}
	return strings.Join(parts, " AND ")
}

// image is the whole row as jsonb of texts, by explicit columns: a column added later does not change it.
func image(cols []column, alias string) string {
	parts := make([]string, len(cols))
	for i, c := range cols {
		parts[i] = fmt.Sprintf("(%s, %s.%s::text)", lit(c.Name), alias, c.SQL)
	}
	return "(SELECT jsonb_object_agg(v.c, v.v) FROM (VALUES " + strings.Join(parts, ", ") + ") AS v (c, v))"
}

// agree is the condition that live row t and staged row s say the same in a natural key column.
// Letters compare without regard to case.
func agree(c column) string {
	switch c.Cast {
	case "text", "character varying", "bpchar", "public.citext":
		return fmt.Sprintf("lower(t.%s::text) = lower(s.%s)", c.SQL, c.SQL)
	}
	return fmt.Sprintf("t.%s::%s = s.%s::%s", c.SQL, c.Eq, c.SQL, c.Cast)
}

// keyArray is the key with the generated column's value given as an expression.
func keyArray(t *table, gen string) string {
	parts := make([]string, len(t.KeyCols))
	for i, k := range t.KeyCols {
		parts[i] = "s." + k.SQL
		if k.Name == t.Gen {
			parts[i] = gen
		}
	}
	return "ARRAY[" + strings.Join(parts, ", ") + "]"
}

// sequence is an expression for the regclass of the sequence that feeds the key.
func sequence(t *table) string {
	if t.Sequence != "" {
		return "to_regclass(" + lit(qualified(t.Sequence)) + ")"
	}
	return fmt.Sprintf("pg_get_serial_sequence(%s, %s)::regclass", lit(t.SQL), lit(t.Gen))
}

// sequenceFrom is what to select last_value and is_called from.
func sequenceFrom(t *table) (string, error) {
	if t.Sequence == "" {
		return "", fmt.Errorf("script: %s.%s: the plan does not name the sequence that feeds it", t.Name, t.Gen)
	}
	return qualified(t.Sequence), nil
}

func beforeTrigger(t *table) bool {
	return slices.ContainsFunc(t.T.Triggers, func(g model.Trigger) bool {
		return !strings.HasPrefix(strings.ToUpper(strings.TrimSpace(g.Events)), "AFTER")
	})
}

func (p *page) funcs() template.FuncMap {
	return template.FuncMap{
		"lit": lit, "ident": ident, "remark": remark, "upper": strings.ToUpper,
		"match": match, "agree": agree, "keyArray": keyArray, "sequence": sequence, "sequenceFrom": sequenceFrom,
		"beforeTrigger": beforeTrigger, "sumUndo": sumUndo,
		"image": func(t *table, alias string) string { return image(t.Cols, alias) },
		"schema": func(t *table) string {
			if t.T.Schema == "" {
				return "public"
			}
			return t.T.Schema
		},
		"names":  func(names []string) string { return textArray(names) },
		"wanted": func(t *table) string { return strings.Join(literals(t.Wanted()), ", ") },
		"join":   func(s []string) string { return strings.Join(s, ", ") },
		"add":    func(a, b int) int { return a + b },
		"do": func(name string, data any) (string, error) {
			var b bytes.Buffer
			if err := p.root.ExecuteTemplate(&b, name, data); err != nil {
				return "", err
			}
			return dollar(b.String()), nil
		},
	}
}

func literals(values []string) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = lit(v)
	}
	return out
}

// render makes one file from its template.
func (p page) render(name, file string, word string) ([]byte, error) {
	p.File, p.Word = file, word
	p.ConfirmHint = fmt.Sprintf("SET salvage.confirm = '%s'; or PGOPTIONS=\"-c salvage.confirm=%s\" psql -X -v ON_ERROR_STOP=1 -f %s", word, word, file)
	p.Header = p.header(file)
	root := template.New(name)
	p.root = root
	if _, err := root.Funcs(p.funcs()).ParseFS(templates, "sql/common.sql", "sql/"+name[:2]+"*"); err != nil {
		return nil, fmt.Errorf("script: %s: %w", name, err)
	}
	var b bytes.Buffer
	if err := root.ExecuteTemplate(&b, name, p); err != nil {
		return nil, fmt.Errorf("script: %s: %w", name, err)
	}
	return append(bytes.TrimSpace(b.Bytes()), '\n'), nil
}

var purposes = map[string]string{
	"00_fence.sql":         "Moves the sequences past every id that the backup or evidence names, forwards only, so that no\n-- lost id is given out again. May run alone and again and again. It cannot be taken back, and need not be.",
	"01_preflight.sql":     "Reads only: shows the database, its triggers and what is planned, and stops if anything is not right.",
	"10_arm.sql":           "Creates the schema salvage (ledger and id map) and notes that this run may be applied here.",
	"20_apply.sql":         "Writes the rows, in one transaction: all of them or none. It removes nothing.",
	"30_verify.sql":        "Reads only: compares what was planned with what is there, and stops if anything is not right.",
	"undo/90_rollback.sql": "Undoes this run: removes its rows and puts changed ones back, unless anybody changed or uses one since.",
	"grants.sql":           "Makes the role " + applyRole + ", which may do what the numbered files do and no more. Run it as an administrator.",
}

// header is the opening comment, in ASCII: it stands before the file has set its encoding.
func (p *page) header(file string) string {
	name := ascii(p.Business)
	if name == "" {
		name = p.Slug
	}
	var b strings.Builder
	fmt.Fprintf(&b, "-- salvage: %s of run %s for %s (%s), PostgreSQL\n-- %s\n--\n", file, p.Run, name, p.Slug, purposes[file])
	for _, t := range p.Tabs {
		fmt.Fprintf(&b, "--   %-40s %6d to insert %6d to update %6d held back\n", ascii(t.Name), t.inserts(), t.Updates, t.Held)
	}
	b.WriteString("--\n-- The database is told by its planned tables, their triggers, and rows that the backup had; see README.txt.\n")
	if p.Word != "" {
		fmt.Fprintf(&b, "-- Run: PGOPTIONS=\"-c salvage.confirm=%s\" psql -X -v ON_ERROR_STOP=1 -f %s\n", p.Word, file)
	}
	if file == "10_arm.sql" || file == "20_apply.sql" {
		b.WriteString("-- Undo: undo/90_rollback.sql, with its own word (see README.txt).\n")
	}
	return b.String()
}

func (p *page) delay() string { return (time.Duration(p.ArmDelay) * time.Second).String() }

// expected is the ledger's account of what was planned, per table.
func (p *page) expected() (string, error) {
	b, err := json.Marshal(p.counts())
	return string(b), err
}

func (c *compiled) counts() map[string]TableCount {
	counts := map[string]TableCount{}
	for _, t := range c.Tabs {
		counts[t.Name] = TableCount{t.inserts(), t.Updates, t.Held}
	}
	return counts
}
