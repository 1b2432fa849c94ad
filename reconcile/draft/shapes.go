package draft

// This file: what a single value looks like.

import (
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// shape is one look that a value may have; a value may have several.
type shape int

const (
	shEmail shape = iota
	shPhone
	shUUID
	shCus
	shIntent
	shCharge
	shRefund
	shSession
	shCode     // capitals and digits, 4 to 24
	shOneWord  // one capitalised word
	shPersons  // two to four capitalised words
	shComma    // "Last, First"
	shSentence // four words or more
	shURL
	shClock
	shTime // a date or a date with a time, in text
	shInt
	shDecimal
	shJSON
	shLabelled // "Label: value"
	shZone
	shCurrency
	shAlpha2
	shVIN
	shPlate
	shHex
	shEventID
	shBool
	shSecret
	shapeCount
)

var (
	reEmail   = regexp.MustCompile(`^[^\s@<>,;]+@[^\s@<>,;]+\.[A-Za-z]{2,}$`)
	rePhone   = regexp.MustCompile(`^\+?[0-9()][0-9 ()./\-]{5,20}[0-9]$`)
	reUUID    = regexp.MustCompile(`^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$`)
	reCode    = regexp.MustCompile(`^[A-Z0-9][A-Z0-9\-/_.]{2,22}[A-Z0-9]$`)
	rePlate   = regexp.MustCompile(`^[A-ZÄÖÜÅ0-9]{1,4}[ \-·]?[A-ZÄÖÜ0-9]{1,4}([ \-·]?[A-Z0-9]{1,5})?$`)
	reVIN     = regexp.MustCompile(`^[A-HJ-NPR-Z0-9]{17}$`)
	reHex     = regexp.MustCompile(`^[0-9a-f]{16,64}$`)
	reInt     = regexp.MustCompile(`^-?[0-9]{1,18}$`)
	reDecimal = regexp.MustCompile(`^-?[0-9]{1,15}[.][0-9]{1,6}$`)
	reLabel   = regexp.MustCompile(`(?m)^[\p{L}][\p{L} _\-]{1,24}:[ \t]+\S`)
	reZone    = regexp.MustCompile(`^(Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Europe|Indian|Pacific|Etc)/[A-Za-z_/+\-0-9]+$|^UTC$`)
	reClock   = regexp.MustCompile(`^([01]?[0-9]|2[0-3])[:.h][0-5][0-9]([:.][0-5][0-9])?( ?[AaPp][Mm])?$`)
	reEventID = regexp.MustCompile(`^[0-9a-v]{20,64}$|^[^\s@]{6,80}@[a-z0-9.\-]+$`)
	reSecret  = regexp.MustCompile(`^(\$2[aby]\$|\$argon2|pbkdf2|\{SSHA|sk_live|sk_test|whsec_)`)
)

// shapesOf lists the looks of a value as a bit set.
func shapesOf(s string) (set uint64) {
	add := func(x shape, ok bool) {
		if ok {
			set |= 1 << uint(x)
		}
	}
	if len(s) > 400 {
		add(shSentence, true)
		add(shJSON, strings.HasPrefix(s, "{") && strings.HasSuffix(s, "}"))
		add(shLabelled, reLabel.MatchString(s[:400]))
		return set
	}
	add(shInt, reInt.MatchString(s))
	add(shDecimal, reDecimal.MatchString(s))
	add(shEmail, reEmail.MatchString(s))
	add(shPhone, rePhone.MatchString(s) && phoneLike(s))
	add(shUUID, reUUID.MatchString(s))
	add(shCus, stripeID(s, "cus_"))
	add(shIntent, stripeID(s, "pi_"))
	add(shCharge, stripeID(s, "ch_") || stripeID(s, "py_"))
	add(shRefund, stripeID(s, "re_") || stripeID(s, "pyr_"))
	add(shSession, stripeID(s, "cs_"))
	add(shCode, reCode.MatchString(s) && strings.ContainsAny(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
	add(shPlate, rePlate.MatchString(s) && strings.ContainsAny(s, "0123456789") && strings.ContainsAny(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") && len(s) >= 5 && len(s) <= 11)
	add(shVIN, reVIN.MatchString(s) && !reInt.MatchString(s))
	add(shHex, reHex.MatchString(s) && !reInt.MatchString(s))
	add(shURL, strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://"))
	add(shClock, reClock.MatchString(s))
	add(shJSON, len(s) > 1 && (s[0] == '{' && s[len(s)-1] == '}' || s[0] == '[' && s[len(s)-1] == ']' && strings.ContainsAny(s, `"{`)))
	add(shLabelled, reLabel.MatchString(s))
	add(shZone, reZone.MatchString(s))
	add(shCurrency, currencyCode(s))
	add(shAlpha2, len(s) == 2 && letters(s))
	add(shEventID, reEventID.MatchString(s) && !reInt.MatchString(s) && strings.ContainsAny(s, "0123456789"))
	add(shSecret, reSecret.MatchString(s))
	add(shBool, boolWord(s))
	wordShapes(s, add)
	return set
}

func wordShapes(s string, add func(shape, bool)) {
	fields := strings.Fields(s)
	caps := 0
	for _, f := range fields {
		if r, _ := utf8.DecodeRuneInString(f); unicode.IsUpper(r) {
			caps++
		}
	}
	plain := !strings.ContainsAny(s, "0123456789@:;/_{}[]|\n")
	n := len(fields)
	add(shOneWord, n == 1 && caps == 1 && plain && len(s) > 1)
	add(shPersons, n >= 2 && n <= 4 && plain && caps >= n-1 && caps > 0 && len(s) <= 60)
	add(shComma, n <= 5 && len(s) <= 60 && nameSign(s) != "")
	add(shSentence, n >= 4)
}

// nameSign is what parts the family name from the given one in "Lee, Ann" or "Lee/Ann"; "" for other texts.
func nameSign(s string) string {
	for _, sep := range []string{", ", ",", "/", ";"} {
		a, b, ok := strings.Cut(s, sep)
		if ok && len(a) > 1 && len(b) > 1 && !strings.ContainsAny(a+b, "0123456789@:;/,_{}[]|\n") {
			r, _ := utf8.DecodeRuneInString(a)
			q, _ := utf8.DecodeRuneInString(b)
			if unicode.IsUpper(r) && unicode.IsUpper(q) {
				return sep
			}
			return ""
		}
	}
	return ""
}

func stripeID(s, prefix string) bool {
	return strings.HasPrefix(s, prefix) && len(s) >= len(prefix)+8 && !strings.ContainsAny(s, " \t\n")
}

func phoneLike(s string) bool {
	n := 0
	for i := 0; i < len(s); i++ {
		if s[i] >= '0' && s[i] <= '9' {
			n++
		}
	}
	dates := len(s) == 10 && (s[4] == '-' && s[7] == '-' || s[2] == '.' && s[5] == '.' || s[2] == '/' && s[5] == '/')
	return n >= 7 && n <= 15 && !dates && !reDecimal.MatchString(s)
}

func letters(s string) bool {
	for _, r := range s {
		if !unicode.IsLetter(r) {
			return false
		}
	}
	return s != ""
}

func boolWord(s string) bool {
	switch strings.ToLower(s) {
	case "t", "f", "true", "false", "y", "n", "yes", "no", "0", "1", "on", "off":
		return true
	}
	return false
}

// currencyCode reports an ISO 4217 code in everyday use, in any case.
func currencyCode(s string) bool {
	const codes = " AED ARS AUD BGN BRL CAD CHF CLP CNY COP CZK DKK EGP EUR GBP GEL HKD HRK HUF IDR ILS INR ISK JPY KES KRW MAD MXN MYR NGN NOK NZD PEN PHP PLN QAR RON RSD RUB SAR SEK SGD THB TRY TWD UAH USD UYU VND ZAR "
	return len(s) == 3 && strings.Contains(codes, " "+strings.ToUpper(s)+" ")
}

// textLayouts are the ways in which times are written into text columns, as Go layouts; those with a time first.
var textLayouts = []string{
	time.RFC3339Nano, "2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006-01-02 15:04", "2006-01-02T15:04",
	"02.01.2006 15:04:05", "02.01.2006 15:04", "2.1.2006 15:04", "02/01/2006 15:04:05", "02/01/2006 15:04", "01/02/2006 15:04:05", "01/02/2006 15:04",
	"1/2/2006 3:04 PM", "01/02/2006 03:04 PM", "01/02/2006 3:04 PM", "2/1/2006 15:04", "02-01-2006 15:04", "02-01-2006 15:04:05", "02-Jan-2006 15:04",
	"Jan 2, 2006 3:04 PM", "Jan 2, 2006, 3:04 PM", "January 2, 2006 3:04 PM", "2 Jan 2006 15:04", "2 January 2006 15:04", "Mon, 02 Jan 2006 15:04:05 -0700",
	"20060102150405", "20060102T150405Z", "20060102T150405", "200601021504", "2006/01/02 15:04:05", "2006/01/02 15:04",
	"2006-01-02", "02.01.2006", "2.1.2006", "02/01/2006", "01/02/2006", "1/2/2006", "2/1/2006", "02-01-2006", "2006/01/02", "20060102", "2 Jan 2006", "Jan 2, 2006", "January 2, 2006", "2 January 2006",
}

// isoTime reads the text of a typed time column; offsets are obeyed. Microseconds of the wall clock or instant.
func isoTime(s string) (int64, bool) {
	if len(s) < 10 || s[4] != '-' {
		return 0, false
	}
	for _, l := range []string{"2006-01-02 15:04:05.999999999Z07", "2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04:05.999999999", time.DateOnly, time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04"} {
		if t, err := time.Parse(l, s); err == nil {
			return t.UnixMicro(), true
		}
	}
	return 0, false
}
