#!/usr/bin/env bash
# SQLite 3.53 (in Bun 1.4.4), FTS5: ranking some rows by number takes longer the more rows match.
#
# `MATCH 'word' AND rowid IN (…) ORDER BY bm25(t)` looks like the cheap way to rank a few hundred rows that
# were chosen otherwise. FTS5 opens the query anew for each number of the list, and with each of them bm25()
# first counts the rows of the whole table that have the words: the work is the length of the list times
# the number of matches. With `+rowid IN (…)`, which keeps the list away from FTS5, the matches are read and
# counted once, and the same rows come out in the same order.
#
# Observed: 200 of 100,000 rows that all have the word, see the last line of the output.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund bun@1.4.4 >/dev/null 2>&1

cat >rank.ts <<'TS'
import { Database } from 'bun:sqlite';

const [ROWS, CHOSEN] = [100_000, 200];
const db = new Database(':memory:');
const { version } = db.query<{ version: string }, []>('SELECT sqlite_version() AS version').get()!;
db.run("CREATE VIRTUAL TABLE posts USING fts5(text, content='', tokenize='unicode61')");
const insert = db.query('INSERT INTO posts (rowid, text) VALUES (?, ?)');
db.transaction(() => {
  for (let row = 1; row <= ROWS; row++) insert.run(row, `common ${'word '.repeat(row % 9)}${row}`);
})();

const chosen = Array.from({ length: CHOSEN }, (_, i) => 1 + i * Math.floor(ROWS / CHOSEN)).join(',');
function ranked(column: string) {
  const rows = db.query<{ rowid: number }, []>(
    `SELECT rowid FROM posts WHERE posts MATCH 'common' AND ${column} IN (${chosen})
     ORDER BY bm25(posts), rowid`,
  );
  const { user } = process.cpuUsage();
  const found = rows.all().map(({ rowid }) => rowid);
  return { found, ms: (process.cpuUsage().user - user) / 1000 };
}

const given = ranked('rowid');
const kept = ranked('+rowid');
const same = given.found.length === CHOSEN && given.found.join() === kept.found.join();
console.log(`SQLite ${version}: ${given.found.length} rows, the same in both: ${same}`);
console.log(`rowid IN: ${given.ms.toFixed(0)} ms; +rowid IN: ${kept.ms.toFixed(0)} ms`);
if (!same || given.ms < 10 * kept.ms) {
  console.log('CHANGED: the list of numbers no longer multiplies the work');
  process.exit(1);
}
console.log('as described');
TS
node_modules/.bin/bun rank.ts
