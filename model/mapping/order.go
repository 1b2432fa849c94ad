package mapping

// This file: an order of rows that does not depend on where they stand in a file, since two dumps of one
// database may hold its rows in different orders and must lead to the same result.

import (
	"slices"
	"strconv"
	"strings"

	"salvage/model"
)

// RowOrder orders the rows of one table: by its primary key, or, where it has none, by all its columns.
type RowOrder struct {
	cols    []string
	classes []Class
}

// NewRowOrder is the order of a table's rows.
func NewRowOrder(s *model.Schema, t *model.Table) RowOrder {
	o := RowOrder{cols: t.PrimaryKey}
	if len(o.cols) == 0 {
		for _, c := range t.Columns {
			o.cols = append(o.cols, c.Name)
		}
	}
	for _, name := range o.cols {
		class := ClassOther
		if c := t.Column(name); c != nil {
			class = ClassOf(s, c.Type)
		}
		o.classes = append(o.classes, class)
	}
	return o
}

// Place copies out of a row what decides its place.
func (o RowOrder) Place(row *model.Row) []*string {
	out := make([]*string, len(o.cols))
	for i, c := range o.cols {
		if s, ok := row.Get(c); ok {
			s = strings.Clone(s)
			out[i] = &s
		}
	}
	return out
}

// Compare compares two places.
func (o RowOrder) Compare(a, b []*string) int {
	for i, class := range o.classes {
		if c := Order(class, a[i], b[i]); c != 0 {
			return c
		}
	}
	return 0
}

// sortRecords puts records into the order of their keys: numbers by value, anything else by its bytes.
func sortRecords(recs []*model.Record) {
	type placed struct {
		rec   *model.Record
		parts []string
		nums  []int64
	}
	list := make([]placed, len(recs))
	for i, r := range recs {
		list[i] = placed{rec: r, parts: strings.Split(r.Key, model.KeySep)}
		list[i].nums = make([]int64, len(list[i].parts))
		for j, p := range list[i].parts {
			n, err := strconv.ParseInt(p, 10, 64)
			if err != nil || n < 0 {
				n = -1
			}
			list[i].nums[j] = n
		}
	}
	slices.SortStableFunc(list, func(a, b placed) int {
		for j := range min(len(a.parts), len(b.parts)) {
			if x, y := a.nums[j], b.nums[j]; x != y {
				if x < 0 || y < 0 { // numbers come first
					return boolSign(x < 0)
				}
				return boolSign(x > y)
			}
			if c := strings.Compare(a.parts[j], b.parts[j]); c != 0 {
				return c
			}
		}
		return len(a.parts) - len(b.parts)
	})
	for i, p := range list {
		recs[i] = p.rec
	}
}

// boolSign is 1 for true and -1 for false.
func boolSign(b bool) int {
	if b {
		return 1
	}
	return -1
}
