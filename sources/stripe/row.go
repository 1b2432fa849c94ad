package stripe

// This file: what the columns of a Dashboard export mean, by their names.

import (
	"strconv"
	"strings"
	"time"

	"salvage/model"
	"salvage/sources/canon"
)

// row is one CSV row, its columns found by name whatever their case, spaces and marks.
type row struct {
	o    canon.Object
	cols map[string]string // column() of the name -> the name as written
}

// column folds a column's name: "Created date (UTC)" is "createddate". What stands in parentheses is left out.
func column(name string) string {
	name, _, _ = strings.Cut(name, "(")
	var b strings.Builder
	for _, c := range strings.ToLower(name) {
		if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' {
			b.WriteRune(c)
		}
	}
	return b.String()
}

func newRow(o canon.Object) row {
	r := row{o, map[string]string{}}
	for _, k := range canon.SortedKeys(o) {
		if _, meta := metadataKey(k); meta {
			continue
		}
		if c := column(k); r.cols[c] == "" {
			r.cols[c] = k
		}
	}
	return r
}

// metadataKey gives the key of a "<key> (metadata)" column.
func metadataKey(name string) (string, bool) {
	k, ok := strings.CutSuffix(strings.TrimSpace(name), "(metadata)")
	return strings.TrimSpace(k), ok
}

// get gives the first non-empty column of several names, and the column's name as written.
func (r row) get(names ...string) (value, name string) {
	for _, n := range names {
		if k := r.cols[n]; k != "" {
			if v := strings.TrimSpace(r.o.Str(k)); v != "" {
				return v, k
			}
		}
	}
	return "", ""
}

func (r row) id() string {
	id, _ := r.get("id", "balancetransactionid")
	if id == "" {
		id, _ = r.get("source", "sourceid")
	}
	return id
}

// media tells the table: balance rows have a net amount and a source, payments a status or an intent.
func (r row) media() string {
	switch typeOfID(r.id()) {
	case "charge", "payment_intent":
		return "stripe/csv-payments"
	case "balance_transaction":
		return "stripe/csv-balance"
	case "customer":
		return "stripe/csv-customers"
	case "refund":
		return "stripe/csv-refunds"
	}
	if _, net := r.get("net"); net != "" {
		return "stripe/csv-balance"
	}
	return "stripe/csv"
}

// when reads the time of creation. The zone stands in the column's name ("Created (UTC)"); without one
// the time is local, for the company's zone is not known here.
func (r row) when() model.Value {
	v, name := r.get("created", "createddate", "createdat", "date")
	if v == "" {
		return model.Value{}
	}
	t, ok := parseStamp(v)
	if !ok {
		return model.Value{}
	}
	if _, offset := time.Parse(time.RFC3339, v); offset == nil {
		return model.InstantValue(t)
	}
	zone := ""
	if _, in, ok := strings.Cut(name, "("); ok {
		zone = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(in), ")"))
	}
	if zone == "" || len(v) <= len("2006-01-02") {
		return model.LocalValue(t)
	}
	if loc, err := time.LoadLocation(zone); err == nil && zone != "Local" {
		return model.LocalValue(t).InZone(loc)
	}
	return model.LocalValue(t)
}

