package main

import (
	"io"
	"os"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"
)

func readme(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	return string(text)
}

// TestReadmeNamesEverything fails when a command or a flag is missing from the README.
func TestReadmeNamesEverything(t *testing.T) {
	text := readme(t)
	rootCmd := newRootCommand(&globals{stdout: io.Discard, stderr: io.Discard})
	rootCmd.PersistentFlags().VisitAll(func(f *pflag.Flag) { require.Contains(t, text, "`--"+f.Name, "a flag of every command") })
	for _, cmd := range rootCmd.Commands() {
		if cmd.Hidden || cmd.Name() == "help" || cmd.Name() == "completion" {
			continue
		}
		require.Contains(t, text, "`"+cmd.Name(), "command %s", cmd.Name())
		cmd.LocalNonPersistentFlags().VisitAll(func(f *pflag.Flag) {
			if f.Name != "help" {
				require.Contains(t, text, "--"+f.Name, "flag of %s", cmd.Name())
			}
		})
	}
	for _, name := range laterCommands() {
		require.Contains(t, text, "`"+name+"`", "what is not built yet is said")
	}
}

// TestReadmeNamesEveryFile fails when a file of the case folder or an exit code is missing.
func TestReadmeNamesEveryFile(t *testing.T) {
	text := readme(t)
	for _, name := range []string{"case.db", "summary.json", "conflicts.json", "conflicts.csv", "report/index.html", "board.html", "export/", "exports/<run>/", "log.jsonl",
		"README.txt", "MANIFEST.json", "00_fence.sql", "01_preflight.sql", "10_arm.sql", "20_apply.sql", "30_verify.sql", "undo/90_rollback.sql", "grants.sql", "plan.jsonl", "held.csv"} {
		require.Contains(t, text, name)
	}
	for _, code := range []string{"| 0 |", "| 1 |", "| 2 |", "| 3 |", "| 4 |", "| 5 |"} {
		require.Contains(t, text, code)
	}
}

func TestEveryCommandHasHelp(t *testing.T) {
	for _, cmd := range newRootCommand(&globals{}).Commands() {
		if cmd.Name() == "help" || cmd.Name() == "completion" {
			continue
		}
		require.NotEmpty(t, cmd.Short, cmd.Name())
		require.Contains(t, cmd.Long, "EXIT STATUS", cmd.Name())
		require.False(t, strings.HasSuffix(cmd.Short, "."), cmd.Name())
		require.IsType(t, (*cobra.Command)(nil), cmd)
	}
}
