// Package script writes an export: the SQL files that put a plan's rows into the company's own
// PostgreSQL database, the file that undoes them, and what a person needs to run them.
//
//	README.txt             what it does, what to type
//	MANIFEST.json          run, words of confirmation, SHA-256 of every file
//	00_fence.sql           moves sequences past every id ever named, forwards only
//	01_preflight.sql       reads only: right database? ready?
//	10_arm.sql             makes the ledger and notes the run
//	20_apply.sql           writes the rows: one transaction, all or nothing
//	30_verify.sql          reads only: is what was planned there?
//	undo/90_rollback.sql   takes the run back, unless somebody works with its rows
//	grants.sql             a role that may do this and no more
//
// The files need no psql: every statement is plain SQL, confirmed by the setting
// salvage.confirm. Each guards itself, and fails safely when a client strips BEGIN, ignores
// errors, or loses the end of the file: everything that writes reads from temporary tables that
// only live inside the transaction.
//
// The guards, in the order in which 20_apply.sql runs them: G0 one runner at a time; G1 one
// transaction; G2 the database that was armed; G3 the planned tables have the columns, types and
// triggers that the plan was made for; G4 rows of the backup are there; G5 armed, waited, the
// same plan, not applied before; G6 writes are counted; G7 exactly the planned writes in every
// table of the database, triggers and cascades included; G8 every planned row is accounted for,
// at most 2 % of them (rounded up) held.
//
// Rows are known for ever by entity, table and part in salvage.id_map. A row that an earlier run
// wrote is not written again: where the new plan says something else than that run did, the cell
// is changed if nobody changed it since. A live row that agrees on a natural key is linked
// instead of doubled, and references go to it. A lost key is kept when it is free and below the
// fence, else the sequence gives a new one. Unique and exclusion constraints are asked
// beforehand, from the catalogue; what would collide is held, with what hangs on it.
//
// Triggers run under the search path of the session, as they are used to; every statement of
// ours is qualified and runs under pg_catalog, pg_temp.
package script

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"

	"salvage/model"
)

// Manifest is MANIFEST.json: what the export is, which words confirm it, and the hash of every file.
type Manifest struct {
	Run             string                `json:"run"`
	Dialect         string                `json:"dialect"`
	Confirm         string                `json:"confirm"`          // salvage.confirm for the numbered files and grants.sql
	ConfirmRollback string                `json:"confirm_rollback"` // another word, for undo/90_rollback.sql alone
	PlanSHA256      string                `json:"plan_sha256"`
	Files           map[string]string     `json:"files"`  // path in the export, with slashes, to SHA-256 in hex
	Tables          map[string]TableCount `json:"tables"` // by qualified name
	Target          Target                `json:"target"`
	Supersedes      []string              `json:"supersedes"`
}

// TableCount counts the rows of one table in the plan.
type TableCount struct {
	Insert int `json:"insert"`
	Update int `json:"update"`
	Held   int `json:"held"`
}

// Target is what the scripts expect of the database they run on.
type Target struct {
	Server      string   `json:"server"`
	Fingerprint string   `json:"fingerprint"` // SHA-256 over columns, types and triggers of the planned tables
	Tables      []string `json:"tables"`
	Anchors     int      `json:"anchors"` // rows of the backup that must be there
	Acknowledge []string `json:"acknowledge"`
}

// Write writes the export of p into dir, which it makes if it is not there, and gives the
// manifest. Files of extra (plan.jsonl, held.csv) are written and hashed too. It refuses
// dialects other than postgres, plans that contradict themselves or their schema, and text that
// PostgreSQL cannot store; the error names row and column.
func Write(p *model.Plan, dir string, extra map[string][]byte) (*Manifest, error) {
	files, m, err := build(p)
	if err != nil {
		return nil, err
	}
	for name, b := range extra {
		if _, ok := files[name]; ok {
			return nil, fmt.Errorf("script: extra file %s has the name of one of ours", name)
		}
		files[name] = b
	}
	for name, b := range files {
		sum := sha256.Sum256(b)
		m.Files[name] = hex.EncodeToString(sum[:])
	}
	if files["MANIFEST.json"], err = indented(m); err != nil {
		return nil, fmt.Errorf("script: manifest: %w", err)
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return nil, fmt.Errorf("script: %w", err)
		}
		if err := os.WriteFile(path, files[name], 0o600); err != nil {
			return nil, fmt.Errorf("script: %w", err)
		}
	}
	return m, nil
}

