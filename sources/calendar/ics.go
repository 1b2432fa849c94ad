package calendar

// This file: the lines of one iCalendar component, read tolerantly.

import (
	"bytes"
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"salvage/model"
	"salvage/sources"
)

// prop is one content line.
type prop struct {
	name, value string
	params      map[string]string // names in upper case, values without quotes; nil when there are none
}

// property cuts a physical line at its name; the value is without the line's end. The name is "" when it
// is no content line.
func property(l []byte) (name, value string) {
	i := bytes.IndexAny(l, ":;")
	if i <= 0 || !isName(l[:i]) {
		return "", ""
	}
	if l[i] == ';' {
		p := parseProp(strings.TrimRight(string(l), "\r\n"))
		return p.name, p.value
	}
	return strings.ToUpper(string(l[:i])), strings.TrimRight(string(l[i+1:]), "\r\n")
}

func isName(b []byte) bool {
	for _, c := range b {
		if !(c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '.') {
			return false
		}
	}
	return len(b) > 0 && len(b) < 100
}

// unfold joins continued lines (RFC 5545 section 3.1) and drops the line ends.
func unfold(raw []byte) []string {
	var lines []string
	var cur []byte
	flush := func() {
		if len(bytes.TrimSpace(cur)) > 0 {
			lines = append(lines, string(cur))
		}
		cur = cur[:0]
	}
	for _, l := range bytes.Split(bytes.ToValidUTF8(raw, []byte("\uFFFD")), []byte("\n")) {
		l = bytes.TrimRight(l, "\r")
		if len(l) > 0 && (l[0] == ' ' || l[0] == '\t') && len(cur) > 0 {
			cur = append(cur, l[1:]...)
			continue
		}
		// QUIRK: RFC 5545 wants long lines folded with a leading blank; some writers just break them. A line
		// that is no content line goes on with the text before it.
		if name, _ := property(l); name == "" && len(bytes.TrimSpace(l)) > 0 && isText(cur) {
			cur = append(append(cur, `\n`...), l...)
			continue
		}
		flush()
		cur = append(cur, l...)
	}
	flush()
	return lines
}

// isText says whether a content line holds a text that may run over several lines.
func isText(l []byte) bool {
	switch name, _ := property(l[:min(len(l), 200)]); name {
	case "SUMMARY", "DESCRIPTION", "LOCATION", "COMMENT":
		return true
	}
	return false
}

// parseProp reads one unfolded line: name, parameters, value. Quotes may hold colons and semicolons.
func parseProp(l string) prop {
	quoted := false
	var cuts []int
	end := -1
	for i := 0; i < len(l) && end < 0; i++ {
		switch {
		case l[i] == '"':
			quoted = !quoted
		case quoted:
		case l[i] == ';':
			cuts = append(cuts, i)
		case l[i] == ':':
			end = i
		}
	}
	if end < 0 { // an unclosed quote: the first colon ends the name
		if end = strings.IndexByte(l, ':'); end < 0 {
			return prop{}
		}
		cuts = nil
	}
	p := prop{value: l[end+1:]}
	head := end
	if len(cuts) > 0 {
		head = cuts[0]
		p.params = map[string]string{}
		for i, c := range cuts {
			stop := end
			if i+1 < len(cuts) {
				stop = cuts[i+1]
			}
			k, v, _ := strings.Cut(l[c+1:stop], "=")
			p.params[strings.ToUpper(strings.TrimSpace(k))] = strings.Trim(v, `"`)
		}
	}
	name, _, _ := strings.Cut(l[:head], ";")
	p.name = strings.ToUpper(strings.TrimSpace(name))
	if !isName([]byte(p.name)) {
		return prop{}
	}
	return p
}

// find gives the first property of a name among unfolded lines.
func find(lines []string, name string) prop {
	for _, l := range lines {
		if p := parseProp(l); p.name == name {
			return p
		}
	}
	return prop{}
}

