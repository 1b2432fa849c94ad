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
	"salvage/sources/backup"
)

// InitOptions are the flags of init.
type InitOptions struct {
	Backup, Name, Zone, Currency, Wipe string
}

func newInitCommand(g *globals) *cobra.Command {
	var opts InitOptions
	cmd := &cobra.Command{
		Use:   "init --backup FILE",
		Short: "draft salvage.yaml and mapping.yaml from the backup",
		Long: `Draft salvage.yaml (or the file named with -c) and a mapping.yaml beside it from the names of
the backup's tables and columns. A draft is a beginning: read it, correct it, then run
salvage check. Files that exist are never overwritten.` + exitStatus,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error { return runInit(cmd.Context(), g, opts) },
	}
	flags := cmd.Flags()
	flags.StringVar(&opts.Backup, "backup", "", "the last good backup, a `file`")
	flags.StringVar(&opts.Name, "name", "", "the business's `name`")
	flags.StringVar(&opts.Zone, "timezone", "", "the business's time `zone`, such as America/New_York")
	flags.StringVar(&opts.Currency, "currency", "USD", "the business's currency `code`")
	flags.StringVar(&opts.Wipe, "wipe", "", "the `time` of the loss, RFC 3339")
	return cmd
}

func runInit(_ context.Context, g *globals, opts InitOptions) error {
	if opts.Backup == "" {
		return usage(errors.New("init: which backup?"), "salvage init --backup FILE")
	}
	if opts.Wipe != "" {
		if _, err := time.Parse(time.RFC3339, opts.Wipe); err != nil {
			return usage(fmt.Errorf("--wipe %q is not a time", opts.Wipe), "write it as 2026-04-24T16:20:00Z")
		}
	}
	dir := filepath.Dir(g.config)
	mappingPath := filepath.Join(dir, "mapping.yaml")
	for _, path := range []string{g.config, mappingPath} {
		if _, err := os.Lstat(path); err == nil {
			return refuse(fmt.Errorf("%s exists already", path), "move it away, or name another file with -c")
		}
	}
	tmp, err := os.MkdirTemp("", "salvage-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	b, err := backup.Open(opts.Backup, tmp)
	if err != nil {
		return usage(fmt.Errorf("read the backup: %w", err), "")
	}
	defer b.Close()
	if h := b.Health(); h.Fatal {
		return refuse(fmt.Errorf("backup %s: %s", opts.Backup, strings.Join(h.Problems, ": ")), "find a whole backup first")
	}
	text, err := draftConfig(opts, dir)
	if err != nil {
		return err
	}
	d := draftMapping(b.Schema(), opts)
	d.ask("sources in %s: none is named yet", g.config)
	if opts.Wipe == "" {
		d.ask("incident.wipe in %s: the moment of the loss is not known", g.config)
	}
	if opts.Zone == "" {
		d.ask("business.timezone in %s: nobody has said", g.config)
	}
	if err := errors.Join(create(g.config, text), create(mappingPath, d.text())); err != nil {
		return err
	}
	out := map[string]any{"config": g.config, "mapping": mappingPath, "open": d.open}
	return g.ui().result(out, func(w io.Writer) error {
		fmt.Fprintf(w, "drafted %s and %s\n", g.config, mappingPath)
		for _, o := range d.open {
			fmt.Fprintf(w, "  look at: %s\n", printable(o))
		}
		_, err := fmt.Fprintf(w, "next: correct both, then %s\n", g.typed("salvage check"))
		return err
	})
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

// draftConfig writes the beginning of a salvage.yaml; what nobody has said is asked for in comments.
func draftConfig(opts InitOptions, dir string) (string, error) {
	path, err := filepath.Abs(opts.Backup)
	if err != nil {
		return "", err
	}
	if base, err := filepath.Abs(dir); err == nil {
		if rel, err := filepath.Rel(base, path); err == nil {
			path = rel
		}
	}
	wipe := "  # wipe: 2026-04-24T16:20:00Z        # the moment of the loss: needed"
	if opts.Wipe != "" {
		wipe = "  wipe: " + opts.Wipe
	}
	zone := "  # timezone: America/New_York        # what naive times in sources mean: needed"
	if opts.Zone != "" {
		zone = "  timezone: " + scalar(opts.Zone)
	}
	return fmt.Sprintf(`business:
  name: %s
%s
  currency: %s
  senders: []                         # whose confirmations are genuine: ["@your-domain.example"]
incident:
%s
backup: {path: %s}
sources:                              # needed: one line for each place that holds evidence
  # - {name: stripe, type: stripe, files: ["stripe/*.json", "stripe/*.csv"]}
  # - {name: calendar, type: calendar, files: ["calendar/*.json", "calendar/*.ics"]}
  # - {name: mail, type: mail, files: ["mail/all.mbox", "mail/Maildir", "mail/*.eml"]}
mapping: mapping.yaml
`, scalar(or(opts.Name, "Our business")), zone, scalar(opts.Currency), wipe, scalar(path)), nil
}

// scalar writes a YAML scalar, quoted.
func scalar(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\t", `\t`).Replace(s) + `"`
}
