package main

// This file: the same company, whatever its backup is: a dump of another engine, CSV files, a copy over the network.
// What is rebuilt must be the same; and where the SQL for an engine is not built, all that comes before it is.

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"salvage/fixtures/engines"
	"salvage/fixtures/mariatest"
	"salvage/fixtures/pgtest"
	"salvage/fixtures/rental"
	"salvage/model"
	"salvage/sources/backup"
)

// salvageExit runs the program on a company folder and gives its exit code and what it said.
func salvageExit(t *testing.T, args ...string) (exit int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	exit = execute(t.Context(), args, &out, &errs)
	return exit, out.String(), errs.String()
}

// withBackup writes a configuration beside the company's, with another backup and dialect.
func withBackup(t *testing.T, dir, name, backup, dialect string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "salvage.yaml"))
	require.NoError(t, err)
	s := regexp.MustCompile(`(?m)^backup:\n  path: .*$`).ReplaceAllLiteralString(string(text), "backup: "+backup)
	s = strings.Replace(s, "  dialect: postgres\n", dialect, 1)
	path := filepath.Join(dir, name+".yaml")
	require.NoError(t, os.WriteFile(path, []byte(s), 0o600))
	return path
}

func summaryOf(t *testing.T, caseDir string) model.Summary {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(caseDir, "summary.json"))
	require.NoError(t, err)
	var s model.Summary
	require.NoError(t, json.Unmarshal(text, &s))
	return s
}

// requireNowhere wants a secret in none of the case's files and in nothing that was said.
func requireNowhere(t *testing.T, caseDir, secret, said string) {
	t.Helper()
	require.NotContains(t, said, secret)
	require.NoError(t, filepath.WalkDir(caseDir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		require.NotContains(t, string(text), secret, path)
		return err
	}))
}

// widen gives the codes of the company's dump room: what only a short column holds back is PostgreSQL's alone, as the
// other engines' texts have no length.
func widen(t *testing.T, path string) {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	wide := strings.Replace(string(text), "code character varying(16) NOT NULL,", "code character varying(60) NOT NULL,", 1)
	require.NotEqual(t, string(text), wide)
	require.NoError(t, os.WriteFile(path, []byte(wide), 0o600))
}

