-- What the program keeps besides jobs: the tables of SQLite with the same columns. Every data folder has a
-- replica of them in SQLite, in which is decided what is written here (src/platform/replica/), so that neither
-- conditions nor references nor indexes besides the keys are repeated.

CREATE TABLE posts (
  key                bigint NOT NULL,
  source             text COLLATE "C" NOT NULL,
  id                 text COLLATE "C" NOT NULL,
  kind               text COLLATE "C" NOT NULL,
  author             text COLLATE "C" NOT NULL,
  author_name        text COLLATE "C" NOT NULL,
  text               text COLLATE "C" NOT NULL,
  created_at         bigint NOT NULL,
  language           text COLLATE "C",
  url                text COLLATE "C",
  in_reply_to_id     text COLLATE "C",
  in_reply_to_author text COLLATE "C",
  thread_id          text COLLATE "C",
  links              text COLLATE "C" NOT NULL,
  media              text COLLATE "C" NOT NULL,
  likes              bigint,
  reposts            bigint,
  replies            bigint,
  collected_at       bigint NOT NULL,
  updated_at         bigint NOT NULL,
  author_id          text COLLATE "C",
  repost_of          text COLLATE "C",
  quote              text COLLATE "C",
  edits              text COLLATE "C",
  limited            text COLLATE "C",
  as_of              bigint NOT NULL,
  PRIMARY KEY (key)
);

CREATE TABLE profiles (
  key          bigint NOT NULL,
  source       text COLLATE "C" NOT NULL,
  id           text COLLATE "C" NOT NULL,
  username     text COLLATE "C" NOT NULL,
  name         text COLLATE "C" NOT NULL,
  bio          text COLLATE "C" NOT NULL,
  location     text COLLATE "C",
  website      text COLLATE "C",
  avatar_url   text COLLATE "C",
  created_at   bigint,
  followers    bigint,
  following    bigint,
  post_count   bigint,
  folded       text COLLATE "C" NOT NULL,
  collected_at bigint NOT NULL,
  updated_at   bigint NOT NULL,
  as_of        bigint NOT NULL,
  PRIMARY KEY (key)
);

CREATE TABLE imports (
  id          bigint NOT NULL,
  name        text COLLATE "C" NOT NULL,
  posts       bigint NOT NULL,
  problem     text COLLATE "C",
  imported_at bigint NOT NULL,
  PRIMARY KEY (id)
);

CREATE TABLE post_versions (
  source   text COLLATE "C" NOT NULL,
  id       text COLLATE "C" NOT NULL,
  post_key bigint NOT NULL,
  PRIMARY KEY (source, id)
);

CREATE TABLE post_origins (
  import_id bigint NOT NULL,
  item_key  bigint NOT NULL,
  PRIMARY KEY (import_id, item_key)
);

CREATE TABLE profile_origins (
  import_id bigint NOT NULL,
  item_key  bigint NOT NULL,
  PRIMARY KEY (import_id, item_key)
);

CREATE TABLE vectors (
  id         bigint NOT NULL,
  post_key   bigint NOT NULL,
  model      text COLLATE "C" NOT NULL,
  part       bigint NOT NULL,
  part_from  bigint,
  part_to    bigint,
  dimensions bigint NOT NULL,
  embedding  bytea NOT NULL,
  PRIMARY KEY (id)
);

CREATE TABLE meaningless_posts (
  post_key bigint NOT NULL,
  model    text COLLATE "C" NOT NULL,
  PRIMARY KEY (post_key, model)
);

CREATE TABLE listing_marks (
  source    text COLLATE "C" NOT NULL,
  account   text COLLATE "C" NOT NULL,
  options   text COLLATE "C" NOT NULL,
  newest_at bigint NOT NULL,
  newest_id text COLLATE "C" NOT NULL,
  moved_at  bigint NOT NULL,
  PRIMARY KEY (source, account, options)
);

CREATE TABLE saved_finds (
  id         bigint NOT NULL,
  name       text COLLATE "C" NOT NULL,
  name_key   text COLLATE "C" NOT NULL,
  q          text COLLATE "C" NOT NULL,
  options    text COLLATE "C" NOT NULL,
  created_at bigint NOT NULL,
  opened_at  bigint NOT NULL,
  seen_key   bigint NOT NULL,
  PRIMARY KEY (id)
);

