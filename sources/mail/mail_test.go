package mail

import (
	"encoding/base64"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"salvage/model"
	"salvage/sources"
)

func cut(t testing.TB, name, in string) (out []sources.Piece, s sources.Splitter) {
	s = Open(name, []byte(in)[:min(len(in), 4096)])(strings.NewReader(in))
	for {
		p, err := s.Next()
		if err == io.EOF {
			return out, s
		}
		require.NoError(t, err)
		out = append(out, p)
	}
}

func read(in string, opt Options) *model.Reading {
	ev := evidence([]byte(in), false)
	return Read(&ev, opt)
}

func segments(r *model.Reading) map[string]string {
	out := map[string]string{}
	for _, s := range r.Segments {
		k := s.Path
		if s.Label != "" && !strings.HasPrefix(s.Span.Part, "header:") {
			k += "|" + s.Label
		}
		if s.Quoted {
			k = ">" + k
		}
		if out[k] != "" {
			out[k] += "\n"
		}
		out[k] += s.Text
	}
	return out
}

const head = "From: Shop <Book@Shop.test>\nTo: Jane Doe <jane@doe.test>\nSubject: Booking\nDate: Tue, 21 Jun 2022 00:00:55 +0000\nMessage-ID: <a@shop.test>\n"

func TestMbox(t *testing.T) {
	from := "From x@y.test Tue Jun 21 00:00:55 2022\n"
	tests := []struct {
		name, in string
		want     []string
	}{
		{"two", from + "A: 1\n\nx\n\n" + from + "A: 2\n\ny\n", []string{"A: 1\n\nx\n", "A: 2\n\ny\n"}},
		{"CRLF", strings.ReplaceAll(from+"A: 1\n\nx\n\n"+from+"A: 2\n\ny\n", "\n", "\r\n"), []string{"A: 1\r\n\r\nx\r\n", "A: 2\r\n\r\ny\r\n"}},
		{"From in a body", from + "A: 1\n\nFrom here on at 10:30 in 2022 we\n\nFrom now on: 10:30 in 2022\nall is well\n", []string{"A: 1\n\nFrom here on at 10:30 in 2022 we\n\nFrom now on: 10:30 in 2022\nall is well\n"}},
		{"no empty line before", from + "A: 1\n\nbroken off" + "\n" + from + "A: 2\n\ny\n", []string{"A: 1\n\nbroken off\n", "A: 2\n\ny\n"}},
		{"Gmail's form", "From 1234@xxx Tue Jun 21 00:00:55 +0000 2022\nA: 1\n\nx\n", []string{"A: 1\n\nx\n"}},
		{"a broken one in the middle", from + "A: 1\n\nx\n\n" + from + "\x00\xff\xfe garbage\n\n" + from + "A: 3\n\nz\n", []string{"A: 1\n\nx\n", "\x00\xff\xfe garbage\n", "A: 3\n\nz\n"}},
		{"junk first", "junk\n\n" + from + "A: 1\n\nx\n", []string{"!junk\n", "A: 1\n\nx\n"}},
		{"one message under a box's name", "A: 1\n\nx\n", []string{"A: 1\n\nx\n"}},
		{"empty", "", nil},
		{"no last newline", from + "A: 1\n\nx", []string{"A: 1\n\nx"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ps, _ := cut(t, "all.mbox", tt.in)
			var got []string
			for _, p := range ps {
				mark := ""
				if p.Broken != "" {
					mark = "!"
				}
				require.Equal(t, string(p.Raw), tt.in[p.Offset:int(p.Offset)+len(p.Raw)])
				got = append(got, mark+string(p.Raw))
			}
			require.Equal(t, tt.want, got)
		})
	}
}

// One message is one piece of evidence in a box, in a Maildir and as a file, whatever its line ends and quoting.
func TestIdentity(t *testing.T) {
	plain := head + "\nFrom the desk\n>From elsewhere\nx\n"
	boxed := "From x@y.test Tue Jun 21 00:00:55 2022\n" + head + "\n>From the desk\n>>From elsewhere\nx\n\n"
	ps, s := cut(t, "all.mbox", boxed)
	a, _ := s.Make(ps[0])
	b := evidence([]byte(plain), false)
	c := evidence([]byte(strings.ReplaceAll(plain, "\n", "\r\n")+"\r\n"), false)
	require.Equal(t, "mail:a@shop.test", a[0].Key)
	require.Equal(t, string(b.Canon), string(a[0].Canon))
	require.Equal(t, string(b.Canon), string(c.Canon))
	require.NotEqual(t, a[0].Canon, a[0].Raw)
	require.Regexp(t, "^mail:sha256-[0-9a-f]{16}$", evidence([]byte("Subject: x\n\ny\n"), false).Key)
}

