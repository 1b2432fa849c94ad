package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"

	"salvage/fixtures/rental"
	"salvage/model"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"salvage": main})
}

// TestScripts runs the transcripts of testdata/script. Each begins in a folder of its own; the
// command "company" makes a small invented company there.
func TestScripts(t *testing.T) {
	company := t.TempDir()
	require.NoError(t, rental.Generate(rental.Options{PerDay: 5, Days: 60, LostDays: 15}).Write(company))
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"company": func(ts *testscript.TestScript, _ bool, args []string) {
				ts.Check(copyFolder(company, ts.MkAbs(args[0])))
			},
			"cut":   cutFile,
			"pick":  pickConflict,
			"swap":  swapText,
			"exits": func(ts *testscript.TestScript, neg bool, args []string) { exits(ts, args) },
			"unwritable": func(ts *testscript.TestScript, _ bool, args []string) {
				ts.Check(os.WriteFile(ts.MkAbs(args[0]), nil, 0o600)) // a file in the folder's place: nothing can be made below it, not even by root
			},
		},
	})
}

// exits runs salvage and wants an exit code: exits CODE args…
func exits(ts *testscript.TestScript, args []string) {
	want, args := args[0], args[1:]
	err := ts.Exec("salvage", args...)
	got := "0"
	if err != nil {
		got = strings.TrimPrefix(err.Error(), "exit status ")
	}
	if got != want {
		ts.Fatalf("salvage %s: exit %s, want %s", strings.Join(args, " "), got, want)
	}
}

// cutFile keeps the first tenths of a file: cut FILE TENTHS.
func cutFile(ts *testscript.TestScript, _ bool, args []string) {
	path := ts.MkAbs(args[0])
	text, err := os.ReadFile(path)
	ts.Check(err)
	ts.Check(os.WriteFile(path, text[:len(text)*int(args[1][0]-'0')/10], 0o600))
}

// swapText replaces text in a file: swap FILE OLD NEW.
func swapText(ts *testscript.TestScript, _ bool, args []string) {
	path := ts.MkAbs(args[0])
	text, err := os.ReadFile(path)
	ts.Check(err)
	if !strings.Contains(string(text), args[1]) {
		ts.Fatalf("%s does not hold %q", filepath.Base(path), args[1])
	}
	ts.Check(os.WriteFile(path, []byte(strings.Replace(string(text), args[1], args[2], 1)), 0o600))
}

// pickConflict puts the id, the first choice and the subject of the most urgent conflict that a person can
// settle into the environment: ID, CHOICE, REF.
func pickConflict(ts *testscript.TestScript, _ bool, args []string) {
	text, err := os.ReadFile(ts.MkAbs(args[0]))
	ts.Check(err)
	var list []model.Conflict
	ts.Check(json.Unmarshal(text, &list))
	for _, c := range list {
		if len(c.Options) > 1 && c.Decided == nil {
			ts.Setenv("ID", c.ID)
			ts.Setenv("CHOICE", c.Options[0].Choice)
			ts.Setenv("REF", c.Entity.ID)
			return
		}
	}
	ts.Fatalf("no conflict has a choice")
}
