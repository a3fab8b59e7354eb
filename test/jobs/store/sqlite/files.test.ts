/** How the files of SQLite grow and shrink. */
import { Database } from 'bun:sqlite';
import { afterEach, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../../../../src/platform/database.ts';
import { setupOnSqlite } from '../../../support/jobs.ts';
import { stop } from '../../faults_setup.ts';

const HOUR_MS = 3_600_000;

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function fileInFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'xgpt-faults-'));
  folders.push(folder);
  return join(folder, 'xgpt.sqlite');
}

describe('FAULTS A10: the files', () => {
  const TEXT = 'x'.repeat(20_000);

  async function writeJobs(tracker: ReturnType<typeof setupOnSqlite>['tracker'], count: number) {
    for (let index = 0; index < count; index++) {
      const { jobId } = await tracker.createJob('scrape', { text: TEXT });
      await tracker.completeJob(jobId, true);
    }
  }

  test('a reader that holds a snapshot and closes: the WAL shrinks again', async () => {
    const path = fileInFolder();
    const database = openDatabase(path);
    const { tracker, clock } = setupOnSqlite({}, database);
    await tracker.initialize();
    const reader = new Database(path, { readonly: true });
    reader.run('BEGIN');
    reader.query('SELECT COUNT(*) FROM jobs').get();
    await writeJobs(tracker, 1_000);
    const size = () => statSync(`${path}-wal`).size;
    expect(size()).toBeGreaterThan(20_000_000);
    reader.run('COMMIT');
    reader.close();
    // The next checkpoint copies everything, and the commit after it starts the WAL from its beginning.
    await writeJobs(tracker, 2);
    expect(size()).toBeLessThanOrEqual(16 * 1024 * 1024);
    await stop(tracker, clock);
    database.close();
  });

  test('free pages are given back when old jobs are deleted', async () => {
    const path = fileInFolder();
    const database = openDatabase(path);
    const { tracker, clock } = setupOnSqlite({ keepFinishedMs: HOUR_MS }, database);
    await tracker.initialize();
    await writeJobs(tracker, 1_000);
    const pages = () =>
      database.query<{ page_count: number }, []>('PRAGMA page_count').get()?.page_count ?? 0;
    const grown = pages();
    expect(grown).toBeGreaterThan(5_000);
    await clock.advance(2 * HOUR_MS + 60_000);
    expect(tracker.getAllJobs()).toEqual([]);
    expect(pages()).toBeLessThan(1_300);
    expect(database.query('PRAGMA integrity_check').values()).toEqual([['ok']]);
    await stop(tracker, clock);
    database.close();
  });

  test('a file that cannot give pages back is left as it is', async () => {
    const path = fileInFolder();
    const older = new Database(path);
    older.run('PRAGMA auto_vacuum = NONE');
    older.run(
      'CREATE TABLE migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT',
    );
    older.close();
    const database = openDatabase(path);
    expect(database.query('PRAGMA auto_vacuum').values()).toEqual([[0]]);
    const { tracker, clock } = setupOnSqlite({ keepFinishedMs: HOUR_MS }, database);
    await tracker.initialize();
    await writeJobs(tracker, 500);
    await clock.advance(2 * HOUR_MS + 60_000);
    expect(tracker.getAllJobs()).toEqual([]);
    await writeJobs(tracker, 1);
    await stop(tracker, clock);
    database.close();
  });
});
