// Package wire is the one way from salvage to a service on the network. Everything that leaves through
// it is a GET: a request of any other method is refused before a byte is sent, whatever library made it.
//
// Beneath a service's own client library it gives each request a rate limit, deadlines that roll with
// the bytes, a cap on the size of an answer, a check that the answer is whole and is JSON, and patience
// (sources.Patience). What cannot be had comes back as a sources.Fault whose text holds nothing of the
// answer but plain error codes. Nothing is logged.
package wire

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"salvage/sources"
)

// ErrWrite is the refusal of a request that is not a GET.
var ErrWrite = errors.New("salvage only reads: a request that is not a GET was stopped before it was sent")

// Options say how a service wants to be asked. Zero values take the defaults.
type Options struct {
	Service  string        // its name, as errors begin
	Base     string        // address of the service; https, or http on loopback
	Rate     rate.Limit    // requests a second; 0: no limit
	Idle     time.Duration // how long a connection may be silent; default 60 s
	Total    time.Duration // how long one answer may take; default 5 min
	Cap      int64         // bytes of one answer; default 32 MiB
	Patience sources.Patience
	CA       []byte // PEM of a private authority; nil: the system's
	// Reason tells what a refusal means in the service's own words. The body is a whole answer.
	Reason func(status int, body []byte) Reason
}

// Reason is what a service says of a refusal.
type Reason struct {
	Kind sources.FaultKind
	Code string // the service's word for it; only a plain word is kept
	Why  string // in words of ours; "" for the usual ones
}

// Client asks one service. It is an http.RoundTripper, safe for several goroutines.
type Client struct {
	o     Options
	base  *http.Transport
	limit *rate.Limiter

	mu    sync.Mutex
	told  func(sources.Wait)
	skew  time.Duration // the service's clock minus ours
	dated bool
	asked int
}

// New makes a client. It refuses an address that would carry a secret in the open.
func New(o Options) (*Client, error) {
	u, err := url.Parse(o.Base)
	if err != nil || u.Host == "" {
		return nil, fmt.Errorf("%s: %q is not an address", o.Service, o.Base)
	}
	if u.Scheme != "https" && !(u.Scheme == "http" && Loopback(u.Hostname())) {
		return nil, fmt.Errorf("%s: %s: plain http is accepted for loopback addresses only", o.Service, u.Host)
	}
	if o.Idle == 0 {
		o.Idle = 60 * time.Second
	}
	if o.Total == 0 {
		o.Total = 5 * time.Minute
	}
	if o.Cap == 0 {
		o.Cap = 32 << 20
	}
	if o.Rate == 0 {
		o.Rate = rate.Inf
	}
	tlsConfig, err := TLS(o.CA, u.Hostname())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", o.Service, err)
	}
	c := &Client{o: o, limit: rate.NewLimiter(o.Rate, max(1, int(min(o.Rate, 100)/2)))}
	c.base = &http.Transport{Proxy: http.ProxyFromEnvironment, DialContext: Dialer(o.Idle), TLSClientConfig: tlsConfig,
		TLSHandshakeTimeout: o.Idle, ResponseHeaderTimeout: o.Idle, MaxIdleConns: 4, IdleConnTimeout: 30 * time.Second}
	return c, nil
}

// HTTP is a client for libraries. It follows no redirect: a key must not travel to where an answer points.
func (c *Client) HTTP() *http.Client {
	return &http.Client{Transport: c, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// Listen sets who is told of waits.
func (c *Client) Listen(told func(sources.Wait)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.told = told
}

// Skew is the service's clock minus ours, as its newest answer showed; ok is false before there was one.
func (c *Client) Skew() (d time.Duration, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.skew, c.dated
}

// Asked counts the requests that were sent.
func (c *Client) Asked() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.asked
}

// Close lets go of the connections.
func (c *Client) Close() { c.base.CloseIdleConnections() }

// RoundTrip implements http.RoundTripper. An error is a *sources.Fault, ErrWrite or the context's.
func (c *Client) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Method != http.MethodGet || req.ContentLength > 0 {
		return nil, &sources.Fault{Kind: sources.Rejected, Why: c.o.Service + ": " + ErrWrite.Error(), Err: ErrWrite}
	}
	c.mu.Lock()
	told := c.told
	c.mu.Unlock()
	var resp *http.Response
	err := c.o.Patience.Do(req.Context(), told, func() (err error) {
		resp, err = c.once(req)
		return err
	})
	if err != nil {
		return nil, err
	}
	return resp, nil
}

