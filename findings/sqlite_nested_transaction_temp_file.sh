#!/usr/bin/env bash
# SQLite 3.53.4 (Bun 1.4.4): a transaction inside another one writes forty times as much.
#
# Bun makes a savepoint of a `db.transaction` that is called within another one. An INSERT … RETURNING into a
# table with a UNIQUE column may fail half-way, so SQLite copies each page that it changes to a statement
# journal, and drops the copies when the statement ends. It cannot drop them while an outer savepoint is
# open: the journal grows with every statement, and from 64 KB on it is a file in the temporary folder. The
# rows and the number of commits are the same. `PRAGMA temp_store = MEMORY` moves the journal to memory;
# without RETURNING, or with `ON CONFLICT (id) DO UPDATE`, this table needs none. Triggers and FTS5 do.
#
# Observed, 10,000 rows of 200 bytes, bytes written by the process:
#   one transaction:           under 5 MB
#   a transaction in another:  over 80 MB
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund bun@1.4.4 >/dev/null 2>&1

cat >write.ts <<'EOF'
import { Database } from 'bun:sqlite';
import { readFileSync } from 'node:fs';

const written = () => Number(/wchar: (\d+)/.exec(readFileSync('/proc/self/io', 'utf8'))?.[1]);
const db = new Database('x.sqlite');
db.run('PRAGMA journal_mode = WAL');
db.run('CREATE TABLE posts (key INTEGER PRIMARY KEY, id TEXT UNIQUE, at INTEGER, text TEXT)');
db.run('CREATE INDEX by_time ON posts (at, key)');
const insert = db.prepare('INSERT INTO posts (id, at, text) VALUES (?, ?, ?) RETURNING key');
const inner = db.transaction(() => {
  for (let i = 0; i < 10_000; i += 1) insert.get(`id${i}`, i, 'x'.repeat(200));
});
const outer = db.transaction(() => inner());
const before = written();
if (process.argv[2] === 'nested') outer();
else inner();
console.log(Math.round((written() - before) / 1e6));
EOF

plain=$(node_modules/.bin/bun write.ts plain)
rm -f x.sqlite*
nested=$(node_modules/.bin/bun write.ts nested)
echo "one transaction: $plain MB, a transaction in another: $nested MB"
[ "$plain" -lt 5 ] && [ "$nested" -gt 80 ] || { echo 'This differs from what was observed.' >&2; exit 1; }
echo 'The results are as described.'
