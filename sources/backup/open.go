package backup

// This file: what kind of file a backup is, and unpacking it.

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sort"

	"golang.org/x/text/encoding/unicode"
)

const maxUnpacked = 1 << 40 // bytes; a bomb fills the disk long before, and says so

// open decides by the first bytes what a file is, never by its name.
func open(path, tmpDir string) (*Backup, error) {
	st, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("open backup: %w", err)
	}
	kind := folder{}
	if st.IsDir() {
		if kind = sniffFolder(path); kind.open == nil {
			return nil, refuse(path, kind.kind)
		}
	}
	b := &Backup{path: path, health: Health{Problems: []string{}}, Functions: map[string]string{}, Sequences: map[string]int64{}}
	if b.health.SHA256, b.health.Bytes, err = hashPath(path); err != nil {
		return nil, err
	}
	if st.IsDir() {
		b.health.Format = kind.kind
		if err := kind.open(b, tmpDir); err != nil {
			return nil, err
		}
		return b, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open backup: %w", err)
	}
	if err := b.load(f, tmpDir); err != nil {
		f.Close()
		return nil, err
	}
	return b, nil
}

// load reads the file, which belongs to the engine if there is no error.
func (b *Backup) load(f *os.File, tmpDir string) error {
	head, err := readHead(f)
	if err != nil {
		return fmt.Errorf("read backup %s: %w", b.path, err)
	}
	data, drop := f, false
	if b.health.Packing = packing(head); b.health.Packing != "" {
		if data, err = b.unpack(f, tmpDir); err != nil {
			return err
		}
		f.Close()
		drop = true
		if head, err = readHead(data); err != nil {
			return fmt.Errorf("read backup %s: %w", b.path, err)
		}
	}
	err = b.loadUnpacked(data, drop, head, tmpDir)
	if err != nil && drop {
		data.Close()
		os.Remove(data.Name())
	}
	return err
}

func (b *Backup) loadUnpacked(data *os.File, drop bool, head []byte, tmpDir string) error {
	kind := sniff(head)
	if kind.open == nil {
		return refuse(b.path, kind.kind)
	}
	b.health.Format = kind.kind
	if len(head) == 0 && !b.health.Fatal {
		what := "the file is empty (0 bytes)"
		if b.health.Packing != "" {
			what = "the file is empty: unpacked it holds 0 bytes"
		}
		b.health.Format, b.health.Fatal = "", true
		b.health.Problems = append(b.health.Problems, what)
	}
	if drop && !byName(kind.kind) {
		os.Remove(data.Name()) // so that nothing stays behind even if we are killed; where that is refused, Close removes it
	}
	return kind.open(b, data, drop, tmpDir)
}

func refuse(path, kind string) error {
	if kind == "" {
		kind = "no backup of a kind that is known"
	}
	return fmt.Errorf("open backup %s: this is %s: %w\nhint: %s", path, kind, ErrFormat, hintFor(kind))
}

// The formats that are read.
const (
	formatPG     = "pg_dump plain"
	formatCustom = "pg_dump custom"
	formatFolder = "pg_dump directory"
	formatTar    = "pg_dump tar"
	formatSQLite = "sqlite"
)

func readHead(f *os.File) ([]byte, error) {
	head := make([]byte, 64<<10)
	n, err := f.ReadAt(head, 0)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return head[:n], err
}

