package model

// This file: summary.json, the contract's account of a run.

// Summary is summary.json. Times of the run stand in Timing alone.
type Summary struct {
	Run          string         `json:"run"`
	Cut          string         `json:"cut"`
	Wipe         string         `json:"wipe"`
	Now          string         `json:"now"`
	Evidence     []SourceCount  `json:"evidence"`
	Customers    KindCount      `json:"customers"`
	Reservations KindCount      `json:"reservations"`
	Payments     KindCount      `json:"payments"`
	Vehicles     KindCount      `json:"vehicles"`
	Conflicts    ConflictCount  `json:"conflicts"`
	Measured     Measured       `json:"measured"`
	Missing      Missing        `json:"missing"`
	Coverage     []Coverage     `json:"coverage"`
	Timing       map[string]any `json:"timing"`
	Next         string         `json:"next"`
}

// SourceCount counts one source's objects of one type: Objects = Read + Defects + Unreadable.
type SourceCount struct {
	Source     string `json:"source"`
	Type       string `json:"type"`
	Objects    int    `json:"objects"`
	Read       int    `json:"read"`
	Defects    int    `json:"defects"`
	Unreadable int    `json:"unreadable"`
	Holes      int    `json:"holes"`
}

// KindCount counts entities of one kind. Backup = Unchanged + Updated rows; Held counts entities kept out of the export.
type KindCount struct {
	Backup    int `json:"backup"`
	Unchanged int `json:"unchanged"`
	Updated   int `json:"updated"`
	Rebuilt   int `json:"rebuilt"`
	Held      int `json:"held"`
}

// ConflictCount counts conflicts.
type ConflictCount struct {
	Total      int              `json:"total"`
	BySeverity map[Severity]int `json:"by_severity"`
	ByCode     map[string]int   `json:"by_code"`
	Open       int              `json:"open"`
}

// Measured is what the overlap proved. Rates are fractions of one; nil where nothing could be measured.
type Measured struct {
	Labels         int                `json:"labels"`
	Unlinked       int                `json:"unlinked"` // bookings that one source spoke of before the cut and that no row of the backup is
	MaxError       float64            `json:"max_error"`
	CertifiedError *float64           `json:"certified_error"`
	TierShares     map[string]float64 `json:"tier_shares"`
	Precision      *float64           `json:"precision"`
	Recall         *float64           `json:"recall"`
	Fields         map[string]float64 `json:"fields"`
}

// Missing is the estimate of reservations that left no evidence, as an interval, and the gaps in numbering.
type Missing struct {
	Low  *int     `json:"low"`
	High *int     `json:"high"`
	Gaps []string `json:"gaps"`
}

// Coverage says what was pulled of one stream: state is complete, hole or not_asked.
type Coverage struct {
	Source string `json:"source"`
	Stream string `json:"stream"`
	From   string `json:"from"`
	To     string `json:"to"`
	State  string `json:"state"`
	Why    string `json:"why"`
}
