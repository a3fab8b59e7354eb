-- What starts by itself, and when; as the tables of migrations/0029 and later ones on SQLite.

CREATE TABLE schedules (
  id          text COLLATE "C" PRIMARY KEY,
  type        text COLLATE "C" NOT NULL,
  -- As it was given: it is checked at every start.
  input       text NOT NULL CHECK (json_typeof(input::json) = 'object'),
  session_id  text,
  -- Who made it, for the limit of waiting jobs of each client.
  client      text,
  cron        text NOT NULL,
  time_zone   text NOT NULL,
  created_at  bigint NOT NULL,
  paused_at   bigint,
  -- When it is due next; null while it is paused, and when it is never due again.
  next_due    bigint,
  priority    smallint NOT NULL DEFAULT 0 CHECK (priority BETWEEN -10 AND 10),
  -- How long one attempt of its jobs may run. Null: as long as their type says.
  timeout_ms  bigint CHECK (timeout_ms > 0),
  -- Raised by every edit: what was read before has no effect after.
  version     integer NOT NULL DEFAULT 0,
  CHECK (paused_at IS NULL OR next_due IS NULL)
);

CREATE INDEX schedules_by_next_due ON schedules (next_due) WHERE next_due IS NOT NULL;

-- What became of each due time, and the starts by hand.
CREATE TABLE schedule_runs (
  seq           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  schedule_id   text COLLATE "C" NOT NULL REFERENCES schedules (id) ON DELETE CASCADE,
  -- Null for a start by hand.
  due           bigint,
  at            bigint NOT NULL,
  outcome       text NOT NULL CHECK (outcome IN ('started', 'skipped', 'refused')),
  -- The job that was started, or the active one because of which none was.
  job_id        text COLLATE "C",
  -- Why it was refused.
  message       text,
  -- Why it was late: xgpt was not running, the machine was asleep, or it could not be started.
  delay         text CHECK (delay IN ('stopped', 'asleep', 'blocked')),
  -- The first of the earlier due times for which there is no other run.
  missed_since  bigint,
  -- What no running process had when it was due: "the source notes". Null for other runs.
  lacked        text,
  -- How the job ended, once it has been deleted. Until then its own row has that.
  job_status    text,
  job_ended_at  bigint,
  job_result    text,
  job_error     text,
  CHECK ((outcome = 'refused') = (message IS NOT NULL)),
  CHECK (outcome = 'refused' OR job_id IS NOT NULL)
);

-- Each due time is decided once.
CREATE UNIQUE INDEX schedule_runs_by_due ON schedule_runs (schedule_id, due);
CREATE INDEX schedule_runs_by_schedule ON schedule_runs (schedule_id, seq);
CREATE INDEX schedule_runs_by_job ON schedule_runs (job_id) WHERE job_id IS NOT NULL;

CREATE FUNCTION keep_outcomes_of_scheduled_jobs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE schedule_runs
  SET job_status = gone.status, job_ended_at = gone.completed_at, job_error = gone.error_message,
      job_result = COALESCE(gone.result_brief, gone.result)
  FROM gone WHERE job_id = gone.id AND outcome = 'started';
  RETURN NULL;
END $$;

CREATE TRIGGER jobs_keep_outcomes AFTER DELETE ON jobs REFERENCING OLD TABLE AS gone
FOR EACH STATEMENT EXECUTE FUNCTION keep_outcomes_of_scheduled_jobs();

-- The job types that a process runs, as on SQLite.
ALTER TABLE processes ADD COLUMN serves text CHECK (json_typeof(serves::json) = 'array');
-- The machine, since its last boot, and the numbering of processes on it: where processes can check each
-- other's pids. Hosts may have the same name.
ALTER TABLE processes ADD COLUMN machine text NOT NULL DEFAULT '';
