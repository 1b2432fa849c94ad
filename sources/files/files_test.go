package files

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/require"

	"salvage/sources"
	"salvage/sources/sourcetest"
)

func maker(typ string, patterns ...string) func(dir, name string) (sources.Source, error) {
	return func(dir, name string) (sources.Source, error) {
		s, err := New(name, typ, dir, patterns)
		if err == nil {
			s.SetPage(2, 1<<20)
		}
		return s, err
	}
}

func charge(n int) string {
	return fmt.Sprintf(`{"id":"ch_%d","object":"charge","amount":%d,"currency":"eur","created":%d,"status":"succeeded","captured":true}`, n, n*100, 1700000000+n)
}

func message(n int) string {
	return fmt.Sprintf("From: a@example.test\nTo: b@example.test\nSubject: number %d\nDate: Tue, 21 Jun 2022 00:00:%02d +0000\nMessage-ID: <m%d@example.test>\n\nbody %d\n", n, n, n, n)
}

const fromLine = "From a@example.test Tue Jun 21 00:00:55 2022\n"

func zipped(t *testing.T, files map[string]string) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, n := range []string{"z.json", "a.json", "sub/m.mbox", "__MACOSX/x.json", "picture.png"} {
		if c, ok := files[n]; ok {
			f, err := w.Create(n)
			require.NoError(t, err)
			_, _ = f.Write([]byte(c))
		}
	}
	require.NoError(t, w.Close())
	return b.Bytes()
}

func tgz(t *testing.T, name, content string) []byte {
	var b bytes.Buffer
	g := gzip.NewWriter(&b)
	w := tar.NewWriter(g)
	require.NoError(t, w.WriteHeader(&tar.Header{Name: name, Size: int64(len(content)), Mode: 0o600, Typeflag: tar.TypeReg}))
	_, _ = w.Write([]byte(content))
	require.NoError(t, w.Close())
	require.NoError(t, g.Close())
	return b.Bytes()
}

func gz(s string) []byte {
	var b bytes.Buffer
	g := gzip.NewWriter(&b)
	_, _ = g.Write([]byte(s))
	_ = g.Close()
	return b.Bytes()
}

func TestStripeConforms(t *testing.T) {
	z, _ := zstd.NewWriter(nil)
	sourcetest.Run(t, sourcetest.Harness{
		Files: map[string][]byte{
			"a.json":   []byte("[" + charge(1) + ",\n" + charge(2) + "," + charge(3) + "]"),
			"b.json":   []byte(`{"object":"list","has_more":false,"data":[` + charge(4) + `],"url":"/v1/charges"}`),
			"c.ndjson": []byte(charge(5) + "\n{\"id\":\"ch_x\", broken}\n" + charge(1) + "\n"),
			"d.json":   gz("[" + charge(6) + "]"),
			"e.json":   z.EncodeAll([]byte("["+charge(7)+"]"), nil),
			"f.csv":    []byte("id,Amount,Currency,Created (UTC),Status\nch_8,8.00,eur,2026-01-02 03:04,Paid\nch_9,too,many,columns,here,now\n"),
			"g.zip":    zipped(t, map[string]string{"z.json": charge(10), "a.json": "[" + charge(11) + "]", "__MACOSX/x.json": charge(12), "picture.png": "\x89PNG"}),
			"h.tgz":    tgz(t, "x/y.json", "["+charge(13)+"]"),
			"i.json":   []byte("[" + charge(14) + `,{"id":"ch_15","obj`),
		},
		Moved: map[string]string{"a.json": "zz.json", "f.csv": "aa.csv", "g.zip": "0.zip", "c.ndjson": "m.json"},
		New:   maker("stripe", "*"),
		Items: 13, Broken: 3, Same: 1,
	})
}

func TestMailConforms(t *testing.T) {
	sourcetest.Run(t, sourcetest.Harness{
		Files: map[string][]byte{
			"all.mbox":                []byte(fromLine + message(1) + "\n" + fromLine + "\x00\x01 this is no message\n\n" + fromLine + message(2) + "\n"),
			"box/cur/100.a.host:2,S":  []byte(strings.ReplaceAll(message(1), "\n", "\r\n")),
			"box/new/101.b.host":      []byte(message(3)),
			"box/.Sent/cur/1.c:2,":    []byte(message(4)),
			"box/dovecot-uidvalidity": []byte("x"),
			"one.eml":                 []byte(message(5)),
			"two.eml":                 []byte(message(6)),
			"junk.eml":                []byte("%PDF-1.4 no message"),
		},
		Moved: map[string]string{"all.mbox": "mail-2.mbox", "box/cur/100.a.host:2,S": "box/new/100.a.host", "one.eml": "zz.eml"},
		New:   maker("mail", "*.mbox", "box", "*.eml"),
		Items: 9, Same: 1,
	})
}

