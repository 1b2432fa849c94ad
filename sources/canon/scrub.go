package canon

// This file: secrets never reach the disk, neither as a JSON member nor inside a text.

import (
	"regexp"
	"strings"
)

// ScrubRule names the version of the rules below; it goes up when they change.
const ScrubRule = "scrub@1"

// scrubbed stands where a secret stood inside a text.
const scrubbed = "[scrubbed]"

// secretMember says whether a member of this name is a secret. Stripe: client_secret (payment_intent,
// setup_intent, checkout.session, source), secret (webhook_endpoint, ephemeral_key, issuing), and the
// credentials that hand-made exports carry along.
func secretMember(name string) bool {
	switch strings.ToLower(name) {
	case "client_secret", "secret", "api_key", "apikey", "access_token", "refresh_token", "id_token",
		"password", "passwd", "private_key", "authorization":
		return true
	}
	return false
}

// scrub drops secret members at any depth, and cuts secrets out of texts; it tells whether it did.
func scrub(v any) bool {
	any := false
	switch v := v.(type) {
	case map[string]interface{}:
		for k, e := range v {
			if secretMember(k) {
				delete(v, k)
				any = true
				continue
			}
			if s, ok := e.(string); ok {
				if t := Text(s); t != s {
					v[k] = t
					any = true
				}
				continue
			}
			any = scrub(e) || any
		}
	case []interface{}:
		for i, e := range v {
			if s, ok := e.(string); ok {
				if t := Text(s); t != s {
					v[i] = t
					any = true
				}
				continue
			}
			any = scrub(e) || any
		}
	}
	return any
}

// Text cuts secrets out of a text: Stripe's client secrets ("pi_…_secret_…") and keys (sk_, rk_, whsec_,
// ek_), Google's tokens, whatever stands after client_secret=.
func Text(s string) string {
	if !mayHoldSecret(s) {
		return s
	}
	return secretPattern().ReplaceAllString(s, "${1}"+scrubbed)
}

// Fragment scrubs bytes that could not be parsed.
func Fragment(b []byte) []byte {
	s := string(b)
	if t := memberPattern().ReplaceAllString(s, `"$1":"`+scrubbed+`"`); t != s {
		return []byte(Text(t))
	}
	if t := Text(s); t != s {
		return []byte(t)
	}
	return b
}

func mayHoldSecret(s string) bool {
	for _, w := range []string{"_secret", "sk_live_", "sk_test_", "rk_live_", "rk_test_", "whsec_", "ek_live_", "ek_test_", "ya29."} {
		if strings.Contains(s, w) {
			return true
		}
	}
	return false
}

func secretPattern() *regexp.Regexp { return patterns.text }
func memberPattern() *regexp.Regexp { return patterns.member }

// patterns are compiled once and never changed.
var patterns = struct{ text, member *regexp.Regexp }{
	text:   regexp.MustCompile(`((?:client_secret(?:=|%3[Dd]))|)(?:[a-z]{2,6}_[A-Za-z0-9_]{6,}_secret_[A-Za-z0-9]+|(?:sk|rk|ek)_(?:live|test)_[A-Za-z0-9]{6,}|whsec_[A-Za-z0-9+/=]{6,}|ya29\.[A-Za-z0-9_-]{10,})`),
	member: regexp.MustCompile(`(?i)"(client_secret|secret|api_?key|access_token|refresh_token|id_token|password|passwd|private_key|authorization)"\s*:\s*(?:"(?:[^"\\]|\\.)*(?:"|$)|[^",}\]\s]+)`),
}
