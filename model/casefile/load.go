package casefile

// This file: getting evidence back out, byte for byte.

import (
	"crypto/sha256"
	"database/sql"
	"fmt"
	"io"
	"math"

	"salvage/model"
)

// ids runs a query that yields ids.
func (c *Case) ids(query string, args ...any) ([]int64, error) {
	rows, err := c.db.Query(query, args...)
	if err != nil {
		return nil, explain("list evidence", err)
	}
	defer rows.Close()
	var out []int64
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, explain("list evidence", err)
		}
		out = append(out, id)
	}
	return out, explain("list evidence", rows.Err())
}

// Load gives the evidence of some ids, in their order. Of a long object it gives the beginning, and Long.
func (c *Case) Load(ids []int64) ([]model.Evidence, error) {
	evs, _, err := c.LoadSome(ids, math.MaxInt)
	return evs, err
}

// LoadSome is Load that ends after about most bytes. It tells how many ids it came to, at least one.
func (c *Case) LoadSome(ids []int64, most int) (evs []model.Evidence, n int, err error) {
	evs = make([]model.Evidence, 0, min(len(ids), 500))
	for sum := 0; n < len(ids) && sum < most; n++ {
		ev, err := c.load("WHERE e.id = ?", ids[n])
		if err != nil {
			return nil, 0, err
		}
		for i := range ev {
			sum += len(ev[i].Canon) + len(ev[i].Raw)
		}
		evs = append(evs, ev...)
	}
	return evs, n, nil
}

func (c *Case) load(where string, args ...any) ([]model.Evidence, error) {
	out, err := c.loadRows(where, args...)
	for i := range out {
		if l := out[i].Long; err == nil && l != nil {
			err = loadHead(&out[i])
		}
	}
	return out, explain("read evidence", err)
}

func (c *Case) loadRows(where string, args ...any) ([]model.Evidence, error) {
	rows, err := c.db.Query(`SELECT e.key, e.digest, e.media, coalesce(s.grp, e.grp), e.at, e.found, e.canon, a.size, a.z, e.raw, b.size, b.z
		FROM evidence e JOIN blob a ON a.sha = e.canon JOIN blob b ON b.sha = e.raw
		LEFT JOIN speaker s ON s.evidence = e.id `+where, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []model.Evidence
	for rows.Next() {
		ev, err := c.scan(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, ev)
	}
	return out, rows.Err()
}

func (c *Case) scan(rows *sql.Rows) (ev model.Evidence, err error) {
	var digest, canonSha, canonZ, rawSha, rawZ []byte
	var canonSize, rawSize int
	if err = rows.Scan(&ev.Key, &digest, &ev.Media, &ev.Group, &ev.At, &ev.Found, &canonSha, &canonSize, &canonZ, &rawSha, &rawSize, &rawZ); err != nil {
		return ev, err
	}
	copy(ev.Digest[:], digest)
	if canonSize > 0 && len(canonZ) == 0 { // its pieces are read when this query is closed: there is one connection
		ev.Long = &model.Long{Size: int64(canonSize), Open: func() (io.ReadCloser, error) { return &longReader{c: c, sha: canonSha, left: int64(canonSize)}, nil }}
		return ev, nil
	}
	if ev.Canon, err = c.unpack(canonSha, canonSize, canonZ); err != nil {
		return ev, fmt.Errorf("%s: %w", ev.Key, err)
	}
	if string(rawSha) == string(canonSha) {
		ev.Raw = ev.Canon
		return ev, nil
	}
	ev.Raw, err = c.unpack(rawSha, rawSize, rawZ)
	return ev, err
}

// unpack gives the bytes of a blob back and proves them by their hash.
func (c *Case) unpack(sha []byte, size int, z []byte) ([]byte, error) {
	b, err := c.dec.DecodeAll(z, make([]byte, 0, size))
	if err != nil {
		return nil, fmt.Errorf("blob %x: %w", sha, err)
	}
	if got := sha256.Sum256(b); string(got[:]) != string(sha) {
		return nil, fmt.Errorf("blob %x: the bytes have changed on disk", sha)
	}
	return b, nil
}