CREATE TABLE webhooks (
  id            text COLLATE "C" NOT NULL,
  url           text COLLATE "C" NOT NULL,
  events        text COLLATE "C" NOT NULL,
  types         text COLLATE "C" NOT NULL,
  sealed        bytea NOT NULL,
  key_id        bytea NOT NULL,
  created_at    bigint NOT NULL,
  ended_at      bigint,
  paused_at     bigint,
  end_reason    text COLLATE "C",
  failures      bigint NOT NULL,
  failing_since bigint,
  retry_at      bigint,
  PRIMARY KEY (id)
);

CREATE TABLE webhook_deliveries (
  id         bigint NOT NULL,
  webhook_id text COLLATE "C" NOT NULL,
  event_id   text COLLATE "C" NOT NULL,
  event      text COLLATE "C" NOT NULL,
  job_id     text COLLATE "C" NOT NULL,
  attempt    bigint NOT NULL,
  at         bigint NOT NULL,
  took_ms    bigint NOT NULL,
  status     bigint,
  error      text COLLATE "C",
  PRIMARY KEY (id)
);

CREATE TABLE source_credentials (
  source     text COLLATE "C" NOT NULL,
  method     text COLLATE "C" NOT NULL,
  sealed     bytea NOT NULL,
  key_id     bytea NOT NULL,
  updated_at bigint NOT NULL,
  PRIMARY KEY (source)
);

CREATE TABLE source_sessions (
  source     text COLLATE "C" NOT NULL,
  version    bigint NOT NULL,
  sealed     bytea NOT NULL,
  key_id     bytea NOT NULL,
  updated_at bigint NOT NULL,
  PRIMARY KEY (source)
);

CREATE TABLE source_leases (
  source     text COLLATE "C" NOT NULL,
  holder     text COLLATE "C" NOT NULL,
  expires_at bigint NOT NULL,
  PRIMARY KEY (source)
);

CREATE TABLE source_budgets (
  source   text COLLATE "C" NOT NULL,
  cap      bigint,
  posts    bigint NOT NULL,
  requests bigint NOT NULL,
  period   bigint NOT NULL,
  since    bigint,
  PRIMARY KEY (source)
);

CREATE TABLE source_tests (
  source    text COLLATE "C" NOT NULL,
  outcome   text COLLATE "C" NOT NULL,
  message   text COLLATE "C" NOT NULL,
  tested_at bigint NOT NULL,
  PRIMARY KEY (source)
);

CREATE TABLE rate_limits (
  name        text COLLATE "C" NOT NULL,
  reserved_at bigint NOT NULL,
  due_at      bigint NOT NULL,
  held_at     bigint NOT NULL,
  held_until  bigint NOT NULL,
  PRIMARY KEY (name)
);

CREATE TABLE sessions (
  key        bytea NOT NULL,
  expires_at bigint NOT NULL,
  PRIMARY KEY (key)
);

CREATE TABLE idempotency_keys (
  key        text COLLATE "C" NOT NULL,
  request    text COLLATE "C" NOT NULL,
  seed       text COLLATE "C" NOT NULL,
  answer     text COLLATE "C",
  created_at bigint NOT NULL,
  PRIMARY KEY (key)
);

-- Every transaction that writes to these tables raises the revision by one. `sequences`: the highest keys so far of
-- tables whose keys are never used again, as JSON. `stamp` tells a revision from that of another database, or of
-- this one before it was restored.
CREATE TABLE replica_state (
  single    integer PRIMARY KEY CHECK (single = 1),
  revision  bigint NOT NULL,
  stamp     text COLLATE "C" NOT NULL,
  sequences text NOT NULL
);

INSERT INTO replica_state VALUES (1, 0, gen_random_uuid()::text, '{}');

-- The keys of the rows that each of the last revisions has written or deleted, as a JSON list for each table, and
-- those among them whose rows were deleted, even if a new row has the key.
CREATE TABLE replica_changes (
  revision   bigint NOT NULL,
  table_name text COLLATE "C" NOT NULL,
  keys       text NOT NULL,
  deleted    text NOT NULL,
  stamp      text COLLATE "C" NOT NULL,
  PRIMARY KEY (revision, table_name)
);

INSERT INTO replica_changes SELECT revision, '', '[]', '[]', stamp FROM replica_state;
