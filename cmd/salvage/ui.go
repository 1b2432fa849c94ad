package main

// The rules of the terminal, all of them here:
//
//   - results go to stdout; progress, messages and errors go to stderr
//   - messages are lower case, without a full stop, and begin with what they are about
//   - an error says what was being done to what; what the operator can do follows on a "hint:" line
//   - progress is drawn in place on a terminal, is one line every few seconds elsewhere, and is
//     silent with --quiet
//   - words out of evidence never reach the terminal with their control characters
//   - colour is not used

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"salvage/export/report"
	"salvage/model/strict"
)

// The exit codes of the contract.
const (
	exitDone        = 0
	exitFailed      = 1
	exitUsage       = 2
	exitHoles       = 3
	exitInterrupted = 4
	exitRefused     = 5
)

// failure is an error with the exit code and the hint that it deserves.
type failure struct {
	code int
	err  error
	hint string
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }
func (f *failure) Hint() string  { return f.hint }

func usage(err error, hint string) error  { return &failure{exitUsage, err, hint} }
func refuse(err error, hint string) error { return &failure{exitRefused, err, hint} }

// errHoles says that all is done, but not all of a source could be had. It was told before: it is
// an exit code, not a message.
var errHoles = errors.New("done, with holes in the coverage")

// errResume says that all was done that could be, and that the same command, run again, may well get
// the rest. It was told before, hole by hole.
var errResume = errors.New("not everything could be had yet")

// codesOf gathers the exit codes of every error in the tree.
func codesOf(err error, into map[int]bool) {
	var f *failure
	var problems strict.Problems
	switch {
	case err == nil:
		return
	case errors.Is(err, errHoles) && err == errHoles:
		into[exitHoles] = true
		return
	case errors.Is(err, errResume) && err == errResume:
		into[exitInterrupted] = true
		return
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range joined.Unwrap() {
			codesOf(e, into)
		}
		return
	}
	switch {
	case errors.As(err, &f):
		into[f.code] = true
	case errors.As(err, &problems):
		into[exitUsage] = true
	case errors.Is(err, context.Canceled):
		into[exitInterrupted] = true
	default:
		into[exitFailed] = true
	}
}

// exitCode is the one switch from errors to exit codes; where several hold, the contract's order decides.
func exitCode(err error) int {
	codes := map[int]bool{}
	codesOf(err, codes)
	for _, c := range []int{exitRefused, exitUsage, exitFailed, exitInterrupted, exitHoles} {
		if codes[c] {
			return c
		}
	}
	return exitDone
}

// ui speaks to the operator.
type ui struct {
	out, err    io.Writer
	json, quiet bool
}

func (g *globals) ui() *ui { return &ui{out: g.stdout, err: g.stderr, json: g.json, quiet: g.quiet} }

// finish tells an error, if there is one to tell, and gives the exit code.
func (u *ui) finish(err error) int {
	code := exitCode(err)
	switch code {
	case exitDone, exitHoles:
	case exitInterrupted:
		if errors.Is(err, errResume) {
			fmt.Fprintln(u.err, "salvage: "+errResume.Error()+"; what came is kept\nhint: mend what the holes name, then run the same command again to go on")
			return code
		}
		fmt.Fprintln(u.err, "salvage: interrupted; nothing is lost\nhint: run the same command again to resume")
	default:
		text := printable(err.Error())
		fmt.Fprintln(u.err, "salvage: "+text)
		var h interface{ Hint() string }
		if errors.As(err, &h) && h.Hint() != "" && !strings.Contains(text, h.Hint()) {
			fmt.Fprintln(u.err, "hint: "+h.Hint())
		}
	}
	return code
}

// printable is text of several lines without control characters.
func printable(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = report.Plain(lines[i])
	}
	return strings.Join(lines, "\n")
}

// say prints a message.
func (u *ui) say(format string, args ...any) {
	if !u.quiet {
		fmt.Fprintln(u.err, printable(fmt.Sprintf(format, args...)))
	}
}

// print prints a result as text.
func (u *ui) print(format string, args ...any) {
	fmt.Fprintln(u.out, printable(fmt.Sprintf(format, args...)))
}

