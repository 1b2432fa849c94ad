package plan

// This file: what the database would fill in unseen, made visible.

import (
	"regexp"
	"strings"

	"salvage/model"
	"salvage/model/mapping"
)

// defaults writes the constant default of every mapped column that nobody settled, marked as filled: else the
// database would put it there and the plan would not say so. What the database computes (a clock, a sequence)
// stays its own.
func (d *draft) defaults() {
	for _, x := range append([]*draft{d}, d.guests...) {
		for _, f := range x.be.Fields {
			r := d.row(f.Join)
			if f.ReadOnly || f.Many || r == nil || r.action != actionInsert {
				continue
			}
			for _, c := range f.Columns {
				if r.has(c.Name) || c.Generated || c.Identity != "" || f.Join == "" && has(d.be.Key, c.Name) {
					continue
				}
				if text, ok := constantDefault(d.b.bound.Schema, c); ok {
					r.put(c.Name, &text, nil, model.Filled, nil, "")
				}
			}
		}
	}
}

var (
	quotedDefault = regexp.MustCompile(`^'((?:[^'\\]|'')*)'(::.*)?$`)
	plainDefault  = regexp.MustCompile(`(?i)^\(?(-?[0-9]+(?:\.[0-9]+)?|true|false)\)?(::.*)?$`)
)

// constantDefault is the text of a column's default where that is a constant. A text in a column of times is none:
// 'now' is a clock.
func constantDefault(s *model.Schema, c *model.Column) (string, bool) {
	switch mapping.ClassOf(s, c.Type) {
	case mapping.ClassTimestampTZ, mapping.ClassTimestamp, mapping.ClassDate, mapping.ClassTime:
		return "", false
	}
	text := ""
	if m := quotedDefault.FindStringSubmatch(c.Default); m != nil {
		text = strings.ReplaceAll(m[1], "''", "'")
	} else if m := plainDefault.FindStringSubmatch(c.Default); m != nil {
		text = strings.ToLower(m[1])
	} else {
		return "", false
	}
	out, err := mapping.Constant(s, c, text)
	return out, err == nil
}
