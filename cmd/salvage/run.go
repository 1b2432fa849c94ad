package main

// This file: the command run, which does everything.

import (
	"context"
	"errors"

	"github.com/spf13/cobra"
)

// RunOptions are the flags of run.
type RunOptions struct{}

func newRunCommand(g *globals) *cobra.Command {
	var opts RunOptions
	return &cobra.Command{
		Use:   "run",
		Short: "check, pull, reconcile, report and export, in one go",
		Long: `Check the configuration, pull every source, reconcile, write the report and the export.
It can be interrupted at any moment, also by a power cut: run it again and it goes on.` + exitStatus,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error { return runRun(cmd.Context(), g, opts) },
	}
}

func runRun(ctx context.Context, g *globals, _ RunOptions) (err error) {
	j, err := g.newJob()
	if err != nil {
		return err
	}
	defer j.close(&err)
	j.times["started"] = stampTime(j.now)
	if err := j.prepare(ctx, "run"); err != nil {
		return err
	}
	if err := j.bringIn(ctx); err != nil {
		return err
	}
	r, p, err := j.rebuild(ctx)
	if err != nil {
		return err
	}
	if err := j.writeAll(r); err != nil { // the pages first: they are wanted most
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := j.noScript(); err != nil {
		return errors.Join(j.closing(r, ""), err, j.complete())
	}
	dir, _, err := j.writeExport(ctx, p)
	if err != nil {
		return err
	}
	if err := j.writeSummary(&r.Summary); err != nil {
		return err
	}
	if err := j.closing(r, dir); err != nil {
		return err
	}
	return j.complete()
}
