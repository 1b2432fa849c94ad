// Package config reads salvage.yaml: what the business is, when the loss happened, where backup and
// evidence lie, and how careful the export has to be. It does no I/O beyond the bytes it is given;
// whether a path exists is for the caller to find out.
//
// Every problem of the file is reported at once, with its line and the nearest known key. Secrets never
// stand in the file: keys ending in _env, _file and _cmd say where they are.
//
// Paths are kept as written; Config.Resolve makes them relative to the file's folder.
package config

import (
	"path/filepath"
	"time"

	"salvage/model/strict"

	"go.yaml.in/yaml/v4"
)

// Config is one salvage.yaml with its defaults filled in.
type Config struct {
	File string // as given to Parse
	Dir  string // the file's folder

	Business Business
	Incident Incident
	Backup   Database
	Live     *Database // nil: not given
	Sources  []Source
	Mapping  Mapping
	Export   Export

	lines func(path string) int
}

// Business is who we are working for.
type Business struct {
	Name     string   `yaml:"name"`
	Timezone string   `yaml:"timezone"`  // IANA name: what naive times in sources mean, unless a source says otherwise
	Currency string   `yaml:"currency"`  // ISO 4217, lower-cased
	Senders  []string `yaml:"senders"`   // lower-cased "@domain" or "name@domain" whose confirmations are genuine
	Authserv []string `yaml:"authserv"`  // whose Authentication-Results count; empty: learned
	DKIMKeys string   `yaml:"dkim_keys"` // file of archived DKIM keys, one a line; "": no signature is verified
}

// Incident is when it happened. Wipe is always set; a nil Cut is to be taken from the backup.
type Incident struct {
	Cut     *time.Time
	Wipe    *time.Time
	Resumed *time.Time // nil: at the wipe
}

// Database is a backup file, or a database to be read over the network.
type Database struct {
	Path    string `yaml:"path"`
	URLEnv  string `yaml:"url_env"`
	URLFile string `yaml:"url_file"`
	URLCmd  string `yaml:"url_cmd"`
}

// Source is one place that holds evidence: files, or a service to pull from.
type Source struct {
	Name  string     `yaml:"name"`
	Type  string     `yaml:"type"`  // stripe, calendar, mail
	Files []string   `yaml:"files"` // patterns, relative to the file
	Since *time.Time `yaml:"-"`     // nil: the cut minus three times the lost window

	KeyEnv   string   `yaml:"key_env"`
	KeyFile  string   `yaml:"key_file"`
	KeyCmd   string   `yaml:"key_cmd"`
	Accounts []string `yaml:"accounts"`
	BaseURL  string   `yaml:"base_url"`

	Calendars       []string `yaml:"calendars"` // by id or name
	CredentialsEnv  string   `yaml:"credentials_env"`
	CredentialsFile string   `yaml:"credentials_file"`
	CredentialsCmd  string   `yaml:"credentials_cmd"`

	IMAP         string   `yaml:"imap"` // host:port
	TLS          string   `yaml:"tls"`  // implicit (default), starttls, none
	Auth         string   `yaml:"auth"` // login, plain, xoauth2, oauthbearer; "" lets the server choose
	CA           string   `yaml:"ca"`   // PEM file of a private authority
	UserEnv      string   `yaml:"user_env"`
	UserFile     string   `yaml:"user_file"`
	UserCmd      string   `yaml:"user_cmd"`
	PasswordEnv  string   `yaml:"password_env"`
	PasswordFile string   `yaml:"password_file"`
	PasswordCmd  string   `yaml:"password_cmd"`
	Mailboxes    []string `yaml:"mailboxes"`
}

// Mapping is where the mapping stands: in a file of its own, or inline. Exactly one is set.
type Mapping struct {
	Path string
	Node *yaml.Node // line numbers are those of salvage.yaml
}

// Export is how careful the export has to be.
type Export struct {
	Dialect     string        // postgres, mysql, sqlite; "" means the backup's
	ArmDelay    time.Duration // default one hour; zero is allowed
	MaxError    float64       // highest rate of wrongly identified rows, a fraction of one; default 0.005
	HoldFields  []string      // canonical reservation fields; default customer, starts_at
	Acknowledge []string      // side effects accepted, "table:insert"
}

// Resolve makes a path of the file relative to the file's folder; an absolute path stays as it is.
func (c *Config) Resolve(path string) string {
	if path == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(c.Dir, path)
}

// ResumedAt is when bookings went into a database again: resumed, else the wipe.
func (c *Config) ResumedAt() time.Time {
	if c.Incident.Resumed != nil {
		return *c.Incident.Resumed
	}
	return *c.Incident.Wipe
}

// SinceOf is the time from which a source is asked: its own since, else the cut minus three times the lost window.
func (c *Config) SinceOf(s Source, cut time.Time) time.Time {
	if s.Since != nil {
		return *s.Since
	}
	return cut.Add(-3 * c.Incident.Wipe.Sub(cut))
}

// Location is the business's zone; Parse has made sure that it loads.
func (c *Config) Location() *time.Location {
	loc, err := time.LoadLocation(c.Business.Timezone)
	if err != nil {
		return time.UTC
	}
	return loc
}

// Parse reads the bytes of a salvage.yaml. The error, if any, is a strict.Problems with every problem found.
func Parse(src []byte, file string) (*Config, error) {
	return parse(src, file)
}

// NotBuilt names, with its line, everything that the file asks for and that this version does not do.
func (c *Config) NotBuilt() []strict.Problem { return c.notBuilt() }
