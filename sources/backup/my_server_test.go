package backup_test

// This file: a real MariaDB is the oracle. What mariadb-dump writes of it in any way, and what is read of it over the
// network, must be the server's own values; and a dump that its client loads into another database reads the same.

import (
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"salvage/fixtures/mariatest"
	"salvage/model"
	"salvage/sources/backup"

	"github.com/stretchr/testify/require"
)

// mariaCompany loads testdata/company.mysql.sql into a database of the test server.
func mariaCompany(t *testing.T, db string) *mariatest.Server {
	t.Helper()
	s := mariatest.Start(t)
	s.CreateDB(t, db)
	sql, err := os.ReadFile("testdata/company.mysql.sql")
	require.NoError(t, err)
	s.Run(t, db, string(sql))
	return s
}

// mariaRows gives every row of a table as the server says it, in the form of cellsOf, sorted.
func mariaRows(t *testing.T, s *mariatest.Server, db string, tb *model.Table) []string {
	t.Helper()
	var parts []string
	for _, c := range tb.Columns {
		if c.Generated {
			continue
		}
		n := "`" + strings.ReplaceAll(c.Name, "`", "``") + "`"
		base, _, _ := strings.Cut(c.Type, "(")
		value := "CAST(" + n + " AS CHAR CHARACTER SET utf8mb4)"
		switch {
		case strings.Contains(base, "blob") || strings.Contains(base, "binary") || base == "point":
			value = `CONCAT('\\x', LOWER(HEX(` + n + `)))`
		case base == "bit":
			var bits int
			_, err := fmt.Sscanf(c.Type, "bit(%d)", &bits)
			require.NoError(t, err)
			value = fmt.Sprintf("LPAD(BIN(%s + 0), %d, '0')", n, bits)
		case base == "timestamp":
			value = "CONCAT(" + n + ", '+00')"
		case base == "date":
			value = "NULLIF(" + value + ", '0000-00-00')"
		}
		parts = append(parts, "COALESCE(HEX(CONVERT("+value+" USING utf8mb4)), 'null')")
	}
	table := "`" + tb.Name + "`"
	out := s.Run(t, db, "SET time_zone = '+00:00'; SET sql_mode = ''; SELECT "+strings.Join(parts, ", ")+" FROM "+table)
	var rows []string
	for line := range strings.SplitSeq(out, "\n") {
		if out == "" {
			break
		}
		var cells []string
		for i, h := range strings.Split(line, "\t") {
			c := stored(tb)[i]
			if h == "null" {
				cells = append(cells, c.Name+" is null")
				continue
			}
			b, err := hex.DecodeString(h)
			require.NoError(t, err)
			cells = append(cells, fmt.Sprintf("%s=%q", c.Name, b))
		}
		rows = append(rows, strings.Join(cells, " "))
	}
	sort.Strings(rows)
	return rows
}

func stored(tb *model.Table) (out []*model.Column) {
	for _, c := range tb.Columns {
		if !c.Generated {
			out = append(out, c)
		}
	}
	return out
}

func sortedCells(t *testing.T, b *backup.Backup, tb *model.Table) []string {
	rows := cellsOf(t, b, tb)
	sort.Strings(rows)
	return rows
}

func requireMaria(t *testing.T, s *mariatest.Server, db string, b *backup.Backup) {
	t.Helper()
	require.Len(t, b.Schema().Tables, 5)
	for _, tb := range b.Schema().Tables {
		require.Equal(t, mariaRows(t, s, db, tb), sortedCells(t, b, tb), tb.Qualified())
	}
}

