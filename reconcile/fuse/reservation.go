package fuse

// This file: reservations.

import (
	"sort"
	"strings"

	"salvage/model"
	"salvage/reconcile/learn"
	"salvage/reconcile/match"
)

// reservation settles one node.
func (f *fuser) reservation(n *match.Node) *model.Entity {
	e := f.begin(n)
	sts := f.statements(n)
	f.linksOf(e, n)
	switch {
	case n.Backup != nil && n.Live != nil:
		f.overlay(e, n.Live)
		f.update(e, n, sts)
	case n.Backup != nil:
		f.update(e, n, sts)
	case n.Live != nil:
		for fl, v := range n.Live.Fields {
			e.Fields[fl] = model.Cell{Value: v, Mark: model.Kept, P: model.Certain}
		}
	default:
		f.rebuild(e, n, sts)
	}
	if e.Label == "" {
		e.Label = f.labelOf(e, n)
	}
	if f.stray[e.ID] {
		f.out.Stray++
		return e
	}
	f.emit(e)
	return e
}

// begin makes the entity with its identity.
func (f *fuser) begin(n *match.Node) *model.Entity {
	e := &model.Entity{Kind: model.Reservation, Fields: map[model.Field]model.Cell{}, State: model.Rebuilt, Backup: n.Backup, Live: n.Live, Strong: n.Strong}
	code := codeOf(n)
	switch {
	case n.Backup != nil:
		e.ID = EntityID(e.Kind, "backup", n.Backup.Key)
		e.State = model.Unchanged
		e.P = model.Certain
		e.Label = recordLabel(n.Backup)
		for fl, v := range n.Backup.Fields {
			e.Fields[fl] = model.Cell{Value: v, Mark: model.Kept, P: model.Certain}
		}
	case n.Live != nil:
		e.ID = EntityID(e.Kind, "live", n.Live.Key)
		e.State = model.Unchanged
		e.P = model.Certain
		e.Label = recordLabel(n.Live)
	case code != "":
		e.ID = EntityID(e.Kind, "code", code)
	default:
		e.ID = EntityID(e.Kind, "evidence", earliest(n))
	}
	return e
}

// codeOf is the folded code a node's genuine evidence names, "" for none.
func codeOf(n *match.Node) string {
	for _, me := range n.Mentions {
		if len(me.Codes) == 1 {
			return me.Codes[0]
		}
	}
	return ""
}

// earliest is the key of the first evidence of a node.
func earliest(n *match.Node) string {
	best, at := "", int64(0)
	for _, me := range n.Mentions {
		if best == "" || me.Said < at || me.Said == at && me.Key < best {
			best, at = me.Key, me.Said
		}
	}
	return best
}

// linksOf copies a node's links, sorted, and names its sources.
func (f *fuser) linksOf(e *model.Entity, n *match.Node) {
	sources := map[string]bool{}
	kind := map[string]string{}
	for _, me := range n.Mentions {
		kind[me.Key] = me.Source
		if !me.Genuine {
			kind[me.Key] = ""
		}
	}
	for _, x := range n.Payments {
		for _, me := range f.m.Payments[x].Mentions {
			if kind[me.Key] == "" {
				kind[me.Key] = me.Source
			}
		}
	}
	for k, l := range n.Links {
		e.Links = append(e.Links, l)
		if s := kind[k]; s != "" {
			sources[s] = true
		}
	}
	sort.Slice(e.Links, func(a, b int) bool { return e.Links[a].Evidence < e.Links[b].Evidence })
	for s := range sources {
		e.Sources = append(e.Sources, s)
	}
	sort.Strings(e.Sources)
}

// overlay lets the live database's newer values of a backup's row count as the state to compare with.
func (f *fuser) overlay(e *model.Entity, live *model.Record) {
	for fl, v := range live.Fields {
		if c := e.Fields[fl]; c.Value != v {
			e.Fields[fl] = model.Cell{Value: v, Mark: model.Kept, P: model.Certain}
		}
	}
}

// rebuild settles a reservation that only evidence knows.
func (f *fuser) rebuild(e *model.Entity, n *match.Node, sts []*learn.Statement) {
	shape := f.opt.Shape.Kinds[model.Reservation]
	open := map[model.Field]verdict{}
	for _, fl := range shape.Fields {
		switch fl {
		case model.FCustomer, model.FVehicle, model.FStatus, model.FCreatedAt, model.FUpdatedAt, model.FCancelledAt, model.FVehicles:
			continue
		}
		v := f.settle(f.precise(fl, all(sts, model.Reservation, fl)))
		if !v.ok {
			continue
		}
		if v.open {
			open[fl] = v
		}
		e.Fields[fl] = v.cell
	}
	e.Label = f.labelOf(e, n)
	for _, fl := range shape.Fields { // asked when all is known that a question shows: when it is due, what is at stake
		if v, ok := open[fl]; ok {
			f.openField(e, fl, v)
		}
	}
	f.setCustomer(e, n)
	f.setVehicle(e, n)
	f.setVehicles(e, n)
	f.derive(e, n, sts)
	f.setStatus(e, n, sts)
	if shape.Has(model.FStatus) {
		f.askUnproven(e, n, sts)
	}
	f.setKey(e, n)
	e.Label = f.labelOf(e, n)
	f.gate(e, n)
}

