package backup_test

// This file: what the health check says of files that are damaged, empty, of another kind, or in another encoding.

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"salvage/model"
	"salvage/sources/backup"

	"github.com/stretchr/testify/require"
)

const (
	head = "--\n-- PostgreSQL database dump\n--\n\n\\restrict abc\n\nSET client_encoding = 'UTF8';\nSET standard_conforming_strings = on;\nSELECT pg_catalog.set_config('search_path', '', false);\n"
	tail = "--\n-- PostgreSQL database dump complete\n--\n\n\\unrestrict abc\n"
	tabT = "CREATE TABLE public.t (\n    a integer NOT NULL,\n    b text\n);\n"
)

func TestHealth(t *testing.T) {
	cases := []struct {
		name, dump string
		fatal      bool
		says       string // in one of the problems; "" for no problems at all
	}{
		{"whole", head + tabT + "COPY public.t (a, b) FROM stdin;\n1\tx\n\\.\n" + tail, false, ""},
		{"empty file", "", true, "empty (0 bytes)"},
		{"blank file", "\n\n", true, "declares no tables"},
		{"no tables", head + tail, true, "declares no tables"},
		{"no rows", head + tabT + "COPY public.t (a, b) FROM stdin;\n\\.\n" + tail, true, "1 tables but holds no rows"},
		{"schema only", head + tabT + tail, true, "holds no rows"},
		{"data only", head + "COPY public.t (a, b) FROM stdin;\n1\tx\n\\.\n" + tail, true, "declares none"},
		{"no footer", head + tabT + "COPY public.t (a, b) FROM stdin;\n1\tx\n\\.\n", true, "no closing line"},
		{"copy without end", head + tabT + "COPY public.t (a, b) FROM stdin;\n1\tx\n2\ty\n", true, "table public.t: the file ends in the middle of its rows, after 2"},
		{"in a string", head + tabT + "INSERT INTO public.t VALUES (1, 'x", true, "quoted text that begins in line"},
		{"in a statement", head + tabT + "INSERT INTO public.t VALUES (1, 'x')", true, "middle of an INSERT"},
		{"columns missing", head + tabT + "COPY public.t (a, b) FROM stdin;\n1\tx\n2\n\\.\n" + tail, true, "1 rows do not have the number of columns"},
		{"too many values", head + tabT + "INSERT INTO public.t VALUES (1, 'x', 3);\nINSERT INTO public.t VALUES (1, 'x');\n" + tail, true, "1 rows do not have"},
		{"zero blocks", head + tabT + "COPY public.t (a, b) FROM stdin;\n1\tx\n\x00\x00\x00\n\\.\n" + tail, true, "NUL bytes"},
		{"rows of a query", head + tabT + "INSERT INTO public.t SELECT 1, 'x';\n" + tail, true, "from a query"},
		{"csv options", head + tabT + "COPY public.t (a, b) FROM stdin WITH (FORMAT csv);\n1,x\n\\.\n" + tail, true, "COPY options"},
		{"section left out", head + tabT + strings.ReplaceAll(tabT, ".t", ".u") + "COPY public.t (a, b) FROM stdin;\n1\tx\n\\.\n" + tail, false, "public.u: the dump holds no data section"},
		{"undeclared rows", head + tabT + "COPY public.t (a, b) FROM stdin;\n1\tx\n\\.\nCOPY public.z (a) FROM stdin;\n1\n\\.\n" + tail, false, "does not declare; they were not read: public.z"},
		{"psql command", head + tabT + "\\! rm -rf /\nCOPY public.t (a, b) FROM stdin;\n1\tx\n\\.\n" + tail, false, "1 psql commands (first in line 14); none was run"},
		{"not by pg_dump", tabT + "INSERT INTO public.t VALUES (1, 'x');\n", false, "cannot be told whether it is complete"},
		{"expression", head + tabT + "INSERT INTO public.t VALUES (1 + 1, now());\n" + tail, false, "2 values are expressions"},
		{"several databases", head + tabT + "COPY public.t (a, b) FROM stdin;\n1\tx\n\\.\n\\connect other\n" + tail, true, "several databases"},
		{"shift-jis", strings.Replace(head, "UTF8", "SJIS", 1) + tabT + "COPY public.t (a, b) FROM stdin;\n1\tx\n\\.\n" + tail, true, "written in SJIS"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			h := openBytes(t, []byte(c.dump)).Health()
			require.Equal(t, c.fatal, h.Fatal, h.Problems)
			if c.says == "" {
				require.Empty(t, h.Problems)
				return
			}
			require.Contains(t, strings.Join(h.Problems, "\n"), c.says)
		})
	}
}

