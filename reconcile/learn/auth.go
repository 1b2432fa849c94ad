package learn

// This file: whose word on authenticity counts, where nobody has said. In the business's own archive the server that
// received the mail put its verdict on top of every message (RFC 8601 section 5), so the common ones are its own.

import (
	"strings"

	"salvage/model"
)

const (
	minServed   = 10 // messages from which a server is learned
	servedShare = 5  // and one in this many of all that any server vouched for
)

// learnServers finds the servers that receive mail for the business. With servers named in the configuration nothing is
// learned.
func (m *Model) learnServers(readings []*model.Reading) {
	m.servers = map[string]bool{}
	if len(m.opt.Authserv) > 0 {
		return
	}
	counts, total := map[string]int{}, 0
	for _, r := range readings {
		if s := segmentText(r, "auth.serv"); s != "" {
			counts[s]++
			total++
		}
	}
	for s, n := range counts {
		m.servers[s] = n >= minServed && n*servedShare >= total
	}
}

// class is a message's authenticity class: the reader's, or A where a learned server says that the sender's own domain passed.
func (m *Model) class(r *model.Reading) string {
	if r.Auth != model.AuthD || !m.servers[segmentText(r, "auth.serv")] {
		return r.Auth
	}
	_, from, _ := strings.Cut(r.Origin, "@")
	for _, p := range []string{"auth.dmarc", "auth.dkim"} {
		verdict, domain, _ := strings.Cut(segmentText(r, p), " ")
		if verdict == "pass" && aligned(strings.ToLower(domain), from) {
			return model.AuthA
		}
	}
	return r.Auth
}

// aligned is relaxed alignment (RFC 7489 section 3.1): the same domain, or one below the other.
func aligned(signed, from string) bool {
	return signed != "" && from != "" && (signed == from || strings.HasSuffix(from, "."+signed) || strings.HasSuffix(signed, "."+from))
}

func segmentText(r *model.Reading, path string) string {
	for i := range r.Segments {
		if r.Segments[i].Path == path {
			return r.Segments[i].Text
		}
	}
	return ""
}
