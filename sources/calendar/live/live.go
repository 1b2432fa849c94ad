// Package live pulls from Google's Calendar API what package calendar reads.
//
// Each calendar is listed whole: deleted events and cancelled exceptions too, series as their masters and
// exceptions, without bounds of time, for a bound would leave out changes. An event is kept byte for byte.
// The proof of the end is the sync token of the last page; a page without any token proves nothing and is
// asked again. The sync token is the cursor afterwards: what changed since is asked for at the end of the
// pull, and in the next one. When Google has forgotten a token (410), the calendar is listed anew; what
// comes twice is one piece of evidence.
package live

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"golang.org/x/time/rate"
	"google.golang.org/api/calendar/v3"
	"google.golang.org/api/googleapi"
	"google.golang.org/api/option"

	"salvage/sources"
	reading "salvage/sources/calendar"
	"salvage/sources/wire"
)

// Address is where the API is.
const Address = "https://www.googleapis.com"

const (
	perSecond = 5    // a share of the 10 a second that a user has
	pageSize  = 2500 // the largest page that the API gives
)

// Options say what to pull.
type Options struct {
	Name        string
	Credentials string   // never kept anywhere; "" for a server on this machine
	Calendars   []string // by id or name; none: all that the credential sees
	Base        string   // address of the API; "" for Google's
	Since       time.Time
	CA          []byte
	Patience    sources.Patience
	Idle        time.Duration
}

// Source is one Google account.
type Source struct {
	o    Options
	id   identity
	wire *wire.Client
	api  *calendar.Service
	ids  map[string]string // by stream
}

var _ sources.Source = (*Source)(nil)

// New makes the source. It asks nothing yet.
func New(ctx context.Context, o Options) (*Source, error) {
	if o.Base == "" {
		o.Base = Address
	}
	if o.Credentials == "" && !wire.IsLoopback(o.Base) {
		return nil, fmt.Errorf("source %s: there is no credential", o.Name)
	}
	id, err := identify(ctx, o.Credentials, o.CA)
	if err != nil {
		return nil, fmt.Errorf("source %s: %w", o.Name, err)
	}
	w := wire.Options{Service: "Google Calendar", Base: o.Base, Rate: perSecond, CA: o.CA, Patience: o.Patience, Idle: o.Idle, Reason: reason}
	if wire.IsLoopback(o.Base) {
		w.Rate = rate.Inf
	}
	c, err := wire.New(w)
	if err != nil {
		return nil, fmt.Errorf("source %s: %w", o.Name, err)
	}
	client := c.HTTP()
	if id.tokens != nil {
		client.Transport = signer{id.tokens, c, o.Patience}
	}
	api, err := calendar.NewService(ctx, option.WithHTTPClient(client), option.WithLogger(slog.New(slog.DiscardHandler)), option.WithEndpoint(strings.TrimSuffix(o.Base, "/")+"/calendar/v3/"))
	if err != nil {
		return nil, fmt.Errorf("source %s: %w", o.Name, err)
	}
	return &Source{o: o, id: id, wire: c, api: api, ids: map[string]string{}}, nil
}

// Name implements sources.Source.
func (s *Source) Name() string { return s.o.Name }

// Type implements sources.Source.
func (s *Source) Type() string { return "calendar" }

// Listen implements sources.Listener.
func (s *Source) Listen(told func(sources.Wait)) { s.wire.Listen(told) }

// Notes implements sources.Noter.
func (s *Source) Notes() []string { return wire.SkewNote("Google", s.wire) }

// Close lets go of the connections.
func (s *Source) Close() error {
	s.wire.Close()
	return nil
}

