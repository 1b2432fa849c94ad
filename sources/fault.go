package sources

// This file: what can go wrong between salvage and a service, sorted by what it means for the pull.

import (
	"errors"
	"strings"
	"time"
)

// FaultKind says what a fault means for the pull.
type FaultKind int

// The kinds of faults. The first three pass by themselves and are tried again below the pull loop; when
// they reach the loop, patience has run out.
const (
	Limited    FaultKind = iota // asked too often; After says how long to wait, when the service does
	Cut                         // no answer, half an answer, or one that cannot be understood
	Overloaded                  // the service failed on this question; a smaller one may succeed
	Credential                  // the key or login is not (or no longer) accepted: nothing more can be asked
	Quota                       // the day's quota is used up: nothing more can be asked today
	Forbidden                   // the credential has no right to this stream
	Rejected                    // the service does not take this question, however often it is asked
)

// Fault is an error of a service. Its text never holds bytes of an answer: those may be personal data.
type Fault struct {
	Kind   FaultKind
	Why    string        // in words, for a person
	Code   string        // the service's own word for it, when it is a plain one
	Status int           // of HTTP; 0 when there was no answer
	After  time.Duration // how long the service asks to wait; 0: it does not say
	Err    error         // what lay beneath; nil when there was an answer
}

// Error gives the reason; of what lay beneath, only what is not an answer of the service.
func (f *Fault) Error() string { return f.Why }

// Unwrap gives what lay beneath.
func (f *Fault) Unwrap() error { return f.Err }

// Passing says whether the same question may well succeed in a moment.
func (f *Fault) Passing() bool { return f.Kind <= Overloaded }

// ends says whether the fault ends the whole source, to be resumed later.
func (f *Fault) ends() bool {
	return f.Kind == Limited || f.Kind == Cut || f.Kind == Credential || f.Kind == Quota
}

// FaultOf finds the fault in an error.
func FaultOf(err error) (*Fault, bool) {
	var f *Fault
	ok := errors.As(err, &f)
	return f, ok
}

// Word gives s when it is a plain word that can be shown (an error code, the name of a right), else "".
func Word(s string) string {
	if s == "" || len(s) > 80 || strings.IndexFunc(s, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' || r == '-' || r == '.')
	}) >= 0 {
		return ""
	}
	return s
}
