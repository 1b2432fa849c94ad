package backup

// This file: keys of CSV files whose values are unique, and references whose names and values agree.

import (
	"slices"
	"strings"

	"salvage/model"
)

// keyNames are the names that a table's key may bear, the likeliest first: id, customer_id, customers_id, customerid.
func keyNames(t *model.Table) []string {
	low := strings.ToLower(t.Name)
	out := []string{"id"}
	for _, s := range singulars(low) {
		out = append(out, s+"_id", s+"id", s+"_no", s+"_key")
	}
	return append(out, "uuid", "key")
}

// singulars are the forms of a table's name under which a column may speak of one of its rows.
func singulars(table string) []string {
	out := []string{table}
	for _, end := range [][2]string{{"ies", "y"}, {"es", ""}, {"s", ""}, {"en", ""}, {"e", ""}} {
		if s, ok := strings.CutSuffix(table, end[0]); ok && len(s) > 1 {
			out = append(out, s+end[1])
		}
	}
	return out
}

// key settles the primary key: the first of the names that is unique and never empty, else the first such column.
func (f *csvFile) key(cols []csvColumn) (*hashes, error) {
	if f.table.Rows == 0 {
		return nil, nil
	}
	for _, name := range keyNames(f.table) {
		for i := range cols {
			if strings.ToLower(f.cols[i]) == name && !cols[i].uniq.dead && cols[i].uniq.unique() {
				return f.setKey(i, &cols[i].uniq), nil
			}
		}
	}
	var watched []int
	for i := range cols {
		cols[i].uniq = hashes{dead: true}
		switch f.table.Columns[i].Type {
		case "bigint", "uuid", "text":
			if cols[i].words == [nullNULL + 1]int64{} && len(watched) < 8 {
				cols[i].uniq.dead = false
				watched = append(watched, i)
			}
		}
	}
	err := f.rows(func(r *csvReader) error {
		for _, i := range watched {
			cols[i].uniq.add(r.field(i))
		}
		return nil
	})
	for _, i := range watched {
		if err == nil && cols[i].uniq.unique() {
			return f.setKey(i, &cols[i].uniq), nil
		}
	}
	return nil, err
}

func (f *csvFile) setKey(i int, u *hashes) *hashes {
	c := f.table.Columns[i]
	f.table.PrimaryKey, c.NotNull = []string{c.Name}, true
	if c.Type == "bigint" {
		c.Identity = "by default" // a key of whole numbers is one that databases count by themselves
	}
	return u
}

// reference is a column that may point at another table.
type reference struct {
	col    int
	target *model.Table
	keys   *hashes
	bad    bool
	seen   bool
}

// references finds the columns whose name speaks of another table and whose every value is one of its keys.
func (f *csvFile) references(s *model.Schema, keys map[*model.Table]*hashes) error {
	var maybe []*reference
	for i, c := range f.table.Columns {
		for _, t := range s.Tables {
			if keys[t] == nil || !speaksOf(c.Name, t) || t == f.table && t.PrimaryKey[0] == c.Name || t.Column(t.PrimaryKey[0]).Type != c.Type {
				continue
			}
			maybe = append(maybe, &reference{col: i, target: t, keys: keys[t]})
		}
	}
	if len(maybe) == 0 {
		return nil
	}
	err := f.rows(func(r *csvReader) error {
		for _, m := range maybe {
			if !m.bad && !f.null(r, m.col) {
				m.seen = true
				m.bad = !m.keys.has(r.field(m.col))
			}
		}
		return nil
	})
	done := map[int]bool{}
	for _, m := range maybe {
		if m.seen && !m.bad && !done[m.col] {
			done[m.col] = true
			f.table.Foreign = append(f.table.Foreign, model.ForeignKey{Columns: []string{f.cols[m.col]}, Table: m.target.Qualified(), References: m.target.PrimaryKey})
		}
	}
	return err
}

// speaksOf reports whether a column is called after a table: customer_id, customerid, customer, or as its key is.
func speaksOf(col string, t *model.Table) bool {
	col = strings.ToLower(col)
	key := strings.ToLower(t.PrimaryKey[0])
	if col == key && !slices.Contains([]string{"id", "uuid", "key", "code", "name"}, key) {
		return true
	}
	for _, s := range singulars(strings.ToLower(t.Name)) {
		for _, end := range []string{"", "_id", "id", "_no", "_key", "_" + key} {
			if col == s+end {
				return true
			}
		}
	}
	return false
}
