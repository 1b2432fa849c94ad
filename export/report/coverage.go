package report

// This file: what was pulled, as a grid of stream and week, and the holes in words.

import (
	"salvage/model"
)

// grid is the coverage of one source week by week.
type grid struct {
	Source string
	Weeks  []string // the Monday of each, as month and day
	Rows   []gridRow
}

type gridRow struct {
	Stream string
	Cells  []gridCell
}

type gridCell struct {
	Mark, Title string
	Bad         bool
}

// coverage parts the summary's coverage: streams that are told week by week become grids; of them, stretches
// that are not complete stand in the list too, weeks of one reason together.
func coverage(list []model.Coverage) (grids []grid, rest []model.Coverage) {
	for i := 0; i < len(list); {
		n := i
		for n < len(list) && list[n].Source == list[i].Source && list[n].Stream == list[i].Stream {
			n++
		}
		stream := list[i:n]
		i = n
		if !weekly(stream) {
			rest = append(rest, stream...)
			continue
		}
		if len(grids) == 0 || grids[len(grids)-1].Source != stream[0].Source {
			grids = append(grids, grid{Source: stream[0].Source})
		}
		grids[len(grids)-1].add(stream)
		rest = append(rest, stretches(stream)...)
	}
	return grids, rest
}

// weekly says whether rows are the weeks of one stream.
func weekly(rows []model.Coverage) bool {
	for i, r := range rows {
		if r.From == "" || r.To == "" || i > 0 && rows[i-1].To != r.From {
			return false
		}
	}
	return len(rows) > 1
}

func (g *grid) add(weeks []model.Coverage) {
	row := gridRow{Stream: weeks[0].Stream}
	var heads []string
	for _, w := range weeks {
		heads = append(heads, w.From[5:min(10, len(w.From))])
		c := gridCell{Title: w.From[:min(10, len(w.From))] + ": " + w.State}
		switch w.State {
		case "complete":
			c.Mark = "●"
		case "hole":
			c.Mark, c.Bad = "✕", true
		default:
			c.Mark = "·"
		}
		if w.Why != "" {
			c.Title += ": " + w.Why
		}
		row.Cells = append(row.Cells, c)
	}
	if len(heads) > len(g.Weeks) {
		g.Weeks = heads
	}
	g.Rows = append(g.Rows, row)
}

// stretches joins weeks that follow each other in one state for one reason, and leaves out the complete ones.
func stretches(weeks []model.Coverage) (out []model.Coverage) {
	for _, w := range weeks {
		if w.State == "complete" {
			continue
		}
		if n := len(out); n > 0 && out[n-1].State == w.State && out[n-1].Why == w.Why && out[n-1].To == w.From {
			out[n-1].To = w.To
			continue
		}
		out = append(out, w)
	}
	return out
}
