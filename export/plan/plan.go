// Package plan turns settled entities into the rows of the company's own tables: what to insert, what to
// update and from which old value, what to hold and why, how far sequences must move before business
// resumes. It writes no SQL (export/script does) and does no I/O beyond reading the given tables.
//
// A rebuilt entity becomes a main row and the rows around it, in the mapping's write order: own rows that
// the main row points at, the main row, own rows that point at it, extra rows. An updated entity becomes
// a compare-and-set of the columns that changed, each with the value that the backup (or the live
// database) holds. A row that cannot be written as it is, for whatever reason, is held with a code and a
// sentence; so is everything that points at it:
//
//	BK01       the row changed in the live database since
//	BK03       a required column without a value, a value that the column cannot hold, a unique value that is taken, no partition
//	IN01       the vehicle is taken at that time and the table forbids it
//	dependent  it points at a row that is held
//
// beside the codes that the reconciler gave. Every result is sorted; the run id is a hash of the plan, so
// the same input gives the same run.
package plan

import (
	"fmt"
	"sort"
	"strings"
	"time"

	"salvage/model"
	"salvage/model/mapping"
)

// Codes of rows that the plan itself holds.
const (
	CodeChanged   = "BK01"
	CodeUnfit     = "BK03"
	CodeTaken     = "IN01"
	CodeDependent = "dependent"
)

// Input is everything a plan depends on.
type Input struct {
	Mapping          *mapping.Mapping
	Backup           model.Tables
	Live             model.Tables // the database that business runs on now; nil without one
	Books, LiveBooks *model.Books // their records, as Mapping.Read gives them
	Entities         []*model.Entity
	Business         string
	Cut              time.Time
	Wipe             time.Time // zero: 90 days after the cut; only the fence's extrapolation needs it
	ArmDelay         time.Duration
	Acknowledge      []string // "table:insert"
	Dialect          string   // "": the backup's
	Supersedes       []string
}

// builder carries one Build.
type builder struct {
	in     Input
	bound  *mapping.Bound // in the schema of live when given, else of the backup
	target model.Tables   // live when given, else the backup
	find   *mapping.Finder
	ents   map[string]*model.Entity
	recs   map[model.Kind]map[string]*model.Record // live's records when given, else the backup's, by key
	order  []*tableEntry
	rank   map[string]int // qualified table name -> write order
	lost   map[string]hold
	likes  map[model.Kind]*likeIndex
	drafts []*draft
	held   []model.HeldRow
	plan   *model.Plan

	paying   map[string][]*model.Entity // payments that stand in a reservation's row, by the reservation's entity id
	noRoom   map[string]hold            // payments for which a reservation's row has no room
	guestOf  map[string]*draft          // drafts of entities that stand in other rows, by entity id
	placed   map[string]bool            // embedded customers that stand in a planned row
	byBackup map[string]*model.Entity   // customers by the backup's key
}

// hold says why an entity is not written; the zero value means it is.
type hold struct{ code, reason string }

// Build makes the plan. It fails when the mapping does not fit the schema, a table cannot be read, or a
// key column has no head-room left for the fence; everything else that is wrong becomes a held row.
func Build(in Input) (*model.Plan, error) {
	b, err := newBuilder(in)
	if err != nil {
		return nil, err
	}
	b.lodgers()
	for _, hosted := range []bool{false, true} {
		for _, e := range b.bound.Kinds {
			if (e.Host != nil) != hosted {
				continue
			}
			if err := b.kind(e); err != nil {
				return nil, fmt.Errorf("plan %s: %w", e.Name, err)
			}
		}
	}
	b.collect()
	if b.plan.Fence, err = b.fence(); err != nil {
		return nil, fmt.Errorf("plan the fence: %w", err)
	}
	if b.plan.Anchors, err = b.anchors(); err != nil {
		return nil, fmt.Errorf("plan the anchors: %w", err)
	}
	b.plan.Run, err = runID(b.plan)
	return b.plan, err
}

func newBuilder(in Input) (*builder, error) {
	b := &builder{in: in, target: in.Backup, ents: map[string]*model.Entity{}, lost: map[string]hold{}, likes: map[model.Kind]*likeIndex{},
		paying: map[string][]*model.Entity{}, noRoom: map[string]hold{}, guestOf: map[string]*draft{}, placed: map[string]bool{}, byBackup: map[string]*model.Entity{}}
	books := in.Books
	if in.Live != nil {
		b.target = in.Live
		if in.LiveBooks != nil {
			books = in.LiveBooks
		}
	}
	var err error
	if b.bound, err = in.Mapping.Bind(b.target.Schema()); err != nil {
		return nil, err
	}
	b.find = mapping.NewFinder(b.bound, b.target)
	for _, e := range in.Entities {
		b.ents[e.ID] = e
		if e.Kind == model.Customer && e.Backup != nil {
			b.byBackup[e.Backup.Key] = e
		}
	}
	b.recs = map[model.Kind]map[string]*model.Record{}
	if books != nil {
		for k, list := range books.Records {
			b.recs[k] = make(map[string]*model.Record, len(list))
			for _, r := range list {
				b.recs[k][r.Key] = r
			}
		}
	}
	b.tables()
	dialect := in.Dialect
	if dialect == "" {
		dialect = b.target.Schema().Dialect
	}
	b.plan = &model.Plan{Business: in.Business, Slug: slug(in.Business), Dialect: dialect, Cut: in.Cut.UTC().Format(time.RFC3339),
		ArmDelay: int64(in.ArmDelay / time.Second), Ack: append([]string(nil), in.Acknowledge...), Schema: b.target.Schema(), Supersedes: in.Supersedes}
	sort.Strings(b.plan.Ack)
	return b, nil
}

