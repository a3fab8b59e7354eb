-- What a job's page tells beyond the job itself. All of it goes when the job goes.

-- What its handlers wrote: whole lines in order, a few at a time. The oldest are dropped when there
-- are too many, so the first position need not be 0.
CREATE TABLE job_log (
  job_id   TEXT NOT NULL,
  position INTEGER NOT NULL CHECK (position >= 0), -- of the first byte, counted from the first line ever
  bytes    INTEGER NOT NULL CHECK (bytes > 0),
  text     TEXT NOT NULL,
  PRIMARY KEY (job_id, position)
) STRICT;

-- Every time it was claimed, and how that ended.
CREATE TABLE job_attempts (
  job_id     TEXT NOT NULL,
  attempt    INTEGER NOT NULL,
  started_at INTEGER NOT NULL,
  ended_at   INTEGER,
  outcome    TEXT CHECK (outcome IN ('completed', 'failed', 'cancelled', 'interrupted', 'released')),
  error      TEXT,
  PRIMARY KEY (job_id, attempt)
) STRICT, WITHOUT ROWID;

-- The parts of a job that has several. What is completed is not done again.
CREATE TABLE job_steps (
  job_id     TEXT NOT NULL,
  name       TEXT NOT NULL,
  place      INTEGER NOT NULL,
  status     TEXT NOT NULL CHECK (status IN
               ('pending', 'running', 'completed', 'failed', 'compensated', 'skipped')),
  result     TEXT CHECK (result IS NULL OR json_valid(result)),
  error      TEXT,
  started_at INTEGER,
  ended_at   INTEGER,
  PRIMARY KEY (job_id, name)
) STRICT, WITHOUT ROWID;

-- Why it has failed for good, while what its steps did is being undone.
ALTER TABLE jobs ADD COLUMN undoing TEXT;

CREATE TRIGGER jobs_begin_tracked AFTER INSERT ON jobs WHEN new.attempt > 0 BEGIN
  INSERT INTO job_attempts (job_id, attempt, started_at)
  VALUES (new.id, new.attempt, COALESCE(new.started_at, new.created_at));
END;

CREATE TRIGGER jobs_begin_attempt AFTER UPDATE OF attempt ON jobs WHEN new.attempt > old.attempt BEGIN
  INSERT INTO job_attempts (job_id, attempt, started_at)
  VALUES (new.id, new.attempt, COALESCE(new.started_at, new.updated_at));
END;

CREATE TRIGGER jobs_end_attempt AFTER UPDATE OF status ON jobs
WHEN old.status IN ('running', 'cancelling') AND new.status NOT IN ('running', 'cancelling')
BEGIN
  UPDATE job_attempts SET
    ended_at = new.updated_at,
    outcome = CASE
      WHEN new.status = 'retrying' THEN 'failed'
      WHEN new.status <> 'queued' THEN new.status
      WHEN new.errors <> old.errors THEN 'interrupted'
      ELSE 'released' END,
    error = CASE
      WHEN new.errors <> old.errors THEN json_extract(new.errors, '$[#-1]')
      ELSE new.error_message END
  WHERE job_id = new.id AND attempt = new.attempt;
END;

CREATE TRIGGER jobs_forget_details AFTER DELETE ON jobs BEGIN
  DELETE FROM job_log WHERE job_id = old.id;
  DELETE FROM job_attempts WHERE job_id = old.id;
  DELETE FROM job_steps WHERE job_id = old.id;
END;

-- A job that has ended will not come to the steps that are left.
CREATE TRIGGER jobs_end_steps AFTER UPDATE OF completed_at ON jobs
WHEN new.completed_at IS NOT NULL AND old.completed_at IS NULL
BEGIN
  UPDATE job_steps SET
    error = CASE status WHEN 'running' THEN COALESCE(error, 'Stopped before it was done.') ELSE error END,
    ended_at = CASE status WHEN 'running' THEN new.completed_at ELSE ended_at END,
    status = CASE status WHEN 'running' THEN 'failed' ELSE 'skipped' END
  WHERE job_id = new.id AND status IN ('pending', 'running');
END;
