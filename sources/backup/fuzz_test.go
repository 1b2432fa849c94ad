package backup

// This file: hostile bytes. Nothing may panic, run away or invent rows.

import (
	"bytes"
	"os"
	"regexp"
	"strings"
	"testing"

	"salvage/model"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// FuzzLexer reads arbitrary SQL text to its end.
func FuzzLexer(f *testing.F) {
	for _, s := range []string{"SELECT 'a''b', E'\\'\\x41\\101', $x$ $y$ $x$, \"q\"\"q\" -- c\n /* /* */ */ 1.5e-3::int", "U&'\\0041\\+000041' $1 $", "'", "$$", "/*", "[a]`b`"} {
		f.Add([]byte(s), true)
	}
	f.Fuzz(func(t *testing.T, b []byte, odd bool) {
		l := &lexer{in: newInput(bytes.NewReader(b), 0, 1), backslashes: odd, brackets: odd, keep: true}
		for n := 0; ; n++ {
			tok, err := l.next()
			require.NoError(t, err)
			if tok.kind == tEOF {
				break
			}
			require.LessOrEqual(t, n, len(b), "more tokens than bytes")
			require.LessOrEqual(t, tok.to, len(l.text))
			require.Less(t, tok.from, tok.to)
		}
		require.EqualValues(t, len(b), l.in.off)
	})
}

// FuzzDump reads an arbitrary file as a dump, and its rows again: both passes must agree.
func FuzzDump(f *testing.F) {
	dump, err := os.ReadFile("testdata/company.dump.sql")
	require.NoError(f, err)
	f.Add(dump)
	f.Add([]byte("CREATE TABLE t (a int, b text);\nCOPY t (a, b) FROM stdin;\n1\t\\N\n\\.\nINSERT INTO t VALUES (1, 'x'), (2);"))
	f.Add([]byte("CREATE TABLE t (a int DEFAULT (1, CHECK ((a > 0), UNIQUE (a);"))
	f.Fuzz(func(t *testing.T, b []byte) {
		path := t.TempDir() + "/b.sql"
		require.NoError(t, os.WriteFile(path, append([]byte("--\n"), b...), 0o600))
		readTwice(t, path)
	})
}

// readTwice opens a backup and reads all its rows: both passes must agree.
func readTwice(t *testing.T, path string) {
	bk, err := Open(path, t.TempDir())
	if err != nil {
		return
	}
	rows := int64(0)
	for _, tb := range bk.schema.Tables {
		own := tb.Rows
		if pg, ok := bk.engine.(*pgEngine); ok { // whose tables have the rows of their partitions too
			own = 0
			for _, r := range pg.runs[tb] {
				own += r.rows
			}
		}
		rows += own
		n := int64(0)
		require.NoError(t, bk.Each(tb.Qualified(), func(r *model.Row) error { n++; require.Equal(t, len(r.Cols), len(r.Values)); return nil }))
		require.GreaterOrEqual(t, n, own)
	}
	require.Equal(t, bk.health.Rows, rows)
	require.True(t, bk.health.Fatal || len(bk.schema.Tables) > 0)
	require.NoError(t, bk.Close())
}

// seeds adds files of testdata to a corpus.
func seeds(f *testing.F, names ...string) (all [][]byte) {
	for _, name := range names {
		b, err := os.ReadFile("testdata/" + name)
		require.NoError(f, err)
		all = append(all, b)
	}
	return all
}

// FuzzCustom reads an arbitrary file as a custom-format archive.
func FuzzCustom(f *testing.F) {
	for _, b := range seeds(f, "tiny.custom", "tiny-inserts.custom", "pg18.custom") {
		f.Add(b[5:])
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		path := t.TempDir() + "/b"
		require.NoError(t, os.WriteFile(path, append([]byte("PGDMP"), b...), 0o600))
		readTwice(t, path)
	})
}

// FuzzTar reads an arbitrary file as a tar archive.
func FuzzTar(f *testing.F) {
	for _, b := range seeds(f, "tiny.tar") {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		path := t.TempDir() + "/b"
		require.NoError(t, os.WriteFile(path, b, 0o600))
		readTwice(t, path)
	})
}

// FuzzFolder reads an arbitrary toc.dat with arbitrary data as a directory archive. Whatever file the TOC names, it is
// given one with those data.
func FuzzFolder(f *testing.F) {
	for _, b := range seeds(f, "tiny.toc") {
		f.Add(b, []byte("1\tone\tx\n2\t\\N\ty\n\\.\n\n\n"), uint8(0))
		f.Add(b, []byte("\x1f\x8b\x08\x00"), uint8(1))
		f.Add(b, []byte("\x04\x22\x4d\x18"), uint8(2))
		f.Add(b, []byte("\x28\xb5\x2f\xfd"), uint8(3))
	}
	names := regexp.MustCompile(`[0-9]+\.dat`)
	f.Fuzz(func(t *testing.T, toc, data []byte, kind uint8) {
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(dir+"/toc.dat", toc, 0o600))
		for _, name := range names.FindAll(toc, 8) {
			ending := []string{"", ".gz", ".lz4", ".zst"}[kind%4]
			require.NoError(t, os.WriteFile(dir+"/"+string(name)+ending, data, 0o600))
		}
		readTwice(t, dir)
	})
}

// FuzzCopy decodes arbitrary lines.
func FuzzCopy(f *testing.F) {
	for _, s := range []string{`a\tb\\N\x41\101\N`, "\\N\tx", `\`, `\x`, `\xg`, `\777`, "\xff\t\\342\\202\\254"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		d := newRowDecoder(charset{}, make([]string, bytes.Count(line, []byte{'\t'})+1))
		vals, ok := d.decode(line)
		require.True(t, ok)
		for i, raw := range bytes.Split(line, []byte{'\t'}) {
			require.Equal(t, string(raw) == `\N`, vals[i] == nil)
		}
	})
}

// copyEscape writes a value as PostgreSQL does (CopyAttributeOutText).
func copyEscape(s string) string {
	return strings.NewReplacer("\\", `\\`, "\b", `\b`, "\f", `\f`, "\n", `\n`, "\r", `\r`, "\t", `\t`, "\v", `\v`).Replace(s)
}

func TestCopyRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		vals := rapid.SliceOfN(rapid.Ptr(rapid.String(), true), 1, 6).Draw(t, "row")
		fields := make([]string, len(vals))
		for i, v := range vals {
			fields[i] = `\N`
			if v != nil {
				fields[i] = copyEscape(*v)
			}
		}
		got, ok := newRowDecoder(charset{}, make([]string, len(vals))).decode([]byte(strings.Join(fields, "\t")))
		require.True(t, ok)
		require.Equal(t, vals, got)
	})
}

func TestUnescapeCopy(t *testing.T) {
	for in, want := range map[string]string{
		`plain`: "plain", `\\N`: `\N`, `\t\n\r\b\f\v`: "\t\n\r\b\f\v", `\101`: "A", `\1018`: "A8", `\7`: "\a", `\08`: "\x008",
		`\x41`: "A", `\x4`: "\x04", `\x4g`: "\x04g", `\xg`: "xg", `\q`: "q", `\.`: ".", `\`: `\`, `a\`: `a\`, `\000`: "\x00", `\377`: "\xff",
	} {
		require.Equal(t, want, string(unescapeCopy(nil, []byte(in))), in)
	}
}
