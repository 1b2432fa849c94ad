package mail

import (
	"bytes"
	"io"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestCanonicalWriter holds the writer for long messages against the form of those held in memory.
func TestCanonicalWriter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		raw := []byte(rapid.StringOf(rapid.SampledFrom([]rune("ab:\r\n\ufeff >F"))).Draw(t, "raw"))
		var to bytes.Buffer
		c := NewCanonical(&to)
		for rest := raw; len(rest) > 0; {
			n := rapid.IntRange(1, len(rest)).Draw(t, "n")
			_, err := c.Write(rest[:n])
			require.NoError(t, err)
			rest = rest[n:]
		}
		ev, err := c.Evidence("x", func() (io.ReadCloser, error) { return io.NopCloser(&to), nil })
		require.NoError(t, err)
		want := Message(raw, "x")
		require.Equal(t, string(want.Canon), to.String())
		require.Equal(t, want.Digest, ev.Digest)
		require.Equal(t, want.Key, ev.Key)
		require.Equal(t, int64(len(want.Canon)), ev.Long.Size)
	})
}

func TestMessageKeepsWhatIsNotLineEnds(t *testing.T) {
	ev := Message([]byte("A: b\r\n\r\nx\r\n"), "f")
	require.Equal(t, "A: b\n\nx\n", string(ev.Raw))
	ev = Message([]byte("A: b\r\n\r\nx\ny\r\n"), "f")
	require.Equal(t, "A: b\r\n\r\nx\ny\r\n", string(ev.Raw), "a bare LF is not of the protocol: kept as found")
}
