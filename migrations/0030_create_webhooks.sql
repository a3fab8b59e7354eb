-- Addresses that are told when jobs end. Each event is delivered by a job of the type `deliver`, which is
-- queued in the transaction that ends the job it is about.
CREATE TABLE webhooks (
  id         TEXT PRIMARY KEY NOT NULL,
  url        TEXT NOT NULL,
  -- JSON lists: which events, and of which types of jobs; no types: of all.
  events     TEXT NOT NULL,
  types      TEXT NOT NULL,
  -- The secret that signs: nonce, tag and AES-256-GCM text.
  sealed     BLOB NOT NULL,
  -- Tells which key has sealed it, without revealing that key.
  key_id     BLOB NOT NULL CHECK (length(key_id) = 8),
  created_at INTEGER NOT NULL,
  -- Set when the receiver has said that it is gone.
  ended_at   INTEGER
) STRICT;

-- The last requests to each of them.
CREATE TABLE webhook_deliveries (
  id         INTEGER PRIMARY KEY,
  webhook_id TEXT NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
  event_id   TEXT NOT NULL,
  event      TEXT NOT NULL,
  -- The job of the type `deliver`.
  job_id     TEXT NOT NULL,
  attempt    INTEGER NOT NULL,
  at         INTEGER NOT NULL,
  took_ms    INTEGER NOT NULL,
  -- Of the answer; NULL without one.
  status     INTEGER,
  -- Why it has failed; NULL of one that arrived.
  error      TEXT
) STRICT;

CREATE INDEX webhook_deliveries_by_webhook ON webhook_deliveries (webhook_id, id);
