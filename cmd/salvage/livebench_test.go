package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"salvage/fixtures/fakes"
	"salvage/fixtures/rental"
	"salvage/model/casefile"
	"salvage/sources"
	maillive "salvage/sources/mail/live"
	stripelive "salvage/sources/stripe/live"
)

// size is how large a benchmark is: BENCH_SIZE, else a tenth of what the figures are stated for.
func size(full int) int {
	if n, err := strconv.Atoi(os.Getenv("BENCH_SIZE")); err == nil {
		return n
	}
	return full / 10
}

// BenchmarkPullMail pulls a mailbox into a case beside mbsync pulling it into a Maildir, in the same run.
func BenchmarkPullMail(b *testing.B) {
	n := size(50_000)
	d, err := fakes.StartDovecot()
	require.NoError(b, err)
	defer d.Close()
	r := rand.New(rand.NewPCG(1, 2))
	words := strings.Fields("your car is ready at the counter please bring licence and card total deposit thank you booking changed pick up return")
	for i := range n {
		var text strings.Builder
		fmt.Fprintf(&text, "Message-ID: <b%d@x.test>\nFrom: a@b.test\nSubject: Booking R-%d\n", i, i)
		if i%100 != 99 { // one in a hundred has no end of its header
			text.WriteString("\n")
		}
		for text.Len() < 4000 {
			fmt.Fprintf(&text, "%s %s %s %d\n", words[r.IntN(len(words))], words[r.IntN(len(words))], words[r.IntN(len(words))], r.IntN(1e6))
		}
		at := time.Now().AddDate(0, 0, -i%90)
		require.NoError(b, d.Put("", fmt.Sprintf("%d.M%d.b", at.Unix(), i), at, []byte(text.String()), true))
	}
	require.NoError(b, d.Own())
	conf := filepath.Join(b.TempDir(), "mbsyncrc")
	config := func(to string) {
		text := fmt.Sprintf("FSync no\nIMAPAccount a\nHost 127.0.0.1\nPort %s\nUser %s\nPassCmd \"printf %%s '%s'\"\nSSLType None\nAuthMechs LOGIN\n\nIMAPStore far\nAccount a\n\nMaildirStore near\nPath %s/\nInbox %s/INBOX\nSubFolders Verbatim\n\nChannel c\nFar :far:\nNear :near:\nPatterns INBOX\nSync Pull\nCreate Near\nExpunge None\nSyncState *\n",
			strings.TrimPrefix(d.Addr, "127.0.0.1:"), fakes.MailUser, strings.ReplaceAll(strings.ReplaceAll(fakes.MailPassword, `\`, `\\`), `"`, `\"`), to, to)
		require.NoError(b, os.WriteFile(conf, []byte(text), 0o600))
	}
	mbsync := func(b *testing.B) {
		for range b.N {
			to := b.TempDir()
			config(to)
			out, err := exec.Command("mbsync", "-c", conf, "-q", "c").CombinedOutput()
			list, _ := filepath.Glob(filepath.Join(to, "INBOX", "*", "*"))
			require.NotEmpty(b, list, "%v %s", err, out)
			b.ReportMetric(float64(len(list)), "messages")
		}
		b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "msg/s")
	}
	ours := func(b *testing.B) {
		for range b.N {
			src, err := maillive.New(maillive.Options{Name: "office", Addr: d.Addr, TLS: "none", User: fakes.MailUser, Password: fakes.MailPassword, Since: time.Now().AddDate(-1, 0, 0)})
			require.NoError(b, err)
			kase, err := casefile.Open(b.TempDir())
			require.NoError(b, err)
			rep, err := sources.Pull(context.Background(), src, shelf{context.Background(), kase}, nil)
			require.NoError(b, err)
			require.True(b, rep.Complete())
			require.NoError(b, kase.Close())
			src.Close()
			b.ReportMetric(float64(rep.Objects), "messages")
		}
		b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "msg/s")
	}
	var peer time.Duration
	b.Run("warm", mbsync)
	b.Run("mbsync", func(b *testing.B) {
		mbsync(b)
		peer = b.Elapsed() / time.Duration(b.N)
	})
	b.Run("salvage", func(b *testing.B) {
		ours(b)
		b.ReportMetric(peer.Seconds()*float64(b.N)/b.Elapsed().Seconds(), "×mbsync")
	})
}

// BenchmarkPullStripe pulls objects into a case beside a bare loop over the same pages, from a server that
// takes as long for a page as a distant one.
func BenchmarkPullStripe(b *testing.B) {
	n := size(100_000)
	s := fakes.NewStripe()
	defer s.Close()
	dir := b.TempDir()
	f, err := os.Create(filepath.Join(dir, "charges.json"))
	require.NoError(b, err)
	now := time.Now().Unix()
	for i := range n {
		fmt.Fprintf(f, `{"id":"ch_%07d","object":"charge","created":%d,"amount":%d,"currency":"usd","description":"Rental R-%d","metadata":{"reservation":"R-%d"},"filler":%q}`+"\n", i, now-int64(i)*60, i, i, i, strings.Repeat("abc def ", 300))
	}
	require.NoError(b, f.Close())
	_, err = s.Load(dir)
	require.NoError(b, err)
	s.SetPause(100 * time.Millisecond)
	since := time.Unix(now-int64(n)*60, 0)
	pull := func(b *testing.B) int {
		before := len(s.Log())
		src, err := stripelive.New(stripelive.Options{Name: "stripe", Key: fakes.StripeKey, Base: s.URL, Since: since})
		require.NoError(b, err)
		kase, err := casefile.Open(b.TempDir())
		require.NoError(b, err)
		rep, err := sources.Pull(context.Background(), src, shelf{context.Background(), kase}, nil)
		require.NoError(b, err)
		require.True(b, rep.Complete())
		require.GreaterOrEqual(b, rep.Objects, n)
		require.NoError(b, kase.Close())
		return before
	}
	var asked []string
	var took time.Duration
	b.Run("salvage", func(b *testing.B) {
		for range b.N {
			before := pull(b)
			asked = s.Log()[before:]
		}
		took = b.Elapsed() / time.Duration(b.N)
		b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "objects/s")
	})
	b.Run("bare", func(b *testing.B) {
		for range b.N {
			for _, l := range asked {
				req, _ := http.NewRequest("GET", s.URL+strings.TrimPrefix(l, "GET "), nil)
				req.Header.Set("Authorization", "Bearer "+fakes.StripeKey)
				resp, err := http.DefaultClient.Do(req)
				require.NoError(b, err)
				io.Copy(io.Discard, resp.Body) //nolint:errcheck // a bare loop
				resp.Body.Close()
			}
		}
		b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "objects/s")
		b.ReportMetric(took.Seconds()*float64(b.N)/b.Elapsed().Seconds(), "×bare-for-salvage")
	})
}

