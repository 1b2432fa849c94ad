package casefile

// This file: readings, the cache of what the readers made of the evidence, and the counts of it.

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"

	"salvage/model"
)

// Stored is one reading on its way into the case: of which evidence, by which reader.
type Stored struct {
	ID      int64  // as Pending gave it
	Reader  string // name, version and whatever else decides the outcome
	Reading *model.Reading
}

// Pending lists the ids of the evidence that the given reader of its media type has not read yet,
// in the order of the store, and the number of all evidence.
func (c *Case) Pending(reader func(media string) string) (ids []int64, total int, err error) {
	rows, err := c.db.Query("SELECT e.id, e.media, coalesce(r.reader, '') FROM evidence e LEFT JOIN reading r ON r.evidence = e.id ORDER BY e.id")
	if err != nil {
		return nil, 0, explain("list evidence", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var media, by string
		if err := rows.Scan(&id, &media, &by); err != nil {
			return nil, 0, explain("list evidence", err)
		}
		total++
		if by != reader(media) {
			ids = append(ids, id)
		}
	}
	return ids, total, explain("list evidence", rows.Err())
}

// SaveReadings stores readings in one transaction, in place of older ones of the same evidence.
func (c *Case) SaveReadings(ctx context.Context, list []Stored) error {
	packed := make([][]byte, len(list))
	for i, s := range list {
		b, err := json.Marshal(s.Reading)
		if err != nil {
			return explain("pack a reading of "+s.Reading.Key, err)
		}
		packed[i] = c.enc.EncodeAll(b, nil)
	}
	return c.within(ctx, "store readings", func(tx *sql.Tx) error {
		put, err := tx.Prepare(`INSERT INTO reading (evidence, reader, outcome, packed) VALUES (?, ?, ?, ?)
			ON CONFLICT (evidence) DO UPDATE SET reader = excluded.reader, outcome = excluded.outcome, packed = excluded.packed`)
		if err != nil {
			return err
		}
		defer put.Close()
		for i, s := range list {
			if _, err := put.Exec(s.ID, s.Reader, string(s.Reading.Outcome), packed[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

// Readings gives every reading, sorted by the key and digest of its evidence.
func (c *Case) Readings(ctx context.Context) ([]*model.Reading, error) {
	const query = `SELECT e.key, e.media, coalesce(s.grp, e.grp), e.at, r.packed
		FROM evidence e JOIN reading r ON r.evidence = e.id LEFT JOIN speaker s ON s.evidence = e.id ORDER BY e.key, e.digest`
	rows, err := c.db.QueryContext(ctx, query)
	if err != nil {
		return nil, explain("read the readings", err)
	}
	defer rows.Close()
	var out []*model.Reading
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(2)
	var chunk []packedReading
	flush := func() {
		part := chunk
		chunk = nil
		g.Go(func() error { return c.unpackReadings(ctx, part) })
	}
	for rows.Next() {
		p := packedReading{into: &model.Reading{}}
		if err := rows.Scan(&p.into.Key, &p.into.Media, &p.into.Group, &p.into.At, &p.z); err != nil {
			return nil, errors.Join(explain("read the readings", err), g.Wait())
		}
		out = append(out, p.into)
		if chunk = append(chunk, p); len(chunk) == 1000 {
			flush()
		}
	}
	flush()
	if err := errors.Join(rows.Err(), g.Wait()); err != nil {
		return nil, explain("read the readings", err)
	}
	return out, nil
}

type packedReading struct {
	into *model.Reading
	z    []byte
}

func (c *Case) unpackReadings(ctx context.Context, part []packedReading) error {
	for _, p := range part {
		if err := ctx.Err(); err != nil {
			return err
		}
		b, err := c.dec.DecodeAll(p.z, nil)
		if err != nil {
			return fmt.Errorf("reading of %s: %w", p.into.Key, err)
		}
		if err := json.Unmarshal(b, p.into); err != nil {
			return fmt.Errorf("reading of %s: %w", p.into.Key, err)
		}
	}
	return nil
}

// EachReading calls f for every reading, sorted by the key and digest of its evidence.
func (c *Case) EachReading(ctx context.Context, f func(r *model.Reading) error) error {
	all, err := c.Readings(ctx)
	for i := 0; err == nil && i < len(all); i++ {
		err = f(all[i])
	}
	return err
}

// Tally is what one source gave of one media type, by outcome. Objects that are not read yet
// count in Unread. From and To are the earliest and latest instant (microseconds UTC) that the
// objects bear; 0 when none bears one.
type Tally struct {
	Source, Media                     string
	Read, Defects, Unreadable, Unread int
	From, To                          int64
}

// Objects is the number of different objects.
func (t Tally) Objects() int { return t.Read + t.Defects + t.Unreadable + t.Unread }

// Tallies counts what each source gave, sorted by source and media type. An object that a source
// holds twice counts once; one that two sources hold counts in each.
func (c *Case) Tallies(ctx context.Context) ([]Tally, error) {
	rows, err := c.db.QueryContext(ctx, `
		SELECT s.source, s.media, coalesce(r.outcome, ''), count(*), coalesce(min(nullif(s.at, 0)), 0), coalesce(max(nullif(s.at, 0)), 0)
		FROM (SELECT DISTINCT t.source, e.id, e.media, e.at FROM seen JOIN stream t ON t.id = seen.stream JOIN evidence e ON e.id = seen.evidence) s
		LEFT JOIN reading r ON r.evidence = s.id
		GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`)
	if err != nil {
		return nil, explain("count the evidence", err)
	}
	defer rows.Close()
	var out []Tally
	for rows.Next() {
		var t Tally
		var outcome string
		var n int
		if err := rows.Scan(&t.Source, &t.Media, &outcome, &n, &t.From, &t.To); err != nil {
			return nil, explain("count the evidence", err)
		}
		if len(out) == 0 || out[len(out)-1].Source != t.Source || out[len(out)-1].Media != t.Media {
			out = append(out, Tally{Source: t.Source, Media: t.Media})
		}
		out[len(out)-1].add(model.Outcome(outcome), n, t.From, t.To)
	}
	return out, explain("count the evidence", rows.Err())
}

func (t *Tally) add(o model.Outcome, n int, from, to int64) {
	switch o {
	case model.Read:
		t.Read += n
	case model.Defects:
		t.Defects += n
	case model.Unreadable:
		t.Unreadable += n
	default:
		t.Unread += n
	}
	if from != 0 && (t.From == 0 || from < t.From) {
		t.From = from
	}
	t.To = max(t.To, to)
}
