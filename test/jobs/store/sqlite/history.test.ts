/** How SQLite keeps the history of jobs, and what it makes of an older file. */
import { Database } from 'bun:sqlite';
import { expect, test } from 'bun:test';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bucketMs } from '../../../../src/jobs/history.ts';
import { createSqliteJobHistory } from '../../../../src/jobs/store/sqlite/history.ts';
import { migrate } from '../../../../src/platform/database.ts';
import { setupOnSqlite } from '../../../support/jobs.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const START = Date.UTC(2026, 0, 1);

test('has a bucket for every duration, within the stated error', async () => {
  const { tracker, clock, database } = setupOnSqlite();
  const durations = [1, 2, 3, 10, 700, 1_000, 1_024, 59_999, 7 * HOUR, 30 * DAY];
  for (const ms of durations) {
    const { jobId } = await tracker.createJob('errand');
    clock.skip(ms);
    await tracker.completeJob(jobId, true);
  }
  const history = createSqliteJobHistory(database);
  const ends = await history.ends({ by: 'day', since: START, until: clock.now() + DAY });
  const buckets = ends.map(({ bucket }) => bucket).sort((a, b) => a - b);
  expect(buckets).toHaveLength(durations.length);
  buckets.forEach((bucket, index) => {
    const off = Math.abs(bucketMs(bucket) / (durations[index] as number) - 1);
    expect(off).toBeLessThanOrEqual(0.091);
  });
  expect(
    (await tracker.reader.history({ by: 'day', since: START, until: clock.now() })).types,
  ).toHaveLength(1);
});

test('an older database has the history of the jobs that it still has', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'xgpt-migrations-'));
  const all = join(import.meta.dir, '../../../../migrations');
  for (const file of readdirSync(all).filter((name) => name < '0011')) {
    cpSync(join(all, file), join(folder, file));
  }
  const db = new Database(':memory:', { strict: true });
  migrate(db, folder);
  db.run(`
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30)
    INSERT INTO jobs (id, type, status, started_at, completed_at, error_message)
    SELECT 'errand-' || i, 'errand', iif(i > 5, 'failed', 'completed'), ${START}, ${START + 1_000},
           iif(i > 5, 'Reason ' || i, NULL) FROM n`);
  migrate(db);
  const { tracker } = setupOnSqlite({}, db);
  const [errands] = (
    await tracker.reader.history({
      by: 'day',
      since: START,
      until: START + DAY,
    })
  ).types;
  expect(errands).toMatchObject({ completed: 5, failed: 25 });
  expect(errands?.medianMs).toBeWithin(900, 1_100);
  expect(errands?.reasons).toHaveLength(21);
  expect(errands?.reasons[0]).toEqual({ reason: '', count: 5 });
  rmSync(folder, { recursive: true });
});
