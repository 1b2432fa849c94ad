package config

// This file: from the bytes to a Config. The raw types mirror the file; what needs a closer look than
// a type is checked in check.go.

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"salvage/model/strict"

	"go.yaml.in/yaml/v4"
)

// raw is the file as it is written.
type raw struct {
	Business Business    `yaml:"business"`
	Incident rawIncident `yaml:"incident"`
	Backup   *rawDB      `yaml:"backup"`
	Live     *rawDB      `yaml:"live"`
	Sources  []rawSource `yaml:"sources"`
	Mapping  rawMapping  `yaml:"mapping"`
	Readers  string      `yaml:"readers"`
	Export   rawExport   `yaml:"export"`
}

type rawIncident struct {
	Cut     *instant `yaml:"cut"`
	Wipe    *instant `yaml:"wipe"`
	Resumed *instant `yaml:"resumed"`
}

type rawExport struct {
	Dialect     string    `yaml:"dialect"`
	ArmDelay    *duration `yaml:"arm_delay"`
	MaxError    *percent  `yaml:"max_error"`
	HoldFields  []string  `yaml:"hold_fields"`
	Acknowledge []string  `yaml:"acknowledge"`
}

func parse(src []byte, file string) (*Config, error) {
	var in raw
	r := strict.NewReader(file)
	root, ps := strict.Parse(src, file)
	if len(ps) > 0 {
		return nil, ps
	}
	if root == nil {
		r.Fail(nil, "", "is empty", "`salvage init --backup FILE` drafts it")
		return nil, r.Problems()
	}
	r.Decode(root, "", &in)
	c := in.config(file)
	check(r, c, &in)
	if ps := r.Problems(); len(ps) > 0 {
		return nil, ps
	}
	return c, nil
}

// config fills in the defaults.
func (in *raw) config(file string) *Config {
	c := &Config{File: file, Dir: filepath.Dir(file), Business: in.Business}
	c.Business.Currency = strings.ToLower(c.Business.Currency)
	for i, s := range c.Business.Senders {
		c.Business.Senders[i] = strings.ToLower(strings.TrimSpace(s))
	}
	c.Incident = Incident{Cut: in.Incident.Cut.time(), Wipe: in.Incident.Wipe.time(), Resumed: in.Incident.Resumed.time()}
	if in.Backup != nil {
		c.Backup = Database(*in.Backup)
	}
	if in.Live != nil {
		live := Database(*in.Live)
		c.Live = &live
	}
	loc := c.Location()
	for _, s := range in.Sources {
		s.Source.Since = s.since.in(loc)
		if s.IMAP != "" && s.TLS == "" {
			s.TLS = "implicit"
		}
		c.Sources = append(c.Sources, s.Source)
	}
	c.Mapping = Mapping(in.Mapping)
	c.Readers = in.Readers
	c.Export = Export{Dialect: in.Export.Dialect, ArmDelay: time.Hour, MaxError: 0.005,
		HoldFields: []string{"customer", "starts_at"}, Acknowledge: in.Export.Acknowledge}
	if in.Export.ArmDelay != nil {
		c.Export.ArmDelay = time.Duration(*in.Export.ArmDelay)
	}
	if in.Export.MaxError != nil {
		c.Export.MaxError = float64(*in.Export.MaxError)
	}
	if in.Export.HoldFields != nil {
		c.Export.HoldFields = in.Export.HoldFields
	}
	return c
}

// instant is a moment with its zone: RFC 3339, a blank may stand for the T.
type instant time.Time

// UnmarshalText reads an instant.
func (t *instant) UnmarshalText(b []byte) error {
	s := string(b)
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02 15:04:05Z07:00", "2006-01-02T15:04Z07:00", "2006-01-02 15:04Z07:00", "2006-01-02 15:04:05 Z07:00", "2006-01-02 15:04 Z07:00"} {
		if v, err := time.Parse(layout, s); err == nil {
			*t = instant(v.UTC())
			return nil
		}
	}
	for _, layout := range []string{"2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999", "2006-01-02T15:04", "2006-01-02 15:04", time.DateOnly} {
		if v, err := time.Parse(layout, s); err == nil {
			return fmt.Errorf("%q does not say in which zone\nhint: write %q for UTC, or an offset such as -07:00", s, v.Format("2006-01-02T15:04:05")+"Z")
		}
	}
	return fmt.Errorf("%q is not a time\nhint: write it as 2026-04-24T16:20:00Z", s)
}

