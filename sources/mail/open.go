// Package mail reads messages out of mbox files, Maildirs and .eml files.
//
// A message's key is "mail:" and its Message-ID without brackets; one without a Message-ID is keyed by its
// digest. Its canonical form is its bytes with LF line ends, the mbox quoting undone and one newline at
// the end, so that the same message has one digest in whatever box it lies.
//
// Read takes a message apart tolerantly: header lines that are none are passed over, broken encodings are
// decoded as far as they go, missing boundaries are guessed. What the reader had to forgive is a defect of
// the reading; only bytes without any header of a message are unreadable. Markup (schema.org) becomes
// claims, everything else segments, with the labels that stand beside them. Forwarded messages, inline or
// attached, are read as such under paths that begin with "fwd:".
//
// A message of a file is never class C: that needs the own account's Sent folder (Sent). It is class B only
// with keys that the operator has archived.
package mail

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"io"
	"strings"

	"salvage/model"
	"salvage/sources"
)

// Media of a message.
const Media = "mail/rfc822"

// maxMessage bounds one message.
const maxMessage = 256 << 20

// Open chooses the splitter of a file: an mbox by its first line or its name, a single message by its
// first header line or its name; nil for anything else.
func Open(name string, head []byte) func(io.Reader) sources.Splitter {
	lower := strings.ToLower(name)
	text := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), "\r\n")
	switch {
	case strings.HasSuffix(lower, ".eml"):
		return openMessage
	case bytes.HasPrefix(text, []byte("From ")), strings.HasSuffix(lower, ".mbox"), strings.HasSuffix(lower, ".mbx"):
		return openMbox
	case len(text) == 0 || headerLike(text):
		return openMessage
	}
	return nil
}

// headerLike says whether bytes begin with a header field's name and its colon.
func headerLike(b []byte) bool {
	for i, c := range b {
		if c == ':' {
			return i > 0
		}
		if c <= ' ' || c >= 0x7f || i > 76 {
			return false
		}
	}
	return false
}

func openMbox(r io.Reader) sources.Splitter {
	return &mbox{br: bufio.NewReaderSize(r, 1<<17), blank: true}
}

// mbox cuts a mailbox at its From_ lines. The formats differ (mboxo, mboxrd, mboxcl); all of them put an
// empty line before a From_ line, and quote lines of a body that look like one.
type mbox struct {
	br     *bufio.Reader
	off    int64
	inside bool // a From_ line was read
	blank  bool // the line before was empty
	size   int  // of the last message, to begin the next buffer well
}

// Next implements sources.Splitter. The From_ line and the empty line that ends a message are the
// mailbox's own and no part of the piece.
func (m *mbox) Next() (sources.Piece, error) {
	var buf []byte
	start := m.off
	for {
		line, err := m.br.ReadSlice('\n')
		m.off += int64(len(line))
		if len(line) > 0 {
			if line[0] == 'F' {
				line = bytes.Clone(line) // looking at what follows may move the buffer
			}
			first := m.blank || len(buf) == 0 && !m.inside
			if m.separator(line, first) {
				m.blank = false
				if p, ok := m.piece(buf, start); ok {
					m.inside = true
					return p, nil
				}
				m.inside, start, buf = true, m.off, buf[:0]
				continue
			}
			m.blank = len(bytes.TrimRight(line, "\r\n")) == 0
			if buf == nil {
				buf = make([]byte, 0, max(512, m.size+m.size/8))
			}
			if len(buf) < maxMessage {
				buf = append(buf, line...)
			}
		}
		if err == io.EOF {
			if p, ok := m.piece(buf, start); ok {
				m.inside = false
				return p, nil
			}
			return sources.Piece{}, io.EOF
		}
		if err != nil && err != bufio.ErrBufferFull {
			return sources.Piece{}, err
		}
	}
}

// piece ends a message. Bytes before the first From_ line are a message of their own when they look like
// one (a file of one message under an mbox name), else a broken piece.
func (m *mbox) piece(buf []byte, start int64) (sources.Piece, bool) {
	m.size = len(buf)
	body := buf
	if n := len(body); n >= 2 && body[n-1] == '\n' && (body[n-2] == '\n' || n >= 4 && string(body[n-4:]) == "\r\n\r\n") {
		body = bytes.TrimSuffix(bytes.TrimSuffix(body, []byte("\n")), []byte("\r"))
	}
	if len(bytes.TrimSpace(body)) == 0 {
		return sources.Piece{}, false
	}
	p := sources.Piece{Raw: body, Offset: start}
	switch {
	case len(body) >= maxMessage:
		p.Broken, p.Raw = sources.BrokenSize, bytes.Clone(body[:1<<20])
	case !m.inside && !headerLike(body):
		p.Broken = sources.BrokenPrelude
	}
	return p, true
}

