package main

// This file: the command export, and the stage that writes an export.

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"salvage/export/plan"
	"salvage/export/script"
	"salvage/model"
	"salvage/model/casefile"
)

// ExportOptions are the flags of export.
type ExportOptions struct{}

func newExportCommand(g *globals) *cobra.Command {
	var opts ExportOptions
	return &cobra.Command{
		Use:   "export",
		Short: "write the SQL for the company's own tables",
		Long: `Write the newest reconciliation as SQL into export/ (and for ever into exports/<run>/).
When evidence, decisions or configuration have changed since, it reconciles first.
salvage never runs the SQL: a person does, as export/README.txt says.` + exitStatus,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error { return runExport(cmd.Context(), g, opts) },
	}
}

func runExport(ctx context.Context, g *globals, _ ExportOptions) (err error) {
	j, err := g.newJob()
	if err != nil {
		return err
	}
	defer j.close(&err)
	if err := j.prepare(ctx, "export"); err != nil {
		return err
	}
	if err := j.noScript(); err != nil {
		return err
	}
	if err := j.survey(ctx); err != nil {
		return err
	}
	r, p, err := j.fresh(ctx)
	if err != nil {
		return err
	}
	dir, m, err := j.writeExport(ctx, p)
	if err != nil {
		return err
	}
	if err := j.writeAll(r); err != nil {
		return err
	}
	if g.json {
		return errors.Join(j.u.result(m, nil), j.complete())
	}
	j.u.print("run %s: %s", p.Run, dir)
	for _, t := range p.Tables {
		j.u.print("  %s: %d to insert, %d to update, %d held", t.Name, t.Insert, t.Update, t.Held)
	}
	j.u.print("next: less %s", filepath.Join(dir, "README.txt"))
	return j.complete()
}

// fresh gives the newest result and its plan; it reconciles when something has changed since.
func (j *job) fresh(ctx context.Context) (*casefile.Result, *model.Plan, error) {
	r, err := j.kase.LoadResult(ctx)
	if err != nil {
		return nil, nil, err
	}
	now, err := j.fingerprint()
	if err != nil {
		return nil, nil, err
	}
	if r == nil || r.Input != now {
		j.u.say("reconciling: something has changed since the newest result")
		if err := j.stage("read", func() error { return j.readAll(ctx) }); err != nil {
			return nil, nil, err
		}
		return j.rebuild(ctx)
	}
	p, err := j.planned(r.Entities)
	if err != nil {
		return nil, nil, err
	}
	r.Summary.Run = p.Run
	return r, p, nil
}

// writeExport writes exports/<run>/ whole or not at all, notes the run, and makes export/ the same.
// A run that is there already is never written again.
func (j *job) writeExport(ctx context.Context, p *model.Plan) (dir string, m *script.Manifest, err error) {
	dir = filepath.Join(j.g.caseDir, "export")
	err = j.stage("export", func() error {
		all := filepath.Join(j.g.caseDir, "exports")
		kept := filepath.Join(all, p.Run)
		var lines, held bytes.Buffer
		if err := errors.Join(plan.WriteJSONL(&lines, p), plan.WriteHeldCSV(&held, p)); err != nil {
			return fmt.Errorf("export: %w", err)
		}
		tmp := filepath.Join(all, ".new")
		if err := errors.Join(os.RemoveAll(tmp), os.MkdirAll(tmp, 0o700)); err != nil {
			return casefile.Explain("make room for the export", err)
		}
		defer os.RemoveAll(tmp)
		if m, err = script.Write(p, tmp, map[string][]byte{"plan.jsonl": lines.Bytes(), "held.csv": held.Bytes()}); err != nil {
			return casefile.Explain("write the export", err)
		}
		if _, err := os.Lstat(kept); errors.Is(err, os.ErrNotExist) {
			if err := errors.Join(ownerOnly(tmp), os.Rename(tmp, kept)); err != nil {
				return casefile.Explain("keep the export", err)
			}
		}
		if err := j.kase.AddRun(ctx, p.Run, m.PlanSHA256, stampTime(j.now)); err != nil {
			return err
		}
		return refresh(kept, dir)
	})
	return dir, m, err
}
