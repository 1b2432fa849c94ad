package fuse

// This file: stays that stand in the database already under another name, as when people typed a lost booking in
// again by hand and it was given a new number.

import (
	"fmt"

	"salvage/model"
	"salvage/reconcile/match"
)

// stay is who stays when; times in microseconds.
type stay struct {
	customer   int
	start, end int64
}

// stayOf gives a stay; ok is false when the customer or a time is not known.
func stayOf(customer int, start, end model.Value) (s stay, ok bool) {
	return stay{customer, start.Num, end.Num}, customer >= 0 && start.Type == model.Instant && end.Type == model.Instant
}

// learnRows notes the stays that have rows and were not cancelled.
func (f *fuser) learnRows() {
	f.rows = map[stay][]*match.Node{}
	for _, n := range f.m.Nodes {
		row := n.Live
		if row == nil {
			row = n.Backup
		}
		if row == nil || row.Fields[model.FStatus].Str == model.Cancelled {
			continue
		}
		if s, ok := stayOf(n.Customer, row.Fields[model.FStartsAt], row.Fields[model.FEndsAt]); ok {
			f.rows[s] = append(f.rows[s], n)
		}
	}
}

// twin is a row of the same customer at the very same times that the stay may be: nothing says another unit. Of
// rows of the backup a stay with a strong key of its own is known to be none.
func (f *fuser) twin(e *model.Entity, n *match.Node) *model.Record {
	s, ok := stayOf(n.Customer, e.Get(model.FStartsAt), e.Get(model.FEndsAt))
	if !ok {
		return nil
	}
	unit := e.Get(model.FVehicle).Str
	for _, o := range f.rows[s] {
		row := o.Live
		if row == nil && !e.Strong {
			row = o.Backup
		}
		if row == nil {
			continue
		}
		if has := row.Fields[model.FVehicle].Str; unit == "" || has == "" || unit == has {
			return row
		}
	}
	return nil
}

// gateTwin asks about a stay that stands in the database already.
func (f *fuser) gateTwin(e *model.Entity, n *match.Node) {
	row := f.twin(e, n)
	if row == nil || e.Held() {
		return
	}
	if f.ask(e, "ID01", model.S2, "", fmt.Sprintf("%s is of the same customer and times as %s, which stands in the database. Is it a booking of its own?", e.Label, recordLabel(row)),
		keepDrop(e, "its own booking: export it", "the same as the other: leave it out")) != "keep" {
		hold(e, "ID01", "the same customer and times as "+recordLabel(row))
	}
}
