package main

// This file: the command board.

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"salvage/export/report"
)

// BoardOptions are the flags of board.
type BoardOptions struct {
	Day string
}

func newBoardCommand(g *globals) *cobra.Command {
	var opts BoardOptions
	cmd := &cobra.Command{
		Use:   "board",
		Short: "who arrives and who returns, today and tomorrow",
		Long: `Show who arrives and who returns on a day and the day after, with phone numbers, what is
open and what to ask; also what is out and overdue. The same stands in board.html, for the
phone and for paper.` + exitStatus,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error { return runBoard(cmd.Context(), g, opts) },
	}
	cmd.Flags().StringVar(&opts.Day, "day", "", "the first `day` to show, YYYY-MM-DD (default: today)")
	return cmd
}

func runBoard(ctx context.Context, g *globals, opts BoardOptions) (err error) {
	j, err := g.newJob()
	if err != nil {
		return err
	}
	defer j.close(&err)
	if err := j.loadConfig(); err != nil {
		return err
	}
	first := j.now
	if opts.Day != "" {
		if first, err = time.ParseInLocation(time.DateOnly, opts.Day, j.cfg.Location()); err != nil {
			return usage(fmt.Errorf("--day %q is not a day", opts.Day), "write it as 2026-04-25")
		}
	}
	if err := j.openCase("board"); err != nil {
		return err
	}
	r, err := j.newest(ctx)
	if err != nil {
		return err
	}
	b := report.MakeBoard(j.pageInput(r), first)
	err = writeFile(filepath.Join(g.caseDir, "board.html"), func(w io.Writer) error { return report.WriteBoard(w, b) })
	if err != nil {
		return err
	}
	return j.u.result(b, func(w io.Writer) error { return report.WriteBoardText(w, b) })
}
