package main

// This file: the sources of the configuration, opened: files, or a service with its credential.

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"salvage/model"
	"salvage/model/config"
	"salvage/sources"
	googlelive "salvage/sources/calendar/live"
	"salvage/sources/files"
	maillive "salvage/sources/mail/live"
	"salvage/sources/secret"
	stripelive "salvage/sources/stripe/live"
	"salvage/sources/wire"
)

// allowKey adds the flag that accepts a key that can do everything.
func allowKey(cmd *cobra.Command, to *bool) {
	cmd.Flags().BoolVar(to, "allow-unrestricted-key", false, "accept a Stripe secret key (sk_…), which can do everything")
}

// lean keeps memory small while services are pulled and read, whose pace the network sets; what it returns
// undoes it.
func lean() func() {
	if os.Getenv("GOGC") != "" {
		return func() {}
	}
	old := debug.SetGCPercent(40)
	return func() { debug.SetGCPercent(old) }
}

// needCut settles the cut where a service is asked from a time that depends on it.
func (j *job) needCut(ctx context.Context) error {
	if j.cfg.Incident.Cut != nil {
		j.cut = j.cfg.Incident.Cut.UTC()
		return nil
	}
	for _, s := range j.sources {
		if len(s.Files) == 0 && s.Since == nil && j.cut.IsZero() {
			if err := j.stage("backup", func() error { return j.openBackups(ctx) }); err != nil {
				return err
			}
			return j.stage("books", j.readBooks)
		}
	}
	return nil
}

// openAll opens every source before any is pulled: what is wrong with a credential is told at once.
func (j *job) openAll(ctx context.Context) ([]sources.Source, error) {
	var out []sources.Source
	for _, s := range j.sources {
		src, err := j.openSource(ctx, s)
		if err != nil {
			return out, err
		}
		out = append(out, src)
	}
	return out, nil
}

func closeSource(src sources.Source) {
	if c, ok := src.(io.Closer); ok {
		c.Close() //nolint:errcheck // it was only read
	}
}

// openSource opens one source. Its errors are of the configuration, or a refusal.
func (j *job) openSource(ctx context.Context, s config.Source) (sources.Source, error) {
	if len(s.Files) > 0 {
		src, err := files.New(s.Name, s.Type, j.cfg.Dir, s.Files)
		return src, usageOf(err)
	}
	ca, err := j.authority(s)
	if err != nil {
		return nil, usage(err, "")
	}
	switch s.Type {
	case "stripe":
		return j.openStripe(ctx, s, ca)
	case "calendar":
		return j.openGoogle(ctx, s, ca)
	}
	return j.openMail(ctx, s, ca)
}

// usageOf marks an error as one of the configuration; nil stays nil.
func usageOf(err error) error {
	if err == nil {
		return nil
	}
	return usage(err, "")
}

// authority reads the file of a private authority.
func (j *job) authority(s config.Source) ([]byte, error) {
	if s.CA == "" {
		return nil, nil
	}
	text, err := os.ReadFile(j.cfg.Resolve(s.CA))
	if err != nil {
		return nil, fmt.Errorf("source %s: ca: %w", s.Name, err)
	}
	return text, nil
}

// secretOf reads a secret of a source.
func (j *job) secretOf(ctx context.Context, s config.Source, what, env, file, cmd string) (string, error) {
	text, err := secret.Ref{What: what, Env: env, File: file, Cmd: cmd, Dir: j.cfg.Dir}.Read(ctx)
	if err != nil && ctx.Err() == nil {
		return "", usage(fmt.Errorf("source %s: %w", s.Name, err), "")
	}
	return text, errors.Join(err, ctx.Err())
}

func (j *job) openStripe(ctx context.Context, s config.Source, ca []byte) (sources.Source, error) {
	key, err := j.secretOf(ctx, s, "key", s.KeyEnv, s.KeyFile, s.KeyCmd)
	if err != nil {
		return nil, err
	}
	switch err := stripelive.Vet(key); {
	case errors.Is(err, stripelive.ErrUnrestricted) && !j.openKeys:
		return nil, refuse(fmt.Errorf("source %s: %w", s.Name, err),
			"make a restricted key (Dashboard, Developers, API keys) with these rights, each of them Read: "+strings.Join(stripelive.Rights(), ", ")+"; or accept the risk with --allow-unrestricted-key")
	case errors.Is(err, stripelive.ErrPublishable):
		return nil, usage(fmt.Errorf("source %s: %w", s.Name, err), "make a restricted key with read rights (Dashboard, Developers, API keys)")
	}
	src, err := stripelive.New(stripelive.Options{Name: s.Name, Key: key, Accounts: s.Accounts, Base: s.BaseURL, Since: j.since(s), CA: ca, Patience: patience(wire.IsLoopback(s.BaseURL))})
	return src, usageOf(err)
}

