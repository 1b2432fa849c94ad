package casefile

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"salvage/model"
)

func TestReadingsAreACache(t *testing.T) {
	ctx := context.Background()
	c := openCase(t, t.TempDir())
	items := []model.Evidence{object("mail:b@x", "two"), object("mail:a@x", "one"), object("mail:c@x", "three")}
	_, err := c.Append(ctx, Window{"office", "f", "m"}, Batch{Items: items, Done: true})
	require.NoError(t, err)

	v1 := func(string) string { return "mail@1" }
	ids, total, err := c.Pending(v1)
	require.NoError(t, err)
	require.Len(t, ids, 3)
	require.Equal(t, 3, total)

	evs, err := c.Load(ids[:2])
	require.NoError(t, err)
	var list []Stored
	for i, ev := range evs {
		list = append(list, Stored{ID: ids[i], Reader: "mail@1", Reading: &model.Reading{Key: ev.Key, Outcome: model.Read, Title: ev.Key}})
	}
	list[1].Reading.Outcome = model.Defects
	require.NoError(t, c.SaveReadings(ctx, list))

	ids, _, err = c.Pending(v1)
	require.NoError(t, err)
	require.Len(t, ids, 1)
	ids, _, err = c.Pending(func(string) string { return "mail@2" })
	require.NoError(t, err)
	require.Len(t, ids, 3, "a new reader reads everything anew")

	got, err := c.Readings(ctx)
	require.NoError(t, err)
	require.Len(t, got, 2)
	require.Equal(t, "mail:a@x", got[0].Key)
	require.Equal(t, "mail:a@x", got[0].Title)
	require.Equal(t, "mail/rfc822", got[0].Media)

	tallies, err := c.Tallies(ctx)
	require.NoError(t, err)
	require.Equal(t, []Tally{{Source: "office", Media: "mail/rfc822", Read: 1, Defects: 1, Unread: 1, From: 3, To: 5}}, tallies)
	require.Equal(t, 3, tallies[0].Objects())
}

func TestNewestDecisionCounts(t *testing.T) {
	ctx := context.Background()
	c := openCase(t, t.TempDir())
	for _, d := range []model.Decision{{Conflict: "b", Choice: "x"}, {Conflict: "a", Choice: "x"}, {Conflict: "b", Choice: "y", Note: "called her"}} {
		require.NoError(t, c.Decide(ctx, d))
	}
	got, err := c.Decisions()
	require.NoError(t, err)
	require.Equal(t, []model.Decision{{Conflict: "a", Choice: "x"}, {Conflict: "b", Choice: "y", Note: "called her"}}, got)
}

func TestRunsInOrder(t *testing.T) {
	ctx := context.Background()
	c := openCase(t, t.TempDir())
	for _, r := range []string{"bbb", "aaa", "bbb"} {
		require.NoError(t, c.AddRun(ctx, r, "plan", "2026-01-01T00:00:00Z"))
	}
	got, err := c.Runs()
	require.NoError(t, err)
	require.Equal(t, []string{"bbb", "aaa"}, got)
}

func TestResultComesBackWhole(t *testing.T) {
	ctx := context.Background()
	c := openCase(t, t.TempDir())
	none, err := c.LoadResult(ctx)
	require.NoError(t, err)
	require.Nil(t, none)

	v := model.MoneyValue(1250, "EUR")
	r := &Result{Input: "fp", Summary: model.Summary{Run: "abc", Timing: map[string]any{"seconds": 1.5}}}
	for i := range chunk*2 + 3 {
		r.Entities = append(r.Entities, &model.Entity{ID: fmt.Sprint("reservation:", i), Fields: map[model.Field]model.Cell{model.FTotal: {Value: v, Mark: model.Likely}}})
	}
	r.Conflicts = []model.Conflict{{ID: "c1", Options: []model.Option{{Choice: "a", Value: &v}, {Choice: "b"}}}}
	r.Held = []model.HeldRow{{Table: "t", Code: "BK03"}}
	require.NoError(t, c.SaveResult(ctx, r))
	require.NoError(t, c.SaveResult(ctx, r), "in place of the one before")
	got, err := c.LoadResult(ctx)
	require.NoError(t, err)
	require.Equal(t, r, got)
	s, err := c.LoadSummary(ctx)
	require.NoError(t, err)
	require.Equal(t, "abc", s.Run)
}
