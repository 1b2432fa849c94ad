package draft

// This file: Profile, one streaming pass over every table, and what it remembers of each column.

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"salvage/model"
	"salvage/model/mapping"
)

// Limits of a profile.
const (
	maxTimes   = 14   // time columns of a table that are held against each other
	maxColumns = 400  // columns of a table that are profiled
	maxTail    = 1200 // last rows of a table that are kept, for evidence
	tailCells  = 3_000_000
)

// Facts is what one pass over a backup found.
type Facts struct {
	Schema *model.Schema
	Cut    time.Time // when the dump was made, or the newest time that looks like a record's own; zero when not known
	tables []*table
	byName map[string]*table
}

// table is one table with what its rows hold.
type table struct {
	*model.Table
	rows     int64
	cols     []*column
	byName   map[string]*column
	words    []token // of its name, without what all tables share
	nameless bool    // the names of its columns say nothing
	audit    bool    // a log, a queue, a copy: left alone
	refs     []*link // where its columns point
	in       []*link // who points at it
	tail     [][]*string
	keep     int
	before   [][]int64 // of two time columns, how often the first is earlier
	same     [][]int64
	times    []*column
}

// column is one column with what it holds.
type column struct {
	*model.Column
	t                *table
	at               int
	class            mapping.Class
	words            []token
	n, null, empty   int64
	shapes           [shapeCount]int64
	kmv              kmv
	vocab            vocabulary
	minN, maxN       int64 // whole numbers
	ints, neg        int64
	cents            int64 // decimals with something behind the point
	minT, maxT       int64
	timeN, midnight  int64
	quarter, rises   int64 // on a quarter of an hour; not before the row above
	lastT            int64
	layouts          uint64 // text layouts that every value has
	length           int64
	localHead, local int64 // the value begins, or is in, the local part of the row's e-mail
	localTail        int64
	triggered        bool // a trigger keeps it
	ref              *link
	unpacked         int
	parts            map[string]*column // values within the column
	partIDs          []string
	packed           *packed // this is such a value
}

func newColumn(t *table, c *model.Column, at int, class mapping.Class) *column {
	return &column{Column: c, t: t, at: at, class: class, layouts: 1<<uint(len(textLayouts)) - 1, minN: math.MaxInt64, maxN: math.MinInt64, minT: math.MaxInt64, maxT: math.MinInt64}
}

// Profile reads every table once. functions are the bodies of the functions that triggers run; cut may be zero.
func Profile(ctx context.Context, tables model.Tables, functions map[string]string, cut time.Time) (*Facts, error) {
	f := &Facts{Schema: tables.Schema(), Cut: cut, byName: map[string]*table{}}
	cells := 0
	for _, t := range f.Schema.Tables {
		if t.PartitionOf != "" {
			continue
		}
		tb := newTable(f.Schema, t)
		tb.keep = int(min(maxTail, t.Rows))
		if cells += tb.keep * len(tb.cols); cells > tailCells {
			tb.keep = 0
		}
		f.tables = append(f.tables, tb)
		f.byName[t.Qualified()] = tb
	}
	for _, tb := range f.tables {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := tables.Each(tb.Qualified(), tb.row); err != nil {
			return nil, fmt.Errorf("profile table %s: %w", tb.Qualified(), err)
		}
	}
	f.triggers(functions)
	f.names()
	f.settle()
	f.links()
	return f, nil
}

func newTable(s *model.Schema, t *model.Table) *table {
	tb := &table{Table: t, byName: map[string]*column{}}
	for i, c := range t.Columns {
		if i >= maxColumns {
			break
		}
		col := newColumn(tb, c, i, mapping.ClassOf(s, c.Type))
		tb.cols = append(tb.cols, col)
		tb.byName[c.Name] = col
		if col.typedTime() && len(tb.times) < maxTimes {
			tb.times = append(tb.times, col)
		}
	}
	tb.before, tb.same = square(len(tb.times)), square(len(tb.times))
	return tb
}

func square(n int) [][]int64 {
	out := make([][]int64, n)
	for i := range out {
		out[i] = make([]int64, n)
	}
	return out
}

func (c *column) typedTime() bool {
	return c.class == mapping.ClassTimestampTZ || c.class == mapping.ClassTimestamp || c.class == mapping.ClassDate || c.class == mapping.ClassInt || c.class == mapping.ClassText || c.class == mapping.ClassOther
}

// row takes one row into account.
func (t *table) row(r *model.Row) error {
	t.rows++
	local := ""
	at := 0 // columns of a dump come in the order of the table, as a rule
	vals := make([]*string, len(t.cols))
	for i, name := range r.Cols {
		var c *column
		if at < len(t.cols) && t.cols[at].Name == name {
			c = t.cols[at]
		} else if c = t.byName[name]; c == nil {
			continue
		}
		at = c.at + 1
		v := r.Values[i]
		vals[c.at] = v
		if v != nil && local == "" && len(*v) < 120 && strings.IndexByte(*v, '@') > 1 && reEmail.MatchString(*v) {
			local, _, _ = strings.Cut(strings.ToLower(*v), "@")
		}
	}
	for _, c := range t.cols {
		c.value(vals[c.at])
	}
	t.pairs()
	if local != "" {
		t.locals(vals, local)
	}
	if t.keep > 0 && t.rows > t.Rows-int64(t.keep) && len(t.tail) < 2*t.keep {
		kept := make([]*string, len(vals))
		for i, v := range vals {
			if v != nil {
				s := strings.Clone((*v)[:min(len(*v), 256)])
				kept[i] = &s
			}
		}
		t.tail = append(t.tail, kept)
	}
	return nil
}

