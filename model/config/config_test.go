package config_test

import (
	"strings"
	"testing"
	"time"

	"salvage/model/config"
	"salvage/model/strict"

	"github.com/stretchr/testify/require"
)

// full uses every key of the contract.
const full = `
business:
  name: Example Cars
  timezone: America/Los_Angeles
  currency: USD
  senders: ["@Example-Cars.test", "desk@partner.test"]
  authserv: mx.example-cars.test
incident:
  cut:  2026-01-24T08:00:00Z
  wipe: 2026-04-24T09:20:00-07:00
  resumed: 2026-04-24 20:00:00Z
backup:
  path: backup.sql
live:
  path: /abs/today.sql
sources:
  - {name: stripe,  type: stripe, key_env: STRIPE_KEY, accounts: [acct_1], base_url: "http://127.0.0.1:8080"}
  - {name: exports, type: stripe, files: ["stripe/*.json", "stripe/*.csv"], since: 2025-06-01}
  - {name: google,  type: calendar, calendars: [pickups, staff], credentials_env: GOOGLE_CREDENTIALS}
  - {name: takeout, type: calendar, files: "calendar/*.ics", since: 2025-06-01T00:00:00Z}
  - {name: office,  type: mail, imap: "mail.example.test:993", user_env: IMAP_USER, password_cmd: "pass show imap", mailboxes: [INBOX, Sent], auth: plain, ca: ca.pem}
  - {name: archive, type: mail, files: ["mail/all.mbox", "mail/Maildir", "mail/*.eml"]}
mapping: mapping.yaml
export:
  dialect: postgres
  arm_delay: 0s
  max_error: 1.5%
  hold_fields: [customer, starts_at, x_fuel]
  acknowledge: [outbox:insert]
`

// least is the shortest file that is complete.
const least = `
business: {name: X, timezone: Europe/Madrid, currency: EUR}
incident: {wipe: 2026-04-24T16:20:00Z}
backup: {path: b.sql}
sources: [{name: m, type: mail, files: [m.mbox]}]
mapping:
  zone: UTC
  entities: {}
`

func TestFull(t *testing.T) {
	c, err := config.Parse([]byte(full), "some/where/salvage.yaml")
	require.NoError(t, err)
	require.Equal(t, "some/where", c.Dir)
	require.Equal(t, "some/where/backup.sql", c.Resolve(c.Backup.Path))
	require.Equal(t, "/abs/today.sql", c.Resolve(c.Live.Path))
	require.Equal(t, []string{"@example-cars.test", "desk@partner.test"}, c.Business.Senders)
	require.Equal(t, []string{"mx.example-cars.test"}, c.Business.Authserv)
	require.Equal(t, "usd", c.Business.Currency)
	require.Equal(t, "2026-04-24T16:20:00Z", c.Incident.Wipe.Format(time.RFC3339))
	require.Equal(t, "2026-04-24T20:00:00Z", c.ResumedAt().Format(time.RFC3339))
	require.Equal(t, "2025-06-01T07:00:00Z", c.Sources[1].Since.Format(time.RFC3339), "a date begins in the business's zone")
	require.Equal(t, "2025-06-01T00:00:00Z", c.Sources[3].Since.Format(time.RFC3339))
	require.Equal(t, "implicit", c.Sources[4].TLS)
	require.Equal(t, []string{"calendar/*.ics"}, c.Sources[3].Files)
	require.Equal(t, config.Export{Dialect: "postgres", MaxError: 0.015, HoldFields: []string{"customer", "starts_at", "x_fuel"}, Acknowledge: []string{"outbox:insert"}}, c.Export)
	require.Equal(t, config.Mapping{Path: "mapping.yaml"}, c.Mapping)
	require.Equal(t, c.Incident.Cut.Add(-3*c.Incident.Wipe.Sub(*c.Incident.Cut)), c.SinceOf(c.Sources[5], *c.Incident.Cut))
	var later []string
	for _, p := range c.NotBuilt() {
		later = append(later, p.String())
	}
	require.Equal(t, []string{
		"some/where/salvage.yaml:17: sources[0]: pulling from Stripe by key is not available in this version\nhint: export the objects as JSON or the Dashboard's CSV and name them under files",
		"some/where/salvage.yaml:19: sources[2]: pulling calendars by their API is not available in this version\nhint: export the calendars (.ics or events as JSON) and name them under files",
		"some/where/salvage.yaml:21: sources[4]: pulling mail over IMAP is not available in this version\nhint: copy the mailboxes to mbox or Maildir and name them under files",
	}, later)
}

