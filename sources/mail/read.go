package mail

// This file: a message becomes a reading.

import (
	"bytes"
	"strconv"
	"strings"

	"salvage/model"
	"salvage/sources/calendar"
	"salvage/sources/text"
)

// Reader names this reader and its version.
const Reader = "mail@2"

// Bounds of one message.
const (
	maxDepth    = 10
	maxParts    = 1000
	maxSegments = 4000
	maxDefects  = 20
)

// Options is what the reader must know of the business.
type Options struct {
	Senders    []string // "@example.test" or whole addresses: whose confirmations are genuine
	Authserv   []string // servers whose Authentication-Results count; empty: those of the business's own domains
	OwnDomains []string // further domains of the business
	Keys       Keys     // archived DKIM keys; none: no signature is verified
}

// reading is a model.Reading being filled, and where in the message we are.
type reading struct {
	*model.Reading
	opt     Options
	parts   int
	subject string // of the message that is being read, for telling forwards from replies
}

// Read makes a reading of one message.
func Read(ev *model.Evidence, opt Options) *model.Reading {
	out := &reading{Reading: &model.Reading{Reader: Reader, At: ev.At}, opt: opt}
	h, body := parseHeader(ev.Canon)
	if !h.known() {
		out.Outcome = model.Unreadable
		out.defect("no header of a message")
		return out.Reading
	}
	out.At = h.when()
	if out.At == 0 {
		out.defect("no date")
	}
	if h.bad > 0 {
		out.defect(strconv.Itoa(h.bad) + " header lines are none")
	}
	out.authenticate(ev, h)
	out.Title = decode(h.get("subject"))
	out.headers(h, "")
	out.part(part{id: "1", head: h, body: body})
	if out.Claims != nil {
		out.claimsOnce()
	}
	return out.Reading
}

func (out *reading) defect(s string) {
	for _, d := range out.Defects {
		if d == s {
			return
		}
	}
	if len(out.Defects) < maxDefects {
		out.Defects = append(out.Defects, s)
	}
}

func (out *reading) add(s model.Segment) {
	if strings.TrimSpace(s.Text) == "" {
		return
	}
	if len(out.Segments) >= maxSegments {
		out.defect("more lines than are read")
		return
	}
	out.Segments = append(out.Segments, s)
}

// headers adds what the header of a message says. prefix is "fwd:" for a message inside another.
func (out *reading) headers(h header, prefix string) {
	out.subject = decode(h.get("subject"))
	say := func(path, field, s string) {
		out.add(model.Segment{Path: prefix + path, Label: field, Text: s, Span: model.Span{Part: "header:" + field}})
	}
	say("subject", "Subject", out.subject)
	from := addresses(h.get("from"))
	if h.count("from") > 1 {
		out.defect("more than one From field")
	}
	for i, a := range from {
		if i == 0 && prefix == "" {
			out.Origin = a.email
		}
		say("from.name", "From", a.name)
		say("from.email", "From", a.email)
	}
	for _, f := range []struct{ name, path, field string }{{"to", "to", "To"}, {"cc", "cc", "Cc"}, {"reply-to", "reply_to", "Reply-To"}} {
		for _, a := range addresses(h.get(f.name)) {
			say(f.path+".name", f.field, a.name)
			say(f.path+".email", f.field, a.email)
		}
	}
	say("date", "Date", h.get("date"))
	say("in_reply_to", "In-Reply-To", messageID(h.get("in-reply-to")))
	for _, f := range h.fields {
		if spoken(f.name) && len(f.value) <= 300 {
			say("header:"+f.name, f.name, decode(f.value))
		}
	}
}

// spoken says whether a further field may name a booking or the kind of the message. Those that mail
// programs and filters add for themselves do not.
func spoken(name string) bool {
	switch name {
	case "list-id", "auto-submitted", "precedence", "thread-topic":
		return true
	}
	if !strings.HasPrefix(name, "x-") {
		return false
	}
	for _, p := range []string{"x-spam", "x-ms-", "x-microsoft", "x-google", "x-gm-", "x-received", "x-originating", "x-mailer", "x-mozilla",
		"x-virus", "x-forefront", "x-exchange", "x-proofpoint", "x-barracuda", "x-amavis", "x-uid", "x-status", "x-keywords",
		"x-ses-", "x-sg-", "x-mimeole", "x-priority", "x-msmail", "x-apple", "x-yahoo", "x-ymail", "x-sonic", "x-antiabuse", "x-source", "x-feedback-id"} {
		if strings.HasPrefix(name, p) {
			return false
		}
	}
	return true
}

// part is one part of a message.
type part struct {
	id     string // "1", "1.2": counted from one; that of the whole message is "1"
	head   header
	body   []byte
	depth  int
	prefix string // "fwd:" inside a forwarded message
}

// part reads one part and those inside it.
func (out *reading) part(p part) {
	if out.parts++; out.parts > maxParts || p.depth > maxDepth {
		out.defect("more parts, or deeper ones, than are read")
		return
	}
	media, params := parameters(p.head.get("content-type"))
	if media == "" || !strings.Contains(media, "/") {
		media = "text/plain"
	}
	switch name := fileName(p.head, params); {
	case strings.HasPrefix(media, "multipart/"):
		out.multipart(p, params)
	case isMessage(media, name):
		out.inner(p)
	case media == "text/calendar" || media == "application/ics" || strings.HasSuffix(name, ".ics"):
		out.calendar(p, params)
	case attachment(p.head):
		out.attached(p, media, name, params)
	case strings.HasPrefix(media, "text/") || media == "application/xhtml+xml":
		s, defect := textOf(p.body, p.head.get("content-transfer-encoding"), params["charset"])
		if defect != "" {
			out.defect(defect)
		}
		out.text(p, media, s)
	default:
		out.attached(p, media, name, params)
	}
}

