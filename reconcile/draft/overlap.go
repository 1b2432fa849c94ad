package draft

// This file: Overlap, what readings of evidence say, as bounded sets of values: of each field, and of each
// person by the e-mail address that the reading names.

import (
	"strings"
	"time"

	"salvage/model"
	"salvage/reconcile/normal"
)

// Bounds of what is remembered.
const (
	maxSet      = 400_000 // values of a field
	maxPeople   = 200_000
	maxMoments  = 60 // of one person
	maxScanned  = 400_000
	maxText     = 4000 // bytes of a text that is scanned
	minuteMicro = 60 * 1_000_000
)

// Overlap is what readings of evidence say. A nil Overlap says nothing. Fill it with Add, in any order.
type Overlap struct {
	texts      map[string]map[uint64]bool // "customer.email" -> values
	codes      map[uint64]bool            // words with digits anywhere
	gone       map[uint64]bool            // such words in evidence that speaks of a cancellation
	people     map[uint64]*person
	currencies map[string]int
	zones      map[string]int // that evidence states
	scanner    *normal.Scanner
	scanned    int

	found *findings
}

// person is what evidence says under one e-mail address.
type person struct {
	moments []moment
	amounts map[int64]bool // minor units
}

// moment is a time that a reading names: an instant, or a wall-clock time in a zone that it does not state.
type moment struct {
	micro int64
	local bool
	field model.Field // what its label or its place says it is; "" for nothing
}

// NewOverlap makes an empty one.
func NewOverlap() *Overlap {
	return &Overlap{texts: map[string]map[uint64]bool{}, codes: map[uint64]bool{}, gone: map[uint64]bool{}, people: map[uint64]*person{}, currencies: map[string]int{}, zones: map[string]int{}, scanner: normal.NewScanner()}
}

// Add takes a reading into account.
func (o *Overlap) Add(r *model.Reading) {
	who := o.claims(r)
	p := o.person(who)
	stripe := strings.HasPrefix(r.Media, "stripe/")
	for _, c := range r.Claims {
		switch c.Value.Type {
		case model.Instant:
			p.add(moment{c.Value.Num, false, c.Field})
		case model.Local:
			p.add(moment{c.Value.Num, true, c.Field})
		case model.Money:
			p.money(c.Value.Num)
		}
	}
	if r.At != 0 && !stripe {
		p.add(moment{r.At, false, model.FCreatedAt})
	}
	if r.Zone != "" {
		o.zones[r.Zone]++
	}
	if stripe {
		return
	}
	gone := r.Act == model.ActCancelled || r.Act == "" && normal.ActOf(r.Title, "") == model.ActCancelled
	for i := range r.Segments {
		o.segment(r, &r.Segments[i], p, gone)
	}
}

// claims notes texts and amounts, and gives the address that the reading is about.
func (o *Overlap) claims(r *model.Reading) string {
	who := ""
	for _, c := range r.Claims {
		switch {
		case c.Value.Type == model.Text && c.Value.Str != "":
			o.text(string(c.Kind)+"."+string(c.Field), c.Value.Str)
			if c.Field == model.FEmail && who == "" {
				who = c.Value.Str
			}
		case c.Value.Type == model.Money && c.Value.Cur != "":
			o.currencies[c.Value.Cur]++
		}
	}
	for i := range r.Segments {
		s := &r.Segments[i]
		if who == "" && (s.Path == "to.email" || s.Path == "attendee.email") {
			who = s.Text
		}
		switch s.Path {
		case "to.email", "attendee.email":
			o.text("customer.email", s.Text)
		case "to.name", "attendee.name":
			o.text("customer.full_name", s.Text)
		}
	}
	return strings.ToLower(strings.TrimSpace(who))
}

func (o *Overlap) text(set, val string) {
	m := o.texts[set]
	if m == nil {
		m = map[uint64]bool{}
		o.texts[set] = m
	}
	if len(m) < maxSet {
		m[textKey(set, val)] = true
	}
}

