package canon

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"testing"

	"github.com/gowebpki/jcs"
	"github.com/stretchr/testify/require"

	"salvage/sources"
)

func TestBytesAgreesWithRFC8785(t *testing.T) {
	for _, in := range []string{
		`{"b":1,"a":[true,false,null,"x"],"é":"ü","":""}`,
		`{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001,-0,0.0,1e21,123456789.125]}`,
		"{\"s\":\"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/\"}",
		"{\"\\ud83d\\ude00\":1,\"\\ufb33\":2,\"1\":3}",
		`{"deep":{"z":{"y":{"x":[{"b":2,"a":1}]}}}}`,
	} {
		want, err := jcs.Transform([]byte(in))
		require.NoError(t, err)
		o, dropped, err := Parse([]byte(in))
		require.NoError(t, err)
		require.False(t, dropped)
		require.Equal(t, string(want), string(Bytes(o)))
	}
}

func TestIntegersKeepTheirDigits(t *testing.T) {
	o, _, err := Parse([]byte(`{"id":12345678901234567891}`))
	require.NoError(t, err)
	require.Equal(t, `{"id":12345678901234567891}`, string(Bytes(o)))
}

func TestSecretsAreDropped(t *testing.T) {
	in := `{"id":"pi_1","client_secret":"pi_1_secret_x","next":{"url":"https://a.test/?client_secret=pi_1abcdef_secret_XyZ&x=1"},
		"list":["sk_live_abcdefghij",{"api_key":"k"}],"metadata":{"note":"the secret garden"}}`
	o, dropped, err := Parse([]byte(in))
	require.NoError(t, err)
	require.True(t, dropped)
	out := string(Bytes(o))
	for _, s := range []string{"_secret_", "sk_live", "api_key"} {
		require.NotContains(t, out, s)
	}
	require.Contains(t, out, "the secret garden")
	require.Contains(t, out, "client_secret=[scrubbed]&x=1")

	cut := Fragment([]byte(`{"id":"pi_1","client_secret":"pi_1abcdef_secret_XyZ`))
	require.NotContains(t, string(cut), "XyZ")
	require.Contains(t, string(cut), `"id":"pi_1"`)
}

func TestParseRefuses(t *testing.T) {
	for _, in := range []string{``, `[]`, `1`, `{"a":1`, `{"a":1} x`, `{'a':1}`} {
		_, _, err := Parse([]byte(in))
		require.Error(t, err, in)
	}
}

func pieces(t testing.TB, in string) (out []string) {
	s := NewStream(strings.NewReader(in))
	for range len(in) + 2 {
		p, err := s.Next()
		if err == io.EOF {
			return out
		}
		require.NoError(t, err)
		if p.Broken == "" && !json.Valid(p.Raw) {
			p.Broken = "invalid"
		}
		out = append(out, strings.TrimSpace(p.Broken+" "+string(bytes.ReplaceAll(bytes.TrimSpace(p.Raw), []byte("\n"), nil))))
	}
	t.Fatalf("no end: %q", in)
	return nil
}

func TestStream(t *testing.T) {
	tests := []struct {
		name, in string
		want     []string
	}{
		{"nothing", " \n", nil},
		{"one object", `{"a":1}`, []string{`{"a":1}`}},
		{"byte order mark", "\ufeff" + `[{"a":1}]`, []string{`{"a":1}`}},
		{"array", `[{"a":1}, {"b":"]}{["}]`, []string{`{"a":1}`, `{"b":"]}{["}`}},
		{"empty array", `[]`, nil},
		{"page", `{"object":"list","data":[{"a":1},{"data":[1]}],"has_more":false,"x":{"y":"]"}}`, []string{`{"a":1}`, `{"data":[1]}`}},
		{"pages", `[{"a":1}]` + "\n" + `{"items":[{"b":2}]}`, []string{`{"a":1}`, `{"b":2}`}},
		{"event is no page", `{"object":"event","data":{"object":{"id":"x"}}}`, []string{`{"object":"event","data":{"object":{"id":"x"}}}`}},
		{"lines", "{\"a\":1}\n{\"b\":2}\n", []string{`{"a":1}`, `{"b":2}`}},
		{"a broken line", "{\"a\":1}\n{\"b\":\n{\"c\":3}\n{\"d\":4}\n", []string{`{"a":1}`, `json {"b":`, `{"c":3}`, `{"d":4}`}},
		{"an open string", "{\"a\":1}\n{\"b\":\"x}\n{\"c\":3}\n", []string{`{"a":1}`, `json {"b":"x}`, `{"c":3}`}},
		{"a broken element", `[{"a":1},{b},{"c":3}]`, []string{`{"a":1}`, `invalid {b}`, `{"c":3}`}},
		{"a broken element among lines", "[\n  {\"a\":1},\n  {\"b\": [ {\n  },\n  {\"c\":3}\n]", []string{`{"a":1}`, `json {"b": [ {  },`, `{"c":3}`}},
		{"cut inside an object", `[{"a":1},{"b":2,"c":[{"d":3},`, []string{`{"a":1}`, `json-truncated {"b":2,"c":[{"d":3},`}},
		{"cut between objects", `[{"a":1},`, []string{`{"a":1}`, `json-truncated [`}},
		{"cut inside a page", `{"data":[{"a":1},{"b"`, []string{`{"a":1}`, `json-truncated {"b"`}},
		{"scalars", `[1,"x",{"a":1},null]`, []string{`json-scalar 1`, `json-scalar "x"`, `{"a":1}`, `json-scalar null`}},
		{"text between", "{\"a\":1}\nlog line\n{\"b\":2}", []string{`{"a":1}`, `json log line`, `{"b":2}`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { require.Equal(t, tt.want, pieces(t, tt.in)) })
	}
}

func TestMeta(t *testing.T) {
	s := NewStream(strings.NewReader(`{"kind":"calendar#events","summary":"Pick-ups","items":[{"id":"1"}]}`))
	_, err := s.Next()
	require.NoError(t, err)
	require.Equal(t, "Pick-ups", s.Meta().Str("summary"))
}

func TestOffsets(t *testing.T) {
	in := `[{"a":1}, {"b":2}]`
	s := NewStream(strings.NewReader(in))
	for {
		p, err := s.Next()
		if err == io.EOF {
			break
		}
		require.Equal(t, string(p.Raw), in[p.Offset:int(p.Offset)+len(p.Raw)])
	}
}

func FuzzStream(f *testing.F) {
	for _, s := range []string{`[{"a":1},{"b"`, "{\"a\":1}\n{", `{"data":[{},[],1]}`, `{"items":[{"a":"\u0000"}]}`, "[\n{\n{\n{\n{"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		total := 0
		for _, p := range func() []sources.Piece {
			s := NewStream(strings.NewReader(in))
			var all []sources.Piece
			for range len(in) + 2 {
				p, err := s.Next()
				if err != nil {
					return all
				}
				all = append(all, p)
			}
			t.Fatal("no end")
			return nil
		}() {
			total += len(p.Raw)
			if o, _, err := Parse(p.Raw); err == nil {
				again, _, err := Parse(Bytes(o))
				require.NoError(t, err)
				require.Equal(t, Bytes(o), Bytes(again))
			}
		}
		require.LessOrEqual(t, total, len(in)+1)
	})
}
