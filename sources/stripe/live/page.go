package live

// This file: one page of a list, checked and made evidence.

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	sdk "github.com/stripe/stripe-go/v78"
	"github.com/stripe/stripe-go/v78/form"

	"salvage/sources"
	"salvage/sources/stripe"
)

// list is a page as it came: its objects byte for byte.
type list struct {
	sdk.APIResource
	Object  string            `json:"object"`
	HasMore *bool             `json:"has_more"`
	Data    []json.RawMessage `json:"data"`
}

// head is what must be known of an object to go on behind it, and of lists inside it.
type head struct {
	ID        string `json:"id"`
	Object    string `json:"object"`
	Created   int64  `json:"created"`
	Lines     *inner `json:"lines"`
	LineItems *inner `json:"line_items"`
	Items     *inner `json:"items"` // of subscriptions
	Refunds   *inner `json:"refunds"`
}

// inner is a list inside an object.
type inner struct {
	Object  string            `json:"object"`
	HasMore bool              `json:"has_more"`
	URL     string            `json:"url"`
	Data    []json.RawMessage `json:"data"`
}

// ask sends one request through the client library. Its errors are faults.
func (s *Source) ask(ctx context.Context, account, path string, params [][2]string, into sdk.LastResponseSetter) error {
	f := &form.Values{}
	for _, p := range params {
		f.Add(p[0], p[1])
	}
	if into == nil {
		into = &list{}
	}
	p := &sdk.Params{Context: ctx}
	if account != "" {
		p.StripeAccount = sdk.String(account)
	}
	err := s.api.CallRaw(http.MethodGet, path, s.o.Key, f, p, into)
	if err == nil || ctx.Err() != nil {
		return errors.Join(ctx.Err())
	}
	if fault, ok := sources.FaultOf(err); ok {
		return fault
	}
	// The library's own words hold bytes of the answer.
	return &sources.Fault{Kind: sources.Overloaded, Why: "Stripe: an answer that is not of the form of a list"}
}

// unsound is the fault of an answer that proves nothing; a smaller page is asked then.
func unsound(path, what string) error {
	return &sources.Fault{Kind: sources.Overloaded, Why: "Stripe: " + path + ": " + what}
}

// page asks for one page and makes evidence of it.
func (s *Source) page(ctx context.Context, w sources.Window, st stream, at place) (*sources.Page, error) {
	account := ""
	if a, _, ok := strings.Cut(w.Stream, "/"); ok {
		account = a
	}
	var l list
	if err := s.ask(ctx, account, st.path, s.params(w, st, at), &l); err != nil {
		return nil, fmt.Errorf("%s: %w", w.Stream, err)
	}
	heads, err := check(st, &l, at)
	if err != nil {
		return nil, err
	}
	page := &sources.Page{Done: !*l.HasMore}
	for i, raw := range l.Data {
		page.Bytes += int64(len(raw))
		found := strings.TrimSuffix(st.path, "/") + "/" + heads[i].ID
		evs, err := stripe.Objects(raw, found)
		if err != nil {
			page.Broken = append(page.Broken, stripe.Broken(raw, found))
			continue
		}
		page.Items = append(page.Items, evs...)
		if err := s.sublists(ctx, account, st, heads[i], found, page); err != nil {
			return nil, fmt.Errorf("%s: %w", w.Stream, err)
		}
	}
	next := place{From: at.From, Upto: at.Upto}
	if n := len(heads); n > 0 && !page.Done {
		next.After, next.Last = heads[n-1].ID, heads[n-1].Created
	}
	if page.Done {
		next = place{Upto: at.Upto}
	}
	text, err := json.Marshal(next)
	page.Cursor = string(text)
	return page, err
}

// check proves that a page holds together: it is a list, it says whether there is more, more comes with
// something, every object has an id, none of the page before comes again, and time runs backwards.
func check(st stream, l *list, at place) ([]head, error) {
	if l.Object != "list" || l.HasMore == nil || l.Data == nil {
		return nil, unsound(st.path, "an answer that is not of the form of a list")
	}
	if *l.HasMore && len(l.Data) == 0 {
		return nil, unsound(st.path, "says that there is more, and gives nothing")
	}
	heads := make([]head, len(l.Data))
	last := at.Last
	for i, raw := range l.Data {
		if err := json.Unmarshal(raw, &heads[i]); err != nil || heads[i].ID == "" {
			return nil, unsound(st.path, "an object without an id")
		}
		if heads[i].ID == at.After {
			return nil, unsound(st.path, "gives an object twice that was on the page before")
		}
		if st.ranged && last > 0 && heads[i].Created > last {
			return nil, unsound(st.path, "does not go from new to old")
		}
		if st.ranged {
			last = heads[i].Created
		}
	}
	return heads, nil
}

