package main

import (
	"crypto/sha256"
	"encoding/json"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"salvage/fixtures/rental"
)

// TestKilledRunsResume kills a run at random moments, resumes it, and wants the evidence and the
// export of an undisturbed one. fixtures/kill/kill.sh is the long form.
func TestKilledRunsResume(t *testing.T) {
	dir := t.TempDir()
	program, company := filepath.Join(dir, "salvage"), filepath.Join(dir, "company")
	out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput()
	require.NoError(t, err, string(out))
	require.NoError(t, rental.Generate(rental.Options{PerDay: 5, Days: 60, LostDays: 15}).Write(company))
	run := func(kase string) *exec.Cmd {
		cmd := exec.Command(program, "run", "-c", filepath.Join(company, "salvage.yaml"), "--case", kase, "--now", "2026-04-24T16:20:00Z", "--quiet")
		cmd.Stderr = os.Stderr
		return cmd
	}
	whole, killed := filepath.Join(dir, "whole"), filepath.Join(dir, "killed")
	begin := time.Now()
	require.NoError(t, run(whole).Run())
	took := time.Since(begin)

	random := rand.New(rand.NewPCG(1, 2))
	for range 5 {
		cmd := run(killed)
		require.NoError(t, cmd.Start())
		time.Sleep(time.Duration(random.Int64N(int64(took))))
		cmd.Process.Kill() //nolint:errcheck // it may have ended
		cmd.Wait()         //nolint:errcheck // it was killed
	}
	require.NoError(t, run(killed).Run())
	require.Equal(t, digestOf(t, program, whole), digestOf(t, program, killed))
	require.Equal(t, hashesOf(t, whole), hashesOf(t, killed))
}

func digestOf(t *testing.T, program, kase string) string {
	t.Helper()
	out, err := exec.Command(program, "status", "--case", kase, "--json").Output()
	require.NoError(t, err)
	var s status
	require.NoError(t, json.Unmarshal(out, &s))
	require.NotEmpty(t, s.Digest)
	return s.Digest
}

// hashesOf hashes every file of a case that the contract wants to be the same for the same input.
func hashesOf(t *testing.T, kase string) map[string][32]byte {
	t.Helper()
	out := map[string][32]byte{}
	err := filepath.WalkDir(kase, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, _ := filepath.Rel(kase, path)
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		switch d.Name() {
		case "case.db", "case.db.lock", "case.db-wal", "case.db-shm", "log.jsonl":
			return nil
		case "summary.json":
			var s map[string]any
			require.NoError(t, json.Unmarshal(text, &s))
			delete(s, "timing")
			text, err = json.Marshal(s)
			require.NoError(t, err)
		}
		out[rel] = sha256.Sum256(text)
		return nil
	})
	require.NoError(t, err)
	require.Contains(t, out, "export/20_apply.sql")
	return out
}
