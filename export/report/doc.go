// Package report writes what people read: the report page, the board for the counter, and the
// list of conflicts as JSON and CSV. Everything is a pure function of [Input]; the same input
// gives the same bytes.
//
// The pages are single files that work from disk, on paper and on a phone: no script, no outside
// request (a content security policy says so to the browser), light or dark as the reader's
// system is. Evidence is hostile text: html/template escapes all of it, and CSV cells that a
// spreadsheet would run as a formula are quoted.
//
// A reservation's customer and vehicle are references: an entity id, or the key of a backup row.
// Money is shown in its own currency, times in the business's zone.
package report

import (
	"time"

	"salvage/model"
)

// Input is everything that the pages depend on.
type Input struct {
	Business  string
	Zone      *time.Location // in which days begin and times are shown
	Now       time.Time      // the only notion of today
	Cut, Wipe time.Time
	Summary   model.Summary
	Entities  []*model.Entity
	Conflicts []model.Conflict // by urgency, as the reconciler sorted them
	Held      []model.HeldRow
}

// index finds entities by what a reference may hold.
type index struct {
	byID  map[string]*model.Entity
	byKey map[model.Kind]map[string]*model.Entity
	paid  map[*model.Entity]int64 // minor units received for a reservation
	asks  map[string][]string     // entity id -> questions that are open
}

func newIndex(in Input) *index {
	x := &index{byID: map[string]*model.Entity{}, byKey: map[model.Kind]map[string]*model.Entity{}, paid: map[*model.Entity]int64{}, asks: map[string][]string{}}
	for _, e := range in.Entities {
		x.byID[e.ID] = e
		for _, a := range e.Aliases {
			x.byID[a] = e
		}
		for _, r := range []*model.Record{e.Backup, e.Live} {
			if r != nil {
				x.put(e, r.Key)
			}
		}
	}
	for _, e := range in.Entities {
		if e.Kind == model.Payment && received(e) {
			if res := x.get(model.Reservation, e.Get(model.FReservation)); res != nil {
				x.paid[res] += e.Get(model.FAmount).Num
			}
		}
	}
	for _, c := range in.Conflicts {
		if c.Decided == nil {
			x.asks[c.Entity.ID] = append(x.asks[c.Entity.ID], c.Question)
		}
	}
	return x
}

func (x *index) put(e *model.Entity, key string) {
	if x.byKey[e.Kind] == nil {
		x.byKey[e.Kind] = map[string]*model.Entity{}
	}
	if x.byKey[e.Kind][key] == nil {
		x.byKey[e.Kind][key] = e
	}
}

// get follows a reference; nil when it leads nowhere.
func (x *index) get(k model.Kind, ref model.Value) *model.Entity {
	if e := x.byID[ref.Str]; e != nil && e.Kind == k {
		return e
	}
	return x.byKey[k][ref.Str]
}

// received reports whether a payment's money has arrived, as far as its settled status and kind say.
func received(e *model.Entity) bool {
	if e.Get(model.FPayKind).Str == model.PayHold {
		return false
	}
	switch e.Get(model.FStatus).Str {
	case "failed", "canceled", "cancelled", "pending", "processing", "requires_payment_method", "requires_action", "requires_capture", "requires_confirmation":
		return false
	}
	return true
}
