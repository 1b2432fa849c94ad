package backup_test

// This file: CSV files of many makers, and what is inferred from them.

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"salvage/model"
	"salvage/sources/backup"

	"github.com/stretchr/testify/require"
)

// csvFolder writes files into a folder and opens it.
func csvFolder(t *testing.T, files map[string]string) *backup.Backup {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	b, err := backup.Open(dir, t.TempDir())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, b.Close()) })
	return b
}

func utf16le(s string) string {
	out := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune(s)) {
		out = binary.LittleEndian.AppendUint16(out, u)
	}
	return string(out)
}

func TestCSVCells(t *testing.T) {
	for name, c := range map[string]struct {
		file string
		want []string
		says string // in the problems
	}{
		"null and empty":       {"id,a\n1,\n2,\"\"\n3,x\n", []string{`id="1" a is null`, `id="2" a=""`, `id="3" a="x"`}, ""},
		"quotes":               {"id,a\n1,\"a \"\"b\"\", c\r\nd\"\n", []string{"id=\"1\" a=\"a \\\"b\\\", c\\r\\nd\""}, ""},
		"semicolon":            {"id;a\n1;x,y\n", []string{`id="1" a="x,y"`}, ""},
		"excel":                {"sep=;\r\nid;a\r\n1;x\r\n", []string{`id="1" a="x"`}, ""},
		"bom":                  {"\xef\xbb\xbfid,a\n1,x\n", []string{`id="1" a="x"`}, ""},
		"utf-16":               {utf16le("id\ta\r\n1\tÜ 🚗\r\n"), []string{`id="1" a="Ü 🚗"`}, ""},
		"windows-1252":         {"id,a\n1,caf\xe9\n", []string{`id="1" a="café"`}, "1 cells are not in the declared encoding UTF8 and were read as windows-1252"},
		"mac line ends":        {"id,a\r1,x\r2,y\r", []string{`id="1" a="x"`, `id="2" a="y"`}, ""},
		"outfile":              {"id,a,n\n1,,\\N\n2,\\N,5\n", []string{`id="1" a="" n is null`, `id="2" a is null n="5"`}, ""},
		"phpmyadmin":           {"\"id\",\"a\",\"n\"\n\"1\",\"NULL\",NULL\n\"2\",NULL,\"7\"\n", []string{`id="1" a="NULL" n is null`, `id="2" a is null n="7"`}, ""},
		"null word as text":    {"id,a,n\n1,NULL,\n2,x,3\n", []string{`id="1" a="NULL" n is null`, `id="2" a="x" n="3"`}, "1 cells NULL without quotes were read as texts"},
		"null word in doubt":   {"id,a\n1,NULL\n2,x\n", []string{`id="1" a is null`, `id="2" a="x"`}, "nothing in the file says for certain"},
		"ragged":               {"id,a\n1,x\n2\n3,y,z\n4,w\n", []string{`id="1" a="x"`, `id="4" a="w"`}, "2 rows do not have 2 cells as the first line has, and were left out (first in line 3)"},
		"empty lines":          {"id,a\n\n1,x\n\n", []string{`id="1" a="x"`}, ""},
		"one column with NULL": {"a\nx\n\ny\n", []string{`a="x"`, "a is null", `a="y"`}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			b := csvFolder(t, map[string]string{"t.csv": c.file})
			h := b.Health()
			require.False(t, h.Fatal, h.Problems)
			require.Equal(t, c.want, cellsOf(t, b, b.Schema().Table("t")))
			problems := strings.Join(h.Problems, "\n")
			require.Contains(t, problems, "do not say whether they are complete")
			require.Contains(t, problems, c.says)
			if c.says == "" {
				require.Len(t, h.Problems, 1)
			}
		})
	}
}

func TestCSVRefused(t *testing.T) {
	for name, c := range map[string]struct{ file, says string }{
		"empty":          {"", "t.csv: the file is empty"},
		"no header":      {"1,2\n3,4\n", "the first line is not a list of column names (\"1\")"},
		"name twice":     {"a,a\n3,4\n", "not a list of column names (\"a\")"},
		"within quotes":  {"a,b\n1,\"x\n", "the file ends within quotes: it was cut short"},
		"cut short":      {"a,b\n1,x\n2", "the file ends in the middle of a row: it was cut short"},
		"no rows at all": {"a,b\n", "hold no rows"},
	} {
		t.Run(name, func(t *testing.T) {
			h := csvFolder(t, map[string]string{"t.csv": c.file}).Health()
			require.True(t, h.Fatal)
			require.Contains(t, strings.Join(h.Problems, "\n"), c.says)
		})
	}
}

