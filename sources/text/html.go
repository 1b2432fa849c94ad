package text

// This file: HTML becomes lines. A tokeniser, not a tree: mail is rarely well-formed, and the place of every
// word in the source is wanted.

import (
	"bytes"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Doc is what one HTML body holds.
type Doc struct {
	Lines   []Line
	Links   []Link
	Scripts []Script // application/ld+json
	Micro   bool     // there is microdata (itemscope)
	Cut     bool     // the body was longer than the bounds
}

// Link is a link and the words it stands under.
type Link struct {
	Href, Text string
	From, To   int
	Quoted     bool
}

// Script is a block of linked data.
type Script struct {
	Text string
	From int
}

// HTML reads an HTML body.
func HTML(s string) Doc {
	w := &walker{src: s}
	if len(s) > MaxBody {
		w.src, w.doc.Cut = s[:MaxBody], true
	}
	z := html.NewTokenizer(strings.NewReader(w.src))
	z.SetMaxBuf(MaxBody + 1)
	for len(w.raws) < maxLines {
		t := z.Next()
		if t == html.ErrorToken {
			break
		}
		raw := len(z.Raw())
		w.token(t, z, raw)
		w.pos += raw
	}
	w.flush()
	for len(w.tables) > 0 {
		w.endTable()
	}
	w.doc.Cut = w.doc.Cut || len(w.raws) == maxLines
	w.doc.Lines = label(w.src, w.raws)
	return w.doc
}

// walker is the state of reading one body.
type walker struct {
	src    string
	pos    int // of the current token
	doc    Doc
	raws   []rawLine
	tables []*table

	buf      []byte
	from, to int
	bold     int // open b and strong
	head     int // length of buf when the bold start of the line ended; 0: not bold, -1: in it
	spanEnd  bool
	pre      int
	isLabel  bool

	skip    atom.Atom // inside an element whose text nobody sees
	skips   int
	ld      bool
	quotes  int // open blockquotes
	divs    int // open divs inside a quotation div
	inQuote bool
}

func (w *walker) token(t html.TokenType, z *html.Tokenizer, raw int) {
	switch t {
	case html.TextToken:
		w.text(z, raw)
	case html.StartTagToken, html.SelfClosingTagToken:
		name, attrs := z.TagName()
		w.start(atom.Lookup(name), z, attrs, t == html.SelfClosingTagToken)
	case html.EndTagToken:
		name, _ := z.TagName()
		w.end(atom.Lookup(name))
	}
}

func (w *walker) text(z *html.Tokenizer, raw int) {
	if w.ld {
		if len(w.doc.Scripts) == 100 {
			return
		}
		w.doc.Scripts = append(w.doc.Scripts, Script{string(z.Text()), w.pos})
		return
	}
	if w.skip != 0 {
		return
	}
	t := z.Text()
	if w.pre > 0 {
		for i, l := range bytes.Split(t, []byte("\n")) {
			if i > 0 {
				w.flush()
			}
			w.words(l, raw)
		}
		return
	}
	w.words(t, raw)
}

// words adds text to the line, its white space folded.
func (w *walker) words(t []byte, raw int) {
	trimmed := bytes.TrimLeft(t, " \t\r\n")
	if len(trimmed) == 0 {
		if len(t) > 0 && len(w.buf) > 0 {
			w.buf = append(w.buf, ' ')
		}
		return
	}
	if w.spanEnd && len(trimmed) == len(t) && len(w.buf) > 0 {
		w.flush()
	}
	w.spanEnd = false
	if len(bytes.TrimSpace(w.buf)) == 0 {
		w.buf, w.from = w.buf[:0], w.pos
		w.head = 0
		if w.bold > 0 {
			w.head = -1
		}
	} else if w.head == -1 && w.bold == 0 {
		w.head = len(w.buf)
	}
	w.to = w.pos + raw
	space := len(trimmed) != len(t) && len(w.buf) > 0
	for _, c := range trimmed {
		if c == ' ' || c == '\t' || c == '\r' || c == '\n' {
			space = true
			continue
		}
		if space && len(w.buf) > 0 && w.buf[len(w.buf)-1] != ' ' {
			w.buf = append(w.buf, ' ')
		}
		space = false
		w.buf = append(w.buf, c)
	}
	if space {
		w.buf = append(w.buf, ' ')
	}
}

// flush ends a line.
func (w *walker) flush() {
	w.spanEnd = false
	t := clean(strings.TrimSpace(string(w.buf[:min(len(w.buf), maxLine)])))
	// In HTML a wide gap is a matter of no-break spaces, not of columns.
	t = strings.ReplaceAll(t, "\t", " ")
	if t != "" && len(w.raws) < maxLines {
		r := rawLine{text: t, from: w.from, to: min(w.to, len(w.src)), quoted: w.quotes > 0 || w.inQuote, isLabel: w.isLabel}
		if w.head > 0 {
			r.head = strings.TrimSpace(clean(string(w.buf[:w.head])))
		}
		w.raws = append(w.raws, r)
	}
	w.buf, w.head = w.buf[:0], 0
}

func (w *walker) start(a atom.Atom, z *html.Tokenizer, more, selfClosed bool) {
	if w.skip != 0 {
		if a == w.skip && !selfClosed && !void(a) {
			w.skips++
		}
		return
	}
	at := attributes(z, more)
	w.doc.Micro = w.doc.Micro || at.scope
	switch a {
	case atom.Script, atom.Style, atom.Title, atom.Template, atom.Noscript, atom.Select, atom.Textarea:
		if selfClosed {
			return
		}
		w.skip, w.skips = a, 1
		w.ld = a == atom.Script && strings.Contains(strings.ToLower(at.typ), "ld+json")
		return
	case atom.Span:
		if w.spanEnd && len(w.buf) > 0 && w.buf[len(w.buf)-1] != ' ' {
			w.flush()
		}
		return
	}
	if at.hidden && !selfClosed && !void(a) && a != atom.Td && a != atom.Tr && a != atom.Body {
		w.skip, w.skips = a, 1
		return
	}
	w.open(a, at)
}

// open handles the tags that shape lines.
func (w *walker) open(a atom.Atom, at attrs) {
	switch a {
	case atom.Br, atom.Hr:
		w.flush()
	case atom.B, atom.Strong, atom.Label:
		w.bold++
	case atom.A:
		if at.href != "" && len(w.doc.Links) < 500 {
			w.doc.Links = append(w.doc.Links, Link{Href: at.href, From: w.pos, To: w.pos, Quoted: w.quotes > 0 || w.inQuote})
		}
	case atom.Table:
		w.flush()
		w.startTable()
	case atom.Tr:
		w.flush()
		w.endRow()
	case atom.Td, atom.Th:
		w.flush()
		w.startCell(a == atom.Th)
	case atom.Dt:
		w.flush()
		w.isLabel = true
	case atom.Pre:
		w.flush()
		w.pre++
	case atom.Blockquote:
		w.flush()
		w.quotes++
	case atom.Div:
		w.flush()
		if w.inQuote {
			w.divs++
		} else if at.quote {
			w.inQuote, w.divs = true, 1
		}
	default:
		if block(a) {
			w.flush()
		}
	}
}

func (w *walker) end(a atom.Atom) {
	if w.skip != 0 {
		if a == w.skip {
			if w.skips--; w.skips == 0 {
				w.skip, w.ld = 0, false
			}
		}
		return
	}
	switch a {
	case atom.B, atom.Strong, atom.Label:
		w.bold = max(0, w.bold-1)
	case atom.Span:
		w.spanEnd = true
	case atom.Table:
		w.flush()
		w.endTable()
	case atom.Tr:
		w.flush()
		w.endRow()
	case atom.Td, atom.Th:
		w.flush()
		w.endCell()
	case atom.Dt:
		w.flush()
		w.isLabel = false
	case atom.Pre:
		w.flush()
		w.pre = max(0, w.pre-1)
	case atom.Blockquote:
		w.flush()
		w.quotes = max(0, w.quotes-1)
	case atom.Div:
		w.flush()
		if w.inQuote {
			w.divs--
			w.inQuote = w.divs > 0
		}
	default:
		if block(a) {
			w.flush()
		}
	}
}

// attrs is what is wanted of a tag's attributes.
type attrs struct {
	href, typ            string
	hidden, quote, scope bool
}

func attributes(z *html.Tokenizer, more bool) (a attrs) {
	for more {
		var k, v []byte
		k, v, more = z.TagAttr()
		switch string(k) {
		case "href":
			a.href = strings.TrimSpace(string(v))
		case "type":
			a.typ = string(v)
		case "itemscope":
			a.scope = true
		case "hidden":
			a.hidden = true
		case "style":
			s := strings.ReplaceAll(strings.ToLower(string(v)), " ", "")
			a.hidden = a.hidden || strings.Contains(s, "display:none")
		case "class":
			// The wrappers that Gmail, Yahoo, Thunderbird and Apple Mail put around what is quoted.
			c := string(v)
			a.quote = a.quote || strings.Contains(c, "gmail_quote") || strings.Contains(c, "yahoo_quoted") || strings.Contains(c, "moz-cite-prefix")
		case "id":
			a.quote = a.quote || string(v) == "divRplyFwdMsg" || string(v) == "appendonsend"
		}
	}
	return a
}

func void(a atom.Atom) bool {
	switch a {
	case atom.Br, atom.Hr, atom.Img, atom.Input, atom.Meta, atom.Link, atom.Col, atom.Area, atom.Base, atom.Wbr:
		return true
	}
	return false
}

func block(a atom.Atom) bool {
	switch a {
	case atom.P, atom.Li, atom.Ul, atom.Ol, atom.Dl, atom.Dd, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6,
		atom.Section, atom.Article, atom.Header, atom.Footer, atom.Address, atom.Center, atom.Main, atom.Nav,
		atom.Form, atom.Fieldset, atom.Legend, atom.Body, atom.Head, atom.Html, atom.Caption, atom.Thead, atom.Tbody, atom.Tfoot,
		atom.Figure, atom.Aside, atom.Details, atom.Summary:
		return true
	}
	return false
}
