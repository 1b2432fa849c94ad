package canon

// This file: JSON pointers (RFC 6901).

import (
	"encoding/json"
	"strconv"
	"strings"
)

// Pointer gives the text of the leaf that a JSON pointer names in an object; ok is false when there is none.
func Pointer(raw []byte, pointer string) (text string, ok bool) {
	o, _, err := Parse(raw)
	if err != nil || !strings.HasPrefix(pointer, "/") {
		return "", false
	}
	var v any = map[string]any(o)
	for _, k := range strings.Split(pointer[1:], "/") {
		k = strings.ReplaceAll(strings.ReplaceAll(k, "~1", "/"), "~0", "~")
		switch c := v.(type) {
		case map[string]any:
			v, ok = c[k]
			if !ok {
				return "", false
			}
		case []any:
			i, err := strconv.Atoi(k)
			if err != nil || i < 0 || i >= len(c) {
				return "", false
			}
			v = c[i]
		default:
			return "", false
		}
	}
	switch v := v.(type) {
	case string:
		return v, true
	case json.Number:
		return v.String(), true
	case nil:
		return "", false
	}
	return string(Bytes(v)), true
}
