package learn

// This file: templates that were born after the backup. Nothing in the backup speaks of them, but other
// evidence of the lost window does: what learned rules, markup and the processor's own fields say of a booking
// is gathered by its code or key into a row that stands in for the backup's, and the trainer teaches from those.
// What it learns so bears less trust, since its teachers may err.

import (
	"strings"

	"salvage/model"
	"salvage/reconcile/normal"
)

// maxBorn is the most that a rule taught by other evidence is trusted.
const maxBorn model.PPM = 930_000

// minBornShare is the share of all stand-in rows, changed ones included, in which a place must agree with its field.
const minBornShare = 0.75

// bornPrefix marks claims by rules that other evidence taught.
const bornPrefix = "learned:born:"

// taught is one cell of a stand-in row with the reading that taught it.
type taught struct {
	cell
	from int
}

// standIn is a lost booking as far as trusted readings state it.
type standIn struct {
	cells   []taught
	seen    map[string]bool
	changed int64 // when it was last changed, microseconds; 0 when nothing says so
}

// bootstrap teaches places that only the lost window has, and reads again what they are in. It gives the indexes of
// the readings that must be read again.
func (m *Model) bootstrap(rows *Rows, st []Statement, slots *slotCache) []int {
	b := &bootstrapper{m: m, rows: &Rows{ids: map[fieldName]fieldID{}}, fleet: vehiclesByWord(rows), ins: map[string]*standIn{}}
	groups := b.groups(st)
	b.gather(st, groups)
	return b.teach(st, slots, groups)
}

type bootstrapper struct {
	m     *Model
	rows  *Rows // numbers the fields; holds no rows
	fleet map[string]*model.Record
	ins   map[string]*standIn
}

// vehiclesByWord finds a vehicle by what names one unit alone.
func vehiclesByWord(rows *Rows) map[string]*model.Record {
	out := map[string]*model.Record{}
	for i := range rows.List {
		v := rows.List[i].Vehicle
		if v == nil {
			continue
		}
		for _, f := range []model.Field{model.FPlate, model.FVIN, model.FCode} {
			if w := normal.Fold(v.Fields[f].Str); w != "" {
				out[w] = v
			}
		}
	}
	return out
}

// groups names the booking that each reading of the lost window speaks of by strong key; "" where it has none or
// several. Keys that one reading states together are one booking's.
func (b *bootstrapper) groups(st []Statement) []string {
	out, parent := make([]string, len(st)), map[string]string{}
	var find func(string) string
	find = func(k string) string {
		if p, ok := parent[k]; ok && p != k {
			r := find(p)
			parent[k] = r
			return r
		}
		return k
	}
	for i := range st {
		ks := b.keys(&st[i])
		if len(ks) == 0 {
			continue
		}
		out[i] = ks[0]
		for _, k := range ks[1:] {
			x, y := find(ks[0]), find(k)
			if x != y {
				parent[max(x, y)] = min(x, y)
			}
		}
	}
	for i := range out {
		if out[i] != "" {
			out[i] = find(out[i])
		}
	}
	return out
}

// keys are a reading's strong keys, of each kind the one that it names; nil for a reading of the overlap.
func (b *bootstrapper) keys(s *Statement) []string {
	if s.At == 0 || s.At < b.m.opt.Cut.UnixMicro() || s.Outcome == model.Unreadable || !s.Genuine {
		return nil
	}
	one := map[string]string{}
	for i := range s.Claims {
		c := &s.Claims[i]
		k := ""
		switch {
		case c.Kind == model.Reservation && c.Field == model.FCode:
			k = "code:" + normal.Fold(c.Value.Str)
		case c.Kind == model.Reservation && c.Field == model.FKey:
			k = "key:" + c.Value.Str
		case c.Field == model.FIntent && c.Value.Str != "":
			k = "intent:" + c.Value.Str
		default:
			continue
		}
		if was, ok := one[string(c.Field)]; ok && was != k {
			k = "" // names two: speaks of neither alone
		}
		one[string(c.Field)] = k
	}
	var out []string
	for _, f := range []model.Field{model.FCode, model.FKey, model.FIntent} {
		if k := one[string(f)]; k != "" {
			out = append(out, k)
		}
	}
	return out
}

// gather fills the stand-in rows from trusted claims.
func (b *bootstrapper) gather(st []Statement, groups []string) {
	for i := range st {
		g := groups[i]
		if g == "" {
			continue
		}
		in := b.ins[g]
		if in == nil {
			in = &standIn{seen: map[string]bool{}}
			b.ins[g] = in
		}
		if s := &st[i]; s.Act == model.ActChanged || s.Sequence > 0 {
			in.changed = max(in.changed, s.At)
		}
		for c := range st[i].Claims {
			if cl := &st[i].Claims[c]; trusted(cl) {
				b.take(in, i, cl)
			}
		}
	}
}

