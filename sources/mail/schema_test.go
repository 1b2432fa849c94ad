package mail

// This file: every file in testdata/schema is read: both dialects, as arrays and graphs, broken and whole.

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSchemaFixtures(t *testing.T) {
	files, err := filepath.Glob("testdata/schema/*.html")
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(files), 26)
	for _, f := range files {
		t.Run(strings.TrimSuffix(filepath.Base(f), ".html"), func(t *testing.T) {
			body, err := os.ReadFile(f)
			require.NoError(t, err)
			want, err := os.ReadFile(strings.TrimSuffix(f, ".html") + ".want")
			require.NoError(t, err)
			r := read(head+"Content-Type: text/html; charset=utf-8\n\n"+string(body), Options{})
			var got []string
			for k, v := range claims(r) {
				got = append(got, k+" "+v)
			}
			if r.Act != "" {
				got = append(got, "act "+string(r.Act))
			}
			for _, d := range r.Defects {
				got = append(got, "defect "+d)
			}
			slices.Sort(got)
			require.Equal(t, strings.TrimSpace(string(want)), strings.Join(got, "\n"))
			for _, s := range r.Segments {
				require.NotContains(t, s.Path, "Url")
				require.NotContains(t, s.Path, "Action")
			}
		})
	}
}

func FuzzLinkedData(f *testing.F) {
	files, _ := filepath.Glob("testdata/schema/*.html")
	for _, name := range files {
		b, _ := os.ReadFile(name)
		f.Add(string(b))
	}
	f.Add(`{"@graph":[{"@id":"a","b":{"@id":"a"}},{"@type":"Reservation","reservationFor":{"@id":"a"}}]} '//`)
	f.Fuzz(func(t *testing.T, in string) {
		_, _ = linkedData(in)
		r := read(head+"Content-Type: text/html\n\n"+in, Options{})
		if len(r.Claims) > 200 || len(r.Segments) > maxSegments {
			t.Fatal("more than the bounds allow")
		}
	})
}
