package main

// This file: the command pull, and the stages that bring evidence in and read it.

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"runtime"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"salvage/model"
	"salvage/model/casefile"
	"salvage/model/config"
	"salvage/sources"
	"salvage/sources/mail"
	"salvage/sources/reader"
)

// PullOptions are the flags of pull.
type PullOptions struct {
	RetryHoles      bool // only what left a hole in the newest pull
	UnrestrictedKey bool // a key that can do everything is accepted
}

func newPullCommand(g *globals) *cobra.Command {
	var opts PullOptions
	cmd := &cobra.Command{
		Use:   "pull",
		Short: "bring the evidence of every source into the case",
		Long: `Bring the evidence of every source into the case, byte for byte, and read it.
What is there already is not stored again; after an interruption it goes on where it stopped.
Services are only read. What could not be had is named, stream by stream and week by week, here
and under coverage in summary.json; --retry-holes asks for that alone.` + exitStatus,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error { return runPull(cmd.Context(), g, opts) },
	}
	cmd.Flags().BoolVar(&opts.RetryHoles, "retry-holes", false, "ask only for what left a hole in the newest pull")
	allowKey(cmd, &opts.UnrestrictedKey)
	return cmd
}

func runPull(ctx context.Context, g *globals, opts PullOptions) (err error) {
	j, err := g.newJob()
	if err != nil {
		return err
	}
	defer j.close(&err)
	if err := j.loadConfig(); err != nil {
		return err
	}
	if err := j.openCase("pull"); err != nil {
		return err
	}
	j.openKeys, j.onlyHoles = opts.UnrestrictedKey, opts.RetryHoles
	if err := j.needCut(ctx); err != nil {
		return err
	}
	if err := j.bringIn(ctx); err != nil {
		return err
	}
	counts, err := j.counts(ctx)
	if err != nil {
		return err
	}
	if err := errors.Join(j.writePulled(ctx, counts), j.printCounts(counts)); err != nil {
		return err
	}
	return j.complete()
}

// writePulled writes into summary.json what a pull alone changes: what there is of each source and what is
// missing. What was rebuilt stays as the newest reconciliation has it.
func (j *job) writePulled(ctx context.Context, counts []model.SourceCount) error {
	s, err := j.kase.LoadSummary(ctx)
	if err != nil {
		return err
	}
	if s == nil {
		s = &model.Summary{Wipe: stampTime(*j.cfg.Incident.Wipe), Conflicts: model.ConflictCount{BySeverity: map[model.Severity]int{}, ByCode: map[string]int{}}}
		if !j.cut.IsZero() {
			s.Cut = stampTime(j.cut)
		}
	}
	s.Now, s.Evidence, s.Coverage, s.Next = stampTime(j.now), counts, j.coverage, "salvage run"
	tidySummary(s)
	return j.writeSummary(s)
}

// bringIn pulls every source and reads what came.
func (j *job) bringIn(ctx context.Context) error {
	if slices.ContainsFunc(j.sources, func(s config.Source) bool { return len(s.Files) == 0 }) {
		defer lean()()
	}
	if err := j.stage("pull", func() error { return j.pullAll(ctx) }); err != nil {
		return err
	}
	return j.stage("read", func() error { return j.readAll(ctx) })
}

// complete is errHoles when a source could not be had whole, and errResume too when asking again may help.
func (j *job) complete() error {
	var err error
	for _, h := range j.coverage {
		if h.State == string(sources.Holed) {
			err = errHoles
		}
	}
	if j.resume {
		return errors.Join(err, errResume)
	}
	return err
}

// shelf is the case as the pull loop wants it.
type shelf struct {
	ctx  context.Context
	kase *casefile.Case
}

func window(source string, w sources.Window) casefile.Window {
	return casefile.Window{Source: source, Stream: w.Stream, Mark: w.Mark}
}

// Cursor tells how far a window was read.
func (s shelf) Cursor(source string, w sources.Window) (string, bool, error) {
	return s.kase.Cursor(window(source, w))
}

