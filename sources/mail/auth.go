package mail

// This file: who a message really comes from, as far as a receiving server attested it (RFC 8601).

import (
	"strings"

	"golang.org/x/net/publicsuffix"

	"salvage/model"
)

// result is one method's result in an Authentication-Results field.
type result struct {
	method, value string
	props         map[string]string // "header.d" and the like
}

// Sent is the Group of a message that lies in the Sent folder of the business's own account: nobody else can
// put one there.
const Sent = "sent"

// authenticate fills class and domain, the best class that holds. Only the topmost Authentication-Results
// counts: the ones below it may have come with the message. Its server must be one that the operator named,
// or else one of the business's own domains. What it says is kept as segments too, so that other servers can
// be learned. A signature is verified only with the keys that the operator has archived.
func (out *reading) authenticate(ev *model.Evidence, h header) {
	out.Auth = model.AuthD
	sender, from := "", ""
	if a := addresses(h.get("from")); len(a) > 0 {
		sender = a[0].email
		_, from, _ = strings.Cut(sender, "@")
	}
	out.Domain = from
	if out.results(h, from); out.Auth == model.AuthA || h.count("from") != 1 {
		return
	}
	if d := out.opt.Keys.signed(ev.Canon, h, from); d != "" {
		out.Auth, out.Domain = model.AuthB, d
	} else if ev.Group == Sent && out.ownSender(sender) {
		out.Auth = model.AuthC
	}
}

// ownSender says whether an address is one of the business's.
func (out *reading) ownSender(email string) bool {
	_, domain, _ := strings.Cut(email, "@")
	for _, s := range append(append([]string{}, out.opt.Senders...), out.opt.OwnDomains...) {
		name, d, ok := strings.Cut(strings.ToLower(s), "@")
		if !ok {
			name, d = "", s
		}
		if domain != "" && (name == "" && aligned(domain, d) || email == strings.ToLower(s)) {
			return true
		}
	}
	return false
}

// results reads the verdict of a receiving server.
func (out *reading) results(h header, from string) {
	v := h.get("authentication-results")
	if v == "" {
		return
	}
	serv, results := parseResults(v)
	at := model.Span{Part: "header:Authentication-Results"}
	out.add(model.Segment{Path: "auth.serv", Label: "Authentication-Results", Text: serv, Span: at})
	passed := ""
	for _, r := range results {
		d := r.domain()
		out.add(model.Segment{Path: "auth." + r.method, Label: r.method, Text: strings.TrimSpace(r.value + " " + d), Span: at})
		if r.value == "pass" && aligned(d, from) && (r.method == "dkim" || r.method == "dmarc") && passed == "" {
			passed = d
		}
	}
	// Two From fields may show one address and authenticate another (RFC 7489 section 6.6.1).
	if passed != "" && h.count("from") == 1 && out.trusted(serv, from) {
		out.Auth, out.Domain = model.AuthA, passed
	}
}

// domain is the domain that a result is about.
func (r result) domain() string {
	for _, k := range []string{"header.d", "header.from", "header.i", "smtp.mailfrom", "smtp.mail", "smtp.helo"} {
		if v := r.props[k]; v != "" {
			return strings.ToLower(v[strings.LastIndexByte(v, '@')+1:])
		}
	}
	return ""
}

// trusted says whether a server's word counts.
func (out *reading) trusted(serv, from string) bool {
	if len(out.opt.Authserv) > 0 {
		for _, a := range out.opt.Authserv {
			a = strings.ToLower(strings.TrimSpace(a))
			if serv == a || strings.HasSuffix(serv, "."+strings.TrimPrefix(a, "@")) {
				return true
			}
		}
		return false
	}
	own := append(append([]string{}, out.opt.Senders...), out.opt.OwnDomains...)
	for _, s := range own {
		if aligned(serv, s[strings.LastIndexByte(s, '@')+1:]) {
			return true
		}
	}
	return len(own) == 0 && aligned(serv, from)
}

// aligned says whether two domains belong to one organisation (RFC 7489 section 3.2).
func aligned(a, b string) bool {
	a, b = organisation(a), organisation(b)
	return a != "" && a == b
}

func organisation(d string) string {
	d = strings.ToLower(strings.Trim(d, ". "))
	if o, err := publicsuffix.EffectiveTLDPlusOne(d); err == nil {
		return o
	}
	return d
}

// parseResults reads the field: the server's id, then results set apart by semicolons. Comments are left out.
func parseResults(v string) (serv string, results []result) {
	parts := strings.Split(uncomment(v), ";")
	if f := strings.Fields(parts[0]); len(f) > 0 {
		serv = strings.ToLower(f[0])
	}
	for _, p := range parts[1:] {
		words := strings.Fields(strings.ReplaceAll(strings.ReplaceAll(p, " =", "="), "= ", "="))
		if len(words) == 0 || len(results) >= 20 {
			continue
		}
		m, val, ok := strings.Cut(strings.ToLower(words[0]), "=")
		if !ok {
			continue
		}
		m, _, _ = strings.Cut(m, "/")
		r := result{method: m, value: val, props: map[string]string{}}
		for _, w := range words[1:] {
			if k, x, ok := strings.Cut(w, "="); ok {
				r.props[strings.ToLower(k)] = strings.Trim(x, `"`)
			}
		}
		results = append(results, r)
	}
	return serv, results
}

func uncomment(v string) string {
	if !strings.Contains(v, "(") {
		return v
	}
	var b strings.Builder
	depth := 0
	for i := 0; i < len(v); i++ {
		switch {
		case v[i] == '(':
			depth++
		case v[i] == ')' && depth > 0:
			depth--
		case depth == 0:
			b.WriteByte(v[i])
		}
	}
	return b.String()
}

// Authserv gives the server of the topmost Authentication-Results of a message in canonical form; "" for none.
func Authserv(body []byte) string {
	h, _ := parseHeader(body)
	serv, _ := parseResults(h.get("authentication-results"))
	return serv
}
