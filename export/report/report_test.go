package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"salvage/model"
)

var update = flag.Bool("update", false, "write the golden files anew")

const hostile = `<script>alert(1)</script>"'&` + "\x1b[31m"

func cell(v model.Value) model.Cell { return model.Cell{Value: v, Mark: model.Likely} }

func at(s string) model.Value {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return model.InstantValue(t)
}

// sample is a small company seen on one day, in a zone with summer time.
func sample(t *testing.T) Input {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	due, low, high := "2026-03-30T07:00:00Z", 2, 9
	in := Input{
		Business: "Räder & Söhne", Zone: zone,
		Cut: time.Date(2026, 3, 20, 0, 0, 0, 0, time.UTC), Wipe: time.Date(2026, 3, 29, 12, 0, 0, 0, time.UTC), Now: time.Date(2026, 3, 30, 6, 0, 0, 0, time.UTC),
		Entities: []*model.Entity{
			{ID: "customer:1", Kind: model.Customer, Label: "Łucja", State: model.Rebuilt, Fields: map[model.Field]model.Cell{
				model.FFullName: cell(model.TextValue("Łucja " + hostile)), model.FPhone: cell(model.TextValue("+49 (30) 1234"))}},
			{ID: "vehicle:1", Kind: model.Vehicle, State: model.Unchanged, Backup: &model.Record{Kind: model.Vehicle, Table: "cars", Key: "7"},
				Fields: map[model.Field]model.Cell{model.FMake: cell(model.TextValue("Fiat")), model.FModel: cell(model.TextValue("500")), model.FPlate: cell(model.TextValue("B-AB 1"))}},
			{ID: "reservation:1", Kind: model.Reservation, Label: "R-1", State: model.Rebuilt, P: 991_000, Sources: []string{"mail", "stripe"}, Fields: map[model.Field]model.Cell{
				model.FStartsAt: cell(at("2026-03-30T07:00:00Z")), model.FEndsAt: cell(at("2026-04-02T07:00:00Z")), model.FCustomer: cell(model.RefValue("customer:1")),
				model.FVehicle: cell(model.RefValue("7")), model.FTotal: cell(model.MoneyValue(20000, "eur"))}},
			{ID: "reservation:2", Kind: model.Reservation, Label: "R-2", State: model.Rebuilt, P: 700_000, Sources: []string{"calendar"},
				Holds:  []model.Hold{{Code: "single_source", Reason: "only the calendar speaks of it"}},
				Fields: map[model.Field]model.Cell{model.FStartsAt: cell(at("2026-03-30T22:30:00Z")), model.FEndsAt: cell(at("2026-03-31T08:00:00Z"))}},
			{ID: "reservation:3", Kind: model.Reservation, Label: "R-3", State: model.Unchanged, Fields: map[model.Field]model.Cell{
				model.FStatus: cell(model.TextValue(model.Active)), model.FStartsAt: cell(at("2026-03-18T08:00:00Z")), model.FEndsAt: cell(at("2026-03-28T08:00:00Z"))}},
			{ID: "reservation:4", Kind: model.Reservation, Label: "R-4", State: model.Updated, Fields: map[model.Field]model.Cell{
				model.FStatus: cell(model.TextValue(model.Cancelled)), model.FStartsAt: cell(at("2026-03-30T08:00:00Z"))}},
			{ID: "payment:1", Kind: model.Payment, State: model.Rebuilt, Fields: map[model.Field]model.Cell{
				model.FReservation: cell(model.RefValue("reservation:1")), model.FAmount: cell(model.MoneyValue(5000, "eur"))}},
			{ID: "payment:2", Kind: model.Payment, State: model.Rebuilt, Fields: map[model.Field]model.Cell{
				model.FReservation: cell(model.RefValue("reservation:1")), model.FAmount: cell(model.MoneyValue(99900, "eur")), model.FPayKind: cell(model.TextValue(model.PayHold))}},
		},
		Conflicts: []model.Conflict{{
			ID: "c1", Code: "FV01", Severity: model.S2, Due: &due, Money: &model.Amount{Minor: 20000, Currency: "eur"},
			Entity:   model.EntityRef{Kind: model.Reservation, Ref: "reservation:R-1", Label: "R-1", ID: "reservation:1"},
			Question: "when is the pick-up? " + hostile,
			Options: []model.Option{
				{Choice: "mail", Shown: "09:00", Effect: "exported", Evidence: []model.Shown{{Source: "office", Native: "mail:a@x", Where: "subject", Text: "=HYPERLINK(1)"}}},
				{Choice: "calendar", Shown: "=1+2", Effect: "exported"}},
		}},
		Held: []model.HeldRow{{Entity: model.EntityRef{Label: hostile}, Table: "hires", Code: "BK03", Reason: "no value"}},
	}
	in.Summary = model.Summary{Run: "abcdef012345", Cut: "2026-03-20T00:00:00Z", Wipe: "2026-03-29T12:00:00Z", Now: "2026-03-30T06:00:00Z",
		Evidence:     []model.SourceCount{{Source: "office", Type: "mail", Objects: 3, Read: 2, Unreadable: 1}},
		Reservations: model.KindCount{Backup: 2, Unchanged: 1, Updated: 1, Rebuilt: 1, Held: 1}, Customers: model.KindCount{Rebuilt: 1},
		Conflicts: model.ConflictCount{Total: 1, Open: 1}, Missing: model.Missing{Low: &low, High: &high, Gaps: []string{"R-5 … R-7"}},
		Coverage: []model.Coverage{{Source: "office", Stream: "old.mbox", State: "hole", Why: "no such file"}}, Next: "salvage conflicts"}
	return in
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(path, got, 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), string(got), "go test ./export/report -update writes it anew")
}

