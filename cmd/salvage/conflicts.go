package main

// This file: the command conflicts.

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"salvage/export/report"
	"salvage/model"
)

// ConflictsOptions are the flags of conflicts.
type ConflictsOptions struct {
	Format string
	All    bool
}

func newConflictsCommand(g *globals) *cobra.Command {
	var opts ConflictsOptions
	cmd := &cobra.Command{
		Use:   "conflicts",
		Short: "what a person must settle, most urgent first",
		Long: `List the open conflicts, most urgent first. S1 blocks a row's export, S2 wants a look before
the customer arrives, S3 is for review, S4 is a note. Settle one with: salvage decide ID CHOICE` + exitStatus,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error { return runConflicts(cmd.Context(), g, opts) },
	}
	cmd.Flags().StringVar(&opts.Format, "format", "table", "`how` to list them: table, csv or json")
	cmd.Flags().BoolVar(&opts.All, "all", false, "list the decided ones too")
	return cmd
}

func runConflicts(ctx context.Context, g *globals, opts ConflictsOptions) (err error) {
	if g.json {
		opts.Format = "json"
	}
	write, ok := map[string]func(io.Writer, []model.Conflict) error{
		"table": writeConflictTable, "csv": report.WriteConflictsCSV, "json": report.WriteConflictsJSON,
	}[opts.Format]
	if !ok {
		return usage(fmt.Errorf("--format %q is not known", opts.Format), "known are table, csv and json")
	}
	j, err := g.newJob()
	if err != nil {
		return err
	}
	defer j.close(&err)
	if err := j.viewCase(); err != nil {
		return err
	}
	r, err := j.newest(ctx)
	if err != nil {
		return err
	}
	var list []model.Conflict
	for _, c := range r.Conflicts {
		if opts.All || c.Decided == nil {
			list = append(list, c)
		}
	}
	if opts.Format != "table" {
		return write(j.u.out, list)
	}
	if len(list) == 0 {
		j.u.print("no open conflicts")
		return nil
	}
	if err := write(j.u.out, list); err != nil {
		return err
	}
	j.u.say("settle one with: %s", g.typed("salvage decide ID CHOICE"))
	return nil
}

// choiceWidth and questionWidth keep the table within a wide terminal.
const (
	questionWidth = 70
	choiceWidth   = 40
)

func writeConflictTable(w io.Writer, list []model.Conflict) error {
	rows := make([][]any, len(list))
	for i, c := range list {
		due, choices := "", []string{}
		if c.Due != nil {
			due = *c.Due
		}
		for _, o := range c.Options {
			choices = append(choices, o.Choice)
		}
		text := strings.Join(choices, " ")
		if c.Decided != nil {
			text = "decided: " + c.Decided.Choice
		}
		rows[i] = []any{c.ID, c.Code, string(c.Severity), due, c.Entity.Label, short(c.Question, questionWidth), short(text, choiceWidth)}
	}
	return writeTable(w, []string{"id", "code", "sev", "due", "about", "question", "choices"}, rows)
}
