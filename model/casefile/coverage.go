package casefile

// This file: the account of what was pulled of each source and what not, as its newest pull left it.

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"salvage/model"
)

// SaveCoverage keeps the account of a source; the newest one counts.
func (c *Case) SaveCoverage(ctx context.Context, source string, list []model.Coverage) error {
	b, err := json.Marshal(list)
	if err != nil {
		return explain("pack the coverage of "+source, err)
	}
	z := c.enc.EncodeAll(b, nil)
	return c.within(ctx, "store the coverage of "+source, func(tx *sql.Tx) error {
		_, err := tx.Exec("INSERT INTO coverage (source, packed) VALUES (?, ?)", source, z)
		return err
	})
}

// Coverage gives the account of a source; known is false when it was never pulled to an account.
func (c *Case) Coverage(source string) (list []model.Coverage, known bool, err error) {
	var z []byte
	err = c.db.QueryRow("SELECT packed FROM coverage WHERE source = ? ORDER BY id DESC LIMIT 1", source).Scan(&z)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, explain("read the coverage of "+source, err)
	}
	b, err := c.dec.DecodeAll(z, nil)
	if err == nil {
		err = json.Unmarshal(b, &list)
	}
	return list, err == nil, explain("read the coverage of "+source, err)
}
