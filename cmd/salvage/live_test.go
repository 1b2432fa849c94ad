package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"salvage/fixtures/fakes"
	"salvage/fixtures/rental"
	"salvage/model"
	"salvage/sources"
	"salvage/sources/files"
	"salvage/sources/sourcetest"
)

// world is an invented company whose sources are played by servers, beside its files.
type world struct {
	dir     string
	stripe  *fakes.Stripe
	google  *fakes.Google
	dovecot *fakes.Dovecot
	mail    string // where IMAP is asked: the server, or a proxy before it
}

const moment = "2026-04-24T16:20:00Z"

// newWorld plays the company's sources: what its files hold is what the servers serve.
func newWorld(t *testing.T, o rental.Options) *world {
	t.Helper()
	w := &world{dir: filepath.Join(t.TempDir(), "company"), stripe: fakes.NewStripe(), google: fakes.NewGoogle()}
	t.Cleanup(w.stripe.Close)
	t.Cleanup(w.google.Close)
	require.NoError(t, rental.Generate(o).Write(w.dir))
	n, err := w.stripe.Load(filepath.Join(w.dir, "stripe"))
	require.NoError(t, err)
	require.Positive(t, n)
	n, err = w.google.Load(filepath.Join(w.dir, "calendar"))
	require.NoError(t, err)
	require.Positive(t, n)
	w.dovecot, err = fakes.StartDovecot()
	require.NoError(t, err)
	t.Cleanup(func() { w.dovecot.Close() })
	w.mail = w.dovecot.Addr
	src, err := files.New("archive", "mail", w.dir, []string{"mail/all.mbox", "mail/Maildir", "mail/*.eml"})
	require.NoError(t, err)
	st := sourcetest.NewStore()
	_, err = sources.Pull(context.Background(), src, st, nil)
	require.NoError(t, err)
	for i, ev := range st.Evidence {
		require.Equal(t, "mail/rfc822", ev.Media)
		at := time.UnixMicro(ev.At)
		if ev.At == 0 {
			at = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		}
		box := []string{"", "Gesendete Objekte", "Kunden"}[i%3]
		if box != "" && !strings.Contains(string(ev.Canon), "dkim=pass") {
			box = "Kunden" // what lies in Sent counts as the company's own, and a forgery never lies there
		}
		require.NoError(t, w.dovecot.Put(box, fmt.Sprintf("%d.M%d.fakes", at.Unix(), i), at, ev.Canon, i%2 == 0))
	}
	require.NoError(t, w.dovecot.Own())
	t.Setenv("LIVE_KEY", fakes.StripeKey)
	t.Setenv("LIVE_USER", fakes.MailUser)
	t.Setenv("LIVE_PASSWORD", fakes.MailPassword)
	return w
}

// config writes a configuration in which the servers stand for the files that they serve, and gives its path.
func (w *world) config(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(w.dir, "salvage.yaml"))
	require.NoError(t, err)
	head, rest, ok := strings.Cut(string(text), "sources:\n")
	require.True(t, ok)
	_, rest, ok = strings.Cut(rest, "mapping:")
	require.True(t, ok)
	live := fmt.Sprintf(`sources:
  - {name: stripe, type: stripe, key_env: LIVE_KEY, base_url: "%s", since: 2025-01-01}
  - {name: dashboard, type: stripe, files: ["stripe/*.csv"]}
  - {name: google, type: calendar, base_url: "%s", since: 2025-01-01}
  - {name: takeout, type: calendar, files: ["calendar/*.ics"]}
  - {name: office, type: mail, imap: "%s", tls: none, user_env: LIVE_USER, password_env: LIVE_PASSWORD, since: 2025-01-01}
`, w.stripe.URL, w.google.URL, w.mail)
	path := filepath.Join(w.dir, "live.yaml")
	require.NoError(t, os.WriteFile(path, []byte(head+live+"mapping:"+rest), 0o600))
	return path
}

// salvage runs one command line in this process.
func salvage(t *testing.T, args ...string) (code int, out, msg string) {
	t.Helper()
	var o, e bytes.Buffer
	code = execute(context.Background(), args, &o, &e)
	return code, o.String(), e.String()
}

