package main

// This file: the command reconcile, and the stages from readings to a plan.

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"runtime"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"salvage/export/plan"
	"salvage/model"
	"salvage/model/casefile"
	"salvage/reconcile"
	"salvage/sources/files"
)

// ReconcileOptions are the flags of reconcile.
type ReconcileOptions struct{}

func newReconcileCommand(g *globals) *cobra.Command {
	var opts ReconcileOptions
	return &cobra.Command{
		Use:   "reconcile",
		Short: "rebuild from what is in the case, without pulling",
		Long: `Match the evidence in the case against the backup, rebuild what was lost and list what
a person must settle. Writes conflicts.json, conflicts.csv, summary.json and the pages.` + exitStatus,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error { return runReconcile(cmd.Context(), g, opts) },
	}
}

func runReconcile(ctx context.Context, g *globals, _ ReconcileOptions) (err error) {
	j, err := g.newJob()
	if err != nil {
		return err
	}
	defer j.close(&err)
	if err := j.prepare(ctx, "reconcile"); err != nil {
		return err
	}
	if err := j.survey(ctx); err != nil {
		return err
	}
	if err := j.stage("read", func() error { return j.readAll(ctx) }); err != nil {
		return err
	}
	r, _, err := j.rebuild(ctx)
	if err != nil {
		return err
	}
	if err := j.writeAll(r); err != nil {
		return err
	}
	if err := j.closing(r, ""); err != nil {
		return err
	}
	return j.complete()
}

// prepare opens everything that a rebuild needs and holds the parts against each other.
func (j *job) prepare(ctx context.Context, command string) error {
	if err := j.loadConfig(); err != nil {
		return err
	}
	if err := j.openCase(command); err != nil {
		return err
	}
	if err := j.stage("backup", func() error { return j.openBackups(ctx) }); err != nil {
		return err
	}
	return j.stage("books", j.readBooks)
}

// survey notes what of the sources is not in the case yet, without pulling it.
func (j *job) survey(ctx context.Context) error {
	for _, s := range j.sources {
		src, err := files.New(s.Name, s.Type, j.cfg.Dir, s.Files)
		if err != nil {
			return usage(err, "")
		}
		windows, err := src.Plan(ctx)
		if err != nil {
			return fmt.Errorf("source %s: %w", s.Name, err)
		}
		for _, w := range windows {
			why := w.Hole
			if why == "" {
				_, done, err := j.kase.Cursor(window(s.Name, w))
				if err != nil {
					return err
				}
				if !done {
					why = "not pulled to its end"
				}
			}
			if why != "" {
				j.coverage = append(j.coverage, model.Coverage{Source: s.Name, Stream: w.Stream, State: "hole", Why: why})
			}
		}
	}
	return nil
}

// rebuild reconciles, plans, counts, and keeps the result in the case.
func (j *job) rebuild(ctx context.Context) (*casefile.Result, *model.Plan, error) {
	var res *reconcile.Result
	err := j.stage("reconcile", func() (err error) {
		res, err = j.reconcile(ctx)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	r := &casefile.Result{Entities: res.Entities, Conflicts: res.Conflicts}
	p, err := j.planned(r.Entities)
	if err != nil {
		return nil, nil, err
	}
	r.Held = p.Held
	counts, err := j.counts(ctx)
	if err != nil {
		return nil, nil, err
	}
	if r.Input, err = j.fingerprint(); err != nil {
		return nil, nil, err
	}
	r.Summary = j.summary(counts, res, p)
	err = j.stage("save", func() error { return j.kase.SaveResult(ctx, r) })
	return r, p, err
}

// reconcile runs the reconciler on what is in the case.
func (j *job) reconcile(ctx context.Context) (*reconcile.Result, error) {
	readings, err := j.kase.Readings(ctx)
	if err != nil {
		return nil, err
	}
	decisions, err := j.kase.Decisions()
	if err != nil {
		return nil, err
	}
	aliases, err := j.mapping.ResolveAliases(j.books)
	if err != nil {
		return nil, configError(err)
	}
	schema := j.backup.Schema()
	if j.live != nil {
		schema = j.live.Schema()
	}
	hold := make([]model.Field, len(j.cfg.Export.HoldFields))
	for i, f := range j.cfg.Export.HoldFields {
		hold[i] = model.Field(f)
	}
	bar := j.u.progress("reconcile", "items")
	res, err := reconcile.Run(ctx, reconcile.Input{
		Books: j.books, Live: j.liveBooks, Shape: j.mapping.Shape(schema), Readings: readings, Decisions: decisions,
		Business: j.cfg.Business.Name, Senders: j.cfg.Business.Senders, Authserv: j.cfg.Business.Authserv, Zone: j.cfg.Business.Timezone, Currency: j.cfg.Business.Currency,
		Cut: j.cut, Wipe: j.cfg.Incident.Wipe.UTC(), Resumed: j.cfg.ResumedAt().UTC(), Now: j.now,
		MaxError: j.cfg.Export.MaxError, HoldFields: hold, Aliases: aliases, Workers: runtime.GOMAXPROCS(0),
		Progress: func(stage string, done, total int) { bar.step(stage, int64(done), int64(total)) },
	})
	if err != nil {
		return nil, fmt.Errorf("reconcile: %w", err)
	}
	bar.end("%d entities, %d conflicts from %d readings", len(res.Entities), len(res.Conflicts), len(readings))
	return res, nil
}

// planned makes the plan. When nothing has changed since the newest export it is that export's
// plan again, under its name; else it supersedes all earlier ones.
func (j *job) planned(entities []*model.Entity) (p *model.Plan, err error) {
	runs, err := j.kase.Runs()
	if err != nil {
		return nil, err
	}
	err = j.stage("plan", func() error {
		if n := len(runs); n > 0 {
			if p, err = j.plan(entities, runs[:n-1]); err != nil || p.Run == runs[n-1] {
				return err
			}
		}
		p, err = j.plan(entities, runs)
		return err
	})
	return p, err
}

func (j *job) plan(entities []*model.Entity, supersedes []string) (*model.Plan, error) {
	in := plan.Input{
		Mapping: j.mapping, Backup: j.backup, Books: j.books, LiveBooks: j.liveBooks, Entities: entities,
		Business: j.cfg.Business.Name, Cut: j.cut, Wipe: j.cfg.Incident.Wipe.UTC(), ArmDelay: j.cfg.Export.ArmDelay,
		Acknowledge: j.cfg.Export.Acknowledge, Dialect: j.dialect(), Supersedes: slices.Clone(supersedes),
	}
	if j.live != nil {
		in.Live = j.live
	}
	p, err := plan.Build(in)
	if err != nil {
		return nil, fmt.Errorf("plan: %w", err)
	}
	return p, nil
}

// fingerprint is of everything that a result is made from, but for now.
func (j *job) fingerprint() (string, error) {
	digest, err := j.kase.Digest()
	if err != nil {
		return "", err
	}
	decisions, err := j.kase.Decisions()
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(decisions)
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	fmt.Fprintf(sum, "%x %x %s %s\n", digest, j.texts, j.backup.Health().SHA256, text)
	if j.live != nil {
		fmt.Fprintln(sum, j.live.Health().SHA256)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// stampTime writes a time as the contract has it.
func stampTime(t time.Time) string { return t.UTC().Format(time.RFC3339) }
