-- Which jobs came, went or changed status, in order, for the other processes on this database.
-- Progress is not noted: who wants to know looks at what is at work. Nor are removals, by a trigger:
-- old jobs that nobody is shown are deleted by the thousand.
CREATE TABLE job_changes (
  seq    INTEGER PRIMARY KEY,
  job_id TEXT NOT NULL
) STRICT;

CREATE TRIGGER jobs_note_new AFTER INSERT ON jobs BEGIN
  INSERT INTO job_changes (job_id) VALUES (new.id);
END;

CREATE TRIGGER jobs_note_change AFTER UPDATE OF status, attempt, dismissed_at ON jobs
WHEN new.status <> old.status OR new.attempt <> old.attempt OR new.dismissed_at IS NOT old.dismissed_at
BEGIN
  INSERT INTO job_changes (job_id) VALUES (new.id);
END;