func statusOf(t *testing.T, kase string) status {
	t.Helper()
	code, out, msg := salvage(t, "status", "--case", kase, "--json")
	require.Zero(t, code, msg)
	var s status
	require.NoError(t, json.Unmarshal([]byte(out), &s))
	return s
}

func liveSummary(t *testing.T, kase string) model.Summary {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(kase, "summary.json"))
	require.NoError(t, err)
	var s model.Summary
	require.NoError(t, json.Unmarshal(text, &s))
	return s
}

// exported gives what must not depend on the way that the evidence came.
func exported(t *testing.T, kase string) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, name := range []string{"conflicts.json", "conflicts.csv", "board.html", "export/plan.jsonl", "export/held.csv", "export/20_apply.sql", "export/MANIFEST.json"} {
		text, err := os.ReadFile(filepath.Join(kase, name))
		require.NoError(t, err)
		out[name] = string(text)
	}
	return out
}

func small() rental.Options { return rental.Options{PerDay: 5, Days: 60, LostDays: 15} }

// TestLiveIsTheSameAsFiles pulls the company from servers and from files, undisturbed and with a tenth of
// all answers failing, and wants the same evidence and the same export.
func TestLiveIsTheSameAsFiles(t *testing.T) {
	w := newWorld(t, small())
	dir := t.TempDir()
	before, err := w.dovecot.MailHash()
	require.NoError(t, err)
	fromFiles := filepath.Join(dir, "files")
	code, _, msg := salvage(t, "run", "-c", filepath.Join(w.dir, "salvage.yaml"), "--case", fromFiles, "--now", moment, "--quiet")
	require.Zero(t, code, msg)

	t.Run("undisturbed", func(t *testing.T) {
		kase := filepath.Join(dir, "live")
		code, _, msg := salvage(t, "run", "-c", w.config(t), "--case", kase, "--now", moment, "--quiet")
		require.Zero(t, code, msg)
		require.Equal(t, statusOf(t, fromFiles).Digest, statusOf(t, kase).Digest)
		require.Equal(t, exported(t, fromFiles), exported(t, kase))
		w.account(t, kase)
	})
	t.Run("a tenth of all answers fail", func(t *testing.T) {
		all := []fakes.Trouble{fakes.TooMany, fakes.Fail500, fakes.Fail503, fakes.Reset, fakes.CutBody, fakes.ShortJSON, fakes.HTMLPage, fakes.Again, fakes.Empty}
		w.stripe.SetChaos(fakes.Chaos{Percent: 10, Seed: 1, Kinds: all})
		w.google.SetChaos(fakes.Chaos{Percent: 10, Seed: 2, Kinds: all})
		p, err := fakes.NewProxy(w.dovecot.Addr, 10, 3)
		require.NoError(t, err)
		defer p.Close()
		w.mail = p.Addr
		kase := filepath.Join(dir, "chaos")
		code, _, msg := salvage(t, "run", "-c", w.config(t), "--case", kase, "--now", moment, "--quiet")
		require.Zero(t, code, msg)
		require.Equal(t, statusOf(t, fromFiles).Digest, statusOf(t, kase).Digest)
		require.Equal(t, exported(t, fromFiles), exported(t, kase))
		w.stripe.SetChaos(fakes.Chaos{})
		w.google.SetChaos(fakes.Chaos{})
		w.mail = w.dovecot.Addr
	})
	t.Run("one stream forbidden, one mailbox unreadable", func(t *testing.T) {
		w.stripe.Forbid(fakes.StripeKey, "/v1/disputes", "rak_dispute_read")
		box := filepath.Join(w.dovecot.Mail, ".Kunden")
		require.NoError(t, os.Chmod(box, 0))
		kase := filepath.Join(dir, "holes")
		code, _, msg := salvage(t, "run", "-c", w.config(t), "--case", kase, "--now", moment)
		require.Equal(t, exitHoles, code, msg)
		require.Contains(t, msg, "stripe: hole: disputes")
		require.Contains(t, msg, "rak_dispute_read")
		require.Contains(t, msg, "office: hole: Kunden")
		for _, c := range liveSummary(t, kase).Coverage {
			switch {
			case c.Source == "stripe" && c.Stream == "disputes", c.Source == "office" && c.Stream == "Kunden":
				require.Equal(t, "hole", c.State)
				require.NotEmpty(t, c.Why)
			case c.Source == "stripe" && c.Stream == "events":
				require.Equal(t, "not_asked", c.State, c.From)
			default:
				require.Equal(t, "complete", c.State, "%s %s %s", c.Source, c.Stream, c.From)
			}
		}
		// Mended, and only the holes asked for again.
		w.stripe.Allow(fakes.StripeKey, "/v1/disputes")
		require.NoError(t, os.Chmod(box, 0o700))
		asked := len(w.stripe.Log())
		rebuilt := liveSummary(t, kase).Reservations
		require.Positive(t, rebuilt.Rebuilt)
		code, _, msg = salvage(t, "pull", "-c", w.config(t), "--case", kase, "--now", moment, "--retry-holes")
		require.Zero(t, code, msg)
		w.account(t, kase)
		require.Equal(t, rebuilt, liveSummary(t, kase).Reservations, "a pull rebuilds nothing and forgets nothing")
		for _, l := range w.stripe.Log()[asked+1:] {
			require.Contains(t, l, "/v1/disputes")
		}
		require.Equal(t, statusOf(t, fromFiles).Digest, statusOf(t, kase).Digest)
	})
	after, err := w.dovecot.MailHash()
	require.NoError(t, err)
	require.Equal(t, before, after, "the mailbox on disk is as it was")
	w.onlyRead(t)
}