// precise drops civil dates where the company keeps moments: the day alone is not a value of such a column.
func (f *fuser) precise(fl model.Field, list []said) []said {
	if !f.habits.moments[fl] {
		return list
	}
	out := list[:0:0]
	for _, s := range list {
		if s.value.Type != model.Date {
			out = append(out, s)
		}
	}
	return out
}

func (f *fuser) setCustomer(e *model.Entity, n *match.Node) {
	if n.Customer < 0 {
		return
	}
	cell := model.Cell{Value: model.RefValue(f.custIDs[n.Customer]), Mark: model.Likely, P: 970_000}
	for _, me := range n.Mentions {
		if !me.Person.Empty() {
			cell.For = append(cell.For, model.ClaimRef{Evidence: me.Key, At: me.Said, Text: personText(me.Person)})
		}
	}
	e.Fields[model.FCustomer] = cell
}

func personText(p match.Person) string {
	return strings.Join(append(append(append([]string(nil), p.Names...), p.Emails...), p.Phones...), " ")
}

// setVehicle takes the newest statement that names one unit; a statement that names another leaves it open.
func (f *fuser) setVehicle(e *model.Entity, n *match.Node) {
	var best, last *match.Mention
	for _, me := range n.Mentions {
		if len(me.Vehicles) == 1 && me.Genuine && (best == nil || mentionRank(me) >= mentionRank(best)) {
			best = me
		}
	}
	for _, x := range n.Payments {
		for _, me := range f.m.Payments[x].Mentions {
			if best == nil && len(me.Vehicles) == 1 {
				best = me
			}
		}
	}
	if best == nil {
		return
	}
	cell := model.Cell{Value: model.RefValue(best.Vehicles[0]), Mark: model.Likely, P: 960_000}
	for _, me := range n.Mentions {
		if len(me.Vehicles) == 0 || !me.Genuine {
			continue
		}
		ref := model.ClaimRef{Evidence: me.Key, At: me.Said, Text: me.VehicleText}
		if contains(me.Vehicles, best.Vehicles[0]) {
			cell.For = append(cell.For, ref)
			continue
		}
		cell.Against = append(cell.Against, ref)
		if lastAt(me) > lastAt(best)+hour && me.Source != best.Source {
			last = me
		}
	}
	if last != nil && len(last.Vehicles) == 1 {
		cell.P /= 2
		if v, ok := f.openVehicle(e, best, last); ok {
			cell = decided(cell, v)
		}
	}
	e.Fields[model.FVehicle] = cell
}

// setVehicles takes the list of units from the newest genuine statement that names several one by one, where
// the company's bookings hold lists. A letter that announces a change names the old unit beside the new one,
// and is no list.
func (f *fuser) setVehicles(e *model.Entity, n *match.Node) {
	if !f.opt.Shape.Kinds[model.Reservation].Has(model.FVehicles) {
		return
	}
	var best *match.Mention
	for _, me := range n.Mentions {
		if len(me.Named) > 1 && me.Genuine && !me.Deleted && me.Act != model.ActChanged && (best == nil || mentionRank(me) >= mentionRank(best)) {
			best = me
		}
	}
	if best == nil {
		return
	}
	list := strings.Join(best.Named, model.ListSep)
	e.Fields[model.FVehicles] = model.Cell{Value: model.Value{Type: model.List, Str: list}, Mark: model.Likely, P: 940_000,
		For: []model.ClaimRef{{Evidence: best.Key, At: lastAt(best), Text: best.VehicleText}}, Rule: "every unit that the statement names"}
	if v := e.Get(model.FVehicle).Str; !contains(best.Named, v) { // of one that stands for the rest, one of them
		c := e.Fields[model.FVehicles]
		c.Value = model.RefValue(best.Named[0])
		e.Fields[model.FVehicle] = c
	}
}

func mentionRank(me *match.Mention) int64 {
	r := lastAt(me) / minute
	if me.Source == "mail" {
		r += 1 << 40
	}
	return r
}

func lastAt(me *match.Mention) int64 { return me.Versions[len(me.Versions)-1].At }

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// setKey takes the lost primary key when evidence names exactly one.
func (f *fuser) setKey(e *model.Entity, n *match.Node) {
	keys := map[string]bool{}
	take := func(me *match.Mention) {
		if f.opt.Resumed == 0 || me.Said < f.opt.Resumed {
			for _, k := range me.Keys {
				keys[k] = true
			}
		}
	}
	for _, me := range n.Mentions {
		take(me)
	}
	for _, x := range n.Payments {
		if len(f.m.Payments[x].Nodes) == 1 {
			for _, me := range f.m.Payments[x].Mentions {
				take(me)
			}
		}
	}
	if len(keys) == 1 {
		for k := range keys {
			e.WantKey = k
		}
	}
}

// labelOf is what people call a reservation.
func (f *fuser) labelOf(e *model.Entity, n *match.Node) string {
	if c := e.Get(model.FCode); c.Str != "" {
		return c.Str
	}
	var parts []string
	if n.Customer >= 0 {
		if p := f.m.Customers[n.Customer].Person; len(p.Names) > 0 {
			parts = append(parts, p.Names[0])
		} else if len(p.Emails) > 0 {
			parts = append(parts, p.Emails[0])
		}
	}
	if s := e.Get(model.FStartsAt); !s.IsZero() {
		parts = append(parts, s.Time().In(f.opt.Zone).Format("2006-01-02 15:04"))
	}
	if len(parts) == 0 {
		return earliest(n)
	}
	return strings.Join(parts, ", ")
}
