// Package mapping says how a company's own tables mean customers, reservations, payments, vehicles and
// locations, in both directions: rows are read as records in canonical fields, and canonical values are
// written back as the columns' text. It does no I/O: bytes and rows come in, values go out.
//
// The way through it:
//
//	m, err := Parse(src, "mapping.yaml")   every mistake of the file at once (strict.Problems)
//	err = m.Check(schema)                  held against the backup: tables, columns, types, what nothing fills
//	shape := m.Shape(schema)               what the reconciler needs to know of the tables
//	books, err := m.Read(backup)           every record, streaming the tables, hash joins
//	b, err := m.Bind(schema)               the mapping with its columns resolved: what export/plan works with
//
// A field is a canonical name, a column (or "join.column") and a codec. Times become model.Instant (naive
// ones through the zone that the mapping states) or model.Date; money becomes integer minor units with a
// currency; a reference becomes the key of the row that it points at; text stays exactly as it stands.
// Decoding never guesses: a cell that its codec cannot read is left out and counted (see Defect), and a
// column where that happens to more than one cell in a hundred is an error of the mapping.
//
// Where a codec is not named it follows from the column's declared type, and only where that says enough:
// timestamptz is tz, timestamp is naive, numeric money is major. Integer money must say minor or major,
// integer times must say epoch.
//
// An entity without rows of its own stands in the reservations' rows: an embedded customer, of whom one record
// is made for each person (told by Stripe id, e-mail or phone with a name that goes with it, by the name alone
// only among rows without any of these), and a payment that is columns of the row. See BoundEntity.Host.
// Fields of a join with many: true are lists, one part for each row, in its order.
//
// What new rows change in other tables (After) is left to the import: sums are added to, never set, and free
// rows are claimed there. Changes of rows that the backup has change neither; export/plan says so where a sum
// would move.
//
// Layouts of text-time are Go's reference time or strftime's % forms. Words of bool in columns of text are the
// mapping's (words: [Y, N]), else those that the column's type, default or check names.
//
// Expressions (texts that begin with "=") are compiled when the mapping is parsed and see settled values
// only. Every operator works on exact decimals; no float64 is ever involved. They have no clock, and their
// randomness is seeded by the row's own identity: the same row gives the same text in every run.
package mapping