// once sends a request one time and reads the answer to its end.
func (c *Client) once(req *http.Request) (*http.Response, error) {
	if err := c.limit.Wait(req.Context()); err != nil {
		return nil, err
	}
	ctx, stop := context.WithTimeout(req.Context(), c.o.Total)
	defer stop()
	r := req.Clone(ctx)
	r.Body, r.GetBody, r.ContentLength = nil, nil, 0 // libraries give GET an empty one, which must not become chunks
	r.Header.Set("User-Agent", "salvage")
	// QUIRK: Stripe's library sends the machine's name and system with every request; nobody needs that.
	r.Header.Del("X-Stripe-Client-User-Agent")
	c.mu.Lock()
	c.asked++
	c.mu.Unlock()
	resp, err := c.base.RoundTrip(r)
	if err != nil {
		return nil, c.noAnswer(req.Context(), err)
	}
	defer resp.Body.Close()
	c.clock(resp.Header.Get("Date"))
	body, err := io.ReadAll(io.LimitReader(resp.Body, c.o.Cap+1))
	if err != nil {
		return nil, c.noAnswer(req.Context(), err)
	}
	if int64(len(body)) > c.o.Cap {
		return nil, c.fault(sources.Overloaded, resp.StatusCode, "", fmt.Sprintf("an answer of more than %d MB", c.o.Cap>>20))
	}
	if resp.StatusCode/100 != 2 {
		return nil, c.refusal(resp, body)
	}
	if !json.Valid(body) {
		return nil, c.fault(sources.Cut, resp.StatusCode, "", "an answer that is not whole JSON")
	}
	c.faster()
	if keep, ok := req.Context().Value(captureKey{}).(*[]byte); ok {
		*keep = body
	}
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	return resp, nil
}

// noAnswer is the fault of a request that brought no whole answer.
func (c *Client) noAnswer(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var cert *tls.CertificateVerificationError
	if errors.As(err, &cert) {
		return &sources.Fault{Kind: sources.Credential, Why: c.o.Service + ": its certificate cannot be trusted: " + CertificateWords(cert.Err), Err: err}
	}
	return &sources.Fault{Kind: sources.Cut, Why: c.o.Service + ": no whole answer: " + NetWords(err), Err: err}
}

func (c *Client) fault(kind sources.FaultKind, status int, code, why string) *sources.Fault {
	return &sources.Fault{Kind: kind, Status: status, Code: sources.Word(code), Why: c.o.Service + ": " + why}
}

// refusal sorts an answer that is none of the 2xx.
func (c *Client) refusal(resp *http.Response, body []byte) error {
	status := resp.StatusCode
	kind := sources.Rejected
	switch {
	case status == http.StatusTooManyRequests:
		kind = sources.Limited
	case status == http.StatusRequestTimeout:
		kind = sources.Cut
	case status == http.StatusUnauthorized:
		kind = sources.Credential
	case status == http.StatusForbidden:
		kind = sources.Forbidden
	case status >= 500:
		kind = sources.Overloaded
	}
	reason := Reason{Kind: kind}
	if c.o.Reason != nil && json.Valid(body) {
		if r := c.o.Reason(status, body); r.Code != "" || r.Why != "" {
			reason = r
		}
	}
	why := reason.Why
	if why == "" {
		why = strings.ToLower(http.StatusText(status))
		if code := sources.Word(reason.Code); code != "" {
			why += " (" + code + ")"
		}
	}
	f := c.fault(reason.Kind, status, reason.Code, fmt.Sprintf("answer %d: %s", status, why))
	f.After = retryAfter(resp.Header.Get("Retry-After"))
	if f.Kind == sources.Limited {
		c.slower()
	}
	return f
}

// retryAfter reads the header of RFC 9110 section 10.2.3, at most two minutes of it.
func retryAfter(s string) time.Duration {
	const most = 2 * time.Minute
	if n, err := strconv.Atoi(s); err == nil && n >= 0 {
		return min(most, time.Duration(n)*time.Second)
	}
	if t, err := http.ParseTime(s); err == nil {
		return min(most, max(0, time.Until(t)))
	}
	return 0
}

// slower halves the rate after a refusal for asking too often, faster brings it back little by little.
func (c *Client) slower() {
	if l := c.limit.Limit(); l != rate.Inf && l > 1 {
		c.limit.SetLimit(max(1, l/2))
	}
}

func (c *Client) faster() {
	if l := c.limit.Limit(); l < c.o.Rate {
		c.limit.SetLimit(min(c.o.Rate, l*1.02))
	}
}

func (c *Client) clock(date string) {
	t, err := http.ParseTime(date)
	if err != nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.skew, c.dated = t.Sub(time.Now().Truncate(time.Second)), true
}

type captureKey struct{}

// Capture makes a context in which an answer is also kept byte for byte in into: client libraries give out
// what they know of an answer, not all of it.
func Capture(ctx context.Context, into *[]byte) context.Context {
	return context.WithValue(ctx, captureKey{}, into)
}

// TLS is the configuration for a host; ca, when given, is the only authority that is trusted.
func TLS(ca []byte, host string) (*tls.Config, error) {
	t := &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12}
	if ca != nil {
		t.RootCAs = x509.NewCertPool()
		if !t.RootCAs.AppendCertsFromPEM(ca) {
			return nil, errors.New("the file of the authority (ca) holds no certificate\nhint: it must be PEM")
		}
	}
	return t, nil
}
