-- A step that a cancel stopped has not failed: it is skipped, like those that it never came to.
DROP TRIGGER jobs_end_steps;

CREATE TRIGGER jobs_end_steps AFTER UPDATE OF completed_at ON jobs
WHEN new.completed_at IS NOT NULL AND old.completed_at IS NULL
BEGIN
  UPDATE job_steps SET
    error = CASE status WHEN 'running' THEN COALESCE(error, 'Stopped before it was done.') ELSE error END,
    ended_at = CASE status WHEN 'running' THEN new.completed_at ELSE ended_at END,
    status = CASE WHEN status = 'running' AND new.status <> 'cancelled' THEN 'failed' ELSE 'skipped' END
  WHERE job_id = new.id AND status IN ('pending', 'running');
END;
