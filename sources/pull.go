package sources

// This file: the one loop that pulls every source, whatever it is.

import (
	"context"
	"fmt"
	"slices"

	"salvage/model"
)

// Progress is told after every page and every finished window, and before every wait.
type Progress struct {
	Source         string
	Stream         string
	Objects        int   // of this pull so far
	Bytes          int64 // raw bytes of this pull so far
	Size           int64 // bytes planned, counting what an earlier run has read; 0 when not known
	Passed         int64 // bytes of finished windows and of pages read in this pull
	WindowsDone    int
	WindowsPlanned int
	Wait           Wait // zero: not waiting
}

// Hole is a window that was not read to its end, and why.
type Hole struct {
	Stream string
	Why    string
	Resume bool // the same command, run again, may well fill it
}

// State is what became of a window.
type State string

// The states of the contract's coverage.
const (
	Complete State = "complete"
	Holed    State = "hole"
	NotAsked State = "not_asked"
)

// Covered is a window and what became of it.
type Covered struct {
	Window
	State State
	Why   string
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
	Windows        []Window  // as planned
	Covered        []Covered // each of them, in the same order
	Holes          []Hole    // in the order of the windows
	Waits          int       // how often a passing fault was waited out
	Notes          []string
}

// Complete reports whether every window that was to be read was read to its end.
func (r Report) Complete() bool { return len(r.Holes) == 0 && r.WindowsDone == r.WindowsPlanned }

// Resumable reports whether the same pull, run again, may well fill a hole.
func (r Report) Resumable() bool {
	for _, h := range r.Holes {
		if h.Resume {
			return true
		}
	}
	return false
}

// Pull reads every window of src that st does not hold yet. A window that fails becomes a hole and the
// others go on; an error of the store or a cancelled context ends the pull, and the next one resumes
// where the store's cursors stand. progress may be nil.
func Pull(ctx context.Context, src Source, st Store, progress func(Progress)) (Report, error) {
	return PullOnly(ctx, src, st, func(Window) bool { return true }, progress)
}

// PullOnly is Pull for the windows that want says; of the others the report says what the store says.
func PullOnly(ctx context.Context, src Source, st Store, want func(Window) bool, progress func(Progress)) (Report, error) {
	rep := Report{Source: src.Name(), Type: src.Type()}
	p := &puller{ctx: ctx, src: src, st: st, rep: &rep, tell: progress, shut: map[string]string{}}
	if l, ok := src.(Listener); ok {
		l.Listen(p.waits)
	}
	ws, err := src.Plan(ctx)
	if f, ok := FaultOf(err); ok && ctx.Err() == nil {
		// The service cannot be asked at all: one hole, so that the other sources go on.
		ws = []Window{{Stream: src.Name(), Hole: err.Error()}}
		if f.ends() {
			p.end = &Hole{Why: err.Error()}
		}
	} else if err != nil {
		return rep, fmt.Errorf("source %s: plan: %w", src.Name(), err)
	}
	rep.Windows = ws
	for _, w := range ws {
		p.size += w.Size
		if w.NotAsked == "" {
			rep.WindowsPlanned++
		}
	}
	for _, w := range ws {
		if err := p.window(w, want(w)); err != nil {
			return rep, err
		}
	}
	if err := p.lookBack(want); err != nil {
		return rep, err
	}
	p.account()
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
	at     string            // the stream under way
	shut   map[string]string // streams that the credential may not read, and why
	end    *Hole             // set when nothing more can be asked of the source
	row    int               // windows in a row that the service failed on
}

// account makes the list of holes and asks the source what else there is to say.
func (p *puller) account() {
	for _, c := range p.rep.Covered {
		if c.State == Holed {
			p.rep.Holes = append(p.rep.Holes, Hole{c.Stream, c.Why, p.end != nil && p.end.Why == c.Why})
		}
	}
	if n, ok := p.src.(Noter); ok {
		p.rep.Notes = n.Notes()
	}
}

func (p *puller) covered(w Window, s State, why string) {
	p.rep.Covered = append(p.rep.Covered, Covered{w, s, why})
}

// window pulls one window to its end, or notes the hole it leaves. Only the store's errors and a
// cancelled context are returned.
func (p *puller) window(w Window, wanted bool) error {
	if err := p.ctx.Err(); err != nil {
		return err
	}
	switch {
	case w.NotAsked != "":
		p.covered(w, NotAsked, w.NotAsked)
		return nil
	case w.Hole != "":
		p.covered(w, Holed, w.Hole)
		return nil
	}
	cursor, done, err := p.st.Cursor(p.src.Name(), w)
	if err != nil {
		return fmt.Errorf("source %s: %s: cursor: %w", p.src.Name(), w.Stream, err)
	}
	if !wanted {
		if !done {
			p.covered(w, Holed, "not pulled to its end")
		} else {
			p.finished(w)
		}
		return nil
	}
	before := p.passed
	why, err := p.pages(w, cursor, done && !w.Open)
	if err != nil {
		return err
	}
	if why != "" {
		p.covered(w, Holed, why)
		return nil
	}
	p.passed = before + w.Size
	p.finished(w)
	return nil
}

func (p *puller) finished(w Window) {
	p.covered(w, Complete, "")
	p.rep.WindowsDone++
	p.report(w.Stream, Wait{})
}

