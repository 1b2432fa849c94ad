package script

// This file: the plan's rows, checked and numbered, and put into groups that hang together.

import (
	"cmp"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"salvage/model"
)

func (c *compiled) addRow(r *row) error {
	t := c.byName[r.Table]
	if t == nil {
		return fmt.Errorf("its table is not among the planned ones")
	}
	r.cells, r.refs = map[string]*model.PlanCell{}, map[string]int{}
	for i := range r.Cells {
		if err := c.addCell(t, r, &r.Cells[i]); err != nil {
			return err
		}
	}
	for _, k := range r.Key {
		if err := storable(k); err != nil {
			return fmt.Errorf("its key: %w", err)
		}
	}
	switch r.Action {
	case "insert":
		return t.addInsert(r)
	case "update":
		t.Updates++
		if len(r.Key) != len(t.Key) {
			return fmt.Errorf("an update with %d of %d key values", len(r.Key), len(t.Key))
		}
		if len(r.Cells) == 0 {
			return fmt.Errorf("an update without cells")
		}
		t.rows = append(t.rows, r)
		return nil
	case "add", "pick":
		return c.addAfter(t, r)
	}
	return fmt.Errorf("action %q is unknown", r.Action)
}

func (c *compiled) addCell(t *table, r *row, cell *model.PlanCell) error {
	i := t.index(cell.Column)
	if i < 0 {
		return fmt.Errorf("column %s is not in the schema", cell.Column)
	}
	if t.Cols[i].Generated {
		return fmt.Errorf("column %s is computed by the database and cannot be written", cell.Column)
	}
	if r.cells[cell.Column] != nil {
		return fmt.Errorf("column %s stands twice", cell.Column)
	}
	for _, v := range []*string{cell.Value, cell.Was} {
		if v == nil {
			continue
		}
		if err := storable(*v); err != nil {
			return fmt.Errorf("column %s: %w", cell.Column, err)
		}
	}
	r.cells[cell.Column] = cell
	if cell.Ref != nil {
		r.refs[cell.Column] = c.number(*cell.Ref)
		return c.addLink(t, t.Cols[i], cell.Ref)
	}
	return nil
}

// number gives the number of the row that a reference points at.
func (c *compiled) number(ref model.RowRef) int {
	id := rowID{ref.Entity, ref.Table, ref.Part}
	if c.byID[id] == 0 {
		c.byID[id] = len(c.Rows) + len(c.Outside) + 1
		c.Outside = append(c.Outside, outside{c.byID[id], ref.Table, ref.Entity, ref.Part})
	}
	return c.byID[id]
}

// addLink notes that a column is filled with keys of a planned table. Of a composite key the columns come
// one by one; those of one row of the plan belong together.
func (c *compiled) addLink(t *table, col column, ref *model.RowRef) error {
	to := c.byName[ref.Table]
	if to == nil {
		return fmt.Errorf("column %s points at table %s, which is not planned", col.Name, ref.Table)
	}
	at := refPos(ref) - 1
	if len(to.Key) > 1 && ref.Pos == 0 || at >= len(to.Key) {
		return fmt.Errorf("column %s points at table %s, whose key has %d columns", col.Name, ref.Table, len(to.Key))
	}
	for i := range c.Links {
		l := &c.Links[i]
		if l.From != t || l.To != to {
			continue
		}
		if l.Cols[at].Name == col.Name {
			return nil
		}
		if l.Cols[at].Name == "" {
			l.Cols[at] = col
			return nil
		}
	}
	l := link{t, make([]column, len(to.Key)), to}
	l.Cols[at] = col
	c.Links = append(c.Links, l)
	return nil
}

// whole reports whether every column of the other table's key is known.
func (l *link) whole() bool {
	return !slices.ContainsFunc(l.Cols, func(c column) bool { return c.Name == "" })
}

// Child is the condition that row c of the table points at the row of the other one whose key stands in
// r.key, a text array.
func (l link) Child() string {
	conds := make([]string, 0, len(l.Cols))
	for i, col := range l.Cols {
		if col.Name != "" {
			conds = append(conds, fmt.Sprintf("c.%s = (r.key)[%d]::%s", col.SQL, i+1, col.Cast))
		}
	}
	return strings.Join(conds, " AND ")
}

// addInsert settles the key of an insert and which columns it writes.
func (t *table) addInsert(r *row) error {
	if t.Gen != "" {
		if at := slices.Index(t.Key, t.Gen); len(r.Key) == len(t.Key) {
			r.Lost = r.Key[at]
		}
		if cell := r.cells[t.Gen]; cell != nil {
			if cell.Ref != nil {
				return fmt.Errorf("column %s is both filled by the database and a reference", t.Gen)
			}
			if cell.Value != nil {
				r.Lost = *cell.Value
			}
			delete(r.cells, t.Gen)
		}
		if !fits(r.Lost, t.GenCast) {
			r.Lost = ""
		}
	} else {
		for i, k := range t.Key {
			if r.cells[k] == nil && len(r.Key) == len(t.Key) {
				r.cells[k] = &model.PlanCell{Column: k, Value: &r.Key[i]}
			}
			if r.cells[k] == nil {
				return fmt.Errorf("key column %s has no value", k)
			}
		}
	}
	t.rows = append(t.rows, r)
	return nil
}

var uuidText = regexp.MustCompile(`^[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$`)

// fits reports whether a lost key can be a value of the key's type at all.
func fits(lost, cast string) bool {
	limit := int64(0)
	switch cast {
	case "smallint":
		limit = math.MaxInt16
	case "integer":
		limit = math.MaxInt32
	case "bigint", "numeric":
		limit = math.MaxInt64
	case "uuid":
		return uuidText.MatchString(lost)
	default:
		return true
	}
	n, err := strconv.ParseInt(lost, 10, 64)
	return err == nil && n > 0 && n <= limit && strconv.FormatInt(n, 10) == lost
}

// groups gives the rows in bundles of those that hang together by references (a customer with
// its bookings and payments), bundles in plan order, about size rows in each chunk.
func (c *compiled) groups(size int) [][]*row {
	parent := make([]int, len(c.Rows)+1)
	for i := range parent {
		parent[i] = i
	}
	find := func(n int) int {
		for parent[n] != n {
			parent[n] = parent[parent[n]]
			n = parent[n]
		}
		return n
	}
	join := func(a, b int) {
		if a, b = find(a), find(b); a != b {
			parent[max(a, b)] = min(a, b)
		}
	}
	first := map[string]int{}
	for _, r := range c.Rows {
		if n := first[r.Entity]; n != 0 {
			join(n, r.N)
		} else {
			first[r.Entity] = r.N
		}
		for _, n := range r.refs {
			if n <= len(c.Rows) {
				join(n, r.N)
			}
		}
		for _, n := range r.asks {
			if n <= len(c.Rows) {
				join(n, r.N)
			}
		}
	}
	sorted := slices.Clone(c.Rows)
	slices.SortStableFunc(sorted, func(a, b *row) int {
		return cmp.Or(cmp.Compare(find(a.N), find(b.N)), cmp.Compare(a.N, b.N))
	})
	var chunks [][]*row
	for len(sorted) > 0 {
		end := min(size, len(sorted))
		for end < len(sorted) && end < 2*size && find(sorted[end].N) == find(sorted[end-1].N) {
			end++
		}
		chunks, sorted = append(chunks, sorted[:end]), sorted[end:]
	}
	return chunks
}
