package model

// This file: the backup's own rows, as tables and as canonical records.

import "strings"

// Schema is what the backup says of its tables.
type Schema struct {
	Dialect string              // postgres, mysql, sqlite; csv for files that no database wrote
	Tables  []*Table            // in the order of the backup
	Enums   map[string][]string // type name -> its words
}

// Table finds a table by "name" or "schema.name"; a bare name prefers public, then the only schema that has it. nil when there is none.
func (s *Schema) Table(name string) *Table {
	var found *Table
	for _, t := range s.Tables {
		if t.Schema+"."+t.Name == name {
			return t
		}
		if t.Name == name && (found == nil || t.Schema == "public") {
			found = t
		}
	}
	return found
}

// Table is one table of the backup.
type Table struct {
	Schema, Name string
	Columns      []*Column
	PrimaryKey   []string
	Unique       [][]string
	UniqueExpr   []string // unique indexes over expressions or with a WHERE, as written after USING: "btree (lower(email))"
	Foreign      []ForeignKey
	Checks       []string // check expressions as written
	Exclusions   []string // EXCLUDE constraints as written
	Triggers     []Trigger
	PartitionOf  string // qualified name of the parent; its rows are read as the parent's
	Partitioned  bool
	PartitionBy  string // how a partitioned table is divided, as written: "RANGE (paid_at)"
	Partitions   []Partition
	Rows         int64 // counted by the health check
}

// Qualified is "schema.name", or the name alone where there are no schemas.
func (t *Table) Qualified() string {
	if t.Schema == "" {
		return t.Name
	}
	return t.Schema + "." + t.Name
}

// Column finds a column by its exact name; nil when there is none.
func (t *Table) Column(name string) *Column {
	for _, c := range t.Columns {
		if c.Name == name {
			return c
		}
	}
	return nil
}

// Column is one column as the backup declares it.
type Column struct {
	Name      string
	Type      string // as declared, without constraints: "timestamp with time zone", "numeric(10,2)", "public.status"
	NotNull   bool
	Default   string // expression as written; "" for none
	Generated bool   // GENERATED ALWAYS AS (…) STORED
	Identity  string // "", "always", "by default"
	Sequence  string // qualified name of the sequence that feeds it, "" for none
}

// ForeignKey is a declared reference.
type ForeignKey struct {
	Columns    []string
	Table      string // qualified
	References []string
}

// Trigger is a declared trigger: what it fires on and which function it runs.
type Trigger struct {
	Name, Function string
	Events         string // "BEFORE UPDATE", "AFTER INSERT OR UPDATE", as written
}

// Partition is one partition of a partitioned table, with its bound as written.
type Partition struct{ Name, Bound string }

// Row is one row as text: PostgreSQL's text output form, nil for NULL. Columns and Values run in parallel.
type Row struct {
	Table  *Table
	Cols   []string
	Values []*string
	Line   int64 // line or ordinal in the file, for explain
}

// Get gives a column's text; ok is false when it is NULL or there is no such column.
func (r *Row) Get(col string) (s string, ok bool) {
	for i, c := range r.Cols {
		if c == col {
			if r.Values[i] == nil {
				return "", false
			}
			return *r.Values[i], true
		}
	}
	return "", false
}

// Tables is a backup (or the live database) that can be read again and again, streaming.
type Tables interface {
	Schema() *Schema
	// Each calls f for every row of a table (partitions included), in the order of the file; r is only valid within the call.
	Each(table string, f func(r *Row) error) error
}

// Record is a row (with its joined rows) of the company's database as canonical fields.
type Record struct {
	Kind   Kind
	Table  string // qualified name of the main table
	Key    string // key columns' text joined by KeySep
	Fields map[Field]Value
	Raw    map[string]string // raw columns of the main row that are not NULL, and joined ones as "join.column"
	Line   int64
}

// KeySep joins the parts of a composite key.
const KeySep = "|"

// Ref is "table/key": how explain and provenance name the row.
func (r *Record) Ref() string {
	return r.Table[strings.LastIndexByte(r.Table, '.')+1:] + "/" + r.Key
}

// Books are all records of one database, by kind, each in the order of the backup.
type Books struct {
	Zone     string // IANA zone of naive times, from the mapping
	Currency string
	Records  map[Kind][]*Record
}
