package normal

// This file: e-mail addresses and telephone numbers in text, and their keys for comparison.

import (
	"strings"
	"unicode"
)

// Bounds of RFC 5321, section 4.5.3.1.
const (
	maxLocal  = 64
	maxDomain = 255
)

// emails finds e-mail addresses.
func (s *scanner) emails() {
	for i := range s.lx {
		if !s.sign(i, '@') {
			continue
		}
		from, to := s.localPart(i), s.domainPart(i)
		if from == i || to == i+1 {
			continue
		}
		if key := EmailKey(s.text[s.at(from).from:s.at(to-1).to]); key != "" {
			s.takeText(from, to, Email, key)
		}
	}
}

// localPart walks back from an at-sign to where the address begins.
func (s *scanner) localPart(at int) int {
	k := at
	for k > 0 && s.at(at).from-s.at(k-1).from <= maxLocal {
		l := s.free(k - 1)
		if l.kind != kNum && l.kind != kWord && (l.kind != kSign || !strings.ContainsRune("._%+-'&=~!#$*/?^`{|}", l.r)) {
			break
		}
		k--
	}
	// Signs that addresses may begin with by the RFC stand before one in text far more often.
	for k < at && s.at(k).kind == kSign && s.at(k).r != '_' {
		k++
	}
	// "email=a@b.de" in a link: the key is not part of the address.
	for j := at - 1; j > k; j-- {
		if l := s.at(j); l.kind == kSign && strings.ContainsRune("=/?|&", l.r) {
			return j + 1
		}
	}
	return k
}

// domainPart walks forward from an at-sign to where the address ends.
func (s *scanner) domainPart(at int) int {
	k := at + 1
	for s.at(k).to-s.at(at).to <= maxDomain {
		l := s.free(k)
		if l.kind != kNum && l.kind != kWord && (l.kind != kSign || l.r != '.' && l.r != '-') {
			break
		}
		k++
	}
	for k > at+1 && s.at(k-1).kind == kSign {
		k--
	}
	return k
}

// EmailKey gives an e-mail address in the form in which addresses are compared: trimmed, lower-cased,
// without angle brackets or mailto:. It is "" for what is not an address. Tags behind a plus stay:
// they tell people of one mailbox apart.
func EmailKey(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	s = strings.TrimPrefix(strings.Trim(s, "<>\"'();, "), "mailto:")
	local, domain, ok := strings.Cut(s, "@")
	if !ok || local == "" || len(local) > maxLocal || len(domain) > maxDomain || !strings.Contains(domain, ".") {
		return ""
	}
	for _, r := range local {
		if r <= ' ' || strings.ContainsRune("@<>()[]\\,;:\"", r) || unicode.IsSpace(r) {
			return ""
		}
	}
	for _, label := range strings.Split(domain, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return ""
		}
		for _, r := range label {
			if r != '-' && !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) {
				return ""
			}
		}
	}
	return s
}
