// Package live pulls from Stripe's API what package stripe reads.
//
// Each list is asked week by week of creation, newest week first, so that a week is either proven whole
// or is a hole of its own. Pages are asked raw: an object is kept byte for byte, whatever members an API
// version has. Lists inside an object that are cut (has_more) are read to their end. The API version is
// the one of the client library, so that two pulls see the same forms.
//
// The proof of a week's end is has_more=false in a page that holds together: ordered, of objects with
// ids, not the page before once more. An empty page that says there is more proves nothing and is asked
// again. When the object that a page began after is gone, the list is taken up at its second.
package live

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	sdk "github.com/stripe/stripe-go/v78"
	"golang.org/x/time/rate"

	"salvage/sources"
	"salvage/sources/wire"
)

// Address is where the API is.
const Address = sdk.APIURL

// perSecond is the rate of requests: a share of the 25 a second that an endpoint allows, so that the
// company's own traffic is not slowed down.
const perSecond = 15

// Options say what to pull.
type Options struct {
	Name     string
	Key      string   // a restricted key; never kept anywhere
	Accounts []string // connected accounts; none: the key's own
	Base     string   // address of the API; "" for Stripe's
	Since    time.Time
	CA       []byte
	Patience sources.Patience
	Idle     time.Duration // how long an answer may be silent; 0: the default
}

// Source is one Stripe account, or several connected ones.
type Source struct {
	o     Options
	wire  *wire.Client
	api   sdk.Backend
	until time.Time // the service's time at the plan
	by    map[string]stream
}

var _ sources.Source = (*Source)(nil)

// New makes the source. It asks nothing yet.
func New(o Options) (*Source, error) {
	if o.Base == "" {
		o.Base = Address
	}
	w := wire.Options{Service: "Stripe", Base: o.Base, Rate: perSecond, CA: o.CA, Patience: o.Patience, Idle: o.Idle, Reason: reason}
	if wire.IsLoopback(o.Base) {
		w.Rate = rate.Inf // not Stripe itself: nobody to be considerate of
	}
	c, err := wire.New(w)
	if err != nil {
		return nil, fmt.Errorf("source %s: %w", o.Name, err)
	}
	s := &Source{o: o, wire: c, by: map[string]stream{}}
	s.api = sdk.GetBackendWithConfig(sdk.APIBackend, &sdk.BackendConfig{
		URL: sdk.String(o.Base), HTTPClient: c.HTTP(), MaxNetworkRetries: sdk.Int64(0),
		EnableTelemetry: sdk.Bool(false), LeveledLogger: &sdk.LeveledLogger{Level: sdk.LevelNull},
	})
	return s, nil
}

// Name implements sources.Source.
func (s *Source) Name() string { return s.o.Name }

// Type implements sources.Source.
func (s *Source) Type() string { return "stripe" }

// Listen implements sources.Listener.
func (s *Source) Listen(told func(sources.Wait)) { s.wire.Listen(told) }

// Close lets go of the connections.
func (s *Source) Close() error {
	s.wire.Close()
	return nil
}

// Notes implements sources.Noter.
func (s *Source) Notes() []string { return wire.SkewNote("Stripe", s.wire) }

// reason reads Stripe's error object. Of its message only the names of rights are kept.
func reason(status int, body []byte) wire.Reason {
	var e struct {
		Error struct {
			Type    string `json:"type"`
			Code    string `json:"code"`
			Message string `json:"message"`
		} `json:"error"`
	}
	if json.Unmarshal(body, &e) != nil {
		return wire.Reason{}
	}
	r := wire.Reason{Kind: kindOf(status, e.Error.Code), Code: e.Error.Code}
	switch r.Kind {
	case sources.Forbidden:
		r.Code = missingRight(e.Error.Message, e.Error.Code)
		r.Why = "the key has no right to read this"
		if r.Code != "" {
			r.Why += " (" + r.Code + ")"
		}
	case sources.Credential:
		r.Why = "the key is not accepted: it is wrong, expired or was rolled\nhint: make a restricted key with the read rights that `salvage check` names, and run this again"
	}
	return r
}

func kindOf(status int, code string) sources.FaultKind {
	switch {
	case status == 429 || code == "rate_limit":
		return sources.Limited
	case code == "lock_timeout" || status == 409 || status == 408:
		return sources.Cut
	case status == 401 || code == "api_key_expired" || code == "platform_api_key_expired":
		return sources.Credential
	case status == 403:
		return sources.Forbidden
	case status >= 500:
		return sources.Overloaded
	}
	return sources.Rejected
}

// missingRight finds the name of the right (rak_charge_read) in a message, else gives the code.
func missingRight(message, code string) string {
	for i := 0; i+4 < len(message); i++ {
		if message[i:i+4] != "rak_" {
			continue
		}
		end := i
		for end < len(message) && sources.Word(message[end:end+1]) != "" && message[end] != '.' {
			end++
		}
		return message[i:end]
	}
	return sources.Word(code)
}