// Append keeps a page and its cursor in one transaction.
func (s shelf) Append(source string, w sources.Window, p *sources.Page) error {
	_, err := s.kase.Append(s.ctx, window(source, w), casefile.Batch{Items: p.All(), Cursor: p.Cursor, Done: p.Done})
	return err
}

// pullAll pulls the sources one after the other, in the order of the configuration.
func (j *job) pullAll(ctx context.Context) error {
	opened, err := j.openAll(ctx)
	defer func() {
		for _, src := range opened {
			closeSource(src)
		}
	}()
	if err != nil {
		return err
	}
	for i, src := range opened {
		if err := j.pullOne(ctx, j.sources[i], src); err != nil {
			return err
		}
	}
	return nil
}

// pullOne pulls one source and notes what of it is there and what not.
func (j *job) pullOne(ctx context.Context, s config.Source, src sources.Source) error {
	want, err := j.wanted(s)
	if err != nil {
		return err
	}
	unit := "bytes"
	if len(s.Files) == 0 {
		unit = "objects"
	}
	bar := j.u.progress("pull "+s.Name, unit)
	rep, err := sources.PullOnly(ctx, src, shelf{ctx, j.kase}, want, func(p sources.Progress) {
		note := path.Base(p.Stream)
		if p.Wait.For > 0 {
			note = fmt.Sprintf("%s: %s, waiting %s", note, p.Wait.Why, p.Wait.For.Round(time.Millisecond))
		}
		if unit == "objects" {
			bar.set(int64(p.Objects), 0, fmt.Sprintf("%s; %d of %d windows", note, p.WindowsDone, p.WindowsPlanned))
			return
		}
		bar.set(p.Passed, p.Size, note)
	})
	if err != nil {
		return err
	}
	what := "files"
	if len(s.Files) == 0 {
		what = "windows"
	}
	bar.end("%d new objects from %d of %d %s", rep.Objects, rep.WindowsDone, rep.WindowsPlanned, what)
	j.log.Info("pulled", "source", s.Name, "objects", rep.Objects, "bytes", rep.Bytes, "windows", rep.WindowsPlanned, "holes", len(rep.Holes), "waits", rep.Waits)
	for _, n := range rep.Notes {
		j.u.say("%s: %s", s.Name, n)
	}
	j.resume = j.resume || rep.Resumable()
	j.tellHoles(s.Name, rep.Holes)
	if len(s.Files) == 0 {
		return j.remember(ctx, s, rep)
	}
	for _, h := range rep.Holes {
		j.coverage = append(j.coverage, model.Coverage{Source: s.Name, Stream: h.Stream, State: string(sources.Holed), Why: h.Why})
	}
	return nil
}

// tellHoles tells of holes, those of one stream and reason together.
func (j *job) tellHoles(source string, holes []sources.Hole) {
	for i := 0; i < len(holes); {
		n := i
		for n < len(holes) && holes[n].Stream == holes[i].Stream && holes[n].Why == holes[i].Why {
			n++
		}
		times := ""
		if n-i > 1 {
			times = fmt.Sprintf(" (%d windows)", n-i)
		}
		j.u.say("%s: hole: %s%s: %s", source, holes[i].Stream, times, holes[i].Why)
		i = n
	}
}

// readBatch is how many objects are read and stored at a time.
const readBatch = 500

// readBytes is about how many bytes of objects are in memory while they are read.
const readBytes = 4 << 20

