package casefile

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"salvage/model"
)

func object(key, text string) model.Evidence {
	return model.Evidence{Key: key, Media: "mail/rfc822", At: int64(len(text)), Digest: sha256.Sum256([]byte("mail/rfc822\x00" + text)),
		Canon: []byte(text), Raw: []byte("raw " + text), Found: "all.mbox @0"}
}

func openCase(t *testing.T, dir string) *Case {
	t.Helper()
	c, err := Open(dir)
	require.NoError(t, err)
	t.Cleanup(func() { c.Close() })
	return c
}

func TestAppendIsOncePerObject(t *testing.T) {
	ctx := context.Background()
	c := openCase(t, t.TempDir())
	w := Window{Source: "office", Stream: "all.mbox", Mark: "m1"}
	a, b := object("mail:a@x", "one"), object("mail:b@x", "two")

	n, err := c.Append(ctx, w, Batch{Items: []model.Evidence{a, b, a}, Cursor: "page 1"})
	require.NoError(t, err)
	require.Equal(t, 2, n)
	cursor, done, err := c.Cursor(w)
	require.NoError(t, err)
	require.Equal(t, "page 1", cursor)
	require.False(t, done)

	before, err := c.Digest()
	require.NoError(t, err)
	n, err = c.Append(ctx, Window{Source: "again", Stream: "copy.mbox", Mark: "m2"}, Batch{Items: []model.Evidence{b, a}, Done: true})
	require.NoError(t, err)
	require.Zero(t, n)
	after, err := c.Digest()
	require.NoError(t, err)
	require.Equal(t, before, after, "what is known already is only sighted")

	var keys []string
	require.NoError(t, c.EachEvidence(ctx, func(ev *model.Evidence) error {
		keys = append(keys, ev.Key)
		require.Equal(t, "raw "+string(ev.Canon), string(ev.Raw))
		return nil
	}))
	require.Equal(t, []string{"mail:a@x", "mail:b@x"}, keys)

	_, done, err = c.Cursor(Window{Source: "office", Stream: "all.mbox", Mark: "changed"})
	require.NoError(t, err)
	require.False(t, done, "a changed file is read anew")
}

// TestWhoSpeaksDoesNotDependOnTheOrder sees a message in an ordinary mailbox and in one that says who speaks,
// either first: the case says the same, and what was read before is to be read anew.
func TestWhoSpeaksDoesNotDependOnTheOrder(t *testing.T) {
	ctx := context.Background()
	plain, sent := object("mail:a@x", "one"), object("mail:a@x", "one")
	sent.Group = "sent"
	for name, order := range map[string][]model.Evidence{"plain first": {plain, sent, plain}, "sent first": {sent, plain, sent}} {
		t.Run(name, func(t *testing.T) {
			c := openCase(t, t.TempDir())
			reader := func(string) string { return "r1" }
			for i, ev := range order {
				_, err := c.Append(ctx, Window{Source: "office", Stream: fmt.Sprint("box ", i)}, Batch{Items: []model.Evidence{ev}})
				require.NoError(t, err)
				pending, _, err := c.Pending(reader)
				require.NoError(t, err)
				if i == 0 || name == "plain first" && i == 1 {
					require.Len(t, pending, 1, i)
					require.NoError(t, c.SaveReadings(ctx, []Stored{{ID: pending[0], Reader: "r1", Reading: &model.Reading{Outcome: model.Read}}}))
				} else {
					require.Empty(t, pending, i)
				}
			}
			found, err := c.Find("mail:a@x")
			require.NoError(t, err)
			require.Len(t, found, 1)
			require.Equal(t, "sent", found[0].Group)
			readings, err := c.Readings(ctx)
			require.NoError(t, err)
			require.Equal(t, "sent", readings[0].Group)
		})
	}
}

func TestAppendOnlyIsGuarded(t *testing.T) {
	ctx := context.Background()
	c := openCase(t, t.TempDir())
	a := object("mail:a@x", "one")
	_, err := c.Append(ctx, Window{"s", "f", "m"}, Batch{Items: []model.Evidence{a}, Cursor: "c"})
	require.NoError(t, err)
	a.Group = "sent"
	_, err = c.Append(ctx, Window{"s", "sent", "m"}, Batch{Items: []model.Evidence{a}})
	require.NoError(t, err)
	require.NoError(t, c.Decide(ctx, model.Decision{Conflict: "k", Choice: "a"}))
	require.NoError(t, c.AddRun(ctx, "r1", "p", "now"))
	for _, table := range []string{"blob", "evidence", "stream", "seen", "cursor", "decision", "run", "speaker"} {
		var col string
		require.NoError(t, c.db.QueryRow("SELECT name FROM pragma_table_info(?) LIMIT 1", table).Scan(&col))
		_, err := c.db.Exec(fmt.Sprintf("DELETE FROM %s", table))
		require.ErrorContains(t, err, "append-only", table)
		_, err = c.db.Exec(fmt.Sprintf("UPDATE %s SET %s = %s", table, col, col))
		require.ErrorContains(t, err, "append-only", table)
		_, err = c.db.Exec(fmt.Sprintf("INSERT OR REPLACE INTO %s SELECT * FROM %s", table, table))
		require.ErrorContains(t, err, "append-only", table)
	}
}

