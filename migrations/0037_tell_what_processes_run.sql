-- The job types that a process runs, and for each the field of the input that names what a job needs and
-- what the process has of that: [{"type":"scrape","field":"source","has":["sample"]}].
-- NULL: the process is older than this column.
ALTER TABLE processes ADD COLUMN serves TEXT CHECK (json_type(serves) = 'array');

-- What no running process had when the run was due: "the source notes". NULL for other runs.
ALTER TABLE schedule_runs ADD COLUMN lacked TEXT;
