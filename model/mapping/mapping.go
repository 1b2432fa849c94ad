package mapping

// This file: the nouns of a parsed mapping.

import (
	"time"

	"salvage/model"
	"salvage/model/strict"
)

// Mapping is a parsed mapping.
type Mapping struct {
	File     string
	Zone     *time.Location // what naive times mean
	Currency string         // lower-case ISO 4217, when no column says it
	Scope    []Assign       // tenant: filters every read, written in every table that has the column
	Entities []*Entity      // in write order: locations, vehicles, customers, reservations, payments
	aliases  []alias
	problems strict.Problems // of the file, when it has any: such a mapping never binds
}

// Entity finds the mapping of a kind; nil when it is not mapped.
func (m *Mapping) Entity(k model.Kind) *Entity {
	for _, e := range m.Entities {
		if e.Kind == k {
			return e
		}
	}
	return nil
}

// Place is where something stands in the mapping file.
type Place struct {
	Path string // "entities.customers.fields.email"
	Line int    // counting from 1
}

// parts are the places of the keys below a place.
type parts map[string]Place

// of is the place of a key, or a place that stands for it where the key is not written.
func (p parts) of(key string, otherwise Place) Place {
	if at, ok := p[key]; ok {
		return at
	}
	return otherwise
}

// Entity is one kind of thing and the rows that mean it.
type Entity struct {
	Place
	Kind        model.Kind
	Name        string // as in the file: "customers"
	Table       string
	Key         []string
	KeepKey     bool
	Write       bool
	Where       []Assign // which rows are this entity; constants are also written
	Joins       []*Join
	Fields      []*Field
	Set         []Assign
	SetOnUpdate []Assign
	Missing     []Assign
	Like        *Like
	Rows        []*Extra
	After       []*After
	Update      []model.Field // nil: every mapped field but keys
	Find        [][]model.Field
	Embedded    bool    // customers whose fields stand in the reservations' rows; Table, Key and Joins are the reservations'
	UpdateOnly  bool    // payments that are columns of the reservations' rows; Table, Key and Joins are the reservations'
	lodger      *Entity // reservations: the embedded customers
	parts       parts
}

// Hosted reports whether the entity has no rows of its own: its fields stand in the reservations' rows.
func (e *Entity) Hosted() bool { return e.Embedded || e.UpdateOnly }

// Field finds a mapped field; nil when there is none.
func (e *Entity) Field(f model.Field) *Field {
	for _, x := range e.Fields {
		if x.Name == f {
			return x
		}
	}
	return nil
}

// Join finds a join by its name; nil when there is none.
func (e *Entity) Join(name string) *Join {
	for _, j := range e.Joins {
		if j.Name == name {
			return j
		}
	}
	return nil
}

// Own says whether and when the rows of a join are written with the main row.
type Own string

// The kinds of ownership: not ours, written before the main row (which points at it), written after it.
const (
	NotOwn    Own = ""
	OwnBefore Own = "before"
	OwnAfter  Own = "after"
)

// Join is another table, in terms of what is already joined.
type Join struct {
	Place
	Name, Table string
	Link        []Link
	Own         Own
	Lookup      []string // natural key that is turned into the linked column; nil for other joins
	MissNull    bool     // a natural key that no row has gives NULL instead of holding the row
	Where       []Assign
	Many        bool   // several rows: fields of the join are lists
	Order       string // column that chooses the row (or sorts the list), the first one counts; "-column" or "column desc" for the last
	Set         []Assign
	SetOnUpdate []Assign
	Missing     []Assign
	parts       parts
}

// Link says that a column of the joined table equals a column on our side.
type Link struct {
	Place
	Column string
	Join   string // "" is the main row
	Ours   string
}

// Field is one canonical field and the column that holds it.
type Field struct {
	Place
	Name     model.Field
	Join     string   // "" is the main row
	Cols     []string // one; date+time has two, a composite reference several
	As       string   // codec; "" follows from the column's type
	Ref      model.Kind
	Words    []Word         // map: in the order of the file
	Zone     *time.Location // naive: nil is the mapping's
	ZoneCol  string         // naive: column (or join.column) that names the zone
	Layout   string         // text-time: Go layout (% forms are translated)
	Pointer  []string       // json: the steps into the document
	Label    string         // kv
	Inner    string         // json, kv, part: the codec of what is packed; "" is text
	Sep      string         // part, full_name
	N        int            // part: counting from 1
	Last1st  bool           // full_name: family name first
	Positive bool           // amounts of refunds stand without a sign
	Millis   bool           // epoch in milliseconds
	Yes, No  string         // bool: the words written for true and false; "" follows from the column's type
	ReadOnly bool
	parts    parts
}

// Column is "column" or "join.column" of the first column.
func (f *Field) Column() string { return qualify(f.Join, f.Cols[0]) }

// Word is one line of a map: what the column holds and what it means.
type Word struct {
	Place
	Raw  string
	Null bool // the column is NULL
	Word string
}

// Assign is a column and what is written in it (or, in where and scope, what it equals).
type Assign struct {
	Place
	Column string
	Value  Operand
}

// Operand is a constant, an expression or a lookup.
type Operand struct {
	Text   *string // constant; nil with neither of the others is NULL
	Expr   *Expr
	Lookup *Lookup
}

// Lookup finds one row by equalities and gives one of its columns.
type Lookup struct {
	Place
	Table, Get string
	By         []Assign // constants
}

// Like copies columns from the newest row that agrees on By.
type Like struct {
	Place
	By    []string
	Order string
	Cols  []string
	parts parts
}

// Extra is a row that is written along with each new one.
type Extra struct {
	Place
	Table string
	Set   []Assign
	When  *Expr
	parts parts
}

// After is a row of another table that each new row changes last: amounts added to a stored sum (Add), or
// one free row that is claimed (Pick, the columns that are its key, and Set). Rows that the backup has
// change nothing here.
type After struct {
	Place
	Table string
	Add   []Assign // columns and the amount to add, negative to take away
	Pick  []string
	Set   []Assign
	Where []Assign // which row: constants, expressions and lookups
	When  *Expr
	parts parts
}

type alias struct {
	Place
	kind      model.Kind
	word, row string
}

// kinds in write order, with their names in the file.
type kindName struct {
	kind model.Kind
	name string
}

func kindNames() []kindName {
	return []kindName{{model.Location, "locations"}, {model.Vehicle, "vehicles"}, {model.Customer, "customers"},
		{model.Reservation, "reservations"}, {model.Payment, "payments"}}
}

func kindOf(name string) (model.Kind, bool) {
	for _, k := range kindNames() {
		if k.name == name {
			return k.kind, true
		}
	}
	return "", false
}

func qualify(join, col string) string {
	if join == "" {
		return col
	}
	return join + "." + col
}
