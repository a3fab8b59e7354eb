-- Times are milliseconds since 1970 UTC. 1 and 0 stand for true and false. JSON is stored as text: exactly as
-- it was written. Names are compared by their bytes, whatever the database's locale. U+0000, which PostgreSQL
-- cannot store, is escaped by src/platform/postgres/stored_text.ts.

-- Of two jobs that wait, the one with the lower key is claimed first. The keys of new jobs and of jobs that are
-- queued again rise; those of jobs that are moved to the front fall.
CREATE SEQUENCE job_keys;
CREATE SEQUENCE job_front_keys INCREMENT -1;

CREATE TABLE jobs (
  id                text COLLATE "C" PRIMARY KEY,
  key               bigint NOT NULL UNIQUE DEFAULT nextval('job_keys'),
  type              text COLLATE "C" NOT NULL,
  status            text NOT NULL CHECK (status IN
                      ('queued', 'running', 'retrying', 'cancelling', 'completed', 'failed', 'cancelled')),
  -- 1: its caller does the work, so nobody else can resume it.
  tracked           smallint NOT NULL DEFAULT 0 CHECK (tracked IN (0, 1)),

  progress_current  bigint NOT NULL DEFAULT 0 CHECK (progress_current >= 0),
  progress_total    bigint NOT NULL DEFAULT 0 CHECK (progress_total >= 0),
  progress_message  text NOT NULL DEFAULT '',
  progress_stage    text,
  -- Units per second, smoothed; null while it is unknown.
  progress_rate     double precision CHECK (progress_rate > 0),
  -- The usual time between two reports, in ms.
  progress_gap      bigint CHECK (progress_gap >= 0),
  -- The transaction (xid) that last wrote its progress, for programs that follow all jobs.
  revision          bigint NOT NULL DEFAULT 0,

  metadata          text CHECK (metadata IS NULL OR metadata::json IS NOT NULL),
  checkpoint        text CHECK (checkpoint IS NULL OR checkpoint::json IS NOT NULL),
  result            text CHECK (result IS NULL OR result::json IS NOT NULL),
  -- The same with long texts cut, for lists; null where the whole is short.
  metadata_brief    text,
  result_brief      text,
  -- `source` of its input, when that is a text.
  source            text COLLATE "C",
  error_message     text,
  errors            text NOT NULL DEFAULT '[]' CHECK (json_typeof(errors::json) = 'array'),
  -- Why it has failed permanently.
  failure           text CHECK (failure IN ('permanent', 'exhausted', 'interrupted', 'timeout')),

  -- How often it was claimed, and the fence that every write of a handler names.
  attempt           integer NOT NULL DEFAULT 0,
  -- How many of these do not count: they were interrupted, progressed further, or came before a retry by hand.
  uncounted         integer NOT NULL DEFAULT 0,
  max_attempts      integer NOT NULL DEFAULT 1 CHECK (max_attempts >= 1),
  -- 1: this attempt has moved the checkpoint, so that it will not count.
  advanced          smallint NOT NULL DEFAULT 0 CHECK (advanced IN (0, 1)),
  -- How often in a row it was left behind by a process that ended, without having progressed further.
  interruptions     integer NOT NULL DEFAULT 0,
  -- Who runs it, as host:pid:boot, and until when that may be believed without a heartbeat.
  owner             text COLLATE "C",
  lease_until       bigint,
  retry_at          bigint,
  -- Why it has failed permanently, while what its steps did is being undone.
  undoing           text,

  -- Higher ones are claimed first. `own_priority` is the one that a job had before it was moved to the front of
  -- its queue, until it starts; null: it was not moved.
  priority          smallint NOT NULL DEFAULT 0 CHECK (priority BETWEEN -10 AND 10),
  own_priority      smallint CHECK (own_priority BETWEEN -10 AND 10),
  -- The time that was asked for. It stays when the job has started.
  run_at            bigint,
  -- 1: a delay was asked for, so that run_at follows the clock when that is set back.
  is_delayed        smallint NOT NULL DEFAULT 0 CHECK (is_delayed IN (0, 1)),
  -- Before this time a waiting job is not claimed: run_at or retry_at. Null: it can be claimed.
  due_at            bigint CHECK (due_at IS NULL OR status IN ('queued', 'retrying')),
  -- How long one attempt may run.
  timeout_ms        bigint CHECK (timeout_ms > 0),
  -- Jobs of one lane do not hold up those of another lane of their type.
  lane              text COLLATE "C",
  -- 1: it is never pruned.
  is_pinned         smallint NOT NULL DEFAULT 0 CHECK (is_pinned IN (0, 1)),

  session_id        text COLLATE "C",
  parent_id         text COLLATE "C" REFERENCES jobs (id) ON DELETE SET NULL,
  -- Who asked for it, as far as that is known: the address of an HTTP client.
  client            text,
  -- The name of the agent that started it as a task, as the agent gave it.
  agent             text,

  created_at        bigint NOT NULL DEFAULT extract(epoch FROM clock_timestamp()) * 1000,
  started_at        bigint,
  updated_at        bigint NOT NULL DEFAULT extract(epoch FROM clock_timestamp()) * 1000,
  completed_at      bigint,
  dismissed_at      bigint,

  CHECK ((status IN ('completed', 'failed', 'cancelled')) = (completed_at IS NOT NULL)),
  CHECK ((status = 'retrying') = (retry_at IS NOT NULL)),
  CHECK (owner IS NULL OR status IN ('running', 'cancelling')),
  CHECK (failure IS NULL OR status = 'failed')
-- The free space of each page takes the next versions of its rows, so that progress touches no index.
) WITH (fillfactor = 80);

