package calendar

// This file: zones by name: IANA names, the names Windows and Exchange write, and zones that a file
// defines itself.

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// zoneByName gives the zone of a TZID; nil when no database knows it.
func zoneByName(id string) *time.Location {
	id = strings.Trim(strings.TrimSpace(id), `"`)
	if id == "" || id == "Local" || len(id) > 100 {
		return nil
	}
	if w := windowsZone(id); w != "" {
		id = w
	}
	// QUIRK: RFC 5545 section 3.8.3.1 lets globally unique ids begin with "/" and a vendor's prefix:
	// "/freeassociation.sourceforge.net/Europe/Berlin".
	if strings.HasPrefix(id, "/") {
		parts := strings.Split(id, "/")
		if len(parts) >= 3 {
			id = strings.Join(parts[len(parts)-2:], "/")
		}
	}
	loc, err := time.LoadLocation(id)
	if err != nil {
		return nil
	}
	return loc
}

// windowsZone gives the IANA zone of a Windows zone name (Unicode CLDR windowsZones, territory 001).
func windowsZone(name string) string {
	const table = `AUS Central Standard Time=Australia/Darwin|AUS Eastern Standard Time=Australia/Sydney|Afghanistan Standard Time=Asia/Kabul|Alaskan Standard Time=America/Anchorage|Arab Standard Time=Asia/Riyadh|Arabian Standard Time=Asia/Dubai|Arabic Standard Time=Asia/Baghdad|Argentina Standard Time=America/Buenos_Aires|Atlantic Standard Time=America/Halifax|Azerbaijan Standard Time=Asia/Baku|Azores Standard Time=Atlantic/Azores|Bahia Standard Time=America/Bahia|Bangladesh Standard Time=Asia/Dhaka|Belarus Standard Time=Europe/Minsk|Canada Central Standard Time=America/Regina|Cape Verde Standard Time=Atlantic/Cape_Verde|Caucasus Standard Time=Asia/Yerevan|Cen. Australia Standard Time=Australia/Adelaide|Central America Standard Time=America/Guatemala|Central Asia Standard Time=Asia/Almaty|Central Brazilian Standard Time=America/Cuiaba|Central Europe Standard Time=Europe/Budapest|Central European Standard Time=Europe/Warsaw|Central Pacific Standard Time=Pacific/Guadalcanal|Central Standard Time=America/Chicago|Central Standard Time (Mexico)=America/Mexico_City|China Standard Time=Asia/Shanghai|Cuba Standard Time=America/Havana|E. Africa Standard Time=Africa/Nairobi|E. Australia Standard Time=Australia/Brisbane|E. Europe Standard Time=Europe/Chisinau|E. South America Standard Time=America/Sao_Paulo|Eastern Standard Time=America/New_York|Eastern Standard Time (Mexico)=America/Cancun|Egypt Standard Time=Africa/Cairo|Ekaterinburg Standard Time=Asia/Yekaterinburg|FLE Standard Time=Europe/Kiev|Fiji Standard Time=Pacific/Fiji|GMT Standard Time=Europe/London|GTB Standard Time=Europe/Bucharest|Georgian Standard Time=Asia/Tbilisi|Greenland Standard Time=America/Godthab|Greenwich Standard Time=Atlantic/Reykjavik|Hawaiian Standard Time=Pacific/Honolulu|India Standard Time=Asia/Calcutta|Iran Standard Time=Asia/Tehran|Israel Standard Time=Asia/Jerusalem|Jordan Standard Time=Asia/Amman|Kaliningrad Standard Time=Europe/Kaliningrad|Korea Standard Time=Asia/Seoul|Line Islands Standard Time=Pacific/Kiritimati|Mauritius Standard Time=Indian/Mauritius|Middle East Standard Time=Asia/Beirut|Montevideo Standard Time=America/Montevideo|Morocco Standard Time=Africa/Casablanca|Mountain Standard Time=America/Denver|Mountain Standard Time (Mexico)=America/Mazatlan|Myanmar Standard Time=Asia/Rangoon|N. Central Asia Standard Time=Asia/Novosibirsk|Namibia Standard Time=Africa/Windhoek|Nepal Standard Time=Asia/Katmandu|New Zealand Standard Time=Pacific/Auckland|Newfoundland Standard Time=America/St_Johns|North Asia East Standard Time=Asia/Irkutsk|North Asia Standard Time=Asia/Krasnoyarsk|Pacific SA Standard Time=America/Santiago|Pacific Standard Time=America/Los_Angeles|Pacific Standard Time (Mexico)=America/Tijuana|Pakistan Standard Time=Asia/Karachi|Paraguay Standard Time=America/Asuncion|Romance Standard Time=Europe/Paris|Russian Standard Time=Europe/Moscow|SA Eastern Standard Time=America/Cayenne|SA Pacific Standard Time=America/Bogota|SA Western Standard Time=America/La_Paz|SE Asia Standard Time=Asia/Bangkok|Samoa Standard Time=Pacific/Apia|Singapore Standard Time=Asia/Singapore|South Africa Standard Time=Africa/Johannesburg|Sri Lanka Standard Time=Asia/Colombo|Syria Standard Time=Asia/Damascus|Taipei Standard Time=Asia/Taipei|Tasmania Standard Time=Australia/Hobart|Tokyo Standard Time=Asia/Tokyo|Tonga Standard Time=Pacific/Tongatapu|Turkey Standard Time=Europe/Istanbul|US Eastern Standard Time=America/Indianapolis|US Mountain Standard Time=America/Phoenix|UTC=Etc/UTC|Ulaanbaatar Standard Time=Asia/Ulaanbaatar|Venezuela Standard Time=America/Caracas|Vladivostok Standard Time=Asia/Vladivostok|W. Australia Standard Time=Australia/Perth|W. Central Africa Standard Time=Africa/Lagos|W. Europe Standard Time=Europe/Berlin|W. Mongolia Standard Time=Asia/Hovd|West Asia Standard Time=Asia/Tashkent|West Bank Standard Time=Asia/Hebron|West Pacific Standard Time=Pacific/Port_Moresby|Yakutsk Standard Time=Asia/Yakutsk|Yukon Standard Time=America/Whitehorse|`
	if strings.ContainsAny(name, "|=") {
		return ""
	}
	i := strings.Index("|"+table, "|"+name+"=")
	if i < 0 {
		return ""
	}
	rest := table[i+len(name)+1:]
	return rest[:strings.IndexByte(rest, '|')]
}

