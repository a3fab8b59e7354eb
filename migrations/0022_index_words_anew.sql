-- The index of words holds, besides a post's text and its author's name, what is attached to it (the
-- addresses its links lead to, the quoted post, descriptions of pictures), the stems of its words, and
-- facts by which finds are filtered (src/library/finding/facts.ts).
DROP TRIGGER posts_forget_words;
DROP TABLE post_words;

CREATE VIRTUAL TABLE post_words USING fts5 (
  text, author_name, attached, stems, facts,
  content = '', contentless_delete = 1,
  tokenize = "unicode61 remove_diacritics 0 categories 'L* M* N* Co So'"
);

CREATE TRIGGER posts_forget_words AFTER DELETE ON posts BEGIN
  DELETE FROM post_words WHERE rowid = old.key;
END;

-- Without this, every tenth that is deleted of a part of the index would have it written anew at once:
-- up to 85 ms in the middle of an undo. src/library/origins.ts merges afterwards, in small steps.
INSERT INTO post_words (post_words, rank) VALUES ('deletemerge', 0);

-- How the index of words, and the folded texts of profiles, were made: NULL until there are any. Those
-- with keys up to the pending ones are still to be made that way, from the newest to the oldest.
CREATE TABLE word_index (
  only             INTEGER PRIMARY KEY CHECK (only = 1),
  version          INTEGER,
  pending_posts    INTEGER NOT NULL,
  pending_profiles INTEGER NOT NULL
) STRICT;

INSERT INTO word_index
SELECT 1, CASE WHEN EXISTS (SELECT 1 FROM posts) OR EXISTS (SELECT 1 FROM profiles) THEN 0 END, 0, 0;

-- For the posts of a thread, and whether a post begins one.
CREATE INDEX posts_by_thread ON posts (source, thread_id, created_at) WHERE thread_id IS NOT NULL;
