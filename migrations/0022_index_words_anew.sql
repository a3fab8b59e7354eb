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

-- Which way of folding and splitting words the index is of. Posts up to `pending_key` are still to be
-- indexed that way: from the newest to the oldest, in small steps.
CREATE TABLE word_index (
  only        INTEGER PRIMARY KEY CHECK (only = 1),
  version     INTEGER NOT NULL,
  pending_key INTEGER NOT NULL
) STRICT;

INSERT INTO word_index SELECT 1, 0, coalesce(max(key), 0) FROM posts;

-- For the posts of a thread, and whether a post begins one.
CREATE INDEX posts_by_thread ON posts (source, thread_id, created_at) WHERE thread_id IS NOT NULL;
