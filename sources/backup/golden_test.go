package backup_test

// This file: the schema and rows of testdata/company.dump.sql (company.sql as pg_dump 15 writes it) against a
// golden file, and that every way of cutting the dump short is noticed.

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"salvage/model"
	"salvage/sources/backup"

	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/require"
)

func readDump(t testing.TB) []byte {
	t.Helper()
	b, err := os.ReadFile("testdata/company.dump.sql")
	require.NoError(t, err)
	return b
}

// write puts bytes into a file of the test's own folder.
func write(t testing.TB, name string, b []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, b, 0o600))
	return path
}

// openBytes opens bytes as a backup and closes it when the test ends.
func openBytes(t testing.TB, b []byte) *backup.Backup {
	t.Helper()
	bk, err := backup.Open(write(t, "b.sql", b), t.TempDir())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, bk.Close()) })
	return bk
}

// render writes all that a backup says.
func render(t testing.TB, b *backup.Backup) string {
	t.Helper()
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	h := b.Health()
	h.SHA256, h.Bytes = "", 0
	require.NoError(t, enc.Encode(h))
	for _, tb := range b.Schema().Tables {
		cols := tb.Columns
		head := *tb
		head.Columns = nil
		fmt.Fprintf(&out, "\n== %s\n", tb.Qualified())
		require.NoError(t, enc.Encode(head))
		for _, c := range cols {
			require.NoError(t, enc.Encode(c))
		}
		n := 0
		require.NoError(t, b.Each(tb.Qualified(), func(r *model.Row) error {
			if n++; n > 12 {
				return nil
			}
			fmt.Fprintf(&out, "%d:", r.Line)
			for i, c := range r.Cols {
				if r.Values[i] == nil {
					fmt.Fprintf(&out, " %s=NULL", c)
				} else {
					fmt.Fprintf(&out, " %s=%q", c, *r.Values[i])
				}
			}
			out.WriteByte('\n')
			return nil
		}))
		fmt.Fprintf(&out, "%d rows\n", n)
	}
	fmt.Fprintln(&out, "\n== enums, sequences, functions")
	for _, v := range []any{b.Schema().Enums, b.Sequences, b.Functions} {
		require.NoError(t, enc.Encode(v))
	}
	return out.String()
}

func TestGolden(t *testing.T) {
	got := render(t, openBytes(t, readDump(t)))
	const file = "testdata/company.golden"
	if os.Getenv("UPDATE_GOLDEN") != "" {
		require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(want), got)
}

// TestPackings reads the same dump packed, and with the line ends and the Unicode form of Windows.
func TestPackings(t *testing.T) {
	dump := readDump(t)
	want := render(t, openBytes(t, dump))
	rows := want[strings.Index(want, "\n=="):]
	var gz bytes.Buffer
	w := gzip.NewWriter(&gz)
	_, err := w.Write(dump)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	z, err := zstd.NewWriter(nil)
	require.NoError(t, err)
	wide := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune(string(dump))) {
		wide = binary.LittleEndian.AppendUint16(wide, u)
	}
	for name, b := range map[string][]byte{
		"gzip": gz.Bytes(), "zstd": z.EncodeAll(dump, nil), "utf-16": wide,
		"bom": append([]byte("\xef\xbb\xbf"), dump...),
	} {
		t.Run(name, func(t *testing.T) {
			tmp := t.TempDir()
			bk, err := backup.Open(write(t, "b", b), tmp)
			require.NoError(t, err)
			require.False(t, bk.Health().Fatal, bk.Health().Problems)
			got := render(t, bk)
			require.Equal(t, rows, got[strings.Index(got, "\n=="):])
			require.NoError(t, bk.Close())
			left, err := os.ReadDir(tmp)
			require.NoError(t, err)
			require.Empty(t, left)
		})
	}
	t.Run("crlf", func(t *testing.T) {
		b := openBytes(t, bytes.ReplaceAll(dump, []byte("\n"), []byte("\r\n")))
		require.False(t, b.Health().Fatal, b.Health().Problems)
		n := 0
		require.NoError(t, b.Each("clients", func(r *model.Row) error {
			n++
			s, _ := r.Get("changed")
			require.NotContains(t, s, "\r")
			return nil
		}))
		require.Equal(t, 8, n)
	})
}

// TestCutShort cuts the dump at many places: no piece of it may pass as healthy.
func TestCutShort(t *testing.T) {
	dump := readDump(t)
	whole := bytes.LastIndex(dump, []byte("-- PostgreSQL database dump complete")) + len("-- PostgreSQL database dump complete")
	require.Greater(t, whole, 100)
	for n := 0; n < whole; n += 97 {
		b, err := backup.Open(write(t, "b.sql", dump[:n]), t.TempDir())
		require.NoError(t, err, n)
		require.True(t, b.Health().Fatal, "cut at byte %d: %v", n, b.Health().Problems)
		require.NotEmpty(t, b.Health().Problems)
		for _, tb := range b.Schema().Tables {
			require.NoError(t, b.Each(tb.Qualified(), func(*model.Row) error { return nil }))
		}
		require.NoError(t, b.Close())
	}
	require.False(t, openBytes(t, dump[:whole]).Health().Fatal)
}
