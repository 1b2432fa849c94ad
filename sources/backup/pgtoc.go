package backup

// This file: the header and the table of contents (TOC) of pg_dump's archives: what the custom format begins with and
// what the directory and tar formats keep in toc.dat (PostgreSQL source, pg_backup_archiver.c: ReadHead, ReadToc).

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"time"
)

// archiveCustom is how the header numbers the custom format.
//
// QUIRK: 3 is a tar and 5 a directory, but the toc.dat of a directory says 3 as well, so that a tar of it is an archive:
// what stands around the file tells them apart, not this number.
const archiveCustom = 1

// The versions of archives that are read: 1.10 is PostgreSQL 8.0's, 1.12 and 1.13 are 9.x's, 1.14 12's, 1.15 16's and
// 1.16 that of 17 and 18.
const oldestArchive, newestArchive = 10, 16

// errDamaged says that bytes are not what they should be at their place.
var errDamaged = errors.New("the bytes make no sense here")

// arcReader reads the numbers and strings of an archive. The first error stays, and everything after it is zero.
type arcReader struct {
	r       *bufio.Reader
	off     int64 // of the next byte
	size    int64 // of the file, which bounds every length in it
	intSize int
	offSize int
	err     error
}

func newArcReader(r io.ReaderAt, off, size int64) *arcReader {
	return &arcReader{r: bufio.NewReaderSize(io.NewSectionReader(r, off, size-off), 256<<10), off: off, size: size, intSize: 4, offSize: 8}
}

func (a *arcReader) fail(err error) {
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	if a.err == nil {
		a.err = err
	}
}

func (a *arcReader) byte() byte {
	if a.err != nil {
		return 0
	}
	c, err := a.r.ReadByte()
	if err != nil {
		a.fail(err)
		return 0
	}
	a.off++
	return c
}

// unsigned reads n bytes, the lowest first.
func (a *arcReader) unsigned(n int) int64 {
	v := uint64(0)
	for i := range n {
		c := a.byte()
		if i < 8 {
			v |= uint64(c) << (8 * i)
		} else if c != 0 {
			a.fail(errDamaged)
		}
	}
	if v>>62 != 0 {
		a.fail(errDamaged)
		return 0
	}
	return int64(v)
}

// int reads a number: its sign, then its bytes.
func (a *arcReader) int() int64 {
	sign := a.byte()
	if sign > 1 {
		a.fail(errDamaged)
	}
	v := a.unsigned(a.intSize)
	if sign == 1 {
		return -v
	}
	return v
}

// str reads a string; ok is false for none. One that is longer than may be kept of a statement is passed over, and
// over says so.
func (a *arcReader) str() (s string, ok, over bool) {
	n := a.int()
	if a.err != nil || n < 0 {
		return "", false, false
	}
	if n > a.size-a.off { // before anything is allocated: a length is hostile like all else
		a.fail(io.ErrUnexpectedEOF)
		return "", false, false
	}
	if n > maxStatement {
		a.discard(n)
		return "", true, true
	}
	b := make([]byte, n)
	if _, err := io.ReadFull(a.r, b); err != nil {
		a.fail(err)
		return "", false, false
	}
	a.off += n
	return string(b), true, false
}

// text is str where absence is no matter.
func (a *arcReader) text() string {
	s, _, _ := a.str()
	return s
}

func (a *arcReader) discard(n int64) {
	m, err := io.CopyN(io.Discard, a.r, n)
	a.off += m
	if err != nil {
		a.fail(err)
	}
}

// arcHeader is what stands before the TOC.
type arcHeader struct {
	version string // of the format
	minor   int
	format  int
	pack    codec  // of the data, as the custom format packs it
	made    string // local time of the host that dumped, "2006-01-02T15:04:05"; "" for none
	summer  int    // 1: summer time was in force there; 0: it was not; -1: unknown
	entries int64
}

// errVersion says that an archive is of a version that is not read.
var errVersion = errors.New("its version is not read")

