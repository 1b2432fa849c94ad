// Package fuse settles what was matched: one value a field, by the lifecycle of the thing and not by a
// vote, each with its mark, its claims and, if derived, its rule; and conflicts where claims cannot all be
// true. Rows of the backup are replayed: they hold what was true at the cut, and only evidence from after
// it changes them.
package fuse

import (
	"sort"
	"time"

	"github.com/google/uuid"

	"salvage/model"
	"salvage/reconcile/match"
)

// Options are what fusing must know.
type Options struct {
	Shape              model.Shape
	Cut, Wipe, Resumed int64 // microseconds
	Zone               *time.Location
	Currency           string
	HoldFields         []model.Field
	Decisions          map[string]model.Decision // by conflict id, the newest
	Senders            []string
}

// Result is entities and conflicts, not yet sorted by urgency.
type Result struct {
	Entities  []*model.Entity
	Conflicts []model.Conflict
	Stray     int // things that one source spoke of before the cut and that no row of the backup is: not of the lost window
}

// fuser is one run.
type fuser struct {
	opt       Options
	books     *model.Books
	live      *model.Books
	m         *match.Result
	habits    *habits
	custIDs   []string // by customer index
	nodes     []*model.Entity
	customers map[string]*model.Entity
	out       Result
	stray     map[string]bool // by entity id
	lone      map[string]tally
	rows      map[stay][]*match.Node // stays that stand in the database
}

// space is the namespace of entity ids: a fixed UUID of ours.
var space = uuid.MustParse("5b0f3f5e-6c1d-5f3a-9f0e-7a11a6e5a1fe")

// EntityID is the stable id of an entity: UUIDv5 of its kind and what it is known by.
func EntityID(k model.Kind, by, key string) string {
	return string(k) + ":" + uuid.NewSHA1(space, []byte(string(k)+"\x00"+by+"\x00"+key)).String()
}

// Fuse settles everything.
func Fuse(books, live *model.Books, m *match.Result, opt Options) *Result {
	if opt.Zone == nil {
		opt.Zone = time.UTC
	}
	f := &fuser{opt: opt, books: books, live: live, m: m, customers: map[string]*model.Entity{}, stray: map[string]bool{}}
	f.habits = learnHabits(books, m, opt)
	f.nameCustomers()
	f.learnLone()
	f.learnRows()
	for _, n := range m.Nodes {
		f.nodes = append(f.nodes, f.reservation(n))
	}
	f.payments()
	f.settleCustomers()
	f.rest()
	f.loose()
	sort.Slice(f.out.Entities, func(a, b int) bool { return f.out.Entities[a].ID < f.out.Entities[b].ID })
	return &f.out
}

func (f *fuser) emit(e *model.Entity) {
	if e != nil {
		f.out.Entities = append(f.out.Entities, e)
	}
}

// rest keeps the vehicles and places of the backup as they are.
func (f *fuser) rest() {
	if f.books == nil {
		return
	}
	for _, k := range []model.Kind{model.Vehicle, model.Location} {
		for _, r := range f.books.Records[k] {
			f.emit(recordEntity(k, r, recordLabel(r)))
		}
	}
}

// recordEntity is a row of the backup that nothing touched.
func recordEntity(k model.Kind, r *model.Record, label string) *model.Entity {
	e := &model.Entity{ID: EntityID(k, "backup", r.Key), Kind: k, Label: label, State: model.Unchanged, Backup: r,
		Fields: map[model.Field]model.Cell{}, P: model.Certain, Strong: true, Sources: []string{"backup"}}
	for fl, v := range r.Fields {
		e.Fields[fl] = model.Cell{Value: v, Mark: model.Kept, P: model.Certain}
	}
	return e
}

// recordLabel is a row's name for people.
func recordLabel(r *model.Record) string {
	for _, f := range []model.Field{model.FCode, model.FName, model.FPlate, model.FFullName} {
		if v := r.Fields[f]; !v.IsZero() && v.String() != "" {
			return v.String()
		}
	}
	return r.Ref()
}
