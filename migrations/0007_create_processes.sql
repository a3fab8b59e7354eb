-- The processes on this database, each with when it last wrote here: the proof that it lives, and
-- that the database can be written to. Times are ms since 1970 UTC.
CREATE TABLE processes (
  id         TEXT PRIMARY KEY,
  kind       TEXT NOT NULL CHECK (kind IN ('server', 'worker', 'command')),
  pid        INTEGER NOT NULL,
  host       TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  seen_at    INTEGER NOT NULL
) STRICT;