func TestHeaders(t *testing.T) {
	r := read("From: =?iso-8859-2?Q?Pawe=B3_Nowak?= <P.Nowak@Shop.test>\nfrom: twice@x.test\nnot a header line\nTo: \"Doe, Jane\" <Jane@Doe.test>, undisclosed:;, (Bob) bob@x.test\n"+
		"Subject: =?utf-8?B?UsOpc2VydmF0aW9u?=\n =?utf-8?Q?_42?=\nDate: Tue, 21 Jun 2022 02:00:55 +0200 (CEST)\nX-Booking-Id: 77\nX-Spam-Score: 1\nIn-Reply-To: <p@q>\n\nbody\n", Options{})
	require.Equal(t, "p.nowak@shop.test", r.Origin)
	require.Equal(t, "Réservation 42", r.Title)
	require.EqualValues(t, 1655769655_000000, r.At)
	s := segments(r)
	require.Equal(t, "Paweł Nowak", s["from.name"])
	require.Contains(t, s["to.name"], "Doe, Jane")
	require.Contains(t, s["to.email"], "jane@doe.test")
	require.Contains(t, s["to.email"], "bob@x.test")
	require.Equal(t, "77", s["header:x-booking-id"])
	require.Equal(t, "p@q", s["in_reply_to"])
	require.NotContains(t, s, "header:x-spam-score")
	require.Len(t, r.Defects, 2)
}

func TestUnreadable(t *testing.T) {
	r := read("\x00\x01garbage\n\nmore\n", Options{})
	require.Equal(t, model.Unreadable, r.Outcome)
	require.Contains(t, read("Subject: x\n\n", Options{}).Defects, "no date")
}

func TestBodies(t *testing.T) {
	multi := "Content-Type: multipart/alternative; boundary=\"b;1\"\n\npreamble\n--b;1\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\nCode: =C3=84B=\n1\n--b;1\nContent-Type: text/html\nContent-Transfer-Encoding: base64\n\n" +
		base64.StdEncoding.EncodeToString([]byte("<p>Code: ÄB1</p><a href='https://x.test/my/booking?id=5'>x</a>")) + "\n--b;1--\nepilogue\n"
	tests := []struct {
		name, in string
		want     map[string]string
		defects  int
	}{
		{"plain", "\nCode: AB1\n", map[string]string{"text|Code": "AB1"}, 0},
		{"both parts", multi, map[string]string{"text|Code": "ÄB1", "html|Code": "ÄB1", "link:id|id": "5", "link|x.test": "/my/booking"}, 0},
		{"never closed", strings.Split(multi, "--b;1--")[0], map[string]string{"text|Code": "ÄB1", "html|Code": "ÄB1"}, 1},
		{"no boundary named", strings.Replace(multi, "; boundary=\"b;1\"", "", 1), map[string]string{"text|Code": "ÄB1"}, 1},
		{"latin1", "Content-Type: text/plain; charset=iso-8859-1\n\nName: J\xfcrgen\n", map[string]string{"text|Name": "Jürgen"}, 0},
		{"Shift_JIS", "Content-Type: text/plain; charset=Shift_JIS\n\n\x96\xbc\x91O: \x89\xc1\x93\xa1\n", map[string]string{"text|名前": "加藤"}, 0},
		{"wrong charset", "Content-Type: text/plain; charset=utf-8\n\nName: J\xfcrgen\n", map[string]string{"text|Name": "Jürgen"}, 1},
		{"unknown charset", "Content-Type: text/plain; charset=klingon\n\nName: Jürgen\n", map[string]string{"text|Name": "Jürgen"}, 1},
		{"base64 cut short", "Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\nQ29kZTogQUIxC\n", map[string]string{"text|Code": "AB1"}, 1},
		{"html called plain", "Content-Type: text/plain\n\n<html><body><b>Code</b> AB1</body></html>\n", map[string]string{"html|Code": "AB1"}, 0},
		{"attached text is no body", "Content-Type: text/plain\nContent-Disposition: attachment; filename=terms.txt\n\nCode: AB1\n", map[string]string{"text|Code": "", "att:text|Code": "AB1", "attachment": "terms.txt"}, 0},
		{"long attached text", "Content-Type: text/plain\nContent-Disposition: attachment; filename=terms.txt\n\nCode: AB1\n" + strings.Repeat("x y z.\n", 2000), map[string]string{"att:text|Code": ""}, 0},
		{"name of an attachment", "Content-Type: application/pdf; name=\"=?utf-8?Q?Best=C3=A4tigung_AB-1.pdf?=\"\nContent-Disposition: attachment\nContent-Transfer-Encoding: base64\n\nQUJD\n", map[string]string{"attachment": "bestätigung ab-1.pdf"}, 0},
		{"an invitation by its name", "Content-Type: application/octet-stream; name=invite.ics\n\nBEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:u1\nDTSTART:20260501T100000Z\nEND:VEVENT\nEND:VCALENDAR\n", map[string]string{"ics:start|start": "2026-05-01T10:00:00Z"}, 0},
		{"TNEF", "Content-Type: application/ms-tnef; name=winmail.dat\n\nx\n", nil, 1},
		{"reply on top", "\nyes please\n\nOn Mon, 1 Jun 2022 at 10:00, Shop <a@b.test> wrote:\n> Code: AB1\n", map[string]string{"text": "yes please", ">text|Code": "AB1"}, 0},
		{"reply without marks", "\nja\n\nAm 1. Juni 2022 um 10:00 schrieb Shop <a@b.test>:\nCode: AB1\n", map[string]string{">text|Code": "AB1"}, 0},
		{"Outlook's reply", "\nok\n\nFrom: Shop <a@b.test>\nSent: Monday\nTo: Jane\nSubject: Booking\n\nCode: AB1\n", map[string]string{">text|Code": "AB1"}, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := read(head+tt.in, Options{})
			s := segments(r)
			for k, v := range tt.want {
				require.Equal(t, v, s[k], k)
			}
			require.Len(t, r.Defects, tt.defects, r.Defects)
		})
	}
}

