package mapping

// This file: times as columns hold them.

import (
	"fmt"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"salvage/model"
)

// Text forms that we write; PostgreSQL, MySQL and SQLite read all of them.
const (
	layoutTZ    = "2006-01-02 15:04:05.999999-07"
	layoutLocal = "2006-01-02 15:04:05.999999"
	layoutISO   = "2006-01-02T15:04:05.999999"
	layoutDate  = "2006-01-02"
	layoutClock = "15:04:05.999999"
)

// parseTime reads an ISO date-time as databases print it, to the microsecond; without an offset it is a
// time of loc. hasZone reports whether the text had one.
func parseTime(s string, loc *time.Location) (t time.Time, hasZone bool, err error) {
	s = strings.TrimSpace(s)
	if len(s) > 64 {
		return t, false, fmt.Errorf("not a time: too long")
	}
	if len(s) > 10 && (s[10] == 'T' || s[10] == 't') {
		s = s[:10] + " " + s[11:]
	}
	for _, l := range []string{"2006-01-02 15:04:05Z07", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05Z0700", "2006-01-02 15:04:05-07:00:00",
		"2006-01-02 15:04Z07:00", "2006-01-02 15:04:05 -07:00", "2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05 UTC"} {
		if t, err = time.Parse(l, s); err == nil {
			return t.Truncate(time.Microsecond), true, nil
		}
	}
	for _, l := range []string{"2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02"} {
		if t, err = time.ParseInLocation(l, s, loc); err == nil {
			return t.Truncate(time.Microsecond), false, nil
		}
	}
	return time.Time{}, false, fmt.Errorf("not a time: %q", clip(s))
}

// clip shortens a text of the company's data for a message.
func clip(s string) string {
	r := []rune(s)
	if len(r) > 24 {
		return string(r[:24]) + "…"
	}
	return s
}

func decodeTZ(s string) (model.Value, error) {
	t, hasZone, err := parseTime(s, time.UTC)
	if err != nil {
		return model.Value{}, err
	}
	if !hasZone {
		return model.Value{}, fmt.Errorf("%q has no offset: as: naive", clip(s))
	}
	return model.InstantValue(t), nil
}

// decodeUTC reads an instant whose text may leave out that it is UTC.
func decodeUTC(s string) (model.Value, error) {
	t, _, err := parseTime(s, time.UTC)
	if err != nil {
		return model.Value{}, err
	}
	return model.InstantValue(t), nil
}

func decodeNaive(s string, loc *time.Location) (model.Value, error) {
	t, hasZone, err := parseTime(s, loc)
	if err != nil {
		return model.Value{}, err
	}
	if hasZone {
		return model.Value{}, fmt.Errorf("%q has an offset: as: tz", clip(s))
	}
	return model.InstantValue(t), nil
}

func decodeDate(s string) (model.Value, error) {
	t, _, err := parseTime(s, time.UTC)
	if err != nil {
		return model.Value{}, err
	}
	return model.DateValue(t.Year(), t.Month(), t.Day()), nil
}

func decodeEpoch(s string, millis bool) (model.Value, error) {
	d, err := parseDecimal(s)
	if err != nil {
		return model.Value{}, fmt.Errorf("not an epoch: %q", clip(s))
	}
	shift := int32(6)
	if millis {
		shift = 3
	}
	us := d.Shift(shift).Truncate(0)
	if us.Abs().GreaterThan(decimal.New(1, 18)) {
		return model.Value{}, fmt.Errorf("epoch %q is out of range", clip(s))
	}
	return model.Value{Type: model.Instant, Num: us.IntPart()}, nil
}

func encodeEpoch(v model.Value, millis, whole bool) (string, error) {
	shift := int32(-6)
	if millis {
		shift = -3
	}
	d := decimal.New(v.Num, 0).Shift(shift)
	if whole {
		d = d.Floor()
	}
	return d.String(), nil
}

// decodeDateTime joins a date and a wall clock: "10:30", "10:30:00", "10:30 AM".
func decodeDateTime(date, clock string, loc *time.Location) (model.Value, error) {
	d, _, err := parseTime(date, time.UTC)
	if err != nil {
		return model.Value{}, err
	}
	c, err := parseClock(clock)
	if err != nil {
		return model.Value{}, err
	}
	return model.InstantValue(time.Date(d.Year(), d.Month(), d.Day(), c.Hour(), c.Minute(), c.Second(), c.Nanosecond(), loc)), nil
}

func parseClock(s string) (time.Time, error) {
	s = strings.ToUpper(strings.TrimSpace(s))
	for _, l := range []string{"15:04:05", "15:04", "3:04 PM", "3:04PM", "3:04:05 PM"} {
		if t, err := time.Parse(l, s); err == nil {
			return t.Truncate(time.Microsecond), nil
		}
	}
	if t, _, err := parseTime(s, time.UTC); err == nil {
		return t, nil
	}
	return time.Time{}, fmt.Errorf("not a time of day: %q", clip(s))
}

// instantIn gives a time value as a wall clock of loc. A civil date has no time of day and cannot become one.
func instantIn(v model.Value, loc *time.Location) (time.Time, error) {
	switch v.Type {
	case model.Instant:
		return v.Time().In(loc), nil
	case model.Local:
		return v.InZone(loc).Time().In(loc), nil
	case model.Date:
		return time.Time{}, fmt.Errorf("%s is a date without a time of day", v)
	}
	return time.Time{}, fmt.Errorf("%s is not a time", v.Type)
}

// encodeTime writes a time value in one of our layouts, as a clock of loc shows it.
func encodeTime(v model.Value, loc *time.Location, layout string) (string, error) {
	t, err := instantIn(v, loc)
	if err != nil {
		return "", err
	}
	if t.Year() < 1 || t.Year() > 9999 {
		return "", fmt.Errorf("year %d cannot be written", t.Year())
	}
	return t.Format(layout), nil
}

// encodeDate writes the civil date; of an instant, the date in loc.
func encodeDate(v model.Value, loc *time.Location) (string, error) {
	if v.Type == model.Date || v.Type == model.Local {
		return v.Time().Format(layoutDate), nil
	}
	return encodeTime(v, loc, layoutDate)
}
