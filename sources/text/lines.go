// Package text turns bodies made for people into lines with labels: plain text and HTML alike. It does not
// know what a label means; it only says which words stand left of, above or in the same row as others.
//
// Forms that are recognised: "Label: value" (also several on a line, set apart by bars, bullets, tabs or
// wide gaps), "Label ..... value", "Label = value", "Label - value" where several lines in a row have that
// form, a short line above another, table rows of label and value, tables with a head row (drawn with blanks
// too), definition lists, a bold start of a line. Lines that a mail program wrapped are joined again.
package text

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Line is one line, or one labelled part of it. From and To are the bytes of the source text where Text
// stands; where markup lies between the words they span it too.
type Line struct {
	Label    string
	Text     string
	From, To int
	Quoted   bool // behind "> ", or inside a quotation of HTML
	Above    bool // Label is only the short line above, which may be a value itself
}

// Bounds of one body. What lies beyond is not read, and Doc.Cut says so.
const (
	MaxBody  = 4 << 20
	maxLines = 5000
	maxLine  = 2000
	maxLabel = 48 // characters of a label
)

// rawLine is a line before its labels are found. A preset label comes from the structure of HTML.
type rawLine struct {
	text     string
	label    string
	from, to int
	quoted   bool
	head     string // the bold start of the line, "" for none
	isLabel  bool   // the structure says that this is a label (dt)
	drop     bool   // a label that its value repeats
	gap      bool   // an empty line stands before it
	cells    []cell // what the lines around it show it to be; nil: to be found
}

// Plain gives the lines of plain text; cut tells that it was longer than the bounds.
func Plain(s string) (lines []Line, cut bool) {
	if len(s) > MaxBody {
		s, cut = s[:MaxBody], true
	}
	var raws []rawLine
	gap := false
	for pos := 0; pos < len(s) && len(raws) < maxLines; {
		end := strings.IndexByte(s[pos:], '\n')
		next := len(s)
		if end >= 0 {
			next = pos + end + 1
		}
		from, to, quoted := trimQuote(s, pos, next)
		if from < to {
			raws = append(raws, rawLine{text: clean(s[from:min(to, from+maxLine)]), from: from, to: to, quoted: quoted, gap: gap})
		}
		gap = from >= to
		pos = next
	}
	cut = cut || len(raws) == maxLines
	raws = unwrap(raws)
	drawn(raws)
	return label(s, raws), cut
}

// trimQuote narrows a line to its words: no white space, no "> " before it.
func trimQuote(s string, from, to int) (int, int, bool) {
	quoted := false
	for from < to && (s[from] == ' ' || s[from] == '\t' || s[from] == '\r' || s[from] == '\n' || s[from] == '>') {
		quoted = quoted || s[from] == '>'
		from++
	}
	if b := bullet(s[from:to]); b > 0 {
		from += b
	}
	for to > from && (s[to-1] == ' ' || s[to-1] == '\t' || s[to-1] == '\r' || s[to-1] == '\n') {
		to--
	}
	return from, to, quoted
}

// clean folds spaces of any kind to one blank, except runs that set columns apart: those become a tab.
func clean(s string) string {
	plain := true
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 || s[i] < 0x20 || s[i] == ' ' && i+1 < len(s) && s[i+1] == ' ' {
			plain = false
			break
		}
	}
	if plain {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	run, tab := 0, false
	for _, r := range s {
		switch {
		case r == '\u200b' || r == '\ufeff' || r == '\u00ad' || r == '\u200e' || r == '\u200f' || r == utf8.RuneError:
		case unicode.IsSpace(r):
			run++
			tab = tab || r == '\t'
		case unicode.IsControl(r):
		default:
			if run > 0 && b.Len() > 0 {
				if tab || run >= 2 {
					b.WriteByte('\t')
				} else {
					b.WriteByte(' ')
				}
			}
			run, tab = 0, false
			b.WriteRune(r)
		}
	}
	return b.String()
}

// label finds the labels of lines: on the line, else the short line above.
func label(src string, raws []rawLine) []Line {
	dashed(raws)
	out := make([]Line, 0, len(raws))
	pending, above := "", false // the label that waits for a value, and whether it is only a short line
	for i := range raws {
		r := &raws[i]
		if r.drop {
			continue
		}
		if i > 0 && r.quoted != raws[i-1].quoted {
			pending = ""
		}
		cells := split(r)
		for _, c := range cells {
			l := Line{Label: c.label, Text: strings.ReplaceAll(c.text, "\t", " "), Quoted: r.quoted}
			if l.Label == "" {
				l.Label = r.label
			}
			if l.Label == "" {
				l.Label, l.Above = pending, above && pending != ""
			}
			pending, above = "", false
			if l.Text == "" {
				pending = c.label
				if !strings.Contains(c.label, " ") {
					continue
				}
				// "Dear Jane Doe:" says something itself.
				l = Line{Text: c.label + ":", Quoted: r.quoted}
			}
			l.From, l.To = locate(src, r.from, r.to, l.Text)
			out = append(out, l)
		}
		if n := len(cells); n == 1 && cells[0].label == "" && r.label == "" && (r.isLabel || shortLabel(cells[0].text)) {
			pending, above = strings.TrimRight(cells[0].text, " :"), !r.isLabel
		}
	}
	return out
}

