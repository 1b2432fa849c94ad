package model

// This file: conflicts, and the decisions that settle them.

// Severity of a conflict.
type Severity string

// S1 blocks the export of the row; S2 wants a look before the customer arrives; S3 review; S4 note.
const (
	S1 Severity = "S1"
	S2 Severity = "S2"
	S3 Severity = "S3"
	S4 Severity = "S4"
)

// Conflict is claims that cannot all be true, or a thing that cannot be exported as it is. Its JSON is the
// contract of conflicts.json.
type Conflict struct {
	ID       string    `json:"id"` // stable: a hash of code, entity and field, never of the claims
	Code     string    `json:"code"`
	Severity Severity  `json:"severity"`
	Due      *string   `json:"due"` // RFC 3339 instant or null
	Money    *Amount   `json:"money"`
	Entity   EntityRef `json:"entity"`
	Field    Field     `json:"field,omitempty"`
	Question string    `json:"question"`
	Options  []Option  `json:"options"`
	Decided  *Decision `json:"decided"`
	Sees     string    `json:"sees"`            // hash of what a person is shown: a decision remembers it
	Cause    string    `json:"cause,omitempty"` // conflicts of one cause are grouped by it
}

// Amount is money in minor units.
type Amount struct {
	Minor    int64  `json:"minor"`
	Currency string `json:"currency"`
}

// EntityRef names the entity a conflict is about.
type EntityRef struct {
	Kind  Kind   `json:"kind"`
	Ref   string `json:"ref"` // "kind:code" or "kind:key" or the entity id
	Label string `json:"label"`
	ID    string `json:"id"`
}

// Option is one answer a person may give.
type Option struct {
	Choice   string  `json:"choice"` // the word to type
	Value    *Value  `json:"-"`
	Shown    string  `json:"value"`
	Evidence []Shown `json:"evidence"`
	Effect   string  `json:"effect"`
}

// Shown is a piece of evidence as an option shows it.
type Shown struct {
	Source string `json:"source"`
	Native string `json:"native"`
	SaidAt string `json:"said_at,omitempty"`
	Where  string `json:"where"`
	Text   string `json:"text"`
}

// Decision is a person's answer to a conflict: one more claim. Decisions are append-only; the newest one of a conflict counts.
type Decision struct {
	Conflict string `json:"conflict"`
	Choice   string `json:"choice"`       // an option's choice, or "value=…"
	Sees     string `json:"sees"`         // Conflict.Sees when it was made
	At       string `json:"at,omitempty"` // RFC 3339; kept in the case, never in a result
	Who      string `json:"who,omitempty"`
	Note     string `json:"note,omitempty"`
}
