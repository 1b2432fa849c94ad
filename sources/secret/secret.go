// Package secret reads the secrets that a configuration names: from the environment, from a file that
// belongs to its owner alone, from an open file descriptor (/dev/fd/3), or from a command's output. What
// it reads is never stored, logged or put into an error.
package secret

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// ErrNone is that the configuration names no place for the secret.
var ErrNone = errors.New("no place is named for it")

// Limits of a secret.
const (
	maxSize = 64 << 10
	maxWait = 2 * time.Minute // a password manager may ask the operator first
)

// Ref says where a secret is. At most one of Env, File and Cmd is set.
type Ref struct {
	What string // what it is, as errors call it: "key", "password"
	Env  string
	File string
	Cmd  string
	Dir  string // where a relative file starts
}

// Named reports whether a place is named.
func (r Ref) Named() bool { return r.Env != "" || r.File != "" || r.Cmd != "" }

// Read gives the secret without the line end that files and commands put behind it.
func (r Ref) Read(ctx context.Context) (string, error) {
	var raw string
	var err error
	switch {
	case r.Env != "":
		raw = os.Getenv(r.Env)
		if raw == "" {
			err = fmt.Errorf("the environment variable %s is not set\nhint: export %s, then run the command again", r.Env, r.Env)
		}
	case r.File != "":
		raw, err = r.file()
	case r.Cmd != "":
		raw, err = r.command(ctx)
	default:
		err = fmt.Errorf("%w\nhint: name one with %s_env, %s_file or %s_cmd", ErrNone, r.What, r.What, r.What)
	}
	if err != nil {
		return "", fmt.Errorf("the %s: %w", r.What, err)
	}
	raw = strings.TrimRight(raw, "\r\n")
	if strings.TrimSpace(raw) == "" {
		return "", fmt.Errorf("the %s is empty", r.What)
	}
	return raw, nil
}

func (r Ref) file() (string, error) {
	path := r.File
	if !filepath.IsAbs(path) {
		path = filepath.Join(r.Dir, path)
	}
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	if info.Mode().IsRegular() && info.Mode().Perm()&0o077 != 0 {
		return "", fmt.Errorf("%s can be read by others than its owner\nhint: chmod 600 %s", path, path)
	}
	if info.IsDir() {
		return "", &fs.PathError{Op: "read", Path: path, Err: errors.New("is a folder")}
	}
	return limited(f)
}

// command runs a command of the operator's own. What it writes to stderr is for the operator's eyes.
func (r Ref) command(ctx context.Context) (string, error) {
	ctx, stop := context.WithTimeout(ctx, maxWait)
	defer stop()
	cmd := exec.CommandContext(ctx, "/bin/sh", "-c", r.Cmd)
	cmd.Dir, cmd.Stderr, cmd.WaitDelay = r.Dir, os.Stderr, time.Second
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", err
	}
	if err := cmd.Start(); err != nil {
		return "", err
	}
	text, err := limited(out)
	if werr := cmd.Wait(); werr != nil {
		return "", fmt.Errorf("its command failed: %w", werr)
	}
	return text, err
}

func limited(r io.Reader) (string, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxSize+1))
	if err == nil && len(b) > maxSize {
		err = fmt.Errorf("it is longer than %d KiB", maxSize>>10)
	}
	if err != nil {
		return "", err
	}
	return string(b), nil
}
