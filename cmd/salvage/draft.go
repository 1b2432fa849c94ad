package main

// This file: the drafted salvage.yaml.

import (
	"bytes"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v4"
)

// config writes salvage.yaml; what nobody has said stands there as a comment, beside the line that it concerns.
func (d *drafting) config() ([]byte, error) {
	root := yamlMap()
	root.HeadComment = "# Drafted by salvage init. Lines that begin with \"# asked\" need an answer before salvage check passes."
	root.Content = append(root.Content, yamlText("business"), d.businessNode(), yamlText("incident"), d.incidentNode())
	backup := yamlMap()
	backup.Style = yaml.FlowStyle
	backup.Content = append(backup.Content, yamlText("path"), yamlText(d.relative(d.opts.Backup)))
	root.Content = append(root.Content, yamlText("backup"), backup)
	mapping := yamlText("mapping")
	if len(d.sources) > 0 {
		list := &yaml.Node{Kind: yaml.SequenceNode}
		for _, s := range d.sources {
			list.Content = append(list.Content, sourceNode(s))
		}
		root.Content = append(root.Content, yamlText("sources"), list)
	} else {
		mapping.HeadComment = `# asked (sources): one line for each place that holds evidence
# sources:
#   - {name: stripe, type: stripe, files: ["stripe/*.json", "stripe/*.csv"]}
#   - {name: calendar, type: calendar, files: ["calendar/*.json", "calendar/*.ics"]}
#   - {name: mail, type: mail, files: ["mail/all.mbox", "mail/Maildir", "mail/*.eml"]}`
	}
	root.Content = append(root.Content, mapping, yamlText("mapping.yaml"))
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := enc.Encode(root); err != nil {
		return nil, fmt.Errorf("write the drafted configuration: %w", err)
	}
	return b.Bytes(), enc.Close()
}

func (d *drafting) businessNode() *yaml.Node {
	n := yamlMap()
	d.line(n, "name", or(d.answers["name"], "Our business"), "")
	zone := d.answers["timezone"]
	d.line(n, "timezone", zone, "# asked (timezone): what times without a zone in mails and calendars mean\n# timezone: America/New_York")
	cur := strings.ToUpper(or(d.answers["currency"], d.draft.Currency.Value))
	d.line(n, "currency", cur, "# asked (currency): three letters\n# currency: USD")
	senders := yamlText("senders")
	n.Content = append(n.Content, senders, &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle, LineComment: `# whose confirmations are genuine: ["@your-domain.example"]; empty: learned`})
	return n
}

// line writes a line, or keeps the comment for the next one when there is no value.
func (d *drafting) line(n *yaml.Node, key, value, asked string) {
	if value == "" {
		if n.HeadComment != "" {
			n.HeadComment += "\n"
		}
		n.HeadComment += asked
		return
	}
	n.Content = append(n.Content, yamlText(key), yamlText(value))
}

func (d *drafting) incidentNode() *yaml.Node {
	n := yamlMap()
	switch {
	case d.answers["cut"] != "":
		d.line(n, "cut", d.answers["cut"], "")
	case d.health.Cut != "":
		n.HeadComment = "# cut: when the backup was made; not said here, the dump says it: " + d.health.Cut
	default:
		d.line(n, "cut", d.draft.Cut, "# asked (cut): when the backup was made; the dump does not say\n# cut: 2026-01-24T08:00:00Z")
		if d.draft.Cut != "" {
			n.Content[len(n.Content)-1].LineComment = "# unsure: just after the newest thing that happened in the backup, else when you know it was made"
		}
	}
	d.line(n, "wipe", d.answers["wipe"], "# asked (wipe): the moment of the loss\n# wipe: 2026-04-24T16:20:00Z")
	if len(n.Content) == 0 {
		n.Style = yaml.FlowStyle
	}
	return n
}

func sourceNode(s draftSource) *yaml.Node {
	n := yamlMap()
	n.Style = yaml.FlowStyle
	list := &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle}
	for _, p := range s.patterns {
		q := yamlText(p)
		q.Style = yaml.DoubleQuotedStyle
		list.Content = append(list.Content, q)
	}
	n.Content = append(n.Content, yamlText("name"), yamlText(s.name), yamlText("type"), yamlText(s.typ), yamlText("files"), list)
	return n
}

func yamlMap() *yaml.Node { return &yaml.Node{Kind: yaml.MappingNode} }

func yamlText(s string) *yaml.Node {
	n := &yaml.Node{}
	n.SetString(s)
	return n
}
