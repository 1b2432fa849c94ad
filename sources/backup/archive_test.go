package backup_test

// This file: archives that are cut short, damaged, unfinished or hostile. No piece of one may pass as healthy, and the
// table that suffers is named.

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"salvage/model"
	"salvage/sources/backup"

	"github.com/stretchr/testify/require"
)

// sick opens a backup that must open and be unfit, reads what can be read, and gives what was said of it.
func sick(t testing.TB, path string) string {
	t.Helper()
	b, err := backup.Open(path, t.TempDir())
	require.NoError(t, err)
	h := b.Health()
	require.True(t, h.Fatal, h.Problems)
	require.False(t, h.Footer)
	require.NotEmpty(t, h.Problems)
	for _, tb := range b.Schema().Tables {
		n := int64(0)
		require.NoError(t, b.Each(tb.Qualified(), func(*model.Row) error { n++; return nil }))
		if tb.PartitionOf == "" && !tb.Partitioned && tb.Name != "base" {
			require.Equal(t, tb.Rows, n, tb.Name)
		}
	}
	require.NoError(t, b.Close())
	return strings.Join(h.Problems, "\n")
}

// TestArchiveCutShort cuts archives at many places.
func TestArchiveCutShort(t *testing.T) {
	for _, name := range []string{"pg18.custom", "pg18-inserts.custom", "tiny.custom"} {
		whole := read(t, "testdata/"+name)
		step := len(whole)/150 + 1
		for n := 8; n < len(whole); n += step {
			says := sick(t, write(t, "b", whole[:n]))
			require.Regexp(t, `table of contents|data are missing|cannot be read to the end|break off|middle of its rows|begin there`, says)
		}
		sick(t, write(t, "b", whole[:len(whole)-1]))
		if name == "tiny.custom" { // the last block is that of u: its one row is whole, its end is not
			require.Contains(t, sick(t, write(t, "b", whole[:len(whole)-1])), "table public.u")
			require.Contains(t, sick(t, write(t, "b", whole[:len(whole)-40])), "table public.u: its data are missing: the archive was cut short")
		}
	}
}

// TestArchiveBitFlips damages the data of a compressed archive: what is packed carries a checksum.
func TestArchiveBitFlips(t *testing.T) {
	whole := read(t, "testdata/pg18.custom")
	b := healthy(t, "testdata/pg18.custom")
	require.NotZero(t, b.Health().Rows)
	for back := 30; back < 2500; back += 131 {
		bad := bytes.Clone(whole)
		bad[len(bad)-back] ^= 0x10
		sick(t, write(t, "b", bad))
	}
}

// unpacked lays the tiny directory archive out as files.
func unpacked(t testing.TB) (dir string, files map[string][]byte) {
	dir, files = t.TempDir(), map[string][]byte{
		"toc.dat":  read(t, "testdata/tiny.toc"),
		"3350.dat": []byte("1\tone\tx\n2\t\\N\tx\n3\t\\\\.\\n\\t\tx\n\\.\n\n\n"),
		"3351.dat": []byte("1\n\\.\n\n\n"),
	}
	for name, b := range files {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), b, 0o600))
	}
	return dir, files
}

