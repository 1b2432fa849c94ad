package stripe

// This file: an object becomes a reading. Claims come from Stripe's own published members only; everything
// else that may speak becomes segments for the learner.

import (
	"encoding/json"
	"net/url"
	"strconv"
	"strings"

	"salvage/model"
	"salvage/sources/canon"
)

// Reader names this reader and its version.
const Reader = "stripe@2"

// trust is what a structured member of the API is worth before anything is measured.
const trust model.PPM = 990_000

// Bounds of a reading.
const (
	maxSegments = 400
	maxText     = 4096
	maxDepth    = 10
)

// reading is a model.Reading being filled.
type reading struct {
	*model.Reading
	base string // JSON pointer of the object that is read; "" for the whole
}

// Read makes a reading of one object or row.
func Read(ev *model.Evidence) *model.Reading {
	out := &reading{Reading: &model.Reading{Reader: Reader}}
	o, _, err := canon.Parse(ev.Canon)
	if err != nil {
		out.Outcome, out.Defects = model.Unreadable, []string{"not a JSON object: " + err.Error()}
		return out.Reading
	}
	if strings.HasPrefix(ev.Media, "stripe/csv") {
		newRow(o).read(out)
		return out.Reading
	}
	if created, ok := o.Int("created"); ok {
		out.At = created * 1e6
	}
	event := o.Str("type")
	if inner, ok := o.At("data", "object").(map[string]any); ok && ev.Media == "stripe/event" {
		o, out.base = inner, "/data/object"
	}
	out.Origin = objectType(o)
	out.Deleted, _ = o.Bool("deleted")
	out.Deleted = out.Deleted || out.base != "" && strings.HasSuffix(event, ".deleted")
	out.claims(o)
	out.Title = first(o.Str("description"), o.Str("statement_descriptor"), o.Str("calculated_statement_descriptor"))
	out.segments(o)
	return out.Reading
}

// claims reads the members that mean something by themselves.
func (out *reading) claims(o canon.Object) {
	switch out.Origin {
	case "charge":
		out.charge(o)
	case "payment_intent":
		out.intent(o)
	case "checkout.session":
		out.session(o)
	case "refund":
		out.refund(o)
	case "customer":
		out.str(o, model.Customer, model.FStripeCus, "id")
		out.person(o, "name", "email", "phone")
		out.address(o, "address")
	case "invoice":
		out.person(o, "customer_name", "customer_email", "customer_phone")
		out.ref(o, model.Customer, model.FStripeCus, "customer")
	case "balance_transaction":
		out.balance(o)
	}
}

func (out *reading) claim(k model.Kind, f model.Field, v model.Value, pointer string) {
	if v.IsZero() || v.Type == model.Text && v.Str == "" {
		return
	}
	out.Claims = append(out.Claims, model.Claim{Kind: k, Field: f, Value: v, Span: model.Span{Part: out.base + pointer}, By: Reader, Trust: trust})
}

// str claims the string at a path.
func (out *reading) str(o canon.Object, k model.Kind, f model.Field, path ...string) bool {
	s := strings.TrimSpace(o.Str(path...))
	if f == model.FEmail {
		s = strings.ToLower(s)
	}
	out.claim(k, f, model.TextValue(s), pointer(path))
	return s != ""
}

// ref claims the id at a path, where the object itself may stand when it was expanded.
func (out *reading) ref(o canon.Object, k model.Kind, f model.Field, path ...string) bool {
	if _, expanded := o.At(path...).(map[string]any); expanded {
		return out.str(o, k, f, append(append([]string{}, path...), "id")...)
	}
	return out.str(o, k, f, path...)
}

// paid claims amount, currency and time of a payment. The amount is that of the first path that has one.
func (out *reading) paid(o canon.Object, sign int64, amounts ...string) {
	cur := strings.ToLower(o.Str("currency"))
	for _, a := range amounts {
		if n, ok := o.Int(a); ok {
			out.claim(model.Payment, model.FAmount, model.MoneyValue(sign*n, cur), "/"+a)
			break
		}
	}
	out.claim(model.Payment, model.FCurrency, model.TextValue(cur), "/currency")
	if at, ok := o.Int("created"); ok {
		out.claim(model.Payment, model.FPaidAt, model.Value{Type: model.Instant, Num: at * 1e6}, "/created")
	}
}

