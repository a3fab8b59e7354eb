-- What live sources need: credentials and sessions, sealed with a key that is not in the database; one
-- rate limit for all processes; what paid requests have cost. Times are in ms since 1970.

CREATE TABLE source_credentials (
  source TEXT PRIMARY KEY NOT NULL,
  method TEXT NOT NULL,
  -- Nonce, tag and AES-256-GCM text of the values as JSON.
  sealed BLOB NOT NULL,
  -- Tells which key has sealed it, without revealing that key.
  key_id BLOB NOT NULL CHECK (length(key_id) = 8),
  updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE source_sessions (
  source TEXT PRIMARY KEY NOT NULL REFERENCES source_credentials (source) ON DELETE CASCADE,
  -- Raised by every write, so that of two processes that refresh one session only the first stores it.
  version INTEGER NOT NULL CHECK (version > 0),
  sealed BLOB NOT NULL,
  key_id BLOB NOT NULL CHECK (length(key_id) = 8),
  updated_at INTEGER NOT NULL
) STRICT;

-- Held by the process that logs in or refreshes a session.
CREATE TABLE source_leases (
  source TEXT PRIMARY KEY NOT NULL,
  holder TEXT NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;

CREATE TABLE rate_limits (
  name TEXT PRIMARY KEY NOT NULL,
  -- When the last request was or will be sent, and when the next one is due.
  reserved_at INTEGER NOT NULL,
  due_at INTEGER NOT NULL,
  -- No request before `held_until`; what the service said at `held_at`.
  held_at INTEGER NOT NULL DEFAULT 0,
  held_until INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE source_budgets (
  source TEXT PRIMARY KEY NOT NULL,
  -- In posts; null: no paid request is made.
  cap INTEGER CHECK (cap >= 0),
  posts INTEGER NOT NULL DEFAULT 0,
  requests INTEGER NOT NULL DEFAULT 0,
  -- Raised by every reset: a reservation from before it does not change the new count.
  period INTEGER NOT NULL DEFAULT 0,
  since INTEGER
) STRICT;

-- The outcome of the last test of a connection; it goes when the credentials change.
CREATE TABLE source_tests (
  source TEXT PRIMARY KEY NOT NULL,
  outcome TEXT NOT NULL CHECK (outcome IN ('passed', 'refused', 'failed')),
  message TEXT NOT NULL,
  tested_at INTEGER NOT NULL
) STRICT;
