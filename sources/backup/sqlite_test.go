package backup_test

// This file: SQLite files, with and without what lies beside them.

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"salvage/model"
	"salvage/sources/backup"

	_ "github.com/mattn/go-sqlite3"
	"github.com/stretchr/testify/require"
)

const sqliteSQL = `
CREATE TABLE clients (id INTEGER PRIMARY KEY AUTOINCREMENT, name VARCHAR(80) NOT NULL DEFAULT 'x', mail TEXT UNIQUE, since DATETIME, active BOOLEAN, balance REAL, photo BLOB,
  upper_name TEXT GENERATED ALWAYS AS (upper(name)) STORED, CHECK (balance > -100), CONSTRAINT named CHECK (name <> ');'));
CREATE TABLE [odd "one"; --] (` + "`select`" + ` INT, b, PRIMARY KEY (b, ` + "`select`" + `)) WITHOUT ROWID;
CREATE TABLE hires (id INTEGER PRIMARY KEY, client INTEGER REFERENCES clients ON DELETE SET DEFAULT, a INT, b INT, FOREIGN KEY (b, a) REFERENCES [odd "one"; --]);
CREATE UNIQUE INDEX one_open ON hires (client) WHERE a IS NULL;
CREATE UNIQUE INDEX pair ON hires (a, b);
CREATE VIEW v AS SELECT 1;
CREATE TRIGGER t AFTER UPDATE OF name, mail ON clients BEGIN UPDATE hires SET a = 1; INSERT INTO hires (a) VALUES (2); END;
CREATE TRIGGER d DELETE ON clients BEGIN SELECT 1; END;
INSERT INTO clients (name, mail, since, active, balance, photo) VALUES ('Jürgen', 'a@b', '2024-01-02 03:04:05', 1, 12.5, x'00ff'), ('', NULL, 1700000000, 'yes', 100.0, ''), (CAST(x'4afc72' AS TEXT), 'c', NULL, 0, 1e20, NULL);
INSERT INTO [odd "one"; --] VALUES (2, 'z'), (1, 'a'), (3, 'a');
DELETE FROM clients WHERE id = 99;
`

// makeSQLite writes a database; leave says whether the connection stays open, so that a WAL stays behind.
func makeSQLite(t *testing.T, options, more string, leave bool) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "odd ?#% name.db")
	dsn := "file:" + filepath.Join(filepath.Dir(path), "plain.db") + "?" + options
	db, err := sql.Open("sqlite3", dsn)
	require.NoError(t, err)
	_, err = db.Exec(sqliteSQL + more)
	require.NoError(t, err)
	if leave {
		t.Cleanup(func() { db.Close() })
		for _, s := range []string{"", "-wal"} {
			b, err := os.ReadFile(filepath.Join(filepath.Dir(path), "plain.db") + s)
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(path+s, b, 0o400))
		}
		return path
	}
	require.NoError(t, db.Close())
	require.NoError(t, os.Rename(filepath.Join(filepath.Dir(path), "plain.db"), path))
	return path
}

func rowsOf(t *testing.T, b *backup.Backup, table string) (out []string) {
	t.Helper()
	require.NoError(t, b.Each(table, func(r *model.Row) error {
		line := fmt.Sprint(r.Line)
		for i := range r.Cols {
			if r.Values[i] == nil {
				line += "|NULL"
			} else {
				line += "|" + *r.Values[i]
			}
		}
		out = append(out, line)
		return nil
	}))
	return out
}