func TestDefaults(t *testing.T) {
	c, err := config.Parse([]byte(least), "salvage.yaml")
	require.NoError(t, err)
	require.Equal(t, ".", c.Dir)
	require.Nil(t, c.Live)
	require.Nil(t, c.Incident.Cut)
	require.Equal(t, *c.Incident.Wipe, c.ResumedAt())
	require.Equal(t, config.Export{ArmDelay: time.Hour, MaxError: 0.005, HoldFields: []string{"customer", "starts_at"}}, c.Export)
	require.NotNil(t, c.Mapping.Node)
	require.Equal(t, 7, c.Mapping.Node.Line)
	require.Equal(t, "Europe/Madrid", c.Location().String())
	require.Empty(t, c.NotBuilt())
	cut := c.Incident.Wipe.AddDate(0, 0, -10)
	require.Equal(t, cut.AddDate(0, 0, -30), c.SinceOf(c.Sources[0], cut), "three times the lost window before the cut")
}

func TestNotBuilt(t *testing.T) {
	for from, want := range map[string]string{
		"files: [m.mbox]=imap: \"127.0.0.1:143\", tls: none, user_env: U": "pulling mail over IMAP is not available",
	} {
		old, repl, _ := strings.Cut(from, "=")
		c, err := config.Parse([]byte(strings.Replace(least, old, repl, 1)), "s.yaml")
		require.NoError(t, err, from)
		require.Len(t, c.NotBuilt(), 1)
		require.Contains(t, c.NotBuilt()[0].String(), want)
	}
}

