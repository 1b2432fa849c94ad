package mapping

// This file: Shape, what the reconciler needs to know of the tables.

import "salvage/model"

// Shape says which fields the tables have and which a new row cannot do without. The mapping must have
// passed Check; of one that has not, the shape of what could be resolved is given.
func (m *Mapping) Shape(s *model.Schema) model.Shape {
	out := model.Shape{Kinds: map[model.Kind]model.KindShape{}}
	b := &binder{m: m, s: s, ask: map[string]bool{}}
	for _, x := range b.entities() {
		e := x.Entity
		k := model.KindShape{Find: e.Find, Write: x.written(), KeepKey: e.KeepKey, Embedded: e.Embedded, UpdateOnly: e.UpdateOnly, Table: x.Main.Qualified(), KeyType: model.Text}
		if len(e.Key) == 1 {
			if c := x.Main.Column(e.Key[0]); c != nil && ClassOf(s, c.Type) == ClassInt {
				k.KeyType = model.Int
			}
		}
		for _, f := range x.Fields {
			k.Fields = append(k.Fields, f.Name)
			if f.required(x) {
				k.Required = append(k.Required, f.Name)
			}
		}
		for _, f := range x.implied() {
			k.Fields = append(k.Fields, f)
			if g := x.Guest(model.Customer); f == model.FCustomer && g != nil && len(g.requiredFields()) > 0 {
				k.Required = append(k.Required, f)
			}
		}
		k.Update = x.Updatable()
		out.Kinds[e.Kind] = k
	}
	return out
}

// implied lists the fields that an entity has without a column of their own.
func (e *Entity) implied() []model.Field {
	switch {
	case e.UpdateOnly:
		return []model.Field{model.FReservation}
	case e.lodger != nil:
		return append([]model.Field{model.FCustomer}, e.oneOfMany()...)
	}
	return e.oneOfMany()
}

// oneOfMany: a list of vehicles that has one is a vehicle.
func (e *Entity) oneOfMany() []model.Field {
	if e.Kind == model.Reservation && e.Field(model.FVehicles) != nil && e.Field(model.FVehicle) == nil {
		return []model.Field{model.FVehicle}
	}
	return nil
}

func (e *BoundEntity) requiredFields() []model.Field {
	var out []model.Field
	for _, f := range e.Fields {
		if f.required(e) {
			out = append(out, f.Name)
		}
	}
	return out
}

// written reports whether rows of the entity may be written: its own, or those that it stands in.
func (e *BoundEntity) written() bool { return e.Write && (e.Host == nil || e.Host.Write) }

// Updatable lists the fields that may be changed on rows the backup has: `update`, or every mapped field
// that is written and no part of the key.
func (e *BoundEntity) Updatable() []model.Field {
	if !e.written() {
		return nil
	}
	if e.Update != nil {
		return e.Update
	}
	var out []model.Field
	for _, f := range e.implied() {
		if f != model.FReservation {
			out = append(out, f)
		}
	}
	for _, f := range e.Fields {
		key := false
		for _, c := range f.Cols {
			key = key || f.Join == "" && within(e.Key, c)
		}
		if !key && !f.ReadOnly && e.writes(f.Field) {
			out = append(out, f.Name)
		}
	}
	return out
}

// writes reports whether a field's column is ours to write: of the main row, of an own row, or the natural key of a lookup.
func (e *BoundEntity) writes(f *Field) bool {
	if f.Join == "" {
		return true
	}
	j := e.Join(f.Join)
	return j != nil && (j.Own != NotOwn || j.Lookup != nil)
}

// required reports whether a new row needs evidence for the field.
func (f *BoundField) required(e *BoundEntity) bool {
	if !e.written() || f.ReadOnly || f.Many || // a row may have no lines at all
		!e.writes(f.Field) || f.null() != (model.Value{}) {
		return false
	}
	lists := [][]Assign{e.Set, e.Missing, e.Where}
	if e.Host != nil {
		lists = append(lists, e.Host.Set, e.Host.Missing)
	}
	for _, g := range e.Guests {
		lists = append(lists, g.Set, g.Missing)
	}
	if f.Join != "" {
		j := e.Join(f.Join)
		if j.Lookup != nil {
			return f.lookupRequired(e, j)
		}
		if j.Own == OwnAfter && len(j.Set) == 0 {
			return false // a row that would say nothing is not written
		}
		lists = [][]Assign{j.Set, j.Missing, j.Where}
	}
	for _, c := range f.Columns {
		if !Needs(f.Table, c) || stands(lists, c.Name) {
			continue
		}
		if f.Join == "" && (e.Like != nil && within(e.Like.Cols, c.Name) || within(e.Key, c.Name) && SelfKeyed(f.schema, f.Table, c.Name)) {
			continue
		}
		return true
	}
	return false
}

// lookupRequired: the natural key of a lookup is needed when the column that it fills is.
func (f *BoundField) lookupRequired(e *BoundEntity, j *BoundJoin) bool {
	if j.MissNull || !within(j.Lookup, f.Cols[0]) {
		return false
	}
	for _, l := range j.Link {
		t := e.Table(l.Join)
		if t == nil {
			continue
		}
		if c := t.Column(l.Ours); c != nil && Needs(t, c) {
			lists := [][]Assign{e.Set, e.Missing}
			if o := e.Join(l.Join); o != nil {
				lists = [][]Assign{o.Set, o.Missing}
			}
			return !stands(lists, l.Ours)
		}
	}
	return false
}

func stands(lists [][]Assign, col string) bool {
	for _, l := range lists {
		for _, a := range l {
			if a.Column == col {
				return true
			}
		}
	}
	return false
}
