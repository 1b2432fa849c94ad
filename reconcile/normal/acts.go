package normal

// This file: ActOf and StatusOf, which read what happened to a booking.

import (
	"strings"
	"sync"
	"unicode/utf8"

	"salvage/model"
)

// maxLead is how much of a body ActOf reads: what happened stands in the first lines.
const maxLead = 2000

// Acts that end the search: nothing happened, or nobody can tell from this text.
const (
	actIgnore model.Act = "ignore" // the phrase means nothing here: "cancellation policy"
	actSilent model.Act = "silent" // a newsletter, a question: the text tells of no booking
)

// phrase is one phrase of the vocabulary of acts.
type phrase struct {
	text string // folded words joined by blanks
	act  model.Act
}

// actBook holds the phrases by their first word, longest first; CJK phrases apart, for there are no
// blanks to find words by.
type actBook struct {
	byWord map[string][]phrase
	east   []phrase
}

// actBooks are the phrases of subjects, and the stricter ones of bodies.
type actBooks struct{ title, lead actBook }

var acts = sync.OnceValue(func() *actBooks {
	return &actBooks{title: actBookOf(titlePhrases(), leadPhrases(), idlePhrases()), lead: actBookOf(leadPhrases(), idlePhrases())}
})

func actBookOf(lists ...[]actLine) actBook {
	b := actBook{byWord: map[string][]phrase{}}
	for _, list := range lists {
		for _, line := range list {
			for _, text := range strings.Split(line.phrases, "|") {
				b.add(phrase{Fold(text), line.act})
			}
		}
	}
	return b
}

// add files a phrase, keeping longer ones before shorter ones, and the first of equals.
func (b *actBook) add(p phrase) {
	if isCJK(p.text) {
		p.text = strings.ReplaceAll(p.text, " ", "")
		b.east = insertPhrase(b.east, p)
		return
	}
	first, _, _ := strings.Cut(p.text, " ")
	b.byWord[first] = insertPhrase(b.byWord[first], p)
}

func insertPhrase(list []phrase, p phrase) []phrase {
	i := 0
	for i < len(list) && len(list[i].text) >= len(p.text) {
		i++
	}
	list = append(list, phrase{})
	copy(list[i+1:], list[i:])
	list[i] = p
	return list
}

// ActOf says what a message tells of a booking: from the folded phrases of the subject, and where these
// are silent from those of the first lines. Cancelled goes before changed, returned, reminded and
// created, for a message that says two things means the later one. A question, a newsletter and a
// sentence about the cancellation policy say nothing: "".
//
// The subject of a reply is the one that was replied to: only the lines of the reply itself count.
func ActOf(title, lead string) model.Act {
	b := acts()
	folded := Fold(title)
	if !isReply(title) {
		if strings.ContainsAny(title, "?？¿؟") {
			return ""
		}
		if act := b.title.read(folded, true); act != "" {
			if act == actSilent {
				return ""
			}
			return act
		}
	}
	if len(lead) > maxLead {
		end := maxLead
		for end > maxLead-utf8.UTFMax && !utf8.RuneStart(lead[end]) {
			end--
		}
		lead = lead[:end]
	}
	act := b.lead.read(Fold(lead), false)
	if act == actSilent {
		return ""
	}
	return act
}

// isReply reports the prefixes that mail programs put before the subject of a reply.
func isReply(title string) bool {
	title = strings.TrimSpace(title)
	i := strings.IndexAny(title, ":：")
	if i < 1 || i > 8 {
		return false
	}
	switch Fold(title[:i]) {
	case "re", "aw", "sv", "vs", "antw", "odp", "ynt", "rif", "r", "res", "ref", "απ", "ap", "vs ", "回复", "答复", "回覆", "返信", "답장", "отв", "otv", "vast":
		return true
	}
	return false
}

// read finds the phrases of a folded text and gives the act that goes before the others.
func (b *actBook) read(folded string, title bool) model.Act {
	found := map[model.Act]bool{}
	for pos := 0; pos < len(folded); {
		end := strings.IndexByte(folded[pos:], ' ')
		if end < 0 {
			end = len(folded) - pos
		}
		step := end
		for _, p := range b.byWord[folded[pos:pos+end]] {
			rest := folded[pos:]
			if strings.HasPrefix(rest, p.text) && (len(rest) == len(p.text) || rest[len(p.text)] == ' ') {
				found[p.act] = true
				step = len(p.text)
				break
			}
		}
		pos += step + 1
	}
	if isCJK(folded) {
		b.readEast(strings.ReplaceAll(folded, " ", ""), found)
	}
	if found[actSilent] && title {
		return actSilent
	}
	for _, act := range [...]model.Act{model.ActCancelled, model.ActChanged, model.ActReturned, model.ActReminded, model.ActCreated} {
		if found[act] {
			return act
		}
	}
	if found[actSilent] {
		return actSilent
	}
	return ""
}

// readEast finds phrases in text without blanks; a longer phrase uses its characters up.
func (b *actBook) readEast(text string, found map[model.Act]bool) {
	for _, p := range b.east {
		if strings.Contains(text, p.text) {
			found[p.act] = true
			text = strings.ReplaceAll(text, p.text, " ")
		}
	}
}

// statuses maps folded status words to canonical ones.
var statuses = sync.OnceValue(func() map[string]string {
	m := map[string]string{}
	for _, line := range statusWords() {
		status, words, _ := strings.Cut(line, ":")
		for _, w := range strings.Split(words, "|") {
			m[labelKey(Words(w))] = status
		}
	}
	return m
})

// StatusOf gives the canonical status of a reservation that a word or short phrase stands for; "" when
// it does not know it.
func StatusOf(word string) string {
	if len(word) > 80 {
		return ""
	}
	words := Words(word)
	if s, ok := statuses()[labelKey(words)]; ok {
		return s
	}
	return statuses()[labelKey(without(words, labels().around))]
}
