package backup

// This file: the fingerprint of the file or folder as it lies there, taken before and after reading.

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// hashFile gives the SHA-256 and the size of a file, opened for reading only.
func hashFile(path string) (sum string, size int64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return "", 0, fmt.Errorf("hash backup: %w", err)
	}
	defer f.Close()
	h := sha256.New()
	size, err = io.Copy(h, f)
	if err != nil {
		return "", 0, fmt.Errorf("hash backup %s: %w", path, err)
	}
	return hex.EncodeToString(h.Sum(nil)), size, nil
}

// hashPath is hashFile for a folder too: there it is the SHA-256 over the sorted list of its files, each with its own,
// and their sizes together. Folders within it and what is no plain file do not count, since nothing of them is read.
func hashPath(path string) (sum string, size int64, err error) {
	if st, err := os.Stat(path); err != nil {
		return "", 0, fmt.Errorf("hash backup: %w", err)
	} else if !st.IsDir() {
		return hashFile(path)
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return "", 0, fmt.Errorf("hash backup: %w", err)
	}
	h := sha256.New()
	for _, e := range entries {
		if !e.Type().IsRegular() {
			continue
		}
		one, n, err := hashFile(filepath.Join(path, e.Name()))
		if err != nil {
			return "", 0, err
		}
		fmt.Fprintf(h, "%s %d %q\n", one, n, e.Name())
		size += n
	}
	return hex.EncodeToString(h.Sum(nil)), size, nil
}
