package canon

// This file: a stream of JSON cut into its objects, whatever wraps them: an array, {"data":[…]},
// {"items":[…]}, one object, or one object a line. Broken and cut-off objects are isolated.

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"

	"salvage/sources"
)

// Stream cuts JSON into pieces. It holds one object at a time in memory.
type Stream struct {
	br      *bufio.Reader
	off     int64
	inArray int  // depth of arrays that are open around the elements
	wrapped bool // the array is a member of an object that goes on after it
	indent  string
	line    []byte // the blank bytes since the last newline, to learn the indent of elements
	fresh   bool   // line began with a newline
	strict  bool   // an object ran off once: from now on one that meets the next element's indent is broken
	ended   bool
	meta    Object
	spare   []byte
}

// NewStream cuts r, whose bytes are UTF-8 (a byte order mark is skipped).
func NewStream(r io.Reader) *Stream {
	s := &Stream{br: bufio.NewReaderSize(r, 1<<16), fresh: true}
	if b, _ := s.br.Peek(3); bytes.Equal(b, []byte("\xef\xbb\xbf")) {
		_, _ = s.br.Discard(3)
		s.off = 3
	}
	return s
}

// Meta gives the members that stood before the array in the object that wraps it (a calendar's name and
// zone); nil when there is none.
func (s *Stream) Meta() Object { return s.meta }

// Next gives the next object, or a broken piece, and io.EOF at the end.
func (s *Stream) Next() (sources.Piece, error) {
	for {
		if s.ended {
			return sources.Piece{}, io.EOF
		}
		c, err := s.blank()
		if err == io.EOF {
			s.ended = true
			if s.inArray > 0 {
				return sources.Piece{Raw: []byte("["), Offset: s.off, Broken: sources.BrokenCut}, nil
			}
			return sources.Piece{}, io.EOF
		}
		if err != nil {
			return sources.Piece{}, err
		}
		switch {
		case c == '[':
			s.inArray++
		case c == ']' && s.inArray > 0:
			if s.inArray--; s.inArray == 0 && s.wrapped {
				s.wrapped = false
				if err := s.skipRest(); err != nil && err != io.EOF {
					return sources.Piece{}, err
				}
			}
		case c == '{':
			p, ok, err := s.object()
			if err != nil || ok {
				return p, err
			}
		default:
			return s.scalar(c)
		}
	}
}

// blank skips white space and commas and gives the first other byte, consumed.
func (s *Stream) blank() (byte, error) {
	for {
		c, err := s.br.ReadByte()
		if err != nil {
			return 0, err
		}
		s.off++
		switch c {
		case '\n':
			s.line, s.fresh = s.line[:0], true
		case ' ', '\t':
			if len(s.line) < 64 {
				s.line = append(s.line, c)
			}
		case '\r', ',', 0x1e: // 0x1e: RFC 7464 record separator
		default:
			if c == '{' && s.fresh {
				s.indent = "\n" + string(s.line)
			}
			s.fresh = false
			return c, nil
		}
	}
}

// scan is the state of reading one object.
type scan struct {
	buf    []byte
	depth  int
	str    bool // inside a string
	esc    bool
	strAt  int    // where the last string of depth one began
	key    string // the last key of depth one
	colon  bool   // a value follows
	opened bool   // "[" just opened as the value of a depth-one key
}

// object reads one object whose "{" is consumed. ok is false when it turned out to wrap an array.
func (s *Stream) object() (p sources.Piece, ok bool, err error) {
	start := s.off - 1
	sc := &scan{buf: append(s.spare[:0], '{'), depth: 1}
	for sc.depth > 0 {
		c, err := s.br.ReadByte()
		if err == io.EOF {
			p = s.runOff(sc, start, sources.BrokenCut)
			return p, true, nil
		}
		if err != nil {
			return p, false, err
		}
		s.off++
		sc.buf = append(sc.buf, c)
		if c == '\n' && (sc.str || s.strict) && s.atElement() {
			s.line, s.fresh = s.line[:0], true
			return sources.Piece{Raw: bytes.Clone(sc.buf), Offset: start, Broken: sources.BrokenJSON}, true, nil
		}
		sc.step(c)
		if sc.opened && s.inArray == 0 && (sc.key == "data" || sc.key == "items") {
			s.meta = wrapper(sc.buf, sc.key)
			s.inArray, s.wrapped, s.fresh = 1, true, false
			s.spare = sc.buf
			return p, false, nil
		}
		if len(sc.buf) > sources.MaxObject {
			return s.runOff(sc, start, sources.BrokenSize), true, nil
		}
	}
	s.spare = sc.buf
	return sources.Piece{Raw: bytes.Clone(sc.buf), Offset: start}, true, nil
}

