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
	var nodes []any
	for _, script := range d.Scripts {
		vs, whole := linkedData(script.Text)
		if !whole {
			out.defect("linked data that is no JSON")
		}
		nodes = append(nodes, vs...)
	}
	if d.Micro && len(s) > text.MaxBody/4 {
		out.defect("microdata in a body that is too long for it")
	} else if d.Micro {
		if root, err := html.Parse(strings.NewReader(s)); err == nil {
			nodes = append(nodes, microdata(root, 0)...)
		}
	}
	if len(nodes) == 0 {
		return
	}
	known := map[string]map[string]any{}
	named(nodes, known, 0)
	found := reservations(nodes, known, 0)
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

// maxNodes bounds the bookings of one message.
const maxNodes = 50

// reservations finds the nodes whose type is a kind of Reservation, in arrays, graphs and nested nodes, with
// the nodes that they refer to (JSON-LD 1.1 section 3.3) in their places.
func reservations(v any, known map[string]map[string]any, depth int) []map[string]any {
	if depth > maxDepth {
		return nil
	}
	var out []map[string]any
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			if len(out) < maxNodes {
				out = append(out, reservations(e, known, depth+1)...)
			}
		}
	case map[string]any:
		if strings.HasSuffix(typeOf(v), "Reservation") {
			return []map[string]any{resolved(v, known)}
		}
		for _, k := range canon.SortedKeys(v) {
			if len(out) < maxNodes {
				out = append(out, reservations(v[k], known, depth+1)...)
			}
		}
	}
	return out[:min(len(out), maxNodes)]
}

// named collects the nodes that have a name of their own.
func named(v any, known map[string]map[string]any, depth int) {
	if depth > maxDepth || len(known) > 1000 {
		return
	}
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			named(e, known, depth+1)
		}
	case map[string]any:
		if id, _ := v["@id"].(string); id != "" && len(v) > 1 && known[id] == nil {
			known[id] = v
		}
		for _, k := range canon.SortedKeys(v) {
			named(v[k], known, depth+1)
		}
	}
}

// resolved puts the named nodes in the place of the references to them, one level deep.
func resolved(m map[string]any, known map[string]map[string]any) map[string]any {
	if len(known) == 0 {
		return m
	}
	out := make(map[string]any, len(m))
	for k, v := range m {
		out[k] = v
		if ref, ok := v.(map[string]any); ok && len(ref) == 1 {
			if id, _ := ref["@id"].(string); known[id] != nil {
				out[k] = known[id]
			}
		}
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
			// QUIRK: a script's text knows no entities (HTML Living Standard, "script data state"), yet templates
			// escape what they put there.
			if s := strings.TrimSpace(html.UnescapeString(v)); s != "" {
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
	say(model.Reservation, model.FCreatedAt, when(pick(r, "bookingTime")))
	if rented(typeOf(r)) {
		name := pick(r, "reservationFor.name")
		if name == "" {
			name = strings.TrimSpace(pick(r, "reservationFor.brand.name", "reservationFor.brand", "reservationFor.make", "reservationFor.manufacturer.name") + " " +
				pick(r, "reservationFor.model.name", "reservationFor.model"))
		}
		say(model.Vehicle, model.FName, model.TextValue(name))
		word(model.Vehicle, model.FVIN, "reservationFor.vehicleIdentificationNumber")
	}
	word(model.Reservation, "party", "partySize", "numAdults")
	name := pick(r, "underName.name", "underName")
	if name == "" {
		name = strings.TrimSpace(pick(r, "underName.givenName") + " " + pick(r, "underName.familyName"))
	}
	say(model.Customer, model.FFullName, model.TextValue(name))
	say(model.Customer, model.FEmail, model.TextValue(strings.ToLower(pick(r, "underName.email"))))
	word(model.Customer, model.FPhone, "underName.telephone")
	if status := statusOf(r); status != "" {
		say(model.Reservation, model.FStatus, model.TextValue(status))
		if status == model.Cancelled && p.prefix == "" && out.Via == "" {
			out.Act = model.ActCancelled
		}
	}
}

// rented tells the reservations of a thing from those of a place or an event, where reservationFor is the
// house itself.
func rented(typ string) bool {
	switch typ {
	case "FoodEstablishmentReservation", "LodgingReservation", "EventReservation", "FlightReservation", "TrainReservation", "BusReservation", "BoatReservation", "TaxiReservation":
		return false
	}
	return true
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
	amount = plainAmount(amount)
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

// plainAmount drops the marks between thousands and writes the decimals behind a point, wherever the sender
// put a comma (schema.org wants a point).
func plainAmount(s string) string {
	point, comma := strings.LastIndexByte(s, '.'), strings.LastIndexByte(s, ',')
	if comma > point && len(s)-comma <= 3 {
		return strings.Replace(strings.ReplaceAll(s[:comma], ".", "")+"."+s[comma+1:], " ", "", -1)
	}
	return strings.NewReplacer(",", "", " ", "").Replace(s)
}

// action tells the members that are for buttons: they say nothing of the booking.
func action(member string) bool {
	return strings.HasSuffix(member, "Url") || strings.HasSuffix(member, "URL") || strings.HasSuffix(member, "Action") || member == "url" || member == "image" || member == "logo" || member == "sameAs"
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
				if !strings.HasPrefix(k, "@") && !action(k) {
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