// locate narrows a span to a part of its line, where the words stand there as they are.
func locate(src string, from, to int, part string) (int, int) {
	if to-from == len(part) || to-from > 8*maxLine {
		return from, to
	}
	if i := strings.Index(src[from:to], part); i >= 0 {
		return from + i, from + i + len(part)
	}
	return from, to
}

// cell is one labelled part of a line.
type cell struct{ label, text string }

// split takes a line apart into labelled parts. One without a label comes back whole.
func split(r *rawLine) []cell {
	if r.cells != nil {
		return r.cells
	}
	// "Label    : value": the gap before an aligned colon is no column.
	s := r.text
	if strings.Contains(s, "\t:") || strings.Contains(s, " : ") {
		s = strings.ReplaceAll(strings.ReplaceAll(s, "\t:", ":"), " : ", ": ")
	}
	if parts := columns(s); len(parts) > 1 {
		var cells []cell
		labelled := 0
		for _, p := range parts {
			l, v, ok := labelled1(p)
			if ok {
				labelled++
			} else {
				l, v = "", p
			}
			cells = append(cells, cell{l, v})
		}
		if labelled >= 2 || labelled == len(parts) {
			return cells
		}
		// A wide gap, or the bars of a drawn table, set a label apart; a bar or bullet between words does not.
		if drawn := strings.Contains(s, "\t") || s[0] == '|'; drawn && len(parts) == 2 && labelled == 0 && shortLabel(parts[0]) {
			return []cell{{strings.TrimRight(parts[0], " .:"), parts[1]}}
		}
	}
	if l, v, ok := labelled1(s); ok {
		if v != "" && (hasDigit(l) || strings.Count(l, " ") > 2) {
			return []cell{{"", s}, {l, v}} // "Booking 4711: confirmed", "Your red Golf is ready: Monday": the label says something itself
		}
		return []cell{{l, v}}
	}
	if l, v, ok := leaders(s); ok {
		return []cell{{l, v}}
	}
	if l, v, ok := equals(s); ok {
		return []cell{{l, v}}
	}
	if r.head != "" && len(r.head) < len(s) && strings.HasPrefix(s, r.head) && utf8.RuneCountInString(r.head) <= maxLabel {
		if v := strings.TrimLeft(s[len(r.head):], " \t:–—-"); v != "" {
			return []cell{{strings.TrimRight(r.head, " :"), v}}
		}
	}
	return []cell{{"", s}}
}

// columns cuts a line at bars, bullets and wide gaps.
func columns(s string) []string {
	if !strings.ContainsAny(s, "\t|•·｜") {
		return nil
	}
	var parts []string
	for _, p := range strings.FieldsFunc(s, func(r rune) bool { return r == '\t' || r == '|' || r == '•' || r == '·' || r == '｜' }) {
		if p = strings.TrimSpace(p); p != "" {
			parts = append(parts, p)
		}
	}
	return parts
}

// labelled1 reads "Label: value" and "Label:". A time of day, an address of the web or a sentence is none.
func labelled1(s string) (label, value string, ok bool) {
	i := strings.IndexByte(s, ':')
	wide := strings.Index(s, "：")
	size := 1
	if wide >= 0 && (i < 0 || wide < i) {
		i, size = wide, len("：")
	}
	if i <= 0 {
		return "", "", false
	}
	label = strings.TrimSpace(s[:i])
	rest := s[i+size:]
	if utf8.RuneCountInString(label) > maxLabel || strings.Count(label, " ") > 6 || !hasLetter(label) {
		return "", "", false
	}
	if size == 1 && rest != "" && rest[0] != ' ' && rest[0] != '\t' && (hasDigit(label) || rest[0] == '/' || strings.Contains(label, "@") || dotted(label)) {
		return "", "", false
	}
	return strings.Trim(label, "*_•·- \t"), strings.Trim(rest, "*_ \t"), true
}

// dotted tells a name of the web from words with abbreviations.
func dotted(s string) bool {
	i := strings.IndexByte(s, '.')
	return i >= 0 && i+1 < len(s) && s[i+1] != ' '
}

// leaders reads "Total ........ 45.00".
func leaders(s string) (label, value string, ok bool) {
	i := strings.Index(s, "....")
	if i <= 0 {
		return "", "", false
	}
	label, value = strings.TrimSpace(s[:i]), strings.TrimLeft(s[i:], ". \t")
	return label, value, value != "" && shortLabel(label)
}

// shortLabel says whether a line may be the label of what follows: few words, no digits, no end of a sentence.
func shortLabel(s string) bool {
	if len(s) == 0 || len(s) > 4*maxLabel || utf8.RuneCountInString(s) > maxLabel || strings.Count(s, " ") > 4 {
		return false
	}
	if strings.ContainsAny(s, "@/\t") || strings.ContainsAny(s[len(s)-1:], ",!?;") {
		return false
	}
	if s[len(s)-1] == '.' && len(s)-strings.LastIndexByte(s, ' ') > len(" tel.") {
		return false // the end of a sentence, not of "No." or "Tel."
	}
	return hasLetter(s) && !hasDigit(s)
}

func hasLetter(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i] | 0x20; c >= 'a' && c <= 'z' {
			return true
		}
		if s[i] >= 0x80 {
			return strings.IndexFunc(s[i:], unicode.IsLetter) >= 0
		}
	}
	return false
}

func hasDigit(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= '0' && s[i] <= '9' {
			return true
		}
		if s[i] >= 0x80 {
			return strings.IndexFunc(s[i:], unicode.IsDigit) >= 0
		}
	}
	return false
}