// step follows one byte.
func (sc *scan) step(c byte) {
	sc.opened = false
	if sc.str {
		switch {
		case sc.esc:
			sc.esc = false
		case c == '\\':
			sc.esc = true
		case c == '"':
			sc.str = false
			if sc.depth == 1 && !sc.colon {
				sc.key = string(sc.buf[sc.strAt : len(sc.buf)-1])
			}
		}
		return
	}
	switch c {
	case '"':
		sc.str = true
		if sc.depth == 1 {
			sc.strAt = len(sc.buf)
		}
	case ':':
		sc.colon = sc.colon || sc.depth == 1
	case ',':
		sc.colon = sc.colon && sc.depth != 1
	case '{', '[':
		sc.opened = c == '[' && sc.depth == 1 && sc.colon
		sc.depth++
	case '}', ']':
		sc.depth--
	}
}

// atElement reports whether what follows the newline just read looks like the next element.
func (s *Stream) atElement() bool {
	if s.indent == "" {
		return false
	}
	want := s.indent[1:] + "{"
	b, _ := s.br.Peek(len(want))
	return string(b) == want
}

// runOff ends an object that met the end of the file or the size limit. When a later line begins as the
// elements do, the bytes from there on are read again as elements; the rest before it is one broken piece.
func (s *Stream) runOff(sc *scan, start int64, code string) sources.Piece {
	cut := len(sc.buf)
	if s.indent != "" {
		if i := bytes.Index(sc.buf, []byte(s.indent+"{")); i >= 0 {
			cut, code = i+1, sources.BrokenJSON
		}
	}
	raw, rest := bytes.Clone(sc.buf[:cut]), bytes.Clone(sc.buf[cut:])
	if len(rest) > 0 {
		s.br = bufio.NewReaderSize(io.MultiReader(bytes.NewReader(rest), s.br), 1<<16)
		s.off -= int64(len(rest))
		s.line, s.fresh = s.line[:0], true
	} else if code == sources.BrokenCut {
		s.ended = true
	}
	s.strict, s.spare = true, nil
	return sources.Piece{Raw: raw, Offset: start, Broken: code}
}

// skipRest passes over what follows the array in the object that wraps it.
func (s *Stream) skipRest() error {
	sc := &scan{depth: 1}
	for sc.depth > 0 {
		c, err := s.br.ReadByte()
		if err != nil {
			return err
		}
		s.off++
		sc.buf, sc.strAt = append(sc.buf[:0], c), 0
		sc.step(c)
	}
	return nil
}

// scalar reads a value that is no object up to its end: the line's, or the element's.
func (s *Stream) scalar(c byte) (sources.Piece, error) {
	start := s.off - 1
	buf := []byte{c}
	for len(buf) < 1<<20 {
		b, err := s.br.Peek(1)
		if err != nil || b[0] == '\n' || s.inArray > 0 && (b[0] == ',' || b[0] == ']' || b[0] == '{') {
			break
		}
		_, _ = s.br.Discard(1)
		s.off++
		buf = append(buf, b[0])
	}
	code := sources.BrokenScalar
	if !json.Valid(buf) {
		code = sources.BrokenJSON
	}
	return sources.Piece{Raw: buf, Offset: start, Broken: code}, nil
}

// wrapper parses the members before the array: buf ends in `"key":[`.
func wrapper(buf []byte, key string) Object {
	i := bytes.LastIndex(buf, []byte(`"`+key+`"`))
	if i < 0 {
		return nil
	}
	head := bytes.TrimRight(buf[:i], " \t\r\n,")
	o, _, err := Parse(append(bytes.Clone(head), '}'))
	if err != nil {
		return nil
	}
	return o
}