func TestMariaDumps(t *testing.T) {
	s := mariaCompany(t, "my_company")
	ways := map[string][]string{
		"default": nil, "complete": {"--complete-insert"}, "single": {"--skip-extended-insert"}, "hex": {"--hex-blob"}, "replace": {"--replace"},
		"ignore": {"--insert-ignore"}, "routines": {"--routines", "--events"}, "no comments": {"--skip-comments"}, "transaction": {"--single-transaction", "--quick"},
		"latin1": {"--default-character-set=latin1"}, "databases": {"--databases"}, "ansi": {"--compatible=ansi"},
	}
	for name, args := range ways {
		t.Run(name, func(t *testing.T) {
			dump := s.Dump(t, append(args, "my_company")...)
			b := openBytes(t, dump)
			h := b.Health()
			require.False(t, h.Fatal, h.Problems)
			require.True(t, h.Footer)
			require.Contains(t, strings.Join(h.Problems, "\n"), "column receipts.paid: 1 dates of nothing but zeros")
			if name == "latin1" || name == "ansi" { // letters that latin1 has not are lost by mariadb-dump itself
				require.Equal(t, mariaRows(t, s, "my_company", b.Schema().Table("western")), sortedCells(t, b, b.Schema().Table("western")))
				return
			}
			require.Len(t, h.Problems, 1)
			if name != "no comments" {
				require.Regexp(t, `^20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:`, h.CutLocal)
				require.Equal(t, "mariadb-dump", h.Format)
				require.Contains(t, h.Server, "MariaDB")
			}
			requireMaria(t, s, "my_company", b)
			if name == "databases" {
				return
			}
			s.CreateDB(t, "my_loaded")
			s.Run(t, "my_loaded", string(dump))
			live, err := backup.OpenURL(t.Context(), s.URL("my_loaded"), t.TempDir())
			require.NoError(t, err)
			require.Equal(t, digest(t, b), digest(t, live))
			requireMaria(t, s, "my_loaded", live)
			require.NoError(t, live.Close())
		})
	}
}

func TestMariaCompact(t *testing.T) {
	s := mariaCompany(t, "my_compact")
	b := openBytes(t, s.Dump(t, "--compact", "my_compact"))
	h := b.Health()
	require.False(t, h.Fatal, h.Problems)
	require.Contains(t, strings.Join(h.Problems, "\n"), "that cannot be told")
	require.Contains(t, strings.Join(h.Problems, "\n"), "does not say in which zone")
	full := openBytes(t, s.Dump(t, "my_compact"))
	for _, tb := range full.Schema().Tables {
		want := sortedCells(t, full, tb)
		for i := range want {
			want[i] = strings.ReplaceAll(want[i], `+00"`, `"`) // without SET TIME_ZONE the instants are naive times
		}
		require.Equal(t, want, sortedCells(t, b, b.Schema().Table(tb.Name)), tb.Name)
	}
	_, err := backup.Open(write(t, "x.xml", s.Dump(t, "--xml", "my_compact")), t.TempDir())
	require.ErrorIs(t, err, backup.ErrFormat)
	require.ErrorContains(t, err, "an XML file")
}

func TestMariaSchemaAndLive(t *testing.T) {
	s := mariaCompany(t, "my_schema")
	b := openBytes(t, s.Dump(t, "--routines", "my_schema"))
	c := b.Schema().Table("clients")
	require.Equal(t, "mysql", b.Schema().Dialect)
	require.Equal(t, []string{"id"}, c.PrimaryKey)
	require.Equal(t, &model.Column{Name: "id", Type: "int(10) unsigned", NotNull: true, Identity: "by default", Sequence: "clients"}, c.Columns[0])
	require.Equal(t, &model.Column{Name: "name", Type: "varchar(200)", NotNull: true, Default: `'it''s; -- "x"'`}, c.Columns[1])
	require.Equal(t, "tinyint(1)", c.Column("active").Type)
	require.Equal(t, "tinyint", c.Column("grade").Type, "it holds a 5")
	require.Equal(t, "current_timestamp() ON UPDATE current_timestamp()", c.Column("touched").Default)
	require.Equal(t, []string{"open", "on hire", `it's "over"`, "a,b)"}, b.Schema().Enums[c.Column("stage").Type])
	require.True(t, c.Column("upper_name").Generated)
	require.True(t, c.Column("twice").Generated)
	require.Equal(t, [][]string{{"born", "id"}}, c.Unique)
	require.Equal(t, []string{"lead (`name`(5))"}, c.UniqueExpr)
	require.Equal(t, []model.Trigger{{Name: "touch", Function: "touch", Events: "BEFORE UPDATE"}}, c.Triggers)
	require.Contains(t, b.Functions["touch"], "SET @a = 'INSERT INTO clients VALUES (1);'; END")
	require.Contains(t, b.Functions["twice"], "RETURN a * 2")
	require.Contains(t, c.Checks, "(`balance` >= -100 and `name` <> ');')")
	hires := b.Schema().Table("hires")
	require.Equal(t, []model.ForeignKey{{Columns: []string{"client"}, Table: "clients", References: []string{"id"}}}, hires.Foreign)
	require.Equal(t, [][]string{{"client", "cents"}}, hires.Unique)
	require.GreaterOrEqual(t, b.Sequences["hires"], int64(1299))
	require.Nil(t, b.Schema().Table("seen"), "a view is no table")
	r := b.Schema().Table("receipts")
	require.Equal(t, "RANGE (year(`paid`))", r.PartitionBy)
	require.Equal(t, []model.Partition{{Name: "p0", Bound: "VALUES LESS THAN (2025)"}, {Name: "p1", Bound: "VALUES LESS THAN MAXVALUE"}}, r.Partitions)

	live, err := backup.OpenURL(t.Context(), s.URL("my_schema"), t.TempDir())
	require.NoError(t, err)
	require.Equal(t, b.Schema(), live.Schema())
	require.Equal(t, b.Functions, live.Functions)
	require.Equal(t, b.Sequences, live.Sequences)
	require.Equal(t, digest(t, b), digest(t, live))
	require.Equal(t, "mysql (live)", live.Health().Format)
	require.Contains(t, strings.Join(live.Health().Problems, "\n"), "could also write to it (it has ALL PRIVILEGES)")
	again, err := backup.OpenURL(t.Context(), s.URL("my_schema"), t.TempDir())
	require.NoError(t, err)
	require.Equal(t, live.Health().SHA256, again.Health().SHA256, "the same rows have the same fingerprint")

	s.Run(t, "", "CREATE OR REPLACE USER reader@'127.0.0.1' IDENTIFIED BY 'p@ss/wörd'; GRANT SELECT, TRIGGER, EXECUTE ON my_schema.* TO reader@'127.0.0.1'")
	url := fmt.Sprintf("mysql://reader:p%%40ss%%2Fw%%C3%%B6rd@127.0.0.1:%d/my_schema", s.Port)
	reader, err := backup.OpenURL(t.Context(), url, t.TempDir())
	require.NoError(t, err)
	require.NotContains(t, strings.Join(reader.Health().Problems, "\n"), "could also write")
	require.Equal(t, digest(t, b), digest(t, reader))
	_, err = backup.OpenURL(t.Context(), strings.Replace(url, "%40", "%41", 1), t.TempDir())
	require.ErrorContains(t, err, "Access denied")
	require.NotContains(t, err.Error(), "wörd")
	socket, err := backup.OpenURL(t.Context(), "mysql://root@localhost/my_schema?socket="+s.Socket, t.TempDir())
	require.NoError(t, err)
	require.Equal(t, live.Health().SHA256, socket.Health().SHA256)
}

