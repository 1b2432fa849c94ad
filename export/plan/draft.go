package plan

// This file: draft, the rows of one entity while they take shape.

import (
	"fmt"
	"sort"
	"strings"

	"salvage/model"
	"salvage/model/mapping"
)

const (
	actionInsert = "insert"
	actionUpdate = "update"
	actionAdd    = "add"  // to a stored sum
	actionPick   = "pick" // a free row
)

// draft is one entity's rows.
type draft struct {
	b      *builder
	be     *mapping.BoundEntity
	e      *model.Entity
	fields map[model.Field]model.Value // settled values, names composed
	marks  map[model.Field]model.Cell
	rows   []*row
	hold   hold
	raw    map[string]string     // update: the target's row as it stands
	found  map[string]string     // lookup joins: natural-key columns by "join.column"
	host   *draft                // in whose rows this entity stands; nil for one with rows of its own
	missed []string              // update: changed natural keys that no row has
	guests []*draft              // those that stand in the rows of this one
	late   []*mapping.BoundField // times whose zone hangs on what is filled in
}

// row is one row.
type row struct {
	part   string
	join   string // the join that the row is of; "" for the main row and extra ones
	line   int    // of a join with many: the number of the line, counting from 1
	table  *model.Table
	action string
	key    []string
	cells  map[string]*model.PlanCell
	where  map[string]*model.PlanCell // add, pick
	pick   []string
}

func (b *builder) newDraft(be *mapping.BoundEntity, e *model.Entity) *draft {
	d := &draft{b: b, be: be, e: e, fields: map[model.Field]model.Value{}, marks: map[model.Field]model.Cell{}, found: map[string]string{}}
	for f, c := range e.Fields {
		d.marks[f] = c
		if !c.Value.IsZero() {
			d.fields[f] = c.Value
		}
	}
	d.names()
	d.currency()
	return d
}

// names composes a full name from its parts, or parts a full name at its last space, where the tables
// have only the one and the evidence only the other. The cell is marked derived.
func (d *draft) names() {
	full, first, last := d.fields[model.FFullName].Str, d.fields[model.FFirstName].Str, d.fields[model.FLastName].Str
	if d.be.Field(model.FFullName) != nil && full == "" && (first != "" || last != "") {
		from := model.FLastName
		if last == "" || d.marks[model.FFirstName].Changed {
			from = model.FFirstName
		}
		d.derive(model.FFullName, strings.TrimSpace(first+" "+last), from, "first and last name")
	}
	if d.be.Field(model.FLastName) != nil && d.be.Field(model.FFirstName) != nil && first == "" && last == "" && full != "" {
		i := strings.LastIndexByte(full, ' ')
		if i > 0 {
			d.derive(model.FFirstName, full[:i], model.FFullName, "full name up to its last word")
		}
		d.derive(model.FLastName, full[i+1:], model.FFullName, "last word of the full name")
	}
}

// currency takes the currency of a row from its amounts when the table has a column for it, and writes it
// in the case in which the backup's rows have it.
func (d *draft) currency() {
	if d.be.Field(model.FCurrency) == nil {
		return
	}
	for _, f := range []model.Field{model.FAmount, model.FTotal, model.FDeposit, model.FPaid} {
		if v := d.fields[f]; v.Cur != "" && d.fields[model.FCurrency].IsZero() {
			d.derive(model.FCurrency, v.Cur, f, "currency of the amount")
		}
	}
	if v := d.fields[model.FCurrency]; v.Type == model.Text && d.b.upperCurrency(d.be.Kind) {
		v.Str = strings.ToUpper(v.Str)
		d.fields[model.FCurrency] = v
	}
}

// upperCurrency reports whether the backup writes its currencies in capitals.
func (b *builder) upperCurrency(k model.Kind) bool {
	if b.in.Books == nil {
		return false
	}
	for _, r := range b.in.Books.Records[k] {
		if s := r.Fields[model.FCurrency].Str; s != "" {
			return s == strings.ToUpper(s)
		}
	}
	return false
}

func (d *draft) derive(to model.Field, text string, from model.Field, rule string) {
	c := d.marks[from]
	c.Value, c.Mark, c.Rule, c.Was = model.TextValue(text), model.Derived, rule, model.Value{}
	d.fields[to], d.marks[to] = c.Value, c
}

func (d *draft) stop(code, format string, args ...any) {
	if d.hold.code == "" {
		d.hold = hold{code, fmt.Sprintf(format, args...)}
	}
}

