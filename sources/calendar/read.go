package calendar

// This file: an event becomes a reading.

import (
	"bytes"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
	"time"

	"salvage/model"
	"salvage/sources/canon"
	"salvage/sources/text"
)

// Reader names this reader and its version.
const Reader = "calendar@2"

const maxSegments = 400

type reading struct{ *model.Reading }

// Read makes a reading of one event.
func Read(ev *model.Evidence) *model.Reading {
	out := &reading{&model.Reading{Reader: Reader, At: ev.At}}
	if ev.Media == mediaICS {
		out.ics(parseICS(ev.Canon))
		return out.Reading
	}
	o, _, err := canon.Parse(ev.Canon)
	if err != nil {
		out.Outcome, out.Defects = model.Unreadable, []string{"not a JSON object: " + err.Error()}
		return out.Reading
	}
	out.google(o)
	return out.Reading
}

func (out *reading) add(path, label, s, part string) {
	if strings.TrimSpace(s) == "" || len(out.Segments) >= maxSegments {
		return
	}
	out.Segments = append(out.Segments, model.Segment{Path: path, Label: label, Text: s, Span: model.Span{Part: part}})
}

// lines adds a text made for people. Descriptions may be HTML (Google Calendar API, events.description).
func (out *reading) lines(path, s, part string) {
	if strings.TrimSpace(s) == "" {
		return
	}
	var ls []text.Line
	var links []text.Link
	if strings.Contains(s, "<") && strings.Contains(s, ">") && looksHTML(s) {
		d := text.HTML(s)
		ls, links = d.Lines, d.Links
	} else {
		ls, _ = text.Plain(s)
	}
	if path == "summary" {
		// A title is one thing, whatever stands before a colon in it.
		out.Segments = append(out.Segments, model.Segment{Path: path, Text: strings.TrimSpace(s), Span: model.Span{Part: part}})
	}
	for _, l := range ls {
		if len(out.Segments) >= maxSegments {
			return
		}
		if path == "summary" && l.Label == "" {
			continue
		}
		out.Segments = append(out.Segments, model.Segment{Path: path, Label: l.Label, Text: l.Text, Above: l.Above, Quoted: l.Quoted,
			Span: model.Span{Part: part, From: l.From, To: l.To}})
	}
	for _, l := range links {
		out.link(l.Href, model.Span{Part: part, From: l.From, To: l.To})
	}
}

func looksHTML(s string) bool {
	low := strings.ToLower(s)
	for _, tag := range []string{"<br", "<p", "<b>", "<div", "<span", "<a ", "<ul", "<li", "<table", "<html", "<i>", "<u>", "<strong"} {
		if strings.Contains(low, tag) {
			return true
		}
	}
	return false
}

// link adds an address of the web and its parameters.
func (out *reading) link(href string, at model.Span) {
	u, err := url.Parse(strings.TrimSpace(href))
	if err != nil || len(href) > 2048 || len(out.Segments) >= maxSegments {
		return
	}
	if u.Host != "" {
		out.Segments = append(out.Segments, model.Segment{Path: "link", Label: u.Host, Text: u.Path, Span: at})
	}
	for _, pair := range strings.Split(u.RawQuery, "&") {
		k, v, _ := strings.Cut(pair, "=")
		key, err1 := url.QueryUnescape(k)
		value, err2 := url.QueryUnescape(v)
		if err1 == nil && err2 == nil && value != "" && len(value) <= 256 && len(out.Segments) < maxSegments {
			out.Segments = append(out.Segments, model.Segment{Path: "link:" + key, Label: key, Text: value, Span: at})
		}
	}
}

