package main

// This file: the command pull, and the stages that bring evidence in and read it.

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"runtime"
	"sort"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"salvage/model"
	"salvage/model/casefile"
	"salvage/sources"
	"salvage/sources/files"
	"salvage/sources/mail"
	"salvage/sources/reader"
)

// PullOptions are the flags of pull.
type PullOptions struct{}

func newPullCommand(g *globals) *cobra.Command {
	var opts PullOptions
	return &cobra.Command{
		Use:   "pull",
		Short: "bring the evidence of every source into the case",
		Long: `Bring the evidence of every source into the case, byte for byte, and read it.
What is there already is not stored again; after an interruption it goes on where it stopped.` + exitStatus,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error { return runPull(cmd.Context(), g, opts) },
	}
}

func runPull(ctx context.Context, g *globals, _ PullOptions) (err error) {
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
	if err := j.bringIn(ctx); err != nil {
		return err
	}
	counts, err := j.counts(ctx)
	if err != nil {
		return err
	}
	if err := j.printCounts(counts); err != nil {
		return err
	}
	return j.complete()
}

// bringIn pulls every source and reads what came.
func (j *job) bringIn(ctx context.Context) error {
	if err := j.stage("pull", func() error { return j.pullAll(ctx) }); err != nil {
		return err
	}
	return j.stage("read", func() error { return j.readAll(ctx) })
}

// complete is errHoles when a source could not be had whole.
func (j *job) complete() error {
	for _, h := range j.coverage {
		if h.State == "hole" {
			return errHoles
		}
	}
	return nil
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
	for _, s := range j.sources {
		src, err := files.New(s.Name, s.Type, j.cfg.Dir, s.Files)
		if err != nil {
			return usage(err, "")
		}
		bar := j.u.progress("pull "+s.Name, "bytes")
		rep, err := sources.Pull(ctx, src, shelf{ctx, j.kase}, func(p sources.Progress) {
			bar.set(p.Passed, p.Size, path.Base(p.Stream))
		})
		if err != nil {
			return err
		}
		bar.end("%d new objects from %d of %d files", rep.Objects, rep.WindowsDone, rep.WindowsPlanned)
		j.log.Info("pulled", "source", s.Name, "objects", rep.Objects, "bytes", rep.Bytes, "windows", rep.WindowsPlanned, "holes", len(rep.Holes))
		for _, h := range rep.Holes {
			j.u.say("%s: hole: %s: %s", s.Name, h.Stream, h.Why)
			j.coverage = append(j.coverage, model.Coverage{Source: s.Name, Stream: h.Stream, State: "hole", Why: h.Why})
		}
	}
	return nil
}

// readBatch is how many objects are read and stored at a time.
const readBatch = 500

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
		n := min(len(ids), readBatch)
		if err := j.readSome(ctx, ids[:n], opt, version); err != nil {
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

func (j *job) readSome(ctx context.Context, ids []int64, opt reader.Options, version func(string) string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	evs, err := j.kase.Load(ids)
	if err != nil {
		return err
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
	return errors.Join(g.Wait(), j.kase.SaveReadings(ctx, out))
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
	for _, h := range j.coverage {
		list[at[h.Source]].Holes++
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
		j.coverage = append(j.coverage, model.Coverage{Source: t.Source, Stream: t.Media, From: stamp(t.From), To: stamp(t.To), State: "complete"})
	}
	sort.SliceStable(j.coverage, func(a, b int) bool {
		x, y := j.coverage[a], j.coverage[b]
		if x.Source != y.Source {
			return x.Source < y.Source
		}
		return x.Stream < y.Stream
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