// separator says whether a line is a From_ line. One that stands after an empty line must name a time and
// a year, and either a day of the week or a header line must follow; without the empty line, all of it.
func (m *mbox) separator(line []byte, afterBlank bool) bool {
	if len(line) < 5 || line[0] != 'F' || string(line[:5]) != "From " || len(line) > 1000 {
		return false
	}
	if !hasClock(line) || !hasYear(line) {
		return false
	}
	day := hasWeekday(line)
	if afterBlank && day {
		return true
	}
	next, _ := m.br.Peek(80)
	return headerLike(next) && (afterBlank || day)
}

func hasClock(l []byte) bool {
	for i := 2; i+2 < len(l); i++ {
		if l[i] == ':' && digit(l[i-1]) && digit(l[i+1]) && digit(l[i+2]) {
			return true
		}
	}
	return false
}

func hasYear(l []byte) bool {
	for i := 0; i+3 < len(l); i++ {
		if (l[i] == '1' && l[i+1] == '9' || l[i] == '2' && l[i+1] == '0') && digit(l[i+2]) && digit(l[i+3]) {
			return true
		}
	}
	return false
}

func hasWeekday(l []byte) bool {
	for _, d := range []string{" Mon", " Tue", " Wed", " Thu", " Fri", " Sat", " Sun"} {
		if bytes.Contains(l, []byte(d)) {
			return true
		}
	}
	return false
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

// Make implements sources.Splitter.
func (m *mbox) Make(p sources.Piece) ([]model.Evidence, string) {
	return []model.Evidence{evidence(p.Raw, true)}, ""
}

func openMessage(r io.Reader) sources.Splitter { return &single{r: r} }

// single is a file of one message.
type single struct {
	r    io.Reader
	done bool
}

// Next implements sources.Splitter.
func (s *single) Next() (sources.Piece, error) {
	if s.done {
		return sources.Piece{}, io.EOF
	}
	s.done = true
	raw, err := io.ReadAll(io.LimitReader(s.r, maxMessage))
	if err != nil {
		return sources.Piece{}, err
	}
	p := sources.Piece{Raw: raw}
	if len(raw) == maxMessage {
		p.Broken, p.Raw = sources.BrokenSize, bytes.Clone(raw[:1<<20])
	}
	return p, nil
}

// Make implements sources.Splitter.
func (s *single) Make(p sources.Piece) ([]model.Evidence, string) {
	return []model.Evidence{evidence(p.Raw, false)}, ""
}

// evidence gives a message its canonical form and identity.
func evidence(raw []byte, quoted bool) model.Evidence {
	body := canonical(raw, quoted)
	ev := model.Evidence{Media: Media, Canon: body, Raw: raw}
	h, _ := parseHeader(body)
	if id := messageID(h.get("message-id")); id != "" {
		ev.Key = "mail:" + id
	} else {
		d := sources.Digest(Media, body)
		ev.Key = "mail:sha256-" + hex.EncodeToString(d[:8])
	}
	ev.At = h.when()
	return ev
}

// canonical makes line ends LF, undoes mbox quoting (one ">" before "From ", behind any number of them)
// and ends the message in one newline. When nothing has to change it is the same slice.
func canonical(raw []byte, quoted bool) []byte {
	body := bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))
	body = bytes.TrimLeft(body, "\r\n")
	end := len(bytes.TrimRight(body, "\r\n"))
	cr := bytes.IndexByte(body, '\r') >= 0
	unquote := quoted && (bytes.Contains(body, []byte("\n>From ")) || bytes.Contains(body, []byte("\n>>")))
	if !cr && !unquote && len(body) == end+1 {
		return body
	}
	out := make([]byte, 0, end+1)
	for rest := body[:end]; len(rest) > 0; {
		line, after, found := bytes.Cut(rest, []byte("\n"))
		rest = after
		if cr {
			line = bytes.TrimSuffix(line, []byte("\r"))
		}
		if unquote && len(line) > 5 && line[0] == '>' && bytes.HasPrefix(bytes.TrimLeft(line, ">"), []byte("From ")) {
			line = line[1:]
		}
		out = append(out, line...)
		if found {
			out = append(out, '\n')
		}
	}
	return append(out, '\n')
}

// messageID takes an id out of its brackets; an id with spaces or none at all is "".
func messageID(v string) string {
	v = strings.TrimSpace(v)
	if i := strings.IndexByte(v, '<'); i >= 0 {
		v = v[i+1:]
		if j := strings.IndexByte(v, '>'); j >= 0 {
			v = v[:j]
		}
	}
	v = strings.TrimSpace(v)
	if v == "" || len(v) > 998 || strings.ContainsAny(v, " \t\x00") {
		return ""
	}
	return v
}
