package reconcile

// This file: the order of the stages.

import (
	"context"
	"sort"
	"strings"
	"time"

	"salvage/model"
	"salvage/reconcile/fuse"
	"salvage/reconcile/learn"
	"salvage/reconcile/match"
	"salvage/reconcile/measure"
)

// Run reconciles. It fails when ctx is cancelled, and on a given rule of reading that the overlap contradicts.
func Run(ctx context.Context, in Input) (*Result, error) {
	step := func(s string, n int) {
		if in.Progress != nil {
			in.Progress(s, n, 4)
		}
	}
	loc, err := time.LoadLocation(in.Zone)
	if err != nil {
		loc = time.UTC
	}
	step("learn", 0)
	lm, st, err := learn.Train(ctx, in.Books, in.Readings, learnOptions(in))
	if err != nil {
		return nil, err
	}
	step("match", 1)
	m := match.Match(in.Books, in.Live, st, match.Options{Zone: loc, Cut: micro(in.Cut), Wipe: micro(in.Wipe), Resumed: micro(resumed(in)),
		Currency: in.Currency, Aliases: in.Aliases})
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	step("fuse", 2)
	f := fuse.Fuse(in.Books, in.Live, m, fuse.Options{Shape: in.Shape, Cut: micro(in.Cut), Wipe: micro(in.Wipe), Resumed: micro(resumed(in)), Zone: loc,
		Currency: strings.ToLower(in.Currency), HoldFields: in.HoldFields, Decisions: newest(in.Decisions), Senders: in.Senders})
	step("measure", 3)
	res := &Result{Entities: f.Entities, Conflicts: f.Conflicts, Rules: lm.Rules, Linked: lm.Linked}
	sortConflicts(res.Conflicts)
	res.Measured = measure.Measure(f.Entities, lm, in.MaxError)
	res.Measured.Unlinked = f.Stray
	res.Missing = measure.Missing(in.Books, f.Entities, micro(in.Cut))
	step("measure", 4)
	return res, ctx.Err()
}

func learnOptions(in Input) learn.Options {
	return learn.Options{Zone: in.Zone, Currency: strings.ToLower(in.Currency), Business: in.Business, Senders: in.Senders, Authserv: in.Authserv,
		Cut: in.Cut, Aliases: in.Aliases, Workers: in.Workers, Rules: in.Rules}
}

// Readers learns how the sources speak, without rebuilding anything. It fails when ctx is cancelled, and on a given
// rule that the overlap contradicts.
func Readers(ctx context.Context, in Input) ([]learn.Template, error) {
	lm, st, err := learn.Train(ctx, in.Books, in.Readings, learnOptions(in))
	if err != nil {
		return nil, err
	}
	return lm.Templates(st), nil
}

func micro(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func resumed(in Input) time.Time {
	if in.Resumed.IsZero() {
		return in.Wipe
	}
	return in.Resumed
}

// newest keeps the last decision of each conflict.
func newest(ds []model.Decision) map[string]model.Decision {
	out := map[string]model.Decision{}
	for _, d := range ds {
		out[d.Conflict] = d
	}
	return out
}

// sortConflicts orders by due time, severity, money at stake and id.
func sortConflicts(cs []model.Conflict) {
	due := func(c *model.Conflict) string {
		if c.Due == nil {
			return "~"
		}
		return *c.Due
	}
	money := func(c *model.Conflict) int64 {
		if c.Money == nil {
			return 0
		}
		return max(c.Money.Minor, -c.Money.Minor)
	}
	sort.SliceStable(cs, func(i, j int) bool {
		a, b := &cs[i], &cs[j]
		if x, y := due(a), due(b); x != y {
			return x < y
		}
		if a.Severity != b.Severity {
			return a.Severity < b.Severity
		}
		if x, y := money(a), money(b); x != y {
			return x > y
		}
		return a.ID < b.ID
	})
}
