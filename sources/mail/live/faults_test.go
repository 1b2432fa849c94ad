package live_test

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"salvage/fixtures/fakes"
	"salvage/sources"
	"salvage/sources/mail/live"
	"salvage/sources/sourcetest"
)

func scripted(t *testing.T, n int) (*fakes.IMAP, live.Options) {
	t.Helper()
	var messages [][]byte
	for i := range n {
		messages = append(messages, bytes.ReplaceAll(message(i), []byte("\n"), []byte("\r\n")))
	}
	s, err := fakes.NewIMAP(messages...)
	require.NoError(t, err)
	t.Cleanup(func() { s.Close() })
	return s, live.Options{Name: "office", Addr: s.Addr, TLS: "none", User: "u", Password: "p-secret", Since: time.Now().AddDate(0, -2, 0), Patience: quick(), Idle: time.Second, Batch: 8}
}

// TestIMAPFaults has one case for each fault of a server that still gives everything in the end.
func TestIMAPFaults(t *testing.T) {
	s, o := scripted(t, 30)
	whole, rep := pull(t, source(t, o))
	require.True(t, rep.Complete(), sourcetest.First(rep))
	require.Len(t, whole.Evidence, 30)
	for _, tt := range []struct {
		name    string
		trouble fakes.IMAPTrouble
	}{
		{"too many connections at the greeting", fakes.IMAPTrouble{Greeting: 3}},
		{"too many connections at the login", fakes.IMAPTrouble{LoginCode: "LIMIT", Logins: 3}},
		{"unavailable for a moment", fakes.IMAPTrouble{LoginCode: "UNAVAILABLE", Logins: 2}},
		{"BYE in the middle of a batch", fakes.IMAPTrouble{ByeAfter: 3}},
		{"cut inside a literal", fakes.IMAPTrouble{CutAfter: 3}},
		{"a command that is never answered", fakes.IMAPTrouble{Hang: 1}},
		{"OK, and a message left out of the batch", fakes.IMAPTrouble{SilentOnce: map[int]bool{5: true, 6: true}}},
		{"no sizes", fakes.IMAPTrouble{NoSizes: true}},
		{"a message that was deleted meanwhile", fakes.IMAPTrouble{Gone: map[int]bool{17_000: true}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s.SetTrouble(tt.trouble)
			st, rep := pull(t, source(t, o))
			require.True(t, rep.Complete(), sourcetest.First(rep))
			require.Equal(t, whole.Digest(), st.Digest())
		})
	}
}

// TestMessagesThatAreNotGiven wants the ones that the server keeps to be named, and everything else.
func TestMessagesThatAreNotGiven(t *testing.T) {
	for _, tt := range []struct {
		name    string
		trouble fakes.IMAPTrouble
	}{
		{"NO [SERVERBUG] for two of them", fakes.IMAPTrouble{Bad: map[int]bool{4: true, 20: true}}},
		{"left out for ever", fakes.IMAPTrouble{Silent: map[int]bool{4: true, 20: true}}},
		{"the UID comes behind the body", fakes.IMAPTrouble{UIDLast: map[int]bool{4: true, 20: true}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, o := scripted(t, 30)
			s.SetTrouble(tt.trouble)
			st := sourcetest.NewStore()
			rep, err := sources.Pull(context.Background(), source(t, o), st, nil)
			require.NoError(t, err)
			require.Len(t, st.Evidence, 28)
			require.Len(t, rep.Holes, 1)
			require.Contains(t, rep.Holes[0].Why, "INBOX uid 4, INBOX uid 20")
			require.NotContains(t, rep.Holes[0].Why, "secret")
			// Once the server gives them, the next pull has them, and asks for nothing else.
			s.SetTrouble(fakes.IMAPTrouble{})
			rep, err = sources.Pull(context.Background(), source(t, o), st, nil)
			require.NoError(t, err)
			require.True(t, rep.Complete(), sourcetest.First(rep))
			require.Equal(t, 2, rep.Objects)
			require.Len(t, st.Evidence, 30)
		})
	}
}