// slug is a name as [a-z0-9-]+.
func slug(s string) string {
	var out strings.Builder
	dash := false
	for _, r := range strings.ToLower(s) {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			if dash && out.Len() > 0 {
				out.WriteByte('-')
			}
			dash = false
			out.WriteRune(r)
			continue
		}
		dash = true
	}
	if out.Len() == 0 {
		return "business"
	}
	return out.String()
}

// kind plans the entities of one kind, in the order of their ids. What holds an entity is known before the
// next kind is planned, so that rows which point at it are held too.
func (b *builder) kind(e *mapping.BoundEntity) error {
	var list []*model.Entity
	for _, x := range b.in.Entities {
		if x.Kind == e.Kind {
			list = append(list, x)
		}
	}
	sort.Slice(list, func(i, j int) bool { return list[i].ID < list[j].ID })
	var drafts []*draft
	for _, x := range list {
		d, err := b.entity(e, x)
		if err != nil {
			return err
		}
		if d != nil {
			drafts = append(drafts, d)
		}
	}
	if err := b.constraints(e, drafts); err != nil {
		return err
	}
	for _, d := range drafts {
		if d.hold.code != "" {
			b.hold(d.be, d.e, d.hold)
			continue
		}
		b.drafts = append(b.drafts, d)
	}
	return nil
}

// entity plans one entity: nil when there is nothing to write.
func (b *builder) entity(be *mapping.BoundEntity, e *model.Entity) (*draft, error) {
	lodges := be.Write && e.Backup != nil && !e.Held() && b.guestNews(be, e)
	if e.State == model.Unchanged && !lodges {
		return nil, nil
	}
	if e.Held() {
		b.hold(be, e, reasons(e.Holds))
		return nil, nil
	}
	switch {
	case be.Host != nil:
		return b.hosted(be, e)
	case e.State == model.Rebuilt && e.Live == nil && e.Backup == nil:
		if !be.Write {
			b.hold(be, e, hold{CodeUnfit, "rows of " + be.Table("").Name + " are looked up, not written"})
			return nil, nil
		}
		return b.insert(be, e)
	case (e.State == model.Updated || lodges) && be.Write:
		return b.update(be, e)
	}
	return nil, nil
}

// reasons joins the reconciler's holds; the first one's code counts.
func reasons(hs []model.Hold) hold {
	h := hold{code: hs[0].Code}
	var texts []string
	for _, x := range hs {
		texts = append(texts, x.Reason)
	}
	h.reason = strings.Join(texts, "; ")
	return h
}

// hold notes that an entity is not written.
func (b *builder) hold(be *mapping.BoundEntity, e *model.Entity, h hold) {
	b.lost[e.ID] = h
	b.held = append(b.held, model.HeldRow{Entity: refOf(e), Table: be.Main.Qualified(), Code: h.code, Reason: h.reason, Due: b.due(e), Money: money(e)})
}

// refOf names an entity: by its code, else its key, else its id.
func refOf(e *model.Entity) model.EntityRef {
	ref := e.ID
	switch code := e.Get(model.FCode).String(); {
	case code != "":
		ref = string(e.Kind) + ":" + code
	case e.Backup != nil:
		ref = string(e.Kind) + ":" + e.Backup.Key
	}
	return model.EntityRef{Kind: e.Kind, Ref: ref, Label: e.Label, ID: e.ID}
}

// due is when the entity matters next: the start of its reservation.
func (b *builder) due(e *model.Entity) string {
	if e.Kind == model.Payment {
		if r := b.ents[e.Get(model.FReservation).Str]; r != nil {
			e = r
		}
	}
	v := e.Get(model.FStartsAt)
	if v.IsZero() {
		return ""
	}
	return v.InZone(b.bound.Zone).Time().Format(time.RFC3339)
}

func money(e *model.Entity) *model.Amount {
	for _, f := range []model.Field{model.FTotal, model.FAmount, model.FPaid, model.FDeposit} {
		if v := e.Get(f); v.Type == model.Money {
			return &model.Amount{Minor: v.Num, Currency: v.Cur}
		}
	}
	return nil
}

// collect puts the accepted rows in write order and counts them.
func (b *builder) collect() {
	for _, d := range b.drafts {
		for _, r := range d.rows {
			if len(r.cells) > 0 || r.action == actionInsert {
				b.plan.Rows = append(b.plan.Rows, r.plan(d))
			}
		}
	}
	sort.SliceStable(b.plan.Rows, func(i, j int) bool {
		x, y := &b.plan.Rows[i], &b.plan.Rows[j]
		if b.rank[x.Table] != b.rank[y.Table] {
			return b.rank[x.Table] < b.rank[y.Table]
		}
		if x.Entity != y.Entity {
			return x.Entity < y.Entity
		}
		return x.Part < y.Part
	})
	sort.SliceStable(b.held, func(i, j int) bool {
		x, y := &b.held[i], &b.held[j]
		if b.rank[x.Table] != b.rank[y.Table] {
			return b.rank[x.Table] < b.rank[y.Table]
		}
		return x.Entity.ID < y.Entity.ID
	})
	b.plan.Held = b.held
	b.count()
}

func (b *builder) count() {
	n := map[string]*model.PlanTable{}
	for _, t := range b.order {
		n[t.plan.Name] = &t.plan
	}
	for _, r := range b.plan.Rows {
		if r.Action == actionInsert {
			n[r.Table].Insert++
		} else {
			n[r.Table].Update++
		}
	}
	for _, h := range b.plan.Held {
		if t := n[h.Table]; t != nil {
			t.Held++
		}
	}
	for _, t := range b.order {
		b.plan.Tables = append(b.plan.Tables, t.plan)
	}
}
