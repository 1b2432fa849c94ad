package mapping

// This file: the parser's part for entities without a table of their own: customers that stand with the
// reservation (embedded), payments that are columns of its row (update_only).

import (
	"go.yaml.in/yaml/v4"

	"salvage/model"
	"salvage/model/strict"
)

// peek gives the value of a key of a mapping node, nil when there is none; it reports nothing.
func peek(n *yaml.Node, key string) *yaml.Node {
	n = strict.Resolve(n)
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if k := strict.Resolve(n.Content[i]); k.Kind == yaml.ScalarNode && k.Value == key {
			return strict.Resolve(n.Content[i+1])
		}
	}
	return nil
}

// isHosted reports whether an entity says that it stands in the reservations' rows.
func (p *parser) isHosted(pr strict.Pair) bool {
	if v := peek(pr.Value, "embedded"); v != nil && pr.Name == "customers" {
		return v.Value != "false"
	}
	return pr.Name == "payments" && peek(pr.Value, "update_only") != nil
}

// embed notes, before anything is read, that customers are embedded: customer fields among the
// reservations' are then theirs.
func (p *parser) embed(byKind map[model.Kind]strict.Pair) {
	pr, ok := byKind[model.Customer]
	if ok && p.isHosted(pr) {
		p.embedded = &Entity{Place: at(pr), Kind: model.Customer, Name: pr.Name, Write: true, Embedded: true, parts: parts{}}
	}
}

// hosted settles an entity that stands in the reservations' rows, and refuses what only a table can have.
func (p *parser) hosted(e *Entity, byName map[string]strict.Pair, host *Entity) {
	if x, ok := byName["embedded"]; ok && p.Bool(x.Value, x.Path) && e.Kind != model.Customer {
		p.Fail(x.Key, x.Path, "only customers can be embedded", "payments that are columns of the reservation's row say update_only: reservations")
	}
	if x, ok := byName["update_only"]; ok {
		p.word(x, "reservations")
		e.UpdateOnly = e.Kind == model.Payment
		if e.Kind != model.Payment {
			p.Fail(x.Key, x.Path, "only payments can be update_only", "customers that stand with the reservation say embedded: true")
		}
	}
	if !e.Hosted() {
		return
	}
	e.KeepKey = false
	refused := []string{"table", "key", "keep_key", "where", "join", "like"}
	if e.Embedded {
		refused = append(refused, "set", "set_on_update", "missing", "rows", "after", "write")
	}
	for _, name := range refused {
		if x, ok := byName[name]; ok {
			p.Fail(x.Key, x.Path, "stands with the reservations, in whose rows "+e.Name+" are kept", "say it there")
			delete(byName, name)
		}
	}
	if host == nil {
		for _, name := range []string{"embedded", "update_only"} {
			if x, ok := byName[name]; ok {
				p.Fail(x.Key, x.Path, "reservations are not mapped, and "+e.Name+" stand in their rows", "")
			}
		}
		return
	}
	e.Table, e.Key, e.Joins, e.Where = host.Table, host.Key, host.Joins, host.Where
}

// lent gives the customer fields that the reservations list, less those that the customers list themselves.
func (p *parser) lent(e *Entity) []*Field {
	var out []*Field
	for _, f := range p.borrowed {
		if e.Field(f.Name) != nil {
			p.FailAt(f.Path, "stands with the customers already", "")
			continue
		}
		out = append(out, f)
	}
	return out
}

// lends reports whether a word among the reservations' fields names a field of an embedded customer.
func (p *parser) lends(e *Entity, word string) bool {
	return p.embedded != nil && e.Kind == model.Reservation && !isKnown(model.Reservation, word) && isKnown(model.Customer, word)
}

func isKnown(k model.Kind, word string) bool {
	for _, f := range model.KnownFields(k) {
		if string(f) == word {
			return true
		}
	}
	return false
}
