// Package reader chooses the reader of a piece of evidence by its media. It stands apart from package
// sources because the readers' packages know that one, and it must know them.
//
// Reading is pure: the same bytes and options give the same reading, on any machine, at any time.
// Read never panics: a reader that does leaves an unreadable reading with a defect that says so.
package reader

import (
	"fmt"
	"strings"

	"salvage/model"
	"salvage/sources"
	"salvage/sources/calendar"
	"salvage/sources/mail"
	"salvage/sources/stripe"
)

// Options is what readers must know of the business.
type Options struct {
	Senders    []string  // "@example.test" or whole addresses: whose confirmations are genuine
	Authserv   []string  // whose Authentication-Results count; empty: those of the business's own domains
	OwnDomains []string  // further domains of the business, beside those of Senders
	Keys       mail.Keys // archived DKIM keys; none: no signature is verified
}

// Read makes a reading of one piece of evidence. It always returns one.
func Read(ev *model.Evidence, opt Options) (r *model.Reading) {
	defer func() {
		if p := recover(); p != nil {
			r = blank(ev, model.Unreadable, fmt.Sprintf("the reader failed: %v", p))
		}
	}()
	switch family(ev.Media) {
	case "stripe":
		r = stripe.Read(ev)
	case "calendar":
		r = calendar.Read(ev)
	case "mail":
		r = mail.Read(ev, mail.Options{Senders: opt.Senders, Authserv: opt.Authserv, OwnDomains: opt.OwnDomains, Keys: opt.Keys})
	case "broken":
		return blank(ev, model.Unreadable, sources.BrokenText(strings.TrimPrefix(ev.Media, sources.BrokenMedia)))
	default:
		return blank(ev, model.Unreadable, "no reader for "+ev.Media)
	}
	r.Key, r.Media, r.Group = ev.Key, ev.Media, ev.Group
	if r.At == 0 {
		r.At = ev.At
	}
	if r.Outcome == "" {
		r.Outcome = model.Read
		if len(r.Defects) > 0 {
			r.Outcome = model.Defects
		}
	}
	return r
}

// Version names the reader of a media and its version ("mail@1"): a reading made by another version is stale.
func Version(media string) string {
	switch family(media) {
	case "stripe":
		return stripe.Reader
	case "calendar":
		return calendar.Reader
	case "mail":
		return mail.Reader
	}
	return "none@1"
}

func family(media string) string {
	f, _, _ := strings.Cut(media, "/")
	return f
}

func blank(ev *model.Evidence, o model.Outcome, defect string) *model.Reading {
	return &model.Reading{Key: ev.Key, Media: ev.Media, Group: ev.Group, At: ev.At, Reader: Version(ev.Media), Outcome: o, Defects: []string{defect}}
}
