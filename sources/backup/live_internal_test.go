package backup

// This file: which connections are encrypted.

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEncrypted(t *testing.T) {
	t.Setenv("PGSSLMODE", "")
	for raw, want := range map[string]string{
		"postgres://u@db.example.test/x":                      "checked",
		"postgres://u@db.example.test/x?sslmode=disable":      "plain",
		"postgres://u@db.example.test/x?sslmode=require":      "encrypted",
		"postgres://u@db.example.test/x?sslmode=verify-full":  "checked",
		"postgres://u@127.0.0.1/x?sslmode=disable":            "plain",
		"postgres://u@a.example.test,b.example.test/x":        "checked",
		"postgres://u@127.0.0.1,b.example.test/x":             "checked",
		"mysql://u@db.example.test/x":                         "checked",
		"mysql://u@db.example.test/x?tls=skip-verify":         "encrypted",
		"mysql://u@db.example.test/x?ssl-mode=DISABLED":       "plain",
		"mysql://u@127.0.0.1:3307/x":                          "plain",
		"mysql://u@[::1]/x":                                   "plain",
		"mysql://u@db.example.test/x?socket=/run/mysqld/sock": "plain",
	} {
		u, err := url.Parse(raw)
		require.NoError(t, err)
		got := "plain"
		if u.Scheme == "postgres" {
			cfg, err := pgConfig(u)
			require.NoError(t, err, raw)
			if tls := cfg.TLSConfig; tls != nil && tls.InsecureSkipVerify {
				got = "encrypted"
			} else if tls != nil {
				got = "checked"
			}
			for _, f := range cfg.Fallbacks {
				require.Equal(t, cfg.TLSConfig == nil, f.TLSConfig == nil, "%s falls back to another kind of connection", raw)
			}
		} else {
			cfg, err := myConfig(u)
			require.NoError(t, err, raw)
			got = map[string]string{"true": "checked", "skip-verify": "encrypted", "false": "plain"}[cfg.TLSConfig]
			require.False(t, cfg.AllowAllFiles)
			require.False(t, cfg.AllowCleartextPasswords)
		}
		require.Equal(t, want, got, raw)
	}
}
