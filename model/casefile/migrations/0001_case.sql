-- One case: what was found, where it was seen, how far each source was read, what a person
-- decided, and what was exported. These tables only ever grow; triggers refuse anything else.

CREATE TABLE blob (
  sha  BLOB PRIMARY KEY,          -- SHA-256 of the bytes before compression
  size INTEGER NOT NULL,
  z    BLOB NOT NULL              -- zstd
) WITHOUT ROWID, STRICT;

CREATE TABLE evidence (
  id     INTEGER PRIMARY KEY,
  key    TEXT NOT NULL,
  digest BLOB NOT NULL,
  media  TEXT NOT NULL,
  grp    TEXT NOT NULL,
  at     INTEGER NOT NULL,        -- microseconds UTC, 0 when the source does not say
  canon  BLOB NOT NULL REFERENCES blob(sha),
  raw    BLOB NOT NULL REFERENCES blob(sha),
  found  TEXT NOT NULL,           -- where it was found first; for people
  UNIQUE (key, digest)
) STRICT;

CREATE TABLE stream (
  id     INTEGER PRIMARY KEY,
  source TEXT NOT NULL,
  name   TEXT NOT NULL,
  UNIQUE (source, name)
) STRICT;

CREATE TABLE seen (
  stream   INTEGER NOT NULL REFERENCES stream(id),
  evidence INTEGER NOT NULL REFERENCES evidence(id),
  PRIMARY KEY (stream, evidence)
) WITHOUT ROWID, STRICT;

CREATE TABLE cursor (
  id     INTEGER PRIMARY KEY,     -- the newest row of a stream and mark counts
  stream INTEGER NOT NULL REFERENCES stream(id),
  mark   TEXT NOT NULL,           -- fingerprint of the content: a changed file is read anew
  cursor TEXT NOT NULL,
  done   INTEGER NOT NULL
) STRICT;
CREATE INDEX cursor_newest ON cursor (stream, mark, id);

CREATE TABLE decision (
  id       INTEGER PRIMARY KEY,   -- the newest row of a conflict counts
  conflict TEXT NOT NULL,
  choice   TEXT NOT NULL,
  sees     TEXT NOT NULL,
  at       TEXT NOT NULL,
  who      TEXT NOT NULL,
  note     TEXT NOT NULL
) STRICT;

CREATE TABLE run (
  id   INTEGER PRIMARY KEY,
  run  TEXT NOT NULL UNIQUE,
  plan TEXT NOT NULL,             -- SHA-256 of plan.jsonl
  at   TEXT NOT NULL
) STRICT;

-- Below the line: what can be made again from the above, and so may be replaced.

CREATE TABLE reading (
  evidence INTEGER PRIMARY KEY REFERENCES evidence(id),
  reader   TEXT NOT NULL,
  outcome  TEXT NOT NULL,
  packed   BLOB NOT NULL          -- zstd of the reading's JSON
) STRICT;

CREATE TABLE result (
  part   TEXT NOT NULL,
  ord    INTEGER NOT NULL,
  packed BLOB NOT NULL,
  PRIMARY KEY (part, ord)
) WITHOUT ROWID, STRICT;

CREATE TRIGGER blob_keep     BEFORE UPDATE ON blob     BEGIN SELECT RAISE(ABORT, 'blob is append-only'); END;
CREATE TRIGGER blob_stay     BEFORE DELETE ON blob     BEGIN SELECT RAISE(ABORT, 'blob is append-only'); END;
CREATE TRIGGER evidence_keep BEFORE UPDATE ON evidence BEGIN SELECT RAISE(ABORT, 'evidence is append-only'); END;
CREATE TRIGGER evidence_stay BEFORE DELETE ON evidence BEGIN SELECT RAISE(ABORT, 'evidence is append-only'); END;
CREATE TRIGGER stream_keep   BEFORE UPDATE ON stream   BEGIN SELECT RAISE(ABORT, 'stream is append-only'); END;
CREATE TRIGGER stream_stay   BEFORE DELETE ON stream   BEGIN SELECT RAISE(ABORT, 'stream is append-only'); END;
CREATE TRIGGER seen_keep     BEFORE UPDATE ON seen     BEGIN SELECT RAISE(ABORT, 'seen is append-only'); END;
CREATE TRIGGER seen_stay     BEFORE DELETE ON seen     BEGIN SELECT RAISE(ABORT, 'seen is append-only'); END;
CREATE TRIGGER cursor_keep   BEFORE UPDATE ON cursor   BEGIN SELECT RAISE(ABORT, 'cursor is append-only'); END;
CREATE TRIGGER cursor_stay   BEFORE DELETE ON cursor   BEGIN SELECT RAISE(ABORT, 'cursor is append-only'); END;
CREATE TRIGGER decision_keep BEFORE UPDATE ON decision BEGIN SELECT RAISE(ABORT, 'decision is append-only'); END;
CREATE TRIGGER decision_stay BEFORE DELETE ON decision BEGIN SELECT RAISE(ABORT, 'decision is append-only'); END;
CREATE TRIGGER run_keep      BEFORE UPDATE ON run      BEGIN SELECT RAISE(ABORT, 'run is append-only'); END;
CREATE TRIGGER run_stay      BEFORE DELETE ON run      BEGIN SELECT RAISE(ABORT, 'run is append-only'); END;
