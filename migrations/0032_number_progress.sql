-- For programs that follow all jobs and continue where they stopped. The rows of job_changes number
-- what was created, deleted or changed status; this numbers progress, in all processes.
ALTER TABLE jobs ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;

CREATE TABLE job_feed (
  only     INTEGER PRIMARY KEY CHECK (only = 1),
  -- Changes when a backup is restored: numbers of before then mean something else.
  id       TEXT NOT NULL,
  -- The number that was given out last.
  revision INTEGER NOT NULL
) STRICT;

INSERT INTO job_feed (only, id, revision) VALUES (1, lower(hex(randomblob(6))), 0);

-- The deleted jobs, of which no row is left to tell whose they were: JSON [[id, type, session] …].
ALTER TABLE job_changes ADD COLUMN removed TEXT;

-- The attempts after which a job waits for another one, for the metrics: JSON [[type, outcome] …].
ALTER TABLE job_changes ADD COLUMN retries TEXT;
