package reconcile

import (
	"fmt"
	"os"

	"salvage/reconcile/learn"
)

func debugRules(lm *learn.Model) {
	f, _ := os.Create("/tmp/learner/rules.txt")
	defer f.Close()
	for _, r := range lm.Rules {
		fmt.Fprintf(f, "%s | %s | %s.%s | %s | n=%d agree=%d distinct=%d trust=%d %s\n", r.Scope, r.Anchor, r.Kind, r.Field, r.Transform, r.Support, r.Agree, r.Distinct, r.Trust, r.ID)
	}
}
