package live

// This file: one connection to the server: opened, logged in, and what its errors mean.

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-sasl"

	"salvage/sources"
	"salvage/sources/wire"
)

// conn is a connection that is logged in, and the mailbox that is open on it.
type conn struct {
	*imapclient.Client
	box      string
	validity uint32
	next     imap.UID
	stop     func() bool
}

func (c *conn) close() {
	if c != nil {
		c.stop()
		c.Client.Close() //nolint:errcheck // it is given up
	}
}

// connect opens a connection and logs in. The context ends it.
func (s *Source) connect(ctx context.Context) (*conn, error) {
	raw, err := s.dial(ctx)
	if err != nil {
		return nil, s.fault(ctx, "connect", err)
	}
	client := imapclient.New(raw, nil)
	c := &conn{Client: client, stop: context.AfterFunc(ctx, func() { raw.Close() })}
	if err := client.WaitGreeting(); err != nil {
		c.close()
		return nil, s.fault(ctx, "connect", err)
	}
	if err := s.login(client); err != nil {
		c.close()
		return nil, s.fault(ctx, "log in", loginError{err})
	}
	return c, nil
}

// dial opens the connection, encrypted as configured, with the guard on top.
func (s *Source) dial(ctx context.Context) (net.Conn, error) {
	host, _, err := net.SplitHostPort(s.o.Addr)
	if err != nil {
		return nil, err
	}
	if s.o.TLS == "none" && !wire.Loopback(host) {
		return nil, errors.New("an open connection is accepted to loopback addresses only")
	}
	raw, err := wire.Dialer(s.o.Idle)(ctx, "tcp", s.o.Addr)
	if err != nil || s.o.TLS == "none" {
		return &guard{Conn: raw}, err
	}
	g := &guard{}
	if s.o.TLS == "starttls" {
		if err := startTLS(raw); err != nil {
			return nil, errors.Join(err, raw.Close())
		}
		// The client library waits for a greeting; the server sends none after STARTTLS.
		g.greeting = []byte("* OK ready\r\n")
	}
	config, err := wire.TLS(s.o.CA, host)
	if err != nil {
		return nil, errors.Join(err, raw.Close())
	}
	secure := tls.Client(raw, config)
	if err := secure.HandshakeContext(ctx); err != nil {
		return nil, errors.Join(err, raw.Close())
	}
	g.Conn = secure
	return g, nil
}

// login logs in as configured, else with PLAIN where the server takes it and LOGIN where it does not.
func (s *Source) login(c *imapclient.Client) error {
	auth := s.o.Auth
	if auth == "" {
		if caps := c.Caps(); caps.Has(imap.AuthCap("PLAIN")) && (caps.Has(imap.CapSASLIR) || caps.Has(imap.CapLoginDisabled)) {
			auth = "plain"
		}
	}
	switch auth {
	case "plain":
		return c.Authenticate(sasl.NewPlainClient("", s.o.User, s.o.Password))
	case "xoauth2":
		return c.Authenticate(&xoauth2{s.o.User, s.o.Password})
	case "oauthbearer":
		host, _, _ := net.SplitHostPort(s.o.Addr)
		return c.Authenticate(sasl.NewOAuthBearerClient(&sasl.OAuthBearerOptions{Username: s.o.User, Token: s.o.Password, Host: host}))
	}
	return c.Login(s.o.User, s.o.Password).Wait()
}

// xoauth2 is the mechanism of Google and Microsoft (developers.google.com/gmail/imap/xoauth2-protocol).
type xoauth2 struct{ user, token string }

// Start implements sasl.Client.
func (x *xoauth2) Start() (string, []byte, error) {
	return "XOAUTH2", []byte("user=" + x.user + "\x01auth=Bearer " + x.token + "\x01\x01"), nil
}

// Next implements sasl.Client: the server asks back only to tell an error, and wants an empty answer.
func (x *xoauth2) Next([]byte) ([]byte, error) { return []byte{}, nil }

// loginError marks an error of the login.
type loginError struct{ error }

func (e loginError) Unwrap() error { return e.error }

// fault sorts an error of the connection or the server. Of a server's text only the code is kept.
func (s *Source) fault(ctx context.Context, doing string, err error) error {
	if err == nil || ctx.Err() != nil {
		return errors.Join(ctx.Err())
	}
	if f, ok := sources.FaultOf(err); ok {
		return f
	}
	f := &sources.Fault{Kind: sources.Cut, Err: err}
	var said *imap.Error
	var login loginError
	var cert *tls.CertificateVerificationError
	var bearer *sasl.OAuthBearerError
	switch {
	case errors.As(err, &bearer):
		f.Kind, f.Code = sources.Credential, sources.Word(bearer.Status)
		f.Why = "the login was refused (the token is not accepted)\nhint: fetch a new token; password_cmd can do it each time"
	case errors.Is(err, ErrWrite):
		f.Kind, f.Why = sources.Rejected, ErrWrite.Error()
	case errors.As(err, &cert):
		f.Kind, f.Why = sources.Credential, "its certificate cannot be trusted: "+wire.CertificateWords(cert.Err)
	case errors.As(err, &said) && said.Type != imap.StatusResponseTypeBye:
		f.Code = sources.Word(string(said.Code))
		f.Kind, f.Why = kindOf(f.Code, errors.As(err, &login)), s.words(said, errors.As(err, &login))
	case errors.As(err, &said):
		f.Why = "the server ended the connection (BYE)"
	default:
		f.Why = wire.NetWords(err)
	}
	f.Why = fmt.Sprintf("IMAP %s: %s: %s", s.o.Addr, doing, f.Why)
	return f
}

func kindOf(code string, login bool) sources.FaultKind {
	switch strings.ToUpper(code) {
	case "LIMIT", "UNAVAILABLE", "INUSE", "ALERT":
		return sources.Limited
	case "NOPERM", "AUTHORIZATIONFAILED":
		if !login {
			return sources.Forbidden
		}
	}
	if login {
		return sources.Credential
	}
	return sources.Rejected
}

func (s *Source) words(said *imap.Error, login bool) string {
	w := "the server says " + string(said.Type)
	if code := sources.Word(string(said.Code)); code != "" {
		w += " [" + code + "]"
	}
	if login && kindOf(string(said.Code), true) == sources.Credential {
		w = "the login was refused (" + strings.TrimPrefix(w, "the server says ") + ")\nhint: look at user, password and auth of the source; many providers want an app password or a token here"
	}
	return w
}
