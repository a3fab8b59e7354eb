-- The table of jobs once more, with fewer indexes and no triggers on its hot path: each index and
-- each trigger is a page of every commit. What they kept is told by docs/performance.md.

CREATE TABLE jobs_new (
  -- Its place in the line: of two that wait, the lower is claimed first. A job that is queued again
  -- moves to the end of the table.
  key               INTEGER PRIMARY KEY,
  id                TEXT NOT NULL UNIQUE,
  type              TEXT NOT NULL,
  status            TEXT NOT NULL CHECK (status IN
                      ('queued', 'running', 'retrying', 'cancelling', 'completed', 'failed', 'cancelled')),
  -- 1: its caller does the work, so nobody else can resume it.
  tracked           INTEGER NOT NULL DEFAULT 0 CHECK (tracked IN (0, 1)),

  progress_current  INTEGER NOT NULL DEFAULT 0 CHECK (progress_current >= 0),
  progress_total    INTEGER NOT NULL DEFAULT 0 CHECK (progress_total >= 0),
  progress_message  TEXT NOT NULL DEFAULT '',
  progress_stage    TEXT,

  metadata          TEXT CHECK (metadata IS NULL OR json_valid(metadata)),
  checkpoint        TEXT CHECK (checkpoint IS NULL OR json_valid(checkpoint)),
  result            TEXT CHECK (result IS NULL OR json_valid(result)),
  -- The same with long texts cut, for lists; null where the whole is short.
  metadata_brief    TEXT,
  result_brief      TEXT,
  error_message     TEXT,
  errors            TEXT NOT NULL DEFAULT '[]' CHECK (json_type(errors) = 'array'),
  -- Why it failed for good.
  failure           TEXT CHECK (failure IN ('permanent', 'exhausted', 'interrupted', 'timeout')),

  -- How often it was claimed, and the fence that every write of a handler names.
  attempt           INTEGER NOT NULL DEFAULT 0,
  -- How many of these do not count: they were interrupted, got further, or came before a retry by hand.
  uncounted         INTEGER NOT NULL DEFAULT 0,
  max_attempts      INTEGER NOT NULL DEFAULT 1 CHECK (max_attempts >= 1),
  -- 1: this attempt has moved the checkpoint, so that it will not count.
  advanced          INTEGER NOT NULL DEFAULT 0 CHECK (advanced IN (0, 1)),
  -- How often in a row it was left behind by a process that ended, without having got further.
  interruptions     INTEGER NOT NULL DEFAULT 0,
  -- Who runs it, as host:pid:boot, and until when that may be believed without a heartbeat.
  owner             TEXT,
  lease_until       INTEGER,
  retry_at          INTEGER,
  -- Why it has failed for good, while what its steps did is being undone.
  undoing           TEXT,

  session_id        TEXT,
  parent_id         TEXT REFERENCES jobs (id) ON DELETE SET NULL,
  -- Who asked for it, as far as that is known: the address of an HTTP client.
  client            TEXT,

  created_at        INTEGER NOT NULL DEFAULT (unixepoch() * 1000),
  started_at        INTEGER,
  updated_at        INTEGER NOT NULL DEFAULT (unixepoch() * 1000),
  completed_at      INTEGER,
  dismissed_at      INTEGER,

  CHECK ((status IN ('completed', 'failed', 'cancelled')) = (completed_at IS NOT NULL)),
  CHECK ((status = 'retrying') = (retry_at IS NOT NULL)),
  CHECK (owner IS NULL OR status IN ('running', 'cancelling')),
  CHECK (failure IS NULL OR status = 'failed')
) STRICT;

INSERT INTO jobs_new (
  id, type, status, tracked, progress_current, progress_total, progress_message, progress_stage,
  metadata, checkpoint, result, error_message, errors, failure, attempt, uncounted, max_attempts,
  advanced, interruptions, owner, lease_until, retry_at, undoing, session_id, parent_id, client,
  created_at, started_at, updated_at, completed_at, dismissed_at)
SELECT
  id, type, status, tracked, progress_current, progress_total, progress_message, progress_stage,
  metadata, checkpoint, result, substr(error_message, 1, 10000), errors,
  CASE WHEN status <> 'failed' THEN NULL
       WHEN error_message LIKE 'Interrupted:%' THEN 'interrupted'
       WHEN tracked THEN 'permanent'
       WHEN attempt >= max_attempts + advanced THEN 'exhausted'
       ELSE 'permanent' END,
  attempt, 0, max_attempts, advanced, interruptions, owner, lease_until, retry_at, undoing,
  session_id, parent_id, client, created_at, started_at, updated_at, completed_at, dismissed_at
