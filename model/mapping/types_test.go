package mapping

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"salvage/model"
)

func TestClassOf(t *testing.T) {
	schema := func(dialect string) *model.Schema {
		return &model.Schema{Dialect: dialect, Enums: map[string][]string{"public.stage": {"A", "B"}}}
	}
	for _, c := range []struct {
		dialect, typ string
		want         Class
	}{
		{"postgres", "timestamp without time zone", ClassTimestamp}, {"postgres", "timestamp(3) with time zone", ClassTimestampTZ}, {"postgres", "numeric(10,2)", ClassNumeric},
		{"postgres", "character varying(40)", ClassText}, {"postgres", "integer[]", ClassArray}, {"postgres", "numeric(10,2)[]", ClassArray}, {"postgres", "public.stage", ClassEnum}, {"postgres", "stage", ClassEnum},
		{"postgres", "bytea", ClassOther}, {"postgres", "timestamp", ClassTimestamp}, {"postgres", "pg_catalog.int4", ClassInt}, {"postgres", "point", ClassOther},
		{"mysql", "timestamp", ClassTimestampTZ}, {"mysql", "timestamp(6)", ClassTimestampTZ}, {"mysql", "datetime(6)", ClassTimestamp}, {"mysql", "tinyint(1)", ClassBool}, {"mysql", "tinyint(4)", ClassInt},
		{"mysql", "int(10) unsigned", ClassInt}, {"mysql", "bigint(20) unsigned zerofill", ClassInt}, {"mysql", "decimal(10,2) unsigned", ClassNumeric}, {"mysql", "double(8,2)", ClassFloat},
		{"mysql", "enum('a','it''s')", ClassEnum}, {"mysql", "set('a','b')", ClassText}, {"mysql", "varchar(20) character set utf8mb4 collate utf8mb4_bin", ClassText}, {"mysql", "longblob", ClassOther},
		{"mysql", "year(4)", ClassInt}, {"mysql", "json", ClassJSON}, {"mysql", "char(36)", ClassChar}, {"mysql", "bit(1)", ClassBool}, {"mysql", "bit(8)", ClassOther},
		{"sqlite", "INTEGER", ClassInt}, {"sqlite", "DATETIME", ClassTimestamp}, {"sqlite", "NVARCHAR(160)", ClassText}, {"sqlite", "UNSIGNED BIG INT", ClassInt}, {"sqlite", "", ClassOther},
		{"sqlite", "STRING", ClassNumeric}, {"sqlite", "BOOLEAN", ClassBool}, {"sqlite", "FLOATING POINT", ClassInt}, {"sqlite", "MY TEXT", ClassText},
	} {
		assert.Equal(t, c.want, ClassOf(schema(c.dialect), c.typ), "%s %s", c.dialect, c.typ)
	}
}

func TestFitsOfWholeNumbers(t *testing.T) {
	s := &model.Schema{Dialect: "mysql"}
	for _, c := range []struct {
		typ, text string
		ok        bool
	}{
		{"tinyint(4)", "127", true}, {"tinyint(4)", "128", false}, {"tinyint(3) unsigned", "255", true}, {"tinyint(3) unsigned", "-1", false},
		{"mediumint", "8388607", true}, {"mediumint", "8388608", false}, {"int(10) unsigned", "4294967295", true}, {"int", "2147483648", false}, {"bigint", "9223372036854775807", true},
		{"enum('a','it''s')", "it's", true}, {"enum('a','it''s')", "b", false},
	} {
		err := Fits(s, &model.Column{Name: "c", Type: c.typ}, c.text)
		assert.Equal(t, c.ok, err == nil, "%s %s: %v", c.typ, c.text, err)
	}
}

// MySQL and SQLite have no truth type, and MySQL's timestamp is an instant that is printed in UTC.
func TestOtherDialects(t *testing.T) {
	read := func(dialect, typ, field, text string) (string, string) {
		db := database("t: id integer * | c " + typ)
		db.schema.Dialect = dialect
		m, err := Parse([]byte("zone: Europe/Berlin\nentities:\n  customers: {table: t, key: id, write: false, fields: {"+field+"}}"), "m.yaml")
		if err != nil {
			return err.Error(), ""
		}
		b, err := m.Bind(db.schema)
		if err != nil {
			return err.Error(), ""
		}
		f, rc := b.Kinds[0].Fields[0], context("usd", "c", text)
		v, err := f.Decode(rc)
		if err != nil {
			return err.Error(), ""
		}
		outs, err := f.Encode(v, rc)
		if err != nil {
			return v.String(), err.Error()
		}
		return v.String(), *outs[0].Text
	}
	for _, c := range []struct{ dialect, typ, field, text, want, back string }{
		{"mysql", "timestamp", "created_at: c", "2026-07-01 10:00:00", "2026-07-01T10:00:00Z", "2026-07-01 10:00:00"},
		{"mysql", "datetime", "created_at: c", "2026-07-01 10:00:00", "2026-07-01T08:00:00Z", "2026-07-01 10:00:00"},
		{"mysql", "tinyint(1)", "x_a: {col: c, as: bool}", "1", "true", "1"},
		{"mysql", "tinyint(1)", "x_a: {col: c, map: {0: new, 2: old}}", "2", "old", "2"},
		{"mysql", "enum('Y','N')", "x_a: {col: c, as: bool}", "N", "false", "N"},
		{"sqlite", "boolean", "x_a: {col: c, as: bool}", "1", "true", "1"},
		{"sqlite", "datetime", "created_at: {col: c, as: epoch, unit: ms}", "1772000000123", "2026-02-25T06:13:20.123Z", "1772000000123"},
		{"postgres", "boolean", "x_a: {col: c, as: bool}", "t", "true", "t"},
	} {
		want, back := read(c.dialect, c.typ, c.field, c.text)
		assert.Equal(t, c.want, want, "%+v", c)
		assert.Equal(t, c.back, back, "%+v", c)
	}
}
