package draft

// This file: what each canonical field's column is usually called and must look like.

import (
	"strconv"
	"strings"
	"sync"

	"salvage/model"
)

// fit names what a column must hold for a field.
type fit int

const (
	fitText fit = iota
	fitFirst
	fitLast
	fitFull
	fitEmail
	fitPhone
	fitDate
	fitTime
	fitPast // a time that has happened
	fitMoney
	fitRef
	fitPlace // a reference or a word
	fitCode
	fitWord // few different words
	fitInt
	fitCurrency
	fitZone
	fitCus
	fitIntent
	fitCharge
	fitRefund
	fitSession
	fitEvent
	fitPlate
	fitVIN
	fitYear
)

// rule is one field: the names of its column, strongest first, and what it must hold.
type rule struct {
	kind  model.Kind
	field model.Field
	fit   fit
	ref   model.Kind
	tell  float64 // how much it tells that a table is of this kind
	names []pattern
	avoid []string
}

// pattern is a set of concepts that a name has, and how well it then fits, up to one.
type pattern struct {
	concepts []string
	weight   float64
}

// ruleLines are "field fit tell: patterns ! concepts that speak against it"; a pattern is "concept+concept=tenths".
func ruleLines(k model.Kind) string {
	switch k {
	case model.Customer:
		return `
first_name first 0.3: first=9 first+name=10 ! second vendor
last_name last 0.3: last=8 last+name=10 ! second vendor updated
full_name full 0.2: name=9 full+name=10 full=7 customer=6 person+name=9 last=5 first=5 ! second vendor company password first file code
email email 0.5: email=10 email+address=10 ! second company flag password
phone phone 0.3: phone=10 ! second company
company text 0.1: company=10 company+name=10 ! address
licence text 0.3: licence=10 licence+person=10 licence+vehicle=10 iddoc=7 ! plate
born_on date 0.2: birth=10 birth+date=10
address text 0.1: address=10 billing+address=9 ! second email country city postal
postal_code text 0.1: postal=10 postal+code=10
city text 0.05: city=10 city+name=10
region text 0.05: region=10
country text 0.05: country=10 country+code=10
language text 0.05: language=10
stripe_customer cus 0.4: stripe+customer=10 stripe=8 external+customer=6
notes text 0: note=10
created_at past 0.05: created=10 created+date=10 ! handedby
updated_at past 0: updated=10 ! handedby`
	case model.Reservation:
		return `
code code 0.25: code=10 numberword=8 reservation+numberword=10 reservation+code=10 reservation+uid=9 uid=6 reservation+id=6 ! vehicle payment external second customer calendar stripe discount location
customer ref:customer 0.4: customer=10 person=8
vehicle ref:vehicle 0.4: vehicle=10 thing=9
vehicle_class place 0.1: class=9 class+vehicle=10 class+thing=10 ! status location kind_only
starts_at time 0.5: start=10 pickup=10 from=9 due+out=9 due+pickup=9 planned+out=9 arrival=9 departure=6 reservation+date=6 out=5 planned+pickup=10 planned+start=10 pickup+planned=10 date=3 ! actual created updated cancelled deleted paidword birth location handedby
ends_at time 0.5: end=10 return=9 to=9 due=9 due+in=10 due+end=10 planned+in=9 return+due=10 departure=9 arrival=4 planned+return=10 planned+end=10 in=4 returned=4 ! actual created updated cancelled deleted paidword birth location handedby
out_at past 0.1: out=9 actual+pickup=10 actual+start=10 actual+from=10 actual+out=10 pickup=5 start=3 departure=4 actual+departure=9 ! planned created updated location due handedby
returned_at past 0.1: returned=10 actual+return=10 actual+end=10 actual+to=10 actual+in=10 return=7 in=6 arrival=4 end=3 actual+arrival=9 ! planned created updated location due handedby
pickup_location place:location 0.15: pickup+location=10 start+location=9 from+location=9 out+location=8 departure+location=9 location=7 pickup=7 from=5 departure=6 out=4 ! return to end
return_location place:location 0.15: return+location=10 end+location=9 to+location=9 in+location=8 arrival+location=8 returned+location=8 return=7 to=5 two=3 ! pickup from start
status word 0.2: status=10 reservation+status=10 cancelled=5 ! payment paidword vehicle calendar deposit deleted
total money 0.2: total=10 total+price=10 total+amount=10 price=8 amount=7 reservation+price=9 reservation+amount=8 ! deposit paidword balance tax discount net refundword day rate
deposit money 0.15: deposit=10 deposit+amount=10 ! paidword status refundword
paid money 0.05: paidword=10 paidword+amount=10 payment+amount=7 payment+total=8 ! deposit balance refundword
balance money 0.05: balance=10 balance+amount=10 due+amount=9 ! deposit
tax money 0.05: tax=10 tax+amount=10 ! id rate
currency currency 0.05: currency=10
channel word 0.05: channel=10 ! payment
party int 0.05: party=10 party+units=10 units=5
odometer_out int 0.1: odometer+one=8 odometer+out=10 odometer+start=10 odometer+pickup=10 odometer+from=10 odometer+departure=10
odometer_in int 0.1: odometer+two=8 odometer+in=10 odometer+end=10 odometer+return=10 odometer+returned=10 odometer+to=10 odometer+arrival=10
calendar_event event 0.1: calendar+event=10 calendar=9 event=7 calendar+id=10
stripe_payment_intent intent 0.15: intent=9 stripe+intent=10 payment+intent=10 stripe=5 stripe+payment=8
stripe_session session 0.1: session=7 stripe+session=10
notes text 0.02: note=10
created_at past 0.05: created=10 created+date=10 ! handedby
updated_at past 0: updated=10 ! handedby
cancelled_at past 0.1: cancelled=10 cancelled+date=10 ! handedby`
	case model.Payment:
		return `
reservation ref:reservation 0.5: reservation=10
customer ref:customer 0.1: customer=10 person=7
kind word 0.1: kind=10 payment+kind=10 ! method
amount money 0.4: amount=10 price=7 total=8 paidword=6 payment=6 ! tax fee refundword net balance discount
currency currency 0.1: currency=10
method word 0.25: method=10 payment+method=10 external=4 stripe=4
status word 0.05: status=10
stripe_payment_intent intent 0.25: intent=9 stripe+intent=10 payment+intent=10 stripe+payment=8 stripe=6
stripe_charge charge 0.4: chargeword=8 stripe+chargeword=10 stripe+code=8 stripe+payment=7 stripe=7 external=6 external+code=5
stripe_refund refund 0.2: refundword=8 stripe+refundword=10 ! amount status
external_id code 0.05: external=9 external+id=10 external+code=9 code=7 numberword=8 payment+numberword=10 payment+code=9 ! stripe intent chargeword refundword reservation customer
paid_at past 0.1: paidword=10 paidword+date=10 payment+date=10 date=8 created=7 created+date=7 ! updated handedby due`
	case model.Vehicle:
		return `
code code 0.1: code=10 numberword=8 units+numberword=8 vehicle+numberword=9 thing+code=9 thing+numberword=9 thing=5 ! vin plate location class customer external second
plate plate 0.6: plate=10 plate+numberword=10 plate+licence=10
vin vin 0.5: vin=10 vin+numberword=10
name text 0.1: name=10 vehicle+name=10 thing+name=10 vehicle=5 thing=5 ! class category make location vendor first last file
make text 0.3: make=10 make+name=9
model text 0.3: model=10 model+name=9 ! year
year year 0.2: year=10 model+year=10
class place 0.15: class=9 class+name=9 vehicle+class=10 category=9 category+name=9 ! status
units int 0.05: units=10
daily_rate money 0.2: rate=9 rate+day=10 price=8 price+day=10 rate+reservation=9 price+reservation=9 day=5 ! deposit odometer worth discount tax
odometer int 0.3: odometer=10 odometer+vehicle=10 ! out in rate price
location ref:location 0.1: location=10
status word 0.05: status=10 ! payment`
	case model.Location:
		return `
code code 0.15: code=10 ! postal country second
name text 0.2: name=10 location+name=10 city=5 location=6 ! first last vendor file country region
timezone zone 0.5: zoneword=10
address text 0.2: address=10 ! second email country city postal`
	}
	return ""
}

