package live

// This file: what a login may do. IMAP has no rights to ask for that a login would lack.

import (
	"context"

	"salvage/sources"
)

// Check implements sources.Checker: it logs in and opens each mailbox for reading.
func (s *Source) Check(ctx context.Context) (sources.Access, error) {
	a := sources.Access{Kind: "login of a mail account"}
	ws, err := s.Plan(ctx)
	if err != nil {
		return a, err
	}
	seen := map[string]bool{}
	for _, w := range ws {
		switch {
		case w.Hole != "":
			a.Lacks = append(a.Lacks, w.Stream+": "+w.Hole)
		case w.NotAsked == "" && !seen[w.Stream]:
			seen[w.Stream] = true
			a.Can = append(a.Can, w.Stream)
		}
	}
	a.Notes = append(a.Notes, "a mail login can also write and delete, and nothing in IMAP takes that away; salvage opens mailboxes with EXAMINE and lets no command through that writes",
		"use an app password or a token, and revoke it when the rebuild is done")
	return a, nil
}
