// Package normal turns the ways people write things into typed values that can be compared:
// dates, times, amounts, phones, addresses, codes and numbers out of running text (Scan), names and
// words in any script (Fold, CompareNames), and the general vocabulary of rental and booking
// messages (LabelFields, ActOf, StatusOf).
//
// Everything here is pure and deterministic: no clock, no locale, no map order. What a text leaves
// open stays open: a date that can be read day-first and month-first comes back with both readings,
// each under its tag, and the learner decides from the backup which one a source means. The
// vocabulary is that of the trade in general; no company's own words stand in it.
//
// Input is hostile: texts are cut at 64 KiB, numbers are bounded before they are converted, and no
// recogniser looks further than a fixed number of words ahead, so the cost is linear.
package normal

import "salvage/model"

// Type says what a Token is.
type Type uint8

// The types of a Token, in the order in which one wins a stretch of text over another: an e-mail
// address before a date, a date before a time of day, and so on down to a bare number.
const (
	Email Type = iota + 1 // an e-mail address, lower-cased
	Date                  // a civil date, with or without a time of day
	Clock                 // a time of day alone
	Money                 // an amount
	Phone                 // a telephone number
	Code                  // a booking code, an id, a UUID, a plate without blanks
	Int                   // a bare number, up to 18 digits
)

// String names the type in lower case.
func (t Type) String() string {
	switch t {
	case Email:
		return "email"
	case Date:
		return "date"
	case Clock:
		return "clock"
	case Money:
		return "money"
	case Phone:
		return "phone"
	case Code:
		return "code"
	case Int:
		return "int"
	}
	return "none"
}

// The tags of an Alt: the reading under which its value holds.
const (
	DMY   = "dmy"   // day, month, year
	MDY   = "mdy"   // month, day, year
	YMD   = "ymd"   // year, month, day; only where a two-digit year leaves it open
	Point = "point" // the point is the decimal sign
	Comma = "comma" // the comma is the decimal sign
)

// Alt is one reading of a token. Tag is "" when the text allows one reading only.
//
// Value is, by token type: Date: model.Instant when the text states a zone or an offset, model.Local
// for a date with a time and no zone, model.Date for a date alone. Clock: model.Int, minutes since
// midnight. Money: model.Money in minor units, Cur "" when the text does not name a currency (a bare
// "$" or "kr" does not). Email, Phone, Code, Int: model.Text; an e-mail lower-cased, a phone as
// digits with the leading + if there is one, a code as written, a number with its leading zeros.
type Alt struct {
	Tag   string
	Value model.Value
}

// Token is one typed value in a text: the bytes From up to To, and its readings, at least one.
type Token struct {
	From, To int
	Type     Type
	Alts     []Alt
	Yearless bool // the year was not written: it follows from the reference time
}

// NameLevel says how alike two names are; a higher level is more alike.
type NameLevel int

// The levels of CompareNames.
const (
	NameMissing   NameLevel = iota // one of the two is empty
	NameDifferent                  // no word in common
	NameShared                     // a word in common, the others contradict: a family, or chance
	NamePartial                    // one is a single word that the other has
	NameClose                      // typo, initial, nickname, transliteration, or one leaves words out
	NameExact                      // the same words in any order
)
