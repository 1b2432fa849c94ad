package normal

import (
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func FuzzScan(f *testing.F) {
	for _, s := range []string{
		"Sun, 3 May 2026 at 10:00 AM (America/New_York)", "10:00 on 3/5/26 - 5.5.", "CA$1,234.56 (-20) ¥12 000,-", "a@b.de +49 (0)170/123 x1",
		"令和8年5月3日(日) 午後3時30分", "BK-2026-05-03 ch_1A2b3C #42", "..--((()))'’,1.,2,.3", "\xff\xfe1/2/", "５月３日", "1:2:3:4 24:00 12 am a.m.",
		"9999-99-99 2026-02-30 0000", "May May May 3 may 4", "$$$ 1 $$ -$-1-$", "２０２６－０５－０３Ｔ１０：００", "(1(2(3)4)5)",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := Scan(text, ref)
		checkTokens(t, text, got)
		if again := Scan(text, ref); !reflect.DeepEqual(got, again) {
			t.Fatalf("%q reads differently the second time", text)
		}
		for _, k := range got {
			for _, a := range k.Alts {
				if a.Value.IsZero() || !utf8.ValidString(a.Value.Str) && utf8.ValidString(text) {
					t.Fatalf("%q: empty value in %+v", text, k)
				}
			}
		}
	})
}

func FuzzLabels(f *testing.F) {
	f.Add("Your pick-up date", "Re: cancelled?", "NO_SHOW")
	f.Add("受取日時", "予約キャンセル", "取消")
	f.Fuzz(func(t *testing.T, label, title, status string) {
		LabelFields(label)
		ActOf(title, label)
		ActOf(label, title)
		StatusOf(status)
	})
}

func FuzzPhoneKey(f *testing.F) {
	f.Add("+49 (0)170 1234567", "DE")
	f.Add("8 (495) 123", "RU")
	f.Fuzz(func(t *testing.T, s, region string) {
		if k := PhoneKey(s, region); k != "" && len(k) < 6 {
			t.Fatalf("short key %q of %q", k, s)
		}
	})
}

func TestScanCutsLongTexts(t *testing.T) {
	text := strings.Repeat("é", MaxText/2-1) + "x 2026-05-03" // the date lies behind the cut
	if got := Scan(text, ref); len(got) != 0 {
		t.Fatalf("read behind the cut: %+v", got)
	}
}

// mailText is a message of ordinary size: a confirmation with some prose around it.
func mailText() string {
	return strings.Repeat(`Dear Ada,
thank you for your booking. We look forward to seeing you at our office by the harbour, where your car
will be waiting with a full tank. Please bring your driving licence and the card you have booked with.
Booking number: AB12CD34
Pick-up: Wed, Sep 10, 2025 at 10:00 AM (America/New_York)
Return: Sun, Sep 14, 2025 at 6:00 PM
Total: $1,176.56 (deposit $200.00, balance $976.56)
Customer: Ada Lovelace, ada@example.test, +1 415 555 0123
Cancellation is free of charge until two days before. Our terms and conditions apply. You will find them
on our website together with answers to the questions that we are asked most often about insurance.
`, 5)
}

func BenchmarkScan(b *testing.B) {
	text := mailText()
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		Scan(text, ref)
	}
}

func BenchmarkFold(b *testing.B) {
	text := mailText()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		Fold(text)
	}
}

func BenchmarkCompareNames(b *testing.B) {
	for b.Loop() {
		CompareNames("Jonathan Smith", "Smyth, Jon")
	}
}

func BenchmarkActOf(b *testing.B) {
	text := mailText()
	for b.Loop() {
		ActOf("Your trip AB12CD34", text)
	}
}

func BenchmarkLabelFields(b *testing.B) {
	for b.Loop() {
		LabelFields("Your pick-up date & time")
	}
}

// Texts made to be slow must stay far from quadratic cost; the bound leaves room for a busy machine.
func TestScanIsLinear(t *testing.T) {
	for _, piece := range []string{"1,", "1-", "1 ", "a@", "@", "A1-", "May ", "3 May ", "1.1.1.1 ", "((1)", "+1 ", "10:00 - ", "年1月1日", "3/5 ", "America/New_York ", "10:00 America/", "$", "-", "Aé", "..", "1'000 "} {
		text := strings.Repeat(piece, MaxText/len(piece))
		start := time.Now()
		Scan(text, ref)
		if took := time.Since(start); took > 20*time.Second {
			t.Errorf("%q repeated over 64 KiB takes %v", piece, took)
		}
	}
}
