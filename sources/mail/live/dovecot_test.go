package live_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"salvage/fixtures/fakes"
	"salvage/sources"
	"salvage/sources/mail"
	"salvage/sources/mail/live"
	"salvage/sources/sourcetest"
)

func quick() sources.Patience {
	return sources.Patience{First: time.Millisecond, Longest: 5 * time.Millisecond}
}

func message(n int) []byte {
	return fmt.Appendf(nil, "Message-ID: <m%d@x.test>\nFrom: a@b.test\nDate: Mon, 02 Feb 2026 10:00:00 +0000\nSubject: Booking R-%d\n\n%s\n", n, n, strings.Repeat("Dear guest, your car is ready.\n", 1+n%40))
}

// office starts a server with n messages over ten months, unseen ones among them, and some in Sent.
func office(t *testing.T, n int) *fakes.Dovecot {
	t.Helper()
	d, err := fakes.StartDovecot()
	require.NoError(t, err)
	t.Cleanup(func() { d.Close() })
	for i := range n {
		box := ""
		if i%5 == 4 {
			box = "Gesendete Objekte"
		}
		at := time.Now().AddDate(0, 0, -i%300)
		require.NoError(t, d.Put(box, fmt.Sprintf("%d.M%d.fakes", at.Unix(), i), at, message(i), i%3 == 0))
	}
	require.NoError(t, d.Own())
	return d
}

func options(d *fakes.Dovecot, addr string) live.Options {
	return live.Options{Name: "office", Addr: addr, TLS: "none", User: fakes.MailUser, Password: fakes.MailPassword,
		Since: time.Now().AddDate(-1, 0, 0), Patience: quick(), Idle: 2 * time.Second, Batch: 20}
}

func source(t *testing.T, o live.Options) *live.Source {
	t.Helper()
	src, err := live.New(o)
	require.NoError(t, err)
	t.Cleanup(func() { src.Close() })
	return src
}

func pull(t *testing.T, src sources.Source) (*sourcetest.Store, sources.Report) {
	t.Helper()
	st := sourcetest.NewStore()
	ctx, stop := context.WithTimeout(t.Context(), time.Minute) // a server that never answers must not hold a test
	defer stop()
	rep, err := sources.Pull(ctx, src, st, nil)
	require.NoError(t, err)
	return st, rep
}

func TestDovecotConformance(t *testing.T) {
	d := office(t, 100)
	sourcetest.Run(t, sourcetest.Harness{
		Items: 100,
		World: func(t *testing.T, moved bool) func(string) (sources.Source, error) {
			o := options(d, d.Addr)
			if moved {
				o.Batch, o.Long = 7, 600
			}
			return func(name string) (sources.Source, error) {
				o.Name = name
				return live.New(o)
			}
		},
	})
}

// TestWaysIn tries every kind of encryption and login that the server takes.
func TestWaysIn(t *testing.T) {
	d := office(t, 10)
	whole, rep := pull(t, source(t, options(d, d.Addr)))
	require.True(t, rep.Complete(), sourcetest.First(rep))
	require.Len(t, whole.Evidence, 10)
	for _, tt := range []struct {
		name, tls, auth, addr string
	}{{"implicit TLS", "implicit", "plain", d.TLS}, {"STARTTLS", "starttls", "login", d.Addr}, {"no TLS, LOGIN", "none", "login", d.Addr}, {"the server chooses", "implicit", "", d.TLS}} {
		t.Run(tt.name, func(t *testing.T) {
			o := options(d, tt.addr)
			o.TLS, o.Auth, o.CA = tt.tls, tt.auth, []byte(d.CA)
			st, rep := pull(t, source(t, o))
			require.True(t, rep.Complete(), sourcetest.First(rep))
			require.Equal(t, whole.Digest(), st.Digest())
		})
	}
	t.Run("a certificate of a stranger", func(t *testing.T) {
		o := options(d, d.TLS)
		o.TLS = "implicit"
		_, err := source(t, o).Plan(context.Background())
		require.ErrorContains(t, err, "unknown authority")
	})
	t.Run("a wrong password", func(t *testing.T) {
		o := options(d, d.Addr)
		o.Password = "not-the-password"
		_, err := source(t, o).Plan(context.Background())
		require.ErrorContains(t, err, "the login was refused")
		require.NotContains(t, err.Error(), "not-the-password")
	})
	t.Run("an open connection to elsewhere", func(t *testing.T) {
		o := options(d, "mail.example.test:143")
		_, err := source(t, o).Plan(context.Background())
		require.ErrorContains(t, err, "IMAP")
	})
}

// TestNothingChanges wants the Maildir as it was, byte for byte, no message seen and none no longer new,
// and no command but those that read.
func TestNothingChanges(t *testing.T) {
	d := office(t, 60)
	p, err := fakes.NewProxy(d.Addr, 10, 5)
	require.NoError(t, err)
	defer p.Close()
	before, err := d.MailHash()
	require.NoError(t, err)
	whole, _ := pull(t, source(t, options(d, d.Addr)))
	st, rep := pull(t, source(t, options(d, p.Addr)))
	require.True(t, rep.Complete(), sourcetest.First(rep))
	require.Positive(t, rep.Waits, "answers were cut")
	require.Equal(t, whole.Digest(), st.Digest())
	after, err := d.MailHash()
	require.NoError(t, err)
	require.Equal(t, before, after)
	fresh, err := filepath.Glob(filepath.Join(d.Mail, "new", "*"))
	require.NoError(t, err)
	require.NotEmpty(t, fresh, "what was new is still new")
	for _, c := range p.Log() {
		verb, _, _ := strings.Cut(c, " ")
		require.Contains(t, []string{"CAPABILITY", "LOGIN", "AUTHENTICATE", "LIST", "EXAMINE", "UID", "LOGOUT"}, verb, c)
		require.False(t, strings.Contains(c, "BODY[") || strings.Contains(c, "STORE"), c)
	}
}

