package model

// This file: the plan, the rows to write, between export/plan (which makes it) and export/script (which writes SQL).

// Plan is everything an export writes. It is deterministic: rows stand in write order.
type Plan struct {
	Run        string // 12 hex digits derived from the plan's hash
	Business   string // name for people
	Slug       string // business name as [a-z0-9-]+
	Dialect    string // postgres for now
	Cut        string // RFC 3339
	ArmDelay   int64  // seconds
	Tables     []PlanTable
	Rows       []PlanRow
	Held       []HeldRow
	Fence      []FenceEntry
	Anchors    []Anchor
	Ack        []string // acknowledged side effects, "table:insert"
	Schema     *Schema  // of live when given, else of the backup: what the fingerprint is taken from
	Supersedes []string // earlier runs of this case
}

// PlanTable is one table that the plan writes, in write order (parents first).
type PlanTable struct {
	Name                 string     // qualified
	Key                  []string   // key columns
	KeyFrom              string     // "sequence", "identity", "uuid", "none" (natural or composite key written as it is)
	Sequence             string     // qualified name for KeyFrom sequence or identity
	KeepKey              bool       // write the lost key when it is free
	Find                 [][]string // columns of natural keys: a live row that agrees on one of them is linked, not doubled
	Insert, Update, Held int
}

// PlanRow is one row to insert or update; or, with the actions add and pick, one row of the target that is
// only found when the plan is applied: add adds the cells' values to the only row that meets Where, pick
// claims the first free row that meets it (in the order of Pick) and writes the cells into it.
type PlanRow struct {
	Table    string     `json:"table"`          // qualified
	Entity   string     `json:"entity"`         // entity id
	Part     string     `json:"part,omitempty"` // "" main row; else join name, "rows.0", … : (entity, table, part) identifies the row for ever
	Action   string     `json:"action"`         // insert | update | add | pick
	Key      []string   `json:"key"`            // update: the key's text; insert: the lost key that evidence names, else empty
	Cells    []PlanCell `json:"cells"`          // in the order of the table's columns
	P        PPM        `json:"p"`
	Why      string     `json:"why"` // one line: what carries the row
	Evidence []string   `json:"evidence"`
	Where    []PlanCell `json:"where,omitempty"` // add, pick: equalities, in the order of the table's columns
	Pick     []string   `json:"pick,omitempty"`  // pick: the columns that order the free rows
}

// PlanCell is one column of a row. Value and Was are in the engine's text input form; nil is NULL.
type PlanCell struct {
	Column   string
	Value    *string
	Was      *string // update: what the backup (or live) holds; compare-and-set
	Ref      *RowRef // the value is the key of another planned row, known only when that is written
	Mark     Mark
	Evidence []string
	Field    Field // canonical field it came from, "" for set/missing/like
}

// RowRef points at another planned row: (entity, table, part). Pos says which column of its key is meant,
// counting from 1; 0 is the only one.
type RowRef struct {
	Entity, Table, Part string
	Pos                 int `json:",omitempty"`
}

// HeldRow is a row that is not exported, and why.
type HeldRow struct {
	Entity EntityRef
	Table  string
	Code   string
	Reason string
	Due    string // RFC 3339 or ""
	Money  *Amount
}

// FenceEntry moves one sequence past every id that backup or evidence name.
type FenceEntry struct {
	Table, Column, Type string
	Sequence            string
	BackupMax           int64
	EvidenceMax         int64 // highest id that evidence names; 0 for none
	Floor               int64 // the sequence will give ids above this
}

// Anchor is a row of the backup that must still be in the target, by key and unchanging columns.
type Anchor struct {
	Table string
	Where []AnchorCol
}

// AnchorCol is one column of an anchor, in text form.
type AnchorCol struct{ Column, Value string }
