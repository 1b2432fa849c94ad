package backup_test

// This file: a real server is the oracle. What pg_dump writes of it in any style must read as the server's own
// text of every row, and the schema must be the one that was declared.

import (
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"salvage/fixtures/pgtest"
	"salvage/model"
	"salvage/sources/backup"

	"github.com/stretchr/testify/require"
)

// companyDB loads testdata/company.sql into a database of the test server.
func companyDB(t *testing.T) (*pgtest.Server, string) {
	s := pgtest.Start(t)
	db := "backup_company"
	s.CreateDB(t, db)
	_, errs, exit := s.Psql(t, db, "-q", "-v", "ON_ERROR_STOP=1", "-f", "testdata/company.sql")
	require.Zero(t, exit, errs)
	return s, db
}

// serverRows gives every row of a table as the server prints it, sorted: "column=value" or "column is null",
// generated columns left out.
func serverRows(t *testing.T, s *pgtest.Server, db string, tb *model.Table) []string {
	var parts []string
	for _, c := range tb.Columns {
		if !c.Generated {
			parts = append(parts, fmt.Sprintf(`coalesce(%s || '=' || %s::text, %s || ' is null')`, lit(c.Name), ident(c.Name), lit(c.Name)))
		}
	}
	if len(parts) == 0 {
		parts = []string{"''"}
	}
	q := "SELECT encode(convert_to(" + strings.Join(parts, ` || E'\x1f' || `) + ", 'UTF8'), 'hex') FROM " + ident(tb.Schema) + "." + ident(tb.Name)
	out := s.Query(t, db, "SET timezone='UTC'; SET intervalstyle='postgres'; "+q)
	var rows []string
	for _, l := range strings.Split(out, "\n") {
		var b []byte
		_, err := fmt.Sscanf(l+" ", "%x", &b)
		if l == "" {
			err = nil
		}
		require.NoError(t, err)
		rows = append(rows, string(b))
	}
	if out == "" && tb.Rows == 0 {
		rows = nil
	}
	sort.Strings(rows)
	return rows
}

func lit(s string) string   { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
func ident(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

// dumpRows gives the same of a dump.
func dumpRows(t *testing.T, b *backup.Backup, tb *model.Table) []string {
	var rows []string
	require.NoError(t, b.Each(tb.Qualified(), func(r *model.Row) error {
		var parts []string
		for _, c := range tb.Columns {
			if c.Generated {
				continue
			}
			v, ok := r.Get(c.Name)
			if !ok {
				parts = append(parts, c.Name+" is null")
				continue
			}
			if c.Type == "boolean" { // ::text says true where the output form is t
				v = map[string]string{"t": "true", "f": "false"}[v]
			}
			parts = append(parts, c.Name+"="+v)
		}
		rows = append(rows, strings.Join(parts, "\x1f"))
		return nil
	}))
	sort.Strings(rows)
	return rows
}

func TestRealDumps(t *testing.T) {
	s, db := companyDB(t)
	t.Setenv("TZ", "UTC") // pg_dump -v says in its own zone when it started
	styles := map[string][]string{
		"copy":               nil,
		"inserts":            {"--inserts"},
		"column inserts":     {"--column-inserts"},
		"many rows":          {"--rows-per-insert=7"},
		"quoted":             {"--quote-all-identifiers"},
		"partition root":     {"--load-via-partition-root"},
		"clean and create":   {"--clean", "--if-exists"},
		"verbose":            {"--verbose"},
		"gzip":               {"-Z", "6"},
		"no standard string": {"--inserts"},
	}
	for name, args := range styles {
		t.Run(name, func(t *testing.T) {
			if name == "no standard string" {
				s.Query(t, db, "ALTER DATABASE "+db+" SET standard_conforming_strings = off")
				defer s.Query(t, db, "ALTER DATABASE "+db+" RESET standard_conforming_strings")
			}
			path := filepath.Join(t.TempDir(), "b.sql")
			require.NoError(t, os.WriteFile(path, s.PgDump(t, db, args...), 0o600))
			b, err := backup.Open(path, t.TempDir())
			require.NoError(t, err)
			h := b.Health()
			require.False(t, h.Fatal, h.Problems)
			require.True(t, h.Footer)
			require.Empty(t, h.Encoding)
			require.Empty(t, h.Problems)
			require.Len(t, b.Schema().Tables, 12)
			require.Equal(t, name == "verbose", h.Cut != "", "only -v says when the dump was made")
			for _, tb := range b.Schema().Tables {
				want := serverRows(t, s, db, tb)
				got := dumpRows(t, b, tb)
				if tb.Name == "nothing" { // rows without a column: INSERT … DEFAULT VALUES and empty lines of COPY
					continue
				}
				if name == "partition root" && tb.PartitionOf != "" { // its rows are only known as the root's
					continue
				}
				require.Equal(t, want, got, tb.Qualified())
			}
			require.NoError(t, b.Close())
		})
	}
}
