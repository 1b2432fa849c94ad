package mapping

import (
	"strings"

	"salvage/model"
)

// memory is a database in memory. Tables are written as text: a head "name: col type [flags] | …" and
// lines of values; ~ is NULL.
type memory struct {
	schema *model.Schema
	rows   map[string][]*model.Row
}

func (m *memory) Schema() *model.Schema { return m.schema }

func (m *memory) Each(table string, f func(r *model.Row) error) error {
	t := m.schema.Table(table)
	for _, r := range m.rows[t.Name] {
		if err := f(r); err != nil {
			return err
		}
	}
	return nil
}

// database reads tables, each a head line and rows; flags: ! not null, * primary key, @seq sequence, =default, ^ generated.
func database(text string) *memory {
	m := &memory{schema: &model.Schema{Dialect: "postgres", Enums: map[string][]string{"public.stage": {"OPTION", "BOOKED", "VOID"}}}, rows: map[string][]*model.Row{}}
	var t *model.Table
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		line = strings.TrimSpace(line)
		if name, cols, ok := strings.Cut(line, ": "); ok && !strings.HasPrefix(line, "-") {
			t = &model.Table{Schema: "public", Name: name}
			m.schema.Tables = append(m.schema.Tables, t)
			for _, c := range strings.Split(cols, "|") {
				t.Columns = append(t.Columns, column(t, strings.TrimSpace(c)))
			}
			continue
		}
		r := &model.Row{Table: t, Line: int64(len(m.rows[t.Name]) + 1)}
		for i, v := range strings.Split(strings.TrimPrefix(line, "-"), "|") {
			r.Cols = append(r.Cols, t.Columns[i].Name)
			v = strings.TrimSpace(v)
			if v == "~" {
				r.Values = append(r.Values, nil)
				continue
			}
			r.Values = append(r.Values, &v)
		}
		m.rows[t.Name] = append(m.rows[t.Name], r)
	}
	return m
}

func column(t *model.Table, s string) *model.Column {
	name, typ, _ := strings.Cut(s, " ")
	c := &model.Column{Name: name}
	for {
		i := strings.LastIndexAny(typ, "!*@=^")
		if i < 0 {
			break
		}
		switch typ[i] {
		case '!':
			c.NotNull = true
		case '*':
			c.NotNull = true
			t.PrimaryKey = append(t.PrimaryKey, name)
		case '@':
			c.Sequence = strings.TrimSpace(typ[i+1:])
			c.Default = "nextval('" + c.Sequence + "')"
		case '=':
			c.Default = strings.TrimSpace(typ[i+1:])
		case '^':
			c.Generated = true
		}
		typ = typ[:i]
	}
	c.Type = strings.TrimSpace(typ)
	return c
}
