package match

// This file: customers that are known by a typed name alone, completed by who paid for their booking.

import "salvage/reconcile/normal"

// refine looks at the payments of bookings whose customer has no address and no number: a payer whose name fits is
// that customer, and tells the rest of the name, the address and the number.
func (m *matcher) refine() {
	for _, i := range m.f.roots() {
		n := m.f.nodes[i]
		if n.Backup != nil || n.Live != nil || n.Customer < 0 {
			continue
		}
		c := m.d.list[n.Customer]
		if c.Backup != nil || c.Live != nil || len(c.Person.Emails)+len(c.Person.Phones) > 0 {
			continue
		}
		for _, x := range n.Payments {
			p := m.pays[x]
			q := p.person()
			if len(p.Nodes) != 1 || !fitsName(c.Person, q) {
				continue
			}
			if p.Customer >= 0 {
				m.move(n, p.Customer)
			} else {
				c.Person.merge(q)
			}
			break
		}
	}
}

// fitsName reports whether the payer's name says what the typed one says, or more.
func fitsName(typed, payer Person) bool {
	for _, a := range typed.Names {
		for _, b := range payer.Names {
			if normal.CompareNames(a, b) >= normal.NamePartial {
				return true
			}
		}
	}
	return false
}

// move gives a booking another customer, with its mentions.
func (m *matcher) move(n *Node, to int) {
	n.Customer = to
	c := m.d.list[to]
	c.Mentions = append(c.Mentions, n.Mentions...)
}
