-- The posts whose words, facts or time were changed, and those that were deleted. A process that keeps lists of posts
-- in memory reads here what has become of them (src/library/finding/postings.ts). New posts are told by their keys, which
-- are higher than all others.
CREATE TABLE post_changes (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  key    INTEGER NOT NULL
) STRICT;

CREATE INDEX post_changes_by_key ON post_changes (key);

-- A process that has missed more than so many reads its lists again.
CREATE TRIGGER posts_note_change
AFTER UPDATE OF
  text, author, author_name, kind, source, language, links, media, quote, created_at ON posts
WHEN new.text <> old.text
  OR new.author <> old.author COLLATE BINARY
  OR new.author_name <> old.author_name
  OR new.kind <> old.kind
  OR new.source <> old.source
  OR new.language IS NOT old.language
  OR new.links <> old.links
  OR new.media <> old.media
  OR new.quote IS NOT old.quote
  OR new.created_at <> old.created_at
BEGIN
  INSERT INTO post_changes (key) VALUES (old.key);
  DELETE FROM post_changes WHERE number <= last_insert_rowid() - 10000;
END;

CREATE TRIGGER posts_note_deletion AFTER DELETE ON posts BEGIN
  INSERT INTO post_changes (key) VALUES (old.key);
  DELETE FROM post_changes WHERE number <= last_insert_rowid() - 10000;
END;

-- After the posts with the highest keys were deleted, SQLite gives these to the next ones.
CREATE TRIGGER posts_note_reused_key AFTER INSERT ON posts
WHEN new.key <= (SELECT max(key) FROM post_changes)
BEGIN
  INSERT INTO post_changes (key) VALUES (new.key);
  DELETE FROM post_changes WHERE number <= last_insert_rowid() - 10000;
END;
