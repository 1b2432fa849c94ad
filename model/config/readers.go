package config

// This file: the file of reading rules that salvage.yaml may name under "readers".

import (
	"bytes"
	"fmt"

	"go.yaml.in/yaml/v4"

	"salvage/model"
	"salvage/model/strict"
)

// readingRules is the file as written.
type readingRules struct {
	Rules []model.ReadingRule `yaml:"rules"`
}

// ParseReaders reads the bytes of a file of reading rules. The error, if any, is a strict.Problems.
func ParseReaders(src []byte, file string) ([]model.ReadingRule, error) {
	var f readingRules
	if ps := strict.Decode(src, file, &f); len(ps) > 0 {
		return nil, ps
	}
	return f.Rules, nil
}

// FormatReaders writes rules as such a file, with a note of what was measured above each; notes stand by index.
func FormatReaders(rules []model.ReadingRule, notes []string) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString("# Rules of reading. Name this file under `readers:` in salvage.yaml to use them. Each is held against the\n# overlap first, and refused where the backup's rows say otherwise. `drop: true` leaves a place unread.\nrules:\n")
	for i := range rules {
		one, err := yaml.Marshal([]model.ReadingRule{rules[i]})
		if err != nil {
			return nil, fmt.Errorf("write the reading rules: %w", err)
		}
		if i < len(notes) {
			fmt.Fprintf(&b, "  # %s\n", notes[i])
		}
		for _, l := range bytes.Split(bytes.TrimRight(one, "\n"), []byte("\n")) {
			b.WriteString("  ")
			b.Write(l)
			b.WriteByte('\n')
		}
	}
	return b.Bytes(), nil
}