func TestCalendarConforms(t *testing.T) {
	event := `{"id":"e%d","status":"confirmed","updated":"2026-01-02T03:04:05.000Z","summary":"x","start":{"date":"2026-01-02"},"end":{"date":"2026-01-03"},"organizer":{"email":"c"}}`
	ics := "BEGIN:VCALENDAR\r\nX-WR-CALNAME:Pickups\r\nBEGIN:VEVENT\r\nUID:u%d@google.com\r\nDTSTART:20260102T100000Z\r\nDTEND:20260102T110000Z\r\nDTSTAMP:20260102T110000Z\r\nSUMMARY:one\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:lost\r\nBEGIN:VEVENT\r\nUID:u%d\r\nDTSTART;VALUE=DATE:20260102\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
	sourcetest.Run(t, sourcetest.Harness{
		Files: map[string][]byte{
			"a.json": []byte(`{"kind":"calendar#events","summary":"Pickups","items":[` + fmt.Sprintf(event, 1) + `,` + fmt.Sprintf(event, 2) + `],"nextSyncToken":"x"}`),
			"b.json": []byte("[" + fmt.Sprintf(event, 1) + "]"),
			"c.json": []byte(fmt.Sprintf(event, 3)),
			"d.ics":  []byte(fmt.Sprintf(ics, 1, 2)),
		},
		Moved: map[string]string{"a.json": "x.json", "d.ics": "0.ics"},
		New:   maker("calendar", "*.json", "*.ics"),
		Items: 6, Broken: 1, Same: 1,
	})
}

func TestPlan(t *testing.T) {
	dir := t.TempDir()
	for _, f := range []string{"a.json", "deep/er/b.json", "c.bin"} {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, f)), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(dir, f), []byte("[]"), 0o600))
	}
	tests := []struct {
		name     string
		patterns []string
		streams  []string
		holes    int
	}{
		{"named twice", []string{"a.json", "*.json"}, []string{"a.json"}, 0},
		{"nothing matches", []string{"*.csv", "a.json"}, []string{"*.csv", "a.json"}, 1},
		{"any depth", []string{"**/*.json"}, []string{"a.json", "deep/er/b.json"}, 0},
		{"a folder", []string{"deep"}, []string{"deep/er/b.json"}, 0},
		{"absolute", []string{filepath.Join(dir, "a.json")}, []string{"a.json"}, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, err := New("x", "stripe", dir, tt.patterns)
			require.NoError(t, err)
			ws, err := s.Plan(context.Background())
			require.NoError(t, err)
			var got []string
			holes := 0
			for _, w := range ws {
				got = append(got, w.Stream)
				if w.Hole != "" {
					holes++
				}
			}
			require.Equal(t, tt.streams, got)
			require.Equal(t, tt.holes, holes)
		})
	}
	_, err := New("x", "fax", dir, nil)
	require.ErrorContains(t, err, "hint:")
	_, err = New("x", "mail", dir, []string{"[a"})
	require.Error(t, err)
}

// A file that changed is read anew, for its mark differs.
func TestChangedFile(t *testing.T) {
	dir := t.TempDir()
	p := filepath.Join(dir, "a.json")
	require.NoError(t, os.WriteFile(p, []byte("["+charge(1)+"]"), 0o600))
	st := sourcetest.NewStore()
	for n, want := range []int{1, 1} {
		s, _ := New("x", "stripe", dir, []string{"*"})
		rep, err := sources.Pull(context.Background(), s, st, nil)
		require.NoError(t, err)
		require.Equal(t, want+n, rep.Objects)
		require.NoError(t, os.WriteFile(p, []byte("["+charge(1)+","+charge(2)+"]"), 0o600))
	}
	require.Len(t, st.Evidence, 2)
}

// What was read before a damaged archive gives out is kept, and the rest is a hole with its reason.
func TestDamagedArchive(t *testing.T) {
	dir := t.TempDir()
	var list []string
	for i := range 2000 {
		list = append(list, charge(i*7919%100003))
	}
	whole := gz("[" + strings.Join(list, ",") + "]")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a.json.gz"), whole[:len(whole)/2], 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "b.json"), []byte("["+charge(1)+"]"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "c.zip"), []byte("PK\x03\x04 no archive"), 0o600))
	s, _ := New("x", "stripe", dir, []string{"*"})
	st := sourcetest.NewStore()
	rep, err := sources.Pull(context.Background(), s, st, nil)
	require.NoError(t, err)
	require.Len(t, rep.Holes, 2)
	require.Contains(t, rep.Holes[0].Why, "a.json.gz")
	require.Greater(t, len(st.Evidence), 500)
	require.False(t, rep.Complete())
}

func TestUnknownFormat(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a.json"), []byte("<html>please log in</html>"), 0o600))
	s, _ := New("x", "stripe", dir, []string{"*"})
	st := sourcetest.NewStore()
	rep, err := sources.Pull(context.Background(), s, st, nil)
	require.NoError(t, err)
	require.Equal(t, 1, rep.Broken)
	require.Equal(t, "broken/unknown-format", st.Evidence[0].Media)
}

func TestUTF16(t *testing.T) {
	dir := t.TempDir()
	b := []byte{0xff, 0xfe}
	for _, c := range "id;Amount;Currency\nch_1;12,50;eur\n" {
		b = append(b, byte(c), 0)
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a.csv"), b, 0o600))
	s, _ := New("x", "stripe", dir, []string{"*"})
	st := sourcetest.NewStore()
	_, err := sources.Pull(context.Background(), s, st, nil)
	require.NoError(t, err)
	require.Len(t, st.Evidence, 1)
	require.Equal(t, "stripe:ch_1", st.Evidence[0].Key)
}