// textKey is the spelling under which texts of a field are equal.
func textKey(set, val string) uint64 {
	switch {
	case strings.HasSuffix(set, ".phone"):
		d := strings.Map(func(r rune) rune {
			if r >= '0' && r <= '9' {
				return r
			}
			return -1
		}, val)
		return hash64(d[max(0, len(d)-8):])
	case strings.HasSuffix(set, "_name"):
		return hash64(normal.NameKey(val))
	}
	return hash64(strings.ToLower(strings.TrimSpace(val)))
}

func (o *Overlap) person(email string) *person {
	if email == "" || !strings.Contains(email, "@") {
		return nil
	}
	h := hash64(email)
	p := o.people[h]
	if p == nil && len(o.people) < maxPeople {
		p = &person{amounts: map[int64]bool{}}
		o.people[h] = p
	}
	return p
}

func (p *person) add(m moment) {
	if p != nil && len(p.moments) < maxMoments {
		p.moments = append(p.moments, m)
	}
}

func (p *person) money(minor int64) {
	if p != nil && len(p.amounts) < maxMoments {
		p.amounts[minor] = true
	}
}

// segment scans one text.
func (o *Overlap) segment(r *model.Reading, s *model.Segment, p *person, gone bool) {
	if s.Quoted || o.scanned >= maxScanned || strings.HasPrefix(s.Path, "auth.") || strings.HasPrefix(s.Path, "from.") || strings.HasPrefix(s.Path, "organizer.") {
		return
	}
	o.scanned++
	text := s.Text
	if len(text) > maxText {
		text = strings.ToValidUTF8(text[:maxText], "")
	}
	o.words(text, gone)
	var fields []model.Field
	switch {
	case strings.HasPrefix(r.Media, "calendar/") && s.Path == "start":
		fields = []model.Field{model.FStartsAt}
	case strings.HasPrefix(r.Media, "calendar/") && s.Path == "end":
		fields = []model.Field{model.FEndsAt}
	case strings.HasPrefix(r.Media, "calendar/") && s.Path == "created", s.Path == "date", s.Path == "to.email":
		return // known already
	case s.Label != "":
		fields = normal.LabelFields(s.Label)
	}
	ref := time.UnixMicro(r.At).UTC()
	for _, t := range o.scanner.Scan(text, ref) {
		o.token(t, fields, p)
	}
}

// token notes a typed value of a text.
func (o *Overlap) token(t normal.Token, fields []model.Field, p *person) {
	field := model.Field("")
	if len(fields) > 0 {
		field = fields[0]
	}
	for _, a := range t.Alts {
		switch {
		case t.Type == normal.Date && a.Value.Type == model.Instant:
			p.add(moment{a.Value.Num, false, field})
		case t.Type == normal.Date && a.Value.Type == model.Local:
			p.add(moment{a.Value.Num, true, field})
		case t.Type == normal.Money:
			p.money(a.Value.Num)
			if a.Value.Cur != "" {
				o.currencies[a.Value.Cur]++
			}
		case t.Type == normal.Email:
			o.text("customer.email", a.Value.Str)
		case t.Type == normal.Phone:
			o.text("customer.phone", a.Value.Str)
		case t.Type == normal.Code && (field == model.FCode || field == model.FPlate || field == model.FVIN):
			kind := model.Reservation
			if field != model.FCode {
				kind = model.Vehicle
			}
			o.text(string(kind)+"."+string(field), a.Value.Str)
		}
	}
}

// words notes the words of a text that hold a digit: codes, ids, plates.
func (o *Overlap) words(text string, gone bool) {
	for _, w := range strings.FieldsFunc(text, func(r rune) bool {
		return r <= ' ' || strings.ContainsRune(".,;:!?()[]<>\"'#", r)
	}) {
		if len(w) < 4 || len(w) > 40 || !strings.ContainsAny(w, "0123456789") {
			if len(w) < 5 || w != strings.ToUpper(w) {
				continue
			}
		}
		h := hash64(strings.ToLower(w))
		if len(o.codes) < maxSet {
			o.codes[h] = true
		}
		if gone && len(o.gone) < maxSet {
			o.gone[h] = true
		}
	}
}
