package sources_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"salvage/model"
	"salvage/sources"
	"salvage/sources/sourcetest"
)

// fake is a source of windows whose pages are counted numbers.
type fake struct {
	windows []sources.Window
	fail    map[string]int // stream -> the page that fails
	stuck   bool
}

func (f *fake) Name() string { return "fake" }
func (f *fake) Type() string { return "mail" }
func (f *fake) Plan(context.Context) ([]sources.Window, error) {
	if f.windows == nil {
		return nil, errors.New("the folder is gone")
	}
	return f.windows, nil
}

func (f *fake) Next(_ context.Context, w sources.Window, cursor string) (*sources.Page, error) {
	n := len(cursor)
	if fail, ok := f.fail[w.Stream]; ok && n == fail {
		return nil, errors.New("read error")
	}
	if f.stuck {
		return &sources.Page{Cursor: cursor}, nil
	}
	body := []byte(fmt.Sprint(w.Stream, n))
	ev := model.Evidence{Key: string(body), Media: "mail/rfc822", Canon: body, Raw: body, Digest: sources.Digest("mail/rfc822", body)}
	return &sources.Page{Items: []model.Evidence{ev}, Bytes: int64(len(body)), Cursor: cursor + "x", Done: n == 2}, nil
}

func TestPull(t *testing.T) {
	three := []sources.Window{{Stream: "a", Size: 6}, {Stream: "b", Hole: "no file matches"}, {Stream: "c", Size: 6}}
	tests := []struct {
		name    string
		src     *fake
		objects int
		done    int
		holes   []sources.Hole
		err     string
	}{
		{"holes do not stop the others", &fake{windows: three}, 6, 2, []sources.Hole{{Stream: "b", Why: "no file matches"}}, ""},
		{"an error is a hole, what came before it stays", &fake{windows: three, fail: map[string]int{"a": 1}}, 4, 1, []sources.Hole{{Stream: "a", Why: "read error"}, {Stream: "b", Why: "no file matches"}}, ""},
		{"no progress is an error", &fake{windows: three[:1], stuck: true}, 0, 0, []sources.Hole{{Stream: "a", Why: `no progress after cursor ""`}}, ""},
		{"a plan that fails", &fake{}, 0, 0, nil, "source fake: plan: the folder is gone"},
		{"nothing to do", &fake{windows: []sources.Window{}}, 0, 0, nil, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			st := sourcetest.NewStore()
			var last sources.Progress
			rep, err := sources.Pull(context.Background(), tt.src, st, func(p sources.Progress) { last = p })
			if tt.err != "" {
				require.EqualError(t, err, tt.err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, tt.objects, rep.Objects)
			require.Equal(t, tt.objects, st.Seen)
			require.Equal(t, tt.done, rep.WindowsDone)
			require.Equal(t, tt.holes, rep.Holes)
			require.Equal(t, len(tt.holes) == 0, rep.Complete())
			require.LessOrEqual(t, last.Passed, last.Size)
		})
	}
}

func TestStoreErrorEndsThePull(t *testing.T) {
	st := sourcetest.NewStore()
	st.FailAt(2)
	_, err := sources.Pull(context.Background(), &fake{windows: []sources.Window{{Stream: "a"}}}, st, nil)
	require.ErrorContains(t, err, "source fake: a: keep: the disk is full")
	rep, err := sources.Pull(context.Background(), &fake{windows: []sources.Window{{Stream: "a"}}}, st, nil)
	require.NoError(t, err)
	require.Equal(t, 2, rep.Objects)
	require.Len(t, st.Evidence, 3)
}

func TestBrokenEvidence(t *testing.T) {
	b := sources.Broken{Code: sources.BrokenCut, Raw: []byte(`{"id"`), Found: "a.json@5"}
	ev := b.Evidence()
	require.Equal(t, "broken/json-truncated", ev.Media)
	require.True(t, strings.HasPrefix(ev.Key, "broken:sha256-"))
	require.Equal(t, ev.Digest, sources.Digest(ev.Media, ev.Canon))
	require.NotEmpty(t, sources.BrokenText("anything"))
}