// google reads an event of the Calendar API v3.
func (out *reading) google(o canon.Object) {
	out.At = stamp(o)
	out.Origin = strings.ToLower(organizer(o))
	out.Title = o.Str("summary")
	out.Sequence, _ = o.Int("sequence")
	out.Deleted = o.Str("status") == "cancelled"
	out.Zone = first(zoneName(o.Str("start", "timeZone")), zoneName(o.Str("end", "timeZone")))
	for _, k := range []string{"start", "end", "originalStartTime"} {
		out.when(o, k)
	}
	out.lines("summary", o.Str("summary"), "/summary")
	out.lines("description", o.Str("description"), "/description")
	out.lines("location", o.Str("location"), "/location")
	out.add("organizer.name", "organizer", o.Str("organizer", "displayName"), "/organizer/displayName")
	out.add("organizer.email", "organizer", o.Str("organizer", "email"), "/organizer/email")
	out.add("creator.email", "creator", o.Str("creator", "email"), "/creator/email")
	out.attendees(o)
	for _, scope := range []string{"private", "shared"} {
		props, _ := o.At("extendedProperties", scope).(map[string]any)
		for _, k := range canon.SortedKeys(props) {
			out.leaf("extendedProperties/"+scope+"/"+k, k, props[k], "/extendedProperties/"+scope+"/"+k)
		}
	}
	if href := o.Str("source", "url"); href != "" {
		out.add("source.url", "source", href, "/source/url")
		out.link(href, model.Span{Part: "/source/url"})
	}
	out.add("source.title", "source", o.Str("source", "title"), "/source/title")
	for _, k := range []string{"colorId", "eventType", "iCalUID", "recurringEventId", "created", "transparency", "status"} {
		out.add(k, k, o.Str(k), "/"+k)
	}
	if o.At("start") == nil && o.At("end") == nil && !out.Deleted {
		out.Defects = append(out.Defects, "no start and no end")
	}
}

// when adds a start or end as stated: a date, or a time with its offset.
func (out *reading) when(o canon.Object, k string) {
	if d := o.Str(k, "date"); d != "" {
		out.add(k, k, d, "/"+k+"/date")
		return
	}
	s := o.Str(k, "dateTime")
	if s == "" {
		return
	}
	if _, err := time.Parse(time.RFC3339, s); err != nil {
		// QUIRK: the API writes an offset always; other exporters leave it out and state the zone beside it.
		if t, err := time.Parse("2006-01-02T15:04:05", strings.TrimSuffix(s, ".0000000")); err == nil {
			if loc := zoneByName(o.Str(k, "timeZone")); loc != nil {
				s = time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, loc).Format(time.RFC3339)
			}
		} else {
			out.Defects = append(out.Defects, k+": no time: "+strconv.Quote(clip(s)))
		}
	}
	out.add(k, k, s, "/"+k+"/dateTime")
}

func (out *reading) attendees(o canon.Object) {
	list, _ := o.At("attendees").([]any)
	for i, e := range list {
		m, ok := e.(map[string]any)
		if !ok {
			continue
		}
		a := canon.Object(m)
		part := "/attendees/" + strconv.Itoa(i)
		out.add("attendee.name", "attendee", a.Str("displayName"), part+"/displayName")
		out.add("attendee.email", "attendee", strings.ToLower(a.Str("email")), part+"/email")
		out.add("attendee.status", "attendee", a.Str("responseStatus"), part+"/responseStatus")
		out.add("attendee.comment", "attendee", a.Str("comment"), part+"/comment")
	}
}

func (out *reading) leaf(path, label string, v any, part string) {
	switch v := v.(type) {
	case string:
		out.add(path, label, v, part)
	case json.Number:
		out.add(path, label, v.String(), part)
	}
}

// ics reads an iCalendar component.
func (out *reading) ics(c *component) {
	out.At = c.stamp()
	out.Origin = strings.ToLower(c.group())
	out.Title = unescape(c.get("SUMMARY").value)
	out.Sequence, _ = strconv.ParseInt(strings.TrimSpace(c.get("SEQUENCE").value), 10, 64)
	status := strings.ToUpper(strings.TrimSpace(c.get("STATUS").value))
	out.Deleted = status == "CANCELLED" || c.method == "CANCEL"
	if c.bad > 0 {
		out.Defects = append(out.Defects, strconv.Itoa(c.bad)+" lines are no content lines")
	}
	out.span(c)
	for _, p := range c.props {
		out.prop(p)
	}
}

