package backup_test

// This file: what a backup says, as text that can be compared: every table and every row of it in any format.

import (
	"fmt"
	"sort"
	"strings"
	"testing"

	"salvage/model"
	"salvage/sources/backup"

	"github.com/stretchr/testify/require"
)

// cellsOf gives all rows of one table in the order of the file: "column=value" by the order of the table's columns,
// with NULL told from the empty text and from the word; generated columns, which some formats carry, are left out.
func cellsOf(t testing.TB, b *backup.Backup, tb *model.Table) []string {
	t.Helper()
	var rows []string
	require.NoError(t, b.Each(tb.Qualified(), func(r *model.Row) error {
		var parts []string
		for _, c := range tb.Columns {
			if c.Generated {
				continue
			}
			if v, ok := r.Get(c.Name); ok {
				parts = append(parts, fmt.Sprintf("%s=%q", c.Name, v))
			} else {
				parts = append(parts, c.Name+" is null")
			}
		}
		rows = append(rows, strings.Join(parts, " "))
		return nil
	}))
	return rows
}

// digest gives all rows of all tables but those left out, tables by name and rows sorted. Two backups of one database
// have the same, whatever their format and whatever the order of their rows.
func digest(t testing.TB, b *backup.Backup, except ...string) string {
	t.Helper()
	var out []string
tables:
	for _, tb := range b.Schema().Tables {
		for _, name := range except {
			if tb.Qualified() == name {
				continue tables
			}
		}
		rows := cellsOf(t, b, tb)
		sort.Strings(rows)
		out = append(out, fmt.Sprintf("== %s: %d rows\n%s\n", tb.Qualified(), len(rows), strings.Join(rows, "\n")))
	}
	sort.Strings(out)
	return strings.Join(out, "\n")
}

// inOrder is digest with the rows as they come.
func inOrder(t testing.TB, b *backup.Backup) string {
	t.Helper()
	var out strings.Builder
	for _, tb := range b.Schema().Tables {
		fmt.Fprintf(&out, "== %s\n%s\n", tb.Qualified(), strings.Join(cellsOf(t, b, tb), "\n"))
	}
	return out.String()
}

// requireSame holds two backups of one database against each other: schema, functions, sequences and rows.
func requireSame(t testing.TB, want, got *backup.Backup) {
	t.Helper()
	require.Equal(t, want.Schema(), got.Schema())
	require.Equal(t, want.Functions, got.Functions)
	require.Equal(t, want.Sequences, got.Sequences)
	require.Equal(t, want.Health().Rows, got.Health().Rows)
	require.Equal(t, want.Health().Declared, got.Health().Declared)
	require.Equal(t, inOrder(t, want), inOrder(t, got))
}
