package live_test

// This file: mailboxes and messages that are large, and that nothing is asked for twice.

import (
	"context"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"salvage/fixtures/fakes"
	"salvage/sources"
	"salvage/sources/sourcetest"
)

// asked gives the sets of UIDs of the FETCHes in a log: those of bodies, and those of sizes.
func asked(log []string) (bodies, sizes []string) {
	for _, l := range log {
		words := strings.Fields(l)
		if len(words) < 4 || words[0] != "UID" || words[1] != "FETCH" {
			continue
		}
		if strings.Contains(l, "BODY.PEEK[]") {
			bodies = append(bodies, words[2])
		} else {
			sizes = append(sizes, words[2])
		}
	}
	return bodies, sizes
}

// count counts a set of UIDs.
func count(t *testing.T, set string) (n int) {
	t.Helper()
	for part := range strings.SplitSeq(set, ",") {
		a, b, ranged := strings.Cut(part, ":")
		from, err := strconv.Atoi(a)
		require.NoError(t, err)
		to := from
		if ranged {
			to, err = strconv.Atoi(b)
			require.NoError(t, err)
		}
		n += to - from + 1
	}
	return n
}

// TestMillionMessages reads the first pages of a mailbox that has a million messages in one month: they come
// in batches, their sizes are asked for batch by batch too, and memory does not grow with the mailbox.
func TestMillionMessages(t *testing.T) {
	s, o := scripted(t, 0)
	s.SetTrouble(fakes.IMAPTrouble{Crowd: 1_000_000})
	o.Batch = 0
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	st := sourcetest.NewStore()
	var heap uint64
	_, err := sources.Pull(ctx, source(t, o), st, func(p sources.Progress) {
		if p.Objects >= 5000 {
			var m runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&m)
			heap = m.HeapAlloc
			stop()
		}
	})
	require.ErrorIs(t, err, context.Canceled)
	require.Less(t, heap>>20, uint64(100), "MB")
	bodies, sizes := asked(s.Log())
	require.GreaterOrEqual(t, len(bodies), 25)
	for _, set := range bodies {
		require.LessOrEqual(t, count(t, set), 200, set)
	}
	require.GreaterOrEqual(t, len(sizes), 3)
	for _, set := range sizes {
		require.LessOrEqual(t, count(t, set), 2000, set)
	}
}

// TestMonthsAreAskedFor wants each question for messages bounded by a month, but the last one, which has no end.
func TestMonthsAreAskedFor(t *testing.T) {
	s, o := scripted(t, 30)
	_, rep := pull(t, source(t, o))
	require.True(t, rep.Complete(), sourcetest.First(rep))
	month := regexp.MustCompile(`^UID SEARCH .*SINCE "?\d+-\w+-\d+"?`)
	end := regexp.MustCompile(`BEFORE "?\d+-\w+-\d+"?`)
	months, open := 0, 0
	for _, l := range s.Log() {
		if !strings.HasPrefix(l, "UID SEARCH") || strings.Contains(l, "SEARCH UID") {
			continue
		}
		require.Regexp(t, month, l)
		if months++; !end.MatchString(l) {
			open++
		}
	}
	require.Equal(t, 3, months)
	require.Equal(t, 1, open)
}

// TestBatchesGoBySize wants no more in one FETCH than the bound of bytes allows, and a long message alone.
func TestBatchesGoBySize(t *testing.T) {
	for _, tt := range []struct {
		name  string
		claim int
		most  int
	}{{"three in eight", 2600 << 10, 3}, {"each too long", 50 << 20, 1}} {
		t.Run(tt.name, func(t *testing.T) {
			s, o := scripted(t, 30)
			s.SetTrouble(fakes.IMAPTrouble{Claim: tt.claim})
			o.Batch = 0
			_, rep := pull(t, source(t, o))
			require.True(t, rep.Complete(), sourcetest.First(rep))
			bodies, _ := asked(s.Log())
			n := 0
			for _, set := range bodies {
				require.LessOrEqual(t, count(t, set), tt.most, set)
				n += count(t, set)
			}
			require.Equal(t, 30, n, "each once")
		})
	}
}

// TestOnlyWhatIsMissing breaks the connection after three of eight: only the other five are asked for again,
// on one new connection.
func TestOnlyWhatIsMissing(t *testing.T) {
	for name, trouble := range map[string]fakes.IMAPTrouble{"BYE": {ByeAfter: 3}, "cut in a literal": {CutAfter: 3}} {
		t.Run(name, func(t *testing.T) {
			s, o := scripted(t, 16)
			s.SetTrouble(trouble)
			_, rep := pull(t, source(t, o))
			require.True(t, rep.Complete(), sourcetest.First(rep))
			require.Equal(t, 1, rep.Waits)
			bodies, _ := asked(s.Log())
			require.Equal(t, []string{"1:8", "4:8", "9:16"}, bodies)
			logins := 0
			for _, l := range s.Log() {
				if l == "LOGIN" || l == "AUTHENTICATE" {
					logins++
				}
			}
			require.Equal(t, 2, logins)
		})
	}
}