func TestGzipCutShort(t *testing.T) {
	var gz bytes.Buffer
	w := gzip.NewWriter(&gz)
	_, err := w.Write(readDump(t))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	for _, n := range []int{gz.Len() - 1, gz.Len() - 9, gz.Len() / 2, 12, 5} {
		b, err := backup.Open(write(t, "b.gz", gz.Bytes()[:n]), t.TempDir())
		require.NoError(t, err)
		require.True(t, b.Health().Fatal)
		require.Contains(t, b.Health().Problems[0], "the gzip stream breaks off")
		require.NoError(t, b.Close())
	}
}

func TestNothingInside(t *testing.T) {
	var gz bytes.Buffer
	require.NoError(t, gzip.NewWriter(&gz).Close())
	h := openBytes(t, gz.Bytes()).Health()
	require.Equal(t, []string{"the file is empty: unpacked it holds 0 bytes"}, h.Problems)
	require.True(t, h.Fatal)
}

func TestByteOrderMark(t *testing.T) {
	b := openBytes(t, []byte("\xef\xbb\xbfCREATE TABLE t (a int);\nINSERT INTO t VALUES (1);\n"))
	require.EqualValues(t, 1, b.Schema().Table("t").Rows)
}

// tocAlone is the header of a toc.dat that lists nothing.
var tocAlone = "PGDMP\x01\x0e\x00\x04\x08\x03" + strings.Repeat("\x00\x00\x00\x00\x00", 12)

// zipped gives a zip file of empty members.
func zipped(t testing.TB, names ...string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, n := range names {
		_, err := z.Create(n)
		require.NoError(t, err)
	}
	require.NoError(t, z.Close())
	return b.String()
}

