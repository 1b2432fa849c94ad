// Package draft drafts a mapping from nothing but the backup: which tables are the customers, the
// reservations, the payments, the rented things and the places, and which column is which canonical field.
// It is pure: a schema, its rows and (where there are any) readings of evidence come in, a Draft goes out.
//
//	p, err := Profile(ctx, tables, functions)   one streaming pass: what every column holds
//	o := NewOverlap(); o.Add(reading) …          what evidence says, as sets of values
//	d := New(p, Options{Overlap: o, …})          the draft, with its reasons, doubts and questions
//	text, err := d.Mapping()                     as YAML, a comment on each line
//
// Three kinds of evidence are weighed together, and each has a veto only where it is certain. Structure:
// keys, references declared or found by inclusion of values, types, null shares, which of two times comes
// first. Values: shapes of e-mails, phones, ids, codes, money, times, small vocabularies. Names: a
// vocabulary of the trade in several languages, with compound words taken apart. Fields of one entity
// compete for columns in one assignment; where the second best comes near, or where little speaks for a
// column, the line is marked "unsure" with its runner-up.
//
// Nothing is guessed that a person must say: the zone of naive times, the currency, words of a status that
// nobody knows, which tenant is meant. Such things become Questions; an Answer given for one is taken as
// what was said.
//
// Memory is bounded by columns, not rows: counters, a bottom-k sample (KMV, Beyer et al. 2007) and the last
// rows of each table.
package draft
