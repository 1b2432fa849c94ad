package backup

// This file: input, a buffered reader that knows its byte offset and line, and the bounds on what is read.

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// Bounds. PostgreSQL itself stops at 1 GiB a value; nothing that belongs to bookings comes near these.
const (
	maxLine      = 256 << 20 // bytes of one row or one quoted value
	maxStatement = 16 << 20  // bytes kept of one statement that is not an INSERT
	maxColumns   = 1600      // PostgreSQL's own limit
)

// errTooLong says that a row or a value is longer than anything we read.
var errTooLong = errors.New("longer than any row or value that is read")

// input reads forward through a file. off and line are those of the next byte.
type input struct {
	r    *bufio.Reader
	off  int64
	line int64
	long []byte // a line that did not fit into the buffer
	err  error  // first error that is not io.EOF
}

// newInput reads from r, whose first byte stands at the given offset and line.
func newInput(r io.Reader, off, line int64) *input {
	return &input{r: bufio.NewReaderSize(r, 256<<10), off: off, line: line}
}

// again reads from r with the buffer that is there.
func (in *input) again(r io.Reader) {
	in.r.Reset(r)
	in.off, in.line, in.err = 0, 1, nil
}

// peek gives the byte n places ahead without taking it; ok is false at the end.
func (in *input) peek(n int) (c byte, ok bool) {
	b, err := in.r.Peek(n + 1)
	if len(b) <= n {
		in.fail(err)
		return 0, false
	}
	return b[n], true
}

// next takes one byte; ok is false at the end.
func (in *input) next() (c byte, ok bool) {
	c, err := in.r.ReadByte()
	if err != nil {
		in.fail(err)
		return 0, false
	}
	in.off++
	if c == '\n' {
		in.line++
	}
	return c, true
}

// stretch takes the bytes that are in the buffer up to, and without, the first stop or escape byte. It is what makes
// long quoted values cheap. The bytes are valid until the next call of any method.
func (in *input) stretch(stop, escape byte) []byte {
	b, _ := in.r.Peek(in.r.Buffered())
	if i := bytes.IndexByte(b, stop); i >= 0 {
		b = b[:i]
	}
	if i := bytes.IndexByte(b, escape); i >= 0 {
		b = b[:i]
	}
	in.off += int64(len(b))
	in.line += int64(bytes.Count(b, []byte{'\n'}))
	if _, err := in.r.Discard(len(b)); err != nil { // cannot happen: they are in the buffer
		in.fail(err)
	}
	return b
}

func (in *input) fail(err error) {
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) && in.err == nil {
		in.err = err
	}
}

// readLine takes one line and gives it without its line end (LF or CRLF). ended is false when the file ends
// before the line does. The bytes are valid until the next call.
func (in *input) readLine() (line []byte, ended bool, err error) {
	in.long = in.long[:0]
	for {
		part, err := in.r.ReadSlice('\n')
		in.off += int64(len(part))
		if errors.Is(err, bufio.ErrBufferFull) {
			if len(in.long)+len(part) > maxLine {
				return nil, false, fmt.Errorf("line %d: %w", in.line, errTooLong)
			}
			in.long = append(in.long, part...)
			continue
		}
		in.fail(err)
		if len(in.long) > 0 {
			in.long = append(in.long, part...)
			part = in.long
		}
		if err != nil {
			return part, false, in.err
		}
		in.line++
		part = part[:len(part)-1]
		return bytes.TrimSuffix(part, []byte{'\r'}), true, nil
	}
}
