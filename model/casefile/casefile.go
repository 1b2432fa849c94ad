// Package casefile keeps the nouns of salvage on disk: one case is one folder with one SQLite
// file, case.db. All SQL of salvage's own, and its numbered migrations, live here.
//
// Evidence, sightings, cursors, decisions and runs are append-only; triggers refuse UPDATE and
// DELETE. Readings and the newest result are a cache: they can be made again from the rest.
// A page of a source is stored in one transaction together with the cursor behind it, so that a
// kill at any moment loses nothing and repeats nothing.
//
// One process writes to a case at a time ([Open]); a second one gets [ErrBusy] with the pid of
// the first. Any number may look ([View]). Nothing here ever holds a secret: sources scrub
// evidence before it arrives.
//
// Everything is owner-only: a folder that Open makes is 0700, the files in it are 0600.
package casefile

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/gofrs/flock"
	"github.com/klauspost/compress/zstd"
	_ "github.com/mattn/go-sqlite3" // the driver
)

// File is the name of the database within the case folder.
const File = "case.db"

// Case is an open case.
type Case struct {
	dir  string
	db   *sql.DB
	lock *flock.Flock // nil in a view
	enc  *zstd.Encoder
	dec  *zstd.Decoder
}

// Open opens the case in dir for writing, making folder and database when they are missing.
// It fails with [ErrBusy] when another process writes to it, and with an [Error] that bears a
// hint when the folder cannot be written.
func Open(dir string) (*Case, error) {
	if err := makeFolder(dir); err != nil {
		return nil, explain("make the case folder "+dir, err)
	}
	lock, err := take(dir)
	if err != nil {
		return nil, err
	}
	c, err := open(dir, false)
	if err == nil {
		c.lock = lock
		if err = migrate(c.db); err == nil {
			return c, nil
		}
		c.lock = nil
		c.Close()
	}
	lock.Unlock()
	return nil, explain("open "+filepath.Join(dir, File), err)
}

// View opens the case in dir for looking only, also while another process writes to it. It fails
// with [ErrNone] when there is no case in dir.
func View(dir string) (*Case, error) {
	if _, err := os.Stat(filepath.Join(dir, File)); errors.Is(err, fs.ErrNotExist) {
		return nil, &Error{Doing: "open the case " + dir, Err: ErrNone, Advice: "name the case folder with --case, or make a case with: salvage run"}
	}
	c, err := open(dir, true)
	if err != nil {
		return nil, explain("open "+filepath.Join(dir, File), err)
	}
	var version int
	err = c.db.QueryRow("PRAGMA user_version").Scan(&version)
	if err == nil && version == 0 {
		err = ErrNone
	}
	if err == nil && version > len(migrations()) {
		err = errNewer(version)
	}
	if err != nil {
		c.Close()
		return nil, explain("open "+filepath.Join(dir, File), err)
	}
	return c, nil
}

// Dir is the case folder.
func (c *Case) Dir() string { return c.dir }

// Close gives the case back.
func (c *Case) Close() error {
	err := c.db.Close()
	c.enc.Close()
	c.dec.Close()
	if c.lock != nil {
		// Nobody holds it now: the file is left empty, so that a finished case is the same byte for byte.
		err = errors.Join(err, os.Truncate(c.lock.Path(), 0), c.lock.Unlock())
	}
	return err
}

// open opens the database file. The pragmas stand in the DSN because one run by hand would reach
// a single connection of the pool only. Recursive triggers make INSERT OR REPLACE fire the
// triggers that refuse a DELETE.
func open(dir string, view bool) (*Case, error) {
	path := filepath.Join(dir, File)
	query := "_journal=wal&_timeout=5000&_fk=1&_txlock=immediate&_sync=normal&_recursive_triggers=1"
	if view {
		query = "mode=ro&_timeout=5000&_fk=1&_query_only=1"
	} else if err := touch(path); err != nil {
		return nil, err
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite3", (&url.URL{Scheme: "file", OmitHost: true, Path: abs, RawQuery: query}).String())
	if err != nil {
		return nil, err
	}
	if !view {
		db.SetMaxOpenConns(1)
	}
	enc, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedDefault), zstd.WithEncoderConcurrency(2))
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	dec, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(2), zstd.WithDecoderMaxMemory(1<<30))
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &Case{dir: dir, db: db, enc: enc, dec: dec}, nil
}

// makeFolder makes dir, and closes an empty one to others. A folder that holds other things
// already keeps its mode: it is not ours alone.
func makeFolder(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return os.MkdirAll(dir, 0o700)
	}
	if err != nil {
		return err
	}
	if len(entries) == 0 {
		return os.Chmod(dir, 0o700)
	}
	return nil
}

// touch makes a file owner-only before SQLite opens it; the -wal and -shm files take its mode.
func touch(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// take takes the writer's lock of the case and leaves our pid in it, for the error of the next one.
func take(dir string) (*flock.Flock, error) {
	path := filepath.Join(dir, File+".lock")
	lock := flock.New(path, flock.SetPermissions(0o600))
	ok, err := lock.TryLock()
	if err != nil {
		return nil, explain("lock the case "+dir, err)
	}
	if !ok {
		return nil, &Error{Doing: "open the case " + dir, Err: fmt.Errorf("%w (process %s)", ErrBusy, holder(path)),
			Advice: "wait for it to end, or look meanwhile with: salvage status"}
	}
	if err := os.WriteFile(path, []byte(strconv.Itoa(os.Getpid())+"\n"), 0o600); err != nil {
		return nil, errors.Join(explain("lock the case "+dir, err), lock.Unlock())
	}
	return lock, nil
}

func holder(path string) string {
	b, err := os.ReadFile(path)
	if pid := strings.TrimSpace(string(b)); err == nil && pid != "" {
		return pid
	}
	return "unknown"
}

// within runs f in one transaction.
func (c *Case) within(ctx context.Context, doing string, f func(tx *sql.Tx) error) error {
	tx, err := c.db.BeginTx(ctx, nil)
	if err != nil {
		return explain(doing, err)
	}
	err = f(tx)
	if err != nil {
		tx.Rollback() //nolint:errcheck // the first error is the one to tell
	} else {
		err = tx.Commit()
	}
	if err != nil && ctx.Err() != nil {
		return ctx.Err() // database/sql tells of a transaction that was ended by its context that it is over, not why
	}
	return explain(doing, err)
}
