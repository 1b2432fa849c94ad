package main

// This file: the command init.

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"salvage/model/casefile"
	"salvage/reconcile/draft"
	"salvage/sources/backup"
)

// InitOptions are the flags of init.
type InitOptions struct {
	Backup, Name, Zone, Currency, Wipe string
	Sources                            []string // TYPE=PATTERN, or a path whose type is found out
	Answers                            string   // file
	ask                                asker    // nil: nobody is there to answer
}

func newInitCommand(g *globals) *cobra.Command {
	var opts InitOptions
	cmd := &cobra.Command{
		Use:   "init --backup FILE",
		Short: "draft salvage.yaml and mapping.yaml from the backup",
		Long: `Draft salvage.yaml (or the file named with -c) and a mapping.yaml beside it from the backup:
its tables, its columns, what they hold and how they are called. Each line says why it stands
there; "unsure" marks what was close, with the runner-up.

With --source, or when evidence is in the case already, the draft is held against the evidence:
that finds the time zone, the unit of money, and what columns with unhelpful names are.

In a terminal the open questions are asked; Enter takes what is proposed. Elsewhere they are
printed and written into the files as "asked" lines; answer them there, or in a file of
"id: answer" lines given with --answers. Files that exist are never overwritten.` + exitStatus,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if opts.ask == nil && !g.json && !g.quiet {
				opts.ask = terminal(os.Stdin, g.stderr)
			}
			return runInit(cmd.Context(), g, opts)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&opts.Backup, "backup", "", "the last good backup, a `file`")
	flags.StringVar(&opts.Name, "name", "", "the business's `name`")
	flags.StringVar(&opts.Zone, "timezone", "", "the business's time `zone`, such as America/New_York")
	flags.StringVar(&opts.Currency, "currency", "", "the business's currency `code`, such as USD")
	flags.StringVar(&opts.Wipe, "wipe", "", "the `time` of the loss, RFC 3339")
	flags.StringArrayVar(&opts.Sources, "source", nil, "files of evidence, as stripe=`PATTERN`, calendar=… or mail=…, or a path alone; several times")
	flags.StringVar(&opts.Answers, "answers", "", "a `file` of \"id: answer\" lines for the questions that init asks")
	return cmd
}

// drafting is init at work.
type drafting struct {
	g       *globals
	u       *ui
	opts    InitOptions
	dir     string // of salvage.yaml
	mapping string
	answers map[string]string
	sources []draftSource
	health  backup.Health
	facts   *draft.Facts
	overlap *draft.Overlap
	draft   *draft.Draft
}

func runInit(ctx context.Context, g *globals, opts InitOptions) error {
	if opts.Backup == "" {
		return usage(errors.New("init: which backup?"), "salvage init --backup FILE")
	}
	d := &drafting{g: g, u: g.ui(), opts: opts, dir: filepath.Dir(g.config)}
	d.mapping = filepath.Join(d.dir, "mapping.yaml")
	for _, path := range []string{g.config, d.mapping} {
		if _, err := os.Lstat(path); err == nil {
			return refuse(fmt.Errorf("%s exists already", path), "move it away, or name another file with -c")
		}
	}
	for _, step := range []func(context.Context) error{d.takeAnswers, d.findSources, d.profile, d.askSources, d.readEvidence, d.settle} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return d.write()
}

