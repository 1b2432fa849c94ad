// Package files is the source that reads exported files: a list of patterns, each a file, a folder, a
// Maildir or an archive (.zip, .tar, .tgz, and single files as .gz and .zst). It finds the windows, opens
// whatever wraps the bytes, and lets the format's splitter cut them; formats know nothing of paths.
//
// A window is one file, one archive, or one folder of single messages. Its cursor is "member:piece":
// how many members are done, and how many pieces of the one after them. A resumed pull passes over
// those without making them again, so a kill loses nothing and repeats nothing.
//
// Files are opened for reading only and never locked. Nothing is unpacked to the disk.
package files

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"

	"salvage/model"
	"salvage/sources"
	"salvage/sources/calendar"
	"salvage/sources/mail"
	"salvage/sources/stripe"
)

// Limits of one page.
const (
	pageItems = 500
	pageBytes = 8 << 20
)

// openSplitter starts a splitter on a decompressed file; nil when the format is not known.
type openSplitter func(name string, head []byte) func(io.Reader) sources.Splitter

// Source reads the files of one configured source. It is for one goroutine at a time.
type Source struct {
	name, typ string
	dir       string
	patterns  []string
	format    openSplitter
	plan      map[string]window // by stream, from the newest Plan
	items     int               // bounds of a page
	bytes     int64
	open      *reading // the window that is being read
}

var _ sources.Source = (*Source)(nil)

// New makes the source called name of type stripe, calendar or mail, which reads what the patterns match.
// Relative patterns start at dir. "**" matches any number of folders.
func New(name, typ, dir string, patterns []string) (*Source, error) {
	s := &Source{name: name, typ: typ, dir: dir, patterns: patterns, items: pageItems, bytes: pageBytes}
	switch typ {
	case "stripe":
		s.format = stripe.Open
	case "calendar":
		s.format = calendar.Open
	case "mail":
		s.format = mail.Open
	default:
		return nil, fmt.Errorf("source %s: no files of type %q are read\nhint: types are stripe, calendar and mail", name, typ)
	}
	for _, p := range patterns {
		if _, err := filepath.Match(p, ""); err != nil {
			return nil, fmt.Errorf("source %s: pattern %q: %w", name, p, err)
		}
	}
	return s, nil
}

// SetPage changes the bounds of a page: how many objects and raw bytes end it. Smaller pages commit more often.
func (s *Source) SetPage(items int, bytes int64) { s.items, s.bytes = max(1, items), max(1, bytes) }

// Name implements sources.Source.
func (s *Source) Name() string { return s.name }

// Type implements sources.Source.
func (s *Source) Type() string { return s.typ }

// Plan implements sources.Source. A pattern that matches nothing is a window with a hole.
func (s *Source) Plan(ctx context.Context) ([]sources.Window, error) {
	found, err := s.find(ctx)
	if err != nil {
		return nil, err
	}
	s.close()
	s.plan = map[string]window{}
	var ws []sources.Window
	for _, w := range found {
		if _, twice := s.plan[w.Stream]; twice {
			continue
		}
		s.plan[w.Stream] = w
		ws = append(ws, w.Window)
	}
	return ws, nil
}

// Next implements sources.Source.
func (s *Source) Next(ctx context.Context, w sources.Window, cursor string) (*sources.Page, error) {
	if s.open == nil || s.open.stream != w.Stream || s.open.cursor() != cursor {
		s.close()
		pw, ok := s.plan[w.Stream]
		if !ok {
			return nil, fmt.Errorf("%s: not planned", w.Stream)
		}
		r, err := s.start(ctx, pw, cursor)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", w.Stream, err)
		}
		s.open = r
	}
	page, err := s.open.page(ctx, s.items, s.bytes)
	if err != nil || page.Done {
		s.close()
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", w.Stream, err)
	}
	return page, nil
}

// Close lets go of the file that is being read, if any.
func (s *Source) Close() error {
	s.close()
	return nil
}

func (s *Source) close() {
	if s.open != nil {
		s.open.members.Close()
		s.open = nil
	}
}

// reading is a window being read: member by member, piece by piece.
type reading struct {
	stream   string
	loose    bool // files of one message each
	single   bool // one plain file: pieces are found at "path@offset"
	format   openSplitter
	members  members
	name     string // of the member being read
	split    sources.Splitter
	done     int // members read to their end
	pieces   int // pieces of the current one that were given out
	deferred error
}

