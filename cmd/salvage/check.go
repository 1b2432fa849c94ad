package main

// This file: the command check.

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"salvage/sources/backup"
	"salvage/sources/files"
)

// CheckOptions are the flags of check.
type CheckOptions struct{}

func newCheckCommand(g *globals) *cobra.Command {
	var opts CheckOptions
	return &cobra.Command{
		Use:   "check",
		Short: "check configuration, backup, mapping and sources",
		Long: `Check the configuration, the health of the backup, the mapping against the backup's tables,
and what each source's files are. Nothing is stored.` + exitStatus,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error { return runCheck(cmd.Context(), g, opts) },
	}
}

// checked is the result of check.
type checked struct {
	Backup  backup.Health   `json:"backup"`
	Live    *backup.Health  `json:"live,omitempty"`
	Cut     string          `json:"cut"`
	Records map[string]int  `json:"records"`
	Sources []checkedSource `json:"sources"`
}

type checkedSource struct {
	Source string   `json:"source"`
	Type   string   `json:"type"`
	Files  int      `json:"files"`
	Bytes  int64    `json:"bytes"`
	Holes  []string `json:"holes"`
}

func runCheck(ctx context.Context, g *globals, _ CheckOptions) (err error) {
	j, err := g.newJob()
	if err != nil {
		return err
	}
	defer j.close(&err)
	if err := j.loadConfig(); err != nil {
		return err
	}
	if err := j.openBackups(ctx); err != nil {
		return err
	}
	if err := j.readBooks(); err != nil {
		return err
	}
	c := checked{Backup: j.backup.Health(), Cut: stampTime(j.cut), Records: map[string]int{}}
	if j.live != nil {
		h := j.live.Health()
		c.Live = &h
	}
	for kind, list := range j.books.Records {
		c.Records[string(kind)] = len(list)
	}
	hole := false
	for _, s := range j.sources {
		cs, err := j.checkSource(ctx, s.Name, s.Type, s.Files)
		if err != nil {
			return err
		}
		hole = hole || len(cs.Holes) > 0
		c.Sources = append(c.Sources, cs)
	}
	if err := j.noScript(); err != nil {
		j.u.say("%v", err)
	}
	if err := j.u.result(c, func(w io.Writer) error { return writeChecked(w, g, c) }); err != nil {
		return err
	}
	if hole {
		return errHoles
	}
	return nil
}

func (j *job) checkSource(ctx context.Context, name, typ string, patterns []string) (checkedSource, error) {
	c := checkedSource{Source: name, Type: typ, Holes: []string{}}
	src, err := files.New(name, typ, j.cfg.Dir, patterns)
	if err != nil {
		return c, usage(err, "")
	}
	windows, err := src.Plan(ctx)
	if err != nil {
		return c, fmt.Errorf("source %s: %w", name, err)
	}
	for _, w := range windows {
		if w.Hole != "" {
			c.Holes = append(c.Holes, w.Stream+": "+w.Hole)
			continue
		}
		c.Files++
		c.Bytes += w.Size
	}
	return c, nil
}

func writeChecked(w io.Writer, g *globals, c checked) error {
	fmt.Fprintf(w, "backup: %s, %d tables, %d rows, cut %s\n", c.Backup.Format, c.Backup.Tables, c.Backup.Rows, c.Cut)
	if c.Live != nil {
		fmt.Fprintf(w, "live: %s, %d tables, %d rows\n", c.Live.Format, c.Live.Tables, c.Live.Rows)
	}
	fmt.Fprintf(w, "mapping: fits; %d customers, %d reservations, %d payments, %d vehicles\n",
		c.Records["customer"], c.Records["reservation"], c.Records["payment"], c.Records["vehicle"])
	for _, s := range c.Sources {
		fmt.Fprintf(w, "source %s (%s): %d files, %.1f MB\n", s.Source, s.Type, s.Files, float64(s.Bytes)/1e6)
		for _, h := range s.Holes {
			fmt.Fprintf(w, "  hole: %s\n", printable(h))
		}
	}
	_, err := fmt.Fprintf(w, "next: %s\n", g.typed("salvage run"))
	return err
}