// unescape undoes the escapes of TEXT values (RFC 5545 section 3.3.11).
func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		switch s[i] {
		case 'n', 'N':
			b.WriteByte('\n')
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

func escape(s string) string {
	return strings.NewReplacer(`\`, `\\`, "\n", `\n`, ";", `\;`, ",", `\,`).Replace(s)
}

// component is one event with what its calendar says of it.
type component struct {
	kind   string // VEVENT, VTODO, VJOURNAL
	method string
	name   string // the calendar's
	props  []prop // of the component itself, not of alarms inside it
	zones  map[string]*zone
	bad    int // lines that could not be read
}

// parseICS reads the canonical form of one event.
func parseICS(body []byte) *component {
	c := &component{zones: map[string]*zone{}}
	skip := 0
	var zoneLines []string
	inZone := false
	for _, l := range strings.Split(string(body), "\n") {
		p := parseProp(l)
		begin := strings.ToUpper(strings.TrimSpace(p.value))
		switch {
		case l == "":
		case inZone:
			zoneLines = append(zoneLines, l)
			if p.name == "END" && begin == "VTIMEZONE" {
				z := parseZone(zoneLines)
				c.zones[z.id] = z
				inZone = false
			}
		case p.name == "BEGIN" && begin == "VTIMEZONE":
			inZone, zoneLines = true, nil
		case p.name == "BEGIN" && c.kind == "":
			c.kind = begin
		case p.name == "BEGIN":
			skip++
		case p.name == "END":
			skip = max(0, skip-1)
		case skip > 0:
		case p.name == "":
			c.bad++
		case c.kind == "" && p.name == "METHOD":
			c.method = begin
		case c.kind == "" && p.name == "X-WR-CALNAME":
			c.name = unescape(p.value)
		default:
			c.props = append(c.props, p)
		}
	}
	return c
}

func (c *component) get(name string) prop {
	for _, p := range c.props {
		if p.name == name {
			return p
		}
	}
	return prop{}
}

// id is the event's part of the key.
func (c *component) id(body []byte) string {
	uid := strings.TrimSuffix(strings.TrimSpace(c.get("UID").value), "@google.com")
	if uid == "" {
		d := sources.Digest(mediaICS, body)
		return "sha256-" + hex.EncodeToString(d[:8])
	}
	if r := strings.TrimSpace(c.get("RECURRENCE-ID").value); r != "" {
		uid += ":" + r
	}
	return uid
}

// group says whose calendar it is: its name, else the organizer's address.
func (c *component) group() string {
	if c.name != "" {
		return c.name
	}
	return address(c.get("ORGANIZER").value)
}

func address(v string) string {
	v = strings.TrimSpace(v)
	if len(v) >= 7 && strings.EqualFold(v[:7], "mailto:") {
		v = v[7:]
	}
	return strings.ToLower(v)
}

// stamp is when the event last changed, microseconds UTC; 0 when it does not say.
func (c *component) stamp() int64 {
	names := []string{"LAST-MODIFIED", "CREATED"}
	if c.method != "" {
		names = []string{"DTSTAMP", "LAST-MODIFIED", "CREATED"}
	}
	for _, n := range names {
		if t, err := time.Parse("20060102T150405Z", strings.TrimSpace(c.get(n).value)); err == nil {
			return t.UnixMicro()
		}
	}
	return 0
}

// Moment is a DATE or DATE-TIME as stated.
type Moment struct {
	Value model.Value // Instant, Local when no zone is known, or Date
	Text  string      // RFC 3339 with the offset that held there, "2006-01-02T15:04:05" without one, or a date
	Zone  string      // IANA name, "" when none was stated
}

// moment reads DTSTART and its kin (RFC 5545 sections 3.3.4 and 3.3.5).
func (c *component) moment(p prop) (m Moment, ok bool) {
	v := strings.TrimSpace(p.value)
	if t, err := time.Parse("20060102", v); err == nil {
		return Moment{model.DateValue(t.Date()), t.Format(time.DateOnly), ""}, true
	}
	if t, err := time.Parse("20060102T150405Z", v); err == nil {
		return Moment{model.InstantValue(t), t.Format(time.RFC3339), ""}, true
	}
	t, err := time.Parse("20060102T150405", v)
	if err != nil {
		if t, err = time.Parse("20060102T1504", v); err != nil {
			return m, false
		}
	}
	id := p.params["TZID"]
	loc := zoneByName(id)
	if loc == nil {
		if z := c.zones[id]; z != nil {
			at := t.Add(-time.Duration(z.offset(t)) * time.Second)
			fixed := time.FixedZone("", z.offset(t))
			return Moment{model.InstantValue(at), at.In(fixed).Format(time.RFC3339), ""}, true
		}
		return Moment{model.LocalValue(t), t.Format("2006-01-02T15:04:05"), ""}, true
	}
	in := time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, loc)
	return Moment{model.InstantValue(in), in.Format(time.RFC3339), loc.String()}, true
}

// shift moves a moment by a DURATION ("P1DT2H30M", RFC 5545 section 3.3.6).
func (m Moment) shift(duration string) (Moment, bool) {
	s := strings.ToUpper(strings.TrimSpace(duration))
	neg := strings.HasPrefix(s, "-")
	s, ok := strings.CutPrefix(strings.TrimLeft(s, "+-"), "P")
	if !ok {
		return m, false
	}
	var d time.Duration
	n := ""
	for _, c := range s {
		if c >= '0' && c <= '9' {
			n += string(c)
			continue
		}
		if c == 'T' {
			continue
		}
		count, err := strconv.Atoi(n)
		unit := map[rune]time.Duration{'W': 7 * 24 * time.Hour, 'D': 24 * time.Hour, 'H': time.Hour, 'M': time.Minute, 'S': time.Second}[c]
		if err != nil || unit == 0 || count > 100_000_000 {
			return m, false
		}
		d += time.Duration(count) * unit
		n = ""
	}
	if neg {
		d = -d
	}
	return m.add(d), n == ""
}

func (m Moment) add(d time.Duration) Moment {
	m.Value.Num += d.Microseconds()
	switch m.Value.Type {
	case model.Date:
		m.Text = m.Value.Time().Format(time.DateOnly)
		if d%(24*time.Hour) != 0 {
			m.Value.Type = model.Local
			m.Text = m.Value.Time().Format("2006-01-02T15:04:05")
		}
	case model.Local:
		m.Text = m.Value.Time().Format("2006-01-02T15:04:05")
	default:
		loc := time.UTC
		if t, err := time.Parse(time.RFC3339, m.Text); err == nil {
			loc = t.Location()
		}
		if z := zoneByName(m.Zone); z != nil {
			loc = z
		}
		m.Text = m.Value.Time().In(loc).Format(time.RFC3339)
	}
	return m
}

// PartText gives the unescaped value of the property that a span's Part names.
func PartText(body []byte, part string) (string, bool) {
	p := parseICS(body).get(part)
	return unescape(p.value), p.name != ""
}

// PropertyText gives the unescaped value of a property of the first component of an iCalendar text.
func PropertyText(ics []byte, name string) (string, bool) {
	s := openICS(bytes.NewReader(ics))
	for range 20 {
		p, err := s.Next()
		if err != nil || p.Broken != "" {
			break
		}
		if evs, _ := s.Make(p); len(evs) == 1 {
			return PartText(evs[0].Canon, name)
		}
	}
	return "", false
}
