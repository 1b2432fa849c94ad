package backup

// This file: what the values of CSV files tell of their columns: types that fit every value, and which
// cells have none.

import (
	"fmt"
	"hash/fnv"
	"regexp"
	"slices"
	"strings"
	"time"

	"salvage/model"
)

// kinds are the types that a value may be of.
type kinds uint16

const (
	kindInt kinds = 1 << iota
	kindNumeric
	kindBool
	kindInstant
	kindLocal
	kindDate
	kindTime
	kindUUID
	kindAll = kindUUID<<1 - 1
)

var (
	intForm     = regexp.MustCompile(`^-?(0|[1-9][0-9]{0,17})$`) // a leading zero belongs to a code or a telephone
	numericForm = regexp.MustCompile(`^-?(0|[1-9][0-9]{0,37})(\.[0-9]{1,38})?([eE][+-]?[0-9]{1,3})?$`)
	timeForm    = regexp.MustCompile(`^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,9})?)?$`)
	stampForm   = regexp.MustCompile(`^([0-9]{4}-[0-9]{2}-[0-9]{2})([ T]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,9})?)?( ?(Z|UTC|[+-][0-9]{2}(:?[0-9]{2})?))?)?$`)
	uuidForm    = regexp.MustCompile(`^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$`)
)

// kindsOf tells of which types a value may be; none means that it is text.
func kindsOf(b []byte) (k kinds) {
	if len(b) == 0 || len(b) > 64 {
		return 0
	}
	switch c := b[0]; {
	case c == '-' || isDigit(c):
	case c|0x20 == 't' || c|0x20 == 'f':
		if s := strings.ToLower(string(b)); s == "t" || s == "f" || s == "true" || s == "false" {
			return kindBool
		}
		fallthrough
	default:
		if len(b) == 36 && uuidForm.Match(b) {
			return kindUUID
		}
		return 0
	}
	if intForm.Match(b) {
		k |= kindInt
	}
	if numericForm.Match(b) {
		k |= kindNumeric
	}
	if len(b) == 36 && uuidForm.Match(b) {
		k |= kindUUID
	}
	if timeForm.Match(b) {
		k |= kindTime
	}
	if m := stampForm.FindSubmatch(b); m != nil {
		if _, err := time.Parse(time.DateOnly, string(m[1])); err == nil {
			switch {
			case len(m[2]) == 0:
				k |= kindDate | kindLocal
			case len(m[6]) == 0:
				k |= kindLocal
			default:
				k |= kindInstant
			}
		}
	}
	return k
}

// typeName is the narrowest type, in PostgreSQL's words.
func (k kinds) typeName() string {
	for _, x := range []struct {
		k    kinds
		name string
	}{
		{kindInt, "bigint"}, {kindNumeric, "numeric"}, {kindBool, "boolean"}, {kindDate, "date"}, {kindLocal, "timestamp without time zone"},
		{kindInstant, "timestamp with time zone"}, {kindTime, "time without time zone"}, {kindUUID, "uuid"},
	} {
		if k&x.k != 0 {
			return x.name
		}
	}
	return "text"
}

// csvColumn gathers what the values of one column say.
type csvColumn struct {
	kinds  kinds
	values int64
	words  [nullNULL + 1]int64 // cells that may stand for no value, by how they are written
	uniq   hashes
}

// hashes are fingerprints of values, eight bytes each. Watching for doubles they check themselves whenever they have
// grown to twice their size.
type hashes struct {
	list  []uint64
	check int
	dead  bool // there are doubles, or values too long for a key
}

func fingerprint(b []byte) uint64 {
	h := fnv.New64a()
	h.Write(b)
	return h.Sum64()
}

func (u *hashes) add(b []byte) {
	if u.dead {
		return
	}
	if len(b) > 128 {
		u.kill()
		return
	}
	u.list = append(u.list, fingerprint(b))
	if len(u.list) >= max(u.check, 64) {
		u.unique()
		u.check = 2 * len(u.list)
	}
}

func (u *hashes) kill() { u.dead, u.list = true, nil }

// unique reports whether no value came twice, and leaves the list sorted.
func (u *hashes) unique() bool {
	slices.Sort(u.list)
	for i := 1; i < len(u.list) && !u.dead; i++ {
		if u.list[i] == u.list[i-1] {
			u.kill()
		}
	}
	return !u.dead
}

func (u *hashes) has(b []byte) bool {
	_, ok := slices.BinarySearch(u.list, fingerprint(b))
	return ok
}

