package mapping

// This file: column types as declared, and columns' text as values that can be compared.

import (
	"strconv"
	"strings"
	"time"

	"github.com/agnivade/levenshtein"
	"github.com/shopspring/decimal"

	"salvage/model"
)

func distance(a, b string) int { return levenshtein.ComputeDistance(a, b) }

// Class is what a declared column type amounts to.
type Class string

// The classes of column types.
const (
	ClassInt         Class = "int"
	ClassNumeric     Class = "numeric"
	ClassFloat       Class = "float"
	ClassMoney       Class = "money" // PostgreSQL's money type: "$1,250.00"
	ClassBool        Class = "bool"
	ClassText        Class = "text"
	ClassChar        Class = "char" // blank-padded
	ClassTimestampTZ Class = "timestamptz"
	ClassTimestamp   Class = "timestamp"
	ClassDate        Class = "date"
	ClassTime        Class = "time"
	ClassJSON        Class = "json"
	ClassUUID        Class = "uuid"
	ClassEnum        Class = "enum"
	ClassArray       Class = "array"
	ClassOther       Class = "other"
)

// classNamed is the class of a bare type name (lower case, without lengths), of any dialect; "" when it has
// none.
func classNamed(base string) Class {
	switch base {
	case "integer", "int", "int4", "int8", "int2", "bigint", "smallint", "serial", "bigserial", "smallserial", "serial2", "serial4", "serial8",
		"tinyint", "mediumint", "int1", "int3", "middleint", "year":
		return ClassInt
	case "numeric", "decimal", "dec", "fixed":
		return ClassNumeric
	case "real", "float4", "float8", "float", "double precision", "double":
		return ClassFloat
	case "money":
		return ClassMoney
	case "boolean", "bool":
		return ClassBool
	case "character", "char", "bpchar", "nchar", "national character":
		return ClassChar
	case "text", "character varying", "varchar", "citext", "name", "nvarchar", "longtext", "mediumtext", "tinytext", "clob",
		"varchar2", "native character", "varying character", "national varchar", "char varying":
		return ClassText
	case "timestamp with time zone", "timestamptz":
		return ClassTimestampTZ
	case "timestamp without time zone", "timestamp", "datetime":
		return ClassTimestamp
	case "date":
		return ClassDate
	case "time", "time without time zone", "time with time zone", "timetz":
		return ClassTime
	case "json", "jsonb":
		return ClassJSON
	case "uuid":
		return ClassUUID
	}
	return ""
}

// ClassOf classifies a declared type: "numeric(10,2)", "timestamp with time zone", "public.status",
// "int(10) unsigned". In MySQL a timestamp is an instant and a datetime is not.
func ClassOf(s *model.Schema, typ string) Class {
	base := bareType(typ)
	dialect := ""
	if s != nil {
		dialect = s.Dialect
	}
	switch {
	case strings.HasSuffix(base, "]") || strings.HasSuffix(base, " array"):
		return ClassArray
	case enumWords(s, typ) != nil:
		return ClassEnum
	case dialect == "mysql" && mysqlClass(typ, base) != "":
		return mysqlClass(typ, base)
	}
	class := classNamed(base)
	switch {
	case class == "" && dialect == "sqlite":
		return affinity(base)
	case class == "":
		return ClassOther
	}
	return class
}

// mysqlClass classifies what MySQL and MariaDB mean otherwise than PostgreSQL does; "" for all else.
func mysqlClass(typ, base string) Class {
	t := strings.ToLower(strings.TrimSpace(typ))
	switch {
	case t == "tinyint(1)", t == "bit(1)", t == "bit":
		return ClassBool
	case base == "timestamp":
		return ClassTimestampTZ
	case base == "set":
		return ClassText
	}
	return ""
}

// bareType is a declared type in lower case without lengths, and without MySQL's attributes.
func bareType(typ string) string {
	base := strings.ToLower(strings.TrimSpace(typ))
	if i := strings.IndexByte(base, '('); i >= 0 {
		rest := ""
		if j := strings.IndexByte(base, ')'); j > i {
			rest = base[j+1:]
		}
		base = strings.TrimSpace(base[:i]) + rest
	}
	base = strings.TrimPrefix(base, "pg_catalog.")
	for _, attribute := range []string{" zerofill", " unsigned", " signed"} {
		base = strings.TrimSuffix(base, attribute)
	}
	for _, attribute := range []string{" character set ", " charset ", " collate "} {
		base, _, _ = strings.Cut(base, attribute)
	}
	return strings.TrimSpace(base)
}

