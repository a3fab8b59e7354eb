import { Database } from 'bun:sqlite';
import { afterEach, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type JobContext, PermanentError } from '../../src/jobs/index.ts';
import { openDatabase } from '../../src/platform/database.ts';
import { writerOf } from '../../src/platform/writer.ts';
import { errand, gate, setup, untilAborted } from '../support/jobs.ts';
import { stage, stop } from './faults_setup.ts';

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

test('a cancelled job whose own end could not be written is still ended after the grace', async () => {
  const path = fileInFolder();
  const database = openDatabase(path);
  const { tracker, clock } = setup({ cancelGraceMs: 1_000 }, database);
  const other = openDatabase(path);
  const { jobId } = await tracker.createJob('scrape');
  expect(await tracker.cancelJob(jobId)).toBe(true);
  await clock.advance(900);
  other.run('BEGIN IMMEDIATE');
  const end = tracker.completeJob(jobId, true).catch((error: unknown) => String(error));
  await clock.advance(3_000);
  expect(await end).toContain('locked');
  other.run('COMMIT');
  other.close();
  await clock.advance(2_000);
  expect(tracker.getJob(jobId)?.status).toBe('cancelled');
  await stop(tracker, clock);
  database.close();
});

describe('FAULTS A8: the children of a job that is gone, or has failed', () => {
  /** A parent whose three children run one by one, and which fails when the test says so. */
  async function family() {
    const failing = gate<never>();
    const children = new Map<string, () => void>();
    const contexts: JobContext[] = [];
    const parent = errand(
      async ({ name }, job) => {
        if (name !== 'parent') {
          contexts.push(job);
          const { promise, resolve } = gate();
          children.set(name, resolve);
          return Promise.race([promise, untilAborted(job.signal)]);
        }
        const inputs = ['first', 'second', 'third'].map((child) => ({ name: child }));
        return Promise.race([job.runChildren('errand', inputs), failing.promise]);
      },
      { concurrency: 2 },
    );
    const world = setup({ definitions: [parent] });
    const { tracker, clock } = world;
    await tracker.start();
    const { id } = await tracker.enqueue('errand', { name: 'parent' });
    await clock.advance(0);
    children.get('first')?.();
    await clock.advance(0);
    const [first, second, third] = (await tracker.reader.detailsOf(id)).children.map(
      (child) => child.id,
    ) as [string, string, string];
    const statuses = () =>
      [first, second, third].map((child) => tracker.getJob(child)?.status ?? 'gone');
    expect(statuses()).toEqual(['completed', 'running', 'queued']);
    return { ...world, id, first, second, third, statuses, failing, contexts };
  }

  test('removed by force: waiting children are removed, running ones are cancelled, ended ones stay', async () => {
    const { tracker, clock, id, statuses } = await family();
    expect(await tracker.removeJob(id, { force: true })).toBe(true);
    await clock.advance(100);
    expect(tracker.getJob(id)).toBeUndefined();
    expect(statuses()).toEqual(['completed', 'cancelled', 'gone']);
    await clock.advance(5_000);
    expect(statuses()).toEqual(['completed', 'cancelled', 'gone']);
    expect(await tracker.reader.countActive()).toEqual({ running: 0, waiting: 0 });
    await stop(tracker, clock);
  });

  test('a parent that fails early: its active children are cancelled and published, a retry retries them', async () => {
    const { tracker, clock, id, second, third, statuses, failing, contexts } = await family();
    const told = new Set<string>();
    tracker.feed.subscribe(() => {
      for (const card of tracker.feed.since(tracker.feed.version - 1)?.cards ?? []) told.add(card);
    });
    failing.reject(new PermanentError('It can never work.'));
    await clock.advance(100);
    expect(tracker.getJob(id)).toMatchObject({ status: 'failed', failure: 'permanent' });
    expect(statuses()).toEqual(['completed', 'cancelled', 'cancelled']);
    expect([...told].sort()).toEqual([id, second, third].sort());
    expect(contexts.at(-1)?.isCancelled()).toBe(true);

    expect(await tracker.retryJob(id)).toMatchObject({ id });
    const again = statuses();
    expect(again[0]).toBe('completed');
    for (const status of again.slice(1)) expect(['queued', 'running']).toContain(status);
    await stop(tracker, clock);
  });
});

