package live_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"salvage/fixtures/fakes"
	"salvage/sources"
	reading "salvage/sources/calendar"
	"salvage/sources/calendar/live"
	"salvage/sources/sourcetest"
)

func quick() sources.Patience {
	return sources.Patience{First: time.Millisecond, Longest: 5 * time.Millisecond}
}

func event(n int) string {
	switch n % 7 {
	case 3: // deleted, with nothing but its id
		return fmt.Sprintf(`{"kind":"calendar#event","etag":"\"%d\"","id":"e%05d","status":"cancelled"}`, n, n)
	case 4: // all day
		return fmt.Sprintf(`{"kind":"calendar#event","id":"e%05d","status":"confirmed","updated":"2026-02-01T10:00:00.000Z","summary":"R%d","start":{"date":"2026-03-08"},"end":{"date":"2026-03-10"}}`, n, n)
	case 5: // a master, and next its cancelled exception
		return fmt.Sprintf(`{"kind":"calendar#event","id":"e%05d","status":"confirmed","updated":"2026-02-01T10:00:00.000Z","summary":"weekly","recurrence":["RRULE:FREQ=WEEKLY"],"start":{"dateTime":"2026-03-08T10:00:00-08:00"},"end":{"dateTime":"2026-03-08T11:00:00-08:00"}}`, n)
	case 6:
		return fmt.Sprintf(`{"kind":"calendar#event","id":"e%05d_20260315T170000Z","status":"cancelled","recurringEventId":"e%05d","originalStartTime":{"dateTime":"2026-03-15T10:00:00-07:00"}}`, n-1, n-1)
	}
	return fmt.Sprintf(`{"kind":"calendar#event","id":"e%05d","status":"confirmed","updated":"2026-02-01T10:00:00.000Z","summary":"R%d","unknownMember":{"kept":true},"start":{"dateTime":"2026-03-08T10:00:00-08:00"},"end":{"dateTime":"2026-03-09T10:00:00-07:00"}}`, n, n)
}

func server(t *testing.T, n int) *fakes.Google {
	t.Helper()
	g := fakes.NewGoogle()
	t.Cleanup(g.Close)
	g.AddCalendar("pickups@group.calendar.google.com", "Pickups", "reader")
	g.AddCalendar("staff@group.calendar.google.com", "Staff", "owner")
	g.AddCalendar("empty@group.calendar.google.com", "Empty", "reader")
	for i := range n {
		require.NoError(t, g.Put("pickups@group.calendar.google.com", []byte(event(i))))
	}
	require.NoError(t, g.Put("staff@group.calendar.google.com", []byte(`{"kind":"calendar#event","id":"s1","status":"confirmed","summary":"Lena off","start":{"date":"2026-03-08"},"end":{"date":"2026-03-09"}}`)))
	return g
}

func source(t *testing.T, g *fakes.Google, change ...func(*live.Options)) *live.Source {
	t.Helper()
	o := live.Options{Name: "google", Base: g.URL, Since: time.Now().AddDate(-1, 0, 0), Patience: quick(), Idle: 2 * time.Second}
	for _, c := range change {
		c(&o)
	}
	src, err := live.New(context.Background(), o)
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
		Items: 701,
		World: func(t *testing.T, moved bool) func(string) (sources.Source, error) {
			g := server(t, 700)
			g.SetHook(nil)
			if moved {
				g.SetChaos(fakes.Chaos{Percent: 20, Seed: 4, Kinds: []fakes.Trouble{fakes.Fail500, fakes.Reset, fakes.ShortJSON, fakes.TooMany, fakes.Empty}})
			}
			return func(name string) (sources.Source, error) {
				return live.New(context.Background(), live.Options{Name: name, Base: g.URL, Patience: quick()})
			}
		},
	})
}

