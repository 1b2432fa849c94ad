package wire_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
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
	c, url := client(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintf(w, `{"a":%q}`, strings.Repeat("x", 3<<20)) }, func(o *wire.Options) { o.Cap = 1 << 20 })
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
