-- What remains of jobs when they are deleted: how many ended, how long they took and why they
-- failed. Each end is counted, so a job that is retried and ends again counts again.
CREATE TABLE job_ends (
  -- Start of the hour of its end.
  hour   INTEGER NOT NULL,
  type   TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('completed', 'failed', 'cancelled')),
  -- floor(4 * log2(ms its last attempt took)); -1 of a job that was not at work.
  bucket INTEGER NOT NULL,
  count  INTEGER NOT NULL,
  PRIMARY KEY (hour, type, status, bucket)
) STRICT, WITHOUT ROWID;

CREATE TABLE job_failures (
  -- Start of the day of its end.
  day    INTEGER NOT NULL,
  type   TEXT NOT NULL,
  -- The first 200 characters of it; '' stands for all others once a day and type has 20.
  reason TEXT NOT NULL,
  count  INTEGER NOT NULL,
  PRIMARY KEY (day, type, reason)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER jobs_count_end AFTER UPDATE OF completed_at ON jobs
WHEN new.completed_at IS NOT NULL AND old.completed_at IS NULL
BEGIN
  INSERT INTO job_ends (hour, type, status, bucket, count)
  VALUES (new.completed_at - new.completed_at % 3600000, new.type, new.status,
          CASE WHEN old.status IN ('running', 'cancelling') AND new.started_at IS NOT NULL
            THEN CAST(4 * log2(max(1, new.completed_at - new.started_at)) AS INTEGER) ELSE -1 END, 1)
  ON CONFLICT DO UPDATE SET count = count + 1;
END;

CREATE TRIGGER jobs_count_failure AFTER UPDATE OF completed_at ON jobs
WHEN new.status = 'failed' AND old.completed_at IS NULL
BEGIN
  INSERT INTO job_failures (day, type, reason, count)
  SELECT day, new.type,
         CASE WHEN EXISTS (SELECT 1 FROM job_failures AS known
                           WHERE known.day = ended.day AND known.type = new.type
                             AND known.reason = ended.reason)
                OR (SELECT COUNT(*) FROM job_failures AS known
                    WHERE known.day = ended.day AND known.type = new.type) < 20
           THEN ended.reason ELSE '' END, 1
  FROM (SELECT new.completed_at - new.completed_at % 86400000 AS day,
               substr(COALESCE(new.error_message, ''), 1, 200) AS reason) AS ended
  WHERE true
  ON CONFLICT DO UPDATE SET count = count + 1;
END;

INSERT INTO job_ends (hour, type, status, bucket, count)
SELECT completed_at - completed_at % 3600000 AS hour, type, status,
       CASE WHEN started_at IS NOT NULL
         THEN CAST(4 * log2(max(1, completed_at - started_at)) AS INTEGER) ELSE -1 END AS bucket,
       COUNT(*)
FROM jobs WHERE completed_at IS NOT NULL GROUP BY hour, type, status, bucket;

INSERT INTO job_failures (day, type, reason, count)
SELECT day, type, CASE WHEN place <= 20 THEN reason ELSE '' END, SUM(count)
FROM (SELECT *, row_number() OVER (PARTITION BY day, type ORDER BY count DESC) AS place
      FROM (SELECT completed_at - completed_at % 86400000 AS day, type,
                   substr(COALESCE(error_message, ''), 1, 200) AS reason, COUNT(*) AS count
            FROM jobs WHERE status = 'failed' GROUP BY 1, 2, 3))
GROUP BY 1, 2, 3;
