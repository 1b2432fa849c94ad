package fuse

// This file: rows that the backup has. They are replayed: only what was said after the cut changes them, and
// only when it is said by a letter whose reading was measured or which announces a change, or by two sources.

import (
	"salvage/model"
	"salvage/reconcile/learn"
	"salvage/reconcile/match"
)

// measured is the trust from which a reading may change a row of the backup by itself.
const measured model.PPM = 970_000

// update brings a backup's row up to date.
func (f *fuser) update(e *model.Entity, n *match.Node, sts []*learn.Statement) {
	shape := f.opt.Shape.Kinds[model.Reservation]
	var after []*learn.Statement
	for _, s := range sts {
		if s.At > f.opt.Cut {
			after = append(after, s)
		}
	}
	if len(after) > 0 {
		for _, fl := range shape.Update {
			switch fl {
			case model.FStatus, model.FVehicle, model.FCustomer, model.FUpdatedAt, model.FCreatedAt, model.FCancelledAt, model.FPaid, model.FBalance, model.FCode, model.FIntent, model.FSession, model.FEvent, model.FNotes:
				continue
			}
			f.updateField(e, fl, f.precise(fl, all(after, model.Reservation, fl)))
		}
		f.updateVehicle(e, n, shape)
	}
	f.order(e)
	f.updateStatus(e, n, after, shape)
	if hasField(shape.Update, model.FStatus) && !f.over(e) {
		f.askUnproven(e, n, after)
	}
	for _, c := range e.Fields {
		if c.Changed {
			e.State = model.Updated
		}
	}
}

// updateField changes one field, or asks.
func (f *fuser) updateField(e *model.Entity, fl model.Field, list []said) {
	if changedByHand(e, fl) {
		return
	}
	v := f.settle(list)
	was := e.Fields[fl].Value
	if !v.ok || f.agree(v.cell.Value, was) || v.cell.Value.Type == model.Date && was.Type == model.Instant {
		return
	}
	if was.IsZero() && v.cell.Value.Type == model.Date && isMoment(fl) {
		return
	}
	c := v.cell
	c.Was, c.Changed = was, true
	switch {
	case f.over(e) && fl != model.FReturnedAt && fl != model.FOutAt:
		f.askLate(e, fl, v, was)
	case f.carries(v, was):
		c.Rule = "said after the cut"
		e.Fields[fl] = c
	default:
		f.askUpdate(e, fl, v, was)
	}
}

// changedByHand reports whether the live database holds another value than the backup: what people changed since the
// restore is kept.
func changedByHand(e *model.Entity, fl model.Field) bool {
	return e.Live != nil && e.Backup != nil && e.Live.Fields[fl] != e.Backup.Fields[fl]
}

// over reports whether the backup's row had ended before the cut: what is said of it later is more likely said of
// another booking.
func (f *fuser) over(e *model.Entity) bool {
	end := e.Backup.Fields[model.FEndsAt]
	return end.Type == model.Instant && end.Num < f.opt.Cut-day
}

func isMoment(fl model.Field) bool {
	switch fl {
	case model.FStartsAt, model.FEndsAt, model.FOutAt, model.FReturnedAt:
		return true
	}
	return false
}

// carries reports whether the evidence is enough to change a row by itself.
func (f *fuser) carries(v verdict, was model.Value) bool {
	sources, strong := map[string]bool{}, false
	for _, s := range v.all {
		if !f.agree(s.value, v.cell.Value) {
			continue
		}
		sources[s.source] = true
		if s.source == "mail" && (s.trust >= measured && s.by != "labels@1" || s.act == model.ActChanged || s.act == model.ActReturned || was.IsZero() && s.trust >= trustEnough) {
			strong = true
		}
	}
	return !v.open && (strong || len(sources) > 1)
}

const trustEnough model.PPM = 900_000

// updateVehicle changes the unit when a letter that announces a change, or two sources, name another one.
func (f *fuser) updateVehicle(e *model.Entity, n *match.Node, shape model.KindShape) {
	if !hasField(shape.Update, model.FVehicle) || f.over(e) || changedByHand(e, model.FVehicle) {
		return
	}
	was := e.Get(model.FVehicle)
	by := map[string]map[string]bool{}
	var pick *match.Mention
	for _, me := range n.Mentions {
		if len(me.Vehicles) != 1 || !me.Genuine || lastAt(me) <= f.opt.Cut || me.Vehicles[0] == was.Str {
			continue
		}
		k := me.Vehicles[0]
		if by[k] == nil {
			by[k] = map[string]bool{}
		}
		by[k][me.Source] = true
		if me.Source == "mail" && me.Act == model.ActChanged {
			by[k]["announced"] = true
		}
		if pick == nil || lastAt(me) >= lastAt(pick) {
			pick = me
		}
	}
	if pick == nil {
		return
	}
	cell := model.Cell{Value: model.RefValue(pick.Vehicles[0]), Mark: model.Likely, P: 940_000, Was: was, Changed: true,
		For: []model.ClaimRef{{Evidence: pick.Key, At: lastAt(pick), Text: pick.VehicleText}}, Rule: "said after the cut"}
	if len(by[pick.Vehicles[0]]) > 1 {
		e.Fields[model.FVehicle] = cell
		return
	}
	f.askVehicle(e, pick, was)
}

func hasField(list []model.Field, f model.Field) bool {
	for _, x := range list {
		if x == f {
			return true
		}
	}
	return false
}
