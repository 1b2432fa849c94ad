package main

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"salvage/fixtures/pgtest"
	"salvage/fixtures/rental"
)

// TestSameExportFromAnyBackup runs one company with its backup dumped in other formats, and with the
// rows of every table in another order: the export is the same to the byte.
func TestSameExportFromAnyBackup(t *testing.T) {
	dir := t.TempDir()
	company := filepath.Join(dir, "company")
	require.NoError(t, rental.Generate(rental.Options{PerDay: 5, Days: 60, LostDays: 15}).Write(company))
	dump := filepath.Join(company, "backup.sql")
	s := pgtest.Start(t)
	s.CreateDB(t, "same_export")
	_, errs, exit := s.Psql(t, "same_export", "-q", "-v", "ON_ERROR_STOP=1", "-f", dump)
	require.Zero(t, exit, errs)
	text, err := os.ReadFile(dump)
	require.NoError(t, err)
	config := filepath.Join(company, "salvage.yaml")
	yaml, err := os.ReadFile(config)
	require.NoError(t, err)
	want := exportFor(t, config, filepath.Join(dir, "plain"))

	variants := map[string]func() error{
		"plain again": func() error { s.PgDump(t, "same_export", "-f", dump); return nil },
		"custom":      func() error { s.PgDump(t, "same_export", "-Fc", "-f", dump); return nil },
		"directory":   func() error { s.PgDump(t, "same_export", "-Fd", "-f", dump); return nil },
		"tar":         func() error { s.PgDump(t, "same_export", "-Ft", "-f", dump); return nil },
		"inserts":     func() error { s.PgDump(t, "same_export", "--inserts", "-f", dump); return nil },
		"rows in another order": func() error {
			return os.WriteFile(dump, []byte(backwards(t, string(text))), 0o600)
		},
		"cut not configured": func() error {
			s.PgDump(t, "same_export", "-Fc", "-f", dump)
			return os.WriteFile(config, []byte(withoutCut(t, string(yaml))), 0o600)
		},
	}
	for _, name := range []string{"plain again", "custom", "directory", "tar", "inserts", "rows in another order"} {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, os.RemoveAll(dump))
			require.NoError(t, variants[name]())
			sameFiles(t, want, exportFor(t, config, filepath.Join(dir, name)))
		})
	}
	t.Run("cut not configured", func(t *testing.T) { // the copy was dumped long after the wipe, so its header says nothing
		require.NoError(t, os.WriteFile(config, []byte(withoutCut(t, string(yaml))), 0o600))
		require.NoError(t, os.WriteFile(dump, text, 0o600))
		want := exportFor(t, config, filepath.Join(dir, "plain without"))
		require.NoError(t, variants["cut not configured"]())
		sameFiles(t, want, exportFor(t, config, filepath.Join(dir, "custom without")))
	})
}

// exportFor runs the program and gives every file of the export.
func exportFor(t *testing.T, config, kase string) map[string]string {
	t.Helper()
	files := runFor(t, config, kase)
	export := filepath.Join(kase, "export")
	require.NoError(t, filepath.WalkDir(export, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		files[strings.TrimPrefix(path, kase+"/")] = string(text)
		return err
	}))
	require.Greater(t, len(files), 10)
	return files
}

// sameFiles compares file by file and shows the first line that differs in each.
func sameFiles(t *testing.T, want, got map[string]string) {
	t.Helper()
	require.Equal(t, slices.Sorted(maps.Keys(want)), slices.Sorted(maps.Keys(got)))
	for _, name := range slices.Sorted(maps.Keys(want)) {
		w, g := strings.Split(want[name], "\n"), strings.Split(got[name], "\n")
		for i := range max(len(w), len(g)) {
			if i >= len(w) || i >= len(g) || w[i] != g[i] {
				assert.Fail(t, name, "line %d:\n%.600s\n%.600s", i+1, strings.Join(w[min(i, len(w)):min(i+1, len(w))], ""), strings.Join(g[min(i, len(g)):min(i+1, len(g))], ""))
				break
			}
		}
	}
}

// backwards turns the rows of every COPY block round.
func backwards(t *testing.T, dump string) string {
	t.Helper()
	lines := strings.Split(dump, "\n")
	blocks := 0
	for i := 0; i < len(lines); i++ {
		if !strings.HasPrefix(lines[i], "COPY ") {
			continue
		}
		begin := i + 1
		for i = begin; lines[i] != `\.`; i++ {
		}
		slices.Reverse(lines[begin:i])
		blocks++
	}
	require.Greater(t, blocks, 3)
	return strings.Join(lines, "\n")
}

// withoutCut takes incident.cut out of a configuration.
func withoutCut(t *testing.T, yaml string) string {
	t.Helper()
	var out []string
	for _, l := range strings.Split(yaml, "\n") {
		if !strings.HasPrefix(strings.TrimSpace(l), "cut:") {
			out = append(out, l)
		}
	}
	got := strings.Join(out, "\n")
	require.NotEqual(t, yaml, got)
	return got
}
