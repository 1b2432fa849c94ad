package live

// This file: what the credential may do.

import (
	"context"
	"fmt"
	"slices"
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
			if err := s.reach(ctx, c.Id, fmt.Sprintf("%q (%s)", title(c), sources.Word(c.AccessRole)), &a); err != nil {
				return a, err
			}
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
		if err := s.reach(ctx, w, fmt.Sprintf("%q (shared by id)", w), &a); err != nil {
			return a, err
		}
	}
	a.Notes = append(a.Notes, s.Notes()...)
	return a, ctx.Err()
}

// reach tries a calendar with one event: that it is in the list does not prove that its events can be read.
func (s *Source) reach(ctx context.Context, id, name string, a *sources.Access) error {
	_, err := s.api.Events.List(id).Context(ctx).MaxResults(1).Do()
	err = s.fault(ctx, err)
	f, ok := sources.FaultOf(err)
	switch {
	case err == nil:
		a.Can = append(a.Can, name)
	case ok && f.Kind == sources.Forbidden:
		why := ""
		if f.Code != "" {
			why = " (" + f.Code + ")"
		}
		a.Lacks = append(a.Lacks, "the events of the calendar "+name+" may not be read"+why)
	case ok && f.Kind == sources.Rejected:
		a.Lacks = append(a.Lacks, "the calendar "+name+" is not there or is not shared with this credential")
	default:
		return err
	}
	return nil
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
	// QUIRK: a person may untick scopes on the page where they say yes; the sign-in succeeds all the same.
	for _, need := range Scopes() {
		if short := strings.TrimPrefix(need, scopeRoot); !covered(short, strings.Fields(granted)) {
			a.Lacks = append(a.Lacks, "the scope "+short)
		}
	}
	for _, sc := range strings.Fields(granted) {
		short := strings.TrimPrefix(sc, scopeRoot)
		if !reads(short) {
			a.Excess = append(a.Excess, "the scope "+sources.Word(short)+" can do more than read")
		}
	}
	return nil
}

const scopeRoot = "https://www.googleapis.com/auth/"

// covered says whether one of the granted scopes allows what a needed one does: itself, its form that may write
// too, or one for all of the calendar.
func covered(need string, granted []string) bool {
	return slices.ContainsFunc(granted, func(g string) bool {
		switch g = strings.TrimPrefix(g, scopeRoot); g {
		case need, strings.TrimSuffix(need, ".readonly"), "calendar", "calendar.readonly":
			return true
		}
		return false
	})
}

// reads says whether a scope only reads.
func reads(scope string) bool {
	switch scope {
	case "openid", "email", "profile", "userinfo.email", "userinfo.profile", "calendar.freebusy", "calendar.events.freebusy":
		return true
	}
	return strings.HasSuffix(scope, ".readonly")
}
