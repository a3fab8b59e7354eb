-- What live networks know of a post besides its text, and since when it was known.
ALTER TABLE posts ADD COLUMN author_id TEXT;
ALTER TABLE posts ADD COLUMN repost_of TEXT CHECK (repost_of IS NULL OR json_valid(repost_of));
ALTER TABLE posts ADD COLUMN quote TEXT CHECK (quote IS NULL OR json_valid(quote));
ALTER TABLE posts ADD COLUMN edits TEXT CHECK (edits IS NULL OR json_valid(edits));
ALTER TABLE posts ADD COLUMN limited TEXT;
ALTER TABLE posts ADD COLUMN as_of INTEGER NOT NULL DEFAULT 0;
ALTER TABLE profiles ADD COLUMN as_of INTEGER NOT NULL DEFAULT 0;

-- When the archives that have been imported were made is not known: the next import replaces their rows.
UPDATE posts SET as_of = updated_at WHERE source <> 'archive';
UPDATE profiles SET as_of = updated_at WHERE source <> 'archive';

-- The ids of earlier versions of edited posts, which are never posts of their own.
CREATE TABLE post_versions (
  source   TEXT NOT NULL,
  id       TEXT NOT NULL,
  post_key INTEGER NOT NULL REFERENCES posts (key) ON DELETE CASCADE,
  PRIMARY KEY (source, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX post_versions_by_post ON post_versions (post_key);
