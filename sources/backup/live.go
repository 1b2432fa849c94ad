package backup

// This file: a restored copy (or the live database) read over the network. What is read is written into a file of ours
// in the form of a dump, which is then read as any dump is: so a copy and its dump give the same schema and rows, the
// connection is open no longer than one pass takes, and what counts as the backup's fingerprint is that of this file.

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"time"
)

// connectTimeout bounds how long a server may take to answer; reading is not bounded.
const connectTimeout = 20 * time.Second

// OpenURL reads a database at a postgres:// or mysql:// URL in one read-only transaction, at one moment, and gives it as
// a Backup. Health().SHA256 is the fingerprint of what was read: the same rows give the same one. Health().Problems says
// if the role that the URL names could write. No error and nothing in the Backup repeats the URL's password.
//
// Connections are encrypted and the server's certificate is checked, unless the server is on this machine or the URL
// says otherwise (sslmode=… for PostgreSQL, tls=… for MySQL).
func OpenURL(ctx context.Context, rawURL, tmpDir string) (*Backup, error) {
	u, err := url.Parse(strings.TrimSpace(rawURL))
	if err != nil || u.Host == "" && u.Query().Get("host") == "" && u.Query().Get("socket") == "" {
		return nil, errors.New("the database's URL cannot be read (it is not repeated here)\nhint: as in postgres://reader@db.example.test/bookings or mysql://reader@db.example.test/bookings; write % and other odd letters of a password as %25 and so on")
	}
	secret, _ := u.User.Password()
	b := &Backup{path: shown(u), health: Health{Problems: []string{}}, Functions: map[string]string{}, Sequences: map[string]int64{}}
	b.again = func() (string, error) { return b.health.SHA256, nil }
	switch u.Scheme {
	case "postgres", "postgresql":
		err = b.copyLive(ctx, u, tmpDir, livePostgres, openPG)
	case "mysql", "mariadb":
		err = b.copyLive(ctx, u, tmpDir, liveMySQL, openMySQL)
	default:
		err = fmt.Errorf("a URL that begins with %q is not one of a database that is read\nhint: postgres:// or mysql://", clipName(u.Scheme))
	}
	if err != nil {
		return nil, withoutSecret(err, secret, u)
	}
	return b, nil
}

// shown is the URL without user and password.
func shown(u *url.URL) string { return u.Scheme + "://" + u.Host + u.Path }

// withoutSecret takes a password out of an error's text, as it is and as it stands in the URL.
func withoutSecret(err error, secret string, u *url.URL) error {
	if secret == "" {
		return err
	}
	text := err.Error()
	clean := text
	for _, s := range []string{u.User.String(), url.QueryEscape(secret), url.PathEscape(secret), secret} {
		if len(s) > 0 && strings.Contains(clean, s) {
			clean = strings.ReplaceAll(clean, s, "…")
		}
	}
	if clean == text {
		return err
	}
	return errors.New(clean)
}

// spool is the file that a copy is written to.
type spool struct {
	f   *os.File
	w   *bufio.Writer
	sum hash.Hash
	n   int64
	err error
}

// Write writes and fingerprints.
func (s *spool) Write(p []byte) (int, error) {
	s.sum.Write(p)
	s.n += int64(len(p))
	n, err := s.w.Write(p)
	if err != nil && s.err == nil {
		s.err = err
	}
	return n, err
}

func (s *spool) printf(format string, args ...any) { fmt.Fprintf(s, format, args...) }

// copyLive copies the database into a file of ours and opens that.
func (b *Backup) copyLive(ctx context.Context, u *url.URL, tmpDir string, read func(context.Context, *Backup, *url.URL, *spool) error, open opener) error {
	f, err := os.CreateTemp(tmpDir, "salvage-live-*")
	if err != nil {
		return fmt.Errorf("read database %s: %w", b.path, err)
	}
	os.Remove(f.Name()) // so that nothing stays behind even if we are killed; where that is refused, Close removes it
	s := &spool{f: f, w: bufio.NewWriterSize(f, 1<<20), sum: sha256.New()}
	err = read(ctx, b, u, s)
	if err == nil {
		err = s.w.Flush()
	}
	if s.err != nil {
		err = fmt.Errorf("%w\nhint: a copy of the database needs more room than there is in %s", s.err, tmpDir)
	}
	if err == nil {
		b.health.SHA256, b.health.Bytes = hex.EncodeToString(s.sum.Sum(nil)), s.n
		err = open(b, f, true, tmpDir)
	}
	if err != nil {
		f.Close()
		os.Remove(f.Name())
		return fmt.Errorf("read database %s: %w", b.path, err)
	}
	return nil
}

// localHost reports whether a host is this machine for certain: a loopback address, localhost, or a socket's folder.
func localHost(host string) bool {
	if host == "" || strings.HasPrefix(host, "/") || strings.HasPrefix(host, "@") || strings.EqualFold(host, "localhost") {
		return true
	}
	a, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && a.Unmap().IsLoopback()
}

// mayWrite says that the role could do more than read, and what of.
func (b *Backup) mayWrite(how string) {
	b.health.Problems = append(b.health.Problems, fmt.Sprintf("the role that reads the database could also write to it (%s); only reading was done, but a role that can only read is safer", how))
}
