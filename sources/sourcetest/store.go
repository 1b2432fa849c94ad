// Package sourcetest is the one conformance suite that every source passes, and the store in memory that
// it runs against. What it asks is what the design promises: counts add up, a pull that stops after any
// page resumes to the same evidence, a repeated pull adds nothing, names and order of files do not
// matter, a broken object spoils no other, a cancelled pull stops cleanly.
package sourcetest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"salvage/model"
	"salvage/sources"
)

// Store keeps evidence in memory. The zero Store is not usable; NewStore makes one.
type Store struct {
	Evidence []model.Evidence // in the order it came, each (key, digest) once
	Pages    int              // pages appended
	Seen     int              // objects appended, repeated ones counted
	have     map[string]bool
	cursors  map[string]sources.Page
	fail     int // Append fails at this page; 0: never
}

// NewStore makes an empty store.
func NewStore() *Store {
	return &Store{have: map[string]bool{}, cursors: map[string]sources.Page{}}
}

var _ sources.Store = (*Store)(nil)

// FailAt makes the n-th Append from now fail, keeping nothing of its page.
func (s *Store) FailAt(n int) { s.fail = s.Pages + n }

// Cursor implements sources.Store.
func (s *Store) Cursor(source string, w sources.Window) (string, bool, error) {
	p := s.cursors[source+"\x00"+w.Stream+"\x00"+w.Mark]
	return p.Cursor, p.Done, nil
}

// Append implements sources.Store.
func (s *Store) Append(source string, w sources.Window, p *sources.Page) error {
	if s.fail > 0 && s.Pages+1 == s.fail {
		s.fail = 0
		return fmt.Errorf("the disk is full")
	}
	s.Pages++
	for _, ev := range p.All() {
		s.Seen++
		id := ev.Key + "\x00" + string(ev.Digest[:])
		if !s.have[id] {
			s.have[id] = true
			ev.Canon, ev.Raw = bytes.Clone(ev.Canon), bytes.Clone(ev.Raw)
			s.Evidence = append(s.Evidence, ev)
		}
	}
	s.cursors[source+"\x00"+w.Stream+"\x00"+w.Mark] = sources.Page{Cursor: p.Cursor, Done: p.Done}
	return nil
}

// Digest is one hash over all keys and digests, whatever the order they came in.
func (s *Store) Digest() string {
	var all []string
	for _, ev := range s.Evidence {
		all = append(all, ev.Key+"\x00"+hex.EncodeToString(ev.Digest[:]))
	}
	slices.Sort(all)
	h := sha256.New()
	for _, a := range all {
		fmt.Fprintln(h, a)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// First is the first hole of a report in words, for the message of a test.
func First(rep sources.Report) string {
	if len(rep.Holes) == 0 {
		return "no holes"
	}
	return fmt.Sprintf("%d holes, the first: %s: %s", len(rep.Holes), rep.Holes[0].Stream, rep.Holes[0].Why)
}