func TestDirectoryHealth(t *testing.T) {
	dir, _ := unpacked(t)
	b := healthy(t, dir)
	require.EqualValues(t, 4, b.Health().Rows)
	requireSame(t, healthy(t, "testdata/tiny.custom"), b)
	requireSame(t, healthy(t, "testdata/tiny.tar"), b)

	for name, c := range map[string]struct {
		spoil func(dir string, files map[string][]byte) error
		says  string
	}{
		"a missing file": {func(dir string, _ map[string][]byte) error { return os.Remove(dir + "/3350.dat") },
			"table public.t: its data are missing: there is no file 3350.dat"},
		"a file cut short": {func(dir string, f map[string][]byte) error {
			return os.WriteFile(dir+"/3350.dat", f["3350.dat"][:20], 0o600)
		}, "table public.t: the file ends in the middle of its rows, after 2"},
		"a file cut at a row": {func(dir string, f map[string][]byte) error {
			return os.WriteFile(dir+"/3350.dat", f["3350.dat"][:9], 0o600)
		}, "table public.t: the file ends in the middle of its rows, after 1"},
		"an empty file": {func(dir string, _ map[string][]byte) error { return os.WriteFile(dir+"/3351.dat", nil, 0o600) },
			"table public.u: the file ends in the middle of its rows, after 0"},
		"more rows behind the end": {func(dir string, f map[string][]byte) error {
			return os.WriteFile(dir+"/3351.dat", append(f["3351.dat"], "2\n"...), 0o600)
		}, "table public.u: more bytes follow the end of its rows"},
		"a packed file cut short": {func(dir string, f map[string][]byte) error {
			z := pack(t, "gzip", f["3350.dat"])
			return firstError(os.Remove(dir+"/3350.dat"), os.WriteFile(dir+"/3350.dat.gz", z[:len(z)-3], 0o600))
		}, "table public.t: its rows cannot be read to the end, the archive is damaged or was cut short: unexpected EOF"},
		"a packed file that is not": {func(dir string, f map[string][]byte) error {
			return firstError(os.Remove(dir+"/3350.dat"), os.WriteFile(dir+"/3350.dat.zst", f["3350.dat"], 0o600))
		}, "table public.t: its rows cannot be read to the end"},
		"a folder in its place": {func(dir string, _ map[string][]byte) error {
			return firstError(os.Remove(dir+"/3350.dat"), os.Mkdir(dir+"/3350.dat", 0o700))
		}, "table public.t: its data are missing: 3350.dat is no plain file"},
		"a link out of it": {func(dir string, _ map[string][]byte) error {
			return firstError(os.Remove(dir+"/3350.dat"), os.Symlink("/etc/passwd", dir+"/3350.dat"))
		}, "table public.t: its data are missing"},
		"a table of contents cut short": {func(dir string, f map[string][]byte) error {
			return os.WriteFile(dir+"/toc.dat", f["toc.dat"][:1500], 0o600)
		}, "the table of contents toc.dat breaks off"},
		"an empty table of contents": {func(dir string, _ map[string][]byte) error { return os.WriteFile(dir+"/toc.dat", nil, 0o600) },
			"the table of contents toc.dat breaks off at byte 0 of 0"},
		"a name that leads elsewhere": {func(dir string, f map[string][]byte) error {
			return os.WriteFile(dir+"/toc.dat", bytes.Replace(f["toc.dat"], []byte("3350.dat"), []byte("../a.dat"), 1), 0o600)
		}, `table public.t: its data are missing: "../a.dat" is no name of a file`},
	} {
		t.Run(name, func(t *testing.T) {
			dir, files := unpacked(t)
			require.NoError(t, c.spoil(dir, files))
			require.Contains(t, sick(t, dir), c.says)
		})
	}
	t.Run("a file that changes", func(t *testing.T) {
		dir, files := unpacked(t)
		b, err := backup.Open(dir, t.TempDir())
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(dir+"/3351.dat", append(files["3351.dat"], '\n'), 0o600))
		require.ErrorContains(t, b.Close(), "the file changed while it was being read")
	})
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// TestTarCutShort cuts a tar archive at many places, its trailing padding apart.
func TestTarCutShort(t *testing.T) {
	whole := read(t, "testdata/tiny.tar")
	data := bytes.LastIndex(whole, []byte("\\.\n\n\n")) // of the last table; restore.sql and padding follow or precede
	for n := 2000; n < data; n += 97 {
		path := write(t, "b", whole[:n])
		sick(t, path)
	}
	require.Contains(t, sick(t, write(t, "b", pack(t, "gzip", whole)[:900])), "the gzip stream breaks off")
}

// TestHostileLengths claims lengths that a file does not have: an error, and nothing allocated.
func TestHostileLengths(t *testing.T) {
	whole := read(t, "testdata/tiny.custom")
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for at := 11; at < len(whole)-5; at += 3 {
		bad := bytes.Clone(whole)
		bad[at] = 0
		binary.LittleEndian.PutUint32(bad[at+1:], 0xf0000000)
		b, err := backup.Open(write(t, "b", bad), t.TempDir())
		if err != nil {
			require.ErrorIs(t, err, backup.ErrFormat)
			continue
		}
		require.NoError(t, b.Close())
	}
	runtime.ReadMemStats(&after)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(4<<30), "some megabytes of buffers each, and no more")
}

// TestDefinitionsHoldNoRows puts a COPY with rows, an INSERT and a psql command where definitions stand.
func TestDefinitionsHoldNoRows(t *testing.T) {
	whole := read(t, "testdata/tiny.toc")
	old := []byte("CREATE FUNCTION public.f() RETURNS text\n    LANGUAGE sql\n    AS $$select '1'::text$$;\n")
	if !bytes.Contains(whole, old) {
		at := bytes.Index(whole, []byte("CREATE FUNCTION"))
		require.Positive(t, at)
		n := int(binary.LittleEndian.Uint32(whole[at-4:]))
		old = whole[at : at+n]
	}
	mischief := "COPY public.u (t) FROM stdin;\n77\n\\.\n;INSERT INTO public.u VALUES (78);\n\\! touch /tmp/harm\n"
	require.LessOrEqual(t, len(mischief), 200)
	text := []byte(mischief)
	length := binary.LittleEndian.AppendUint32(nil, uint32(len(text)))
	at := bytes.Index(whole, old)
	toc := append(append(append(bytes.Clone(whole[:at-4]), length...), text...), whole[at+len(old):]...)
	dir, _ := unpacked(t)
	require.NoError(t, os.WriteFile(dir+"/toc.dat", toc, 0o600))
	b := openPath(t, dir)
	require.False(t, b.Health().Fatal, b.Health().Problems)
	require.Contains(t, strings.Join(b.Health().Problems, "\n"), "psql commands")
	require.Equal(t, []string{`t="1"`}, cellsOf(t, b, b.Schema().Table("u")))
}
