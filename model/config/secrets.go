package config

// This file: secrets never stand in the configuration, and where they do, they are not repeated.

import (
	"regexp"

	"salvage/model/strict"

	"go.yaml.in/yaml/v4"
)

// secretKeys are keys under which people put the secret itself, with the keys that should stand instead.
func secretKeys() map[string]string {
	return map[string]string{
		"key": "key", "api_key": "key", "apikey": "key", "secret": "key", "secret_key": "key", "token": "key",
		"password": "password", "pass": "password", "passwd": "password", "user": "user", "username": "user",
		"credentials": "credentials", "url": "url", "dsn": "url", "database_url": "url",
	}
}

var (
	envName    = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,127}$`)
	liveSecret = regexp.MustCompile(`\b(sk|rk|pk)_(live|test)_[0-9A-Za-z]{6,}|\bwhsec_[0-9A-Za-z]{8,}|-----BEGIN|://[^/@\s]+:[^/@\s]+@`)
)

// withoutSecrets drops the keys that hold a secret in the open, each with a telling problem; the value
// is not shown.
func withoutSecrets(r *strict.Reader, n *yaml.Node, path string) *yaml.Node {
	if n == nil || n.Kind != yaml.MappingNode {
		return n
	}
	out := *n
	out.Content = nil
	words := secretKeys()
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], strict.Resolve(n.Content[i+1])
		if base, ok := words[k.Value]; ok {
			r.Fail(k, strict.Join(path, k.Value), "secrets never stand in this file",
				"put it into an environment variable and name that: "+base+"_env: NAME (or "+base+"_file, "+base+"_cmd); if the file was shared, replace the secret")
			continue
		}
		if v.Kind == yaml.ScalarNode && liveSecret.MatchString(v.Value) {
			r.Fail(v, strict.Join(path, k.Value), "looks like a secret itself; secrets never stand in this file",
				"name the environment variable that holds it; if the file was shared, replace the secret")
			continue
		}
		out.Content = append(out.Content, n.Content[i], n.Content[i+1])
	}
	return &out
}
