-- What people set for a type of jobs, for all processes.
CREATE TABLE job_types (
  type        TEXT PRIMARY KEY,
  -- Since when none of its jobs is started.
  paused_at   INTEGER,
  -- How many run at once, in place of each process's own limit.
  concurrency INTEGER CHECK (concurrency BETWEEN 1 AND 1000)
) STRICT, WITHOUT ROWID;

-- Sources whose jobs are not started: those with this name as `source` in their input.
CREATE TABLE paused_sources (
  source    TEXT PRIMARY KEY,
  paused_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

ALTER TABLE processes ADD COLUMN version TEXT;
