package live

// This file: what is asked of Stripe, in which order, and which right each list needs.

import (
	"slices"
	"time"
)

// stream is one list of the API.
type stream struct {
	name   string // as coverage calls it
	path   string
	ranged bool        // it can be asked by the time of creation
	whole  bool        // things made long before the window of interest still matter: asked from the beginning
	extra  [][2]string // further parameters
	items  string      // sub-list that the API leaves out unless asked, "" for none
	right  string      // permission of a restricted key, as the Dashboard calls it
}

// streams lists them in the order in which they are pulled: events are kept for 30 days only, so what
// expires first comes first; then what a booking is most surely written on.
func streams() []stream {
	return []stream{
		{name: "events", path: "/v1/events", ranged: true, right: "Events"},
		{name: "checkout_sessions", path: "/v1/checkout/sessions", ranged: true, items: "line_items", right: "Checkout Sessions"},
		{name: "payment_intents", path: "/v1/payment_intents", ranged: true, right: "PaymentIntents"},
		{name: "charges", path: "/v1/charges", ranged: true, right: "Charges and Refunds"},
		{name: "refunds", path: "/v1/refunds", ranged: true, right: "Charges and Refunds"},
		{name: "disputes", path: "/v1/disputes", ranged: true, right: "Disputes"},
		{name: "customers", path: "/v1/customers", ranged: true, whole: true, right: "Customers"},
		{name: "invoices", path: "/v1/invoices", ranged: true, right: "Invoices"},
		{name: "setup_intents", path: "/v1/setup_intents", ranged: true, right: "SetupIntents"},
		{name: "payment_links", path: "/v1/payment_links", items: "line_items", right: "Payment Links"},
		// QUIRK: without status=all the list leaves out subscriptions that were cancelled.
		{name: "subscriptions", path: "/v1/subscriptions", ranged: true, whole: true, extra: [][2]string{{"status", "all"}}, right: "Subscriptions"},
		{name: "credit_notes", path: "/v1/credit_notes", ranged: true, right: "Credit notes"},
		{name: "balance_transactions", path: "/v1/balance_transactions", ranged: true, right: "Balance"},
	}
}

// Rights are the permissions that a restricted key needs, as the Dashboard calls them: each of them Read.
func Rights() (out []string) {
	for _, st := range streams() {
		if !slices.Contains(out, st.right) {
			out = append(out, st.right)
		}
	}
	return out
}

// needless are lists that salvage never reads. A key that may read them can more than it needs.
func needless() []stream {
	return []stream{
		{path: "/v1/payouts", right: "Payouts"},
		{path: "/v1/webhook_endpoints", right: "Webhook Endpoints"},
		{path: "/v1/topups", right: "Top-ups"},
		{path: "/v1/issuing/cards", right: "Issuing Cards"},
		{path: "/v1/files", right: "Files"},
		{path: "/v1/transfers", right: "Transfers"},
	}
}

const (
	week = 7 * 24 * time.Hour
	// eventsKept is how long Stripe keeps events (API reference, "List all events").
	eventsKept = 30 * 24 * time.Hour
	// late is how long after its creation an object may show up in a list.
	late = 10 * time.Minute
	// settled is how old the end of a week must be before the week counts as closed.
	settled = time.Hour
	// pageSize is the largest page that the API gives.
	pageSize = 100
)
