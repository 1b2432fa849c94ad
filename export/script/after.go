package script

// This file: rows that only the target can find, stored sums to add to and free rows to claim, put into
// shapes: rows of one shape are found by one statement.

import (
	"fmt"
	"slices"
	"strings"

	"salvage/model"
)

// shape is what some rows to add or to pick have in common: table, columns asked by, columns that order.
type shape struct {
	N     int
	T     *table
	Pick  []column // in whose order free rows are claimed; nil for sums
	Asked []asked
	rows  []*row
}

// asked is one column that a row is found by.
type asked struct {
	column
	W    int // its number among the asked columns
	Null bool
}

// addAfter takes a row to add or to pick.
func (c *compiled) addAfter(t *table, r *row) error {
	t.Updates++
	t.rows = append(t.rows, r)
	if len(r.Cells) == 0 || len(r.Where) == 0 {
		return fmt.Errorf("it says neither what to write nor where")
	}
	for i := range r.Cells {
		cell := &r.Cells[i]
		if r.Action == "add" && (cell.Value == nil || cell.Ref != nil) {
			return fmt.Errorf("column %s: there is no amount to add", cell.Column)
		}
		if r.Action == "add" && !slices.ContainsFunc(t.Sums, func(s column) bool { return s.Name == cell.Column }) {
			t.Sums = append(t.Sums, t.Cols[t.index(cell.Column)])
		}
	}
	s := &shape{T: t}
	for _, name := range r.Pick {
		i := t.index(name)
		if i < 0 {
			return fmt.Errorf("column %s is not in the schema", name)
		}
		s.Pick = append(s.Pick, t.Cols[i])
	}
	if (s.Pick == nil) != (r.Action == "add") {
		return fmt.Errorf("a row to pick names the columns that order the free ones, and no other does")
	}
	for i := range r.Where {
		cell := &r.Where[i]
		at := t.index(cell.Column)
		if at < 0 {
			return fmt.Errorf("column %s is not in the schema", cell.Column)
		}
		if cell.Value != nil {
			if err := storable(*cell.Value); err != nil {
				return fmt.Errorf("column %s: %w", cell.Column, err)
			}
		}
		if cell.Ref != nil {
			r.asks = append(r.asks, c.number(*cell.Ref))
			if err := c.addLink(t, t.Cols[at], cell.Ref); err != nil {
				return err
			}
		}
		s.Asked = append(s.Asked, asked{t.Cols[at], i + 1, cell.Value == nil && cell.Ref == nil})
	}
	c.putShape(s, r)
	return nil
}

// putShape enters a row into its shape; shapes are numbered as they come, which is the plan's order.
func (c *compiled) putShape(s *shape, r *row) {
	for _, o := range c.Shapes {
		if o.T == s.T && slices.Equal(o.Asked, s.Asked) && slices.Equal(o.Pick, s.Pick) {
			o.rows = append(o.rows, r)
			return
		}
	}
	s.N = len(c.Shapes) + 1
	s.rows = []*row{r}
	c.Shapes = append(c.Shapes, s)
}

// Adds reports whether the plan adds to stored sums.
func (c *compiled) Adds() bool {
	return slices.ContainsFunc(c.Shapes, func(s *shape) bool { return s.Pick == nil })
}

// Picks reports whether the plan claims free rows.
func (c *compiled) Picks() bool {
	return slices.ContainsFunc(c.Shapes, func(s *shape) bool { return s.Pick != nil })
}

// Compared are the columns whose values verify compares: a stored sum goes on moving.
func (t *table) Compared() []column {
	return slices.DeleteFunc(slices.Clone(t.Cols), func(c column) bool {
		return slices.ContainsFunc(t.Sums, func(s column) bool { return s.Name == c.Name })
	})
}

// values are the asked columns that are compared; the others must be NULL.
func (s *shape) values() []asked {
	return slices.DeleteFunc(slices.Clone(s.Asked), func(a asked) bool { return a.Null })
}

// What names the shape in a comment.
func (s *shape) What() string {
	names := make([]string, len(s.Asked))
	for i, a := range s.Asked {
		names[i] = a.Name
	}
	return remark(s.T.Name + " by " + strings.Join(names, ", "))
}

// Wants is a subquery of the rows that ask: n, and the values they ask by as w1, w2, …
func (s *shape) Wants() string {
	var b strings.Builder
	b.WriteString("SELECT a.n")
	for _, v := range s.values() {
		fmt.Fprintf(&b, ", CASE WHEN a.shape = %d THEN (SELECT w.val FROM pg_temp.salvage_where w WHERE w.n = a.n AND w.w = %d)::%s::%s END AS w%d", s.N, v.W, v.Cast, v.Eq, v.W)
	}
	fmt.Fprintf(&b, " FROM pg_temp.salvage_after a JOIN pg_temp.salvage_row r ON r.n = a.n AND r.how IS NULL WHERE a.shape = %d", s.N)
	return b.String()
}

