package backup

// This file: what kind of file a backup is, and unpacking it.

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/klauspost/compress/zstd"
	"golang.org/x/text/encoding/unicode"
)

const maxUnpacked = 1 << 40 // bytes; a bomb fills the disk long before, and says so

// open decides by the first bytes what a file is, never by its name.
func open(path, tmpDir string) (*Backup, error) {
	if st, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("open backup: %w", err)
	} else if st.IsDir() {
		return nil, refuse(path, directoryKind(path))
	}
	b := &Backup{path: path, health: Health{Problems: []string{}}, Functions: map[string]string{}, Sequences: map[string]int64{}}
	var err error
	if b.health.SHA256, b.health.Bytes, err = hashFile(path); err != nil {
		return nil, err
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
	err = b.loadPlain(data, drop, head, tmpDir)
	if err != nil && drop {
		data.Close()
		os.Remove(data.Name())
	}
	return err
}

func (b *Backup) loadPlain(data *os.File, drop bool, head []byte, tmpDir string) error {
	kind, ok := sniff(head)
	if !ok {
		return refuse(b.path, kind)
	}
	b.health.Format = kind
	if kind == formatSQLite {
		return openSQLite(b, data, drop, tmpDir)
	}
	if len(head) == 0 && !b.health.Fatal {
		what := "the file is empty (0 bytes)"
		if b.health.Packing != "" {
			what = "the file is empty: unpacked it holds 0 bytes"
		}
		b.health.Format, b.health.Fatal = "", true
		b.health.Problems = append(b.health.Problems, what)
	}
	if drop {
		os.Remove(data.Name()) // so that nothing stays behind even if we are killed; where that is refused, Close removes it
	}
	return openPG(b, data, drop)
}

func refuse(path, kind string) error {
	if kind == "" {
		return fmt.Errorf("open backup %s: this is no backup of a kind that is known: %w\nhint: plain pg_dump files (also .gz, .zst) and SQLite files are read", path, ErrFormat)
	}
	hint := "plain pg_dump files (also .gz, .zst) and SQLite files are read"
	if strings.HasPrefix(kind, "a pg_dump") {
		hint = "on a machine without the lost database: pg_restore -f backup.sql " + filepath.Base(path) + " (it writes a plain dump and needs no server)"
	}
	return fmt.Errorf("open backup %s: this is %s: %w\nhint: %s", path, kind, ErrFormat, hint)
}

// The formats that are read.
const (
	formatPG     = "pg_dump plain"
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
	case bytes.HasPrefix(head, []byte{0xff, 0xfe}), bytes.HasPrefix(head, []byte{0xfe, 0xff}):
		return "utf-16"
	}
	return ""
}

// magic is how a format that is not read begins.
type magic struct {
	at    int
	bytes string
	kind  string
}

func magics() []magic {
	return []magic{
		{0, "PGDMP", "a pg_dump custom-format file"},
		{0, "PK\x03\x04", "a zip file"},
		{0, "BZh", "a bzip2 file"},
		{0, "\xfd7zXZ\x00", "an xz file"},
		{0, "\x04\x22\x4d\x18", "an lz4 file"},
		{0, "7z\xbc\xaf\x27\x1c", "a 7-zip file"},
		{0, "-- MySQL dump", "a mysqldump file"},
		{0, "-- MariaDB dump", "a mariadb-dump file"},
		{0, "/*M!999999", "a mariadb-dump file"},
		{0, "-- phpMyAdmin SQL Dump", "a phpMyAdmin dump of MySQL"},
		{0, "PRAGMA foreign_keys", "the text of a SQLite .dump"},
	}
}

// sniff names the format of unpacked bytes; ok is false for one that is not read ("" for an unknown one).
func sniff(head []byte) (kind string, ok bool) {
	head = bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))
	if bytes.HasPrefix(head, []byte("SQLite format 3\x00")) {
		return formatSQLite, true
	}
	for _, m := range magics() {
		if len(head) >= m.at+len(m.bytes) && string(head[m.at:m.at+len(m.bytes)]) == m.bytes {
			return m.kind, false
		}
	}
	if len(head) > 262 && string(head[257:262]) == "ustar" {
		if bytes.HasPrefix(head, []byte("toc.dat\x00")) {
			return "a pg_dump tar file", false
		}
		return "a tar file", false
	}
	if bytes.IndexByte(head[:min(len(head), 64)], 0) >= 0 {
		return "", false
	}
	if first, _, _ := bytes.Cut(head, []byte{'\n'}); looksLikeCSV(first) {
		return "a CSV file", false
	}
	return formatPG, true
}

// looksLikeCSV reports whether a first line is a list of names with commas, which no SQL file begins with.
func looksLikeCSV(line []byte) bool {
	parts := strings.Split(strings.TrimSpace(string(line)), ",")
	if len(parts) < 2 {
		return false
	}
	for _, s := range parts {
		s = strings.Trim(s, `" `)
		if s == "" || strings.ContainsAny(s, "();'-*/ ") {
			return false
		}
	}
	return true
}

func directoryKind(path string) string {
	if _, err := os.Stat(filepath.Join(path, "toc.dat")); err == nil {
		return "a pg_dump directory"
	}
	names, err := filepath.Glob(filepath.Join(path, "*.csv"))
	if err == nil && len(names) > 0 {
		return "a folder of CSV files"
	}
	return "a folder"
}

// unpack writes the plain bytes to a file of ours. A stream that is cut short gives what came before, and a
// problem.
func (b *Backup) unpack(f *os.File, tmpDir string) (*os.File, error) {
	r, done, err := b.unpacker(f)
	if err != nil {
		return nil, err
	}
	defer done()
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
func (b *Backup) unpacker(f *os.File) (r io.Reader, done func(), err error) {
	done = func() {}
	switch b.health.Packing {
	case "gzip":
		if r, err = gzip.NewReader(f); errors.Is(err, io.ErrUnexpectedEOF) { // cut short within the header: no more than a problem
			r, err = &failing{err}, nil
		}
	case "zstd":
		var z *zstd.Decoder
		if z, err = zstd.NewReader(f, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(1<<30)); err == nil {
			r, done = z, z.Close
		}
	default:
		// QUIRK: PowerShell's > writes UTF-16 and reads what pg_dump gave it in the console's code page.
		b.health.Problems = append(b.health.Problems, "the file is UTF-16, as PowerShell's > writes it; letters beyond ASCII may be damaged")
		r = unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder().Reader(f)
	}
	if err != nil {
		return nil, done, fmt.Errorf("unpack backup %s: %w", b.path, err)
	}
	return r, done, nil
}

// failing is a stream that breaks off at once.
type failing struct{ err error }

// Read fails.
func (f *failing) Read([]byte) (int, error) { return 0, f.err }

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
