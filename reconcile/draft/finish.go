package draft

// This file: what a mapping says of an entity beside its fields: which rows, natural keys, what may change,
// and what fills the columns that nothing else fills.

import (
	"fmt"
	"slices"
	"strings"

	"salvage/model"
	"salvage/model/mapping"
)

// hosted parts from the reservations the fields of customers and payments that have no table of their own.
func (d *Draft) hosted() {
	r := d.Entity(model.Reservation)
	if r == nil {
		return
	}
	d.lines(r)
	for _, k := range []model.Kind{model.Customer, model.Payment} {
		if d.picked[k] != nil {
			continue
		}
		h := &Entity{Kind: k, Name: plural(k), Hosted: true, main: r.main, Table: Line{Why: "stand in the rows of " + r.main.Name}}
		for _, f := range r.Fields {
			if f.rule.kind == k {
				h.Fields = append(h.Fields, f)
			}
		}
		r.Fields = slices.DeleteFunc(r.Fields, func(f *Field) bool { return f.rule.kind == k })
		if k == model.Payment && h.Field(model.FIntent) == nil && len(h.Fields) > 0 {
			for i, f := range r.Fields {
				if f.Name == model.FIntent {
					h.Fields = append(h.Fields, f)
					r.Fields = slices.Delete(r.Fields, i, i+1)
					break
				}
			}
		}
		switch {
		case k == model.Customer && (h.Field(model.FEmail) != nil || h.Field(model.FPhone) != nil || h.Field(model.FFullName) != nil || h.Field(model.FLastName) != nil):
			d.Entities = append(d.Entities, h)
		case k == model.Payment && (h.Field(model.FCharge) != nil || h.Field(model.FIntent) != nil || h.Field(model.FAmount) != nil):
			d.Entities = append(d.Entities, h)
		}
	}
	slices.SortStableFunc(d.Entities, func(a, b *Entity) int {
		return slices.Index(kindsOf(), a.Kind) - slices.Index(kindsOf(), b.Kind)
	})
}

// finish settles the rest of an entity.
func (d *Draft) finish(e *Entity) {
	order(e)
	d.find(e)
	if e.Hosted {
		return
	}
	var guests []*Field
	for _, o := range d.Entities {
		if o.Hosted && o.main == e.main && e.Kind == model.Reservation {
			guests = append(guests, o.Fields...)
		}
	}
	e.keepJoins(guests)
	d.where(e)
	if e.Kind == model.Vehicle || e.Kind == model.Location {
		return
	}
	d.fill(e, guests)
}

// order puts the fields in the order of the language.
func order(e *Entity) {
	known := model.KnownFields(e.Kind)
	at := func(f model.Field) int {
		if i := slices.Index(known, f); i >= 0 {
			return i
		}
		return len(known)
	}
	slices.SortStableFunc(e.Fields, func(a, b *Field) int { return at(a.Name) - at(b.Name) })
}

// find writes the natural keys that the fields allow, the strongest first.
func (d *Draft) find(e *Entity) {
	ok := func(fs ...model.Field) {
		for _, f := range fs {
			if x := e.Field(f); x == nil || x.Ask != "" {
				return
			}
		}
		e.Find = append(e.Find, fs)
	}
	uniq := func(f model.Field) bool { x := e.Field(f); return x != nil && x.cand.never() }
	switch e.Kind {
	case model.Location:
		ok(model.FCode)
		ok(model.FName)
	case model.Vehicle:
		ok(model.FPlate)
		ok(model.FVIN)
		ok(model.FCode)
		if uniq(model.FName) {
			ok(model.FName)
		}
		ok(model.FMake, model.FModel)
	case model.Customer:
		ok(model.FStripeCus)
		switch {
		case uniq(model.FEmail), e.Field(model.FLastName) == nil && e.Field(model.FFullName) == nil:
			ok(model.FEmail)
		case e.Field(model.FLastName) != nil:
			ok(model.FEmail, model.FLastName, model.FFirstName)
		default:
			ok(model.FEmail, model.FFullName)
		}
		if e.Field(model.FLastName) != nil {
			ok(model.FPhone, model.FLastName, model.FFirstName)
		} else {
			ok(model.FPhone, model.FFullName)
		}
	case model.Reservation:
		ok(model.FCode)
		if len(e.Find) == 0 {
			ok(model.FStartsAt, model.FVehicle, model.FCustomer)
		}
		if len(e.Find) == 0 {
			ok(model.FStartsAt, model.FCustomer)
		}
		d.fixIdentity(e)
	case model.Payment:
		d.findPayment(e, ok)
	}
}

