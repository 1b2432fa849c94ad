package main

// This file: tables on the terminal.

import (
	"fmt"
	"io"

	"github.com/jedib0t/go-pretty/v6/table"

	"salvage/export/report"
	"salvage/model"
)

// writeTable writes rows under heads; what comes from evidence is made safe for a terminal.
func writeTable(w io.Writer, heads []string, rows [][]any) error {
	t := table.NewWriter()
	style := table.StyleLight
	style.Options = table.OptionsNoBordersAndSeparators
	style.Format.Header = 0
	t.SetStyle(style)
	line := make(table.Row, len(heads))
	for i, h := range heads {
		line[i] = h
	}
	t.AppendHeader(line)
	for _, r := range rows {
		row := make(table.Row, len(r))
		for i, c := range r {
			if s, ok := c.(string); ok {
				c = report.Plain(s)
			}
			row[i] = c
		}
		t.AppendRow(row)
	}
	_, err := fmt.Fprintln(w, t.Render())
	return err
}

// printCounts prints what each source holds.
func (j *job) printCounts(counts []model.SourceCount) error {
	return j.u.result(counts, func(w io.Writer) error { return writeCounts(w, counts) })
}

func writeCounts(w io.Writer, counts []model.SourceCount) error {
	rows := make([][]any, len(counts))
	for i, c := range counts {
		rows[i] = []any{c.Source, c.Type, c.Objects, c.Read, c.Defects, c.Unreadable, c.Holes}
	}
	return writeTable(w, []string{"source", "type", "objects", "read", "with defects", "unreadable", "holes"}, rows)
}

// short cuts text to n characters.
func short(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n-1]) + "…"
}
