package main

// This file: the cut, the moment of the last good backup.

import (
	"errors"
	"fmt"
	"time"

	"salvage/model"
	"salvage/sources/backup"
)

// settleCut is the moment of the last good backup: as configured, else as the dump says, else the
// newest created or updated time in it.
func (j *job) settleCut() (time.Time, error) {
	if j.cfg.Incident.Cut != nil {
		return j.cfg.Incident.Cut.UTC(), nil
	}
	zone := j.cfg.Location()
	newest := j.newestRow()
	if t, how := dumpCut(j.backup.Health(), zone, newest, *j.cfg.Incident.Wipe); !t.IsZero() {
		if how != "" {
			j.u.say("cut: %s (%s)", stampTime(t), how)
		}
		return t.UTC(), nil
	}
	if newest.IsZero() {
		return time.Time{}, usage(errors.New("the moment of the backup is not known: the dump does not say and no created or updated time is mapped"), "set incident.cut in "+j.g.config)
	}
	return newest, nil
}

// newestRow is the newest created or updated time in the backup before the wipe; zero when none is mapped.
func (j *job) newestRow() time.Time {
	var newest int64
	for _, records := range j.books.Records {
		for _, r := range records {
			for _, f := range []model.Field{model.FCreatedAt, model.FUpdatedAt} {
				if v := r.Fields[f]; v.Type == model.Instant && time.UnixMicro(v.Num).Before(*j.cfg.Incident.Wipe) {
					newest = max(newest, v.Num)
				}
			}
		}
	}
	if newest == 0 {
		return time.Time{}
	}
	return time.UnixMicro(newest).UTC()
}

// dumpCut is when the dump says that it was made; zero when it does not, or cannot mean this backup: one that was made
// after the wipe is a dump of something restored. how says what had to be supposed.
//
// An archive of pg_dump holds no more than the clock of the machine that wrote it, without its zone. Such machines run
// on the business's time or on UTC. Of those two readings the earliest is taken that the rows and the clock's summer
// time do not contradict: the true moment cannot lie before the newest row, and where two readings are left, nothing
// was entered between them, whereas a cut too late would take lost rows for ones that the backup should have.
func dumpCut(h backup.Health, zone *time.Location, newest, wipe time.Time) (t time.Time, how string) {
	if t, err := time.Parse(time.RFC3339, h.Cut); err == nil && t.Before(wipe) {
		return t, ""
	}
	for _, z := range []*time.Location{zone, time.UTC} {
		c, err := time.ParseInLocation("2006-01-02T15:04:05", h.CutLocal, z)
		if err != nil || c.Before(newest) || !c.Before(wipe) || h.CutSummer != nil && *h.CutSummer != c.IsDST() {
			continue
		}
		if t.IsZero() || c.Before(t) {
			t, how = c, fmt.Sprintf("the dump says %s by the clock of the machine that made it, read as %s; incident.cut overrides it", h.CutLocal, z)
		}
	}
	return t, how
}
