package stripe

import (
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"salvage/model"
	"salvage/sources"
)

// load cuts a text and gives the evidence in it; broken pieces give their codes.
func load(t testing.TB, in string) (evs []model.Evidence, broken []string) {
	open := Open("", []byte(in)[:min(len(in), 4096)])
	require.NotNil(t, open)
	s := open(strings.NewReader(in))
	for {
		p, err := s.Next()
		if err == io.EOF {
			return evs, broken
		}
		require.NoError(t, err)
		code := p.Broken
		var items []model.Evidence
		if code == "" {
			items, code = s.Make(p)
		}
		if code != "" {
			broken = append(broken, code)
		}
		evs = append(evs, items...)
	}
}

func keys(evs []model.Evidence) (out []string) {
	for _, ev := range evs {
		out = append(out, ev.Media+" "+ev.Key)
	}
	return out
}

func claims(r *model.Reading) map[string]string {
	out := map[string]string{}
	for _, c := range r.Claims {
		out[string(c.Kind)+"."+string(c.Field)] = c.Value.String()
	}
	return out
}

func segments(r *model.Reading) map[string]string {
	out := map[string]string{}
	for _, s := range r.Segments {
		out[s.Path+"|"+s.Label] = s.Text
	}
	return out
}

func TestObjects(t *testing.T) {
	tests := []struct {
		name, in string
		want     []string
	}{
		{"bare", `{"id":"ch_1","object":"charge"}`, []string{"stripe/charge stripe:ch_1"}},
		{"type by prefix", `[{"id":"pi_1"},{"id":"re_1"},{"id":"x"}]`, []string{"stripe/payment_intent stripe:pi_1", "stripe/refund stripe:re_1", "stripe/object stripe:x"}},
		{"hostile type", `{"id":"ch_1","object":"../../x"}`, []string{"stripe/charge stripe:ch_1"}},
		{"event", `{"id":"evt_1","object":"event","type":"charge.refunded","created":5,"data":{"object":{"id":"ch_1","object":"charge"}}}`, []string{"stripe/event stripe:ch_1"}},
		{"embedded", `{"id":"ch_1","object":"charge","refunds":{"object":"list","data":[{"id":"re_1","object":"refund","charge":"ch_1"}]},"customer":{"id":"cus_1","object":"customer"}}`,
			[]string{"stripe/charge stripe:ch_1", "stripe/customer stripe:cus_1", "stripe/refund stripe:re_1"}},
		{"bundle", `{"charges":[{"id":"ch_1","object":"charge"}],"refunds":{"object":"list","data":[{"id":"re_1","object":"refund"}]}}`,
			[]string{"stripe/charge stripe:ch_1", "stripe/refund stripe:re_1"}},
		{"array of pages", `[{"object":"list","data":[{"id":"ch_1","object":"charge"}]}]`, []string{"stripe/charge stripe:ch_1"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			evs, broken := load(t, tt.in)
			require.Empty(t, broken)
			require.Equal(t, tt.want, keys(evs))
		})
	}
}

// One object has one digest: listed, embedded, with other spaces and another order of members, with a secret.
func TestIdentity(t *testing.T) {
	a, _ := load(t, `[{"id":"re_1","object":"refund","amount":5}]`)
	b, _ := load(t, "{\"amount\":5.0,\n \"object\":\"refund\",\"client_secret\":\"x_secret_y\", \"id\":\"re_1\"}")
	c, _ := load(t, `{"id":"ch_1","object":"charge","refunds":{"data":[{"object":"refund","id":"re_1","amount":5}]}}`)
	da := sources.Digest(a[0].Media, a[0].Canon)
	require.Equal(t, da, sources.Digest(b[0].Media, b[0].Canon))
	require.Equal(t, da, sources.Digest(c[1].Media, c[1].Canon))
	require.NotContains(t, string(b[0].Raw), "_secret_")
}