-- Everything that has not ended: counts, heartbeats, rescue, the taskbar.
CREATE INDEX jobs_live ON jobs (status, type) WHERE completed_at IS NULL;
-- The jobs that can be claimed, in the order in which they are claimed.
CREATE INDEX jobs_ready ON jobs (type, priority DESC, key)
  WHERE due_at IS NULL AND status IN ('queued', 'retrying');
-- Those that wait for their time.
CREATE INDEX jobs_later ON jobs (type, due_at)
  WHERE due_at IS NOT NULL AND status IN ('queued', 'retrying');
CREATE INDEX jobs_lanes ON jobs (type, lane, status, due_at, priority DESC, key)
  WHERE lane IS NOT NULL AND completed_at IS NULL;
-- An entry of another kind of index has at most 2,704 bytes, and a name may be longer.
CREATE INDEX jobs_waiting_of_client ON jobs USING hash (client)
  WHERE status IN ('queued', 'retrying') AND client IS NOT NULL;
-- Lists, newest first: one type, or all types side by side.
CREATE INDEX jobs_by_type ON jobs (type, created_at, key);
-- Lists of what is rare.
CREATE INDEX jobs_failed ON jobs (created_at, key) WHERE status = 'failed';
CREATE INDEX jobs_cancelled ON jobs (created_at, key) WHERE status = 'cancelled';
CREATE INDEX jobs_failed_unseen ON jobs (completed_at) WHERE status = 'failed' AND dismissed_at IS NULL;
CREATE INDEX jobs_by_session ON jobs (session_id, created_at, key) WHERE session_id IS NOT NULL;
CREATE INDEX jobs_in_sessions ON jobs (created_at, session_id) WHERE session_id IS NOT NULL;
CREATE INDEX jobs_by_session_and_status ON jobs (session_id, status) WHERE session_id IS NOT NULL;
CREATE INDEX jobs_by_parent ON jobs (parent_id) WHERE parent_id IS NOT NULL;

-- What a job's page tells beyond the job itself. All of it goes when the job goes.

