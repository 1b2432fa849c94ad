package backup

// This file: hostile bytes in the formats of MySQL, SQLite and CSV. Nothing may panic, run away or invent rows.

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"salvage/model"

	"github.com/stretchr/testify/require"
)

// FuzzMyLexer reads arbitrary SQL text to its end.
func FuzzMyLexer(f *testing.F) {
	for _, s := range []string{"SELECT 'a''b\\'\\0\\%', `q``q` -- c\n /*!40101 x */ # y\n /*M!999999\\- z */ 1.5e-3 0xAF b'101' x'41' _utf8mb4'é' N'x'", "'", "`", "/*", "/*!4", "*/", "-- ", "--x", ";;"} {
		f.Add([]byte(s), true, false)
		f.Add([]byte(s), false, true)
	}
	f.Fuzz(func(t *testing.T, b []byte, plain, ansi bool) {
		l := newMyLexer(newInput(bytes.NewReader(b), 0, 1))
		l.plain, l.ansi, l.keep = plain, ansi, true
		for n := 0; ; n++ {
			tok, err := l.next()
			require.NoError(t, err)
			if tok.kind == tEOF {
				break
			}
			require.LessOrEqual(t, n, len(b), "more tokens than bytes")
			require.LessOrEqual(t, tok.to, len(l.text))
			require.Less(t, tok.from, tok.to)
		}
		require.EqualValues(t, len(b), l.in.off)
	})
}

// FuzzMySQL reads an arbitrary file as a dump, and its rows again: both passes must agree.
func FuzzMySQL(f *testing.F) {
	for _, s := range []string{
		"CREATE TABLE `t` (`a` int(10) unsigned NOT NULL AUTO_INCREMENT, `b` enum('x','y''z') DEFAULT 'x', `c` bit(3), d blob, e timestamp, f int AS (a*2) VIRTUAL, PRIMARY KEY (`a`), UNIQUE KEY `u` (`b`(3)), CONSTRAINT `x` FOREIGN KEY (`a`) REFERENCES `s` (`i`) ON DELETE SET NULL) ENGINE=InnoDB AUTO_INCREMENT=7;\nINSERT INTO `t` VALUES (1,'x',b'101',_binary 'a\\0b',0x41,NULL),(-2,NULL,'\\n','','0000-00-00 00:00:00',DEFAULT);\n-- Dump completed on 2024-01-01  1:02:03",
		"DELIMITER ;;\n/*!50003 CREATE*/ /*!50017 DEFINER=`r`@`h`*/ /*!50003 TRIGGER t BEFORE INSERT ON x FOR EACH ROW BEGIN SET @a = ';'; END */;;\nDELIMITER ;\n",
		"SET SQL_MODE='ANSI,NO_BACKSLASH_ESCAPES';CREATE TABLE \"t\" (a int, b text);REPLACE INTO t (b, a) VALUES ('\\', 1), (\"a\", 2), (1+(2), 3) ON DUPLICATE KEY UPDATE a=1;SET NAMES latin1; INSERT IGNORE t VALUES (1, 'caf\xe9'), ();",
		"ALTER TABLE `t` ADD PRIMARY KEY (`id`), MODIFY `id` int AUTO_INCREMENT, AUTO_INCREMENT=5; USE `b`; DROP TABLE IF EXISTS a, b; CREATE VIEW v AS SELECT 1;",
		"CREATE TABLE p (a date) PARTITION BY RANGE (a) (PARTITION x VALUES LESS THAN (1) ENGINE=I);INSERT INTO p SELECT 1;LOAD DATA INFILE 'x' INTO TABLE p;",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		requireBothPasses(t, append([]byte("-- MySQL dump\n"), b...), func(bk *Backup, tb *model.Table) (n int64) {
			for _, r := range bk.engine.(*myEngine).runs[tb] {
				n += r.rows
			}
			return n
		})
	})
}

// requireBothPasses opens bytes as a file and reads every table's rows again.
func requireBothPasses(t *testing.T, b []byte, rows func(*Backup, *model.Table) int64) {
	dir := t.TempDir()
	path := filepath.Join(dir, "b.sql")
	require.NoError(t, os.WriteFile(path, b, 0o600))
	tmp := t.TempDir()
	bk, err := Open(path, tmp)
	if err == nil {
		total := int64(0)
		for _, tb := range bk.schema.Tables {
			want, n := rows(bk, tb), int64(0)
			total += want
			err := bk.engine.each(tb, func(r *model.Row) error {
				n++
				require.Equal(t, len(r.Cols), len(r.Values))
				return nil
			})
			if !bk.health.Fatal {
				require.NoError(t, err)
				require.Equal(t, want, n, tb.Name)
			}
		}
		require.Equal(t, bk.health.Rows, total)
		require.NoError(t, bk.Close())
	}
	left, err := os.ReadDir(tmp)
	require.NoError(t, err)
	require.Empty(t, left)
}