func TestReadings(t *testing.T) {
	tests := []struct {
		name, in string
		want     map[string]string
		segs     map[string]string
	}{
		{"charge, partly captured", `{"id":"ch_1","object":"charge","amount":1000,"amount_captured":800,"captured":true,"currency":"jpy","created":1700000000,"status":"succeeded",
			"payment_intent":{"id":"pi_1","object":"payment_intent"},"billing_details":{"name":"A B","email":"A@B.test","phone":"+1 2"},"customer":"cus_1","payment_method_details":{"type":"card"},
			"metadata":{"booking_id":"77","packed":"{\"van\":{\"plate\":\"X 1\"}}"},"description":"Booking 77"}`,
			map[string]string{"payment.amount": "800 JPY", "payment.currency": "jpy", "payment.stripe_charge": "ch_1", "payment.stripe_payment_intent": "pi_1", "payment.status": "succeeded",
				"payment.paid_at": "2023-11-14T22:13:20Z", "payment.method": "card", "customer.email": "a@b.test", "customer.full_name": "A B", "customer.phone": "+1 2", "customer.stripe_customer": "cus_1"},
			map[string]string{"/metadata/booking_id|booking_id": "77", "/metadata/packed/#/van/plate|plate": "X 1", "/description|description": "Booking 77"}},
		{"a hold", `{"id":"ch_1","object":"charge","amount":1000,"captured":false,"currency":"usd","status":"succeeded"}`,
			map[string]string{"payment.amount": "10.00 USD", "payment.currency": "usd", "payment.stripe_charge": "ch_1", "payment.status": "succeeded", "payment.kind": "hold"}, nil},
		{"a failed try is no hold", `{"id":"ch_1","object":"charge","amount":1000,"captured":false,"currency":"usd","status":"failed"}`,
			map[string]string{"payment.amount": "10.00 USD", "payment.currency": "usd", "payment.stripe_charge": "ch_1", "payment.status": "failed"}, nil},
		{"refund", `{"id":"re_1","object":"refund","amount":500,"currency":"eur","charge":"ch_1","payment_intent":"pi_1","status":"succeeded","created":1700000000}`,
			map[string]string{"payment.amount": "-5.00 EUR", "payment.currency": "eur", "payment.stripe_refund": "re_1", "payment.kind": "refund", "payment.stripe_charge": "ch_1",
				"payment.stripe_payment_intent": "pi_1", "payment.status": "succeeded", "payment.paid_at": "2023-11-14T22:13:20Z"}, nil},
		{"session", `{"id":"cs_1","object":"checkout.session","amount_total":9900,"currency":"eur","payment_intent":"pi_1","payment_status":"paid","status":"complete","client_reference_id":"R-9",
			"customer_details":{"email":"a@b.test","name":"A","phone":null},"success_url":"https://x.test/ok?booking=9&s={CHECKOUT_SESSION_ID}",
			"custom_fields":[{"key":"plate","label":{"type":"custom","custom":"Number plate"},"text":{"value":"AB 12"}}],"line_items":{"data":[{"description":"3 days Golf"}]}}`,
			map[string]string{"payment.amount": "99.00 EUR", "payment.currency": "eur", "payment.stripe_payment_intent": "pi_1", "reservation.stripe_session": "cs_1", "reservation.stripe_payment_intent": "pi_1",
				"payment.status": "succeeded", "customer.email": "a@b.test", "customer.full_name": "A"},
			map[string]string{"/client_reference_id|client_reference_id": "R-9", "/success_url?booking|booking": "9", "/custom_fields/plate|Number plate": "AB 12", "/line_items/data/*/description|description": "3 days Golf"}},
		{"an expired session paid nothing", `{"id":"cs_1","object":"checkout.session","amount_total":9900,"currency":"eur","payment_status":"unpaid","status":"expired"}`,
			map[string]string{"payment.amount": "99.00 EUR", "payment.currency": "eur", "reservation.stripe_session": "cs_1", "payment.status": "expired"}, nil},
		{"intent of an old version", `{"id":"pi_1","object":"payment_intent","amount":100,"amount_received":0,"currency":"usd","status":"requires_capture","charges":{"data":[{"id":"ch_9","object":"charge"}]}}`,
			map[string]string{"payment.amount": "1.00 USD", "payment.currency": "usd", "payment.stripe_payment_intent": "pi_1", "payment.status": "requires_capture", "payment.stripe_charge": "ch_9", "payment.kind": "hold"}, nil},
		{"customer", `{"id":"cus_1","object":"customer","name":"A","email":"X@Y.test","address":{"city":"Köln","postal_code":"50667"}}`,
			map[string]string{"customer.stripe_customer": "cus_1", "customer.full_name": "A", "customer.email": "x@y.test", "customer.city": "Köln", "customer.postal_code": "50667"}, nil},
		{"charge of an old version", `{"id":"ch_1","object":"charge","amount":100,"currency":"usd","paid":true,"card":{"object":"card","name":"A B"},"source":{"object":"card","name":"A B"},"statement_description":"HIRE 77"}`,
			map[string]string{"payment.amount": "1.00 USD", "payment.currency": "usd", "payment.stripe_charge": "ch_1", "customer.full_name": "A B"}, map[string]string{"/statement_description|statement_description": "HIRE 77"}},
		{"expanded everywhere", `{"id":"pi_1","object":"payment_intent","amount":100,"amount_received":100,"currency":"usd","status":"succeeded","latest_charge":{"id":"ch_1","object":"charge"},
			"customer":{"id":"cus_1","object":"customer"},"payment_method":{"object":"payment_method","billing_details":{"name":"A B","email":"A@b.test"}},"shipping":{"name":"C D","tracking_number":"T1"},"receipt_email":null}`,
			map[string]string{"payment.amount": "1.00 USD", "payment.currency": "usd", "payment.stripe_payment_intent": "pi_1", "payment.status": "succeeded", "payment.stripe_charge": "ch_1",
				"customer.email": "a@b.test", "customer.full_name": "A B", "customer.stripe_customer": "cus_1"}, map[string]string{"/shipping/tracking_number|tracking_number": "T1"}},
		{"custom fields of every kind, other links, products", `{"id":"cs_1","object":"checkout.session","currency":"eur","cancel_url":"https://x.test/c?ref=R1","return_url":"https://x.test/r/#?no","payment_link":"plink_1",
			"custom_fields":[{"key":"km","label":{"custom":"Mileage"},"numeric":{"value":"120"}},{"key":"place","label":{"custom":"Where"},"dropdown":{"value":"harbour"}}],
			"line_items":{"data":[{"description":"Golf","quantity":3,"price":{"product":{"object":"product","name":"VW Golf","metadata":{"unit":"12"}}}}]},"metadata":{"a":{"b":["c"]}}}`,
			map[string]string{"payment.currency": "eur", "reservation.stripe_session": "cs_1"},
			map[string]string{"/cancel_url?ref|ref": "R1", "/custom_fields/km|Mileage": "120", "/custom_fields/place|Where": "harbour", "/line_items/data/*/price/product/name|name": "VW Golf",
				"/line_items/data/*/price/product/metadata/unit|unit": "12", "/payment_link|payment_link": "plink_1", "/metadata/a/b/*|b": "c"}},
		{"invoice", `{"id":"in_1","object":"invoice","number":"F-7","customer":"cus_1","customer_name":"A B","customer_email":"a@b.test","lines":{"data":[{"description":"Hire AB-1","metadata":{"hire":"77"},"period":{"start":1700000000}}]}}`,
			map[string]string{"customer.stripe_customer": "cus_1", "customer.full_name": "A B", "customer.email": "a@b.test"},
			map[string]string{"/number|number": "F-7", "/lines/data/*/description|description": "Hire AB-1", "/lines/data/*/metadata/hire|hire": "77", "/lines/data/*/period/start|start": "1700000000"}},
		{"dispute claims nothing", `{"id":"dp_1","object":"dispute","amount":5,"charge":"ch_1","reason":"fraudulent"}`, map[string]string{}, map[string]string{"/reason|reason": "fraudulent", "/charge|charge": "ch_1"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			evs, broken := load(t, tt.in)
			require.Empty(t, broken)
			r := Read(&evs[0])
			require.Equal(t, tt.want, claims(r))
			got := segments(r)
			for k, v := range tt.segs {
				require.Equal(t, v, got[k], k)
			}
			for _, c := range r.Claims {
				require.NotEmpty(t, c.Span.Part)
				require.Equal(t, Reader, c.By)
			}
		})
	}
}