// sublists reads the lists inside an object to their end.
func (s *Source) sublists(ctx context.Context, account string, st stream, h head, found string, page *sources.Page) error {
	for _, in := range []*inner{h.Lines, h.LineItems, h.Items, h.Refunds} {
		if in == nil || !in.HasMore {
			continue
		}
		url := in.URL
		if !strings.HasPrefix(url, "/v1/") || strings.ContainsAny(url, "?#") || strings.Contains(url, "..") {
			return unsound(st.path, "a list inside an object that does not say where it goes on")
		}
		if err := s.whole(ctx, account, url, h, found, page); err != nil {
			return err
		}
	}
	if st.items == "" || h.LineItems != nil {
		return nil
	}
	// The items were asked for with the list and did not come: ask for them by themselves.
	err := s.whole(ctx, account, found+"/"+st.items, h, found, page)
	if f, ok := sources.FaultOf(err); ok && f.Status == http.StatusNotFound {
		return nil // the service has none for this object
	}
	return err
}

// whole reads a list that belongs to an object from its beginning to its end, as one piece of evidence; of
// refunds, each is one of its own.
func (s *Source) whole(ctx context.Context, account, url string, h head, found string, page *sources.Page) error {
	const most = 1000 // pages; far beyond any invoice
	var all []json.RawMessage
	seen := map[string]bool{}
	after := ""
	limit := pageSize
	for range most {
		params := [][2]string{{"limit", fmt.Sprint(limit)}}
		if after != "" {
			params = append(params, [2]string{"starting_after", after})
		}
		var l list
		err := s.ask(ctx, account, url, params, &l)
		if err == nil {
			after, err = take(url, &l, seen, &all, after)
		}
		if f, ok := sources.FaultOf(err); ok && f.Kind == sources.Overloaded && limit > 1 {
			limit /= 2
			continue
		}
		if err != nil {
			return err
		}
		if !*l.HasMore {
			return keep(h, found, url, all, page)
		}
	}
	return unsound(url, "does not come to an end")
}

// take adds a page of a list to what came before. QUIRK: lines of an invoice may share an id (a proration
// of the same item), and paging by id then never ends: a page that brings nothing new is an error.
func take(url string, l *list, seen map[string]bool, all *[]json.RawMessage, after string) (string, error) {
	if l.Object != "list" || l.HasMore == nil || *l.HasMore && len(l.Data) == 0 {
		return after, unsound(url, "an answer that is not of the form of a list")
	}
	fresh := false
	for _, raw := range l.Data {
		var h head
		if err := json.Unmarshal(raw, &h); err != nil || h.ID == "" {
			return after, unsound(url, "an object without an id")
		}
		if h.ID == after {
			return after, unsound(url, "gives an object twice that was on the page before")
		}
		fresh = fresh || !seen[h.ID]
	}
	if *l.HasMore && !fresh {
		return after, unsound(url, "gives the same objects again")
	}
	for _, raw := range l.Data {
		var h head
		_ = json.Unmarshal(raw, &h) // it could be read above
		seen[h.ID] = true
		after = h.ID
		*all = append(*all, raw)
	}
	return after, nil
}

func keep(h head, found, url string, all []json.RawMessage, page *sources.Page) error {
	for _, raw := range all {
		page.Bytes += int64(len(raw))
	}
	if stripe.ParentOf(url) != "" {
		evs, err := stripe.Lines(h.ID, h.Created, all, found)
		page.Items = append(page.Items, evs...)
		return err
	}
	for _, raw := range all {
		evs, err := stripe.Objects(raw, found)
		if err != nil {
			return unsound(url, "an object that cannot be read")
		}
		page.Items = append(page.Items, evs...)
	}
	return nil
}
