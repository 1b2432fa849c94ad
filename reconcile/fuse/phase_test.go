package fuse

// This file: where a stay stands at a moment, by instants and by days.

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"salvage/model"
)

func TestPhase(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Paris")
	require.NoError(t, err)
	day := func(d int) model.Value { return model.DateValue(2026, 6, d) }
	at := time.Date(2026, 6, 10, 9, 30, 0, 0, zone)
	moment := func(d int) model.Value { return model.InstantValue(at.AddDate(0, 0, d)) }
	for _, c := range []struct {
		name       string
		start, end model.Value
		want       phase
		known      bool
	}{
		{"days ahead", day(11), day(12), future, true},
		{"days past", day(7), day(9), past, true},
		{"days around", day(8), day(12), present, true},
		{"begins on the day: at any hour of it", day(10), day(12), 0, false},
		{"ends on the day: at any hour of it", day(8), day(10), 0, false},
		{"no end known", day(8), model.Value{}, 0, false},
		{"instants ahead", moment(1), moment(2), future, true},
		{"instants past", moment(-2), moment(-1), past, true},
		{"ends at the moment", moment(-2), moment(0), past, true},
		{"begins at the moment", moment(0), moment(1), present, true},
		{"no times", model.Value{}, model.Value{}, 0, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, ok := phaseAt(c.start, c.end, at.UnixMicro(), zone)
			require.Equal(t, c.known, ok)
			require.Equal(t, c.want, p)
		})
	}
}
