package live

import (
	"net"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// sink is a connection that keeps what is written.
type sink struct {
	net.Conn
	strings.Builder
}

func (s *sink) Write(b []byte) (int, error) { return s.Builder.Write(b) }

func TestGuard(t *testing.T) {
	for _, tt := range []struct {
		line string
		ok   bool
	}{
		{"T1 CAPABILITY\r\n", true}, {"T1 LOGIN u p\r\n", true}, {"T1 LOGIN {3}\r\nabc {12+}\r\nT1 STORE 1 x\r\n", true}, {"T1 AUTHENTICATE PLAIN\r\nAGEAYg==\r\n", true},
		{"T1 LIST \"\" \"*\"\r\n", true}, {"T1 EXAMINE INBOX\r\n", true}, {"T1 UID SEARCH ALL\r\n", true}, {"T1 UID FETCH 1:5 (UID BODY.PEEK[])\r\n", true}, {"T1 UID FETCH 1 (UID RFC822.SIZE)\r\n", true},
		{"T1 SELECT INBOX\r\n", false}, {"T1 STORE 1 +FLAGS (\\Seen)\r\n", false}, {"T1 UID STORE 1 +FLAGS (\\Deleted)\r\n", false}, {"T1 UID FETCH 1 (BODY[])\r\n", false}, {"T1 UID FETCH 1 RFC822\r\n", false},
		{"T1 DELETE x\r\n", false}, {"T1 EXPUNGE\r\n", false}, {"T1 CLOSE\r\n", false}, {"T1 APPEND x {3}\r\nabc\r\n", false}, {"T1 UID MOVE 1 x\r\n", false}, {"T1 NOOP\r\nT2 EXPUNGE\r\n", false},
		{"T1 CREATE x\r\n", false}, {"AGEAYg==\r\n", false}, {"T1 IDLE\r\n", false},
	} {
		t.Run(tt.line, func(t *testing.T) {
			to := &sink{}
			_, err := (&guard{Conn: to}).Write([]byte(tt.line))
			if tt.ok {
				require.NoError(t, err)
				require.Equal(t, tt.line, to.String())
				return
			}
			require.ErrorIs(t, err, ErrWrite)
			require.Empty(t, to.String(), "nothing of it was sent")
			// In pieces, nothing that names the command may leave as a whole line.
			to, g := &sink{}, &guard{}
			g.Conn = to
			var last error
			for i := range tt.line {
				if _, err := g.Write([]byte(tt.line[i : i+1])); err != nil {
					last = err
					break
				}
			}
			require.ErrorIs(t, last, ErrWrite)
		})
	}
}
