package learn

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"salvage/fixtures/unseen"
	"salvage/model"
	"salvage/sources/reader"
)

func TestZZ(t *testing.T) {
	seed := uint64(0)
	fmt.Sscan(os.Getenv("ZSEED"), &seed)
	if seed == 0 {
		return
	}
	c := unseen.Generate(unseen.Options{Seed: seed})
	readings := make([]*model.Reading, len(c.Evidence))
	for i := range c.Evidence {
		readings[i] = reader.Read(&c.Evidence[i], reader.Options{Senders: c.Senders()})
	}
	m, sts, err := Train(context.Background(), c.Books, readings, Options{Zone: c.Zone, Currency: c.Currency, Business: c.Business, Senders: c.Senders(), Cut: c.Cut, Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	rows := NewRows(c.Books)
	l := newLinker(rows)
	for i := range rows.List[:3] {
		fmt.Println("ROW", rows.List[i].Res.Key, rows.List[i].Res.Fields)
	}
	pat := os.Getenv("ZPAT")
	for _, r := range m.Rules {
		if strings.Contains(r.Scope, pat) {
			fmt.Printf("RULE %s | %s | %s.%s %s n=%d agree=%d trust=%d %s\n", r.Scope, r.Anchor, r.Kind, r.Field, r.Transform, r.Support, r.Agree, r.Trust, r.ID)
		}
	}
	n := map[string][2]int{}
	for i := range sts {
		if sts[i].At >= c.Cut.UnixMicro() {
			continue
		}
		x := n[sts[i].in.own[0]]
		if sts[i].Row >= 0 {
			x[0]++
		} else {
			x[1]++
		}
		n[sts[i].in.own[0]] = x
	}
	for _, k := range sortedKeys(n) {
		fmt.Println("LINKED", k, n[k])
	}
	shown := 0
	for i := range sts {
		if !strings.Contains(sts[i].in.own[0], pat) || sts[i].At >= c.Cut.UnixMicro() || shown > 2 {
			continue
		}
		shown++
		row := l.link(readings[i], slotsOf(readings[i], m.vocab))
		fmt.Println("READING", readings[i].Key, readings[i].Title, "row", row, time.UnixMicro(readings[i].At))
		for k, s := range l.score {
			fmt.Println("   cand", k, s, l.numbers(&rows.List[k], slotsOf(readings[i], m.vocab)), near(&rows.List[k], readings[i].At), rows.List[k].Res.Fields)
		}
		for _, s := range slotsOf(readings[i], m.vocab) {
			fmt.Println("   slot", s.typ, readings[i].Segments[s.seg].Path, readings[i].Segments[s.seg].Text[s.from:s.to], s.fold, s.alts, s.anchors)
		}
	}
}