// result prints a result: v as JSON when that was asked for, else what text writes.
func (u *ui) result(v any, text func(w io.Writer) error) error {
	out := bufio.NewWriter(u.out)
	var err error
	if u.json {
		enc := json.NewEncoder(out)
		enc.SetIndent("", "  ")
		enc.SetEscapeHTML(false)
		err = enc.Encode(v)
	} else {
		err = text(out)
	}
	return errors.Join(err, out.Flush())
}

// every is how often progress is told where it cannot be drawn.
const every = 5 * time.Second

// progress shows how far one stage is. It is safe for use by several goroutines.
type progress struct {
	mu          sync.Mutex
	u           *ui
	stage, what string // the stage, and what of it is under way
	unit        string
	bar         *progressbar.ProgressBar
	start, told time.Time
}

// progress begins to tell of a stage; unit is what is counted, "bytes" is shown as such.
func (u *ui) progress(what, unit string) *progress {
	p := &progress{u: u, stage: what, what: what, unit: unit, start: time.Now()}
	p.told = p.start
	if f, ok := u.err.(*os.File); ok && !u.quiet && term.IsTerminal(int(f.Fd())) {
		p.bar = progressbar.NewOptions64(-1, progressbar.OptionSetWriter(u.err), progressbar.OptionSetDescription(what),
			progressbar.OptionShowCount(), progressbar.OptionShowIts(), progressbar.OptionSetItsString(unit),
			progressbar.OptionSetPredictTime(true), progressbar.OptionThrottle(100*time.Millisecond),
			progressbar.OptionShowBytes(unit == "bytes"), progressbar.OptionClearOnFinish(), progressbar.OptionSetWidth(20))
	}
	return p
}

// step tells that a stage has reached a step of its own; count and rate begin anew with each.
func (p *progress) step(name string, done, total int64) {
	p.mu.Lock()
	if what := p.stage + ": " + name; what != p.what {
		p.what, p.start = what, time.Now()
	}
	p.mu.Unlock()
	p.set(done, total, "")
}

// few is a total so small that its parts are steps of unlike length: no rate can be told from them.
const few = 50

// set tells that done of total are done; total 0 is not known.
func (p *progress) set(done, total int64, note string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar != nil {
		if total > 0 && p.bar.GetMax64() != total {
			p.bar.ChangeMax64(total)
		}
		p.bar.Describe(strings.TrimSpace(p.what + " " + report.Plain(note)))
		p.bar.Set64(min(done, max(total, done))) //nolint:errcheck // drawing is best effort
		return
	}
	if now := time.Now(); now.Sub(p.told) >= every {
		p.told = now
		p.u.say("%s", p.line(done, total, note, now.Sub(p.start)))
	}
}

// line is progress in words: count, rate, time left.
func (p *progress) line(done, total int64, note string, took time.Duration) string {
	if total > 0 && total < few && p.unit != "bytes" {
		return fmt.Sprintf("%s: step %d of %d", p.what, done, total)
	}
	rate := float64(done) / max(took.Seconds(), 0.001)
	s := fmt.Sprintf("%s: %s", p.what, p.count(done))
	if total > 0 {
		s += " of " + p.count(total)
	}
	if p.unit != "bytes" {
		s += " " + p.unit
	}
	s += fmt.Sprintf(", %s a second", p.count(int64(rate)))
	if total > done && rate > 0 {
		s += fmt.Sprintf(", %s left", time.Duration(float64(total-done)/rate*float64(time.Second)).Round(time.Second))
	}
	if note != "" {
		s += " (" + note + ")"
	}
	return s
}

func (p *progress) count(n int64) string {
	if p.unit != "bytes" {
		return strconv.FormatInt(n, 10)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1e6)
}

// end clears what was drawn and says how the stage ended.
func (p *progress) end(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar != nil {
		// QUIRK: a bar without a known end draws itself again and again until it is finished, whatever stands
		// on the screen by then.
		p.bar.ChangeMax64(max(p.bar.GetMax64(), 1))
		p.bar.Finish() //nolint:errcheck // drawing is best effort
		p.bar.Clear()  //nolint:errcheck // drawing is best effort
	}
	p.u.say("%s: %s", p.stage, fmt.Sprintf(format, args...))
}
