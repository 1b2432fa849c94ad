// Package model holds the nouns of salvage: evidence, claim, value, record, link, entity,
// conflict, decision and plan. It does no I/O and imports nothing of ours, so that every wing
// (sources, reconcile, export) can speak of the same things without knowing the others.
//
// Units, everywhere: money is int64 minor units with a lower-case ISO 4217 code; an instant is
// int64 microseconds since 1970-01-01 UTC; a local time is the same count read off a wall clock
// whose zone nobody has stated; a probability is parts per million (PPM).
package model
