package main

// This file: the command report, and the pages.

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"salvage/export/report"
	"salvage/model/casefile"
)

// ReportOptions are the flags of report.
type ReportOptions struct{}

func newReportCommand(g *globals) *cobra.Command {
	var opts ReportOptions
	return &cobra.Command{
		Use:   "report",
		Short: "write the report page and the board again",
		Long: `Write report/index.html, board.html, conflicts.json and conflicts.csv again from the
newest reconciliation.` + exitStatus,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error { return runReport(cmd.Context(), g, opts) },
	}
}

func runReport(ctx context.Context, g *globals, _ ReportOptions) (err error) {
	j, err := g.newJob()
	if err != nil {
		return err
	}
	defer j.close(&err)
	if err := j.loadConfig(); err != nil {
		return err
	}
	if err := j.openCase("report"); err != nil {
		return err
	}
	r, err := j.newest(ctx)
	if err != nil {
		return err
	}
	if err := errors.Join(j.writeConflicts(r.Conflicts), j.writePages(r)); err != nil {
		return err
	}
	path := filepath.Join(g.caseDir, "report", "index.html")
	return j.u.result(map[string]string{"report": path, "board": filepath.Join(g.caseDir, "board.html")}, func(w io.Writer) error {
		_, err := io.WriteString(w, path+"\n")
		return err
	})
}

// newest is the newest result, and an error with a hint when there is none yet.
func (j *job) newest(ctx context.Context) (*casefile.Result, error) {
	r, err := j.kase.LoadResult(ctx)
	if err == nil && r == nil {
		err = &casefile.Error{Doing: "read the newest result", Err: errors.New("nothing was reconciled yet"), Advice: j.g.typed("salvage run")}
	}
	return r, err
}

// pageInput is what the pages are made from.
func (j *job) pageInput(r *casefile.Result) report.Input {
	in := report.Input{
		Business: j.cfg.Business.Name, Zone: j.cfg.Location(), Now: j.now, Wipe: j.cfg.Incident.Wipe.UTC(),
		Summary: r.Summary, Entities: r.Entities, Conflicts: r.Conflicts, Held: r.Held,
	}
	if t, err := time.Parse(time.RFC3339, r.Summary.Cut); err == nil {
		in.Cut = t
	}
	return in
}

func (j *job) writePages(r *casefile.Result) error {
	in := j.pageInput(r)
	return errors.Join(
		writeFile(filepath.Join(j.g.caseDir, "report", "index.html"), func(w io.Writer) error { return report.WriteReport(w, in) }),
		writeFile(filepath.Join(j.g.caseDir, "board.html"), func(w io.Writer) error { return report.WriteBoard(w, report.MakeBoard(in, j.now)) }),
	)
}
