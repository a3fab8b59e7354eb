#!/usr/bin/env bash
# SQLite 3.53.4 (Bun 1.4.4): rows of an FTS5 table that are inserted in turn with rows of another table become a segment each.
#
# FTS5 gathers what is inserted in a transaction and writes one segment when it ends. Before a statement that may fail
# half-way, though, SQLite tells all virtual tables of a savepoint, and FTS5 then writes what it has gathered. An INSERT into
# a table with a UNIQUE column and a trigger is such a statement. Segments are then merged again and again, so
# the same rows in the same transaction take twice as long. Inserting the rows of the one table first avoids it.
#
# Observed, with automerge off so that segments can be counted, for 12 rows in each table in one transaction:
#   in turn:                   12 segments
#   one table, then the other: 1 segment
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund bun@1.4.4 >/dev/null 2>&1

cat >segments.ts <<'EOF'
import { Database } from 'bun:sqlite';

const db = new Database(':memory:');
db.run('CREATE TABLE posts (key INTEGER PRIMARY KEY, id TEXT UNIQUE)');
db.run('CREATE TABLE changes (post_key INTEGER)');
db.run(`CREATE TRIGGER note AFTER INSERT ON posts BEGIN INSERT INTO changes VALUES (new.key); END`);
db.run('CREATE VIRTUAL TABLE words USING fts5 (text)');
db.run("INSERT INTO words (words, rank) VALUES ('automerge', 0)");
const post = db.prepare('INSERT INTO posts (key, id) VALUES (?, ?)');
const word = db.prepare('INSERT INTO words (rowid, text) VALUES (?, ?)');
const keys = Array.from({ length: 12 }, (_, n) => n + 1);
db.transaction(() => {
  if (process.argv[2] === 'turn') {
    for (const key of keys) {
      post.run(key, `id${key}`);
      word.run(key, `word${key}`);
    }
  } else {
    for (const key of keys) post.run(key, `id${key}`);
    for (const key of keys) word.run(key, `word${key}`);
  }
})();
console.log(db.query('SELECT count(DISTINCT segid) AS n FROM words_idx').values().flat().join());
EOF

turn=$(node_modules/.bin/bun segments.ts turn)
apart=$(node_modules/.bin/bun segments.ts apart)
echo "in turn: $turn segments, one table after the other: $apart"
[ "$turn" -eq 12 ] && [ "$apart" -eq 1 ] || { echo 'This differs from what was observed.' >&2; exit 1; }
echo 'The results are as described.'
