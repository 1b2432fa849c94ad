// Package backup reads a company's backup (or a dump of its live database) without any server and
// without ever executing a byte of it. A dump is evidence: hostile text until proven otherwise, so it
// is lexed and decoded here and never handed to psql, whose meta-commands a dump may carry.
//
// Open makes one pass over the file: it builds the schema, counts the rows, remembers where every
// table's rows stand, and judges the file's health. Rows are read again from the file on every Each,
// so memory does not grow with the backup.
//
//	b, err := backup.Open("backup.sql.gz", os.TempDir())
//	defer b.Close()
//	if h := b.Health(); h.Fatal { … }
//	err = b.Each("public.bookings", func(r *model.Row) error { … })
//
// Read are dumps of pg_dump in its plain, custom, directory and tar formats (COPY and INSERT style, compressed inside
// and outside); dumps of mysqldump, mariadb-dump and phpMyAdmin; SQLite files and their .dump; folders of CSV files; and
// archives of all of these (.zip, .tar, .tgz). OpenURL reads a restored copy, or the live database, of PostgreSQL, MySQL
// and MariaDB over the network. Other formats are recognised and refused by name (ErrFormat).
//
// Values are text, as model.Row has it, whatever the engine:
//
//   - text is exact; bytes that are not in the declared encoding are read cell by cell, and counted;
//   - bytes (bytea, BLOB, BINARY, geometries) are \x and hexadecimal digits; MySQL's bit(n) is n digits of 0 and 1;
//   - numbers and times are as the engine writes them: trailing zeros and fractions stay;
//   - MySQL's TIMESTAMP is an instant: dumps are written in UTC, and +00 is added. Where a dump does not say so, the
//     type becomes "timestamp without time zone", which is naive like DATETIME. A date of nothing but zeros is no value;
//   - MySQL's tinyint(1) is a truth value (its text stays 0 or 1) unless one of its cells is neither: then its type
//     becomes "tinyint";
//   - generated columns of MySQL are left out of rows.
//
// Several databases in one dump of MySQL become schemas; of one, tables have no schema. AUTO_INCREMENT=n stands in
// Sequences under the table's name, as n-1. CSV files have the dialect "csv": nothing in them says what database the
// business runs on, and types, keys and references are inferred from all values (csvinfer.go).
package backup

import (
	"errors"
	"fmt"
	"io"

	"salvage/model"
)

// ErrFormat is wrapped by Open's error when the file is of a kind that this version does not read.
var ErrFormat = errors.New("backup format is not available in this version")

// Health is what the first pass found out about a backup, before anyone trusts it.
type Health struct {
	Format   string            `json:"format"`  // "pg_dump plain", "pg_dump custom", "pg_dump directory", "pg_dump tar", "mysqldump", "mariadb-dump", "phpMyAdmin", "sqlite", "sqlite .dump", "csv", "postgres (live)", "mysql (live)"; "" for an empty file
	Packing  string            `json:"packing"` // around it: "", "gzip", "zstd", "lz4", "utf-16"
	Footer   bool              `json:"footer"`  // the dump says that it is complete
	Tables   int               `json:"tables"`
	Rows     int64             `json:"rows"`
	Declared string            `json:"declared"` // client_encoding as the dump declares it
	Encoding []EncodingFinding `json:"encoding"` // cells that are not what is declared
	Problems []string          `json:"problems"` // each one clear sentence
	Fatal    bool              `json:"fatal"`    // truncated, empty or broken: not to be relied on
	Cut      string            `json:"cut"`      // RFC 3339, when the dump says when it was made
	// CutLocal is the same where the dump gives no more than the clock of the machine that made it, "2006-01-02T15:04:05"
	// without a zone; CutSummer says whether summer time was in force there, nil if that is not known.
	CutLocal  string `json:"cut_local,omitempty"`
	CutSummer *bool  `json:"cut_summer,omitempty"`
	Server    string `json:"server,omitempty"` // the server's version as the dump names it
	SHA256    string `json:"sha256"`           // of the file as it lies there; of a folder, over its files; of a live copy, of what was read
	Bytes     int64  `json:"bytes"`
}

// EncodingFinding counts cells of one column whose bytes are not in the declared encoding, and says how they were read.
type EncodingFinding struct {
	Table  string `json:"table"` // qualified
	Column string `json:"column"`
	Cells  int64  `json:"cells"`
	Read   string `json:"read"` // "windows-1252"
}

// engine is one format's reader.
type engine interface {
	each(t *model.Table, f func(*model.Row) error) error
	close() error
}

// Backup is an opened backup. It implements model.Tables. It is not safe for concurrent use.
type Backup struct {
	// Functions holds the text of the functions in the dump, by qualified name: what a trigger runs.
	Functions map[string]string
	// Sequences holds the last value of every sequence that the dump sets, by qualified name; 0 for one not used yet.
	Sequences map[string]int64

	path   string
	depth  int                            // of archives within archives
	again  func() (sum string, err error) // fingerprints the backup anew; nil for the file itself
	schema *model.Schema
	health Health
	engine engine
}

// Schema is what the backup says of its tables.
func (b *Backup) Schema() *model.Schema { return b.schema }

// Health is what the first pass found out.
func (b *Backup) Health() Health { return b.health }

// Each calls f for every row of a table, named "name" or "schema.name", in the order of the file; rows of
// partitions and of inheriting tables are rows of their parent too. The row is only valid within the call. An
// error of f ends the reading and is returned as it is.
func (b *Backup) Each(table string, f func(r *model.Row) error) error {
	t := b.schema.Table(table)
	if t == nil {
		return fmt.Errorf("backup %s: there is no table %q", b.path, table)
	}
	return b.engine.each(t, f)
}

// Close removes what was unpacked, and reports if the file changed while it was read.
func (b *Backup) Close() error {
	err := b.engine.close()
	again := b.again
	if again == nil {
		again = func() (string, error) { s, _, err := hashPath(b.path); return s, err }
	}
	sum, herr := again()
	if err == nil {
		err = herr
	}
	if err == nil && sum != b.health.SHA256 {
		err = fmt.Errorf("backup %s: the file changed while it was being read\nhint: work on a copy that nothing writes to", b.path)
	}
	return err
}

// fatal notes why the backup is not to be relied on.
func (b *Backup) fatal(format string, args ...any) {
	b.health.Fatal = true
	b.health.Problems = append(b.health.Problems, fmt.Sprintf(format, args...))
}

var _ model.Tables = (*Backup)(nil)
var _ io.Closer = (*Backup)(nil)

// Open reads a backup file once and prepares it for Each. What must be unpacked goes to a file in tmpDir
// ("" means the system's) that Close removes. A damaged file opens with Health().Fatal set; an error means that
// the file cannot be read at all, or is of a format that is refused by name (ErrFormat).
func Open(path string, tmpDir string) (*Backup, error) {
	return open(path, tmpDir)
}
