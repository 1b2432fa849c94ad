package reader

// This file: how fast a large mailbox is read, beside Python's email parser on the same file:
// go test ./sources/reader -run '^$' -bench FiftyThousand -benchtime 1x

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"salvage/fixtures/unseen"
	"salvage/model"
	"salvage/sources/files"
)

// benchMessages is the size of the mailbox; its messages are 5 kB on average.
const benchMessages = 50_000

// readsFolder tells the test binary to read a folder's mailbox and to say what became of it: a process of its
// own, so that its processor time and memory are its alone.
const readsFolder = "SALVAGE_READS_FOLDER"

func TestMain(m *testing.M) {
	if dir := os.Getenv(readsFolder); dir != "" {
		if err := readFolder(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// readFolder reads all.mbox in a folder page by page, as pull and read do, and prints the account.
func readFolder(dir string) error {
	src, err := files.New("bench", "mail", dir, []string{"all.mbox"})
	if err != nil {
		return err
	}
	ws, err := src.Plan(context.Background())
	if err != nil {
		return err
	}
	counts := map[model.Outcome]int{}
	claims, segments := 0, 0
	for _, w := range ws {
		for cursor, done := "", false; !done; {
			p, err := src.Next(context.Background(), w, cursor)
			if err != nil {
				return err
			}
			cursor, done = p.Cursor, p.Done
			evs := p.All()
			out := make([]*model.Reading, len(evs))
			var g errgroup.Group
			for k := range 2 {
				g.Go(func() error {
					for i := k; i < len(evs); i += 2 {
						out[i] = Read(&evs[i], Options{Senders: []string{"@shop.test"}})
					}
					return nil
				})
			}
			_ = g.Wait()
			for _, r := range out {
				counts[r.Outcome]++
				claims += len(r.Claims)
				segments += len(r.Segments)
			}
		}
	}
	fmt.Println(counts[model.Read], counts[model.Defects], counts[model.Unreadable], claims, segments)
	return nil
}

// pythonReads parses the same mailbox with the standard library of Python, every part decoded.
const pythonReads = `
import email, sys
from email import policy
n = parts = size = 0
def done(lines):
    global n, parts, size
    m = email.message_from_bytes(b"".join(lines), policy=policy.compat32)
    n += 1
    for p in m.walk():
        if not p.is_multipart():
            size += len(p.get_payload(decode=True) or b"")
            parts += 1
lines = None
with open(sys.argv[1], "rb") as f:
    for l in f:
        if l.startswith(b"From ") :
            if lines is not None: done(lines)
            lines = []
        elif lines is not None:
            lines.append(l)
done(lines)
print(n, parts, size)
`

func BenchmarkFiftyThousand(b *testing.B) {
	dir := b.TempDir()
	bytes := writeMailbox(b, filepath.Join(dir, "all.mbox"), benchMessages)
	for range b.N {
		self, err := os.Executable()
		require.NoError(b, err)
		cmd := exec.Command(self)
		cmd.Env = append(os.Environ(), readsFolder+"="+dir)
		ours, out := cost(b, cmd)
		var read, defects, unreadable, claims, segments int
		_, err = fmt.Sscan(out, &read, &defects, &unreadable, &claims, &segments)
		require.NoError(b, err)
		require.Equal(b, benchMessages, read+defects+unreadable, "every message is accounted for")
		python, out := cost(b, exec.Command("python3", "-c", pythonReads, filepath.Join(dir, "all.mbox")))
		require.True(b, strings.HasPrefix(out, strconv.Itoa(benchMessages)+" "), out)
		b.ReportMetric(ours.seconds, "cpu-s")
		b.ReportMetric(ours.megabytes, "MB-rss")
		b.ReportMetric(python.seconds, "python-cpu-s")
		b.ReportMetric(python.seconds/ours.seconds, "x-python")
		b.Logf("%d messages, %.0f MB: read %d, with defects %d, unreadable %d; %d segments, %d claims; %.1f CPU-s, %.0f MB; Python %.1f CPU-s, %.0f MB",
			benchMessages, float64(bytes)/1e6, read, defects, unreadable, segments, claims, ours.seconds, ours.megabytes, python.seconds, python.megabytes)
	}
}

// bill is what a process used.
type bill struct{ seconds, megabytes float64 }

func cost(b *testing.B, cmd *exec.Cmd) (bill, string) {
	b.Helper()
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	require.NoError(b, err)
	use, _ := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	return bill{(cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds(), float64(use.Maxrss) / 1024}, string(out)
}

// writeMailbox writes messages of many companies nobody has seen, each dressed as servers and programs dress
// it: trace fields, style sheets, attachments; one in forty is cut short.
func writeMailbox(tb testing.TB, name string, n int) int64 {
	tb.Helper()
	var base [][]byte
	for seed := uint64(1); seed <= 26; seed++ {
		for _, ev := range unseen.Generate(unseen.Options{Seed: seed}).Evidence {
			if ev.Media == "mail/rfc822" {
				base = append(base, ev.Canon)
			}
		}
	}
	f, err := os.Create(name)
	require.NoError(tb, err)
	w := bufio.NewWriterSize(f, 1<<20)
	d := rand.New(rand.NewPCG(1, 2))
	var total int64
	for i := range n {
		msg := dress(d, base[i%len(base)], i)
		k, err := fmt.Fprintf(w, "From desk@shop.test Tue Jun 21 00:00:55 2022\n%s\n", msg)
		require.NoError(tb, err)
		total += int64(k)
	}
	require.NoError(tb, w.Flush())
	require.NoError(tb, f.Close())
	return total
}

func dress(d *rand.Rand, msg []byte, i int) []byte {
	var b bytes.Buffer
	for hop := range 3 {
		fmt.Fprintf(&b, "Received: from relay%d.example (relay%d.example [192.0.2.%d])\n\tby mx%d.shop.test with ESMTPS id %016x\n\tfor <a@b.test>; Tue, 21 Jun 2022 00:00:5%d +0000\n", hop, d.IntN(99), d.IntN(255), hop, d.Uint64(), hop)
	}
	fmt.Fprintf(&b, "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=shop.test; s=k1;\n\th=from:to:subject:date; bh=%s;\n\tb=%s\n", noise(d, 32), noise(d, 256))
	msg = bytes.Replace(msg, []byte("Message-ID: <"), fmt.Appendf(nil, "Message-ID: <%d.", i), 1)
	msg = bytes.Replace(msg, []byte("<style>"), []byte("<style>"+strings.Repeat(".c"+strconv.Itoa(i%9)+"{font:12px/1.5 sans-serif;color:#333}", d.IntN(70))), 1)
	if i%40 == 39 {
		msg = msg[:len(msg)*3/4] // cut short
	}
	if i%6 == 5 {
		head, rest, _ := bytes.Cut(msg, []byte("Content-Type:"))
		b.Write(head)
		b.WriteString("Content-Type: multipart/mixed; boundary=\"out--er\"\n\n--out--er\nContent-Type:")
		b.Write(rest)
		b.WriteString("\n--out--er\nContent-Type: application/pdf; name=\"terms.pdf\"\nContent-Disposition: attachment\nContent-Transfer-Encoding: base64\n\n" + noise(d, 3000+d.IntN(6000)) + "\n--out--er--\n")
		return b.Bytes()
	}
	b.Write(msg)
	return b.Bytes()
}

// noise is n random bytes in base64, in lines.
func noise(d *rand.Rand, n int) string {
	raw := make([]byte, n)
	for i := range raw {
		raw[i] = byte(d.Uint32())
	}
	s := base64.StdEncoding.EncodeToString(raw)
	var b strings.Builder
	for len(s) > 76 {
		b.WriteString(s[:76] + "\n\t")
		s = s[76:]
	}
	return b.String() + s
}

// The account adds up on a small mailbox as well, with damaged messages in it.
func TestEveryMessageIsAccountedFor(t *testing.T) {
	dir := t.TempDir()
	writeMailbox(t, filepath.Join(dir, "all.mbox"), 500)
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), readsFolder+"="+dir)
	out, err := cmd.Output()
	require.NoError(t, err)
	var read, defects, unreadable, claims, segments int
	_, err = fmt.Sscan(string(out), &read, &defects, &unreadable, &claims, &segments)
	require.NoError(t, err)
	require.Equal(t, 500, read+defects+unreadable)
	require.Positive(t, defects)
	require.Greater(t, segments, 500*5)
}
