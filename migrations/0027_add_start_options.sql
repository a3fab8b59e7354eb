-- When a job starts, in which order, for how long, and whether it is kept.

-- Higher ones are claimed first.
ALTER TABLE jobs ADD COLUMN priority INTEGER NOT NULL DEFAULT 0 CHECK (priority BETWEEN -10 AND 10);
-- The time that was asked for. It stays when the job has started.
ALTER TABLE jobs ADD COLUMN run_at INTEGER;
-- 1: a delay was asked for, so that run_at follows the clock when that is set back.
ALTER TABLE jobs ADD COLUMN is_delayed INTEGER NOT NULL DEFAULT 0 CHECK (is_delayed IN (0, 1));
-- How long one attempt may run.
ALTER TABLE jobs ADD COLUMN timeout_ms INTEGER CHECK (timeout_ms > 0);
-- 1: it is never pruned.
ALTER TABLE jobs ADD COLUMN is_pinned INTEGER NOT NULL DEFAULT 0 CHECK (is_pinned IN (0, 1));
-- Before this time a waiting job is not claimed: run_at or retry_at. Null: it can be claimed.
ALTER TABLE jobs ADD COLUMN due_at INTEGER
  CHECK (due_at IS NULL OR status IN ('queued', 'retrying'));

DROP INDEX jobs_live;
UPDATE jobs SET due_at = retry_at WHERE status = 'retrying' AND completed_at IS NULL;
-- The jobs that can be claimed are together, in the order in which they are claimed; key is its last
-- column.
CREATE INDEX jobs_live ON jobs (status, type, due_at, priority DESC) WHERE completed_at IS NULL;
