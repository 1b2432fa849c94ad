package main

// This file: the command explain: from a value back to the bytes.

import (
	"context"
	"fmt"
	"io"
	"sort"
	"strings"

	"github.com/spf13/cobra"

	"salvage/export/report"
	"salvage/model"
	"salvage/model/casefile"
	"salvage/sources/reader"
)

// ExplainOptions are the arguments of explain.
type ExplainOptions struct {
	Ref string
}

func newExplainCommand(g *globals) *cobra.Command {
	var opts ExplainOptions
	return &cobra.Command{
		Use:   "explain REF",
		Short: "from a value back to the bytes it came from",
		Long: `Explain where everything about one thing comes from. REF is kind:code or kind:key
(reservation:AB12CD, customer:17), table/key (hires/17), or a piece of evidence:
stripe:ch_…, mail:<message-id>, event:<id>.` + exitStatus,
		Args: exactly("REF"),
		RunE: func(cmd *cobra.Command, args []string) error {
			opts.Ref = args[0]
			return runExplain(cmd.Context(), g, opts)
		},
	}
}

// explained is the result of explain.
type explained struct {
	Entities  []*model.Entity     `json:"entities"`
	Conflicts []model.Conflict    `json:"conflicts"`
	Evidence  []explainedEvidence `json:"evidence"`
}

// explainedEvidence is one version of a piece of evidence, with what was read in it.
type explainedEvidence struct {
	Key      string          `json:"key"`
	Media    string          `json:"media"`
	Found    string          `json:"found"`
	SHA256   string          `json:"digest"`
	At       string          `json:"at"`
	Outcome  model.Outcome   `json:"outcome"`
	Defects  []string        `json:"defects"`
	Claims   []model.Claim   `json:"claims"`
	Segments []model.Segment `json:"segments"`
	Text     string          `json:"text"`
	Speaks   []string        `json:"speaks_of"` // entities that it is linked to
}

func runExplain(ctx context.Context, g *globals, opts ExplainOptions) (err error) {
	j, err := g.newJob()
	if err != nil {
		return err
	}
	defer j.close(&err)
	if err := j.viewCase(); err != nil {
		return err
	}
	x, err := j.explain(ctx, opts.Ref)
	if err != nil {
		return err
	}
	return j.u.result(x, func(w io.Writer) error { return writeExplained(w, x) })
}

func (j *job) explain(ctx context.Context, ref string) (*explained, error) {
	r, err := j.kase.LoadResult(ctx)
	if err != nil {
		return nil, err
	}
	if r == nil {
		r = &casefile.Result{} // evidence can be explained before anything was reconciled
	}
	x := &explained{Entities: []*model.Entity{}, Conflicts: []model.Conflict{}, Evidence: []explainedEvidence{}}
	for _, e := range r.Entities {
		if !named(e, ref) {
			continue
		}
		x.Entities = append(x.Entities, e)
		for _, c := range r.Conflicts {
			if c.Entity.ID == e.ID {
				x.Conflicts = append(x.Conflicts, c)
			}
		}
	}
	if x.Evidence, err = j.explainEvidence(evidenceKey(ref), r.Entities); err != nil {
		return nil, err
	}
	if len(x.Entities) > 0 || len(x.Evidence) > 0 {
		return x, nil
	}
	hint := "a REF is kind:code, kind:key, table/key, stripe:…, mail:<message-id> or event:<id>"
	near, err := j.kase.Keys(evidenceKey(ref), 5)
	if err != nil {
		return nil, err
	}
	if len(near) > 0 {
		hint = "there is " + strings.Join(near, ", ")
	}
	return nil, usage(fmt.Errorf("nothing is known by the name %q", ref), hint)
}

// named reports whether ref names the entity: its id, kind:code, kind:key or kind:label, an alias, or table/key.
func named(e *model.Entity, ref string) bool {
	if e.ID == ref {
		return true
	}
	for _, a := range e.Aliases {
		if a == ref {
			return true
		}
	}
	for _, r := range []*model.Record{e.Backup, e.Live} {
		if r != nil && (r.Ref() == ref || r.Table+"/"+r.Key == ref) {
			return true
		}
	}
	kind, word, ok := strings.Cut(ref, ":")
	if !ok || model.Kind(kind) != e.Kind || word == "" {
		return false
	}
	return strings.EqualFold(e.Get(model.FCode).Str, word) || e.WantKey == word || e.Label == word ||
		e.Backup != nil && e.Backup.Key == word || e.Backup == nil && e.Live != nil && e.Live.Key == word
}

// evidenceKey turns mail:<id> with its brackets into the key of the evidence.
func evidenceKey(ref string) string {
	if id, ok := strings.CutPrefix(ref, "mail:<"); ok {
		return "mail:" + strings.TrimSuffix(id, ">")
	}
	return ref
}

