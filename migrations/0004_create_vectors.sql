-- A rowid table: WITHOUT ROWID would put every vector on overflow pages (see bench/library.ts).
CREATE TABLE vectors (
  post_key   INTEGER NOT NULL REFERENCES posts (key) ON DELETE CASCADE,
  model      TEXT NOT NULL CHECK (model <> ''),
  dimensions INTEGER NOT NULL CHECK (dimensions > 0),
  embedding  BLOB NOT NULL CHECK (length(embedding) = 4 * dimensions), -- float32, little-endian
  PRIMARY KEY (post_key, model)
) STRICT;

CREATE TRIGGER posts_forget_vectors AFTER UPDATE OF text ON posts WHEN new.text <> old.text BEGIN
  DELETE FROM vectors WHERE post_key = new.key;
END;
