import { Database } from 'bun:sqlite';
import { join } from 'node:path';
import { grouped } from '../peers/bare_sqlite.ts';

interface Start {
  body: unknown;
  job?: unknown;
}

/**
 * The least that stores a job with `synchronous=FULL`: one row with one index.
 * @param isGrouped all starts of one turn of the event loop share a transaction; else each has its own.
 * @returns a function that stores a request's body and resolves with the row.
 */
export function createBareInsert(
  folder: string,
  isGrouped: boolean,
): (body: unknown) => Promise<unknown> {
  const db = new Database(join(folder, 'bare.sqlite'), { create: true, strict: true });
  db.run('PRAGMA journal_mode = WAL');
  db.run('PRAGMA synchronous = FULL');
  db.run(`CREATE TABLE jobs (
    key INTEGER PRIMARY KEY, id TEXT NOT NULL, type TEXT NOT NULL, data TEXT NOT NULL,
    status INTEGER NOT NULL DEFAULT 0, created_at INTEGER NOT NULL) STRICT`);
  db.run('CREATE INDEX jobs_waiting ON jobs (type, key) WHERE status = 0');
  const insert = db.query(
    'INSERT INTO jobs (id, type, data, created_at) VALUES (?, ?, ?, ?) RETURNING *',
  );
  const insertAll = db.transaction((starts: Start[]) => {
    for (const start of starts) {
      const data = JSON.stringify(start.body);
      start.job = insert.get(Bun.randomUUIDv7(), 'scrape', data, Date.now());
    }
  });
  const save = isGrouped
    ? grouped((starts: Start[]) => insertAll.immediate(starts))
    : async (start: Start) => void insertAll.immediate([start]);
  return async (body) => {
    const start: Start = { body };
    await save(start);
    return start.job;
  };
}
