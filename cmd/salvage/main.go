// Salvage rebuilds lost bookings: it matches what payments, calendars and mails still say against
// the last good backup, asks a person about what cannot be settled, and writes SQL for the
// company's own tables. It only reads, and only writes files into its case folder.
//
// This package is the operator's face: one file a command (newXCommand, XOptions, runX), the rules
// of the terminal in ui.go, what the commands share in job.go. It joins the wings (sources,
// reconcile, export) with the case on disk and holds no logic of its own.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	_ "time/tzdata" // a machine without zone files must not read other hours

	"github.com/spf13/cobra"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	tune()
	os.Exit(execute(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// tune trades memory for time: a run is one big job on a machine that has 4 GiB for it. GOGC and
// GOMEMLIMIT, where somebody has set them, are obeyed.
func tune() {
	const percent, limit = 400, 3 << 30
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(percent)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(limit)
	}
}

// execute runs one command line and returns its exit code.
func execute(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	g := &globals{stdout: stdout, stderr: stderr}
	root := newRootCommand(g)
	root.SetArgs(args)
	err := notBuilt(args)
	if err == nil {
		err = root.ExecuteContext(ctx)
	}
	return g.ui().finish(err)
}

// globals are the flags that every command has.
type globals struct {
	config, caseDir, now string
	json, quiet          bool
	stdout, stderr       io.Writer
}

func newRootCommand(g *globals) *cobra.Command {
	root := &cobra.Command{
		Use:   "salvage",
		Short: "rebuild lost bookings from payments, calendars, mails and an old backup",
		Long: `Rebuild lost reservations, customers and payments: salvage matches what payments,
calendars and mails still say against the last good backup, asks a person about
what cannot be settled, and writes SQL for the company's own tables.

It only reads your data, and only writes files into the case folder.
Start with: salvage demo` + exitStatus,
		SilenceErrors: true,
		SilenceUsage:  true,

		SuggestionsMinimumDistance: 2,
		Args:                       cobra.ArbitraryArgs,
		CompletionOptions:          cobra.CompletionOptions{HiddenDefaultCmd: true},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return unknown(cmd, args[0])
			}
			return cmd.Help()
		},
	}
	root.SetOut(g.stdout)
	root.SetErr(g.stderr)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usage(fmt.Errorf("%s: %w", cmd.CommandPath(), err), cmd.CommandPath()+" --help shows the flags")
	})
	flags := root.PersistentFlags()
	flags.StringVarP(&g.config, "config", "c", "salvage.yaml", "configuration `file`")
	flags.StringVar(&g.caseDir, "case", "case", "case `folder`: everything is kept there")
	flags.BoolVar(&g.json, "json", false, "print results as JSON")
	flags.BoolVar(&g.quiet, "quiet", false, "no progress and no messages, only results and errors")
	flags.StringVar(&g.now, "now", "", "the `time` that counts as today, RFC 3339 (default: the clock)")
	root.AddCommand(
		newInitCommand(g), newCheckCommand(g), newPullCommand(g), newReconcileCommand(g), newRunCommand(g),
		newStatusCommand(g), newConflictsCommand(g), newDecideCommand(g), newReportCommand(g), newBoardCommand(g),
		newExplainCommand(g), newReadersCommand(g), newExportCommand(g), newDemoCommand(g), newLoginCommand(g),
	)
	return root
}

const exitStatus = `

EXIT STATUS
  0  done and complete
  1  failed
  2  usage or configuration
  3  done, with holes in a source's coverage
  4  interrupted: run again to resume
  5  refused for safety`

// laterCommands are of the contract and not built in this version.
func laterCommands() []string {
	return []string{"review", "backtest", "fence", "rehearse", "compare", "archive"}
}

// notBuilt refuses a command that this version does not have, whatever flags come with it.
func notBuilt(args []string) error {
	for i := 0; i < len(args); i++ {
		switch a := args[i]; {
		case a == "-c" || a == "--config" || a == "--case" || a == "--now":
			i++
		case strings.HasPrefix(a, "-"):
		case slices.Contains(laterCommands(), a):
			return usage(fmt.Errorf("%s: not built yet in this version", a), "salvage --help lists what there is")
		default:
			return nil
		}
	}
	return nil
}

func unknown(cmd *cobra.Command, word string) error {
	hint := "salvage --help lists the commands"
	if near := cmd.SuggestionsFor(word); len(near) > 0 {
		hint = `did you mean "salvage ` + near[0] + `"?`
	}
	return usage(fmt.Errorf("there is no command %q", word), hint)
}

// exactly checks the number of arguments.
func exactly(words ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != len(words) {
			want := "no arguments"
			if len(words) > 0 {
				want = strings.Join(words, " ")
			}
			return usage(fmt.Errorf("%s takes %s, not %d arguments", cmd.CommandPath(), want, len(args)), cmd.CommandPath()+" --help tells more")
		}
		return nil
	}
}
