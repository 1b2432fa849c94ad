package backup

// This file: folders, and archives (.zip, .tar, .tgz) of what a folder may hold.

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// whatIsRead is the hint for a file that is none of these.
const whatIsRead = "read are dumps of pg_dump (plain, custom, directory, tar), mysqldump, mariadb-dump and phpMyAdmin, SQLite files and their .dump, folders of CSV files (all also .gz, .zst, .lz4, .zip, .tgz)"

// hintFor says what to do with a file of a kind that is not read.
func hintFor(kind string) string {
	switch {
	case strings.HasSuffix(kind, "an XML file"):
		return "make the dump without --xml"
	case strings.HasPrefix(kind, "an xz"), strings.HasPrefix(kind, "a bzip2"), strings.HasPrefix(kind, "a 7-zip"):
		return "unpack it first; .gz, .zst, .lz4, .zip and .tgz are unpacked here"
	case strings.Contains(kind, "Microsoft"), strings.Contains(kind, "Oracle"), strings.Contains(kind, "mongo"), strings.Contains(kind, "BACPAC"), strings.Contains(kind, "workbook"):
		return "export its tables as CSV files, with the names of the columns in the first line, into one folder and name that"
	case strings.Contains(kind, "xbstream"):
		return "restore it into a server of its own and name that by url_env, or dump that with mysqldump"
	}
	return whatIsRead
}

func isZip(head []byte) bool { return bytes.HasPrefix(head, []byte("PK\x03\x04")) }

// isTar tells a tar that is not pg_dump's.
func isTar(head []byte) bool {
	return len(head) > 262 && string(head[257:262]) == "ustar" && !bytes.HasPrefix(head, []byte("toc.dat\x00"))
}

// extraction writes members of an archive into a folder of ours.
type extraction struct {
	dir   string
	names []string
	left  int64
}

// add writes one member under its last name. Folders, and what systems add of their own, are left out.
func (x *extraction) add(name string, r io.Reader) error {
	const most = 10_000
	if strings.Contains(name, "__MACOSX/") || strings.HasPrefix(path.Base(name), ".") {
		return nil
	}
	base := path.Base(strings.ReplaceAll(name, `\`, "/"))
	if base == "" || base == "/" || base == "." || base == ".." || len(x.names) >= most {
		return fmt.Errorf("member %q of the archive cannot be read", name)
	}
	f, err := os.OpenFile(filepath.Join(x.dir, base), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, os.ErrExist) {
		return fmt.Errorf("the archive holds two files %s", base)
	}
	if err != nil {
		return err
	}
	n, err := io.Copy(f, io.LimitReader(r, x.left))
	x.left -= n
	x.names = append(x.names, base)
	return errors.Join(err, f.Close())
}

// openArchive unpacks an archive and opens what it holds: CSV files, or one file of any other kind.
func openArchive(extract func(data *os.File, x *extraction) error) func(b *Backup, data *os.File, drop bool, tmpDir string) error {
	return func(b *Backup, data *os.File, drop bool, tmpDir string) error {
		if b.depth++; b.depth > 3 {
			return fmt.Errorf("unpack backup %s: archives within archives within archives", b.path)
		}
		dir, err := os.MkdirTemp(tmpDir, "salvage-archive-*")
		if err != nil {
			return fmt.Errorf("unpack backup %s: %w", b.path, err)
		}
		x := &extraction{dir: dir, left: maxUnpacked}
		err = extract(data, x)
		if err == nil && has(x.names, "toc.dat") {
			os.RemoveAll(dir)
			b.health.Format = formatTar
			return openPGTar(b, data, drop, tmpDir)
		}
		if err == nil {
			err = b.openExtracted(x, tmpDir)
		} else {
			err = fmt.Errorf("unpack backup %s: %w", b.path, err)
		}
		if err != nil {
			os.RemoveAll(dir)
			return err
		}
		data.Close()
		if drop {
			os.Remove(data.Name())
		}
		b.engine = &tidied{engine: b.engine, dir: dir}
		return nil
	}
}

// tidied is an engine whose folder goes when it is closed.
type tidied struct {
	engine
	dir string
}

func (t *tidied) close() error { return errors.Join(t.engine.close(), os.RemoveAll(t.dir)) }

func (b *Backup) openExtracted(x *extraction, tmpDir string) error {
	switch {
	case has(x.names, "xl/workbook.xml", "workbook.xml"):
		return refuse(b.path, "a workbook of a spreadsheet program")
	case has(x.names, "model.xml", "DacMetadata.xml"):
		return refuse(b.path, "a BACPAC of Microsoft SQL Server")
	case len(x.names) > 0 && len(csvNames(x.names)) == len(x.names):
		return openCSVIn(b, x.dir, tmpDir)
	case len(x.names) == 1:
		f, err := os.Open(filepath.Join(x.dir, x.names[0]))
		if err != nil {
			return err
		}
		if err := b.load(f, tmpDir); err != nil {
			f.Close()
			return err
		}
		return nil
	}
	return refuse(b.path, fmt.Sprintf("an archive of %d files that are not all CSV", len(x.names)))
}

func has(names []string, any ...string) bool {
	for _, n := range names {
		for _, a := range any {
			if n == path.Base(a) {
				return true
			}
		}
	}
	return false
}

func extractZip(data *os.File, x *extraction) error {
	st, err := data.Stat()
	if err != nil {
		return err
	}
	z, err := zip.NewReader(data, st.Size())
	if err != nil {
		return err
	}
	for _, f := range z.File {
		if f.FileInfo().IsDir() {
			continue
		}
		r, err := f.Open()
		if err != nil {
			return err
		}
		err = x.add(f.Name, r)
		r.Close()
		if err != nil {
			return err
		}
	}
	return nil
}

func extractTar(data *os.File, x *extraction) error {
	if _, err := data.Seek(0, io.SeekStart); err != nil {
		return err
	}
	for t := tar.NewReader(data); ; {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if h.Typeflag != tar.TypeReg {
			continue
		}
		if err := x.add(h.Name, t); err != nil {
			return err
		}
	}
}
