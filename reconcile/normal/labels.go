package normal

// This file: LabelFields, which reads the label of a value in a message of the rental and booking trade.

import (
	"strings"
	"sync"

	"salvage/model"
)

// maxLabelWords bounds a label; more words than that are a sentence.
const maxLabelWords = 9

// labelBook is the folded vocabulary of labels.
type labelBook struct {
	fields map[string][]model.Field // phrase -> fields; an empty list means "known to be ambiguous"
	filler map[string]bool          // words that change nothing: your, date, details
	around map[string]bool          // words that say whose value it is: customer, vehicle, booking
}

var labels = sync.OnceValue(buildLabels)

func buildLabels() *labelBook {
	b := &labelBook{fields: map[string][]model.Field{}, filler: wordSet(labelFillers), around: wordSet(labelAround)}
	for _, line := range labelWords() {
		for _, phrase := range strings.Split(line.phrases, "|") {
			b.fields[labelKey(Words(phrase))] = line.fields
		}
	}
	for _, phrase := range strings.Split(ambiguousLabels, "|") {
		b.fields[labelKey(Words(phrase))] = nil
	}
	return b
}

// labelKey joins the words of a phrase; Chinese, Japanese and Korean ones without blanks, which are put
// between their words or not as it pleases.
func labelKey(words []string) string {
	key := strings.Join(words, " ")
	if isCJK(key) {
		return strings.ReplaceAll(key, " ", "")
	}
	return key
}

// isCJK reports whether a folded text has a character of the East Asian scripts.
func isCJK(s string) bool {
	for _, r := range s {
		if keptScript(r) {
			return true
		}
	}
	return false
}

// LabelFields gives the canonical fields that a label announces, the likeliest first; nothing for a
// label that it does not know or that means different things in different places ("Date", "Out").
// The label is compared by its folded words. The longest known phrase counts, and every other word must
// be one that changes nothing, so that "Your pick-up date" is read and "Return policy" is not.
func LabelFields(label string) []model.Field {
	if len(label) > 120 {
		return nil
	}
	words := Words(label)
	if len(words) == 0 || len(words) > maxLabelWords {
		return nil
	}
	b := labels()
	if f, known := b.fields[labelKey(words)]; known {
		return f
	}
	if isCJK(label) {
		return b.eastAsian(labelKey(words))
	}
	bare := without(words, b.filler)
	if f, known := b.fields[strings.Join(bare, " ")]; known {
		return f
	}
	barest := without(bare, b.around)
	if f, known := b.fields[strings.Join(barest, " ")]; known {
		return f
	}
	return b.longest(bare)
}

// without leaves out the words of a set.
func without(words []string, set map[string]bool) []string {
	kept := make([]string, 0, len(words))
	for _, w := range words {
		if !set[w] {
			kept = append(kept, w)
		}
	}
	return kept
}

// longest finds the longest known phrase that leaves only words that say whose value it is. Two of one
// length that mean different fields leave it open.
func (b *labelBook) longest(words []string) []model.Field {
	for n := len(words) - 1; n > 0; n-- {
		var found []model.Field
		hits := 0
		for i := 0; i+n <= len(words); i++ {
			f := b.fields[strings.Join(words[i:i+n], " ")]
			if len(f) == 0 || len(without(words[:i], b.around))+len(without(words[i+n:], b.around)) > 0 {
				continue
			}
			if hits == 0 || f[0] != found[0] {
				found = f
				hits++
			}
		}
		if hits == 1 {
			return found
		}
		if hits > 1 {
			return nil
		}
	}
	return nil
}

// eastAsian looks a label up without its polite prefix and without endings for "date", "time", "number".
func (b *labelBook) eastAsian(key string) []model.Field {
	for _, prefix := range [...]string{"", "ご", "お", "您的", "你的", "고객"} {
		rest, ok := strings.CutPrefix(key, prefix)
		if !ok {
			continue
		}
		for _, suffix := range [...]string{"", "日時", "時間", "日", "时间", "日期", "情報", "信息", "일시", "날짜", "시간", "予定", "予定日時"} {
			if f := b.fields[strings.TrimSuffix(rest, suffix)]; len(f) > 0 && strings.HasSuffix(rest, suffix) {
				return f
			}
		}
	}
	return nil
}
