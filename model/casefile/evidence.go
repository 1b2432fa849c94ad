package casefile

// This file: evidence, where it was seen, and the cursors.

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"runtime"

	"golang.org/x/sync/errgroup"

	"salvage/model"
)

// Window names a stream of a source and the content it has now. A changed Mark starts it anew.
type Window struct{ Source, Stream, Mark string }

// Batch is one page of a stream: what it held and the cursor behind it.
type Batch struct {
	Items  []model.Evidence
	Cursor string
	Done   bool
}

// Cursor gives where reading of a window stopped: "" and false when it never began.
func (c *Case) Cursor(w Window) (cursor string, done bool, err error) {
	err = c.db.QueryRow(`SELECT cursor, done FROM cursor WHERE stream = (SELECT id FROM stream WHERE source = ? AND name = ?)
		AND mark = ? ORDER BY id DESC LIMIT 1`, w.Source, w.Stream, w.Mark).Scan(&cursor, &done)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return cursor, done, explain("read the cursor of "+w.Source, err)
}

// Append stores one page in one transaction: bytes, sightings and cursor. Objects that the case
// has already are only sighted. It returns how many were new.
func (c *Case) Append(ctx context.Context, w Window, b Batch) (fresh int, err error) {
	packed, err := c.pack(b.Items) // outside the transaction: compression is the slow part
	if err != nil {
		return 0, explain("store evidence of "+w.Source, err)
	}
	err = c.within(ctx, "store evidence of "+w.Source, func(tx *sql.Tx) error {
		stream, err := streamID(tx, w)
		if err != nil {
			return err
		}
		put, err := c.prepare(tx)
		if err != nil {
			return err
		}
		defer put.close()
		for i := range b.Items {
			isNew, err := put.one(stream, &b.Items[i], packed[i])
			if err != nil {
				return fmt.Errorf("%s: %w", b.Items[i].Key, err)
			}
			if isNew {
				fresh++
			}
		}
		_, err = tx.Exec("INSERT INTO cursor (stream, mark, cursor, done) VALUES (?, ?, ?, ?)", stream, w.Mark, b.Cursor, b.Done)
		return err
	})
	return fresh, err
}

func streamID(tx *sql.Tx, w Window) (id int64, err error) {
	if _, err = tx.Exec("INSERT INTO stream (source, name) VALUES (?, ?) ON CONFLICT DO NOTHING", w.Source, w.Stream); err != nil {
		return 0, err
	}
	err = tx.QueryRow("SELECT id FROM stream WHERE source = ? AND name = ?", w.Source, w.Stream).Scan(&id)
	return id, err
}

// piece is one blob, ready to store.
type piece struct {
	sha  [32]byte
	size int
	z    []byte // empty for a long one
}

