// Package stripe reads what Stripe keeps: API objects as JSON (arrays, list pages, single objects, one
// object a line, webhook events) and the Dashboard's CSV exports.
//
// Open cuts files into objects. The key of an object is "stripe:" and its id, whatever file, event or
// parent object it came in; an object without an id is keyed by its digest. Charges, refunds, disputes,
// intents, sessions and customers that are embedded in another object are evidence of their own as well,
// in the same form as if they had been listed.
//
// Read reads objects by JSON path with alternatives, never through typed structs: an export may be
// rendered in any API version. Amounts are minor units in JSON and major units in CSV.
package stripe

import (
	"bytes"
	"encoding/hex"
	"io"
	"strings"

	"salvage/model"
	"salvage/sources"
	"salvage/sources/canon"
)

// Open chooses the splitter of a file by its first bytes; nil when they are neither JSON nor CSV.
func Open(_ string, head []byte) func(io.Reader) sources.Splitter {
	text := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n")
	if isUTF16(head) {
		text = bytes.ReplaceAll(bytes.TrimLeft(head[2:], "\x00"), []byte{0}, nil)
	}
	switch {
	case len(text) == 0:
		return openJSON // nothing in it: no pieces
	case text[0] == '{' || text[0] == '[':
		return openJSON
	case looksCSV(text):
		return openCSV
	}
	return nil
}

func isUTF16(head []byte) bool {
	return bytes.HasPrefix(head, []byte{0xff, 0xfe}) || bytes.HasPrefix(head, []byte{0xfe, 0xff})
}

func openJSON(r io.Reader) sources.Splitter { return &jsonSplitter{canon.NewStream(r)} }

type jsonSplitter struct{ *canon.Stream }

// Make implements sources.Splitter.
func (s *jsonSplitter) Make(p sources.Piece) ([]model.Evidence, string) {
	o, dropped, err := canon.Parse(p.Raw)
	if err != nil {
		return nil, sources.BrokenJSON
	}
	m := &maker{}
	if !dropped {
		m.raw = p.Raw
	}
	m.top(o, 0)
	return m.out, ""
}

// maker collects the evidence inside one piece.
type maker struct {
	raw []byte // the bytes as found; nil when a secret was cut out of them: then the canonical form is kept
	out []model.Evidence
}

// top takes an object of a file apart: an event, a page, a bundle of lists, or an object as it is.
func (m *maker) top(o canon.Object, depth int) {
	if inner, ok := o.At("data", "object").(map[string]any); ok && o.Str("object") == "event" {
		// A webhook event is a version of the object inside, said at the event's time. The event is kept
		// whole: its time and type are part of what was said.
		m.event(o, inner)
		m.embedded(inner, 0)
		return
	}
	if parent := listParent(o); parent != "" {
		m.list(o, parent, 0)
		return
	}
	if list := lists(o); len(list) > 0 && depth < 3 {
		raw := m.raw
		m.raw = nil // each element's own canonical form stands for its bytes
		for _, e := range list {
			m.top(e, depth+1)
		}
		m.raw = raw
		return
	}
	m.object(o, m.raw)
	m.embedded(o, 0)
}

// event adds an event under the key of the object it is about. The envelope is not the same on every way:
// QUIRK: pending_webhooks counts down while webhooks are delivered, and account is only told to webhooks
// of connected accounts. Neither says anything of the event, and both would make two of one.
func (m *maker) event(o, inner canon.Object) {
	delete(o, "pending_webhooks")
	delete(o, "account")
	m.add("stripe/event", inner.Str("id"), o, m.raw)
}

// lists gives the elements of a page ({"data":[…]}) or of a bundle ({"charges":[…],"refunds":[…]}).
func lists(o canon.Object) []canon.Object {
	if o.Str("id") != "" || o.Str("object") != "" && o.Str("object") != "list" {
		return nil
	}
	var out []canon.Object
	for _, k := range canon.SortedKeys(o) {
		arr, _ := o[k].([]any)
		if inner, ok := o[k].(map[string]any); ok && arr == nil {
			arr, _ = inner["data"].([]any)
		}
		for _, e := range arr {
			if obj, ok := e.(map[string]any); ok && (canon.Object(obj).Str("id") != "" || canon.Object(obj).Str("object") != "") {
				out = append(out, obj)
			}
		}
	}
	return out
}

// object adds one object. Line items stand in a checkout or payment link only when they were asked for: an
// empty list of them is the same as none.
func (m *maker) object(o canon.Object, raw []byte) {
	if list, ok := o.At("line_items").(map[string]any); ok {
		if data, ok := list["data"].([]any); ok && len(data) == 0 {
			if raw == nil {
				raw = canon.Bytes(o)
			}
			delete(o, "line_items")
		}
	}
	m.add("stripe/"+objectType(o), o.Str("id"), o, raw)
}

// add adds evidence; it was said when its outermost object was created.
func (m *maker) add(media, id string, o canon.Object, raw []byte) {
	at, _ := o.Int("created")
	body := canon.Bytes(o)
	if raw == nil {
		raw = body
	}
	ev := model.Evidence{Key: "stripe:" + id, Media: media, At: at * 1e6, Canon: body, Raw: raw}
	if id == "" {
		d := sources.Digest(media, body)
		ev.Key = "stripe:sha256-" + hex.EncodeToString(d[:8])
	}
	m.out = append(m.out, ev)
}

// embedded adds the objects inside an object that are things of their own.
func (m *maker) embedded(v any, depth int) {
	if depth > 8 {
		return
	}
	switch v := v.(type) {
	case canon.Object:
		m.embedded(map[string]any(v), depth)
	case map[string]any:
		for _, k := range canon.SortedKeys(v) {
			if o, ok := v[k].(map[string]any); ok && ownThing(o) {
				m.object(o, nil)
			}
			m.embedded(v[k], depth+1)
		}
	case []any:
		for _, e := range v {
			if o, ok := e.(map[string]any); ok && ownThing(o) {
				m.object(o, nil)
			}
			m.embedded(e, depth+1)
		}
	}
}

func ownThing(o canon.Object) bool {
	switch o.Str("object") {
	case "charge", "refund", "dispute", "payment_intent", "customer", "checkout.session":
		return o.Str("id") != ""
	}
	return false
}

// objectType is the object's type as the object says, else by the prefix of its id; "object" when neither tells.
func objectType(o canon.Object) string {
	if t := o.Str("object"); plainWord(t) {
		return t
	}
	return typeOfID(o.Str("id"))
}

func plainWord(t string) bool {
	for _, c := range t {
		if !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '_' || c == '.') {
			return false
		}
	}
	return t != "" && len(t) <= 64
}

// typeOfID tells the type by Stripe's documented id prefixes.
func typeOfID(id string) string {
	prefix, _, ok := strings.Cut(id, "_")
	if !ok {
		return "object"
	}
	switch prefix {
	case "ch", "py":
		return "charge"
	case "pi":
		return "payment_intent"
	case "re", "pyr":
		return "refund"
	case "cus":
		return "customer"
	case "cs":
		return "checkout.session"
	case "in":
		return "invoice"
	case "dp", "du":
		return "dispute"
	case "txn":
		return "balance_transaction"
	case "evt":
		return "event"
	}
	return "object"
}
