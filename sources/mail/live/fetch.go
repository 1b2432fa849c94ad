package live

// This file: one page of messages: the list, the sizes, the bodies, and what the server lists and does
// not give.

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"salvage/model"
	"salvage/sources"
	"salvage/sources/mail"
)

const (
	// sizesAtOnce is how many sizes are asked for at a time.
	sizesAtOnce = 2000
	// longest is the longest message that is fetched at all.
	longest = 1 << 30
)

// listed is a window's list of messages, and how far it was read.
type listed struct {
	key     string
	upto    imap.UID
	uids    []imap.UID // still to be read, in order
	sizes   map[imap.UID]int64
	missing []imap.UID
}

// page reads the next batch of a window. upto is the UID that the next one begins behind.
func (s *Source) page(ctx context.Context, w sources.Window, box string, criteria *imap.SearchCriteria, at place) (*sources.Page, imap.UID, error) {
	key := fmt.Sprintf("%s %s %d", box, w.Mark, at.Next)
	if s.month.key != key || s.month.upto != at.After {
		if err := s.list(ctx, key, box, criteria, at); err != nil {
			return nil, 0, err
		}
	}
	batch, err := s.batch(ctx, box)
	if err != nil {
		return nil, 0, err
	}
	got, err := s.fetch(ctx, box, batch)
	if err != nil {
		return nil, 0, err
	}
	page := &sources.Page{}
	for _, uid := range batch {
		if ev, ok := got.evidence[uid]; ok {
			page.Items = append(page.Items, ev)
			page.Bytes += got.bytes[uid]
		}
		s.month.upto = max(s.month.upto, uid)
	}
	s.month.missing = append(s.month.missing, got.missing...)
	s.month.uids = s.month.uids[len(batch):]
	page.Done = len(s.month.uids) == 0
	if page.Done {
		for _, uid := range s.month.missing {
			page.Missing = append(page.Missing, fmt.Sprintf("%s uid %d", box, uid))
		}
	}
	return page, s.month.upto, nil
}

// list asks which messages a window has. What was missing before is asked for again.
func (s *Source) list(ctx context.Context, key, box string, criteria *imap.SearchCriteria, at place) error {
	m := listed{key: key, upto: at.After, sizes: map[imap.UID]int64{}}
	err := s.with(ctx, box, func(c *conn) error {
		if err := s.examine(c, box); err != nil {
			return err
		}
		data, err := c.UIDSearch(criteria, nil).Wait()
		if err != nil {
			return err
		}
		m.uids = slices.Clone(at.Missing)
		for _, uid := range data.AllUIDs() {
			// QUIRK: "n:*" always names the last message, even when its UID is below n (RFC 9051 section 9).
			if uid > at.After && uid >= at.Next {
				m.uids = append(m.uids, uid)
			}
		}
		return nil
	})
	slices.Sort(m.uids)
	m.uids = slices.Compact(m.uids)
	s.month = m
	return err
}

// batch chooses the next messages: as many as fit, or one that is long.
func (s *Source) batch(ctx context.Context, box string) ([]imap.UID, error) {
	if err := s.sizesOf(ctx, box); err != nil {
		return nil, err
	}
	var sum int64
	n := 0
	for n < len(s.month.uids) && n < s.o.Batch {
		size := s.month.sizes[s.month.uids[n]]
		if n > 0 && sum+size > s.o.Long {
			break
		}
		sum += size
		n++
	}
	for _, uid := range s.month.uids[:n] {
		delete(s.month.sizes, uid)
	}
	return s.month.uids[:n], nil
}

// sizesOf asks for the sizes of the next messages when none is known. QUIRK: a size may be wrong or left
// out; it only chooses the batch.
func (s *Source) sizesOf(ctx context.Context, box string) error {
	if len(s.month.uids) == 0 {
		return nil
	}
	if _, ok := s.month.sizes[s.month.uids[0]]; ok {
		return nil
	}
	next := s.month.uids[:min(sizesAtOnce, len(s.month.uids))]
	for _, uid := range next {
		s.month.sizes[uid] = 0
	}
	return s.with(ctx, box, func(c *conn) error {
		if err := s.examine(c, box); err != nil {
			return err
		}
		fc := c.Fetch(imap.UIDSetNum(next...), &imap.FetchOptions{UID: true, RFC822Size: true})
		for m := fc.Next(); m != nil; m = fc.Next() {
			var uid imap.UID
			var size int64
			for it := m.Next(); it != nil; it = m.Next() {
				switch it := it.(type) {
				case imapclient.FetchItemDataUID:
					uid = it.UID
				case imapclient.FetchItemDataRFC822Size:
					size = it.Size
				}
			}
			if _, asked := s.month.sizes[uid]; asked {
				s.month.sizes[uid] = max(0, size)
			}
		}
		err := fc.Close()
		if f, ok := sources.FaultOf(s.fault(ctx, box, err)); ok && !f.Passing() && f.Kind == sources.Rejected {
			return nil // without sizes then
		}
		return err
	})
}

// bodies is what came of a batch.
type bodies struct {
	evidence map[imap.UID]model.Evidence
	bytes    map[imap.UID]int64
	missing  []imap.UID
}

