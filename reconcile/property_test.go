package reconcile_test

// This file: what must not matter. The tiny company is reconciled as it is, and again with something changed that says
// nothing new.

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"salvage/model"
	"salvage/reconcile"
)

// TestMain bounds the number of checks: each one reconciles the whole company.
func TestMain(m *testing.M) {
	flag.Parse()
	given := false
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "rapid.checks" })
	if !given {
		if err := flag.Set("rapid.checks", "4"); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

// full is a company with entries of a calendar and payments beside the letters, some of them in several versions.
func full(seed uint64) reconcile.Input {
	bs := bookings(seed, 420)
	in := input(bs)
	in.Shape.Kinds[model.Payment] = model.KindShape{Fields: []model.Field{model.FReservation, model.FAmount, model.FCharge, model.FPaidAt}, Write: true}
	for _, b := range bs {
		if b.n%2 == 0 {
			in.Readings = append(in.Readings, entry(in, b, b.start, b.made.Add(time.Hour)))
		}
		if b.n%6 == 0 { // moved in the calendar, and saved twice in one second
			in.Readings = append(in.Readings, entry(in, b, b.start.Add(26*time.Hour), b.made.Add(9*time.Hour)), entry(in, b, b.start.Add(50*time.Hour), b.made.Add(9*time.Hour)))
		}
		if b.n%3 == 0 {
			in.Readings = append(in.Readings, paid(b))
		}
	}
	sortReadings(in.Readings)
	return in
}

func sortReadings(rs []*model.Reading) {
	sort.SliceStable(rs, func(a, b int) bool { return rs[a].Key < rs[b].Key })
}

// entry is what staff typed of a booking.
func entry(in reconcile.Input, b booking, start, at time.Time) *model.Reading {
	_, last, _ := person(b.cust)
	title := last + " " + in.Books.Records[model.Vehicle][b.car].Fields[model.FPlate].Str
	return &model.Reading{Key: fmt.Sprintf("event:%d", b.n), Media: "calendar/google", At: at.UnixMicro(), Reader: "calendar@1", Outcome: model.Read, Origin: "fleet", Title: title, Segments: []model.Segment{
		seg("summary", "", title), seg("start", "", start.Format(time.RFC3339)), seg("end", "", b.end.Format(time.RFC3339)), seg("created", "", b.made.Add(time.Hour).Format(time.RFC3339))}}
}

// paid is the charge of a booking.
func paid(b booking) *model.Reading {
	id := fmt.Sprintf("ch_%d", b.n)
	claim := func(f model.Field, v model.Value) model.Claim {
		return model.Claim{Kind: model.Payment, Field: f, Value: v, Span: model.Span{Part: "/" + string(f)}, By: "stripe@1", Trust: model.Certain}
	}
	return &model.Reading{Key: "stripe:" + id, Media: "stripe/charge", At: b.made.Add(time.Minute).UnixMicro(), Reader: "stripe@1", Outcome: model.Read, Origin: "charge", Claims: []model.Claim{
		claim(model.FCharge, model.TextValue(id)), claim(model.FAmount, model.MoneyValue(b.total, "eur")), claim(model.FStatus, model.TextValue("succeeded")), claim(model.FPaidAt, model.InstantValue(b.made.Add(time.Minute)))},
		Segments: []model.Segment{seg("/metadata/nr", "nr", b.code)}}
}

// plain says what is exported without naming any key of a row.
func plain(in reconcile.Input, res *reconcile.Result) []string {
	names := map[string]string{}
	for k, recs := range in.Books.Records {
		for _, r := range recs {
			names[string(k)+r.Key] = r.Fields[model.FPlate].Str + r.Fields[model.FEmail].Str + r.Fields[model.FCode].Str
		}
	}
	for _, e := range res.Entities {
		names[string(e.Kind)+e.ID] = e.Get(model.FPlate).Str + e.Get(model.FEmail).Str + e.Get(model.FCode).Str
	}
	var out []string
	for _, e := range res.Entities {
		if e.State == model.Unchanged || e.Held() {
			continue
		}
		line := string(e.Kind) + " " + string(e.State)
		for _, f := range model.KnownFields(e.Kind) {
			v := e.Get(f)
			if v.Type == model.Ref {
				v = model.TextValue(names[string(map[model.Field]model.Kind{model.FVehicle: model.Vehicle, model.FCustomer: model.Customer, model.FReservation: model.Reservation}[f])+v.Str])
			}
			line += "|" + v.String()
		}
		out = append(out, line)
	}
	sort.Strings(out)
	return out
}

// worlds are reconciled once each.
type worlds map[uint64][2]string

// of gives what a world exports, and all of its result.
func (w worlds) of(t *testing.T, seed uint64) (exports, all string) {
	if _, ok := w[seed]; !ok {
		in := full(seed)
		res := run(t, in)
		out := plain(in, res)
		require.Greater(t, len(out), 60, "the tiny company exports too little to prove anything")
		w[seed] = [2]string{strings.Join(out, "\n"), dump(t, res)}
	}
	return w[seed][0], w[seed][1]
}

func TestTheOrderOfVersionsIsTheirTimes(t *testing.T) {
	w := worlds{}
	rapid.Check(t, func(rt *rapid.T) {
		seed := rapid.Uint64Range(1, 2).Draw(rt, "seed")
		in := full(seed)
		in.Readings = rapid.Permutation(in.Readings).Draw(rt, "order")
		sortReadings(in.Readings) // by key; versions of one key stay as they were shuffled
		_, want := w.of(t, seed)
		if got := dump(t, run(t, in)); got != want {
			rt.Fatal(firstDifference(want, got))
		}
	})
}

func TestWhatIsFoundTwiceCountsOnce(t *testing.T) {
	w := worlds{}
	rapid.Check(t, func(rt *rapid.T) {
		seed := rapid.Uint64Range(1, 2).Draw(rt, "seed")
		in := full(seed)
		n := rapid.IntRange(2, 9).Draw(rt, "every")
		for i, r := range append([]*model.Reading(nil), in.Readings...) {
			if i%n == 0 {
				in.Readings = append(in.Readings, r)
			}
		}
		sortReadings(in.Readings)
		want, _ := w.of(t, seed)
		if got := strings.Join(plain(in, run(t, in)), "\n"); got != want {
			rt.Fatal(firstDifference(want, got))
		}
	})
}

func TestKeysOfRowsMeanNothing(t *testing.T) {
	w := worlds{}
	rapid.Check(t, func(rt *rapid.T) {
		seed := rapid.Uint64Range(1, 2).Draw(rt, "seed")
		in := full(seed)
		shift := rapid.IntRange(100_000, 900_000).Draw(rt, "shift")
		renumber(in.Books, func(k model.Kind, key string) string {
			var n int
			if _, err := fmt.Sscan(key, &n); err != nil {
				rt.Fatal(err)
			}
			return fmt.Sprint((n*7919+shift)%1_000_003 + 1_000_000) // a permutation: 1,000,003 is a prime
		})
		want, _ := w.of(t, seed)
		if got := strings.Join(plain(in, run(t, in)), "\n"); got != want {
			rt.Fatal(firstDifference(want, got))
		}
	})
}

func renumber(b *model.Books, f func(model.Kind, string) string) {
	kinds := map[model.Field]model.Kind{model.FVehicle: model.Vehicle, model.FCustomer: model.Customer}
	for k, recs := range b.Records {
		for _, r := range recs {
			r.Key = f(k, r.Key)
			for fl, v := range r.Fields {
				if v.Type == model.Ref {
					r.Fields[fl] = model.RefValue(f(kinds[fl], v.Str))
				}
			}
		}
	}
}

func TestUnrelatedEvidenceChangesNothing(t *testing.T) {
	w := worlds{}
	rapid.Check(t, func(rt *rapid.T) {
		seed := rapid.Uint64Range(1, 2).Draw(rt, "seed")
		in := full(seed)
		for i := range rapid.IntRange(1, 40).Draw(rt, "more") {
			at := cut.AddDate(0, 0, rapid.IntRange(-100, 60).Draw(rt, "day")).Add(time.Duration(rapid.IntRange(0, 86399).Draw(rt, "second")) * time.Second)
			in.Readings = append(in.Readings, unrelated(i, rapid.IntRange(0, 3).Draw(rt, "kind"), at))
		}
		sortReadings(in.Readings)
		want, _ := w.of(t, seed)
		if got := strings.Join(plain(in, run(t, in)), "\n"); got != want {
			rt.Fatal(firstDifference(want, got))
		}
	})
}

// unrelated is evidence that speaks of no booking: a newsletter, a private appointment, a stranger's letter, a charge that
// failed.
func unrelated(i, kind int, at time.Time) *model.Reading {
	r := &model.Reading{Key: fmt.Sprintf("mail:zz%d@y", i), Media: "mail/rfc822", At: at.UnixMicro(), Reader: "mail@1", Outcome: model.Read, Origin: "news@shop.example", Title: "Newsletter No. " + fmt.Sprint(i), Auth: model.AuthB, Domain: "shop.example"}
	switch kind {
	case 0:
		r.Segments = []model.Segment{seg("subject", "", r.Title), seg("text", "", "Unser Angebot der Woche: nur bis 24.12.2025, ab 19,90 EUR")}
	case 1:
		r.Key, r.Media, r.Reader, r.Origin, r.Title, r.Auth = fmt.Sprintf("event:zz%d", i), "calendar/google", "calendar@1", "private", "Zahnarzt", ""
		r.Segments = []model.Segment{seg("summary", "", "Zahnarzt"), seg("start", "", at.Format(time.RFC3339)), seg("end", "", at.Add(time.Hour).Format(time.RFC3339))}
	case 2:
		r.Origin, r.Title = "someone@post.example", "Frage"
		r.Segments = []model.Segment{seg("subject", "", "Frage"), seg("text", "", "Haben Sie am Sonntag offen?")}
	default:
		r.Key, r.Media, r.Reader, r.Origin, r.Title, r.Auth = fmt.Sprintf("stripe:ch_zz%d", i), "stripe/charge", "stripe@1", "charge", "", ""
		r.Claims = []model.Claim{{Kind: model.Payment, Field: model.FCharge, Value: model.TextValue(fmt.Sprintf("ch_zz%d", i)), By: "stripe@1"}, {Kind: model.Payment, Field: model.FAmount, Value: model.MoneyValue(999_900+int64(i), "eur"), By: "stripe@1"},
			{Kind: model.Payment, Field: model.FStatus, Value: model.TextValue("failed"), By: "stripe@1"}, {Kind: model.Payment, Field: model.FPaidAt, Value: model.InstantValue(at), By: "stripe@1"}}
	}
	return r
}

func TestProcessorsChangeNothing(t *testing.T) {
	_, want := worlds{}.of(t, 1)
	for n := 1; n <= 8; n++ {
		in := full(1)
		in.Workers = n
		old := runtime.GOMAXPROCS(1 + n%4)
		got := dump(t, run(t, in))
		runtime.GOMAXPROCS(old)
		assert.True(t, want == got, "%d workers: %s", n, firstDifference(want, got))
	}
}

// firstDifference shows where two texts part.
func firstDifference(want, got string) string {
	i := 0
	for i < len(want) && i < len(got) && want[i] == got[i] {
		i++
	}
	cut := func(s string) string { return s[max(0, min(len(s), i-200)):min(len(s), i+300)] }
	return fmt.Sprintf("they part at byte %d\nwant …%s…\n got …%s…", i, cut(want), cut(got))
}
