package sources

// This file: what a format must offer so that its files can be pulled: a Splitter.

import "salvage/model"

// Piece is one object as its file holds it, not yet understood.
type Piece struct {
	Raw    []byte // the bytes as found; the caller may keep them
	Offset int64  // where it begins in the decompressed file
	Broken string // a code when these bytes cannot become an object, else ""
}

// Splitter cuts one open file into pieces, in order, the same ones every time. Next is cheap, so that a
// resumed pull can pass over what it has; Make does the costly work.
type Splitter interface {
	// Next gives the next piece and io.EOF after the last one.
	Next() (Piece, error)
	// Make turns a piece into evidence (an object and the objects it holds inside), or says by a code
	// why it cannot. Found and Digest are filled in by the caller. It is called right after its Next.
	Make(p Piece) (items []model.Evidence, broken string)
}

// MaxObject is the largest object of a structured format that is read as one, in bytes.
const MaxObject = 64 << 20
