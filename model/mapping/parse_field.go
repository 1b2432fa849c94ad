package mapping

// This file: the parser's part for fields and their codecs.

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"salvage/model"
	"salvage/model/strict"
)

// codecNames lists what `as` may say.
func codecNames() []string {
	return []string{"text", "lower", "upper", "trim", "bool", "int", "major", "minor", "tz", "naive", "epoch", "date",
		"date+time", "text-time", "map", "json", "kv", "part", "ref"}
}

// fieldName is the canonical field that a word of the file names: itself when it is one, else the
// company's own under "x_".
func fieldName(k model.Kind, word string) model.Field {
	if strings.HasPrefix(word, "x_") || word == string(model.FKey) {
		return model.Field(word)
	}
	for _, f := range model.KnownFields(k) {
		if string(f) == word {
			return f
		}
	}
	return model.Field("x_" + word)
}

// typo reports the known field that a word of the company's own is one slip away from. A longer form of a
// known word (address2, phone_home) is no slip.
func typo(k model.Kind, word string) string {
	if strings.HasPrefix(word, "x_") || len(word) < 5 {
		return ""
	}
	var known []string
	for _, f := range model.KnownFields(k) {
		if string(f) == word || strings.HasPrefix(word, string(f)) {
			return ""
		}
		known = append(known, string(f))
	}
	return strict.Nearest(word, near(word, known))
}

// near keeps the known words within two slips of a long word, one slip (or two letters swapped) of a short one.
func near(word string, known []string) []string {
	limit := 1
	if len(word) >= 8 {
		limit = 2
	}
	var out []string
	for _, k := range known {
		if d := distance(word, k); d <= limit || d == 2 && swapped(word, k) {
			out = append(out, k)
		}
	}
	return out
}

// swapped reports whether two words have the same letters in another order.
func swapped(a, b string) bool {
	x, y := []byte(a), []byte(b)
	slices.Sort(x)
	slices.Sort(y)
	return bytes.Equal(x, y)
}

func (p *parser) fields(e *Entity, all strict.Pair) {
	for _, pr := range p.Pairs(all.Value, all.Path, nil) {
		kind := e.Kind
		if p.lends(e, pr.Name) {
			kind = model.Customer
		}
		if t := typo(kind, pr.Name); t != "" {
			p.Fail(pr.Key, pr.Path, "unknown field", fmt.Sprintf("did you mean %q? a field of the company's own is written x_%s", t, pr.Name))
			continue
		}
		f := &Field{Place: at(pr), Name: fieldName(kind, pr.Name), parts: parts{}}
		switch pr.Value.Kind {
		case yaml.ScalarNode:
			p.fieldCols(e, f, []string{p.Text(pr.Value, pr.Path)})
		case yaml.MappingNode:
			p.field(e, f, pr)
		default:
			p.Fail(pr.Value, pr.Path, "should be a column or {col: …, as: …}", "")
		}
		switch {
		case len(f.Cols) == 0:
		case kind != e.Kind:
			p.borrowed = append(p.borrowed, f)
		case e.UpdateOnly && f.Name == model.FReservation, e.Embedded && f.Name == model.FKey:
			p.FailAt(f.Path, "needs no column: the row itself says it", "leave it out")
		default:
			e.Fields = append(e.Fields, f)
		}
	}
}

func (p *parser) fieldCols(e *Entity, f *Field, cols []string) {
	for _, c := range cols {
		if c == "" {
			continue
		}
		join, col := splitColumn(e, c)
		if len(f.Cols) > 0 && join != f.Join {
			p.FailAt(f.Path, "the columns of one field stand in one table", "")
			return
		}
		f.Join, f.Cols = join, append(f.Cols, col)
	}
}

// fieldOptions lists which keys each codec takes beside col, as and read_only.
func fieldOptions(as string) []string {
	switch as {
	case "bool":
		return []string{"words"}
	case "naive":
		return []string{"zone"}
	case "epoch":
		return []string{"unit"}
	case "date+time":
		return []string{"date", "time", "zone"}
	case "text-time":
		return []string{"layout", "zone"}
	case "map":
		return []string{"map"}
	case "json":
		return []string{"path", "inner"}
	case "kv":
		return []string{"label", "inner"}
	case "part":
		return []string{"sep", "n", "inner"}
	case "ref":
		return []string{"ref"}
	case "major", "minor":
		return []string{"sign"}
	}
	return nil
}

