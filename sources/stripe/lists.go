package stripe

// This file: lists that belong to an object (the lines of an invoice, the items of a checkout), and the
// door for objects that come from the API.

import (
	"encoding/json"
	"net/url"
	"strings"

	"salvage/model"
	"salvage/sources"
	"salvage/sources/canon"
)

// mediaList is the media of a list that belongs to an object. Its key is the object's.
const mediaList = "stripe/list"

// listParent gives the id of the object that a whole list belongs to, by its url
// ("/v1/invoices/in_…/lines"); "" for pages of a list that belongs to nothing.
func listParent(o canon.Object) string {
	if o.Str("object") != "list" || o.Str("id") != "" {
		return ""
	}
	if more, _ := o.Bool("has_more"); more {
		return ""
	}
	return ParentOf(o.Str("url"))
}

// ParentOf gives the id of the object that the address of a list of lines or items names; "" for others.
func ParentOf(list string) string {
	u, err := url.Parse(list)
	if err != nil || u.Host != "" || !strings.HasPrefix(u.Path, "/v1/") {
		return ""
	}
	parts := strings.Split(strings.TrimPrefix(u.Path, "/v1/"), "/")
	last := parts[len(parts)-1]
	if len(parts) < 3 || last != "lines" && last != "line_items" && last != "items" {
		return ""
	}
	return parts[len(parts)-2]
}

// list adds a whole list under the key of the object it belongs to; an empty one says nothing.
func (m *maker) list(o canon.Object, parent string, at int64) {
	if data, _ := o.At("data").([]any); len(data) == 0 {
		return
	}
	// QUIRK: url and total_count stand in a list or not, as the call was made.
	body := canon.Bytes(canon.Object{"object": "list", "data": o["data"]})
	m.out = append(m.out, model.Evidence{Key: "stripe:" + parent, Media: mediaList, At: at * 1e6, Canon: body, Raw: body})
}

// Objects makes evidence of one object as the API gives it, and of the objects inside it, in the same form
// as if it had been read from a file. Found and Digest are filled in.
func Objects(raw []byte, found string) ([]model.Evidence, error) {
	o, dropped, err := canon.Parse(raw)
	if err != nil {
		return nil, err
	}
	m := &maker{}
	if !dropped {
		m.raw = raw
	}
	m.top(o, 0)
	return finish(m.out, found), nil
}

// Lines makes evidence of the whole list that belongs to an object, whose elements came on several pages.
func Lines(parent string, created int64, data []json.RawMessage, found string) ([]model.Evidence, error) {
	list := make([]any, len(data))
	for i, raw := range data {
		o, _, err := canon.Parse(raw)
		if err != nil {
			return nil, err
		}
		list[i] = map[string]any(o)
	}
	m := &maker{}
	m.list(canon.Object{"data": list}, parent, created)
	return finish(m.out, found), nil
}

// Broken keeps an object of the API that cannot be read.
func Broken(raw []byte, found string) sources.Broken {
	return sources.Broken{Code: sources.BrokenJSON, Why: sources.BrokenText(sources.BrokenJSON), Raw: canon.Fragment(raw), Found: found}
}

func finish(list []model.Evidence, found string) []model.Evidence {
	for i := range list {
		list[i].Found = found
		list[i].Digest = sources.Digest(list[i].Media, list[i].Canon)
	}
	return list
}
