package mail

// This file: what is attached to a message: other messages, short texts, files that are only named.

import (
	"bytes"
	"strings"

	"salvage/model"
	"salvage/sources/text"
)

// isMessage tells a message inside a message, also one that a program attached as a file.
func isMessage(media, name string) bool {
	return media == "message/rfc822" || media == "message/global" || strings.HasSuffix(name, ".eml") && (media == "application/octet-stream" || media == "application/eml")
}

// fileName is the name of an attachment in lower case; "" for none.
func fileName(h header, params map[string]string) string {
	d := h.get("content-disposition")
	if d == "" && params["name"] == "" {
		return ""
	}
	_, disp := parameters(d)
	for _, n := range []string{disp["filename"], disp["filename*"], params["name"]} {
		if n != "" {
			return strings.ToLower(decode(n))
		}
	}
	return ""
}

func attachment(h header) bool {
	d, _ := parameters(h.get("content-disposition"))
	return d == "attachment"
}

// maxAttached is the size up to which an attached text is taken for a note or a slip, not for terms and conditions.
const maxAttached = 8 << 10

// attached adds an attachment's name, which often is the booking's ("Confirmation AB-1.pdf"), and short texts
// under paths of their own ("att:text"). Those that hold a message in a form that is not read are noted, so
// that they are never taken for empty.
func (out *reading) attached(p part, media, name string, params map[string]string) {
	out.add(model.Segment{Path: p.prefix + "attachment", Text: name, Span: model.Span{Part: p.id}})
	switch {
	case media == "application/ms-tnef", strings.HasSuffix(name, "winmail.dat"):
		out.defect("an attachment in TNEF form is not read")
	case media == "application/vnd.ms-outlook", strings.HasSuffix(name, ".msg"):
		out.defect("an attached Outlook message is not read")
	case strings.HasPrefix(media, "text/") && len(p.body) <= maxAttached:
		s, _ := textOf(p.body, p.head.get("content-transfer-encoding"), params["charset"])
		kind, ls := "text", []text.Line(nil)
		if media == "text/html" {
			kind, ls = "html", text.HTML(s).Lines
		} else {
			ls, _ = text.Plain(s)
		}
		for _, l := range ls {
			out.line(p, p.prefix+"att:"+kind, l, own, false)
		}
	}
}

// innerMessage gives header and body of a message inside a message. QUIRK: RFC 2046 section 5.2.1 wants it
// unencoded; programs encode it all the same.
func innerMessage(p part) (h header, body []byte) {
	b := p.body
	switch strings.ToLower(p.head.get("content-transfer-encoding")) {
	case "base64":
		b, _ = unbase64(b)
		b = bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n"))
	case "quoted-printable":
		b = unquotedPrintable(b)
	}
	return parseHeader(bytes.TrimLeft(b, "\n"))
}

// inner reads a message inside a message.
func (out *reading) inner(p part) {
	h, rest := innerMessage(p)
	if !h.known() {
		out.defect("an attached message without a header")
		return
	}
	out.Via = "forward"
	subject := out.subject
	out.headers(h, "fwd:")
	out.part(part{id: p.id, head: h, body: rest, depth: p.depth + 1, prefix: "fwd:"})
	out.subject = subject
}
