package learn

// This file: scopes, in which a place means one thing: the template, who speaks, the medium. What stands in a
// forward has the scopes of the message that was forwarded.

import (
	"strings"

	"salvage/model"
)

// scope lists the scopes of a place, the narrowest first.
type scope [3]string

// scopes are those of a reading's own places and of those in what it forwards.
type scopes struct{ own, inner scope }

// of gives the scopes of one slot.
func (s *scopes) of(sl *slot) *scope {
	if sl.inner {
		return &s.inner
	}
	return &s.own
}

// has reports whether one of the scopes is in a set.
func (s *scopes) has(set map[string]bool) bool {
	for _, l := range []scope{s.own, s.inner} {
		for _, sc := range l {
			if set[sc] {
				return true
			}
		}
	}
	return false
}

// scopesOf finds a reading's scopes. An entry of a calendar is retitled when its booking's state changes: its
// template is the one without words of states.
func (m *Model) scopesOf(r *model.Reading) scopes {
	s := scopes{own: scope{"t:" + m.titles.base(r.Media, r.Origin, r.Title), "o:" + r.Origin, "m:" + r.Media}}
	s.inner = s.own
	origin, title := "", ""
	for i := range r.Segments {
		switch g := &r.Segments[i]; g.Path {
		case "fwd:from.email":
			origin = strings.ToLower(g.Text)
		case "fwd:subject":
			title = g.Text
		}
	}
	if origin != "" {
		s.inner = scope{"t:" + m.titles.base(r.Media, origin, title), "o:" + origin, "m:" + r.Media}
	}
	return s
}

// usable reports whether an anchor may serve in a scope: across origins only addresses and labels mean the same.
func usable(scope int, anchor string) bool {
	return scope < 2 || !strings.ContainsAny(anchor, "<>^&@")
}