func (j *job) explainEvidence(key string, entities []*model.Entity) ([]explainedEvidence, error) {
	versions, err := j.kase.Find(key)
	if err != nil {
		return nil, err
	}
	out := []explainedEvidence{}
	for i := range versions {
		ev := &versions[i]
		rd := reader.Read(ev, reader.Options{})
		x := explainedEvidence{
			Key: ev.Key, Media: ev.Media, Found: ev.Found, SHA256: fmt.Sprintf("%x", ev.Digest), At: stamp(ev.At),
			Outcome: rd.Outcome, Defects: rd.Defects, Claims: rd.Claims, Segments: rd.Segments, Text: string(ev.Canon),
		}
		for _, e := range entities {
			for _, l := range e.Links {
				if l.Evidence == key {
					x.Speaks = append(x.Speaks, fmt.Sprintf("%s:%s (p %.3f)", e.Kind, e.Label, float64(l.P)/float64(model.Certain)))
				}
			}
		}
		out = append(out, x)
	}
	return out, nil
}

func writeExplained(w io.Writer, x *explained) error {
	var b strings.Builder
	for _, e := range x.Entities {
		explainEntity(&b, e)
	}
	for _, c := range x.Conflicts {
		fmt.Fprintf(&b, "conflict %s %s %s: %s\n", c.ID, c.Code, c.Severity, c.Question)
	}
	for _, ev := range x.Evidence {
		explainObject(&b, ev)
	}
	_, err := io.WriteString(w, printable(b.String()))
	return err
}

func explainEntity(b *strings.Builder, e *model.Entity) {
	fmt.Fprintf(b, "%s %s\n  %s, p %.3f, from %s; id %s\n", e.Kind, e.Label, e.State, float64(e.P)/float64(model.Certain), strings.Join(e.Sources, " + "), e.ID)
	if e.Backup != nil {
		fmt.Fprintf(b, "  row of the backup: %s (line %d)\n", e.Backup.Ref(), e.Backup.Line)
	}
	if e.Live != nil {
		fmt.Fprintf(b, "  row of the live database: %s (line %d)\n", e.Live.Ref(), e.Live.Line)
	}
	for _, h := range e.Holds {
		fmt.Fprintf(b, "  held: %s: %s\n", h.Code, h.Reason)
	}
	fields := make([]string, 0, len(e.Fields))
	for f := range e.Fields {
		fields = append(fields, string(f))
	}
	sort.Strings(fields)
	for _, f := range fields {
		explainCell(b, f, e.Fields[model.Field(f)])
	}
	for _, l := range e.Links {
		fmt.Fprintf(b, "  link %s p %.3f%s\n", l.Evidence, float64(l.P)/float64(model.Certain), strong(l))
		for _, t := range l.Why {
			fmt.Fprintf(b, "    %-28s %-12s %+.2f\n", t.Code, t.Level, float64(t.Weight)/1000)
		}
	}
}

func strong(l model.Link) string {
	if l.Strong {
		return " by a strong key"
	}
	return ""
}

func explainCell(b *strings.Builder, field string, c model.Cell) {
	fmt.Fprintf(b, "  %s = %s  [%s", field, c.Value, c.Mark)
	if c.P > 0 {
		fmt.Fprintf(b, ", p %.3f", float64(c.P)/float64(model.Certain))
	}
	b.WriteString("]")
	if c.Changed {
		fmt.Fprintf(b, ", the backup has %s", or(c.Was.String(), "nothing"))
	}
	if c.Rule != "" {
		fmt.Fprintf(b, ", by %s", c.Rule)
	}
	b.WriteString("\n")
	for _, r := range c.For {
		fmt.Fprintf(b, "    for     %s\n", claimWords(r))
	}
	for _, r := range c.Against {
		fmt.Fprintf(b, "    against %s\n", claimWords(r))
	}
}

func claimWords(r model.ClaimRef) string {
	s := r.Evidence + " " + r.Span.Part
	if r.Span.To > 0 {
		s += fmt.Sprintf(" bytes %d-%d", r.Span.From, r.Span.To)
	}
	if r.Text != "" {
		s += fmt.Sprintf(": %q", r.Text)
	}
	if r.At != 0 {
		s += ", said " + stamp(r.At)
	}
	return s
}

// textLines is how much of a piece of evidence is shown; --json shows all of it.
const textLines = 60

func explainObject(b *strings.Builder, ev explainedEvidence) {
	fmt.Fprintf(b, "%s (%s)\n  found in %s; digest %s\n  %s", ev.Key, ev.Media, ev.Found, ev.SHA256, ev.Outcome)
	for _, d := range ev.Defects {
		fmt.Fprintf(b, "; %s", d)
	}
	b.WriteString("\n")
	for _, s := range ev.Speaks {
		fmt.Fprintf(b, "  speaks of %s\n", s)
	}
	for _, c := range ev.Claims {
		fmt.Fprintf(b, "  claim %s.%s = %s  at %s by %s\n", c.Kind, c.Field, c.Value, c.Span.Part, c.By)
	}
	for _, s := range ev.Segments {
		fmt.Fprintf(b, "  segment %s %s %s\n", s.Path, s.Label, short(s.Text, 100))
	}
	lines := strings.Split(ev.Text, "\n")
	for i, l := range lines {
		if i == textLines {
			fmt.Fprintf(b, "  | … %d more lines\n", len(lines)-i)
			break
		}
		fmt.Fprintf(b, "  | %s\n", short(report.Plain(l), 200))
	}
}

func or(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
