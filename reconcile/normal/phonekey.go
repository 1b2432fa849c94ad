package normal

// This file: PhoneKey, under which one telephone is one key however it is written.

import "strings"

// PhoneKey gives the national significant digits of a telephone number, so that national and
// international writing of one number agree. region is the ISO 3166 code of the country whose national
// writing to expect, "" when unknown. Country codes are those of ITU-T E.164; trunk prefixes by country
// where they are not a zero. Extensions are left out. It is "" for fewer than six digits.
//
// The country code itself is not part of the key: a number without one would never match otherwise.
// Two numbers of different countries may so share a key, which is rarer than any typing error.
func PhoneKey(s, region string) string {
	digits, plus := phoneDigits(s)
	region = strings.ToUpper(region)
	code := callingCode(region)
	if !plus {
		switch {
		case strings.HasPrefix(digits, "00"):
			digits, plus = digits[2:], true
		case strings.HasPrefix(digits, "011") && len(digits) >= 12 && (code == "1" || code == ""):
			digits, plus = digits[3:], true
		}
	}
	switch {
	case plus:
		code = codeOf(digits)
		digits = trunkless(strings.TrimPrefix(digits, code), code, true)
	default:
		digits = trunkless(digits, code, false)
		// Written with the country code but without the plus.
		if code != "" && code != "1" && len(digits) >= len(code)+9 && len(digits) >= 11 && strings.HasPrefix(digits, code) {
			digits = digits[len(code):]
		}
	}
	if len(digits) < 6 {
		return ""
	}
	return digits
}

// phoneDigits gives the digits up to an extension, and whether a plus stood before them.
func phoneDigits(s string) (string, bool) {
	b := make([]byte, 0, 20)
	plus := false
	s = strings.Replace(s, "(0)", "", 1)
	for _, r := range s {
		if d, ok := digitOf(r); ok {
			if len(b) < 20 {
				b = append(b, '0'+byte(d))
			}
			continue
		}
		switch {
		case (r == '+' || r == '＋') && len(b) == 0:
			plus = true
		case (r == 'x' || r == 'X' || r == 'e' || r == ';' || r == ',' || r == '#') && len(b) >= 6:
			return string(b), plus
		}
	}
	return string(b), plus
}

// trunkless takes the trunk prefix off a national number.
func trunkless(n, code string, international bool) string {
	switch code {
	case "1": // North America: 1 before ten digits
		if len(n) == 11 && n[0] == '1' {
			return n[1:]
		}
		return n
	case "7", "370", "375", "993", "992", "998": // 8, and 80 in Belarus
		if !international && len(n) >= 9 && n[0] == '8' && len(n) >= nationalLength(code)+1 {
			n = n[1:]
		}
	case "36": // Hungary: 06
		if strings.HasPrefix(n, "06") {
			return n[2:]
		}
	case "52": // Mexico: 1 before mobiles until 2019
		if len(n) == 11 && n[0] == '1' {
			return n[1:]
		}
	case "54": // Argentina: 9 before mobiles from abroad
		if international && len(n) == 11 && n[0] == '9' {
			return n[1:]
		}
	case "":
		if len(n) == 11 && n[0] == '1' && n[1] >= '2' {
			return n[1:] // most probably North America
		}
	}
	return strings.TrimLeft(n, "0")
}

// nationalLength is how many digits follow the trunk prefix 8.
func nationalLength(code string) int {
	switch code {
	case "7":
		return 10
	case "370", "993":
		return 8
	}
	return 9
}

// codeOf gives the country code at the front of an international number. The codes are prefix-free:
// one digit in zones 1 and 7, two in the list, three elsewhere.
func codeOf(n string) string {
	if n == "" {
		return ""
	}
	if n[0] == '1' || n[0] == '7' {
		return n[:1]
	}
	if len(n) < 3 {
		return ""
	}
	switch n[:2] {
	case "20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46", "47", "48", "49",
		"51", "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63", "64", "65", "66",
		"81", "82", "84", "86", "90", "91", "92", "93", "94", "95", "98":
		return n[:2]
	}
	return n[:3]
}
