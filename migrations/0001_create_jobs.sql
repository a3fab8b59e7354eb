-- Times are integers, milliseconds since 1970 UTC.
CREATE TABLE jobs (
  id                TEXT PRIMARY KEY,
  type              TEXT NOT NULL,
  status            TEXT NOT NULL CHECK (status IN
                      ('queued', 'running', 'retrying', 'cancelling', 'completed', 'failed', 'cancelled')),
  -- 1: its caller does the work, so nobody else can resume it.
  tracked           INTEGER NOT NULL DEFAULT 0 CHECK (tracked IN (0, 1)),
  -- Its place in the one line of all waiting jobs; the lowest is claimed first.
  turn              INTEGER NOT NULL DEFAULT 0,

  progress_current  INTEGER NOT NULL DEFAULT 0 CHECK (progress_current >= 0),
  progress_total    INTEGER NOT NULL DEFAULT 0 CHECK (progress_total >= 0),
  progress_message  TEXT NOT NULL DEFAULT '',
  progress_stage    TEXT,

  metadata          TEXT CHECK (metadata IS NULL OR json_valid(metadata)),
  checkpoint        TEXT CHECK (checkpoint IS NULL OR json_valid(checkpoint)),
  result            TEXT CHECK (result IS NULL OR json_valid(result)),
  error_message     TEXT,
  errors            TEXT NOT NULL DEFAULT '[]' CHECK (json_type(errors) = 'array'),

  -- How often it was claimed, and the fence that every write of a handler names.
  attempt           INTEGER NOT NULL DEFAULT 0,
  max_attempts      INTEGER NOT NULL DEFAULT 1 CHECK (max_attempts >= 1),
  -- 1: this attempt has moved the checkpoint, so that it does not count against max_attempts.
  advanced          INTEGER NOT NULL DEFAULT 0 CHECK (advanced IN (0, 1)),
  -- Who works on it, as host:pid:boot, and until when that may be believed without a heartbeat.
  owner             TEXT,
  lease_until       INTEGER,
  retry_at          INTEGER,

  session_id        TEXT,
  parent_id         TEXT REFERENCES jobs (id) ON DELETE SET NULL,

  created_at        INTEGER NOT NULL DEFAULT (unixepoch() * 1000),
  started_at        INTEGER,
  updated_at        INTEGER NOT NULL DEFAULT (unixepoch() * 1000),
  completed_at      INTEGER,
  dismissed_at      INTEGER,

  CHECK ((status IN ('completed', 'failed', 'cancelled')) = (completed_at IS NOT NULL)),
  CHECK ((status = 'retrying') = (retry_at IS NOT NULL)),
  CHECK (owner IS NULL OR status IN ('running', 'cancelling'))
) STRICT;

-- Claiming, and who is next.
CREATE INDEX jobs_in_line ON jobs (type, turn) WHERE status IN ('queued', 'retrying');
CREATE INDEX jobs_by_turn ON jobs (turn);
-- Everything that is not over: heartbeats, takeover, the taskbar.
CREATE INDEX jobs_active ON jobs (status) WHERE completed_at IS NULL;
-- What ended lately, and what is old enough to go.
CREATE INDEX jobs_by_end ON jobs (completed_at) WHERE completed_at IS NOT NULL;
CREATE INDEX jobs_failed_unseen ON jobs (completed_at) WHERE status = 'failed' AND dismissed_at IS NULL;
-- Lists, newest first.
CREATE INDEX jobs_by_age ON jobs (created_at, id);
CREATE INDEX jobs_by_type ON jobs (type, created_at, id);
CREATE INDEX jobs_by_session ON jobs (session_id, created_at, id) WHERE session_id IS NOT NULL;
CREATE INDEX jobs_by_parent ON jobs (parent_id) WHERE parent_id IS NOT NULL;
