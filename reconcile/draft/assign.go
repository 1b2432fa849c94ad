package draft

// This file: which column each field takes: one assignment over all fields of an entity, so that no two
// take the same column, and what it would cost to do without each pair.

import (
	"math"
	"sort"

	"salvage/model"
)

// Limits of scores, between 0 and about 2.
const (
	accept = 0.42 // least score of a pair
	sure   = 0.20 // least regret of a pair that needs no mark
)

// pick is a field and the column it takes.
type pick struct {
	rule   *rule
	cand   candidate
	score  float64
	regret float64 // what the whole loses without this pair
	other  string  // the runner-up
}

// maxCandidates bounds the columns that compete for one entity.
const maxCandidates = 300

// assign gives fields their columns so that the sum of scores above accept is greatest.
func assign(rs []*rule, cands []candidate, score func(*rule, candidate) float64) []pick {
	gain := make([][]float64, len(rs))
	best := make([]float64, len(cands))
	for i, r := range rs {
		gain[i] = make([]float64, len(cands))
		for j, c := range cands {
			if s := score(r, c) - accept; s > 0 {
				gain[i][j] = s
				best[j] = math.Max(best[j], s)
			}
		}
	}
	keep := bestColumns(best)
	for i := range gain {
		row := make([]float64, len(keep))
		for n, j := range keep {
			row[n] = gain[i][j]
		}
		gain[i] = row
	}
	choice, total := hungarian(gain)
	var out []pick
	for i, n := range choice {
		if n < 0 || gain[i][n] <= 0 {
			continue
		}
		p := pick{rule: rs[i], cand: cands[keep[n]], score: gain[i][n] + accept}
		was := gain[i][n]
		gain[i][n] = 0
		again, less := hungarian(gain)
		gain[i][n] = was
		p.regret = total - less
		switch m := again[i]; {
		case m >= 0 && m != n && gain[i][m] > 0:
			p.other = cands[keep[m]].ref()
		default:
			for k, m := range again {
				if m == n && k != i && gain[k][n] > 0 {
					p.other = "it is " + string(rs[k].field)
				}
			}
		}
		if p.other == "" {
			p.other = "none"
		}
		out = append(out, p)
	}
	return out
}

func (c candidate) ref() string {
	if c.join == "" {
		return c.Name
	}
	return c.join + "." + c.Name
}

// bestColumns are the columns with anything to gain, the most promising of very many.
func bestColumns(best []float64) []int {
	var keep []int
	for j, s := range best {
		if s > 0 {
			keep = append(keep, j)
		}
	}
	if len(keep) > maxCandidates {
		sort.SliceStable(keep, func(a, b int) bool { return best[keep[a]] > best[keep[b]] })
		keep = keep[:maxCandidates]
		sort.Ints(keep)
	}
	return keep
}

// hungarian solves the assignment problem (Kuhn–Munkres with potentials): gain[i][j] ≥ 0, each row at most
// one column. choice is -1 for rows that stay without.
func hungarian(gain [][]float64) (choice []int, total float64) {
	n := len(gain)
	if n == 0 {
		return nil, 0
	}
	m := len(gain[0]) + n // a column for every row that stays without
	cost := func(i, j int) float64 {
		if j < len(gain[0]) {
			return -gain[i][j]
		}
		return 0
	}
	u, v := make([]float64, n+1), make([]float64, m+1)
	p, way := make([]int, m+1), make([]int, m+1)
	for i := 1; i <= n; i++ {
		p[0] = i
		augment(i, m, cost, u, v, p, way)
	}
	choice = make([]int, n)
	for i := range choice {
		choice[i] = -1
	}
	for j := 1; j <= m; j++ {
		if p[j] > 0 && j-1 < len(gain[0]) && gain[p[j]-1][j-1] > 0 {
			choice[p[j]-1] = j - 1
			total += gain[p[j]-1][j-1]
		}
	}
	return choice, total
}

// augment finds the shortest augmenting path for one more row.
func augment(_, m int, cost func(i, j int) float64, u, v []float64, p, way []int) {
	minv, used := make([]float64, m+1), make([]bool, m+1)
	for j := range minv {
		minv[j] = math.Inf(1)
	}
	j0 := 0
	for {
		used[j0] = true
		i0, delta, j1 := p[j0], math.Inf(1), 0
		for j := 1; j <= m; j++ {
			if used[j] {
				continue
			}
			if cur := cost(i0-1, j-1) - u[i0] - v[j]; cur < minv[j] {
				minv[j], way[j] = cur, j0
			}
			if minv[j] < delta {
				delta, j1 = minv[j], j
			}
		}
		for j := 0; j <= m; j++ {
			if used[j] {
				u[p[j]] += delta
				v[j] -= delta
			} else {
				minv[j] -= delta
			}
		}
		if j0 = j1; p[j0] == 0 {
			break
		}
	}
	for j0 != 0 {
		j1 := way[j0]
		p[j0] = p[j1]
		j0 = j1
	}
}

// kindsOf are the kinds in the order in which they are drafted.
func kindsOf() []model.Kind {
	return []model.Kind{model.Location, model.Vehicle, model.Customer, model.Reservation, model.Payment}
}
