package model

// This file: entities, the rebuilt things, and the cells they are settled into.

// State of an entity against the backup: unchanged, updated or rebuilt.
type State string

// The states.
const (
	Unchanged State = "unchanged"
	Updated   State = "updated"
	Rebuilt   State = "rebuilt"
)

// Mark says how a cell came to its value.
type Mark string

// The marks, from the surest to the least sure; Kept is a value of the backup that nothing touched.
const (
	Certified Mark = "certified"
	Likely    Mark = "likely"
	Derived   Mark = "derived" // follows from settled values by the rule that Cell.Rule names
	Filled    Mark = "filled"  // no evidence: the mapping's missing, like or default
	Kept      Mark = "kept"
)

// ClaimRef names a claim by its evidence and place, with the words as they stand there.
type ClaimRef struct {
	Evidence string `json:"evidence"` // Evidence.Key or Record.Ref
	At       int64  `json:"at,omitempty"`
	Span     Span   `json:"where"`
	Text     string `json:"text,omitempty"`
	By       string `json:"by,omitempty"`
}

// Cell is one settled field of an entity.
type Cell struct {
	Value   Value      `json:"value"`
	Mark    Mark       `json:"mark"`
	P       PPM        `json:"p,omitempty"`
	Rule    string     `json:"rule,omitempty"` // how a derived or filled value came about, or how the lifecycle settled it
	Was     Value      `json:"was"`            // the backup's value when this is a change
	Changed bool       `json:"changed,omitempty"`
	For     []ClaimRef `json:"for,omitempty"`
	Against []ClaimRef `json:"against,omitempty"`
}

// Term is one line of a link's waterfall: what was compared, how it came out, its weight in millinats.
type Term struct {
	Code   string `json:"code"`
	Level  string `json:"level"`
	Weight int64  `json:"weight"`
}

// Link says that a piece of evidence (or a row of the backup or of live) speaks of an entity, how sure, and why.
type Link struct {
	Evidence string `json:"evidence"`
	P        PPM    `json:"p"`
	Strong   bool   `json:"strong,omitempty"` // joined by a strong key or by a person's decision
	Slot     string `json:"slot,omitempty"`   // payments: full, deposit, balance, delta, extra
	Why      []Term `json:"why,omitempty"`
}

// Hold says why an entity is not exported.
type Hold struct {
	Code   string `json:"code"`   // conflict code, or "single_source", "no_evidence:<field>", "class_d"
	Reason string `json:"reason"` // in plain words
}

// Entity is one rebuilt (or kept) thing.
type Entity struct {
	ID      string // "<kind>:<uuid>", UUIDv5 of the backup key, else the code, else the earliest evidence key
	Kind    Kind
	Label   string // for people: code, name, or what is known
	State   State
	Backup  *Record // the backup's row; nil for a rebuilt one
	Live    *Record // the row of the live database that it was linked to; nil for none
	WantKey string  // the lost primary key, when evidence names it
	Fields  map[Field]Cell
	Links   []Link   // sorted by evidence key
	Sources []string // distinct independent source types that speak of it, sorted
	P       PPM      // real, distinct and of the right customer
	Strong  bool     // carried by a strong key
	Holds   []Hold   // empty: exported
	Aliases []string
}

// Held reports whether the entity stays out of the export.
func (e *Entity) Held() bool { return len(e.Holds) > 0 }

// Get gives a settled field's value; the zero Value when it has none.
func (e *Entity) Get(f Field) Value { return e.Fields[f].Value }
