package backup_test

// This file: the invented company's dumps, as read here and as a real server restores them.

import (
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"salvage/fixtures/pgtest"
	"salvage/fixtures/rental"
	"salvage/sources/backup"

	"github.com/stretchr/testify/require"
)

func TestCompanyDumps(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, rental.Generate(rental.Options{Seed: 7, PerDay: 5}).Write(dir))
	s := pgtest.Start(t)
	for i, path := range []string{filepath.Join(dir, "backup.sql"), filepath.Join(dir, "live", "today.sql")} {
		db := "backup_generated_" + strconv.Itoa(i)
		s.CreateDB(t, db)
		_, errs, exit := s.Psql(t, db, "-q", "-v", "ON_ERROR_STOP=1", "-f", path)
		require.Zero(t, exit, errs)
		b, err := backup.Open(path, t.TempDir())
		require.NoError(t, err)
		require.False(t, b.Health().Fatal, b.Health().Problems)
		require.Empty(t, b.Health().Problems)
		require.Len(t, s.TableHashes(t, db), b.Health().Tables)
		for _, tb := range b.Schema().Tables {
			require.Equal(t, serverRows(t, s, db, tb), dumpRows(t, b, tb), tb.Qualified())
			types := s.Query(t, db, "SET search_path = pg_catalog; SELECT attname || ' ' || format_type(atttypid, atttypmod) || ' ' || attnotnull FROM pg_attribute WHERE attrelid = "+
				lit(ident(tb.Schema)+"."+ident(tb.Name))+"::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum")
			var got []string
			for _, c := range tb.Columns {
				got = append(got, c.Name+" "+c.Type+" "+strconv.FormatBool(c.NotNull))
			}
			require.Equal(t, types, strings.Join(got, "\n"), tb.Qualified())
		}
		require.NoError(t, b.Close())
	}
}
