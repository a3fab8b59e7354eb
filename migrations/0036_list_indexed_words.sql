-- The words that the index of words has: those that begin alike are looked for one by one where posts are
-- listed (src/library/finding/words_from.ts). This is a view of that index, and takes no space.
CREATE VIRTUAL TABLE post_terms USING fts5vocab (post_words, instance);
