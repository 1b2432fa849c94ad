package match

// This file: customers. Who a name, an e-mail address and a phone number mean, among the customers that
// are known and those that appear only in evidence. Shared addresses and phones do not merge people.

import (
	"sort"

	"salvage/model"
	"salvage/reconcile/learn"
	"salvage/reconcile/normal"
)

// Weights of agreement in millinats; a shared identifier (a household's address) counts less.
const (
	wStripe    = 12000
	wEmail     = 7000
	wPhone     = 5000
	wNameSame  = 4500
	wNameClose = 2500
	wNamePart  = 1000
	wNameKin   = -9000
	wNameOther = -9000
	wShared    = -2500
	// Another address or number than the known one: people change them, and namesakes have their own.
	wOtherEmail = -2000
	wOtherPhone = -1500
	needPerson  = 4000
	needLead    = 1500
)

// directory holds all customers and finds candidates.
type directory struct {
	list    []*Customer
	byEmail map[string][]int
	byPhone map[string][]int
	byName  map[string][]int
	byID    map[string][]int
}

func newDirectory(b, live *model.Books) *directory {
	d := &directory{byEmail: map[string][]int{}, byPhone: map[string][]int{}, byName: map[string][]int{}, byID: map[string][]int{}}
	backupKeys := map[string]int{}
	if b != nil {
		for _, r := range b.Records[model.Customer] {
			backupKeys[r.Key] = d.add(&Customer{Backup: r, Person: personOf(r), Near: -1})
		}
	}
	if live != nil {
		for _, r := range live.Records[model.Customer] {
			p := personOf(r)
			if i, ok := backupKeys[r.Key]; ok && sameHuman(d.list[i].Person, p) {
				d.list[i].Live = r
				continue
			}
			d.add(&Customer{Live: r, Person: p, Near: -1})
		}
	}
	return d
}

func sameHuman(a, b Person) bool {
	for _, x := range a.Emails {
		for _, y := range b.Emails {
			if x == y {
				return true
			}
		}
	}
	if len(a.Names) > 0 && len(b.Names) > 0 {
		return normal.CompareNames(a.Names[0], b.Names[0]) != normal.NameDifferent
	}
	return true
}

// personOf is what a record says of its customer.
func personOf(r *model.Record) Person {
	p := Person{First: r.Fields[model.FFirstName].Str, Last: r.Fields[model.FLastName].Str}
	if e := normal.EmailKey(r.Fields[model.FEmail].Str); e != "" {
		p.Emails = []string{e}
	}
	if k := normal.PhoneKey(r.Fields[model.FPhone].Str, r.Fields["country"].Str); k != "" {
		p.Phones = []string{k}
	}
	p.Names = addOnce(nil, learn.FullName(r))
	p.Names = addOnce(p.Names, r.Fields[model.FCompany].Str)
	p.Stripe = addOnce(nil, r.Fields[model.FStripeCus].Str)
	return p
}

func (d *directory) add(c *Customer) int {
	i := len(d.list)
	d.list = append(d.list, c)
	d.index(i, c.Person)
	return i
}

func (d *directory) index(i int, p Person) {
	put := func(m map[string][]int, k string) {
		if l := m[k]; k != "" && (len(l) == 0 || l[len(l)-1] != i) {
			m[k] = append(l, i)
		}
	}
	for _, e := range p.Emails {
		put(d.byEmail, e)
	}
	for _, x := range p.Phones {
		put(d.byPhone, x)
	}
	for _, n := range p.Names {
		put(d.byName, normal.NameKey(n))
	}
	for _, s := range p.Stripe {
		put(d.byID, s)
	}
}

const maxBlock = 60 // more people than this behind one value tell nothing