func TestForwards(t *testing.T) {
	inner := "Code: AB1\n"
	tests := []struct{ name, in string }{
		{"Gmail", "Subject: Fwd: x\n\nfyi\n\n---------- Forwarded message ---------\nFrom: Shop <a@b.test>\nDate: Mon, 1 Jun 2022 at 10:00\nSubject: Booking 1\nTo: Jane <j@d.test>\n\n" + inner},
		{"Apple", "Subject: Fwd: x\n\nBegin forwarded message:\n\nFrom: Shop <a@b.test>\nSubject: Booking 1\nDate: 1 June 2022\n\n" + inner},
		{"Outlook", "Subject: WG: x\n\nVon: Shop <a@b.test>\nGesendet: Montag\nAn: Jane\nBetreff: Booking 1\n\n" + inner},
		{"original message", "Subject: FW: x\n\n-----Original Message-----\nFrom: Shop <a@b.test>\nSent: Monday\nSubject: Booking 1\n\n" + inner},
		{"html", "Subject: Fwd: x\nContent-Type: text/html\n\n<div>fyi</div><div class=\"gmail_quote\"><div>---------- Forwarded message ---------<br>From: <b>Shop</b> &lt;a@b.test&gt;<br>Subject: Booking 1<br></div><p>Code: AB1</p></div>\n"},
		{"attached", "Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nfyi\n--b\nContent-Type: message/rfc822\n\nFrom: Shop <a@b.test>\nSubject: Booking 1\n\nCode: AB1\n--b--\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := read("From: me@x.test\nDate: Tue, 21 Jun 2022 00:00:55 +0000\n"+tt.in, Options{})
			s := segments(r)
			require.Equal(t, "forward", r.Via)
			require.Equal(t, "a@b.test", s["fwd:from.email"]+s["fwd:from.email|From"]+s["fwd:from.email|Von"])
			require.Equal(t, "Booking 1", s["fwd:subject"]+s["fwd:subject|Subject"]+s["fwd:subject|Betreff"])
			require.Equal(t, "AB1", s["fwd:text|Code"]+s["fwd:html|Code"])
			require.Equal(t, "me@x.test", r.Origin)
		})
	}
}

