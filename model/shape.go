package model

// This file: what the company's mapping can hold, as the reconciler needs to know it.

// Shape says which canonical fields the company's tables have and which a new row cannot do without.
type Shape struct {
	Kinds map[Kind]KindShape
}

// KindShape is the shape of one kind of entity.
type KindShape struct {
	Fields   []Field   // mapped fields, in mapping order
	Required []Field   // a new row needs evidence for these: NOT NULL, no default, no missing, like or set
	Find     [][]Field // natural keys, in order
	Update   []Field   // fields that may be changed on rows the backup has
	Write    bool      // rows of this kind may be written
	KeepKey  bool      // a lost primary key named by evidence is written when free
	Table    string    // qualified main table
	KeyType  Type      // Int for serial keys, Text otherwise

	Embedded   bool // customers whose fields stand with the reservation
	UpdateOnly bool // payments that are columns of the reservation's row: one a reservation
}

// Has reports whether a field is mapped.
func (s KindShape) Has(f Field) bool {
	for _, g := range s.Fields {
		if g == f {
			return true
		}
	}
	return false
}
