package mail

// This file: transfer encodings and charsets, decoded as far as they go.

import (
	"bytes"
	"encoding/base64"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/emersion/go-message/charset"
	"golang.org/x/text/encoding/charmap"

	"salvage/sources/text"
)

// body decodes the bytes of a text part to UTF-8, at most text.MaxBody of them. defect says what was wrong.
func textOf(raw []byte, encoding, set string) (s, defect string) {
	b := raw
	switch strings.ToLower(strings.TrimSpace(encoding)) {
	case "base64":
		b, defect = unbase64(raw)
	case "quoted-printable":
		b = unquotedPrintable(raw)
	}
	if len(b) > text.MaxBody {
		b, defect = b[:text.MaxBody], "a text part is longer than is read"
	}
	s, ok := toUTF8(b, set)
	if !ok && defect == "" {
		defect = "charset " + clip(set) + ": not as declared"
	}
	return s, defect
}

func clip(s string) string {
	s = strings.ToValidUTF8(s[:min(len(s), 40)], "?")
	if s == "" {
		return "undeclared"
	}
	return s
}

// toUTF8 converts from a charset. ok is false when the charset is unknown or the bytes do not fit it: then
// the bytes are taken as UTF-8 when they are, else as Windows-1252.
func toUTF8(b []byte, set string) (s string, ok bool) {
	switch set = strings.ToLower(strings.Trim(strings.TrimSpace(set), `"'`)); set {
	case "", "utf-8", "utf8", "us-ascii", "ascii", "unknown-8bit", "x-unknown":
		if utf8.Valid(b) {
			return string(b), true
		}
		return windows1252(b), false
	case "iso-8859-1", "latin1", "windows-1252":
		// QUIRK: mail that says ISO-8859-1 means Windows-1252, as the WHATWG Encoding Standard has it.
		return windows1252(b), true
	}
	r, err := charset.Reader(set, bytes.NewReader(b))
	if err == nil {
		if out, err := io.ReadAll(io.LimitReader(r, 2*text.MaxBody)); err == nil {
			return strings.ToValidUTF8(string(out), "\uFFFD"), true
		}
	}
	if utf8.Valid(b) {
		return string(b), false
	}
	return windows1252(b), false
}

func windows1252(b []byte) string {
	out, err := charmap.Windows1252.NewDecoder().Bytes(b)
	if err != nil {
		return strings.ToValidUTF8(string(b), "\uFFFD")
	}
	return string(out)
}

// unbase64 decodes what can be decoded; white space and foreign bytes are passed over.
func unbase64(raw []byte) (out []byte, defect string) {
	limit := text.MaxBody/3*4 + 8
	clean := make([]byte, 0, min(len(raw), limit))
	for _, c := range raw {
		switch {
		case c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '+' || c == '/':
			clean = append(clean, c)
		case c == '\n' || c == '\r' || c == ' ' || c == '\t' || c == '=':
		default:
			defect = "base64: foreign bytes"
		}
		if len(clean) >= limit {
			break
		}
	}
	if len(clean)%4 == 1 {
		clean, defect = clean[:len(clean)-1], "base64: cut short"
	}
	out = make([]byte, base64.RawStdEncoding.DecodedLen(len(clean)))
	n, err := base64.RawStdEncoding.Decode(out, clean)
	if err != nil {
		defect = "base64: cut short"
	}
	return out[:n], defect
}

// unquotedPrintable decodes RFC 2045 section 6.7; an "=" that begins no escape stays.
func unquotedPrintable(raw []byte) []byte {
	if bytes.IndexByte(raw, '=') < 0 {
		return raw
	}
	out := make([]byte, 0, len(raw))
	for i := 0; i < len(raw); i++ {
		c := raw[i]
		if c != '=' {
			out = append(out, c)
			continue
		}
		j := i + 1
		for j < len(raw) && (raw[j] == ' ' || raw[j] == '\t' || raw[j] == '\r') {
			j++
		}
		switch {
		case j < len(raw) && raw[j] == '\n': // soft line break
			i = j
		case j >= len(raw):
			i = j
		case i+2 < len(raw) && hexDigit(raw[i+1]) >= 0 && hexDigit(raw[i+2]) >= 0:
			out = append(out, byte(hexDigit(raw[i+1])<<4|hexDigit(raw[i+2])))
			i += 2
		default:
			out = append(out, c)
		}
	}
	return out
}

func hexDigit(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	}
	return -1
}