// row finds the row of a part; nil when there is none yet.
func (d *draft) row(part string) *row {
	if d.host != nil {
		return d.host.row(part)
	}
	for _, r := range d.rows {
		if r.part == part {
			return r
		}
	}
	return nil
}

func (d *draft) add(part string, t *model.Table, action string) *row {
	r := &row{part: part, table: t, action: action, cells: map[string]*model.PlanCell{}}
	d.rows = append(d.rows, r)
	return r
}

func (d *draft) addJoin(j *mapping.BoundJoin, action string) *row {
	r := d.add(j.Name, j.Table, action)
	r.join = j.Name
	return r
}

// ref points at a row of this draft.
func (d *draft) ref(part string) *model.RowRef {
	if d.host != nil {
		return d.host.ref(part)
	}
	t := d.be.Table(part)
	return &model.RowRef{Entity: d.e.ID, Table: t.Qualified(), Part: part}
}

func (r *row) put(col string, text *string, ref *model.RowRef, mark model.Mark, evidence []string, f model.Field) {
	if evidence == nil {
		evidence = []string{}
	}
	r.cells[col] = &model.PlanCell{Column: col, Value: text, Ref: ref, Mark: mark, Evidence: evidence, Field: f}
}

// has reports whether a column has a value (or a reference) already.
func (r *row) has(col string) bool { return r.cells[col] != nil }

// text gives a cell's text; ok is false when it is NULL, missing or known only at import.
func (r *row) text(col string) (string, bool) {
	if c := r.cells[col]; c != nil && c.Value != nil {
		return *c.Value, true
	}
	return "", false
}

// cols lets codecs see the rows as drafted, then the target's row, then joined tables.
func (d *draft) cols(ref string) (string, bool) {
	part, col := "", ref
	if a, c, ok := strings.Cut(ref, "."); ok && d.be.Join(a) != nil {
		part, col = a, c
	}
	if r := d.row(part); r != nil && r.has(col) {
		return r.text(col)
	}
	if s, ok := d.raw[ref]; ok {
		return s, true
	}
	j := d.be.Join(part)
	if j == nil || j.Own != mapping.NotOwn {
		return "", false
	}
	by := map[string]string{}
	for _, l := range j.Link {
		name := l.Ours
		if l.Join != "" {
			name = l.Join + "." + l.Ours
		}
		s, ok := d.cols(name)
		if !ok {
			return "", false
		}
		by[l.Column] = s
	}
	s, ok, err := d.b.find.Find(j.Join.Table, col, by)
	return s, ok && err == nil
}

// evidenceOf lists what a cell rests on, sorted, each once.
func evidenceOf(c model.Cell) []string {
	seen := map[string]bool{}
	out := []string{}
	for _, r := range c.For {
		if !seen[r.Evidence] {
			seen[r.Evidence] = true
			out = append(out, r.Evidence)
		}
	}
	sort.Strings(out)
	return out
}

// markOf is a cell's mark; one that says nothing is not claimed to be more than likely.
func markOf(c model.Cell) model.Mark {
	if c.Mark == "" {
		return model.Likely
	}
	return c.Mark
}

// plan makes the row as the plan has it: cells in the order of the table's columns.
func (r *row) plan(d *draft) model.PlanRow {
	out := model.PlanRow{Table: r.table.Qualified(), Entity: d.e.ID, Part: r.part, Action: r.action, Key: r.key,
		Cells: []model.PlanCell{}, P: d.e.P, Why: why(d.e), Evidence: []string{}}
	if out.Key == nil {
		out.Key = []string{}
	}
	out.Pick = r.pick
	for _, c := range r.table.Columns {
		if x := r.cells[c.Name]; x != nil {
			out.Cells = append(out.Cells, *x)
		}
		if x := r.where[c.Name]; x != nil {
			out.Where = append(out.Where, *x)
		}
	}
	for _, l := range d.e.Links {
		if !has(out.Evidence, l.Evidence) {
			out.Evidence = append(out.Evidence, l.Evidence)
		}
	}
	sort.Strings(out.Evidence)
	return out
}

// why says in one line what carries a row.
func why(e *model.Entity) string {
	sources := "source"
	if len(e.Sources) != 1 {
		sources = "sources"
	}
	s := fmt.Sprintf("%d %s: %s", len(e.Sources), sources, strings.Join(e.Sources, ", "))
	if len(e.Sources) == 0 {
		s = "no source"
	}
	if e.Strong {
		s = "strong key; " + s
	}
	if e.P > 0 {
		s += fmt.Sprintf("; p %d.%03d", e.P/1_000_000, e.P%1_000_000/1000)
	}
	return oneLine(s)
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
