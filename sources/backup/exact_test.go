package backup_test

// This file: what must come out exact from a plain dump, however it is written, and what in one must never be obeyed.

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// exactTable has columns that were dropped, generated and added, and values at the edges of their types. The tests of
// all formats load it into a real server.
const exactTable = `
CREATE TABLE public.exact (gone integer, note text, day date, at timestamp with time zone, local timestamp without time zone,
  raw bytea, words text[], nums integer[], deep text[], total numeric, twice numeric GENERATED ALWAYS AS (total * 2) STORED, doc json, last text);
ALTER TABLE public.exact DROP COLUMN gone;
ALTER TABLE public.exact ADD COLUMN first_added boolean;
INSERT INTO public.exact (note, day, at, local, raw, words, nums, deep, total, doc, last, first_added) VALUES
 ('', 'infinity', '-infinity', 'infinity', '', '{}', '{}', '{}', 'NaN', '""', '', true),
 (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
 ('NULL', '-infinity', 'infinity', '-infinity', '\x00', '{NULL,"NULL","",",","{","\\","\""}', '{NULL,-1}', '{{a,NULL},{"",b}}', 12345678901234567890.00000000000000000001, '{"a" :  1}', E'\\N', false),
 (E'\\N', '0001-01-01 BC', '2024-03-10 02:30:00.000001-08', '2024-03-10 02:30:00', '\x5c2e0a', '[2:3]={x,y}', '{{1},{2}}', '{"a\nb"}', -0.0, 'null', E'\\.', NULL),
 (E'COPY public.exact (note) FROM stdin;\n\\.\n', '5874897-12-31', '294276-12-31 23:59:59.999999+00', '4713-01-01 00:00:00 BC', '\xff', '{"$$","$a$","''"}', NULL, NULL, 1e100, '[]', E'\t\r\n\b\f\v\x01\x7f', true),
 (E'\\! echo\n\\connect x', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0.10, NULL, E' trailing \\', true);
CREATE FUNCTION public.trap() RETURNS text LANGUAGE plpgsql AS $trap$
BEGIN
  -- $$ $other$ ' " /*
  RETURN $q$
COPY public.exact (note) FROM stdin;
invented
\.
INSERT INTO public.exact (note) VALUES ('invented');
$q$;
END $trap$;
COMMENT ON FUNCTION public.trap() IS 'COPY public.exact (note) FROM stdin;
invented
\.
';
`

// TestReorderedColumns has a list of columns in another order than the table's, and without its generated one.
func TestReorderedColumns(t *testing.T) {
	dump := head + "CREATE TABLE public.t (a integer, b text, c integer GENERATED ALWAYS AS (a * 2) STORED, d text);\n"
	for name, rows := range map[string]string{
		"copy":               "COPY public.t (d, a, b) FROM stdin;\nx\t1\t\n\t2\t\\N\n\\\\N\t3\t\\.\n\\.\n",
		"copy without list":  "COPY public.t FROM stdin;\n1\t\tx\n2\t\\N\t\n3\t\\.\t\\\\N\n\\.\n",
		"inserts with list":  "INSERT INTO public.t (d, a, b) VALUES ('x', 1, ''), ('', 2, NULL);\nINSERT INTO public.t (d, a, b) VALUES (E'\\\\N', 3, '.');\n",
		"inserts by default": "INSERT INTO public.t VALUES (1, '', DEFAULT, 'x'), (2, NULL, DEFAULT, '');\nINSERT INTO public.t VALUES (3, '.', DEFAULT, '\\N');\n",
	} {
		t.Run(name, func(t *testing.T) {
			b := openBytes(t, []byte(dump+rows+tail))
			require.False(t, b.Health().Fatal, b.Health().Problems)
			require.Equal(t, []string{`a="1" b="" d="x"`, `a="2" b is null d=""`, `a="3" b="." d="\\N"`}, cellsOf(t, b, b.Schema().Table("t")))
		})
	}
}

// TestNothingIsObeyed has commands that psql would run wherever one can stand.
func TestNothingIsObeyed(t *testing.T) {
	file := filepath.Join(t.TempDir(), "harm")
	harm := []string{`\! touch ` + file, `\o |touch ` + file, `\copy t to ` + file, `\i /etc/passwd`, `\setenv PATH x`, `\gexec`, `\unrestrict guess`, `\restrict`}
	dump := head + strings.Join(harm, "\n") + "\n" + tabT + "COPY public.t (a, b) FROM stdin;\n1\t" + harm[0] + "\n2\tx\n\\.\n" + strings.Join(harm, "\n") +
		"\nCOPY public.t (a, b) FROM PROGRAM 'touch " + file + "';\nDO $$ BEGIN COPY t FROM PROGRAM 'touch " + file + "'; END $$;\n" + tail
	b := openBytes(t, []byte(dump))
	require.False(t, b.Health().Fatal, b.Health().Problems)
	require.Contains(t, strings.Join(b.Health().Problems, "\n"), "the file holds 12 psql commands (first in line 10); none was run")
	require.Equal(t, []string{`a="1" b="! touch ` + file + `"`, `a="2" b="x"`}, cellsOf(t, b, b.Schema().Table("t")))
	require.NoFileExists(t, file)
}

// TestDollarQuotes has bodies that contain what looks like rows, quotes of other tags and half of their own.
func TestDollarQuotes(t *testing.T) {
	for name, body := range map[string]string{
		"plain":        "$$\nCOPY public.t (a, b) FROM stdin;\n9\tx\n\\.\n$$",
		"tagged":       "$b$ $$ $c$ $ $b ; ' \" -- /* \nINSERT INTO public.t VALUES (9, 'x');\n$b$",
		"letters":      "$ключ$ $$ \nCOPY public.t (a, b) FROM stdin;\n9\tx\n\\.\n $ключ$",
		"quoted":       "'\nCOPY public.t (a, b) FROM stdin;\n9\tx\n\\.\n''; INSERT INTO public.t VALUES (9);'",
		"with escapes": "E'\\'\nCOPY public.t (a, b) FROM stdin;\n9\tx\n\\\\.\n'",
		"half a tag":   "$a$ x $a $a$",
	} {
		t.Run(name, func(t *testing.T) {
			f := "CREATE FUNCTION public.f() RETURNS text\n    LANGUAGE sql\n    AS " + body + ";"
			b := openBytes(t, []byte(head+tabT+f+"\nCOPY public.t (a, b) FROM stdin;\n1\tx\n\\.\n"+tail))
			require.False(t, b.Health().Fatal, b.Health().Problems)
			require.Empty(t, b.Health().Problems)
			require.Equal(t, []string{`a="1" b="x"`}, cellsOf(t, b, b.Schema().Table("t")))
			require.Equal(t, f, b.Functions["public.f"])
		})
	}
}
