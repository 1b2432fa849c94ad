package learn_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"salvage/model"
)

// timed are letters that give the start on a zone's clock, in a form, under a label that says nothing.
func timed(ss []stay, z *time.Location, form string) []*model.Reading {
	var out []*model.Reading
	for _, s := range ss {
		out = append(out, letter(s.code, "Yours "+s.code, s.email, s.made, "Zeitpunkt Q", s.start.In(z).Format(form)))
	}
	return out
}

func TestZonesAreFoundNotAssumed(t *testing.T) {
	for _, name := range []string{"UTC", "Europe/Vienna", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Chatham"} {
		t.Run(name, func(t *testing.T) {
			z, err := time.LoadLocation(name)
			require.NoError(t, err)
			ss := stays(60)
			winter, summer := later(1), later(2)
			winter.start = time.Date(2026, 1, 14, 9, 30, 0, 0, time.UTC)
			summer.start = time.Date(2025, 7, 14, 9, 30, 0, 0, time.UTC)
			m, st := train(t, books(ss), timed(append(ss, winter, summer), z, "2006-01-02 15:04"), options())
			assert.Equal(t, 60, m.Linked)
			for _, s := range []stay{winter, summer} {
				c := said(st["mail:"+s.code], model.Reservation, model.FStartsAt)
				require.NotNil(t, c)
				assert.Equal(t, model.InstantValue(s.start).String(), c.Value.String())
				assert.True(t, strings.HasPrefix(c.By, "learned:"), c.By)
				assert.Greater(t, c.Trust, model.PPM(950_000))
			}
		})
	}
}

func TestAZoneThatTheEvidenceStatesComesFirst(t *testing.T) {
	ss := stays(40)
	vienna, err := time.LoadLocation("Europe/Vienna")
	require.NoError(t, err)
	rs := timed(ss, vienna, "2006-01-02 15:04")
	odd := letter("odd", "Other words", "", cut.AddDate(0, 0, 2), "Pick-up", "2025-07-01 10:00")
	stated := letter("stated", "Other words", "", cut.AddDate(0, 0, 2), "Pick-up", "2025-07-01 10:00")
	stated.Zone = "Asia/Tokyo"
	_, st := train(t, books(ss), append(rs, odd, stated), options())
	for key, want := range map[string]string{"odd": "2025-07-01T08:00:00Z", "stated": "2025-07-01T01:00:00Z"} {
		c := said(st["mail:"+key], model.Reservation, model.FStartsAt)
		require.NotNil(t, c, key)
		assert.Equal(t, want, c.Value.String(), key)
	}
}

func TestDateOrderStaysOpenUntilSettled(t *testing.T) {
	twins := func() []stay { // every start on a day like 4 April: the order cannot be told
		ss := stays(36)
		for i := range ss {
			ss[i].start = time.Date(2024, time.Month(1+i%12), 1+i%12, 6+i/12, 5*i%60, 0, 0, time.UTC)
			ss[i].end = ss[i].start.AddDate(0, 0, 20)
			ss[i].made = ss[i].start.AddDate(0, 0, -3)
		}
		return ss
	}
	tests := []struct {
		name string
		ss   []stay
		form string
		want string
	}{
		{"open", twins(), "02/01/2006 15:04", ""},
		{"day first", stays(60), "02/01/2006 15:04", "2025-08-07T10:00:00Z"},
		{"month first", stays(60), "01/02/2006 15:04", "2025-07-08T10:00:00Z"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			x := letter("x", "Yours QX-5999", "n@post.example", cut.AddDate(0, 0, 2), "Zeitpunkt Q", "07/08/2025 10:00")
			y := letter("y", "Yours QX-5998", "n@post.example", cut.AddDate(0, 0, 2), "Zeitpunkt Q", "25/07/2025 10:00")
			_, st := train(t, books(tt.ss), append(timed(tt.ss, time.UTC, tt.form), x, y), options())
			got := ""
			if c := said(st["mail:x"], model.Reservation, model.FStartsAt); c != nil {
				got = c.Value.String()
			}
			assert.Equal(t, tt.want, got)
			got = ""
			if c := said(st["mail:y"], model.Reservation, model.FStartsAt); c != nil {
				got = c.Value.String()
			}
			assert.Equal(t, "2025-07-25T10:00:00Z", got, "a date that has one reading only")
		})
	}
}

// TestPlacesHaveZones: each letter gives times on the clocks of the places where the stay begins and ends.
func TestPlacesHaveZones(t *testing.T) {
	ss := stays(60)
	places := []struct{ key, name, zone string }{{"1", "Harbour Lisboa", "Europe/Lisbon"}, {"2", "Airport Nairobi", "Africa/Nairobi"}, {"3", "Station Lima", "America/Lima"}}
	b := books(ss)
	for _, p := range places {
		b.Records[model.Location] = append(b.Records[model.Location], &model.Record{Kind: model.Location, Table: "places", Key: p.key,
			Fields: map[model.Field]model.Value{model.FName: model.TextValue(p.name), "timezone": model.TextValue(p.zone)}})
	}
	clock := func(at time.Time, place int) string {
		z, err := time.LoadLocation(places[place%3].zone)
		require.NoError(t, err)
		return at.In(z).Format("2006-01-02 15:04")
	}
	write := func(s stay, place int) *model.Reading { // it comes back one place further
		return letter(s.code, "Yours "+s.code, s.email, s.made, "Ort Q", places[place].name, "Zeitpunkt Q", clock(s.start, place), "Ort R", places[(place+1)%3].name, "Zeitpunkt R", clock(s.end, place+1))
	}
	var rs []*model.Reading
	for i, s := range ss {
		place := i * 5 / 3 % 3
		b.Records[model.Reservation][i].Fields[model.FPickupLoc] = model.RefValue(places[place].key)
		b.Records[model.Reservation][i].Fields[model.FReturnLoc] = model.RefValue(places[(place+1)%3].key)
		rs = append(rs, write(s, place))
	}
	x, y := later(1), later(2)
	m, st := train(t, b, append(rs, write(x, 0), write(y, 2)), options())
	for _, s := range []stay{x, y} {
		c := said(st["mail:"+s.code], model.Reservation, model.FStartsAt)
		require.NotNil(t, c)
		assert.Equal(t, s.start.Format(time.RFC3339), c.Value.String())
		c = said(st["mail:"+s.code], model.Reservation, model.FEndsAt)
		require.NotNil(t, c)
		assert.Equal(t, s.end.Format(time.RFC3339), c.Value.String())
	}
	assert.Contains(t, rules(m, model.Reservation, model.FStartsAt)["t"].Transform, "pick-up place", fmt.Sprint(m.Rules))
	assert.Contains(t, rules(m, model.Reservation, model.FEndsAt)["t"].Transform, "return place")
}