func TestMailboxes(t *testing.T) {
	d := office(t, 20)
	o := options(d, d.Addr)
	o.Mailboxes = []string{"inbox", "Sent", "Nowhere"}
	st, rep := pull(t, source(t, o))
	require.Len(t, st.Evidence, 20, "Sent is found by its role")
	for _, ev := range st.Evidence {
		sent := strings.HasPrefix(ev.Found, "Gesendete Objekte ")
		require.Equal(t, sent, ev.Group == mail.Sent, "%s: %q", ev.Found, ev.Group)
	}
	require.Len(t, rep.Holes, 1)
	require.Equal(t, "Nowhere", rep.Holes[0].Stream)
	require.Contains(t, rep.Holes[0].Why, `"Gesendete Objekte"`)
	o.Mailboxes = []string{"INBOX"}
	st, rep = pull(t, source(t, o))
	require.Len(t, st.Evidence, 16)
	require.Equal(t, sources.NotAsked, rep.Covered[0].State)
	require.Equal(t, "Gesendete Objekte", rep.Covered[0].Stream)
}

// TestUnreadableMailbox wants one hole for the mailbox that cannot be opened, and the rest.
func TestUnreadableMailbox(t *testing.T) {
	d := office(t, 20)
	closed := filepath.Join(d.Mail, ".Gesendete Objekte")
	require.NoError(t, os.Chmod(closed, 0))
	defer os.Chmod(closed, 0o700) //nolint:errcheck // so that it can be removed
	st, rep := pull(t, source(t, options(d, d.Addr)))
	require.Len(t, st.Evidence, 16)
	require.NotEmpty(t, rep.Holes)
	for _, h := range rep.Holes {
		require.Equal(t, "Gesendete Objekte", h.Stream)
		require.Contains(t, h.Why, "cannot be opened")
	}
}

// TestMadeAnew gives the mailbox another UIDVALIDITY between two pulls: everything is read again, and is
// the same evidence, with what is new.
func TestMadeAnew(t *testing.T) {
	d := office(t, 20)
	st := sourcetest.NewStore()
	_, err := sources.Pull(context.Background(), source(t, options(d, d.Addr)), st, nil)
	require.NoError(t, err)
	require.Len(t, st.Evidence, 20)
	for _, f := range []string{"dovecot-uidlist", "dovecot.index", "dovecot.index.log", "dovecot.index.cache"} {
		os.RemoveAll(filepath.Join(d.Mail, f))
	} // dovecot-uidvalidity stays: the next one is greater than all before
	require.NoError(t, d.Put("", "9.M9.fakes", time.Now().AddDate(0, -5, 0), message(900), false))
	require.NoError(t, d.Own())
	rep, err := sources.Pull(context.Background(), source(t, options(d, d.Addr)), st, nil)
	require.NoError(t, err)
	require.True(t, rep.Complete(), sourcetest.First(rep))
	require.Len(t, st.Evidence, 21)
	require.Equal(t, 17, rep.Objects, "INBOX was read again, and nothing else")
	require.Len(t, rep.Notes, 1)
	require.Contains(t, rep.Notes[0], "INBOX was made anew on the server since the last pull")
	rep, err = sources.Pull(context.Background(), source(t, options(d, d.Addr)), st, nil)
	require.NoError(t, err)
	require.Zero(t, rep.Objects)
	require.Empty(t, rep.Notes, "it is said once")
}

// TestArrivesMeanwhile wants a message that arrives while the months are read, and one that comes with an
// old date between two pulls.
func TestArrivesMeanwhile(t *testing.T) {
	d := office(t, 20)
	st := sourcetest.NewStore()
	put := false
	_, err := sources.Pull(context.Background(), source(t, options(d, d.Addr)), st, func(p sources.Progress) {
		if p.Objects > 5 && !put {
			put = true
			require.NoError(t, d.Put("", "1.M1.late", time.Now(), message(500), false))
			require.NoError(t, d.Own())
		}
	})
	require.NoError(t, err)
	require.Len(t, st.Evidence, 21)
	require.NoError(t, d.Put("", "1.M1.older", time.Now().AddDate(0, -7, 0), message(501), true))
	require.NoError(t, d.Own())
	rep, err := sources.Pull(context.Background(), source(t, options(d, d.Addr)), st, nil)
	require.NoError(t, err)
	require.Len(t, st.Evidence, 22)
	require.Equal(t, 1, rep.Objects, "nothing else was fetched again")
}

// TestLongMessage wants a long message to have the same evidence through a file as in memory.
func TestLongMessage(t *testing.T) {
	d := office(t, 3)
	text := append(message(700), []byte(strings.Repeat("0123456789abcdef0123456789abcdef\n", 60_000))...)
	require.NoError(t, d.Put("", "1.M1.long", time.Now(), text, false))
	require.NoError(t, d.Own())
	o := options(d, d.Addr)
	a, rep := pull(t, source(t, o))
	require.True(t, rep.Complete(), sourcetest.First(rep))
	o.Long = 1 << 20
	src := source(t, o)
	b, rep := pull(t, src)
	require.True(t, rep.Complete(), sourcetest.First(rep))
	require.Equal(t, a.Digest(), b.Digest())
	long := 0
	for _, ev := range b.Evidence {
		if ev.Long != nil {
			long++
			require.EqualValues(t, len(text), ev.Long.Size)
		}
	}
	require.Equal(t, 1, long)
}
