package backup

// This file: pg_dump's custom format (-Fc): a TOC, then one block of data an entry, each a chain of chunks
// (PostgreSQL source, pg_backup_custom.c). The TOC's offsets are not needed and not trusted: whoever checks that every
// block can be read passes over all of them anyway, which also reads archives that were written through a pipe.

import (
	"fmt"
	"io"
	"os"
)

// Kinds of blocks.
const (
	blockData  = 1
	blockBlobs = 3
)

// openPGCustom makes the first pass over a custom-format archive.
func openPGCustom(b *Backup, data *os.File, drop bool, _ string) error {
	st, err := data.Stat()
	if err != nil {
		return err
	}
	r := newArcReader(data, 0, st.Size())
	a := newArchive(b)
	if err := a.readTOC(r, "(TOC)"); err != nil {
		return err
	}
	if r.err == nil && a.head.format != archiveCustom {
		return refuse(b.path, "the table of contents of a pg_dump directory or tar archive without its data (name the folder instead)")
	}
	if r.err == nil {
		if err := a.blocks(r, data); err != nil {
			return fmt.Errorf("read backup %s: %w", b.path, err)
		}
	}
	a.finish(&ownedFile{data, drop})
	return nil
}

// blocks passes over all blocks, in the order of the file.
func (a *archive) blocks(r *arcReader, data *os.File) error {
	byID := map[int64]*tocEntry{}
	for _, e := range a.data {
		byID[e.id] = e
	}
	misplaced := 0
	for r.off < r.size && r.err == nil {
		at := r.off
		kind, id := r.byte(), r.int()
		e := byID[id]
		if r.err == nil && (e == nil || kind != blockData && kind != blockBlobs) {
			a.fatal("the archive is damaged at byte %d: a block of data should begin there", at)
			break
		}
		if r.err != nil {
			break
		}
		delete(byID, id)
		if e.at >= 0 && e.at != at {
			misplaced++
		}
		if err := a.block(r, kind, e, data); err != nil {
			return err
		}
	}
	if misplaced > 0 {
		a.pass.problem("the table of contents names other places for %d blocks of data than those where they are", misplaced)
	}
	for _, e := range a.data {
		if byID[e.id] == e {
			a.fatal("%s: its data are missing: the archive was cut short at byte %d, or never finished", e.name(), r.size)
		}
	}
	return nil
}

// block passes over one block.
func (a *archive) block(r *arcReader, kind byte, e *tocEntry, data *os.File) error {
	if kind == blockBlobs {
		for oid := r.int(); oid != 0 && r.err == nil; oid = r.int() {
			if err := a.stream(r, &tocEntry{id: e.id, desc: "large object", tag: fmt.Sprint(oid)}, data); err != nil {
				return err
			}
		}
		if r.err != nil {
			a.fatal("%s: its data break off at byte %d", e.name(), r.off)
		}
		return nil
	}
	return a.stream(r, e, data)
}

// stream reads the chunks from here on, unpacked, as the data of an entry, up to the last one whatever happens.
func (a *archive) stream(r *arcReader, e *tocEntry, data *os.File) error {
	src := &blockSource{data: data, size: r.size, at: r.off, intSize: r.intSize, pack: a.head.pack}
	c := &chunks{r: r}
	rows, err := src.pack.unless(c)
	if err != nil {
		return err
	}
	before := a.pass.fatals
	err = a.rows(e, rows, src)
	rows.Close()
	if _, cerr := io.Copy(io.Discard, c); err == nil && cerr != nil && a.pass.fatals == before {
		a.fatal("%s: its data break off at byte %d: %v", e.name(), r.off, cerr)
	}
	return err
}

// unless decompresses the chunks, of which there may be none: then nothing was packed either.
func (c codec) unless(r *chunks) (io.ReadCloser, error) {
	if r.next() == 0 {
		return io.NopCloser(r), nil
	}
	return c.decompress(r)
}

// chunks reads a chain of chunks, each with its length before it, up to the one of length zero.
type chunks struct {
	r    *arcReader
	left int64
	done bool
}

// next makes sure that a chunk is begun, and gives what is left of it; 0 at the end of the chain or upon an error.
func (c *chunks) next() int64 {
	if c.left == 0 && !c.done && c.r.err == nil {
		if c.left = c.r.int(); c.r.err == nil && (c.left < 0 || c.left > c.r.size-c.r.off) {
			c.r.fail(io.ErrUnexpectedEOF)
		}
		if c.r.err != nil {
			c.left = 0
		}
		c.done = c.left == 0
	}
	return c.left
}

// Read reads on.
func (c *chunks) Read(b []byte) (int, error) {
	left := c.next()
	if left == 0 {
		if c.r.err != nil {
			return 0, c.r.err
		}
		return 0, io.EOF
	}
	n, err := c.r.r.Read(b[:min(int64(len(b)), left)])
	c.left -= int64(n)
	c.r.off += int64(n)
	if err != nil {
		c.r.fail(err)
		err = c.r.err
	}
	return n, err
}

// blockSource reads one block's data again.
type blockSource struct {
	data    *os.File
	size    int64
	at      int64 // of the first chunk
	intSize int
	pack    codec
}

func (s *blockSource) open() (io.ReadCloser, error) {
	r := newArcReader(s.data, s.at, s.size)
	r.intSize = s.intSize
	return s.pack.unless(&chunks{r: r})
}
