-- Down to which post an author's listing has been read without a gap: a later run may stop there. The
-- options are those that change what the listing has.
CREATE TABLE listing_marks (
  source    TEXT NOT NULL,
  account   TEXT NOT NULL, -- the id, because usernames change
  options   TEXT NOT NULL,
  newest_at INTEGER NOT NULL,
  newest_id TEXT NOT NULL,
  moved_at  INTEGER NOT NULL,
  PRIMARY KEY (source, account, options)
) STRICT, WITHOUT ROWID;
