package backup

// This file: from the bytes of a cell to text. What a dump declares is often not what it holds: a database
// that says LATIN1 may hold UTF-8, one that says SQL_ASCII holds both in one column. So each cell is looked
// at by itself, and every departure from what is declared is counted.

import (
	"encoding/binary"
	"fmt"
	"sort"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// charset decodes cells that a dump declares to be in one encoding.
type charset struct {
	name string            // as declared, upper case, without hyphens and underscores
	enc  encoding.Encoding // nil: UTF-8 (or SQL_ASCII, which means nothing)
	sure bool              // the server verifies text in this encoding, so the declaration does not lie
}

// newCharset finds the decoder for a client_encoding. ok is false for one that is not known, or whose second bytes
// may look like a backslash or a quote (SJIS, BIG5, GBK, GB18030, UHC, JOHAB): such a dump cannot be told apart safely.
func newCharset(declared string) (cs charset, ok bool) {
	name := strings.NewReplacer("-", "", "_", "").Replace(strings.ToUpper(declared))
	cs.name = name
	switch name {
	case "UTF8", "UNICODE", "SQLASCII", "":
		return cs, true
	case "EUCJP", "EUCJIS2004":
		cs.enc, cs.sure = japanese.EUCJP, true
	case "EUCKR":
		cs.enc, cs.sure = korean.EUCKR, true
	case "EUCCN":
		cs.enc, cs.sure = simplifiedchinese.GBK, true // EUC-CN is its subset whose bytes are all above ASCII
	default:
		cs.enc = singleByte(name)
		return cs, cs.enc != nil
	}
	return cs, true
}

// singleByte finds an 8-bit encoding by PostgreSQL's name for it without hyphens and underscores.
func singleByte(name string) encoding.Encoding {
	switch name {
	case "LATIN1", "ISO88591":
		return charmap.ISO8859_1
	case "LATIN2", "ISO88592":
		return charmap.ISO8859_2
	case "LATIN3", "ISO88593":
		return charmap.ISO8859_3
	case "LATIN4", "ISO88594":
		return charmap.ISO8859_4
	case "LATIN5", "ISO88599":
		return charmap.ISO8859_9
	case "LATIN6", "ISO885910":
		return charmap.ISO8859_10
	case "LATIN7", "ISO885913":
		return charmap.ISO8859_13
	case "LATIN8", "ISO885914":
		return charmap.ISO8859_14
	case "LATIN9", "ISO885915":
		return charmap.ISO8859_15
	case "LATIN10", "ISO885916":
		return charmap.ISO8859_16
	case "ISO88595":
		return charmap.ISO8859_5
	case "ISO88596":
		return charmap.ISO8859_6
	case "ISO88597":
		return charmap.ISO8859_7
	case "ISO88598":
		return charmap.ISO8859_8
	}
	return windowsOrKOI(name)
}

func windowsOrKOI(name string) encoding.Encoding {
	switch name {
	case "KOI8R", "KOI8":
		return charmap.KOI8R
	case "KOI8U":
		return charmap.KOI8U
	case "WIN866", "ALT":
		return charmap.CodePage866
	case "WIN874":
		return charmap.Windows874
	case "WIN1250":
		return charmap.Windows1250
	case "WIN1251", "WIN":
		return charmap.Windows1251
	case "WIN1252":
		return charmap.Windows1252
	case "WIN1253":
		return charmap.Windows1253
	case "WIN1254":
		return charmap.Windows1254
	case "WIN1255":
		return charmap.Windows1255
	case "WIN1256":
		return charmap.Windows1256
	case "WIN1257":
		return charmap.Windows1257
	case "WIN1258":
		return charmap.Windows1258
	}
	return nil
}

// decode reads one cell as text. as names the encoding that was used when it is not the declared one, else it is "".
func (cs charset) decode(b []byte) (s, as string) {
	if isASCII(b) {
		return string(b), ""
	}
	if !cs.sure && utf8.Valid(b) {
		if cs.enc == nil {
			return string(b), ""
		}
		return string(b), "utf-8" // valid by chance is next to impossible for more than one letter
	}
	if cs.enc == nil {
		return decodeWith(charmap.Windows1252, b), "windows-1252"
	}
	if cs.name == "LATIN1" && hasC1(b) {
		return decodeWith(charmap.Windows1252, b), "windows-1252" // what stands at 0x80–0x9F is never a control character
	}
	return decodeWith(cs.enc, b), ""
}

func decodeWith(e encoding.Encoding, b []byte) string {
	out, err := e.NewDecoder().Bytes(b)
	if err != nil || !utf8.Valid(out) {
		return strings.ToValidUTF8(string(b), "\uFFFD")
	}
	return string(out)
}

func isASCII(b []byte) bool {
	for ; len(b) >= 8; b = b[8:] {
		if binary.LittleEndian.Uint64(b)&0x8080808080808080 != 0 {
			return false
		}
	}
	for _, c := range b {
		if c >= 0x80 {
			return false
		}
	}
	return true
}

func hasC1(b []byte) bool {
	for _, c := range b {
		if c >= 0x80 && c < 0xA0 {
			return true
		}
	}
	return false
}

// findings counts cells that are not in the declared encoding.
type findings map[EncodingFinding]int64

func (f findings) add(table, column, as string) {
	f[EncodingFinding{Table: table, Column: column, Read: as}]++
}

// list gives the counts, sorted by table and column.
func (f findings) list() []EncodingFinding {
	out := make([]EncodingFinding, 0, len(f))
	for k, n := range f {
		k.Cells = n
		out = append(out, k)
	}
	sort.Slice(out, func(i, j int) bool {
		a, b := out[i], out[j]
		if a.Table != b.Table {
			return a.Table < b.Table
		}
		if a.Column != b.Column {
			return a.Column < b.Column
		}
		return a.Read < b.Read
	})
	return out
}

// sentences says the findings in words, the first few by name.
func (f findings) sentences(declared string) []string {
	const named = 8
	if declared == "" {
		declared = "UTF8"
	}
	var out []string
	for i, e := range f.list() {
		if i == named {
			out = append(out, fmt.Sprintf("%d more columns hold cells that are not in the declared encoding", len(f)-named))
			break
		}
		out = append(out, fmt.Sprintf("column %s.%s: %d cells are not in the declared encoding %s and were read as %s", e.Table, e.Column, e.Cells, declared, e.Read))
	}
	return out
}
