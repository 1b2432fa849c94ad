package draft

// This file: tables that nobody would draw: hostile names, no keys, no rows, thousands of columns.

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v4"
	"pgregory.net/rapid"

	"salvage/model"
)

// rows is a backup in memory.
type rows struct {
	schema *model.Schema
	rows   map[string][][]string // "" is NULL
}

func (r rows) Schema() *model.Schema { return r.schema }

func (r rows) Each(table string, f func(*model.Row) error) error {
	t := r.schema.Table(table)
	for i, vals := range r.rows[table] {
		row := &model.Row{Table: t, Line: int64(i + 1)}
		for j, c := range t.Columns {
			row.Cols = append(row.Cols, c.Name)
			var v *string
			if j < len(vals) && vals[j] != "" {
				v = &vals[j]
			}
			row.Values = append(row.Values, v)
		}
		if err := f(row); err != nil {
			return err
		}
	}
	return nil
}

func drafted(t require.TestingT, r rows) []byte {
	for _, tb := range r.schema.Tables {
		tb.Rows = int64(len(r.rows[tb.Qualified()]))
	}
	f, err := Profile(context.Background(), r, nil, time.Time{})
	require.NoError(t, err)
	text, err := New(f, Options{}).Mapping()
	require.NoError(t, err)
	again, err := New(f, Options{}).Mapping()
	require.NoError(t, err)
	require.Equal(t, string(text), string(again), "the same twice")
	return text
}

// TestHostileNames drafts from names made to break out of YAML: what comes out is YAML that has them unharmed.
func TestHostileNames(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		evil := rapid.StringOf(rapid.RuneFrom([]rune(": #{}[]\"'\n\r\t&*!|>%@`,\\-?=~\u2028\u0085😀"))).Draw(t, "name")
		evil = "_" + evil
		name := "kunden_email" + evil
		schema := &model.Schema{Dialect: "postgres", Tables: []*model.Table{{Schema: "public", Name: "customers" + evil, PrimaryKey: []string{"id" + evil}, Columns: []*model.Column{
			{Name: "id" + evil, Type: "integer", NotNull: true, Sequence: "s"}, {Name: name, Type: "text"}, {Name: "vorname" + evil, Type: "text"}, {Name: "nachname", Type: "text"}, {Name: "must" + evil, Type: "text", NotNull: true}}},
			{Schema: "public", Name: "bookings", PrimaryKey: []string{"id"}, Columns: []*model.Column{{Name: "id", Type: "integer", NotNull: true, Sequence: "s2"}, {Name: "customer_id", Type: "integer"}, {Name: "start" + evil, Type: "timestamp with time zone"}, {Name: "end_at", Type: "timestamp with time zone"}}}}}
		var people, bookings [][]string
		for i := range 30 {
			people = append(people, []string{fmt.Sprint(i + 1), fmt.Sprintf("ann.lee%d@example.test", i), "Ann", "Lee" + evil, evil})
			bookings = append(bookings, []string{fmt.Sprint(i + 1), fmt.Sprint(30 - i), fmt.Sprintf("2026-01-%02d 10:00:00+00", i%28+1), fmt.Sprintf("2026-02-%02d 10:00:00+00", i%28+1)})
		}
		text := drafted(t, rows{schema, map[string][][]string{"public.customers" + evil: people, "public.bookings": bookings}})
		var doc map[string]any
		require.NoError(t, yaml.Unmarshal(text, &doc), "%s", text)
		customers := doc["entities"].(map[string]any)["customers"].(map[string]any)
		require.Equal(t, "customers"+evil, customers["table"])
		email, ok := customers["fields"].(map[string]any)["email"].(map[string]any)
		require.True(t, ok, "%s", text)
		require.Equal(t, name, email["col"])
		for _, line := range strings.Split(string(text), "\n") {
			require.NotContains(t, line, "\r")
		}
	})
}

// TestOddTables drafts from backups that have nothing to draft from.
func TestOddTables(t *testing.T) {
	wide := &model.Table{Schema: "public", Name: "bookings"}
	for i := range 3000 {
		wide.Columns = append(wide.Columns, &model.Column{Name: fmt.Sprintf("col%d", i), Type: "text"})
	}
	many := &model.Schema{Dialect: "postgres"}
	for i := range 1500 {
		many.Tables = append(many.Tables, &model.Table{Schema: "public", Name: fmt.Sprintf("t_%d", i), PrimaryKey: []string{"id"}, Columns: []*model.Column{{Name: "id", Type: "integer"}, {Name: "data", Type: "text"}}})
	}
	for _, c := range []struct {
		name string
		s    *model.Schema
	}{
		{"no tables", &model.Schema{Dialect: "postgres"}},
		{"no columns", &model.Schema{Dialect: "sqlite", Tables: []*model.Table{{Name: "customers"}}}},
		{"no keys", &model.Schema{Dialect: "mysql", Tables: []*model.Table{{Name: "customers", Columns: []*model.Column{{Name: "email", Type: "text"}}}, {Name: "bookings", Columns: []*model.Column{{Name: "start", Type: "datetime"}}}}}},
		{"thousands of columns", &model.Schema{Dialect: "postgres", Tables: []*model.Table{wide}}},
		{"many tables", many},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.NotEmpty(t, drafted(t, rows{c.s, nil}))
		})
	}
}
