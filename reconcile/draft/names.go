package draft

// This file: names without the prefixes that they share, and columns that triggers keep.

import (
	"math"
	"regexp"
	"strings"
)

func (f *Facts) names() {
	all := make([][]string, len(f.tables))
	for i, t := range f.tables {
		all[i] = pieces(t.Name)
	}
	stripPrefixes(all, 3, 0.6)
	for i, t := range f.tables {
		t.words = tokens(strings.Join(all[i], "_"))
		core := has(t.words, "customer", "reservation", "payment", "vehicle", "location", "person")
		t.audit = has(t.words, "audit") && !(core && len(t.words) == 1)
		cols, named := make([][]string, len(t.cols)), 0
		for j, c := range t.cols {
			cols[j] = pieces(c.Name)
		}
		stripPrefixes(cols, 4, 0.75)
		for j, c := range t.cols {
			c.words = tokens(strings.Join(cols[j], "_"))
			for _, w := range c.words {
				if len(w.concepts) > 0 && !w.short && !w.means("id") && !digits(w.text) {
					named++
					break
				}
			}
		}
		t.nameless = named*4 < len(t.cols)
	}
}

func stripPrefixes(names [][]string, least int, share float64) {
	for range 3 {
		count := map[string]int{}
		for _, n := range names {
			if len(n) > 1 {
				count[n[0]]++
			}
		}
		first, most := "", 0
		for p, n := range count {
			if n > most || n == most && p < first {
				first, most = p, n
			}
		}
		if most < least || float64(most) < share*float64(len(names)) {
			break
		}
		for i, n := range names {
			if len(n) > 1 && n[0] == first {
				names[i] = n[1:]
			}
		}
	}
	for i, n := range names {
		if len(n) > 1 && (n[0] == "tbl" || n[0] == "app" || n[0] == "wp") {
			names[i] = n[1:]
		}
	}
}

func (f *Facts) triggers(functions map[string]string) {
	for _, t := range f.tables {
		for _, tr := range t.Triggers {
			body := functions[tr.Function]
			if body == "" {
				body = functions[tr.Function[strings.LastIndexByte(tr.Function, '.')+1:]]
			}
			for _, m := range reNew.FindAllStringSubmatch(body, 50) {
				c := t.byName[m[1]]
				if c == nil {
					c = t.byName[strings.ToLower(m[1])]
				}
				asks := regexp.MustCompile(`(?i)NEW\s*\.\s*["\x60]?` + regexp.QuoteMeta(m[1]) + `["\x60]?\s+IS\s+NULL|coalesce\(\s*NEW\.` + regexp.QuoteMeta(m[1])).MatchString(body)
				if c != nil && !asks {
					c.triggered = true
				}
			}
			for _, m := range reUpdate.FindAllStringSubmatch(body, 50) {
				for _, o := range f.tables {
					if o != t && strings.EqualFold(o.Name, m[1]) {
						for _, set := range reSet.FindAllStringSubmatch(m[2], 50) {
							if c := o.byName[set[1]]; c != nil {
								c.triggered = true
							}
						}
					}
				}
			}
		}
	}
}

func linkName(c *column, to *table) float64 {
	idWord := has(c.words, "id")
	if len(c.words) > 1 && c.words[0].means("numberword") && c.words[0].text != "no" && c.kmv.distinct() < 10 {
		return 0 // a number of things
	}
	var left []token
	for _, w := range c.words {
		if !(len(w.concepts) == 1 && w.means("id")) && !w.filler {
			left = append(left, w)
		}
	}
	if len(left) == 0 {
		return 0
	}
	best := 0.0
	for _, a := range left {
		for i, b := range to.words {
			last := i == len(to.words)-1
			switch {
			case stem(a.text) == stem(b.text) && len(to.words) == 1:
				best = math.Max(best, 1)
			case stem(a.text) == stem(b.text) && last:
				best = math.Max(best, 0.85)
			case stem(a.text) == stem(b.text):
				best = math.Max(best, 0.45)
			case shareNoun(a, b) && (last || len(to.words) <= 2):
				best = math.Max(best, 0.6)
			}
		}
	}
	if whole := joinText(left); whole == stem(joinText(to.words)) || stem(whole) == stem(joinText(to.words)) {
		best = 1
	}
	if best > 0 && !idWord {
		best -= 0.25
	}
	return best
}

func joinText(ts []token) string {
	var b strings.Builder
	for _, t := range ts {
		if !(len(t.concepts) == 1 && t.means("id")) {
			b.WriteString(t.text)
		}
	}
	return b.String()
}

func shareNoun(a, b token) bool {
	for _, n := range nounConcepts {
		if a.means(n) && b.means(n) {
			return true
		}
	}
	return false
}

func stem(s string) string {
	if t, ok := strings.CutSuffix(s, "ies"); ok && len(t) > 2 {
		return t + "y"
	}
	for {
		n := len(s)
		for _, end := range []string{"s", "n", "e", "a", "i", "o"} {
			if t, ok := strings.CutSuffix(s, end); ok && len(t) > 2 {
				s = t
				break
			}
		}
		if len(s) == n {
			return s
		}
	}
}
