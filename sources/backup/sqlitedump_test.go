package backup_test

// This file: what .dump writes of SQLite files, whole and damaged, and what hostile ones may not do.

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSQLiteText(t *testing.T) {
	const head, table, row, tail = "PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\n", "CREATE TABLE t(a INTEGER PRIMARY KEY AUTOINCREMENT, b TEXT, c AS (a + 1));\n", "INSERT INTO t VALUES(1,'x');\n", "COMMIT;\n"
	for name, c := range map[string]struct {
		dump  string
		fatal bool
		says  string
	}{
		"whole":              {head + table + row + tail, false, ""},
		"newline":            {head + table + "INSERT INTO t VALUES(1,replace('a\\nb','\\n',char(10)));\n" + tail, false, ""},
		"no commit":          {head + table + row, true, "no closing line (COMMIT)"},
		"in a row":           {head + table + row + "INSERT INTO t VALUES(2,'", true, "a quoted text that begins in line 5"},
		"in a statement":     {head + table + row + "INSERT INTO t VALUES(2,'x')", true, "middle of a statement (line 5)"},
		"corrupt":            {head + table + row + "ROLLBACK; -- due to errors\n", true, "could not be read whole when it was made"},
		"row twice":          {head + table + row + row + tail, true, "line 5 cannot be read: UNIQUE constraint failed"},
		"attach":             {head + table + row + "ATTACH '/tmp/x' AS y;\n" + tail, false, "1 statements were passed over"},
		"insert of a query":  {head + table + row + "INSERT INTO t SELECT 2, 'y';\n" + tail, true, "not authorized"},
		"virtual table":      {head + table + row + "PRAGMA writable_schema=ON;\nINSERT INTO sqlite_schema(type,name,tbl_name,rootpage,sql)VALUES('table','f','f',0,'CREATE VIRTUAL TABLE f USING fts5(a)');\n" + tail, false, "1 statements were passed over"},
		"trigger stays calm": {head + table + "CREATE TRIGGER x AFTER INSERT ON t BEGIN INSERT INTO t(b) VALUES ('fired'); END;\n" + row + tail, false, ""},
		"memory":             {head + table + "INSERT INTO t VALUES(1,zeroblob(999999999));\n" + row + tail, true, "cannot be read"},
	} {
		t.Run(name, func(t *testing.T) {
			b := openBytes(t, []byte(c.dump))
			h := b.Health()
			require.Equal(t, c.fatal, h.Fatal, h.Problems)
			require.Contains(t, strings.Join(h.Problems, "\n"), c.says)
			if c.says == "" {
				require.Empty(t, h.Problems)
				require.Equal(t, "sqlite .dump", h.Format)
				require.True(t, h.Footer)
			}
			require.EqualValues(t, 1, b.Schema().Table("t").Rows)
		})
	}
	_, err := os.Stat("/tmp/x")
	require.ErrorIs(t, err, os.ErrNotExist)
}
