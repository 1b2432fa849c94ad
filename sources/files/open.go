package files

// This file: whatever wraps the bytes is opened: archives member by member, compressed files, folders.

import (
	"archive/tar"
	"archive/zip"
	"bufio"
	"bytes"
	"cmp"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/klauspost/compress/zstd"
	"golang.org/x/text/encoding/unicode"

	"salvage/model"
	"salvage/sources"
	"salvage/sources/canon"
)

type kind int

const (
	kindPlain kind = iota // also .gz and .zst
	kindZip
	kindTar
	kindList
)

// window is a planned window and how to open it.
type window struct {
	sources.Window
	path string
	kind kind
	list []fileInfo
}

func (w window) single() bool { return w.kind == kindPlain || w.kind == kindList && len(w.list) == 1 }

// kindOf tells archives from files by their first bytes, and compressed tars by their names.
func kindOf(p string) kind {
	f, err := os.Open(p)
	if err != nil {
		return kindPlain
	}
	defer f.Close()
	head := make([]byte, 512)
	n, _ := io.ReadFull(f, head)
	head = head[:n]
	lower := strings.ToLower(p)
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return kindZip
	case isTar(head), strings.HasSuffix(lower, ".tgz"), strings.HasSuffix(lower, ".tar.gz"), strings.HasSuffix(lower, ".tar.zst"):
		return kindTar
	}
	return kindPlain
}

func isTar(head []byte) bool { return len(head) > 262 && string(head[257:262]) == "ustar" }

// member is one file inside a window.
type member struct {
	name string
	r    *bufio.Reader
}

// members walks the files of a window, always in the same order.
type members interface {
	Next() (member, error) // io.EOF after the last one
	Skip(n int) error      // passes over n members from the start
	Close()
}

func (w window) open() (members, error) {
	switch w.kind {
	case kindZip:
		return openZip(w.path)
	case kindTar:
		return openTar(w.path)
	case kindList:
		return &listMembers{list: w.list}, nil
	}
	return &listMembers{list: []fileInfo{{path: w.path, name: w.Stream}}}, nil
}

// listMembers are files on the disk.
type listMembers struct {
	list []fileInfo
	at   int
	file *os.File
}

func (l *listMembers) Next() (member, error) {
	l.Close()
	if l.at >= len(l.list) {
		return member{}, io.EOF
	}
	m := l.list[l.at]
	l.at++
	f, err := os.Open(m.path)
	if err != nil {
		return member{}, err
	}
	l.file = f
	r, err := decompress(f)
	if err != nil {
		return member{}, fmt.Errorf("open %s: %w", m.name, err)
	}
	return member{m.name, r}, nil
}

func (l *listMembers) Skip(n int) error {
	if n > len(l.list) {
		return io.ErrUnexpectedEOF
	}
	l.at = n
	return nil
}

func (l *listMembers) Close() {
	if l.file != nil {
		_ = l.file.Close()
		l.file = nil
	}
}

// zipMembers are the files of a zip archive, sorted by name.
type zipMembers struct {
	z    *zip.ReadCloser
	list []*zip.File
	at   int
	file io.ReadCloser
}

func openZip(p string) (members, error) {
	z, err := zip.OpenReader(p)
	if err != nil {
		return nil, fmt.Errorf("open archive: %w", err)
	}
	m := &zipMembers{z: z}
	for _, f := range z.File {
		if wanted(f.Name, f.FileInfo().IsDir()) {
			m.list = append(m.list, f)
		}
	}
	slices.SortStableFunc(m.list, func(a, b *zip.File) int { return cmp.Compare(a.Name, b.Name) })
	return m, nil
}

func (z *zipMembers) Next() (member, error) {
	if z.file != nil {
		_ = z.file.Close()
		z.file = nil
	}
	if z.at >= len(z.list) {
		return member{}, io.EOF
	}
	f := z.list[z.at]
	z.at++
	rc, err := f.Open()
	if err != nil {
		return member{}, fmt.Errorf("open %s in the archive: %w", f.Name, err)
	}
	z.file = rc
	r, err := decompress(rc)
	if err != nil {
		return member{}, fmt.Errorf("open %s in the archive: %w", f.Name, err)
	}
	return member{f.Name, r}, nil
}

