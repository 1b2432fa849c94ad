package fuse

// This file: questions to a person, and what their answers do.

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"salvage/model"
	"salvage/reconcile/match"
	"salvage/reconcile/normal"
)

// ask raises a conflict about an entity and gives the decided choice, "" while it is open.
func (f *fuser) ask(e *model.Entity, code string, sev model.Severity, fl model.Field, question string, opts []model.Option) string {
	c := model.Conflict{ID: conflictID(code, e.ID, fl), Code: code, Severity: sev, Field: fl, Question: question, Options: opts,
		Entity: entityRef(e), Due: f.due(e), Money: moneyOf(e), Cause: code}
	c.Sees = seen(c)
	d, ok := f.opt.Decisions[c.ID]
	if ok {
		c.Decided = &model.Decision{Conflict: d.Conflict, Choice: d.Choice, Sees: d.Sees, Who: d.Who, Note: d.Note}
	}
	f.out.Conflicts = append(f.out.Conflicts, c)
	return d.Choice
}

// conflictID is stable across runs: it depends on what is asked of which thing, never on the claims.
func conflictID(code, entity string, fl model.Field) string {
	h := sha256.Sum256([]byte(code + "\x00" + entity + "\x00" + string(fl)))
	return code + "-" + hex.EncodeToString(h[:4])
}

func entityRef(e *model.Entity) model.EntityRef {
	ref := e.ID
	switch {
	case e.Get(model.FCode).Str != "":
		ref = string(e.Kind) + ":" + e.Get(model.FCode).Str
	case e.Backup != nil:
		ref = string(e.Kind) + ":" + e.Backup.Key
	}
	return model.EntityRef{Kind: e.Kind, Ref: ref, Label: e.Label, ID: e.ID}
}

// due is the next moment at which the customer stands at the counter; nil when that is past.
func (f *fuser) due(e *model.Entity) *string {
	for _, fl := range []model.Field{model.FStartsAt, model.FEndsAt} {
		if v := e.Get(fl); v.Type == model.Instant && v.Num >= f.opt.Wipe {
			s := v.Time().Format(time.RFC3339)
			return &s
		}
	}
	return nil
}

func moneyOf(e *model.Entity) *model.Amount {
	for _, fl := range []model.Field{model.FTotal, model.FAmount} {
		if v := e.Get(fl); v.Type == model.Money {
			return &model.Amount{Minor: v.Num, Currency: v.Cur}
		}
	}
	return nil
}

// seen is a hash of what a person is shown.
func seen(c model.Conflict) string {
	b, err := json.Marshal([]any{c.Question, c.Options})
	if err != nil {
		return ""
	}
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:8])
}

// shown turns a claim into what an option shows.
func shown(r model.ClaimRef) model.Shown {
	source, native, _ := strings.Cut(r.Evidence, ":")
	if native == "" {
		source, native = "backup", r.Evidence
	}
	s := model.Shown{Source: source, Native: native, Where: r.Span.Part, Text: r.Text}
	if r.At != 0 {
		s.SaidAt = time.UnixMicro(r.At).UTC().Format(time.RFC3339)
	}
	return s
}

func shownAll(refs []model.ClaimRef) []model.Shown {
	out := []model.Shown{}
	for _, r := range refs {
		if len(out) < 6 {
			out = append(out, shown(r))
		}
	}
	return out
}

func shownLinks(e *model.Entity) []model.Shown {
	out := []model.Shown{}
	for _, l := range e.Links {
		if len(out) >= 6 {
			break
		}
		out = append(out, shown(model.ClaimRef{Evidence: l.Evidence, Text: e.Label}))
	}
	return out
}

// valueOptions are one answer a value, the settled one first.
func (f *fuser) valueOptions(v verdict) []model.Option {
	var out []model.Option
	add := func(val model.Value, refs []model.ClaimRef, effect string) {
		vv := val
		out = append(out, model.Option{Choice: string(rune('a' + len(out))), Value: &vv, Shown: f.show(val), Evidence: shownAll(refs), Effect: effect})
	}
	add(v.cell.Value, v.cell.For, "this value is written")
	for _, r := range v.rival {
		var refs []model.ClaimRef
		for _, s := range v.all {
			if f.agree(s.value, r.value) {
				refs = append(refs, s.ref)
			}
		}
		add(r.value, refs, "this value is written instead")
	}
	return out
}

// show writes a value for people: times on the business's clock.
func (f *fuser) show(v model.Value) string {
	if v.Type == model.Instant {
		return v.Time().In(f.opt.Zone).Format("2006-01-02 15:04 MST")
	}
	return v.String()
}

// fieldCode maps a field to its conflict code and severity.
func fieldCode(fl model.Field) (string, model.Severity) {
	switch fl {
	case model.FStartsAt, model.FEndsAt, model.FOutAt, model.FReturnedAt:
		return "FV01", model.S2
	case model.FVehicle, model.FVehicles, model.FClass:
		return "FV04", model.S2
	case model.FTotal, model.FDeposit, model.FBalance, model.FPaid:
		return "FV05", model.S2
	}
	return "FV07", model.S4
}

