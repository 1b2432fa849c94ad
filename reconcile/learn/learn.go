// Package learn teaches itself how each source speaks, from the overlap: evidence from before the
// cut describes rows that the backup still has, so the backup labels it.
//
// Every reading is flattened into slots: a typed value (date, money, code, person, vehicle …) in its
// place, named by anchors from the most specific to the most general. Readings of the overlap are
// linked to rows without labels, by rarity-weighted agreement of values with a margin over the second
// best row. For every place the learner then asks which field of the linked row the value equals, and
// under which transform (date order, zone, decimal sign, unit). A rule is kept when enough different
// values agree and at least one row tells the field apart from its neighbours. What no rule covers is
// read by generic labels at lower trust.
package learn

import (
	"time"

	"salvage/model"
)

// Options are what the learner must know beside rows and readings.
type Options struct {
	Zone     string // IANA zone of naive times where nothing better is known
	Currency string
	Business string
	Authserv []string // servers whose Authentication-Results count; empty: learned
	Senders  []string // whose confirmations are genuine
	Cut      time.Time
	Aliases  map[model.Kind]map[string]string
	Workers  int
	Rules    []model.ReadingRule // a person's, before what is learned
}

// Statement is a reading with everything that could be made of it.
type Statement struct {
	*model.Reading
	Claims  []model.Claim // structured, learned and generic; of one field the most trusted first
	Act     model.Act
	Cluster string // template: origin and masked title
	Row     int    // index of the row it was linked to in the overlap, -1 for none
	Class   string // authenticity class of a message
	Genuine bool   // from the company's own senders, or not a message
	Spoofed bool   // claims to be a message of the company and fails authentication

	in scopes
}

// Rule is one thing that was learned, for explain and for people to read.
type Rule struct {
	ID        string // stable
	Scope     string // template, origin or media
	Anchor    string // the place in words
	Kind      model.Kind
	Field     model.Field
	Transform string // date order, zone, decimal sign, unit; "" for none
	Support   int    // linked rows in which the place and the field had values
	Agree     int
	Distinct  int
	Trust     model.PPM
}

// Model is what was learned.
type Model struct {
	Rules  []Rule
	Linked int // overlap readings linked to a row

	opt       Options
	rules     map[ruleKey]*rule
	base      *zone                               // the business's
	zones     map[string]*zone                    // by origin
	locZones  map[string]*zone                    // by location key
	zoneNames []string                            // that the backup names
	orders    map[string]string                   // date order by origin
	linked    map[string]int                      // origin -> readings of the overlap that were linked
	fits      map[ruleKey]map[fieldName]bool      // fields that always agreed with a place, and no row told them apart
	judged    map[ruleKey]bool                    // places that the overlap measured: what it refused there is not guessed
	acted     map[string]int                      // template -> readings of the overlap that were linked
	states    map[string]string                   // template -> status it announces
	never     map[string]bool                     // templates that the overlap shows not to cancel
	authentic map[string]bool                     // origins that authenticate as a rule
	teaches   map[string]bool                     // origins whose messages state times that rows have
	servers   map[string]bool                     // that receive mail for the business
	constants map[string]map[model.Field]constant // by scope
	noise     map[string]bool                     // words of entries that are no bookings
	firstPays bool                                // the company's deposit is the amount of one of the booking's payments
	typed     map[string]bool                     // origins whose event titles name the customer
	nameWords map[string]bool                     // words of customers' names
	vocab     *vocab
	vocabLocs map[string][]string
	titles    *titleMask
	shapes    codeShapes
	codeSet   map[string]bool
}
