package mail

// This file: DKIM signatures (RFC 6376), verified with keys that the operator has archived. Nothing is ever
// looked up on the network: reading is pure, and keys of old mail are rotated away anyway.

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/emersion/go-msgauth/dkim"
)

// maxSignatures bounds how many signatures of one message are verified.
const maxSignatures = 5

// Keys are archived DKIM keys: the TXT record by its name, "selector._domainkey.example.com" in lower case.
type Keys map[string]string

// ParseKeys reads archived keys, one a line: the record's name, white space, the record. Lines as `dig` prints
// them are understood too ("name. 300 IN TXT \"v=DKIM1; …\" \"…\""). Empty lines and those that begin with "#"
// or ";" are passed over. The error names the line.
func ParseKeys(b []byte) (Keys, error) {
	keys := Keys{}
	for n, line := range strings.Split(string(b), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' || line[0] == ';' {
			continue
		}
		name, rest, _ := strings.Cut(strings.Join(strings.Fields(line), " "), " ")
		if i := strings.Index(rest, "TXT "); i >= 0 {
			rest = rest[i+len("TXT "):]
		}
		record := strings.ReplaceAll(strings.ReplaceAll(rest, `" "`, ""), `"`, "")
		record = strings.ReplaceAll(record, `\;`, ";")
		name = strings.ToLower(strings.TrimSuffix(name, "."))
		if !strings.Contains(name, "._domainkey.") || !strings.Contains(record, "p=") {
			return nil, fmt.Errorf("line %d: want a name with ._domainkey. in it and its TXT record", n+1)
		}
		keys[name] = record
	}
	return keys, nil
}

// signed gives the domain of a signature that verifies and is aligned with the From domain; "" for none.
func (k Keys) signed(msg []byte, h header, from string) string {
	if len(k) == 0 || from == "" {
		return ""
	}
	tried := 0
	for i, f := range h.fields {
		if f.name != "dkim-signature" || tried == maxSignatures {
			continue
		}
		tags := signatureTags(f.value)
		d := strings.ToLower(tags["d"])
		// QUIRK: a signature with an expiry (x=) would verify or not by the clock, and a reading knows no clock.
		if tags["x"] != "" || !aligned(d, from) || k[strings.ToLower(tags["s"])+"._domainkey."+d] == "" {
			continue
		}
		tried++
		if k.verify(msg, nthSignature(h, i)) {
			return d
		}
	}
	return ""
}

// nthSignature counts the signatures before a field.
func nthSignature(h header, field int) (n int) {
	for _, f := range h.fields[:field] {
		if f.name == "dkim-signature" {
			n++
		}
	}
	return n
}

// verify checks one signature of a message; the library takes several at once in goroutines of its own, where
// a panic could not be caught, so it is shown one alone.
func (k Keys) verify(msg []byte, n int) (ok bool) {
	defer func() { ok = ok && recover() == nil }()
	opt := &dkim.VerifyOptions{MaxVerifications: 1, LookupTXT: func(name string) ([]string, error) {
		if r := k[strings.ToLower(strings.TrimSuffix(name, "."))]; r != "" {
			return []string{r}, nil
		}
		return nil, errors.New("no such key in the archive")
	}}
	vs, err := dkim.VerifyWithOptions(bytes.NewReader(alone(msg, n)), opt)
	return err == nil && len(vs) == 1 && vs[0].Err == nil
}

// alone is the message with CRLF line ends and only its n-th signature.
func alone(msg []byte, n int) []byte {
	head, body, _ := bytes.Cut(msg, []byte("\n\n"))
	var out bytes.Buffer
	keep, seen := true, 0
	for _, line := range bytes.Split(head, []byte("\n")) {
		if len(line) > 0 && line[0] != ' ' && line[0] != '\t' {
			keep = true
			if len(line) > 15 && strings.EqualFold(string(line[:15]), "dkim-signature:") {
				keep = seen == n
				seen++
			}
			keep = keep && headerLike(line)
		}
		if keep {
			out.Write(line)
			out.WriteString("\r\n")
		}
	}
	out.WriteString("\r\n")
	out.Write(bytes.ReplaceAll(body, []byte("\n"), []byte("\r\n")))
	return out.Bytes()
}

// signatureTags reads the tag list of RFC 6376 section 3.2.
func signatureTags(v string) map[string]string {
	tags := map[string]string{}
	for _, t := range strings.Split(v, ";") {
		if name, val, ok := strings.Cut(t, "="); ok && len(tags) < 50 {
			tags[strings.TrimSpace(name)] = strings.Join(strings.Fields(val), "")
		}
	}
	return tags
}