func TestCSVTypesAndKeys(t *testing.T) {
	b := csvFolder(t, map[string]string{
		"companies.csv": "company_id,name\n7,a\n8,b\n9,a\n",
		"people.csv":    "code,phone,paid,active,born,at,moment,clock,ref,company_id,boss,mixed\nA1,0049151,1.50,t,2024-02-29,2024-01-02 03:04,2024-01-02T03:04:05Z,09:30,123e4567-e89b-12d3-a456-426655440000,7,A2,1\nA2,0151,-2,FALSE,2024-03-01,2024-01-02,2024-01-02 03:04:05+02,23:59:59,123E4567-e89b-12d3-a456-426655440001,9,,x\n",
		"visits.tsv":    "id\tcompany\tperson_code\n1\t7\tA1\n2\t6\tA2\n",
		"notes.csv":     "text\nsame\nsame\n",
	})
	s := b.Schema()
	p := s.Table("people")
	types := map[string]string{}
	for _, c := range p.Columns {
		types[c.Name] = c.Type
	}
	require.Equal(t, map[string]string{"code": "text", "phone": "text", "paid": "numeric", "active": "boolean", "born": "date", "at": "timestamp without time zone",
		"moment": "timestamp with time zone", "clock": "time without time zone", "ref": "uuid", "company_id": "bigint", "boss": "text", "mixed": "text"}, types)
	require.Equal(t, []string{"code"}, p.PrimaryKey, "the first unique column that is never empty")
	require.Equal(t, []string{"company_id"}, s.Table("companies").PrimaryKey, "name is not unique")
	require.Equal(t, []model.ForeignKey{{Columns: []string{"company_id"}, Table: "companies", References: []string{"company_id"}}}, p.Foreign)
	v := s.Table("visits")
	require.Equal(t, []string{"id"}, v.PrimaryKey)
	require.Equal(t, []model.ForeignKey(nil), v.Foreign, "company 6 does not exist, and nothing says that a person_code is one of people")
	require.Empty(t, s.Table("notes").PrimaryKey)
	require.Equal(t, "by default", v.Column("id").Identity)
}

// TestArchives packs the same files in every way.
func TestArchives(t *testing.T) {
	files := map[string]string{"clients.csv": "id,a\n1,x\n2,\n", "hires.csv": "id,client_id\n5,1\n"}
	want := digest(t, csvFolder(t, files))
	var z, tarred, gz bytes.Buffer
	zw, gw := zip.NewWriter(&z), gzip.NewWriter(&gz)
	tw := tar.NewWriter(&tarred)
	for _, name := range []string{"clients.csv", "hires.csv"} {
		w, err := zw.Create("export/" + name)
		require.NoError(t, err)
		_, err = w.Write([]byte(files[name]))
		require.NoError(t, err)
		require.NoError(t, tw.WriteHeader(&tar.Header{Name: "export/" + name, Size: int64(len(files[name])), Mode: 0o600}))
		_, err = tw.Write([]byte(files[name]))
		require.NoError(t, err)
	}
	w, err := zw.Create("__MACOSX/._clients.csv")
	require.NoError(t, err)
	_, err = w.Write([]byte("x"))
	require.NoError(t, err)
	require.NoError(t, zw.Close())
	require.NoError(t, tw.Close())
	_, err = gw.Write(tarred.Bytes())
	require.NoError(t, err)
	require.NoError(t, gw.Close())
	var gzDump bytes.Buffer
	dw := zip.NewWriter(&gzDump)
	w, err = dw.Create("backup.sql")
	require.NoError(t, err)
	_, err = w.Write(readDump(t))
	require.NoError(t, err)
	require.NoError(t, dw.Close())
	for name, b := range map[string][]byte{"zip": z.Bytes(), "tar": tarred.Bytes(), "tgz": gz.Bytes()} {
		t.Run(name, func(t *testing.T) {
			tmp := t.TempDir()
			bk, err := backup.Open(write(t, "b", b), tmp)
			require.NoError(t, err)
			require.Equal(t, want, digest(t, bk))
			require.Equal(t, "csv", bk.Health().Format)
			require.NoError(t, bk.Close())
			left, err := os.ReadDir(tmp)
			require.NoError(t, err)
			require.Empty(t, left)
		})
	}
	bk, err := backup.Open(write(t, "b.zip", gzDump.Bytes()), t.TempDir())
	require.NoError(t, err)
	require.Equal(t, digest(t, openBytes(t, readDump(t))), digest(t, bk))
	require.NoError(t, bk.Close())
	single := openBytes(t, []byte(files["clients.csv"]))
	require.Len(t, single.Schema().Tables, 1)
}