// TestAppendIsWholeOrNothing fails in the middle of a page: neither what came before nor its cursor is kept.
func TestAppendIsWholeOrNothing(t *testing.T) {
	ctx := context.Background()
	c := openCase(t, t.TempDir())
	w := Window{Source: "office", Stream: "INBOX", Mark: "m"}
	empty, err := c.Digest()
	require.NoError(t, err)
	opened := 0
	text := strings.Repeat("long ", 1000)
	long := object("mail:long@x", "long")
	long.Long = &model.Long{Size: int64(len(text)), Open: func() (io.ReadCloser, error) {
		if opened++; opened > 1 { // the first time it is hashed, the second time it is stored
			return nil, errors.New("the disk is gone")
		}
		return io.NopCloser(strings.NewReader(text)), nil
	}}
	_, err = c.Append(ctx, w, Batch{Items: []model.Evidence{object("mail:a@x", "one"), long}, Cursor: "behind"})
	require.ErrorContains(t, err, "the disk is gone")
	cursor, _, err := c.Cursor(w)
	require.NoError(t, err)
	require.Empty(t, cursor)
	after, err := c.Digest()
	require.NoError(t, err)
	require.Equal(t, empty, after)
}

func TestOneWriterAtATime(t *testing.T) {
	dir := t.TempDir()
	openCase(t, dir)
	_, err := Open(dir)
	require.ErrorIs(t, err, ErrBusy)
	require.ErrorContains(t, err, fmt.Sprintf("process %d", os.Getpid()))
	v, err := View(dir)
	require.NoError(t, err, "looking is allowed meanwhile")
	require.NoError(t, v.Close())
}

func TestViewWithoutCase(t *testing.T) {
	_, err := View(t.TempDir())
	require.ErrorIs(t, err, ErrNone)
	var e *Error
	require.ErrorAs(t, err, &e)
	require.NotEmpty(t, e.Hint())
}

func TestViewCannotWrite(t *testing.T) {
	dir := t.TempDir()
	openCase(t, dir)
	v, err := View(dir)
	require.NoError(t, err)
	defer v.Close()
	require.Error(t, v.Decide(context.Background(), model.Decision{Conflict: "k"}))
}

func TestEverythingIsOwnerOnly(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "deep", "case")
	openCase(t, dir)
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		require.NoError(t, err)
		info, err := d.Info()
		require.NoError(t, err)
		require.Zero(t, info.Mode().Perm()&0o077, path)
		return nil
	})
	require.NoError(t, err)
}

func TestFullDiskLosesNothing(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	c := openCase(t, dir)
	w := Window{"s", "f", "m"}
	_, err := c.Append(ctx, w, Batch{Items: []model.Evidence{object("mail:a@x", "one")}, Cursor: "1"})
	require.NoError(t, err)
	want, err := c.Digest()
	require.NoError(t, err)

	var pages int
	require.NoError(t, c.db.QueryRow("PRAGMA page_count").Scan(&pages))
	_, err = c.db.Exec(fmt.Sprintf("PRAGMA max_page_count = %d", pages+2)) // SQLite answers as on a full disk
	require.NoError(t, err)
	var many []model.Evidence
	for i := range 2000 {
		many = append(many, object(fmt.Sprintf("mail:%d@x", i), strings.Repeat(fmt.Sprint(i, " "), 50)))
	}
	_, err = c.Append(ctx, w, Batch{Items: many, Cursor: "2"})
	require.ErrorIs(t, err, ErrFull)
	var e *Error
	require.ErrorAs(t, err, &e)
	require.Contains(t, e.Hint(), "make room")

	got, err := c.Digest()
	require.NoError(t, err)
	require.Equal(t, want, got)
	cursor, _, err := c.Cursor(w)
	require.NoError(t, err)
	require.Equal(t, "1", cursor, "page and cursor stand or fall together")
}

func TestFolderThatCannotBeMade(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err := Open(filepath.Join(file, "case"))
	require.Error(t, err)
	require.ErrorContains(t, err, "make the case folder")
	require.ErrorIs(t, Explain("write", fs.ErrPermission), ErrReadOnly)
}

func TestChangedBytesAreFound(t *testing.T) {
	c := openCase(t, t.TempDir())
	_, err := c.Append(context.Background(), Window{"s", "f", "m"}, Batch{Items: []model.Evidence{object("mail:a@x", "one")}})
	require.NoError(t, err)
	_, err = c.db.Exec("DROP TRIGGER blob_keep; UPDATE blob SET z = (SELECT z FROM blob ORDER BY size DESC LIMIT 1)")
	require.NoError(t, err)
	_, err = c.Find("mail:a@x")
	require.ErrorContains(t, err, "changed on disk")
}

func TestOldAndNewFormats(t *testing.T) {
	dir := t.TempDir()
	c := openCase(t, dir)
	_, err := c.db.Exec("PRAGMA user_version = 999")
	require.NoError(t, err)
	require.NoError(t, c.Close())
	_, err = Open(dir)
	require.ErrorContains(t, err, "newer salvage")
	_, err = View(dir)
	require.ErrorContains(t, err, "newer salvage")
	require.False(t, errors.Is(err, ErrNone))
}
