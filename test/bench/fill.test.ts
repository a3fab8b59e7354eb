import { Database } from 'bun:sqlite';
import { afterAll, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DATABASE_FILE, openXgpt } from '../../bench/peers/xgpt.ts';
import { finishedJobs, TYPE } from '../../bench/scale/fill.ts';

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
