package fuse

// This file: customers. Those of the backup stay as they are; those that only evidence knows are written when
// a reservation that is exported needs them.

import (
	"sort"
	"strings"

	"salvage/model"
	"salvage/reconcile/learn"
	"salvage/reconcile/match"
	"salvage/reconcile/normal"
)

// nameCustomers gives every customer its id: the backup's key, the live key, else what they are known by.
func (f *fuser) nameCustomers() {
	used := map[string]int{}
	for _, c := range f.m.Customers {
		id := ""
		switch {
		case c.Backup != nil:
			id = EntityID(model.Customer, "backup", c.Backup.Key)
		case c.Live != nil:
			id = EntityID(model.Customer, "live", c.Live.Key)
		default:
			id = EntityID(model.Customer, "evidence", knownBy(c))
		}
		if used[id]++; used[id] > 1 {
			id = EntityID(model.Customer, "evidence", id+strings.Repeat("+", used[id]))
		}
		f.custIDs = append(f.custIDs, id)
	}
}

// knownBy is the smallest thing a customer is known by that later evidence will not change: address, phone, name, evidence.
func knownBy(c *match.Customer) string {
	name := ""
	if len(c.Person.Names) > 0 {
		name = strings.ToLower(c.Person.Names[0])
	}
	for _, l := range [][]string{c.Person.Emails, c.Person.Phones} {
		if len(l) > 0 {
			return l[0] + "|" + name
		}
	}
	if len(c.Mentions) > 0 {
		return name + "|" + c.Mentions[0].Key
	}
	return name
}

// settleCustomers makes the entities, after reservations and payments are known.
func (f *fuser) settleCustomers() {
	needed, held := map[string]bool{}, map[string]bool{}
	for _, e := range f.nodes {
		id := e.Get(model.FCustomer).Str
		if f.stray[e.ID] {
			continue
		}
		if e.State == model.Rebuilt && !e.Held() {
			needed[id] = true
		}
		held[id] = true
	}
	for i, c := range f.m.Customers {
		id := f.custIDs[i]
		switch {
		case c.Backup != nil:
			e := recordEntity(model.Customer, c.Backup, recordLabel(c.Backup))
			e.Live = c.Live
			f.links(e, c)
			f.updateCustomer(e, c)
			f.customers[id] = e
			f.emit(e)
		case c.Live != nil:
			e := recordEntity(model.Customer, c.Live, recordLabel(c.Live))
			e.ID, e.Backup, e.Live = id, nil, c.Live
			f.emit(e)
		case needed[id] || held[id]:
			e := f.newCustomer(id, c)
			if !needed[id] {
				hold(e, "not_needed", "no exported reservation needs this customer yet")
			}
			f.customers[id] = e
			f.emit(e)
		}
	}
}

func (f *fuser) links(e *model.Entity, c *match.Customer) {
	seen := map[string]bool{}
	for _, me := range c.Mentions {
		if !seen[me.Key] {
			seen[me.Key] = true
			e.Links = append(e.Links, model.Link{Evidence: me.Key, P: 970_000})
		}
	}
	sort.Slice(e.Links, func(a, b int) bool { return e.Links[a].Evidence < e.Links[b].Evidence })
}

// newCustomer settles a customer that the backup does not have.
func (f *fuser) newCustomer(id string, c *match.Customer) *model.Entity {
	e := &model.Entity{ID: id, Kind: model.Customer, State: model.Rebuilt, Fields: map[model.Field]model.Cell{}, P: 970_000}
	f.links(e, c)
	sources := map[string]bool{}
	for _, me := range c.Mentions {
		sources[me.Source] = true
	}
	for s := range sources {
		e.Sources = append(e.Sources, s)
	}
	sort.Strings(e.Sources)
	sts := customerStatements(c)
	shape := f.opt.Shape.Kinds[model.Customer]
	for _, fl := range shape.Fields {
		if fl == model.FCreatedAt || fl == model.FUpdatedAt {
			continue
		}
		list := all(sts, model.Customer, fl)
		if v := f.settle(list); v.ok {
			e.Fields[fl] = v.cell
		}
	}
	f.nameOf(e, c, sts)
	if len(c.Person.Emails) > 0 && e.Get(model.FEmail).IsZero() && shape.Has(model.FEmail) {
		e.Fields[model.FEmail] = model.Cell{Value: model.TextValue(c.Person.Emails[0]), Mark: model.Likely, P: 950_000, For: refsOf(c)}
	}
	first := int64(0)
	for _, me := range c.Mentions {
		if me.Said != 0 && (first == 0 || me.Said < first) {
			first = me.Said
		}
	}
	if shape.Has(model.FCreatedAt) && first != 0 {
		e.Fields[model.FCreatedAt] = model.Cell{Value: model.Value{Type: model.Instant, Num: first}, Mark: model.Derived, P: 700_000, Rule: "when the first evidence was written"}
	}
	e.Label = customerLabel(e, c)
	return e
}

func customerLabel(e *model.Entity, c *match.Customer) string {
	for _, s := range []string{e.Get(model.FFullName).Str, strings.TrimSpace(e.Get(model.FFirstName).Str + " " + e.Get(model.FLastName).Str)} {
		if s != "" {
			return s
		}
	}
	return knownBy(c)
}

func refsOf(c *match.Customer) []model.ClaimRef {
	var out []model.ClaimRef
	for _, me := range c.Mentions {
		if len(out) < 6 {
			out = append(out, model.ClaimRef{Evidence: me.Key, At: me.Said, Text: personText(me.Person)})
		}
	}
	return out
}

