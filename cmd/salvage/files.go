package main

// This file: how files come to stand in the case folder: whole or not at all, owner-only.

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"salvage/model/casefile"
)

// writeFile writes a file beside its place and moves it there.
func writeFile(path string, write func(w io.Writer) error) error {
	var b bytes.Buffer
	if err := write(&b); err != nil {
		return err
	}
	return explainWrite(path, place(path, b.Bytes()))
}

func place(path string, text []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	tmp := path + ".new"
	f, err := os.OpenFile(tmp, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(tmp, path)
	}
	if err != nil {
		os.Remove(tmp)
	}
	return err
}

func explainWrite(path string, err error) error { return casefile.Explain("write "+path, err) }

// writeJSON writes v indented.
func writeJSON(path string, v any) error {
	return writeFile(path, func(w io.Writer) error {
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		enc.SetEscapeHTML(false)
		return enc.Encode(v)
	})
}

// refresh makes to a copy of the folder from, so that at any moment it is either the old or the new one.
func refresh(from, to string) error {
	next := to + ".new"
	err := os.RemoveAll(next)
	if err == nil {
		err = copyFolder(from, next)
	}
	if err == nil {
		err = swap(next, to)
	}
	return explainWrite(to, err)
}

func copyFolder(from, to string) error {
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		if d.IsDir() {
			return os.MkdirAll(filepath.Join(to, rel), 0o700)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, rel), text, 0o600)
	})
}

// swap puts next in the place of to. Where the file system can, both change names in one step.
func swap(next, to string) error {
	if _, err := os.Lstat(to); errors.Is(err, fs.ErrNotExist) {
		return os.Rename(next, to)
	}
	if err := unix.Renameat2(unix.AT_FDCWD, next, unix.AT_FDCWD, to, unix.RENAME_EXCHANGE); err == nil {
		return os.RemoveAll(next)
	}
	old := to + ".old"
	if err := errors.Join(os.RemoveAll(old), os.Rename(to, old), os.Rename(next, to)); err != nil {
		return err
	}
	return os.RemoveAll(old)
}

// ownerOnly closes a folder and all in it to others.
func ownerOnly(dir string) error {
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			return os.Chmod(path, 0o700)
		}
		return os.Chmod(path, 0o600)
	})
}
