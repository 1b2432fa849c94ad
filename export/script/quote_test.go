package script

// This file: quoting and types, from the inside.

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"salvage/model"
)

func TestTypes(t *testing.T) {
	for _, c := range []struct{ declared, formal, cast string }{
		{"integer", "integer", "integer"},
		{"int4", "integer", "integer"},
		{"serial", "integer", "integer"},
		{"character varying(20)", "character varying(20)", "character varying"},
		{"varchar (20)", "character varying(20)", "character varying"},
		{"character(5)", "character(5)", "bpchar"},
		{"char", "character(1)", "bpchar"},
		{"character varying(20)[]", "character varying(20)[]", "character varying[]"},
		{"numeric(10,2)", "numeric(10,2)", "numeric"},
		{"decimal(10, 2)", "numeric(10,2)", "numeric"},
		{"timestamp(3) with time zone", "timestamp(3) with time zone", "timestamp with time zone"},
		{"timestamptz(3)", "timestamp(3) with time zone", "timestamp with time zone"},
		{"timestamp", "timestamp without time zone", "timestamp without time zone"},
		{"bit(3)", "bit(3)", `"bit"`},
		{"bit varying(3)", "bit varying(3)", "bit varying"},
		{"interval day to second(3)", "interval day to second(3)", "interval"},
		{`public."Stage"`, `public."Stage"`, `public."Stage"`},
		{`"char"`, `"char"`, `"char"`},
	} {
		formal, err := formalType(c.declared)
		require.NoError(t, err, c.declared)
		require.Equal(t, c.formal, formal)
		cast, err := castType(c.declared)
		require.NoError(t, err)
		require.Equal(t, c.cast, cast)
	}
	for _, bad := range []string{"", "text;", "text) x", "a'b", `"open`, "text -- x", "x(y)", "text/**/"} {
		_, err := castType(bad)
		require.Error(t, err, bad)
	}
}

func TestQuote(t *testing.T) {
	require.Equal(t, `'it''s'`, lit("it's"))
	require.Equal(t, `E'a\\b\n''\x01'`, lit("a\\b\n'\x01"))
	require.Equal(t, `"a""b"`, ident(`a"b`))
	require.Equal(t, `"s"."a.b"`, qualified("s.a.b"))
	require.Equal(t, `"S".t`, qualified(`"S".t`))
	require.Equal(t, "$salvage1$ $salvage$ $salvage1$", dollar(" $salvage$ "))
	require.Equal(t, "a, DROP - x  y", remark("a; DROP ----\nx\u202e y$*\\'\""))
	require.Equal(t, "Shne", ascii("Söhne"))
	require.LessOrEqual(t, len([]rune(remark(strings.Repeat("x", 999)))), commentLength+1)
}

// TestGroups holds that rows which hang together stand together, in plan order.
func TestGroups(t *testing.T) {
	c := &compiled{}
	for i, refs := range []map[string]int{{}, {}, {"a": 1}, {"a": 2}, {"a": 3}, {"a": 99}} {
		c.Rows = append(c.Rows, &row{PlanRow: &model.PlanRow{Entity: string(rune('a' + i))}, N: i + 1, refs: refs})
	}
	var got [][]int
	for _, chunk := range c.groups(2) {
		var ns []int
		for _, r := range chunk {
			ns = append(ns, r.N)
		}
		got = append(got, ns)
	}
	require.Equal(t, [][]int{{1, 3, 5}, {2, 4}, {6}}, got)
	require.Empty(t, (&compiled{}).groups(2))
}

// FuzzLit holds that whatever text is quoted, the lexer reads it back as one string, and that a
// comment stays one line without anything that ends it.
func FuzzLit(f *testing.F) {
	for _, s := range []string{"", "'", `\'`, "a\nb", "$$", "é", "--", "\\"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if storable(s) != nil {
			return
		}
		all, err := tokens("SELECT " + lit(s) + ", " + ident(s) + ";")
		require.NoError(t, err)
		require.Len(t, all, 5)
		require.Equal(t, byte('s'), all[1].kind)
		require.Equal(t, s, all[3].text)
		line := remark(s)
		require.NotContains(t, line, "\n")
		rest, err := tokens("-- " + line + "\n;")
		require.NoError(t, err)
		require.Len(t, rest, 1)
		block, err := tokens("DO " + dollar(s+" ") + ";")
		require.NoError(t, err)
		require.Len(t, block, 3)
	})
}

// FuzzLint holds that the linter never panics and accepts nothing that has a forbidden head.
func FuzzLint(f *testing.F) {
	for _, s := range []string{"BEGIN; COMMIT;", "BEGIN; DO $x$ DROP $x$; COMMIT;", "$", "E'\\", "\"", ";"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for name := range fileRules {
			if Lint(name, []byte(s)) == nil {
				all, err := tokens(s)
				require.NoError(t, err)
				require.Equal(t, "begin", all[0].text)
			}
		}
	})
}