// onlyRead wants nothing but GET in the servers' logs.
func (w *world) onlyRead(t *testing.T) {
	t.Helper()
	for _, l := range append(w.stripe.Log(), w.google.Log()...) {
		require.True(t, strings.HasPrefix(l, "GET "), l)
	}
}

// account wants a table of stream and week for each service, all of it complete or not asked.
func (w *world) account(t *testing.T, kase string) {
	t.Helper()
	streams := map[string]int{}
	for _, c := range liveSummary(t, kase).Coverage {
		require.NotEqual(t, "hole", c.State, c.Why)
		if c.Source == "stripe" || c.Source == "google" || c.Source == "office" {
			streams[c.Source+" "+c.Stream]++
		}
	}
	require.Equal(t, streams["stripe charges"], streams["office INBOX"])
	require.Greater(t, streams["stripe charges"], 60, "weeks")
	require.GreaterOrEqual(t, len(streams), 13+3+2)
}

// TestSecretsStaySecret runs everything that reads a credential, well and badly, and looks for it in every
// output and every file of the case.
func TestSecretsStaySecret(t *testing.T) {
	w := newWorld(t, rental.Options{PerDay: 5, Days: 40, LostDays: 10})
	kase := filepath.Join(t.TempDir(), "case")
	var said strings.Builder
	do := func(want int, args ...string) {
		t.Helper()
		code, out, msg := salvage(t, append(args, "-c", w.config(t), "--case", kase, "--now", moment)...)
		require.Equal(t, want, code, msg)
		said.WriteString(out + msg)
	}
	do(exitDone, "check")
	do(exitDone, "pull")
	do(exitDone, "check", "--json")
	t.Setenv("LIVE_KEY", "rk_live_wrongwrongwrongwrong")
	t.Setenv("LIVE_PASSWORD", "wrong-password-wrong")
	do(exitInterrupted, "pull")
	require.True(t, slices.ContainsFunc(liveSummary(t, kase).Coverage, func(c model.Coverage) bool { return c.Source == "stripe" && c.State == "hole" }), "a pull alone tells what it lacks")
	do(exitHoles, "check")
	t.Setenv("LIVE_KEY", "sk_live_4242424242424242")
	do(exitRefused, "check")
	do(exitRefused, "pull")
	do(exitInterrupted, "pull", "--allow-unrestricted-key")
	t.Setenv("LIVE_KEY", "")
	do(exitUsage, "pull")
	text := said.String()
	err := filepath.WalkDir(kase, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			b, rerr := os.ReadFile(path)
			text += string(b)
			return rerr
		}
		return err
	})
	require.NoError(t, err)
	for _, s := range []string{fakes.StripeKey, fakes.MailPassword, "rk_live_wrong", "wrong-password", "sk_live_4242"} {
		require.NotContains(t, text, s)
	}
	require.Contains(t, said.String(), "restricted key, test mode")
	require.Contains(t, said.String(), "LIVE_KEY is not set")
}

