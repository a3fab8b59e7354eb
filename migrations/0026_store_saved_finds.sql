-- Finds that are kept under a name. The query and the other fields are stored as they were typed, so that
-- `since:7d` moves with the day on which the find is opened. Times are in ms since 1970.
CREATE TABLE saved_finds (
  -- Never used again: a request to remove a find must not remove a later one.
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  name       TEXT NOT NULL CHECK (name <> ''),
  name_key   TEXT NOT NULL UNIQUE CHECK (name_key <> ''), -- names that differ in case only are the same
  q          TEXT NOT NULL,
  options    TEXT NOT NULL CHECK (json_type(options) = 'object'),
  created_at INTEGER NOT NULL,
  opened_at  INTEGER NOT NULL,
  seen_key   INTEGER NOT NULL CHECK (seen_key >= 0) -- the newest post when the find was last opened
) STRICT;

-- The next post gets the highest key + 1. Without this, posts that are collected after the newest ones were
-- deleted would count as seen.
CREATE TRIGGER posts_lower_seen_keys AFTER DELETE ON posts
WHEN old.key > (SELECT coalesce(max(key), 0) FROM posts) BEGIN
  UPDATE saved_finds SET seen_key = (SELECT coalesce(max(key), 0) FROM posts)
  WHERE seen_key > (SELECT coalesce(max(key), 0) FROM posts);
END;
