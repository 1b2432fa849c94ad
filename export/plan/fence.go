package plan

// This file: the fence, how far sequences must move before business resumes. Keys are not identity after
// an old restore: every id that the lost database gave away must never be given again.

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"salvage/model"
	"salvage/model/mapping"
)

const (
	growthDays = 90   // the growth of the last days before the cut is carried on
	growthPart = 10   // without a created time: one part in ten
	marginMin  = 1000 // the least margin
	marginPart = 20   // else one part in twenty
	day        = 24 * time.Hour
)

// fence makes one entry for each sequence-fed key of a planned table, from whole tables, not from the scope
// of one tenant.
func (b *builder) fence() ([]model.FenceEntry, error) {
	var out []model.FenceEntry
	for _, t := range b.order {
		if t.plan.KeyFrom != keySequence && t.plan.KeyFrom != keyIdentity {
			continue
		}
		e, err := b.fenceEntry(t)
		if err != nil {
			return nil, err
		}
		if e.Table != "" {
			out = append(out, e)
		}
	}
	return out, nil
}

func (b *builder) fenceEntry(t *tableEntry) (model.FenceEntry, error) {
	c := t.table.Column(t.gen)
	if c == nil || mapping.ClassOf(b.bound.Schema, c.Type) != mapping.ClassInt {
		return model.FenceEntry{}, nil
	}
	f := model.FenceEntry{Table: t.plan.Name, Column: c.Name, Type: c.Type, Sequence: t.plan.Sequence}
	created := createdColumn(t)
	now, then, err := b.highest(b.in.Backup, t, created)
	if err != nil {
		return f, err
	}
	f.BackupMax = now
	if b.in.Live != nil {
		live, _, err := b.highest(b.in.Live, t, "")
		if err != nil {
			return f, err
		}
		f.BackupMax = max(f.BackupMax, live)
	}
	limit := mapping.IntMax(b.bound.Schema, c.Type)
	f.EvidenceMax = b.evidenceMax(t, limit)
	top := max(now+b.growth(now, then, created != ""), f.BackupMax, f.EvidenceMax)
	f.Floor = top + max(marginMin, top/marginPart)
	if f.Floor > limit || f.Floor < 0 {
		return f, fmt.Errorf("%s.%s (%s) has no room: ids up to %d must be passed, the type ends at %d\nhint: widen the column before business resumes", f.Table, f.Column, f.Type, f.Floor, limit)
	}
	return f, nil
}

// growth carries the last days' growth over the lost window.
func (b *builder) growth(now, then int64, dated bool) int64 {
	if !dated || then < 0 {
		return now / growthPart
	}
	days := int64(growthDays)
	if b.in.Wipe.After(b.in.Cut) {
		days = int64(b.in.Wipe.Sub(b.in.Cut)/day) + 1
	}
	return max(0, now-then) * days / growthDays
}

// createdColumn is the column of the entity's created_at in its main table; "" when there is none.
func createdColumn(t *tableEntry) string {
	if t.be == nil {
		return ""
	}
	f := t.be.Field(model.FCreatedAt)
	if f == nil || f.Join != "" {
		return ""
	}
	switch f.Class {
	case mapping.ClassTimestampTZ, mapping.ClassTimestamp, mapping.ClassDate:
		return f.Cols[0]
	}
	return ""
}

// highest is the highest key of a table, and the highest of rows that were there growthDays before the cut
// (-1 when none was).
func (b *builder) highest(db model.Tables, t *tableEntry, created string) (now, then int64, err error) {
	then = -1
	name := nameIn(db, t.table)
	if name == "" {
		return 0, then, nil
	}
	class := b.class(t.table, created)
	early := b.in.Cut.UTC().Add(-growthDays * day).Format("2006-01-02 15:04:05+00")
	if class != mapping.ClassTimestampTZ {
		early = early[:len(early)-3]
	}
	err = db.Each(name, func(r *model.Row) error {
		s, ok := r.Get(t.gen)
		n, perr := strconv.ParseInt(s, 10, 64)
		if !ok || perr != nil {
			return nil
		}
		now = max(now, n)
		if at, ok := r.Get(created); ok && created != "" && mapping.Order(class, &at, &early) <= 0 {
			then = max(then, n)
		}
		return nil
	})
	return now, then, err
}

// evidenceMax is the highest lost key that evidence names for a table, of held entities too. A number that
// the column's type has no room behind was never given away by this sequence and counts for nothing.
func (b *builder) evidenceMax(t *tableEntry, limit int64) int64 {
	var top int64
	if t.be == nil {
		return 0
	}
	for _, e := range b.in.Entities {
		if e.Kind != t.be.Kind {
			continue
		}
		for i, part := range strings.Split(e.WantKey, model.KeySep) {
			if i >= len(t.plan.Key) || t.plan.Key[i] != t.gen {
				continue
			}
			if n, err := strconv.ParseInt(part, 10, 64); err == nil && n < limit-limit/marginPart-marginMin {
				top = max(top, n)
			}
		}
	}
	return top
}