func TestFaults(t *testing.T) {
	const path = "/calendar/v3/calendars/pickups@group.calendar.google.com/events"
	g := server(t, 6000) // three pages
	whole, rep := pull(t, source(t, g))
	require.True(t, rep.Complete(), sourcetest.First(rep))
	require.Len(t, whole.Evidence, 6001)
	for _, tt := range []struct {
		name  string
		tr    []fakes.Trouble
		waits bool
	}{
		{"429 for asking too often", []fakes.Trouble{fakes.TooMany}, true},
		{"503", []fakes.Trouble{fakes.Fail503, fakes.Fail503}, true},
		{"500 until the page is smaller", []fakes.Trouble{fakes.Fail500, fakes.Fail500, fakes.Fail500, fakes.Fail500, fakes.Fail500, fakes.Fail500}, true},
		{"reset", []fakes.Trouble{fakes.Reset}, true},
		{"cut", []fakes.Trouble{fakes.CutBody}, true},
		{"half the JSON", []fakes.Trouble{fakes.ShortJSON}, true},
		{"hangs", []fakes.Trouble{fakes.Hang}, true},
		{"neither a next page nor the end", []fakes.Trouble{fakes.Empty}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			g.SetHang(4 * time.Second)
			g.Script(path, append([]fakes.Trouble{fakes.Serve}, tt.tr...)...)
			st, rep := pull(t, source(t, g))
			require.True(t, rep.Complete(), sourcetest.First(rep))
			require.Equal(t, whole.Digest(), st.Digest())
			if tt.name != "hangs" && tt.name != "reset" { // net/http itself asks again on a connection that was used before
				require.Equal(t, tt.waits, rep.Waits > 0)
			}
		})
	}
	t.Run("a dead page token", func(t *testing.T) {
		once := false
		g.SetHook(func(r *http.Request) {
			if r.URL.Query().Get("pageToken") != "" && !once {
				once = true
				g.ForgetTokens()
			}
		})
		st, rep := pull(t, source(t, g))
		require.True(t, once)
		require.True(t, rep.Complete(), sourcetest.First(rep))
		require.Equal(t, whole.Digest(), st.Digest())
	})
}

// TestNeverTheEnd wants a hole where no answer ever proves that the calendar was read to its end.
func TestNeverTheEnd(t *testing.T) {
	g := server(t, 50)
	var for100 []fakes.Trouble
	for range 100 {
		for100 = append(for100, fakes.Empty)
	}
	g.Script("/calendar/v3/calendars/staff@group.calendar.google.com/events", for100...)
	_, rep := pull(t, source(t, g))
	require.Len(t, rep.Holes, 1)
	require.Equal(t, "Staff", rep.Holes[0].Stream)
	require.Contains(t, rep.Holes[0].Why, "neither a next one nor the end")
}

// TestLimitsComeAs403 wants Google's 403 for asking too often to be waited out, not taken for a missing right.
func TestLimitsComeAs403(t *testing.T) {
	for _, reason := range []string{"rateLimitExceeded", "userRateLimitExceeded"} {
		g := server(t, 50)
		refused := 0
		g.SetHook(func(r *http.Request) {
			if strings.Contains(r.URL.Path, "staff") {
				if refused++; refused <= 2 {
					g.CloseCalendar("staff@group.calendar.google.com", reason)
				} else {
					g.CloseCalendar("staff@group.calendar.google.com", "")
				}
			}
		})
		st, rep := pull(t, source(t, g))
		require.True(t, rep.Complete(), sourcetest.First(rep))
		require.Equal(t, 2, rep.Waits)
		require.Len(t, st.Evidence, 51)
	}
}

// TestSecondPull asks for changes only, and for everything when the token is forgotten.
func TestSecondPull(t *testing.T) {
	g := server(t, 50)
	st := sourcetest.NewStore()
	again := func() sources.Report {
		rep, err := sources.Pull(context.Background(), source(t, g), st, nil)
		require.NoError(t, err)
		require.True(t, rep.Complete(), sourcetest.First(rep))
		return rep
	}
	require.Equal(t, 51, again().Objects)
	require.NoError(t, g.Put("pickups@group.calendar.google.com", []byte(`{"kind":"calendar#event","id":"e00001","status":"cancelled"}`)))
	require.Equal(t, 1, again().Objects)
	require.Len(t, st.Evidence, 52)
	g.ForgetTokens()
	require.Equal(t, 51, again().Objects)
	require.Len(t, st.Evidence, 52)
}

