-- How a schedule's jobs start, and the priority of a job that was moved to the front.

ALTER TABLE schedules ADD COLUMN priority INTEGER NOT NULL DEFAULT 0 CHECK (priority BETWEEN -10 AND 10);
-- How long one attempt of its jobs may run. Null: as long as their type says.
ALTER TABLE schedules ADD COLUMN timeout_ms INTEGER CHECK (timeout_ms > 0);

-- Raised by every edit: what was read before has no effect after.
ALTER TABLE schedules ADD COLUMN version INTEGER NOT NULL DEFAULT 0;

-- The priority that a job had before it was moved to the front of its queue, until it starts.
-- `priority` has the place in the queue. Null: it was not moved.
ALTER TABLE jobs ADD COLUMN own_priority INTEGER CHECK (own_priority BETWEEN -10 AND 10);