// reason reads Google's error object.
func reason(status int, body []byte) wire.Reason {
	var e struct {
		Error struct {
			Status string `json:"status"`
			Errors []struct {
				Reason string `json:"reason"`
			} `json:"errors"`
		} `json:"error"`
	}
	if json.Unmarshal(body, &e) != nil {
		return wire.Reason{}
	}
	code := e.Error.Status
	if len(e.Error.Errors) > 0 {
		code = e.Error.Errors[0].Reason
	}
	r := wire.Reason{Code: code, Kind: sources.Rejected}
	switch {
	case strings.HasSuffix(code, "ateLimitExceeded"), status == http.StatusTooManyRequests:
		r.Kind = sources.Limited
	case code == "quotaExceeded", strings.HasPrefix(code, "dailyLimitExceeded"):
		r.Kind, r.Why = sources.Quota, "the day's quota is used up ("+sources.Word(code)+")\nhint: run this again tomorrow, or raise the quota of the project"
	case status == http.StatusUnauthorized:
		r.Kind, r.Why = sources.Credential, "the credential is not accepted any more\nhint: run `salvage login google` again, or make a new key for the service account"
	case status == http.StatusForbidden:
		r.Kind, r.Why = sources.Forbidden, "the credential has no right to read this ("+sources.Word(code)+")"
	case status >= 500:
		r.Kind = sources.Overloaded
	}
	return r
}

// fault sorts an error of the client library, whose own words hold bytes of the answer.
func (s *Source) fault(ctx context.Context, err error) error {
	if err == nil || ctx.Err() != nil {
		return errors.Join(ctx.Err())
	}
	if f, ok := sources.FaultOf(err); ok {
		return f
	}
	var g *googleapi.Error
	if errors.As(err, &g) {
		return &sources.Fault{Kind: sources.Rejected, Status: g.Code, Why: fmt.Sprintf("Google Calendar: answer %d", g.Code)}
	}
	return unsound("an answer that is not of the form of a list")
}

func unsound(what string) error {
	return &sources.Fault{Kind: sources.Overloaded, Why: "Google Calendar: " + what}
}

// Plan implements sources.Source.
func (s *Source) Plan(ctx context.Context) ([]sources.Window, error) {
	all, err := s.calendars(ctx)
	if f, ok := sources.FaultOf(err); ok && f.Kind == sources.Forbidden && len(s.o.Calendars) > 0 {
		all, err = nil, nil // the list is closed to this credential: what is named is taken for ids
	}
	if err != nil {
		return nil, err
	}
	skew, _ := s.wire.Skew()
	now := time.Now().Add(skew).UTC().Truncate(time.Second)
	var ws []sources.Window
	add := func(stream, id string) {
		s.ids[stream] = id
		ws = append(ws, sources.Window{Stream: stream, Mark: id, From: s.o.Since, To: now, Limit: pageSize, Open: true})
	}
	wanted := map[string]bool{}
	for _, name := range s.o.Calendars {
		list := find(all, name)
		switch {
		case len(list) == 1:
			wanted[list[0].Id] = true
		case len(list) > 1:
			ws = append(ws, s.hole(name, now, "several calendars have this name: "+ids(list)+"; name one by its id"))
		case strings.Contains(name, "@") || name == "primary" || all == nil:
			// A calendar that is shared with a service account need not be in its list.
			add(name, name)
		default:
			ws = append(ws, s.hole(name, now, "there is no such calendar; there are: "+names(all)))
		}
	}
	for _, c := range all {
		if len(s.o.Calendars) == 0 || wanted[c.Id] {
			add(stream(all, c), c.Id)
		} else {
			ws = append(ws, sources.Window{Stream: stream(all, c), Mark: "none", From: s.o.Since, To: now, NotAsked: "not named under calendars"})
		}
	}
	if len(ws) == 0 {
		ws = append(ws, s.hole("calendars", now, "the credential sees no calendar: share the calendars with it, or name them by id"))
	}
	return ws, nil
}

func (s *Source) hole(name string, now time.Time, why string) sources.Window {
	return sources.Window{Stream: name, Mark: "none", From: s.o.Since, To: now, Hole: why}
}

// calendars lists every calendar that the credential sees, hidden ones too.
func (s *Source) calendars(ctx context.Context) (all []*calendar.CalendarListEntry, err error) {
	token := ""
	for range 1000 {
		call := s.api.CalendarList.List().Context(ctx).ShowHidden(true).MaxResults(250)
		if token != "" {
			call = call.PageToken(token)
		}
		l, err := call.Do()
		if err != nil {
			return nil, s.fault(ctx, err)
		}
		all = append(all, l.Items...)
		if token = l.NextPageToken; token == "" {
			return all, nil
		}
	}
	return nil, unsound("the list of calendars does not come to an end")
}

func title(c *calendar.CalendarListEntry) string {
	if c.SummaryOverride != "" {
		return c.SummaryOverride
	}
	return c.Summary
}

