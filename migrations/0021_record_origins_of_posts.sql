-- The archives that posts were read from, by their names in the imports folder. A row outlives its
-- file while posts of it are in the library, so that the import can still be undone.
CREATE TABLE imports (
  id          INTEGER PRIMARY KEY,
  name        TEXT NOT NULL UNIQUE CHECK (name <> ''),
  posts       INTEGER NOT NULL DEFAULT 0 CHECK (posts >= 0), -- its rows in post_origins
  problem     TEXT, -- why the archive could not be read the last time
  imported_at INTEGER NOT NULL
) STRICT;

-- Which imports have brought a post. Import 0 stands for everything else that collects posts. A post
-- without a row was brought by no import.
CREATE TABLE post_origins (
  import_id INTEGER NOT NULL,
  item_key  INTEGER NOT NULL REFERENCES posts (key) ON DELETE CASCADE,
  PRIMARY KEY (import_id, item_key)
) STRICT, WITHOUT ROWID;

CREATE INDEX post_origins_by_item ON post_origins (item_key);

CREATE TABLE profile_origins (
  import_id INTEGER NOT NULL,
  item_key  INTEGER NOT NULL REFERENCES profiles (key) ON DELETE CASCADE,
  PRIMARY KEY (import_id, item_key)
) STRICT, WITHOUT ROWID;

CREATE INDEX profile_origins_by_item ON profile_origins (item_key);

-- Without this, every tenth that is deleted of a part of the index would have it written anew at once:
-- up to 85 ms in the middle of an undo. src/library/origins.ts merges afterwards, in small steps.
INSERT INTO post_words (post_words, rank) VALUES ('deletemerge', 0);

CREATE TRIGGER post_origins_count AFTER INSERT ON post_origins WHEN new.import_id <> 0 BEGIN
  UPDATE imports SET posts = posts + 1 WHERE id = new.import_id;
END;

CREATE TRIGGER post_origins_discount AFTER DELETE ON post_origins WHEN old.import_id <> 0 BEGIN
  UPDATE imports SET posts = posts - 1 WHERE id = old.import_id;
END;
