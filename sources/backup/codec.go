package backup

// This file: the compressions that dumps are packed in, inside (pg_dump's own) and outside (somebody's gzip).

import (
	"bufio"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
)

// codec names a compression; the empty one is none.
type codec string

const (
	codecNone codec = ""
	codecGzip codec = "gzip"
	codecZlib codec = "zlib" // gzip's stream without its header: what -Fc calls gzip
	codecLZ4  codec = "lz4"
	codecZstd codec = "zstd"
)

// maxWindow bounds the memory that a zstd frame may ask for. pg_dump's --compress=zstd:long stays at 128 MiB.
const maxWindow = 128 << 20

// decompress reads what is packed in r. The reader must be closed; that does not close r.
func (c codec) decompress(r io.Reader) (io.ReadCloser, error) {
	br := bufio.NewReaderSize(r, 64<<10) // flate is fastest on this very type
	switch c {
	case codecNone:
		return io.NopCloser(r), nil
	case codecGzip:
		return orFailing(gzip.NewReader(br))
	case codecZlib:
		return orFailing(zlib.NewReader(br))
	case codecLZ4:
		return io.NopCloser(lz4.NewReader(br)), nil
	case codecZstd:
		d, err := zstd.NewReader(br, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow), zstd.WithDecoderLowmem(true))
		if err != nil {
			return nil, err
		}
		return d.IOReadCloser(), nil
	}
	return nil, fmt.Errorf("compression %q is not known", string(c))
}

// orFailing turns the error of a stream that is cut short or damaged within its header into one that comes with the
// first read, like any later one.
func orFailing[R io.ReadCloser](r R, err error) (io.ReadCloser, error) {
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return io.NopCloser(&failing{err}), nil
	}
	return r, nil
}

// failing is a stream that breaks off at once.
type failing struct{ err error }

// Read fails.
func (f *failing) Read([]byte) (int, error) { return 0, f.err }
