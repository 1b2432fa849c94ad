// Package live pulls messages over IMAP for package mail to read.
//
// Nothing on the server changes: mailboxes are opened with EXAMINE, bodies fetched with BODY.PEEK, and a
// guard between the client library and the connection lets no other command through.
//
// A mailbox is read month by month of arrival (INTERNALDATE), newest month first, sizes before bodies: a
// batch is at most 200 messages and 8 MiB, a longer message comes alone and through a file. What the
// server lists and does not give is asked for once more by itself and then named as missing. Beside the
// months each mailbox has one open window, which remembers UIDVALIDITY and UIDNEXT: what arrives while the
// months are read, or until the next pull, is found by its UID.
//
// A message's identity is its canonical bytes: a mailbox that was made anew (another UIDVALIDITY) is read
// again and gives the same evidence. Of Gmail's mailboxes All Mail holds every message once, whatever its
// labels, so that one is read, with Spam and Trash, which it leaves out.
package live

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"

	"salvage/sources"
	"salvage/sources/wire"
)

// Options say what to pull.
type Options struct {
	Name      string
	Addr      string // host:port
	TLS       string // implicit, starttls, none (loopback only)
	Auth      string // login, plain, xoauth2, oauthbearer; "": what the server takes
	User      string
	Password  string // or the token; never kept anywhere
	CA        []byte
	Mailboxes []string // names, or Sent, All, Junk, Trash, Archive by their role; none: all of them
	Since     time.Time
	Patience  sources.Patience
	Idle      time.Duration // how long the server may be silent; default 60 s
	Batch     int           // messages of a page; default 200
	Long      int64         // bytes from which a message goes through a file; default 8 MiB
}

// Source is one mail account.
type Source struct {
	o     Options
	told  func(sources.Wait)
	conn  *conn
	boxes map[string]bool // planned
	month listed          // the window that is being read
	notes []string
	spool []*os.File
}

var _ sources.Source = (*Source)(nil)

// New makes the source. It asks nothing yet.
func New(o Options) (*Source, error) {
	if o.TLS == "" {
		o.TLS = "implicit"
	}
	if o.Idle == 0 {
		o.Idle = 60 * time.Second
	}
	if o.Batch == 0 {
		o.Batch = 200
	}
	if o.Long == 0 {
		o.Long = 8 << 20
	}
	if _, err := wire.TLS(o.CA, ""); err != nil {
		return nil, fmt.Errorf("source %s: %w", o.Name, err)
	}
	return &Source{o: o, boxes: map[string]bool{}}, nil
}

// Name implements sources.Source.
func (s *Source) Name() string { return s.o.Name }

// Type implements sources.Source.
func (s *Source) Type() string { return "mail" }

// Listen implements sources.Listener.
func (s *Source) Listen(told func(sources.Wait)) { s.told = told }

// Notes implements sources.Noter.
func (s *Source) Notes() []string { return slices.Clone(s.notes) }

// Close lets go of the connection and the spooled messages.
func (s *Source) Close() error {
	s.drop()
	s.unspool()
	return nil
}

func (s *Source) drop() {
	s.conn.close()
	s.conn = nil
}

// with does something on a connection, with patience: a connection that broke is opened anew.
func (s *Source) with(ctx context.Context, doing string, do func(c *conn) error) error {
	return s.o.Patience.Do(ctx, s.told, func() error {
		if s.conn == nil {
			c, err := s.connect(ctx)
			if err != nil {
				return err
			}
			s.conn = c
		}
		err := do(s.conn)
		if err == nil {
			return nil
		}
		err = s.fault(ctx, doing, err)
		if f, ok := sources.FaultOf(err); !ok || f.Passing() {
			s.drop()
		}
		return err
	})
}

// examine opens a mailbox for reading alone.
func (s *Source) examine(c *conn, box string) error {
	if c.box == box {
		return nil
	}
	c.box = ""
	data, err := c.Select(box, &imap.SelectOptions{ReadOnly: true}).Wait()
	if err != nil {
		return err
	}
	c.box, c.validity, c.next = box, data.UIDValidity, data.UIDNext
	return nil
}

// place is a cursor.
type place struct {
	Validity uint32     `json:"v"`
	After    imap.UID   `json:"a,omitempty"` // the messages up to this UID were read
	Next     imap.UID   `json:"n,omitempty"` // open windows: UIDs from here on are new
	Missing  []imap.UID `json:"m,omitempty"` // listed and not given
}

// Next implements sources.Source.
func (s *Source) Next(ctx context.Context, w sources.Window, cursor string) (*sources.Page, error) {
	s.unspool()
	box, ok := boxOf(w)
	if !ok || !s.boxes[box] {
		return nil, fmt.Errorf("%s: not planned", w.Stream)
	}
	var at place
	if cursor != "" {
		if err := json.Unmarshal([]byte(cursor), &at); err != nil {
			return nil, fmt.Errorf("cursor %q cannot be understood", cursor)
		}
	}
	if err := s.with(ctx, box, func(c *conn) error { return s.refresh(c, box, w.Open) }); err != nil {
		return nil, err
	}
	if validityOf(w) != s.conn.validity {
		return nil, fmt.Errorf("the mailbox was made anew on the server while it was read\nhint: run this again")
	}
	if w.Open {
		return s.fresh(ctx, w, box, at)
	}
	return s.months(ctx, w, box, at)
}

// refresh opens the mailbox; an open window wants its newest UIDNEXT.
func (s *Source) refresh(c *conn, box string, anew bool) error {
	if anew {
		c.box = ""
	}
	return s.examine(c, box)
}

// fresh reads what has arrived since the window was read before; the first time it only remembers where
// the mailbox ends.
func (s *Source) fresh(ctx context.Context, w sources.Window, box string, at place) (*sources.Page, error) {
	if at.Next == 0 {
		return &sources.Page{Done: true, Cursor: encode(place{Validity: s.conn.validity, Next: max(1, s.conn.next)})}, nil
	}
	set := imap.UIDSet{}
	set.AddRange(at.Next, 0)
	page, upto, err := s.page(ctx, w, box, &imap.SearchCriteria{UID: []imap.UIDSet{set}}, at)
	if err != nil {
		return nil, err
	}
	next := place{Validity: at.Validity, Next: at.Next, After: upto, Missing: s.month.missing}
	if page.Done {
		next = place{Validity: at.Validity, Next: max(at.Next, s.conn.next, upto+1)}
		next.Missing = s.month.missing
	}
	page.Cursor = encode(next)
	return page, nil
}

// months reads one month of a mailbox.
func (s *Source) months(ctx context.Context, w sources.Window, box string, at place) (*sources.Page, error) {
	c := &imap.SearchCriteria{Since: w.From, Before: w.To}
	if strings.HasSuffix(w.Mark, lastMonth) {
		c.Before = time.Time{} // what bears a date of the future belongs to the last month
	}
	page, upto, err := s.page(ctx, w, box, c, at)
	if err != nil {
		return nil, err
	}
	page.Cursor = encode(place{Validity: s.conn.validity, After: upto, Missing: s.month.missing})
	return page, nil
}

func encode(p place) string {
	b, err := json.Marshal(p)
	if err != nil {
		return ""
	}
	return string(b)
}
