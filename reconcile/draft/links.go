package draft

// This file: what the structure says beyond columns: prefixes of names, columns kept by triggers, and
// references, declared or found.

import (
	"math"
	"regexp"
	"slices"
	"strings"

	"salvage/model"
	"salvage/model/mapping"
)

// link is a reference from a column to another table's key.
type link struct {
	from     *column
	to       *table
	key      *column
	declared bool
	score    float64  // 1 for a declared one
	kind     *column  // of a reference to several tables: the column that says which
	word     string   // what stands there for this one
	cols     []string // of a declared reference by several columns, in the order of the key
}

// names gives every table and column its words, without the prefix that tables of one application or
// columns of one table share.
// stripPrefixes takes away a first piece that most names share, again and again; a name that would be
// left with nothing keeps it.
var (
	reNew    = regexp.MustCompile(`(?i)\bNEW\s*\.\s*["\x60]?(\w+)["\x60]?\s*:?=[^=]`)
	reUpdate = regexp.MustCompile(`(?is)\bUPDATE\s+(?:ONLY\s+)?(?:["\x60]?\w+["\x60]?\.)?["\x60]?(\w+)["\x60]?\s+(?:AS\s+)?(?:\w+\s+)?SET\s+(.*?)(?:\bWHERE\b|;|$)`)
	reSet    = regexp.MustCompile(`(?:^|,)\s*["\x60]?(\w+)["\x60]?\s*=`)
)

// triggers finds columns that triggers keep. A function that looks whether a value is there leaves it alone.
// settle works out the cut where the dump does not say: the newest time in columns that only rise.
func (f *Facts) settle() {
	if !f.Cut.IsZero() {
		return
	}
	var newest int64
	for _, t := range f.tables {
		for _, c := range t.cols {
			if c.isTime() && has(c.words, "created", "updated") && c.timeN > 0 && c.maxT < 4_000_000_000_000_000 {
				newest = max(newest, c.maxT)
			}
		}
	}
	if newest > 0 {
		f.Cut = microTime(newest)
	}
}

// links collects declared references and looks for those that nobody declared.
func (f *Facts) links() {
	for _, t := range f.tables {
		for _, fk := range t.Foreign {
			to := f.byName[fk.Table]
			if to == nil {
				to = f.find(fk.Table)
			}
			c, key := f.fkColumn(t, to, fk.Columns, fk.References)
			if c != nil && key != nil && (c.ref == nil || !c.ref.declared) {
				c.ref = &link{from: c, to: to, key: key, declared: true, score: 1, cols: keyOrder(to, fk)}
			}
		}
	}
	for _, t := range f.tables {
		for _, c := range t.cols {
			if c.ref == nil {
				c.ref = f.mixedLink(c)
			}
			if c.ref == nil {
				c.ref = f.guessLink(c)
			}
			if c.ref != nil {
				t.refs = append(t.refs, c.ref)
				c.ref.to.in = append(c.ref.to.in, c.ref)
			}
		}
	}
}

func (f *Facts) find(name string) *table {
	for _, t := range f.tables {
		if t.Name == name[strings.LastIndexByte(name, '.')+1:] {
			return t
		}
	}
	return nil
}

// fkColumn picks the column of a declared reference that tells one row from another: of (tenant, id) the id.
func (f *Facts) fkColumn(t, to *table, cols, refs []string) (c, key *column) {
	if to == nil {
		return nil, nil
	}
	if len(refs) == 0 {
		refs = to.PrimaryKey
	}
	for i := range cols {
		if i >= len(refs) {
			break
		}
		a, b := t.byName[cols[i]], to.byName[refs[i]]
		if a != nil && b != nil && (key == nil || b.kmv.distinct() > key.kmv.distinct()) {
			c, key = a, b
		}
	}
	return c, key
}

// keyOrder gives the columns of a reference by several columns in the order of the key that they point at.
func keyOrder(to *table, fk model.ForeignKey) []string {
	if len(fk.Columns) < 2 || len(to.PrimaryKey) != len(fk.Columns) {
		return nil
	}
	refs := fk.References
	if len(refs) == 0 {
		refs = to.PrimaryKey
	}
	var out []string
	for _, k := range to.PrimaryKey {
		i := slices.Index(refs, k)
		if i < 0 || i >= len(fk.Columns) {
			return nil
		}
		out = append(out, fk.Columns[i])
	}
	return out
}

// keyColumn is the one column that names a table's rows; nil when there is none.
func (t *table) keyColumn() *column {
	if len(t.PrimaryKey) == 1 {
		return t.byName[t.PrimaryKey[0]]
	}
	for _, u := range t.Unique {
		if len(u) == 1 && len(t.PrimaryKey) == 0 {
			return t.byName[u[0]]
		}
	}
	if len(t.PrimaryKey) == 0 {
		for _, c := range t.cols {
			if c.full() == t.rows && t.rows > 0 && c.unique() && (has(c.words, "id") || c.at == 0) {
				return c
			}
		}
	}
	return nil
}

