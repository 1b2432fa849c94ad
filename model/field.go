package model

// This file: the kinds of entity and their canonical fields.

// Kind is a kind of entity.
type Kind string

// The kinds of entity.
const (
	Customer    Kind = "customer"
	Reservation Kind = "reservation"
	Payment     Kind = "payment"
	Vehicle     Kind = "vehicle"
	Location    Kind = "location"
)

// Field is the canonical name of a field, or "x_…" for one of the company's own.
type Field string

// Canonical fields that code speaks of by name; MAPPING.md lists them all, and KnownFields holds the list.
const (
	FCode        Field = "code"
	FPlate       Field = "plate"
	FVIN         Field = "vin"
	FName        Field = "name"
	FMake        Field = "make"
	FModel       Field = "model"
	FFirstName   Field = "first_name"
	FLastName    Field = "last_name"
	FFullName    Field = "full_name"
	FEmail       Field = "email"
	FPhone       Field = "phone"
	FCompany     Field = "company"
	FStripeCus   Field = "stripe_customer"
	FNotes       Field = "notes"
	FCreatedAt   Field = "created_at"
	FUpdatedAt   Field = "updated_at"
	FCancelledAt Field = "cancelled_at"
	FCustomer    Field = "customer"
	FVehicle     Field = "vehicle"
	FVehicles    Field = "vehicles"
	FClass       Field = "vehicle_class"
	FStartsAt    Field = "starts_at"
	FEndsAt      Field = "ends_at"
	FOutAt       Field = "out_at"
	FReturnedAt  Field = "returned_at"
	FPickupLoc   Field = "pickup_location"
	FReturnLoc   Field = "return_location"
	FStatus      Field = "status"
	FTotal       Field = "total"
	FDeposit     Field = "deposit"
	FPaid        Field = "paid"
	FBalance     Field = "balance"
	FCurrency    Field = "currency"
	FChannel     Field = "channel"
	FEvent       Field = "calendar_event"
	FIntent      Field = "stripe_payment_intent"
	FSession     Field = "stripe_session"
	FCharge      Field = "stripe_charge"
	FRefund      Field = "stripe_refund"
	FExternalID  Field = "external_id"
	FReservation Field = "reservation"
	FPayKind     Field = "kind"
	FAmount      Field = "amount"
	FMethod      Field = "method"
	FPaidAt      Field = "paid_at"
	FLocation    Field = "location"
	FKey         Field = "key" // the primary key itself, when evidence names it
)

// KnownFields lists the canonical fields of each kind, in the order of MAPPING.md.
func KnownFields(k Kind) []Field {
	switch k {
	case Vehicle:
		return []Field{FCode, FPlate, FVIN, FName, FMake, FModel, "year", "class", "units", "daily_rate", "odometer", FLocation, FStatus}
	case Location:
		return []Field{FCode, FName, "timezone", "address"}
	case Customer:
		return []Field{FFirstName, FLastName, FFullName, FEmail, FPhone, FCompany, "licence", "born_on", "address", "postal_code", "city", "region", "country", "language", FStripeCus, FNotes, FCreatedAt, FUpdatedAt}
	case Reservation:
		return []Field{FCode, FCustomer, FVehicle, FVehicles, FClass, FStartsAt, FEndsAt, FOutAt, FReturnedAt, FPickupLoc, FReturnLoc, FStatus, FTotal, FDeposit, FPaid, FBalance, "tax", FCurrency, FChannel, "party", "odometer_out", "odometer_in", FEvent, FIntent, FSession, FNotes, FCreatedAt, FUpdatedAt, FCancelledAt}
	case Payment:
		return []Field{FReservation, FCustomer, FPayKind, FAmount, FCurrency, FMethod, FStatus, FIntent, FCharge, FRefund, FExternalID, FPaidAt}
	}
	return nil
}

// Canonical status words of a reservation.
const (
	Pending   = "pending"
	Confirmed = "confirmed"
	Active    = "active"
	Completed = "completed"
	Cancelled = "cancelled"
	NoShow    = "no_show"
)

// Canonical payment kinds.
const (
	PayDeposit = "deposit"
	PayBalance = "balance"
	PayRental  = "rental"
	PayHold    = "hold"
	PayRefund  = "refund"
	PayFee     = "fee"
	PayOther   = "other"
)
