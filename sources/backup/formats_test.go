package backup_test

// This file: one database dumped in every format of pg_dump reads as the same schema and the same rows, and those are
// what the server itself says.

import (
	"archive/tar"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"salvage/fixtures/pgtest"
	"salvage/sources/backup"

	"github.com/stretchr/testify/require"
)

// openPath opens a backup that must be healthy, and closes it when the test ends.
func openPath(t testing.TB, path string) *backup.Backup {
	t.Helper()
	tmp := t.TempDir()
	b, err := backup.Open(path, tmp)
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, b.Close())
		left, err := os.ReadDir(tmp)
		require.NoError(t, err)
		require.Empty(t, left)
	})
	return b
}

func healthy(t testing.TB, path string) *backup.Backup {
	t.Helper()
	b := openPath(t, path)
	h := b.Health()
	require.False(t, h.Fatal, h.Problems)
	require.True(t, h.Footer)
	require.Empty(t, h.Problems)
	require.Empty(t, h.Encoding)
	return b
}

// dumpTo has pg_dump write to a path of its own making, as it must for a directory and for offsets in the TOC.
func dumpTo(t testing.TB, s *pgtest.Server, db string, args ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "dump")
	s.PgDump(t, db, append([]string{"-f", path}, args...)...)
	return path
}

func read(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	return b
}

// tarOf packs a folder as "tar cf" does from above it.
func tarOf(t testing.TB, dir string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	require.NoError(t, w.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: "night/", Mode: 0o700}))
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range entries {
		b := read(t, filepath.Join(dir, e.Name()))
		require.NoError(t, w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: "night/" + e.Name(), Size: int64(len(b)), Mode: 0o600}))
		_, err := w.Write(b)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return out.Bytes()
}

// repack writes a directory archive over again with its files packed another way.
func repack(t testing.TB, dir, how string) string {
	t.Helper()
	out := t.TempDir()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range entries {
		b := read(t, filepath.Join(dir, e.Name()))
		name := e.Name()
		switch {
		case name == "toc.dat":
			w := &writer{shape: shape{minor: 16, ints: 4, offsets: 8, pack: how}}
			p := &pieces{t: t, in: b}
			p.toc(w)
			require.Empty(t, p.in)
			b = w.Bytes()
		case strings.HasSuffix(name, ".toc"): // never packed
		default:
			b = pack(t, how, b)
			name += map[string]string{"lz4": ".lz4", "zstd": ".zst"}[how]
		}
		require.NoError(t, os.WriteFile(filepath.Join(out, name), b, 0o600))
	}
	return out
}

// formats are the ways of dumping one database, and writes each.
func formats(t *testing.T, s *pgtest.Server, db string) map[string]string {
	custom := dumpTo(t, s, db, "-Fc")
	piped := s.PgDump(t, db, "-Fc")
	require.NotEqual(t, read(t, custom), piped, "a pipe leaves no offsets")
	folder0 := dumpTo(t, s, db, "-Fd", "-Z0")
	tarred := s.PgDump(t, db, "-Ft")
	out := map[string]string{
		"inserts":          write(t, "b", s.PgDump(t, db, "--inserts")),
		"column inserts":   write(t, "b", s.PgDump(t, db, "--column-inserts")),
		"rows per insert":  write(t, "b", s.PgDump(t, db, "--rows-per-insert=3")),
		"plain gz":         write(t, "b", pack(t, "gzip", s.PgDump(t, db))),
		"plain zst":        write(t, "b", pack(t, "zstd", s.PgDump(t, db))),
		"plain lz4":        write(t, "b", pack(t, "lz4", s.PgDump(t, db))),
		"custom":           custom,
		"custom piped":     write(t, "b", piped),
		"custom inserts":   write(t, "b", s.PgDump(t, db, "-Fc", "--inserts")),
		"custom columns":   write(t, "b", s.PgDump(t, db, "-Fc", "--column-inserts", "--rows-per-insert=5")),
		"custom stored":    dumpTo(t, s, db, "-Fc", "-Z0"),
		"custom gz":        write(t, "b", pack(t, "gzip", read(t, custom))),
		"custom zst":       write(t, "b", pack(t, "zstd", piped)),
		"directory":        dumpTo(t, s, db, "-Fd"),
		"directory stored": folder0,
		"directory jobs":   dumpTo(t, s, db, "-Fd", "-j2"),
		"directory insert": dumpTo(t, s, db, "-Fd", "--inserts"),
		"directory lz4":    repack(t, folder0, "lz4"),
		"directory zstd":   repack(t, folder0, "zstd"),
		"tar":              write(t, "b", tarred),
		"tar to a file":    dumpTo(t, s, db, "-Ft"),
		"tar inserts":      write(t, "b", s.PgDump(t, db, "-Ft", "--inserts")),
		"tar gz":           write(t, "b", pack(t, "gzip", tarred)),
		"tar zst":          write(t, "b", pack(t, "zstd", tarred)),
		"tgz of directory": write(t, "b", pack(t, "gzip", tarOf(t, dumpTo(t, s, db, "-Fd")))),
	}
	for name, to := range map[string]shape{
		"1.12": {12, 4, 8, "gzip", false}, "1.12 piped": {12, 4, 8, "", true}, "1.13": {13, 4, 8, "gzip", true}, "1.13 of another machine": {13, 8, 4, "gzip", false},
		"1.15": {15, 4, 8, "gzip", false}, "1.15 stored": {15, 4, 8, "", false}, "1.15 lz4": {15, 4, 8, "lz4", false}, "1.15 zstd": {15, 4, 8, "zstd", true},
		"1.16": {16, 4, 8, "gzip", false}, "1.16 lz4": {16, 4, 8, "lz4", true}, "1.16 zstd": {16, 4, 8, "zstd", false}, "1.16 stored": {16, 8, 8, "", true},
	} {
		out["custom "+name] = write(t, "b", rearchive(t, read(t, custom), to))
	}
	return out
}

