package reader

// This file: whose Authentication-Results count, learned from a mailbox when nobody says.

import (
	"slices"

	"salvage/model"
	"salvage/sources/mail"
)

// A server is learned from this many messages, and from this share of those that any server vouched for.
const (
	learnMessages = 10
	learnShare    = 5 // one in five
)

// Authserv gives the server whose word stands topmost in a message; "" for other evidence and for none.
func Authserv(ev *model.Evidence) string {
	if family(ev.Media) != "mail" {
		return ""
	}
	return mail.Authserv(ev.Canon)
}

// LearnAuthserv picks the servers that receive mail for the business out of how often each stood topmost
// (counts by Authserv's result). A receiving server puts its own field above all that came with a message
// (RFC 8601 section 5), so that in the business's own archive the common ones are its own; a forger would
// have to write one message in five. The result is sorted, and empty when there is too little to learn from.
func LearnAuthserv(counts map[string]int) []string {
	total := 0
	for serv, n := range counts {
		if serv != "" {
			total += n
		}
	}
	var out []string
	for serv, n := range counts {
		if serv != "" && n >= learnMessages && n*learnShare >= total {
			out = append(out, serv)
		}
	}
	slices.Sort(out)
	return out
}