func (out *reading) charge(o canon.Object) {
	captured, said := o.Bool("captured")
	if n, ok := o.Int("amount_captured"); ok && captured && n > 0 {
		out.paid(o, 1, "amount_captured")
	} else {
		out.paid(o, 1, "amount")
	}
	out.str(o, model.Payment, model.FCharge, "id")
	out.ref(o, model.Payment, model.FIntent, "payment_intent")
	out.str(o, model.Payment, model.FStatus, "status")
	out.str(o, model.Payment, model.FMethod, "payment_method_details", "type")
	if said && !captured && o.Str("status") == "succeeded" {
		out.claim(model.Payment, model.FPayKind, model.TextValue(model.PayHold), "/captured")
	}
	out.payer(o)
}

// payer claims who paid. A card's holder need not be who rents: the reconciler weighs that.
func (out *reading) payer(o canon.Object) {
	_ = out.str(o, model.Customer, model.FEmail, "billing_details", "email") ||
		out.str(o, model.Customer, model.FEmail, "receipt_email") ||
		out.str(o, model.Customer, model.FEmail, "payment_method", "billing_details", "email") ||
		out.str(o, model.Customer, model.FEmail, "source", "owner", "email") ||
		out.str(o, model.Customer, model.FEmail, "customer", "email") ||
		out.str(o, model.Customer, model.FEmail, "customer_details", "email")
	_ = out.str(o, model.Customer, model.FFullName, "billing_details", "name") ||
		out.str(o, model.Customer, model.FFullName, "payment_method", "billing_details", "name") ||
		out.str(o, model.Customer, model.FFullName, "shipping", "name") ||
		out.str(o, model.Customer, model.FFullName, "customer", "name") ||
		out.cardholder(o)
	_ = out.str(o, model.Customer, model.FPhone, "billing_details", "phone") ||
		out.str(o, model.Customer, model.FPhone, "shipping", "phone") ||
		out.str(o, model.Customer, model.FPhone, "customer", "phone")
	out.ref(o, model.Customer, model.FStripeCus, "customer")
	out.address(o, "billing_details", "address")
}

// cardholder claims the name on the card where versions of the API before 2018 keep it.
func (out *reading) cardholder(o canon.Object) bool {
	return out.str(o, model.Customer, model.FFullName, "source", "owner", "name") ||
		out.str(o, model.Customer, model.FFullName, "source", "name") ||
		out.str(o, model.Customer, model.FFullName, "card", "name")
}

func (out *reading) address(o canon.Object, path ...string) {
	at := func(k string) []string { return append(append([]string{}, path...), k) }
	out.str(o, model.Customer, "address", at("line1")...)
	out.str(o, model.Customer, "city", at("city")...)
	out.str(o, model.Customer, "region", at("state")...)
	out.str(o, model.Customer, "postal_code", at("postal_code")...)
	out.str(o, model.Customer, "country", at("country")...)
}

func (out *reading) person(o canon.Object, name, email, phone string) {
	out.str(o, model.Customer, model.FFullName, name)
	out.str(o, model.Customer, model.FEmail, email)
	out.str(o, model.Customer, model.FPhone, phone)
}

func (out *reading) intent(o canon.Object) {
	if n, ok := o.Int("amount_received"); ok && n > 0 {
		out.paid(o, 1, "amount_received")
	} else {
		out.paid(o, 1, "amount")
	}
	out.str(o, model.Payment, model.FIntent, "id")
	out.str(o, model.Payment, model.FStatus, "status")
	if !out.ref(o, model.Payment, model.FCharge, "latest_charge") {
		if list, _ := o.At("charges", "data").([]any); len(list) == 1 {
			if c, ok := list[0].(map[string]any); ok {
				out.claim(model.Payment, model.FCharge, model.TextValue(canon.Object(c).Str("id")), "/charges/data/0/id")
			}
		}
	}
	if o.Str("status") == "requires_capture" {
		out.claim(model.Payment, model.FPayKind, model.TextValue(model.PayHold), "/status")
	}
	out.payer(o)
}