// Plan implements sources.Source. It asks once, to learn the service's clock: a window ends in its time,
// not in ours.
func (s *Source) Plan(ctx context.Context) ([]sources.Window, error) {
	if err := s.ask(ctx, "", "/v1/charges", [][2]string{{"limit", "1"}}, nil); err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if f, ok := sources.FaultOf(err); !ok || f.Kind == sources.Credential {
			return nil, err
		}
	}
	skew, _ := s.wire.Skew()
	s.until = time.Now().Add(skew).UTC().Truncate(time.Second)
	accounts := s.o.Accounts
	if len(accounts) == 0 {
		accounts = []string{""}
	}
	var ws []sources.Window
	for _, st := range streams() {
		for _, a := range accounts {
			name := st.name
			if a != "" {
				name = a + "/" + st.name
			}
			s.by[name] = st
			ws = append(ws, s.windows(name, st)...)
		}
	}
	return ws, nil
}

// windows cuts one stream into weeks.
func (s *Source) windows(name string, st stream) []sources.Window {
	if !st.ranged {
		// Without a filter by time the list is read whole, anew each time.
		return []sources.Window{{Stream: name, Mark: "all", From: s.o.Since, To: s.until, Limit: pageSize, Open: true}}
	}
	from, to := sources.Monday(s.o.Since), s.until.Add(time.Second)
	var ws []sources.Window
	if st.name == "events" {
		if kept := s.until.Add(-eventsKept); from.Before(kept) {
			ws = append(ws, sources.Window{Stream: name, Mark: "expired", From: from, To: kept, NotAsked: "Stripe keeps events for 30 days"})
			from = sources.Monday(kept)
		}
	}
	var weeks []sources.Window
	for at := from; at.Before(to); at = at.Add(week) {
		w := sources.Window{Stream: name, Mark: at.Format(time.DateOnly), From: at, To: at.Add(week), Limit: pageSize}
		if at.Add(week + settled).After(s.until) {
			w.Open, w.Mark = true, w.Mark+" open"
		}
		weeks = append(weeks, w)
	}
	if st.name != "events" { // their oldest expire first
		for i, j := 0, len(weeks)-1; i < j; i, j = i+1, j-1 {
			weeks[i], weeks[j] = weeks[j], weeks[i]
		}
	}
	ws = append(ws, weeks...)
	if st.whole {
		ws = append(ws, sources.Window{Stream: name, Mark: "before " + from.Format(time.DateOnly), To: from, Limit: pageSize})
	}
	return ws
}

// place is a cursor: where in a window the next page begins.
type place struct {
	After string `json:"after,omitempty"` // the object that the page before ended with
	Last  int64  `json:"last,omitempty"`  // when that was created: where the list is taken up when it is gone
	From  int64  `json:"from,omitempty"`  // begins later than the window: what came since an open window was read
	Upto  int64  `json:"upto,omitempty"`  // an open window was read up to here
	Gone  bool   `json:"-"`               // taken up by Last, for After is gone
}

func (s *Source) now() time.Time {
	skew, _ := s.wire.Skew()
	return time.Now().Add(skew).UTC().Truncate(time.Second)
}

// Next implements sources.Source.
func (s *Source) Next(ctx context.Context, w sources.Window, cursor string) (*sources.Page, error) {
	st, ok := s.by[w.Stream]
	if !ok {
		return nil, fmt.Errorf("%s: not planned", w.Stream)
	}
	var at place
	if cursor != "" {
		if err := json.Unmarshal([]byte(cursor), &at); err != nil {
			return nil, fmt.Errorf("cursor %q cannot be understood", cursor)
		}
	}
	if w.Open && at.Upto > 0 && at.After == "" {
		// Read to its end before: what is new, and what showed up late. A list without a filter anew.
		at = place{From: at.Upto - int64(late/time.Second)}
		if !st.ranged {
			at.From = 0
		}
	}
	if at.Upto == 0 {
		at.Upto = s.now().Unix() + 1
	}
	page, err := s.page(ctx, w, st, at)
	if f, ok := sources.FaultOf(err); ok && f.Code == "resource_missing" && at.After != "" {
		// The object that the page begins after was deleted meanwhile: the list is taken up at its second, or
		// from the beginning where it cannot be asked by time. What comes twice is one piece of evidence.
		at.After, at.Gone = "", st.ranged
		if !st.ranged {
			at.Last = 0
		}
		page, err = s.page(ctx, w, st, at)
	}
	return page, err
}

// params are the parameters of one page.
func (s *Source) params(w sources.Window, st stream, at place) [][2]string {
	p := append([][2]string{{"limit", strconv.Itoa(max(1, w.Limit))}}, st.extra...)
	if st.items != "" {
		p = append(p, [2]string{"expand[]", "data." + st.items})
	}
	if at.After != "" {
		p = append(p, [2]string{"starting_after", at.After})
	}
	if !st.ranged {
		return p
	}
	lo, hi := w.From.Unix(), w.To.Unix()
	if at.From > lo {
		lo = at.From
	}
	if w.Open {
		hi = min(hi, at.Upto)
	}
	if at.Gone {
		hi = min(hi, at.Last+1)
	}
	if !w.From.IsZero() {
		p = append(p, [2]string{"created[gte]", strconv.FormatInt(lo, 10)})
	}
	return append(p, [2]string{"created[lt]", strconv.FormatInt(hi, 10)})
}
