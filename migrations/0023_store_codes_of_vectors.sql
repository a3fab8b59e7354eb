-- A post has one vector for each part of its text, or one for the whole of it: then without an extent.
-- `id` is never used again, so that what a process has read stays true.
ALTER TABLE vectors RENAME TO whole_vectors;
DROP TRIGGER posts_forget_vectors;

CREATE TABLE vectors (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  post_key   INTEGER NOT NULL REFERENCES posts (key) ON DELETE CASCADE,
  model      TEXT NOT NULL CHECK (model <> ''),
  part       INTEGER NOT NULL DEFAULT 0 CHECK (part >= 0),
  part_from  INTEGER, -- in UTF-16 units of the text
  part_to    INTEGER CHECK (part_to > part_from),
  dimensions INTEGER NOT NULL CHECK (dimensions > 0),
  embedding  BLOB NOT NULL CHECK (length(embedding) = 4 * dimensions), -- float32, little-endian
  UNIQUE (post_key, model, part),
  CHECK ((part_from IS NULL) = (part_to IS NULL))
) STRICT;

INSERT INTO vectors (post_key, model, dimensions, embedding)
SELECT post_key, model, dimensions, embedding FROM whole_vectors ORDER BY post_key, model;

DROP TABLE whole_vectors;

-- The sign of each number of a vector, one bit each: what a search by meaning reads of all vectors.
-- They are a table of their own, because reading them takes a thirtieth of reading the vectors.
CREATE TABLE vector_models (
  key        INTEGER PRIMARY KEY,
  name       TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE vector_codes (
  id       INTEGER PRIMARY KEY, -- of the vector
  model    INTEGER NOT NULL REFERENCES vector_models (key),
  post_key INTEGER NOT NULL,
  code     BLOB NOT NULL -- bit i % 8 of byte i / 8 is set when number i is negative
) STRICT;

INSERT INTO vector_models (name) SELECT DISTINCT model FROM vectors ORDER BY model;

-- Four numbers of a vector give half a byte of its code; two of these, the higher one first, give a byte.
WITH RECURSIVE
  quarters (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM quarters WHERE n < 16383),
  bytes (dimensions, n, at) AS MATERIALIZED (
    SELECT d.dimensions, n, n + 1 - 2 * (n & 1)
    FROM (SELECT DISTINCT dimensions FROM vectors) AS d JOIN quarters ON n < 2 * ((d.dimensions + 7) / 8)
    ORDER BY d.dimensions, n
  )
INSERT INTO vector_codes (id, model, post_key, code)
SELECT v.id, m.key, v.post_key, (
  SELECT unhex(group_concat(substr('0123456789ABCDEF', 1
    + (substr(v.embedding, 16 * at + 4, 1) >= x'80')
    + (substr(v.embedding, 16 * at + 8, 1) >= x'80') * 2
    + (substr(v.embedding, 16 * at + 12, 1) >= x'80') * 4
    + (substr(v.embedding, 16 * at + 16, 1) >= x'80') * 8, 1), '' ORDER BY n))
  FROM bytes WHERE dimensions = v.dimensions)
FROM vectors AS v JOIN vector_models AS m ON m.name = v.model;

-- The numbers of removals tell a process that has read the codes which ones are no more.
CREATE TABLE vector_removals (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  id     INTEGER NOT NULL
) STRICT;

-- A process that has missed more than so many reads all codes again.
CREATE TRIGGER vectors_forget_codes AFTER DELETE ON vectors BEGIN
  DELETE FROM vector_codes WHERE id = old.id;
  INSERT INTO vector_removals (id) VALUES (old.id);
  DELETE FROM vector_removals WHERE number <= last_insert_rowid() - 100000;
END;

-- Texts of which a model knows no word: they have no meaning that could be compared.
CREATE TABLE meaningless_posts (
  post_key INTEGER NOT NULL REFERENCES posts (key) ON DELETE CASCADE,
  model    TEXT NOT NULL CHECK (model <> ''),
  PRIMARY KEY (post_key, model)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER posts_forget_vectors AFTER UPDATE OF text ON posts WHEN new.text <> old.text BEGIN
  DELETE FROM vectors WHERE post_key = new.key;
  DELETE FROM meaningless_posts WHERE post_key = new.key;
END;
