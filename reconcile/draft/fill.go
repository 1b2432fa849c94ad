package draft

// This file: what stands in required columns that no field fills, and in fields that no evidence names.

import (
	"fmt"
	"slices"
	"strings"

	"salvage/model"
	"salvage/model/mapping"
)

func (d *Draft) fill(e *Entity, guests []*Field) {
	d.fillTable(e, e.main, "", guests)
	for _, j := range e.Joins {
		if j.Own != "" {
			d.fillTable(e, j.t, j.Name, guests)
		}
	}
}

func (d *Draft) fillTable(e *Entity, t *table, join string, guests []*Field) {
	j := e.joinCalled(join)
	var like []*column
	for _, c := range t.cols {
		required := needs(t, c)
		f := fieldOf(append(slices.Clone(e.Fields), guests...), join, c)
		if !required || d.given(e, j, c) {
			continue
		}
		if f != nil {
			if p, ok := d.standIn(e, f, c); ok {
				addMissing(e, j, p)
			}
			continue
		}
		isKey := slices.Contains(t.PrimaryKey, c.Name)
		switch {
		case isKey && mapping.SelfKeyed(d.facts.Schema, t.Table, c.Name):
		case isKey:
			d.keyFill(e, j, c)
		case join == "" && c.ref != nil:
			like = append(like, c)
		default:
			d.columnFill(e, j, c)
		}
	}
	d.likes(e, like)
}

func (e *Entity) joinCalled(name string) *Join {
	for _, j := range e.Joins {
		if j.Name == name && name != "" {
			return j
		}
	}
	return nil
}

func fieldOf(fs []*Field, join string, c *column) *Field {
	for _, f := range fs {
		if f.Ask != "" {
			continue
		}
		for _, ref := range f.Cols {
			if ref == (candidate{column: c, join: join}).ref() {
				return f
			}
		}
	}
	return nil
}

func (d *Draft) given(e *Entity, j *Join, c *column) bool {
	for _, p := range d.Scope {
		if p.Column == c.Name {
			return true
		}
	}
	for _, o := range e.Joins {
		if o.Lookup != nil && o.link.from == c {
			if needs(c.t, c) && c.full() > 0 { // a name that nobody says, or that no row has, would hold the row
				addMissing(e, j, Pair{Column: c.Name, Value: firstOf(c), Line: Line{Why: "when no evidence names one", Unsure: "nothing: hold such rows"}})
			}
			return true
		}
	}
	if j != nil {
		for _, p := range j.Where {
			if p.Column == c.Name {
				return true
			}
		}
		return j.Own == ownAfter && j.link.from == c
	}
	for _, p := range e.Where {
		if p.Column == c.Name {
			return true
		}
	}
	for _, o := range e.Joins {
		if (o.Own == ownBefore || o.Lookup != nil) && o.link.from == c {
			return true
		}
	}
	return false
}

func addMissing(e *Entity, j *Join, p Pair) {
	if j != nil {
		j.Missing = append(j.Missing, p)
		return
	}
	e.Missing = append(e.Missing, p)
}

func addSet(e *Entity, j *Join, p Pair) {
	if j != nil {
		j.Set = append(j.Set, p)
		return
	}
	e.Set = append(e.Set, p)
}

func (d *Draft) keyFill(e *Entity, j *Join, c *column) {
	switch {
	case c.class == mapping.ClassUUID || c.share(shUUID) > 0.5:
		addSet(e, j, Pair{Column: c.Name, Value: "=uuid()", Line: Line{Why: "the key is a uuid that the application made"}})
	case c.isText():
		n := 24
		if c.full() > 0 {
			n = int(c.length / c.full())
		}
		addSet(e, j, Pair{Column: c.Name, Value: fmt.Sprintf("=lower(random(%d))", max(4, min(n, 40))), Line: Line{Why: "the application made the key", Unsure: "how it makes them"}})
	case j != nil && j.Many:
		addSet(e, j, Pair{Column: c.Name, Value: "=i", Line: Line{Why: "counts the lines of one booking"}})
	default:
		q := Question{ID: "key:" + e.Name + "." + c.Name, Must: true, Text: fmt.Sprintf("What makes new keys for %s.%s? No sequence does. (a constant, or an expression such as =uuid())", c.t.Name, c.Name), Why: "it stands in the mapping as set: {" + c.Name + ": …}"}
		if a := d.ask(q); a != "" {
			addSet(e, j, Pair{Column: c.Name, Value: a, Line: Line{Why: "as you said"}})
		}
	}
}

