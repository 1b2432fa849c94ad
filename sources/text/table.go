package text

// This file: tables. A row of two cells is a label and its value; a head row labels the columns below it;
// a table that holds tables is layout and labels nothing.

import "strings"

// maxTables bounds nesting.
const maxTables = 40

type table struct {
	cells  []tableCell   // of the row being read
	open   bool          // a cell is open
	heads  []string      // of the columns, once a head row was seen
	over   []tableCell   // the cells of that row
	before []string      // the row before this one, when it had no digits: it may turn out to be a head row
	first  bool          // no row was finished yet
	maybe  [][]tableCell // a first row that may be a head, and the rows below it: decided at the end
}

// tableCell is the lines of one cell.
type tableCell struct {
	from, to int // raws
	head     bool
	nested   bool
}

func (w *walker) top() *table {
	if len(w.tables) == 0 {
		return nil
	}
	return w.tables[len(w.tables)-1]
}

func (w *walker) startTable() {
	if t := w.top(); t != nil && t.open {
		t.cells[len(t.cells)-1].nested = true
	}
	if len(w.tables) < maxTables {
		w.tables = append(w.tables, &table{first: true})
	}
}

func (w *walker) endTable() {
	if w.top() == nil {
		return
	}
	w.endRow()
	w.decide(w.top())
	w.tables = w.tables[:len(w.tables)-1]
}

func (w *walker) startCell(head bool) {
	t := w.top()
	if t == nil {
		return
	}
	w.endCell()
	t.cells = append(t.cells, tableCell{from: len(w.raws), head: head})
	t.open = true
}

func (w *walker) endCell() {
	if t := w.top(); t != nil && t.open {
		t.cells[len(t.cells)-1].to = len(w.raws)
		t.open = false
	}
}

// endRow gives the cells of a row their labels.
func (w *walker) endRow() {
	w.endCell()
	t := w.top()
	if t == nil || len(t.cells) == 0 {
		return
	}
	cells := t.cells
	t.cells = nil
	var full []tableCell
	heads := 0
	for _, c := range cells {
		if c.nested {
			t.before = nil
			return
		}
		if c.to > c.from {
			full = append(full, c)
		}
		if c.head {
			heads++
		}
	}
	w.label(t, cells, full, heads)
	t.first = false
}

func (w *walker) label(t *table, cells, full []tableCell, heads int) {
	words := w.words1(cells)
	switch {
	case heads == len(cells) && len(cells) >= 2:
		t.heads, t.over, t.before = words, cells, nil
		return
	case t.first && len(cells) >= 3 && len(full) == len(cells) && noDigits(labels(words)), len(t.maybe) > 0 && len(t.maybe) < maxMaybe && len(cells) == len(t.maybe[0]):
		t.maybe = append(t.maybe, cells)
		return
	case len(t.heads) == len(cells) && heads <= 1:
		for _, c := range t.over {
			for j := c.from; j < c.to; j++ {
				w.raws[j].drop = w.raws[j].drop || c.head // what stands below repeats it as its label
			}
		}
		w.byColumn(cells, t.heads)
	case len(full) == 2 && len(t.before) == 2 && len(cells) == 2 && hasDigit(words[0]) && hasDigit(words[1]):
		w.byColumn(cells, t.before)
	case len(full) >= 2 && len(full)%2 == 0 && (len(full) == 2 || alternate(full)):
		for i := 0; i < len(full); i += 2 {
			w.pair(full[i], full[i+1])
		}
	}
	t.before = nil
	if len(cells) == 2 && len(full) == 2 && noDigits(words) {
		t.before = words
	}
}

// maxMaybe bounds the rows that wait for their table's end.
const maxMaybe = 200

// labels are the cells that would be labels if label and value stood side by side; all of them when they cannot.
func labels(words []string) []string {
	if len(words)%2 == 1 {
		return words
	}
	var out []string
	for i := 0; i < len(words); i += 2 {
		out = append(out, words[i])
	}
	return out
}

// decide tells a head row without markup from the first row of label and value side by side: that has digits
// where its values stand, or there are several rows, and none has a digit where its labels stand.
func (w *walker) decide(t *table) {
	if len(t.maybe) == 0 {
		return
	}
	rows, columns := t.maybe, len(t.maybe[0])
	pairs := columns%2 == 0 && (len(rows) >= 3 || !noDigits(w.words1(rows[0])))
	for _, r := range rows {
		for _, l := range labels(w.words1(r)) {
			pairs = pairs && !hasDigit(l)
		}
	}
	if !pairs {
		heads := w.words1(rows[0])
		for _, r := range rows[1:] {
			w.byColumn(r, heads)
		}
		return
	}
	for _, r := range rows {
		for i := 0; i < columns; i += 2 {
			w.pair(r[i], r[i+1])
		}
	}
}

// words1 gives the text of each cell, as one line.
func (w *walker) words1(cells []tableCell) []string {
	out := make([]string, len(cells))
	for i, c := range cells {
		var parts []string
		for _, r := range w.raws[c.from:c.to] {
			parts = append(parts, r.text)
		}
		out[i] = strings.TrimRight(strings.Join(parts, " "), " :")
	}
	return out
}

func noDigits(words []string) bool {
	for _, s := range words {
		if s == "" || hasDigit(s) || len(s) > 4*maxLabel {
			return false
		}
	}
	return true
}

// alternate reports th, td, th, td.
func alternate(cells []tableCell) bool {
	for i, c := range cells {
		if c.head != (i%2 == 0) {
			return false
		}
	}
	return true
}

// byColumn labels cells by the head row. Where the corner of the table is empty its rows have heads too:
// "New" above and "Vehicle" before make "New Vehicle".
func (w *walker) byColumn(cells []tableCell, heads []string) {
	row := ""
	if heads[0] == "" && cells[0].to > cells[0].from {
		row = " " + strings.TrimRight(w.raws[cells[0].from].text, " :")
	}
	for i, c := range cells {
		for j := c.from; j < c.to; j++ {
			if heads[i] != "" {
				w.raws[j].label = heads[i] + row
			}
		}
	}
}

// pair labels the lines of the second cell by the first, when that is one line that may be a label.
func (w *walker) pair(l, v tableCell) {
	if l.to-l.from != 1 || len(w.raws[l.from].text) > 4*maxLabel {
		return
	}
	first := &w.raws[l.from]
	name := strings.TrimRight(first.text, " :")
	first.drop = l.head || strings.HasSuffix(first.text, ":")
	for j := v.from; j < v.to; j++ {
		w.raws[j].label = name
	}
}
