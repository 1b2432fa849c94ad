package calendar

import (
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"salvage/model"
	"salvage/sources"
)

func load(t testing.TB, in string) (evs []model.Evidence, broken []string) {
	s := Open("", []byte(in))(strings.NewReader(in))
	for {
		p, err := s.Next()
		if err == io.EOF {
			return evs, broken
		}
		require.NoError(t, err)
		code := p.Broken
		var items []model.Evidence
		if code == "" {
			items, code = s.Make(p)
		}
		if code != "" {
			broken = append(broken, code)
		}
		evs = append(evs, items...)
	}
}

func segments(r *model.Reading) map[string]string {
	out := map[string]string{}
	for _, s := range r.Segments {
		k := s.Path + "|" + s.Label
		if out[k] != "" {
			out[k] += "\n"
		}
		out[k] += s.Text
	}
	return out
}

func TestGoogle(t *testing.T) {
	evs, broken := load(t, `{"kind":"calendar#events","summary":"Pick-ups","items":[
		{"id":"e1","status":"confirmed","created":"2026-01-01T00:00:00.000Z","updated":"2026-01-02T03:04:05.678Z","summary":"Golf – Jane Doe","sequence":3,
		 "description":"<b>Ref</b>: AB-1<br>Tel: 0151 1<br><a href=\"https://x.test/b?id=9\">open</a>","location":"Airport",
		 "start":{"dateTime":"2026-03-29T10:00:00+02:00","timeZone":"Europe/Berlin"},"end":{"dateTime":"2026-03-30T10:00:00+02:00"},
		 "attendees":[{"email":"Jane@Doe.test","displayName":"Jane Doe"}],"extendedProperties":{"private":{"bookingId":"77"}},"source":{"url":"https://y.test/?r=5"},
		 "organizer":{"email":"pickups@group.calendar.google.com"}},
		{"id":"e2","status":"cancelled"},
		{"id":"e3","start":{"date":"2026-05-01"},"end":{"date":"2026-05-04"},"summary":"x"}],"nextSyncToken":"t"}`)
	require.Empty(t, broken)
	require.Len(t, evs, 3)
	require.Equal(t, "event:e1", evs[0].Key)
	require.Equal(t, "pickups@group.calendar.google.com", evs[0].Group)
	require.Equal(t, "Pick-ups", evs[2].Group)
	r := Read(&evs[0])
	require.Equal(t, "Golf – Jane Doe", r.Title)
	require.Equal(t, "Europe/Berlin", r.Zone)
	require.EqualValues(t, 3, r.Sequence)
	require.False(t, r.Deleted)
	require.Equal(t, time.Date(2026, 1, 2, 3, 4, 5, 678e6, time.UTC).UnixMicro(), r.At)
	s := segments(r)
	for k, want := range map[string]string{
		"start|start": "2026-03-29T10:00:00+02:00", "end|end": "2026-03-30T10:00:00+02:00", "description|Ref": "AB-1", "description|Tel": "0151 1", "location|": "Airport",
		"attendee.email|attendee": "jane@doe.test", "attendee.name|attendee": "Jane Doe", "extendedProperties/private/bookingId|bookingId": "77", "link:id|id": "9", "link:r|r": "5",
		"source.url|source": "https://y.test/?r=5", "created|created": "2026-01-01T00:00:00.000Z",
	} {
		require.Equal(t, want, s[k], k)
	}
	require.True(t, Read(&evs[1]).Deleted)
	require.Empty(t, Read(&evs[1]).Defects)
	s = segments(Read(&evs[2]))
	require.Equal(t, "2026-05-01", s["start|start"])
	require.Equal(t, "2026-05-04", s["end|end"])
}

const ics = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nX-WR-CALNAME:Staff\\, north\r\n" +
	"BEGIN:VTIMEZONE\r\nTZID:Our Zone\r\nBEGIN:STANDARD\r\nDTSTART:19701025T030000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nRRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\nEND:STANDARD\r\n" +
	"BEGIN:DAYLIGHT\r\nDTSTART:19700329T020000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\nEND:DAYLIGHT\r\nEND:VTIMEZONE\r\n" +
	"%s\r\nEND:VCALENDAR\r\n"

func oneEvent(lines ...string) string {
	return strings.Replace(ics, "%s", "BEGIN:VEVENT\r\nUID:u1@google.com\r\n"+strings.Join(lines, "\r\n")+"\r\nEND:VEVENT", 1)
}

