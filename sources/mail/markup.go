package mail

// This file: schema.org markup, as JSON-LD and as microdata, becomes claims. It is the one place in a
// message where a value says itself what it means (https://schema.org/Reservation and its kinds).

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/html"

	"salvage/model"
	"salvage/sources/canon"
	"salvage/sources/text"
)

// Trust of markup before anything is measured; that of a forwarded message is less.
const (
	trustMarkup  model.PPM = 990_000
	trustForward model.PPM = 600_000
)

// markup reads linked data and microdata of an HTML body.
func (out *reading) markup(p part, s string, d text.Doc) {
	var found []map[string]any
	for _, script := range d.Scripts {
		v, ok := repaired(script.Text)
		if !ok {
			out.defect("linked data that is no JSON")
			continue
		}
		found = append(found, reservations(v, 0)...)
	}
	if d.Micro && len(s) <= text.MaxBody/4 {
		if root, err := html.Parse(strings.NewReader(s)); err == nil {
			for _, item := range microdata(root, 0) {
				found = append(found, reservations(item, 0)...)
			}
		}
	}
	for _, r := range found {
		out.leaves(p, r)
	}
	// Two bookings in one message cannot be told apart in one reading: their leaves speak, not claims.
	if codes := distinctCodes(found); len(found) > 0 && codes <= 1 {
		out.reservation(p, found[0])
	}
}

func distinctCodes(found []map[string]any) int {
	var codes []string
	for _, r := range found {
		if c := pick(r, "reservationNumber", "reservationId"); c != "" && !oneOf(c, codes) {
			codes = append(codes, c)
		}
	}
	return len(codes)
}

// repaired parses JSON as senders write it: inside comments or CDATA, with trailing commas and raw line
// breaks in strings.
func repaired(s string) (any, bool) {
	s = strings.TrimSpace(s)
	for _, wrap := range [][2]string{{"<!--", "-->"}, {"//<![CDATA[", "//]]>"}, {"<![CDATA[", "]]>"}, {"/*<![CDATA[*/", "/*]]>*/"}} {
		s = strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(s, wrap[0]), wrap[1]))
	}
	if v, ok := parse(s); ok {
		return v, true
	}
	return parse(mend(s))
}

func parse(s string) (v any, ok bool) {
	dec := json.NewDecoder(strings.NewReader(s))
	dec.UseNumber()
	return v, dec.Decode(&v) == nil
}

// mend drops commas before closing brackets, escapes raw control bytes in strings and closes what is open.
func mend(s string) string {
	var b strings.Builder
	var open []byte
	str, esc := false, false
	for i := 0; i < len(s); i++ {
		c := s[i]
		if str {
			switch {
			case esc:
				esc = false
			case c == '\\':
				esc = true
			case c == '"':
				str = false
			case c < 0x20:
				b.WriteString(" ")
				continue
			}
			b.WriteByte(c)
			continue
		}
		switch c {
		case '"':
			str = true
		case '{':
			open = append(open, '}')
		case '[':
			open = append(open, ']')
		case '}', ']':
			if len(open) > 0 {
				open = open[:len(open)-1]
			}
		case ',':
			if rest := strings.TrimLeft(s[i+1:], " \t\r\n"); rest == "" || rest[0] == '}' || rest[0] == ']' {
				continue
			}
		}
		b.WriteByte(c)
	}
	if str {
		b.WriteByte('"')
	}
	for i := len(open) - 1; i >= 0 && len(open) < 100; i-- {
		b.WriteByte(open[i])
	}
	return b.String()
}

// reservations finds the nodes whose type is a kind of Reservation, in arrays, graphs and nested nodes.
func reservations(v any, depth int) []map[string]any {
	if depth > maxDepth {
		return nil
	}
	var out []map[string]any
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			out = append(out, reservations(e, depth+1)...)
		}
	case map[string]any:
		if strings.HasSuffix(typeOf(v), "Reservation") {
			return []map[string]any{v}
		}
		for _, k := range canon.SortedKeys(v) {
			out = append(out, reservations(v[k], depth+1)...)
		}
	}
	if len(out) > 50 {
		out = out[:50]
	}
	return out
}

func typeOf(m map[string]any) string {
	t, _ := m["@type"].(string)
	if list, ok := m["@type"].([]any); ok && len(list) > 0 {
		t, _ = list[0].(string)
	}
	return t[strings.LastIndexAny(t, "/#:")+1:]
}

// pick gives the first text among dotted paths; numbers count as text, of a list its first element.
func pick(m map[string]any, paths ...string) string {
	for _, p := range paths {
		var v any = m
		for _, k := range strings.Split(p, ".") {
			if l, ok := v.([]any); ok && len(l) > 0 {
				v = l[0]
			}
			o, ok := v.(map[string]any)
			if !ok {
				v = nil
				break
			}
			v = o[k]
		}
		if l, ok := v.([]any); ok && len(l) > 0 {
			v = l[0]
		}
		switch v := v.(type) {
		case string:
			if s := strings.TrimSpace(v); s != "" {
				return s
			}
		case json.Number:
			return v.String()
		}
	}
	return ""
}

