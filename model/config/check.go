package config

// This file: what must hold beyond the types. Each check notes its problem and goes on.

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"time"

	_ "time/tzdata" // zones load the same on a machine without a zone database

	"salvage/model"
	"salvage/model/strict"
)

var (
	currencyForm = regexp.MustCompile(`^[a-z]{3}$`)
	senderForm   = regexp.MustCompile(`^[^@\s<>"]*@[^@\s<>"]+$`)
	nameForm     = regexp.MustCompile(`^[\pL\pN][\pL\pN._-]{0,63}$`)
	ackForm      = regexp.MustCompile(`^[^:\s]+:(insert|update|delete)(:[0-9]+)?$`)
)

func check(r *strict.Reader, c *Config, in *raw) {
	checkBusiness(r, c)
	checkIncident(r, c)
	checkDatabase(r, "backup", &c.Backup, in.Backup != nil)
	if c.Live != nil {
		checkDatabase(r, "live", c.Live, true)
	}
	checkSources(r, c)
	if c.Mapping.Path == "" && c.Mapping.Node == nil && !r.Failed("mapping") {
		r.FailAt("", "mapping is missing", "mapping: mapping.yaml; `salvage init --backup FILE` drafts it")
	}
	checkExport(r, c)
}

// need notes a missing key, once, unless reading it has already failed.
func need(r *strict.Reader, path, value, hint string) bool {
	if value == "" && !r.Has(path) && !r.Failed(path) {
		r.FailAt(path, "is missing", hint)
	}
	return value != ""
}

func checkBusiness(r *strict.Reader, c *Config) {
	b := c.Business
	need(r, "business.name", b.Name, "")
	if need(r, "business.timezone", b.Timezone, "the zone that naive times in sources mean, as in America/Los_Angeles") {
		if _, err := time.LoadLocation(b.Timezone); err != nil || b.Timezone == "Local" {
			r.FailAt("business.timezone", fmt.Sprintf("%q is not a time zone", b.Timezone), "use a name of the IANA list, as in America/Los_Angeles")
		}
	}
	if need(r, "business.currency", b.Currency, "a code of three letters, as in USD") && !currencyForm.MatchString(b.Currency) {
		r.FailAt("business.currency", fmt.Sprintf("%q is not a currency code", b.Currency), "a code of three letters, as in USD")
	}
	for i, s := range b.Senders {
		if !senderForm.MatchString(s) {
			r.FailAt(strict.Index("business.senders", i), fmt.Sprintf("%q is not a sender", s), `write "@domain" or "name@domain"`)
		}
	}
}

func checkIncident(r *strict.Reader, c *Config) {
	in := c.Incident
	if in.Wipe == nil {
		if !r.Failed("incident.wipe") {
			r.FailAt("incident.wipe", "is missing", "the moment of the loss, as in 2026-04-24T16:20:00Z")
		}
		return
	}
	if in.Cut != nil && !in.Cut.Before(*in.Wipe) {
		r.FailAt("incident.cut", "the last good backup is not older than the loss", "cut is the moment of the backup, wipe the moment of the loss")
	}
	if in.Resumed != nil && in.Resumed.Before(*in.Wipe) {
		r.FailAt("incident.resumed", "lies before the wipe", "")
	}
}

func checkDatabase(r *strict.Reader, at string, d *Database, given bool) {
	if !given {
		r.FailAt("", at+" is missing", at+": {path: backup.sql}")
		return
	}
	n := 0
	for _, v := range []string{d.Path, d.URLEnv, d.URLFile, d.URLCmd} {
		if v != "" {
			n++
		}
	}
	switch {
	case n > 1:
		r.FailAt(at, "names more than one place", "either path or one of url_env, url_file, url_cmd")
	case n == 0 && !r.Failed(at):
		r.FailAt(at, "names neither a path nor a database", at+": {path: backup.sql}")
	}
	checkEnv(r, at+".url_env", d.URLEnv)
}

func checkEnv(r *strict.Reader, path, v string) {
	if v != "" && !envName.MatchString(v) {
		r.FailAt(path, "is not the name of an environment variable", "letters, digits and underscores, as in STRIPE_KEY")
	}
}

func checkExport(r *strict.Reader, c *Config) {
	e := c.Export
	dialects := []string{"postgres", "mysql", "sqlite"}
	if e.Dialect != "" && !oneOf(e.Dialect, dialects) {
		r.FailAt("export.dialect", fmt.Sprintf("%q is not a dialect", e.Dialect), strict.DidYouMean(e.Dialect, dialects))
	}
	var fields []string
	for _, f := range model.KnownFields(model.Reservation) {
		fields = append(fields, string(f))
	}
	for i, f := range e.HoldFields {
		if !oneOf(f, fields) && !strings.HasPrefix(f, "x_") {
			hint := ""
			if n := strict.Nearest(f, fields); n != "" {
				hint = fmt.Sprintf("did you mean %q?", n)
			}
			r.FailAt(strict.Index("export.hold_fields", i), fmt.Sprintf("%q is not a field of reservations", f), hint)
		}
	}
	for i, a := range e.Acknowledge {
		if !ackForm.MatchString(a) {
			r.FailAt(strict.Index("export.acknowledge", i), fmt.Sprintf("%q is not a side effect", a), "as preflight names them: outbox:insert")
		}
	}
}

func oneOf(s string, list []string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// loopback reports whether a host is this machine for certain: an address of the loopback range, or localhost.
func loopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.Unmap().IsLoopback()
}

func checkBaseURL(r *strict.Reader, path, s string) {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		r.FailAt(path, fmt.Sprintf("%q is not an http address", s), "as in https://api.example.test")
		return
	}
	if u.User != nil {
		r.FailAt(path, "holds a user or password; secrets never stand in this file", "")
	}
	if u.Scheme == "http" && !loopback(u.Hostname()) {
		r.FailAt(path, "plain http is accepted for loopback addresses only", "use https, or http://127.0.0.1:PORT")
	}
}

func checkIMAPAddress(r *strict.Reader, path string, s *Source) {
	host, port, err := net.SplitHostPort(s.IMAP)
	if err != nil || host == "" || port == "" {
		r.FailAt(path+".imap", fmt.Sprintf("%q is not host:port", s.IMAP), `as in "mail.example.test:993"`)
		return
	}
	if s.TLS == "none" && !loopback(host) {
		r.FailAt(path+".tls", "none is accepted for loopback addresses only", "use implicit or starttls")
	}
}
