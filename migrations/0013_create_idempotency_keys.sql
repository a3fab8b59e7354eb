-- What a request with an Idempotency-Key was answered, so that sending it again starts nothing.
CREATE TABLE idempotency_keys (
  key TEXT PRIMARY KEY NOT NULL,
  -- Tells the request from others: a hash of its method, its address and what its body says.
  request TEXT NOT NULL,
  -- The ids of its jobs follow from it, so that they are the same when it is begun once more.
  seed TEXT NOT NULL,
  -- Status, headers and body; null until the answer is known.
  answer TEXT CHECK (answer IS NULL OR json_valid(answer)),
  created_at INTEGER NOT NULL
) STRICT;

CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);
