package backup

// This file: pg_dump's directory (-Fd) and tar (-Ft) formats: a toc.dat and a file of data an entry
// (PostgreSQL source, pg_backup_directory.c and pg_backup_tar.c). A tar of a directory is read too.

import (
	"archive/tar"
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
)

// members are the files of an archive, by name.
type members interface {
	// find gives a file's bytes; an error that is fs.ErrNotExist when there is none of that name.
	find(name string) (member, error)
}

type member interface {
	io.ReaderAt
	io.Closer
	length() int64
}

// openPGFolder makes the first pass over a directory.
func openPGFolder(b *Backup, _ string) error {
	root, err := os.OpenRoot(b.path) // no name in a TOC, and no symbolic link, leads out of it
	if err != nil {
		return fmt.Errorf("open backup: %w", err)
	}
	if err := openMembers(b, folderMembers{root}, root); err != nil {
		root.Close()
		return err
	}
	return nil
}

// openPGTar makes the first pass over a tar file.
func openPGTar(b *Backup, data *os.File, drop bool, _ string) error {
	m := &tarMembers{data: data, files: map[string]tarMember{}}
	broken := m.index()
	if _, err := m.find(tocFile); err != nil {
		return refuse(b.path, "a tar file without a pg_dump archive in it")
	}
	if broken != nil {
		b.health.Fatal = true
		b.health.Problems = append(b.health.Problems, fmt.Sprintf("the tar file breaks off or is damaged: %v", broken))
	}
	return openMembers(b, m, &ownedFile{data, drop})
}

const tocFile = "toc.dat"

func openMembers(b *Backup, m members, held io.Closer) error {
	toc, err := m.find(tocFile)
	if err != nil {
		return fmt.Errorf("open backup %s: %w", b.path, err)
	}
	defer toc.Close()
	a := newArchive(b)
	if err := a.readTOC(newArcReader(toc, 0, toc.length()), tocFile); err != nil {
		return err
	}
	for _, e := range a.data {
		if err := a.member(m, e); err != nil {
			return fmt.Errorf("read backup %s: %w", b.path, err)
		}
	}
	a.finish(held)
	return nil
}

// member passes over the data of one entry.
func (a *archive) member(m members, e *tocEntry) error {
	if e.file == "" { // an entry that has no data after all
		return nil
	}
	src := &memberSource{m: m, name: e.file}
	if e.desc == blobsData && !strings.HasSuffix(e.file, ".toc") {
		// QUIRK: a tar's TOC names a file for its large objects that is not there; their list has a name of its own,
		// since 17 with the entry's number.
		src.name = "blobs.toc"
		if _, err := m.find(src.name); err != nil {
			src.name = fmt.Sprintf("blobs_%d.toc", e.id)
		}
	}
	r, err := src.open()
	if err != nil {
		a.fatal("%s: its data are missing: %v", e.name(), err)
		return nil
	}
	defer r.Close()
	if strings.HasSuffix(src.name, ".toc") {
		a.blobs(m, e, r)
		return nil
	}
	return a.rows(e, r, src)
}

// blobs reads every large object in a list of them, for nothing but to see that they can be read.
func (a *archive) blobs(m members, e *tocEntry, list io.Reader) {
	lines := bufio.NewScanner(list)
	for lines.Scan() {
		oid, name, _ := strings.Cut(lines.Text(), " ")
		r, err := (&memberSource{m: m, name: name}).open()
		if err == nil {
			_, err = io.Copy(io.Discard, r)
			r.Close()
		}
		if err != nil {
			a.fatal("large object %s: its data cannot be read: %v", oid, err)
		}
	}
	if err := lines.Err(); err != nil {
		a.fatal("%s: their list cannot be read: %v", e.name(), err)
	}
}

// memberSource reads one file's data, packed or not.
type memberSource struct {
	m    members
	name string // as the TOC has it, without the ending of the compression
}

func (s *memberSource) open() (io.ReadCloser, error) {
	if s.name == "" || strings.ContainsAny(s.name, "/\\\x00") || s.name == ".." || s.name == "." {
		return nil, fmt.Errorf("%q is no name of a file", s.name)
	}
	for _, try := range []struct {
		ending string
		pack   codec
	}{{"", codecNone}, {".gz", codecGzip}, {".lz4", codecLZ4}, {".zst", codecZstd}} {
		f, err := s.m.find(s.name + try.ending)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		r, err := try.pack.decompress(io.NewSectionReader(f, 0, f.length()))
		if err != nil {
			f.Close()
			return nil, err
		}
		return &both{r, f}, nil
	}
	return nil, fmt.Errorf("there is no file %s (nor with .gz, .lz4 or .zst)", s.name)
}

// both closes the file with the reader on it.
type both struct {
	io.ReadCloser
	file io.Closer
}

// Close closes both.
func (b *both) Close() error { return errors.Join(b.ReadCloser.Close(), b.file.Close()) }

// folderMembers are the files of a directory.
type folderMembers struct{ root *os.Root }

type folderMember struct {
	*os.File
	size int64
}

func (f folderMember) length() int64 { return f.size }

func (m folderMembers) find(name string) (member, error) {
	st, err := m.root.Stat(name)
	if err != nil {
		return nil, err
	}
	if !st.Mode().IsRegular() { // a pipe would keep us waiting for ever
		return nil, fmt.Errorf("%s is no plain file", name)
	}
	f, err := m.root.Open(name)
	if err != nil {
		return nil, err
	}
	return folderMember{f, st.Size()}, nil
}

// tarMembers are the files of a tar file.
type tarMembers struct {
	data  *os.File
	files map[string]tarMember
}

type tarMember struct{ *io.SectionReader }

func (t tarMember) length() int64 { return t.Size() }

// Close does nothing: the tar file stays open.
func (t tarMember) Close() error { return nil }

func (m *tarMembers) find(name string) (member, error) {
	f, ok := m.files[name]
	if !ok {
		return nil, fmt.Errorf("%s: %w", name, fs.ErrNotExist)
	}
	return f, nil
}

// index notes where the files stand. Those beside a toc.dat count; a tar of a directory has its name before theirs.
func (m *tarMembers) index() error {
	const most = 1 << 20
	if _, err := m.data.Seek(0, io.SeekStart); err != nil {
		return err
	}
	all, dir := map[string]tarMember{}, ""
	defer func() {
		for name, f := range all {
			if d, base := path.Split(name); d == dir {
				m.files[base] = f
			}
		}
	}()
	for r := tar.NewReader(m.data); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		at, err := m.data.Seek(0, io.SeekCurrent)
		if err != nil {
			return err
		}
		if h.Typeflag != tar.TypeReg {
			continue
		}
		if len(all) == most {
			return fmt.Errorf("it holds more than %d files", most)
		}
		name := path.Clean(h.Name)
		all[name] = tarMember{io.NewSectionReader(m.data, at, h.Size)}
		if d, base := path.Split(name); base == tocFile {
			dir = d
		}
	}
}