// fixIdentity: without a code, start, vehicle and customer tell a booking from others, and cannot be changed.
func (d *Draft) fixIdentity(e *Entity) {
	if len(e.Find) == 0 || slices.Contains(e.Find[0], model.FCode) {
		return
	}
	for _, f := range e.Fields {
		if !slices.Contains(e.Find[0], f.Name) && !f.ReadOnly && f.Ask == "" {
			e.Update = append(e.Update, f.Name)
		}
	}
}

func (d *Draft) findPayment(e *Entity, ok func(...model.Field)) {
	x := e.Field(model.FCharge)
	if x != nil && !x.cand.never() && e.Field(model.FReservation) != nil {
		ok(model.FCharge, model.FReservation)
	} else {
		ok(model.FCharge)
	}
	ok(model.FRefund)
	if e.Field(model.FPayKind) != nil {
		ok(model.FIntent, model.FPayKind, model.FAmount)
	} else {
		ok(model.FIntent, model.FAmount)
	}
	if len(e.Find) == 0 {
		ok(model.FReservation, model.FAmount, model.FPaidAt)
	}
	if e.Hosted {
		e.Find = e.Find[:min(1, len(e.Find))]
	}
}

// where narrows which rows are the entity: not those deleted, only those of the right type.
func (d *Draft) where(e *Entity) {
	taken := map[string]bool{}
	for _, f := range e.Fields {
		for _, c := range f.Cols {
			taken[c] = true
		}
	}
	for _, f := range e.Fields {
		if l := f.cand.column.ref; l != nil && l.kind != nil && f.Ref != "" && !f.cand.joined {
			taken[l.kind.Name] = true
			e.Where = append(e.Where, Pair{Column: l.kind.Name, Value: l.word, Line: Line{Why: "rows that point at " + l.to.Name}})
		}
	}
	for _, c := range e.main.cols {
		switch {
		case taken[c.Name] || slices.ContainsFunc(d.Scope, func(p Pair) bool { return p.Column == c.Name }):
		case has(c.words, "deleted") && c.isTime() && !c.NotNull:
			e.Where = append(e.Where, Pair{Column: c.Name, Value: "null", Raw: true, Line: Line{Why: "rows with a time here are deleted"}})
		case has(c.words, "deleted") && (c.class == mapping.ClassBool || c.class == mapping.ClassInt && c.maxN <= 1 && c.full() > 0):
			v := "false"
			if c.class != mapping.ClassBool {
				v = "0"
			}
			e.Where = append(e.Where, Pair{Column: c.Name, Value: v, Raw: true, Line: Line{Why: "the others are deleted"}})
		case has(c.words, "kind", "category") && (c.isText()) && !c.vocab.over:
			d.discriminate(e, c)
		}
	}
}

// discriminate narrows an entity by a column that says what each row is.
func (d *Draft) discriminate(e *Entity, c *column) {
	list := c.vocab.list()
	if len(list) == 0 || len(list) > 12 || has(c.words, "payment", "vehicle", "address", "location", "class") {
		return
	}
	var match string
	weights := tableNames(e.Kind)
	for _, w := range list {
		if has(tokens(w), maps(weights)...) || isStandard(w) {
			if match != "" {
				return
			}
			match = w
		}
	}
	if match == "" || len(list) == 1 && c.Default != "" {
		return
	}
	var others []string
	for _, w := range list {
		if w != match {
			others = append(others, w)
		}
	}
	p := Pair{Column: c.Name, Value: match, Line: Line{Why: "which rows these are"}}
	if len(others) > 0 {
		p.Unsure = "all rows: others are " + strings.Join(others[:min(3, len(others))], ", ")
	}
	e.Where = append(e.Where, p)
}

func isStandard(w string) bool {
	switch strings.ToLower(w) {
	case "standard", "normal", "regular", "default":
		return true
	}
	return false
}

func maps(m map[string]float64) []string {
	out := make([]string, 0, len(m))
	for k, v := range m {
		if v >= 0.5 {
			out = append(out, k)
		}
	}
	slices.Sort(out)
	return out
}

// fill proposes what stands in required columns that no field fills, in every table that is written.
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

// given reports whether scope, where, or a link fills the column.
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

// keyFill makes a key that the database does not make.
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

// columnFill proposes a value for a required column that means nothing to salvage.
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

// standIn is what is written when no evidence names a field that a row cannot do without. Fields that say
// who, what and when have none: a row without them is held.
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

// placeFill is where a booking begins or ends when nothing says so: at the other end, at the thing's own
// place, else where most bookings do. Such cells are marked as filled.
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

// codeTemplate makes codes of the look that the column's have: what all begin with, then random letters.
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

// likes copies references that nobody knows from the newest row.
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
