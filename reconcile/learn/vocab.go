package learn

// This file: the backup's own words for vehicles, places and people, looked up in running text.

import (
	"sort"
	"strings"

	"salvage/model"
	"salvage/reconcile/normal"
)

// entry is what a phrase names.
type entry struct {
	kind  model.Kind
	field model.Field // how: name, plate, code …
	text  string      // folded phrase
}

// vocab finds known phrases in folded words.
type vocab struct {
	phrases map[string][]entry
	longest int
	words   map[string]bool // single words of names of people and units
	units   []string        // of units alone, sorted
	fleet   map[string]bool // whatever names vehicles, bare numbers too
	shapes  codeShapes
	codes   map[string]bool // folded codes of the backup
}

func newVocab(b *model.Books, aliases map[model.Kind]map[string]string) *vocab {
	v := &vocab{phrases: map[string][]entry{}, words: map[string]bool{}, fleet: map[string]bool{}}
	if b == nil {
		return v
	}
	for _, r := range b.Records[model.Vehicle] {
		for _, s := range []string{r.Key, r.Fields[model.FCode].String(), r.Fields[model.FPlate].Str, r.Fields[model.FVIN].Str, r.Fields[model.FName].Str, r.Fields[model.FModel].Str, r.Fields[model.FMake].Str + " " + r.Fields[model.FModel].Str} {
			v.fleet[normal.Fold(s)] = true
		}
		for _, f := range []model.Field{model.FName, model.FPlate, model.FVIN, model.FCode} {
			v.put(r.Fields[f].Str, entry{kind: model.Vehicle, field: f})
		}
		v.put(r.Fields[model.FMake].Str+" "+r.Fields[model.FModel].Str, entry{kind: model.Vehicle, field: "make_model"})
		for _, w := range normal.Words(r.Fields[model.FMake].Str + " " + r.Fields[model.FModel].Str) {
			if !v.words[w] && len(w) >= 4 {
				v.units = append(v.units, w)
			}
			v.words[w] = true
		}
		if m := r.Fields[model.FModel].Str; len(normal.Fold(m)) >= 4 {
			v.put(m, entry{kind: model.Vehicle, field: model.FModel})
		}
	}
	for _, r := range b.Records[model.Location] {
		for _, f := range []model.Field{model.FName, model.FCode} {
			v.put(r.Fields[f].Str, entry{kind: model.Location, field: f})
		}
	}
	for _, r := range b.Records[model.Customer] {
		v.put(fullName(r), entry{kind: model.Customer, field: model.FFullName})
		for _, w := range normal.Words(fullName(r)) {
			v.words[w] = true
		}
		if f, l := r.Fields[model.FFirstName].Str, r.Fields[model.FLastName].Str; f != "" && l != "" {
			v.put(l+" "+f, entry{kind: model.Customer, field: model.FFullName})
		}
	}
	for k, words := range aliases {
		for w := range words {
			v.put(w, entry{kind: k, field: model.FName})
		}
	}
	sort.Strings(v.units)
	for _, es := range v.phrases {
		sort.Slice(es, func(i, j int) bool { return es[i].kind+model.Kind(es[i].field) < es[j].kind+model.Kind(es[j].field) })
	}
	return v
}

// put adds a phrase. A bare number or a single letter is no phrase: it would be found everywhere.
func (v *vocab) put(s string, e entry) {
	f := normal.Fold(s)
	if len(f) < 2 || allDigits(f) {
		return
	}
	if e.kind == model.Customer && !strings.Contains(f, " ") {
		return
	}
	e.text = f
	for _, x := range v.phrases[f] {
		if x == e {
			return
		}
	}
	v.phrases[f] = append(v.phrases[f], e)
	v.longest = max(v.longest, min(8, 1+strings.Count(f, " ")))
}

func allDigits(s string) bool {
	for _, r := range s {
		if r < '0' || r > '9' {
			return false
		}
	}
	return true
}

// hit is a phrase found in a text, with its byte range there.
type hit struct {
	from, to int
	e        entry
}

// find gives the longest known phrases in text, left to right, not overlapping.
func (v *vocab) find(text string) []hit {
	ws := splitWords(text)
	var hits []hit
	for i := 0; i < len(ws); i++ {
		for n := min(v.longest, len(ws)-i); n >= 1; n-- {
			es := v.phrases[joinFolds(ws[i:i+n])]
			if len(es) == 0 {
				continue
			}
			for _, e := range es {
				hits = append(hits, hit{ws[i].from, ws[i+n-1].to, e})
			}
			i += n - 1
			break
		}
	}
	return hits
}

// word is a word of a text with its folded form; a form of several words (a code with dashes) has spaces.
type word struct {
	from, to int
	fold     string
}

// splitWords cuts a text at everything that is neither letter nor digit.
func splitWords(text string) []word {
	var ws []word
	start := -1
	for i, r := range text {
		if isWordRune(r) {
			if start < 0 {
				start = i
			}
			continue
		}
		if start >= 0 {
			ws = appendWord(ws, text, start, i)
			start = -1
		}
		if len(ws) >= 400 {
			return ws
		}
	}
	if start >= 0 {
		ws = appendWord(ws, text, start, len(text))
	}
	return ws
}

func appendWord(ws []word, text string, from, to int) []word {
	if f := normal.Fold(text[from:to]); f != "" {
		ws = append(ws, word{from, to, f})
	}
	return ws
}

func joinFolds(ws []word) string {
	if len(ws) == 1 {
		return ws[0].fold
	}
	var b strings.Builder
	for i, w := range ws {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(w.fold)
	}
	return b.String()
}