// pack compresses the canonical and the raw bytes of each object; bytes that are the same share one blob.
func (c *Case) pack(items []model.Evidence) ([][2]piece, error) {
	out := make([][2]piece, len(items))
	var g errgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0))
	const share = 32
	for from := 0; from < len(items); from += share {
		g.Go(func() (err error) {
			for i := from; i < min(from+share, len(items)); i++ {
				if out[i], err = c.packOne(&items[i]); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return out, g.Wait()
}

func (c *Case) packOne(ev *model.Evidence) (p [2]piece, err error) {
	if ev.Long != nil {
		p[0], err = longPiece(ev.Long)
		p[1] = p[0]
		return p, err
	}
	p[0] = c.piece(ev.Canon)
	if raw := ev.Raw; raw == nil || bytes.Equal(raw, ev.Canon) {
		p[1] = p[0]
	} else {
		p[1] = c.piece(raw)
	}
	return p, nil
}

func (c *Case) piece(b []byte) piece {
	return piece{sha: sha256.Sum256(b), size: len(b), z: c.enc.EncodeAll(b, make([]byte, 0, len(b)/2+64))}
}

// putter holds the prepared statements of one transaction.
type putter struct {
	find, blob, evidence, seen, part, speaker, unread *sql.Stmt
	c                                                 *Case
}

func (c *Case) prepare(tx *sql.Tx) (p putter, err error) {
	p.c = c
	for _, s := range []struct {
		at   **sql.Stmt
		text string
	}{
		{&p.find, "SELECT e.id, coalesce(s.grp, e.grp) FROM evidence e LEFT JOIN speaker s ON s.evidence = e.id WHERE e.key = ? AND e.digest = ?"},
		{&p.blob, "INSERT INTO blob (sha, size, z) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"},
		{&p.evidence, "INSERT INTO evidence (key, digest, media, grp, at, canon, raw, found) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"},
		{&p.seen, "INSERT INTO seen (stream, evidence) VALUES (?, ?) ON CONFLICT DO NOTHING"},
		{&p.part, "INSERT INTO piece (sha, n, z) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"},
		{&p.speaker, "INSERT INTO speaker (evidence, grp) VALUES (?, ?)"},
		{&p.unread, "DELETE FROM reading WHERE evidence = ?"},
	} {
		if *s.at, err = tx.Prepare(s.text); err != nil {
			p.close()
			return putter{}, err
		}
	}
	return p, nil
}

func (p putter) close() {
	for _, s := range []*sql.Stmt{p.find, p.blob, p.evidence, p.seen, p.part, p.speaker, p.unread} {
		if s != nil {
			s.Close()
		}
	}
}

// one stores one object and its sighting.
func (p putter) one(stream int64, ev *model.Evidence, b [2]piece) (isNew bool, err error) {
	var id int64
	var group string
	err = p.find.QueryRow(ev.Key, ev.Digest[:]).Scan(&id, &group)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		isNew = true
		id, err = p.put(ev, b)
	case err == nil && group == "" && ev.Group != "":
		err = p.speaks(id, ev.Group)
	}
	if err != nil {
		return false, err
	}
	_, err = p.seen.Exec(stream, id)
	return isNew, err
}

// put stores an object that the case does not have.
func (p putter) put(ev *model.Evidence, b [2]piece) (id int64, err error) {
	for i := range b {
		if i == 1 && b[1].sha == b[0].sha {
			break
		}
		if _, err := p.blob.Exec(b[i].sha[:], b[i].size, b[i].z); err != nil {
			return 0, err
		}
	}
	if ev.Long != nil {
		if err := p.long(b[0].sha, ev.Long); err != nil {
			return 0, err
		}
	}
	res, err := p.evidence.Exec(ev.Key, ev.Digest[:], ev.Media, ev.Group, ev.At, b[0].sha[:], b[1].sha[:], ev.Found)
	if err != nil {
		return 0, err
	}
	return res.LastInsertId()
}

// speaks notes who speaks in an object that was seen first where that did not show, so that the order in
// which places are read changes nothing. It is to be read anew, for a reading may depend on it.
func (p putter) speaks(id int64, group string) error {
	if _, err := p.speaker.Exec(id, group); err != nil {
		return err
	}
	_, err := p.unread.Exec(id)
	return err
}

// Digest is the digest of all evidence of the case: SHA-256 over the sorted (key, digest) pairs.
// Two cases with the same digest hold the same evidence, whatever way it came in.
func (c *Case) Digest() ([32]byte, error) {
	sum := sha256.New()
	rows, err := c.db.Query("SELECT key, digest FROM evidence ORDER BY key, digest")
	if err != nil {
		return [32]byte{}, explain("digest the evidence", err)
	}
	defer rows.Close()
	var key, digest sql.RawBytes
	for rows.Next() {
		if err := rows.Scan(&key, &digest); err != nil {
			return [32]byte{}, explain("digest the evidence", err)
		}
		fmt.Fprintf(sum, "%d %s %x\n", len(key), key, digest)
	}
	return [32]byte(sum.Sum(nil)), explain("digest the evidence", rows.Err())
}

// Find gives every version of one piece of evidence by its key, in the order of their digests;
// none is not an error.
func (c *Case) Find(key string) ([]model.Evidence, error) {
	return c.load("WHERE e.key = ? ORDER BY e.digest", key)
}

// Keys lists up to limit keys that begin with prefix, sorted: what explain offers when a
// reference names nothing.
func (c *Case) Keys(prefix string, limit int) ([]string, error) {
	rows, err := c.db.Query("SELECT DISTINCT key FROM evidence WHERE substr(key, 1, length(?1)) = ?1 ORDER BY key LIMIT ?2", prefix, limit)
	if err != nil {
		return nil, explain("list evidence", err)
	}
	defer rows.Close()
	var keys []string
	for rows.Next() {
		var k string
		if err := rows.Scan(&k); err != nil {
			return nil, explain("list evidence", err)
		}
		keys = append(keys, k)
	}
	return keys, explain("list evidence", rows.Err())
}

// EachEvidence calls f for every piece of evidence, sorted by key and digest.
func (c *Case) EachEvidence(ctx context.Context, f func(ev *model.Evidence) error) error {
	ids, err := c.ids("SELECT id FROM evidence ORDER BY key, digest")
	if err != nil {
		return err
	}
	for len(ids) > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := min(len(ids), 500)
		batch, err := c.Load(ids[:n])
		if err != nil {
			return err
		}
		for i := range batch {
			if err := f(&batch[i]); err != nil {
				return err
			}
		}
		ids = ids[n:]
	}
	return nil
}
