package mail

// This file: microdata (HTML Living Standard, "Microdata") gives the same nodes as JSON-LD.

import (
	"strings"

	"golang.org/x/net/html"
)

// microdata turns items (itemscope) into the same nodes that JSON-LD gives.
func microdata(n *html.Node, depth int) []any {
	if depth > 200 {
		return nil
	}
	if _, scope := attr(n, "itemscope"); scope {
		return []any{item(n, 0)}
	}
	var out []any
	for c := n.FirstChild; c != nil && len(out) < 50; c = c.NextSibling {
		out = append(out, microdata(c, depth+1)...)
	}
	return out
}

func item(n *html.Node, depth int) map[string]any {
	typ, _ := attr(n, "itemtype")
	typ, _, _ = strings.Cut(strings.TrimSpace(typ), " ")
	m := map[string]any{"@type": typ}
	if depth < maxDepth {
		properties(n, m, depth, 0)
	}
	return m
}

func properties(n *html.Node, m map[string]any, depth, level int) {
	if level > 200 {
		return
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		name, isProp := attr(c, "itemprop")
		_, scope := attr(c, "itemscope")
		if isProp {
			var v any = propValue(c)
			if scope {
				v = item(c, depth+1)
			}
			for _, n := range strings.Fields(name) {
				if _, have := m[n]; !have && len(m) < 1000 {
					m[n] = v
				}
			}
		}
		if !scope {
			properties(c, m, depth, level+1)
		}
	}
}

// propValue gives a property's value (HTML Living Standard, microdata, "property value").
func propValue(n *html.Node) string {
	for _, k := range []string{"content", "href", "src", "datetime", "value"} {
		if v, ok := attr(n, k); ok {
			return strings.TrimSpace(v)
		}
	}
	var b strings.Builder
	var walk func(*html.Node, int)
	walk = func(n *html.Node, level int) {
		if n.Type == html.TextNode {
			b.WriteString(n.Data)
		}
		for c := n.FirstChild; c != nil && level < 200; c = c.NextSibling {
			walk(c, level+1)
		}
	}
	walk(n, 0)
	return strings.Join(strings.Fields(b.String()), " ")
}

func attr(n *html.Node, name string) (string, bool) {
	if n.Type != html.ElementNode {
		return "", false
	}
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}