// pairs notes which of two times of the row is the earlier.
func (t *table) pairs() {
	for i, a := range t.times {
		if a.lastT == 0 {
			continue
		}
		for j, b := range t.times {
			if i == j || b.lastT == 0 {
				continue
			}
			switch {
			case a.lastT < b.lastT:
				t.before[i][j]++
			case a.lastT == b.lastT:
				t.same[i][j]++
			}
		}
	}
}

// locals counts words of the row that stand in the local part of its e-mail: names do.
func (t *table) locals(vals []*string, local string) {
	for _, c := range t.cols {
		v := vals[c.at]
		if v == nil || len(*v) < 2 || len(*v) > 60 || c.class != mapping.ClassText && c.class != mapping.ClassChar && c.class != mapping.ClassOther {
			continue
		}
		ps := pieces(*v)
		if len(ps) == 0 || len(ps[0]) < 2 || strings.Contains(*v, "@") {
			continue
		}
		switch i := strings.Index(local, ps[len(ps)-1]); {
		case i < 0:
			continue
		case i == 0:
			c.localHead++
		default:
			c.localTail++
		}
		c.local++
	}
}

// value takes one value into account.
func (c *column) value(v *string) {
	c.n++
	rose := c.lastT
	c.lastT = 0
	if v == nil {
		c.null++
		return
	}
	s := *v
	if c.class == mapping.ClassChar {
		s = strings.TrimRight(s, " ")
	}
	if s == "" {
		c.empty++
		return
	}
	c.length += int64(min(len(s), 4096))
	c.kmv.add(s)
	c.vocab.add(s)
	switch c.class {
	case mapping.ClassTimestampTZ, mapping.ClassTimestamp, mapping.ClassDate:
		if t, ok := isoTime(s); ok {
			c.time(t, rose)
		}
		return
	case mapping.ClassBool, mapping.ClassArray:
		return
	}
	set := shapesOf(s)
	for i := range c.shapes {
		if set>>uint(i)&1 == 1 {
			c.shapes[i]++
		}
	}
	c.number(s, set, rose)
	if c.packed == nil {
		c.unpack(s, set)
	}
	if c.layouts != 0 && (c.class == mapping.ClassText || c.class == mapping.ClassChar || c.class == mapping.ClassOther) {
		c.layout(s, rose)
	}
}

func (c *column) number(s string, set uint64, rose int64) {
	if set>>uint(shInt)&1 == 1 {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			return
		}
		c.ints++
		c.minN, c.maxN = min(c.minN, n), max(c.maxN, n)
		if n < 0 {
			c.neg++
		}
		if t := epochMicros(n); t != 0 && c.class == mapping.ClassInt {
			c.time(t, rose)
		}
		return
	}
	if set>>uint(shDecimal)&1 == 1 {
		_, frac, _ := strings.Cut(s, ".")
		if strings.Trim(frac, "0") != "" {
			c.cents++
		}
		if s[0] == '-' {
			c.neg++
		}
	}
}

// epochMicros reads seconds or milliseconds since 1970, of 1995 to 2065; 0 for other numbers.
func epochMicros(n int64) int64 {
	switch {
	case n > 800_000_000 && n < 3_000_000_000:
		return n * 1_000_000
	case n > 800_000_000_000 && n < 3_000_000_000_000:
		return n * 1000
	}
	return 0
}

func (c *column) layout(s string, rose int64) {
	var at time.Time
	var ok uint64
	for i, l := range textLayouts {
		if c.layouts>>uint(i)&1 == 0 {
			continue
		}
		if t, err := time.Parse(l, s); err == nil {
			if ok == 0 {
				at = t
			}
			ok |= 1 << uint(i)
		}
	}
	c.layouts &= ok
	if ok != 0 {
		c.shapes[shTime]++
		c.time(at.UnixMicro(), rose)
	}
}

func (c *column) time(t, before int64) {
	const hour = 3600 * 1_000_000
	c.timeN++
	c.lastT = t
	c.minT, c.maxT = min(c.minT, t), max(c.maxT, t)
	if t%(24*hour) == 0 {
		c.midnight++
	}
	if t%(hour/4) == 0 {
		c.quarter++
	}
	if t >= before {
		c.rises++
	}
}

// full is the number of values that are neither NULL nor empty.
func (c *column) full() int64 { return c.n - c.null - c.empty }

// share is which part of the values has a shape.
func (c *column) share(s shape) float64 {
	if c.full() == 0 {
		return 0
	}
	return float64(c.shapes[s]) / float64(c.full())
}

// isTime reports whether the column holds times, and whether as numbers or text.
func (c *column) isTime() bool {
	switch c.class {
	case mapping.ClassTimestampTZ, mapping.ClassTimestamp, mapping.ClassDate:
		return true
	case mapping.ClassInt, mapping.ClassText, mapping.ClassChar, mapping.ClassOther:
		return c.full() > 0 && float64(c.timeN) >= 0.98*float64(c.full())
	}
	return false
}

// never reports whether no value at all was seen twice.
func (c *column) never() bool {
	return c.unique() && (c.full() <= 3 || c.kmv.repeats() == 0)
}

// unique reports whether no value comes twice, as far as is known.
func (c *column) unique() bool {
	if c.packed != nil {
		return c.full() > 3 && c.kmv.repeats() < 0.02
	}
	if len(c.t.PrimaryKey) == 1 && c.t.PrimaryKey[0] == c.Name {
		return true
	}
	for _, u := range c.t.Unique {
		if len(u) == 1 && u[0] == c.Name {
			return true
		}
	}
	return c.full() > 3 && c.kmv.repeats() < 0.02
}

func (c *column) isText() bool {
	return c.class == mapping.ClassText || c.class == mapping.ClassChar || c.class == mapping.ClassOther || c.class == mapping.ClassEnum
}
