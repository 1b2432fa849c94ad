package stripe

// This file: the Dashboard's CSV exports, cut row by row. A row that does not fit is isolated.

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/hex"
	"io"
	"strings"

	"salvage/model"
	"salvage/sources"
	"salvage/sources/canon"
)

// maxRow bounds one row; a quote that is never closed ends there at the latest.
const maxRow = 1 << 20

func looksCSV(text []byte) bool {
	line, _, _ := bytes.Cut(text, []byte("\n"))
	if len(line) == 0 || line[0] == '<' || bytes.IndexByte(line, 0) >= 0 {
		return false
	}
	return bytes.ContainsAny(line, ",;\t")
}

func openCSV(r io.Reader) sources.Splitter {
	br := bufio.NewReaderSize(r, 1<<16)
	if b, _ := br.Peek(3); string(b) == "\xef\xbb\xbf" {
		_, _ = br.Discard(3)
	}
	return &csvSplitter{br: br}
}

type csvSplitter struct {
	br      *bufio.Reader
	off     int64
	pending [][]byte // lines that were read ahead for a quote that never closed
	delim   rune
	header  []string
}

// Next implements sources.Splitter. The header is not a piece.
func (s *csvSplitter) Next() (sources.Piece, error) {
	for {
		at := s.off
		raw, whole, err := s.row()
		if err != nil {
			return sources.Piece{}, err
		}
		if len(bytes.TrimSpace(raw)) == 0 {
			continue
		}
		if s.header == nil {
			if s.setHeader(raw); !s.known() {
				return sources.Piece{Raw: raw, Offset: at, Broken: sources.BrokenHeader}, nil
			}
			continue
		}
		p := sources.Piece{Raw: raw, Offset: at}
		if !whole || !s.known() {
			p.Broken = sources.BrokenRow
		}
		return p, nil
	}
}

// row reads one record: lines up to one where all quotes are closed. whole is false when they never are:
// then raw is the first line alone and the others are read again.
func (s *csvSplitter) row() (raw []byte, whole bool, err error) {
	first, err := s.line()
	if err != nil {
		return nil, false, err
	}
	raw = first
	quotes := bytes.Count(first, []byte{'"'})
	var more [][]byte
	for quotes%2 == 1 && len(raw) < maxRow && len(more) < 2000 {
		l, err := s.line()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, false, err
		}
		more = append(more, l)
		raw = append(raw[:len(raw):len(raw)], l...)
		quotes += bytes.Count(l, []byte{'"'})
	}
	if quotes%2 == 0 {
		return raw, true, nil
	}
	for _, l := range more {
		s.off -= int64(len(l))
	}
	s.pending = append(more, s.pending...)
	return first, false, nil
}

// line reads one line with its end, at most maxRow bytes of it.
func (s *csvSplitter) line() ([]byte, error) {
	if len(s.pending) > 0 {
		l := s.pending[0]
		s.pending = s.pending[1:]
		s.off += int64(len(l))
		return l, nil
	}
	var out []byte
	for len(out) < maxRow {
		part, err := s.br.ReadSlice('\n')
		out = append(out, part...)
		if err == bufio.ErrBufferFull {
			continue
		}
		if err == io.EOF && len(out) > 0 {
			break
		}
		if err != nil {
			return nil, err
		}
		break
	}
	s.off += int64(len(out))
	return out, nil
}

// setHeader learns the delimiter and the columns. Its names are kept as written.
func (s *csvSplitter) setHeader(raw []byte) {
	s.delim = ','
	for _, d := range []rune{';', '\t'} {
		if bytes.Count(raw, []byte(string(d))) > bytes.Count(raw, []byte(string(s.delim))) {
			s.delim = d
		}
	}
	s.header, _ = s.fields(raw)
	if s.header == nil {
		s.header = []string{}
	}
	for i := range s.header {
		s.header[i] = strings.TrimSpace(s.header[i])
	}
}

// known reports whether the header names the rows.
func (s *csvSplitter) known() bool {
	for _, h := range s.header {
		if column(h) == "id" || column(h) == "source" || column(h) == "balancetransactionid" {
			return true
		}
	}
	return false
}

func (s *csvSplitter) fields(raw []byte) ([]string, error) {
	r := csv.NewReader(bytes.NewReader(raw))
	r.Comma, r.LazyQuotes, r.FieldsPerRecord = s.delim, true, -1
	return r.Read()
}

// Make implements sources.Splitter: a row as a JSON object of its non-empty columns, so that neither the
// order of columns nor the choice of empty ones changes its identity.
func (s *csvSplitter) Make(p sources.Piece) ([]model.Evidence, string) {
	f, err := s.fields(p.Raw)
	if err != nil || len(f) != len(s.header) {
		return nil, sources.BrokenRow
	}
	o := canon.Object{}
	for i, h := range s.header {
		if _, twice := o[h]; f[i] != "" && h != "" && !twice {
			o[h] = canon.Text(f[i])
		}
	}
	if len(o) == 0 {
		return nil, sources.BrokenRow
	}
	row := newRow(o)
	ev := model.Evidence{Media: row.media(), Canon: canon.Bytes(o), Raw: p.Raw}
	if canon.Text(string(p.Raw)) != string(p.Raw) {
		ev.Raw = ev.Canon
	}
	if at := row.when(); at.Type == model.Instant {
		ev.At = at.Num
	}
	ev.Key = "stripe:" + row.id()
	if row.id() == "" {
		d := sources.Digest(ev.Media, ev.Canon)
		ev.Key = "stripe:sha256-" + hex.EncodeToString(d[:8])
	}
	return []model.Evidence{ev}, ""
}
