package draft

// This file: columns that hold several values: JSON documents, "Label: value" lines, parts between a sign.
// Their values are profiled like columns of their own.

import (
	"encoding/json"
	"fmt"
	"sort"
	"strconv"
	"strings"

	"salvage/model/mapping"
)

// Limits of what is unpacked.
const (
	maxPacked = 3000 // rows of a column
	maxParts  = 24   // values in one
	maxDepth  = 3
)

// packed says how a value stands in its column.
type packed struct {
	as    string // json, kv, part
	path  string
	label string
	sep   string
	n     int
}

// partSigns are the signs that part values; those that stand within values are left out.
var partSigns = [...]string{"|", ";", "~", "^", "\t", " "}

// unpack takes a value apart, where the column looks as if it held several.
func (c *column) unpack(s string, set uint64) {
	if c.unpacked >= maxPacked || len(s) < 3 || len(s) > 8192 {
		return
	}
	c.unpacked++
	switch {
	case set>>uint(shJSON)&1 == 1 || c.class == mapping.ClassJSON:
		var v any
		if json.Unmarshal([]byte(s), &v) == nil {
			c.document(v, "", nil, 0)
		}
	case set>>uint(shLabelled)&1 == 1:
		for _, line := range strings.SplitN(s, "\n", maxParts) {
			if label, val, ok := strings.Cut(line, ":"); ok && len(label) <= 24 && strings.TrimSpace(val) != "" {
				c.part(packed{as: "kv", label: strings.TrimSpace(label)}, tokens(label), strings.TrimSpace(val))
			}
		}
	case c.isText():
		for _, sep := range partSigns {
			parts := strings.SplitN(s, sep, maxParts)
			if len(parts) < 2 {
				continue
			}
			for i, p := range parts {
				c.part(packed{as: "part", sep: sep, n: i + 1}, nil, p)
			}
			break
		}
	}
}

func (c *column) document(v any, path string, words []token, depth int) {
	switch x := v.(type) {
	case map[string]any:
		if depth >= maxDepth {
			return
		}
		ks := make([]string, 0, len(x))
		for k := range x {
			ks = append(ks, k)
		}
		sort.Strings(ks)
		for _, k := range ks[:min(len(ks), maxParts)] {
			if strings.ContainsAny(k, "./") || k == "" {
				continue
			}
			sub := k
			if path != "" {
				sub = path + "." + k
			}
			c.document(x[k], sub, append(words[:len(words):len(words)], tokens(k)...), depth+1)
		}
	case string:
		c.part(packed{as: "json", path: path}, words, x)
	case float64:
		c.part(packed{as: "json", path: path}, words, strconv.FormatFloat(x, 'f', -1, 64))
	}
}

// part profiles one value of several.
func (c *column) part(p packed, ws []token, val string) {
	if p.as == "json" && p.path == "" {
		return
	}
	id := fmt.Sprintf("%s %s %s %s %d", p.as, p.path, p.label, p.sep, p.n)
	sub := c.parts[id]
	if sub == nil {
		if len(c.parts) >= 2*maxParts {
			return
		}
		if c.parts == nil {
			c.parts = map[string]*column{}
		}
		sub = newColumn(c.t, c.Column, c.at, mapping.ClassText)
		sub.words, sub.packed = ws, &p
		c.parts[id] = sub
		c.partIDs = append(c.partIDs, id)
	}
	sub.value(&val)
}

// packedColumns are the values in a column that most rows have, in the order in which they were met.
func (c *column) packedColumns() []*column {
	if c.full() < 5 || c.unpacked == 0 {
		return nil
	}
	least := int64(float64(min(c.full(), maxPacked)) * 0.25)
	if c.class != mapping.ClassJSON && float64(c.shapes[shJSON]+c.shapes[shLabelled]) < 0.7*float64(c.full()) {
		least = int64(float64(min(c.full(), maxPacked)) * 0.9)
	}
	var out []*column
	for _, id := range c.partIDs {
		s := c.parts[id]
		if s.packed.sep == " " {
			continue // words: see wordColumns
		}
		if s.packed.as == "kv" && len(s.words) > 0 && len(s.words[0].concepts) > 0 {
			if s.n < max(c.full()/20, 2) {
				continue
			}
		} else if s.n < max(least, 3) || s.packed.as == "part" && !c.allParted() {
			continue
		}
		out = append(out, s)
	}
	return out
}

// wordColumns are the words of a column that has two or three in every row: "Make Model".
func (c *column) wordColumns() []*column {
	if c.full() < 5 || c.share(shOneWord) > 0 || !c.allParted() || len(c.partIDs) > 3 {
		return nil
	}
	var out []*column
	for _, id := range c.partIDs {
		if s := c.parts[id]; s.packed.sep == " " {
			out = append(out, s)
		}
	}
	return out
}

// allParted reports whether every row has the same number of parts.
func (c *column) allParted() bool {
	var first, last int64 = -1, 0
	seps := map[string]bool{}
	for _, id := range c.partIDs {
		if s := c.parts[id]; s.packed.as == "part" {
			seps[s.packed.sep] = true
			if first < 0 {
				first = s.n
			}
			last = s.n
		}
	}
	return len(seps) == 1 && float64(last) > 0.9*float64(first) && float64(first) > 0.9*float64(min(c.full(), maxPacked))
}