// Has are the asked columns of a row under the same names, with a comma before each.
func (s *shape) Has(alias string) string {
	var b strings.Builder
	for _, v := range s.values() {
		fmt.Fprintf(&b, ", %s.%s::%s AS w%d", alias, v.SQL, v.Eq, v.W)
	}
	return b.String()
}

// Names are w1, w2, … of an alias, for PARTITION BY.
func (s *shape) Names(alias string) string {
	names := []string{"true"}
	for _, v := range s.values() {
		names = append(names, fmt.Sprintf("%s.w%d", alias, v.W))
	}
	return strings.Join(names, ", ")
}

// Equal is the condition that two subqueries agree in what is asked.
func (s *shape) Equal(a, b string) string {
	conds := []string{"true"}
	for _, v := range s.values() {
		conds = append(conds, fmt.Sprintf("%s.w%d = %s.w%d", a, v.W, b, v.W))
	}
	return strings.Join(conds, " AND ")
}

// Meets is the condition that a row of the table meets what subquery p asks.
func (s *shape) Meets(alias, p string) string {
	conds := []string{s.Nulls(alias)}
	for _, v := range s.values() {
		conds = append(conds, fmt.Sprintf("%s.%s::%s = %s.w%d", alias, v.SQL, v.Eq, p, v.W))
	}
	return strings.Join(conds, " AND ")
}

// Nulls is the condition that the columns which must be NULL are.
func (s *shape) Nulls(alias string) string {
	conds := []string{"true"}
	for _, a := range s.Asked {
		if a.Null {
			conds = append(conds, alias+"."+a.SQL+" IS NULL")
		}
	}
	return strings.Join(conds, " AND ")
}

// Order is the order in which free rows are claimed.
func (s *shape) Order() string {
	names := make([]string, len(s.Pick))
	for i, c := range s.Pick {
		names[i] = "t." + c.SQL
	}
	return strings.Join(names, ", ")
}

// KeyTexts is a row's key as an array of texts.
func (t *table) KeyTexts(alias string) string {
	names := make([]string, len(t.KeyCols))
	for i, k := range t.KeyCols {
		names[i] = alias + "." + k.SQL + "::text"
	}
	return "ARRAY[" + strings.Join(names, ", ") + "]"
}

// stageAfter writes what rows to add and to pick are found by.
func (c *compiled) stageAfter(b *strings.Builder) {
	var heads, wheres []string
	for _, s := range c.Shapes {
		for _, r := range s.rows {
			heads = append(heads, fmt.Sprintf("(%d, %d)", r.N, s.N))
			for i := range r.Where {
				cell := &r.Where[i]
				ref, val := "NULL", "NULL"
				if cell.Ref != nil {
					ref = fmt.Sprint(c.number(*cell.Ref))
				} else {
					val = litOrNull(cell.Value)
				}
				wheres = append(wheres, fmt.Sprintf("(%d, %d, %s, %s, %d)", r.N, i+1, val, ref, refPos(cell.Ref)))
			}
		}
	}
	for _, part := range []struct {
		into string
		rows []string
	}{{"salvage_after (n, shape)", heads}, {"salvage_where (n, w, val, ref, pos)", wheres}} {
		for len(part.rows) > 0 {
			n := min(chunk, len(part.rows))
			fmt.Fprintf(b, "INSERT INTO pg_temp.%s VALUES\n  %s;\n", part.into, strings.Join(part.rows[:n], ",\n  "))
			part.rows = part.rows[n:]
		}
	}
}

// refPos is the place in the key that a reference means, counting from 1.
func refPos(ref *model.RowRef) int {
	if ref == nil {
		return 1
	}
	return max(1, ref.Pos)
}

// sumUndo is the statement, for format, that takes off again what a run added: exactly where nobody moved
// the sum since, else by the difference.
func sumUndo(t *table) string {
	sets := make([]string, len(t.Sums))
	for i, c := range t.Sums {
		kept := func(image string) string { return fmt.Sprintf("(u.%s ->> %s)::%s", image, lit(c.Name), c.Cast) }
		amount := func(image string) string { return "coalesce(" + kept(image) + "::numeric, 0)" }
		sets[i] = fmt.Sprintf("%s = CASE WHEN t.%s IS NOT DISTINCT FROM %s THEN %s ELSE (coalesce(t.%s::numeric, 0) - (%s - %s))::%s END",
			c.SQL, c.SQL, kept("stored"), kept("was"), c.SQL, amount("stored"), amount("was"), c.Cast)
	}
	body := strings.Join(sets, ", ") + " FROM (SELECT DISTINCT ON (r.key) r.key, r.was, r.stored FROM pg_temp.salvage_undo r WHERE r.tbl = " + lit(t.Name) +
		" AND r.how = 'added' ORDER BY r.key, r.n) u WHERE " + match(t, "t", "u.key")
	return "UPDATE %s t SET " + strings.ReplaceAll(body, "%", "%%")
}
