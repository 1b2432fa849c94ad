// Package sources reads the places where a lost booking is still written down. It has two halves.
//
// Pull opens files or asks a service, cuts what comes into objects and hands them, page by page, to a
// Store that keeps bytes and cursor in one transaction: a kill at any moment loses nothing and
// repeats nothing. What is pulled is model.Evidence, whose identity comes from its canonical form
// alone, so that the same object met twice, in two files or under two names, is one piece of evidence.
//
// Read (package reader) is the other half and is pure: evidence in, model.Reading out.
//
// A source never loses bytes silently. A piece of a file that cannot become an object is a Broken:
// it is kept as evidence under the media "broken/<code>" and counted as unreadable. A window that
// cannot be read at all is a Hole with its reason.
//
// The loop is one and concrete (pull.go); what differs between files, Stripe, calendars and mailboxes is
// a small driver, the Source. Retrying, waiting, halving pages, looking back and the account of what is
// complete are written once.
package sources

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"salvage/model"
)

// BrokenMedia starts the media of every broken piece; the code of the fault follows it.
const BrokenMedia = "broken/"

// Window is one piece of pulling work: a file, an archive, a week of Stripe's charges, a month of a mailbox.
type Window struct {
	Stream string // what a person knows it by: the path relative to the configuration, "charges", "INBOX"
	Size   int64  // bytes, as far as it is known beforehand
	Mark   string // fingerprint of the content, or the span of time: a window whose mark changed is read anew
	Hole   string // when not empty: nothing can be read here, and why; Next is not called

	From, To time.Time // what the window covers of its stream; zero where it is not a span of time
	NotAsked string    // when not empty: left out on purpose, and why; Next is not called
	Limit    int       // objects to ask for at a time; the loop halves it after faults. 0: the source's own choice
	Open     bool      // its end still moves: asked again from its cursor at the end of each pull
}

// Broken is a piece of a window that cannot become an object.
type Broken struct {
	Code  string // short reason, part of the media: "json-truncated", "csv-row", …
	Why   string // the reason in words
	Raw   []byte // the bytes as found, secrets scrubbed
	Found string // file and place
}

// Evidence wraps the piece as evidence that no reader can read, so that its bytes are kept and counted.
func (b Broken) Evidence() model.Evidence {
	ev := model.Evidence{Media: BrokenMedia + b.Code, Canon: b.Raw, Raw: b.Raw, Found: b.Found}
	ev.Digest = Digest(ev.Media, ev.Canon)
	ev.Key = "broken:sha256-" + hex.EncodeToString(ev.Digest[:8])
	return ev
}

// Digest is the identity of evidence: SHA-256 of the media, a NUL and the canonical bytes.
func Digest(media string, canon []byte) (d [32]byte) {
	h := sha256.New()
	h.Write([]byte(media))
	h.Write([]byte{0})
	h.Write(canon)
	h.Sum(d[:0])
	return d
}

// Page is one bounded batch of a window: about 500 objects or 8 MiB, whichever comes first.
type Page struct {
	Items  []model.Evidence
	Broken []Broken
	Cursor string // where the next page begins; opaque to the store
	Done   bool   // the window was read to its proven end
	Bytes  int64  // raw bytes in this page
	// Missing names objects that the source has and does not give. They make a hole of a window that is
	// otherwise done; its cursor must tell them, so that the next pull asks for them again.
	Missing []string
}

// All gives everything of a page that a store must keep: the items, then the broken pieces as evidence.
func (p *Page) All() []model.Evidence {
	all := make([]model.Evidence, 0, len(p.Items)+len(p.Broken))
	all = append(all, p.Items...)
	for _, b := range p.Broken {
		all = append(all, b.Evidence())
	}
	return all
}

// Source is one configured place that holds evidence.
type Source interface {
	Name() string // the name in the configuration; never part of any identity
	Type() string // stripe, calendar or mail
	// Plan lists the windows in the order in which they are to be read. It is cheap next to reading them.
	Plan(ctx context.Context) ([]Window, error)
	// Next reads one page that begins at cursor ("" for the start). An error leaves the cursor where it was.
	// A Fault among its causes tells the loop what to make of it.
	Next(ctx context.Context, w Window, cursor string) (*Page, error)
}

// Listener is a Source that tells when it waits.
type Listener interface {
	Listen(func(Wait))
}

// Noter is a Source that has something to say about the service once it was asked: a clock that is off,
// a mailbox that was made anew.
type Noter interface {
	Notes() []string
}

// Store keeps what is pulled. A case file satisfies it.
type Store interface {
	// Cursor tells how far a window was read: the newest cursor that was appended for the same source,
	// stream and mark; "" and false when there is none.
	Cursor(source string, w Window) (cursor string, done bool, err error)
	// Append keeps a page (Page.All) and its cursor in one transaction. Evidence that is known already
	// (same key and digest) is only noted as seen again.
	Append(source string, w Window, p *Page) error
}