func TestAuthenticate(t *testing.T) {
	ar := func(s string) string { return "Authentication-Results: " + s + "\n" + head }
	shop := Options{Senders: []string{"@shop.test"}}
	tests := []struct {
		name, in string
		opt      Options
		class    string
		domain   string
	}{
		{"own server, aligned", ar("mx.shop.test; dkim=pass (good) header.d=mail.shop.test; spf=fail"), shop, "A", "mail.shop.test"},
		{"dmarc", ar("mx.shop.test 1; dmarc=pass header.from=shop.test"), shop, "A", "shop.test"},
		{"not aligned", ar("mx.shop.test; dkim=pass header.d=evil.test"), shop, "D", "shop.test"},
		{"failed", ar("mx.shop.test; dkim=fail header.d=shop.test"), shop, "D", "shop.test"},
		{"spf alone", ar("mx.shop.test; spf=pass smtp.mailfrom=shop.test"), shop, "D", "shop.test"},
		{"another's server", ar("mx.evil.test; dkim=pass header.d=shop.test"), shop, "D", "shop.test"},
		{"named server", ar("mx.google.com; dkim=pass header.i=@shop.test"), Options{Senders: shop.Senders, Authserv: []string{"mx.google.com"}}, "A", "shop.test"},
		{"own server when another is named", ar("mx.shop.test; dkim=pass header.d=shop.test"), Options{Authserv: []string{"mx.google.com"}}, "D", "shop.test"},
		{"only the topmost counts", ar("mx.shop.test; dkim=none") + "Authentication-Results: mx.shop.test; dkim=pass header.d=shop.test\n", shop, "D", "shop.test"},
		{"none", head, shop, "D", "shop.test"},
		{"two From fields", "From: a@shop.test\nfrom: b@evil.test\nAuthentication-Results: mx.shop.test; dkim=pass header.d=shop.test\n", shop, "D", "shop.test"},
		{"a customer's mail", "From: a@mail.test\nAuthentication-Results: mx.shop.test; dkim=pass header.d=mail.test\n", shop, "A", "mail.test"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := read(tt.in+"\nx\n", tt.opt)
			require.Equal(t, tt.class, r.Auth)
			require.Equal(t, tt.domain, r.Domain)
		})
	}
}

func claims(r *model.Reading) map[string]string {
	out := map[string]string{}
	for _, c := range r.Claims {
		out[string(c.Kind)+"."+string(c.Field)] = string(c.Value.Type) + " " + c.Value.String()
	}
	return out
}

func TestMarkup(t *testing.T) {
	ld := func(s string) string { return "<script type='application/ld+json'>" + s + "</script>" }
	full := `{"@context":"http://schema.org","@type":"RentalCarReservation","reservationNumber":"AB1","reservationStatus":"http://schema.org/Confirmed","underName":{"@type":"Person","name":"Jane","email":"J@D.test"},
		"reservationFor":{"@type":"RentalCar","name":"Golf"},"pickupLocation":{"name":"Airport"},"dropoffLocation":{"name":"Town"},"pickupTime":"2026-05-01T10:00:00-07:00","dropoffTime":"2026-05-03T10:00","totalPrice":"120.50","priceCurrency":"USD"}`
	want := map[string]string{"reservation.code": "text AB1", "reservation.status": "text confirmed", "customer.full_name": "text Jane", "customer.email": "text j@d.test", "vehicle.name": "text Golf",
		"reservation.pickup_location": "text Airport", "reservation.return_location": "text Town", "reservation.starts_at": "instant 2026-05-01T17:00:00Z", "reservation.ends_at": "local 2026-05-03T10:00:00", "reservation.total": "money 120.50 USD"}
	tests := []struct {
		name, body string
		want       map[string]string
		act        model.Act
	}{
		{"object", ld(full), want, ""},
		{"array", ld("[" + full + "]"), want, ""},
		{"graph", ld(`{"@graph":[{"@type":"Organization"},` + full + `]}`), want, ""},
		{"twice", ld(full) + ld(full), want, ""},
		{"trailing comma, comment, raw newline", ld("<!-- {\"@type\":\"Reservation\",\"reservationId\":\"A\nB\",} -->"), map[string]string{"reservation.code": "text A B"}, ""},
		{"cut short", ld(`{"@type":"Reservation","reservationId":"AB1","underName":{"name":"Ja`), map[string]string{"reservation.code": "text AB1", "customer.full_name": "text Ja"}, ""},
		{"cancelled", ld(`{"@type":"LodgingReservation","reservationId":"AB1","checkinDate":"2026-05-01","reservationStatus":"https://schema.org/ReservationCancelled"}`),
			map[string]string{"reservation.code": "text AB1", "reservation.starts_at": "date 2026-05-01", "reservation.status": "text cancelled"}, model.ActCancelled},
		{"two bookings claim nothing", ld(`[{"@type":"Reservation","reservationId":"A"},{"@type":"Reservation","reservationId":"B"}]`), map[string]string{}, ""},
		{"microdata", `<div itemscope itemtype="http://schema.org/RentalCarReservation"><meta itemprop="reservationNumber" content="AB1"><span itemprop="underName" itemscope itemtype="http://schema.org/Person"><b itemprop="name">Jane</b></span><link itemprop="reservationStatus" href="http://schema.org/Confirmed"><time itemprop="pickupTime" datetime="2026-05-01T10:00:00Z">x</time></div>`,
			map[string]string{"reservation.code": "text AB1", "customer.full_name": "text Jane", "reservation.status": "text confirmed", "reservation.starts_at": "instant 2026-05-01T10:00:00Z"}, ""},
		{"other things", ld(`{"@type":"EmailMessage","potentialAction":{"@type":"ViewAction"}}`), map[string]string{}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := read(head+"Content-Type: text/html\n\n<html>"+tt.body+"</html>\n", Options{})
			require.Equal(t, tt.want, claims(r))
			require.Equal(t, tt.act, r.Act)
			require.Empty(t, r.Defects)
		})
	}
	r := read(head+"Content-Type: text/html\n\n"+ld(full), Options{})
	require.Equal(t, "Golf", segments(r)["ld:/reservationFor/name|name"])
}