func TestGoldenPages(t *testing.T) {
	in := sample(t)
	var b bytes.Buffer
	require.NoError(t, WriteReport(&b, in))
	golden(t, "report.html", b.Bytes())
	b.Reset()
	require.NoError(t, WriteBoard(&b, MakeBoard(in, in.Now)))
	golden(t, "board.html", b.Bytes())
	b.Reset()
	require.NoError(t, WriteBoardText(&b, MakeBoard(in, in.Now)))
	golden(t, "board.txt", b.Bytes())
	b.Reset()
	require.NoError(t, WriteConflictsCSV(&b, in.Conflicts))
	golden(t, "conflicts.csv", b.Bytes())
	b.Reset()
	require.NoError(t, WriteConflictsJSON(&b, in.Conflicts))
	golden(t, "conflicts.json", b.Bytes())
}

// TestPagesAreInert parses the pages as a browser would: no script, no outside request, no
// attribute out of evidence.
func TestPagesAreInert(t *testing.T) {
	in := sample(t)
	for _, page := range []func(b *bytes.Buffer) error{
		func(b *bytes.Buffer) error { return WriteReport(b, in) },
		func(b *bytes.Buffer) error { return WriteBoard(b, MakeBoard(in, in.Now)) },
	} {
		var b bytes.Buffer
		require.NoError(t, page(&b))
		require.Contains(t, b.String(), "Content-Security-Policy")
		doc, err := html.Parse(&b)
		require.NoError(t, err)
		for n := range doc.Descendants() {
			if n.Type != html.ElementNode {
				continue
			}
			require.NotContains(t, []string{"script", "link", "img", "iframe", "object", "form"}, n.Data)
			for _, a := range n.Attr {
				require.False(t, strings.HasPrefix(a.Key, "on"), "%s %s", n.Data, a.Key)
				require.NotEqual(t, "src", a.Key)
				if a.Key == "href" {
					require.True(t, strings.HasPrefix(a.Val, "tel:"), a.Val)
				}
			}
		}
	}
}

