package backup

// This file: a folder of CSV files as a backup, one table a file. What a CSV file does not say (types, keys) is
// inferred from all of its values in csvinfer.go.

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/text/encoding/unicode"

	"salvage/model"
)

const formatCSV = "csv"

// dialectCSV is the dialect of files that no database wrote: what the export is to be written for must be said.
const dialectCSV = "csv"

// csvEngine reads rows of CSV files.
type csvEngine struct {
	files map[*model.Table]*csvFile
	order []*csvFile
	tidy  []string // files and folders of ours to remove
}

// csvFile is one file of the folder.
type csvFile struct {
	name  string // as it is called in the folder, for messages
	path  string
	wide  bool // UTF-16
	delim byte
	table *model.Table
	cols  []string
	data  int64 // records before the first row: a "sep=;" line and the header

	ragged, raggedAt int64
	nulls            [nullNULL + 1]bool // which words stand for no value in this file
	doubt            string             // said of the words that could mean either
	cut              string
}

// csvNames tells the files that count, by the ends of their names.
func csvNames(names []string) (out []string) {
	for _, n := range names {
		if strings.HasPrefix(n, ".") {
			continue
		}
		low := strings.TrimSuffix(strings.TrimSuffix(strings.ToLower(n), ".gz"), ".zst")
		if slices.Contains([]string{".csv", ".tsv", ".tab"}, filepath.Ext(low)) {
			out = append(out, n)
		}
	}
	return out
}

// tableOf is a table's name after its file's.
func tableOf(name string) string {
	name = filepath.Base(name)
	for _, end := range []string{".gz", ".zst", ".csv", ".tsv", ".tab"} {
		if low := strings.ToLower(name); strings.HasSuffix(low, end) {
			name = name[:len(name)-len(end)]
		}
	}
	return name
}

// openCSVFolder opens every CSV file of a folder as a table.
func openCSVFolder(b *Backup, tmpDir string) error { return openCSVIn(b, b.path, tmpDir) }

func openCSVIn(b *Backup, dir, tmpDir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("open backup: %w", err)
	}
	var names []string
	for _, e := range entries {
		if e.Type().IsRegular() || e.Type()&os.ModeSymlink != 0 {
			names = append(names, e.Name())
		}
	}
	e := &csvEngine{files: map[*model.Table]*csvFile{}}
	for _, n := range csvNames(names) {
		e.order = append(e.order, &csvFile{name: n, path: filepath.Join(dir, n)})
	}
	b.health.Format = formatCSV
	return e.open(b, tmpDir)
}

// openCSVFile opens a single file: a folder of one.
func openCSVFile(b *Backup, data *os.File, drop bool, tmpDir string) error {
	f := &csvFile{name: filepath.Base(b.path), path: data.Name()}
	e := &csvEngine{files: map[*model.Table]*csvFile{}, order: []*csvFile{f}}
	if drop {
		e.tidy = append(e.tidy, data.Name())
	}
	if b.health.Packing == "utf-16" { // how Excel writes text: nothing is damaged
		b.health.Problems = b.health.Problems[:0]
	}
	data.Close()
	return e.open(b, tmpDir)
}

func (e *csvEngine) open(b *Backup, tmpDir string) (err error) {
	b.schema, b.engine = &model.Schema{Dialect: dialectCSV, Enums: map[string][]string{}}, e
	defer func() {
		if err != nil {
			e.close()
		}
	}()
	seen := map[string]string{}
	for _, f := range e.order {
		if err := e.unpackOne(b, f, tmpDir); err != nil {
			return err
		}
		ok, err := e.header(b, f)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		if first, ok := seen[f.table.Name]; ok {
			b.fatal("%s and %s would both be the table %s", first, f.name, f.table.Name)
			continue
		}
		seen[f.table.Name] = f.name
		e.files[f.table] = f
		b.schema.Tables = append(b.schema.Tables, f.table)
	}
	if err := e.infer(b); err != nil {
		return err
	}
	e.conclude(b)
	return nil
}

// unpackOne takes the compression off a file of the folder.
func (e *csvEngine) unpackOne(b *Backup, f *csvFile, tmpDir string) error {
	in, err := os.Open(f.path)
	if err != nil {
		return fmt.Errorf("open backup %s: %w", b.path, err)
	}
	defer in.Close()
	head, err := readHead(in)
	if err != nil {
		return fmt.Errorf("read backup %s: %w", f.path, err)
	}
	switch p := packing(head); p {
	case "":
	case "utf-16":
		f.wide = true
	default:
		one := &Backup{path: f.path, health: Health{Packing: p}}
		out, err := one.unpack(in, tmpDir)
		if err != nil {
			return err
		}
		out.Close()
		f.path = out.Name()
		e.tidy = append(e.tidy, f.path)
		for _, p := range one.health.Problems {
			b.fatal("%s: %s", f.name, p)
		}
	}
	return nil
}

// records opens a file at its first record.
func (f *csvFile) records() (*csvReader, io.Closer, error) {
	in, err := os.Open(f.path)
	if err != nil {
		return nil, nil, fmt.Errorf("read backup: %w", err)
	}
	var r io.Reader = in
	if f.wide {
		r = unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder().Reader(in)
	}
	c := &csvReader{in: newInput(r, 0, 1), delim: f.delim, single: len(f.cols) == 1}
	c.skipBOM()
	return c, in, nil
}

