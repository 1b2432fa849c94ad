package live

// This file: the sign-in of a person through an installed app (RFC 8252): a browser, an address on this
// machine that it comes back to, and PKCE (RFC 7636), so that a code that is overheard is worth nothing.

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/google"

	"salvage/sources"
	"salvage/sources/wire"
)

// Login signs a person in with an app's own credentials (the JSON of an OAuth client of type "Desktop app")
// and gives the credentials to keep, and the scopes that were granted. show is told the address that the
// person has to open.
func Login(ctx context.Context, app []byte, show func(address string)) (credentials []byte, scopes []string, err error) {
	config, f, err := appConfig(app)
	if err != nil {
		return nil, nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, err
	}
	config.RedirectURL = "http://" + l.Addr().String() + "/"
	state := make([]byte, 16)
	if _, err := rand.Read(state); err != nil {
		return nil, nil, err
	}
	verifier := oauth2.GenerateVerifier()
	word := hex.EncodeToString(state)
	show(config.AuthCodeURL(word, oauth2.AccessTypeOffline, oauth2.S256ChallengeOption(verifier), oauth2.SetAuthURLParam("prompt", "consent")))
	code, err := waitForCode(ctx, l, word)
	if err != nil {
		return nil, nil, err
	}
	client, err := tokenClient(f.TokenURI, nil)
	if err != nil {
		return nil, nil, err
	}
	t, err := config.Exchange(context.WithValue(ctx, oauth2.HTTPClient, client), code, oauth2.VerifierOption(verifier))
	if err != nil {
		if fault := tokenFault(err); fault != nil {
			return nil, nil, errors.New("Google did not take the sign-in" + inBrackets(fault.Code))
		}
		return nil, nil, fmt.Errorf("the sign-in service cannot be reached: %s", wire.NetWords(err))
	}
	if t.RefreshToken == "" {
		return nil, nil, errors.New("no lasting sign-in was given by Google\nhint: remove salvage's access at myaccount.google.com/permissions and sign in again")
	}
	granted, _ := t.Extra("scope").(string)
	f = file{Type: "authorized_user", ClientID: f.ClientID, ClientSecret: f.ClientSecret, RefreshToken: t.RefreshToken, TokenURI: f.TokenURI}
	text, err := json.MarshalIndent(f, "", "  ")
	return append(text, '\n'), strings.Fields(granted), err
}

func inBrackets(code string) string {
	if code == "" {
		return ""
	}
	return " (" + code + ")"
}

// appConfig reads the JSON of an OAuth client.
func appConfig(app []byte) (*oauth2.Config, file, error) {
	var outer struct {
		Installed *file `json:"installed"`
		Web       *file `json:"web"`
	}
	if err := json.Unmarshal(app, &outer); err != nil || outer.Installed == nil || outer.Installed.ClientID == "" {
		return nil, file{}, errors.New("this is not the file of an OAuth client of type Desktop app\nhint: make one at console.cloud.google.com, APIs & Services, Credentials, and download its JSON")
	}
	f := *outer.Installed
	if f.TokenURI == "" {
		f.TokenURI = google.Endpoint.TokenURL
	}
	if f.AuthURI == "" {
		f.AuthURI = google.Endpoint.AuthURL
	}
	return &oauth2.Config{ClientID: f.ClientID, ClientSecret: f.ClientSecret, Scopes: Scopes(),
		Endpoint: oauth2.Endpoint{AuthURL: f.AuthURI, TokenURL: f.TokenURI, AuthStyle: oauth2.AuthStyleInParams}}, f, nil
}

// waitForCode answers one browser that comes back with the right state.
func waitForCode(ctx context.Context, l net.Listener, state string) (string, error) {
	type result struct {
		code string
		err  error
	}
	done := make(chan result, 1)
	srv := &http.Server{ReadHeaderTimeout: 10 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		if subtle.ConstantTimeCompare([]byte(q.Get("state")), []byte(state)) != 1 {
			http.Error(w, "this is not the sign-in that was begun", http.StatusBadRequest)
			return
		}
		res := result{code: q.Get("code")}
		if res.code == "" {
			res.err = errors.New("the sign-in was refused" + inBrackets(sources.Word(q.Get("error"))))
		}
		fmt.Fprintln(w, "salvage: this window can be closed; go back to the terminal.")
		select {
		case done <- res:
		default:
		}
	})}
	go srv.Serve(l)                                //nolint:errcheck // it ends when it is closed
	defer srv.Shutdown(context.WithoutCancel(ctx)) //nolint:errcheck // nothing is left to answer
	select {
	case <-ctx.Done():
		return "", ctx.Err()
	case r := <-done:
		return r.code, r.err
	}
}
