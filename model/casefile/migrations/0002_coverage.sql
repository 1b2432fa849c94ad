-- What was pulled of each source, and what not, as the newest pull knew it; and objects that are too
-- large to be held in memory, in pieces.

CREATE TABLE coverage (
  id     INTEGER PRIMARY KEY,     -- the newest row of a source counts
  source TEXT NOT NULL,
  packed BLOB NOT NULL            -- zstd of the account's JSON
) STRICT;
CREATE INDEX coverage_newest ON coverage (source, id);

CREATE TABLE piece (
  sha BLOB NOT NULL,              -- SHA-256 of the whole; its blob holds no bytes of its own
  n   INTEGER NOT NULL,
  z   BLOB NOT NULL,              -- zstd
  PRIMARY KEY (sha, n)
) WITHOUT ROWID, STRICT;

CREATE TRIGGER coverage_keep BEFORE UPDATE ON coverage BEGIN SELECT RAISE(ABORT, 'coverage is append-only'); END;
CREATE TRIGGER coverage_stay BEFORE DELETE ON coverage BEGIN SELECT RAISE(ABORT, 'coverage is append-only'); END;
CREATE TRIGGER piece_keep    BEFORE UPDATE ON piece    BEGIN SELECT RAISE(ABORT, 'piece is append-only'); END;
CREATE TRIGGER piece_stay    BEFORE DELETE ON piece    BEGIN SELECT RAISE(ABORT, 'piece is append-only'); END;