func (t *instant) time() *time.Time {
	if t == nil {
		return nil
	}
	v := time.Time(*t)
	return &v
}

// since is an instant, or a date that begins in the business's zone.
type since struct {
	at   *time.Time
	date time.Time
}

// UnmarshalText reads an instant or a date.
func (s *since) UnmarshalText(b []byte) error {
	if d, err := time.Parse(time.DateOnly, string(b)); err == nil {
		s.date = d
		return nil
	}
	var t instant
	if err := t.UnmarshalText(b); err != nil {
		return err
	}
	s.at = t.time()
	return nil
}

func (s *since) in(loc *time.Location) *time.Time {
	if s == nil || s.at != nil {
		if s == nil {
			return nil
		}
		return s.at
	}
	t := time.Date(s.date.Year(), s.date.Month(), s.date.Day(), 0, 0, 0, 0, loc).UTC()
	return &t
}

// duration is a length of time that is not negative: 90m, 1h, 0s, and 2d for days.
type duration time.Duration

// UnmarshalText reads a duration.
func (d *duration) UnmarshalText(b []byte) error {
	s := string(b)
	if days, ok := strings.CutSuffix(s, "d"); ok {
		if n, err := strconv.ParseUint(days, 10, 16); err == nil {
			*d = duration(time.Duration(n) * 24 * time.Hour)
			return nil
		}
	}
	v, err := time.ParseDuration(s)
	switch {
	case err != nil:
		return fmt.Errorf("%q is not a length of time\nhint: write it as 1h, 90m or 0s", s)
	case v < 0:
		return fmt.Errorf("%q is negative", s)
	case v > 366*24*time.Hour:
		return fmt.Errorf("%q is longer than a year", s)
	}
	*d = duration(v)
	return nil
}

// percent is a rate written with its sign, 0.5%, and kept as a fraction of one.
type percent float64

var percentForm = regexp.MustCompile(`^([0-9]{1,3}(\.[0-9]{1,6})?) ?%$`)

// UnmarshalText reads a percentage above 0 and up to 100.
func (p *percent) UnmarshalText(b []byte) error {
	m := percentForm.FindStringSubmatch(string(b))
	if m == nil {
		return fmt.Errorf("%q is not a percentage\nhint: write the sign too, as in 0.5%%", b)
	}
	v, err := strconv.ParseFloat(m[1], 64)
	if err != nil || v <= 0 || v > 100 {
		return fmt.Errorf("%q is not above 0%% and up to 100%%", b)
	}
	*p = percent(v / 100)
	return nil
}

// rawMapping is a path or the mapping itself.
type rawMapping Mapping

// UnmarshalStrict keeps an inline mapping as its node.
func (m *rawMapping) UnmarshalStrict(r *strict.Reader, n *yaml.Node, path string) {
	if n != nil && n.Kind == yaml.MappingNode {
		m.Node = n
		return
	}
	m.Path = r.Text(n, path)
}

// rawSource is a source with its since not yet in a zone.
type rawSource struct {
	Source
	since *since
}

// UnmarshalStrict reads a source, and names secrets that stand in the open before anything else sees them.
func (s *rawSource) UnmarshalStrict(r *strict.Reader, n *yaml.Node, path string) {
	n = withoutSecrets(r, n, path)
	if n == nil || n.Kind != yaml.MappingNode {
		r.Fail(n, path, "should be keys and values", `as in - {name: stripe, type: stripe, files: ["stripe/*.json"]}`)
		return
	}
	var in struct {
		Source
		Since *since `yaml:"since"`
	}
	r.Decode(n, path, &in)
	s.Source, s.since = in.Source, in.Since
}

// rawDB is a database entry.
type rawDB Database

// UnmarshalStrict reads a database entry; a URL in the open is refused.
func (d *rawDB) UnmarshalStrict(r *strict.Reader, n *yaml.Node, path string) {
	if n != nil && n.Kind == yaml.ScalarNode && !strict.IsNull(n) {
		r.Fail(n, path, "should be keys and values", "write "+path+": {path: …}")
		return
	}
	r.Decode(withoutSecrets(r, n, path), path, (*Database)(d))
}
