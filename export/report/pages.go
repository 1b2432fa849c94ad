package report

// This file: the templates, their style, and what they are given to show values with.

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"strings"
	"time"

	"salvage/model"
)

//go:embed pages
var pages embed.FS

// frame is what every page needs: its style, and the policy that allows this style and nothing else.
type frame struct {
	Title  string
	Style  template.HTML
	Policy string
}

func newFrame(title string) (frame, error) {
	css, err := pages.ReadFile("pages/style.css")
	if err != nil {
		return frame{}, err
	}
	sum := sha256.Sum256(css)
	return frame{
		Title:  title,
		Style:  template.HTML("<style>" + string(css) + "</style>"), //nolint:gosec // our own file
		Policy: "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'",
	}, nil
}

// render writes one page.
func render(w io.Writer, name string, data any) error {
	t, err := template.New(name).Funcs(template.FuncMap{
		"money":   money,
		"percent": percent,
		"instant": func(p *string) string {
			if p == nil {
				return ""
			}
			return strings.TrimSuffix(strings.Replace(*p, "T", " ", 1), ":00Z")
		},
	}).ParseFS(pages, "pages/"+name)
	if err != nil {
		return err
	}
	return t.Execute(w, data)
}

// money shows an amount; "" for none.
func money(a *model.Amount) string {
	if a == nil {
		return ""
	}
	return model.MoneyValue(a.Minor, a.Currency).String()
}

// percent shows a fraction of one with two decimals; "not measured" for none.
func percent(f *float64) string {
	if f == nil {
		return "not measured"
	}
	return fmt.Sprintf("%.2f %%", *f*100)
}

// plural is "1 word", "2 words".
func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}

func clock(t time.Time) string { return t.Format("15:04") }

func day(t time.Time) string { return t.Format("Monday 2 January 2006") }
