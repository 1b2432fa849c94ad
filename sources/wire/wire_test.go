package wire_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/time/rate"

	"salvage/sources"
	"salvage/sources/wire"
)

func client(t *testing.T, h http.HandlerFunc, change ...func(*wire.Options)) (*wire.Client, string) {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	o := wire.Options{Service: "Test", Base: srv.URL, Patience: sources.Patience{First: time.Millisecond, Longest: 2 * time.Millisecond}, Idle: 2 * time.Second}
	for _, c := range change {
		c(&o)
	}
	c, err := wire.New(o)
	require.NoError(t, err)
	return c, srv.URL
}

// TestNothingButGET sends every other method, through the client that libraries are given.
func TestNothingButGET(t *testing.T) {
	asked := 0
	c, url := client(t, func(w http.ResponseWriter, _ *http.Request) { asked++; fmt.Fprint(w, "{}") })
	for _, m := range []string{"POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "get"} {
		req, err := http.NewRequest(m, url, nil)
		require.NoError(t, err)
		_, err = c.HTTP().Do(req)
		require.ErrorIs(t, err, wire.ErrWrite, m)
	}
	req, err := http.NewRequest("GET", url, strings.NewReader("a body"))
	require.NoError(t, err)
	_, err = c.HTTP().Do(req)
	require.ErrorIs(t, err, wire.ErrWrite)
	require.Zero(t, asked)
	_, err = c.HTTP().Get(url)
	require.NoError(t, err)
	require.Equal(t, 1, asked)
}

func TestLargeAnswer(t *testing.T) {
	large := `{"a":"` + strings.Repeat("x", 3<<20) + `"}` // made beforehand: a server that is slow to begin is another fault
	c, url := client(t, func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, large) }, func(o *wire.Options) { o.Cap = 1 << 20 })
	_, err := c.HTTP().Get(url)
	f, ok := sources.FaultOf(err)
	require.True(t, ok)
	require.Equal(t, sources.Overloaded, f.Kind, "a smaller page is asked then")
}

// TestWaitsCanBeCancelled wants a wait of minutes to end with its context.
func TestWaitsCanBeCancelled(t *testing.T) {
	c, url := client(t, func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Retry-After", "100"); w.WriteHeader(429) })
	ctx, stop := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer stop()
	begin := time.Now()
	req, _ := http.NewRequestWithContext(ctx, "GET", url, nil)
	_, err := c.HTTP().Do(req)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.Less(t, time.Since(begin), 10*time.Second)
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	asked := 0
	c, url := client(t, func(w http.ResponseWriter, r *http.Request) {
		asked++
		http.Redirect(w, r, "/elsewhere", http.StatusFound)
	})
	_, err := c.HTTP().Get(url)
	require.Error(t, err)
	require.Equal(t, 1, asked)
}

// TestRate wants no more requests than the rate allows, and fewer after a refusal.
func TestRate(t *testing.T) {
	var at []time.Time
	c, url := client(t, func(w http.ResponseWriter, _ *http.Request) { at = append(at, time.Now()); fmt.Fprint(w, "{}") }, func(o *wire.Options) { o.Rate = rate.Limit(20) })
	for range 16 {
		_, err := c.HTTP().Get(url)
		require.NoError(t, err)
	}
	require.GreaterOrEqual(t, at[15].Sub(at[0]), 250*time.Millisecond, "ten at once, then one each 50 ms")
}

// TestSlowerAfterARefusal wants the rate lowered by a 429: what would take 300 ms at 20 a second takes more.
func TestSlowerAfterARefusal(t *testing.T) {
	var at []time.Time
	c, url := client(t, func(w http.ResponseWriter, _ *http.Request) {
		if at = append(at, time.Now()); len(at) <= 2 {
			w.WriteHeader(429)
		}
		fmt.Fprint(w, "{}")
	}, func(o *wire.Options) { o.Rate = rate.Limit(20) })
	for range 14 {
		_, err := c.HTTP().Get(url)
		require.NoError(t, err)
	}
	require.Len(t, at, 16)
	require.GreaterOrEqual(t, at[15].Sub(at[0]), 700*time.Millisecond, "six beyond the first ten, at little more than five a second")
}

// TestBrokenConnections breaks the first connection in each way, and wants the question asked once more. Every
// answer ends its connection, so that net/http itself never asks again.
func TestBrokenConnections(t *testing.T) {
	const head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n"
	whole := []string{head + "Content-Length: 12\r\n\r\n{\"a\":\"bcde\"}"}
	for _, tt := range []struct {
		name   string
		say    []string // each followed by a pause
		pause  time.Duration
		reset  bool
		asked  int
		reason string
	}{
		{"no answer", nil, 5 * time.Second, false, 2, "time ran out"},
		{"silence in the middle of the head", []string{head}, 5 * time.Second, false, 2, "time ran out"},
		{"silence in the middle of the body", []string{head + "Content-Length: 12\r\n\r\n{\"a\":"}, 5 * time.Second, false, 2, "time ran out"},
		{"reset before the answer", nil, 0, true, 2, "the connection"},
		{"reset in the middle of the body", []string{head + "Content-Length: 12\r\n\r\n{\"a\":"}, 20 * time.Millisecond, true, 2, "the connection"},
		{"closed in the middle of the body", []string{head + "Content-Length: 12\r\n\r\n{\"a\":"}, 0, false, 2, "the connection ended early"},
		{"half a JSON text, whole as HTTP goes", []string{head + "Content-Length: 5\r\n\r\n{\"a\":"}, 0, false, 2, "not whole JSON"},
		{"slower than the deadline, but never silent for as long", []string{head + "Content-Length: 12\r\n\r\n{\"a", "\":", "\"b", "cd", "e\"", "}"}, 150 * time.Millisecond, false, 1, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			require.NoError(t, err)
			defer l.Close()
			var asked atomic.Int32
			go func() {
				for {
					conn, err := l.Accept()
					if err != nil {
						return
					}
					go func() {
						defer conn.Close()
						if _, err := http.ReadRequest(bufio.NewReader(conn)); err != nil {
							return
						}
						say, pause := whole, time.Duration(0)
						if asked.Add(1) == 1 {
							say, pause = tt.say, tt.pause
						}
						for _, text := range say {
							conn.Write([]byte(text))
							time.Sleep(pause)
						}
						if say == nil {
							time.Sleep(pause)
						}
						if tt.reset && asked.Load() == 1 {
							conn.(*net.TCPConn).SetLinger(0)
						}
					}()
				}
			}()
			c, err := wire.New(wire.Options{Service: "Test", Base: "http://" + l.Addr().String(), Idle: 500 * time.Millisecond, Patience: sources.Patience{First: time.Millisecond, Longest: 2 * time.Millisecond}})
			require.NoError(t, err)
			var waits []sources.Wait
			c.Listen(func(w sources.Wait) { waits = append(waits, w) })
			ctx, stop := context.WithTimeout(context.Background(), 4*time.Second) // sooner than a silent server gives up
			defer stop()
			req, err := http.NewRequestWithContext(ctx, "GET", "http://"+l.Addr().String(), nil)
			require.NoError(t, err)
			resp, err := c.HTTP().Do(req)
			require.NoError(t, err)
			body, err := io.ReadAll(resp.Body)
			require.NoError(t, err)
			require.JSONEq(t, `{"a":"bcde"}`, string(body))
			require.EqualValues(t, tt.asked, asked.Load())
			require.Len(t, waits, tt.asked-1)
			for _, w := range waits {
				require.Contains(t, w.Why, tt.reason)
			}
		})
	}
}