// find gives the customer a person means: its index, the score and its lead; -1 when nobody is clear.
func (d *directory) find(p Person) (best int, score, lead int64) {
	cands := map[int]bool{}
	collect := func(m map[string][]int, keys []string) {
		for _, k := range keys {
			if l := m[k]; len(l) <= maxBlock {
				for _, i := range l {
					cands[i] = true
				}
			}
		}
	}
	collect(d.byID, p.Stripe)
	collect(d.byEmail, p.Emails)
	collect(d.byPhone, p.Phones)
	for _, n := range p.Names {
		collect(d.byName, []string{normal.NameKey(n)})
	}
	order := make([]int, 0, len(cands))
	for i := range cands {
		order = append(order, i)
	}
	sort.Ints(order)
	best = -1
	second := int64(0)
	for _, i := range order {
		s := d.score(p, d.list[i].Person)
		switch {
		case s > score:
			best, score, second = i, s, score
		case s > second:
			second = s
		}
	}
	if best < 0 || score < needPerson {
		return -1, score, 0
	}
	return best, score, score - second
}

// score compares two people; millinats.
func (d *directory) score(p, q Person) int64 {
	s := int64(0)
	if common(p.Stripe, q.Stripe) != "" {
		s += wStripe
	}
	e := common(p.Emails, q.Emails)
	if e != "" {
		s += wEmail
		if len(d.byEmail[e]) > 1 {
			s += wShared
		}
	}
	x := common(p.Phones, q.Phones)
	if x != "" {
		s += wPhone
		if len(d.byPhone[x]) > 1 {
			s += wShared
		}
	}
	if e == "" && len(p.Emails) > 0 && len(q.Emails) > 0 {
		s += wOtherEmail
	}
	if x == "" && len(p.Phones) > 0 && len(q.Phones) > 0 {
		s += wOtherPhone
	}
	return s + d.names(p, q)
}

// names compares the best-fitting pair of names; a name that many share counts less.
func (d *directory) names(p, q Person) int64 {
	if len(p.Names) == 0 || len(q.Names) == 0 {
		return 0
	}
	best := int64(wNameOther)
	for _, a := range p.Names {
		for _, b := range q.Names {
			switch normal.CompareNames(a, b) {
			case normal.NameExact:
				w := int64(wNameSame)
				if n := len(d.byName[normal.NameKey(b)]); n > 1 {
					w -= int64(min(n, 4)) * 800
				}
				best = max(best, w)
			case normal.NameClose:
				best = max(best, wNameClose)
			case normal.NamePartial:
				best = max(best, wNamePart)
			case normal.NameShared:
				best = max(best, wNameKin)
			}
		}
	}
	return best
}

func common(a, b []string) string {
	for _, x := range a {
		for _, y := range b {
			if x == y {
				return x
			}
		}
	}
	return ""
}

// resolve finds or makes the customer a person means. A name alone makes a customer only when make is set.
func (d *directory) resolve(p Person, create bool) int {
	if p.Empty() {
		return -1
	}
	i, _, lead := d.find(p)
	if i >= 0 && lead >= needLead {
		d.learn(i, p)
		return i
	}
	if len(p.Emails)+len(p.Phones)+len(p.Stripe) == 0 && (i >= 0 || d.borne(p)) {
		return -1 // a name that two people share
	}
	if !create || len(p.Names)+len(p.Emails)+len(p.Phones) == 0 {
		return -1
	}
	return d.add(&Customer{Person: p, Near: i})
}

// borne reports whether a known customer bears one of a person's names.
func (d *directory) borne(p Person) bool {
	for _, n := range p.Names {
		if len(d.byName[normal.NameKey(n)]) > 0 {
			return true
		}
	}
	return false
}

// learn adds what a mention says of a customer that was found with certainty enough.
func (d *directory) learn(i int, p Person) {
	c := d.list[i]
	if c.Backup != nil {
		for _, s := range p.Stripe {
			c.Person.Stripe = addOnce(c.Person.Stripe, s)
		}
		d.index(i, Person{Stripe: p.Stripe})
		return
	}
	c.Person.Emails = addAll(c.Person.Emails, p.Emails)
	c.Person.Phones = addAll(c.Person.Phones, p.Phones)
	c.Person.Stripe = addAll(c.Person.Stripe, p.Stripe)
	c.Person.Names = addAll(c.Person.Names, p.Names)
	d.index(i, p)
}

func addAll(a, b []string) []string {
	for _, x := range b {
		a = addOnce(a, x)
	}
	return a
}
