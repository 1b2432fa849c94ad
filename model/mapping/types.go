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

// ClassOf classifies a declared type: "numeric(10,2)", "timestamp with time zone", "public.status". The same word may
// mean different things in different dialects: MySQL's timestamp is an instant, its datetime is not.
func ClassOf(s *model.Schema, typ string) Class {
	t := strings.ToLower(strings.TrimSpace(typ))
	if s != nil && s.Dialect == "mysql" {
		if c := mysqlClass(t); c != "" {
			return c
		}
	}
	if strings.HasSuffix(t, "]") || strings.HasSuffix(t, " array") {
		return ClassArray
	}
	if enumWords(s, typ) != nil || strings.HasPrefix(t, "enum(") {
		return ClassEnum
	}
	base := t
	if i := strings.IndexByte(base, '('); i >= 0 {
		rest := ""
		if j := strings.IndexByte(base, ')'); j > i {
			rest = base[j+1:]
		}
		base = strings.TrimSpace(base[:i]) + rest
	}
	base = strings.TrimSuffix(strings.TrimSuffix(strings.TrimPrefix(base, "pg_catalog."), " zerofill"), " unsigned")
	switch base {
	case "integer", "int", "int4", "int8", "int2", "bigint", "smallint", "serial", "bigserial", "smallserial", "tinyint", "mediumint":
		return ClassInt
	case "numeric", "decimal", "dec":
		return ClassNumeric
	case "real", "float4", "float8", "float", "double precision", "double":
		return ClassFloat
	case "money":
		return ClassMoney
	case "boolean", "bool":
		return ClassBool
	case "character", "char", "bpchar":
		return ClassChar
	case "text", "character varying", "varchar", "citext", "name", "nvarchar", "national varchar", "longtext", "mediumtext", "tinytext", "clob":
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
	return ClassOther
}

// mysqlClass classifies what MySQL and MariaDB mean otherwise than PostgreSQL does; "" for all else.
func mysqlClass(t string) Class {
	base, _, _ := strings.Cut(t, "(")
	switch {
	case t == "tinyint(1)", t == "bit(1)", t == "bit":
		return ClassBool
	case base == "timestamp" && !strings.Contains(t, "without time zone"):
		return ClassTimestampTZ
	case base == "year":
		return ClassInt
	case base == "set":
		return ClassText
	}
	return ""
}

// enumWords gives the words of an enum type; nil for any other type. A type's name may come with or without its schema.
func enumWords(s *model.Schema, typ string) []string {
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
		if t, hasZone, err := parseTime(s, time.UTC); err == nil && hasZone {
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
