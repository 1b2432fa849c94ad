package calendar

// This file: an iCalendar file cut component by component (RFC 5545), so that one bad event spoils no other.

import (
	"bufio"
	"bytes"
	"io"
	"strings"

	"salvage/model"
	"salvage/sources"
	"salvage/sources/canon"
)

// maxICSLine bounds one physical line, and maxZone the definitions of zones that are kept for the events.
const (
	maxICSLine = 1 << 20
	maxZone    = 64 << 10
)

func openICS(r io.Reader) sources.Splitter {
	return &icsSplitter{br: bufio.NewReaderSize(r, 1<<16), zones: map[string]string{}}
}

// icsSplitter gives VEVENT, VTODO and VJOURNAL components one by one.
type icsSplitter struct {
	br    *bufio.Reader
	off   int64
	line  []byte // one that was read ahead
	name  string // X-WR-CALNAME
	meth  string // METHOD
	zones map[string]string
	depth int // open VCALENDARs
	ended bool
}

// Next implements sources.Splitter.
func (s *icsSplitter) Next() (sources.Piece, error) {
	for {
		at := s.off
		l, err := s.next()
		if err == io.EOF {
			if s.depth > 0 && !s.ended {
				s.ended = true
				return sources.Piece{Raw: []byte("BEGIN:VCALENDAR"), Offset: at, Broken: sources.BrokenCut}, nil
			}
			return sources.Piece{}, io.EOF
		}
		if err != nil {
			return sources.Piece{}, err
		}
		name, value := property(l)
		switch name {
		case "BEGIN":
			comp := strings.ToUpper(strings.TrimSpace(value))
			if comp == "VCALENDAR" {
				s.depth++
				s.name, s.meth = "", ""
				continue
			}
			p, wanted, err := s.component(comp, l, at)
			if err != nil || wanted {
				return p, err
			}
		case "END":
			s.depth = max(0, s.depth-1)
		case "X-WR-CALNAME":
			s.name = unescape(value)
		case "METHOD":
			s.meth = strings.ToUpper(strings.TrimSpace(value))
		default:
			if name == "" && len(bytes.TrimSpace(l)) > 0 && l[0] != ' ' && l[0] != '\t' {
				return sources.Piece{Raw: l, Offset: at, Broken: sources.BrokenICS}, nil
			}
		}
	}
}

// component reads one component to its end. Zones are kept for the events that name them; what is neither
// an event, a task nor a journal entry says nothing of a booking and is passed over.
func (s *icsSplitter) component(comp string, first []byte, at int64) (p sources.Piece, wanted bool, err error) {
	wanted = comp == "VEVENT" || comp == "VTODO" || comp == "VJOURNAL"
	p = sources.Piece{Raw: bytes.Clone(first), Offset: at}
	stack := []string{comp}
	for len(stack) > 0 {
		before := s.off
		l, err := s.next()
		if err == io.EOF {
			p.Broken, s.ended = sources.BrokenCut, true
			return p, true, nil
		}
		if err != nil {
			return p, wanted, err
		}
		name, value := property(l)
		value = strings.ToUpper(strings.TrimSpace(value))
		if name == "BEGIN" && (value == "VEVENT" || value == "VCALENDAR") || name == "END" && value == "VCALENDAR" {
			// The component never ended: what comes belongs to others.
			s.line, s.off = l, before
			p.Broken = sources.BrokenICS
			return p, true, nil
		}
		p.Raw = append(p.Raw, l...)
		switch {
		case name == "BEGIN" && len(stack) < 8:
			stack = append(stack, value)
		case name == "END" && value == stack[len(stack)-1]:
			stack = stack[:len(stack)-1]
		}
		if len(p.Raw) > sources.MaxObject {
			p.Broken = sources.BrokenSize
			return p, true, nil
		}
	}
	if comp == "VTIMEZONE" && len(p.Raw) <= maxZone && len(s.zones) < 200 {
		lines := unfold(p.Raw)
		if id := find(lines, "TZID"); id.name != "" {
			s.zones[id.value] = strings.Join(lines, "\n")
		}
	}
	return p, wanted, nil
}

// next reads one physical line with its end.
func (s *icsSplitter) next() ([]byte, error) {
	if s.line != nil {
		l := s.line
		s.line = nil
		s.off += int64(len(l))
		return l, nil
	}
	var out []byte
	for len(out) < maxICSLine {
		part, err := s.br.ReadSlice('\n')
		out = append(out, part...)
		if err == bufio.ErrBufferFull {
			continue
		}
		if err == io.EOF && len(out) > 0 {
			break
		}
		if err != nil {
			return nil, err
		}
		break
	}
	s.off += int64(len(out))
	return out, nil
}

// Make implements sources.Splitter.
func (s *icsSplitter) Make(p sources.Piece) ([]model.Evidence, string) {
	lines := unfold(p.Raw)
	if len(lines) == 0 {
		return nil, sources.BrokenICS
	}
	var b bytes.Buffer
	if s.name != "" {
		b.WriteString("X-WR-CALNAME:" + escape(s.name) + "\n")
	}
	itip := s.meth != "" && s.meth != "PUBLISH"
	if itip {
		b.WriteString("METHOD:" + s.meth + "\n")
	}
	for _, id := range zonesUsed(lines) {
		if def, ok := s.zones[id]; ok && zoneByName(id) == nil {
			b.WriteString(def + "\n")
		}
	}
	for _, l := range lines {
		// QUIRK: RFC 5545 section 3.8.7.2: without a METHOD, DTSTAMP is the last revision; Google and others
		// write the moment of the export instead, so that no two exports would be the same.
		if name, _ := property([]byte(l)); name == "DTSTAMP" && !itip {
			continue
		}
		b.WriteString(l + "\n")
	}
	body := []byte(canon.Text(b.String()))
	raw := p.Raw
	if canon.Text(string(raw)) != string(raw) {
		raw = body
	}
	c := parseICS(body)
	ev := model.Evidence{Media: mediaICS, Canon: body, Raw: raw, Group: c.group(), At: c.stamp()}
	ev.Key = "event:" + c.id(body)
	return []model.Evidence{ev}, ""
}

// zonesUsed gives the TZID parameters of a component, in the order they appear.
func zonesUsed(lines []string) []string {
	var ids []string
	for _, l := range lines {
		p := parseProp(l)
		id := p.params["TZID"]
		known := id == ""
		for _, have := range ids {
			known = known || have == id
		}
		if !known && len(ids) < 50 {
			ids = append(ids, id)
		}
	}
	return ids
}
