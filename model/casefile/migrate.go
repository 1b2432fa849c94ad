package casefile

// This file: migrations, the numbered .sql files of migrations/, counted by PRAGMA user_version.

import (
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
)

//go:embed migrations/*.sql
var files embed.FS

// migrations lists the migrations in order; the first one brings an empty file to version 1.
func migrations() []string {
	names, err := fs.Glob(files, "migrations/*.sql")
	if err != nil {
		return nil // the pattern is a constant: it cannot be malformed
	}
	return names
}

// migrate brings the database up to date, one transaction a migration.
func migrate(db *sql.DB) error {
	var version int
	if err := db.QueryRow("PRAGMA user_version").Scan(&version); err != nil {
		return err
	}
	all := migrations()
	if version > len(all) {
		return errNewer(version)
	}
	for i, name := range all[version:] {
		text, err := files.ReadFile(name)
		if err != nil {
			return err
		}
		if err := apply(db, string(text), version+i+1); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

func apply(db *sql.DB, text string, version int) error {
	tx, err := db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after Commit it does nothing
	if _, err := tx.Exec(text); err != nil {
		return err
	}
	if _, err := tx.Exec(fmt.Sprintf("PRAGMA user_version = %d", version)); err != nil {
		return err
	}
	return tx.Commit()
}
