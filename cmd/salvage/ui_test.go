package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"salvage/model/strict"
)

func TestExitCodes(t *testing.T) {
	bad, no := usage(errors.New("bad"), ""), refuse(errors.New("no"), "")
	for name, c := range map[string]struct {
		err  error
		want int
	}{
		"done":                     {nil, 0},
		"failed":                   {errors.New("x"), 1},
		"usage":                    {bad, 2},
		"configuration":            {strict.Problems{{Message: "unknown key"}}, 2},
		"wrapped configuration":    {fmt.Errorf("check: %w", strict.Problems{{Message: "unknown key"}}), 2},
		"holes":                    {errHoles, 3},
		"interrupted":              {fmt.Errorf("pull: %w", context.Canceled), 4},
		"refused":                  {no, 5},
		"refused before usage":     {errors.Join(bad, no), 5},
		"usage before failed":      {errors.Join(errors.New("x"), bad), 2},
		"failed before interrupt":  {errors.Join(context.Canceled, errors.New("x")), 1},
		"interrupted before holes": {errors.Join(errHoles, context.Canceled), 4},
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, c.want, exitCode(c.err)) })
	}
}

func TestFinishTellsWithoutControlCharacters(t *testing.T) {
	var b bytes.Buffer
	u := &ui{out: &b, err: &b}
	require.Equal(t, exitUsage, u.finish(usage(errors.New("bad \x1b[31mword"), "say it right")))
	require.Equal(t, "salvage: bad  [31mword\nhint: say it right\n", b.String())
	b.Reset()
	require.Equal(t, exitInterrupted, u.finish(context.Canceled))
	require.Contains(t, b.String(), "again to resume")
	b.Reset()
	require.Equal(t, exitHoles, u.finish(errHoles))
	require.Empty(t, b.String())
}

func TestProgressInWords(t *testing.T) {
	p := &progress{u: &ui{}, what: "read", unit: "objects"}
	require.Equal(t, "read: 50 of 200 objects, 10 a second, 15s left (mail)", p.line(50, 200, "mail", 5*time.Second))
	require.Equal(t, "read: step 1 of 4", p.line(1, 4, "", 5*time.Second))
	p.unit = "bytes"
	require.Equal(t, "read: 50.0 MB, 10.0 MB a second", p.line(50e6, 0, "", 5*time.Second))
}

func TestQuietIsQuiet(t *testing.T) {
	var b bytes.Buffer
	u := &ui{out: &b, err: &b, quiet: true}
	p := u.progress("read", "objects")
	p.set(1, 2, "")
	p.end("done")
	u.say("hello")
	require.Empty(t, b.String())
}

func TestTypedQuotes(t *testing.T) {
	g := &globals{config: "my company/salvage.yaml", caseDir: "it's"}
	require.Equal(t, `salvage run -c 'my company/salvage.yaml' --case 'it'\''s'`, g.typed("salvage run"))
	g = &globals{config: "salvage.yaml", caseDir: "case"}
	require.Equal(t, "salvage run", g.typed("salvage run"))
}

func TestRefreshSwapsWhole(t *testing.T) {
	dir := t.TempDir()
	from, to := filepath.Join(dir, "exports", "r1"), filepath.Join(dir, "export")
	require.NoError(t, os.MkdirAll(filepath.Join(from, "undo"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(from, "undo", "a.sql"), []byte("one"), 0o600))
	require.NoError(t, refresh(from, to))
	require.NoError(t, os.WriteFile(filepath.Join(from, "undo", "a.sql"), []byte("two"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(to, "left over"), nil, 0o600))
	require.NoError(t, refresh(from, to))
	text, err := os.ReadFile(filepath.Join(to, "undo", "a.sql"))
	require.NoError(t, err)
	require.Equal(t, "two", string(text))
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 2, "nothing is left beside it")
	require.NoFileExists(t, filepath.Join(to, "left over"))
}
