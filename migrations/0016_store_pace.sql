-- How fast a job progresses, written with its progress, so that every process can tell the rate, the
-- time left, and whether the job has stalled.

-- Units per second, smoothed; null while it is unknown.
ALTER TABLE jobs ADD COLUMN progress_rate REAL CHECK (progress_rate > 0);
-- The usual time between two reports, in ms.
ALTER TABLE jobs ADD COLUMN progress_gap INTEGER CHECK (progress_gap >= 0);
