package main

// This file: the summary of a run, as summary.json and as closing words.

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"sort"
	"strings"

	"salvage/export/report"
	"salvage/model"
	"salvage/model/casefile"
	"salvage/reconcile"
)

// summary counts. An entity is held when its own state keeps it out of the export, or when the plan
// had to leave it out; backup rows whose change is held stand as unchanged.
func (j *job) summary(counts []model.SourceCount, res *reconcile.Result, p *model.Plan) model.Summary {
	s := model.Summary{
		Run: p.Run, Cut: stampTime(j.cut), Wipe: stampTime(*j.cfg.Incident.Wipe), Now: stampTime(j.now),
		Evidence: counts, Measured: res.Measured, Missing: res.Missing, Coverage: j.coverage, Timing: map[string]any{},
		Conflicts: model.ConflictCount{BySeverity: map[model.Severity]int{}, ByCode: map[string]int{}},
	}
	tidySummary(&s)
	written := map[string]bool{}
	for _, r := range p.Rows {
		written[r.Entity] = true
	}
	left := map[string]bool{}
	for _, h := range p.Held {
		left[h.Entity.ID] = !written[h.Entity.ID]
	}
	kinds := map[model.Kind]*model.KindCount{model.Customer: &s.Customers, model.Reservation: &s.Reservations, model.Payment: &s.Payments, model.Vehicle: &s.Vehicles}
	for _, e := range res.Entities {
		if k := kinds[e.Kind]; k != nil {
			countEntity(k, e, e.Held() || left[e.ID])
		}
	}
	for _, c := range res.Conflicts {
		s.Conflicts.Total++
		s.Conflicts.BySeverity[c.Severity]++
		s.Conflicts.ByCode[c.Code]++
		if c.Decided == nil {
			s.Conflicts.Open++
		}
	}
	s.Next = next(s)
	return s
}

func countEntity(k *model.KindCount, e *model.Entity, held bool) {
	if e.State != model.Rebuilt {
		k.Backup++
	}
	switch {
	case held:
		k.Held++
		if e.State != model.Rebuilt {
			k.Unchanged++
		}
	case e.State == model.Rebuilt:
		k.Rebuilt++
	case e.State == model.Updated:
		k.Updated++
	default:
		k.Unchanged++
	}
}

// tidySummary gives empty lists and maps where the contract has some.
func tidySummary(s *model.Summary) {
	if s.Evidence == nil {
		s.Evidence = []model.SourceCount{}
	}
	if s.Coverage == nil {
		s.Coverage = []model.Coverage{}
	}
	if s.Missing.Gaps == nil {
		s.Missing.Gaps = []string{}
	}
	if s.Measured.TierShares == nil {
		s.Measured.TierShares = map[string]float64{}
	}
	if s.Measured.Fields == nil {
		s.Measured.Fields = map[string]float64{}
	}
}

// next is the one command to type next.
func next(s model.Summary) string {
	switch {
	case s.Conflicts.Open > 0:
		return "salvage conflicts"
	default:
		return "salvage export"
	}
}

// typed is a command as it must be typed from here, with the flags that this one was given.
func (g *globals) typed(command string) string {
	if g.config != "salvage.yaml" {
		command += " -c " + quote(g.config)
	}
	if g.caseDir != "case" {
		command += " --case " + quote(g.caseDir)
	}
	return command
}

