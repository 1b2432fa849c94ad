package backup_test

// This file: how fast a backup of a million rows is read, beside what PostgreSQL takes to restore it.
//
//	go test ./sources/backup -run '^$' -bench Million -benchtime 1x
//
// The dumps are made once and kept in the system's folder for temporary files (SALVAGE_BENCH_DIR names another), with
// as many rows as SALVAGE_BENCH_ROWS says. Speed is given a second of processor time, garbage collection included.

import (
	"bufio"
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"salvage/fixtures/pgtest"
	"salvage/model"
	"salvage/sources/backup"

	_ "github.com/mattn/go-sqlite3"
	"github.com/stretchr/testify/require"
)

const benchTable = `CREATE TABLE public.bookings (
    id bigint NOT NULL,
    code text NOT NULL,
    customer_name text,
    email text,
    phone text,
    status text NOT NULL,
    vehicle_id integer,
    pickup_at timestamp with time zone,
    return_at timestamp with time zone,
    total numeric(10,2),
    currency character(3),
    notes text,
    cancelled_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone
);

`

// benchDump writes a plain dump of that many rows of 15 columns and some 267 bytes, and gives its path.
func benchDump(b *testing.B, dir string, rows int) string {
	path := filepath.Join(dir, fmt.Sprintf("bookings-%d.sql", rows))
	if _, err := os.Stat(path); err == nil {
		return path
	}
	f, err := os.Create(path + ".new")
	require.NoError(b, err)
	w := bufio.NewWriterSize(f, 1<<20)
	fmt.Fprint(w, head, benchTable, "COPY public.bookings (id, code, customer_name, email, phone, status, vehicle_id, pickup_at, return_at, total, currency, notes, cancelled_at, created_at, updated_at) FROM stdin;\n")
	at := time.Date(2023, 1, 1, 8, 0, 0, 0, time.UTC)
	const form = "2006-01-02 15:04:05-07"
	first := strings.Fields("Ana Bjørn Chloé Dmitri Émile Farah Gábor Hana Ingrid João Kofi Lê Mateo Nadia Oisín Priya")
	last := strings.Fields("Abbott Brandt Castillo Dubois Eriksen Ferreira Greene Hoffmann Ivanova Jansen Kowalski Lindqvist Murphy Nakamura")
	x := uint64(88172645463325252)
	for i := range rows {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
		n, m := first[x%16], last[(x>>8)%14]
		made := at.Add(time.Duration(i) * 97 * time.Second)
		out := made.Add(time.Duration(x>>16%2000) * time.Hour)
		cancelled, status, note := `\N`, "confirmed", "arrives late, please leave the keys at the desk"
		if x>>24%7 == 0 {
			cancelled, status = made.Add(50*time.Hour).Format(form), "cancelled"
		}
		if x>>28%5 == 0 {
			note = `two child seats\nand a roof box \\ no smoking`
		}
		fmt.Fprintf(w, "%d\tBK-%08X\t%s %s\t%s.%s%d@mail.example\t+44 7700 %06d\t%s\t%d\t%s\t%s\t%d.%02d\tGBP\t%s\t%s\t%s\t%s\n",
			i+1, uint32(x), n, m, n, m, x>>40%1000, x>>32%1000000, status, x>>20%400, out.Format(form), out.Add(72*time.Hour).Format(form),
			50+x>>36%900, x>>44%100, note, cancelled, made.Format(form), made.Add(time.Hour).Format(form))
	}
	fmt.Fprint(w, "\\.\n\nALTER TABLE ONLY public.bookings ADD CONSTRAINT bookings_pkey PRIMARY KEY (id);\nALTER TABLE ONLY public.bookings ADD CONSTRAINT bookings_email UNIQUE (id, code);\n\n", tail)
	require.NoError(b, w.Flush())
	require.NoError(b, f.Close())
	require.NoError(b, os.Rename(path+".new", path))
	return path
}

