package backup

// This file: the table of formats other than pg_dump's, told by their first bytes, and what opens each.

import (
	"bytes"
	"os"
	"regexp"
	"strings"
)

// format is one kind of file that is read.
type format struct {
	name string
	is   func(head []byte) bool
	open func(b *Backup, data *os.File, drop bool, tmpDir string) error
}

func formats() []format {
	return []format{
		{"mariadb-dump", func(h []byte) bool {
			return isMyText(h) && (bytes.Contains(h, []byte("MariaDB dump")) || bytes.Contains(h, []byte("/*M!"))) && !isPHPMyAdmin(h)
		}, openMySQL},
		{"phpMyAdmin", func(h []byte) bool { return isMyText(h) && isPHPMyAdmin(h) }, openMySQL},
		{"mysqldump", isMyText, openMySQL},
		{formatSQLiteText, isSQLiteText, openSQLiteText},
		{"zip", isZip, openArchive(extractZip)},
		{"tar", isTar, openArchive(extractTar)},
		{formatCSV, isCSV, openCSVFile},
	}
}

var (
	// myStart is how dumps of MySQL begin: their programs' comments, versioned comments, warnings that went into the file.
	myStart = regexp.MustCompile(`^\s*(-- (MySQL|MariaDB) dump|-- phpMyAdmin SQL Dump|/\*M?![0-9]{5,6}|mysqldump: |mariadb-dump: |mysqlpump: )`)
	// myTable is a table whose name is written with backticks and whose statement ends with an engine.
	myTable = regexp.MustCompile("(?s)(^|\\n)CREATE TABLE (IF NOT EXISTS )?`.*\\) (ENGINE|DEFAULT CHARSET)=")
)

func isMyText(head []byte) bool {
	head = bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))
	return myStart.Match(head) || myTable.Match(head)
}

func isPHPMyAdmin(head []byte) bool { return bytes.Contains(head, []byte("-- phpMyAdmin SQL Dump")) }

// byName tells the formats whose readers open their file by its name: it must stay until they close it.
func byName(kind string) bool {
	return kind == formatSQLite || kind == formatSQLiteText || kind == formatCSV || kind == "zip" || kind == "tar"
}

// isCSV tells a file whose first line is a list of names, which no SQL file begins with.
func isCSV(head []byte) bool {
	head = bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))
	if bytes.IndexByte(head, 0) >= 0 {
		return false
	}
	first, _, _ := bytes.Cut(head, []byte{'\n'})
	for _, c := range first {
		if c < ' ' && c != '\t' && c != '\r' { // compressed or encrypted
			return false
		}
	}
	for _, m := range magics() {
		if m.open == nil && m.at == 0 && bytes.HasPrefix(head, []byte(m.bytes)) {
			return false
		}
	}
	if bytes.HasPrefix(first, []byte("sep=")) {
		return true
	}
	for _, d := range []string{",", ";", "\t", "|"} {
		if listOfNames(string(first), d) {
			return true
		}
	}
	return false
}

func listOfNames(line, delim string) bool {
	parts := strings.Split(strings.TrimSpace(line), delim)
	if len(parts) < 2 {
		return false
	}
	for _, s := range parts {
		quoted := strings.HasPrefix(s, `"`) && strings.HasSuffix(s, `"`) && len(s) > 2
		s = strings.Trim(s, `" `)
		if s == "" || !quoted && strings.ContainsAny(s, "();'*/\\`=") || strings.HasPrefix(s, "--") {
			return false
		}
	}
	return true
}
