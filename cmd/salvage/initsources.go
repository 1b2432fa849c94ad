package main

// This file: the evidence that a draft is held against.

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"salvage/model"
	"salvage/model/casefile"
	"salvage/reconcile/draft"
	"salvage/sources"
	"salvage/sources/files"
	"salvage/sources/reader"
)

// draftSource is one source of the drafted salvage.yaml.
type draftSource struct {
	name, typ string
	patterns  []string // relative to the folder of salvage.yaml where they lie below it
}

func sourceTypes() []string { return []string{"stripe", "calendar", "mail"} }

// findSources takes --source apart.
func (d *drafting) findSources(ctx context.Context) error {
	for _, s := range d.opts.Sources {
		if err := d.addSource(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// addSource names one more place of evidence: TYPE=PATTERN, or a path whose type its content tells.
func (d *drafting) addSource(ctx context.Context, s string) error {
	typ, pattern, ok := strings.Cut(s, "=")
	if !ok || !slices.Contains(sourceTypes(), typ) {
		pattern = s
		if typ = d.typeOf(ctx, pattern); typ == "" {
			return usage(fmt.Errorf("--source %s: nothing in it looks like Stripe's, a calendar's or mail", s), "say which: --source mail="+s)
		}
	}
	pattern = d.relative(pattern)
	for i := range d.sources {
		if d.sources[i].typ == typ {
			d.sources[i].patterns = append(d.sources[i].patterns, pattern)
			return nil
		}
	}
	d.sources = append(d.sources, draftSource{typ, typ, []string{pattern}})
	return nil
}

// relative writes a path as seen from the folder of salvage.yaml.
func (d *drafting) relative(path string) string {
	abs, err := filepath.Abs(path)
	if err != nil {
		return path
	}
	if base, err := filepath.Abs(d.dir); err == nil {
		if rel, err := filepath.Rel(base, abs); err == nil {
			return filepath.ToSlash(rel)
		}
	}
	return abs
}

// typeOf reads the beginning of a path as each type, and takes the one that understands it best.
func (d *drafting) typeOf(ctx context.Context, pattern string) string {
	best, most := "", 0
	for _, typ := range sourceTypes() {
		src, err := files.New(typ, typ, d.dir, []string{d.relative(pattern)})
		if err != nil {
			continue
		}
		src.SetPage(20, 1<<20)
		windows, err := src.Plan(ctx)
		if err != nil {
			continue
		}
		n := 0
		for _, w := range windows[:min(len(windows), 3)] {
			if w.Hole != "" {
				continue
			}
			page, err := src.Next(ctx, w, "")
			if err != nil {
				continue
			}
			for i := range page.Items {
				if ev := &page.Items[i]; understood(reader.Read(ev, reader.Options{}), ev) {
					n++
				}
			}
		}
		src.Close() //nolint:errcheck // only looked into
		if n > most {
			best, most = typ, n
		}
	}
	return best
}

// understood reports whether a reader knows what it reads: both Stripe's and a calendar's reader take any JSON.
func understood(r *model.Reading, ev *model.Evidence) bool {
	if r.Outcome == model.Unreadable || len(r.Segments)+len(r.Claims) == 0 {
		return false
	}
	switch typ, _, _ := strings.Cut(ev.Media, "/"); typ {
	case "stripe":
		return len(r.Claims) > 0
	case "calendar":
		return slices.ContainsFunc(r.Segments, func(s model.Segment) bool { return s.Path == "start" })
	}
	return true
}

// askSources asks for evidence where none is named, since much hangs on it.
func (d *drafting) askSources(ctx context.Context) error {
	if d.opts.ask == nil || len(d.sources) > 0 {
		return nil
	}
	if _, err := os.Stat(filepath.Join(d.g.caseDir, "case.db")); err == nil {
		return nil
	}
	q := draft.Question{ID: "sources", Text: "Where is the evidence: exports of Stripe, calendars, mail? (files or folders, a blank between them)",
		Why: "with it the draft is surer: zones, units of money and unclear columns are found by comparing"}
	answer, err := d.opts.ask(ctx, q, func(a string) error {
		for _, p := range strings.Fields(a) {
			if _, err := os.Stat(p); err != nil && !strings.ContainsAny(p, "*?=") {
				return fmt.Errorf("%s: there is no such file or folder", p)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, p := range strings.Fields(answer) {
		if err := d.addSource(ctx, p); err != nil {
			d.u.say("%v", err)
		}
	}
	return nil
}

// readEvidence reads what the case has, else the files that are named, into the overlap.
func (d *drafting) readEvidence(ctx context.Context) error {
	o := draft.NewOverlap()
	n := 0
	take := func(r *model.Reading) error {
		n++
		o.Add(r)
		return ctx.Err()
	}
	switch {
	case len(d.sources) > 0:
		bar := d.u.progress("read the evidence", "bytes")
		for _, s := range d.sources {
			src, err := files.New(s.name, s.typ, d.dir, s.patterns)
			if err != nil {
				return usage(err, "")
			}
			rep, err := sources.Pull(ctx, src, tasting{take}, func(p sources.Progress) { bar.set(p.Passed, p.Size, s.name) })
			if err = errors.Join(err, src.Close()); err != nil {
				return err
			}
			for _, h := range rep.Holes {
				d.u.say("%s: %s: %s", s.name, h.Stream, h.Why)
			}
		}
		bar.end("%d objects", n)
	default:
		if _, err := os.Stat(filepath.Join(d.g.caseDir, "case.db")); err != nil {
			return nil
		}
		kase, err := casefile.View(d.g.caseDir)
		if err != nil {
			return err
		}
		defer kase.Close()
		if err := kase.EachReading(ctx, take); err != nil {
			return err
		}
	}
	if n > 0 {
		d.overlap = o
	}
	return nil
}

// tasting is a store that reads what is pulled and keeps nothing.
type tasting struct{ take func(*model.Reading) error }

// Cursor implements sources.Store.
func (tasting) Cursor(string, sources.Window) (string, bool, error) { return "", false, nil }

// Append implements sources.Store.
func (t tasting) Append(_ string, _ sources.Window, p *sources.Page) error {
	for i := range p.Items {
		if err := t.take(reader.Read(&p.Items[i], reader.Options{})); err != nil {
			return err
		}
	}
	return nil
}
