CREATE TABLE profiles (
  key          INTEGER PRIMARY KEY,
  source       TEXT NOT NULL CHECK (source <> ''),
  id           TEXT NOT NULL CHECK (id <> ''),
  username     TEXT NOT NULL COLLATE NOCASE,
  name         TEXT NOT NULL,
  bio          TEXT NOT NULL,
  location     TEXT,
  website      TEXT,
  avatar_url   TEXT,
  created_at   INTEGER,
  followers    INTEGER CHECK (followers >= 0),
  following    INTEGER CHECK (following >= 0),
  post_count   INTEGER CHECK (post_count >= 0),
  folded       TEXT NOT NULL, -- username, name and bio as src/library/words.ts folds them
  collected_at INTEGER NOT NULL,
  updated_at   INTEGER NOT NULL,
  UNIQUE (source, id)
) STRICT;

CREATE INDEX profiles_by_username ON profiles (username, key);
