package reader

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"salvage/model"
	"salvage/sources"
)

func TestRead(t *testing.T) {
	tests := []struct {
		media, canon string
		outcome      model.Outcome
		version      string
	}{
		{"stripe/charge", `{"id":"ch_1","created":5}`, model.Read, "stripe@2"},
		{"stripe/charge", `{`, model.Unreadable, "stripe@2"},
		{"calendar/google", `{"id":"1","start":{"date":"2026-01-01"}}`, model.Read, "calendar@2"},
		{"calendar/google", `{"id":"1"}`, model.Defects, "calendar@2"},
		{"mail/rfc822", "Subject: x\nDate: Tue, 21 Jun 2022 00:00:55 +0000\n\nx\n", model.Read, "mail@2"},
		{"mail/rfc822", "nothing", model.Unreadable, "mail@2"},
		{sources.BrokenMedia + sources.BrokenCut, `{"id"`, model.Unreadable, "none@1"},
		{"fax/page", "x", model.Unreadable, "none@1"},
	}
	for _, tt := range tests {
		t.Run(tt.media+" "+string(tt.outcome), func(t *testing.T) {
			r := Read(&model.Evidence{Key: "k", Media: tt.media, Group: "g", Canon: []byte(tt.canon), At: 7}, Options{})
			require.Equal(t, tt.outcome, r.Outcome)
			require.Equal(t, tt.outcome != model.Read, len(r.Defects) > 0)
			require.Equal(t, []string{"k", tt.media, "g", tt.version}, []string{r.Key, r.Media, r.Group, r.Reader})
			require.Equal(t, tt.version, Version(tt.media))
		})
	}
}

// Every span of a reading leads back to its words.
func TestWords(t *testing.T) {
	mail := "From: A <a@b.test>\nSubject: =?utf-8?Q?B=C3=BCch?=\nDate: Tue, 21 Jun 2022 00:00:55 +0000\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n\nName: J=FCrgen   M\n--b\nContent-Type: message/rfc822\n\nFrom: C <c@d.test>\nContent-Type: text/html\n\n<table><tr><td>Code</td><td>AB-1</td></tr></table>\n--b\nContent-Type: text/calendar\n\nBEGIN:VEVENT\nUID:1\nDTSTART:20260101T100000Z\nSUMMARY:Golf\\, Jane\nEND:VEVENT\n--b--\n"
	tests := []struct{ media, canon string }{
		{"stripe/charge", `{"id":"ch_1","metadata":{"a/b":"x","n":[{"k":"v"}]},"amount":5}`},
		{"stripe/event", `{"id":"evt_1","object":"event","data":{"object":{"id":"ch_1","object":"charge","description":"d"}}}`},
		{"calendar/google", `{"id":"1","start":{"date":"2026-01-01"},"description":"Code: AB-1\nx","attendees":[{"email":"a@b.test"}]}`},
		{"calendar/ics", "BEGIN:VEVENT\nUID:1\nSUMMARY:Golf\\, Jane\nDESCRIPTION:Code: AB-1\\nx\nEND:VEVENT\n"},
		{"mail/rfc822", mail},
	}
	for _, tt := range tests {
		t.Run(tt.media, func(t *testing.T) {
			ev := &model.Evidence{Media: tt.media, Canon: []byte(tt.canon)}
			r := Read(ev, Options{})
			require.NotEmpty(t, r.Segments)
			for _, s := range r.Segments {
				words := Words(ev, s.Span)
				require.NotEmpty(t, words, "%+v", s)
				if s.Span.To > 0 && !strings.HasSuffix(s.Path, "start") && s.Label != "Name" {
					require.Contains(t, words, s.Text, "%+v", s)
				}
			}
		})
	}
	require.Empty(t, Words(&model.Evidence{Media: "stripe/charge", Canon: []byte(`{}`)}, model.Span{Part: "/x"}))
	require.Empty(t, Words(&model.Evidence{Media: "mail/rfc822", Canon: []byte("x")}, model.Span{Part: "9", From: 5, To: 900}))
}

func TestLearnAuthserv(t *testing.T) {
	ev := &model.Evidence{Media: "mail/rfc822", Canon: []byte("Authentication-Results: MX.Shop.test 1; dkim=pass header.d=a.test\nAuthentication-Results: evil.test; dkim=pass\n\nx\n")}
	require.Equal(t, "mx.shop.test", Authserv(ev))
	require.Empty(t, Authserv(&model.Evidence{Media: "stripe/charge"}))
	require.Equal(t, []string{"a", "b"}, LearnAuthserv(map[string]int{"b": 300, "a": 700, "evil": 50, "": 9000}))
	require.Empty(t, LearnAuthserv(map[string]int{"a": 9}))
}
