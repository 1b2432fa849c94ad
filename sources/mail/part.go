package mail

// This file: the decoded text of one part, for showing where a value stands.

import (
	"strings"

	"salvage/sources/calendar"
)

// PartText gives the decoded text of "header:Name", of a MIME part ("1.2") or of a property of a calendar
// part ("2;DTSTART") in a message in canonical form.
func PartText(body []byte, name string) (string, bool) {
	h, rest := parseHeader(body)
	if f, ok := strings.CutPrefix(name, "header:"); ok {
		v := h.get(strings.ToLower(f))
		return decode(v), v != ""
	}
	id, prop, ics := strings.Cut(name, ";")
	leaf, ok := locate(part{id: "1", head: h, body: rest}, id, new(int))
	if !ok {
		return "", false
	}
	_, params := parameters(leaf.head.get("content-type"))
	s, _ := textOf(leaf.body, leaf.head.get("content-transfer-encoding"), params["charset"])
	if ics {
		return calendar.PropertyText([]byte(s), prop)
	}
	return s, true
}

// locate walks the parts as reading does, and gives the leaf with an id.
func locate(p part, id string, parts *int) (part, bool) {
	if *parts++; *parts > maxParts || p.depth > maxDepth {
		return part{}, false
	}
	media, params := parameters(p.head.get("content-type"))
	switch {
	case strings.HasPrefix(media, "multipart/"):
		boundary := params["boundary"]
		if boundary == "" {
			boundary = guessBoundary(p.body)
		}
		list, _ := splitParts(p.body, boundary)
		for i, b := range list {
			h, body := partHeader(b)
			if found, ok := locate(part{id: subID(p, i+1), head: h, body: body, depth: p.depth + 1}, id, parts); ok {
				return found, true
			}
		}
		return p, len(list) == 0 && p.id == id
	case isMessage(media, fileName(p.head, params)):
		h, rest := innerMessage(p)
		return locate(part{id: p.id, head: h, body: rest, depth: p.depth + 1}, id, parts)
	}
	return p, p.id == id
}
