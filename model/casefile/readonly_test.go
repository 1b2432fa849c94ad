package casefile

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// asNobody runs f without root's right to write everywhere. Only this thread's file system user
// changes (setfsuid(2)); the thread is thrown away afterwards.
func asNobody(t *testing.T, f func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
		if os.Getuid() == 0 {
			const nobody = 65534
			unix.RawSyscall(unix.SYS_SETFSUID, nobody, 0, 0) //nolint:errcheck // it returns the user before
		}
		f()
	}()
	<-done
}

func TestReadOnlyFolder(t *testing.T) {
	dir := t.TempDir()
	kept := filepath.Join(dir, "kept")
	c, err := Open(kept)
	require.NoError(t, err)
	want, err := c.Digest()
	require.NoError(t, err)
	require.NoError(t, c.Close())
	require.NoError(t, os.Chmod(dir, 0o555))
	require.NoError(t, os.Chmod(kept, 0o555))
	t.Cleanup(func() { os.Chmod(dir, 0o700); os.Chmod(kept, 0o700) }) //nolint:errcheck // so that it can be removed

	for _, folder := range []string{filepath.Join(dir, "new"), kept} {
		var err error
		asNobody(t, func() { _, err = Open(folder) })
		require.ErrorIs(t, err, ErrReadOnly, folder)
		var e *Error
		require.ErrorAs(t, err, &e)
		require.Contains(t, e.Hint(), "--case")
	}
	require.NoError(t, os.Chmod(kept, 0o700))
	c, err = Open(kept)
	require.NoError(t, err, "nothing was lost")
	defer c.Close()
	got, err := c.Digest()
	require.NoError(t, err)
	require.Equal(t, want, got)
}
