package mapping

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"salvage/model/strict"
)

var wanted = regexp.MustCompile(`(?m)^# (\d+): (.*)$`)

// TestBrokenMappings holds each broken mapping of testdata/broken against the schema there: every "# line:
// fragment" in it must be a problem (or its hint) at that line, and no problem may stand at another line.
func TestBrokenMappings(t *testing.T) {
	text, err := os.ReadFile("testdata/broken/schema.txt")
	require.NoError(t, err)
	schema := database(string(text)).Schema()
	files, err := filepath.Glob("testdata/broken/*.yaml")
	require.NoError(t, err)
	assert.GreaterOrEqual(t, len(files), 30)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) {
			src, err := os.ReadFile(file)
			require.NoError(t, err)
			ps := mistakes(t, src, func(m *Mapping) error { return m.Check(schema) })
			at := map[int]string{}
			for _, p := range ps {
				at[p.Line] += p.String() + "\n"
			}
			named := map[int]bool{}
			want := wanted.FindAllStringSubmatch(string(src), -1)
			require.NotEmpty(t, want)
			for _, w := range want {
				line, err := strconv.Atoi(w[1])
				require.NoError(t, err)
				named[line] = true
				assert.Contains(t, at[line], w[2], "line %d; all:\n%s", line, ps.Error())
			}
			for line, text := range at {
				assert.True(t, named[line], "unexpected at line %d: %s", line, text)
			}
		})
	}
}

// mistakes are all problems of a mapping: of the file, and of what could be read of it.
func mistakes(t *testing.T, src []byte, check func(*Mapping) error) strict.Problems {
	t.Helper()
	m, err := Parse(src, "m.yaml")
	if m != nil {
		err = check(m)
	}
	var ps strict.Problems
	require.True(t, errors.As(err, &ps), fmt.Sprint(err))
	return ps
}