// header reads the header, up to the first entry.
func (a *arcReader) header() (h arcHeader) {
	for _, want := range []byte("PGDMP") {
		if a.byte() != want {
			a.fail(errDamaged)
		}
	}
	major, minor, rev := int(a.byte()), int(a.byte()), int(a.byte())
	if a.err != nil {
		return h
	}
	h.version, h.minor = fmt.Sprintf("%d.%d-%d", major, minor, rev), minor
	if major != 1 || minor < oldestArchive || minor > newestArchive {
		a.fail(errVersion)
		return h
	}
	a.intSize, a.offSize, h.format = int(a.byte()), int(a.byte()), int(a.byte())
	if a.intSize < 1 || a.intSize > 32 || a.offSize < 1 || a.offSize > 32 { // pg_restore's own bound
		a.fail(errDamaged)
		return h
	}
	h.pack = a.packing(minor)
	h.clock(a)
	a.text() // database
	a.text() // version of the server
	a.text() // version of pg_dump
	if h.entries = a.int(); h.entries < 0 {
		a.fail(errDamaged)
	}
	return h
}

// packing reads the compression: since 1.15 its number, before that a level of gzip.
func (a *arcReader) packing(minor int) codec {
	if minor < 15 {
		if a.int() == 0 {
			return codecNone
		}
		return codecZlib
	}
	all := []codec{codecNone, codecZlib, codecLZ4, codecZstd}
	n := int(a.byte())
	if n >= len(all) {
		a.fail(errDamaged)
		return codecNone
	}
	return all[n]
}

// clock reads the time of the dump, a C struct tm.
func (h *arcHeader) clock(a *arcReader) {
	var tm [7]int64
	for i := range tm {
		tm[i] = a.int()
	}
	t := time.Date(int(tm[5])+1900, time.Month(tm[4]+1), int(tm[3]), int(tm[2]), int(tm[1]), int(tm[0]), 0, time.UTC)
	if int64(t.Day()) == tm[3] && int64(t.Month()) == tm[4]+1 && int64(t.Hour()) == tm[2] && int64(t.Minute()) == tm[1] && tm[5] > 90 && tm[5] < 300 {
		h.made = t.Format(localTime)
	}
	h.summer = int(max(-1, min(1, tm[6])))
}

// tocEntry is one entry. Those without data are looked at and forgotten.
type tocEntry struct {
	id        int64
	order     int // place in the TOC
	hasData   bool
	tag       string
	desc      string
	defn      string
	copyStmt  string // "" when the rows are INSERT statements
	namespace string
	file      string // directory and tar: the file of the data
	at        int64  // custom: where the block stands; -1 for not said
	over      bool   // the definition was too long to be kept
}

// name is how messages call what an entry is about.
func (e *tocEntry) name() string {
	if e.desc == tableData {
		if e.namespace == "" {
			return "table " + e.tag
		}
		return "table " + e.namespace + "." + e.tag
	}
	return fmt.Sprintf("entry %d (%s %s)", e.id, e.desc, e.tag)
}

// What the data of an entry are.
const (
	tableData = "TABLE DATA"
	blobsData = "BLOBS" // large objects
)

// entry reads one entry.
func (a *arcReader) entry(h *arcHeader) *tocEntry {
	e := &tocEntry{at: -1}
	e.id = a.int()
	e.hasData = a.int() != 0
	a.text() // its row in which system table: OID of the table, and of the row
	a.text()
	e.tag, e.desc = a.text(), a.text()
	if h.minor >= 11 {
		a.int() // section
	}
	e.defn, _, e.over = a.str()
	a.text() // how to drop it
	var over bool
	e.copyStmt, _, over = a.str()
	e.over = e.over || over
	e.namespace = a.text()
	a.text() // tablespace
	if h.minor >= 14 {
		a.text() // table access method
	}
	if h.minor >= 16 {
		a.int() // kind of relation
	}
	a.text() // owner
	a.text() // with OIDs
	for a.err == nil {
		if _, ok, _ := a.str(); !ok { // what it depends on, up to an absent string
			break
		}
	}
	if h.format != archiveCustom {
		e.file = a.text()
		return e
	}
	state := a.byte()
	at := a.unsigned(a.offSize)
	switch state {
	case 1, 3: // not said (written through a pipe); no data
	case 2:
		e.at = at
	default:
		a.fail(errDamaged)
	}
	return e
}
