package backup

// This file: hostile bytes. Nothing may panic, run away or invent rows.

import (
	"bytes"
	"os"
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
		bk, err := Open(path, t.TempDir())
		if err != nil {
			return
		}
		rows := int64(0)
		for _, tb := range bk.schema.Tables {
			own := int64(0)
			for _, r := range bk.engine.(*pgEngine).runs[tb] {
				own += r.rows
			}
			rows += own
			n := int64(0)
			require.NoError(t, bk.Each(tb.Qualified(), func(r *model.Row) error { n++; require.Equal(t, len(r.Cols), len(r.Values)); return nil }))
			require.GreaterOrEqual(t, n, own)
		}
		require.Equal(t, bk.health.Rows, rows)
		require.NoError(t, bk.Close())
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