// TestDeadlinesRoll wants a deadline that a library sets to be passed over, for it bounds a whole message
// however steadily it comes, and a silent peer to be given up all the same.
func TestDeadlinesRoll(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	go func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		for range 4 {
			time.Sleep(100 * time.Millisecond)
			conn.Write([]byte("x"))
		}
		io.Copy(io.Discard, conn) //nolint:errcheck // silent until the other side gives up
	}()
	conn, err := wire.Dialer(time.Second)(t.Context(), "tcp", l.Addr().String())
	require.NoError(t, err)
	defer conn.Close()
	require.NoError(t, conn.SetDeadline(time.Now().Add(50*time.Millisecond)))
	during := time.AfterFunc(50*time.Millisecond, func() { conn.SetReadDeadline(time.Now()) })
	defer during.Stop()
	_, err = io.ReadFull(conn, make([]byte, 4))
	require.NoError(t, err)
	begin := time.Now()
	_, err = conn.Read(make([]byte, 1))
	require.ErrorIs(t, err, os.ErrDeadlineExceeded)
	require.GreaterOrEqual(t, time.Since(begin), 900*time.Millisecond)
}

func TestAddresses(t *testing.T) {
	for base, ok := range map[string]bool{"https://api.example.test": true, "http://127.0.0.1:9": true, "http://[::1]:9": true, "http://api.example.test": false, "ftp://127.0.0.1": false, "": false} {
		_, err := wire.New(wire.Options{Service: "Test", Base: base})
		require.Equal(t, ok, err == nil, base)
	}
}

// TestErrorsHoldNoAnswer wants nothing of a refusal's body in an error but plain words.
func TestErrorsHoldNoAnswer(t *testing.T) {
	c, url := client(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(400)
		fmt.Fprint(w, `{"error":{"message":"Jane Doe, 4242"}}`)
	})
	_, err := c.HTTP().Get(url)
	var f *sources.Fault
	require.True(t, errors.As(err, &f))
	require.NotContains(t, err.Error(), "Jane")
}
