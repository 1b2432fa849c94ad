package live_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"salvage/fixtures/fakes"
	"salvage/sources"
	"salvage/sources/sourcetest"
	"salvage/sources/stripe"
	"salvage/sources/stripe/live"
)

// quick is a patience for tests: the waits are short, their number is the real one.
func quick() sources.Patience {
	return sources.Patience{First: time.Millisecond, Longest: 5 * time.Millisecond}
}

func add(t *testing.T, s *fakes.Stripe, objects ...string) {
	t.Helper()
	for _, o := range objects {
		require.NoError(t, s.Add("", []byte(o)))
	}
}

func charge(n int, at time.Time) string {
	return fmt.Sprintf(`{"id":"ch_%05d","object":"charge","created":%d,"amount":%d,"currency":"usd","metadata":{"reservation":"R%d"}}`, n, at.Unix(), 100+n, n)
}

// now is the same for all servers of a run: what two of them hold is the same evidence.
var now = time.Now().UTC().Truncate(time.Second)

// server holds 250 charges of one week, and one of everything else.
func server(t *testing.T) (*fakes.Stripe, time.Time) {
	t.Helper()
	s := fakes.NewStripe()
	t.Cleanup(s.Close)
	for i := range 250 {
		add(t, s, charge(i, now.Add(-20*24*time.Hour).Add(time.Duration(i/3)*time.Second)))
	}
	old := now.Add(-15 * 24 * time.Hour).Unix()
	for _, typ := range []string{"payment_intent", "refund", "dispute", "checkout.session", "invoice", "setup_intent", "payment_link", "subscription", "credit_note", "balance_transaction"} {
		add(t, s, fmt.Sprintf(`{"id":"x_%s","object":%q,"created":%d}`, strings.ReplaceAll(typ, ".", ""), typ, old))
	}
	add(t, s, fmt.Sprintf(`{"id":"cus_old","object":"customer","created":%d,"email":"a@b.test"}`, now.AddDate(-3, 0, 0).Unix()),
		fmt.Sprintf(`{"id":"evt_1","object":"event","type":"charge.updated","created":%d,"pending_webhooks":2,"data":{"object":{"id":"ch_00001","object":"charge","amount":7}}}`, old))
	return s, now.Add(-60 * 24 * time.Hour)
}

func source(t *testing.T, s *fakes.Stripe, since time.Time, change ...func(*live.Options)) *live.Source {
	t.Helper()
	o := live.Options{Name: "stripe", Key: fakes.StripeKey, Base: s.URL, Since: since, Patience: quick(), Idle: 2 * time.Second}
	for _, c := range change {
		c(&o)
	}
	src, err := live.New(o)
	require.NoError(t, err)
	t.Cleanup(func() { src.Close() })
	return src
}

func pull(t *testing.T, src sources.Source) (*sourcetest.Store, sources.Report) {
	t.Helper()
	st := sourcetest.NewStore()
	rep, err := sources.Pull(context.Background(), src, st, nil)
	require.NoError(t, err)
	return st, rep
}

func TestConformance(t *testing.T) {
	sourcetest.Run(t, sourcetest.Harness{
		// The payment link comes twice: its list cannot be asked by time, and is read again at the end.
		Items: 250 + 10 + 1 + 1 + 1, Same: 1,
		World: func(t *testing.T, moved bool) func(string) (sources.Source, error) {
			s, since := server(t)
			if moved {
				s.SetChaos(fakes.Chaos{Percent: 10, Seed: 3, Kinds: []fakes.Trouble{fakes.Reset, fakes.ShortJSON, fakes.TooMany}})
			}
			return func(name string) (sources.Source, error) {
				return live.New(live.Options{Name: name, Key: fakes.StripeKey, Base: s.URL, Since: since, Patience: quick()})
			}
		},
	})
}