func TestEvent(t *testing.T) {
	evs, _ := load(t, `{"id":"evt_1","object":"event","type":"customer.deleted","created":1700000001,"data":{"object":{"id":"cus_1","object":"customer","created":1600000000,"name":"A"}}}`)
	require.Equal(t, "stripe:cus_1", evs[0].Key)
	r := Read(&evs[0])
	require.True(t, r.Deleted)
	require.Equal(t, "customer", r.Origin)
	require.EqualValues(t, 1700000001_000000, r.At)
	require.Equal(t, "A", claims(r)["customer.full_name"])
	require.Equal(t, "/data/object/name", r.Claims[1].Span.Part)
}

func TestCSV(t *testing.T) {
	evs, broken := load(t, "\ufeffid,Description,Created (UTC),Amount,Currency,Captured,Customer Email,Status,PaymentIntent ID,booking (metadata)\n"+
		"ch_1,\"two\nlines\",2026-03-01 08:09,\"1,234.50\",usd,true,A@B.test,Paid,pi_1,77\n"+
		"ch_2,short\n"+
		"ch_3,\"never closed,2026-03-01 08:09,1.00,usd,true,,Paid,,\n"+
		"ch_4,x,2026-03-01 08:09:10,1.00,usd,false,,Uncaptured,,\n")
	require.Equal(t, []string{"csv-row", "csv-row"}, broken)
	require.Equal(t, []string{"stripe/csv-payments stripe:ch_1", "stripe/csv-payments stripe:ch_4"}, keys(evs))
	r := Read(&evs[0])
	require.Equal(t, map[string]string{"payment.amount": "1234.50 USD", "payment.currency": "usd", "payment.stripe_charge": "ch_1", "payment.stripe_payment_intent": "pi_1",
		"payment.paid_at": "2026-03-01T08:09:00Z", "payment.status": "succeeded", "customer.email": "a@b.test"}, claims(r))
	require.Equal(t, "77", segments(r)["/metadata/booking|booking"])
	require.Equal(t, "two\nlines", r.Title)
	require.Equal(t, "hold", claims(Read(&evs[1]))["payment.kind"])

	// Another order of columns, and columns that are empty, make the same row.
	a, _ := load(t, "id,Amount,Currency\nch_1,5.00,usd\n")
	b, _ := load(t, "Currency,Description,id,Amount\nusd,,ch_1,5.00\n")
	require.Equal(t, a[0].Canon, b[0].Canon)
}