// multipart reads the parts between the boundaries (RFC 2046 section 5.1).
func (out *reading) multipart(p part, params map[string]string) {
	if strings.HasPrefix(params["report-type"], "delivery-status") {
		out.Act = model.ActNone
	}
	boundary := params["boundary"]
	if boundary == "" {
		boundary = guessBoundary(p.body)
		out.defect("a multipart message without a boundary")
	}
	parts, closed := splitParts(p.body, boundary)
	if len(parts) == 0 {
		if boundary != "" {
			out.defect("a multipart message without parts")
		}
		s, _ := textOf(p.body, "", "")
		out.text(p, "text/plain", s)
		return
	}
	if !closed {
		out.defect("a multipart message that does not end")
	}
	for i, b := range parts {
		h, body := partHeader(b)
		out.part(part{id: subID(p, i+1), head: h, body: body, depth: p.depth + 1, prefix: p.prefix})
		if out.parts > maxParts {
			return
		}
	}
}

// partHeader parses a part. QUIRK: some have neither a header nor the empty line that should stand for it.
func partHeader(b []byte) (header, []byte) {
	h, body := parseHeader(b)
	if len(h.fields) == 0 && h.bad > 0 {
		return header{}, b
	}
	return h, body
}

// subID numbers parts as IMAP does (RFC 9051 section 6.4.5.1): the parts of the message itself are "1", "2", …
func subID(p part, n int) string {
	if p.depth == 0 {
		return strconv.Itoa(n)
	}
	return p.id + "." + strconv.Itoa(n)
}

// splitParts cuts a body at the lines of its boundary. closed tells that the closing line is there.
func splitParts(b []byte, boundary string) (parts [][]byte, closed bool) {
	if boundary == "" {
		return nil, false
	}
	mark := []byte("--" + boundary)
	start := -1
	for pos := 0; pos < len(b); {
		end := len(b)
		if i := bytes.IndexByte(b[pos:], '\n'); i >= 0 {
			end = pos + i + 1
		}
		if line := b[pos:end]; len(line) >= len(mark) && line[0] == '-' && bytes.HasPrefix(line, mark) {
			tail := bytes.TrimRight(line[len(mark):], " \t\r\n")
			last := string(tail) == "--"
			if len(tail) == 0 || last {
				if start >= 0 && len(parts) <= maxParts {
					parts = append(parts, bytes.TrimSuffix(b[start:pos], []byte("\n")))
				}
				start = end
				if last {
					return parts, true
				}
			}
		}
		pos = end
	}
	if start >= 0 && start < len(b) {
		parts = append(parts, b[start:])
	}
	return parts, false
}

// guessBoundary takes the first line that looks like a boundary.
func guessBoundary(b []byte) string {
	for range 50 {
		line, rest, ok := bytes.Cut(b, []byte("\n"))
		line = bytes.TrimRight(line, " \t\r")
		if len(line) > 4 && len(line) < 80 && bytes.HasPrefix(line, []byte("--")) && bytes.IndexByte(line, ' ') < 0 {
			return string(line[2:])
		}
		if !ok {
			break
		}
		b = rest
	}
	return ""
}

// calendar reads an iCalendar part: its times as segments, its METHOD as what happened.
func (out *reading) calendar(p part, params map[string]string) {
	s, defect := textOf(p.body, p.head.get("content-transfer-encoding"), params["charset"])
	if defect != "" {
		out.defect(defect)
	}
	r := calendar.Times([]byte(s))
	for _, g := range r.Segments {
		g.Path = p.prefix + g.Path
		g.Span.Part = p.id + ";" + g.Span.Part
		out.add(g)
	}
	for _, d := range r.Defects {
		out.defect("calendar part: " + d)
	}
	if p.prefix != "" {
		return
	}
	out.Sequence = max(out.Sequence, r.Sequence)
	if out.Zone == "" {
		out.Zone = r.Zone
	}
	if r.Deleted || strings.EqualFold(params["method"], "CANCEL") {
		out.Act = model.ActCancelled
	}
}

// text reads a text part.
func (out *reading) text(p part, media, s string) {
	if media == "text/html" || media == "application/xhtml+xml" || media == "text/plain" && looksHTML(s) {
		d := text.HTML(s)
		if d.Cut {
			out.defect("a text part is longer than is read")
		}
		forwarded := out.lines(p, p.prefix+"html", d.Lines)
		for _, l := range d.Links {
			out.link(p, l, forwarded)
		}
		out.markup(p, s, d)
		return
	}
	ls, cut := text.Plain(s)
	if cut {
		out.defect("a text part is longer than is read")
	}
	out.lines(p, p.prefix+"text", ls)
}

// looksHTML finds HTML that is sent as plain text.
func looksHTML(s string) bool {
	head := strings.ToLower(strings.TrimSpace(s[:min(len(s), 200)]))
	return strings.HasPrefix(head, "<!doctype html") || strings.HasPrefix(head, "<html")
}