// key is the table's primary key; of one that only has the partition's column beside it, what names a row alone.
func (t *table) key() []string {
	if !t.Partitioned || len(t.PrimaryKey) < 2 {
		return slices.Clone(t.PrimaryKey)
	}
	for _, k := range t.PrimaryKey {
		if c := t.byName[k]; c != nil && (c.Sequence != "" || c.Identity != "") && c.kmv.distinct() > 0.9*float64(t.rows) {
			return []string{k}
		}
	}
	return slices.Clone(t.PrimaryKey)
}

// sameKind reports whether values of two columns can be equal as keys.
func sameKind(a, b *column) bool {
	num := func(c *column) bool {
		return c.class == mapping.ClassInt || c.class == mapping.ClassNumeric || c.full() > 0 && c.ints == c.full()
	}
	if num(a) || num(b) {
		return num(a) && num(b)
	}
	return (a.class == mapping.ClassUUID) == (b.class == mapping.ClassUUID) && (a.isText() || a.class == mapping.ClassUUID) && (b.isText() || b.class == mapping.ClassUUID)
}

// guessLink finds the table that a column most likely points at: by the inclusion of its values, and by names.
func (f *Facts) guessLink(c *column) *link {
	if c.isTime() || c.class == mapping.ClassBool || c.class == mapping.ClassJSON || c.class == mapping.ClassNumeric && c.cents > 0 || c.neg > 0 || c.class == mapping.ClassEnum {
		return nil
	}
	own := c.t.keyColumn() == c
	if own || c.Sequence != "" || c.Identity != "" {
		return nil
	}
	var best *link
	for _, to := range f.tables {
		key := to.keyColumn()
		if key == nil || key == c || !sameKind(c, key) {
			continue
		}
		if s := f.linkScore(c, to, key); s >= 0.5 && (best == nil || s > best.score) {
			best = &link{from: c, to: to, key: key, score: math.Min(s, 1)}
		}
	}
	return best
}

// mixedLink finds the table behind a reference that another column directs: payable_type and payable_id.
func (f *Facts) mixedLink(c *column) *link {
	if !has(c.words, "id") || len(c.words) < 2 || c.isTime() {
		return nil
	}
	stemOf := joinText(c.words)
	for _, k := range c.t.cols {
		if k == c || !k.isText() || k.vocab.over || !has(k.words, "kind") || stemOf == "" || !strings.HasPrefix(joinText(k.words), stemOf) || joinText(k.words) == stemOf {
			continue
		}
		for _, w := range k.vocab.list() {
			for _, to := range f.tables {
				key := to.keyColumn()
				if key == nil || to.audit || !sameKind(c, key) {
					continue
				}
				last := tokens(w[strings.LastIndexAny(w, `\\:.`)+1:])
				if stem(joinText(last)) != stem(joinText(to.words)) {
					continue
				}
				if share, of := c.kmv.within(&key.kmv); of > 0 && share < 0.3 {
					continue
				}
				return &link{from: c, to: to, key: key, score: 0.9, kind: k, word: w}
			}
		}
	}
	return nil
}

func (f *Facts) linkScore(c *column, to *table, key *column) float64 {
	share, of := c.kmv.within(&key.kmv)
	if of > 0 && share < 0.95 && c.full() > 0 && to.rows > 0 {
		return 0
	}
	name := linkName(c, to)
	declares := len(c.t.Foreign) > 0 && len(to.Foreign)+len(to.PrimaryKey) > 0
	if declares && name < 1 {
		return 0 // a table that declares its references declares them all, as a rule
	}
	if c.full() == 0 || to.rows == 0 || of == 0 {
		return name * 0.8
	}
	s := name * 0.7
	text := c.class == mapping.ClassUUID || c.isText() && c.ints < c.full()
	switch {
	case text && of >= 5:
		s += 0.6
	case !text && of >= 12 && to.rows >= 12 && key.minN > 1_000_000:
		s += 0.5
	case !text && of >= 12 && c.kmv.distinct() >= 12 && float64(c.maxN) > 0.8*float64(key.maxN) && c.minN >= key.minN && !has(c.words, "amount", "price", "total", "odometer", "year", "units", "status", "minor", "party"):
		s += 0.35 + 0.2*float64(boolInt(!c.unique()))*(1-math.Abs(1-c.kmv.distinct()/math.Max(1, key.kmv.distinct())))
	case name > 0.5:
		s += 0.3
	}
	if c.t == to && name < 0.9 {
		s -= 0.3
	}
	return s
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// nounConcepts are the concepts that name a thing rather than a property.
var nounConcepts = []string{"customer", "person", "vehicle", "thing", "reservation", "payment", "location", "category", "vendor", "address", "tenant"}

// linkName says how well a column's name fits the table that it would point at.
// stem cuts plural endings off, so that one and many of a thing meet; it need not be a word.
// oneToOne reports whether at most one row of the link's table points at each row.
func (l *link) oneToOne() bool {
	return l.from.full() > 0 && l.from.unique() || slices.ContainsFunc(l.from.t.Unique, func(u []string) bool { return len(u) == 1 && u[0] == l.from.Name }) ||
		len(l.from.t.PrimaryKey) == 1 && l.from.t.PrimaryKey[0] == l.from.Name
}