// packing names the compression, or the Unicode form, that has to come off first.
func packing(head []byte) string {
	switch {
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		return "gzip"
	case bytes.HasPrefix(head, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		return "zstd"
	case bytes.HasPrefix(head, []byte{0x04, 0x22, 0x4d, 0x18}):
		return "lz4"
	case bytes.HasPrefix(head, []byte{0xff, 0xfe}), bytes.HasPrefix(head, []byte{0xfe, 0xff}):
		return "utf-16"
	}
	return ""
}

// opener reads a file of one format. drop says that data is a file of ours, to be removed by the engine.
type opener func(b *Backup, data *os.File, drop bool, tmpDir string) error

// magic is how a format begins, after a byte order mark if there is one. One without an opener is not read.
type magic struct {
	at    int
	bytes string
	kind  string
	open  opener
}

func magics() []magic {
	return []magic{
		{0, "SQLite format 3\x00", formatSQLite, openSQLite},
		{0, "PGDMP", formatCustom, openPGCustom},
		{257, "ustar", formatTar, openPGTar},
		{0, "BZh", "a bzip2 file", nil},
		{0, "\xfd7zXZ\x00", "an xz file", nil},
		{0, "7z\xbc\xaf\x27\x1c", "a 7-zip file", nil},
		{0, "<?xml", "an XML file", nil},
		{0, "TAPE", "a backup of Microsoft SQL Server (.bak)", nil},
		{4, "Standard Jet DB", "a Microsoft Access file", nil},
		{4, "Standard ACE DB", "a Microsoft Access file", nil},
		{0, "XBSTCK", "an xbstream of MySQL's files", nil},
		{0, "\x6d\xe2\x99\x81", "an archive of mongodump", nil},
		{3, "EXPORT:V", "an export of Oracle", nil},
	}
}

// sniff names the format of unpacked bytes, "" for an unknown one.
func sniff(head []byte) magic {
	head = bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))
	for _, f := range formats() {
		if f.is(head) {
			return magic{kind: f.name, open: f.open}
		}
	}
	for _, m := range magics() {
		if len(head) >= m.at+len(m.bytes) && string(head[m.at:m.at+len(m.bytes)]) == m.bytes {
			return m
		}
	}
	if bytes.IndexByte(head[:min(len(head), 64)], 0) >= 0 {
		return magic{}
	}
	return magic{kind: formatPG, open: openPG}
}

// folder is how a backup that is a folder is told: by files in it. One without an opener is not read.
type folder struct {
	glob string
	kind string
	open func(b *Backup, tmpDir string) error
}

func folders() []folder {
	return []folder{
		{"toc.dat", formatFolder, openPGFolder},
		{"*.[cCtT][sS][vV]", formatCSV, openCSVFolder},
		{"*.[cCtT][sS][vV].gz", formatCSV, openCSVFolder},
		{"*.[cCtT][sS][vV].zst", formatCSV, openCSVFolder},
		{"", "a folder with neither pg_dump's toc.dat nor CSV files in it", nil},
	}
}

func sniffFolder(path string) folder {
	names, _ := os.ReadDir(path) // one that cannot be read is an unknown folder
	var last folder
	for _, last = range folders() {
		for _, e := range names {
			if ok, _ := filepath.Match(last.glob, e.Name()); ok {
				return last
			}
		}
	}
	return last
}

// unpack writes the plain bytes to a file of ours. A stream that is cut short gives what came before, and a
// problem.
func (b *Backup) unpack(f *os.File, tmpDir string) (*os.File, error) {
	r, err := b.unpacker(f)
	if err != nil {
		return nil, fmt.Errorf("unpack backup %s: %w", b.path, err)
	}
	defer r.Close()
	out, err := os.CreateTemp(tmpDir, "salvage-backup-*")
	if err != nil {
		return nil, fmt.Errorf("unpack backup %s: %w", b.path, err)
	}
	w := &writeErr{w: out}
	n, err := io.Copy(w, io.LimitReader(r, maxUnpacked))
	switch {
	case w.err != nil:
		out.Close()
		os.Remove(out.Name())
		return nil, fmt.Errorf("unpack backup %s: %w\nhint: unpacked, the backup needs more room than there is in %s", b.path, w.err, filepath.Dir(out.Name()))
	case err != nil:
		b.health.Fatal = true
		b.health.Problems = append(b.health.Problems, fmt.Sprintf("the %s stream breaks off after %d bytes of what it holds: %v", b.health.Packing, n, err))
	}
	return out, nil
}

// unpacker opens the decompressing reader.
func (b *Backup) unpacker(f *os.File) (io.ReadCloser, error) {
	if b.health.Packing == "utf-16" {
		// QUIRK: PowerShell's > writes UTF-16 and reads what pg_dump gave it in the console's code page.
		b.health.Problems = append(b.health.Problems, "the file is UTF-16, as PowerShell's > writes it; letters beyond ASCII may be damaged")
		return io.NopCloser(unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder().Reader(f)), nil
	}
	return codec(b.health.Packing).decompress(f)
}

// writeErr remembers whether it was the writing that failed.
type writeErr struct {
	w   io.Writer
	err error
}

// Write writes through.
func (w *writeErr) Write(p []byte) (int, error) {
	n, err := w.w.Write(p)
	if err != nil {
		w.err = err
	}
	return n, err
}

func sortedKeys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}