// profile reads the backup once.
func (d *drafting) profile(ctx context.Context) error {
	tmp, err := os.MkdirTemp("", "salvage-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	bar := d.u.progress("read the backup", "rows")
	b, err := backup.Open(d.opts.Backup, tmp)
	if err != nil {
		return usage(fmt.Errorf("read the backup: %w", err), "")
	}
	d.health = b.Health()
	if h := d.health; h.Fatal {
		b.Close() //nolint:errcheck // the refusal says more
		return refuse(fmt.Errorf("backup %s: %s", d.opts.Backup, strings.Join(h.Problems, ": ")), "find a whole backup first")
	}
	bar.set(0, d.health.Rows, "")
	cut, _ := time.Parse(time.RFC3339, d.health.Cut) // zero where the dump does not say
	d.facts, err = draft.Profile(ctx, b, b.Functions, cut)
	if err = errors.Join(err, b.Close()); err != nil {
		return err
	}
	bar.end("%d tables, %d rows", d.health.Tables, d.health.Rows)
	return nil
}

// settle drafts, and drafts again after each answer, for one answer may settle other questions.
func (d *drafting) settle(ctx context.Context) error {
	asked := map[string]bool{}
	for {
		wipe, _ := time.Parse(time.RFC3339, d.answers["wipe"]) // checked where it was given; zero for none
		d.draft = draft.New(d.facts, draft.Options{Answers: d.answers, Overlap: d.overlap, Wipe: wipe})
		if d.opts.ask == nil {
			return ctx.Err()
		}
		next := -1
		for i, q := range d.questions() {
			if !asked[q.ID] {
				next = i
				break
			}
		}
		if next < 0 {
			return ctx.Err()
		}
		q := d.questions()[next]
		asked[q.ID] = true
		answer, err := d.opts.ask(ctx, q, func(a string) error { return checkAnswer(q, a) })
		if err != nil {
			return err
		}
		if answer != "" {
			d.answers[q.ID] = answer
		}
	}
}

// questions are those of the draft and those of salvage.yaml, in the order in which they are asked.
func (d *drafting) questions() []draft.Question {
	var out []draft.Question
	if d.answers["wipe"] == "" {
		out = append(out, draft.Question{ID: "wipe", Must: true, Text: "When was the database lost? (as in 2026-04-24T16:20:00Z)", Why: d.cutWhy()})
	}
	if d.answers["cut"] == "" && d.health.Cut == "" {
		q := draft.Question{ID: "cut", Must: d.draft.Cut == "", Default: d.draft.Cut, Text: "When was the backup made? (as in 2026-01-24T08:00:00Z)", Why: "the dump does not say"}
		if d.draft.Cut != "" {
			q.Why += "; this is just after the newest thing that happened in it"
		}
		out = append(out, q)
	}
	return append(out, d.draft.Questions...)
}

func (d *drafting) cutWhy() string {
	if d.health.Cut != "" {
		return "the backup was made " + d.health.Cut
	}
	if d.draft.Cut != "" {
		return "the newest thing that happened in the backup is of " + d.draft.Cut
	}
	return ""
}

// write writes both files, or neither.
func (d *drafting) write() error {
	mapping, err := d.draft.Mapping()
	if err != nil {
		return err
	}
	config, err := d.config()
	if err != nil {
		return err
	}
	if err := create(d.mapping, string(mapping)); err != nil {
		return err
	}
	if err := create(d.g.config, string(config)); err != nil {
		return errors.Join(err, os.Remove(d.mapping))
	}
	questions := d.questions()
	open := []string{}
	for _, q := range questions {
		open = append(open, q.ID+": "+q.Text)
	}
	if len(d.sources) == 0 {
		open = append(open, "sources: none is named yet")
	}
	out := map[string]any{"config": d.g.config, "mapping": d.mapping, "open": open, "questions": questions, "found": d.found()}
	return d.u.result(out, func(w io.Writer) error { return d.report(w, questions) })
}

// found counts what was drafted.
func (d *drafting) found() map[string]int {
	out := map[string]int{}
	for _, e := range d.draft.Entities {
		out[e.Name] = len(e.Fields)
	}
	return out
}

func (d *drafting) report(w io.Writer, questions []draft.Question) error {
	fmt.Fprintf(w, "drafted %s and %s\n", d.g.config, d.mapping)
	unsure := 0
	for _, e := range d.draft.Entities {
		where := "table " + e.Table.Value
		if e.Hosted {
			where = "in the reservations' table"
		}
		fmt.Fprintf(w, "  %-12s %s, %d fields\n", e.Name, printable(where), len(e.Fields))
		for _, f := range e.Fields {
			if f.Unsure != "" {
				unsure++
			}
		}
	}
	must := 0
	for _, q := range questions {
		word := "look at"
		if q.Must {
			word = "asked"
			must++
		}
		line := fmt.Sprintf("  %s: %s [%s]", word, q.Text, q.ID)
		if q.Default != "" {
			line += "  (drafted: " + q.Default + ")"
		}
		fmt.Fprintln(w, printable(line))
	}
	if len(d.sources) == 0 {
		fmt.Fprintf(w, "  asked: where is the evidence? name the files under sources in %s\n", d.g.config)
	}
	if unsure > 0 {
		fmt.Fprintf(w, "  %d lines are marked \"unsure\" in %s\n", unsure, d.mapping)
	}
	next := "next: read both, then " + d.g.typed("salvage check")
	if must > 0 || len(d.sources) == 0 {
		next = "next: answer what is asked in the two files, then " + d.g.typed("salvage check")
	}
	_, err := fmt.Fprintln(w, next)
	return err
}

// create writes a file that must not be there yet.
func create(path, text string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return casefile.Explain("write "+path, err)
	}
	_, err = f.WriteString(text)
	return casefile.Explain("write "+path, errors.Join(err, f.Close()))
}