// trusted reports whether a claim may teach: what was measured, or what the structure itself says.
func trusted(c *model.Claim) bool {
	switch {
	case strings.HasPrefix(c.By, "learned:"):
		return c.Trust >= 900_000
	case strings.HasPrefix(c.By, "vocabulary@"):
		return c.Kind == model.Vehicle
	}
	return !strings.HasPrefix(c.By, "labels@") && !strings.HasPrefix(c.By, "roles@") && !strings.HasPrefix(c.By, "pattern@") && !strings.HasPrefix(c.By, "remainder@")
}

// take puts one claim into a stand-in row; a vehicle brings all that its own row says.
func (b *bootstrapper) take(in *standIn, from int, c *model.Claim) {
	if c.Kind == model.Vehicle {
		if v := b.fleet[normal.Fold(c.Value.Str)]; v != nil && c.Field != model.FName {
			b.add(in, from, model.Vehicle, v)
		}
		return
	}
	if c.Value.Type == model.Ref {
		k := "\x00loc:" + c.Value.Str
		b.put(in, taught{cell{id: b.rows.id(c.Kind, c.Field), val: c.Value, fold: k}, from})
		return
	}
	b.add(in, from, c.Kind, &model.Record{Kind: c.Kind, Fields: map[model.Field]model.Value{c.Field: c.Value}})
	if c.Kind == model.Payment && c.Field == model.FAmount && b.m.firstPays {
		b.add(in, from, model.Reservation, &model.Record{Fields: map[model.Field]model.Value{model.FDeposit: c.Value}})
	}
}

func (b *bootstrapper) add(in *standIn, from int, k model.Kind, r *model.Record) {
	row := Row{Res: r}
	b.rows.add(&row, k, r)
	for _, c := range row.cells {
		if c.fold != "" || c.val.Type != model.Text {
			b.put(in, taught{c, from})
		}
	}
}

func (b *bootstrapper) put(in *standIn, t taught) {
	k := string(b.rows.names[t.id].kind) + "." + string(b.rows.names[t.id].field) + "\x00" + t.fold + t.val.String()
	if len(in.cells) < 200 && !in.seen[k] {
		in.seen[k] = true
		in.cells = append(in.cells, t)
	}
}

// row is the stand-in for one reading: what others state of its booking.
func (b *bootstrapper) row(in *standIn, but int) *Row {
	row := &Row{Res: &model.Record{Fields: map[model.Field]model.Value{}}, Updated: in.changed}
	for _, t := range in.cells {
		if t.from == but {
			continue
		}
		row.cells = append(row.cells, t.cell)
		if f := b.rows.names[t.id].field; t.val.Type == model.Ref {
			row.Res.Fields[f] = t.val
		}
	}
	return row
}

// teach trains the places that the overlap never saw often enough to judge.
func (b *bootstrapper) teach(st []Statement, slots *slotCache, groups []string) []int {
	m := b.m
	t := newTrainer(m, b.rows)
	t.share = minBornShare
	t.known = m.judged
	var in []int
	for i := range st {
		if groups[i] != "" && len(b.ins[groups[i]].cells) > 0 {
			t.count(&st[i].in, slots.of(i))
			in = append(in, i)
		}
	}
	for _, i := range in {
		if row := b.row(b.ins[groups[i]], i); len(row.cells) > 0 {
			t.add(st[i].Reading, &st[i].in, slots.of(i), row)
		}
	}
	scopes := m.acceptBorn(t)
	var again []int
	for i := range st {
		if st[i].At < m.opt.Cut.UnixMicro() || st[i].Outcome == model.Unreadable {
			continue
		}
		if st[i].in.has(scopes) {
			again = append(again, i)
		}
	}
	return again
}

// acceptBorn keeps what holds and gives the scopes that gained a rule.
func (m *Model) acceptBorn(t *trainer) map[string]bool {
	scopes := map[string]bool{}
	cands := m.zoneCandidates()
	for _, k := range t.keys() {
		r := t.accept(k, t.stats[k], cands)
		if r == nil || m.rules[k] != nil {
			continue
		}
		r.Trust = min(r.Trust, maxBorn)
		r.ID = bornPrefix + strings.TrimPrefix(r.ID, "learned:")
		m.rules[k] = r
		m.Rules = append(m.Rules, r.Rule)
		scopes[k.scope] = true
	}
	return scopes
}

// learnFirstPays finds whether the company's deposit is, as a rule, the amount of one of the booking's payments.
func (m *Model) learnFirstPays(rows *Rows) {
	same, all := 0, 0
	for i := range rows.List {
		dep := rows.List[i].Res.Fields[model.FDeposit]
		if dep.Type != model.Money || dep.Num == 0 {
			continue
		}
		paid, found := false, false
		for _, c := range rows.List[i].cells {
			if rows.names[c.id] == (fieldName{model.Payment, model.FAmount}) {
				paid = true
				found = found || c.val.Num == dep.Num
			}
		}
		if paid {
			all++
			if found {
				same++
			}
		}
	}
	m.firstPays = all >= minJudged && same*10 >= all*9
}
