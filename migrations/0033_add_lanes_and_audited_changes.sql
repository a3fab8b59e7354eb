-- Jobs of one lane do not hold up those of another lane of their type: the deliveries to each webhook are one.
ALTER TABLE jobs ADD COLUMN lane TEXT;

UPDATE jobs SET lane = metadata ->> 'webhook' WHERE type = 'deliver';

CREATE INDEX jobs_lanes ON jobs (type, lane, status, due_at, priority DESC)
WHERE lane IS NOT NULL AND completed_at IS NULL;

-- Nothing is sent while it is paused.
ALTER TABLE webhooks ADD COLUMN paused_at INTEGER;
-- Why it has ended: its receiver is gone, or has failed for days.
ALTER TABLE webhooks ADD COLUMN end_reason TEXT CHECK (end_reason IN ('gone', 'failing'));
UPDATE webhooks SET end_reason = 'gone' WHERE ended_at IS NOT NULL;
-- Requests that have failed in a row, since when, and when the next one may be sent.
ALTER TABLE webhooks ADD COLUMN failures INTEGER NOT NULL DEFAULT 0;
ALTER TABLE webhooks ADD COLUMN failing_since INTEGER;
ALTER TABLE webhooks ADD COLUMN retry_at INTEGER;

-- What was changed: jobs, a type, a source, a webhook …, and what was set before and after, as JSON.
ALTER TABLE audit ADD COLUMN kind TEXT NOT NULL DEFAULT 'job';
ALTER TABLE audit ADD COLUMN before TEXT;
ALTER TABLE audit ADD COLUMN after TEXT;
UPDATE audit SET kind = substr(target, 1, instr(target, ' ') - 1)
WHERE target LIKE 'type %' OR target LIKE 'source %';
CREATE INDEX audit_of_others ON audit (kind, id) WHERE kind <> 'job';
