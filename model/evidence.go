package model

// This file: evidence, one object as a source gave it, and the reading that a source's Read makes of it.

// Evidence is one object as a source gave it. Key and Digest come from the canonical form alone
// (JSON canonicalised by RFC 8785, mail with LF line ends and mbox quoting undone, secrets scrubbed),
// never from the source's name or the file it lay in; two sources that hold the same object meet in one row.
// One Key may come with several Digests (versions of one object).
type Evidence struct {
	Key    string   // "stripe:ch_…", "event:<id>", "mail:<message-id>", "mail:sha256-<16 hex>" without one
	Media  string   // what reads it: "stripe/charge", "stripe/csv-payments", "calendar/google", "calendar/ics", "mail/rfc822"
	Group  string   // who speaks: the calendar's id or name when the object says so, else ""
	At     int64    // microseconds UTC when the source says it was said or last changed; 0 when it does not
	Digest [32]byte // SHA-256 of Media, NUL, Canon
	Canon  []byte   // canonical bytes: what Read reads and what spans count in
	Raw    []byte   // the bytes as found
	Found  string   // file and place where it was found; never part of the identity
}

// Outcome is what became of one object of a source: exactly one of three.
type Outcome string

// The outcomes.
const (
	Read       Outcome = "read"
	Defects    Outcome = "defects"    // read, with defects that Reading.Defects names
	Unreadable Outcome = "unreadable" // kept byte for byte, nothing could be read
)

// Span says where in a piece of evidence something stands. Part is a JSON pointer ("/billing_details/email"),
// "header:Subject", or a MIME part number ("1.2"); From and To count bytes in that part's decoded UTF-8 text
// (in the JSON string's value for a pointer). To is exclusive; From = To = 0 means the whole part.
type Span struct {
	Part string `json:"p"`
	From int    `json:"f,omitempty"`
	To   int    `json:"e,omitempty"`
}

// Claim is what one piece of evidence says of one field of one thing.
type Claim struct {
	Kind  Kind   `json:"k"`
	Field Field  `json:"f"`
	Value Value  `json:"v"`
	Span  Span   `json:"w"`
	By    string `json:"b,omitempty"` // reader and version, or the learned rule
	Trust PPM    `json:"t,omitempty"` // measured or shipped chance of being right; 0 = not known
}

// Segment is a piece of text in its place: raw material for the learner.
type Segment struct {
	Path   string `json:"p"`           // stable address of the place, arrays as *: "/metadata/booking_id", "subject", "body", "to.name", "summary", "ld:/reservationFor/name"
	Label  string `json:"l,omitempty"` // the nearest label as written: table head, "Label:" before it, JSON key
	Text   string `json:"s"`
	Span   Span   `json:"w"`
	Above  bool   `json:"a,omitempty"` // Label is only the short line above, which may be a value itself
	Quoted bool   `json:"q,omitempty"` // stands in a quoted reply: yields no claim of its own
}

// Auth classes of a message. See "Reading evidence" in the design.
const (
	AuthA = "A" // Authentication-Results of the operator's own server: pass, aligned
	AuthB = "B" // DKIM verifies now and is aligned
	AuthC = "C" // a copy in the Sent folder of the own account
	AuthD = "D" // none
)

// Act is what a piece of evidence says happened to the thing it speaks of.
type Act string

// The acts; "" when the evidence does not say.
const (
	ActCreated   Act = "created"
	ActChanged   Act = "changed"
	ActCancelled Act = "cancelled"
	ActReturned  Act = "returned"
	ActReminded  Act = "reminded"
	ActNone      Act = "none" // speaks of no reservation at all
)

// Reading is what Read makes of one piece of evidence. It is pure: the same bytes give the same reading.
type Reading struct {
	Key      string    `json:"-"`
	Media    string    `json:"-"`
	Group    string    `json:"-"`
	At       int64     `json:"-"`
	Reader   string    `json:"r"` // name@version
	Outcome  Outcome   `json:"o"`
	Defects  []string  `json:"d,omitempty"`
	Origin   string    `json:"g,omitempty"`  // who speaks: lower-cased From address; calendar; stripe object type
	Title    string    `json:"i,omitempty"`  // subject, summary, description: what clusters templates
	Auth     string    `json:"a,omitempty"`  // messages: AuthA…AuthD
	Domain   string    `json:"dm,omitempty"` // messages: the domain that authenticated, else From's
	Act      Act       `json:"c,omitempty"`  // when the structure itself says so (METHOD:CANCEL, status cancelled, schema.org status)
	Sequence int64     `json:"n,omitempty"`  // ICS SEQUENCE or event sequence: a later one supersedes
	Deleted  bool      `json:"x,omitempty"`  // tombstone: the source says it was deleted there
	Via      string    `json:"v,omitempty"`  // "forward" for a message that was found inside another
	Zone     string    `json:"z,omitempty"`  // IANA zone that the evidence itself states
	Claims   []Claim   `json:"m,omitempty"`
	Segments []Segment `json:"s,omitempty"`
}