// find gives the calendars that a name or an id means.
func find(all []*calendar.CalendarListEntry, name string) (out []*calendar.CalendarListEntry) {
	for _, c := range all {
		if c.Id == name || name == "primary" && c.Primary {
			return []*calendar.CalendarListEntry{c}
		}
		if strings.EqualFold(title(c), name) || strings.EqualFold(c.Summary, name) {
			out = append(out, c)
		}
	}
	return out
}

// stream is a calendar's name, or its id where names are not enough.
func stream(all []*calendar.CalendarListEntry, c *calendar.CalendarListEntry) string {
	if t := title(c); t != "" && len(find(all, t)) == 1 {
		return t
	}
	return c.Id
}

func ids(list []*calendar.CalendarListEntry) string {
	var out []string
	for _, c := range list {
		out = append(out, c.Id)
	}
	return strings.Join(out, ", ")
}

func names(list []*calendar.CalendarListEntry) string {
	var out []string
	for _, c := range list[:min(30, len(list))] {
		out = append(out, fmt.Sprintf("%q", title(c)))
	}
	return strings.Join(out, ", ")
}

// place is a cursor.
type place struct {
	Page  string `json:"p,omitempty"` // the next page
	Limit int    `json:"l,omitempty"` // the size it goes with: a page token is only good for the same question
	Sync  string `json:"s,omitempty"` // what changed since this token
}

// Next implements sources.Source.
func (s *Source) Next(ctx context.Context, w sources.Window, cursor string) (*sources.Page, error) {
	id, ok := s.ids[w.Stream]
	if !ok {
		return nil, fmt.Errorf("%s: not planned", w.Stream)
	}
	var at place
	if cursor != "" {
		if err := json.Unmarshal([]byte(cursor), &at); err != nil {
			return nil, fmt.Errorf("the cursor cannot be understood")
		}
	}
	if at.Page == "" || w.Limit < at.Limit {
		at.Page, at.Limit = "", w.Limit
	}
	page, err := s.page(ctx, w, id, at)
	if f, ok := sources.FaultOf(err); ok && (at.Page != "" || at.Sync != "") && (f.Status == http.StatusGone || f.Status == http.StatusBadRequest) {
		// The token is forgotten: the calendar is listed anew.
		page, err = s.page(ctx, w, id, place{Limit: at.Limit})
	}
	return page, err
}

// page asks for one page and makes evidence of it.
func (s *Source) page(ctx context.Context, w sources.Window, id string, at place) (*sources.Page, error) {
	var raw []byte
	call := s.api.Events.List(id).Context(wire.Capture(ctx, &raw)).ShowDeleted(true).SingleEvents(false).MaxResults(int64(max(1, at.Limit)))
	if at.Page != "" {
		call = call.PageToken(at.Page)
	}
	if at.Sync != "" {
		call = call.SyncToken(at.Sync)
	}
	if _, err := call.Do(); err != nil && raw == nil { // with an answer in hand, the library's view of it does not matter
		return nil, s.fault(ctx, err)
	}
	var l struct {
		Kind     string            `json:"kind"`
		Summary  string            `json:"summary"`
		Items    []json.RawMessage `json:"items"`
		NextPage string            `json:"nextPageToken"`
		NextSync string            `json:"nextSyncToken"`
	}
	if err := json.Unmarshal(raw, &l); err != nil || l.Kind != "calendar#events" {
		return nil, unsound("an answer that is not of the form of a list")
	}
	if l.NextPage == "" && l.NextSync == "" {
		return nil, unsound("a page that names neither a next one nor the end")
	}
	if l.NextPage != "" && l.NextPage == at.Page {
		return nil, unsound("a page that names itself as the next one")
	}
	page := &sources.Page{Done: l.NextPage == "", Bytes: int64(len(raw))}
	for _, item := range l.Items {
		found := "calendar " + w.Stream
		ev, err := reading.Event(item, l.Summary, found)
		if err != nil {
			page.Broken = append(page.Broken, reading.Broken(item, found))
			continue
		}
		page.Items = append(page.Items, ev)
	}
	next := place{Page: l.NextPage, Limit: at.Limit, Sync: at.Sync}
	if page.Done {
		next = place{Sync: l.NextSync}
	}
	text, err := json.Marshal(next)
	page.Cursor = string(text)
	return page, err
}
