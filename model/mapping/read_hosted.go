package mapping

// This file: records of entities that stand in the reservations' rows: payments that are columns of them,
// and customers who are typed into each one.

import (
	"slices"
	"sort"
	"strings"

	"salvage/model"
)

// guests makes the records of an entity from the rows that hold it.
func (r *tableReader) guests(rows []*model.Record) []*model.Record {
	if r.e.Kind == model.Payment {
		return r.payments(rows)
	}
	return r.customers(rows)
}

// guest reads one entity out of a row.
func (r *tableReader) guest(row *model.Record) *model.Record {
	rec := &model.Record{Kind: r.e.Kind, Table: row.Table, Key: row.Key, Raw: row.Raw, Line: row.Line}
	cur, _ := rowMoney(row.Fields, r.b.Currency)
	r.decode(rec, cur)
	return rec
}

// payments makes one record of each row that tells of a payment.
func (r *tableReader) payments(rows []*model.Record) []*model.Record {
	var out []*model.Record
	for _, row := range rows {
		rec := r.guest(row)
		if !r.paid(rec) {
			continue
		}
		rec.Fields[model.FReservation] = model.RefValue(row.Key)
		if c := row.Fields[model.FCustomer]; c.Type == model.Ref && rec.Fields[model.FCustomer].IsZero() {
			rec.Fields[model.FCustomer] = c
		}
		out = append(out, rec)
	}
	return out
}

// paid reports whether a row tells of a payment: an amount that is not zero, an id, or a time. Where none of
// these is mapped, any field.
func (r *tableReader) paid(rec *model.Record) bool {
	tells := false
	for _, f := range r.e.Fields {
		v := rec.Fields[f.Name]
		switch f.Name {
		case model.FAmount:
			if v.Num != 0 {
				return true
			}
		case model.FIntent, model.FCharge, model.FRefund, model.FExternalID, model.FPaidAt:
			if !v.IsZero() && v.String() != "" {
				return true
			}
		default:
			continue
		}
		tells = true
	}
	return !tells && len(rec.Fields) > 0
}

// customers groups the rows that are of one person and makes one record of each group. Its key is that of
// the person's oldest row, which every later dump has too; its fields are the newest row's, with older ones
// where that says nothing. Each reservation is given the reference.
func (r *tableReader) customers(rows []*model.Record) []*model.Record {
	people := &persons{exact: map[string]int{}, near: map[string][]int{}}
	group := make([]int, len(rows))
	read := make([]*model.Record, len(rows))
	order := r.oldestFirst(rows)
	for _, i := range order {
		read[i] = r.guest(rows[i])
		group[i] = people.add(read[i].Fields)
	}
	made := map[int]*model.Record{}
	for _, i := range order {
		g := group[i]
		if g < 0 {
			continue
		}
		rec := made[g]
		if rec == nil {
			rec = &model.Record{Kind: r.e.Kind, Table: rows[i].Table, Key: rows[i].Key, Fields: map[model.Field]model.Value{}}
			made[g] = rec
		}
		rec.Raw, rec.Line = rows[i].Raw, rows[i].Line
		for f, v := range read[i].Fields {
			rec.Fields[f] = v
		}
	}
	var out []*model.Record
	given := map[int]bool{}
	for i, row := range rows {
		g := group[i]
		if g < 0 {
			continue
		}
		if !given[g] {
			out, given[g] = append(out, made[g]), true
		}
		row.Fields[model.FCustomer] = model.RefValue(made[g].Key)
	}
	return out
}

// oldestFirst orders rows by when they were made, where that is known, then by their keys: whatever the order
// of the dump, which an update of a row changes.
func (r *tableReader) oldestFirst(rows []*model.Record) []int {
	order := make([]int, len(rows))
	for i := range order {
		order[i] = i
	}
	class := ClassText
	if len(r.e.Key) == 1 {
		class = ClassOf(r.b.Schema, r.e.Main.Column(r.e.Key[0]).Type)
	}
	sort.SliceStable(order, func(a, b int) bool {
		x, y := rows[order[a]], rows[order[b]]
		if i, j := x.Fields[model.FCreatedAt].Num, y.Fields[model.FCreatedAt].Num; i != j {
			return i < j
		}
		return Order(class, &x.Key, &y.Key) < 0
	})
	return order
}

// persons groups rows of one person. Two people are never made one by a name alone while their e-mails
// differ, nor by an e-mail or phone alone while their names do: couples share both, and so do the guests of
// one travel agency.
type persons struct {
	names, mails []string         // of each group: the folded name, the e-mail
	exact        map[string]int   // identity and name to a group
	near         map[string][]int // identity to its groups, the first few of them
}

// nearGroups is how many groups of one identity are compared by name: an agency's e-mail stands in thousands of rows.
const nearGroups = 50

// add puts a row into the group of its person, a new one where there is none; -1 for a row without a customer.
func (p *persons) add(f map[model.Field]model.Value) int {
	name, mail := foldName(f), strings.ToLower(strings.TrimSpace(f[model.FEmail].Str))
	var ids []string
	for _, id := range [][2]string{{"stripe", strings.TrimSpace(f[model.FStripeCus].Str)}, {"mail", mail}, {"phone", digitsOf(f[model.FPhone].Str)}} {
		if id[1] != "" {
			ids = append(ids, id[0]+"\x00"+id[1])
		}
	}
	if len(ids) == 0 {
		if name == "" {
			return -1
		}
		ids = []string{"name\x00" + name}
	}
	group := -1
	for i := 0; i < len(ids) && group < 0; i++ {
		group = p.match(ids[i], name, mail)
	}
	if group < 0 {
		group = len(p.names)
		p.names, p.mails = append(p.names, name), append(p.mails, mail)
	}
	if p.mails[group] == "" {
		p.mails[group] = mail
	}
	if p.names[group] == "" {
		p.names[group] = name
	}
	for _, id := range ids {
		p.enter(id, name, group)
	}
	return group
}

// match finds the group of an identity whose name and e-mail go with these; -1 for none.
func (p *persons) match(id, name, mail string) int {
	goes := func(g int) bool {
		return mail == "" || p.mails[g] == "" || p.mails[g] == mail || strings.HasPrefix(id, "stripe")
	}
	if g, ok := p.exact[id+"\x00"+name]; ok && goes(g) {
		return g
	}
	for _, g := range p.near[id] {
		if goes(g) && sameName(p.names[g], name) {
			return g
		}
	}
	return -1
}

func (p *persons) enter(id, name string, group int) {
	if _, ok := p.exact[id+"\x00"+name]; !ok {
		p.exact[id+"\x00"+name] = group
	}
	if list := p.near[id]; len(list) < nearGroups && !slices.Contains(list, group) {
		p.near[id] = append(list, group)
	}
}
