-- Which imports folder has the archive of a name, as on SQLite.
CREATE TABLE import_names (
  name    text COLLATE "C" NOT NULL,
  folder  text COLLATE "C" NOT NULL,
  removed bigint NOT NULL,
  PRIMARY KEY (name)
);