// FuzzSQLiteText reads an arbitrary file as a .dump.
func FuzzSQLiteText(f *testing.F) {
	for _, s := range []string{
		"BEGIN TRANSACTION;\nCREATE TABLE t(a INTEGER PRIMARY KEY AUTOINCREMENT, b TEXT, c BLOB, d AS (a+1));\nINSERT INTO t VALUES(1,'a''b',X'00ff');\nINSERT INTO t VALUES(2,replace('a\\nb','\\n',char(10)),NULL);\nDELETE FROM sqlite_sequence;\nINSERT INTO sqlite_sequence VALUES('t',2);\nCREATE TRIGGER x AFTER INSERT ON t BEGIN SELECT 1; END;\nCREATE INDEX i ON t(b);\nCREATE VIEW v AS SELECT 1;\nCOMMIT;\n",
		"BEGIN TRANSACTION;\nCREATE TABLE a(b);ATTACH 'x' AS y;INSERT INTO a SELECT 1;UPDATE a SET b=2;DROP TABLE a;ROLLBACK; -- due to errors\n",
		"PRAGMA writable_schema=ON;\nINSERT INTO sqlite_schema(type,name,tbl_name,rootpage,sql)VALUES('table','x','x',0,'CREATE VIRTUAL TABLE x USING fts5(a)');",
		"BEGIN;CREATE TABLE t(a DEFAULT (randomblob(1000000000)), CHECK (a > 1)) STRICT;INSERT INTO t VALUES(zeroblob(999999999));COMMIT;",
		"BEGIN;WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c) INSERT INTO t SELECT x FROM c;",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		requireBothPasses(t, append([]byte("PRAGMA foreign_keys=OFF;\n"), b...), func(_ *Backup, tb *model.Table) int64 { return tb.Rows })
	})
}

// FuzzCSV reads an arbitrary file as CSV.
func FuzzCSV(f *testing.F) {
	for _, s := range []string{
		"1,2\n", "1,\"a\"\"b\"\n,\n\\N,NULL\n\"\",x\n", "1;2\r\n3;4\r5;6\n", "\"open", "1,2,3\n4\n", "a\tb\n", "sep=;\nid;b\n", "2024-01-02,t\n2024-01-02 03:04:05+00,false\n", "\xff\xfe\x00", "1,caf\xe9\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		requireBothPasses(t, append([]byte("id,clients_id\n"), b...), func(_ *Backup, tb *model.Table) int64 { return tb.Rows })
	})
}

// FuzzSQLiteFile opens arbitrary files that begin as SQLite's do.
func FuzzSQLiteFile(f *testing.F) {
	path := filepath.Join(f.TempDir(), "seed.db")
	cmd := exec.Command("sqlite3", path)
	cmd.Stdin = strings.NewReader("PRAGMA page_size=512; CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT, c AS (a+1)); CREATE UNIQUE INDEX i ON t(b); INSERT INTO t VALUES (1,'x'),(2,'y'); CREATE TABLE w(k TEXT PRIMARY KEY, v) WITHOUT ROWID; INSERT INTO w VALUES ('a', x'00'); CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT 1; END;")
	out, err := cmd.CombinedOutput()
	require.NoError(f, err, "%s", out)
	seed, err := os.ReadFile(path)
	require.NoError(f, err)
	f.Add(seed)
	f.Fuzz(func(t *testing.T, b []byte) {
		if !bytes.HasPrefix(b, []byte("SQLite format 3\x00")) {
			b = append([]byte("SQLite format 3\x00"), b...)
		}
		dir := t.TempDir()
		path := filepath.Join(dir, "b.db")
		require.NoError(t, os.WriteFile(path, b, 0o600))
		bk, err := Open(path, t.TempDir())
		if err != nil {
			return
		}
		for _, tb := range bk.schema.Tables {
			n := 0
			err := bk.Each(tb.Qualified(), func(r *model.Row) error { n++; return nil })
			if !bk.health.Fatal {
				require.NoError(t, err)
			}
		}
		require.NoError(t, bk.Close())
		beside, err := os.ReadDir(dir)
		require.NoError(t, err)
		require.Len(t, beside, 1, "nothing may appear beside the file")
	})
}