func (j *job) openGoogle(ctx context.Context, s config.Source, ca []byte) (sources.Source, error) {
	credentials := ""
	if s.CredentialsEnv+s.CredentialsFile+s.CredentialsCmd != "" || !wire.IsLoopback(s.BaseURL) {
		var err error
		if credentials, err = j.secretOf(ctx, s, "credentials", s.CredentialsEnv, s.CredentialsFile, s.CredentialsCmd); err != nil {
			return nil, err
		}
	}
	src, err := googlelive.New(ctx, googlelive.Options{Name: s.Name, Credentials: credentials, Calendars: s.Calendars, Base: s.BaseURL, Since: j.since(s), CA: ca, Patience: patience(wire.IsLoopback(s.BaseURL))})
	return src, usageOf(err)
}

func (j *job) openMail(ctx context.Context, s config.Source, ca []byte) (sources.Source, error) {
	user, err := j.secretOf(ctx, s, "user", s.UserEnv, s.UserFile, s.UserCmd)
	if err != nil {
		return nil, err
	}
	password, err := j.secretOf(ctx, s, "password", s.PasswordEnv, s.PasswordFile, s.PasswordCmd)
	if err != nil {
		return nil, err
	}
	src, err := maillive.New(maillive.Options{Name: s.Name, Addr: s.IMAP, TLS: s.TLS, Auth: s.Auth, User: user, Password: password, CA: ca, Mailboxes: s.Mailboxes,
		Since: j.since(s), Patience: patience(wire.IsLoopback("tcp://" + s.IMAP))})
	return src, usageOf(err)
}

// patience is how long a service is waited for. One on this machine is nobody's but the operator's own:
// it is asked again sooner.
func patience(own bool) sources.Patience {
	if own {
		return sources.Patience{First: 20 * time.Millisecond, Longest: time.Second}
	}
	return sources.Patience{}
}

// since is the time from which a source is asked.
func (j *job) since(s config.Source) time.Time {
	if s.Since != nil {
		return s.Since.UTC()
	}
	return j.cfg.SinceOf(s, j.cut).UTC()
}

// wanted chooses the windows to pull: all of them, or with --retry-holes those that left a hole.
func (j *job) wanted(s config.Source) (func(sources.Window) bool, error) {
	all := func(sources.Window) bool { return true }
	if !j.onlyHoles || len(s.Files) > 0 {
		return all, nil
	}
	list, known, err := j.kase.Coverage(s.Name)
	if err != nil || !known {
		return all, err
	}
	var holes []model.Coverage
	for _, c := range list {
		if c.State != string(sources.Holed) {
			continue
		}
		if c.Stream == s.Name { // the service could not be asked at all
			return all, nil
		}
		holes = append(holes, c)
	}
	return func(w sources.Window) bool {
		return slices.ContainsFunc(holes, func(c model.Coverage) bool { return c.Stream == w.Stream && overlap(w, timeOf(c.From), timeOf(c.To)) })
	}, nil
}

// overlap says whether a window and a span have a moment in common; a zero time is an open end.
func overlap(w sources.Window, from, to time.Time) bool {
	return (to.IsZero() || w.From.Before(to)) && (w.To.IsZero() || from.Before(w.To))
}

// remember keeps the account of a pull in the case, and lays it over the weeks for the summary.
func (j *job) remember(ctx context.Context, s config.Source, rep sources.Report) error {
	var list []model.Coverage
	for _, sp := range rep.Spans() {
		list = append(list, coverageOf(s.Name, sp))
	}
	if err := j.kase.SaveCoverage(ctx, s.Name, list); err != nil {
		return err
	}
	j.lay(s, rep.Spans())
	return nil
}

// recall is the account of the newest pull of a source.
func (j *job) recall(s config.Source) error {
	list, known, err := j.kase.Coverage(s.Name)
	if err != nil {
		return err
	}
	if !known {
		list = []model.Coverage{{Stream: s.Name, State: string(sources.Holed), Why: "not pulled to its end"}}
	}
	var spans []sources.Span
	for _, c := range list {
		spans = append(spans, sources.Span{Stream: c.Stream, From: timeOf(c.From), To: timeOf(c.To), State: sources.State(c.State), Why: c.Why})
	}
	j.lay(s, spans)
	return nil
}

// lay puts spans into the summary's coverage, week by week up to what counts as today.
func (j *job) lay(s config.Source, spans []sources.Span) {
	for _, w := range sources.Weeks(spans, j.since(s), j.now) {
		j.coverage = append(j.coverage, coverageOf(s.Name, w))
	}
	// A hole after what counts as today is one all the same.
	for _, sp := range spans {
		if sp.State == sources.Holed && sp.From.After(j.now) {
			j.coverage = append(j.coverage, coverageOf(s.Name, sp))
		}
	}
}

func coverageOf(source string, sp sources.Span) model.Coverage {
	return model.Coverage{Source: source, Stream: sp.Stream, From: momentOf(sp.From), To: momentOf(sp.To), State: string(sp.State), Why: sp.Why}
}

// momentOf writes a time; "" for none.
func momentOf(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return stampTime(t)
}

func timeOf(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}