-- What its handlers wrote: whole lines in order, a few at a time. The oldest are dropped when there are too
-- many, so the first position need not be 0.
CREATE TABLE job_log (
  job_id   text COLLATE "C" NOT NULL,
  -- Of the first byte, counted from the first line ever.
  position bigint NOT NULL CHECK (position >= 0),
  bytes    bigint NOT NULL CHECK (bytes > 0),
  text     text NOT NULL,
  PRIMARY KEY (job_id, position)
);

-- The attempts before the last one, and how they ended. No outcome: it was postponed.
CREATE TABLE job_attempts (
  job_id     text COLLATE "C" NOT NULL,
  attempt    integer NOT NULL,
  started_at bigint NOT NULL,
  ended_at   bigint,
  outcome    text CHECK (outcome IN ('completed', 'failed', 'cancelled', 'interrupted', 'released')),
  error      text,
  PRIMARY KEY (job_id, attempt)
);

-- The parts of a job that has several. What is completed is not done again.
CREATE TABLE job_steps (
  job_id     text COLLATE "C" NOT NULL,
  name       text COLLATE "C" NOT NULL,
  place      integer NOT NULL,
  status     text NOT NULL CHECK (status IN
               ('pending', 'running', 'completed', 'failed', 'compensated', 'skipped')),
  result     text CHECK (result IS NULL OR result::json IS NOT NULL),
  error      text,
  started_at bigint,
  ended_at   bigint
);

-- A name may be longer than an entry of an index.
CREATE UNIQUE INDEX job_steps_by_name ON job_steps (job_id, md5(name));

CREATE FUNCTION forget_job_details() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM job_log USING gone WHERE job_id = gone.id;
  DELETE FROM job_attempts USING gone WHERE job_id = gone.id;
  DELETE FROM job_steps USING gone WHERE job_id = gone.id;
  RETURN NULL;
END $$;

CREATE TRIGGER jobs_forget_details AFTER DELETE ON jobs REFERENCING OLD TABLE AS gone
FOR EACH STATEMENT EXECUTE FUNCTION forget_job_details();

-- A job that has ended will not come to the steps that are left. One that a cancel stopped has not failed: it is
-- skipped.
CREATE FUNCTION end_job_steps() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE job_steps SET
    error = CASE status WHEN 'running' THEN COALESCE(error, 'Stopped before it was done.') ELSE error END,
    ended_at = CASE status WHEN 'running' THEN new.completed_at ELSE ended_at END,
    status = CASE WHEN status = 'running' AND new.status <> 'cancelled' THEN 'failed' ELSE 'skipped' END
  WHERE job_id = new.id AND status IN ('pending', 'running');
  RETURN NULL;
END $$;

CREATE TRIGGER jobs_end_steps AFTER UPDATE OF completed_at ON jobs
FOR EACH ROW WHEN (new.completed_at IS NOT NULL AND old.completed_at IS NULL)
EXECUTE FUNCTION end_job_steps();

-- What each transaction did to jobs, for the other processes on this database. Neither xid nor seq is in the order
-- of commits: who reads the table remembers a place (xid, seq), and what has an xid below
-- pg_snapshot_xmin(pg_current_snapshot()) is complete.
CREATE TABLE job_changes (
  xid     xid8 NOT NULL DEFAULT pg_current_xact_id(),
  seq     bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  -- The process that did it, as in jobs.owner.
  owner   text COLLATE "C" NOT NULL,
  -- The ids of jobs that came, went or changed, as a JSON array, with '*' when all may look different; null: too
  -- many to be told.
  jobs    text,
  -- The last of them that ended without failing, as a JSON array of ids.
  ended   text,
  -- How jobs ended in it: JSON [[hour, type, status, bucket, count, durations, sumMs] …].
  ends    text,
  -- The deleted jobs, of which no row is left to tell whose they were: JSON [[id, type, session] …].
  removed text,
  -- The attempts after which a job waits for another one: JSON [[type, outcome] …].
  retries text,
  -- 1: job_ends has its ends.
  is_counted smallint NOT NULL DEFAULT 0 CHECK (is_counted IN (0, 1)),
  PRIMARY KEY (xid, seq)
);