// reservation claims what a Reservation says.
func (out *reading) reservation(p part, r map[string]any) {
	trust := trustMarkup
	if p.prefix != "" || out.Via != "" {
		trust = trustForward
	}
	say := func(k model.Kind, f model.Field, v model.Value) {
		if !v.IsZero() && (v.Type != model.Text || v.Str != "") {
			out.Claims = append(out.Claims, model.Claim{Kind: k, Field: f, Value: v, Span: model.Span{Part: p.id}, By: Reader + "/schema.org", Trust: trust})
		}
	}
	word := func(k model.Kind, f model.Field, paths ...string) { say(k, f, model.TextValue(pick(r, paths...))) }
	word(model.Reservation, model.FCode, "reservationNumber", "reservationId", "confirmationNumber")
	say(model.Reservation, model.FStartsAt, when(pick(r, "pickupTime", "checkinTime", "checkinDate", "startTime", "startDate", "reservationFor.startDate", "reservationFor.departureTime", "reservationFor.startTime")))
	say(model.Reservation, model.FEndsAt, when(pick(r, "dropoffTime", "checkoutTime", "checkoutDate", "endTime", "endDate", "reservationFor.endDate", "reservationFor.arrivalTime", "reservationFor.endTime")))
	word(model.Reservation, model.FPickupLoc, "pickupLocation.name", "pickupLocation.address.streetAddress", "pickupLocation")
	word(model.Reservation, model.FReturnLoc, "dropoffLocation.name", "dropoffLocation.address.streetAddress", "dropoffLocation")
	say(model.Reservation, model.FTotal, price(r))
	word(model.Vehicle, model.FName, "reservationFor.name", "reservationFor.model.name", "reservationFor.model")
	word(model.Customer, model.FFullName, "underName.name", "underName")
	say(model.Customer, model.FEmail, model.TextValue(strings.ToLower(pick(r, "underName.email"))))
	word(model.Customer, model.FPhone, "underName.telephone")
	if status := statusOf(r); status != "" {
		say(model.Reservation, model.FStatus, model.TextValue(status))
		if status == model.Cancelled && p.prefix == "" && out.Via == "" {
			out.Act = model.ActCancelled
		}
	}
}

// statusOf folds ReservationStatusType, in the schema.org and the Google dialect.
func statusOf(r map[string]any) string {
	s := pick(r, "reservationStatus", "reservationStatus.@id", "reservationStatus.name")
	s = strings.ToLower(s[strings.LastIndexAny(s, "/#:")+1:])
	switch strings.TrimPrefix(s, "reservation") {
	case "cancelled", "canceled":
		return model.Cancelled
	case "confirmed":
		return model.Confirmed
	case "pending", "hold":
		return model.Pending
	}
	return ""
}

// when reads an ISO 8601 time: an instant when it has an offset, a local time or a date when it has none.
func when(s string) model.Value {
	for _, l := range []string{time.RFC3339, "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05.999Z07:00", "2006-01-02 15:04:05Z07:00"} {
		if t, err := time.Parse(l, s); err == nil {
			return model.InstantValue(t)
		}
	}
	for _, l := range []string{"2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02 15:04"} {
		if t, err := time.Parse(l, s); err == nil {
			return model.LocalValue(t)
		}
	}
	if t, err := time.Parse(time.DateOnly, s); err == nil {
		return model.DateValue(t.Date())
	}
	return model.Value{}
}

// price reads totalPrice and priceCurrency; "EUR 120.00" and "120.00 EUR" are met as well.
func price(r map[string]any) model.Value {
	amount := pick(r, "totalPrice", "totalPrice.price", "totalPrice.value", "price")
	cur := pick(r, "priceCurrency", "totalPrice.priceCurrency", "totalPrice.currency")
	for _, w := range strings.Fields(amount) {
		if len(w) == 3 && strings.ToUpper(w) == w && w[0] >= 'A' && w[0] <= 'Z' {
			cur = w
			amount = strings.TrimSpace(strings.Replace(amount, w, "", 1))
		}
	}
	amount = strings.ReplaceAll(amount, ",", "")
	if amount == "" || len(cur) != 3 {
		return model.Value{}
	}
	digits := model.MinorDigits(cur)
	whole, frac, _ := strings.Cut(amount, ".")
	frac = strings.TrimRight(frac, "0")
	if len(frac) > digits {
		return model.Value{}
	}
	n, err := strconv.ParseInt(whole+frac+strings.Repeat("0", digits-len(frac)), 10, 64)
	if err != nil {
		return model.Value{}
	}
	return model.MoneyValue(n, cur)
}

// leaves adds every leaf of a reservation under "ld:/…", arrays as "*".
func (out *reading) leaves(p part, r map[string]any) {
	var walk func(path, label string, v any, depth int)
	walk = func(path, label string, v any, depth int) {
		if depth > maxDepth {
			return
		}
		switch v := v.(type) {
		case string:
			out.add(model.Segment{Path: p.prefix + "ld:" + path, Label: label, Text: v[:min(len(v), 2000)], Span: model.Span{Part: p.id}})
		case json.Number:
			out.add(model.Segment{Path: p.prefix + "ld:" + path, Label: label, Text: v.String(), Span: model.Span{Part: p.id}})
		case []any:
			for _, e := range v {
				walk(path+"/*", label, e, depth+1)
			}
		case map[string]any:
			for _, k := range canon.SortedKeys(v) {
				if !strings.HasPrefix(k, "@") {
					walk(path+"/"+k, k, v[k], depth+1)
				}
			}
		}
	}
	walk("", "", r, 0)
}

// claimsOnce drops claims that a second copy of the markup repeats.
func (out *reading) claimsOnce() {
	seen := map[model.Claim]bool{}
	kept := out.Claims[:0]
	for _, c := range out.Claims {
		key := c
		key.Span, key.Trust = model.Span{}, 0
		if !seen[key] {
			seen[key] = true
			kept = append(kept, c)
		}
	}
	out.Claims = kept
}
