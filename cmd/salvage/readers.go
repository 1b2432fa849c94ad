package main

// This file: the command readers, which shows how each source speaks, as it was learned.

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"salvage/export/report"
	"salvage/model"
	"salvage/model/casefile"
	"salvage/model/config"
	"salvage/reconcile"
	"salvage/reconcile/learn"
)

// ReadersOptions are the flags of readers.
type ReadersOptions struct {
	Export string
	All    bool
}

func newReadersCommand(g *globals) *cobra.Command {
	var opts ReadersOptions
	cmd := &cobra.Command{
		Use:   "readers",
		Short: "how each source speaks, as the backup taught it",
		Long: `List the templates of messages, events and payments: how often each occurs, what is read in
which place and how well the backup's rows agree, with one example; and the templates of known
senders that are new or have changed. Reads what is in the case and changes nothing.

--export FILE writes the rules. Correct the file, name it under readers: in salvage.yaml, and
run again: each rule is held against the overlap first, and refused where the rows say otherwise.` + exitStatus,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error { return runReaders(cmd.Context(), g, opts) },
	}
	cmd.Flags().StringVar(&opts.Export, "export", "", "write the rules to this `file` as YAML; it must not exist")
	cmd.Flags().BoolVar(&opts.All, "all", false, "list the templates in which nothing is read too")
	return cmd
}

func runReaders(ctx context.Context, g *globals, opts ReadersOptions) (err error) {
	j, err := g.newJob()
	if err != nil {
		return err
	}
	defer j.close(&err)
	if err := j.viewCase(); err != nil {
		return err
	}
	if err := j.loadConfig(); err != nil {
		return err
	}
	if err := j.openBackups(ctx); err != nil {
		return err
	}
	if err := j.readBooks(); err != nil {
		return err
	}
	in, err := j.reconcileInput(ctx)
	if err != nil {
		return err
	}
	list, err := reconcile.Readers(ctx, *in)
	if err != nil {
		return ruleError(err)
	}
	if opts.Export != "" {
		return j.exportReaders(list, opts.Export)
	}
	return j.u.result(list, func(w io.Writer) error { return writeTemplates(w, list, opts.All) })
}

// exportReaders writes the learned rules where nothing stands yet.
func (j *job) exportReaders(list []learn.Template, path string) error {
	var rules []model.ReadingRule
	var notes []string
	seen := map[string]bool{}
	for _, t := range list {
		for _, u := range t.Uses {
			if k := u.Scope + "\x00" + u.Anchor; !seen[k] {
				seen[k] = true
				order, zone, _ := strings.Cut(u.Transform, " ")
				rules = append(rules, model.ReadingRule{In: u.Scope, Place: u.Anchor, Field: string(u.Kind) + "." + string(u.Field), Order: order, Zone: zone})
				notes = append(notes, fmt.Sprintf("agrees with %d of %d rows; trust %s", u.Agree, u.Support, percent(u.Trust)))
			}
		}
	}
	text, err := config.FormatReaders(rules, notes)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return usage(fmt.Errorf("write the reading rules: %w", err), "name a file that does not exist yet")
	}
	if _, err := f.Write(text); err != nil {
		f.Close()
		return casefile.Explain("write the reading rules", err)
	}
	if err := f.Close(); err != nil {
		return casefile.Explain("write the reading rules", err)
	}
	j.u.say("%d rules in %s", len(rules), path)
	return nil
}

func percent(p model.PPM) string { return fmt.Sprintf("%.1f %%", float64(p)/10_000) }

// writeTemplates writes what was learned for people.
func writeTemplates(w io.Writer, list []learn.Template, all bool) error {
	shown := 0
	for i := range list {
		t := &list[i]
		if len(t.Uses) == 0 && t.Changed == "" && !all {
			continue
		}
		shown++
		if err := writeTemplate(w, t); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(w, "%d templates, %d shown\n", len(list), shown)
	return err
}

func writeTemplate(w io.Writer, t *learn.Template) error {
	fmt.Fprintf(w, "%s\n  %d readings, %d of them linked to rows of the backup, %d of the lost window%s\n", report.Plain(t.Scope), t.Count, t.Linked, t.Lost, announces(t.Act))
	if t.Changed != "" {
		fmt.Fprintf(w, "  template changed: %s (%d readings, such as %s)\n", t.Changed, t.Lost, report.Plain(t.Example))
	}
	rows := make([][]any, len(t.Uses))
	for i, u := range t.Uses {
		rows[i] = []any{string(u.Kind) + "." + string(u.Field), u.Anchor, u.Transform, u.Read, fmt.Sprintf("%d of %d", u.Agree, u.Support), percent(u.Trust), u.ID}
	}
	if len(rows) > 0 {
		if err := writeTable(w, []string{"field", "place", "as", "read", "agrees", "trust", "rule"}, rows); err != nil {
			return err
		}
	}
	if len(t.Marks) > 0 {
		fmt.Fprintf(w, "  example %s\n", report.Plain(t.Example))
	}
	for _, m := range t.Marks {
		label := ""
		if m.Label != "" {
			label = m.Label + ": "
		}
		fmt.Fprintf(w, "    %s  %s\n", report.Plain(label+m.Text[:m.From]+"["+m.Text[m.From:m.To]+"]"+m.Text[m.To:]), m.Field)
	}
	_, err := fmt.Fprintln(w)
	return err
}

func announces(a model.Act) string {
	if a == "" || a == model.ActNone {
		return ""
	}
	return "; announces: " + string(a)
}
