package backup

// This file: the fingerprint of the file as it lies there, taken before and after reading.

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
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
