package main

// This file: how init asks and what it takes for an answer.

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"
	"golang.org/x/term"

	"salvage/model/strict"
	"salvage/reconcile/draft"
)

// asker puts one question and gives the answer that passed; "" is no answer.
type asker func(ctx context.Context, q draft.Question, check func(string) error) (string, error)

// terminal asks where a person sits before both ends; nil elsewhere.
func terminal(in *os.File, out io.Writer) asker {
	f, ok := out.(*os.File)
	if !ok || !term.IsTerminal(int(in.Fd())) || !term.IsTerminal(int(f.Fd())) {
		return nil
	}
	return askOn(in, out)
}

// askOn asks on a stream. An empty line takes what is proposed, or leaves the question open; the end of the
// stream leaves everything open.
func askOn(in io.Reader, out io.Writer) asker {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<16)
	over := false
	return func(ctx context.Context, q draft.Question, check func(string) error) (string, error) {
		if over {
			return "", nil
		}
		fmt.Fprintf(out, "\n%s\n", printable(q.Text))
		if q.Why != "" {
			fmt.Fprintf(out, "  (%s)\n", printable(q.Why))
		}
		showChoices(out, q)
		for {
			switch {
			case q.Default != "":
				fmt.Fprintf(out, "[%s] > ", printable(q.Default))
			default:
				fmt.Fprint(out, laterPrompt(q))
			}
			if !lines.Scan() {
				over = true
				fmt.Fprintln(out)
				return "", errors.Join(lines.Err(), ctx.Err())
			}
			a := strings.TrimSpace(lines.Text())
			if a == "" {
				return q.Default, ctx.Err()
			}
			a = chosen(q, a)
			err := check(a)
			if err == nil {
				return a, ctx.Err()
			}
			fmt.Fprintf(out, "  %s\n", printable(err.Error()))
		}
	}
}

// laterPrompt says what an empty line does where nothing is proposed.
func laterPrompt(q draft.Question) string {
	if q.ID == "sources" {
		return "(Enter: none yet) > "
	}
	return "(Enter: answer later) > "
}

// maxShown bounds the choices that are numbered on the screen.
const maxShown = 12

func showChoices(out io.Writer, q draft.Question) {
	if len(q.Choices) == 0 {
		return
	}
	if len(q.Choices) > maxShown {
		fmt.Fprintf(out, "  one of: %s\n", printable(strings.Join(q.Choices, ", ")))
		return
	}
	for i, c := range q.Choices {
		fmt.Fprintf(out, "  %2d  %s\n", i+1, printable(c))
	}
}

// chosen turns the number of a choice into the choice.
func chosen(q draft.Question, a string) string {
	if len(q.Choices) > maxShown || slices.Contains(q.Choices, a) {
		return a
	}
	for i, c := range q.Choices {
		if a == fmt.Sprint(i+1) {
			return c
		}
	}
	return a
}

// checkAnswer says what is wrong with an answer; nil when it will do.
func checkAnswer(q draft.Question, a string) error {
	switch {
	case q.ID == "timezone" || q.ID == "zone":
		if _, err := time.LoadLocation(a); err != nil || a == "Local" {
			return fmt.Errorf("%q is not a time zone; write it as Europe/Berlin, or UTC", a)
		}
	case q.ID == "currency":
		if len(a) != 3 || strings.Trim(strings.ToLower(a), "abcdefghijklmnopqrstuvwxyz") != "" {
			return fmt.Errorf("%q is not a currency code; three letters, such as EUR", a)
		}
	case q.ID == "wipe" || q.ID == "cut":
		if _, err := time.Parse(time.RFC3339, a); err != nil {
			return fmt.Errorf("%q is not a time; write it as 2026-04-24T16:20:00Z, or with an offset: 2026-04-24T18:20:00+02:00", a)
		}
	case len(q.Choices) > 0 && !slices.Contains(q.Choices, a):
		hint := strict.DidYouMean(a, q.Choices)
		if hint == "" {
			hint = "one of: " + strings.Join(q.Choices[:min(len(q.Choices), maxShown)], ", ")
		}
		return fmt.Errorf("%q is none of the choices; %s", a, hint)
	}
	return nil
}

// takeAnswers collects what flags and the file of answers say.
func (d *drafting) takeAnswers(context.Context) error {
	d.answers = map[string]string{}
	if d.opts.Answers != "" {
		if err := d.readAnswers(); err != nil {
			return err
		}
	}
	for _, f := range []struct{ flag, id, value string }{
		{"--timezone", "timezone", d.opts.Zone}, {"--currency", "currency", d.opts.Currency}, {"--wipe", "wipe", d.opts.Wipe}, {"--name", "name", d.opts.Name}} {
		if f.value == "" {
			continue
		}
		if err := checkAnswer(draft.Question{ID: f.id}, f.value); err != nil {
			return usage(fmt.Errorf("%s %w", f.flag, err), "")
		}
		d.answers[f.id] = f.value
	}
	return nil
}

func (d *drafting) readAnswers() error {
	text, err := os.ReadFile(d.opts.Answers)
	if err != nil {
		return usage(fmt.Errorf("read the answers: %w", err), "")
	}
	var lines map[string]yaml.Node
	if err := yaml.Unmarshal(text, &lines); err != nil {
		return usage(fmt.Errorf("read the answers in %s: %w", d.opts.Answers, err), `one "id: answer" a line; init prints the ids in brackets`)
	}
	for id, n := range lines {
		if n.Kind != yaml.ScalarNode {
			return usage(fmt.Errorf("%s: %s: an answer is one word or text", d.opts.Answers, id), "")
		}
		head, _, _ := strings.Cut(id, ":")
		if !slices.Contains(answerHeads(), head) {
			return usage(fmt.Errorf("%s: %q is no question's id", d.opts.Answers, id), strict.DidYouMean(head, answerHeads()))
		}
		if err := checkAnswer(draft.Question{ID: id}, n.Value); err != nil {
			return usage(fmt.Errorf("%s: %s: %w", d.opts.Answers, id, err), "")
		}
		d.answers[id] = n.Value
	}
	return nil
}

// answerHeads are what the ids of questions begin with.
func answerHeads() []string {
	return []string{"name", "wipe", "cut", "timezone", "zone", "currency", "scope", "word", "field", "key", "fill"}
}