// zone is a zone that a file defines by its observances (RFC 5545 section 3.6.5).
type zone struct {
	id    string
	rules []observance
}

// observance is standard or daylight time: from when, the offset in seconds, and the yearly rule if any.
type observance struct {
	start    time.Time // local
	offset   int
	before   int // the offset that held until then
	month    time.Month
	weekday  time.Weekday
	nth      int // 1…5 from the start, -1 from the end; 0: no yearly rule
	monthday int
}

func parseZone(lines []string) *zone {
	z := &zone{}
	var o *observance
	for _, l := range lines {
		p := parseProp(l)
		v := strings.TrimSpace(p.value)
		switch {
		case p.name == "TZID":
			z.id = v
		case p.name == "BEGIN" && len(z.rules) < 500:
			z.rules = append(z.rules, observance{})
			o = &z.rules[len(z.rules)-1]
		case o == nil:
		case p.name == "DTSTART":
			o.start, _ = time.Parse("20060102T150405", strings.TrimSuffix(v, "Z"))
		case p.name == "TZOFFSETTO":
			o.offset = utcOffset(v)
		case p.name == "TZOFFSETFROM":
			o.before = utcOffset(v)
		case p.name == "RRULE":
			o.rule(v)
		}
	}
	return z
}

// utcOffset reads "+0100", "-073000" as seconds.
func utcOffset(s string) int {
	sign := 1
	if strings.HasPrefix(s, "-") {
		sign = -1
	}
	s = strings.TrimLeft(s, "+-")
	for len(s) < 6 {
		s += "0"
	}
	h, _ := strconv.Atoi(s[0:2])
	m, _ := strconv.Atoi(s[2:4])
	sec, _ := strconv.Atoi(s[4:6])
	return sign * (h*3600 + m*60 + sec)
}

// rule reads FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU, the only form that zones are written in.
func (o *observance) rule(s string) {
	for _, part := range strings.Split(strings.ToUpper(s), ";") {
		k, v, _ := strings.Cut(part, "=")
		switch k {
		case "BYMONTH":
			n, _ := strconv.Atoi(v)
			o.month = time.Month(n)
		case "BYMONTHDAY":
			n, _, _ := strings.Cut(v, ",")
			o.monthday, _ = strconv.Atoi(n)
		case "BYDAY":
			if len(v) < 2 {
				continue
			}
			o.weekday = time.Weekday(max(0, strings.Index("SUMOTUWETHFRSA", v[len(v)-2:])/2))
			o.nth, _ = strconv.Atoi(v[:len(v)-2])
			if o.nth == 0 {
				o.nth = 1
			}
		}
	}
}

// in gives the local time at which the observance begins in a year; ok is false before its start.
func (o observance) in(year int) (time.Time, bool) {
	if o.nth == 0 || o.month < 1 || o.month > 12 {
		return o.start, o.start.Year() == year || o.start.Year() < year && o.nth == 0
	}
	day := 1
	if o.nth > 0 {
		first := time.Date(year, o.month, max(1, o.monthday), 0, 0, 0, 0, time.UTC)
		day = first.Day() + (int(o.weekday)-int(first.Weekday())+7)%7 + 7*(o.nth-1)
	} else {
		last := time.Date(year, o.month+1, 0, 0, 0, 0, 0, time.UTC)
		day = last.Day() - (int(last.Weekday())-int(o.weekday)+7)%7 + 7*(o.nth+1)
	}
	t := time.Date(year, o.month, day, o.start.Hour(), o.start.Minute(), o.start.Second(), 0, time.UTC)
	return t, !t.Before(o.start)
}

// offset gives the seconds east of UTC at a local time: those of the observance that began last. A local
// time that a jump skips or repeats takes the offset that held before it.
func (z *zone) offset(local time.Time) int {
	type onset struct {
		at     time.Time
		offset int
	}
	var all []onset
	for _, o := range z.rules {
		for y := local.Year() - 1; y <= local.Year(); y++ {
			if at, ok := o.in(y); ok {
				if o.offset < o.before {
					// Clocks go back: the repeated hour still counts as before.
					all = append(all, onset{at, o.offset})
					continue
				}
				all = append(all, onset{at.Add(time.Duration(o.offset-o.before) * time.Second), o.offset})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b onset) int { return cmp.Compare(a.at.Unix(), b.at.Unix()) })
	best := 0
	if len(z.rules) > 0 {
		best = z.rules[0].before
	}
	for _, o := range all {
		if !o.at.After(local) {
			best = o.offset
		}
	}
	return best
}
