package live

// This file: what the credential may do.

import (
	"context"
	"fmt"
	"strings"

	"salvage/sources"
)

// Check implements sources.Checker.
func (s *Source) Check(ctx context.Context) (sources.Access, error) {
	a := sources.Access{Kind: s.id.kind, Who: s.id.who}
	if s.id.tokens != nil {
		if err := s.scopes(&a); err != nil {
			return a, err
		}
	}
	all, err := s.calendars(ctx)
	f, isFault := sources.FaultOf(err)
	switch {
	case err == nil:
		for _, c := range all {
			a.Can = append(a.Can, fmt.Sprintf("%q (%s)", title(c), sources.Word(c.AccessRole)))
			if s.id.kind == "service account" && (c.AccessRole == "owner" || c.AccessRole == "writer") {
				a.Excess = append(a.Excess, fmt.Sprintf("the calendar %q is shared for more than reading: \"See all event details\" is enough", title(c)))
			}
			if c.AccessRole == "freeBusyReader" {
				a.Lacks = append(a.Lacks, fmt.Sprintf("the calendar %q is shared without its details: share it with \"See all event details\"", title(c)))
			}
		}
	case isFault && f.Kind == sources.Forbidden:
		a.Lacks = append(a.Lacks, "the scope calendar.calendarlist.readonly: without it calendars can only be named by id")
	default:
		return a, err
	}
	for _, w := range s.o.Calendars {
		if len(find(all, w)) > 0 {
			continue
		}
		if _, err := s.api.Events.List(w).Context(ctx).MaxResults(1).Do(); err == nil {
			a.Can = append(a.Can, fmt.Sprintf("%q (shared by id)", w))
		} else if ctx.Err() == nil {
			a.Lacks = append(a.Lacks, fmt.Sprintf("the calendar %q is not there or is not shared with this credential", w))
		}
	}
	a.Notes = append(a.Notes, s.Notes()...)
	return a, ctx.Err()
}

// scopes learns from a fresh token what it is good for.
func (s *Source) scopes(a *sources.Access) error {
	t, err := s.id.tokens.Token()
	if err != nil {
		if f := tokenFault(err); f != nil {
			return f
		}
		return fmt.Errorf("the sign-in service of Google cannot be reached")
	}
	granted, _ := t.Extra("scope").(string)
	if granted == "" {
		a.Notes = append(a.Notes, "which scopes the credential has cannot be proven: Google did not say; salvage itself sends nothing but GET")
		return nil
	}
	for _, sc := range strings.Fields(granted) {
		short := strings.TrimPrefix(sc, "https://www.googleapis.com/auth/")
		if !reads(short) {
			a.Excess = append(a.Excess, "the scope "+sources.Word(short)+" can do more than read")
		}
	}
	return nil
}

// reads says whether a scope only reads.
func reads(scope string) bool {
	switch scope {
	case "openid", "email", "profile", "userinfo.email", "userinfo.profile", "calendar.freebusy", "calendar.events.freebusy":
		return true
	}
	return strings.HasSuffix(scope, ".readonly")
}
