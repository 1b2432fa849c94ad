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
	New func(dir, name string) (sources.Source, error)
	// World stands in the place of Files and New for a source that asks a service: it makes the service, and
	// what it gives makes sources that ask it. moved is a service that gives the same evidence in another way.
	World  func(t *testing.T, moved bool) func(name string) (sources.Source, error)
	Items  int // objects, whatever is broken not counted; one that lies in two files counts twice
	Broken int
	Same   int // how many of Items are repetitions of others
}

// opener makes the world and gives what makes sources over it.
func (h Harness) opener(t *testing.T, moved bool) func(name string) sources.Source {
	t.Helper()
	var open func(name string) (sources.Source, error)
	if h.World != nil {
		open = h.World(t, moved)
	} else {
		dir := h.write(t, moved)
		open = func(name string) (sources.Source, error) { return h.New(dir, name) }
	}
	return func(name string) sources.Source {
		src, err := open(name)
		if err != nil {
			t.Fatal(err)
		}
		return src
	}
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

func pull(t *testing.T, src sources.Source, st *Store) sources.Report {
	t.Helper()
	rep, err := sources.Pull(context.Background(), src, st, nil)
	if err != nil {
		t.Fatal(err)
	}
	return rep
}

func (h Harness) counts(t *testing.T) {
	st := NewStore()
	rep := pull(t, h.opener(t, false)("suite"), st)
	if rep.Items != h.Items || rep.Broken != h.Broken || rep.Objects != h.Items+h.Broken || !rep.Complete() {
		t.Errorf("report: %d items, %d broken, %d objects, %d holes; want %d items and %d broken", rep.Items, rep.Broken, rep.Objects, len(rep.Holes), h.Items, h.Broken)
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
	open := h.opener(t, false)
	whole := NewStore()
	pull(t, open("suite"), whole)
	for n := 1; n <= whole.Pages; n++ {
		st := NewStore()
		st.FailAt(n)
		if _, err := sources.Pull(context.Background(), open("suite"), st, nil); err == nil {
			t.Fatalf("page %d: the store's failure was lost", n)
		}
		pull(t, open("suite"), st)
		if st.Digest() != whole.Digest() || !h.enough(st, whole) {
			t.Errorf("stopped at page %d of %d: %d seen, want %d; digests differ: %v", n, whole.Pages, st.Seen, whole.Seen, st.Digest() != whole.Digest())
		}
	}
}

// enough says whether a store has seen as much as the other one, and no more: a service may be asked again
// for what came last, files are not.
func (h Harness) enough(st, whole *Store) bool {
	return st.Seen == whole.Seen || h.World != nil && len(st.Evidence) == len(whole.Evidence)
}

func (h Harness) repeat(t *testing.T) {
	open := h.opener(t, false)
	st := NewStore()
	pull(t, open("suite"), st)
	before := st.Digest()
	if rep := pull(t, open("suite"), st); rep.Objects != 0 && h.World == nil || !rep.Complete() || st.Digest() != before {
		t.Errorf("second pull: %d objects, %d holes, digests differ: %v", rep.Objects, len(rep.Holes), st.Digest() != before)
	}
	// The same files as another source: every object is known.
	n := len(st.Evidence)
	if _, err := sources.Pull(context.Background(), open("other"), st, nil); err != nil || len(st.Evidence) != n {
		t.Errorf("as another source: %d new, %v", len(st.Evidence)-n, err)
	}
}

func (h Harness) names(t *testing.T) {
	a, b := NewStore(), NewStore()
	pull(t, h.opener(t, false)("suite"), a)
	pull(t, h.opener(t, true)("suite"), b)
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
	open := h.opener(t, false)
	whole := NewStore()
	pull(t, open("suite"), whole)
	st := NewStore()
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	_, err := sources.Pull(ctx, open("suite"), st, func(sources.Progress) { stop() })
	if whole.Pages > 1 && !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v, want context.Canceled", err)
	}
	pull(t, open("suite"), st)
	if st.Digest() != whole.Digest() || !h.enough(st, whole) {
		t.Error("a cancelled pull lost or repeated evidence")
	}
}

func (h Harness) readings(t *testing.T) {
	st := NewStore()
	pull(t, h.opener(t, false)("suite"), st)
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
