package mapping

// This file: words of the evidence that the mapping turns into rows.

import (
	"fmt"

	"salvage/model"
	"salvage/model/strict"
)

// ResolveAliases turns the mapping's aliases into row keys: each names a row by its key, or by the text of
// its code, name or another field of its natural keys. A word that names no row, or several, is a problem.
func (m *Mapping) ResolveAliases(books *model.Books) (map[model.Kind]map[string]string, error) {
	out := map[model.Kind]map[string]string{}
	var ps strict.Problems
	for _, a := range m.aliases {
		key, n := m.aliasRow(a, books.Records[a.kind])
		if n != 1 {
			msg := fmt.Sprintf("no row is called %q", a.row)
			if n > 1 {
				msg = fmt.Sprintf("%d rows are called %q", n, a.row)
			}
			ps = append(ps, strict.Problem{File: m.File, Line: a.Line, Path: a.Path, Message: msg, Hint: "name the row by its key"})
			continue
		}
		if out[a.kind] == nil {
			out[a.kind] = map[string]string{}
		}
		out[a.kind][a.word] = key
	}
	return out, ps.Err()
}

func (m *Mapping) aliasRow(a alias, recs []*model.Record) (key string, n int) {
	fields := map[model.Field]bool{model.FCode: true, model.FName: true}
	for _, set := range m.Entity(a.kind).Find {
		if len(set) == 1 {
			fields[set[0]] = true
		}
	}
	for _, r := range recs {
		if r.Key == a.row {
			return r.Key, 1
		}
	}
	for _, r := range recs {
		for _, f := range model.KnownFields(a.kind) {
			if fields[f] && r.Fields[f].Str == a.row {
				key, n = r.Key, n+1
				break
			}
		}
	}
	return key, n
}
