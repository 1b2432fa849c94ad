package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"salvage/fixtures/rental"
)

// TestSameInputSameBytes runs one company as it is, on one processor, with its files renamed so that
// they come in another order, and with a source that is there twice: conflicts, plan and SQL are
// the same byte for byte.
func TestSameInputSameBytes(t *testing.T) {
	dir := t.TempDir()
	company := filepath.Join(dir, "company")
	require.NoError(t, rental.Generate(rental.Options{PerDay: 5, Days: 60, LostDays: 15}).Write(company))
	whole := runFor(t, filepath.Join(company, "salvage.yaml"), filepath.Join(dir, "whole"))

	t.Run("one processor", func(t *testing.T) {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
		require.Equal(t, whole, runFor(t, filepath.Join(company, "salvage.yaml"), filepath.Join(dir, "one")))
	})
	t.Run("files in another order", func(t *testing.T) {
		other := filepath.Join(dir, "other")
		require.NoError(t, copyFolder(company, other))
		shuffle(t, filepath.Join(other, "stripe"))
		shuffle(t, filepath.Join(other, "calendar"))
		require.Equal(t, whole, runFor(t, filepath.Join(other, "salvage.yaml"), filepath.Join(dir, "shuffled")))
	})
	t.Run("a source twice", func(t *testing.T) {
		text, err := os.ReadFile(filepath.Join(company, "salvage.yaml"))
		require.NoError(t, err)
		twice := strings.Replace(string(text), "mapping: mapping.yaml", "  - {name: again, type: mail, files: [\"mail/all.mbox\"]}\nmapping: mapping.yaml", 1)
		require.NotEqual(t, string(text), twice)
		path := filepath.Join(company, "twice.yaml")
		require.NoError(t, os.WriteFile(path, []byte(twice), 0o600))
		require.Equal(t, whole, runFor(t, path, filepath.Join(dir, "twice")))
	})
}

// shuffle renames the files of a folder so that their order is the other way round.
func shuffle(t *testing.T, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for i, e := range entries {
		name := string(rune('z'-i)) + e.Name()
		require.NoError(t, os.Rename(filepath.Join(dir, e.Name()), filepath.Join(dir, name)))
	}
}

// runFor runs the program in this process and gives what must not depend on how the input came.
func runFor(t *testing.T, config, kase string) map[string]string {
	t.Helper()
	var out, msg bytes.Buffer
	code := execute(context.Background(), []string{"run", "-c", config, "--case", kase, "--now", "2026-04-24T16:20:00Z", "--quiet"}, &out, &msg)
	require.Zero(t, code, msg.String())
	files := map[string]string{}
	for _, name := range []string{"conflicts.json", "conflicts.csv", "board.html", "export/plan.jsonl", "export/held.csv", "export/20_apply.sql", "export/MANIFEST.json", "export/undo/90_rollback.sql"} {
		text, err := os.ReadFile(filepath.Join(kase, name))
		require.NoError(t, err)
		require.NotEmpty(t, text, name)
		files[name] = string(text)
	}
	return files
}
