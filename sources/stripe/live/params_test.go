package live_test

// This file: our questions held against Stripe's own description of its API, as stripe-mock serves it.

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"salvage/fixtures/fakes"
	"salvage/sources/sourcetest"
)

// stripeMock is the newest version that the module proxy has. QUIRK: its API is newer than the one that the
// client library pins, so it proves that a parameter is known today, not that it was known then.
const stripeMock = "github.com/stripe/stripe-mock@v0.203.0"

// TestParametersAreKnown sends every form of question that a pull sends to stripe-mock, which refuses
// parameters and paths that the API does not have.
func TestParametersAreKnown(t *testing.T) {
	dir := t.TempDir()
	install := exec.Command("go", "install", stripeMock)
	install.Env = append(os.Environ(), "GOBIN="+dir)
	out, err := install.CombinedOutput()
	require.NoError(t, err, "%s: %s", stripeMock, out)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	addr := l.Addr().String()
	require.NoError(t, l.Close())
	mock := exec.Command(filepath.Join(dir, "stripe-mock"), "-http-addr", addr)
	require.NoError(t, mock.Start())
	t.Cleanup(func() {
		mock.Process.Kill() //nolint:errcheck // it may have ended
		mock.Wait()         //nolint:errcheck // it was killed
	})
	require.Eventually(t, func() bool {
		c, err := net.DialTimeout("tcp", addr, time.Second)
		if err != nil {
			return false
		}
		return c.Close() == nil
	}, 30*time.Second, 50*time.Millisecond)

	ask := func(uri string) (int, string) {
		req, err := http.NewRequest("GET", "http://"+addr+uri, nil)
		require.NoError(t, err)
		req.Header.Set("Authorization", "Bearer sk_test_123")
		resp, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		return resp.StatusCode, string(body)
	}
	status, body := ask("/v1/charges?limit=1&nonsense=1")
	require.Equal(t, http.StatusBadRequest, status, "it knows what it does not know: %s", body)

	seen := map[string]bool{}
	for _, l := range questions(t) {
		uri := strings.TrimPrefix(l, "GET ")
		path, query, _ := strings.Cut(uri, "?")
		form := path
		for part := range strings.SplitSeq(query, "&") {
			name, _, _ := strings.Cut(part, "=")
			form += " " + name
		}
		if seen[form] {
			continue
		}
		seen[form] = true
		status, body := ask(uri)
		require.Equal(t, http.StatusOK, status, "%s: %s", uri, body)
	}
	require.Greater(t, len(seen), 20)
}

// questions are those of a pull and a check in which every list goes on, and every sub-list too.
func questions(t *testing.T) []string {
	t.Helper()
	s, since := server(t)
	at := now.Add(-10 * 24 * time.Hour).Unix()
	for typ, id := range map[string]string{"payment_intent": "pi", "refund": "re", "dispute": "dp", "invoice": "in", "setup_intent": "seti", "payment_link": "plink",
		"subscription": "sub", "credit_note": "cn", "balance_transaction": "txn", "customer": "cus", "event": "evt", "checkout.session": "cs"} {
		for i := range 101 {
			inner := ""
			if path := map[string]string{"invoice": "/v1/invoices/in_0/lines", "subscription": "/v1/subscription_items", "credit_note": "/v1/credit_notes/cn_0/lines"}[typ]; path != "" && i == 0 && typ != "subscription" {
				inner = fmt.Sprintf(`,"lines":{"object":"list","has_more":true,"url":%q,"data":[]}`, path)
				var items []json.RawMessage
				for n := range 120 {
					items = append(items, json.RawMessage(fmt.Sprintf(`{"id":"%s_line_%d","object":"line_item"}`, id, n)))
				}
				s.SetItems(path, items)
			}
			add(t, s, fmt.Sprintf(`{"id":"%s_%d","object":%q,"created":%d%s}`, id, i, typ, at, inner))
		}
	}
	var items []json.RawMessage
	for n := range 120 {
		items = append(items, json.RawMessage(fmt.Sprintf(`{"id":"li_%d","object":"item"}`, n)))
	}
	s.SetItems("/v1/checkout/sessions/cs_0/line_items", items)
	s.SetItems("/v1/payment_links/plink_0/line_items", items)
	s.Allow(fakes.StripeKey, "/v1/account")
	src := source(t, s, since)
	_, rep := pull(t, src)
	require.True(t, rep.Complete(), sourcetest.First(rep))
	_, err := src.Check(t.Context())
	require.NoError(t, err)
	return s.Log()
}
