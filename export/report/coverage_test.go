package report

import (
	"testing"

	"github.com/stretchr/testify/require"

	"salvage/model"
)

func TestCoverageGrid(t *testing.T) {
	w := func(stream, from, to, state, why string) model.Coverage {
		return model.Coverage{Source: "stripe", Stream: stream, From: from + "T00:00:00Z", To: to + "T00:00:00Z", State: state, Why: why}
	}
	grids, rest := coverage([]model.Coverage{
		{Source: "office", Stream: "old.mbox", State: "hole", Why: "no such file"},
		w("charges", "2026-03-02", "2026-03-09", "complete", ""), w("charges", "2026-03-09", "2026-03-16", "complete", ""), w("charges", "2026-03-16", "2026-03-20", "complete", ""),
		w("disputes", "2026-03-02", "2026-03-09", "hole", "no right"), w("disputes", "2026-03-09", "2026-03-16", "hole", "no right"), w("disputes", "2026-03-16", "2026-03-20", "not_asked", ""),
	})
	require.Equal(t, []model.Coverage{
		{Source: "office", Stream: "old.mbox", State: "hole", Why: "no such file"},
		w("disputes", "2026-03-02", "2026-03-16", "hole", "no right"), w("disputes", "2026-03-16", "2026-03-20", "not_asked", ""),
	}, rest)
	require.Len(t, grids, 1)
	require.Equal(t, []string{"03-02", "03-09", "03-16"}, grids[0].Weeks)
	marks := ""
	for _, r := range grids[0].Rows {
		for _, c := range r.Cells {
			marks += c.Mark
		}
	}
	require.Equal(t, "●●●✕✕·", marks)
	require.Equal(t, "2026-03-02: hole: no right", grids[0].Rows[1].Cells[0].Title)
}
