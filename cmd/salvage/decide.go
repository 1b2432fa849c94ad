package main

// This file: the command decide.

import (
	"context"
	"fmt"
	"io"
	"os/user"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"salvage/model"
)

// DecideOptions are the flags and arguments of decide.
type DecideOptions struct {
	ID, Choice, Note string
}

func newDecideCommand(g *globals) *cobra.Command {
	var opts DecideOptions
	cmd := &cobra.Command{
		Use:   "decide ID CHOICE",
		Short: "settle a conflict",
		Long: `Settle the conflict ID (its beginning will do) with one of its choices, or with a value of
your own: value=… A decision is kept for ever, survives every re-run, and can be replaced by
deciding again. It takes effect with the next run.` + exitStatus,
		Args: exactly("ID", "CHOICE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			opts.ID, opts.Choice = args[0], args[1]
			return runDecide(cmd.Context(), g, opts)
		},
	}
	cmd.Flags().StringVar(&opts.Note, "note", "", "a `text` to keep with the decision: who said so, and when")
	return cmd
}

func runDecide(ctx context.Context, g *globals, opts DecideOptions) (err error) {
	j, err := g.newJob()
	if err != nil {
		return err
	}
	defer j.close(&err)
	if err := j.openCase("decide"); err != nil {
		return err
	}
	r, err := j.newest(ctx)
	if err != nil {
		return err
	}
	c, err := findConflict(r.Conflicts, opts.ID)
	if err != nil {
		return err
	}
	if err := checkChoice(c, opts.Choice); err != nil {
		return err
	}
	d := model.Decision{Conflict: c.ID, Choice: opts.Choice, Sees: c.Sees, At: time.Now().UTC().Format(time.RFC3339), Note: opts.Note}
	if u, err := user.Current(); err == nil {
		d.Who = u.Username
	}
	if err := j.kase.Decide(ctx, d); err != nil {
		return err
	}
	if c.Decided == nil {
		r.Summary.Conflicts.Open--
	}
	c.Decided = &d
	if err := j.kase.SaveConflicts(ctx, r); err != nil {
		return err
	}
	if err := j.writeConflicts(r.Conflicts); err != nil {
		return err
	}
	j.log.Info("decided", "conflict", c.ID, "choice", opts.Choice)
	return j.u.result(c, func(w io.Writer) error {
		_, err := fmt.Fprintf(w, "%s: %s\nopen: %d\nnext: %s\n", c.ID, printable(opts.Choice), r.Summary.Conflicts.Open, g.typed("salvage run"))
		return err
	})
}

// findConflict finds a conflict by its id or the beginning of it.
func findConflict(list []model.Conflict, id string) (*model.Conflict, error) {
	var found *model.Conflict
	for i := range list {
		if list[i].ID == id {
			return &list[i], nil
		}
		if id != "" && strings.HasPrefix(list[i].ID, id) {
			if found != nil {
				return nil, usage(fmt.Errorf("several conflicts begin with %q", id), "write more of the id")
			}
			found = &list[i]
		}
	}
	if found == nil {
		return nil, usage(fmt.Errorf("there is no conflict %q", id), "salvage conflicts --all lists them")
	}
	return found, nil
}

func checkChoice(c *model.Conflict, choice string) error {
	words := []string{}
	for _, o := range c.Options {
		if o.Choice == choice {
			return nil
		}
		words = append(words, o.Choice)
	}
	if v, ok := strings.CutPrefix(choice, "value="); ok && strings.TrimSpace(v) != "" {
		return nil
	}
	return usage(fmt.Errorf("conflict %s has no choice %q", c.ID, choice), "choose one of: "+strings.Join(append(words, "value=…"), ", "))
}
