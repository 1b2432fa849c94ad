package main

// This file: the command demo.

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"salvage/fixtures/rental"
	"salvage/model/casefile"
)

// DemoOptions are the arguments of demo.
type DemoOptions struct {
	Dir string
}

func newDemoCommand(g *globals) *cobra.Command {
	var opts DemoOptions
	return &cobra.Command{
		Use:   "demo [DIR]",
		Short: "see it work on an invented company",
		Long: `Invent a company, lose three months of its bookings and rebuild them: everything above,
without network, server or configuration. The company stands in DIR/company afterwards, the
case in DIR/case (DIR is ./salvage-demo unless you say otherwise). What an earlier demo left
in DIR is replaced.` + exitStatus,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			opts.Dir = "salvage-demo"
			if len(args) > 0 {
				opts.Dir = args[0]
			}
			return runDemo(cmd.Context(), g, opts)
		},
	}
}

// demoPerDay is how many bookings a day the invented company has: enough to look real, and rebuilt
// in well under a minute on a small machine.
const demoPerDay = 6

// demoMark is the file by which a demo knows a folder of its own again.
const demoMark = ".salvage-demo"

func runDemo(ctx context.Context, g *globals, opts DemoOptions) error {
	company, kase := filepath.Join(opts.Dir, "company"), filepath.Join(opts.Dir, "case")
	if err := clearDemo(opts.Dir, company, kase); err != nil {
		return err
	}
	u := g.ui()
	bar := u.progress("invent a company", "bookings")
	world := rental.Generate(rental.Options{PerDay: demoPerDay})
	if err := world.Write(company); err != nil {
		return casefile.Explain("write the company into "+company, err)
	}
	bar.end("%s", company)
	g.config, g.caseDir = filepath.Join(company, "salvage.yaml"), kase
	if g.now == "" {
		g.now = stampTime(world.Options.Wipe) // a demo has no clock: it is always the day of the loss
	}
	return runRun(ctx, g, RunOptions{})
}

// clearDemo takes away what an earlier demo left. A folder that holds anything and is not a demo's is refused.
func clearDemo(dir, company, kase string) error {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return casefile.Explain("read "+dir, err)
	}
	mark := filepath.Join(dir, demoMark)
	if _, err := os.Stat(mark); err != nil && len(entries) > 0 {
		return refuse(fmt.Errorf("%s is not empty and not a demo's folder", dir), "name an empty or a new folder: salvage demo DIR")
	}
	err = errors.Join(os.RemoveAll(company), os.RemoveAll(kase), os.MkdirAll(dir, 0o700), os.WriteFile(mark, nil, 0o600))
	return casefile.Explain("make the demo folder "+dir, err)
}
