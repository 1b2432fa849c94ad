package sources_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"salvage/sources"
)

func TestWeeks(t *testing.T) {
	day := func(d int) time.Time { return time.Date(2026, 3, d, 0, 0, 0, 0, time.UTC) } // 2 March is a Monday
	spans := []sources.Span{
		{Stream: "b", From: day(2), To: day(9), State: sources.Complete},
		{Stream: "b", From: day(9), To: day(16), State: sources.Holed, Why: "no right"},
		{Stream: "a", From: day(2), To: day(12), State: sources.Complete},
		{Stream: "a", From: day(12), To: day(31), State: sources.Complete},
		{Stream: "c", From: day(1), To: day(10), State: sources.NotAsked, Why: "kept for 30 days only"},
		{Stream: "c", From: day(10), To: day(31), State: sources.Complete},
		{Stream: "d", State: sources.Holed, Why: "cannot be asked"},
		{Stream: "e", To: day(4), State: sources.Complete},
		{Stream: "e", From: day(5), State: sources.Complete},
	}
	got := map[string][]string{}
	for _, w := range sources.Weeks(spans, day(3), day(18)) {
		got[w.Stream] = append(got[w.Stream], w.From.Format("02")+"-"+w.To.Format("02")+" "+string(w.State)+" "+w.Why)
	}
	require.Equal(t, map[string][]string{
		"a": {"03-09 complete ", "09-16 complete ", "16-18 complete "},
		"b": {"03-09 complete ", "09-16 hole no right", "16-18 not_asked "},
		"c": {"03-09 not_asked kept for 30 days only", "09-16 not_asked kept for 30 days only", "16-18 complete "},
		"d": {"03-09 hole cannot be asked", "09-16 hole cannot be asked", "16-18 hole cannot be asked"},
		"e": {"03-09 not_asked ", "09-16 complete ", "16-18 complete "},
	}, got)
}