func TestICS(t *testing.T) {
	tests := []struct {
		name       string
		lines      []string
		start, end string
		zone       string
	}{
		{"UTC", []string{"DTSTART:20260102T100000Z", "DTEND:20260102T110000Z"}, "2026-01-02T10:00:00Z", "2026-01-02T11:00:00Z", ""},
		{"IANA zone, folded, quoted", []string{"DTSTART;TZID=\"America/New_York\":2026070\r\n 1T100000", "DTEND;TZID=America/New_York:20260701T110000"}, "2026-07-01T10:00:00-04:00", "2026-07-01T11:00:00-04:00", "America/New_York"},
		{"Windows zone", []string{"DTSTART;TZID=Eastern Standard Time:20260701T100000", "DURATION:P1DT2H"}, "2026-07-01T10:00:00-04:00", "2026-07-02T12:00:00-04:00", "America/New_York"},
		{"vendor's prefix", []string{"DTSTART;TZID=/freeassociation.sourceforge.net/Europe/Berlin:20260701T100000"}, "2026-07-01T10:00:00+02:00", "", "Europe/Berlin"},
		{"the file's own zone, summer", []string{"DTSTART;TZID=Our Zone:20260701T100000", "DURATION:PT90M"}, "2026-07-01T10:00:00+02:00", "2026-07-01T11:30:00+02:00", ""},
		{"the file's own zone, winter", []string{"DTSTART;TZID=Our Zone:20260115T100000"}, "2026-01-15T10:00:00+01:00", "", ""},
		{"the file's own zone, the day it changes", []string{"DTSTART;TZID=Our Zone:20260329T030000", "DTEND;TZID=Our Zone:20260329T015959"}, "2026-03-29T03:00:00+02:00", "2026-03-29T01:59:59+01:00", ""},
		{"floating", []string{"DTSTART:20260701T100000", "DTEND:20260701T1100"}, "2026-07-01T10:00:00", "2026-07-01T11:00:00", ""},
		{"unknown zone", []string{"DTSTART;TZID=Nowhere:20260701T100000"}, "2026-07-01T10:00:00", "", ""},
		{"all day", []string{"DTSTART;VALUE=DATE:20260701", "DTEND;VALUE=DATE:20260703"}, "2026-07-01", "2026-07-03", ""},
		{"days as duration", []string{"DTSTART;VALUE=DATE:20260701", "DURATION:P1W"}, "2026-07-01", "2026-07-08", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			evs, broken := load(t, oneEvent(tt.lines...))
			require.Empty(t, broken)
			require.Equal(t, "event:u1", evs[0].Key)
			require.Equal(t, "Staff, north", evs[0].Group)
			r := Read(&evs[0])
			require.Empty(t, r.Defects)
			s := segments(r)
			require.Equal(t, tt.start, s["start|start"])
			require.Equal(t, tt.end, s["end|end"])
			require.Equal(t, tt.zone, r.Zone)
		})
	}
}

func TestICSDetails(t *testing.T) {
	evs, _ := load(t, oneEvent("DTSTART:20260102T100000Z", "SUMMARY:Golf\\, Jane", "DESCRIPTION:Ref: AB-1\\nTel: 0151", "unfolded text goes on", "SEQUENCE:4", "STATUS:CANCELLED",
		"ATTENDEE;CN=\"Doe; Jane\":MAILTO:Jane@Doe.test", "LAST-MODIFIED:20260101T000000Z", "DTSTAMP:20260505T000000Z", "RECURRENCE-ID:20260102T100000Z",
		"BEGIN:VALARM", "SUMMARY:alarm", "END:VALARM", "X-BOOKING:77", "no line at all"))
	require.Len(t, evs, 1)
	require.Equal(t, "event:u1:20260102T100000Z", evs[0].Key)
	require.NotContains(t, string(evs[0].Canon), "DTSTAMP")
	r := Read(&evs[0])
	require.True(t, r.Deleted)
	require.EqualValues(t, 4, r.Sequence)
	require.Equal(t, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro(), r.At)
	require.Len(t, r.Defects, 1)
	s := segments(r)
	for k, want := range map[string]string{"summary|": "Golf, Jane", "description|Ref": "AB-1", "description|Tel": "0151", "attendee.name|attendee": "Doe; Jane",
		"attendee.email|attendee": "jane@doe.test", "extendedProperties/x-booking|X-BOOKING": "77"} {
		require.Equal(t, want, s[k], k)
	}
}