func TestRefusedByName(t *testing.T) {
	for name, c := range map[string]struct{ bytes, says string }{
		"newer":     {"PGDMP\x01\x11\x00", "a pg_dump archive of version 1.17-0"},
		"older":     {"PGDMP\x01\x09\x00", "a pg_dump archive of version 1.9-0"},
		"toc alone": {tocAlone, "without its data (name the folder instead)"},
		"xml":       {"<?xml version=\"1.0\"?>\n<mysqldump xmlns:xsi", "an XML file"},
		"bzip2":     {"BZh91AY", "a bzip2 file"},
		"bzip2 too": {"BZh91AY,abc,def\n", "a bzip2 file"},
		"xz":        {"\xfd7zXZ\x00", "an xz file"},
		"7z":        {"7z\xbc\xaf\x27\x1c", "a 7-zip file"},
		"mssql":     {"TAPE\x00\x00\x03", "Microsoft SQL Server (.bak)"},
		"bacpac":    {zipped(t, "model.xml", "DacMetadata.xml"), "a BACPAC of Microsoft SQL Server"},
		"xlsx":      {zipped(t, "xl/workbook.xml", "a.csv"), "a workbook"},
		"mixed zip": {zipped(t, "a.csv", "b.exe"), "an archive of 2 files that are not all CSV"},
		"access":    {"\x00\x01\x00\x00Standard ACE DB\x00", "a Microsoft Access file"},
		"binary":    {"\x7fELF\x00\x00", "no backup of a kind that is known"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := backup.Open(write(t, "b", []byte(c.bytes)), t.TempDir())
			require.ErrorIs(t, err, backup.ErrFormat)
			require.ErrorContains(t, err, c.says)
			require.ErrorContains(t, err, "\nhint: ")
		})
	}
	dir := t.TempDir()
	_, err := backup.Open(dir, t.TempDir())
	require.ErrorContains(t, err, "this is a folder")
	_, err = backup.Open(write(t, "b.zip", []byte("PK\x03\x04abc")), t.TempDir())
	require.ErrorContains(t, err, "not a valid zip file")
	_, err = backup.Open(filepath.Join(dir, "none.sql"), t.TempDir())
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestEncodings(t *testing.T) {
	cases := []struct{ name, declared, cell, want, read string }{
		{"utf-8", "UTF8", "Jürgen", "Jürgen", ""},
		{"windows in utf-8", "UTF8", "J\xfcrgen \x80 5", "Jürgen € 5", "windows-1252"},
		{"both in sql_ascii", "SQL_ASCII", "caf\xe9", "café", "windows-1252"},
		{"octal escapes", "SQL_ASCII", `caf\303\251`, "café", ""},
		{"latin1", "LATIN1", "J\xfcrgen", "Jürgen", ""},
		{"latin1 that is windows", "LATIN1", "\x935\x94", "“5”", "windows-1252"},
		{"latin1 that is utf-8", "LATIN1", "Jürgen", "Jürgen", "utf-8"},
		{"latin9", "LATIN9", "5 \xa4", "5 €", ""},
		{"cyrillic", "WIN1251", "\xcf\xf0\xe8\xe2\xe5\xf2", "Привет", ""},
		{"koi8", "KOI8R", "\xf0\xd2\xc9\xd7\xc5\xd4", "Привет", ""},
		{"japanese", "EUC_JP", "\xc6\xfc\xcb\xdc", "日本", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			for _, rows := range []string{
				"COPY public.t (a, b) FROM stdin;\n1\t" + c.cell + "\n\\.\n",
				"INSERT INTO public.t VALUES (1, E'" + c.cell + "');\n",
			} {
				b := openBytes(t, []byte(strings.Replace(head, "UTF8", c.declared, 1)+tabT+rows+tail))
				h := b.Health()
				require.False(t, h.Fatal, h.Problems)
				require.Equal(t, c.declared, h.Declared)
				require.NoError(t, b.Each("t", func(r *model.Row) error {
					s, _ := r.Get("b")
					require.Equal(t, c.want, s)
					return nil
				}))
				if c.read == "" {
					require.Empty(t, h.Encoding)
					continue
				}
				require.Equal(t, []backup.EncodingFinding{{Table: "public.t", Column: "b", Cells: 1, Read: c.read}}, h.Encoding)
				require.Contains(t, h.Problems[0], "public.t.b: 1 cells are not in the declared encoding")
			}
		})
	}
}

func TestFileThatChanges(t *testing.T) {
	path := write(t, "b.sql", readDump(t))
	b, err := backup.Open(path, t.TempDir())
	require.NoError(t, err)
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	require.NoError(t, err)
	_, err = f.WriteString("-- more\n")
	require.NoError(t, err)
	require.NoError(t, f.Close())
	require.ErrorContains(t, b.Close(), "the file changed while it was being read")
}

func TestEachNestsAndStops(t *testing.T) {
	b := openBytes(t, readDump(t))
	require.ErrorContains(t, b.Each("nowhere", nil), `there is no table "nowhere"`)
	n := 0
	require.NoError(t, b.Each("clients", func(outer *model.Row) error {
		id, _ := outer.Get("id")
		return b.Each("public.hires", func(r *model.Row) error {
			if c, _ := r.Get("client"); c == id {
				n++
			}
			return nil
		})
	}))
	require.Equal(t, 200, n)
	require.ErrorIs(t, b.Each("hires", func(*model.Row) error { return os.ErrClosed }), os.ErrClosed)
}
