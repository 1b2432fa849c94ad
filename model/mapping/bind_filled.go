package mapping

// This file: columns that a new row cannot do without, held against what fills them.

import (
	"fmt"
	"strings"

	"salvage/model"
)

// Needs reports whether a new row cannot do without a value for the column.
func Needs(t *model.Table, c *model.Column) bool {
	must := c.NotNull || within(t.PrimaryKey, c.Name)
	none := c.Default == "" || strings.HasPrefix(strings.ToLower(c.Default), "null")
	return must && none && !c.Generated && c.Identity == "" && c.Sequence == ""
}

// SelfKeyed reports whether the database (or the import) makes the key by itself: serial, identity, uuid,
// SQLite's integer primary key.
func SelfKeyed(s *model.Schema, t *model.Table, col string) bool {
	c := t.Column(col)
	if c == nil {
		return false
	}
	return c.Sequence != "" || c.Identity != "" || c.Default != "" || ClassOf(s, c.Type) == ClassUUID ||
		s.Dialect == "sqlite" && ClassOf(s, c.Type) == ClassInt && len(t.PrimaryKey) == 1 && t.PrimaryKey[0] == col
}

// filled reports required columns that nothing fills, in every table that the entity writes.
func (b *binder) filled(x *BoundEntity) {
	fills := b.fillers(x)
	b.required(x.Place, x.Main, fills[""], x.Key)
	for _, j := range x.Joins {
		if j.Own != NotOwn && j.Table != nil {
			b.required(j.Place, j.Table, fills[j.Name], j.Table.PrimaryKey)
		}
	}
	for _, r := range x.Extras {
		if r.Table == nil {
			continue
		}
		set := map[string]bool{}
		for _, a := range append(append([]Assign(nil), r.Set...), b.m.Scope...) {
			set[a.Column] = true
		}
		b.required(r.Place, r.Table, set, r.Table.PrimaryKey)
	}
}

// fillers lists the columns that something fills, by join ("" is the main table).
func (b *binder) fillers(x *BoundEntity) map[string]map[string]bool {
	fills := map[string]map[string]bool{}
	fill := func(join, col string) {
		if fills[join] == nil {
			fills[join] = map[string]bool{}
		}
		fills[join][col] = true
	}
	lists := func(join string, ls ...[]Assign) {
		for _, l := range append(ls, b.m.Scope) {
			for _, a := range l {
				fill(join, a.Column)
			}
		}
	}
	lists("", x.Set, x.Missing, x.Where)
	fields := append([]*BoundField(nil), x.Fields...)
	for _, g := range x.Guests {
		lists("", g.Set, g.Missing)
		fields = append(fields, g.Fields...)
	}
	for _, f := range fields { // a read_only column is kept by a trigger: filled too
		for _, c := range f.Cols {
			fill(f.Join, c)
		}
	}
	if x.Like != nil {
		for _, c := range x.Like.Cols {
			fill("", c)
		}
	}
	for _, j := range x.Joins {
		lists(j.Name, j.Set, j.Missing, j.Where)
		for _, l := range j.Link {
			if j.Own == OwnAfter {
				fill(j.Name, l.Column)
			}
			if j.Own == OwnBefore || j.Lookup != nil {
				fill(l.Join, l.Ours)
			}
		}
	}
	return fills
}

func (b *binder) required(pl Place, t *model.Table, fills map[string]bool, key []string) {
	for _, c := range t.Columns {
		if !Needs(t, c) || fills[c.Name] || b.ask[pl.Path+" "+c.Name] {
			continue
		}
		hint := "map it, or say set: or missing: for it"
		if within(key, c.Name) {
			if SelfKeyed(b.s, t, c.Name) {
				continue
			}
			hint = `the key must come from somewhere: set: {` + c.Name + `: "=uuid()"}`
		}
		b.ask[pl.Path+" "+c.Name] = true
		b.fail(pl, fmt.Sprintf("table %s: nothing fills the required column %q", t.Qualified(), c.Name), hint)
	}
}