func (r *reading) cursor() string {
	if r.done == 0 && r.pieces == 0 {
		return ""
	}
	return strconv.Itoa(r.done) + ":" + strconv.Itoa(r.pieces)
}

// start opens a window and passes over what the cursor says was read.
func (s *Source) start(ctx context.Context, w window, cursor string) (*reading, error) {
	m, err := w.open()
	if err != nil {
		return nil, err
	}
	r := &reading{stream: w.Stream, single: w.single(), loose: w.kind == kindList, format: s.format, members: m}
	if cursor == "" {
		return r, nil
	}
	if err := r.skip(ctx, cursor); err != nil {
		m.Close()
		return nil, err
	}
	return r, nil
}

func (r *reading) skip(ctx context.Context, cursor string) error {
	a, b, _ := strings.Cut(cursor, ":")
	done, err1 := strconv.Atoi(a)
	pieces, err2 := strconv.Atoi(b)
	if err1 != nil || err2 != nil || done < 0 || pieces < 0 {
		return fmt.Errorf("cursor %q cannot be understood", cursor)
	}
	if err := r.members.Skip(done); err != nil {
		return fmt.Errorf("resume at %s: %w", cursor, err)
	}
	r.done = done
	for range pieces {
		if err := ctx.Err(); err != nil {
			return err
		}
		if _, ok, err := r.piece(); err != nil || !ok || r.done != done {
			return fmt.Errorf("resume at %s: the file is shorter than it was", cursor)
		}
	}
	return nil
}

// piece gives the next piece of the window; ok is false at its end.
func (r *reading) piece() (p sources.Piece, ok bool, err error) {
	for {
		if r.split == nil {
			if err := r.nextMember(); err == io.EOF {
				return p, false, nil
			} else if err != nil {
				return p, false, err
			}
		}
		p, err := r.split.Next()
		if err == io.EOF {
			r.split, r.pieces = nil, 0
			r.done++
			continue
		}
		if err != nil {
			return p, false, err
		}
		r.pieces++
		return p, true, nil
	}
}

// nextMember opens the next member whose format is known.
func (r *reading) nextMember() error {
	m, err := r.members.Next()
	if err != nil {
		return err
	}
	r.name = m.name
	head, err := m.r.Peek(4096)
	if err != nil && err != io.EOF && len(head) == 0 {
		return err
	}
	name := m.name
	if r.loose {
		name += ".eml" // Maildir names say nothing of the format
	}
	open := r.format(name, head)
	if open == nil {
		open = unknown(r.single && len(head) > 0)
	}
	r.split = open(decodeUTF16(m.r, head))
	return nil
}

// page collects one page. An error after the first piece is kept for the next call.
func (r *reading) page(ctx context.Context, items int, bytes int64) (*sources.Page, error) {
	if r.deferred != nil {
		return nil, r.deferred
	}
	page := &sources.Page{}
	for len(page.Items)+len(page.Broken) < items && page.Bytes < bytes {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		p, ok, err := r.piece()
		if err != nil {
			if page.Bytes == 0 {
				return nil, err
			}
			r.deferred = err
			break
		}
		if !ok {
			page.Done = true
			break
		}
		r.add(page, p)
	}
	page.Cursor = r.cursor()
	return page, nil
}

// add makes a piece and puts it on the page.
func (r *reading) add(page *sources.Page, p sources.Piece) {
	found := r.place(p.Offset)
	page.Bytes += int64(len(p.Raw))
	code := p.Broken
	var items []model.Evidence
	if code == "" {
		items, code = r.split.Make(p)
	}
	if code != "" {
		page.Broken = append(page.Broken, sources.Broken{Code: code, Why: sources.BrokenText(code), Raw: scrubFragment(p.Raw), Found: found})
		return
	}
	for i := range items {
		items[i].Found = found
		items[i].Digest = sources.Digest(items[i].Media, items[i].Canon)
	}
	page.Items = append(page.Items, items...)
}

// place names the file and, where a file holds many objects, the byte where one begins.
func (r *reading) place(offset int64) string {
	at := "@" + strconv.FormatInt(offset, 10)
	switch dir, many := strings.CutSuffix(r.stream, "/*.eml"); {
	case r.loose && r.single:
		return r.stream
	case r.loose && many:
		return dir + "/" + r.name
	case r.loose:
		return r.stream + "/" + r.name
	case r.single:
		return r.stream + at
	}
	return r.stream + "/" + r.name + at
}