// The HTML that Outlook writes beside, or in place of, the description is read as such.
func TestICSRichDescription(t *testing.T) {
	evs, _ := load(t, oneEvent("DTSTART:20260102T100000Z", "X-ALT-DESC;FMTTYPE=text/html:<html><body><table><tr><td>Ref</td><td>AB-1</td></tr></table></body></html>", "LOCATION:Harbour\\, north", "CATEGORIES:Hire", "CONTACT:Jane Doe"))
	s := segments(Read(&evs[0]))
	require.Equal(t, "AB-1", s["description|Ref"])
	require.Equal(t, "Harbour, north", s["location|"])
	require.Equal(t, "Hire", s["categories|categories"])
	require.Equal(t, "Jane Doe", s["contact|contact"])
}

func TestICSBroken(t *testing.T) {
	in := "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nDTSTART:nonsense\nEND:VEVENT\nBEGIN:VEVENT\nUID:2\nBEGIN:VEVENT\nUID:3\nDTSTART:20260101\nEND:VEVENT\n%%%\nBEGIN:VEVENT\nUID:4\n"
	evs, broken := load(t, in)
	require.Len(t, evs, 2)
	require.Equal(t, []string{sources.BrokenICS, sources.BrokenICS, sources.BrokenCut}, broken)
	require.Len(t, Read(&evs[0]).Defects, 1)
	require.Empty(t, Read(&evs[1]).Defects)
}

// The same event in an export of another day is the same evidence.
func TestICSExportsAgree(t *testing.T) {
	a, _ := load(t, oneEvent("DTSTART:20260102T100000Z", "DTSTAMP:20260505T000000Z", "SUMMARY:a long title that is folded"))
	b, _ := load(t, strings.ReplaceAll(oneEvent("DTSTART:20260102T100000Z", "DTSTAMP:20260606T000000Z", "SUMMARY:a long title\r\n  that is folded"), "\r\n", "\n"))
	require.Equal(t, string(a[0].Canon), string(b[0].Canon))
}

func TestTimes(t *testing.T) {
	r := Times([]byte("BEGIN:VCALENDAR\nMETHOD:CANCEL\nBEGIN:VEVENT\nUID:1\nSEQUENCE:2\nDTSTART:20260102T100000Z\nEND:VEVENT\nEND:VCALENDAR\n"))
	require.True(t, r.Deleted)
	require.EqualValues(t, 2, r.Sequence)
	require.Equal(t, "2026-01-02T10:00:00Z", segments(r)["ics:start|start"])
}

func FuzzICS(f *testing.F) {
	f.Add(oneEvent("DTSTART;TZID=Our Zone:20260701T100000", "DURATION:P1DT2H"))
	f.Add("BEGIN:VEVENT\nDTSTART;X=\"a:20260101\nBEGIN:VTIMEZONE\nTZID:\nRRULE:FREQ=YEARLY;BYDAY=9XX;BYMONTH=99\nEND:VTIMEZONE\nEND:VEVENT")
	f.Fuzz(func(t *testing.T, in string) {
		s := openICS(strings.NewReader(in))
		for range len(in) + 2 {
			p, err := s.Next()
			if err != nil {
				return
			}
			if p.Broken != "" {
				continue
			}
			evs, _ := s.Make(p)
			for i := range evs {
				Read(&evs[i])
			}
		}
		t.Fatal("no end")
	})
}

func FuzzGoogle(f *testing.F) {
	f.Add([]byte(`{"id":"1","start":{"dateTime":"2026-01-01T00:00:00","timeZone":"Eastern Standard Time"},"description":"<p>x"}`))
	f.Fuzz(func(_ *testing.T, in []byte) { Read(&model.Evidence{Media: mediaGoogle, Canon: in}) })
}

// Hostile folding costs no more than its size.
func TestUnfoldIsLinear(t *testing.T) {
	body := "BEGIN:VEVENT\nSUMMARY:x\n" + strings.Repeat(" y\n", 1_000_000) + "END:VEVENT\n"
	began := time.Now()
	evs, broken := load(t, body)
	require.Empty(t, broken)
	require.Len(t, evs, 1)
	require.Less(t, time.Since(began), 20*time.Second)
}