// span adds start and end. A DURATION stands for the end (RFC 5545 section 3.8.2.5).
func (out *reading) span(c *component) {
	start, ok := c.moment(c.get("DTSTART"))
	if ok {
		out.moment("start", c.get("DTSTART"), start)
	} else if c.kind == "VEVENT" {
		out.Defects = append(out.Defects, "DTSTART: no time: "+strconv.Quote(clip(c.get("DTSTART").value)))
	}
	out.Zone = start.Zone
	for _, n := range []string{"DTEND", "DUE"} {
		p := c.get(n)
		if end, ok := c.moment(p); ok {
			out.moment("end", p, end)
			return
		} else if p.name != "" {
			out.Defects = append(out.Defects, n+": no time: "+strconv.Quote(clip(p.value)))
		}
	}
	if p := c.get("DURATION"); p.name != "" && ok {
		if end, ok := start.shift(p.value); ok {
			out.moment("end", p, end)
			return
		}
		out.Defects = append(out.Defects, "DURATION: not understood: "+strconv.Quote(clip(p.value)))
	}
}

func (out *reading) moment(path string, p prop, m Moment) {
	out.Segments = append(out.Segments, model.Segment{Path: path, Label: path, Text: m.Text, Span: model.Span{Part: p.name, To: len(p.value)}})
}

// prop adds what one property says.
func (out *reading) prop(p prop) {
	at := model.Span{Part: p.name, To: len(unescape(p.value))}
	put := func(path, label, s string) {
		if strings.TrimSpace(s) != "" && len(out.Segments) < maxSegments {
			out.Segments = append(out.Segments, model.Segment{Path: path, Label: label, Text: s, Span: at})
		}
	}
	v := unescape(p.value)
	switch p.name {
	case "SUMMARY", "DESCRIPTION", "LOCATION", "COMMENT":
		out.lines(strings.ToLower(p.name), v, p.name)
	case "X-ALT-DESC":
		// QUIRK: Outlook writes the description a second time as HTML, and sometimes only so.
		out.lines("description", v, p.name)
	case "ORGANIZER":
		put("organizer.name", "organizer", p.params["CN"])
		put("organizer.email", "organizer", address(p.value))
	case "ATTENDEE":
		put("attendee.name", "attendee", p.params["CN"])
		put("attendee.email", "attendee", address(p.value))
	case "URL":
		put("source.url", "source", v)
		out.link(v, at)
	case "CREATED":
		if t, err := time.Parse("20060102T150405Z", strings.TrimSpace(v)); err == nil {
			put("created", "created", t.Format(time.RFC3339))
		}
	case "UID":
		put("iCalUID", "iCalUID", v)
	case "STATUS", "CATEGORIES", "CONTACT", "RESOURCES", "COLOR":
		put(strings.ToLower(p.name), strings.ToLower(p.name), v)
	default:
		if strings.HasPrefix(p.name, "X-") && len(v) <= 512 && !strings.HasPrefix(p.name, "X-APPLE") && !strings.HasPrefix(p.name, "X-MICROSOFT") {
			put("extendedProperties/"+strings.ToLower(p.name), p.name, v)
		}
	}
}

// Times gives the segments, the deletion and the sequence of an iCalendar text that came inside a message:
// paths are prefixed with "ics:".
func Times(body []byte) *model.Reading {
	s := openICS(bytes.NewReader(body))
	out := &reading{&model.Reading{Reader: Reader}}
	for range 20 {
		p, err := s.Next()
		if err != nil || p.Broken != "" {
			break
		}
		evs, _ := s.Make(p)
		for i := range evs {
			out.ics(parseICS(evs[i].Canon))
		}
	}
	for i := range out.Segments {
		out.Segments[i].Path = "ics:" + out.Segments[i].Path
	}
	return out.Reading
}

func zoneName(s string) string {
	if loc := zoneByName(s); loc != nil {
		return loc.String()
	}
	return ""
}

func first(ss ...string) string {
	for _, s := range ss {
		if s != "" {
			return s
		}
	}
	return ""
}

func clip(s string) string { return s[:min(len(s), 60)] }