func (p *parser) field(e *Entity, f *Field, pr strict.Pair) {
	known := []string{"col", "as", "read_only", "ref", "map", "zone", "date", "time", "layout", "path", "label", "sep", "n", "order", "sign", "unit", "words", "inner"}
	pairs := p.Pairs(pr.Value, pr.Path, known)
	f.As = p.codec(pairs)
	allowed := append([]string{"col", "as", "read_only"}, fieldOptions(f.As)...)
	for _, x := range pairs {
		if x.Name == "inner" && within(allowed, "inner") {
			f.Inner = p.word(x, "text", "lower", "upper", "trim", "bool", "int", "major", "minor", "tz", "naive", "epoch", "date", "text-time", "map")
			allowed = append(allowed, fieldOptions(f.Inner)...)
		}
	}
	if f.Name == model.FFullName {
		allowed = append(allowed, "order", "sep")
	}
	var date, clock string
	for _, x := range pairs {
		f.parts[x.Name] = at(x)
		if !within(allowed, x.Name) {
			p.Fail(x.Key, x.Path, fmt.Sprintf("does not go with as: %s", orText(f.As)), "")
			continue
		}
		switch x.Name {
		case "date":
			date = p.Text(x.Value, x.Path)
		case "time":
			clock = p.Text(x.Value, x.Path)
		default:
			p.fieldPart(e, f, x)
		}
	}
	if f.As == "date+time" {
		if date == "" || clock == "" {
			p.Fail(pr.Key, pr.Path, "as: date+time needs date: and time: columns", "")
		}
		p.fieldCols(e, f, []string{date, clock})
	}
	p.fieldWhole(f, pr)
}

// codec reads `as`, or takes it from an option that only one codec has.
func (p *parser) codec(pairs []strict.Pair) string {
	implied := ""
	for _, x := range pairs {
		switch x.Name {
		case "as":
			return p.word(x, codecNames()...)
		case "ref", "map":
			implied = x.Name
		}
	}
	return implied
}

func (p *parser) fieldPart(e *Entity, f *Field, x strict.Pair) {
	switch x.Name {
	case "col":
		p.fieldCols(e, f, p.Texts(x.Value, x.Path))
	case "read_only":
		f.ReadOnly = p.Bool(x.Value, x.Path)
	case "ref":
		f.Ref = p.kind(x)
	case "map":
		f.Words = p.words(e, f, x)
	case "zone":
		p.fieldZone(e, f, x)
	case "layout":
		f.Layout = p.layout(x)
	case "words":
		p.boolWords(f, x)
	case "path":
		f.Pointer = jsonPath(p.Text(x.Value, x.Path))
	case "label":
		f.Label = strings.TrimSpace(strings.TrimSuffix(p.Text(x.Value, x.Path), ":"))
	case "sep":
		f.Sep = p.Text(x.Value, x.Path)
	case "n":
		f.N = int(min(p.Int(x.Value, x.Path), 1000))
	case "order":
		f.Last1st = p.word(x, "first-last", "last-first") == "last-first"
	case "sign":
		f.Positive = p.word(x, "positive", "signed") == "positive"
	case "unit":
		f.Millis = p.word(x, "s", "ms") == "ms"
	}
}

func (p *parser) kind(x strict.Pair) model.Kind {
	s := p.Text(x.Value, x.Path)
	k, ok := kindOf(s)
	if !ok && s != "" {
		var known []string
		for _, k := range kindNames() {
			known = append(known, k.name)
		}
		p.Fail(x.Value, x.Path, fmt.Sprintf("unknown entity %q", s), strict.DidYouMean(s, known))
	}
	return k
}

// fieldZone reads a zone's name, or the column that holds it; whether there is such a column is found out by Check.
func (p *parser) fieldZone(e *Entity, f *Field, x strict.Pair) {
	s := p.Text(x.Value, x.Path)
	if s == "" {
		return
	}
	if loc, err := time.LoadLocation(s); err == nil && s != "Local" {
		f.Zone = loc
		return
	}
	if strings.Contains(s, "/") {
		f.Zone = p.zone(x.Value, x.Path)
		return
	}
	f.ZoneCol = s
}

