package mail

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-msgauth/dkim"
	"github.com/stretchr/testify/require"

	"salvage/model"
)

// sign gives a message in canonical form, signed as its domain's server would, and the key that was published.
func sign(t *testing.T, msg, domain string, expires time.Time) (signed []byte, keys Keys) {
	t.Helper()
	pub, key, err := ed25519.GenerateKey(bytes.NewReader(bytes.Repeat([]byte{7}, 64)))
	require.NoError(t, err)
	opt := &dkim.SignOptions{Domain: domain, Selector: "S1", Signer: key, HeaderCanonicalization: dkim.CanonicalizationRelaxed, BodyCanonicalization: dkim.CanonicalizationRelaxed, Expiration: expires}
	var b bytes.Buffer
	require.NoError(t, dkim.Sign(&b, strings.NewReader(strings.ReplaceAll(msg, "\n", "\r\n")), opt))
	record := `s1._domainkey.` + domain + `. 300 IN TXT "v=DKIM1; k=ed25519; " "p=` + base64.StdEncoding.EncodeToString(pub) + `"`
	keys, err = ParseKeys([]byte("# archived\n\n" + record + "\n"))
	require.NoError(t, err)
	return canonical(b.Bytes(), false), keys
}

func TestSignatures(t *testing.T) {
	msg := "From: desk@shop.test\nTo: jane@doe.test\nSubject: Booking\nDate: Tue, 21 Jun 2022 00:00:55 +0000\nMessage-ID: <a@shop.test>\n\nCode: AB1\n"
	own, keys := sign(t, msg, "mail.shop.test", time.Time{})
	other, otherKeys := sign(t, msg, "evil.test", time.Time{})
	expiring, _ := sign(t, msg, "mail.shop.test", time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC))
	twice := append([]byte("DKIM-Signature: v=1; d=shop.test; s=s1; b=xx\n"), own...)
	tests := []struct {
		name  string
		in    []byte
		keys  Keys
		class string
	}{
		{"verifies", own, keys, model.AuthB},
		{"behind another signature", twice, keys, model.AuthB},
		{"no keys", own, nil, model.AuthD},
		{"another's keys", own, otherKeys, model.AuthD},
		{"body changed", bytes.Replace(own, []byte("AB1"), []byte("AB2"), 1), keys, model.AuthD},
		{"From changed", bytes.Replace(own, []byte("desk@shop.test"), []byte("boss@shop.test"), 1), keys, model.AuthD},
		{"not aligned", other, otherKeys, model.AuthD},
		{"an expiry, which only a clock could judge", expiring, keys, model.AuthD},
		{"a second From", append([]byte("From: x@evil.test\n"), own...), keys, model.AuthD},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := Read(&model.Evidence{Canon: tt.in}, Options{Keys: tt.keys})
			require.Equal(t, tt.class, r.Auth)
			if tt.class == model.AuthB {
				require.Equal(t, "mail.shop.test", r.Domain)
			}
		})
	}
}

func TestParseKeys(t *testing.T) {
	k, err := ParseKeys([]byte("a._domainkey.x.test v=DKIM1; p=QQ==\n"))
	require.NoError(t, err)
	require.Equal(t, Keys{"a._domainkey.x.test": "v=DKIM1; p=QQ=="}, k)
	for _, bad := range []string{"x.test p=QQ==", "a._domainkey.x.test v=DKIM1"} {
		_, err := ParseKeys([]byte("\n" + bad))
		require.ErrorContains(t, err, "line 2")
	}
}

// A copy in the own account's Sent folder was written by the business: if it says so.
func TestSentCopies(t *testing.T) {
	opt := Options{Senders: []string{"@shop.test", "booking@agent.test"}}
	tests := []struct{ from, group, class string }{
		{"desk@shop.test", Sent, model.AuthC},
		{"desk@mail.shop.test", Sent, model.AuthC},
		{"booking@agent.test", Sent, model.AuthC},
		{"other@agent.test", Sent, model.AuthD},
		{"jane@doe.test", Sent, model.AuthD},
		{"desk@shop.test", "", model.AuthD},
	}
	for _, tt := range tests {
		r := Read(&model.Evidence{Group: tt.group, Canon: []byte("From: " + tt.from + "\nSubject: x\n\nx\n")}, opt)
		require.Equal(t, tt.class, r.Auth, tt)
	}
}

func FuzzSignature(f *testing.F) {
	f.Add([]byte("DKIM-Signature: v=1; a=ed25519-sha256; d=shop.test; s=s1; h=from; bh=; b=;\nFrom: a@shop.test\n\nx\n"))
	f.Add([]byte("DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/; d=shop.test; s=s1; h=from:from; bh=x; b=y; l=5\n folded\nFrom: a@shop.test\n\nx\n"))
	keys := Keys{"s1._domainkey.shop.test": "v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(make([]byte, 32))}
	f.Fuzz(func(t *testing.T, in []byte) {
		if r := Read(&model.Evidence{Canon: in}, Options{Keys: keys}); r.Auth == model.AuthB {
			t.Fatal("nobody signed that")
		}
	})
}
