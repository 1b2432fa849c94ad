package normal

import (
	"testing"

	"github.com/nyaruka/phonenumbers"
	"github.com/stretchr/testify/require"
)

func TestScanContacts(t *testing.T) {
	runScan(t, []scanCase{
		{"Ada.Lovelace+car@Example.COM", "email:ada.lovelace+car@example.com"},
		{"<a@b.de>, c@d.co.uk.", "email:a@b.de email:c@d.co.uk"},
		{"mailto:a1@b2.test?subject=3", "email:a1@b2.test int:3"},
		{"x?email=ada@example.test&id=1234", "email:ada@example.test int:1234"},
		{"a@müller.test", "email:a@müller.test"},
		{"@handle and a@b", ""},
		{"10 AM @ 5 Main St", "clock:10:00 int:5"},
		{"+1 415 555 0123", "phone:+14155550123"},
		{"(415) 555-0123", "phone:4155550123"},
		{"415-555-0123", "phone:4155550123"},
		{"1-800-555-0123", "phone:18005550123"},
		{"+49 (0)170 1234567", "phone:+491701234567"},
		{"0170/1234567", "phone:01701234567"},
		{"+44 20 7946 0958", "phone:+442079460958"},
		{"020 7946 0958", "phone:02079460958"},
		{"06 12 34 56 78", "phone:0612345678"},
		{"612 345 678", "phone:612345678"},
		{"8 (495) 123-45-67", "phone:84951234567"},
		{"+90 532 123 45 67", "phone:+905321234567"},
		{"090-1234-5678", "phone:09012345678"},
		{"555-0123", "phone:5550123"},
		{"Tel: 5551234567", "phone:5551234567"},
		{"Tel. 12345", "int:12345"},
		{"電話: 0312345678", "phone:0312345678"},
		{"00 49 170 1234567", "phone:00491701234567"},
		{"Tel 020 7946 0958, 10:00", "phone:02079460958 clock:10:00"},
		{"4242 4242 4242 4242", "int:4242 int:4242 int:4242 int:4242"},
		{"5551234567", "int:5551234567"},
		{"+1 415 555 0123 x12", "phone:+14155550123 int:12"},
		{"2026-05-03 +1 415 555 0123", "date:2026-05-03 phone:+14155550123"},
	})
}

func TestScanCodes(t *testing.T) {
	runScan(t, []scanCase{
		{"AB12CD", "code:AB12CD"},
		{"RNT-1A2B3C", "code:RNT-1A2B3C"},
		{"BK-20260503-0007", "code:BK-20260503-0007"},
		{"QWERTY", "code:QWERTY"},
		{"Your code QWERTYUIO is", "code:QWERTYUIO"},
		{"ABCD", ""},
		{"Rental #1234", "int:1234"},
		{"#0042", "int:0042"},
		{"booking_id=42", "int:42"},
		{"order1234", "int:1234"},
		{"ch_3PqR5tLkdIwHu7ix0abcDEFG", "code:ch_3PqR5tLkdIwHu7ix0abcDEFG"},
		{"cs_test_a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0u1V2w3X4y5Z6", "code:cs_test_a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0u1V2w3X4y5Z6"},
		{"550e8400-e29b-41d4-a716-446655440000", "code:550e8400-e29b-41d4-a716-446655440000"},
		{"4f9Kq2ZtB7xWm1Rp8sVd3L", "code:4f9Kq2ZtB7xWm1Rp8sVd3L"},
		{"a3f9c1d2e4b5", "code:a3f9c1d2e4b5"},
		{"2025-0001-77", "code:2025-0001-77"},
		{"https://x.test/b/BK-77AA?k=1", "code:BK-77AA int:1"},
		{"THE 21ST OF", "int:21"},
		{"covid19 wave", "int:19"},
		{"page 3 of 7", "int:3 int:7"},
		{"1234567890123456789", ""},
	})
}

func TestEmailKey(t *testing.T) {
	for in, want := range map[string]string{
		" Ada@Example.Test ": "ada@example.test", "<a@b.de>": "a@b.de", "mailto:a@b.de": "a@b.de", "a+b@c.de": "a+b@c.de",
		"": "", "a@b": "", "a b@c.de": "", "@b.de": "", "a@-b.de": "", "a@@b.de": "", "a@b..de": "",
	} {
		require.Equal(t, want, EmailKey(in), in)
	}
}

func TestPhoneKey(t *testing.T) {
	cases := []struct{ a, b, region string }{
		{"+1 (415) 555-0123", "415.555.0123", "US"},
		{"+1 415 555 0123", "1-415-555-0123", ""},
		{"+49 170 1234567", "0170 1234567", "DE"},
		{"+49 (0)170 1234567", "0049 170 1234567", ""},
		{"+49 170 1234567", "49 170 1234567", "DE"},
		{"+44 20 7946 0958", "020 7946 0958", "GB"},
		{"+33 6 12 34 56 78", "06.12.34.56.78", "FR"},
		{"+39 06 1234 5678", "06 1234 5678", "IT"},
		{"+7 495 123-45-67", "8 (495) 123-45-67", "RU"},
		{"+36 1 234 5678", "06 1 234 5678", "HU"},
		{"+90 532 123 45 67", "0532 123 45 67", "TR"},
		{"+81 90-1234-5678", "090-1234-5678", "JP"},
		{"+86 138 1234 5678", "138 1234 5678", "CN"},
		{"+61 412 345 678", "0412 345 678", "AU"},
		{"+380 67 123 4567", "067 123 4567", "UA"},
		{"+47 912 34 567", "91234567", "NO"},
		{"+1 415 555 0123 ext. 7", "415 555 0123 x7", "US"},
		{"011 49 170 1234567", "+49 170 1234567", "US"},
		{"+52 1 55 1234 5678", "55 1234 5678", "MX"},
	}
	for _, c := range cases {
		t.Run(c.a+"|"+c.b, func(t *testing.T) {
			require.NotEmpty(t, PhoneKey(c.a, c.region))
			require.Equal(t, PhoneKey(c.a, c.region), PhoneKey(c.b, c.region))
		})
	}
	require.Empty(t, PhoneKey("12345", ""))
	require.Empty(t, PhoneKey("", "DE"))
	require.NotEqual(t, PhoneKey("+1 415 555 0123", ""), PhoneKey("+1 415 555 0124", ""))
}

// Every country's example numbers, as the library of Google's metadata prints them, must share a key
// between national and international writing.
func TestPhoneKeyAcrossCountries(t *testing.T) {
	regions := 0
	for region := range phonenumbers.GetSupportedRegions() {
		for _, kind := range []phonenumbers.PhoneNumberType{phonenumbers.MOBILE, phonenumbers.FIXED_LINE} {
			n := phonenumbers.GetExampleNumberForType(region, kind)
			if n == nil {
				continue
			}
			national, abroad := phonenumbers.Format(n, phonenumbers.NATIONAL), phonenumbers.Format(n, phonenumbers.INTERNATIONAL)
			if PhoneKey(abroad, region) == "" || region == "AR" { // Argentina writes mobiles with a 15 inside at home
				continue
			}
			regions++
			if a, b := PhoneKey(national, region), PhoneKey(abroad, region); a != b {
				t.Errorf("%s: %q gives %q, %q gives %q", region, national, a, abroad, b)
			}
		}
	}
	require.Greater(t, regions, 300)
}
