// Package match decides which mentions are one thing: which customer a name, an address and a phone
// number mean, which messages, events and payments speak of one reservation, and whether the backup
// already has it.
//
// Strong keys join first: the reservation's code, its primary key, an event's id. Then comes a plain
// probabilistic match: pairs inside blocks (same customer, same unit and day, same name) are compared
// on a few levels, the levels' weights add up, and pairs are joined greedily, best first, as long as
// nothing contradicts and the best is ahead of its rivals. Weights are fixed here; a calibrated model
// takes their place behind the same types.
package match

import (
	"time"

	"salvage/model"
	"salvage/reconcile/learn"
)

// Options are what matching must know beside statements and books.
type Options struct {
	Zone      *time.Location // of civil dates
	Cut, Wipe int64          // microseconds
	Resumed   int64
	Currency  string
	Joined    map[string]string // decided: evidence key -> entity id
	Aliases   map[model.Kind]map[string]string
}

// Moment is a stated time: an instant, or a civil date.
type Moment struct {
	Num  int64
	Date bool
}

// Mention is one source's view of a booking, a payment or a customer: everything that one piece of evidence
// (in all its versions) says.
type Mention struct {
	Key      string // evidence key
	Source   string // stripe, calendar, mail
	Versions []*learn.Statement
	Said     int64 // earliest
	Genuine  bool
	Spoofed  bool
	Deleted  bool
	Act      model.Act

	Codes, Keys, Events        []string
	IDs                        []string // other identifiers, as "id:<field>:<folded value>"
	Intents, Charges, Sessions []string
	Person                     Person
	Vehicles                   []string // candidate keys of vehicles; nil when nothing is said
	VehicleText                string
	Named                      []string // units that the newest statement names one by one, sorted
	Starts, Ends, Returns      []Moment
	Money                      []int64 // amounts that are said of the booking
	Payment                    bool    // it is a payment (a charge, an intent, a session, a refund)
}

// Person is what a mention says of a customer.
type Person struct {
	Emails, Phones, Names []string
	Stripe                []string
	First, Last           string
}

// Empty reports whether nothing is said.
func (p Person) Empty() bool {
	return len(p.Emails)+len(p.Phones)+len(p.Names)+len(p.Stripe) == 0
}

// Node is one reservation as matched so far: a row of the backup, of live, or a lost one.
type Node struct {
	Backup   *model.Record
	Live     *model.Record
	Mentions []*Mention
	Links    map[string]model.Link // by evidence key
	Strong   bool
	Customer int    // index into Result.Customers, -1 for none
	Payments []int  // indexes into Result.Payments
	Rival    string // set when a near tie was left open: label of the rival

	codes, events, ids    map[string]bool
	starts, ends, returns []Moment
	vehicles              []string
	money                 []int64
	said                  []int64
	person                Person
}

// Customer is one customer as matched so far.
type Customer struct {
	Backup, Live *model.Record
	Mentions     []*Mention
	Said         []int64
	Person       Person // all that is said, backup first
	Score        int64
	Near         int // index of a customer that it may be the same as, -1 for none
}

// Payment is all objects of one payment.
type Payment struct {
	ID                                 string // intent id, else charge id, else evidence key
	Backup, Live                       *model.Record
	Mentions                           []*Mention
	Amount                             int64
	Currency                           string
	Paid                               bool // money moved
	Hold                               bool // authorised and not captured
	Refund                             bool
	Failed                             bool // refused, expired or withdrawn: nothing moved
	Disputed                           bool
	At                                 int64
	Intent, Charge, RefundID, External string
	Method, Kind                       string
	Customer                           int
	Nodes                              []int // reservations it pays for
	Slot                               string
	Link                               model.Link
	Codes, Keys                        []string
}

// Result is the outcome of matching.
type Result struct {
	Nodes     []*Node
	Customers []*Customer
	Payments  []*Payment
	Loose     []*Mention // booking-like mentions that joined nothing and carry too little
}