// TestTwoAtOnce wants the second salvage on a case to be told of the first.
func TestTwoAtOnce(t *testing.T) {
	w := newWorld(t, rental.Options{PerDay: 5, Days: 40, LostDays: 10})
	kase := filepath.Join(t.TempDir(), "case")
	var second string
	var code int
	once := false
	w.stripe.SetHook(func(*http.Request) {
		if !once {
			once = true
			code, _, second = salvage(t, "pull", "-c", w.config(t), "--case", kase)
		}
	})
	first, _, msg := salvage(t, "pull", "-c", w.config(t), "--case", kase, "--quiet")
	require.Zero(t, first, msg)
	require.Equal(t, exitFailed, code)
	require.Contains(t, second, "another salvage is at work on this case")
}

// TestInterruptedAnywhere ends pulls at many moments, while they ask, store and read, and wants each of them to
// say how to go on, and the last one to have what an undisturbed one has.
func TestInterruptedAnywhere(t *testing.T) {
	w := newWorld(t, rental.Options{PerDay: 5, Days: 40, LostDays: 10})
	pull := func(ctx context.Context, kase string) (int, string) {
		var out, msg bytes.Buffer
		return execute(ctx, []string{"pull", "-c", w.config(t), "--case", kase, "--quiet"}, &out, &msg), msg.String()
	}
	begin := time.Now()
	whole := filepath.Join(t.TempDir(), "case")
	code, msg := pull(context.Background(), whole)
	require.Zero(t, code, msg)
	took := time.Since(begin)
	stopped := 0
	var kase string
	for i := range 20 {
		if i%2 == 0 {
			kase = filepath.Join(t.TempDir(), "case")
		}
		ctx, stop := context.WithCancel(context.Background())
		timer := time.AfterFunc(took*time.Duration(1+i)/25, stop)
		code, msg := pull(ctx, kase)
		timer.Stop()
		stop()
		if code != exitDone {
			stopped++
			require.Equal(t, exitInterrupted, code, msg)
			require.Contains(t, msg, "run the same command again to resume")
		}
	}
	require.Positive(t, stopped)
	code, msg = pull(context.Background(), kase)
	require.Zero(t, code, msg)
	require.Equal(t, statusOf(t, whole).Digest, statusOf(t, kase).Digest)
}

// TestInterrupted ends a pull that waits for a silent server, and wants it to end soon and to say how to go on.
func TestInterrupted(t *testing.T) {
	w := newWorld(t, rental.Options{PerDay: 5, Days: 40, LostDays: 10})
	kase := filepath.Join(t.TempDir(), "case")
	w.stripe.SetHang(30 * time.Second)
	w.stripe.SetChaos(fakes.Chaos{Percent: 100, Kinds: []fakes.Trouble{fakes.Hang}})
	ctx, stop := context.WithCancel(context.Background())
	var out, msg bytes.Buffer
	var at time.Time
	w.stripe.SetHook(func(*http.Request) {
		if at.IsZero() {
			at = time.Now()
			stop()
		}
	})
	code := execute(ctx, []string{"pull", "-c", w.config(t), "--case", kase}, &out, &msg)
	require.Equal(t, exitInterrupted, code, msg.String())
	require.Contains(t, msg.String(), "run the same command again to resume")
	require.Less(t, time.Since(at), 2*time.Second)
	w.stripe.SetChaos(fakes.Chaos{})
	w.stripe.SetHook(nil)
	code, _, text := salvage(t, "pull", "-c", w.config(t), "--case", kase, "--quiet")
	require.Zero(t, code, text)
}