func (d *Draft) columnFill(e *Entity, j *Join, c *column) {
	words := c.vocab.list()
	switch {
	case len(words) == 1:
		addSet(e, j, Pair{Column: c.Name, Value: words[0], Line: Line{Why: "the one value that all rows have"}})
	case len(words) > 1 && c.vocab.count[words[0]]*2 > c.full():
		addMissing(e, j, Pair{Column: c.Name, Value: words[0], Line: Line{Why: fmt.Sprintf("what %d of %d rows have", c.vocab.count[words[0]], c.full())}})
	case c.class == mapping.ClassBool:
		addMissing(e, j, Pair{Column: c.Name, Value: "false", Raw: true, Line: Line{Why: "required, and nothing says it"}})
	case c.isTime():
		d.timeFill(e, j, c)
	case c.ref != nil && c.full() > 0:
		addMissing(e, j, Pair{Column: c.Name, Value: firstOf(c), Line: Line{Why: "required: a row of " + c.ref.to.Name + " that others point at", Unsure: "another row"}})
	case c.numeric():
		addMissing(e, j, Pair{Column: c.Name, Value: "0", Raw: true, Line: Line{Why: "required, and nothing says it", Unsure: "a number of your own"}})
	case c.class == mapping.ClassJSON:
		addMissing(e, j, Pair{Column: c.Name, Value: "{}", Line: Line{Why: "required, and nothing says it"}})
	case c.class == mapping.ClassUUID:
		addMissing(e, j, Pair{Column: c.Name, Value: "=uuid()", Line: Line{Why: "required, and nothing says it"}})
	case c.class == mapping.ClassEnum || len(words) > 1:
		v := ""
		if len(words) > 0 {
			v = words[0]
		} else if w := d.facts.declaredWords(c); len(w) > 0 {
			v = w[0]
		}
		addMissing(e, j, Pair{Column: c.Name, Value: v, Line: Line{Why: "required: the word that most rows have", Unsure: "another word"}})
	case c.unique() && c.full() > 3 && c.isText():
		addMissing(e, j, Pair{Column: c.Name, Value: codeTemplate(c), Line: Line{Why: "required and different in every row", Unsure: "how the application makes it"}})
	default:
		addMissing(e, j, Pair{Column: c.Name, Value: "", Line: Line{Why: "required, and nothing says it"}})
	}
}

func firstOf(c *column) string {
	if w := c.vocab.list(); len(w) > 0 {
		return w[0]
	}
	best := ""
	for _, s := range c.kmv.sample() {
		if best == "" || len(s) < len(best) || len(s) == len(best) && s < best {
			best = s
		}
	}
	return best
}

func (d *Draft) timeFill(e *Entity, j *Join, c *column) {
	from := model.FStartsAt
	switch {
	case e.Field(model.FCreatedAt) != nil:
		from = model.FCreatedAt
	case e.Kind == model.Payment:
		from = model.FPaidAt
	}
	if e.Field(from) == nil || c.class == mapping.ClassInt || c.isText() {
		q := Question{ID: "fill:" + e.Name + "." + c.Name, Must: true, Text: fmt.Sprintf("What stands in %s.%s of a rebuilt row? The column is required. (a constant, or an expression)", c.t.Name, c.Name),
			Why: "rows have for example " + firstOf(c) + "; it stands in the mapping as missing: {" + c.Name + ": …}"}
		if a := d.ask(q); a != "" {
			addMissing(e, j, Pair{Column: c.Name, Value: a, Line: Line{Why: "as you said"}})
		}
		return
	}
	addMissing(e, j, Pair{Column: c.Name, Value: "=r." + string(from), Line: Line{Why: "required, and nothing says it"}})
}

