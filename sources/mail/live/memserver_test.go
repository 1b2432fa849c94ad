package live_test

// This file: a server that lives in this process, of the client library's own making.

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
	"github.com/stretchr/testify/require"

	"salvage/sources"
	"salvage/sources/mail/live"
	"salvage/sources/sourcetest"
)

// literal is a message as the server takes it.
type literal struct{ *bytes.Reader }

func (l literal) Size() int64 { return l.Reader.Size() }

// memory starts a server with one account, and gives the account and how to reach it.
func memory(t *testing.T, caps imap.CapSet) (*imapmemserver.User, live.Options) {
	t.Helper()
	all, user := imapmemserver.New(), imapmemserver.NewUser("u", "p-secret")
	all.AddUser(user)
	srv := imapserver.New(&imapserver.Options{InsecureAuth: true, Caps: caps, NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
		return all.NewSession(), nil, nil
	}})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	go srv.Serve(l) //nolint:errcheck // it ends with the test
	t.Cleanup(func() { srv.Close() })
	return user, live.Options{Name: "office", Addr: l.Addr().String(), TLS: "none", User: "u", Password: "p-secret",
		Since: time.Now().AddDate(0, -6, 0), Patience: quick(), Idle: 2 * time.Second, Batch: 8}
}

func put(t *testing.T, user *imapmemserver.User, box string, from, to int) {
	t.Helper()
	for i := from; i < to; i++ {
		raw := bytes.ReplaceAll(message(i), []byte("\n"), []byte("\r\n"))
		_, err := user.Append(box, literal{bytes.NewReader(raw)}, &imap.AppendOptions{Time: time.Now().AddDate(0, 0, -3*i)})
		require.NoError(t, err)
	}
}

// TestMemoryServer speaks both revisions of the protocol with the server, whose answers to SEARCH and LIST
// differ (ESEARCH, LIST-EXTENDED), and wants every message of every month once.
func TestMemoryServer(t *testing.T) {
	for name, caps := range map[string]imap.CapSet{
		"IMAP4rev1":  {imap.CapIMAP4rev1: {}},
		"IMAP4rev2":  {imap.CapIMAP4rev1: {}, imap.CapIMAP4rev2: {}},
		"extensions": {imap.CapIMAP4rev1: {}, imap.CapESearch: {}, imap.CapListExtended: {}, imap.CapSpecialUse: {}},
	} {
		t.Run(name, func(t *testing.T) {
			user, o := memory(t, caps)
			require.NoError(t, user.Create("INBOX", nil))
			require.NoError(t, user.Create("Sent", nil)) // a name without the role, which this server cannot tell
			put(t, user, "INBOX", 0, 50)
			put(t, user, "Sent", 50, 55)
			st, rep := pull(t, source(t, o))
			require.True(t, rep.Complete(), sourcetest.First(rep))
			require.Len(t, st.Evidence, 55)
			for _, ev := range st.Evidence {
				require.Empty(t, ev.Group, "what a mailbox is called proves nothing")
			}
		})
	}
}

// TestDeletedAndMadeAgain deletes a mailbox between two pulls and makes another of the same name: the old
// messages stay in the case, the new ones come, and it is said.
func TestDeletedAndMadeAgain(t *testing.T) {
	user, o := memory(t, nil)
	require.NoError(t, user.Create("INBOX", nil))
	put(t, user, "INBOX", 0, 20)
	st := sourcetest.NewStore()
	_, err := sources.Pull(context.Background(), source(t, o), st, nil)
	require.NoError(t, err)
	require.NoError(t, user.Delete("INBOX"))
	require.NoError(t, user.Create("INBOX", nil))
	put(t, user, "INBOX", 15, 30)
	rep, err := sources.Pull(context.Background(), source(t, o), st, nil)
	require.NoError(t, err)
	require.True(t, rep.Complete(), sourcetest.First(rep))
	require.Len(t, st.Evidence, 30)
	require.Len(t, rep.Notes, 1)
	require.Contains(t, fmt.Sprint(rep.Notes), "made anew")
}
