-- How often in a row a job was left behind by a process that ended, without having got further.
ALTER TABLE jobs ADD COLUMN interruptions INTEGER NOT NULL DEFAULT 0;
