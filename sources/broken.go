package sources

// This file: the codes of broken pieces, and what they mean in words.

// Codes of broken pieces.
const (
	BrokenJSON    = "json"           // an element that is not valid JSON
	BrokenCut     = "json-truncated" // the file ends inside an element
	BrokenScalar  = "json-scalar"    // a value that is not an object
	BrokenRow     = "csv-row"        // a row that does not fit the header
	BrokenHeader  = "csv-header"     // a table without the columns that name its rows
	BrokenICS     = "ics"            // lines outside any component, or a component without an end
	BrokenPrelude = "mbox-prelude"   // bytes before the first From_ line
	BrokenSize    = "too-large"      // larger than the limit; kept in pieces
	BrokenType    = "unknown-format" // a file of a format that is not read
)

// BrokenText is the reason behind a broken piece's code, in words.
func BrokenText(code string) string {
	switch code {
	case BrokenJSON:
		return "not valid JSON"
	case BrokenCut:
		return "the file ends inside this object: the export was cut short"
	case BrokenScalar:
		return "a JSON value that is not an object"
	case BrokenRow:
		return "a row that does not fit the table's header"
	case BrokenHeader:
		return "a table whose header names no known columns"
	case BrokenICS:
		return "calendar lines that belong to no complete component"
	case BrokenPrelude:
		return "bytes before the first message of the mailbox"
	case BrokenSize:
		return "larger than what is read as one object"
	case BrokenType:
		return "a file of a format that is not read"
	}
	return "broken: " + code
}
