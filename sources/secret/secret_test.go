package secret_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"salvage/sources/secret"
)

func TestRead(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string, mode os.FileMode) string {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), mode))
		return name
	}
	t.Setenv("SECRET_OF_TEST", "from env")
	t.Setenv("EMPTY_OF_TEST", "")
	r, w, err := os.Pipe()
	require.NoError(t, err)
	fmt.Fprintln(w, "from descriptor")
	w.Close()
	defer r.Close()
	for _, tt := range []struct {
		name      string
		ref       secret.Ref
		want, err string
	}{
		{"environment", secret.Ref{Env: "SECRET_OF_TEST"}, "from env", ""},
		{"an unset variable", secret.Ref{Env: "EMPTY_OF_TEST"}, "", "EMPTY_OF_TEST is not set\nhint: export EMPTY_OF_TEST"},
		{"file", secret.Ref{File: write("key", "from file\r\n", 0o600)}, "from file", ""},
		{"a file that others can read", secret.Ref{File: write("open", "top secret", 0o644)}, "", "can be read by others than its owner\nhint: chmod 600"},
		{"an empty file", secret.Ref{File: write("empty", "\n", 0o600)}, "", "is empty"},
		{"file descriptor", secret.Ref{File: fmt.Sprintf("/dev/fd/%d", r.Fd())}, "from descriptor", ""},
		{"command", secret.Ref{Cmd: "printf 'from %s\\n' command"}, "from command", ""},
		{"a command that fails", secret.Ref{Cmd: "echo top secret; exit 3"}, "", "its command failed: exit status 3"},
		{"nowhere", secret.Ref{}, "", "hint: name one with key_env, key_file or key_cmd"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.ref.What, tt.ref.Dir = "key", dir
			got, err := tt.ref.Read(context.Background())
			require.Equal(t, tt.want, got)
			if tt.err == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, tt.err)
			require.NotContains(t, err.Error(), "top secret")
		})
	}
}