func TestBoard(t *testing.T) {
	in := sample(t)
	b := MakeBoard(in, in.Now)
	require.Len(t, b.Days, 2)
	require.Equal(t, "Monday 30 March 2026", b.Days[0].Day)
	require.Len(t, b.Days[0].Pickups, 1, "cancelled ones do not arrive; half past midnight is tomorrow in this zone")
	line := b.Days[0].Pickups[0]
	require.Equal(t, "09:00", line.Time)
	require.Equal(t, "+49301234", line.Tel())
	require.Equal(t, "Fiat 500 B-AB 1", line.Vehicle)
	require.Equal(t, "50.00 EUR", line.Paid, "a hold is not a payment")
	require.Equal(t, "150.00 EUR", line.Open)
	require.Equal(t, "rebuilt from mail + stripe", line.Sure)
	require.False(t, line.Shaky)
	require.Len(t, line.Ask, 1)
	require.Len(t, b.Days[1].Pickups, 1)
	require.True(t, b.Days[1].Pickups[0].Shaky)
	require.Contains(t, b.Days[1].Pickups[0].Ask, "no phone number is known: ask for it")
	require.Len(t, b.Days[1].Returns, 1)
	require.Len(t, b.Overdue, 1)
	require.Equal(t, "R-3", b.Overdue[0].Ref)

	later := MakeBoard(in, in.Now.AddDate(0, 0, 3))
	require.Len(t, later.Days[0].Returns, 1)
}

func TestDaysCountEachReservationOnce(t *testing.T) {
	in := sample(t)
	var sum Day
	for _, d := range days(in) {
		sum.Unchanged += d.Unchanged
		sum.Updated += d.Updated
		sum.Rebuilt += d.Rebuilt
		sum.Held += d.Held
	}
	require.Equal(t, Day{Unchanged: 1, Updated: 1, Rebuilt: 1, Held: 1}, sum)

	in.Wipe = in.Cut.AddDate(3, 0, 0)
	long := days(in)
	require.LessOrEqual(t, len(long), maxBars)
	require.NotEmpty(t, long)
}

func TestCellIsFormulaSafe(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "plain": "plain", "=1+1": "'=1+1", "+1 555": "'+1 555", "-12.50": "-12.50", "+12": "+12", "-1+1": "'-1+1",
		"@x": "'@x", "\tx": "'\tx", "\rx": "'\rx", "a\x00b": "ab",
	} {
		require.Equal(t, want, Cell(in), "%q", in)
	}
}

func FuzzConflictsCSV(f *testing.F) {
	f.Add("=cmd|'/C calc'!A0", "x\"y\nz")
	f.Fuzz(func(t *testing.T, question, text string) {
		var b bytes.Buffer
		require.NoError(t, WriteConflictsCSV(&b, []model.Conflict{{Question: question, Options: []model.Option{{Choice: "a", Evidence: []model.Shown{{Text: text}}}}}}))
		rows, err := csv.NewReader(&b).ReadAll()
		require.NoError(t, err)
		require.Len(t, rows, 2)
		for _, c := range rows[1] {
			require.Equal(t, Cell(c), c)
		}
	})
}

func TestConflictsJSONIsTheContract(t *testing.T) {
	in := sample(t)
	in.Conflicts[0].Decided = &model.Decision{Conflict: "c1", Choice: "mail", At: "2026-03-30T06:00:00Z"}
	var b bytes.Buffer
	require.NoError(t, WriteConflictsJSON(&b, in.Conflicts))
	require.NotContains(t, b.String(), `"at"`, "times of people are not part of a result")
	var list []map[string]any
	require.NoError(t, json.Unmarshal(b.Bytes(), &list))
	for _, key := range []string{"id", "code", "severity", "due", "money", "entity", "question", "options", "decided"} {
		require.Contains(t, list[0], key)
	}
	b.Reset()
	require.NoError(t, WriteConflictsJSON(&b, nil))
	require.Equal(t, "[]\n", b.String())
}

func TestPlainDropsControlCharacters(t *testing.T) {
	require.Equal(t, "a [31mb c", Plain("a\x1b[31mb\u202ec"))
	require.Equal(t, "Łucja 東京", Plain("Łucja 東京"))
}