func TestCalendarPart(t *testing.T) {
	body := "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nhello\n--b\nContent-Type: text/calendar; method=CANCEL\n\nBEGIN:VCALENDAR\nMETHOD:CANCEL\nBEGIN:VEVENT\nUID:u1\nSEQUENCE:3\nDTSTART;TZID=Europe/Berlin:20260501T100000\nDTEND:20260501T110000Z\nEND:VEVENT\nEND:VCALENDAR\n--b--\n"
	r := read(head+body, Options{})
	s := segments(r)
	require.Equal(t, model.ActCancelled, r.Act)
	require.EqualValues(t, 3, r.Sequence)
	require.Equal(t, "Europe/Berlin", r.Zone)
	require.Equal(t, "2026-05-01T10:00:00+02:00", s["ics:start|start"])
	require.Equal(t, "u1", s["ics:iCalUID|iCalUID"])
	require.False(t, r.Deleted)
}

// Hostile nesting ends, and says so.
func TestBounds(t *testing.T) {
	deep := head
	for range 50 {
		deep += "Content-Type: multipart/mixed; boundary=b\n\n--b\n"
	}
	require.NotEmpty(t, read(deep+"\nx\n", Options{}).Defects)
	var wide strings.Builder
	wide.WriteString(head + "Content-Type: multipart/mixed; boundary=b\n\n")
	for range 3000 {
		wide.WriteString("--b\n\nx: y\n")
	}
	require.NotEmpty(t, read(wide.String()+"--b--\n", Options{}).Defects)
	inside := head
	for range 50 {
		inside += "Content-Type: message/rfc822\n\n" + head
	}
	require.NotEmpty(t, read(inside+"\nx\n", Options{}).Defects)
}

func FuzzMbox(f *testing.F) {
	f.Add("From x Tue Jun 21 00:00:55 2022\nA: b\n\n>From x\n\nFrom y Tue Jun 21 00:00:55 2022\n")
	f.Add("From \nFrom 10:00 2022\n\r\n\r\n")
	f.Fuzz(func(t *testing.T, in string) {
		ps, s := cut(t, "a.mbox", in)
		for _, p := range ps {
			if string(p.Raw) != in[p.Offset:int(p.Offset)+len(p.Raw)] {
				t.Fatal("a piece is not what stands at its offset")
			}
			if evs, _ := s.Make(p); len(evs) == 1 && p.Broken == "" {
				again := evidence(evs[0].Canon, false)
				if again.Key != evs[0].Key || string(again.Canon) != string(evs[0].Canon) {
					t.Fatal("the canonical form is not its own canonical form")
				}
			}
		}
	})
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(head + "Content-Type: multipart/mixed; boundary=\"b\"\n\n--b\nContent-Type: text/html\n\n<table itemscope><tr><td>a<td>b\n--b\nContent-Type: message/rfc822\n\nSubject: Fwd: x\n\n---- Forwarded message ----\nFrom: a@b\n"))
	f.Add([]byte("Subject: =?x?B?=?=\nContent-Type: text/plain; charset=utf-7; x=\"\n\n\xff\xfe"))
	f.Fuzz(func(t *testing.T, in []byte) {
		r := read(string(in), Options{Senders: []string{"@shop.test"}})
		for _, s := range r.Segments {
			if s.Text == "" {
				t.Fatal("an empty segment")
			}
		}
	})
}

// Hostile folding costs no more than its size.
func TestFoldingIsLinear(t *testing.T) {
	began := time.Now()
	r := read(head+strings.Repeat("X-A: b\n"+strings.Repeat(" y\n", 20_000), 100)+"\nx\n", Options{})
	require.Equal(t, "Booking", r.Title)
	require.Less(t, time.Since(began), 20*time.Second)
}
