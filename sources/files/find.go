package files

// This file: patterns become windows.

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// find matches every pattern and sorts the windows by stream.
func (s *Source) find(ctx context.Context) ([]window, error) {
	f := &finder{ctx: ctx, dir: s.dir, seen: map[string]bool{}, loose: map[string][]fileInfo{}, mail: s.typ == "mail"}
	for _, p := range s.patterns {
		if err := f.pattern(p); err != nil {
			return nil, fmt.Errorf("source %s: %s: %w", s.name, p, err)
		}
	}
	f.group()
	slices.SortFunc(f.out, func(a, b window) int { return cmp.Compare(a.Stream, b.Stream) })
	return f.out, nil
}

type fileInfo struct {
	path string
	name string // what the members are sorted and marked by
	size int64
}

type finder struct {
	ctx   context.Context
	dir   string
	mail  bool
	seen  map[string]bool
	loose map[string][]fileInfo // single messages by folder
	out   []window
}

// pattern finds what one pattern matches; nothing at all is a hole.
func (f *finder) pattern(p string) error {
	full := p
	if !filepath.IsAbs(p) {
		full = filepath.Join(f.dir, p)
	}
	paths, err := glob(full)
	if err != nil {
		return err
	}
	if len(paths) == 0 {
		f.hole(p, "no file matches this pattern")
	}
	for _, m := range paths {
		if err := f.ctx.Err(); err != nil {
			return err
		}
		info, err := os.Stat(m)
		switch {
		case err != nil:
			f.hole(f.stream(m), err.Error())
		case info.IsDir():
			if err := f.folder(m); err != nil {
				return err
			}
		default:
			f.file(m, info)
		}
	}
	return nil
}

// glob is filepath.Glob with "**" for any number of folders. The result is sorted.
func glob(pattern string) ([]string, error) {
	pattern = filepath.Clean(pattern)
	head, tail, deep := strings.Cut(pattern, "**")
	if !deep {
		out, err := filepath.Glob(pattern)
		slices.Sort(out)
		return out, err
	}
	var out []string
	tail = strings.TrimPrefix(tail, string(filepath.Separator))
	err := filepath.WalkDir(filepath.Clean(head), func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil //nolint:nilerr // what cannot be listed is not matched; an empty match is a hole
		}
		if tail == "" {
			out = append(out, p)
			return nil
		}
		segs := strings.Split(p, string(filepath.Separator))
		n := strings.Count(tail, string(filepath.Separator)) + 1
		if ok, _ := filepath.Match(tail, filepath.Join(segs[max(0, len(segs)-n):]...)); ok {
			out = append(out, p)
		}
		return nil
	})
	slices.Sort(out)
	return out, err
}

// stream names a path as a person knows it: relative to the configuration, with slashes.
func (f *finder) stream(p string) string {
	if rel, err := filepath.Rel(f.dir, p); err == nil && !strings.HasPrefix(rel, "..") {
		p = rel
	}
	return filepath.ToSlash(p)
}

func (f *finder) hole(stream, why string) {
	w := window{}
	w.Stream, w.Hole = stream, why
	f.out = append(f.out, w)
}

// file adds one file as a window of its own, or to its folder's single messages.
func (f *finder) file(p string, info fs.FileInfo) {
	if abs, err := filepath.Abs(p); err == nil {
		if f.seen[abs] {
			return
		}
		f.seen[abs] = true
	}
	if !info.Mode().IsRegular() {
		f.hole(f.stream(p), "not a regular file")
		return
	}
	if f.mail && strings.EqualFold(filepath.Ext(p), ".eml") {
		dir := filepath.Dir(p)
		f.loose[dir] = append(f.loose[dir], fileInfo{p, filepath.Base(p), info.Size()})
		return
	}
	w := window{path: p, kind: kindOf(p)}
	w.Stream, w.Size = f.stream(p), info.Size()
	mark, err := fingerprint(p, info)
	if err != nil {
		f.hole(w.Stream, err.Error())
		return
	}
	w.Mark = mark
	f.out = append(f.out, w)
}