// BenchmarkPullMemory pulls one message of 200 MB with the program itself and tells its largest memory.
func BenchmarkPullMemory(b *testing.B) {
	dir := b.TempDir()
	program := filepath.Join(dir, "salvage")
	out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput()
	require.NoError(b, err, string(out))
	d, err := fakes.StartDovecot()
	require.NoError(b, err)
	defer d.Close()
	var text strings.Builder
	text.WriteString("Message-ID: <large@x.test>\nSubject: large\nContent-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/plain\n\nBooking R-1\n--x\nContent-Type: application/zip\nContent-Transfer-Encoding: base64\n\n")
	r := rand.New(rand.NewPCG(1, 2))
	var block strings.Builder
	for block.Len() < 4<<20 {
		for range 76 {
			block.WriteByte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"[r.IntN(64)])
		}
		block.WriteByte('\n')
	}
	for text.Len() < 200<<20 {
		text.WriteString(block.String())
	}
	text.WriteString("--x--\n")
	require.NoError(b, d.Put("", "1.M1.large", time.Now(), []byte(text.String()), false))
	for i := range 2000 {
		require.NoError(b, d.Put("", fmt.Sprintf("1.M%d.small", i), time.Now(), fmt.Appendf(nil, "Message-ID: <s%d@x.test>\nSubject: small\n\n%s\n", i, strings.Repeat("hello there\n", 2000)), false))
	}
	require.NoError(b, d.Own())
	company := filepath.Join(dir, "company")
	require.NoError(b, rental.Generate(rental.Options{PerDay: 5, Days: 40, LostDays: 10}).Write(company))
	yaml, err := os.ReadFile(filepath.Join(company, "salvage.yaml"))
	require.NoError(b, err)
	head, rest, _ := strings.Cut(string(yaml), "sources:\n")
	_, rest, _ = strings.Cut(rest, "mapping:")
	conf := filepath.Join(company, "large.yaml")
	require.NoError(b, os.WriteFile(conf, fmt.Appendf(nil, "%ssources:\n  - {name: office, type: mail, imap: %q, tls: none, user_env: U, password_env: P, since: 2026-01-01}\nmapping:%s", head, d.Addr, rest), 0o600))
	for i := range b.N {
		cmd := exec.Command(program, "pull", "-c", conf, "--case", filepath.Join(dir, fmt.Sprint("case", i)), "--quiet")
		cmd.Env = append(os.Environ(), "U="+fakes.MailUser, "P="+fakes.MailPassword)
		var said bytes.Buffer
		cmd.Stdout, cmd.Stderr = &said, &said
		require.NoError(b, cmd.Start())
		done := make(chan error, 1)
		go func() { done <- cmd.Wait() }()
		most := 0
		for running := true; running; {
			select {
			case err := <-done:
				require.NoError(b, err, said.String())
				running = false
			case <-time.After(20 * time.Millisecond):
				most = max(most, highWater(cmd.Process.Pid))
			}
		}
		b.ReportMetric(float64(most)/1024, "MB-rss")
	}
}

// highWater is the largest resident memory of a process so far, in KiB. QUIRK: ru_maxrss of a child begins
// with its parent's, so it tells nothing here.
func highWater(pid int) int {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(text), "VmHWM:")
	n := 0
	fmt.Sscan(rest, &n) //nolint:errcheck // 0 when there is none
	return n
}
