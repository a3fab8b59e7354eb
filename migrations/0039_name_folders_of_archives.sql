-- Which imports folder has the archive of a name, when several machines share the database: jobs, and what is told of
-- their posts, know archives by their names. Empty on SQLite alone, where there is one folder.
CREATE TABLE import_names (
  name TEXT PRIMARY KEY NOT NULL,
  -- The id in a file of the folder.
  folder TEXT NOT NULL,
  -- Whether the archive was removed. The name stays its folder's while posts of it are in the library.
  removed INTEGER NOT NULL DEFAULT 0 CHECK (removed IN (0, 1))
) STRICT;