// affinity is how SQLite takes a type that it has no name for: https://www.sqlite.org/datatype3.html, 3.1.
func affinity(base string) Class {
	has := func(words ...string) bool {
		for _, w := range words {
			if strings.Contains(base, w) {
				return true
			}
		}
		return false
	}
	switch {
	case has("int"):
		return ClassInt
	case has("char", "clob", "text"):
		return ClassText
	case base == "" || has("blob"):
		return ClassOther
	case has("real", "floa", "doub"):
		return ClassFloat
	}
	return ClassNumeric
}

// enumWords gives the words of an enum type; nil for any other type. A type's name may come with or without
// its schema; MySQL's says its words itself.
func enumWords(s *model.Schema, typ string) []string {
	if words := inlineEnum(typ); words != nil {
		return words
	}
	if s == nil {
		return nil
	}
	if w, ok := s.Enums[typ]; ok {
		return w
	}
	bare := strings.Trim(typ[strings.LastIndexByte(typ, '.')+1:], `"`)
	if w, ok := s.Enums[bare]; ok {
		return w
	}
	var found []string
	n := 0
	for name, w := range s.Enums {
		if strings.Trim(name[strings.LastIndexByte(name, '.')+1:], `"`) == bare && len(w) > 0 {
			found, n = w, n+1
		}
	}
	if n == 1 {
		return found
	}
	return nil
}

// inlineEnum reads enum('a','it”s'); nil for any other type.
func inlineEnum(typ string) []string {
	t := strings.TrimSpace(typ)
	if len(t) < 6 || !strings.EqualFold(t[:5], "enum(") {
		return nil
	}
	var out []string
	rest := t[5:]
	for {
		i := strings.IndexByte(rest, '\'')
		if i < 0 {
			return out
		}
		rest = rest[i+1:]
		var word strings.Builder
		for {
			j := strings.IndexByte(rest, '\'')
			if j < 0 {
				return out
			}
			word.WriteString(rest[:j])
			rest = rest[j+1:]
			if !strings.HasPrefix(rest, "'") {
				break
			}
			word.WriteByte('\'')
			rest = rest[1:]
		}
		out = append(out, word.String())
	}
}

// Same reports whether two texts of a column mean the same value; nil is NULL.
func Same(c Class, a, b *string) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b || Comparable(c, *a) == Comparable(c, *b)
}

// Comparable is the one text of a column's value that all ways of writing it share: 1.50 and 1.5, the same
// instant at two offsets, t and true.
func Comparable(c Class, s string) string {
	switch c {
	case ClassInt, ClassNumeric, ClassFloat, ClassMoney:
		if d, err := parseDecimal(s); err == nil {
			return d.String()
		}
	case ClassBool:
		if b, err := parseBool(s); err == nil {
			return strconv.FormatBool(b)
		}
	case ClassTimestampTZ:
		if t, _, err := parseTime(s, time.UTC); err == nil { // MySQL prints UTC without saying so
			return t.UTC().Format(time.RFC3339Nano)
		}
	case ClassTimestamp, ClassDate:
		if t, _, err := parseTime(s, time.UTC); err == nil {
			return t.Format(time.RFC3339Nano)
		}
	case ClassChar:
		return strings.TrimRight(s, " ")
	case ClassUUID:
		return strings.ToLower(s)
	}
	return s
}

// parseDecimal reads a plain decimal; the money type's sign, commas and brackets are understood.
func parseDecimal(s string) (decimal.Decimal, error) {
	s = strings.TrimSpace(s)
	if len(s) > 64 {
		return decimal.Decimal{}, strconv.ErrRange
	}
	t := strings.NewReplacer("$", "", ",", "").Replace(s)
	if strings.HasPrefix(t, "(") && strings.HasSuffix(t, ")") {
		t = "-" + t[1:len(t)-1]
	}
	if i := strings.IndexAny(t, "eE"); i >= 0 {
		if n, err := strconv.Atoi(t[i+1:]); err != nil || n > 400 || n < -400 {
			return decimal.Decimal{}, strconv.ErrRange
		}
	}
	return decimal.NewFromString(t)
}

func parseBool(s string) (bool, error) {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "t", "true", "1", "y", "yes", "on":
		return true, nil
	case "f", "false", "0", "n", "no", "off":
		return false, nil
	}
	return false, strconv.ErrSyntax
}
