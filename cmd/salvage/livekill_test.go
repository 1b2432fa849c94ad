package main

import (
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"salvage/fixtures/fakes"
	"salvage/fixtures/rental"
)

// TestKilledPullsResume kills pulls from misbehaving servers at random moments, resumes them, and wants the
// evidence of an undisturbed one, servers that were only asked, and mailboxes as they were. It is the short
// form; LIVE_KILLS=50 (make kill-live) is the long one.
func TestKilledPullsResume(t *testing.T) {
	kills := 6
	if n, err := strconv.Atoi(os.Getenv("LIVE_KILLS")); err == nil {
		kills = n
	}
	dir := t.TempDir()
	program := filepath.Join(dir, "salvage")
	out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput()
	require.NoError(t, err, string(out))
	w := newWorld(t, rental.Options{PerDay: 5, Days: 60, LostDays: 15})
	before, err := w.dovecot.MailHash()
	require.NoError(t, err)
	start := func(kase string) *exec.Cmd {
		cmd := exec.Command(program, "pull", "-c", w.config(t), "--case", kase, "--now", moment, "--quiet")
		cmd.Env, cmd.Stderr = os.Environ(), os.Stderr
		require.NoError(t, cmd.Start())
		return cmd
	}
	whole := filepath.Join(dir, "whole")
	begin := time.Now()
	require.NoError(t, start(whole).Wait())
	took := time.Since(begin)

	all := []fakes.Trouble{fakes.TooMany, fakes.Fail500, fakes.Reset, fakes.CutBody, fakes.ShortJSON, fakes.Again, fakes.Empty}
	w.stripe.SetChaos(fakes.Chaos{Percent: 10, Seed: 5, Kinds: all})
	w.google.SetChaos(fakes.Chaos{Percent: 10, Seed: 6, Kinds: all})
	p, err := fakes.NewProxy(w.dovecot.Addr, 10, 7)
	require.NoError(t, err)
	defer p.Close()
	w.mail = p.Addr
	random := rand.New(rand.NewPCG(3, 4))
	done, cases := 0, 0
	for done < kills {
		cases++
		kase := filepath.Join(dir, "case"+strconv.Itoa(cases))
		for {
			cmd := start(kase)
			timer := time.AfterFunc(time.Duration(random.Int64N(int64(took))), func() { cmd.Process.Kill() }) //nolint:errcheck // it may have ended
			err := cmd.Wait()
			timer.Stop()
			if err == nil {
				break
			}
			state, ok := cmd.ProcessState.Sys().(syscall.WaitStatus)
			require.True(t, ok && state.Signaled(), "it was killed, or it is done: %v", err)
			if done++; done >= kills {
				require.NoError(t, start(kase).Wait())
				break
			}
		}
		require.Equal(t, statusOf(t, whole).Digest, statusOf(t, kase).Digest, "after %d kills", done)
	}
	t.Logf("%d kills in %d cases, the same evidence in each", done, cases)
	after, err := w.dovecot.MailHash()
	require.NoError(t, err)
	require.Equal(t, before, after, "the mailboxes on disk are as they were")
	w.onlyRead(t)
	for _, c := range p.Log() {
		verb := strings.Fields(c)[0]
		require.Contains(t, []string{"CAPABILITY", "LOGIN", "AUTHENTICATE", "LIST", "EXAMINE", "UID", "LOGOUT"}, verb, c)
	}
}
