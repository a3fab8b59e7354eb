-- The exact durations of completed runs, while an hour and bucket has at most 20 of them: a JSON array of
-- milliseconds. NULL when there are more, and in rows that were counted before.
ALTER TABLE job_ends ADD COLUMN durations TEXT;
