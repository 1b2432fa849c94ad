package script

// This file: the plan made ready for the templates: rows numbered, columns typed, references
// resolved to row numbers, rows that belong together grouped.

import (
	"fmt"
	"slices"
	"strings"

	"salvage/model"
)

// table is a planned table with what the templates need of it.
type table struct {
	model.PlanTable
	Ord     int
	T       *model.Table
	SQL     string // quoted name
	Cols    []column
	Gen     string // the key column that the database fills; "" when the key is written as it is
	GenCast string
	Stage   []column // columns that inserts write, in the table's order
	Refs    []column // those of Stage that point at planned rows
	Sigs    []sig    // the sets of columns that rows write
	Finds   [][]column
	KeyCols []column
	Known   int64    // the highest key that the plan's makers saw; 0 when keys do not tell
	Updates int      // rows that are there and are written to: changed, added to, claimed
	Sums    []column // stored sums that the plan adds to
	rows    []*row
}

type column struct {
	Name, SQL string
	Formal    string // the type as the server spells it
	Cast      string // the type to cast text to
	Eq        string // the type to compare as
	Generated bool
	Always    bool // GENERATED ALWAYS AS IDENTITY
	KeyPos    int  // 1-based place in the key, 0 for none
	RefN      int  // 1-based number among the table's references, 0 for none
	RefPos    int  // which column of the key it refers to, counting from 1
	Pos       int
}

type sig struct {
	N    int
	Cols []column
}

type row struct {
	*model.PlanRow
	N     int
	Sig   int
	Lost  string
	cells map[string]*model.PlanCell
	refs  map[string]int // column to row number
	asks  []int          // rows whose keys it is found by
}

type rowID struct{ entity, table, part string }

// outside is a row that the plan points at but does not write: an earlier run must have written it.
type outside struct {
	N                   int
	Table, Entity, Part string
}

type compiled struct {
	*model.Plan
	Tabs    []*table
	Rows    []*row
	Outside []outside
	Links   []link // which column points at which planned table
	Shapes  []*shape
	byName  map[string]*table
	byID    map[rowID]int
}

// link is a column that the plan fills with keys of another planned table.
type link struct {
	From *table
	Cols []column // as many as the key of To, in its order
	To   *table
}

func compile(p *model.Plan) (*compiled, error) {
	c := &compiled{Plan: p, byName: map[string]*table{}, byID: map[rowID]int{}}
	if p.Schema == nil {
		return nil, fmt.Errorf("script: the plan has no schema to take the fingerprint from")
	}
	for i, pt := range p.Tables {
		t, err := newTable(p, pt, i+1)
		if err != nil {
			return nil, fmt.Errorf("script: table %s: %w", pt.Name, err)
		}
		c.Tabs = append(c.Tabs, t)
		c.byName[pt.Name] = t
	}
	for i := range p.Rows {
		r := &row{PlanRow: &p.Rows[i], N: i + 1}
		id := rowID{r.Entity, r.Table, r.Part}
		if c.byID[id] != 0 {
			return nil, fmt.Errorf("script: %s: the plan has this row twice", r.name())
		}
		c.byID[id] = r.N
		c.Rows = append(c.Rows, r)
	}
	for _, r := range c.Rows {
		if err := c.addRow(r); err != nil {
			return nil, fmt.Errorf("script: %s: %w", r.name(), err)
		}
	}
	for _, t := range c.Tabs {
		if err := t.finish(c); err != nil {
			return nil, fmt.Errorf("script: table %s: %w", t.Name, err)
		}
	}
	return c, nil
}

// name is how errors and comments call a row.
func (r *row) name() string {
	s := r.Entity + " in " + r.Table
	if r.Part != "" {
		s += " (" + r.Part + ")"
	}
	return s
}

func newTable(p *model.Plan, pt model.PlanTable, ord int) (*table, error) {
	mt := p.Schema.Table(pt.Name)
	if mt == nil {
		return nil, fmt.Errorf("the schema does not have it")
	}
	t := &table{PlanTable: pt, Ord: ord, T: mt, SQL: tableSQL(mt)}
	for i, mc := range mt.Columns {
		col, err := newColumn(p.Schema, mt, mc)
		if err != nil {
			return nil, err
		}
		col.Pos, col.KeyPos = i+1, slices.Index(pt.Key, mc.Name)+1
		t.Cols = append(t.Cols, col)
	}
	if len(pt.Key) == 0 {
		return nil, fmt.Errorf("the plan names no key columns")
	}
	for _, k := range pt.Key {
		i := t.index(k)
		if i < 0 {
			return nil, fmt.Errorf("key column %s is not in the schema", k)
		}
		t.KeyCols = append(t.KeyCols, t.Cols[i])
	}
	return t, t.generator()
}