// openField asks which of several values of a rebuilt field counts.
func (f *fuser) openField(e *model.Entity, fl model.Field, v verdict) {
	code, sev := fieldCode(fl)
	if e.Label == "" {
		e.Label = e.ID
	}
	opts := f.valueOptions(v)
	choice := f.ask(e, code, sev, fl, fmt.Sprintf("Sources disagree on %s. Which one counts?", fl), opts)
	if val, ok := f.chosen(choice, fl, opts); ok {
		v.cell = decided(v.cell, val)
	} else if hasField(f.opt.HoldFields, fl) {
		hold(e, code, "sources disagree on "+string(fl))
	}
	e.Fields[fl] = v.cell
}

// chosen turns an answer into a value.
func (f *fuser) chosen(choice string, fl model.Field, opts []model.Option) (model.Value, bool) {
	for _, o := range opts {
		if o.Choice == choice && o.Value != nil {
			return *o.Value, true
		}
	}
	if typed, ok := strings.CutPrefix(choice, "value="); ok {
		return f.parse(fl, typed)
	}
	return model.Value{}, false
}

// parse reads a typed answer for a field.
func (f *fuser) parse(fl model.Field, s string) (model.Value, bool) {
	s = strings.TrimSpace(s)
	switch {
	case isMoment(fl) || fl == model.FCreatedAt || fl == model.FPaidAt || fl == model.FCancelledAt:
		for _, layout := range []string{time.RFC3339, "2006-01-02 15:04", "2006-01-02T15:04", "2006-01-02 15:04:05"} {
			if t, err := time.ParseInLocation(layout, s, f.opt.Zone); err == nil {
				return model.InstantValue(t), true
			}
		}
		return model.Value{}, false
	case fl == model.FTotal || fl == model.FDeposit || fl == model.FBalance || fl == model.FPaid || fl == model.FAmount:
		x, err := decimal.NewFromString(s)
		if err != nil {
			return model.Value{}, false
		}
		x = x.Shift(int32(model.MinorDigits(f.opt.Currency)))
		if !x.IsInteger() || x.Abs().GreaterThan(decimal.New(1, 15)) {
			return model.Value{}, false
		}
		return model.MoneyValue(x.IntPart(), f.opt.Currency), true
	case fl == model.FVehicle || fl == model.FCustomer || fl == model.FPickupLoc || fl == model.FReturnLoc || fl == model.FReservation:
		return f.parseRef(fl, s)
	case fl == model.FStatus:
		w := normal.StatusOf(s)
		return model.TextValue(w), w != ""
	}
	return model.TextValue(s), s != ""
}

// parseRef finds the row a typed answer names: by key, code, plate, name or address.
func (f *fuser) parseRef(fl model.Field, s string) (model.Value, bool) {
	kind := map[model.Field]model.Kind{model.FVehicle: model.Vehicle, model.FCustomer: model.Customer, model.FPickupLoc: model.Location, model.FReturnLoc: model.Location, model.FReservation: model.Reservation}[fl]
	if f.books == nil {
		return model.Value{}, false
	}
	want := normal.Fold(s)
	for _, r := range f.books.Records[kind] {
		for _, c := range []model.Field{model.FCode, model.FPlate, model.FName, model.FEmail, model.FFullName} {
			if v := r.Fields[c]; v.Str != "" && normal.Fold(v.Str) == want {
				return model.RefValue(r.Key), true
			}
		}
		if r.Key == s {
			return model.RefValue(r.Key), true
		}
	}
	return model.Value{}, false
}

func decided(c model.Cell, v model.Value) model.Cell {
	c.Value, c.Mark, c.P, c.Rule = v, model.Certified, model.Certain, "decided by a person"
	return c
}

func decidedCell(v model.Value) model.Cell { return decided(model.Cell{}, v) }

// askValue asks for a value that no evidence names.
func (f *fuser) askValue(e *model.Entity, fl model.Field) model.Value {
	choice := f.ask(e, "BK03", model.S1, fl, fmt.Sprintf("The row needs %s and no evidence names it. What is it?", fl),
		[]model.Option{{Choice: "drop", Shown: "leave the row out", Evidence: []model.Shown{}, Effect: "the row stays out of the export; answer value=… to give it"}})
	v, _ := f.chosen(choice, fl, nil)
	return v
}

// askUpdate asks whether a change of a backup's row that evidence suggests is real.
func (f *fuser) askUpdate(e *model.Entity, fl model.Field, v verdict, was model.Value) {
	old := was
	opts := f.valueOptions(v)
	opts = append(opts, model.Option{Choice: "keep", Value: &old, Shown: f.show(was), Evidence: []model.Shown{}, Effect: "the backup's value stays"})
	choice := f.ask(e, "BK01", model.S2, fl, fmt.Sprintf("Evidence from after the backup gives another %s than the backup. Did it change?", fl), opts)
	if val, ok := f.chosen(choice, fl, opts); ok && choice != "keep" {
		c := decided(v.cell, val)
		c.Was, c.Changed = was, true
		e.Fields[fl] = c
	}
}

