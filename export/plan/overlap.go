package plan

// This file: double bookings, where a table forbids them by an EXCLUDE constraint.

import (
	"math"
	"regexp"
	"sort"
	"strings"

	"salvage/model"
	"salvage/model/mapping"
)

// stay is one vehicle's time, in microseconds.
type stay struct {
	from, to int64
	key      string // of the target's row; "" for a planned one
	label    string
}

// exclusion holds drafts that would double-book a vehicle. What the constraint says is understood only
// through the mapping: same vehicle, stays that overlap, both in a status that blocks.
func (b *builder) exclusion(be *mapping.BoundEntity, drafts []*draft) {
	if be.Kind != model.Reservation || len(be.Main.Exclusions) == 0 {
		return
	}
	start, end := be.Field(model.FStartsAt), be.Field(model.FEndsAt)
	if be.Field(model.FVehicle) == nil || start == nil || end == nil || !mentioned(be.Main.Exclusions, be.Field(model.FVehicle).Cols[0]) {
		return
	}
	closed := mentioned(be.Main.Exclusions, "[]")
	frees := b.freeing(be)
	changed := map[string]bool{}
	for _, d := range drafts {
		if r := d.row(""); r != nil && r.action == actionUpdate && d.hold.code == "" {
			changed[strings.Join(r.key, model.KeySep)] = true
		}
	}
	taken, longest := b.stays(frees, changed, closed)
	added := map[string][]stay{}
	for _, d := range drafts {
		if d.hold.code != "" || d.row("") == nil {
			continue
		}
		v, s, ok := b.stayOf(d.fields, frees, closed)
		if !ok {
			continue
		}
		s.label = d.e.Label
		if other := clash(taken[v], longest[v], s); other != nil {
			d.stop(CodeTaken, "the vehicle is taken at that time by row %s", other.key)
			continue
		}
		if other := clash(added[v], math.MaxInt64, s); other != nil {
			d.stop(CodeTaken, "the vehicle is taken at that time by %s, which is surer", clip(other.label))
			continue
		}
		added[v] = append(added[v], s)
	}
}

// stays lists the target's stays by vehicle, sorted by their start, and the longest one of each.
func (b *builder) stays(frees func(string) bool, without map[string]bool, closed bool) (map[string][]stay, map[string]int64) {
	taken, longest := map[string][]stay{}, map[string]int64{}
	for key, r := range b.recs[model.Reservation] {
		if without[key] {
			continue
		}
		if v, s, ok := b.stayOf(r.Fields, frees, closed); ok {
			s.key = key
			taken[v] = append(taken[v], s)
			longest[v] = max(longest[v], s.to-s.from)
		}
	}
	for _, list := range taken {
		sort.Slice(list, func(i, j int) bool {
			if list[i].from != list[j].from {
				return list[i].from < list[j].from
			}
			return list[i].key < list[j].key
		})
	}
	return taken, longest
}

func (b *builder) stayOf(f map[model.Field]model.Value, frees func(string) bool, closed bool) (vehicle string, s stay, ok bool) {
	v, from, to := f[model.FVehicle], f[model.FStartsAt], f[model.FEndsAt]
	if v.Type != model.Ref || from.IsZero() || frees(f[model.FStatus].Str) {
		return "", s, false
	}
	s.from = from.InZone(b.bound.Zone).Num
	s.to = math.MaxInt64 / 2
	if !to.IsZero() {
		s.to = to.InZone(b.bound.Zone).Num
	}
	if closed {
		s.to++
	}
	vehicle = v.Str
	if e := b.ents[vehicle]; e != nil && e.Backup != nil {
		vehicle = e.Backup.Key
	}
	return vehicle, s, s.to > s.from
}

// clash finds a stay that overlaps; the list is sorted by start unless longest is unbounded.
func clash(list []stay, longest int64, s stay) *stay {
	i := len(list)
	if longest != math.MaxInt64 {
		i = sort.Search(len(list), func(i int) bool { return list[i].from >= s.to })
	}
	for i--; i >= 0; i-- {
		o := &list[i]
		if longest != math.MaxInt64 && o.from < s.from-longest {
			return nil
		}
		if o.from < s.to && s.from < o.to {
			return o
		}
	}
	return nil
}

func mentioned(defs []string, word string) bool {
	for _, d := range defs {
		if strings.Contains(d, word) {
			return true
		}
	}
	return false
}

// freeing says which canonical statuses do not block a vehicle: cancelled, and what the constraint's own
// WHERE lets go.
func (b *builder) freeing(be *mapping.BoundEntity) func(string) bool {
	quoted := regexp.MustCompile(`'((?:[^']|'')*)'`)
	f := be.Field(model.FStatus)
	for _, def := range be.Main.Exclusions {
		_, where, ok := strings.Cut(def, "WHERE")
		if f == nil || !ok || !strings.Contains(where, f.Cols[0]) {
			continue
		}
		words := map[string]bool{}
		for _, m := range quoted.FindAllStringSubmatch(where, -1) {
			words[strings.ReplaceAll(m[1], "''", "'")] = true
		}
		excludes := strings.Contains(where, "<>") || strings.Contains(where, "!=") || strings.Contains(strings.ToUpper(where), "NOT ")
		return func(status string) bool { return words[rawWord(f, status)] == excludes }
	}
	return func(status string) bool { return status == model.Cancelled }
}

// rawWord is the company's word for a canonical one.
func rawWord(f *mapping.BoundField, status string) string {
	for _, w := range f.Words {
		if w.Word == status {
			return w.Raw
		}
	}
	return status
}
