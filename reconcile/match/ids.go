package match

// This file: the company's other identifiers. A text field whose values hardly ever repeat in the backup names
// its row as well as a code does: a voucher, a partner's number.

import (
	"sort"

	"salvage/model"
	"salvage/reconcile/normal"
)

const (
	minIDs     = 10
	minIDRunes = 5
)

// idFields finds them.
func idFields(b *model.Books) map[model.Field]bool {
	seen, count := map[model.Field]map[string]bool{}, map[model.Field]int{}
	for _, r := range b.Records[model.Reservation] {
		for f, v := range r.Fields {
			if v.Type != model.Text || v.Str == "" || notID(f) {
				continue
			}
			if seen[f] == nil {
				seen[f] = map[string]bool{}
			}
			if k := normal.Fold(v.Str); len([]rune(k)) >= minIDRunes {
				seen[f][k] = true
			}
			count[f]++
		}
	}
	out := map[model.Field]bool{}
	for f, n := range count {
		out[f] = n >= minIDs && len(seen[f])*100 >= n*98
	}
	return out
}

// notID lists fields that have ways of their own, and free text.
func notID(f model.Field) bool {
	switch f {
	case model.FCode, model.FEvent, model.FIntent, model.FSession, model.FNotes, model.FStatus, model.FChannel, model.FCurrency, model.FClass:
		return true
	}
	return false
}

func idKey(f model.Field, s string) string {
	if k := normal.Fold(s); len([]rune(k)) >= minIDRunes {
		return "id:" + string(f) + ":" + k
	}
	return ""
}

// withIDs gives a row's node its identifiers.
func (m *matcher) withIDs(n *Node, r *model.Record) *Node {
	fields := make([]string, 0, len(m.idFields))
	for f, ok := range m.idFields {
		if ok {
			fields = append(fields, string(f))
		}
	}
	sort.Strings(fields)
	for _, f := range fields {
		if k := idKey(model.Field(f), r.Fields[model.Field(f)].Str); k != "" {
			n.ids[k] = true
		}
	}
	return n
}
