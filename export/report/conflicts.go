package report

// This file: conflicts.json and conflicts.csv.

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"regexp"
	"strings"

	"salvage/model"
)

// WriteConflictsJSON writes the conflicts in their order, as the contract of conflicts.json has them.
func WriteConflictsJSON(w io.Writer, list []model.Conflict) error {
	if list == nil {
		list = []model.Conflict{}
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(tidy(list))
}

// tidy gives empty lists where a list is promised, and hides when and by whom a decision was
// made: that is kept in the case, never in a result.
func tidy(list []model.Conflict) []model.Conflict {
	out := make([]model.Conflict, len(list))
	for i, c := range list {
		if c.Decided != nil {
			d := *c.Decided
			d.At = ""
			c.Decided = &d
		}
		options := make([]model.Option, len(c.Options))
		for j, o := range c.Options {
			if o.Evidence == nil {
				o.Evidence = []model.Shown{}
			}
			options[j] = o
		}
		c.Options = options
		out[i] = c
	}
	return out
}

// WriteConflictsCSV writes one line an option; a conflict without options has one line.
func WriteConflictsCSV(w io.Writer, list []model.Conflict) error {
	out := csv.NewWriter(w)
	if err := out.Write([]string{"id", "code", "severity", "due", "amount", "currency", "kind", "ref", "label", "question", "choice", "value", "effect", "evidence", "decided"}); err != nil {
		return err
	}
	for _, c := range list {
		options := c.Options
		if len(options) == 0 {
			options = []model.Option{{}}
		}
		for _, o := range options {
			if err := out.Write(csvLine(c, o)); err != nil {
				return err
			}
		}
	}
	out.Flush()
	return out.Error()
}

func csvLine(c model.Conflict, o model.Option) []string {
	due, amount, currency, decided := "", "", "", ""
	if c.Due != nil {
		due = *c.Due
	}
	if c.Money != nil {
		amount, currency = model.Decimal(c.Money.Minor, model.MinorDigits(c.Money.Currency)), strings.ToUpper(c.Money.Currency)
	}
	if c.Decided != nil {
		decided = c.Decided.Choice
	}
	var seen []string
	for _, s := range o.Evidence {
		seen = append(seen, strings.TrimSpace(s.Native+" "+s.Where+": "+s.Text))
	}
	line := []string{c.ID, c.Code, string(c.Severity), due, amount, currency, string(c.Entity.Kind), c.Entity.Ref, c.Entity.Label,
		c.Question, o.Choice, o.Shown, o.Effect, strings.Join(seen, " | "), decided}
	for i := range line {
		line[i] = Cell(line[i])
	}
	return line
}

// number matches a plain number, which a spreadsheet may read as one.
var number = regexp.MustCompile(`^[+-]?[0-9]+(\.[0-9]+)?$`)

// Cell makes text safe in a CSV cell: what a spreadsheet would run as a formula gets a quote in
// front (OWASP, CSV injection). Plain numbers stay numbers; NUL bytes are dropped.
func Cell(s string) string {
	s = strings.ReplaceAll(s, "\x00", "")
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) && !number.MatchString(s) {
		return "'" + s
	}
	return s
}