describe('FAULTS A10: the files', () => {
  const TEXT = 'x'.repeat(20_000);

  async function writeJobs(tracker: ReturnType<typeof setup>['tracker'], count: number) {
    for (let index = 0; index < count; index++) {
      const { jobId } = await tracker.createJob('scrape', { text: TEXT });
      await tracker.completeJob(jobId, true);
    }
  }

  test('a reader that holds a snapshot and closes: the WAL shrinks again', async () => {
    const path = fileInFolder();
    const database = openDatabase(path);
    const { tracker, clock } = setup({}, database);
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
    const { tracker, clock } = setup({ keepFinishedMs: HOUR_MS }, database);
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
    const { tracker, clock } = setup({ keepFinishedMs: HOUR_MS }, database);
    await tracker.initialize();
    await writeJobs(tracker, 500);
    await clock.advance(2 * HOUR_MS + 60_000);
    expect(tracker.getAllJobs()).toEqual([]);
    await writeJobs(tracker, 1);
    await stop(tracker, clock);
    database.close();
  });
});

test('old jobs are deleted although others fail in the same transactions', async () => {
  const { tracker, clock, database } = setup({ keepFinishedMs: HOUR_MS });
  for (let index = 0; index < 300; index++) {
    const { jobId } = await tracker.createJob('scrape');
    await tracker.completeJob(jobId, true);
  }
  clock.skip(2 * HOUR_MS);
  const fail = () => {
    throw new Error('no');
  };
  let isDone = false;
  const neighbour = (async () => {
    while (!isDone)
      await writerOf(database)
        .write(fail)
        .catch(() => {});
  })();
  await tracker.initialize();
  isDone = true;
  await neighbour;
  expect(tracker.getAllJobs()).toEqual([]);
  await stop(tracker, clock);
});

test('a shutdown while the database is locked stops every handler, and throws', async () => {
  const path = fileInFolder();
  const signals: AbortSignal[] = [];
  const run = (_: unknown, { signal }: JobContext) => {
    signals.push(signal);
    return new Promise<void>(() => {});
  };
  const definitions = [errand(run, { concurrency: 3 })];
  const { tracker, clock, database } = setup({ definitions }, openDatabase(path));
  await tracker.start();
  for (let index = 0; index < 3; index++) await tracker.enqueue('errand', {});
  await clock.advance(0);
  signals.push((await tracker.createJob('scrape')).signal);
  const other = openDatabase(path);
  other.run('BEGIN IMMEDIATE');
  const stopped = tracker.stop().catch((error: unknown) => String(error));
  await clock.advance(4_000);
  expect(await stopped).toContain('locked');
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, true, true, true]);
  other.close();
  database.close();
});

describe('FAULTS A13: why a job failed is stored once, when it fails', () => {
  test('permanent, even of a job that committed in its last attempt; exhausted otherwise', async () => {
    const { tracker, clock, job, fail, start, rowOf } = stage();
    const [permanent, exhausted] = (await start('permanent', 'exhausted')) as [string, string];
    for (const name of ['permanent', 'exhausted'])
      await job(name).commit({}, { checkpoint: 'further' });
    fail('permanent', new PermanentError('It can never work.'));
    fail('exhausted', new Error('not yet'));
    await clock.advance(100);
    expect(rowOf(permanent)).toMatchObject({ status: 'failed', failure: 'permanent' });
    expect(tracker.getJob(permanent)?.failure).toBe('permanent');
    // An attempt that moved the checkpoint does not count.
    expect(rowOf(exhausted)).toMatchObject({ status: 'retrying', failure: null });
    for (let tries = 0; tries < 2; tries++) {
      await clock.advance(3 * HOUR_MS);
      fail('exhausted', new Error('not yet'));
      await clock.advance(100);
    }
    expect(rowOf(exhausted)).toMatchObject({ status: 'failed', failure: 'exhausted' });
    for (const page of [await tracker.reader.listJobs({}), { jobs: tracker.getAllJobs() }])
      expect(new Map(page.jobs.map(({ id, failure }) => [id, failure]))).toEqual(
        new Map([
          [permanent, 'permanent'],
          [exhausted, 'exhausted'],
        ]),
      );
    await stop(tracker, clock);
  });
});