var fits = map[string]fit{
	"text": fitText, "first": fitFirst, "last": fitLast, "full": fitFull, "email": fitEmail, "phone": fitPhone, "date": fitDate, "time": fitTime, "past": fitPast,
	"money": fitMoney, "ref": fitRef, "place": fitPlace, "code": fitCode, "word": fitWord, "int": fitInt, "currency": fitCurrency, "zone": fitZone, "cus": fitCus,
	"intent": fitIntent, "charge": fitCharge, "refund": fitRefund, "session": fitSession, "event": fitEvent, "plate": fitPlate, "vin": fitVIN, "year": fitYear,
}

var rules = sync.OnceValue(func() map[model.Kind][]*rule {
	out := map[model.Kind][]*rule{}
	for _, k := range []model.Kind{model.Location, model.Vehicle, model.Customer, model.Reservation, model.Payment} {
		for _, line := range strings.Split(strings.TrimSpace(ruleLines(k)), "\n") {
			out[k] = append(out[k], parseRule(k, line))
		}
	}
	return out
})

func parseRule(k model.Kind, line string) *rule {
	head, body, _ := strings.Cut(line, ":")
	if h, rest, ok := strings.Cut(line, ": "); ok {
		head, body = h, rest
	}
	hs := strings.Fields(head)
	kind, ref, _ := strings.Cut(hs[1], ":")
	r := &rule{kind: k, field: model.Field(hs[0]), fit: fits[kind], ref: model.Kind(ref)}
	r.tell, _ = strconv.ParseFloat(hs[2], 64)
	names, avoid, _ := strings.Cut(body, "!")
	for _, p := range strings.Fields(names) {
		c, w, _ := strings.Cut(p, "=")
		n, _ := strconv.Atoi(w)
		r.names = append(r.names, pattern{strings.Split(c, "+"), float64(n) / 10})
	}
	r.avoid = strings.Fields(avoid)
	return r
}

// ownWords are the concepts that say in a name only what its table says already.
func ownWords(k model.Kind) []string {
	switch k {
	case model.Customer:
		return []string{"customer", "person"}
	case model.Reservation:
		return []string{"reservation"}
	case model.Payment:
		return []string{"payment"}
	case model.Vehicle:
		return []string{"vehicle", "thing"}
	case model.Location:
		return []string{"location"}
	}
	return nil
}
