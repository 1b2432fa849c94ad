package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"salvage/sources/backup"
)

func TestDumpCut(t *testing.T) {
	yes, no := true, false
	cases := []struct {
		name   string
		h      backup.Health
		zone   string
		newest string
		want   string // "" for the newest row
	}{
		{"an instant", backup.Health{Cut: "2026-01-24T08:00:00Z"}, "America/Los_Angeles", "2026-01-24T07:00:00Z", "2026-01-24T08:00:00Z"},
		{"an instant after the wipe", backup.Health{Cut: "2026-05-01T08:00:00Z"}, "America/Los_Angeles", "2026-01-24T07:00:00Z", ""},
		{"nothing", backup.Health{}, "America/Los_Angeles", "2026-01-24T07:00:00Z", ""},
		{"the business's clock, since rows are newer than UTC's", backup.Health{CutLocal: "2026-01-24T00:30:00", CutSummer: &no}, "America/Los_Angeles", "2026-01-24T07:59:00Z", "2026-01-24T08:30:00Z"},
		{"UTC, the earlier reading", backup.Health{CutLocal: "2026-01-24T08:00:00", CutSummer: &no}, "America/Los_Angeles", "2026-01-24T07:59:00Z", "2026-01-24T08:00:00Z"},
		{"UTC, since rows are newer than the business's clock", backup.Health{CutLocal: "2026-01-24T08:00:00"}, "Asia/Tokyo", "2026-01-24T07:59:00Z", "2026-01-24T08:00:00Z"},
		{"summer time rules out UTC", backup.Health{CutLocal: "2026-04-01T08:00:00", CutSummer: &yes}, "America/Los_Angeles", "2026-03-31T07:00:00Z", "2026-04-01T15:00:00Z"},
		{"no summer time rules out the business's clock", backup.Health{CutLocal: "2026-04-01T08:00:00", CutSummer: &no}, "Europe/Berlin", "2026-03-31T07:00:00Z", "2026-04-01T08:00:00Z"},
		{"a copy that was restored and dumped again", backup.Health{CutLocal: "2026-05-01T08:00:00"}, "America/Los_Angeles", "2026-01-24T07:00:00Z", ""},
		{"a clock that is wrong", backup.Health{CutLocal: "1999-05-01T08:00:00"}, "America/Los_Angeles", "2026-01-24T07:00:00Z", ""},
		{"no rows with a time", backup.Health{CutLocal: "2026-01-24T08:00:00"}, "America/Los_Angeles", "", "2026-01-24T08:00:00Z"},
	}
	wipe := time.Date(2026, 4, 24, 16, 20, 0, 0, time.UTC)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			zone, err := time.LoadLocation(c.zone)
			require.NoError(t, err)
			newest, _ := time.Parse(time.RFC3339, c.newest)
			got, how := dumpCut(c.h, zone, newest, wipe)
			if c.want == "" {
				require.True(t, got.IsZero())
				return
			}
			require.Equal(t, c.want, stampTime(got))
			require.Equal(t, c.h.CutLocal != "", how != "")
		})
	}
}
