package main

// This file: the command check.

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"salvage/model/config"
	"salvage/sources"
	"salvage/sources/backup"
)

// CheckOptions are the flags of check.
type CheckOptions struct {
	UnrestrictedKey bool // a key that can do everything is accepted
}

func newCheckCommand(g *globals) *cobra.Command {
	var opts CheckOptions
	cmd := &cobra.Command{
		Use:   "check",
		Short: "check configuration, backup, mapping and sources",
		Long: `Check the configuration, the health of the backup, the mapping against the backup's tables,
and what each source's files are. Of a service: what its credential may read, which rights it
lacks, which it does not need, and what cannot be proven. Nothing is stored, and services are
only read.` + exitStatus,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error { return runCheck(cmd.Context(), g, opts) },
	}
	allowKey(cmd, &opts.UnrestrictedKey)
	return cmd
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

	Access *sources.Access `json:"access,omitempty"` // of a service
}

func runCheck(ctx context.Context, g *globals, opts CheckOptions) (err error) {
	j, err := g.newJob()
	if err != nil {
		return err
	}
	defer j.close(&err)
	if err := j.loadConfig(); err != nil {
		return err
	}
	j.openKeys = opts.UnrestrictedKey
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
		cs, err := j.checkSource(ctx, s)
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

func (j *job) checkSource(ctx context.Context, s config.Source) (checkedSource, error) {
	c := checkedSource{Source: s.Name, Type: s.Type, Holes: []string{}}
	src, err := j.openSource(ctx, s)
	if err != nil {
		return c, err
	}
	defer closeSource(src)
	if l, ok := src.(sources.Listener); ok {
		l.Listen(func(w sources.Wait) {
			j.u.say("source %s: %s; asked again in %s", s.Name, w.Why, w.For.Round(time.Millisecond))
		})
	}
	if service, ok := src.(sources.Checker); ok {
		return c, c.ask(ctx, service)
	}
	windows, err := src.Plan(ctx)
	if err != nil {
		return c, fmt.Errorf("source %s: %w", s.Name, err)
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

// ask finds out what a credential may do. What it lacks is a hole to come.
func (c *checkedSource) ask(ctx context.Context, service sources.Checker) error {
	a, err := service.Check(ctx)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	c.Access = &a
	if err != nil {
		c.Holes = append(c.Holes, err.Error())
	}
	c.Holes = append(c.Holes, a.Lacks...)
	return nil
}

func writeChecked(w io.Writer, g *globals, c checked) error {
	fmt.Fprintf(w, "backup: %s, %d tables, %d rows, cut %s\n", c.Backup.Format, c.Backup.Tables, c.Backup.Rows, c.Cut)
	if c.Live != nil {
		fmt.Fprintf(w, "live: %s, %d tables, %d rows\n", c.Live.Format, c.Live.Tables, c.Live.Rows)
	}
	fmt.Fprintf(w, "mapping: fits; %d customers, %d reservations, %d payments, %d vehicles\n",
		c.Records["customer"], c.Records["reservation"], c.Records["payment"], c.Records["vehicle"])
	for _, s := range c.Sources {
		if s.Access != nil {
			writeAccess(w, s)
			continue
		}
		fmt.Fprintf(w, "source %s (%s): %d files, %.1f MB\n", s.Source, s.Type, s.Files, float64(s.Bytes)/1e6)
		for _, h := range s.Holes {
			fmt.Fprintf(w, "  hole: %s\n", printable(h))
		}
	}
	_, err := fmt.Fprintf(w, "next: %s\n", g.typed("salvage run"))
	return err
}

func writeAccess(w io.Writer, s checkedSource) {
	who := s.Access.Kind
	if s.Access.Who != "" {
		who += " of " + s.Access.Who
	}
	fmt.Fprintf(w, "source %s (%s): %s\n", s.Source, s.Type, printable(who))
	for _, part := range []struct {
		word string
		list []string
	}{{"may read", s.Access.Can}, {"lacks", s.Holes}, {"does not need", s.Access.Excess}, {"note", s.Access.Notes}} {
		for _, line := range part.list {
			fmt.Fprintf(w, "  %s: %s\n", part.word, printable(line))
		}
	}
}
