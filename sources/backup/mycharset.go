package backup

// This file: MySQL's character sets, and its own databases.

import (
	"slices"
	"strings"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// systemDB tells the databases of the server itself, which --all-databases dumps too.
func systemDB(name string) bool {
	return slices.Contains([]string{"mysql", "sys", "information_schema", "performance_schema"}, strings.ToLower(name))
}

// myCharset finds the decoder of a character set by MySQL's name for it. ok is false for one that is not known, or whose
// second bytes may look like a backslash or a quote: such a dump cannot be told apart safely.
func myCharset(name string) (cs charset, ok bool) {
	cs.name = strings.ToLower(name)
	switch cs.name {
	case "utf8", "utf8mb3", "utf8mb4", "binary", "ascii", "":
	case "latin1":
		cs.enc = charmap.Windows1252 // QUIRK: MySQL's latin1 is windows-1252
	case "latin2":
		cs.enc = charmap.ISO8859_2
	case "latin5":
		cs.enc = charmap.ISO8859_9
	case "latin7":
		cs.enc = charmap.ISO8859_13
	case "greek":
		cs.enc = charmap.ISO8859_7
	case "hebrew":
		cs.enc = charmap.ISO8859_8
	case "cp1250":
		cs.enc = charmap.Windows1250
	case "cp1251":
		cs.enc = charmap.Windows1251
	case "cp1256":
		cs.enc = charmap.Windows1256
	case "cp1257":
		cs.enc = charmap.Windows1257
	case "cp850":
		cs.enc = charmap.CodePage850
	case "cp852":
		cs.enc = charmap.CodePage852
	case "cp866":
		cs.enc = charmap.CodePage866
	case "koi8r":
		cs.enc = charmap.KOI8R
	case "koi8u":
		cs.enc = charmap.KOI8U
	case "macroman":
		cs.enc = charmap.Macintosh
	case "tis620":
		cs.enc = charmap.Windows874
	case "ujis", "eucjpms":
		cs.enc, cs.sure = japanese.EUCJP, true
	case "euckr":
		cs.enc, cs.sure = korean.EUCKR, true
	case "gb2312":
		cs.enc, cs.sure = simplifiedchinese.GBK, true
	default:
		return cs, false
	}
	return cs, true
}
