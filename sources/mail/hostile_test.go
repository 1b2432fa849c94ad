package mail

// This file: messages made to hurt. Each must end soon, in bounded memory, and say what was not read.

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"salvage/model"
)

const mega = 1 << 20

func htmlBody(s string) string { return "Content-Type: text/html\n\n" + s }

func icsBody(s string) string {
	return "Content-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR\n" + s + "END:VCALENDAR\n"
}

// nest wraps a message into n messages.
func nest(n int, encoding string) string {
	in := head + "\nCode: AB1\n"
	for range n {
		if encoding == "base64" {
			in = head + "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n" + base64.StdEncoding.EncodeToString([]byte(in)) + "\n"
			if len(in) > 20*mega {
				break
			}
			continue
		}
		in = head + "Content-Type: message/rfc822\n\n" + in
	}
	return strings.TrimPrefix(in, head)
}

func TestHostile(t *testing.T) {
	tests := []struct {
		name   string
		body   func() string
		defect bool
	}{
		{"a line of 50 MB", func() string { return "\n" + strings.Repeat("x", 50*mega) }, true},
		{"a header line of 50 MB", func() string { return "X-A: " + strings.Repeat("y", 50*mega) + "\n\nx\n" }, false},
		{"a million folded lines", func() string { return "X-A: b\n" + strings.Repeat(" y\n", mega) + "\nx\n" }, false},
		{"a million addresses", func() string { return "Cc: " + strings.Repeat("a@b.test, ", mega) + "\n\nx\n" }, false},
		{"a subject of encoded words", func() string { return "Thread-Topic: " + strings.Repeat("=?utf-8?B?QUFB?= ", 200_000) + "\n\nx\n" }, false},
		{"30 MB of base64", func() string {
			return "Content-Transfer-Encoding: base64\n\n" + strings.Repeat("QUFBQUFBQUFB\n", 30*mega/13)
		}, true},
		{"30 MB of quoted-printable", func() string {
			return "Content-Transfer-Encoding: quoted-printable\n\n" + strings.Repeat("=C3=BC=\n", 30*mega/8)
		}, true},
		{"10,000 parts", func() string {
			return "Content-Type: multipart/mixed; boundary=b\n\n" + strings.Repeat("--b\n\nCode: AB1\n", 10_000) + "--b--\n"
		}, true},
		{"a million boundaries", func() string {
			return "Content-Type: multipart/mixed; boundary=b\n\n" + strings.Repeat("--b\n", mega) + "--b--\n"
		}, true},
		{"100 messages inside each other", func() string { return nest(100, "") }, true},
		{"40 messages inside each other in base64", func() string { return nest(40, "base64") }, true},
		{"nested multiparts with one boundary", func() string {
			return strings.Repeat("Content-Type: multipart/mixed; boundary=b\n\n--b\n", 20_000)
		}, true},
		{"escape sequences of ISO-2022-JP", func() string {
			return "Content-Type: text/plain; charset=iso-2022-jp\n\n" + strings.Repeat("\x1b$B\x1b(B", mega)
		}, true},
		{"deep tables", func() string { return htmlBody(strings.Repeat("<table><tr><td>", 300_000)) }, true},
		{"deep quotations", func() string { return htmlBody(strings.Repeat("<blockquote><div class=gmail_quote>", 100_000) + "x") }, false},
		{"a million links", func() string { return htmlBody(strings.Repeat("<a href='https://x.test/?a=1'>x</a>", 100_000)) }, false},
		{"a long attribute", func() string { return htmlBody("<a href='https://x.test/?" + strings.Repeat("a=1&", mega) + "'>x</a>") }, true},
		{"a million short lines", func() string { return htmlBody(strings.Repeat("a<br>", mega)) }, true},
		{"deep linked data", func() string {
			return htmlBody("<script type='application/ld+json'>" + strings.Repeat(`{"a":[`, 200_000) + "</script>")
		}, true},
		{"many bookings in linked data", func() string {
			return htmlBody("<script type='application/ld+json'>[" + strings.Repeat(`{"@type":"Reservation","reservationId":"A"},`, 60_000) + "{}]</script>")
		}, false},
		{"linked data that refers to itself", func() string {
			return htmlBody("<script type='application/ld+json'>[" + strings.Repeat(`{"@id":"a","b":{"@id":"a"},"@type":"Reservation"},`, 20_000) + "{}]</script>")
		}, false},
		{"deep microdata", func() string { return htmlBody(strings.Repeat("<div itemscope itemprop=a>", 40_000)) }, false},
		{"wide microdata", func() string { return htmlBody("<div itemscope>" + strings.Repeat("<b itemprop=a>x</b><i>", 30_000)) }, false},
		{"formatting that is never closed", func() string { return htmlBody("<p itemscope>" + strings.Repeat("<p><b><i><u><a>x", 20_000)) }, true},
		{"100,000 events", func() string {
			return icsBody(strings.Repeat("BEGIN:VEVENT\nUID:a\nDTSTART:20260101T100000Z\nEND:VEVENT\n", 100_000))
		}, true},
		{"a flood of rules", func() string {
			return icsBody("BEGIN:VEVENT\nUID:a\nDTSTART:20260101T100000Z\n" + strings.Repeat("RRULE:FREQ=SECONDLY;COUNT=999999999;BYSECOND=0,1,2\nRDATE:20260101T100000Z\n", 50_000) + "END:VEVENT\n")
		}, false},
		{"a zone of 100,000 observances", func() string {
			return icsBody("BEGIN:VTIMEZONE\nTZID:X\n" + strings.Repeat("BEGIN:STANDARD\nDTSTART:19700101T000000\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\nTZOFFSETTO:+0100\nEND:STANDARD\n", 100_000) + "END:VTIMEZONE\nBEGIN:VEVENT\nUID:a\nDTSTART;TZID=X:20260101T100000\nEND:VEVENT\n")
		}, true},
		{"a calendar line of 30 MB", func() string {
			return icsBody("BEGIN:VEVENT\nSUMMARY:" + strings.Repeat("x", 30*mega) + "\nEND:VEVENT\n")
		}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ev := evidence([]byte(head+tt.body()), false)
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			began := time.Now()
			r := Read(&ev, Options{})
			took := time.Since(began)
			runtime.ReadMemStats(&after)
			require.Less(t, took, 20*time.Second)
			require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(800*mega), "bytes allocated in all")
			require.LessOrEqual(t, len(r.Segments), maxSegments)
			require.NotEqual(t, model.Unreadable, r.Outcome)
			require.Equal(t, tt.defect, len(r.Defects) > 0, fmt.Sprint(r.Defects))
			size := 0
			for _, s := range r.Segments {
				size += len(s.Text) + len(s.Label)
			}
			require.Less(t, size, 9*mega)
			if testing.Verbose() {
				t.Logf("%.1f s, %d MB allocated, %d segments, %v", took.Seconds(), (after.TotalAlloc-before.TotalAlloc)/mega, len(r.Segments), r.Defects)
			}
		})
	}
}