// boolWords reads the words that a text column has for true and false.
func (p *parser) boolWords(f *Field, x strict.Pair) {
	var words []string
	for _, n := range p.Items(x.Value, x.Path) {
		words = append(words, n.Value)
	}
	if len(words) != 2 || words[0] == words[1] {
		p.Fail(x.Value, x.Path, "should be two words, for true and for false", "words: [Y, N]")
		return
	}
	f.Yes, f.No = words[0], words[1]
}

// layout reads the layout of a time in a text: Go's reference time, or the % forms of strftime.
func (p *parser) layout(x strict.Pair) string {
	s := p.Text(x.Value, x.Path)
	layout, err := goLayout(s)
	if err != nil {
		p.Fail(x.Value, x.Path, err.Error(), `write it as Go's reference time, "02.01.2006 15:04", or as strftime does, "%d.%m.%Y %H:%M"`)
		return "2006-01-02"
	}
	return layout
}

// words reads a map; the right sides of statuses and payment kinds are canonical words.
func (p *parser) words(e *Entity, f *Field, x strict.Pair) []Word {
	known := canonicalWords(e.Kind, f.Name)
	var out []Word
	for _, w := range p.Pairs(x.Value, x.Path, nil) {
		p.trap(w)
		word := p.Text(w.Value, w.Path)
		if known != nil && word != "" && !within(known, word) {
			p.Fail(w.Value, w.Path, fmt.Sprintf("%q is not a word for %s", word, f.Name), strict.DidYouMean(word, known))
		}
		out = append(out, Word{Place: at(w), Raw: w.Name, Null: strict.IsNull(w.Key), Word: word})
	}
	return out
}

func canonicalWords(k model.Kind, f model.Field) []string {
	switch {
	case k == model.Reservation && f == model.FStatus:
		return []string{model.Pending, model.Confirmed, model.Active, model.Completed, model.Cancelled, model.NoShow}
	case k == model.Payment && f == model.FPayKind:
		return []string{model.PayDeposit, model.PayBalance, model.PayRental, "insurance", model.PayHold, model.PayRefund, model.PayFee, model.PayOther}
	}
	return nil
}

// fieldWhole checks that a codec has what it needs.
func (p *parser) fieldWhole(f *Field, pr strict.Pair) {
	need := func(ok bool, what string) {
		if !ok {
			p.Fail(pr.Key, pr.Path, "as: "+f.As+" needs "+what, "")
		}
	}
	need(f.As == "date+time" || len(f.Cols) > 0, "col:")
	need(len(f.Cols) <= 1 || f.As == "ref" || f.As == "date+time", "one column")
	if f.Inner == "map" {
		need(len(f.Words) > 0, "a map of what is packed")
	}
	if f.Inner == "text-time" {
		need(f.Layout != "", "the layout of what is packed")
	}
	switch f.As {
	case "map":
		need(len(f.Words) > 0, "map: {word of the company: canonical word}")
	case "ref":
		need(f.Ref != "" || f.Ref == "" && hasProblem(p, pr), "ref: the entity that it points at")
	case "json":
		need(len(f.Pointer) > 0, "path:")
	case "kv":
		need(f.Label != "", "label:")
	case "part":
		need(f.Sep != "" && f.N > 0, "sep: and n: (counting from 1)")
	case "text-time":
		need(f.Layout != "", "layout: (Go's reference time \"02.01.2006 15:04\", or strftime's \"%d.%m.%Y %H:%M\")")
	}
}

// hasProblem reports whether the field already has a problem, which one about the same thing would only repeat.
func hasProblem(p *parser, pr strict.Pair) bool {
	for _, x := range p.Problems() {
		if strings.HasPrefix(x.Path, pr.Path+".") {
			return true
		}
	}
	return false
}

func jsonPath(s string) []string {
	if t, ok := strings.CutPrefix(s, "/"); ok {
		return strings.Split(t, "/")
	}
	s = strings.TrimPrefix(strings.TrimPrefix(s, "$"), ".")
	if s == "" {
		return nil
	}
	return strings.Split(s, ".")
}

// within reports whether a list holds one of some words.
func within(list []string, words ...string) bool {
	for _, x := range list {
		for _, w := range words {
			if x == w {
				return true
			}
		}
	}
	return false
}

func orText(as string) string {
	if as == "" {
		return "text"
	}
	return as
}
