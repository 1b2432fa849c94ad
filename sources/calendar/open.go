// Package calendar reads calendars: events as Google's API gives them (pages with items, arrays, single
// events) and iCalendar files.
//
// Open cuts files into events. A Google event's key is "event:" and its id; an iCalendar one's is its UID
// without "@google.com", and its RECURRENCE-ID after a colon. The canonical form of an iCalendar event is
// its own lines unfolded, preceded by the calendar's name and by the definitions of zones that no
// database knows, so that it can be read alone; DTSTAMP is left out where it only says when the file was made.
//
// Read says what an event states, not what it means: whether the start of an event is a pick-up, and
// whose, differs from calendar to calendar and is learned. All-day ends stay exclusive, as stated.
package calendar

import (
	"bytes"
	"encoding/hex"
	"io"
	"strings"
	"time"
	_ "time/tzdata" // zones must be known on a bare machine too

	"salvage/model"
	"salvage/sources"
	"salvage/sources/canon"
)

// Media of the two forms.
const (
	mediaGoogle = "calendar/google"
	mediaICS    = "calendar/ics"
)

// Open chooses the splitter of a file by its first bytes; nil when they are neither iCalendar nor JSON.
func Open(_ string, head []byte) func(io.Reader) sources.Splitter {
	if bytes.HasPrefix(head, []byte{0xff, 0xfe}) || bytes.HasPrefix(head, []byte{0xfe, 0xff}) {
		head = bytes.ReplaceAll(bytes.TrimLeft(head[2:], "\x00"), []byte{0}, nil)
	}
	text := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n")
	switch {
	case len(text) == 0 || text[0] == '{' || text[0] == '[':
		return openJSON
	case len(text) >= 6 && strings.EqualFold(string(text[:6]), "BEGIN:"):
		return openICS
	}
	return nil
}

func openJSON(r io.Reader) sources.Splitter { return &jsonSplitter{canon.NewStream(r)} }

type jsonSplitter struct{ *canon.Stream }

// Make implements sources.Splitter.
func (s *jsonSplitter) Make(p sources.Piece) ([]model.Evidence, string) {
	o, dropped, err := canon.Parse(p.Raw)
	if err != nil {
		return nil, sources.BrokenJSON
	}
	name := s.Meta().Str("summary")
	items, page := o.At("items").([]any)
	if !page || o.Str("id") != "" {
		raw := p.Raw
		if dropped {
			raw = nil
		}
		return []model.Evidence{event(o, name, raw)}, ""
	}
	var out []model.Evidence
	for _, e := range items {
		if m, ok := e.(map[string]any); ok {
			out = append(out, event(m, o.Str("summary"), nil))
		}
	}
	return out, ""
}

// event makes evidence of one event. A page names its calendar; an event without an organizer is given
// that name, for it cannot be told whose it is otherwise.
func event(o canon.Object, calendar string, raw []byte) model.Evidence {
	if calendar != "" && o.At("organizer") == nil {
		o["organizer"] = map[string]any{"displayName": calendar}
	}
	body := canon.Bytes(o)
	if raw == nil {
		raw = body
	}
	ev := model.Evidence{Media: mediaGoogle, Canon: body, Raw: raw, Group: organizer(o), At: stamp(o)}
	id := o.Str("id")
	if id == "" {
		id = strings.TrimSuffix(o.Str("iCalUID"), "@google.com")
	}
	if id == "" {
		d := sources.Digest(ev.Media, body)
		id = "sha256-" + hex.EncodeToString(d[:8])
	}
	ev.Key = "event:" + id
	return ev
}

// organizer is the calendar's id, or its name when that is all there is.
func organizer(o canon.Object) string {
	if e := o.Str("organizer", "email"); e != "" {
		return e
	}
	return o.Str("organizer", "displayName")
}

// stamp is when the event last changed, else when it was made.
func stamp(o canon.Object) int64 {
	for _, k := range []string{"updated", "created"} {
		if t, err := time.Parse(time.RFC3339, o.Str(k)); err == nil {
			return t.UnixMicro()
		}
	}
	return 0
}