func TestRefused(t *testing.T) {
	cases := []struct{ name, old, repl, want string }{
		{"unknown key", "mapping:", "export: {holdfields: []}\nmapping:", "s.yaml:6: export.holdfields: unknown key\nhint: did you mean \"hold_fields\"?"},
		{"unknown source key", "files:", "flies:", "sources[0].flies: unknown key\nhint: did you mean \"files\"?"},
		{"since is known", "files:", "sinse: x, files:", "did you mean \"since\"?"},
		{"zone", "Europe/Madrid", "Europe/Madird", "business.timezone: \"Europe/Madird\" is not a time zone"},
		{"local zone", "Europe/Madrid", "Local", "is not a time zone"},
		{"currency", "currency: EUR", "currency: euros", "\"euros\" is not a currency code"},
		{"sender", "currency: EUR", "currency: EUR, senders: [example.test]", "business.senders[0]: \"example.test\" is not a sender"},
		{"naive wipe", "2026-04-24T16:20:00Z", "2026-04-24 16:20", "incident.wipe: \"2026-04-24 16:20\" does not say in which zone\nhint: write \"2026-04-24T16:20:00Z\" for UTC"},
		{"not a time", "2026-04-24T16:20:00Z", "yesterday", "incident.wipe: \"yesterday\" is not a time"},
		{"no wipe", "{wipe: 2026-04-24T16:20:00Z}", "{cut: 2026-04-24T16:20:00Z}", "incident.wipe: is missing"},
		{"cut after wipe", "{wipe: 2026-04-24T16:20:00Z}", "{wipe: 2026-04-24T16:20:00Z, cut: 2026-05-24T16:20:00Z}", "not older than the loss"},
		{"resumed before", "{wipe: 2026-04-24T16:20:00Z}", "{wipe: 2026-04-24T16:20:00Z, resumed: 2026-04-23T16:20:00Z}", "lies before the wipe"},
		{"no backup", "backup: {path: b.sql}", "", "backup is missing"},
		{"bare backup", "backup: {path: b.sql}", "backup: b.sql", "backup: should be keys and values\nhint: write backup: {path: …}"},
		{"two backups", "{path: b.sql}", "{path: b.sql, url_env: U}", "names more than one place"},
		{"url inline", "{path: b.sql}", "{url: \"postgres://u:hunter2@h/db\"}", "backup.url: secrets never stand in this file"},
		{"url as env", "{path: b.sql}", "{url_env: \"postgres://u:hunter2@h/db\"}", "backup.url_env: looks like a secret itself"},
		{"no mapping", "mapping:\n  zone: UTC\n  entities: {}", "", "mapping is missing"},
		{"no sources", "sources: [{name: m, type: mail, files: [m.mbox]}]", "", "sources are missing"},
		{"type", "type: mail", "type: e-mail", "sources[0].type: \"e-mail\" is not a type of source\nhint: did you mean \"mail\"?"},
		{"name", "name: m,", "", "sources[0].name: is missing"},
		{"odd name", "name: m,", "name: ../m,", "is not a plain name"},
		{"twice", "files: [m.mbox]}", "files: [m.mbox]}, {name: M, type: mail, files: [x]}", "is already the name of a source in line 5"},
		{"neither", ", files: [m.mbox]", "", "names neither files nor a service"},
		{"both", "files: [m.mbox]", "files: [m.mbox], imap: \"h:993\"", "stands beside files"},
		{"other type's key", "files: [m.mbox]", "key_env: K", "sources[0].key_env: is not a key of sources of type mail"},
		{"pattern", "files: [m.mbox]", "files: [\"m[.mbox\"]", "is not a file pattern"},
		{"inline key", "type: mail, files: [m.mbox]", "type: stripe, key: hunter2", "sources[0].key: secrets never stand in this file\nhint: put it into an environment variable and name that: key_env: NAME"},
		{"secret as name", "type: mail, files: [m.mbox]", "type: stripe, key_env: sk_live_hunter2hunter2", "sources[0].key_env: looks like a secret itself"},
		{"env name", "type: mail, files: [m.mbox]", "type: stripe, key_env: \"$STRIPE\"", "is not the name of an environment variable"},
		{"password", "files: [m.mbox]", "imap: \"h:993\", password: hunter2", "sources[0].password: secrets never stand"},
		{"two keys", "type: mail, files: [m.mbox]", "type: stripe, key_env: A, key_file: b", "says more than once where its key is"},
		{"plain http", "type: mail, files: [m.mbox]", "type: stripe, key_env: A, base_url: http://example.test", "plain http is accepted for loopback addresses only"},
		{"no url", "type: mail, files: [m.mbox]", "type: stripe, key_env: A, base_url: example", "is not an http address"},
		{"tls none", "files: [m.mbox]", "imap: \"mail.example.test:143\", tls: none", "none is accepted for loopback addresses only"},
		{"tls word", "files: [m.mbox]", "imap: \"h:143\", tls: ssl", "\"ssl\" is not known"},
		{"auth word", "files: [m.mbox]", "imap: \"h:143\", auth: plane", "did you mean \"plain\"?"},
		{"imap", "files: [m.mbox]", "imap: mail.example.test", "is not host:port"},
		{"since", "files: [m.mbox]", "files: [m.mbox], since: june", "sources[0].since: \"june\" is not a time"},
		{"scalar source", "[{name: m, type: mail, files: [m.mbox]}]", "[mail]", "sources[0]: should be keys and values"},
		{"dialect", "mapping:", "export: {dialect: postgresql}\nmapping:", "did you mean \"postgres\"?"},
		{"delay", "mapping:", "export: {arm_delay: 1}\nmapping:", "export.arm_delay: \"1\" is not a length of time"},
		{"negative delay", "mapping:", "export: {arm_delay: -1h}\nmapping:", "is negative"},
		{"percent", "mapping:", "export: {max_error: 0.5}\nmapping:", "export.max_error: \"0.5\" is not a percentage\nhint: write the sign too, as in 0.5%"},
		{"zero percent", "mapping:", "export: {max_error: 0%}\nmapping:", "is not above 0%"},
		{"hold field", "mapping:", "export: {hold_fields: [custmer]}\nmapping:", "export.hold_fields[0]: \"custmer\" is not a field of reservations\nhint: did you mean \"customer\"?"},
		{"acknowledge", "mapping:", "export: {acknowledge: [outbox]}\nmapping:", "export.acknowledge[0]: \"outbox\" is not a side effect"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			require.Contains(t, least, c.old)
			_, err := config.Parse([]byte(strings.Replace(least, c.old, c.repl, 1)), "s.yaml")
			require.Error(t, err)
			require.IsType(t, strict.Problems{}, err)
			require.Contains(t, err.Error(), c.want)
			require.NotContains(t, err.Error(), "hunter2", "secrets are not repeated")
			require.Len(t, err.(strict.Problems), 1, err.Error())
		})
	}
}

func TestEverythingAtOnce(t *testing.T) {
	_, err := config.Parse([]byte("business: {nmae: x}\nincident: {wipe: never}\nsources: [{type: mail}]\nexprot: {}\n"), "s.yaml")
	require.Error(t, err)
	for _, want := range []string{"nmae", "wipe", "backup is missing", "timezone", "currency", "sources[0].name: is missing", "names neither", "exprot", "mapping is missing"} {
		require.Contains(t, err.Error(), want)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(full))
	f.Add([]byte(least))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := config.Parse(b, "s.yaml")
		if err == nil {
			require.NotNil(t, c.Incident.Wipe)
			c.NotBuilt()
			c.ResumedAt()
		}
	})
}