// quote quotes a word for a shell where it must be.
func quote(s string) string {
	if s != "" && strings.IndexFunc(s, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("/._-+:@", r))
	}) < 0 {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// writeAll writes everything but the export into the case folder.
func (j *job) writeAll(r *casefile.Result) error {
	return j.stage("pages", func() error {
		return errors.Join(j.writeConflicts(r.Conflicts), j.writePages(r), j.writeSummary(&r.Summary))
	})
}

func (j *job) writeConflicts(list []model.Conflict) error {
	return errors.Join(
		writeFile(filepath.Join(j.g.caseDir, "conflicts.json"), func(w io.Writer) error { return report.WriteConflictsJSON(w, list) }),
		writeFile(filepath.Join(j.g.caseDir, "conflicts.csv"), func(w io.Writer) error { return report.WriteConflictsCSV(w, list) }),
	)
}

// writeSummary writes summary.json with the times of this run.
func (j *job) writeSummary(s *model.Summary) error {
	out := *s
	out.Timing = j.times
	return writeJSON(filepath.Join(j.g.caseDir, "summary.json"), out)
}

// closing prints what was rebuilt, from what, how sure, what is missing, and the next step; export is
// the folder of the export, "" when none was written.
func (j *job) closing(r *casefile.Result, export string) error {
	s := r.Summary
	s.Timing = j.times
	return j.u.result(s, func(w io.Writer) error { return writeClosing(w, j, s, export) })
}

func writeClosing(w io.Writer, j *job, s model.Summary, export string) error {
	lost := j.cfg.Incident.Wipe.Sub(j.cut)
	fmt.Fprintf(w, "\n%s: lost from %s to %s (%.0f days)\n\nwhat was rebuilt\n", report.Plain(j.cfg.Business.Name), s.Cut, s.Wipe, lost.Hours()/24)
	var rows [][]any
	for _, k := range []struct {
		name string
		n    model.KindCount
	}{{"customers", s.Customers}, {"reservations", s.Reservations}, {"payments", s.Payments}, {"vehicles", s.Vehicles}} {
		rows = append(rows, []any{k.name, k.n.Backup, k.n.Unchanged, k.n.Updated, k.n.Rebuilt, k.n.Held})
	}
	err := writeTable(w, []string{"", "in backup", "unchanged", "updated", "rebuilt", "held"}, rows)
	fmt.Fprintln(w, "\nfrom what")
	err = errors.Join(err, writeCounts(w, s.Evidence))
	fmt.Fprintf(w, "\nhow sure    %s\n", sureWords(s.Measured))
	fmt.Fprintf(w, "to settle   %s\n", conflictWords(s.Conflicts))
	fmt.Fprintf(w, "missing     %s\n", missingWords(s))
	fmt.Fprintf(w, "look at     %s, %s\n", filepath.Join(j.g.caseDir, "report", "index.html"), filepath.Join(j.g.caseDir, "board.html"))
	if export != "" {
		fmt.Fprintf(w, "export      %s (run %s): read README.txt there before anything is imported\n", export, s.Run)
	}
	fmt.Fprintf(w, "next        %s\n", j.g.typed(s.Next))
	return err
}

func sureWords(m model.Measured) string {
	if m.CertifiedError == nil {
		return "nothing is certified; exported is what a strong key or two independent sources carry, the rest is held"
	}
	return fmt.Sprintf("at most %.2f %% of the exported rows are wrong, measured on %d labels", *m.CertifiedError*100, m.Labels)
}

func conflictWords(c model.ConflictCount) string {
	if c.Total == 0 {
		return "no conflicts"
	}
	var parts []string
	for sev, n := range c.BySeverity {
		parts = append(parts, fmt.Sprintf("%s %d", sev, n))
	}
	sort.Strings(parts)
	return fmt.Sprintf("%d of %d conflicts open (%s)", c.Open, c.Total, strings.Join(parts, ", "))
}

func missingWords(s model.Summary) string {
	var parts []string
	if s.Missing.Low != nil && s.Missing.High != nil {
		parts = append(parts, fmt.Sprintf("%d to %d reservations left no evidence (estimate)", *s.Missing.Low, *s.Missing.High))
	} else {
		parts = append(parts, "reservations without any evidence: not estimated")
	}
	if n := len(s.Missing.Gaps); n > 0 {
		parts = append(parts, fmt.Sprintf("%d gaps in the numbering", n))
	}
	holes := 0
	for _, c := range s.Evidence {
		holes += c.Holes
	}
	if holes > 0 {
		parts = append(parts, fmt.Sprintf("%d holes in the sources", holes))
	}
	return strings.Join(parts, "; ")
}
