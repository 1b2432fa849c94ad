package mapping

// This file: the functions of expressions.

import (
	"crypto/md5" //nolint:gosec // a company's own key scheme, not a safeguard
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"salvage/model"
)

const maxRandom = 64

// env is the world of one evaluation. Its functions close over a counter, so that two calls of random
// in one expression differ while repeated runs agree.
func (sc *Scope) env() map[string]any {
	record := func(m map[string]any) map[string]any {
		if m == nil {
			return map[string]any{"row": map[string]any{}}
		}
		return m
	}
	zone := sc.Zone
	if zone == nil {
		zone = time.UTC
	}
	calls := 0
	seed := func(what string) [32]byte {
		calls++
		return sha256.Sum256(fmt.Appendf(nil, "%s\x00%s\x00%d", sc.Seed, what, calls))
	}
	return map[string]any{
		"r": record(sc.R), "customer": record(sc.Customer), "vehicle": record(sc.Vehicle), "reservation": record(sc.Reservation),
		"key": sc.Key, "zone": zone.String(), "item": record(sc.Item), "i": sc.I,
		"days":  func(a, b any) (any, error) { return days(a, b, zone) },
		"local": func(v any) (any, error) { return local(v, zone) },
		"date":  func(v any) (any, error) { return civil(v, zone) },
		"major": major, "minor": minor,
		"join":  joinTexts,
		"lower": func(v any) (any, error) { return mapText(v, strings.ToLower) },
		"upper": func(v any) (any, error) { return mapText(v, strings.ToUpper) },
		"md5":   func(v any) (any, error) { return mapText(v, md5Hex) },
		"uuid": func() any {
			h := seed("uuid")
			return uuid.NewSHA1(uuid.NameSpaceOID, h[:]).String()
		},
		"random": func(n int) (any, error) { return random(n, seed("random")) },
		"lookup": func(table, get string, by map[string]any) (any, error) { return sc.lookup(table, get, by) },
	}
}

// days counts started days of 24 hours on the clock of the zone, so that a change to summer time adds none.
// Dates give the difference of the calendar.
func days(a, b any, zone *time.Location) (any, error) {
	x, err := local(a, zone)
	if err != nil {
		return nil, err
	}
	y, err := local(b, zone)
	if err != nil || x == nil || y == nil {
		return nil, err
	}
	const day = int64(24 * time.Hour / time.Microsecond)
	d := y.(model.Value).Num - x.(model.Value).Num
	n := d / day
	if d%day > 0 {
		n++
	}
	return Number{Decimal: decimal.NewFromInt(n)}, nil
}

// local reads an instant off the clock of the zone.
func local(v any, zone *time.Location) (any, error) {
	switch t := v.(type) {
	case nil:
		return nil, nil
	case model.Value:
		if t.Type == model.Instant {
			return model.LocalValue(t.Time().In(zone)), nil
		}
		return t, nil
	}
	return nil, typeError([]any{v}, "%s is not a time", kindWord(v))
}

// civil is the date of a time in the zone.
func civil(v any, zone *time.Location) (any, error) {
	l, err := local(v, zone)
	if err != nil || l == nil {
		return nil, err
	}
	t := l.(model.Value).Time()
	return model.DateValue(t.Year(), t.Month(), t.Day()), nil
}

// major is money as a plain number of major units: 12.50.
func major(v any) (any, error) {
	if v == nil {
		return nil, nil
	}
	n, err := numberOf(v)
	return Number{Decimal: n.Decimal}, err
}

// minor is money as a whole number of minor units: 1250.
func minor(v any) (any, error) {
	if v == nil {
		return nil, nil
	}
	n, err := numberOf(v)
	if err != nil {
		return nil, err
	}
	d := n.Shift(int32(model.MinorDigits(n.Cur)))
	if !d.IsInteger() {
		return nil, fmt.Errorf("%s has a fraction of a minor unit", n)
	}
	return Number{Decimal: d}, nil
}

// joinTexts joins the parts after the first argument, which stands between them; nothing and "" are left
// out. join(list, sep) works too.
func joinTexts(p ...any) (any, error) {
	if len(p) == 0 {
		return nil, fmt.Errorf("join needs a separator")
	}
	sep, parts := p[0], p[1:]
	if list, ok := p[0].([]any); ok {
		parts, sep = list, any("")
		if len(p) > 1 {
			sep = p[1]
		}
	}
	between, err := textOf(sep)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, x := range parts {
		s, err := textOf(x)
		if err != nil {
			return nil, err
		}
		if s != "" {
			out = append(out, s)
		}
	}
	return strings.Join(out, between), nil
}

func mapText(v any, f func(string) string) (any, error) {
	if v == nil {
		return nil, nil
	}
	s, err := textOf(v)
	return f(s), err
}

func md5Hex(s string) string {
	h := md5.Sum([]byte(s)) //nolint:gosec // see the import
	return hex.EncodeToString(h[:])
}

// random gives n letters and digits that are hard to misread, the same for the same seed.
func random(n int, seed [32]byte) (any, error) {
	const alphabet = "abcdefghjkmnpqrstuvwxyz23456789"
	if n < 1 || n > maxRandom {
		return nil, fmt.Errorf("random takes 1 to %d", maxRandom)
	}
	out := make([]byte, n)
	for i := range out {
		seed = sha256.Sum256(seed[:])
		out[i] = alphabet[binary.BigEndian.Uint64(seed[:])%uint64(len(alphabet))]
	}
	return string(out), nil
}

func (sc *Scope) lookup(table, get string, by map[string]any) (any, error) {
	if sc.Lookup == nil {
		return nil, fmt.Errorf("lookup is not possible here")
	}
	texts := map[string]string{}
	for c, v := range by {
		s, err := textOf(v)
		if err != nil {
			return nil, err
		}
		texts[c] = s
	}
	s, err := sc.Lookup(table, get, texts)
	if err != nil {
		return nil, err
	}
	return s, nil
}