// customerStatements are the statements of a customer's mentions; a processor's own objects come last.
func customerStatements(c *match.Customer) []*learn.Statement {
	var out []*learn.Statement
	seen := map[string]bool{}
	for _, me := range c.Mentions {
		if !seen[me.Key] {
			seen[me.Key] = true
			out = append(out, me.Versions...)
		}
	}
	sort.SliceStable(out, func(a, b int) bool { return out[a].At < out[b].At || out[a].At == out[b].At && out[a].Key < out[b].Key })
	return out
}

// nameOf settles the name: as a whole, or cut into first and last where the tables keep them apart.
func (f *fuser) nameOf(e *model.Entity, c *match.Customer, sts []*learn.Statement) {
	shape := f.opt.Shape.Kinds[model.Customer]
	full := statedName(sts)
	if full == "" {
		full = bestName(c.Person.Names)
	}
	if f.habits.quiet {
		full = normal.NaturalCase(full)
		for _, fl := range []model.Field{model.FFirstName, model.FLastName, model.FFullName} {
			if x, ok := e.Fields[fl]; ok && normal.Shouted(x.Value.Str) {
				x.Value = model.TextValue(normal.NaturalCase(x.Value.Str))
				e.Fields[fl] = x
			}
		}
	}
	if full == "" {
		return
	}
	cell := func(s, rule string) model.Cell {
		return model.Cell{Value: model.TextValue(s), Mark: model.Likely, P: 940_000, Rule: rule, For: refsOf(c)}
	}
	if shape.Has(model.FFullName) && e.Get(model.FFullName).IsZero() {
		e.Fields[model.FFullName] = cell(full, "")
	}
	if !shape.Has(model.FFirstName) && !shape.Has(model.FLastName) || !e.Get(model.FLastName).IsZero() && !e.Get(model.FFirstName).IsZero() {
		return
	}
	first, last := cutName(full)
	for fl, s := range map[model.Field]string{model.FFirstName: first, model.FLastName: last} {
		if shape.Has(fl) && s != "" {
			x := cell(s, "the name, cut at its last word")
			x.Mark = model.Derived
			if !strings.Contains(strings.TrimSpace(full), " ") || strings.Count(full, " ") == 1 {
				x.Mark = model.Likely
			}
			e.Fields[fl] = x
		}
	}
}

// statedName is the best of the names that letters and forms state; what is left of a title that somebody typed is no
// better than nothing.
func statedName(sts []*learn.Statement) string {
	var names []string
	for _, s := range sts {
		for i := range s.Claims {
			if c := &s.Claims[i]; c.Kind == model.Customer && c.Field == model.FFullName && s.Genuine && !strings.HasPrefix(c.By, "remainder@") {
				names = append(names, c.Value.Str)
			}
		}
	}
	return bestName(names)
}

// bestName prefers the name with most words, then the one that is not written in capitals, then the first said.
func bestName(names []string) string {
	best, score := "", -1
	for _, n := range names {
		n = strings.TrimSpace(n)
		s := 2 * min(3, len(strings.Fields(n)))
		if n != strings.ToUpper(n) && n != strings.ToLower(n) {
			s++
		}
		if strings.ContainsAny(n, "@0123456789") {
			s = 0
		}
		if s > score {
			best, score = n, s
		}
	}
	return best
}

// cutName cuts a name as most registers do: "Last, First", else the last word is the surname; names without
// spaces in CJK scripts have a one-character surname first.
func cutName(full string) (first, last string) {
	if l, f, ok := strings.Cut(full, ","); ok {
		return strings.TrimSpace(f), strings.TrimSpace(l)
	}
	w := strings.Fields(full)
	switch {
	case len(w) >= 2 && len([]rune(strings.TrimRight(w[len(w)-1], "."))) == 1:
		return w[len(w)-1], strings.Join(w[:len(w)-1], " ") // "Hunt J": an initial is no surname
	case len(w) >= 2:
		return strings.Join(w[:len(w)-1], " "), w[len(w)-1]
	case len(w) == 1:
		r := []rune(w[0])
		if len(r) >= 2 && len(r) <= 4 && r[0] > 0x2E80 {
			return string(r[1:]), string(r[:1])
		}
		return "", w[0]
	}
	return "", ""
}

// certainly reports whether a person is the row's: the same address and the same name.
func certainly(p match.Person, r *model.Record) bool {
	mail, name := false, false
	for _, e := range p.Emails {
		mail = mail || e == normal.EmailKey(r.Fields[model.FEmail].Str)
	}
	for _, n := range p.Names {
		name = name || normal.CompareNames(n, learn.FullName(r)) == normal.NameExact
	}
	return mail && name
}

// updateCustomer fills what the backup left empty; it never overwrites.
func (f *fuser) updateCustomer(e *model.Entity, c *match.Customer) {
	shape := f.opt.Shape.Kinds[model.Customer]
	if len(c.Person.Stripe) == 1 && hasField(shape.Update, model.FStripeCus) && e.Get(model.FStripeCus).IsZero() {
		later := false
		for _, me := range c.Mentions {
			later = later || me.Said > f.opt.Cut && len(me.Person.Stripe) > 0 && certainly(me.Person, c.Backup)
		}
		if later {
			e.Fields[model.FStripeCus] = model.Cell{Value: model.TextValue(c.Person.Stripe[0]), Mark: model.Likely, P: 950_000, Changed: true, Rule: "the payment processor's customer", For: refsOf(c)}
			e.State = model.Updated
		}
	}
}
