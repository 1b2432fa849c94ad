package sourcetest

// This file: the suite.

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"salvage/model"
	"salvage/sources"
	"salvage/sources/reader"
)

// Harness is what a source brings to the suite.
type Harness struct {
	Files map[string][]byte // path below the folder -> content
	Moved map[string]string // path -> another path under which the same content must give the same evidence
	// New makes the source over a folder, with pages of two objects or so.
	New    func(dir, name string) (sources.Source, error)
	Items  int // objects, whatever is broken not counted; one that lies in two files counts twice
	Broken int
	Same   int // how many of Items are repetitions of others
}

// Run holds a source against everything the suite asks.
func Run(t *testing.T, h Harness) {
	t.Helper()
	t.Run("counts add up", h.counts)
	t.Run("stopping after any page loses and repeats nothing", h.resume)
	t.Run("a repeated pull adds nothing", h.repeat)
	t.Run("names do not matter", h.names)
	t.Run("a cancelled pull stops cleanly", h.cancel)
	t.Run("readings are pure", h.readings)
}

func (h Harness) write(t *testing.T, moved bool) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range slices.Sorted(maps.Keys(h.Files)) {
		to := name
		if moved && h.Moved[name] != "" {
			to = h.Moved[name]
		}
		p := filepath.Join(dir, to)
		if err := os.MkdirAll(filepath.Dir(p), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, h.Files[name], 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func (h Harness) source(t *testing.T, dir, name string) sources.Source {
	t.Helper()
	src, err := h.New(dir, name)
	if err != nil {
		t.Fatal(err)
	}
	return src
}

func (h Harness) pull(t *testing.T, dir string, st *Store) sources.Report {
	t.Helper()
	rep, err := sources.Pull(context.Background(), h.source(t, dir, "suite"), st, nil)
	if err != nil {
		t.Fatal(err)
	}
	return rep
}

func (h Harness) counts(t *testing.T) {
	st := NewStore()
	rep := h.pull(t, h.write(t, false), st)
	if rep.Items != h.Items || rep.Broken != h.Broken || rep.Objects != h.Items+h.Broken || !rep.Complete() {
		t.Errorf("report %+v, want %d items and %d broken", rep, h.Items, h.Broken)
	}
	if st.Seen != rep.Objects || len(st.Evidence) != rep.Objects-h.Same {
		t.Errorf("store has %d of %d seen, want %d of %d", len(st.Evidence), st.Seen, rep.Objects-h.Same, rep.Objects)
	}
	for _, ev := range st.Evidence {
		if ev.Digest != sources.Digest(ev.Media, ev.Canon) || ev.Key == "" || ev.Found == "" || ev.Raw == nil {
			t.Errorf("evidence %q is not whole: %+v", ev.Key, ev)
		}
	}
}

func (h Harness) resume(t *testing.T) {
	dir := h.write(t, false)
	whole := NewStore()
	h.pull(t, dir, whole)
	for n := 1; n <= whole.Pages; n++ {
		st := NewStore()
		st.FailAt(n)
		if _, err := sources.Pull(context.Background(), h.source(t, dir, "suite"), st, nil); err == nil {
			t.Fatalf("page %d: the store's failure was lost", n)
		}
		h.pull(t, dir, st)
		if st.Digest() != whole.Digest() || st.Seen != whole.Seen {
			t.Errorf("stopped at page %d of %d: %d seen, want %d; digests differ: %v", n, whole.Pages, st.Seen, whole.Seen, st.Digest() != whole.Digest())
		}
	}
}

func (h Harness) repeat(t *testing.T) {
	dir := h.write(t, false)
	st := NewStore()
	h.pull(t, dir, st)
	before := st.Digest()
	if rep := h.pull(t, dir, st); rep.Objects != 0 || !rep.Complete() || st.Digest() != before {
		t.Errorf("second pull: %+v", rep)
	}
	// The same files as another source: every object is known.
	n := len(st.Evidence)
	if _, err := sources.Pull(context.Background(), h.source(t, dir, "other"), st, nil); err != nil || len(st.Evidence) != n {
		t.Errorf("as another source: %d new, %v", len(st.Evidence)-n, err)
	}
}

func (h Harness) names(t *testing.T) {
	a, b := NewStore(), NewStore()
	h.pull(t, h.write(t, false), a)
	h.pull(t, h.write(t, true), b)
	if a.Digest() != b.Digest() {
		t.Error("evidence depends on the names of files")
	}
	at := map[string]model.Evidence{}
	for _, ev := range a.Evidence {
		at[ev.Key+string(ev.Digest[:])] = ev
	}
	for _, ev := range b.Evidence {
		if x := at[ev.Key+string(ev.Digest[:])]; x.At != ev.At || x.Group != ev.Group {
			t.Errorf("%s: time or group depends on the names of files", ev.Key)
		}
	}
}

func (h Harness) cancel(t *testing.T) {
	dir := h.write(t, false)
	whole := NewStore()
	h.pull(t, dir, whole)
	st := NewStore()
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	_, err := sources.Pull(ctx, h.source(t, dir, "suite"), st, func(sources.Progress) { stop() })
	if whole.Pages > 1 && !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v, want context.Canceled", err)
	}
	h.pull(t, dir, st)
	if st.Digest() != whole.Digest() || st.Seen != whole.Seen {
		t.Error("a cancelled pull lost or repeated evidence")
	}
}

func (h Harness) readings(t *testing.T) {
	st := NewStore()
	h.pull(t, h.write(t, false), st)
	for i := range st.Evidence {
		ev := &st.Evidence[i]
		before := sources.Digest(ev.Media, ev.Canon)
		a, b := reader.Read(ev, reader.Options{}), reader.Read(ev, reader.Options{})
		if !reflect.DeepEqual(a, b) || before != sources.Digest(ev.Media, ev.Canon) {
			t.Errorf("%s: two readings differ", ev.Key)
		}
		switch a.Outcome {
		case model.Read:
		case model.Defects, model.Unreadable:
			if len(a.Defects) == 0 {
				t.Errorf("%s: %s without a reason", ev.Key, a.Outcome)
			}
		default:
			t.Errorf("%s: outcome %q", ev.Key, a.Outcome)
		}
		if a.Key != ev.Key || a.Reader != reader.Version(ev.Media) || a.At != ev.At && a.At != 0 {
			t.Errorf("%s: reading is not of this evidence: %+v", ev.Key, a)
		}
	}
}
