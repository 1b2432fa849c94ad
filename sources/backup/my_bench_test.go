package backup_test

// This file: how fast a dump of MySQL with a million rows is read. See bench_test.go.

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"salvage/model"
	"salvage/sources/backup"

	"github.com/stretchr/testify/require"
)

// benchMySQL rewrites the benchmark's table as mysqldump writes it; all its rows stand in one INSERT, which is longer
// than any server takes: memory must not grow with the statement.
func benchMySQL(b *testing.B, plain string) string {
	path := strings.TrimSuffix(plain, ".sql") + ".mysql"
	if _, err := os.Stat(path); err == nil {
		return path
	}
	bk, err := backup.Open(plain, b.TempDir())
	require.NoError(b, err)
	f, err := os.Create(path + ".new")
	require.NoError(b, err)
	w := bufio.NewWriterSize(f, 1<<20)
	t := bk.Schema().Table("public.bookings")
	fmt.Fprint(w, myHead, "CREATE TABLE `bookings` (\n")
	for _, c := range t.Columns {
		typ := map[bool]string{true: "timestamp NULL", false: "text"}[strings.Contains(c.Type, "time zone")]
		fmt.Fprintf(w, "  `%s` %s,\n", c.Name, typ)
	}
	fmt.Fprint(w, "  PRIMARY KEY (`id`)\n) ENGINE=InnoDB;\nINSERT INTO `bookings` VALUES ")
	escape := strings.NewReplacer(`\`, `\\`, "'", `\'`, "\n", `\n`)
	sep := ""
	require.NoError(b, bk.Each("public.bookings", func(r *model.Row) error {
		fmt.Fprint(w, sep, "(")
		sep = ","
		for i, v := range r.Values {
			if i > 0 {
				w.WriteByte(',')
			}
			if v == nil {
				w.WriteString("NULL")
			} else {
				fmt.Fprintf(w, "'%s'", escape.Replace(strings.TrimSuffix(*v, "+00")))
			}
		}
		_, err := w.WriteString(")")
		return err
	}))
	fmt.Fprint(w, ";\n", myTail)
	require.NoError(b, w.Flush())
	require.NoError(b, f.Close())
	require.NoError(b, bk.Close())
	require.NoError(b, os.Rename(path+".new", path))
	return path
}

func BenchmarkMySQL(b *testing.B) {
	rows := 1_000_000
	if s := os.Getenv("SALVAGE_BENCH_ROWS"); s != "" {
		n, err := strconv.Atoi(s)
		require.NoError(b, err)
		rows = n / 10 * 10
	}
	dir := os.Getenv("SALVAGE_BENCH_DIR")
	if dir == "" {
		dir = filepath.Join(os.TempDir(), "salvage-bench")
	}
	require.NoError(b, os.MkdirAll(dir, 0o755))
	path := benchMySQL(b, benchDump(b, dir, rows))
	b.ResetTimer()
	cpu := processor(b)
	for range b.N {
		bk, err := backup.Open(path, b.TempDir())
		require.NoError(b, err)
		require.False(b, bk.Health().Fatal, bk.Health().Problems)
		n := 0
		require.NoError(b, bk.Each("bookings", func(*model.Row) error { n++; return nil }))
		require.Equal(b, rows, n)
		require.NoError(b, bk.Close())
	}
	used := (processor(b) - cpu).Seconds() / float64(b.N)
	b.ReportMetric(float64(rows)/used, "rows/cpu-s")
	b.ReportMetric(peak(b), "peak-MB")
}