// infer reads every file: once for types and the keys that their names suggest, again for other keys, and once more for
// references.
func (e *csvEngine) infer(b *Backup) error {
	found := findings{}
	keys := map[*model.Table]*hashes{}
	for _, t := range b.schema.Tables {
		f := e.files[t]
		cols, err := f.survey(b, found)
		if err != nil {
			return err
		}
		u, err := f.key(cols)
		if err != nil {
			return err
		}
		keys[t] = u
	}
	for _, t := range b.schema.Tables {
		if err := e.files[t].references(b.schema, keys); err != nil {
			return err
		}
	}
	b.health.Encoding = found.list()
	b.health.Problems = append(b.health.Problems, found.sentences("UTF8")...)
	b.health.Declared = "UTF8"
	return nil
}

// rows calls fn for every record that is a row.
func (f *csvFile) rows(fn func(r *csvReader) error) error {
	r, c, err := f.records()
	if err != nil {
		return err
	}
	defer c.Close()
	for n := int64(0); ; n++ {
		ok, err := r.next()
		if err != nil || !ok {
			return err
		}
		if n < f.data || len(r.fields) != len(f.cols) || r.open {
			continue
		}
		if err := fn(r); err != nil {
			return err
		}
	}
}

// survey reads all rows once: it counts them, finds the types and watches the columns that may be the key by name.
func (f *csvFile) survey(b *Backup, found findings) ([]csvColumn, error) {
	cols := make([]csvColumn, len(f.cols))
	byName := keyNames(f.table)
	for i := range cols {
		cols[i].kinds = kindAll
		cols[i].uniq.dead = !slices.Contains(byName, strings.ToLower(f.cols[i]))
	}
	r, c, err := f.records()
	if err != nil {
		return nil, err
	}
	defer c.Close()
	for n := int64(0); ; n++ {
		line := r.in.line
		ok, err := r.next()
		if err != nil {
			return nil, err
		}
		if !ok {
			break
		}
		if n >= f.data {
			f.take(r, line, cols, found)
		}
	}
	for i := range cols {
		if cols[i].values == 0 {
			cols[i].kinds = 0
		}
		f.table.Columns[i].Type = cols[i].kinds.typeName()
	}
	f.settleNulls(cols)
	return cols, nil
}

// settleNulls finds out which words stand for no value: those that do so in columns of numbers, dates and the like,
// where they cannot be anything else. In a file without such a cell an empty cell without quotes stands for no value; and
// where there is none of these either, the other words do.
func (f *csvFile) settleNulls(cols []csvColumn) {
	var typed, all [nullNULL + 1]int64
	for _, c := range cols {
		for w, n := range c.words {
			all[w] += n
			if c.kinds != 0 {
				typed[w] += n
			}
		}
	}
	known := typed[nullEmpty]+typed[nullSlash]+typed[nullNULL] > 0
	for w := nullEmpty; w <= nullNULL; w++ {
		f.nulls[w] = typed[w] > 0 || !known && (w == nullEmpty || all[nullEmpty] == 0)
	}
	for i, name := range []string{`\N`, "NULL"} {
		w := nullSlash + nullWord(i)
		switch {
		case all[w] == typed[w]:
		case f.nulls[w] && typed[w] == 0:
			f.doubt = fmt.Sprintf("%d cells %s without quotes were read as no value; nothing in the file says for certain that they are not texts", all[w], name)
		case !f.nulls[w]:
			f.doubt = fmt.Sprintf("%d cells %s without quotes were read as texts, since an empty cell stands for no value in this file", all[w], name)
		}
	}
}

// null reports whether a cell has no value. In a column of numbers, dates and the like each of the words says so.
func (f *csvFile) null(r *csvReader, i int) bool {
	w := r.word(i)
	return w != notNull && (f.nulls[w] || f.table.Columns[i].Type != "text")
}

// take looks at one record.
func (f *csvFile) take(r *csvReader, line int64, cols []csvColumn, found findings) {
	switch {
	case r.open:
		f.cut = "the file ends within quotes"
		return
	case len(r.fields) != len(cols) && r.last:
		f.cut = "the file ends in the middle of a row"
		return
	case len(r.fields) != len(cols):
		if f.ragged++; f.ragged == 1 {
			f.raggedAt = line
		}
		return
	}
	f.table.Rows++
	for i := range cols {
		c := &cols[i]
		if w := r.word(i); w != notNull {
			c.words[w]++
			c.uniq.kill()
			continue
		}
		v := r.field(i)
		c.values++
		if c.kinds != 0 {
			c.kinds &= kindsOf(v)
		}
		c.uniq.add(v)
		if !isASCII(v) {
			if _, as := (charset{}).decode(v); as != "" {
				found.add(f.table.Name, f.cols[i], as)
			}
		}
	}
}