// header finds the delimiter and reads the names of the columns; ok is false when there are none.
func (e *csvEngine) header(b *Backup, f *csvFile) (ok bool, err error) {
	if f.delim, err = f.findDelimiter(); err != nil {
		return false, err
	}
	r, c, err := f.records()
	if err != nil {
		return false, err
	}
	defer c.Close()
	for {
		if ok, err = r.next(); err != nil {
			return false, fmt.Errorf("read backup %s: %w", f.name, err)
		}
		f.data++
		if !ok {
			b.fatal("%s: the file is empty", f.name)
			return false, nil
		}
		// QUIRK: Excel takes a first line such as sep=; as what parts the cells.
		if f.data == 1 && len(r.fields) <= 2 && strings.HasPrefix(string(r.field(0)), "sep=") {
			continue
		}
		break
	}
	f.table = &model.Table{Name: tableOf(f.name)}
	for i := range r.fields {
		name, _ := charset{}.decode(r.field(i))
		name = strings.TrimSpace(name)
		if name == "" || f.table.Column(name) != nil || len(f.table.Columns) >= maxColumns || looksLikeData(name) {
			b.fatal("%s: the first line is not a list of column names (%q): every file needs one", f.name, clipName(name))
			return false, nil
		}
		f.table.Columns = append(f.table.Columns, &model.Column{Name: name})
		f.cols = append(f.cols, name)
	}
	return true, nil
}

func clipName(s string) string {
	if r := []rune(s); len(r) > 24 {
		return string(r[:24]) + "…"
	}
	return s
}

// looksLikeData reports whether a word of the first line is a value rather than a name.
func looksLikeData(s string) bool {
	k := kindsOf([]byte(s))
	return k&^kindBool != 0
}

// findDelimiter takes the mark that parts the first records into the same number of cells, and the most of them.
func (f *csvFile) findDelimiter() (byte, error) {
	best, cells := byte(','), 1
	for _, d := range []byte{',', ';', '\t', '|'} {
		f.delim = d
		r, c, err := f.records()
		if err != nil {
			return 0, err
		}
		n, same := 0, true
		for i := 0; i < 20; i++ {
			ok, err := r.next()
			if err != nil || !ok {
				break
			}
			if i == 0 && strings.HasPrefix(string(r.field(0)), "sep=") {
				continue
			}
			if n == 0 {
				n = len(r.fields)
			}
			same = same && (n == len(r.fields) || len(r.fields) == 1 && len(r.field(0)) == 0)
		}
		c.Close()
		if !same {
			n = min(n, 2) // better than nothing, worse than any that fits
		}
		if n > cells {
			best, cells = d, n
		}
	}
	return best, nil
}

// conclude judges the files once they have been read.
func (e *csvEngine) conclude(b *Backup) {
	h := &b.health
	for _, f := range e.order {
		if f.cut != "" {
			b.fatal("%s: %s: it was cut short", f.name, f.cut)
		}
		if f.ragged > 0 {
			h.Problems = append(h.Problems, fmt.Sprintf("%s: %d rows do not have %d cells as the first line has, and were left out (first in line %d)", f.name, f.ragged, len(f.cols), f.raggedAt))
		}
		if f.doubt != "" {
			h.Problems = append(h.Problems, f.name+": "+f.doubt)
		}
	}
	for _, t := range b.schema.Tables {
		h.Rows += t.Rows
	}
	h.Tables = len(b.schema.Tables)
	switch {
	case h.Tables == 0 && !h.Fatal:
		b.fatal("the folder holds no CSV files")
	case h.Rows == 0 && !h.Fatal:
		b.fatal("the files declare %d tables but hold no rows", h.Tables)
	case !h.Fatal:
		h.Problems = append(h.Problems, "CSV files do not say whether they are complete, nor what their types and keys are: these were inferred from the values")
	}
}

func (e *csvEngine) each(t *model.Table, fn func(*model.Row) error) error {
	f := e.files[t]
	r, c, err := f.records()
	if err != nil {
		return err
	}
	defer c.Close()
	row := &model.Row{Table: t, Cols: f.cols}
	vals, ptrs := make([]string, len(f.cols)), make([]*string, len(f.cols))
	for n := int64(0); ; n++ {
		line := r.in.line
		ok, err := r.next()
		if err != nil {
			return fmt.Errorf("read rows of %s: %w", f.name, err)
		}
		if !ok {
			return nil
		}
		if n < f.data || len(r.fields) != len(f.cols) || r.open {
			continue
		}
		for i := range r.fields {
			ptrs[i] = nil
			if !f.null(r, i) {
				vals[i], _ = charset{}.decode(r.field(i))
				ptrs[i] = &vals[i]
			}
		}
		row.Line, row.Values = line, ptrs
		if err := fn(row); err != nil {
			return err
		}
	}
}

func (e *csvEngine) close() (err error) {
	for _, p := range e.tidy {
		err = errors.Join(err, os.RemoveAll(p))
	}
	return err
}