func (z *zipMembers) Skip(n int) error {
	if n > len(z.list) {
		return io.ErrUnexpectedEOF
	}
	z.at = n
	return nil
}

func (z *zipMembers) Close() {
	if z.file != nil {
		_ = z.file.Close()
	}
	_ = z.z.Close()
}

// tarMembers are the files of a tar archive, in its order.
type tarMembers struct {
	f *os.File
	t *tar.Reader
}

func openTar(p string) (members, error) {
	f, err := os.Open(p)
	if err != nil {
		return nil, err
	}
	r, err := decompress(f)
	if err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("open archive: %w", err)
	}
	return &tarMembers{f, tar.NewReader(r)}, nil
}

func (t *tarMembers) Next() (member, error) {
	h, err := t.header()
	if err != nil {
		return member{}, err
	}
	r, err := decompress(t.t)
	if err != nil {
		return member{}, fmt.Errorf("open %s in the archive: %w", h.Name, err)
	}
	return member{h.Name, r}, nil
}

func (t *tarMembers) header() (*tar.Header, error) {
	for {
		h, err := t.t.Next()
		if err == io.EOF {
			return nil, err
		}
		if err != nil {
			return nil, fmt.Errorf("read archive: %w", err)
		}
		if h.Typeflag == tar.TypeReg && wanted(h.Name, false) {
			return h, nil
		}
	}
}

func (t *tarMembers) Skip(n int) error {
	for range n {
		if _, err := t.header(); err != nil {
			return err
		}
	}
	return nil
}

func (t *tarMembers) Close() { _ = t.f.Close() }

// wanted leaves out folders and the litter that archivers add.
func wanted(name string, dir bool) bool {
	return !dir && !strings.HasPrefix(name, "__MACOSX/") && !strings.HasPrefix(path.Base(name), "._")
}

// decompress looks through gzip and zstd by their first bytes.
func decompress(r io.Reader) (*bufio.Reader, error) {
	br := bufio.NewReaderSize(r, 1<<16)
	head, _ := br.Peek(4)
	switch {
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		z, err := gzip.NewReader(br)
		if err != nil {
			return nil, err
		}
		return bufio.NewReaderSize(z, 1<<16), nil
	case bytes.HasPrefix(head, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		// One goroutine, 256 MiB of window at most: an archive must not name its own price.
		z, err := zstd.NewReader(br, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(256<<20))
		if err != nil {
			return nil, err
		}
		return bufio.NewReaderSize(z, 1<<16), nil
	}
	return br, nil
}

// decodeUTF16 turns a file that says by its first bytes that it is UTF-16 into UTF-8.
func decodeUTF16(r io.Reader, head []byte) io.Reader {
	if bytes.HasPrefix(head, []byte{0xff, 0xfe}) || bytes.HasPrefix(head, []byte{0xfe, 0xff}) {
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder().Reader(r)
	}
	return r
}

// unknown makes one broken piece of a file whose format is not read when it was asked for by name, and
// none of a member that merely lies in the same archive or folder.
func unknown(count bool) func(io.Reader) sources.Splitter {
	return func(r io.Reader) sources.Splitter { return &unknownFile{r: r, done: !count} }
}

type unknownFile struct {
	r    io.Reader
	done bool
}

func (u *unknownFile) Next() (sources.Piece, error) {
	if u.done {
		return sources.Piece{}, io.EOF
	}
	u.done = true
	raw, err := io.ReadAll(io.LimitReader(u.r, 1<<20))
	return sources.Piece{Raw: raw, Broken: sources.BrokenType}, err
}

func (u *unknownFile) Make(sources.Piece) ([]model.Evidence, string) { return nil, sources.BrokenType }

func scrubFragment(b []byte) []byte { return canon.Fragment(b) }
