package casefile

// This file: the errors of a case, with what the operator can do about them.

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"github.com/mattn/go-sqlite3"
)

// ErrBusy says that another process writes to the case.
var ErrBusy = errors.New("another salvage is at work on this case")

// ErrNone says that there is no case in the folder.
var ErrNone = errors.New("there is no case here")

// ErrFull says that the disk is full. Everything stored before it stays.
var ErrFull = errors.New("the disk is full")

// ErrReadOnly says that the case folder cannot be written.
var ErrReadOnly = errors.New("the folder cannot be written")

// Error is an error of a case: what was being done, what went wrong, and what to do about it.
type Error struct {
	Doing  string
	Err    error
	Advice string // "" for none
}

// Error tells what was being done and what went wrong.
func (e *Error) Error() string { return e.Doing + ": " + e.Err.Error() }

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Hint is what the operator can do; "" when nothing is known.
func (e *Error) Hint() string { return e.Advice }

// Explain wraps an error of the case folder: what was being done, and a hint where the operator
// can mend it (full disk, folder that cannot be written). nil stays nil, and an error that is
// explained already stays as it is.
func Explain(doing string, err error) error { return explain(doing, err) }

func explain(doing string, err error) error {
	var known *Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &known), errors.Is(err, context.Canceled):
		return err
	case isFull(err):
		return &Error{Doing: doing, Err: fmt.Errorf("%w (%w)", ErrFull, err),
			Advice: "make room, or take another disk with --case; nothing that was stored is lost: run the same command again"}
	case isReadOnly(err):
		return &Error{Doing: doing, Err: fmt.Errorf("%w (%w)", ErrReadOnly, err),
			Advice: "name a folder that you may write to with --case"}
	}
	return &Error{Doing: doing, Err: err}
}

func isFull(err error) bool {
	var lite sqlite3.Error
	if errors.As(err, &lite) && (lite.Code == sqlite3.ErrFull || lite.SystemErrno == syscall.ENOSPC) {
		return true
	}
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

func isReadOnly(err error) bool {
	var lite sqlite3.Error
	if errors.As(err, &lite) && (lite.Code == sqlite3.ErrReadonly || lite.Code == sqlite3.ErrCantOpen || lite.Code == sqlite3.ErrPerm) {
		return true
	}
	return errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS)
}

func errNewer(version int) error {
	return &Error{Doing: "read case.db", Err: fmt.Errorf("it was written by a newer salvage (format %d, this one knows %d)", version, len(migrations())),
		Advice: "use the newer salvage for this case"}
}
