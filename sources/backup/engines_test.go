package backup_test

// This file: one company in PostgreSQL, MariaDB and SQLite, backed up in every way. All of the ways must read as the
// same rows, in the one form in which values of different engines can be compared (canonical).

import (
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"salvage/fixtures/mariatest"
	"salvage/fixtures/pgtest"
	"salvage/model"
	"salvage/model/mapping"
	"salvage/sources/backup"

	"github.com/stretchr/testify/require"
)

// field is one column of the company: what its values are, and its type in PostgreSQL, MariaDB and SQLite.
type field struct {
	name         string
	class        mapping.Class // ClassText is compared byte for byte
	pg, my, lite string
	binary, key  bool
	lookup       string // the table that it refers to
}

// companyTable is a table with its rows; nil is NULL. Binary values are plain bytes.
type companyTable struct {
	name   string
	fields []field
	rows   [][]any
}

func text(name string) field {
	return field{name: name, class: mapping.ClassText, pg: "text", my: "longtext", lite: "text"}
}

// hostileTexts are what trips readers of dumps.
func hostileTexts() []any {
	out := []any{nil, "", " ", `\N`, `\\N`, "NULL", `\.`, "'", "''", `"`, `""`, "`", `\`, `\\`, `\'`, `'\''`, "a\tb", "a\nb", "a\r\nb", "\r", "\n", "a,b;c|d",
		"\x01\x02\x07\x08\x0b\x0c\x1a\x1b\x1f\x7f", "Ελένη Ångström 王小明", "🚗 👩‍👩‍👧 ", "e\u0301", "\u2028\u00a0\ufeff", "-- ", "-- Dump completed on 2020-01-01  1:02:03",
		"--\n-- PostgreSQL database dump complete\n--\n", "/* ", "*/", "/*!50000 x */", "# x", "; DROP TABLE clients; --", "Robert'); DROP TABLE clients;--",
		"DELIMITER ;;\nINSERT INTO `clients` VALUES (1);;", "COPY public.clients (id) FROM stdin;\n1\n\\.\n", "INSERT INTO clients VALUES (9);", "COMMIT;", "$$ $tag$ $1",
		"=1+1", "0x41", "x'41'", "1e5", "007", "t", "true", "2024-01-02", "+49 151 123", `{"a": "b\n"}`, "%_\\%\\_", "{{.}}", "<script>"}
	return append(out, strings.Repeat("long text '\\ \" ", 5000))
}

func company() []companyTable {
	clients := companyTable{name: "clients", fields: []field{
		{name: "id", class: mapping.ClassInt, pg: "integer", my: "int", lite: "integer", key: true}, text("name"), text("note"),
		{name: "photo", pg: "bytea", my: "longblob", lite: "blob", binary: true, class: mapping.ClassText},
		{name: "active", class: mapping.ClassBool, pg: "boolean", my: "tinyint(1)", lite: "boolean"},
	}}
	for i, s := range hostileTexts() {
		photo := any(nil)
		if i%3 == 0 {
			photo = []byte{0, byte(i), '\'', '\\', '\n', 0x1a, 0xff, '"'}[:i%9]
		}
		note := any(fmt.Sprintf("note %d", i))
		if i%4 == 1 {
			note = s
		}
		clients.rows = append(clients.rows, []any{i + 1, s, note, photo, []any{true, false, nil}[i%3]})
	}
	hires := companyTable{name: "hires", fields: []field{
		{name: "id", class: mapping.ClassInt, pg: "bigint", my: "bigint", lite: "integer", key: true},
		{name: "client_id", class: mapping.ClassInt, pg: "integer", my: "int", lite: "integer", lookup: "clients"},
		{name: "price", class: mapping.ClassNumeric, pg: "numeric(12,2)", my: "decimal(12,2)", lite: "numeric"},
		{name: "ratio", class: mapping.ClassFloat, pg: "double precision", my: "double", lite: "real"},
		{name: "born", class: mapping.ClassDate, pg: "date", my: "date", lite: "text"},
		{name: "starts", class: mapping.ClassTimestamp, pg: "timestamp(6)", my: "datetime(6)", lite: "text"},
		{name: "made", class: mapping.ClassTimestampTZ, pg: "timestamp(6) with time zone", my: "timestamp(6) null", lite: "text"},
		{name: "ref", class: mapping.ClassUUID, pg: "uuid", my: "uuid", lite: "text"},
	}}
	for i := range 200 {
		at := fmt.Sprintf("2025-%02d-%02d %02d:30:00.%06d", 1+i%12, 1+i%28, i%24, i*4999)
		row := []any{i + 1000, 1 + i%len(clients.rows), fmt.Sprintf("%d.%02d", i*37-100, i%100), fmt.Sprintf("%d.%d", i, i*7), at[:10], at, at + "+00", fmt.Sprintf("123e4567-e89b-12d3-a456-42665544%04x", i)}
		if i%5 == 0 {
			row[2+i%6] = nil
		}
		hires.rows = append(hires.rows, row)
	}
	return []companyTable{clients, hires}
}

// script writes the company for one engine: "pg", "my" or "lite".
func script(engine string) string {
	var b strings.Builder
	if engine == "my" {
		b.WriteString("SET time_zone = '+00:00', sql_mode = '';\n")
	}
	for _, t := range company() {
		fmt.Fprintf(&b, "CREATE TABLE %s (", t.name)
		for i, f := range t.fields {
			if i > 0 {
				b.WriteString(", ")
			}
			fmt.Fprintf(&b, "%s %s", f.name, map[string]string{"pg": f.pg, "my": f.my, "lite": f.lite}[engine])
			if f.key {
				b.WriteString(" PRIMARY KEY")
			}
			if f.lookup != "" {
				fmt.Fprintf(&b, " REFERENCES %s (id)", f.lookup)
			}
		}
		b.WriteString(");\n")
		for _, row := range t.rows {
			fmt.Fprintf(&b, "INSERT INTO %s VALUES (", t.name)
			for i, v := range row {
				if i > 0 {
					b.WriteString(", ")
				}
				b.WriteString(literal(engine, t.fields[i], v))
			}
			b.WriteString(");\n")
		}
	}
	return b.String()
}

// literal writes a value so that no engine has to unescape it.
func literal(engine string, f field, v any) string {
	switch v := v.(type) {
	case nil:
		return "NULL"
	case bool:
		if engine == "pg" {
			return fmt.Sprint(v)
		}
		return map[bool]string{true: "1", false: "0"}[v]
	case int:
		return fmt.Sprint(v)
	case []byte:
		if engine == "pg" {
			return `'\x` + hex.EncodeToString(v) + `'`
		}
		return "x'" + hex.EncodeToString(v) + "'"
	}
	s := v.(string)
	switch {
	case f.class == mapping.ClassTimestampTZ && engine == "my":
		return "'" + strings.TrimSuffix(s, "+00") + "'"
	case f.class != mapping.ClassText:
		return "'" + s + "'"
	case engine == "pg":
		return `convert_from('\x` + hex.EncodeToString([]byte(s)) + `', 'UTF8')`
	case engine == "my":
		return "CONVERT(x'" + hex.EncodeToString([]byte(s)) + "' USING utf8mb4)"
	}
	return "CAST(x'" + hex.EncodeToString([]byte(s)) + "' AS TEXT)"
}

// canonical is the one text of a value in which engines can be compared: numbers without trailing zeros, t and f of
// truth values, instants in UTC; texts and bytes as they are.
func canonical(f field, v string) string {
	if f.class == mapping.ClassText {
		return v
	}
	return mapping.Comparable(f.class, v)
}

// wantRows are the company's rows in canonical form, made from the values themselves.
func wantRows(t companyTable) []string {
	var out []string
	for _, row := range t.rows {
		var parts []string
		for i, v := range row {
			f := t.fields[i]
			switch v := v.(type) {
			case nil:
				parts = append(parts, f.name+" is null")
			case []byte:
				parts = append(parts, fmt.Sprintf("%s=%q", f.name, `\x`+hex.EncodeToString(v)))
			default:
				parts = append(parts, fmt.Sprintf("%s=%q", f.name, canonical(f, fmt.Sprint(v))))
			}
		}
		out = append(out, strings.Join(parts, " "))
	}
	sort.Strings(out)
	return out
}

// requireCompany holds a backup against the company itself.
func requireCompany(t *testing.T, b *backup.Backup) {
	t.Helper()
	require.False(t, b.Health().Fatal, b.Health().Problems)
	require.Empty(t, b.Health().Encoding)
	require.Len(t, b.Schema().Tables, len(company()))
	for _, want := range company() {
		tb := b.Schema().Table(want.name)
		require.NotNil(t, tb, want.name)
		require.EqualValues(t, len(want.rows), tb.Rows)
		require.Equal(t, []string{"id"}, tb.PrimaryKey)
		var got []string
		require.NoError(t, b.Each(want.name, func(r *model.Row) error {
			var parts []string
			for _, f := range want.fields {
				if v, ok := r.Get(f.name); ok {
					parts = append(parts, fmt.Sprintf("%s=%q", f.name, canonical(f, v)))
				} else {
					parts = append(parts, f.name+" is null")
				}
			}
			got = append(got, strings.Join(parts, " "))
			return nil
		}))
		sort.Strings(got)
		require.Equal(t, wantRows(want), got, want.name)
	}
}

func TestEnginesMaria(t *testing.T) {
	s := mariatest.Start(t)
	s.CreateDB(t, "eng_my")
	s.Run(t, "eng_my", script("my"))
	for name, args := range map[string][]string{
		"default": nil, "complete": {"--complete-insert"}, "single": {"--skip-extended-insert"}, "hex": {"--hex-blob"}, "replace": {"--replace"},
		"no escapes": {"--skip-opt", "--create-options"}, "one transaction": {"--single-transaction", "--order-by-primary"},
	} {
		t.Run(name, func(t *testing.T) {
			dump := s.Dump(t, append(args, "eng_my")...)
			requireCompany(t, openBytes(t, dump))
			s.CreateDB(t, "eng_loaded") // the server's own client is the judge of what the dump says
			s.Run(t, "eng_loaded", string(dump))
			live, err := backup.OpenURL(t.Context(), s.URL("eng_loaded"), t.TempDir())
			require.NoError(t, err)
			requireCompany(t, live)
			require.NoError(t, live.Close())
		})
	}
	live, err := backup.OpenURL(t.Context(), s.URL("eng_my"), t.TempDir())
	require.NoError(t, err)
	requireCompany(t, live)
}

// TestEnginesMyNoBackslashes: a dump whose mode says that a backslash is none. No program writes one by itself, but
// people set the mode before a dump of their own making.
func TestEnginesMyNoBackslashes(t *testing.T) {
	sql := "SET SQL_MODE='NO_BACKSLASH_ESCAPES';\nCREATE TABLE `t` (`a` int, `b` text) ENGINE=InnoDB;\nINSERT INTO `t` VALUES (1,'C:\\new\\'),(2,'it''s \\');\nSET SQL_MODE='';\nINSERT INTO `t` VALUES (3,'C:\\new\\\\');\n"
	b := openBytes(t, []byte(sql))
	require.Equal(t, []string{`a="1" b="C:\\new\\"`, `a="2" b="it's \\"`, `a="3" b="C:\new\\"`}, cellsOf(t, b, b.Schema().Table("t")))
	s := mariatest.Start(t)
	s.CreateDB(t, "eng_mode")
	s.Run(t, "eng_mode", sql)
	live, err := backup.OpenURL(t.Context(), s.URL("eng_mode"), t.TempDir())
	require.NoError(t, err)
	require.Equal(t, digest(t, b), digest(t, live))
}

func TestEnginesPostgres(t *testing.T) {
	s := pgtest.Start(t)
	s.CreateDB(t, "eng_pg")
	sql := write(t, "company.sql", []byte(script("pg")))
	_, errs, exit := s.Psql(t, "eng_pg", "-q", "-v", "ON_ERROR_STOP=1", "-f", sql)
	require.Zero(t, exit, errs)
	requireCompany(t, openBytes(t, s.PgDump(t, "eng_pg")))
	requireCompany(t, openBytes(t, s.PgDump(t, "eng_pg", "--inserts")))
	live, err := backup.OpenURL(t.Context(), s.URL("eng_pg"), t.TempDir())
	require.NoError(t, err)
	requireCompany(t, live)

	for name, options := range map[string]string{"csv": "", "quoted": ", FORCE_QUOTE *", "semicolon": ", DELIMITER ';'", "tab": ", DELIMITER E'\\t'", "pipe": ", DELIMITER '|'"} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for _, tb := range company() {
				out, errs, exit := s.Psql(t, "eng_pg", "-qAt", "-v", "ON_ERROR_STOP=1", "-c", "SET TimeZone = 'UTC'", "-c", "COPY "+tb.name+" TO STDOUT (FORMAT csv, HEADER"+options+")")
				require.Zero(t, exit, errs)
				require.NoError(t, os.WriteFile(filepath.Join(dir, tb.name+".csv"), []byte(out), 0o600))
			}
			b, err := backup.Open(dir, t.TempDir())
			require.NoError(t, err)
			requireCompany(t, b)
			require.Equal(t, "csv", b.Schema().Dialect)
			h := b.Schema().Table("hires")
			require.Equal(t, []model.ForeignKey{{Columns: []string{"client_id"}, Table: "clients", References: []string{"id"}}}, h.Foreign)
			var types []string
			for _, c := range h.Columns {
				types = append(types, c.Type)
			}
			require.Equal(t, []string{"bigint", "bigint", "numeric", "numeric", "date", "timestamp without time zone", "timestamp with time zone", "uuid"}, types)
			require.Equal(t, "boolean", b.Schema().Table("clients").Column("active").Type)
			require.NoError(t, b.Close())
		})
	}
}

func TestEnginesSQLite(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "company.db")
	cli := func(in string, args ...string) string {
		cmd := exec.Command("sqlite3", append([]string{"-batch", path}, args...)...)
		cmd.Stdin = strings.NewReader(in)
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s\nhint: apt-get install -y sqlite3", out)
		return string(out)
	}
	cli(".bail on\nBEGIN;\n" + script("lite") + "COMMIT;\n")
	file, err := backup.Open(path, t.TempDir())
	require.NoError(t, err)
	requireCompany(t, file)
	dump := openBytes(t, []byte(cli("", ".dump")))
	requireCompany(t, dump)
	require.Equal(t, "sqlite .dump", dump.Health().Format)
	require.Equal(t, file.Schema(), dump.Schema())
	require.Equal(t, inOrder(t, file), inOrder(t, dump))
}
