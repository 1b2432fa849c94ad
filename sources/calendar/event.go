package calendar

// This file: the door for events that come from the API, one by one.

import (
	"salvage/model"
	"salvage/sources"
	"salvage/sources/canon"
)

// Event makes evidence of one event as the API lists it in a calendar of the given name, in the same form as
// if its page had been read from a file. Found and Digest are filled in.
func Event(raw []byte, calendar, found string) (model.Evidence, error) {
	o, dropped, err := canon.Parse(raw)
	if err != nil {
		return model.Evidence{}, err
	}
	if dropped {
		raw = nil
	}
	ev := event(o, calendar, raw)
	ev.Found, ev.Digest = found, sources.Digest(ev.Media, ev.Canon)
	return ev, nil
}

// Broken keeps an event of the API that cannot be read.
func Broken(raw []byte, found string) sources.Broken {
	return sources.Broken{Code: sources.BrokenJSON, Why: sources.BrokenText(sources.BrokenJSON), Raw: canon.Fragment(raw), Found: found}
}