// fetch gets the bodies of a batch: together, and one by one what did not come that way.
func (s *Source) fetch(ctx context.Context, box string, batch []imap.UID) (*bodies, error) {
	got := &bodies{evidence: map[imap.UID]model.Evidence{}, bytes: map[imap.UID]int64{}}
	if len(batch) == 0 {
		return got, nil
	}
	if err := s.bisect(ctx, box, batch, got); err != nil {
		return nil, err
	}
	for _, uid := range rest(batch, got) {
		if slices.Contains(got.missing, uid) {
			continue
		}
		// QUIRK: a server may say OK and leave a message out, or send a body before its UID, which the client
		// library then drops without a word.
		if err := s.bisect(ctx, box, []imap.UID{uid}, got); err != nil {
			return nil, err
		}
		if _, ok := got.evidence[uid]; ok || slices.Contains(got.missing, uid) {
			continue
		}
		there, err := s.exists(ctx, box, uid)
		if err != nil {
			return nil, err
		}
		if there { // else it was deleted by its owner meanwhile
			got.missing = append(got.missing, uid)
		}
	}
	return got, nil
}

func rest(uids []imap.UID, got *bodies) []imap.UID {
	return slices.DeleteFunc(slices.Clone(uids), func(uid imap.UID) bool { _, ok := got.evidence[uid]; return ok })
}

// bisect fetches messages, and when the server refuses to give them all, finds the ones that it refuses.
func (s *Source) bisect(ctx context.Context, box string, uids []imap.UID, got *bodies) error {
	err := s.with(ctx, box, func(c *conn) error {
		if err := s.examine(c, box); err != nil {
			return err
		}
		left := rest(uids, got)
		if len(left) == 0 {
			return nil
		}
		return s.receive(c, box, left, got)
	})
	f, ok := sources.FaultOf(err)
	if err == nil || !ok || f.Kind != sources.Rejected {
		return err
	}
	left := rest(uids, got)
	switch len(left) {
	case 0:
		return nil
	case 1:
		got.missing = append(got.missing, left[0])
		return nil
	}
	half := len(left) / 2
	if err := s.bisect(ctx, box, left[:half], got); err != nil {
		return err
	}
	return s.bisect(ctx, box, left[half:], got)
}

func (s *Source) exists(ctx context.Context, box string, uid imap.UID) (there bool, err error) {
	err = s.with(ctx, box, func(c *conn) error {
		if err := s.examine(c, box); err != nil {
			return err
		}
		data, err := c.UIDSearch(&imap.SearchCriteria{UID: []imap.UIDSet{imap.UIDSetNum(uid)}}, nil).Wait()
		if err == nil {
			there = slices.Contains(data.AllUIDs(), uid)
		}
		return err
	})
	return there, err
}

// receive sends one FETCH and takes what comes. A message counts when its literal came whole.
func (s *Source) receive(c *conn, box string, uids []imap.UID, got *bodies) error {
	fc := c.Fetch(imap.UIDSetNum(uids...), &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{{Peek: true}}})
	var cut error
	for m := fc.Next(); m != nil; m = fc.Next() {
		var uid imap.UID
		for it := m.Next(); it != nil; it = m.Next() {
			switch it := it.(type) {
			case imapclient.FetchItemDataUID:
				uid = it.UID
			case imapclient.FetchItemDataBodySection:
				if it.Literal == nil || !slices.Contains(uids, uid) {
					continue // NIL: the message is gone
				}
				ev, err := s.take(it.Literal, fmt.Sprintf("%s uid %d", box, uid))
				// QUIRK: the library goes on reading a literal that was cut while its own reader does the same:
				// the connection is given up as it is.
				if f, ok := sources.FaultOf(err); ok && f.Kind == sources.Cut {
					return err
				}
				if err != nil {
					cut = err
					continue
				}
				if s.sent[box] {
					ev.Group = mail.Sent
				}
				got.evidence[uid], got.bytes[uid] = ev, it.Literal.Size()
			}
		}
	}
	if err := fc.Close(); err != nil {
		return err
	}
	return cut
}

// take reads one literal to its end. QUIRK: of a connection that ends inside a literal the library tells
// nothing but fewer bytes.
func (s *Source) take(l imap.LiteralReader, found string) (ev model.Evidence, err error) {
	size := l.Size()
	if size > longest {
		return ev, &sources.Fault{Kind: sources.Rejected, Why: fmt.Sprintf("%s: a message of %d MB", found, size>>20)}
	}
	if size > s.o.Long {
		return s.takeLong(l, found)
	}
	raw := make([]byte, size)
	n, err := io.ReadFull(l, raw)
	if int64(n) != size {
		return ev, &sources.Fault{Kind: sources.Cut, Why: found + ": the message was cut", Err: err}
	}
	return mail.Message(raw, found), nil
}

// takeLong brings a long message through a file that has no name: nothing is left of it after a kill.
func (s *Source) takeLong(l imap.LiteralReader, found string) (ev model.Evidence, err error) {
	f, err := os.CreateTemp("", "salvage-message-")
	if err != nil {
		return ev, err
	}
	s.spool = append(s.spool, f)
	if err := os.Remove(f.Name()); err != nil {
		return ev, err
	}
	c := mail.NewCanonical(f)
	n, err := io.CopyBuffer(struct{ io.Writer }{c}, l, make([]byte, 256<<10))
	if n != l.Size() {
		return ev, &sources.Fault{Kind: sources.Cut, Why: found + ": the message was cut", Err: err}
	}
	return c.Evidence(found, func() (io.ReadCloser, error) {
		info, err := f.Stat()
		if err != nil {
			return nil, err
		}
		return io.NopCloser(io.NewSectionReader(f, 0, info.Size())), nil
	})
}

func (s *Source) unspool() {
	for _, f := range s.spool {
		f.Close() //nolint:errcheck // it has no name and is read to its end
	}
	s.spool = nil
}
