package casefile

import (
	"bytes"
	"context"
	"crypto/sha256"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"salvage/model"
)

func TestLongObjects(t *testing.T) {
	ctx := context.Background()
	for name, size := range map[string]int{"a piece and a bit": pieceSize + 17, "exactly two pieces": 2 * pieceSize, "less than one": 1000} {
		t.Run(name, func(t *testing.T) {
			c := openCase(t, t.TempDir())
			text := make([]byte, size)
			r := rand.New(rand.NewPCG(1, 2))
			for i := range text {
				text[i] = byte(r.IntN(256))
			}
			ev := model.Evidence{Key: "mail:x", Media: "mail/rfc822", Digest: sha256.Sum256(text), Canon: text[:100], Raw: text[:100],
				Long: &model.Long{Size: int64(size), Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(text)), nil }}}
			for range 2 {
				_, err := c.Append(ctx, Window{"office", "INBOX", "m"}, Batch{Items: []model.Evidence{ev}, Done: true})
				require.NoError(t, err)
			}
			got, err := c.Find("mail:x")
			require.NoError(t, err)
			require.Len(t, got, 1)
			require.Equal(t, text[:min(size, pieceSize)], got[0].Canon)
			rc, err := got[0].Long.Open()
			require.NoError(t, err)
			whole, err := io.ReadAll(rc)
			require.NoError(t, err)
			require.True(t, bytes.Equal(text, whole))
		})
	}
}

func TestCoverageIsTheNewest(t *testing.T) {
	ctx := context.Background()
	c := openCase(t, t.TempDir())
	_, known, err := c.Coverage("office")
	require.NoError(t, err)
	require.False(t, known)
	for _, state := range []string{"hole", "complete"} {
		require.NoError(t, c.SaveCoverage(ctx, "office", []model.Coverage{{Source: "office", Stream: "INBOX", State: state}}))
	}
	list, known, err := c.Coverage("office")
	require.NoError(t, err)
	require.True(t, known)
	require.Equal(t, "complete", list[0].State)
}