func (out *reading) session(o canon.Object) {
	out.paid(o, 1, "amount_total")
	out.ref(o, model.Payment, model.FIntent, "payment_intent")
	out.str(o, model.Reservation, model.FSession, "id")
	out.ref(o, model.Reservation, model.FIntent, "payment_intent")
	status := o.Str("payment_status")
	where := "/payment_status"
	switch {
	case o.Str("status") == "expired" || o.Str("status") == "open":
		status, where = o.Str("status"), "/status"
	case status == "paid" || status == "no_payment_required":
		status = "succeeded"
	}
	out.claim(model.Payment, model.FStatus, model.TextValue(status), where)
	_ = out.str(o, model.Customer, model.FEmail, "customer_details", "email") || out.str(o, model.Customer, model.FEmail, "customer_email")
	_ = out.str(o, model.Customer, model.FFullName, "customer_details", "name") ||
		out.str(o, model.Customer, model.FFullName, "collected_information", "shipping_details", "name") ||
		out.str(o, model.Customer, model.FFullName, "shipping_details", "name")
	out.str(o, model.Customer, model.FPhone, "customer_details", "phone")
	out.ref(o, model.Customer, model.FStripeCus, "customer")
	out.address(o, "customer_details", "address")
}

func (out *reading) refund(o canon.Object) {
	out.paid(o, -1, "amount")
	out.str(o, model.Payment, model.FRefund, "id")
	out.claim(model.Payment, model.FPayKind, model.TextValue(model.PayRefund), "/object")
	out.ref(o, model.Payment, model.FCharge, "charge")
	out.ref(o, model.Payment, model.FIntent, "payment_intent")
	out.str(o, model.Payment, model.FStatus, "status")
}

// balance claims a balance transaction of a charge or refund. Its amount is in the settlement currency,
// so it is claimed only where no conversion took place.
func (out *reading) balance(o canon.Object) {
	typ := o.Str("type")
	refund := typ == "refund" || typ == "payment_refund"
	if !refund && typ != "charge" && typ != "payment" || o.At("exchange_rate") != nil {
		return
	}
	out.paid(o, 1, "amount") // refunds are negative here already
	if refund {
		out.ref(o, model.Payment, model.FRefund, "source")
		out.claim(model.Payment, model.FPayKind, model.TextValue(model.PayRefund), "/type")
		return
	}
	out.ref(o, model.Payment, model.FCharge, "source")
}

// silent members say nothing of a booking, or are evidence of their own.
func silent(member string) bool {
	switch member {
	case "object", "livemode", "payment_method_details", "payment_method_options", "outcome", "source", "sources",
		"fraud_details", "radar_options", "refunds", "charges", "has_more", "automatic_tax", "balance_transaction",
		"payment_method", "payment_method_types", "payment_method_configuration_details", "next_action",
		"last_payment_error", "application", "application_fee", "application_fee_amount", "created", "receipt_url",
		"invoice_settings", "default_source", "total_details", "processing", "automatic_payment_methods",
		"invoice_pdf", "hosted_invoice_url", "fee_details", "evidence", "evidence_details", "tax_exempt", "url":
		return true
	}
	return false
}

// segments walks every leaf in the order of its path.
func (out *reading) segments(o canon.Object) {
	for _, k := range canon.SortedKeys(o) {
		if silent(k) {
			continue
		}
		if k == "custom_fields" {
			out.customFields(o[k])
			continue
		}
		out.walk("/"+k, "/"+pointerPart(k), k, o[k], 1)
	}
}

