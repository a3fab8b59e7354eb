-- Who asked for it, as far as that is known: the address of an HTTP client.
ALTER TABLE jobs ADD COLUMN client TEXT;

-- The whole line in order, and how much of it is one client's.
CREATE INDEX jobs_waiting ON jobs (turn) WHERE status IN ('queued', 'retrying');
CREATE INDEX jobs_waiting_of_client ON jobs (client)
  WHERE status IN ('queued', 'retrying') AND client IS NOT NULL;
