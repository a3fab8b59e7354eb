-- The name of the agent that started the job as a task, as the agent gave it. NULL for other jobs.
ALTER TABLE jobs ADD COLUMN agent TEXT;