// processor is the processor time that this process has taken.
func processor(b *testing.B) time.Duration {
	var u syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// peak is the most memory that this process has held, in MB.
func peak(b *testing.B) float64 {
	var u syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return float64(u.Maxrss) / 1024
}

// readAll opens a backup and hands every row of its table on.
func readAll(b *testing.B, path string, rows int, f func(r *model.Row) error) {
	bk, err := backup.Open(path, b.TempDir())
	require.NoError(b, err)
	require.False(b, bk.Health().Fatal, bk.Health().Problems)
	n := 0
	require.NoError(b, bk.Each("public.bookings", func(r *model.Row) error { n++; return f(r) }))
	require.Equal(b, rows, n)
}

// store writes every row into a SQLite file, ten to a statement and ten thousand to a transaction.
func store(b *testing.B, path string, rows int) {
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(b.TempDir(), "case.db")+"?_journal=wal&_sync=normal")
	require.NoError(b, err)
	defer db.Close()
	db.SetMaxOpenConns(1)
	cols := strings.Count(benchTable, ",\n") + 1
	names := make([]string, cols)
	for i := range names {
		names[i] = "c" + strconv.Itoa(i) + " TEXT"
	}
	_, err = db.Exec("CREATE TABLE t (" + strings.Join(names, ", ") + ")")
	require.NoError(b, err)
	one := "(" + strings.TrimSuffix(strings.Repeat("?,", cols), ",") + ")"
	const many = 10
	ten, err := db.Prepare("INSERT INTO t VALUES " + strings.TrimSuffix(strings.Repeat(one+",", many), ","))
	require.NoError(b, err)
	_, err = db.Exec("BEGIN")
	require.NoError(b, err)
	n := 0
	args := make([]any, 0, many*cols)
	readAll(b, path, rows, func(r *model.Row) error {
		for _, v := range r.Values {
			if v == nil {
				args = append(args, nil)
			} else {
				args = append(args, *v)
			}
		}
		if len(args) < many*cols {
			return nil
		}
		_, err := ten.Exec(args...)
		args = args[:0]
		if n++; n%1000 == 0 && err == nil {
			_, err = db.Exec("COMMIT; BEGIN")
		}
		return err
	})
	require.Empty(b, args)
	_, err = db.Exec("COMMIT")
	require.NoError(b, err)
}

func BenchmarkMillion(b *testing.B) {
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
	plain := benchDump(b, dir, rows)
	s := pgtest.Start(b)
	walls := map[string]time.Duration{}
	wall := func(name string, f func()) {
		begin := time.Now()
		f()
		walls[name] = time.Since(begin)
	}
	s.CreateDB(b, "bench_plain")
	wall("psql -f", func() {
		_, errs, exit := s.Psql(b, "bench_plain", "-q", "-v", "ON_ERROR_STOP=1", "-f", plain)
		require.Zero(b, exit, errs)
	})
	custom := strings.TrimSuffix(plain, ".sql") + ".custom"
	if _, err := os.Stat(custom); err != nil {
		s.PgDump(b, "bench_plain", "-Fc", "-f", custom+".new")
		require.NoError(b, os.Rename(custom+".new", custom))
	}
	s.CreateDB(b, "bench_custom")
	wall("pg_restore", func() {
		cmd := exec.Command(filepath.Join(s.Bin, "pg_restore"), "-d", "bench_custom", custom)
		cmd.Env = s.Env("bench_custom")
		out, err := cmd.CombinedOutput()
		require.NoError(b, err, string(out))
	})
	for _, c := range []struct {
		name, path, beside string
		read               func(b *testing.B, path string, rows int)
	}{
		{"plain read", plain, "psql -f", nil}, {"custom read", custom, "pg_restore", nil},
		{"plain stored", plain, "psql -f", store}, {"custom stored", custom, "pg_restore", store},
	} {
		b.Run(c.name, func(b *testing.B) {
			begin, cpu := time.Now(), processor(b)
			for range b.N {
				if c.read != nil {
					c.read(b, c.path, rows)
				} else {
					readAll(b, c.path, rows, func(*model.Row) error { return nil })
				}
			}
			took := time.Since(begin) / time.Duration(b.N)
			used := (processor(b) - cpu) / time.Duration(b.N)
			b.ReportMetric(float64(rows)/used.Seconds(), "rows/cpu-s")
			b.ReportMetric(peak(b), "peak-MB")
			b.ReportMetric(walls[c.beside].Seconds()/took.Seconds(), "times-as-fast-as-"+strings.Fields(c.beside)[0])
			b.Logf("%s: %.1f s, %.1f s of processor; %s: %.1f s", c.name, took.Seconds(), used.Seconds(), c.beside, walls[c.beside].Seconds())
		})
	}
}