// readAll reads all evidence that its reader has not read yet.
func (j *job) readAll(ctx context.Context) (err error) {
	opt := reader.Options{Senders: j.cfg.Business.Senders, Authserv: j.cfg.Business.Authserv}
	if opt.Keys, err = j.dkimKeys(); err != nil {
		return err
	}
	suffix := fmt.Sprintf(" %q", opt) // other options are another reading of a message
	version := func(media string) string {
		if strings.HasPrefix(media, "mail/") {
			return reader.Version(media) + suffix
		}
		return reader.Version(media)
	}
	ids, total, err := j.kase.Pending(version)
	if err != nil {
		return err
	}
	bar := j.u.progress("read", "objects")
	done := total - len(ids)
	for len(ids) > 0 {
		n, err := j.readSome(ctx, ids[:min(len(ids), readBatch)], opt, version)
		if err != nil {
			return err
		}
		ids = ids[n:]
		done += n
		bar.set(int64(done), int64(total), "")
	}
	bar.end("%d objects", total)
	return nil
}

// dkimKeys reads the archive of keys that the configuration names; none without one.
func (j *job) dkimKeys() (mail.Keys, error) {
	name := j.cfg.Business.DKIMKeys
	if name == "" {
		return nil, nil
	}
	b, err := os.ReadFile(j.cfg.Resolve(name))
	if err != nil {
		return nil, usage(fmt.Errorf("business.dkim_keys: %w", err), "name a file of DKIM records, one a line, or leave the key out")
	}
	keys, err := mail.ParseKeys(b)
	if err != nil {
		return nil, usage(fmt.Errorf("business.dkim_keys: %s: %w", name, err), "a line is the record's name, a blank and the TXT record")
	}
	return keys, nil
}

// readSome reads a batch, as many objects as may be in memory at once, and tells how many.
func (j *job) readSome(ctx context.Context, ids []int64, opt reader.Options, version func(string) string) (int, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	evs, n, err := j.kase.LoadSome(ids, readBytes)
	if err != nil {
		return 0, err
	}
	out := make([]casefile.Stored, len(evs))
	var g errgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0))
	const share = 50
	for from := 0; from < len(evs); from += share {
		g.Go(func() error {
			for i := from; i < min(from+share, len(evs)); i++ {
				out[i] = casefile.Stored{ID: ids[i], Reader: version(evs[i].Media), Reading: reader.Read(&evs[i], opt)}
			}
			return nil
		})
	}
	return n, errors.Join(g.Wait(), j.kase.SaveReadings(ctx, out))
}

// counts gives what each source holds, and fills in the coverage of each stream.
func (j *job) counts(ctx context.Context) ([]model.SourceCount, error) {
	tallies, err := j.kase.Tallies(ctx)
	if err != nil {
		return nil, err
	}
	types := map[string]string{}
	var list []model.SourceCount
	at := map[string]int{}
	for _, s := range j.sources {
		types[s.Name] = s.Type
		at[s.Name] = len(list)
		list = append(list, model.SourceCount{Source: s.Name, Type: s.Type})
	}
	fromFiles := map[string]bool{}
	for _, s := range j.sources {
		fromFiles[s.Name] = len(s.Files) > 0
	}
	for _, h := range j.coverage {
		if h.State == string(sources.Holed) {
			list[at[h.Source]].Holes++
		}
	}
	for _, t := range tallies {
		i, ok := at[t.Source]
		if !ok {
			continue // a source that the configuration no longer names: its evidence stays, its account is closed
		}
		list[i].Objects += t.Objects()
		list[i].Read += t.Read
		list[i].Defects += t.Defects
		list[i].Unreadable += t.Unreadable + t.Unread
		if fromFiles[t.Source] {
			j.coverage = append(j.coverage, model.Coverage{Source: t.Source, Stream: t.Media, From: stamp(t.From), To: stamp(t.To), State: string(sources.Complete)})
		}
	}
	sort.SliceStable(j.coverage, func(a, b int) bool {
		x, y := j.coverage[a], j.coverage[b]
		return cmp.Or(cmp.Compare(x.Source, y.Source), cmp.Compare(x.Stream, y.Stream), cmp.Compare(x.From, y.From)) < 0
	})
	return list, nil
}

// stamp writes microseconds as RFC 3339; "" for none.
func stamp(micro int64) string {
	if micro == 0 {
		return ""
	}
	return time.UnixMicro(micro).UTC().Format(time.RFC3339)
}