// TestPageTokenForgotten lets the server forget its tokens in the middle of a list, whose next page cannot be
// had any more: the calendar is listed anew, and nothing is lost.
func TestPageTokenForgotten(t *testing.T) {
	g := server(t, 6000)
	forgot := false
	g.SetHook(func(r *http.Request) {
		if r.URL.Query().Get("pageToken") != "" && strings.Contains(r.URL.Path, "pickups") && !forgot {
			forgot = true
			g.ForgetTokens()
		}
	})
	st, rep := pull(t, source(t, g))
	require.True(t, forgot)
	require.True(t, rep.Complete(), sourcetest.First(rep))
	require.Len(t, st.Evidence, 6001)
}

// TestChangesMeanwhile wants what changes while the pull runs.
func TestChangesMeanwhile(t *testing.T) {
	g := server(t, 50)
	put := false
	g.SetHook(func(r *http.Request) {
		if strings.Contains(r.URL.Path, "staff") && !put {
			put = true
			require.NoError(t, g.Put("pickups@group.calendar.google.com", []byte(`{"kind":"calendar#event","id":"late","status":"confirmed"}`)))
		}
	})
	st, _ := pull(t, source(t, g))
	require.Len(t, st.Evidence, 52)
}

func TestCalendars(t *testing.T) {
	g := server(t, 50)
	st, rep := pull(t, source(t, g, func(o *live.Options) { o.Calendars = []string{"staff", "Nowhere"} }))
	require.Len(t, st.Evidence, 1)
	require.Len(t, rep.Holes, 1)
	require.Contains(t, rep.Holes[0].Why, `there are: "Pickups", "Staff", "Empty"`)
	asked := map[string]sources.State{}
	for _, c := range rep.Covered {
		asked[c.Stream] = c.State
	}
	require.Equal(t, map[string]sources.State{"Nowhere": sources.Holed, "Pickups": sources.NotAsked, "Staff": sources.Complete, "Empty": sources.NotAsked}, asked)

	g.CloseCalendar("list", "insufficientPermissions")
	st, rep = pull(t, source(t, g, func(o *live.Options) { o.Calendars = []string{"pickups@group.calendar.google.com"} }))
	require.True(t, rep.Complete(), sourcetest.First(rep))
	require.Len(t, st.Evidence, 50)
}

func TestQuotaAndRights(t *testing.T) {
	g := server(t, 50)
	g.CloseCalendar("staff@group.calendar.google.com", "forbidden")
	_, rep := pull(t, source(t, g))
	require.Len(t, rep.Holes, 1)
	require.False(t, rep.Resumable())
	g.CloseCalendar("staff@group.calendar.google.com", "quotaExceeded")
	_, rep = pull(t, source(t, g))
	require.True(t, rep.Resumable())
	require.Contains(t, rep.Holes[0].Why, "quota")
	require.Len(t, rep.Holes, 2, "nothing more is asked today")
}

// TestSameAsFromFiles holds an event of the API against the same page read as a file.
func TestSameAsFromFiles(t *testing.T) {
	raw := event(3)
	ev, err := reading.Event([]byte(raw), "Pickups", "x")
	require.NoError(t, err)
	s := reading.Open("p.json", []byte("{"))(strings.NewReader(`{"kind":"calendar#events","summary":"Pickups","items":[` + raw + `]}`))
	p, err := s.Next()
	require.NoError(t, err)
	evs, broken := s.Make(p)
	require.Empty(t, broken)
	require.Equal(t, string(evs[0].Canon), string(ev.Canon))
	require.Equal(t, evs[0].Key, ev.Key)
}

