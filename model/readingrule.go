package model

// This file: a rule of reading, as a person may correct or add it.

// ReadingRule says which field stands in which place of which messages, events or payments.
type ReadingRule struct {
	In    string `yaml:"in"`              // scope: "t:" and a template, "o:" and who speaks, "m:" and a medium, as "salvage readers" names them
	Place string `yaml:"place,omitempty"` // the place within it, as "salvage readers" names it
	Label string `yaml:"label,omitempty"` // or the words beside it as they are written,
	Type  string `yaml:"type,omitempty"`  // with the type of value: date, money, word, email, phone, vehicle, location, customer, text
	Field string `yaml:"field,omitempty"` // kind and canonical field: reservation.starts_at
	Order string `yaml:"order,omitempty"` // of a date: dmy, mdy, ymd; of an amount as learned; "" for what needs none
	Zone  string `yaml:"zone,omitempty"`  // IANA zone of a date's clock; "" for the learned one
	Drop  bool   `yaml:"drop,omitempty"`  // do not read this place at all
}