func (d *Draft) standIn(e *Entity, f *Field, c *column) (Pair, bool) {
	p := Pair{Column: c.Name, Line: Line{Why: "when no evidence names it"}}
	switch f.Name {
	case model.FCode, model.FExternalID:
		if e.Kind != model.Reservation {
			return p, false
		}
		p.Value = codeTemplate(c)
	case model.FCreatedAt, model.FUpdatedAt:
		if e.Kind != model.Reservation || f.ReadOnly || f.As != "tz" && f.As != "naive" || e.Field(model.FStartsAt) == nil {
			return p, false
		}
		p.Value = "=r.starts_at"
		p.Unsure = "nothing"
	case model.FPickupLoc, model.FReturnLoc:
		return d.placeFill(e, f, c, p)
	case model.FPhone, "address", "city", "postal_code", model.FNotes, "region", model.FCompany, "licence":
		p.Value = ""
	case model.FMethod, model.FPayKind, model.FChannel, "country", "language":
		w := c.vocab.list()
		if len(w) == 0 {
			return p, false
		}
		p.Value, p.Why = w[0], "when no evidence names it: what most rows have"
		if f.Name == model.FPayKind {
			for _, x := range f.Words {
				if x.Word == model.PayRental {
					p.Value = x.Raw
					break
				}
			}
		}
	default:
		return p, false
	}
	return p, true
}

func (d *Draft) placeFill(e *Entity, f *Field, c *column, p Pair) (Pair, bool) {
	most := firstOf(c)
	if most == "" || strings.ContainsAny(most, `'\`) || f.Ref == "" && len(c.vocab.list()) == 0 {
		return p, false
	}
	p.Value = "="
	other := model.FReturnLoc
	if f.Name == model.FReturnLoc {
		other = model.FPickupLoc
	}
	if o := e.Field(other); o != nil && o.Ref == f.Ref {
		p.Value += "r." + string(other) + " ?? "
	}
	if v := d.Entity(model.Vehicle); f.Ref != "" && v != nil && v.Field(model.FLocation) != nil && e.Field(model.FVehicle) != nil {
		p.Value += "vehicle.location ?? "
	}
	p.Value += "'" + most + "'"
	p.Unsure = "nothing: hold such rows"
	return p, true
}

func codeTemplate(c *column) string {
	sample := c.kmv.sample()
	prefix := ""
	if len(sample) > 2 {
		prefix = sample[0]
		for _, s := range sample {
			for !strings.HasPrefix(s, prefix) {
				prefix = prefix[:len(prefix)-1]
			}
		}
		prefix = prefix[:strings.LastIndexAny(prefix, "-_/. #")+1] // digits that all share are the year, or chance
	}
	n := 6
	if c.full() > 0 {
		n = max(4, int(c.length/c.full())-len(prefix))
	}
	prefix = strings.NewReplacer("'", "", `\`, "").Replace(prefix)
	if c.lowerOnly() {
		return fmt.Sprintf("='%s' + lower(random(%d))", prefix, min(n, 32))
	}
	return fmt.Sprintf("='%s' + upper(random(%d))", prefix, min(n, 32))
}

func (d *Draft) likes(e *Entity, cols []*column) {
	if len(cols) == 0 {
		return
	}
	for _, f := range []model.Field{model.FCreatedAt, model.FStartsAt, model.FPaidAt} {
		if x := e.Field(f); x != nil && !strings.Contains(x.Cols[0], ".") && x.cand.isTime() {
			e.LikeOrder = x.Cols[0]
			break
		}
	}
	if e.LikeOrder == "" && len(e.Key) == 1 {
		e.LikeOrder = e.Key[0]
	}
	if e.LikeOrder == "" {
		return
	}
	for _, c := range cols {
		e.Like = append(e.Like, c.Name)
	}
}
