package live

// This file: which mailboxes there are, which of them are read, and the months of each.

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"

	"salvage/sources"
)

// lastMonth ends the mark of the newest month, which has no end.
const lastMonth = " on"

// role are words for mailboxes whose names differ from server to server (RFC 6154).
func role(word string) imap.MailboxAttr {
	switch strings.ToLower(word) {
	case "sent":
		return imap.MailboxAttrSent
	case "all", "all mail":
		return imap.MailboxAttrAll
	case "archive":
		return imap.MailboxAttrArchive
	case "junk", "spam":
		return imap.MailboxAttrJunk
	case "trash":
		return imap.MailboxAttrTrash
	}
	return ""
}

// Plan implements sources.Source.
func (s *Source) Plan(ctx context.Context) ([]sources.Window, error) {
	var all []*imap.ListData
	gmail := false
	err := s.with(ctx, "list the mailboxes", func(c *conn) (err error) {
		caps := c.Caps()
		gmail = caps.Has(imap.Cap("X-GM-EXT-1"))
		opt := &imap.ListOptions{ReturnSpecialUse: caps.Has(imap.CapSpecialUse) && caps.Has(imap.CapListExtended)}
		all, err = c.List("", "*", opt).Collect()
		return err
	})
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(d *imap.ListData) bool {
		return slices.Contains(d.Attrs, imap.MailboxAttrNoSelect) || slices.Contains(d.Attrs, imap.MailboxAttrNonExistent)
	})
	slices.SortFunc(all, func(a, b *imap.ListData) int { return strings.Compare(a.Mailbox, b.Mailbox) })
	for _, d := range all {
		s.sent[d.Mailbox] = slices.Contains(d.Attrs, imap.MailboxAttrSent)
	}
	now := time.Now().UTC()
	wanted, ws := s.choose(all, gmail, now)
	for _, box := range wanted {
		more, err := s.windows(ctx, box, now)
		if err != nil {
			return nil, err
		}
		ws = append(ws, more...)
	}
	return ws, nil
}

// choose gives the mailboxes to read, and windows for those that were named and are not there, and for
// those that are there and not read.
func (s *Source) choose(all []*imap.ListData, gmail bool, now time.Time) (wanted []string, ws []sources.Window) {
	why := "not named under mailboxes"
	if len(s.o.Mailboxes) == 0 {
		wanted = everything(all, gmail)
		why = "All Mail holds its messages"
	}
	for _, name := range s.o.Mailboxes {
		box := find(all, name)
		if box == "" {
			ws = append(ws, sources.Window{Stream: name, Mark: "none", From: s.o.Since, To: now, Hole: "there is no such mailbox; there are: " + names(all)})
		} else if !slices.Contains(wanted, box) {
			wanted = append(wanted, box)
		}
	}
	for _, d := range all {
		if !slices.Contains(wanted, d.Mailbox) {
			ws = append(ws, sources.Window{Stream: d.Mailbox, Mark: "none", From: s.o.Since, To: now, NotAsked: why})
		}
	}
	return wanted, ws
}

// everything is each mailbox; of Gmail's the one that holds every message, those that it leaves out, and the
// one that tells which of them the account has sent.
func everything(all []*imap.ListData, gmail bool) (boxes []string) {
	whole := gmail && slices.ContainsFunc(all, func(d *imap.ListData) bool { return slices.Contains(d.Attrs, imap.MailboxAttrAll) })
	for _, d := range all {
		if !whole || slices.ContainsFunc(d.Attrs, func(a imap.MailboxAttr) bool {
			return a == imap.MailboxAttrAll || a == imap.MailboxAttrJunk || a == imap.MailboxAttrTrash || a == imap.MailboxAttrSent
		}) {
			boxes = append(boxes, d.Mailbox)
		}
	}
	return boxes
}

// find gives the mailbox of a name, else of a role.
func find(all []*imap.ListData, name string) string {
	for _, d := range all {
		if d.Mailbox == name || strings.EqualFold(name, "INBOX") && strings.EqualFold(d.Mailbox, "INBOX") {
			return d.Mailbox
		}
	}
	for _, d := range all {
		if r := role(name); r != "" && slices.Contains(d.Attrs, r) {
			return d.Mailbox
		}
	}
	return ""
}

func names(all []*imap.ListData) string {
	var list []string
	for _, d := range all[:min(30, len(all))] {
		list = append(list, strconv.Quote(d.Mailbox))
	}
	return strings.Join(list, ", ")
}

// windows cuts one mailbox into its months, newest first, behind the window of what arrives.
func (s *Source) windows(ctx context.Context, box string, now time.Time) ([]sources.Window, error) {
	whole := sources.Window{Stream: box, From: s.o.Since, To: now}
	empty := false
	err := s.with(ctx, box, func(c *conn) error {
		c.box = ""
		if err := s.examine(c, box); err != nil {
			return err
		}
		m := c.Mailbox()
		empty = m != nil && m.NumMessages == 0
		return nil
	})
	if f, ok := sources.FaultOf(err); ok && (f.Kind == sources.Rejected || f.Kind == sources.Forbidden) {
		whole.Mark, whole.Hole = "closed", "the mailbox cannot be opened: "+f.Why
		return []sources.Window{whole}, nil
	}
	if err != nil {
		return nil, err
	}
	s.boxes[box] = s.conn.validity
	v := fmt.Sprintf(" v%d", s.conn.validity)
	whole.Mark, whole.Open = "new", true // its cursor tells the UIDVALIDITY, so that a change is noticed
	ws := []sources.Window{whole}
	if empty {
		return ws, nil
	}
	first := time.Date(s.o.Since.Year(), s.o.Since.Month(), 1, 0, 0, 0, 0, time.UTC)
	last := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
	for at := last; !at.Before(first); at = at.AddDate(0, -1, 0) {
		w := sources.Window{Stream: box, Mark: at.Format("2006-01") + v, From: at, To: at.AddDate(0, 1, 0)}
		if at.Equal(first) {
			w.From = at.AddDate(0, 0, -1) // days are the server's, whose zone may be another
		}
		if at.Equal(last) {
			w.Mark += lastMonth
		}
		ws = append(ws, w)
	}
	return ws, nil
}

func boxOf(w sources.Window) (string, bool) { return w.Stream, w.Stream != "" }
