package reader

// This file: from a span back to the words, for whoever has to show where a value comes from.

import (
	"strings"

	"salvage/model"
	"salvage/sources/calendar"
	"salvage/sources/canon"
	"salvage/sources/mail"
)

// PartText gives the decoded text of one part of a piece of evidence, in which a span's From and To count;
// ok is false when there is no such part.
func PartText(ev *model.Evidence, part string) (text string, ok bool) {
	defer func() {
		if recover() != nil {
			text, ok = "", false
		}
	}()
	switch {
	case ev.Media == "calendar/ics":
		return calendar.PartText(ev.Canon, part)
	case family(ev.Media) == "mail":
		return mail.PartText(ev.Canon, part)
	case strings.HasPrefix(part, "/"):
		return canon.Pointer(ev.Canon, part)
	}
	return "", false
}

// Words gives the words where a span stands, the whole part when the span names no bytes; "" when there
// are none.
func Words(ev *model.Evidence, at model.Span) string {
	s, ok := PartText(ev, at.Part)
	if !ok || at.From < 0 || at.To > len(s) || at.From > at.To {
		return ""
	}
	if at.To == 0 {
		return s
	}
	return s[at.From:at.To]
}
