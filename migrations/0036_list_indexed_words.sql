-- The words that the index of words has: those that begin alike are looked for one by one where posts are
-- listed (src/library/finding/words_from.ts). This is a view of that index, and takes no space.
CREATE VIRTUAL TABLE post_terms USING fts5vocab (post_words, instance);

-- 0 from when posts begin to be indexed anew until their former states are merged away: with these, a million
-- posts are found three times as slowly.
ALTER TABLE word_index ADD COLUMN is_merged INTEGER NOT NULL DEFAULT 1 CHECK (is_merged IN (0, 1));