func account(t *testing.T, g *fakes.Google) string {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	der, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	b, err := json.Marshal(map[string]string{"type": "service_account", "client_email": "salvage@x.iam.gserviceaccount.com", "private_key_id": "1", "token_uri": g.URL + "/token",
		"private_key": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))})
	require.NoError(t, err)
	return string(b)
}

func TestCredentials(t *testing.T) {
	g := server(t, 10)
	g.RequireToken()
	user := fmt.Sprintf(`{"type":"authorized_user","client_id":"c","client_secret":"s","refresh_token":%q,"token_uri":"%s/token"}`, fakes.GoogleRefresh, g.URL)
	for name, c := range map[string]string{"service account": account(t, g), "sign-in": user, "access token": fakes.GoogleToken} {
		t.Run(name, func(t *testing.T) {
			st, rep := pull(t, source(t, g, func(o *live.Options) { o.Credentials = c }))
			require.True(t, rep.Complete(), sourcetest.First(rep))
			require.Len(t, st.Evidence, 11)
		})
	}
	t.Run("revoked", func(t *testing.T) {
		src := source(t, g, func(o *live.Options) { o.Credentials = user })
		g.Revoke()
		_, err := src.Plan(context.Background())
		require.ErrorContains(t, err, "salvage login google")
		require.NotContains(t, err.Error(), fakes.GoogleRefresh)
	})
	for name, c := range map[string]string{"not JSON": "{nonsense", "unknown type": `{"type":"x"}`, "a foreign token address": `{"type":"authorized_user","refresh_token":"r","token_uri":"https://evil.test/token"}`} {
		t.Run(name, func(t *testing.T) {
			_, err := live.New(context.Background(), live.Options{Name: "g", Base: g.URL, Credentials: c})
			require.Error(t, err)
			require.NotContains(t, err.Error(), "nonsense")
		})
	}
}

func TestCheckNamesScopes(t *testing.T) {
	g := server(t, 1)
	g.RequireToken()
	g.SetScope("https://www.googleapis.com/auth/calendar")
	a, err := source(t, g, func(o *live.Options) { o.Credentials = account(t, g) }).Check(context.Background())
	require.NoError(t, err)
	require.Equal(t, "service account", a.Kind)
	require.Contains(t, a.Excess[0], "the scope calendar can do more than read")
	require.Contains(t, a.Excess[1], `"Staff" is shared for more than reading`)
	require.Empty(t, a.Lacks)
	require.Len(t, a.Can, 3)
	g.SetScope("https://www.googleapis.com/auth/calendar.calendarlist.readonly openid")
	g.CloseCalendar("pickups@group.calendar.google.com", "insufficientPermissions")
	a, err = source(t, g, func(o *live.Options) { o.Credentials, o.Calendars = account(t, g), []string{"Staff", "gone@x.test"} }).Check(context.Background())
	require.NoError(t, err)
	require.Equal(t, []string{"the scope calendar.events.readonly", `the events of the calendar "Pickups" (reader) may not be read (insufficientPermissions)`,
		`the calendar "gone@x.test" (shared by id) is not there or is not shared with this credential`}, a.Lacks)
	require.Equal(t, []string{`"Staff" (owner)`, `"Empty" (reader)`}, a.Can)
	g.SetScope("")
	a, err = source(t, g, func(o *live.Options) { o.Credentials = account(t, g) }).Check(context.Background())
	require.NoError(t, err)
	require.Contains(t, a.Notes[0], "cannot be proven")
}

