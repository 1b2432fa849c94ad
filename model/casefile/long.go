package casefile

// This file: objects that are too large to be held in memory: stored in pieces, and given back as a stream.

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"

	"salvage/model"
)

// pieceSize is how many bytes of a long object lie in one piece. The first piece is what is loaded of it.
const pieceSize = 4 << 20

// longPiece takes the hash of a long object.
func longPiece(l *model.Long) (p piece, err error) {
	r, err := l.Open()
	if err != nil {
		return p, err
	}
	defer r.Close()
	sum := sha256.New()
	n, err := io.CopyBuffer(struct{ io.Writer }{sum}, r, make([]byte, 64<<10))
	if err == nil && n != l.Size {
		err = fmt.Errorf("a long object of %d bytes gave %d", l.Size, n)
	}
	sum.Sum(p.sha[:0])
	p.size, p.z = int(n), []byte{}
	return p, err
}

// long stores the pieces of a long object.
func (p putter) long(sha [32]byte, l *model.Long) error {
	r, err := l.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	buf := make([]byte, pieceSize)
	var z []byte
	for i := 0; ; i++ {
		n, err := io.ReadFull(r, buf)
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return err
		}
		if n == 0 {
			return nil
		}
		z = p.c.enc.EncodeAll(buf[:n], z[:0])
		if _, err := p.part.Exec(sha[:], i, z); err != nil {
			return err
		}
	}
}

// loadHead reads the beginning of a long object.
func loadHead(ev *model.Evidence) error {
	r, err := ev.Long.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	head := make([]byte, min(ev.Long.Size, pieceSize))
	if _, err := io.ReadFull(r, head); err != nil {
		return fmt.Errorf("%s: %w", ev.Key, err)
	}
	ev.Canon, ev.Raw = head, head
	return nil
}

func (c *Case) pieceOf(sha []byte, n int) ([]byte, error) {
	var z []byte
	if err := c.db.QueryRow("SELECT z FROM piece WHERE sha = ? AND n = ?", sha, n).Scan(&z); err != nil {
		return nil, fmt.Errorf("piece %d of %x: %w", n, sha, err)
	}
	return c.dec.DecodeAll(z, nil)
}

// longReader reads a long object piece by piece.
type longReader struct {
	c    *Case
	sha  []byte
	n    int
	rest []byte
	left int64 // bytes of the pieces still to be read
}

// Read implements io.Reader.
func (r *longReader) Read(b []byte) (int, error) {
	if len(r.rest) == 0 {
		if r.left <= 0 {
			return 0, io.EOF
		}
		p, err := r.c.pieceOf(r.sha, r.n)
		if err != nil {
			return 0, err
		}
		if len(p) == 0 {
			return 0, io.ErrUnexpectedEOF
		}
		r.n++
		r.rest, r.left = p, r.left-int64(len(p))
	}
	n := copy(b, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// Close implements io.Closer.
func (r *longReader) Close() error { return nil }
