package config

// This file: the checks of sources, and what of them this version does not do.

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"salvage/model/strict"
)

// option is one key of a source that only some types take.
type option struct {
	key   string
	value string
	types string // types that take it
	env   bool   // its value is the name of an environment variable
}

func (s *Source) options() []option {
	many := func(l []string) string { return strings.Join(l, ",") }
	return []option{
		{"key_env", s.KeyEnv, "stripe", true},
		{"key_file", s.KeyFile, "stripe", false},
		{"key_cmd", s.KeyCmd, "stripe", false},
		{"accounts", many(s.Accounts), "stripe", false},
		{"base_url", s.BaseURL, "stripe calendar", false},
		{"calendars", many(s.Calendars), "calendar", false},
		{"credentials_env", s.CredentialsEnv, "calendar", true},
		{"credentials_file", s.CredentialsFile, "calendar", false},
		{"credentials_cmd", s.CredentialsCmd, "calendar", false},
		{"imap", s.IMAP, "mail", false},
		{"tls", s.TLS, "mail", false},
		{"auth", s.Auth, "mail", false},
		{"ca", s.CA, "mail stripe calendar", false},
		{"user_env", s.UserEnv, "mail", true},
		{"user_file", s.UserFile, "mail", false},
		{"user_cmd", s.UserCmd, "mail", false},
		{"password_env", s.PasswordEnv, "mail", true},
		{"password_file", s.PasswordFile, "mail", false},
		{"password_cmd", s.PasswordCmd, "mail", false},
		{"mailboxes", many(s.Mailboxes), "mail", false},
	}
}

func sourceTypes() []string { return []string{"stripe", "calendar", "mail"} }

func checkSources(r *strict.Reader, c *Config) {
	if len(c.Sources) == 0 && !r.Failed("sources") {
		r.FailAt("", "sources are missing", `sources: a list of {name, type, files}`)
	}
	seen := map[string]int{}
	for i := range c.Sources {
		s, at := &c.Sources[i], strict.Index("sources", i)
		clean := !r.Failed(at)
		if s.Name == "" && s.Type == "" && len(s.Files) == 0 {
			if clean {
				r.FailAt(at, "name and type are missing", "")
			}
			continue
		}
		if need(r, at+".name", s.Name, "a word of your own, unique in the list") {
			if first, ok := seen[strings.ToLower(s.Name)]; ok {
				r.FailAt(at+".name", fmt.Sprintf("%q is already the name of a source in line %d", s.Name, first), "")
			} else {
				seen[strings.ToLower(s.Name)] = r.Line(at + ".name")
			}
			if !nameForm.MatchString(s.Name) {
				r.FailAt(at+".name", fmt.Sprintf("%q is not a plain name", s.Name), "letters, digits, dot, hyphen and underscore")
			}
		}
		checkSource(r, at, s, clean)
	}
}

// checkSource checks one source; clean says that reading it has found nothing wrong.
func checkSource(r *strict.Reader, at string, s *Source, clean bool) {
	typeKnown := need(r, at+".type", s.Type, "stripe, calendar or mail")
	if typeKnown && !slices.Contains(sourceTypes(), s.Type) {
		r.FailAt(at+".type", fmt.Sprintf("%q is not a type of source", s.Type), strict.DidYouMean(s.Type, sourceTypes()))
		typeKnown = false
	}
	api := ""
	for _, o := range s.options() {
		if o.value == "" {
			continue
		}
		if o.env {
			checkEnv(r, at+"."+o.key, o.value)
		}
		if typeKnown && !slices.Contains(strings.Fields(o.types), s.Type) {
			r.FailAt(at+"."+o.key, "is not a key of sources of type "+s.Type, "")
			clean = false
		} else if api == "" {
			api = o.key
		}
	}
	switch {
	case len(s.Files) > 0 && api != "":
		r.FailAt(at+"."+api, "stands beside files; a source is either files or a service", "make two sources of it")
	case len(s.Files) == 0 && api == "" && clean:
		r.FailAt(at, "names neither files nor a service to pull from", `files: ["folder/*.json"]`)
	}
	for i, f := range s.Files {
		if _, err := path.Match(f, ""); err != nil || f == "" {
			r.FailAt(strict.Index(at+".files", i), fmt.Sprintf("%q is not a file pattern", f), "")
		}
	}
	checkService(r, at, s)
}

// checkService looks at what a connection says about its safety.
func checkService(r *strict.Reader, at string, s *Source) {
	if s.BaseURL != "" {
		checkBaseURL(r, at+".base_url", s.BaseURL)
	}
	if s.IMAP != "" {
		checkIMAPAddress(r, at, s)
	}
	word := func(key, v string, known []string) {
		if v != "" && !slices.Contains(known, v) {
			r.FailAt(at+"."+key, fmt.Sprintf("%q is not known", v), strict.DidYouMean(v, known))
		}
	}
	word("tls", s.TLS, []string{"implicit", "starttls", "none"})
	word("auth", s.Auth, []string{"login", "plain", "xoauth2", "oauthbearer"})
	once := func(name string, values ...string) {
		n := 0
		for _, v := range values {
			if v != "" {
				n++
			}
		}
		if n > 1 {
			r.FailAt(at, "says more than once where its "+name+" is", fmt.Sprintf("one of %s_env, %s_file, %s_cmd", name, name, name))
		}
	}
	once("key", s.KeyEnv, s.KeyFile, s.KeyCmd)
	once("credentials", s.CredentialsEnv, s.CredentialsFile, s.CredentialsCmd)
	once("user", s.UserEnv, s.UserFile, s.UserCmd)
	once("password", s.PasswordEnv, s.PasswordFile, s.PasswordCmd)
}

func (c *Config) notBuilt() []strict.Problem {
	var out []strict.Problem
	add := func(path, what, hint string) {
		line := 0
		if c.lines != nil {
			line = c.lines(path)
		}
		out = append(out, strict.Problem{File: c.File, Line: line, Path: path, Message: what + " is not available in this version", Hint: hint})
	}
	for i := range c.Sources {
		s, at := &c.Sources[i], strict.Index("sources", i)
		if len(s.Files) > 0 {
			continue
		}
		switch s.Type {
		case "stripe":
			add(at, "pulling from Stripe by key", "export the objects as JSON or the Dashboard's CSV and name them under files")
		case "calendar":
			add(at, "pulling calendars by their API", "export the calendars (.ics or events as JSON) and name them under files")
		case "mail":
			add(at, "pulling mail over IMAP", "copy the mailboxes to mbox or Maildir and name them under files")
		}
	}
	return out
}