func TestEveryFormat(t *testing.T) {
	s, db := companyDB(t)
	s.Query(t, db, exactTable)
	s.Query(t, db, "SELECT lo_from_bytea(0, 'a large object'), lo_from_bytea(0, ''), lo_from_bytea(0, decode(repeat('ab', 300000), 'hex'))")
	plain := healthy(t, write(t, "b", s.PgDump(t, db)))
	for _, tb := range plain.Schema().Tables {
		if tb.Name != "nothing" {
			require.Equal(t, serverRows(t, s, db, tb), dumpRows(t, plain, tb), tb.Qualified())
		}
	}
	for name, path := range formats(t, s, db) {
		t.Run(name, func(t *testing.T) {
			b := healthy(t, path)
			requireSame(t, plain, b)
			require.Equal(t, digest(t, plain), digest(t, b))
			want := "pg_dump plain"
			for _, f := range []string{"custom", "directory", "tar"} {
				if strings.HasPrefix(name, f) {
					want = "pg_dump " + f
				}
			}
			if name == "tgz of directory" {
				want = "pg_dump tar"
			}
			require.Equal(t, want, b.Health().Format)
			require.Equal(t, want != "pg_dump plain", b.Health().CutLocal != "", "archives say when they were made")
		})
	}
}

// TestRewrittenAsTheyWere has pg_restore, which still reads the older versions, judge how they are written here.
func TestRewrittenAsTheyWere(t *testing.T) {
	s, db := companyDB(t)
	custom := read(t, dumpTo(t, s, db, "-Fc"))
	script := func(b []byte) string {
		cmd := exec.Command(filepath.Join(s.Bin, "pg_restore"), "-f", "-", write(t, "b", b))
		out, err := cmd.Output()
		require.NoError(t, err)
		lines := strings.Split(string(out), "\n")
		kept := lines[:0] // without what is random, and what versions before 1.14 do not have
		for _, l := range lines {
			if l != "" && l != "SET default_table_access_method = heap;" && !strings.HasPrefix(l, `\restrict`) && !strings.HasPrefix(l, `\unrestrict`) {
				kept = append(kept, l)
			}
		}
		return strings.Join(kept, "\n")
	}
	want := script(custom)
	for _, to := range []shape{{12, 4, 8, "gzip", false}, {13, 8, 4, "gzip", true}, {14, 4, 8, "", false}} {
		require.Equal(t, want, script(rearchive(t, custom, to)))
	}
}

// TestPostgres18 reads what pg_dump 18.3 wrote of testdata/company.sql (on PGlite 0.5.8), whose archives are of version
// 1.16: in a custom file with offsets, in one with INSERT statements, and in a tar file.
func TestPostgres18(t *testing.T) {
	plain := healthy(t, "testdata/pg18.plain")
	require.NotEmpty(t, plain.Schema().Tables)
	require.NotZero(t, plain.Health().Rows)
	for _, name := range []string{"pg18.custom", "pg18-inserts.custom", "pg18.tar.gz"} {
		t.Run(name, func(t *testing.T) { requireSame(t, plain, healthy(t, "testdata/"+name)) })
	}
	here := openBytes(t, readDump(t))
	for _, tb := range here.Schema().Tables { // and it is the same database as version 15 dumped, but for what time it was
		if tb.Name != "clients" {
			want, got := cellsOf(t, here, tb), cellsOf(t, plain, plain.Schema().Table(tb.Qualified()))
			sort.Strings(want)
			sort.Strings(got)
			require.Equal(t, want, got, tb.Qualified())
		}
	}
}