// lookBack asks the open windows once more: what came while the others were read belongs to the evidence.
func (p *puller) lookBack(want func(Window) bool) error {
	for i := range p.rep.Covered {
		c := &p.rep.Covered[i]
		if !c.Open || c.State != Complete || p.end != nil || !want(c.Window) {
			continue
		}
		cursor, _, err := p.st.Cursor(p.src.Name(), c.Window)
		if err != nil {
			return fmt.Errorf("source %s: %s: cursor: %w", p.src.Name(), c.Stream, err)
		}
		why, err := p.pages(c.Window, cursor, false)
		if err != nil {
			return err
		}
		if why != "" {
			c.State, c.Why = Holed, why
			p.rep.WindowsDone--
		}
	}
	return nil
}

// pages reads a window from cursor to its end. why is not empty when it leaves a hole. While the store keeps
// a page, the next one is asked for: a distant service makes the store's work cost no time.
func (p *puller) pages(w Window, cursor string, done bool) (why string, err error) {
	limit := w.Limit
	var kept keeping
	for !done && why == "" {
		page, err := p.next(&w, cursor)
		if err := p.settle(&kept); err != nil {
			return "", err
		}
		switch {
		case p.ctx.Err() != nil:
			return "", p.ctx.Err()
		case err != nil:
			return p.fault(w, err), nil
		case page == nil:
			return p.closed(w), nil
		}
		p.row = 0
		w.Limit = min(limit, w.Limit*2)
		why = missingWords(page.Missing)
		page.Done = page.Done && why == ""
		cursor, done = page.Cursor, page.Done
		kept = p.keep(w, page)
	}
	return why, p.settle(&kept)
}

// next asks for a page, and for a smaller one when the service fails on it; none when the window is closed.
func (p *puller) next(w *Window, cursor string) (*Page, error) {
	for p.closed(*w) == "" {
		p.at = w.Stream
		page, err := p.src.Next(p.ctx, *w, cursor)
		if err == nil && !page.Done && page.Cursor == cursor {
			err = fmt.Errorf("no progress after cursor %q", cursor)
		}
		if f, ok := FaultOf(err); ok && f.Kind == Overloaded && w.Limit > 1 && p.ctx.Err() == nil {
			w.Limit /= 2 // a smaller page may be answered where a large one is not
			continue
		}
		return page, err
	}
	return nil, nil
}

// keeping is a page on its way into the store; the zero value is none.
type keeping struct {
	w    Window
	page *Page
	err  chan error
}

// keep begins to store a page. What is too long for memory is stored at once: the source's next page may
// take its place.
func (p *puller) keep(w Window, page *Page) keeping {
	k := keeping{w, page, make(chan error, 1)}
	store := func() { k.err <- p.st.Append(p.src.Name(), w, page) }
	if slices.ContainsFunc(page.Items, func(ev model.Evidence) bool { return ev.Long != nil }) {
		store()
	} else {
		go store()
	}
	return k
}

// settle waits until a page is stored, and counts it then.
func (p *puller) settle(k *keeping) error {
	if k.page == nil {
		return nil
	}
	if err := <-k.err; err != nil {
		return fmt.Errorf("source %s: %s: keep: %w", p.src.Name(), k.w.Stream, err)
	}
	p.count(k.w, k.page)
	*k = keeping{}
	return nil
}

// closed says why nothing can be asked of a window any more; "" when it can.
func (p *puller) closed(w Window) string {
	if p.end != nil {
		return p.end.Why
	}
	return p.shut[w.Stream]
}

// fault draws the consequences of a failed question and gives the reason of the hole.
func (p *puller) fault(w Window, err error) string {
	f, ok := FaultOf(err)
	if !ok {
		return err.Error()
	}
	switch {
	case f.ends():
		p.end = &Hole{Why: err.Error()}
	case f.Kind == Forbidden:
		p.shut[w.Stream] = err.Error()
	case f.Kind == Overloaded:
		if p.row++; p.row >= failing {
			p.end = &Hole{Why: err.Error()}
		}
	}
	return err.Error()
}

// failing is how many windows in a row may fail before the service counts as down.
const failing = 3

func missingWords(list []string) string {
	const show = 10
	if len(list) == 0 {
		return ""
	}
	s := fmt.Sprintf("%d objects are there and are not given out: ", len(list))
	for i, m := range list[:min(show, len(list))] {
		if i > 0 {
			s += ", "
		}
		s += m
	}
	if len(list) > show {
		s += ", …"
	}
	return s
}

// count adds a page that the store has kept.
func (p *puller) count(w Window, page *Page) {
	p.rep.Items += len(page.Items)
	p.rep.Broken += len(page.Broken)
	p.rep.Objects += len(page.Items) + len(page.Broken)
	p.rep.Bytes += page.Bytes
	p.passed += page.Bytes
	if !page.Done {
		p.report(w.Stream, Wait{})
	}
}

// waits is told by the source when it waits.
func (p *puller) waits(wait Wait) {
	p.rep.Waits++
	p.report(p.at, wait)
}

func (p *puller) report(stream string, wait Wait) {
	if p.tell == nil {
		return
	}
	p.tell(Progress{
		Source: p.rep.Source, Stream: stream, Objects: p.rep.Objects, Bytes: p.rep.Bytes, Size: p.size,
		Passed: min(p.passed, p.size), WindowsDone: p.rep.WindowsDone, WindowsPlanned: p.rep.WindowsPlanned, Wait: wait,
	})
}
