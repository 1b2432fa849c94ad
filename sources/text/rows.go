package text

// This file: what lines of plain text are next to each other: a paragraph that was wrapped, a table drawn
// with blanks, a list of "Label - value".

import (
	"strings"
	"unicode/utf8"
)

// Wrapped lines are about this long (RFC 5322 section 2.1.1 and RFC 3676 section 4.2 advise 78).
const (
	minWrap = 58
	maxWrap = 100
)

// bullet is the length of the mark of a list at the start of a line; 0 for none.
func bullet(s string) int {
	for _, b := range []string{"- ", "* ", "• ", "· ", "– ", "▪ ", "● "} {
		if strings.HasPrefix(s, b) {
			rest := strings.TrimLeft(s[len(b):], " \t")
			if rest == "" || bullet(rest) > 0 {
				return 0
			}
			return len(s) - len(rest)
		}
	}
	return 0
}

// unwrap joins the lines that a mail program broke: a line is broken where the first word of the next one
// would not have fitted any more.
func unwrap(raws []rawLine) []rawLine {
	out := raws[:0]
	for i := 0; i < len(raws); {
		end := i + 1
		width := utf8.RuneCountInString(raws[i].text)
		for end < len(raws) && !raws[end].gap && raws[end].quoted == raws[i].quoted {
			width = max(width, utf8.RuneCountInString(raws[end].text))
			end++
		}
		for i < end {
			r := raws[i]
			n := utf8.RuneCountInString(r.text) // of the last line that was joined
			for i++; i < end && width >= minWrap && width <= maxWrap && broken(r.text, n, raws[i].text, width); i++ {
				r.text, r.to = r.text+" "+raws[i].text, raws[i].to
				n = utf8.RuneCountInString(raws[i].text)
			}
			out = append(out, r)
		}
	}
	return out
}

// broken reports whether the paragraph goes on in the next line. The end of a sentence is a good place to
// stop, and a line with a label or columns stands for itself.
func broken(text string, last int, next string, width int) bool {
	first, _, _ := strings.Cut(next, " ")
	if last+1+utf8.RuneCountInString(first) <= width || len(text)+len(next) > maxLine {
		return false
	}
	if strings.ContainsAny(text, "\t|") || strings.ContainsAny(next, "\t|") || strings.ContainsAny(text[len(text)-1:], ".!?:;") {
		return false
	}
	l, _, ok := labelled1(next)
	return !ok || strings.Count(l, " ") > 2
}

// drawn finds tables drawn with wide gaps: a head line without digits, and lines of as many columns below it.
// A table of two columns is one only when digits stand in its first one; else it is a list of labels. Where
// the lines below have one column more, the corner is empty and they have heads of their own.
func drawn(raws []rawLine) {
	for i := 0; i < len(raws); {
		heads := gaps(raws[i].text)
		end, columns := i+1, 0
		if len(heads) > 1 && end < len(raws) {
			columns = len(gaps(raws[end].text))
		}
		for end < len(raws) && !raws[end].gap && columns > 1 && len(gaps(raws[end].text)) == columns {
			end++
		}
		corner := columns == len(heads)+1
		if end-i >= 2 && noDigits(heads) && (corner || columns == len(heads) && headed(raws[i+1:end], columns)) {
			raws[i].drop = true
			for j := i + 1; j < end; j++ {
				raws[j].cells = underHeads(heads, gaps(raws[j].text))
			}
		}
		if raws[i].drop {
			i = end
		} else {
			i++
		}
	}
}

// underHeads labels the columns of a line by the heads above: with an empty corner "New" and "Car" make "New Car".
func underHeads(heads, columns []string) (out []cell) {
	if len(columns) == len(heads) {
		for k, c := range columns {
			out = append(out, cell{heads[k], c})
		}
		return out
	}
	for k, h := range heads {
		out = append(out, cell{h + " " + columns[0], columns[k+1]})
	}
	return out
}

// headed reports whether the lines below a first one look like values of its columns.
func headed(rows []rawLine, columns int) bool {
	for i := range rows {
		for k, c := range gaps(rows[i].text) {
			if _, _, ok := labelled1(c); ok && !hasDigit(c) {
				return false
			}
			if hasDigit(c) && (columns > 2 || k == 0) {
				return true
			}
		}
	}
	return false
}

func gaps(s string) []string {
	if !strings.Contains(s, "\t") {
		return nil
	}
	return strings.FieldsFunc(s, func(r rune) bool { return r == '\t' })
}

// equals reads "Label = value" and "Label → value".
func equals(s string) (label, value string, ok bool) {
	for _, sep := range []string{" = ", " → ", " => ", " ⇒ ", " » "} {
		if label, value, ok = strings.Cut(s, sep); ok {
			value = strings.TrimSpace(value)
			return label, value, value != "" && shortLabel(label)
		}
	}
	return "", "", false
}

// dashed finds lists of "Label - value": three or more such lines in a row. What stands before the dash may
// be a value all the same ("Golf - Jane Doe"), so the line is given whole as well.
func dashed(raws []rawLine) {
	for _, sep := range []string{" - ", " – ", " — "} {
		for i := 0; i < len(raws); {
			end := i
			for end < len(raws) && isDashed(&raws[i], &raws[end], sep) {
				end++
			}
			for j := i; end-i >= 3 && j < end; j++ {
				l, v, _ := strings.Cut(raws[j].text, sep)
				raws[j].cells = []cell{{"", raws[j].text}, {strings.TrimSpace(l), strings.TrimSpace(v)}}
			}
			i = max(end, i+1)
		}
	}
}

func isDashed(first, r *rawLine, sep string) bool {
	if r.cells != nil || r.label != "" || r.quoted != first.quoted {
		return false
	}
	l, v, ok := strings.Cut(r.text, sep)
	return ok && shortLabel(l) && strings.TrimSpace(v) != ""
}
