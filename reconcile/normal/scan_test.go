package normal

import (
	"fmt"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the zones of the cases, whatever the machine has

	"github.com/stretchr/testify/require"
)

// ref is the time at which the texts of the tests are read: a Sunday.
var ref = time.Date(2026, 4, 12, 9, 0, 0, 0, time.UTC)

// show writes tokens as "type:value", readings divided by "/" with their tags.
func show(tokens []Token) string {
	var out []string
	for _, t := range tokens {
		var alts []string
		for _, a := range t.Alts {
			v := a.Value.String()
			if t.Type == Clock {
				v = fmt.Sprintf("%02d:%02d", a.Value.Num/60, a.Value.Num%60)
			}
			if a.Tag != "" {
				v = a.Tag + "=" + v
			}
			alts = append(alts, v)
		}
		y := ""
		if t.Yearless {
			y = "?"
		}
		out = append(out, t.Type.String()+y+":"+strings.Join(alts, "/"))
	}
	return strings.Join(out, " ")
}

type scanCase struct{ text, want string }

func runScan(t *testing.T, cases []scanCase) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.text, func(t *testing.T) {
			got := Scan(c.text, ref)
			require.Equal(t, c.want, show(got))
			checkTokens(t, c.text, got)
		})
	}
}

// checkTokens holds what every scan promises.
func checkTokens(t *testing.T, text string, got []Token) {
	t.Helper()
	end := 0
	for _, k := range got {
		if k.From < end || k.To <= k.From || k.To > len(text) || len(k.Alts) == 0 {
			t.Fatalf("bad token %+v after %d in %d bytes %q", k, end, len(text), text)
		}
		end = k.To
	}
}
