package live

// This file: credentials. Three forms are taken: the key file of a service account, what `salvage login
// google` wrote, and an access token by itself. Whatever the form, only scopes for reading are asked for.

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/google"
	"google.golang.org/api/calendar/v3"

	"salvage/sources"
	"salvage/sources/wire"
)

// Scopes are what is asked for: the events and the list of calendars, for reading. The list does not come
// with the scope for events.
func Scopes() []string {
	return []string{calendar.CalendarEventsReadonlyScope, calendar.CalendarCalendarlistReadonlyScope}
}

// file is what matters of a credentials file of any form.
type file struct {
	Type         string   `json:"type"`
	ClientID     string   `json:"client_id"`
	ClientSecret string   `json:"client_secret"`
	RefreshToken string   `json:"refresh_token,omitempty"`
	AuthURI      string   `json:"auth_uri,omitempty"`
	TokenURI     string   `json:"token_uri,omitempty"`
	ClientEmail  string   `json:"client_email,omitempty"`
	PrivateKey   string   `json:"private_key,omitempty"`
	Redirects    []string `json:"redirect_uris,omitempty"`
}

// errForm is that credentials are of no known form. Their text is never repeated.
var errForm = errors.New("the credentials are of no known form\nhint: the key file of a service account (JSON), or what `salvage login google` writes")

// identity is credentials, ready to sign requests.
type identity struct {
	kind   string
	who    string
	tokens oauth2.TokenSource // nil: requests go unsigned
}

// identify reads credentials. "" is none.
func identify(ctx context.Context, text string, ca []byte) (identity, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return identity{kind: "no credential"}, nil
	}
	if !strings.HasPrefix(text, "{") {
		if strings.ContainsAny(text, " \t\r\n") {
			return identity{}, errForm
		}
		return identity{kind: "access token", tokens: oauth2.StaticTokenSource(&oauth2.Token{AccessToken: text})}, nil
	}
	var f file
	if err := json.Unmarshal([]byte(text), &f); err != nil {
		return identity{}, errForm
	}
	if f.TokenURI == "" {
		f.TokenURI = google.Endpoint.TokenURL
	}
	client, err := tokenClient(f.TokenURI, ca)
	if err != nil {
		return identity{}, err
	}
	ctx = context.WithValue(ctx, oauth2.HTTPClient, client)
	switch {
	case f.Type == "service_account":
		c, err := google.JWTConfigFromJSON([]byte(text), Scopes()...)
		if err != nil {
			return identity{}, errForm
		}
		return identity{"service account", f.ClientEmail, c.TokenSource(ctx)}, nil
	case f.Type == "authorized_user" && f.RefreshToken != "":
		c := &oauth2.Config{ClientID: f.ClientID, ClientSecret: f.ClientSecret, Endpoint: oauth2.Endpoint{TokenURL: f.TokenURI, AuthStyle: oauth2.AuthStyleInParams}}
		return identity{"sign-in of a person", "", c.TokenSource(ctx, &oauth2.Token{RefreshToken: f.RefreshToken})}, nil
	}
	return identity{}, errForm
}

// tokenDoor lets a POST through to one address alone: where tokens are given out. Everything else that
// salvage sends is a GET.
type tokenDoor struct {
	to   string
	base http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (d tokenDoor) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method != http.MethodPost || r.URL.String() != d.to {
		return nil, wire.ErrWrite
	}
	return d.base.RoundTrip(r)
}

// tokenClient is the client for a token endpoint: Google's own, or one on this machine.
func tokenClient(endpoint string, ca []byte) (*http.Client, error) {
	u, err := url.Parse(endpoint)
	if err != nil || u.Host == "" {
		return nil, errForm
	}
	host := u.Hostname()
	googles := u.Scheme == "https" && (host == "googleapis.com" || strings.HasSuffix(host, ".googleapis.com") || host == "accounts.google.com")
	if !googles && !wire.Loopback(host) {
		return nil, fmt.Errorf("the credentials name a token address that is not Google's: %s", sources.Word(host))
	}
	base, err := wire.Plain(ca, host)
	if err != nil {
		return nil, err
	}
	return &http.Client{Transport: tokenDoor{endpoint, base}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, nil
}

// tokenFault is the fault behind an error of the token endpoint; nil when it is none.
func tokenFault(err error) *sources.Fault {
	var r *oauth2.RetrieveError
	if !errors.As(err, &r) {
		return nil
	}
	f := &sources.Fault{Kind: sources.Credential, Code: sources.Word(r.ErrorCode), Err: nil,
		Why: "Google: the sign-in is not accepted any more\nhint: run `salvage login google` again; while an app is in testing, its sign-ins end after 7 days"}
	if r.Response != nil {
		f.Status = r.Response.StatusCode
	}
	if f.Status >= 500 || f.Status == 429 {
		f.Kind, f.Why = sources.Cut, "Google: the sign-in service does not answer"
	}
	return f
}

// signer signs requests, and sorts what the token endpoint says into faults.
type signer struct {
	tokens   oauth2.TokenSource
	base     http.RoundTripper
	patience sources.Patience
}

// RoundTrip implements http.RoundTripper.
func (s signer) RoundTrip(r *http.Request) (*http.Response, error) {
	var t *oauth2.Token
	err := s.patience.Do(r.Context(), nil, func() (err error) {
		t, err = s.tokens.Token()
		if err == nil {
			return nil
		}
		if f := tokenFault(err); f != nil {
			return f
		}
		return &sources.Fault{Kind: sources.Cut, Why: "Google: the sign-in service cannot be reached: " + wire.NetWords(err), Err: err}
	})
	if err != nil {
		return nil, err
	}
	r = r.Clone(r.Context())
	t.SetAuthHeader(r)
	return s.base.RoundTrip(r)
}
