import { Database } from 'bun:sqlite';
import { afterAll, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DATABASE_FILE, openXgpt } from '../../bench/peers/xgpt.ts';
import { finishedJobs, multiplyJobs, TYPE } from '../../bench/scale/fill.ts';

const shared = mkdtempSync(join(tmpdir(), 'xgpt-fill-'));
afterAll(() => rmSync(shared, { recursive: true }));

test('a filled history looks to SQL and to the tracker like jobs that have run', async () => {
  const folder = await finishedJobs(shared, 500);
  const db = new Database(join(folder, DATABASE_FILE));
  const count = (sql: string) => (db.query(sql).get() as { count: number }).count;
  const triggers = "SELECT COUNT(*) AS count FROM sqlite_master WHERE type = 'trigger'";

  expect(count(`SELECT COUNT(*) AS count FROM jobs WHERE status = 'completed'`)).toBe(500);
  expect(count('SELECT COUNT(DISTINCT id) AS count FROM jobs')).toBe(500);
  expect(count('SELECT COUNT(*) AS count FROM jobs WHERE completed_at < started_at')).toBe(0);
  expect(count('SELECT COUNT(DISTINCT completed_at) AS count FROM jobs')).toBeGreaterThan(450);
  expect(db.query('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
  expect(db.query('PRAGMA foreign_key_check').all()).toEqual([]);

  const fresh = mkdtempSync(join(shared, 'fresh-'));
  await (await openXgpt({ folder: fresh, servers: {}, concurrency: 1 })).close();
  const untouched = new Database(join(fresh, DATABASE_FILE)).query(triggers).get();
  expect(db.query(triggers).get()).toEqual(untouched);
  db.close();
});

test('jobs run beside a filled history, and it is filled once', async () => {
  const folder = await finishedJobs(shared, 500);
  const system = await openXgpt({ folder, servers: {}, concurrency: 1 }, { type: TYPE });
  const { promise, resolve } = Promise.withResolvers<number>();
  await system.enqueue(7);
  await system.work((n) => resolve(n));
  expect(await promise).toBe(7);
  await system.close();
});

test('a table of jobs with a number for its key is filled too', () => {
  const db = new Database(':memory:');
  db.run(`
    CREATE TABLE jobs (key INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, place INTEGER UNIQUE,
                       note TEXT, started_at INTEGER, completed_at INTEGER) STRICT;
    CREATE TABLE job_attempts (job_key INTEGER NOT NULL, attempt INTEGER NOT NULL, outcome TEXT,
                               PRIMARY KEY (job_key, attempt)) STRICT, WITHOUT ROWID;
    CREATE TABLE job_changes (seq INTEGER PRIMARY KEY, job_key INTEGER NOT NULL) STRICT;
    INSERT INTO jobs VALUES (1, 'a', 10, 'it''s', 5000000, 5000001), (2, 'b', 20, NULL, 5000000, 5000001);
    INSERT INTO job_attempts VALUES (1, 1, 'failed'), (1, 2, 'completed'), (2, 1, 'completed');
    INSERT INTO job_changes VALUES (1, 1), (2, 2);`);
  multiplyJobs(db, 3);
  const copies = db
    .query('SELECT key, place, note, completed_at - started_at AS ms FROM jobs')
    .all();
  const one = { note: "it's", ms: 1 };
  expect(copies.slice(2)).toEqual([
    { key: 3, place: 21, ...one },
    { key: 4, place: 22, ...one },
    { key: 5, place: 23, ...one },
  ]);
  const outcomes = db.query('SELECT outcome FROM job_attempts WHERE job_key = 4').all();
  expect(outcomes).toEqual([{ outcome: 'failed' }, { outcome: 'completed' }]);
  expect(db.query('SELECT COUNT(*) AS count FROM job_changes').get()).toEqual({ count: 2 });
  db.close();
});
