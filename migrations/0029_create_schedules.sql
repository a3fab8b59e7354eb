-- What starts by itself, and when. Times are in ms since 1970 UTC.

CREATE TABLE schedules (
  id          TEXT PRIMARY KEY NOT NULL,
  type        TEXT NOT NULL,
  -- As it was given: it is checked at every start.
  input       TEXT NOT NULL CHECK (json_type(input) = 'object'),
  session_id  TEXT,
  -- Who made it, for the limit of waiting jobs of each client.
  client      TEXT,
  cron        TEXT NOT NULL,
  time_zone   TEXT NOT NULL,
  created_at  INTEGER NOT NULL,
  paused_at   INTEGER,
  -- When it is due next; null while it is paused, and when it is never due again.
  next_due    INTEGER,
  CHECK (paused_at IS NULL OR next_due IS NULL)
) STRICT;

CREATE INDEX schedules_by_next_due ON schedules (next_due) WHERE next_due IS NOT NULL;

-- What became of each due time, and the starts by hand.
CREATE TABLE schedule_runs (
  seq           INTEGER PRIMARY KEY,
  schedule_id   TEXT NOT NULL REFERENCES schedules (id) ON DELETE CASCADE,
  -- Null for a start by hand.
  due           INTEGER,
  at            INTEGER NOT NULL,
  outcome       TEXT NOT NULL CHECK (outcome IN ('started', 'skipped', 'refused')),
  -- The job that was started, or the active one because of which none was.
  job_id        TEXT,
  -- Why it was refused.
  message       TEXT,
  -- Why it was late: xgpt was not running, the machine was asleep, or it could not be started.
  delay         TEXT CHECK (delay IN ('stopped', 'asleep', 'blocked')),
  -- The first of the earlier due times for which there is no other run.
  missed_since  INTEGER,
  -- How the job ended, once it has been deleted. Until then its own row has that.
  job_status    TEXT,
  job_ended_at  INTEGER,
  job_result    TEXT,
  job_error     TEXT,
  CHECK ((outcome = 'refused') = (message IS NOT NULL)),
  CHECK (outcome = 'refused' OR job_id IS NOT NULL)
) STRICT;

-- Each due time is decided once.
CREATE UNIQUE INDEX schedule_runs_by_due ON schedule_runs (schedule_id, due);
CREATE INDEX schedule_runs_by_schedule ON schedule_runs (schedule_id);
CREATE INDEX schedule_runs_by_job ON schedule_runs (job_id) WHERE job_id IS NOT NULL;

CREATE TRIGGER keep_outcomes_of_scheduled_jobs BEFORE DELETE ON jobs
WHEN EXISTS (SELECT 1 FROM schedule_runs WHERE job_id = old.id)
BEGIN
  UPDATE schedule_runs
  SET job_status = old.status, job_ended_at = old.completed_at, job_error = old.error_message,
      job_result = COALESCE(old.result_brief, old.result)
  WHERE job_id = old.id AND outcome = 'started';
END;