// The inner parts of a message are found whatever surrounds them.
func TestNestedForwards(t *testing.T) {
	inner := "From: Shop <a@b.test>\nSubject: Booking 7\nDate: Tue, 21 Jun 2022 00:00:55 +0000\n\nCode: AB7\n"
	wrapped := "From: c@d.test\nSubject: Fwd: Booking 7\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\nsee\n--x\nContent-Type: message/rfc822\n\n" + inner + "--x--\n"
	for _, tt := range []struct{ name, in string }{
		{"twice", "Content-Type: multipart/mixed; boundary=y\n\n--y\n\nfyi\n--y\nContent-Type: message/rfc822\n\n" + wrapped + "--y--\n"},
		{"in base64", "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n" + base64.StdEncoding.EncodeToString(bytes.ReplaceAll([]byte(inner), []byte("\n"), []byte("\r\n"))) + "\n"},
		{"in quoted-printable", "Content-Type: message/rfc822\nContent-Transfer-Encoding: quoted-printable\n\n" + strings.Replace(inner, "AB7", "A=\nB=37", 1)},
		{"as a file", "Content-Type: multipart/mixed; boundary=y\n\n--y\n\nfyi\n--y\nContent-Type: application/octet-stream; name=\"booking.eml\"\nContent-Disposition: attachment\nContent-Transfer-Encoding: base64\n\n" + base64.StdEncoding.EncodeToString([]byte(inner)) + "\n--y--\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := read(head+tt.in, Options{})
			s := segments(r)
			require.Equal(t, "AB7", s["fwd:text|Code"])
			require.Equal(t, "forward", r.Via)
			require.Empty(t, r.Defects)
			for _, g := range r.Segments {
				if g.Path == "fwd:text" && g.Label == "Code" {
					part, ok := PartText([]byte(head+tt.in), g.Span.Part)
					require.True(t, ok, g.Span.Part)
					require.Contains(t, part, "AB7")
				}
			}
		})
	}
}
