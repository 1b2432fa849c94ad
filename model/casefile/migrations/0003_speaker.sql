-- Who speaks, where that shows only in the place that an object was seen in: a message that came from an
-- ordinary mailbox first and lies in the account's Sent folder too.

CREATE TABLE speaker (
  evidence INTEGER PRIMARY KEY REFERENCES evidence(id),
  grp      TEXT NOT NULL
) STRICT;

CREATE TRIGGER speaker_keep BEFORE UPDATE ON speaker BEGIN SELECT RAISE(ABORT, 'speaker is append-only'); END;
CREATE TRIGGER speaker_stay BEFORE DELETE ON speaker BEGIN SELECT RAISE(ABORT, 'speaker is append-only'); END;