// walk gives the leaves below a value. path has arrays as "*"; ptr is the JSON pointer.
func (out *reading) walk(path, ptr, label string, v any, depth int) {
	if depth > maxDepth {
		return
	}
	switch v := v.(type) {
	case string:
		out.text(path, label, v, ptr, depth)
	case json.Number:
		out.text(path, label, v.String(), ptr, depth)
	case map[string]any:
		if depth > 1 && ownThing(v) {
			out.text(path+"/id", label, canon.Object(v).Str("id"), ptr+"/id", depth)
			return
		}
		for _, k := range canon.SortedKeys(v) {
			if depth > 1 && (k == "object" || k == "livemode" || k == "has_more" || k == "url") {
				continue
			}
			out.walk(path+"/"+k, ptr+"/"+pointerPart(k), k, v[k], depth+1)
		}
	case []any:
		for i, e := range v {
			out.walk(path+"/*", ptr+"/"+strconv.Itoa(i), label, e, depth+1)
		}
	}
}

// text adds one leaf, and what is packed inside it: the query of a link, JSON in a string.
func (out *reading) text(path, label, text, ptr string, depth int) {
	if strings.TrimSpace(text) == "" || len(out.Segments) >= maxSegments {
		return
	}
	if len(text) > maxText {
		text = strings.ToValidUTF8(text[:maxText], "")
		out.defect("a member is longer than " + strconv.Itoa(maxText) + " bytes: its rest was not read")
	}
	out.Segments = append(out.Segments, model.Segment{Path: path, Label: label, Text: text, Span: model.Span{Part: out.base + ptr}})
	if len(out.Segments) == maxSegments {
		out.defect("more than " + strconv.Itoa(maxSegments) + " members: the rest was not read")
	}
	if strings.HasPrefix(text, "https://") || strings.HasPrefix(text, "http://") {
		out.query(path, text, ptr)
	}
	if depth < maxDepth && len(text) > 1 && (text[0] == '{' || text[0] == '[') {
		dec := json.NewDecoder(strings.NewReader(text))
		dec.UseNumber()
		var inner any
		if dec.Decode(&inner) == nil {
			out.walk(path+"/#", ptr, label, inner, depth+1)
		}
	}
}

// query gives the parameters of a link: success and return addresses often carry the booking's id.
func (out *reading) query(path, link, ptr string) {
	u, err := url.Parse(link)
	if err != nil || u.RawQuery == "" {
		return
	}
	for _, pair := range strings.Split(u.RawQuery, "&") {
		k, v, _ := strings.Cut(pair, "=")
		key, err1 := url.QueryUnescape(k)
		value, err2 := url.QueryUnescape(v)
		if err1 == nil && err2 == nil && value != "" && len(value) <= 256 && len(out.Segments) < maxSegments {
			out.Segments = append(out.Segments, model.Segment{Path: path + "?" + key, Label: key, Text: value, Span: model.Span{Part: out.base + ptr}})
		}
	}
}

// customFields reads a Checkout Session's custom_fields: the label a person saw, the value they gave.
func (out *reading) customFields(v any) {
	list, _ := v.([]any)
	for i, e := range list {
		m, ok := e.(map[string]any)
		if !ok {
			continue
		}
		f := canon.Object(m)
		label := first(f.Str("label", "custom"), f.Str("key"))
		for _, kind := range []string{"text", "numeric", "dropdown"} {
			ptr := "/custom_fields/" + strconv.Itoa(i) + "/" + kind + "/value"
			out.text("/custom_fields/"+f.Str("key"), label, f.Str(kind, "value"), ptr, 2)
		}
	}
}

func (out *reading) defect(s string) {
	for _, d := range out.Defects {
		if d == s {
			return
		}
	}
	out.Defects = append(out.Defects, s)
}

func first(ss ...string) string {
	for _, s := range ss {
		if s != "" {
			return s
		}
	}
	return ""
}

// pointer writes a path of keys as a JSON pointer (RFC 6901).
func pointer(path []string) string {
	var b strings.Builder
	for _, p := range path {
		b.WriteByte('/')
		b.WriteString(pointerPart(p))
	}
	return b.String()
}

func pointerPart(s string) string {
	if !strings.ContainsAny(s, "~/") {
		return s
	}
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(s)
}