// TestFaults injects each fault into the middle of a pull and wants the evidence of an undisturbed one.
func TestFaults(t *testing.T) {
	s, since := server(t)
	whole, rep := pull(t, source(t, s, since))
	require.True(t, rep.Complete(), sourcetest.First(rep))
	tests := []struct {
		name     string
		troubles []fakes.Trouble
		waits    bool
	}{
		{"429", []fakes.Trouble{fakes.TooMany, fakes.TooMany, fakes.TooMany}, true},
		{"500 eight times: a smaller page", []fakes.Trouble{fakes.Serve, fakes.Fail500, fakes.Fail500, fakes.Fail500, fakes.Fail500, fakes.Fail500, fakes.Fail500, fakes.Fail500, fakes.Fail500}, true},
		{"a page of HTML with 503", []fakes.Trouble{fakes.Fail503}, true},
		{"a page of HTML with 200", []fakes.Trouble{fakes.HTMLPage}, true},
		{"no answer", []fakes.Trouble{fakes.Hang}, true},
		{"reset", []fakes.Trouble{fakes.Reset, fakes.Reset}, true},
		{"cut in the body", []fakes.Trouble{fakes.CutBody}, true},
		{"200 with half the JSON", []fakes.Trouble{fakes.ShortJSON}, true},
		{"slow body", []fakes.Trouble{fakes.SlowBody}, false},
		{"has_more and nothing", []fakes.Trouble{fakes.Serve, fakes.Empty}, false},
		{"the page before again", []fakes.Trouble{fakes.Serve, fakes.Serve, fakes.Serve, fakes.Serve, fakes.Serve, fakes.Serve, fakes.Again}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s.SetHang(4 * time.Second)
			s.Script("/v1/charges", append([]fakes.Trouble{fakes.Serve}, tt.troubles...)...)
			st, rep := pull(t, source(t, s, since))
			require.True(t, rep.Complete(), sourcetest.First(rep))
			require.Equal(t, whole.Digest(), st.Digest())
			if tt.name != "no answer" && tt.name != "reset" { // net/http itself asks again on a connection that was used before
				require.Equal(t, tt.waits, rep.Waits > 0, "waits: %d", rep.Waits)
			}
		})
	}
}

func TestRetryAfterIsObeyed(t *testing.T) {
	s, since := server(t)
	s.Script("/v1/charges", fakes.TooManyFor)
	var waits []sources.Wait
	_, err := sources.Pull(context.Background(), source(t, s, since), sourcetest.NewStore(), func(p sources.Progress) {
		if p.Wait.For > 0 {
			waits = append(waits, p.Wait)
		}
	})
	require.NoError(t, err)
	require.Len(t, waits, 1)
	require.Equal(t, time.Second, waits[0].For)
	require.Contains(t, waits[0].Why, "429")
}

// TestSmallerPages wants halved pages after a service that fails on large ones for good.
func TestSmallerPages(t *testing.T) {
	s, since := server(t)
	whole, _ := pull(t, source(t, s, since))
	limits := map[string]bool{}
	s.SetHook(func(r *http.Request) { limits[r.URL.Query().Get("limit")] = true })
	s.Script("/v1/charges", append([]fakes.Trouble{fakes.Serve}, repeat(fakes.Fail500, 12)...)...)
	st, rep := pull(t, source(t, s, since))
	require.True(t, rep.Complete(), sourcetest.First(rep))
	require.Equal(t, whole.Digest(), st.Digest())
	require.Contains(t, limits, "50")
	require.Contains(t, limits, "12")
}

func repeat(tr fakes.Trouble, n int) []fakes.Trouble {
	out := make([]fakes.Trouble, n)
	for i := range out {
		out[i] = tr
	}
	return out
}

// TestCursorGone deletes the object a page begins after, while the list is read.
func TestCursorGone(t *testing.T) {
	s, since := server(t)
	whole, _ := pull(t, source(t, s, since))
	gone := ""
	s.SetHook(func(r *http.Request) {
		if after := r.URL.Query().Get("starting_after"); gone == "" && strings.HasPrefix(after, "ch_") {
			gone = after
			s.Delete(after)
		}
	})
	st, rep := pull(t, source(t, s, since))
	require.True(t, rep.Complete(), sourcetest.First(rep))
	require.NotEmpty(t, gone)
	require.Equal(t, whole.Digest(), st.Digest())
}

// TestShiftingPages adds newer objects while the list is read: none of the old ones is lost.
func TestShiftingPages(t *testing.T) {
	s, since := server(t)
	whole, _ := pull(t, source(t, s, since))
	n := 1000
	s.SetHook(func(r *http.Request) {
		if r.URL.Query().Get("starting_after") != "" && n < 1003 {
			n++
			require.NoError(t, s.Add("", []byte(charge(n, time.Now()))))
		}
	})
	st, rep := pull(t, source(t, s, since))
	require.True(t, rep.Complete(), sourcetest.First(rep))
	have := map[string]bool{}
	for _, ev := range st.Evidence {
		have[ev.Key+string(ev.Digest[:])] = true
	}
	for _, ev := range whole.Evidence {
		require.True(t, have[ev.Key+string(ev.Digest[:])], ev.Key)
	}
	for i := 1001; i <= n; i++ {
		found := false
		for _, ev := range st.Evidence {
			found = found || ev.Key == fmt.Sprintf("stripe:ch_%05d", i)
		}
		require.True(t, found, "what came while the pull ran is found by looking back")
	}
}

func TestEmptyForEver(t *testing.T) {
	s, since := server(t)
	s.Script("/v1/refunds", repeat(fakes.Empty, 100)...)
	_, rep := pull(t, source(t, s, since))
	require.NotEmpty(t, rep.Holes)
	require.Contains(t, rep.Holes[0].Why, "says that there is more, and gives nothing")
}