func TestCSVBalance(t *testing.T) {
	evs, _ := load(t, "id,Type,Source,Amount,Fee,Net,Currency,Created (UTC),Customer Facing Amount,Customer Facing Currency\n"+
		"txn_1,charge,ch_1,90.00,1.00,89.00,eur,2026-03-01 08:09,100.00,usd\n"+
		"txn_2,refund,re_1,-10.00,0.00,-10.00,eur,2026-03-01 08:09,,\n"+
		"txn_3,payout,po_1,-10.00,0.00,-10.00,eur,2026-03-01 08:09,,\n")
	require.Equal(t, "stripe/csv-balance", evs[0].Media)
	require.Equal(t, "100.00 USD", claims(Read(&evs[0]))["payment.amount"])
	require.Equal(t, "ch_1", claims(Read(&evs[0]))["payment.stripe_charge"])
	require.Equal(t, "-10.00 EUR", claims(Read(&evs[1]))["payment.amount"])
	require.Equal(t, "re_1", claims(Read(&evs[1]))["payment.stripe_refund"])
	require.Empty(t, Read(&evs[2]).Claims)
}

func TestCSVZone(t *testing.T) {
	for name, want := range map[string]string{"Created (UTC)": "2026-07-01T08:09:00Z", "Created (America/New_York)": "2026-07-01T12:09:00Z", "Created": "2026-07-01T08:09:00"} {
		evs, _ := load(t, "id,Amount,Currency,"+name+"\nch_1,5.00,usd,2026-07-01 08:09\n")
		require.Equal(t, want, claims(Read(&evs[0]))["payment.paid_at"], name)
	}
}

func TestMoney(t *testing.T) {
	tests := []struct {
		in, cur string
		want    int64
		ok      bool
	}{
		{"3125.00", "usd", 312500, true}, {"3125", "usd", 312500, true}, {"1,234.5", "usd", 123450, true}, {"1.234,50", "eur", 123450, true},
		{"12,50", "eur", 1250, true}, {"-7.05", "usd", -705, true}, {"1 234,00", "sek", 123400, true}, {"500", "jpy", 500, true}, {"500.00", "jpy", 500, true},
		{"1,500", "jpy", 1500, true}, {"1.234", "kwd", 1234, true}, {"1.2345", "usd", 0, false}, {"", "usd", 0, false}, {"abc", "usd", 0, false}, {"1,234,567", "usd", 123456700, true},
	}
	for _, tt := range tests {
		v, ok := money(tt.in, tt.cur)
		require.Equal(t, tt.ok, ok, tt.in)
		require.Equal(t, tt.want, v.Num, tt.in)
	}
}

func TestUnreadable(t *testing.T) {
	r := Read(&model.Evidence{Media: "stripe/charge", Canon: []byte("[")})
	require.Equal(t, model.Unreadable, r.Outcome)
	require.Nil(t, Open("x.pdf", []byte("%PDF-1.4")))
	require.Nil(t, Open("x.html", []byte("<html>, a page")))
}

func FuzzCSV(f *testing.F) {
	f.Add("id,Amount\nch_1,1.00\n")
	f.Add("id;\"A\nb\";(metadata)\n\"\"\";;")
	f.Fuzz(func(t *testing.T, in string) {
		if in == "" || !looksCSV([]byte(in)) {
			return
		}
		s := openCSV(strings.NewReader(in))
		total := 0
		for range len(in) + 2 {
			p, err := s.Next()
			if err != nil {
				require.LessOrEqual(t, total, len(in))
				return
			}
			total += len(p.Raw)
			if p.Broken == "" {
				evs, _ := s.Make(p)
				for i := range evs {
					Read(&evs[i])
				}
			}
		}
		t.Fatal("no end")
	})
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"id":"ch_1","object":"charge","amount":5,"currency":"usd","metadata":{"a":"[{}]"}}`))
	f.Fuzz(func(_ *testing.T, in []byte) {
		Read(&model.Evidence{Media: "stripe/charge", Canon: in})
		Read(&model.Evidence{Media: "stripe/event", Canon: in})
	})
}
