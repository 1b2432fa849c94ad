package model

// This file: Value, the one typed value that claims, records and cells carry.

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Type says what a Value means and which of its fields count.
type Type string

// The types of a Value.
const (
	Text    Type = "text"    // Str
	Int     Type = "int"     // Num
	Bool    Type = "bool"    // Num: 0 or 1
	Instant Type = "instant" // Num: microseconds since 1970-01-01 UTC
	Local   Type = "local"   // Num: microseconds since 1970-01-01 as read off a clock in an unstated zone
	Date    Type = "date"    // Num: as Local, at midnight
	Money   Type = "money"   // Num: minor units; Cur: lower-case ISO code, "" when unstated
	Ref     Type = "ref"     // Str: the key of a row of the backup, or an entity id
	List    Type = "list"    // Str: the parts joined by ListSep
)

// ListSep separates the parts of a List value.
const ListSep = "\x1f"

// PPM counts parts per million; a probability of one is Certain.
type PPM int32

// Certain is probability one.
const Certain PPM = 1_000_000

// Value is one typed value. It is comparable, so it can key a map. The zero Value is "nothing".
type Value struct {
	Type Type   `json:"t"`
	Str  string `json:"s,omitempty"`
	Num  int64  `json:"n,omitempty"`
	Cur  string `json:"c,omitempty"`
}

// IsZero reports whether the value is nothing at all.
func (v Value) IsZero() bool { return v.Type == "" }

// TextValue makes a Text value.
func TextValue(s string) Value { return Value{Type: Text, Str: s} }

// IntValue makes an Int value.
func IntValue(n int64) Value { return Value{Type: Int, Num: n} }

// InstantValue makes an Instant from t, to the microsecond.
func InstantValue(t time.Time) Value { return Value{Type: Instant, Num: t.UnixMicro()} }

// LocalValue makes a Local from the wall clock that t shows, whatever its zone.
func LocalValue(t time.Time) Value {
	return Value{Type: Local, Num: time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC).UnixMicro()}
}

// DateValue makes a civil Date.
func DateValue(y int, m time.Month, d int) Value {
	return Value{Type: Date, Num: time.Date(y, m, d, 0, 0, 0, 0, time.UTC).UnixMicro()}
}

// MoneyValue makes a Money value of minor units; cur is lowered.
func MoneyValue(minor int64, cur string) Value {
	return Value{Type: Money, Num: minor, Cur: strings.ToLower(cur)}
}

// RefValue makes a Ref to a row key or an entity id.
func RefValue(key string) Value { return Value{Type: Ref, Str: key} }

// Time gives the instant, wall clock or date as a UTC time.Time.
func (v Value) Time() time.Time { return time.UnixMicro(v.Num).UTC() }

// InZone turns a Local or Date into the Instant it names in loc; an Instant stays as it is.
// A wall-clock time that a DST jump skips or repeats is resolved as time.Date does.
func (v Value) InZone(loc *time.Location) Value {
	if v.Type != Local && v.Type != Date {
		return v
	}
	t := v.Time()
	return InstantValue(time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), loc))
}

// Parts splits a List.
func (v Value) Parts() []string {
	if v.Str == "" {
		return nil
	}
	return strings.Split(v.Str, ListSep)
}

// String is the canonical text of a value: what reports and conflicts.json print. Instants are
// RFC 3339 in UTC, money is decimal with its currency code.
func (v Value) String() string {
	switch v.Type {
	case Int:
		return strconv.FormatInt(v.Num, 10)
	case Bool:
		return strconv.FormatBool(v.Num != 0)
	case Instant:
		return v.Time().Format(time.RFC3339Nano)
	case Local:
		return v.Time().Format("2006-01-02T15:04:05.999999")
	case Date:
		return v.Time().Format(time.DateOnly)
	case Money:
		return strings.TrimSpace(Decimal(v.Num, MinorDigits(v.Cur)) + " " + strings.ToUpper(v.Cur))
	case List:
		return strings.Join(v.Parts(), ", ")
	default:
		return v.Str
	}
}

// Decimal writes minor units with the given number of decimals, exactly.
func Decimal(minor int64, digits int) string {
	sign := ""
	u := uint64(minor)
	if minor < 0 {
		sign, u = "-", -u
	}
	if digits == 0 {
		return sign + strconv.FormatUint(u, 10)
	}
	p := uint64(1)
	for range digits {
		p *= 10
	}
	return fmt.Sprintf("%s%d.%0*d", sign, u/p, digits, u%p)
}

// MinorDigits is the number of decimals of a currency, by ISO 4217 and Stripe's list of
// zero-decimal currencies; 2 for an unknown or empty code.
func MinorDigits(cur string) int {
	switch strings.ToLower(cur) {
	case "bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "ugx", "vnd", "vuv", "xaf", "xof", "xpf":
		return 0
	case "bhd", "iqd", "jod", "kwd", "lyd", "omr", "tnd":
		return 3
	default:
		return 2
	}
}
