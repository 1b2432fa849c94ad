package mail

// This file: header fields, read tolerantly (RFC 5322, RFC 2047).

import (
	"bytes"
	"io"
	"mime"
	netmail "net/mail"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/emersion/go-message/charset"
)

// Bounds of a header.
const (
	maxFields = 2000
	maxField  = 64 << 10
)

// field is one header field, unfolded, its value not decoded.
type field struct{ name, value string } // name in lower case

// header is the fields of a message or part, in order.
type header struct {
	fields []field
	bad    int // lines that were no header lines
}

// parseHeader reads the fields up to the empty line and gives the body behind it. b has LF line ends.
// Lines that are no fields are counted and passed over.
func parseHeader(b []byte) (h header, body []byte) {
	var folded []byte // the lines that go on with the last field
	defer func() { h.fold(folded) }()
	for len(b) > 0 {
		line, rest, _ := bytes.Cut(b, []byte("\n"))
		if len(line) == 0 || len(line) == 1 && line[0] == '\r' {
			return h, rest
		}
		b = rest
		switch {
		case (line[0] == ' ' || line[0] == '\t') && len(h.fields) > 0:
			if len(folded)+len(line) < maxField {
				folded = append(append(folded, ' '), bytes.TrimSpace(line)...)
			}
		case headerLike(line):
			h.fold(folded)
			folded = folded[:0]
			if len(h.fields) < maxFields {
				i := bytes.IndexByte(line, ':')
				v := line[i+1:]
				h.fields = append(h.fields, field{strings.ToLower(string(line[:i])), strings.TrimSpace(string(v[:min(len(v), maxField)]))})
			}
		case bytes.HasPrefix(line, []byte("From ")) || bytes.HasPrefix(line, []byte(">From ")):
			// QUIRK: a From_ line that a mail program left inside the message. It is no field and no fault.
		default:
			h.bad++
		}
	}
	return h, nil
}

// fold adds continued lines to the last field.
func (h *header) fold(more []byte) {
	if len(more) > 0 && len(h.fields) > 0 {
		f := &h.fields[len(h.fields)-1]
		f.value = strings.TrimSpace(f.value + string(more))
	}
}

// get gives the first field of a name, "" when there is none.
func (h header) get(name string) string {
	for _, f := range h.fields {
		if f.name == name {
			return f.value
		}
	}
	return ""
}

func (h header) count(name string) int {
	n := 0
	for _, f := range h.fields {
		if f.name == name {
			n++
		}
	}
	return n
}

// known says whether this is the header of a message at all.
func (h header) known() bool {
	for _, f := range h.fields {
		switch f.name {
		case "from", "to", "date", "subject", "message-id", "received", "content-type", "mime-version", "sender", "return-path":
			return true
		}
	}
	return false
}

// when gives the time of the Date field, else of the topmost Received one; microseconds UTC, 0 for none.
func (h header) when() int64 {
	if t, ok := parseDate(h.get("date")); ok {
		return t.UnixMicro()
	}
	if r := h.get("received"); r != "" {
		if i := strings.LastIndexByte(r, ';'); i >= 0 {
			if t, ok := parseDate(r[i+1:]); ok {
				return t.UnixMicro()
			}
		}
	}
	return 0
}

// parseDate reads a date as RFC 5322 wants it, and forms that are met in the wild.
func parseDate(s string) (time.Time, bool) {
	s = strings.TrimSpace(s)
	if s == "" || len(s) > 200 {
		return time.Time{}, false
	}
	// The common form first: the standard library tries dozens, and makes an error of each.
	if t, err := time.Parse("Mon, 2 Jan 2006 15:04:05 -0700", s); err == nil {
		return t, sane(t)
	}
	if t, err := netmail.ParseDate(s); err == nil {
		return t, sane(t)
	}
	if i := strings.IndexByte(s, '('); i > 0 {
		s = strings.TrimSpace(s[:i])
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02 15:04:05 -0700", "Mon Jan 2 15:04:05 2006 -0700", "Mon Jan _2 15:04:05 2006",
		"Mon, 2 Jan 2006 15:04:05 MST", "2 Jan 2006 15:04:05", "Mon, 2 Jan 2006 15:04:05", "Mon, 2 Jan 06 15:04:05 -0700", "Mon, 2 January 2006 15:04:05 -0700"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, sane(t)
		}
	}
	return time.Time{}, false
}

