package draft

// This file: Overlap, what evidence says, held against the backup's columns.

import "salvage/model"

// Overlap is what readings of evidence say, as sets of values. A nil Overlap says nothing.
type Overlap struct{}

// NewOverlap makes an empty one.
func NewOverlap() *Overlap { return &Overlap{} }

// Add takes a reading into account.
func (o *Overlap) Add(*model.Reading) {}

func (o *Overlap) weigh(*Facts)                   {}
func (o *Overlap) bonus(*rule, candidate) float64 { return 0 }
func (o *Overlap) reason(*rule, candidate) string { return "" }
func (o *Overlap) unit(*column) string            { return "" }
func (o *Overlap) word(*column, string) string    { return "" }
func (o *Overlap) currency() string               { return "" }
func (o *Overlap) zone() (name, why string)       { return "", "" }
func (o *Overlap) business() (name, why string)   { return "", "" }
