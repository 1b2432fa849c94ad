package sources

// This file: what a credential may do, as far as reading alone can tell.

import "context"

// Access is what a credential was found to allow. None of its texts holds a secret.
type Access struct {
	Kind   string   `json:"kind"`   // what sort of credential it is: "restricted key (rk_live)", "service account"
	Who    string   `json:"who"`    // whose it is, when the service says so
	Can    []string `json:"can"`    // what it may read of what is needed
	Lacks  []string `json:"lacks"`  // rights that are needed and missing, by the name under which they are given
	Excess []string `json:"excess"` // rights that are not needed
	Notes  []string `json:"notes"`  // what cannot be proven, and what else there is to know
}

// Checker is a Source that can find out what its credential allows. It only reads.
type Checker interface {
	Check(ctx context.Context) (Access, error)
}
