-- Who did what to jobs and their queues, and when. Kept for a number of days.
CREATE TABLE audit (
  -- A UUID of version 7, so that ids are in the order of time.
  id      TEXT PRIMARY KEY,
  at      INTEGER NOT NULL,
  action  TEXT NOT NULL,
  -- How it was done: browser, api, terminal …; or by itself: schedule, job, retry, rescue.
  via     TEXT NOT NULL,
  -- A user of the machine, a sign-in, a schedule or a job.
  user    TEXT,
  address TEXT,
  -- The one job that was changed; NULL for an action on many, or on something else.
  job_id  TEXT,
  -- How many jobs were changed.
  count   INTEGER NOT NULL,
  -- Of an action on many: some of their ids as JSON, and the filter that selected them.
  ids     TEXT,
  query   TEXT,
  -- What else was changed: a type, a schedule.
  target  TEXT
) STRICT, WITHOUT ROWID;

CREATE INDEX audit_by_job ON audit (job_id, id) WHERE job_id IS NOT NULL;
CREATE INDEX audit_of_many ON audit (id) WHERE ids IS NOT NULL;
