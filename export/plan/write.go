package plan

// This file: plan.jsonl, held.csv and the run id.

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"strings"

	"salvage/model"
)

// runDigits is the length of a run id.
const runDigits = 12

type jsonRow struct {
	Table  string              `json:"table"`
	Key    []string            `json:"key"`
	Action string              `json:"action"`
	Entity string              `json:"entity"`
	Part   string              `json:"part,omitempty"`
	Cells  map[string]jsonCell `json:"cells"`
	Where  map[string]jsonCell `json:"where,omitempty"` // add, pick: which row of the target
	Pick   []string            `json:"pick,omitempty"`
	Link   jsonLink            `json:"link"`
}

type jsonCell struct {
	Value    *string    `json:"value"`
	Was      *string    `json:"was"`
	Mark     model.Mark `json:"mark"`
	Evidence []string   `json:"evidence"`
	Ref      *jsonRef   `json:"ref,omitempty"`
}

type jsonRef struct {
	Entity string `json:"entity"`
	Table  string `json:"table"`
	Part   string `json:"part"`
	Pos    int    `json:"pos,omitempty"`
}

type jsonLink struct {
	P   json.Number `json:"p"`
	Why string      `json:"why"`
}

// WriteJSONL writes plan.jsonl: one row a line, map keys sorted. A cell that holds the key of another
// planned row has value null and a ref.
func WriteJSONL(w io.Writer, p *model.Plan) error {
	out := bufio.NewWriter(w)
	for i := range p.Rows {
		line, err := encode(rowJSON(&p.Rows[i]))
		if err != nil {
			return fmt.Errorf("write plan.jsonl: row %d of %s: %w", i+1, p.Rows[i].Table, err)
		}
		if _, err := out.Write(line); err != nil {
			return fmt.Errorf("write plan.jsonl: %w", err)
		}
	}
	return out.Flush()
}

func rowJSON(r *model.PlanRow) jsonRow {
	j := jsonRow{Table: r.Table, Key: r.Key, Action: r.Action, Entity: r.Entity, Part: r.Part, Cells: cellsJSON(r.Cells), Pick: r.Pick,
		Link: jsonLink{P: fraction(r.P), Why: r.Why}}
	if len(r.Where) > 0 {
		j.Where = cellsJSON(r.Where)
	}
	return j
}

func cellsJSON(cells []model.PlanCell) map[string]jsonCell {
	out := map[string]jsonCell{}
	for _, c := range cells {
		x := jsonCell{Value: c.Value, Was: c.Was, Mark: c.Mark, Evidence: c.Evidence}
		if x.Evidence == nil {
			x.Evidence = []string{}
		}
		if c.Ref != nil {
			x.Ref = &jsonRef{Entity: c.Ref.Entity, Table: c.Ref.Table, Part: c.Ref.Part, Pos: c.Ref.Pos}
		}
		out[c.Column] = x
	}
	return out
}

// fraction writes parts per million as a decimal fraction.
func fraction(p model.PPM) json.Number {
	s := strings.TrimRight(fmt.Sprintf("%d.%06d", p/model.Certain, p%model.Certain), "0")
	return json.Number(strings.TrimSuffix(s, "."))
}

// encode is a value as one line of JSON without HTML escapes.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return b.Bytes(), err
}

// WriteHeldCSV writes held.csv: the rows that are not exported and why. No cell can be taken for a formula.
func WriteHeldCSV(w io.Writer, p *model.Plan) error {
	out := csv.NewWriter(w)
	if err := out.Write([]string{"entity", "label", "reason code", "due", "money", "table", "reason"}); err != nil {
		return fmt.Errorf("write held.csv: %w", err)
	}
	for _, h := range p.Held {
		money := ""
		if h.Money != nil {
			money = model.MoneyValue(h.Money.Minor, h.Money.Currency).String()
		}
		line := []string{h.Entity.Ref, h.Entity.Label, h.Code, h.Due, money, h.Table, h.Reason}
		for i := range line {
			line[i] = formulaSafe(line[i])
		}
		if err := out.Write(line); err != nil {
			return fmt.Errorf("write held.csv: %w", err)
		}
	}
	out.Flush()
	return out.Error()
}

// formulaSafe puts ' before what a spreadsheet would run; plain numbers and amounts stay.
func formulaSafe(s string) string {
	if s == "" || !strings.ContainsRune("=+-@\t\r", rune(s[0])) || plainNumber(s) {
		return s
	}
	return "'" + s
}

func plainNumber(s string) bool {
	return regexp.MustCompile(`^[+-]?[0-9]+(\.[0-9]+)?( [A-Z]{3})?$`).MatchString(s)
}

// runID is the first digits of the hash of what the plan would write. The schema, the time of day and the
// earlier runs are no part of it: the same plan has the same id.
func runID(p *model.Plan) (string, error) {
	h := sha256.New()
	rows := make([]jsonRow, len(p.Rows))
	for i := range p.Rows {
		rows[i] = rowJSON(&p.Rows[i])
	}
	doc, err := encode(map[string]any{
		"business": p.Business, "dialect": p.Dialect, "cut": p.Cut, "arm_delay": p.ArmDelay, "ack": p.Ack,
		"tables": p.Tables, "rows": rows, "held": p.Held, "fence": p.Fence, "anchors": p.Anchors,
	})
	if err != nil {
		return "", fmt.Errorf("hash the plan: %w", err)
	}
	h.Write(doc)
	return hex.EncodeToString(h.Sum(nil))[:runDigits], nil
}
