package report

// This file: the report page: what was rebuilt, from what, how sure, and what is missing.

import (
	"fmt"
	"html/template"
	"io"
	"sort"
	"strings"

	"salvage/model"
)

// limits keep the page readable and bounded; the files beside it have everything.
const (
	maxUrgent = 60
	maxHeld   = 200
)

// WriteReport writes report/index.html.
func WriteReport(w io.Writer, in Input) error {
	f, err := newFrame("salvage report: " + in.Business)
	if err != nil {
		return err
	}
	list := days(in)
	page := reportPage{
		frame: f, Input: in, Verdict: verdict(in), Kinds: kinds(in.Summary), Days: list, Chart: chart(list),
		Overlap: overlap(in.Entities), Marks: marks(in.Entities), Codes: codes(in.Conflicts),
		HeldBy: heldBy(in.Held), MissingText: missing(in.Summary.Missing),
	}
	page.Grids, page.Coverage = coverage(in.Summary.Coverage)
	for _, c := range in.Conflicts {
		if c.Decided == nil {
			page.Urgent = append(page.Urgent, c)
		}
	}
	page.Urgent, page.MoreUrgent = head(page.Urgent, maxUrgent)
	page.Held, page.MoreHeld = head(in.Held, maxHeld)
	return render(w, "report.html", page)
}

type reportPage struct {
	frame
	Input
	Verdict     string
	Kinds       []kindRow
	Days        []Day
	Chart       template.HTML
	Overlap     []count
	Marks       []markRow
	Grids       []grid
	Coverage    []model.Coverage
	Codes       []codeRow
	Urgent      []model.Conflict
	MoreUrgent  int
	HeldBy      []count
	Held        []model.HeldRow
	MoreHeld    int
	MissingText string
}

// Defected reports whether any object could not be read whole.
func (p reportPage) Defected() bool {
	for _, s := range p.Summary.Evidence {
		if s.Defects+s.Unreadable+s.Holes > 0 {
			return true
		}
	}
	return false
}

func head[T any](list []T, n int) (first []T, more int) {
	if len(list) <= n {
		return list, 0
	}
	return list[:n], len(list) - n
}

// verdict says in a few sentences what the operator has in hand.
func verdict(in Input) string {
	s := in.Summary
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %s and %s were rebuilt that the backup does not have; %s of the backup were brought up to date. ",
		plural(s.Reservations.Rebuilt, "reservation"), plural(s.Customers.Rebuilt, "customer"), plural(s.Payments.Rebuilt, "payment"),
		plural(s.Reservations.Updated+s.Customers.Updated+s.Payments.Updated, "row"))
	if held := s.Reservations.Held + s.Customers.Held + s.Payments.Held + s.Vehicles.Held; held > 0 {
		fmt.Fprintf(&b, "%d more are held back until a person has looked. ", held)
	}
	if s.Conflicts.Open > 0 {
		fmt.Fprintf(&b, "%s %s open. ", plural(s.Conflicts.Open, "conflict"), are(s.Conflicts.Open))
	}
	if c := s.Measured.CertifiedError; c != nil {
		fmt.Fprintf(&b, "Of the exported rows at most %s are wrong, measured on %s.", percent(c), plural(s.Measured.Labels, "label"))
	} else {
		b.WriteString("Nothing is certified: only what a strong key or two independent sources carry is exported.")
	}
	return b.String()
}

func are(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

// missing says what is known of reservations that left no evidence.
func missing(m model.Missing) string {
	if m.Low == nil || m.High == nil {
		return "How many reservations left no evidence at all could not be estimated."
	}
	return fmt.Sprintf("Between %d and %d reservations are estimated to have left no evidence at all.", *m.Low, *m.High)
}

type kindRow struct {
	Kind string
	model.KindCount
}

func kinds(s model.Summary) []kindRow {
	return []kindRow{{"customers", s.Customers}, {"reservations", s.Reservations}, {"payments", s.Payments}, {"vehicles", s.Vehicles}}
}

type count struct {
	Name string
	N    int
}

// tally sorts counts by number, then name.
func tally(m map[string]int) []count {
	out := make([]count, 0, len(m))
	for name, n := range m {
		out = append(out, count{name, n})
	}
	sort.Slice(out, func(i, j int) bool {
		if out[i].N != out[j].N {
			return out[i].N > out[j].N
		}
		return out[i].Name < out[j].Name
	})
	return out
}

// overlap counts which sources speak together of a rebuilt reservation.
func overlap(list []*model.Entity) []count {
	m := map[string]int{}
	for _, e := range list {
		if e.Kind == model.Reservation && e.State == model.Rebuilt {
			m[strings.Join(e.Sources, " + ")]++
		}
	}
	return tally(m)
}

// markRow counts how the cells of one field of the exported, rebuilt reservations came about.
type markRow struct {
	Field                              model.Field
	Certified, Likely, Derived, Filled int
}

func marks(list []*model.Entity) []markRow {
	by := map[model.Field]*markRow{}
	for _, e := range list {
		if e.Kind != model.Reservation || e.State != model.Rebuilt || e.Held() {
			continue
		}
		for f, c := range e.Fields {
			if by[f] == nil {
				by[f] = &markRow{Field: f}
			}
			by[f].add(c.Mark)
		}
	}
	out := make([]markRow, 0, len(by))
	for _, r := range by {
		out = append(out, *r)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Field < out[j].Field })
	return out
}

func (r *markRow) add(m model.Mark) {
	switch m {
	case model.Certified:
		r.Certified++
	case model.Likely:
		r.Likely++
	case model.Derived:
		r.Derived++
	case model.Filled:
		r.Filled++
	}
}

// codeRow counts the conflicts of one kind.
type codeRow struct {
	Code, Severity, Example string
	Open, Decided           int
}

func codes(list []model.Conflict) []codeRow {
	var out []codeRow
	at := map[string]int{}
	for _, c := range list {
		i, ok := at[c.Code]
		if !ok {
			i = len(out)
			at[c.Code] = i
			out = append(out, codeRow{Code: c.Code, Severity: string(c.Severity), Example: c.Question})
		}
		if c.Decided != nil {
			out[i].Decided++
		} else {
			out[i].Open++
		}
	}
	sort.SliceStable(out, func(i, j int) bool {
		if out[i].Severity != out[j].Severity {
			return out[i].Severity < out[j].Severity
		}
		return out[i].Code < out[j].Code
	})
	return out
}

func heldBy(list []model.HeldRow) []count {
	m := map[string]int{}
	for _, h := range list {
		m[h.Code]++
	}
	return tally(m)
}
