package backup_test

// This file: archives written over again as other versions of pg_dump write them. The decoder here shares nothing with
// the one that is tested.

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"io"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
	"github.com/stretchr/testify/require"
)

// shape is how an archive is to be written.
type shape struct {
	minor   int    // of the version
	ints    int    // bytes of an integer
	offsets int    // bytes of an offset
	pack    string // "", "gzip", "lz4", "zstd"
	piped   bool   // no offsets in the TOC
}

// pieces takes an archive of version 1.14 apart.
type pieces struct {
	t  testing.TB
	in []byte
}

func (p *pieces) take(n int) []byte {
	require.LessOrEqual(p.t, n, len(p.in))
	b := p.in[:n]
	p.in = p.in[n:]
	return b
}

func (p *pieces) int() int {
	b := p.take(5)
	n := int(binary.LittleEndian.Uint32(b[1:]))
	if b[0] == 1 {
		n = -n
	}
	return n
}

func (p *pieces) str() *string {
	n := p.int()
	if n < 0 {
		return nil
	}
	s := string(p.take(n))
	return &s
}

// writer puts one together.
type writer struct {
	bytes.Buffer
	shape
}

func (w *writer) int(n int) {
	sign := byte(0)
	if n < 0 {
		sign, n = 1, -n
	}
	w.WriteByte(sign)
	w.number(n, w.ints)
}

func (w *writer) number(n, size int) {
	b := make([]byte, 8)
	binary.LittleEndian.PutUint64(b, uint64(n))
	w.Write(append(b, make([]byte, 32)...)[:size])
}

func (w *writer) str(s *string) {
	if s == nil {
		w.int(-1)
		return
	}
	w.int(len(*s))
	w.WriteString(*s)
}

// toc writes header and TOC over again, and gives what follows them and where the offsets stand in the result.
func (p *pieces) toc(w *writer) (slots map[int]int) {
	require.Equal(p.t, "PGDMP\x01\x0e", string(p.take(7)))
	p.take(1)
	require.Equal(p.t, []byte{4, 8}, p.take(2))
	w.WriteString("PGDMP\x01")
	w.Write([]byte{byte(w.minor), 0, byte(w.ints), byte(w.offsets)})
	format := p.take(1)[0]
	w.WriteByte(format)
	level := p.int()
	if w.minor >= 15 {
		w.WriteByte(map[string]byte{"": 0, "gzip": 1, "lz4": 2, "zstd": 3}[w.pack])
	} else if w.pack == "" {
		w.int(0)
	} else {
		require.Equal(p.t, "gzip", w.pack)
		w.int(-1)
	}
	_ = level
	for range 7 {
		w.int(p.int())
	}
	for range 3 {
		w.str(p.str())
	}
	n := p.int()
	w.int(n)
	slots = map[int]int{}
	for range n {
		id := p.int()
		w.int(id)
		w.int(p.int())
		for range 4 {
			w.str(p.str())
		}
		w.int(p.int())
		for range 5 { // definition, drop, copy, namespace, tablespace
			w.str(p.str())
		}
		am := p.str()
		if w.minor >= 14 {
			w.str(am)
		}
		if w.minor >= 16 {
			w.int('r')
		}
		for range 2 {
			w.str(p.str())
		}
		for {
			dep := p.str()
			w.str(dep)
			if dep == nil {
				break
			}
		}
		if format != 1 {
			w.str(p.str())
			continue
		}
		state, _ := p.take(1)[0], p.take(8)
		if state == 2 {
			slots[id] = w.Len()
		}
		w.WriteByte(state)
		w.number(0, w.offsets)
		if state == 2 && w.piped {
			w.Bytes()[slots[id]] = 1
		}
	}
	return slots
}

// rearchive writes a custom-format archive, made with gzip or without, as another version writes it.
func rearchive(t testing.TB, in []byte, to shape) []byte {
	t.Helper()
	p, w := &pieces{t: t, in: in}, &writer{shape: to}
	packed := in[11+1] != 0 || in[11+2] != 0 // the level that follows the header's bytes
	slots := p.toc(w)
	for len(p.in) > 0 {
		at := w.Len()
		kind := p.take(1)[0]
		id := p.int()
		w.WriteByte(kind)
		w.int(id)
		if slot, ok := slots[id]; ok && !to.piped {
			b := make([]byte, 8)
			binary.LittleEndian.PutUint64(b, uint64(at))
			copy(w.Bytes()[slot+1:slot+1+min(8, to.offsets)], b)
		}
		if kind == 1 {
			p.chunks(w, packed)
			continue
		}
		for oid := p.int(); ; oid = p.int() {
			w.int(oid)
			if oid == 0 {
				break
			}
			p.chunks(w, packed)
		}
	}
	return w.Bytes()
}

func (p *pieces) chunks(w *writer, packed bool) {
	var data []byte
	for n := p.int(); n > 0; n = p.int() {
		data = append(data, p.take(n)...)
	}
	if packed {
		r, err := zlib.NewReader(bytes.NewReader(data))
		require.NoError(p.t, err)
		data, err = io.ReadAll(r)
		require.NoError(p.t, err)
	}
	if w.pack == "gzip" {
		var z bytes.Buffer
		zw := zlib.NewWriter(&z)
		_, err := zw.Write(data)
		require.NoError(p.t, err)
		require.NoError(p.t, zw.Close())
		data = z.Bytes()
	} else {
		data = pack(p.t, w.pack, data)
	}
	for size := 1; len(data) > 0; size = size*7%4093 + 1 {
		n := min(size, len(data))
		w.int(n)
		w.Write(data[:n])
		data = data[n:]
	}
	w.int(0)
}

// pack compresses as the file of that kind is compressed.
func pack(t testing.TB, how string, data []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	var w io.WriteCloser
	var err error
	switch how {
	case "":
		return data
	case "gzip":
		w = gzip.NewWriter(&out)
	case "lz4":
		w = lz4.NewWriter(&out)
	case "zstd":
		w, err = zstd.NewWriter(&out)
	}
	require.NoError(t, err)
	_, err = w.Write(data)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return out.Bytes()
}