-- One row.
CREATE TABLE job_feed (
  single   integer PRIMARY KEY CHECK (single = 1),
  -- Changes when a backup is restored: places in job_changes of before then mean something else.
  id       text COLLATE "C" NOT NULL,
  -- The place of the last row that was deleted from job_changes: who comes from before it has missed something.
  gone_xid xid8 NOT NULL DEFAULT '0',
  gone_seq bigint NOT NULL DEFAULT 0
);

INSERT INTO job_feed (single, id) VALUES (1, left(md5(gen_random_uuid()::text), 12));

-- What remains of jobs when they are deleted: how many ended, how long they took and why they failed. Each end
-- is counted, so a job that is retried and ends again counts again.
CREATE TABLE job_ends (
  -- Start of the hour of its end.
  hour      bigint NOT NULL,
  type      text COLLATE "C" NOT NULL,
  status    text NOT NULL CHECK (status IN ('completed', 'failed', 'cancelled')),
  -- floor(4 * log2(ms its last attempt took)); -1 of a job that was not running.
  bucket    integer NOT NULL,
  count     bigint NOT NULL,
  -- The exact durations of completed runs, while there are at most 20: a JSON array of ms. Null when there are more.
  durations text,
  PRIMARY KEY (hour, type, status, bucket)
);

CREATE TABLE job_failures (
  -- Start of the day of its end.
  day    bigint NOT NULL,
  type   text COLLATE "C" NOT NULL,
  -- The first 200 characters of it; '' stands for all others once a day and type has 20.
  reason text COLLATE "C" NOT NULL,
  count  bigint NOT NULL,
  PRIMARY KEY (day, type, reason)
);

-- What people set for a type of jobs, for all processes.
CREATE TABLE job_types (
  type        text COLLATE "C" PRIMARY KEY,
  -- Since when none of its jobs is started.
  paused_at   bigint,
  -- How many run at once, in place of each process's own limit.
  concurrency integer CHECK (concurrency BETWEEN 1 AND 1000)
);

-- Sources whose jobs are not started: those with this name as `source` in their input.
CREATE TABLE paused_sources (
  source    text COLLATE "C" PRIMARY KEY,
  paused_at bigint NOT NULL
);

-- Who did what to jobs and their queues, and when. Kept for a number of days.
CREATE TABLE audit (
  -- A UUID of version 7, so that ids are in the order of time.
  id      text COLLATE "C" PRIMARY KEY,
  at      bigint NOT NULL,
  action  text NOT NULL,
  -- How it was done: browser, api, terminal …; or by itself: schedule, job, retry, rescue.
  via     text NOT NULL,
  -- A user of the machine, a sign-in, a schedule or a job.
  "user"  text,
  address text,
  -- The one job that was changed; null for an action on many, or on something else.
  job_id  text COLLATE "C",
  -- How many jobs were changed.
  count   bigint NOT NULL,
  -- Of an action on many: some of their ids as JSON, and the filter that selected them.
  ids     text,
  query   text,
  -- What was changed: jobs, a type, a source …, and what was set before and after, as JSON.
  kind    text NOT NULL DEFAULT 'job',
  target  text,
  before  text,
  after   text
);

CREATE INDEX audit_by_job ON audit (job_id, id) WHERE job_id IS NOT NULL;
CREATE INDEX audit_of_many ON audit (id) WHERE ids IS NOT NULL;
CREATE INDEX audit_of_others ON audit (kind, id) WHERE kind <> 'job';

-- The processes on this database, each with when it last wrote here: the proof that it lives, and that the
-- database can be written to.
CREATE TABLE processes (
  id         text COLLATE "C" PRIMARY KEY,
  kind       text NOT NULL CHECK (kind IN ('server', 'worker', 'command')),
  pid        bigint NOT NULL,
  host       text NOT NULL,
  version    text,
  started_at bigint NOT NULL,
  seen_at    bigint NOT NULL
);