func TestOtherEngines(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, rental.Generate(rental.Options{Seed: 3, PerDay: 3, Days: 40, LostDays: 8}).Write(dir))
	widen(t, filepath.Join(dir, "backup.sql"))
	const now = "2026-04-25T16:00:00Z"
	plainCase := filepath.Join(t.TempDir(), "plain")
	exit, _, errs := salvageExit(t, "run", "-c", filepath.Join(dir, "salvage.yaml"), "--case", plainCase, "--now", now)
	require.Zero(t, exit, errs)
	want := summaryOf(t, plainCase)
	plan, err := os.ReadFile(filepath.Join(plainCase, "export", "plan.jsonl"))
	require.NoError(t, err)
	fence, err := os.ReadFile(filepath.Join(plainCase, "export", "00_fence.sql"))
	require.NoError(t, err)
	conflicts, err := os.ReadFile(filepath.Join(plainCase, "conflicts.json"))
	require.NoError(t, err)

	b, err := backup.Open(filepath.Join(dir, "backup.sql"), t.TempDir())
	require.NoError(t, err)
	defer b.Close()
	var my, lite bytes.Buffer
	require.NoError(t, engines.Write(&my, b, "mysql"))
	require.NoError(t, engines.Write(&lite, b, "sqlite"))
	maria := mariatest.Start(t)
	maria.CreateDB(t, "rental")
	maria.Run(t, "rental", my.String())
	require.NoError(t, os.WriteFile(filepath.Join(dir, "my.sql"), maria.Dump(t, "rental"), 0o600))
	cmd := exec.Command("sqlite3", "-bail", filepath.Join(dir, "lite.db"))
	cmd.Stdin = &lite
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	pg := pgtest.Start(t)
	pg.CreateDB(t, "rental_live")
	_, errs, exit = pg.Psql(t, "rental_live", "-q", "-v", "ON_ERROR_STOP=1", "-f", filepath.Join(dir, "backup.sql"))
	require.Zero(t, exit, errs)
	csv := filepath.Join(dir, "csv")
	require.NoError(t, os.Mkdir(csv, 0o700))
	for _, tb := range b.Schema().Tables {
		if tb.PartitionOf == "" {
			out, errs, exit := pg.Psql(t, "rental_live", "-qAt", "-v", "ON_ERROR_STOP=1", "-c", "SET TimeZone = 'UTC'", "-c", "COPY (SELECT * FROM "+tb.Qualified()+") TO STDOUT (FORMAT csv, HEADER)")
			require.Zero(t, exit, errs)
			require.NoError(t, os.WriteFile(filepath.Join(csv, tb.Name+".csv"), []byte(out), 0o600))
		}
	}
	t.Setenv("PG_URL", strings.Replace(pg.URL("rental_live"), "@", ":hunter2hunter2@", 1))

	for name, c := range map[string]struct {
		backup, dialect string
		exit            int
		says            string
	}{
		"postgres live": {"{url_env: PG_URL}", "  dialect: postgres\n", 0, ""},
		"maria dump":    {"{path: my.sql}", "", 1, "SQL for mysql is not built yet"},
		"sqlite":        {"{path: lite.db}", "", 1, "SQL for sqlite is not built yet"},
		"csv":           {"{path: csv}", "  dialect: postgres\n", 1, "CSV files do not say what the tables are like"},
		"csv with live": {"{path: csv}\nlive: {path: backup.sql}", "  dialect: postgres\n", 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := withBackup(t, dir, strings.ReplaceAll(name, " ", "-"), c.backup, c.dialect)
			caseDir := filepath.Join(t.TempDir(), "case")
			exit, out, errs := salvageExit(t, "check", "-c", cfg, "--now", now)
			require.Zero(t, exit, errs)
			require.Contains(t, out, "mapping: fits")
			require.Contains(t, errs, c.says)
			exit, out, errs = salvageExit(t, "run", "-c", cfg, "--case", caseDir, "--now", now)
			require.Equal(t, c.exit, exit, errs)
			require.Contains(t, errs, c.says)
			require.Contains(t, out, "what was rebuilt")
			got := summaryOf(t, caseDir)
			require.Equal(t, want.Reservations, got.Reservations)
			require.Equal(t, want.Customers, got.Customers)
			require.Equal(t, want.Payments, got.Payments)
			if strings.HasPrefix(name, "csv") { // the files do not say which columns must be filled: there is less to ask
				delete(got.Conflicts.ByCode, "BK03")
				asked := maps.Clone(want.Conflicts.ByCode)
				delete(asked, "BK03")
				require.Equal(t, asked, got.Conflicts.ByCode)
			} else {
				require.Equal(t, want.Conflicts, got.Conflicts)
			}
			for _, f := range []string{"report/index.html", "board.html", "conflicts.csv"} {
				require.FileExists(t, filepath.Join(caseDir, f))
			}
			requireNowhere(t, caseDir, "hunter2hunter2", out+errs)
			if c.exit != 0 {
				require.NoDirExists(t, filepath.Join(caseDir, "export"))
				return
			}
			for file, text := range map[string][]byte{"export/plan.jsonl": plan, "export/00_fence.sql": fence, "conflicts.json": conflicts} {
				is, err := os.ReadFile(filepath.Join(caseDir, file))
				require.NoError(t, err)
				require.Equal(t, string(text), string(is), file)
			}
		})
	}
	cfg := withBackup(t, dir, "undeclared", "{path: csv}", "")
	exit, _, errs = salvageExit(t, "check", "-c", cfg)
	require.Equal(t, 2, exit)
	require.Contains(t, errs, "export.dialect is missing")
	cfg = withBackup(t, dir, "unset", "{url_env: NO_SUCH_URL}", "")
	exit, _, errs = salvageExit(t, "check", "-c", cfg)
	require.Equal(t, 2, exit)
	require.Contains(t, errs, "NO_SUCH_URL is not set")
}
