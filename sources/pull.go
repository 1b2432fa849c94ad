package sources

// This file: the one loop that pulls every source, whatever it is.

import (
	"context"
	"fmt"
)

// Progress is told after every page and every finished window.
type Progress struct {
	Source         string
	Stream         string
	Objects        int   // of this pull so far
	Bytes          int64 // raw bytes of this pull so far
	Size           int64 // bytes planned, counting what an earlier run has read; 0 when not known
	Passed         int64 // bytes of finished windows and of pages read in this pull
	WindowsDone    int
	WindowsPlanned int
}

// Hole is a window that was not read to its end, and why.
type Hole struct {
	Stream string
	Why    string
}

// Report is the account of one source's pull. Objects counts what this pull read, an earlier, interrupted
// run's objects not included: Objects = Items + Broken.
type Report struct {
	Source, Type   string
	Objects        int
	Items          int
	Broken         int
	Bytes          int64
	WindowsDone    int
	WindowsPlanned int
	Windows        []Window // as planned
	Holes          []Hole   // sorted by stream
}

// Complete reports whether every window was read to its end.
func (r Report) Complete() bool { return len(r.Holes) == 0 && r.WindowsDone == r.WindowsPlanned }

// Pull reads every window of src that st does not hold yet. A window that fails becomes a hole and the
// others go on; an error of the store or a cancelled context ends the pull, and the next one resumes
// where the store's cursors stand. progress may be nil.
func Pull(ctx context.Context, src Source, st Store, progress func(Progress)) (Report, error) {
	rep := Report{Source: src.Name(), Type: src.Type()}
	ws, err := src.Plan(ctx)
	if err != nil {
		return rep, fmt.Errorf("source %s: plan: %w", src.Name(), err)
	}
	rep.Windows, rep.WindowsPlanned = ws, len(ws)
	p := puller{ctx: ctx, src: src, st: st, rep: &rep, tell: progress}
	for _, w := range ws {
		p.size += w.Size
	}
	for _, w := range ws {
		if err := p.window(w); err != nil {
			return rep, err
		}
	}
	return rep, nil
}

// puller is the state of one Pull.
type puller struct {
	ctx    context.Context
	src    Source
	st     Store
	rep    *Report
	tell   func(Progress)
	size   int64
	passed int64
}

// window pulls one window to its end, or notes the hole it leaves. Only the store's errors and a
// cancelled context are returned.
func (p *puller) window(w Window) error {
	if err := p.ctx.Err(); err != nil {
		return err
	}
	if w.Hole != "" {
		p.rep.Holes = append(p.rep.Holes, Hole{w.Stream, w.Hole})
		return nil
	}
	cursor, done, err := p.st.Cursor(p.src.Name(), w)
	if err != nil {
		return fmt.Errorf("source %s: %s: cursor: %w", p.src.Name(), w.Stream, err)
	}
	before := p.passed
	for !done {
		page, err := p.src.Next(p.ctx, w, cursor)
		if p.ctx.Err() != nil {
			return p.ctx.Err()
		}
		if err == nil && !page.Done && page.Cursor == cursor {
			err = fmt.Errorf("no progress after cursor %q", cursor)
		}
		if err != nil {
			p.rep.Holes = append(p.rep.Holes, Hole{w.Stream, err.Error()})
			return nil
		}
		if err := p.st.Append(p.src.Name(), w, page); err != nil {
			return fmt.Errorf("source %s: %s: keep: %w", p.src.Name(), w.Stream, err)
		}
		cursor, done = page.Cursor, page.Done
		p.count(w, page)
	}
	p.passed = before + w.Size
	p.rep.WindowsDone++
	p.report(w)
	return nil
}

// count adds a page that the store has kept.
func (p *puller) count(w Window, page *Page) {
	p.rep.Items += len(page.Items)
	p.rep.Broken += len(page.Broken)
	p.rep.Objects += len(page.Items) + len(page.Broken)
	p.rep.Bytes += page.Bytes
	p.passed += page.Bytes
	if !page.Done {
		p.report(w)
	}
}

func (p *puller) report(w Window) {
	if p.tell == nil {
		return
	}
	p.tell(Progress{
		Source: p.rep.Source, Stream: w.Stream, Objects: p.rep.Objects, Bytes: p.rep.Bytes, Size: p.size,
		Passed: min(p.passed, p.size), WindowsDone: p.rep.WindowsDone, WindowsPlanned: p.rep.WindowsPlanned,
	})
}