func sane(t time.Time) bool { return t.Year() >= 1980 && t.Year() <= 2200 }

// decode undoes encoded words (RFC 2047) of any charset, and bytes that are not UTF-8.
func decode(v string) string {
	if strings.Contains(v, "=?") {
		d := mime.WordDecoder{CharsetReader: func(name string, r io.Reader) (io.Reader, error) { return charset.Reader(name, r) }}
		if s, err := d.DecodeHeader(v); err == nil {
			v = s
		}
	}
	if !utf8.ValidString(v) {
		v, _ = toUTF8([]byte(v), "")
	}
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < 0x20 || r == 0x7f || r == utf8.RuneError {
			return ' '
		}
		return r
	}, v))
}

// address is one mailbox.
type address struct{ name, email string } // email in lower case

// addresses reads an address list tolerantly: quotes, comments and groups, and what programs make of them.
func addresses(v string) []address {
	var out []address
	for _, part := range splitAddresses(v) {
		if len(out) == 50 {
			break
		}
		if _, in, ok := strings.Cut(part, ":"); ok && !strings.Contains(part, "<") && !strings.Contains(strings.SplitN(part, ":", 2)[0], "@") {
			part = in // the first member of a group
		}
		var a address
		if i := strings.LastIndexByte(part, '<'); i >= 0 {
			a.name = unquote(decode(part[:i]))
			a.email, _, _ = strings.Cut(part[i+1:], ">")
		} else if i := strings.IndexByte(part, '('); i >= 0 && strings.Contains(part[:i], "@") {
			a.email = part[:i]
			a.name = decode(strings.Trim(part[i:], "() "))
		} else if strings.Contains(part, "@") {
			a.email = part
		} else {
			a.name = unquote(decode(part))
		}
		a.email = strings.ToLower(strings.Trim(strings.TrimSpace(a.email), "<>;'\" "))
		if a.name != "" || a.email != "" {
			out = append(out, a)
		}
	}
	return out
}

// splitAddresses cuts at commas and semicolons that stand outside quotes, brackets and comments.
func splitAddresses(v string) []string {
	var out []string
	start, quote, angle, comment := 0, false, false, 0
	for i := 0; i < len(v); i++ {
		switch c := v[i]; {
		case c == '\\':
			i++
		case c == '"' && comment == 0:
			quote = !quote
		case quote:
		case c == '<':
			angle = true
		case c == '>':
			angle = false
		case c == '(':
			comment++
		case c == ')':
			comment = max(0, comment-1)
		case (c == ',' || c == ';') && !angle && comment == 0:
			out = append(out, v[start:i])
			start = i + 1
		}
	}
	return append(out, v[min(start, len(v)):])
}

// unquote takes a display name out of its quotes.
func unquote(s string) string {
	s = strings.TrimSpace(s)
	if len(s) >= 2 && (s[0] == '"' && s[len(s)-1] == '"' || s[0] == '\'' && s[len(s)-1] == '\'') {
		s = strings.ReplaceAll(strings.ReplaceAll(s[1:len(s)-1], `\"`, `"`), `\\`, `\`)
	}
	return strings.TrimSpace(s)
}

// parameters reads a field like Content-Type: its value in lower case and its parameters.
func parameters(v string) (value string, params map[string]string) {
	value, rest, more := strings.Cut(v, ";")
	value = strings.ToLower(strings.TrimSpace(value))
	for more {
		rest = strings.TrimLeft(rest, " \t")
		eq := strings.IndexAny(rest, "=;")
		if eq < 0 {
			break
		}
		if rest[eq] == ';' {
			rest = rest[eq+1:]
			continue
		}
		k := strings.ToLower(strings.TrimSpace(rest[:eq]))
		rest = strings.TrimLeft(rest[eq+1:], " \t")
		var val string
		if strings.HasPrefix(rest, `"`) {
			end := 1
			for end < len(rest) && rest[end] != '"' {
				if rest[end] == '\\' {
					end++
				}
				end++
			}
			val = strings.ReplaceAll(rest[1:min(end, len(rest))], `\`, "")
			_, rest, more = strings.Cut(rest[min(end, len(rest)):], ";")
		} else {
			val, rest, more = strings.Cut(rest, ";")
			val = strings.TrimSpace(val)
		}
		if params == nil {
			params = map[string]string{}
		}
		if _, twice := params[k]; !twice && len(params) < 50 {
			params[k] = val
		}
	}
	return value, params
}
