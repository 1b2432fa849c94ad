package learn

// This file: zones. Which zone a source's wall-clock times are in is found by holding them against
// instants of the backup, never assumed.

import (
	"sort"
	"time"
)

// zone is a named location.
type zone struct {
	name string
	loc  *time.Location
}

// Zones that depend on the booking: the one of the place where it begins or ends.
const (
	atPickup = "the pick-up place's zone"
	atReturn = "the return place's zone"
)

// of gives the zone that counts for a sample; nil when the place's zone is not known.
func (z *zone) of(s *sample) *zone {
	switch {
	case z.loc != nil:
		return z
	case z.name == atPickup:
		return s.pick
	}
	return s.back
}

// commonZones are tried when neither configuration nor backup names a zone that fits; one for each
// kind of offset and daylight-saving rule in use (IANA tz database).
var commonZones = []string{
	"UTC", "Africa/Cairo", "Africa/Casablanca", "Africa/Johannesburg", "Africa/Lagos", "Africa/Nairobi",
	"America/Anchorage", "America/Argentina/Buenos_Aires", "America/Bogota", "America/Caracas", "America/Chicago",
	"America/Denver", "America/Halifax", "America/Havana", "America/Los_Angeles", "America/Mexico_City",
	"America/New_York", "America/Phoenix", "America/Santiago", "America/Sao_Paulo", "America/St_Johns",
	"Asia/Bangkok", "Asia/Dhaka", "Asia/Dubai", "Asia/Jerusalem", "Asia/Kabul", "Asia/Karachi", "Asia/Kathmandu",
	"Asia/Kolkata", "Asia/Seoul", "Asia/Shanghai", "Asia/Tehran", "Asia/Tokyo", "Asia/Yangon",
	"Atlantic/Azores", "Atlantic/Reykjavik", "Australia/Adelaide", "Australia/Brisbane", "Australia/Darwin",
	"Australia/Lord_Howe", "Australia/Perth", "Australia/Sydney", "Europe/Athens", "Europe/Berlin",
	"Europe/Istanbul", "Europe/Lisbon", "Europe/London", "Europe/Moscow", "Pacific/Auckland",
	"Pacific/Chatham", "Pacific/Honolulu", "Pacific/Kiritimati",
}

// candidateZones lists the zones to try, the likeliest first.
func candidateZones(first ...string) []*zone {
	var out []*zone
	seen := map[string]bool{}
	for _, n := range append(first, commonZones...) {
		if n == "" || seen[n] {
			continue
		}
		seen[n] = true
		if loc, err := time.LoadLocation(n); err == nil {
			out = append(out, &zone{n, loc})
		}
	}
	return out
}

// fits reports whether a wall-clock time names the instant in the zone, to the minute.
func (z *zone) fits(local, instant int64) bool {
	t := time.UnixMicro(instant).In(z.loc)
	_, off := t.Zone()
	d := local - instant - int64(off)*1_000_000
	return d > -minute && d < minute
}

// sameDay reports whether a civil date is the instant's date in the zone.
func (z *zone) sameDay(date, instant int64) bool {
	_, off := time.UnixMicro(instant).In(z.loc).Zone()
	d := instant + int64(off)*1_000_000 - date
	return d >= 0 && d < day
}

// instant turns a wall-clock time into the instant it names in the zone.
func (z *zone) instant(local int64) int64 {
	t := time.UnixMicro(local).UTC()
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), z.loc).UnixMicro()
}

// bestZone gives the zone that most samples fit; the earlier candidate wins a tie.
func bestZone(cands []*zone, samples []sample, tag string) (best *zone, fit int) {
	for _, z := range cands {
		n := 0
		for i := range samples {
			s := &samples[i]
			z := z.of(s)
			if z == nil {
				continue
			}
			for _, a := range s.alts {
				if (a.tag == tag || a.tag == "") && (a.instant && a.num-s.row < minute && s.row-a.num < minute || !a.instant && !a.date && z.fits(a.num, s.row) || a.date && z.sameDay(a.num, s.row)) {
					n++
					break
				}
			}
		}
		if n > fit {
			best, fit = z, n
		}
		if fit == len(samples) && fit > 0 {
			break
		}
	}
	return best, fit
}

func sortedKeys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}
