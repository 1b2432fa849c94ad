package draft

// This file: the nouns of a draft, and New, which makes one.

import (
	"sort"
	"time"

	"salvage/model"
)

// Options are what is known beside the backup. Answers are by a question's ID; an empty one is no answer.
type Options struct {
	Answers map[string]string
	Wipe    time.Time // of the loss; zero when not known
	Overlap *Overlap  // nil: no evidence was named
}

// Draft is a mapping on its way, with what speaks for each line.
type Draft struct {
	Zone, Currency Line   // Value "" is a question
	Scope          []Pair // tenant
	Entities       []*Entity
	Questions      []Question
	Cut            string // RFC 3339: just after the newest thing that happened in the backup; "" when nothing says

	facts  *Facts
	opt    Options
	picked map[model.Kind]*table
}

// Line is one value with the reason why it stands there; Unsure names the runner-up.
type Line struct{ Value, Why, Unsure string }

// Pair is a column and what is written in it or equals it. Raw values are YAML as it stands ("null", "true", numbers).
type Pair struct {
	Column, Value string
	Raw           bool
	Line
}

// Entity is one kind of thing.
type Entity struct {
	Kind           model.Kind
	Name           string // in the mapping: "customers"
	Table          Line
	Key            []string
	Hosted         bool // its fields stand in the reservations' rows
	Where          []Pair
	Joins          []*Join
	Fields         []*Field
	Set, Missing   []Pair
	Like           []string // columns copied from the newest row
	LikeOrder      string
	Update         []model.Field
	Find           [][]model.Field
	main           *table
	joinCandidates []candidate
}

// Join is another table.
type Join struct {
	Name, Table string
	Link        [][2]string // column of the joined table, column on our side
	Own         string
	Many        bool
	Lookup      []string
	Order       string
	Where       []Pair
	Set         []Pair
	Missing     []Pair
	Why         string
	t           *table
	link        *link
}

// Field is one canonical field.
type Field struct {
	Name     model.Field
	Cols     []string // "column" or "join.column"; two for a date with a time beside it
	As       string   // "" follows from the column's type
	Ref      model.Kind
	Words    []Word
	Layout   string
	Millis   bool
	Path     string
	Label    string
	Sep      string
	N        int
	Last1st  bool
	Positive bool
	ReadOnly bool
	Why      string
	Unsure   string
	Ask      string // why the line cannot stand yet

	cand candidate
	rule *rule
}

// Word is one word of a status and what it means; "" is a question.
type Word struct {
	Raw, Word string
	Rows      int64
}

// Question is one thing that a person must say. ID is stable: "zone", "word:reservations.status:XYZ".
type Question struct {
	ID      string   `json:"id"`
	Text    string   `json:"question"`
	Why     string   `json:"why,omitempty"`
	Choices []string `json:"choices,omitempty"` // what may be answered; empty: any text
	Default string   `json:"default,omitempty"` // proposed, and taken unless somebody says otherwise; "": must be answered
	Must    bool     `json:"must"`              // nothing runs before it is answered
}

// New drafts a mapping.
func New(f *Facts, opt Options) *Draft {
	if opt.Overlap != nil && opt.Overlap.found == nil {
		first := compose(f, Options{Answers: opt.Answers})
		opt.Overlap.compare(first)
	}
	return compose(f, opt)
}

// compose makes a draft with what is known.
func compose(f *Facts, opt Options) *Draft {
	d := &Draft{facts: f, opt: opt}
	d.picked = f.choose()
	for _, k := range kindsOf() {
		if t := d.picked[k]; t != nil {
			d.Entities = append(d.Entities, d.entity(k, t))
		}
	}
	d.cut()
	d.hosted()
	d.tenant()
	d.currency()
	d.zone()
	for _, e := range d.Entities {
		d.finish(e)
	}
	d.unsureQuestions()
	sort.SliceStable(d.Questions, func(i, j int) bool { return d.Questions[i].Must && !d.Questions[j].Must })
	return d
}

// Entity finds the drafted entity of a kind; nil when there is none.
func (d *Draft) Entity(k model.Kind) *Entity {
	for _, e := range d.Entities {
		if e.Kind == k {
			return e
		}
	}
	return nil
}

// Field finds a drafted field; nil when there is none.
func (e *Entity) Field(name model.Field) *Field {
	for _, x := range e.Fields {
		if x.Name == name {
			return x
		}
	}
	return nil
}

// ask adds a question unless it is answered, and gives the answer.
func (d *Draft) ask(q Question) string {
	if a := d.opt.Answers[q.ID]; a != "" {
		return a
	}
	d.Questions = append(d.Questions, q)
	return ""
}

func plural(k model.Kind) string { return string(k) + "s" }