// parseStamp reads the forms the Dashboard writes: to the second, to the minute, the day alone.
func parseStamp(v string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339, "2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02T15:04:05", "2006-01-02"} {
		if t, err := time.Parse(layout, v); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// money reads a decimal amount of major units. Either mark may be the decimal one: the last mark is, unless
// exactly three digits follow it, another mark of its kind stands before it, or the currency has no minor
// units or three of them.
func money(s, cur string) (model.Value, bool) {
	s = strings.NewReplacer(" ", "", "\u00a0", "", "\u202f", "", "'", "").Replace(s)
	neg := strings.HasPrefix(s, "-")
	s = strings.TrimLeft(s, "+-")
	digits := model.MinorDigits(cur)
	whole, frac := s, ""
	if i := strings.LastIndexAny(s, ".,"); i >= 0 {
		after := len(s) - i - 1
		grouping := after == 3 && digits != 3 && s[i] == ',' || strings.Count(s, s[i:i+1]) > 1
		if !grouping {
			whole, frac = s[:i], s[i+1:]
		}
	}
	whole = strings.NewReplacer(".", "", ",", "").Replace(whole)
	frac = strings.TrimRight(frac, "0")
	if len(frac) > digits || whole == "" && frac == "" {
		return model.Value{}, false
	}
	frac += strings.Repeat("0", digits-len(frac))
	n, err := strconv.ParseInt(whole+frac, 10, 64)
	if err != nil {
		return model.Value{}, false
	}
	if neg {
		n = -n
	}
	return model.MoneyValue(n, cur), true
}

// read fills a reading from the row.
func (r row) read(out *reading) {
	out.Origin = "charge"
	switch r.media() {
	case "stripe/csv-balance":
		out.Origin = "balance_transaction"
		r.balance(out)
	case "stripe/csv-customers":
		out.Origin = "customer"
	case "stripe/csv-refunds":
		out.Origin = "refund"
		r.payment(out, true)
	case "stripe/csv-payments":
		r.payment(out, false)
	default:
		out.Origin = "object"
	}
	r.customer(out)
	out.Title, _ = r.get("description", "statementdescriptor")
	r.segments(out)
}

func (r row) claim(out *reading, k model.Kind, f model.Field, v model.Value, name string) {
	out.claim(k, f, v, "/"+pointerPart(name))
}

func (r row) text(out *reading, k model.Kind, f model.Field, names ...string) {
	if v, name := r.get(names...); v != "" {
		r.claim(out, k, f, model.TextValue(v), name)
	}
}

// payment claims a row of the payments or refunds export.
func (r row) payment(out *reading, refund bool) {
	cur, curName := r.get("currency")
	if cur != "" {
		r.claim(out, model.Payment, model.FCurrency, model.TextValue(strings.ToLower(cur)), curName)
	}
	r.amount(out, cur, refund, "amount")
	if at := r.when(); !at.IsZero() {
		_, name := r.get("created", "createddate", "createdat", "date")
		r.claim(out, model.Payment, model.FPaidAt, at, name)
	}
	id, idName := r.get("id")
	switch {
	case refund:
		r.claim(out, model.Payment, model.FRefund, model.TextValue(id), idName)
		r.claim(out, model.Payment, model.FPayKind, model.TextValue(model.PayRefund), idName)
		r.text(out, model.Payment, model.FCharge, "chargeid", "charge", "source")
	case typeOfID(id) == "payment_intent":
		r.claim(out, model.Payment, model.FIntent, model.TextValue(id), idName)
	default:
		r.claim(out, model.Payment, model.FCharge, model.TextValue(id), idName)
	}
	if v, name := r.get("paymentintentid", "paymentintent"); v != "" && v != id {
		r.claim(out, model.Payment, model.FIntent, model.TextValue(v), name)
	}
	word, statusName := r.get("status")
	status := csvStatus(word)
	if status != "" {
		r.claim(out, model.Payment, model.FStatus, model.TextValue(status), statusName)
	}
	captured, name := r.get("captured")
	if strings.EqualFold(word, "uncaptured") || strings.EqualFold(captured, "false") && status == "succeeded" {
		r.claim(out, model.Payment, model.FPayKind, model.TextValue(model.PayHold), first(name, statusName))
	}
}

func (r row) amount(out *reading, cur string, negative bool, names ...string) {
	v, name := r.get(names...)
	if v == "" {
		return
	}
	m, ok := money(v, cur)
	if !ok {
		out.Defects = append(out.Defects, name+": no amount of money")
		return
	}
	if negative && m.Num > 0 {
		m.Num = -m.Num
	}
	r.claim(out, model.Payment, model.FAmount, m, name)
}

// csvStatus folds the Dashboard's words to the API's.
func csvStatus(s string) string {
	switch s = strings.ToLower(strings.TrimSpace(s)); s {
	case "paid", "refunded", "partially refunded", "disputed":
		return "succeeded"
	case "uncaptured", "requires_capture":
		return "succeeded"
	}
	return s
}

// balance claims a row of the balance export: charges and refunds only, in the customer's own currency
// where the row states it.
func (r row) balance(out *reading) {
	typ, _ := r.get("type", "reportingcategory")
	src, srcName := r.get("source", "sourceid")
	typ = strings.ToLower(typ)
	refund := strings.Contains(typ, "refund")
	if src == "" || !refund && typ != "charge" && typ != "payment" {
		return
	}
	cur, curName := r.get("customerfacingcurrency")
	amount := "customerfacingamount"
	if v, _ := r.get(amount); v == "" || cur == "" {
		cur, curName = r.get("currency")
		amount = "amount"
	}
	r.claim(out, model.Payment, model.FCurrency, model.TextValue(strings.ToLower(cur)), curName)
	r.amount(out, cur, refund, amount)
	f := model.FCharge
	if refund {
		f = model.FRefund
		r.claim(out, model.Payment, model.FPayKind, model.TextValue(model.PayRefund), srcName)
	}
	r.claim(out, model.Payment, f, model.TextValue(src), srcName)
	if at := r.when(); !at.IsZero() {
		_, name := r.get("created", "createddate", "createdat", "date")
		r.claim(out, model.Payment, model.FPaidAt, at, name)
	}
}

func (r row) customer(out *reading) {
	customers := r.media() == "stripe/csv-customers"
	if customers {
		r.text(out, model.Customer, model.FStripeCus, "id")
		r.text(out, model.Customer, model.FFullName, "name")
		r.text(out, model.Customer, model.FPhone, "phone")
	} else {
		r.text(out, model.Customer, model.FStripeCus, "customerid", "customer")
		r.text(out, model.Customer, model.FFullName, "customername", "cardname", "billingname")
		r.text(out, model.Customer, model.FPhone, "customerphone")
	}
	if v, name := r.get("customeremail", "email", "receiptemail"); strings.Contains(v, "@") {
		r.claim(out, model.Customer, model.FEmail, model.TextValue(strings.ToLower(v)), name)
	}
}

// segments gives every column, the well-known ones under the paths of the API's objects so that what is
// learned of one form serves the other.
func (r row) segments(out *reading) {
	for _, k := range canon.SortedKeys(r.o) {
		path, label := "/csv/"+k, k
		if m, ok := metadataKey(k); ok {
			path, label = "/metadata/"+m, m
		} else if c := column(k); c == "description" {
			path = "/description"
		} else if c == "statementdescriptor" {
			path = "/statement_descriptor"
		}
		out.text(path, label, r.o.Str(k), "/"+pointerPart(k), 0)
	}
}