FROM jobs ORDER BY turn, created_at;

DROP TABLE jobs;
ALTER TABLE jobs_new RENAME TO jobs;

-- Everything that is not over: claims, heartbeats, rescue, the taskbar. retry_at is in it so that
-- jobs whose next attempt is not due are not looked at.
CREATE INDEX jobs_live ON jobs (status, type, retry_at) WHERE completed_at IS NULL;
-- Lists, newest first: one type, or all types side by side.
CREATE INDEX jobs_by_type ON jobs (type, created_at);
-- Lists of what is rare.
CREATE INDEX jobs_failed ON jobs (created_at) WHERE status = 'failed';
CREATE INDEX jobs_cancelled ON jobs (created_at) WHERE status = 'cancelled';
CREATE INDEX jobs_failed_unseen ON jobs (completed_at) WHERE status = 'failed' AND dismissed_at IS NULL;
CREATE INDEX jobs_by_session ON jobs (session_id, created_at) WHERE session_id IS NOT NULL;
CREATE INDEX jobs_in_sessions ON jobs (created_at, session_id) WHERE session_id IS NOT NULL;
CREATE INDEX jobs_by_session_and_status ON jobs (session_id, status) WHERE session_id IS NOT NULL;
CREATE INDEX jobs_by_parent ON jobs (parent_id) WHERE parent_id IS NOT NULL;

-- What each transaction did to jobs, in order, for the other processes on this database.
DROP TABLE job_changes;
CREATE TABLE job_changes (
  seq    INTEGER PRIMARY KEY,
  -- The ids of jobs that came, went or changed, as a JSON array; null: too many to be told.
  jobs   TEXT,
  -- The last of them that ended, as a JSON array of ids.
  ended  TEXT,
  -- How the numbers of jobs that wait and that run changed: JSON [[type, client, waiting, running, tracked] …].
  counts TEXT,
  -- What job_ends has yet to learn, until this row is forgotten: JSON [[hour, type, status, bucket, count] …].
  ends   TEXT
) STRICT;

CREATE TRIGGER jobs_forget_details AFTER DELETE ON jobs BEGIN
  DELETE FROM job_log WHERE job_id = old.id;
  DELETE FROM job_attempts WHERE job_id = old.id;
  DELETE FROM job_steps WHERE job_id = old.id;
END;

-- A job that has ended will not come to the steps that are left. One that a cancel stopped has not
-- failed: it is skipped.
CREATE TRIGGER jobs_end_steps AFTER UPDATE OF completed_at ON jobs
WHEN new.completed_at IS NOT NULL AND old.completed_at IS NULL
BEGIN
  UPDATE job_steps SET
    error = CASE status WHEN 'running' THEN COALESCE(error, 'Stopped before it was done.') ELSE error END,
    ended_at = CASE status WHEN 'running' THEN new.completed_at ELSE ended_at END,
    status = CASE WHEN status = 'running' AND new.status <> 'cancelled' THEN 'failed' ELSE 'skipped' END
  WHERE job_id = new.id AND status IN ('pending', 'running');
END;

CREATE TRIGGER jobs_count_failure AFTER UPDATE OF completed_at ON jobs
WHEN new.status = 'failed' AND old.completed_at IS NULL
BEGIN
  INSERT INTO job_failures (day, type, reason, count)
  SELECT day, new.type,
         CASE WHEN EXISTS (SELECT 1 FROM job_failures AS known
                           WHERE known.day = ended.day AND known.type = new.type
                             AND known.reason = ended.reason)
                OR (SELECT COUNT(*) FROM job_failures AS known
                    WHERE known.day = ended.day AND known.type = new.type) < 20
           THEN ended.reason ELSE '' END, 1
  FROM (SELECT new.completed_at - new.completed_at % 86400000 AS day,
               substr(COALESCE(new.error_message, ''), 1, 200) AS reason) AS ended
  WHERE true
  ON CONFLICT DO UPDATE SET count = count + 1;
END;

-- How long the other processes take to notice is told by docs/job_lifecycle.md: each of them listens
-- at a port of this machine, and whoever changes something rings there.
CREATE TABLE job_listeners (
  owner TEXT PRIMARY KEY,
  port  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
