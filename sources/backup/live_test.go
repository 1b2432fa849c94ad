package backup_test

// This file: a copy read over the network must say the same as its dump.

import (
	"fmt"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"

	"salvage/fixtures/mariatest"
	"salvage/fixtures/pgtest"
	"salvage/model"
	"salvage/sources/backup"

	"github.com/stretchr/testify/require"
)

// ordered gives a schema with its tables, and what of them has no order of its own, sorted.
func ordered(s *model.Schema) *model.Schema {
	out := *s
	out.Tables = nil
	for _, t := range s.Tables {
		c := *t
		c.Checks, c.Exclusions, c.UniqueExpr = slices.Sorted(slices.Values(c.Checks)), slices.Sorted(slices.Values(c.Exclusions)), slices.Sorted(slices.Values(c.UniqueExpr))
		sort.Slice(c.Unique, func(i, j int) bool { return fmt.Sprint(c.Unique[i]) < fmt.Sprint(c.Unique[j]) })
		sort.Slice(c.Foreign, func(i, j int) bool { return fmt.Sprint(c.Foreign[i]) < fmt.Sprint(c.Foreign[j]) })
		sort.Slice(c.Partitions, func(i, j int) bool { return c.Partitions[i].Name < c.Partitions[j].Name })
		out.Tables = append(out.Tables, &c)
	}
	sort.Slice(out.Tables, func(i, j int) bool { return out.Tables[i].Qualified() < out.Tables[j].Qualified() })
	return &out
}

func TestLivePostgres(t *testing.T) {
	s, db := companyDB(t)
	dump := openBytes(t, s.PgDump(t, db))
	live, err := backup.OpenURL(t.Context(), s.URL(db), t.TempDir())
	require.NoError(t, err)
	want, got := ordered(dump.Schema()), ordered(live.Schema())
	require.Equal(t, want.Enums, got.Enums)
	require.Len(t, got.Tables, len(want.Tables))
	for i := range want.Tables {
		require.Equal(t, want.Tables[i], got.Tables[i], want.Tables[i].Qualified())
	}
	require.Equal(t, dump.Sequences, live.Sequences)
	require.Equal(t, len(dump.Functions), len(live.Functions))
	require.Contains(t, live.Functions["public.touch"], `NEW.changed = now(); -- "$$ ' $b$`)
	require.Equal(t, digest(t, dump), digest(t, live))
	h := live.Health()
	require.False(t, h.Fatal, h.Problems)
	require.Equal(t, "postgres (live)", h.Format)
	require.Regexp(t, `^1[5-9]`, h.Server)
	require.Len(t, h.Problems, 1)
	require.Contains(t, h.Problems[0], "it is a superuser")
	again, err := backup.OpenURL(t.Context(), s.URL(db), t.TempDir())
	require.NoError(t, err)
	require.Equal(t, h.SHA256, again.Health().SHA256)
	require.NoError(t, again.Close())
	require.NoError(t, live.Close())
}

func TestLivePostgresRoles(t *testing.T) {
	s, db := companyDB(t)
	s.Query(t, db, `DROP ROLE IF EXISTS bk_reader; DROP ROLE IF EXISTS bk_writer; DROP ROLE IF EXISTS bk_blind`)
	s.Query(t, db, `CREATE ROLE bk_reader LOGIN PASSWORD 'p@ss w'; GRANT pg_read_all_data TO bk_reader; CREATE ROLE bk_writer LOGIN; GRANT pg_read_all_data TO bk_writer; GRANT UPDATE ON public.clients TO bk_writer; CREATE ROLE bk_blind LOGIN`)
	t.Cleanup(func() {
		s.Query(t, db, `DROP OWNED BY bk_reader, bk_writer, bk_blind; DROP ROLE bk_reader, bk_writer, bk_blind`)
	})
	as := func(role string) string { return strings.Replace(s.URL(db), "postgres@", role+"@", 1) }

	reader, err := backup.OpenURL(t.Context(), as("bk_reader:p%40ss%20w"), t.TempDir())
	require.NoError(t, err)
	require.Empty(t, reader.Health().Problems)
	writer, err := backup.OpenURL(t.Context(), as("bk_writer"), t.TempDir())
	require.NoError(t, err)
	require.Contains(t, strings.Join(writer.Health().Problems, "\n"), "it may change 1 tables")
	require.Equal(t, reader.Health().SHA256, writer.Health().SHA256)
	_, err = backup.OpenURL(t.Context(), as("bk_blind"), t.TempDir())
	require.ErrorContains(t, err, "permission denied")
	require.ErrorContains(t, err, "\nhint: let the role read every table whole")

	s.Query(t, db, `ALTER TABLE public.clients ENABLE ROW LEVEL SECURITY`)
	_, err = backup.OpenURL(t.Context(), as("bk_reader"), t.TempDir())
	require.ErrorContains(t, err, "row-level security", "rows that are hidden must not look like rows that are not there")
}

func TestLiveURLs(t *testing.T) {
	dir := t.TempDir()
	for name, c := range map[string]struct{ url, says string }{
		"not a url":       {"p@ss://%zz", "cannot be read (it is not repeated here)"},
		"key value":       {"host=x password=hunter2", "cannot be read"},
		"other scheme":    {"oracle://u:hunter2@h/db", `begins with "oracle"`},
		"unknown option":  {"mysql://u:hunter2@127.0.0.1:1/db?allowAllFiles=true", `parameter "allowAllFiles" is not known`},
		"odd tls":         {"mysql://u:hunter2@127.0.0.1:1/db?tls=no", "tls is not one of"},
		"nobody there":    {"mysql://u:hunter2@127.0.0.1:1/db", "connection refused"},
		"nobody there pg": {"postgres://u:hunter2@127.0.0.1:1/db", "connection refused"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := backup.OpenURL(t.Context(), c.url, dir)
			require.ErrorContains(t, err, c.says)
			require.NotContains(t, err.Error(), "hunter2")
			left, err := filepath.Glob(dir + "/*")
			require.NoError(t, err)
			require.Empty(t, left)
		})
	}
}

// TestLiveTLS: a server without TLS is refused when the URL asks for it, and read when it is on this machine.
func TestLiveTLS(t *testing.T) {
	s := pgtest.Start(t)
	s.CreateDB(t, "live_tls")
	s.Query(t, "live_tls", "CREATE TABLE t (a int); INSERT INTO t VALUES (1)")
	near, err := backup.OpenURL(t.Context(), strings.TrimSuffix(s.URL("live_tls"), "?sslmode=disable"), t.TempDir())
	require.NoError(t, err, "this machine needs no TLS")
	require.EqualValues(t, 1, near.Health().Rows)
	_, err = backup.OpenURL(t.Context(), strings.Replace(s.URL("live_tls"), "sslmode=disable", "sslmode=verify-full", 1), t.TempDir())
	require.ErrorContains(t, err, "refused TLS connection")

	m := mariatest.Start(t)
	m.CreateDB(t, "live_tls")
	m.Run(t, "live_tls", "CREATE TABLE t (a INT); INSERT INTO t VALUES (1)")
	_, err = backup.OpenURL(t.Context(), m.URL("live_tls")+"?tls=true", t.TempDir())
	require.ErrorContains(t, err, "TLS")
	_, err = backup.OpenURL(t.Context(), m.URL("live_tls")+"?tls=false", t.TempDir())
	require.NoError(t, err)
}
