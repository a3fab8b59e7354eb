CREATE TABLE posts (
  key                INTEGER PRIMARY KEY,
  source             TEXT NOT NULL CHECK (source <> ''),
  id                 TEXT NOT NULL CHECK (id <> ''),
  kind               TEXT NOT NULL CHECK (kind IN ('post', 'reply', 'repost')),
  author             TEXT NOT NULL COLLATE NOCASE,
  author_name        TEXT NOT NULL,
  text               TEXT NOT NULL,
  created_at         INTEGER NOT NULL, -- ms since 1970, as all times here
  language           TEXT,
  url                TEXT,
  in_reply_to_id     TEXT,
  in_reply_to_author TEXT,
  thread_id          TEXT,
  links              TEXT NOT NULL CHECK (json_valid(links)),
  media              TEXT NOT NULL CHECK (json_valid(media)),
  likes              INTEGER CHECK (likes >= 0),
  reposts            INTEGER CHECK (reposts >= 0),
  replies            INTEGER CHECK (replies >= 0),
  collected_at       INTEGER NOT NULL,
  updated_at         INTEGER NOT NULL,
  UNIQUE (source, id)
) STRICT;

CREATE INDEX posts_by_time ON posts (created_at, key);
CREATE INDEX posts_by_source ON posts (source, created_at, key);

-- The source comes last so that counting an author's posts of one source never leaves the index.
CREATE INDEX posts_by_author ON posts (author, created_at, key, source);

-- Holds an index of the words and no copy of the text. The words arrive folded and, where a script
-- writes no spaces, split (src/library/words.ts), which no trigger could do; the store writes them
-- in the post's own transaction. M* keeps the vowel signs of Indic scripts inside their words, So
-- makes emoji findable.
CREATE VIRTUAL TABLE post_words USING fts5 (
  text, author_name,
  content = '', contentless_delete = 1,
  tokenize = "unicode61 remove_diacritics 0 categories 'L* M* N* Co So'"
);

CREATE TRIGGER posts_forget_words AFTER DELETE ON posts BEGIN
  DELETE FROM post_words WHERE rowid = old.key;
END;