var plainWord = regexp.MustCompile(`^[a-z0-9-]+$`)

// build makes all files in memory.
func build(p *model.Plan) (map[string][]byte, *Manifest, error) {
	pg, err := newPage(p)
	if err != nil {
		return nil, nil, err
	}
	m := &Manifest{Run: p.Run, Dialect: p.Dialect, Confirm: pg.Confirm, ConfirmRollback: pg.ConfirmRollback, PlanSHA256: pg.PlanSHA,
		Files: map[string]string{}, Tables: pg.counts(), Target: pg.target(), Supersedes: append([]string{}, p.Supersedes...)}
	files := map[string][]byte{}
	for _, f := range []struct{ template, file, word string }{
		{"README.txt", "README.txt", ""},
		{"00_fence.sql", "00_fence.sql", pg.Confirm},
		{"01_preflight.sql", "01_preflight.sql", pg.Confirm},
		{"10_arm.sql", "10_arm.sql", pg.Confirm},
		{"20_apply.sql", "20_apply.sql", pg.Confirm},
		{"30_verify.sql", "30_verify.sql", pg.Confirm},
		{"90_rollback.sql", "undo/90_rollback.sql", pg.ConfirmRollback},
		{"grants.sql", "grants.sql", ""},
	} {
		b, err := pg.render(f.template, f.file, f.word)
		if err != nil {
			return nil, nil, err
		}
		if f.template != "README.txt" {
			if err := Lint(f.file, b, pg.writable()...); err != nil {
				return nil, nil, err
			}
		}
		files[f.file] = b
	}
	return files, m, nil
}

// newPage compiles a plan and gathers what the templates need.
func newPage(p *model.Plan) (*page, error) {
	if p.Dialect != "postgres" {
		return nil, fmt.Errorf("script: SQL for dialect %q is not built yet; this version writes postgres only\nhint: set export: dialect: postgres if the business now runs on it", p.Dialect)
	}
	if len(p.Tables) == 0 {
		return nil, fmt.Errorf("script: the plan names no tables, so there is nothing to write or to fence")
	}
	if !plainWord.MatchString(p.Run) || !plainWord.MatchString(p.Slug) {
		return nil, fmt.Errorf("script: run %q and slug %q must be words of a-z, 0-9 and -", p.Run, p.Slug)
	}
	c, err := compile(p)
	if err != nil {
		return nil, err
	}
	pg := &page{compiled: c, Role: applyRole, Confirm: p.Slug + "-" + p.Run, ConfirmRollback: "undo-" + p.Slug + "-" + p.Run}
	if pg.PlanSHA, err = planHash(p); err != nil {
		return nil, err
	}
	if pg.Expected, err = pg.expected(); err != nil {
		return nil, err
	}
	for _, add := range []func() error{pg.addAnchors, pg.addFence, pg.addAcks} {
		if err := add(); err != nil {
			return nil, err
		}
	}
	pg.addPartitions()
	pg.addOrphans()
	pg.addPaths()
	pg.Delay = pg.delay()
	pg.Staging = c.staging()
	pg.Canary = canary(pg.Staging)
	return pg, nil
}

// writable are the company's tables that the files may write, quoted.
func (p *page) writable() []string {
	var names []string
	for _, t := range p.Tabs {
		names = append(names, t.SQL)
	}
	return names
}

func indented(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(v)
	return b.Bytes(), err
}

func hashJSON(w io.Writer, values ...any) error {
	e := json.NewEncoder(w)
	for _, v := range values {
		if err := e.Encode(v); err != nil {
			return err
		}
	}
	return nil
}
