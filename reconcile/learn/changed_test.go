package learn

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestChangedTemplates(t *testing.T) {
	tests := []struct {
		name           string
		before, after  [2]int
		linked, origin int
		want           bool
	}{
		{"goes on as it was", [2]int{10, 80}, [2]int{10, 78}, 10, 30, false},
		{"yields half", [2]int{10, 80}, [2]int{10, 40}, 10, 30, true},
		{"new, of a known sender", [2]int{0, 0}, [2]int{4, 0}, 0, 30, true},
		{"new, of a stranger", [2]int{0, 0}, [2]int{4, 0}, 0, 0, false},
		{"too few to tell", [2]int{10, 80}, [2]int{2, 0}, 10, 30, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			assert.Equal(t, tt.want, changed(tt.before, tt.after, tt.linked, tt.origin) != "")
		})
	}
}