func tableSQL(t *model.Table) string {
	if t.Schema == "" {
		return `"public".` + ident(t.Name)
	}
	return ident(t.Schema) + "." + ident(t.Name)
}

func newColumn(s *model.Schema, t *model.Table, c *model.Column) (column, error) {
	declared := c.Type
	if !strings.ContainsAny(declared, ". ") { // a bare enum: its schema is the one that has it
		if _, ok := s.Enums[t.Schema+"."+strings.Trim(declared, `"`)]; ok {
			declared = ident(t.Schema) + "." + declared
		}
	}
	formal, err := formalType(declared)
	if err != nil {
		return column{}, fmt.Errorf("column %s: %w", c.Name, err)
	}
	cast, err := castType(declared)
	if err != nil {
		return column{}, fmt.Errorf("column %s: %w", c.Name, err)
	}
	return column{Name: c.Name, SQL: ident(c.Name), Formal: formal, Cast: cast, Eq: equality(cast), Generated: c.Generated, Always: c.Identity == "always"}, nil
}

// generator finds the key column that the database fills.
func (t *table) generator() error {
	switch t.KeyFrom {
	case "none":
		return nil
	case "sequence", "identity", "uuid":
	default:
		return fmt.Errorf("key from %q is unknown", t.KeyFrom)
	}
	at := 0
	if len(t.KeyCols) > 1 {
		at = slices.IndexFunc(t.KeyCols, func(c column) bool {
			m := t.T.Column(c.Name)
			return m.Identity != "" || m.Sequence != "" || t.KeyFrom == "uuid" && strings.Contains(m.Default, "uuid")
		})
		if at < 0 {
			return fmt.Errorf("none of the key columns is fed by a %s", t.KeyFrom)
		}
	}
	t.Gen, t.GenCast = t.KeyCols[at].Name, t.KeyCols[at].Cast
	if t.KeyFrom != "uuid" && t.Sequence == "" {
		t.Sequence = t.T.Column(t.Gen).Sequence
	}
	return nil
}

func (t *table) index(col string) int {
	return slices.IndexFunc(t.Cols, func(c column) bool { return c.Name == col })
}

// finish gathers, after all rows are in, the staged columns, the column sets and the finds.
func (t *table) finish(c *compiled) error {
	staged, pos := map[string]bool{}, map[string]int{}
	for _, r := range t.rows {
		for name, cell := range r.cells {
			if r.Action != "insert" {
				continue
			}
			staged[name] = true
			if cell.Ref == nil {
				continue
			}
			if at := refPos(cell.Ref); pos[name] != 0 && pos[name] != at {
				return fmt.Errorf("column %s refers to different columns of keys", name)
			}
			pos[name] = refPos(cell.Ref)
		}
	}
	for i := range t.Cols {
		col := &t.Cols[i]
		if !staged[col.Name] {
			continue
		}
		if strings.HasPrefix(col.Name, "salvage ") || strings.HasPrefix(col.Name, "ref ") {
			return fmt.Errorf("column %q has a name that the staging tables need", col.Name)
		}
		if pos[col.Name] != 0 {
			col.RefN, col.RefPos = len(t.Refs)+1, pos[col.Name]
			t.Refs = append(t.Refs, *col)
		}
		t.Stage = append(t.Stage, *col)
	}
	t.signatures()
	for _, names := range t.Find {
		var cols []column
		for _, name := range names {
			i := t.index(name)
			if i < 0 {
				return fmt.Errorf("natural key column %s is not in the schema", name)
			}
			if staged[name] {
				cols = append(cols, t.Cols[i])
			}
		}
		if len(names) > 0 && len(cols) == len(names) {
			t.Finds = append(t.Finds, cols)
		}
	}
	return nil
}

func (t *table) signatures() {
	number := map[string]int{}
	for _, r := range t.rows {
		if r.Action != "insert" {
			continue
		}
		var cols []column
		var names []string
		for _, col := range t.Stage {
			if r.cells[col.Name] != nil {
				cols, names = append(cols, col), append(names, col.SQL)
			}
		}
		key := strings.Join(names, ",")
		if number[key] == 0 {
			number[key] = len(t.Sigs) + 1
			t.Sigs = append(t.Sigs, sig{len(t.Sigs) + 1, cols})
		}
		r.Sig = number[key]
	}
}

// inserts counts the insert rows.
func (t *table) inserts() int { return len(t.rows) - t.Updates }