// TestForbiddenStream wants one hole a week of the stream that the key may not read, asked once, and all the rest.
func TestForbiddenStream(t *testing.T) {
	s, since := server(t)
	s.Forbid(fakes.StripeKey, "/v1/disputes", "rak_dispute_read")
	_, rep := pull(t, source(t, s, since))
	require.NotEmpty(t, rep.Holes)
	for _, h := range rep.Holes {
		require.Equal(t, "disputes", h.Stream)
		require.Contains(t, h.Why, "rak_dispute_read")
		require.False(t, h.Resume)
	}
	require.Equal(t, 1, s.Count("/v1/disputes"))
	for _, c := range rep.Covered {
		if c.Stream != "disputes" && c.State != sources.NotAsked {
			require.Equal(t, sources.Complete, c.State, c.Stream)
		}
	}
}

// TestKeyRolled takes the key away in the middle and wants a pull that says how to go on, and goes on.
func TestKeyRolled(t *testing.T) {
	s, since := server(t)
	whole, _ := pull(t, source(t, s, since))
	s.SetHook(func(r *http.Request) {
		if r.URL.Query().Get("starting_after") != "" {
			s.DropKey(fakes.StripeKey)
		}
	})
	st := sourcetest.NewStore()
	rep, err := sources.Pull(context.Background(), source(t, s, since), st, nil)
	require.NoError(t, err)
	require.True(t, rep.Resumable())
	require.Contains(t, rep.Holes[0].Why, "the key is not accepted")
	require.NotContains(t, rep.Holes[0].Why, fakes.StripeKey[:14])
	s.SetHook(nil)
	s.AddKey("rk_test_another")
	rep, err = sources.Pull(context.Background(), source(t, s, since, func(o *live.Options) { o.Key = "rk_test_another" }), st, nil)
	require.NoError(t, err)
	require.True(t, rep.Complete(), sourcetest.First(rep))
	require.Equal(t, whole.Digest(), st.Digest())
}

func TestKeyRefusedAtOnce(t *testing.T) {
	s, since := server(t)
	_, rep := pull(t, source(t, s, since, func(o *live.Options) { o.Key = "rk_test_unknownunknown" }))
	require.Len(t, rep.Holes, 1)
	require.True(t, rep.Resumable())
	require.Contains(t, rep.Holes[0].Why, "the key is not accepted")
	require.NotContains(t, rep.Holes[0].Why, "rk_test_unknown")
	require.Len(t, s.Log(), 1)
}

// TestServerGone wants a pull that ends soon and can be resumed, not one that tries each week for minutes.
func TestServerGone(t *testing.T) {
	s, since := server(t)
	src := source(t, s, since)
	s.SetHook(func(r *http.Request) {
		if r.URL.Query().Get("starting_after") != "" {
			s.SetChaos(fakes.Chaos{Percent: 100, Kinds: []fakes.Trouble{fakes.Reset}})
		}
	})
	_, rep := pull(t, src)
	require.True(t, rep.Resumable())
	require.Contains(t, rep.Holes[len(rep.Holes)-1].Why, "the connection")
	require.Less(t, len(s.Log()), 100)
}

// TestClockSkew wants windows that end in the server's time: a machine that is an hour behind still sees
// what was created a minute ago.
func TestClockSkew(t *testing.T) {
	s, since := server(t)
	s.SetSkew(time.Hour)
	add(t, s, charge(9999, time.Now().Add(59*time.Minute)))
	st, rep := pull(t, source(t, s, since))
	require.True(t, rep.Complete(), sourcetest.First(rep))
	require.Len(t, rep.Notes, 1)
	require.Contains(t, rep.Notes[0], "1h0m")
	found := false
	for _, ev := range st.Evidence {
		found = found || ev.Key == "stripe:ch_09999"
	}
	require.True(t, found)
}

// TestSublists wants the lines beyond the tenth, of what is cut and of what must be asked for.
func TestSublists(t *testing.T) {
	s, since := server(t)
	at := time.Now().Add(-10 * 24 * time.Hour).Unix()
	lines := func(parent string, n int) (out []json.RawMessage) {
		for i := range n {
			out = append(out, json.RawMessage(fmt.Sprintf(`{"id":"%s_%d","object":"line_item","description":"day %d"}`, parent, i, i)))
		}
		return out
	}
	first, _ := json.Marshal(lines("il", 230)[:10])
	add(t, s, fmt.Sprintf(`{"id":"in_1","object":"invoice","created":%d,"lines":{"object":"list","has_more":true,"url":"/v1/invoices/in_1/lines","data":%s}}`, at, first),
		fmt.Sprintf(`{"id":"cs_1","object":"checkout.session","created":%d}`, at), fmt.Sprintf(`{"id":"cs_2","object":"checkout.session","created":%d}`, at))
	s.SetItems("/v1/invoices/in_1/lines", lines("il", 230))
	s.SetItems("/v1/checkout/sessions/cs_1/line_items", lines("li", 12))
	s.Script("/v1/invoices/in_1/lines", fakes.Serve, fakes.Again, fakes.Reset)
	st, rep := pull(t, source(t, s, since))
	require.True(t, rep.Complete(), sourcetest.First(rep))
	lists := map[string]int{}
	for _, ev := range st.Evidence {
		if ev.Media == "stripe/list" {
			lists[ev.Key] = strings.Count(string(ev.Canon), `"description"`)
		}
	}
	require.Equal(t, map[string]int{"stripe:in_1": 230, "stripe:cs_1": 12}, lists)
	require.Zero(t, s.Count("/v1/checkout/sessions/cs_2/line_items"))
}

