package mapping

// This file: layouts of times in texts, as Go's reference time or as strftime writes them.

import (
	"fmt"
	"strings"
	"time"
)

// strftime lists what each % form is in Go's reference time.
func strftime(c byte) string {
	switch c {
	case 'Y':
		return "2006"
	case 'y':
		return "06"
	case 'm':
		return "01"
	case 'd':
		return "02"
	case 'e':
		return "_2"
	case 'j':
		return "002"
	case 'H':
		return "15"
	case 'I':
		return "03"
	case 'M', 'i': // MySQL's DATE_FORMAT says %i
		return "04"
	case 'S', 's':
		return "05"
	case 'f':
		return "000000"
	case 'p':
		return "PM"
	case 'b', 'h':
		return "Jan"
	case 'B':
		return "January"
	case 'a':
		return "Mon"
	case 'A':
		return "Monday"
	case 'z':
		return "-0700"
	case 'Z':
		return "MST"
	case 'F':
		return "2006-01-02"
	case 'T':
		return "15:04:05"
	case 'R':
		return "15:04"
	case 'D':
		return "01/02/06"
	case '%':
		return "%"
	}
	return ""
}

// goLayout is a layout as Go has it. One that says nothing of a day or an hour is refused: YYYY-MM-DD is
// how other languages write it.
func goLayout(s string) (string, error) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '%' {
			b.WriteByte(s[i])
			continue
		}
		i++
		if i < len(s) && s[i] == '-' && i+1 < len(s) { // %-d: without the leading zero
			i++
			b.WriteString(strings.TrimPrefix(strftime(s[i]), "0"))
			continue
		}
		form := ""
		if i < len(s) {
			form = strftime(s[i])
		}
		if form == "" {
			return "", fmt.Errorf("%q is no layout: %%%s is unknown", clip(s), s[min(i, len(s)):min(i+1, len(s))])
		}
		b.WriteString(form)
	}
	out := b.String()
	one, other := time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC), time.Date(2012, 11, 30, 17, 48, 59, 0, time.UTC)
	if one.Format(out) == other.Format(out) {
		return "", fmt.Errorf("%q is no layout: it names neither a day nor an hour", clip(s))
	}
	return out, nil
}