func TestMariaSeveralDatabases(t *testing.T) {
	s := mariaCompany(t, "my_one")
	s.CreateDB(t, "my_two")
	s.Run(t, "my_two", "CREATE TABLE clients (id INT PRIMARY KEY, one BIGINT, FOREIGN KEY (one) REFERENCES my_one.hires (id)); INSERT INTO clients VALUES (1, 1007)")
	for name, args := range map[string][]string{"two": {"--databases", "my_one", "my_two"}, "all": {"--all-databases"}} {
		t.Run(name, func(t *testing.T) {
			b := openBytes(t, s.Dump(t, args...))
			require.False(t, b.Health().Fatal, b.Health().Problems)
			two := b.Schema().Table("my_two.clients")
			require.NotNil(t, two)
			require.EqualValues(t, 1, two.Rows)
			require.Equal(t, []model.ForeignKey{{Columns: []string{"one"}, Table: "my_one.hires", References: []string{"id"}}}, two.Foreign)
			require.EqualValues(t, 7, b.Schema().Table("my_one.clients").Rows)
			for _, tb := range b.Schema().Tables {
				require.NotEqual(t, "mysql", tb.Schema)
			}
		})
	}
}

func TestMariaCutShort(t *testing.T) {
	s := mariaCompany(t, "my_cut")
	dump := s.Dump(t, "my_cut")
	path := filepath.Join(t.TempDir(), "b.sql")
	whole := strings.LastIndex(string(dump), "/*!40111 SET SQL_NOTES=@OLD_SQL_NOTES") + len("/*!40111 SET SQL_NOTES=@OLD_SQL_NOTES */;")
	step := 997
	for n := 0; n < whole; n += step {
		if n > 20_000 && n < whole-20_000 {
			step = 39_989
		} else {
			step = 997
		}
		require.NoError(t, os.WriteFile(path, dump[:n], 0o600))
		b, err := backup.Open(path, t.TempDir())
		require.NoError(t, err, n)
		require.True(t, b.Health().Fatal, "cut at byte %d of %d: %v", n, whole, b.Health().Problems)
		for _, tb := range b.Schema().Tables {
			require.NoError(t, b.Each(tb.Qualified(), func(*model.Row) error { return nil }))
		}
		require.NoError(t, b.Close())
	}
}
