// Package reconcile rebuilds reservations, customers and payments by matching evidence against
// the last good backup. It is a pure function of its input: no clock, no I/O, no map order, no
// goroutine order in a result.
//
// The stages, each a folder: normal (typed values out of text, names, phones), learn (how each
// source speaks, taught by the backup), match (which mentions are one thing), fuse (one value a
// field, by lifecycle), measure (what may be exported, what is missing).
package reconcile

import (
	"time"

	"salvage/model"
	"salvage/reconcile/learn"
)

// Input is everything a reconciliation depends on.
type Input struct {
	Books, Live *model.Books // the last good backup; the live database, nil without one
	Shape       model.Shape
	Readings    []*model.Reading // sorted by Key, then as stored
	Decisions   []model.Decision
	Business    string
	Senders     []string // "@example.test" or whole addresses: whose confirmations are genuine
	Authserv    []string // servers whose Authentication-Results count; empty: learned
	Zone        string   // IANA zone of naive times in sources
	Currency    string
	Cut, Wipe   time.Time
	Resumed     time.Time
	Now         time.Time
	MaxError    float64 // fraction
	HoldFields  []model.Field
	Aliases     map[model.Kind]map[string]string // words of the evidence -> row keys
	Rules       []model.ReadingRule              // of reading, given by a person
	Workers     int
	Progress    func(stage string, done, total int)
}

// Result is what a reconciliation yields, sorted: entities by id, conflicts by urgency.
type Result struct {
	Entities  []*model.Entity
	Conflicts []model.Conflict
	Measured  model.Measured
	Missing   model.Missing
	Rules     []learn.Rule // what was learned, for people to read
	Linked    int          // pieces of evidence of the overlap that were linked to a row
}
