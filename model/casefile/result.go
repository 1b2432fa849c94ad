package casefile

// This file: decisions, runs, and the newest result.

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"salvage/model"
)

// Decide appends a decision. The newest one of a conflict counts; older ones stay.
func (c *Case) Decide(ctx context.Context, d model.Decision) error {
	return c.within(ctx, "store the decision of "+d.Conflict, func(tx *sql.Tx) error {
		_, err := tx.Exec("INSERT INTO decision (conflict, choice, sees, at, who, note) VALUES (?, ?, ?, ?, ?, ?)",
			d.Conflict, d.Choice, d.Sees, d.At, d.Who, d.Note)
		return err
	})
}

// Decisions gives the newest decision of each conflict, sorted by conflict.
func (c *Case) Decisions() ([]model.Decision, error) {
	rows, err := c.db.Query(`SELECT conflict, choice, sees, at, who, note FROM decision
		WHERE id IN (SELECT max(id) FROM decision GROUP BY conflict) ORDER BY conflict`)
	if err != nil {
		return nil, explain("read the decisions", err)
	}
	defer rows.Close()
	var out []model.Decision
	for rows.Next() {
		var d model.Decision
		if err := rows.Scan(&d.Conflict, &d.Choice, &d.Sees, &d.At, &d.Who, &d.Note); err != nil {
			return nil, explain("read the decisions", err)
		}
		out = append(out, d)
	}
	return out, explain("read the decisions", rows.Err())
}

// AddRun appends an export that was written. The same run again changes nothing.
func (c *Case) AddRun(ctx context.Context, run, plan, at string) error {
	return c.within(ctx, "store run "+run, func(tx *sql.Tx) error {
		_, err := tx.Exec("INSERT INTO run (run, plan, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", run, plan, at)
		return err
	})
}

// Runs lists the runs that were exported, oldest first.
func (c *Case) Runs() ([]string, error) {
	rows, err := c.db.Query("SELECT run FROM run ORDER BY id")
	if err != nil {
		return nil, explain("read the runs", err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var r string
		if err := rows.Scan(&r); err != nil {
			return nil, explain("read the runs", err)
		}
		out = append(out, r)
	}
	return out, explain("read the runs", rows.Err())
}

// Result is the newest reconciliation, as the later commands need it.
type Result struct {
	Input     string // fingerprint of everything it was made from
	Entities  []*model.Entity
	Conflicts []model.Conflict
	Held      []model.HeldRow // rows that the plan held back
	Summary   model.Summary
}

// head is what of a Result is not kept in lists of its own.
type head struct {
	Input   string
	Summary model.Summary
}

// The parts of a stored result.
const (
	partHead      = "head"
	partEntities  = "entities"
	partConflicts = "conflicts"
	partHeld      = "held"
)

// chunk is how many list members are packed together: a million entities stay cheap, and no
// piece of memory grows with their number.
const chunk = 500

// SaveResult stores the newest result in place of the one before, in one transaction.
func (c *Case) SaveResult(ctx context.Context, r *Result) error {
	return c.within(ctx, "store the result", func(tx *sql.Tx) error {
		if _, err := tx.Exec("DELETE FROM result"); err != nil {
			return err
		}
		put, err := tx.Prepare("INSERT INTO result (part, ord, packed) VALUES (?, ?, ?)")
		if err != nil {
			return err
		}
		defer put.Close()
		err = saveList(c, put, partHead, []head{{r.Input, r.Summary}})
		if err == nil {
			err = saveList(c, put, partEntities, r.Entities)
		}
		if err == nil {
			err = saveList(c, put, partConflicts, wrap(r.Conflicts))
		}
		if err == nil {
			err = saveList(c, put, partHeld, r.Held)
		}
		return err
	})
}

func saveList[T any](c *Case, put *sql.Stmt, part string, list []T) error {
	for ord := 0; len(list) > 0; ord++ {
		n := min(len(list), chunk)
		var b bytes.Buffer
		enc := json.NewEncoder(&b)
		for _, x := range list[:n] {
			if err := enc.Encode(x); err != nil {
				return err
			}
		}
		if _, err := put.Exec(part, ord, c.enc.EncodeAll(b.Bytes(), nil)); err != nil {
			return err
		}
		list = list[n:]
	}
	return nil
}

// LoadResult gives the newest result; nil without an error when there is none yet.
func (c *Case) LoadResult(ctx context.Context) (*Result, error) {
	h, err := loadList[head](ctx, c, partHead)
	if err != nil || len(h) == 0 {
		return nil, explain("read the result", err)
	}
	r := &Result{Input: h[0].Input, Summary: h[0].Summary}
	if r.Entities, err = loadList[*model.Entity](ctx, c, partEntities); err != nil {
		return nil, explain("read the result", err)
	}
	boxed, err := loadList[boxedConflict](ctx, c, partConflicts)
	if err != nil {
		return nil, explain("read the result", err)
	}
	r.Conflicts = unwrap(boxed)
	r.Held, err = loadList[model.HeldRow](ctx, c, partHeld)
	return r, explain("read the result", err)
}

// LoadSummary gives the summary of the newest result alone; nil without an error when there is none.
func (c *Case) LoadSummary(ctx context.Context) (*model.Summary, error) {
	h, err := loadList[head](ctx, c, partHead)
	if err != nil || len(h) == 0 {
		return nil, explain("read the result", err)
	}
	return &h[0].Summary, nil
}

func loadList[T any](ctx context.Context, c *Case, part string) ([]T, error) {
	rows, err := c.db.QueryContext(ctx, "SELECT packed FROM result WHERE part = ? ORDER BY ord", part)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []T
	for rows.Next() {
		var z []byte
		if err := rows.Scan(&z); err != nil {
			return nil, err
		}
		b, err := c.dec.DecodeAll(z, nil)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", part, err)
		}
		for dec := json.NewDecoder(bytes.NewReader(b)); dec.More(); {
			var x T
			if err := dec.Decode(&x); err != nil {
				return nil, fmt.Errorf("%s: %w", part, err)
			}
			out = append(out, x)
		}
	}
	return out, rows.Err()
}

// boxedConflict keeps what the contract's JSON of a conflict leaves out: the typed values of its options.
type boxedConflict struct {
	C model.Conflict
	V []*model.Value
}

func wrap(list []model.Conflict) []boxedConflict {
	out := make([]boxedConflict, len(list))
	for i, c := range list {
		out[i].C = c
		for _, o := range c.Options {
			out[i].V = append(out[i].V, o.Value)
		}
	}
	return out
}

func unwrap(list []boxedConflict) []model.Conflict {
	out := make([]model.Conflict, len(list))
	for i, b := range list {
		out[i] = b.C
		for j := range out[i].Options {
			if j < len(b.V) {
				out[i].Options[j].Value = b.V[j]
			}
		}
	}
	return out
}

// SaveConflicts stores the conflicts and the summary of a result anew; its other parts stay as they are.
func (c *Case) SaveConflicts(ctx context.Context, r *Result) error {
	return c.within(ctx, "store the conflicts", func(tx *sql.Tx) error {
		if _, err := tx.Exec("DELETE FROM result WHERE part IN (?, ?)", partHead, partConflicts); err != nil {
			return err
		}
		put, err := tx.Prepare("INSERT INTO result (part, ord, packed) VALUES (?, ?, ?)")
		if err != nil {
			return err
		}
		defer put.Close()
		if err := saveList(c, put, partHead, []head{{r.Input, r.Summary}}); err != nil {
			return err
		}
		return saveList(c, put, partConflicts, wrap(r.Conflicts))
	})
}
