package wire

// This file: connections that never hang, and what their errors mean in words.

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"syscall"
	"time"
)

// Dialer dials connections on which each read and write has a deadline of its own, idle from its start:
// a slow answer goes on as long as bytes come, a silent one ends. Deadlines that a library sets are
// passed over, for some are absolute and would end a large message on a slow line.
func Dialer(idle time.Duration) func(ctx context.Context, network, addr string) (net.Conn, error) {
	d := &net.Dialer{Timeout: min(idle, 30*time.Second)}
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := d.DialContext(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		return &rolling{c, idle}, nil
	}
}

type rolling struct {
	net.Conn
	idle time.Duration
}

func (r *rolling) Read(b []byte) (int, error) {
	if err := r.Conn.SetReadDeadline(time.Now().Add(r.idle)); err != nil {
		return 0, err
	}
	return r.Conn.Read(b)
}

func (r *rolling) Write(b []byte) (int, error) {
	if err := r.Conn.SetWriteDeadline(time.Now().Add(r.idle)); err != nil {
		return 0, err
	}
	return r.Conn.Write(b)
}

func (r *rolling) SetDeadline(time.Time) error      { return nil }
func (r *rolling) SetReadDeadline(time.Time) error  { return nil }
func (r *rolling) SetWriteDeadline(time.Time) error { return nil }

// Loopback reports whether a host is this machine for certain: an address of the loopback range, or localhost.
func Loopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.Unmap().IsLoopback()
}

// NetWords says what a network error means, without what a peer may have sent.
func NetWords(err error) string {
	var dns *net.DNSError
	switch {
	case errors.As(err, &dns):
		return "the name of the server is not known (" + dns.Name + ")"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "the connection was refused"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return "the connection was reset"
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded), isTimeout(err):
		return "time ran out"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the connection ended early"
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return "the network cannot be reached"
	}
	return "the connection failed"
}

func isTimeout(err error) bool {
	var n net.Error
	return errors.As(err, &n) && n.Timeout()
}

// CertificateWords says why a certificate is not trusted.
func CertificateWords(err error) string {
	var unknown x509.UnknownAuthorityError
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	switch {
	case errors.As(err, &unknown):
		return "it was signed by an unknown authority (a private one is named with ca:)"
	case errors.As(err, &host):
		return "it is for another host"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "it has expired"
	}
	return "it does not hold"
}

// IsLoopback reports whether an address ("http://127.0.0.1:8080") is this machine for certain.
func IsLoopback(address string) bool {
	u, err := url.Parse(address)
	return err == nil && Loopback(u.Hostname())
}

// SkewNote says that a service's clock and ours are far apart; nothing when they agree.
func SkewNote(service string, c *Client) []string {
	d, ok := c.Skew()
	if !ok || d.Abs() <= time.Minute {
		return nil
	}
	return []string{fmt.Sprintf("this machine's clock is %s off the clock of %s; what is asked ends in the service's time", d.Abs().Round(time.Second), service)}
}

// Plain is a transport without patience or guard, for the one exchange that cannot be a GET: signing in.
// Whoever uses it puts a guard of its own around it.
func Plain(ca []byte, host string) (http.RoundTripper, error) {
	t, err := TLS(ca, host)
	if err != nil {
		return nil, err
	}
	const idle = 60 * time.Second
	return &http.Transport{Proxy: http.ProxyFromEnvironment, DialContext: Dialer(idle), TLSClientConfig: t, TLSHandshakeTimeout: idle, ResponseHeaderTimeout: idle}, nil
}