func TestSQLite(t *testing.T) {
	path := makeSQLite(t, "", "", false)
	b, err := backup.Open(path, t.TempDir())
	require.NoError(t, err)
	h := b.Health()
	require.False(t, h.Fatal, h.Problems)
	require.Equal(t, "sqlite", h.Format)
	require.EqualValues(t, 6, h.Rows)
	require.Equal(t, []backup.EncodingFinding{{Table: "clients", Column: "name", Cells: 1, Read: "windows-1252"}, {Table: "clients", Column: "upper_name", Cells: 1, Read: "windows-1252"}}, h.Encoding)
	s := b.Schema()
	require.Equal(t, "sqlite", s.Dialect)
	require.Len(t, s.Tables, 3)
	c := s.Table("clients")
	require.Equal(t, "clients", c.Qualified())
	require.Equal(t, []string{"id"}, c.PrimaryKey)
	require.Equal(t, &model.Column{Name: "id", Type: "integer", Identity: "by default", Sequence: "sqlite_sequence"}, c.Columns[0])
	require.Equal(t, &model.Column{Name: "name", Type: "varchar(80)", NotNull: true, Default: "'x'"}, c.Columns[1])
	require.True(t, c.Column("upper_name").Generated)
	require.Equal(t, [][]string{{"mail"}}, c.Unique)
	require.Equal(t, []string{"(balance > -100)", "(name <> ');')"}, c.Checks)
	require.Empty(t, c.PartitionBy)
	require.Equal(t, []model.Trigger{{Name: "t", Function: "t", Events: "AFTER UPDATE OF name, mail"}, {Name: "d", Function: "d", Events: "BEFORE DELETE"}}, c.Triggers)
	require.Contains(t, b.Functions["t"], "UPDATE hires SET a = 1")
	require.Equal(t, map[string]int64{"clients": 3}, b.Sequences)
	o := s.Table(`odd "one"; --`)
	require.Equal(t, []string{"b", "select"}, o.PrimaryKey)
	hires := s.Table("hires")
	require.Equal(t, []model.ForeignKey{
		{Columns: []string{"client"}, Table: "clients", References: []string{"id"}},
		{Columns: []string{"b", "a"}, Table: `odd "one"; --`, References: []string{"b", "select"}},
	}, hires.Foreign)
	require.Equal(t, [][]string{{"a", "b"}}, hires.Unique)
	require.Equal(t, []string{"CREATE UNIQUE INDEX one_open ON hires (client) WHERE a IS NULL"}, hires.UniqueExpr)
	require.Equal(t, []string{
		`1|1|Jürgen|a@b|2024-01-02 03:04:05|1|12.5|\x00ff|JüRGEN`,
		`2|2||NULL|1700000000|yes|100||`,
		`3|3|Jür|c|NULL|0|100000000000000000000|NULL|JüR`,
	}, rowsOf(t, b, "clients"))
	require.Equal(t, []string{"1|1|a", "2|3|a", "3|2|z"}, rowsOf(t, b, o.Name))
	require.Empty(t, rowsOf(t, b, "hires"))
	require.NoError(t, b.Close())
	beside, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Len(t, beside, 1, "nothing may appear beside the file")
}

func TestSQLiteWAL(t *testing.T) {
	path := makeSQLite(t, "_journal=wal", "PRAGMA wal_checkpoint(TRUNCATE); INSERT INTO clients (name) VALUES ('only in the log');", true)
	dir := t.TempDir()
	b, err := backup.Open(path, dir)
	require.NoError(t, err)
	require.False(t, b.Health().Fatal, b.Health().Problems)
	require.Len(t, rowsOf(t, b, "clients"), 4)
	require.NoError(t, b.Close())
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, left)
	beside, err := filepath.Glob(filepath.Join(filepath.Dir(path), "odd*"))
	require.NoError(t, err)
	require.Len(t, beside, 2, "no -shm may appear beside the file")

	b, err = backup.Open(path, dir)
	require.NoError(t, err)
	require.NoError(t, os.Chmod(path+"-wal", 0o600))
	require.NoError(t, os.WriteFile(path+"-wal", []byte("more"), 0o600))
	require.ErrorContains(t, b.Close(), "the file changed while it was being read")
	require.NoError(t, os.Remove(path+"-wal"))
	b, err = backup.Open(path, dir)
	require.NoError(t, err)
	require.True(t, b.Health().Fatal)
	require.Contains(t, b.Health().Problems[0], "its -wal file is missing")
	require.Len(t, rowsOf(t, b, "clients"), 3)
	require.NoError(t, b.Close())
}

func TestSQLiteDamaged(t *testing.T) {
	path := makeSQLite(t, "", "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i < 5000) INSERT INTO hires (a, b) SELECT i, i FROM n;", false)
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	for _, n := range []int{100, 4096, 8192, len(whole) / 2, len(whole) - 4096} {
		b, err := backup.Open(write(t, "cut.db", whole[:n]), t.TempDir())
		require.NoError(t, err, n)
		require.True(t, b.Health().Fatal, "cut at %d", n)
		require.NotEmpty(t, b.Health().Problems)
		require.NoError(t, b.Close())
	}
	b, err := backup.Open(write(t, "empty.db", func() []byte {
		p := filepath.Join(t.TempDir(), "e.db")
		db, err := sql.Open("sqlite3", p)
		require.NoError(t, err)
		_, err = db.Exec("CREATE TABLE a (b)")
		require.NoError(t, err)
		require.NoError(t, db.Close())
		e, err := os.ReadFile(p)
		require.NoError(t, err)
		return e
	}()), t.TempDir())
	require.NoError(t, err)
	require.Equal(t, []string{"the file declares 1 tables but holds no rows"}, b.Health().Problems)
	require.NoError(t, b.Close())
}