func TestLoginRefused(t *testing.T) {
	s, o := scripted(t, 3)
	s.SetTrouble(fakes.IMAPTrouble{LoginCode: "AUTHENTICATIONFAILED"})
	_, rep := pull(t, source(t, o))
	require.True(t, rep.Resumable())
	require.Contains(t, rep.Holes[0].Why, "the login was refused")
	require.NotContains(t, rep.Holes[0].Why, "secret")
	logins := 0
	for _, l := range s.Log() {
		if l == "LOGIN" || l == "AUTHENTICATE" {
			logins++
		}
	}
	require.Equal(t, 1, logins, "a refused login is not tried again: accounts get locked")
}

func TestTokens(t *testing.T) {
	for _, auth := range []string{"xoauth2", "oauthbearer"} {
		t.Run(auth, func(t *testing.T) {
			s, o := scripted(t, 3)
			const token = "ya29.token-of-the-test"
			s.Set(func(s *fakes.IMAP) { s.XOAUTH2 = token })
			o.Auth, o.Password = auth, token
			st, rep := pull(t, source(t, o))
			require.True(t, rep.Complete(), sourcetest.First(rep))
			require.Len(t, st.Evidence, 3)
			o.Password = "expired"
			_, rep = pull(t, source(t, o))
			require.Contains(t, rep.Holes[0].Why, "the login was refused")
		})
	}
}

// TestGmail wants All Mail, Spam, Trash and Sent, and not the labels, which hold the same messages again.
func TestGmail(t *testing.T) {
	s, o := scripted(t, 3)
	s.Set(func(s *fakes.IMAP) {
		s.Caps = "X-GM-EXT-1 SPECIAL-USE"
		s.Boxes = []string{`(\HasNoChildren) "/" INBOX`, `(\HasChildren \Noselect) "/" "[Gmail]"`, `(\All \HasNoChildren) "/" "[Gmail]/Alle Nachrichten"`,
			`(\HasNoChildren \Junk) "/" "[Gmail]/Spam"`, `(\HasNoChildren \Sent) "/" "[Gmail]/Gesendet"`}
	})
	_, rep := pull(t, source(t, o))
	states := map[string]sources.State{}
	for _, c := range rep.Covered {
		states[c.Stream] = c.State
	}
	require.Equal(t, map[string]sources.State{"INBOX": sources.NotAsked, "[Gmail]/Alle Nachrichten": sources.Complete, "[Gmail]/Spam": sources.Complete, "[Gmail]/Gesendet": sources.Complete}, states)
}

// TestUIDValidityInTheMiddle makes the mailbox anew while it is read.
func TestUIDValidityInTheMiddle(t *testing.T) {
	s, o := scripted(t, 30)
	st := sourcetest.NewStore()
	rep, err := sources.Pull(context.Background(), source(t, o), st, func(p sources.Progress) {
		if p.Objects >= 8 && s.Validity == 1 {
			s.Validity = 2
			s.SetTrouble(fakes.IMAPTrouble{ByeAfter: 1})
		}
	})
	require.NoError(t, err)
	require.NotEmpty(t, rep.Holes)
	require.Contains(t, rep.Holes[0].Why, "made anew")
	rep, err = sources.Pull(context.Background(), source(t, o), st, nil)
	require.NoError(t, err)
	require.True(t, rep.Complete(), sourcetest.First(rep))
	require.Len(t, st.Evidence, 30)
}

// TestAnyCharset keeps bytes as they are, whatever they are.
func TestAnyCharset(t *testing.T) {
	raw := []byte("Subject: =?x-unknown?Q?=FF?=\r\nContent-Type: text/plain; charset=x-unknown\r\n\r\n\xff\xfe\x80 caf\xe9\r\n")
	s, err := fakes.NewIMAP(raw)
	require.NoError(t, err)
	defer s.Close()
	_, o := scripted(t, 0)
	o.Addr = s.Addr
	st, rep := pull(t, source(t, o))
	require.True(t, rep.Complete(), sourcetest.First(rep))
	require.Equal(t, strings.ReplaceAll(string(raw), "\r\n", "\n"), string(st.Evidence[0].Canon))
}
