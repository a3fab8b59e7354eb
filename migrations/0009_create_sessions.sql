-- The key is HMAC-SHA256 of a cookie's value under the token: it reveals neither, and under another
-- token the same cookie has another key.
CREATE TABLE sessions (
  key        BLOB PRIMARY KEY CHECK (length(key) = 32),
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
