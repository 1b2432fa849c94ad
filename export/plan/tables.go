package plan

// This file: the planned tables and their write order, parents first.

import (
	"strings"

	"salvage/model"
	"salvage/model/mapping"
)

// How a table's keys are made.
const (
	keySequence = "sequence"
	keyIdentity = "identity"
	keyUUID     = "uuid"
	keyNone     = "none"
)

// tableEntry is a table that the mapping writes.
type tableEntry struct {
	table *model.Table
	plan  model.PlanTable
	gen   string               // the key column that the database fills; "" for none
	be    *mapping.BoundEntity // whose main table it is; nil for own and extra tables
}

// tables lists every table that the mapping may write: entities in write order, own-before tables ahead of
// the main one, own-after and extra ones behind it; then moved behind every table they refer to.
func (b *builder) tables() {
	for _, e := range b.bound.Kinds {
		if !e.Write {
			continue
		}
		for _, j := range e.Joins {
			if j.Own == mapping.OwnBefore {
				b.addTable(j.Table, j.Table.PrimaryKey, nil)
			}
		}
		if e.Host == nil {
			b.addTable(e.Main, e.Key, e)
		}
		for _, j := range e.Joins {
			if j.Own == mapping.OwnAfter {
				b.addTable(j.Table, j.Table.PrimaryKey, nil)
			}
		}
		for _, x := range e.Extras {
			b.addTable(x.Table, x.Table.PrimaryKey, nil)
		}
	}
	for _, e := range b.bound.Kinds {
		for _, x := range e.Afters {
			key := x.Table.PrimaryKey
			if len(key) == 0 {
				key = x.Pick
			}
			b.addTable(x.Table, key, nil)
		}
	}
	b.sortTables()
	b.rank = map[string]int{}
	for i, t := range b.order {
		b.rank[t.plan.Name] = i
	}
}

func (b *builder) addTable(t *model.Table, key []string, e *mapping.BoundEntity) {
	var x *tableEntry
	for _, o := range b.order {
		if o.table == t {
			x = o
		}
	}
	if x == nil {
		x = &tableEntry{table: t, plan: model.PlanTable{Name: t.Qualified()}}
		b.order = append(b.order, x)
	} else if e == nil || x.be != nil {
		return
	}
	x.be = e
	x.plan.Key = rowKey(t, key)
	x.gen, x.plan.KeyFrom, x.plan.Sequence = b.keyFrom(t, x.plan.Key)
	if e != nil {
		x.plan.KeepKey = e.KeepKey
		x.plan.Find = findColumns(e)
	}
}

// rowKey is what tells the rows of a table apart: the given key, else a unique key, else the column that a
// sequence feeds, else all columns together.
func rowKey(t *model.Table, key []string) []string {
	if len(key) > 0 {
		return append([]string(nil), key...)
	}
	for _, u := range t.Unique {
		if len(u) > 0 {
			return append([]string(nil), u...)
		}
	}
	var all []string
	for _, c := range t.Columns {
		if c.Identity != "" || c.Sequence != "" {
			return []string{c.Name}
		}
		if !c.Generated {
			all = append(all, c.Name)
		}
	}
	return all
}

// keyFrom says how new keys of a table come about, and which column the database fills; of several key
// columns only one can be.
func (b *builder) keyFrom(t *model.Table, key []string) (gen, from, sequence string) {
	for _, name := range key {
		c := t.Column(name)
		switch {
		case c == nil:
		case c.Identity != "":
			return name, keyIdentity, c.Sequence
		case c.Sequence != "":
			return name, keySequence, c.Sequence
		case len(key) == 1 && mapping.ClassOf(b.bound.Schema, c.Type) == mapping.ClassUUID, strings.Contains(strings.ToLower(c.Default), "uuid"):
			return name, keyUUID, ""
		}
	}
	return "", keyNone, ""
}

// findColumns gives the natural keys as columns of the main table; those with fields elsewhere are left out.
func findColumns(e *mapping.BoundEntity) [][]string {
	var out [][]string
	for _, set := range e.Find {
		var cols []string
		for _, name := range set {
			part := ownColumns(e, name)
			if part == nil {
				cols = nil
				break
			}
			cols = append(cols, part...)
		}
		if len(cols) > 0 && !overlap(cols, e.Key) {
			out = append(out, cols)
		}
	}
	return out
}

// ownColumns are the columns of the main table that a field of a natural key stands in; an embedded customer
// is told by its own first natural key. nil when there are none.
func ownColumns(e *mapping.BoundEntity, name model.Field) []string {
	if f := e.Field(name); f != nil {
		if f.Join != "" {
			return nil
		}
		return f.Cols
	}
	g := e.Guest(model.Customer)
	if name != model.FCustomer || g == nil || len(g.Find) == 0 {
		return nil
	}
	var out []string
	for _, f := range g.Find[0] {
		if g.Field(f) == nil || g.Field(f).Join != "" {
			return nil
		}
		out = append(out, g.Field(f).Cols...)
	}
	return out
}

func overlap(a, b []string) bool {
	for _, x := range a {
		if has(b, x) {
			return true
		}
	}
	return false
}

func has[T comparable](list []T, s T) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// sortTables moves tables behind those they refer to, by declared foreign keys and by the mapping's own
// references; where these go in a circle the mapping's order stays.
func (b *builder) sortTables() {
	parents := map[*model.Table][]*model.Table{}
	for _, t := range b.order {
		for _, fk := range t.table.Foreign {
			if p := b.bound.Schema.Table(fk.Table); p != nil && p != t.table {
				parents[t.table] = append(parents[t.table], p)
			}
		}
	}
	for _, e := range b.bound.Kinds {
		for _, f := range e.Fields {
			if to := b.bound.Kind(f.Ref); f.Ref != "" && to != nil && to.Host == nil && to.Main != f.Table {
				parents[f.Table] = append(parents[f.Table], to.Main)
			}
		}
	}
	var out []*tableEntry
	done := map[*model.Table]bool{}
	for len(out) < len(b.order) {
		next := b.nextTable(parents, done)
		done[next.table] = true
		out = append(out, next)
	}
	b.order = out
}

// nextTable is the first table none of whose parents is still to come, else simply the first one left.
func (b *builder) nextTable(parents map[*model.Table][]*model.Table, done map[*model.Table]bool) *tableEntry {
	var first *tableEntry
	for _, t := range b.order {
		if done[t.table] {
			continue
		}
		if first == nil {
			first = t
		}
		free := true
		for _, p := range parents[t.table] {
			free = free && (done[p] || !b.planned(p))
		}
		if free {
			return t
		}
	}
	return first
}

func (b *builder) planned(t *model.Table) bool {
	for _, o := range b.order {
		if o.table == t {
			return true
		}
	}
	return false
}

func (b *builder) entry(t *model.Table) *tableEntry {
	for _, o := range b.order {
		if o.table == t {
			return o
		}
	}
	return nil
}