// TestSameAsFromFiles wants the identity of an object to be the same whether it came from the API or a file:
// a listed session without items, an event whose webhook form differs in its envelope.
func TestSameAsFromFiles(t *testing.T) {
	api := `{"id":"evt_1","object":"event","type":"charge.updated","created":1,"pending_webhooks":0,"data":{"object":{"id":"ch_1","object":"charge"}}}`
	hook := `{"object":"event","id":"evt_1","account":"acct_1","created":1,"type":"charge.updated","pending_webhooks":2,"data":{"object":{"object":"charge","id":"ch_1"}}}`
	a, err := stripe.Objects([]byte(api), "x")
	require.NoError(t, err)
	b, err := stripe.Objects([]byte(hook), "x")
	require.NoError(t, err)
	require.Equal(t, a[0].Digest, b[0].Digest)
	c, err := stripe.Objects([]byte(`{"id":"cs_1","object":"checkout.session","line_items":{"object":"list","data":[],"has_more":false}}`), "x")
	require.NoError(t, err)
	d, err := stripe.Objects([]byte(`{"object":"checkout.session","id":"cs_1"}`), "x")
	require.NoError(t, err)
	require.Equal(t, c[0].Digest, d[0].Digest)
}

func TestAccounts(t *testing.T) {
	s, since := server(t)
	require.NoError(t, s.Add("acct_2", []byte(charge(7777, time.Now().Add(-24*time.Hour)))))
	st, rep := pull(t, source(t, s, since, func(o *live.Options) { o.Accounts = []string{"acct_2"} }))
	require.True(t, rep.Complete(), sourcetest.First(rep))
	require.Len(t, st.Evidence, 1)
	require.Equal(t, "stripe:ch_07777", st.Evidence[0].Key)
}

func TestCheck(t *testing.T) {
	s, since := server(t)
	s.Forbid(fakes.StripeKey, "/v1/invoices", "rak_invoice_read")
	s.Allow(fakes.StripeKey, "/v1/payouts")
	a, err := source(t, s, since).Check(context.Background())
	require.NoError(t, err)
	require.Equal(t, "restricted key, test mode", a.Kind)
	require.Equal(t, []string{"invoices: Invoices = Read (rak_invoice_read)"}, a.Lacks)
	require.Equal(t, []string{"Payouts"}, a.Excess)
	require.Contains(t, a.Notes[0], "cannot be proven")
	require.NotContains(t, fmt.Sprint(a), fakes.StripeKey)
	s.DropKey(fakes.StripeKey)
	a, err = source(t, s, since).Check(context.Background())
	require.ErrorContains(t, err, "the key is not accepted")
	require.Contains(t, fmt.Sprint(a.Notes), "Events, Checkout Sessions, PaymentIntents, Charges and Refunds, Disputes, Customers", "what the next key needs")
	require.ErrorIs(t, live.Vet("sk_live_x"), live.ErrUnrestricted)
	require.ErrorIs(t, live.Vet("pk_live_x"), live.ErrPublishable)
	require.NoError(t, live.Vet("rk_live_x"))
}

// TestEventsExpireFirst wants events before anything else, their oldest first, and no more than there are.
func TestEventsExpireFirst(t *testing.T) {
	s, since := server(t)
	src := source(t, s, since)
	ws, err := src.Plan(context.Background())
	require.NoError(t, err)
	require.Equal(t, "events", ws[0].Stream)
	require.NotEmpty(t, ws[0].NotAsked)
	require.True(t, ws[1].From.Before(ws[2].From))
	for _, w := range ws {
		if w.Stream == "charges" {
			require.True(t, w.Open, "the newest week first")
			break
		}
	}
}

func TestOnlyGET(t *testing.T) {
	s, since := server(t)
	pull(t, source(t, s, since))
	require.NotEmpty(t, s.Log())
	for _, l := range s.Log() {
		require.True(t, strings.HasPrefix(l, "GET "), l)
	}
}
