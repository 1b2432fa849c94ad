package main

import (
	"bytes"
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/mattn/go-sqlite3"
	"github.com/stretchr/testify/require"

	"salvage/fixtures/rental"
)

// TestReadsOnlyWhatChanged marks a stored reading, so that it shows whether it is made anew: not when a message
// is added, and so it is when what the readers are told of the business changes.
func TestReadsOnlyWhatChanged(t *testing.T) {
	dir := t.TempDir()
	company, kase := filepath.Join(dir, "company"), filepath.Join(dir, "case")
	config := filepath.Join(company, "salvage.yaml")
	require.NoError(t, rental.Generate(rental.Options{PerDay: 5, Days: 20, LostDays: 5}).Write(company))
	pull := func() {
		t.Helper()
		var out, msg bytes.Buffer
		require.Zero(t, execute(context.Background(), []string{"pull", "-c", config, "--case", kase, "--quiet"}, &out, &msg), msg.String())
	}
	counts := func() (all, marked int) {
		t.Helper()
		db, err := sql.Open("sqlite3", "file:"+filepath.Join(kase, "case.db"))
		require.NoError(t, err)
		defer db.Close()
		require.NoError(t, db.QueryRow("SELECT count(*), sum(outcome = 'marked') FROM reading").Scan(&all, &marked))
		return all, marked
	}
	pull()
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(kase, "case.db"))
	require.NoError(t, err)
	var others int // what is no message
	require.NoError(t, db.QueryRow("SELECT count(*) FROM reading r JOIN evidence e ON e.id = r.evidence WHERE e.media NOT LIKE 'mail/%'").Scan(&others))
	_, err = db.Exec("UPDATE reading SET outcome = 'marked'")
	require.NoError(t, err)
	require.NoError(t, db.Close())
	first, marked := counts()
	require.Equal(t, first, marked)
	require.NotZero(t, others)
	require.Less(t, others, first)

	pull()
	again, marked := counts()
	require.Equal(t, []int{first, first}, []int{again, marked}, "nothing changed, nothing is read")

	box, err := os.OpenFile(filepath.Join(company, "mail", "all.mbox"), os.O_APPEND|os.O_WRONLY, 0)
	require.NoError(t, err)
	_, err = box.WriteString("\nFrom a@b.test Fri Apr 24 10:00:00 2026\nFrom: a@b.test\nSubject: one more\nDate: Fri, 24 Apr 2026 10:00:00 +0000\nMessage-ID: <one-more@b.test>\n\nx\n")
	require.NoError(t, err)
	require.NoError(t, box.Close())
	pull()
	more, marked := counts()
	require.Equal(t, []int{first + 1, first}, []int{more, marked}, "one message more, one reading more")

	text, err := os.ReadFile(config)
	require.NoError(t, err)
	require.Contains(t, string(text), "senders:")
	require.NoError(t, os.WriteFile(config, []byte(strings.Replace(string(text), "senders: [", "senders: [\"@other.test\", ", 1)), 0o600))
	pull()
	all, marked := counts()
	require.Equal(t, first+1, all)
	require.Equal(t, others, marked, "told otherwise of senders, the messages are read anew, and nothing else")
}