// folder adds a Maildir (and the folders in it), or every file below a plain folder.
func (f *finder) folder(dir string) error {
	maildir, err := f.maildir(dir)
	if err != nil {
		return err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		f.hole(f.stream(dir), err.Error())
		return nil
	}
	for _, e := range entries {
		p := filepath.Join(dir, e.Name())
		if e.IsDir() {
			if maildir && isMaildirPart(e.Name()) {
				continue
			}
			if err := f.folder(p); err != nil {
				return err
			}
			continue
		}
		if maildir || strings.HasPrefix(e.Name(), ".") {
			continue // the servers' own files beside new and cur
		}
		if info, err := os.Stat(p); err == nil {
			f.file(p, info)
		}
	}
	return f.ctx.Err()
}

func isMaildirPart(name string) bool { return name == "new" || name == "cur" || name == "tmp" }

// maildir adds the messages of dir/new and dir/cur as one window; ok is false when dir is no Maildir.
func (f *finder) maildir(dir string) (ok bool, err error) {
	if !f.mail {
		return false, nil
	}
	var all []fileInfo
	for _, part := range []string{"cur", "new"} {
		entries, err := os.ReadDir(filepath.Join(dir, part))
		if err != nil {
			continue
		}
		ok = true
		for _, e := range entries {
			if info, err := e.Info(); err == nil && info.Mode().IsRegular() {
				// QUIRK: a message moves from new to cur and its flags change while it stays the same
				// message (maildir(5)): only what stands before ":" is its name.
				name, _, _ := strings.Cut(e.Name(), ":")
				all = append(all, fileInfo{filepath.Join(dir, part, e.Name()), name, info.Size()})
			}
		}
	}
	if ok {
		if abs, err := filepath.Abs(dir); err == nil && f.seen[abs] {
			return true, nil
		} else if err == nil {
			f.seen[abs] = true
		}
		f.list(f.stream(dir), all)
	}
	return ok, nil
}

// group turns folders of single messages into windows.
func (f *finder) group() {
	for dir, all := range f.loose {
		if len(all) == 1 {
			f.list(f.stream(all[0].path), all)
			continue
		}
		f.list(path.Join(f.stream(dir), "*.eml"), all)
	}
}

// list adds a window of single-message files.
func (f *finder) list(stream string, all []fileInfo) {
	slices.SortFunc(all, func(a, b fileInfo) int {
		return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(a.path, b.path))
	})
	h := sha256.New()
	w := window{kind: kindList, list: all}
	w.Stream = stream
	for _, m := range all {
		fmt.Fprintf(h, "%s\x00%d\n", m.name, m.size)
		w.Size += m.size
	}
	w.Mark = hex.EncodeToString(h.Sum(nil)[:16])
	f.out = append(f.out, w)
}

// Above fullHash bytes a file is fingerprinted by samples and its time of change, for speed.
const (
	fullHash = 64 << 20
	sample   = 64 << 10
	samples  = 64
)

// fingerprint changes when the content does.
func fingerprint(p string, info fs.FileInfo) (string, error) {
	file, err := os.Open(p)
	if err != nil {
		return "", err
	}
	defer file.Close()
	h := sha256.New()
	if info.Size() <= fullHash {
		if _, err := io.Copy(h, file); err != nil {
			return "", fmt.Errorf("read %s: %w", p, err)
		}
		return hex.EncodeToString(h.Sum(nil)[:16]), nil
	}
	fmt.Fprintf(h, "%d %d\n", info.Size(), info.ModTime().UnixNano())
	buf := make([]byte, sample)
	for i := range int64(samples) {
		n, err := file.ReadAt(buf, (info.Size()-sample)*i/(samples-1))
		if err != nil && err != io.EOF {
			return "", fmt.Errorf("read %s: %w", p, err)
		}
		h.Write(buf[:n])
	}
	return hex.EncodeToString(h.Sum(nil)[:16]), nil
}
