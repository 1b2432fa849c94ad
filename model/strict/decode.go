package strict

// This file: Decode, which fills structs by their yaml tags.

import (
	"encoding"
	"fmt"
	"reflect"
	"strings"

	"go.yaml.in/yaml/v4"
)

// Unmarshaler is a type that reads itself from a node and notes its own problems on r.
type Unmarshaler interface {
	UnmarshalStrict(r *Reader, n *yaml.Node, path string)
}

// Decode fills the struct that into points at from one YAML document. Fields need a `yaml:"key"` tag,
// else they cannot be set from the file. Understood are structs, pointers, slices (a single text fills
// a slice of texts), maps with text keys, texts, integers, booleans, *yaml.Node (left as it is),
// encoding.TextUnmarshaler and Unmarshaler. Keys that the struct does not know are problems.
func Decode(src []byte, file string, into any) Problems {
	r := NewReader(file)
	n, ps := Parse(src, file)
	if len(ps) > 0 {
		return ps
	}
	if n == nil {
		r.Fail(nil, "", "is empty", "")
		return r.Problems()
	}
	r.Decode(n, "", into)
	return r.Problems()
}

// Decode fills what into points at from a node; see the function of the same name. A type that it
// cannot fill is a mistake of the caller and noted as a problem too.
func (r *Reader) Decode(n *yaml.Node, path string, into any) {
	v := reflect.ValueOf(into)
	if v.Kind() != reflect.Pointer || v.IsNil() {
		r.Fail(n, path, fmt.Sprintf("cannot be read into %T", into), "")
		return
	}
	r.value(n, path, v.Elem())
}

func (r *Reader) value(n *yaml.Node, path string, v reflect.Value) {
	n = Resolve(n)
	if v.Type() == reflect.TypeFor[*yaml.Node]() {
		r.note(n, path)
		v.Set(reflect.ValueOf(n))
		return
	}
	if v.Kind() == reflect.Pointer {
		if IsNull(n) {
			return
		}
		p := reflect.New(v.Type().Elem())
		r.value(n, path, p.Elem())
		v.Set(p)
		return
	}
	if r.custom(n, path, v) {
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		if !IsNull(n) {
			r.structure(n, path, v)
		}
	case reflect.Slice:
		if !IsNull(n) {
			r.slice(n, path, v)
		}
	case reflect.Map:
		if !IsNull(n) {
			r.mapping(n, path, v)
		}
	case reflect.String:
		v.SetString(r.Text(n, path))
	case reflect.Bool:
		v.SetBool(r.Bool(n, path))
	case reflect.Int, reflect.Int64, reflect.Int32:
		i := r.Int(n, path)
		if v.OverflowInt(i) {
			r.Fail(n, path, "is too large", "")
			return
		}
		v.SetInt(i)
	default:
		r.Fail(n, path, "cannot be read into "+v.Type().String(), "")
	}
}

// custom hands the node to the type's own reader, if it has one.
func (r *Reader) custom(n *yaml.Node, path string, v reflect.Value) bool {
	if !v.CanAddr() {
		return false
	}
	switch u := v.Addr().Interface().(type) {
	case Unmarshaler:
		if n != nil {
			r.note(n, path)
		}
		u.UnmarshalStrict(r, n, path)
	case encoding.TextUnmarshaler: // an error's "\nhint: " line becomes the problem's hint
		before := len(r.problems)
		s := r.Text(n, path)
		if len(r.problems) > before {
			return true
		}
		if err := u.UnmarshalText([]byte(s)); err != nil {
			msg, hint, _ := strings.Cut(err.Error(), "\nhint: ")
			r.Fail(n, path, msg, hint)
		}
	default:
		return false
	}
	return true
}

type fieldInfo struct {
	name  string
	index []int
}

// fieldsOf lists the tagged fields of a struct type, those of embedded structs included.
func (r *Reader) fieldsOf(t reflect.Type) []fieldInfo {
	if f, ok := r.fields[t]; ok {
		return f
	}
	var out []fieldInfo
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		if name != "" && name != "-" && f.IsExported() {
			out = append(out, fieldInfo{name, f.Index})
		}
	}
	if r.fields == nil {
		r.fields = map[reflect.Type][]fieldInfo{}
	}
	r.fields[t] = out
	return out
}

func (r *Reader) structure(n *yaml.Node, path string, v reflect.Value) {
	fields := r.fieldsOf(v.Type())
	known := make([]string, len(fields))
	for i, f := range fields {
		known[i] = f.name
	}
	for _, p := range r.Pairs(n, path, known) {
		for _, f := range fields {
			if f.name == p.Name {
				r.value(p.Value, p.Path, v.FieldByIndex(f.index))
			}
		}
	}
}

func (r *Reader) slice(n *yaml.Node, path string, v reflect.Value) {
	if v.Type().Elem().Kind() == reflect.String && n.Kind == yaml.ScalarNode {
		one := reflect.New(v.Type().Elem()).Elem()
		r.value(n, path, one)
		v.Set(reflect.Append(reflect.MakeSlice(v.Type(), 0, 1), one))
		return
	}
	items := r.Items(n, path)
	out := reflect.MakeSlice(v.Type(), len(items), len(items))
	for i, c := range items {
		r.value(c, Index(path, i), out.Index(i))
	}
	v.Set(out)
}

func (r *Reader) mapping(n *yaml.Node, path string, v reflect.Value) {
	if v.Type().Key().Kind() != reflect.String {
		r.Fail(n, path, "cannot be read into "+v.Type().String(), "")
		return
	}
	out := reflect.MakeMap(v.Type())
	for _, p := range r.Pairs(n, path, nil) {
		e := reflect.New(v.Type().Elem()).Elem()
		r.value(p.Value, p.Path, e)
		out.SetMapIndex(reflect.ValueOf(p.Name).Convert(v.Type().Key()), e)
	}
	v.Set(out)
}