func TestLogin(t *testing.T) {
	g := server(t, 5)
	g.RequireToken()
	app := fmt.Sprintf(`{"installed":{"client_id":"c","client_secret":"s","auth_uri":"%s/auth","token_uri":"%s/token"}}`, g.URL, g.URL)
	credentials, scopes, err := live.Login(context.Background(), []byte(app), func(address string) {
		require.Contains(t, address, "code_challenge_method=S256")
		require.NotContains(t, address, "client_secret")
		go http.Get(address) //nolint:errcheck // the browser
	})
	require.NoError(t, err)
	require.Len(t, scopes, 2)
	st, rep := pull(t, source(t, g, func(o *live.Options) { o.Credentials = string(credentials) }))
	require.True(t, rep.Complete(), sourcetest.First(rep))
	require.Len(t, st.Evidence, 6)
	ctx, stop := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer stop()
	_, _, err = live.Login(ctx, []byte(app), func(address string) {
		u, err := url.Parse(address)
		require.NoError(t, err)
		go http.Get(u.Query().Get("redirect_uri") + "?code=x&state=another") //nolint:errcheck // a browser that was not sent by us
	})
	require.ErrorIs(t, err, context.DeadlineExceeded)
}

func TestOnlyGET(t *testing.T) {
	g := server(t, 5)
	pull(t, source(t, g))
	for _, l := range g.Log() {
		require.True(t, strings.HasPrefix(l, "GET "), l)
	}
}

// TestFakeAgainstDiscovery holds what the fake serves against the description of the API that ships with
// the client library.
func TestFakeAgainstDiscovery(t *testing.T) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "google.golang.org/api").Output()
	require.NoError(t, err)
	text, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(out)), "calendar/v3/calendar-api.json"))
	require.NoError(t, err)
	var api struct {
		Schemas map[string]schema `json:"schemas"`
	}
	require.NoError(t, json.Unmarshal(text, &api))
	g := server(t, 20)
	for path, name := range map[string]string{"/calendar/v3/users/me/calendarList": "CalendarList", "/calendar/v3/calendars/pickups@group.calendar.google.com/events?showDeleted=true": "Events"} {
		resp, err := http.Get(g.URL + path)
		require.NoError(t, err)
		var v any
		require.NoError(t, json.NewDecoder(resp.Body).Decode(&v))
		resp.Body.Close()
		var bad []string
		walk(api.Schemas, schema{Ref: name}, name, v, &bad)
		require.Equal(t, []string{}, append([]string{}, without(bad, "unknownMember")...))
	}
	var bad []string
	walk(api.Schemas, schema{Ref: "Events"}, "Events", map[string]any{"items": []any{map[string]any{"id": 5.0, "start": "x", "nonsense": true}}}, &bad)
	require.Len(t, bad, 3, "the walker finds what is planted")
}

type schema struct {
	Ref        string            `json:"$ref"`
	Type       string            `json:"type"`
	Properties map[string]schema `json:"properties"`
	Items      *schema           `json:"items"`
	Additional *schema           `json:"additionalProperties"`
}

func without(list []string, word string) (out []string) {
	for _, l := range list {
		if !strings.Contains(l, word) {
			out = append(out, l)
		}
	}
	return out
}

func walk(all map[string]schema, s schema, at string, v any, bad *[]string) {
	if s.Ref != "" {
		s = all[s.Ref]
	}
	want := map[string]bool{}
	switch v := v.(type) {
	case map[string]any:
		want["object"] = true
		for k, e := range v {
			p, ok := s.Properties[k]
			if !ok && s.Additional == nil {
				*bad = append(*bad, at+"."+k+" is not in the description")
				continue
			}
			if !ok {
				p = *s.Additional
			}
			walk(all, p, at+"."+k, e, bad)
		}
	case []any:
		want["array"] = true
		for _, e := range v {
			if s.Items != nil {
				walk(all, *s.Items, at+"[]", e, bad)
			}
		}
	case string:
		want["string"], want["any"] = true, true
	case bool:
		want["boolean"] = true
	case float64:
		want["integer"], want["number"] = true, true
	}
	if !want[s.Type] {
		*bad = append(*bad, fmt.Sprintf("%s is a %T, not %s", at, v, s.Type))
	}
}