// askLate asks about a change of a stay that was over before the backup was made.
func (f *fuser) askLate(e *model.Entity, fl model.Field, v verdict, was model.Value) {
	old := was
	opts := append(f.valueOptions(v), model.Option{Choice: "keep", Value: &old, Shown: f.show(was), Evidence: []model.Shown{}, Effect: "the backup's value stays"})
	choice := f.ask(e, "LC05", model.S3, fl, fmt.Sprintf("The stay was over when the backup was made, and later evidence gives another %s. Does it speak of this booking?", fl), opts)
	if val, ok := f.chosen(choice, fl, opts); ok && choice != "keep" {
		c := decided(v.cell, val)
		c.Was, c.Changed = was, true
		e.Fields[fl] = c
	}
}

func (f *fuser) askVehicle(e *model.Entity, me *match.Mention, was model.Value) {
	v := model.RefValue(me.Vehicles[0])
	ref := model.ClaimRef{Evidence: me.Key, At: lastAt(me), Text: me.VehicleText}
	opts := []model.Option{{Choice: "a", Value: &v, Shown: me.VehicleText, Evidence: shownAll([]model.ClaimRef{ref}), Effect: "the vehicle is changed"},
		{Choice: "keep", Shown: "as in the backup", Evidence: []model.Shown{}, Effect: "the backup's vehicle stays"}}
	choice := f.ask(e, "FV04", model.S2, model.FVehicle, "One source gives another vehicle than the backup. Was it swapped?", opts)
	if val, ok := f.chosen(choice, model.FVehicle, opts); ok && choice != "keep" {
		e.Fields[model.FVehicle] = model.Cell{Value: val, Mark: model.Certified, P: model.Certain, Rule: "decided by a person", Was: was, Changed: true, For: []model.ClaimRef{ref}}
	}
}

// openVehicle asks which vehicle of a rebuilt booking counts.
func (f *fuser) openVehicle(e *model.Entity, a, b *match.Mention) (model.Value, bool) {
	opt := func(c string, me *match.Mention) model.Option {
		v := model.RefValue(me.Vehicles[0])
		return model.Option{Choice: c, Value: &v, Shown: me.VehicleText, Evidence: shownAll([]model.ClaimRef{{Evidence: me.Key, At: lastAt(me), Text: me.VehicleText}}), Effect: "this vehicle is written"}
	}
	opts := []model.Option{opt("a", a), opt("b", b)}
	return f.chosen(f.ask(e, "FV04", model.S2, model.FVehicle, "Sources name different vehicles. Which one was it?", opts), model.FVehicle, opts)
}

func (f *fuser) askCancelled(e *model.Entity, c course) {
	v, old := model.TextValue(model.Cancelled), e.Get(model.FStatus)
	opts := []model.Option{{Choice: "cancelled", Value: &v, Shown: model.Cancelled, Evidence: shownAll([]model.ClaimRef{stRef(c.cancelled)}), Effect: "the booking is marked cancelled"},
		{Choice: "keep", Value: &old, Shown: old.Str, Evidence: []model.Shown{}, Effect: "the backup's state stays"}}
	choice := f.ask(e, "LC01", model.S2, model.FStatus, f.cancelQuestion(e), opts)
	if val, ok := f.chosen(choice, model.FStatus, opts); ok && val != old {
		e.Fields[model.FStatus] = model.Cell{Value: val, Mark: model.Certified, P: model.Certain, Rule: "decided by a person", Was: old, Changed: true, For: []model.ClaimRef{stRef(c.cancelled)}}
	}
}

// cancelQuestion says why a cancellation is not simply believed.
func (f *fuser) cancelQuestion(e *model.Entity) string {
	if f.over(e) {
		return "The stay was over when the backup was made, and later evidence calls it cancelled. Was it?"
	}
	return "Only the calendar says that this booking was cancelled. Was it?"
}

func (f *fuser) askCourse(e *model.Entity, c course) {
	v, w := model.TextValue(model.Cancelled), model.TextValue(model.Confirmed)
	opts := []model.Option{{Choice: "cancelled", Value: &v, Shown: model.Cancelled, Evidence: shownAll([]model.ClaimRef{stRef(c.cancelled)}), Effect: "the booking is marked cancelled"},
		{Choice: "stands", Value: &w, Shown: "stands", Evidence: shownAll([]model.ClaimRef{stRef(c.reopened)}), Effect: "the booking stands"}}
	was := e.Get(model.FStatus)
	choice := f.ask(e, "LC01", model.S2, model.FStatus, "It was cancelled, and a later message speaks of it as standing. Which is it?", opts)
	if val, ok := f.chosen(choice, model.FStatus, opts); ok && (e.Backup == nil || choice != "stands") {
		e.Fields[model.FStatus] = model.Cell{Value: val, Mark: model.Certified, P: model.Certain, Rule: "decided by a person", Was: was, Changed: e.Backup != nil && val != was}
	}
}

func foldEqual(a, b string) bool { return a == b || normal.Fold(a) == normal.Fold(b) && a != "" }
