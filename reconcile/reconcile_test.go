package reconcile_test

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"sort"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"salvage/model"
	"salvage/reconcile"
)

func run(t *testing.T, in reconcile.Input) *reconcile.Result {
	t.Helper()
	res, err := reconcile.Run(context.Background(), in)
	require.NoError(t, err)
	return res
}

func byCode(res *reconcile.Result) map[string]*model.Entity {
	out := map[string]*model.Entity{}
	for _, e := range res.Entities {
		if e.Kind == model.Reservation {
			out[e.Get(model.FCode).Str] = e
		}
	}
	return out
}

func TestRebuildsTheLostWindow(t *testing.T) {
	bs := bookings(7, 420)
	res := run(t, input(bs))
	got := byCode(res)
	lost, right := 0, 0
	for _, b := range bs {
		if !b.made.After(cut) || b.made.After(wipe) {
			continue
		}
		lost++
		e := got[b.code]
		if e == nil || e.Held() {
			t.Logf("%s not exported: %+v", b.code, e)
			continue
		}
		assert.Equal(t, model.Rebuilt, e.State)
		assert.True(t, e.Get(model.FStartsAt).Time().Equal(b.start), "%s starts %s, not %s", b.code, e.Get(model.FStartsAt), b.start)
		assert.True(t, e.Get(model.FEndsAt).Time().Equal(b.end), "%s ends %s, not %s", b.code, e.Get(model.FEndsAt), b.end)
		assert.Equal(t, b.total, e.Get(model.FTotal).Num, b.code)
		if e.Get(model.FStatus).Str == model.Cancelled == !b.cancelledAt.IsZero() {
			right++
		}
	}
	require.Greater(t, lost, 30)
	assert.GreaterOrEqual(t, right, lost*95/100, "of %d lost bookings", lost)
}

func TestOnlyWhatWasSaidAfterTheCutChangesTheBackup(t *testing.T) {
	bs := bookings(7, 420)
	got := byCode(run(t, input(bs)))
	for _, b := range bs {
		e := got[b.code]
		if b.made.After(cut) || e == nil || e.Backup == nil {
			continue
		}
		for f, c := range e.Fields {
			if c.Changed {
				assert.Equal(t, model.FStatus, f, "%s: only states changed in this world", b.code)
			}
		}
		if !b.cancelledAt.IsZero() && b.cancelledAt.After(cut) {
			assert.Equal(t, model.Cancelled, e.Get(model.FStatus).Str, b.code)
		}
	}
}

func dump(t *testing.T, res *reconcile.Result) string {
	t.Helper()
	b, err := json.Marshal([]any{res.Entities, res.Conflicts, res.Measured, res.Missing})
	require.NoError(t, err)
	return string(b)
}

func TestWorkersChangeNothing(t *testing.T) {
	in := input(bookings(3, 300))
	want := dump(t, run(t, in))
	for _, w := range []int{1, 3, 8} {
		in.Workers = w
		assert.Equal(t, want, dump(t, run(t, in)))
	}
}

func TestADuplicateChangesNothing(t *testing.T) {
	in := input(bookings(3, 300))
	want := exported(run(t, in))
	in.Readings = append(in.Readings, in.Readings[10:60]...)
	sort.SliceStable(in.Readings, func(a, b int) bool { return in.Readings[a].Key < in.Readings[b].Key })
	assert.Equal(t, want, exported(run(t, in)))
}

func exported(res *reconcile.Result) []string {
	var out []string
	for _, e := range res.Entities {
		if e.State != model.Unchanged && !e.Held() {
			s := e.ID
			for _, f := range []model.Field{model.FCode, model.FStartsAt, model.FEndsAt, model.FStatus, model.FVehicle} {
				s += "|" + e.Get(f).String()
			}
			out = append(out, s)
		}
	}
	return out
}

func TestADecisionIsHonouredAndSurvives(t *testing.T) {
	in := input(bookings(5, 300))
	car := in.Books.Records[model.Vehicle][2]
	_ = car
	ghost := &model.Reading{Key: "event:ghost", Media: "calendar/google", At: cut.AddDate(0, 0, 9).UnixMicro(), Outcome: model.Read, Reader: "calendar@1", Origin: "cal", Title: "Frau Sommer " + car.Fields[model.FPlate].Str,
		Segments: []model.Segment{seg("summary", "", "Frau Sommer "+car.Fields[model.FPlate].Str), seg("start", "", "2025-06-20T10:00:00+02:00"), seg("end", "", "2025-06-22T10:00:00+02:00")}}
	in.Readings = append(in.Readings, ghost)
	res := run(t, in)
	var c *model.Conflict
	for i := range res.Conflicts {
		if res.Conflicts[i].Code == "EX02" {
			c = &res.Conflicts[i]
		}
	}
	require.NotNil(t, c, "an event alone is a question")
	in.Decisions = []model.Decision{{Conflict: c.ID, Choice: "keep", Sees: c.Sees}}
	rand.New(rand.NewPCG(1, 2)).Shuffle(3, func(i, j int) {})
	again := run(t, in)
	for i := range again.Conflicts {
		if again.Conflicts[i].ID == c.ID {
			require.NotNil(t, again.Conflicts[i].Decided)
			assert.Equal(t, c.Sees, again.Conflicts[i].Sees)
			return
		}
	}
	t.Fatal("the conflict's id changed")
}
