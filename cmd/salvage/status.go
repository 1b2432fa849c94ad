package main

// This file: the command status.

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"salvage/model"
)

// StatusOptions are the flags of status.
type StatusOptions struct{}

func newStatusCommand(g *globals) *cobra.Command {
	var opts StatusOptions
	return &cobra.Command{
		Use:   "status",
		Short: "how far the case is, and what comes next",
		Long: `Show what the case holds, how far it is and what comes next. It can be asked while another
salvage is at work on the case.` + exitStatus,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error { return runStatus(cmd.Context(), g, opts) },
	}
}

// status is the result of status.
type status struct {
	Case      string         `json:"case"`
	Digest    string         `json:"evidence_digest"` // over all evidence: the same evidence gives the same digest
	Sources   []statusSource `json:"sources"`
	Decisions int            `json:"decisions"`
	Runs      []string       `json:"runs"`
	Next      string         `json:"next"`
	Summary   *model.Summary `json:"-"`
}

type statusSource struct {
	Source     string `json:"source"`
	Media      string `json:"media"`
	Objects    int    `json:"objects"`
	Read       int    `json:"read"`
	Defects    int    `json:"defects"`
	Unreadable int    `json:"unreadable"`
	Unread     int    `json:"unread"`
}

func runStatus(ctx context.Context, g *globals, _ StatusOptions) (err error) {
	j, err := g.newJob()
	if err != nil {
		return err
	}
	defer j.close(&err)
	if err := j.viewCase(); err != nil {
		return err
	}
	s, err := j.status(ctx)
	if err != nil {
		return err
	}
	return j.u.result(s, func(w io.Writer) error { return writeStatus(w, g, s) })
}

func (j *job) status(ctx context.Context) (*status, error) {
	digest, err := j.kase.Digest()
	if err != nil {
		return nil, err
	}
	s := &status{Case: j.g.caseDir, Digest: hex.EncodeToString(digest[:]), Sources: []statusSource{}, Runs: []string{}, Next: "salvage run"}
	tallies, err := j.kase.Tallies(ctx)
	if err != nil {
		return nil, err
	}
	for _, t := range tallies {
		s.Sources = append(s.Sources, statusSource{t.Source, t.Media, t.Objects(), t.Read, t.Defects, t.Unreadable, t.Unread})
	}
	decisions, err := j.kase.Decisions()
	if err != nil {
		return nil, err
	}
	s.Decisions = len(decisions)
	runs, err := j.kase.Runs()
	if err != nil {
		return nil, err
	}
	s.Runs = append(s.Runs, runs...)
	if s.Summary, err = j.kase.LoadSummary(ctx); err != nil {
		return nil, err
	}
	if s.Summary != nil {
		s.Next = s.Summary.Next
	}
	return s, nil
}

func writeStatus(w io.Writer, g *globals, s *status) error {
	fmt.Fprintf(w, "case %s\nevidence digest %s\n", s.Case, s.Digest)
	rows := make([][]any, len(s.Sources))
	for i, t := range s.Sources {
		rows[i] = []any{t.Source, t.Media, t.Objects, t.Read, t.Defects, t.Unreadable, t.Unread}
	}
	if err := writeTable(w, []string{"source", "media", "objects", "read", "with defects", "unreadable", "not read yet"}, rows); err != nil {
		return err
	}
	if m := s.Summary; m != nil {
		fmt.Fprintf(w, "rebuilt: %d reservations, %d customers, %d payments; updated: %d reservations; held: %d\n",
			m.Reservations.Rebuilt, m.Customers.Rebuilt, m.Payments.Rebuilt, m.Reservations.Updated,
			m.Reservations.Held+m.Customers.Held+m.Payments.Held+m.Vehicles.Held)
		fmt.Fprintf(w, "conflicts: %s\n", conflictWords(m.Conflicts))
	} else {
		fmt.Fprintln(w, "nothing was reconciled yet")
	}
	fmt.Fprintf(w, "decisions: %d\nexports: %d\n", s.Decisions, len(s.Runs))
	for _, r := range s.Runs {
		fmt.Fprintf(w, "  exports/%s\n", r)
	}
	_, err := fmt.Fprintf(w, "next: %s\n", g.typed(s.Next))
	return err
}
