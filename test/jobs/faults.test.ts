import { Database } from 'bun:sqlite';
import { afterEach, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_RETRY } from '../../src/jobs/engine/retry.ts';
import {
  type JobContext,
  PermanentError,
  type QueuedJobContext,
  type Tracker,
} from '../../src/jobs/index.ts';
import { openDatabase } from '../../src/platform/database.ts';
import { writerOf } from '../../src/platform/writer.ts';
import type { TestClock } from '../support/clock.ts';
import { errand, gate, setup, untilAborted } from '../support/jobs.ts';

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

/** What still runs gets no time to end by itself. */
async function stop(tracker: Tracker, clock: TestClock): Promise<void> {
  const stopped = tracker.stop();
  await clock.advance(2_000);
  await stopped;
}

/** Handlers that do what the test tells them, by name. */
function stage(maxAttempts = 1) {
  const jobs = new Map<string, QueuedJobContext>();
  const ends = new Map<string, ReturnType<typeof gate<unknown>>>();
  const run = ({ name }: { name: string }, job: QueuedJobContext) => {
    const end = gate<unknown>();
    jobs.set(name, job);
    ends.set(name, end);
    return Promise.race([end.promise, untilAborted(job.signal)]);
  };
  const retry = { ...DEFAULT_RETRY, maxAttempts };
  const world = setup({ definitions: [errand(run, { concurrency: 20, retry })] });
  return {
    ...world,
    job: (name: string) => jobs.get(name) as QueuedJobContext,
    finish: (name: string, result?: unknown) => ends.get(name)?.resolve(result),
    fail: (name: string, error: unknown) => ends.get(name)?.reject(error),
    async start(...names: string[]): Promise<string[]> {
      await world.tracker.start();
      const ids: string[] = [];
      for (const name of names) ids.push((await world.tracker.enqueue('errand', { name })).id);
      await world.clock.advance(0);
      return ids;
    },
  };
}

describe('FAULTS A1: what cannot be stored harms its own job at most', () => {
  const MEASURES: [unknown, unknown][] = [
    [3, 1e19],
    [1e19, 1e19],
    [3, Number.NaN],
    [Number.NaN, 3],
    [-0, 5],
    [3, -0],
    [-1, -1],
    [2 ** 63, 2 ** 63],
    [-(2 ** 63), 7],
    [Number.MAX_VALUE, Number.MIN_VALUE],
    [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    [0.1, 0.3],
    ['3', '7'],
    [3n, 7n],
    [null, undefined],
    [{}, []],
    [new Date(), Symbol('seven')],
  ];

  for (const [index, [current, total]] of MEASURES.entries()) {
    const shown = [current, total].map((value) =>
      Object.is(value, -0) ? '-0' : Bun.inspect(value),
    );
    test(`progress ${index}: ${shown.join(' of ')}`, async () => {
      const { tracker, clock, job, finish, start, rowOf } = stage();
      const [odd, moves, ends, stops] = await start('odd', 'moves', 'ends', 'stops');
      await job('odd').updateProgress(current as number, total as number, 'm');
      await job('moves').updateProgress(4, 8, 'Half way');
      finish('ends', 'well');
      expect(await tracker.cancelJob(stops as string)).toBe(true);
      await clock.advance(100);
      expect(tracker.getJob(moves as string)?.progress).toMatchObject({ current: 4, total: 8 });
      expect(rowOf(moves as string)).toMatchObject({ progress_current: 4, progress_total: 8 });
      expect(tracker.getJob(ends as string)).toMatchObject({
        status: 'completed',
        result: 'well' as never,
      });
      expect(tracker.getJob(stops as string)?.status).toBe('cancelled');
      const { progress_current, progress_total, progress_message } = rowOf(odd as string);
      for (const value of [progress_current, progress_total]) {
        expect(Number.isSafeInteger(value)).toBe(true);
        expect(value).toBeGreaterThanOrEqual(0);
      }
      expect(progress_message).toBe('m');
      finish('odd');
      await clock.advance(100);
      expect(tracker.getJob(odd as string)?.status).toBe('completed');
      await stop(tracker, clock);
    });
  }

  const cyclic: Record<string, unknown> = {};
  cyclic.self = cyclic;
  const UNSTORABLE: Record<string, unknown> = {
    'a bigint': { value: 10n },
    'a cycle': cyclic,
    'a throwing toJSON': {
      toJSON() {
        throw new Error('I am a secret.');
      },
    },
  };

  for (const [name, value] of Object.entries(UNSTORABLE)) {
    test(`${name} as metadata, result and checkpoint`, async () => {
      const { tracker, clock, job, finish, start } = stage();
      const ids = await start('result', 'checkpoint', 'ends', 'stops');
      const [result, checkpoint, ends, stops] = ids as [string, string, string, string];
      const metadata = tracker.createJob('scrape', value as Record<string, unknown>);
      const commit = job('checkpoint').commit({}, { checkpoint: value });
      finish('result', value);
      finish('ends', 'well');
      const cancelled = tracker.cancelJob(stops);
      const answers = await Promise.allSettled([metadata, commit, cancelled]);
      expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
      await clock.advance(100);
      const failed = tracker.getJob(result);
      expect(failed).toMatchObject({ status: 'failed', failure: 'permanent' });
      expect(failed?.errorMessage).toStartWith('The result is not JSON-serialisable. ');
      expect(tracker.getJob(ends)?.status).toBe('completed');
      expect(tracker.getJob(stops)?.status).toBe('cancelled');
      // Its handler goes on, and may commit something else.
      await job('checkpoint').commit({}, { checkpoint: 'else' });
      finish('checkpoint');
      await clock.advance(100);
      expect(tracker.getJob(checkpoint)?.status).toBe('completed');
      expect(tracker.reader.countActive()).toEqual({ running: 0, waiting: 0 });
      await stop(tracker, clock);
    });
  }

  test('a checkpoint that is no JSON is refused', async () => {
    const { tracker, clock, job, start } = stage();
    await start('one');
    for (const checkpoint of [() => {}, Symbol('here')])
      await expect(job('one').commit({}, { checkpoint })).rejects.toThrow();
    await stop(tracker, clock);
  });

  const ERRORS: Record<string, unknown> = {
    'a message of 3 MB': new Error('x'.repeat(3_000_000)),
    'NUL and half a character': new Error('a\0b\uD83D'),
    nothing: undefined,
    null: null,
    'a symbol': Symbol('why'),
    'an object without a prototype': Object.create(null),
    'a message that cannot be read': Object.defineProperty(new Error(), 'message', {
      get() {
        throw new Error('I am a secret.');
      },
    }),
    'a hint that cannot be read': Object.defineProperty(new Error('odd'), 'retryAt', {
      get() {
        throw new Error('I am a secret.');
      },
    }),
  };

  for (const [name, error] of Object.entries(ERRORS)) {
    test(`an error: ${name}`, async () => {
      const { tracker, clock, fail, finish, start } = stage();
      const [odd, ends] = (await start('odd', 'ends')) as [string, string];
      fail('odd', error);
      finish('ends', 'well');
      await clock.advance(100);
      expect(tracker.getJob(ends)?.status).toBe('completed');
      const job = tracker.getJob(odd);
      expect(job?.status).toBe('failed');
      expect(job?.errorMessage?.length).toBeGreaterThan(0);
      expect(job?.errorMessage?.length).toBeLessThanOrEqual(10_000);
      await stop(tracker, clock);
    });
  }

  test('log lines of any kind', async () => {
    const { tracker, clock, job, finish, start } = stage();
    const [id] = (await start('odd')) as [string];
    const lines = ['a\0b', '\uD83D', 'one\r\ntwo\u2028three', 7, null, undefined, Symbol('x'), 10n];
    for (const line of lines) job('odd').log(line as string);
    job('odd').log('x'.repeat(1_000_000));
    finish('odd');
    await clock.advance(100);
    expect(tracker.getJob(id)?.status).toBe('completed');
    const { text } = await tracker.reader.readLog(id);
    expect(text.split('\n').slice(0, 4)).toEqual(['a b', '', 'one', 'two']);
    expect(text).not.toContain('\uFFFD');
    await stop(tracker, clock);
  });

  test('a row that the table refuses takes no other of its group along', async () => {
    const { tracker, clock, database, job, finish, start, rowOf } = stage();
    const [odd, moves, ends, stops] = (await start('odd', 'moves', 'ends', 'stops')) as string[];
    const bad = writerOf(database).write(() =>
      database.run('UPDATE jobs SET progress_total = 1e19 WHERE id = ?', [odd as string]),
    );
    await job('moves').updateProgress(4, 8, 'Half way');
    finish('ends', 'well');
    const [refused, cancelled, came] = await Promise.allSettled([
      bad,
      tracker.cancelJob(stops as string),
      tracker.enqueue('errand', { name: 'later' }),
    ]);
    expect([refused, cancelled, came].map(({ status }) => status)).toEqual([
      'rejected',
      'fulfilled',
      'fulfilled',
    ]);
    await clock.advance(100);
    expect(rowOf(moves as string)).toMatchObject({ progress_current: 4 });
    expect(tracker.getJob(ends as string)?.status).toBe('completed');
    expect(tracker.getJob(stops as string)?.status).toBe('cancelled');
    expect(tracker.reader.countActive()).toEqual({ running: 3, waiting: 0 });
    await stop(tracker, clock);
  });
});

test('a cancelled job whose own end could not be written is given up all the same', async () => {
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
    const [first, second, third] = tracker.reader
      .detailsOf(id)
      .children.map((child) => child.id) as [string, string, string];
    const statuses = () =>
      [first, second, third].map((child) => tracker.getJob(child)?.status ?? 'gone');
    expect(statuses()).toEqual(['completed', 'running', 'queued']);
    return { ...world, id, first, second, third, statuses, failing, contexts };
  }

  test('removed by force: what waits goes too, what is at work is cancelled, what has ended stays', async () => {
    const { tracker, clock, id, statuses } = await family();
    expect(await tracker.removeJob(id, { force: true })).toBe(true);
    await clock.advance(100);
    expect(tracker.getJob(id)).toBeUndefined();
    expect(statuses()).toEqual(['completed', 'cancelled', 'gone']);
    await clock.advance(5_000);
    expect(statuses()).toEqual(['completed', 'cancelled', 'gone']);
    expect(tracker.reader.countActive()).toEqual({ running: 0, waiting: 0 });
    await stop(tracker, clock);
  });

  test('a parent that fails early: its active children are cancelled, watchers are told, a retry retries them', async () => {
    const { tracker, clock, id, second, third, statuses, failing, contexts } = await family();
    const told = new Set<string>();
    tracker.feed.subscribe(() => {
      for (const card of tracker.feed.since(tracker.feed.frame - 1)?.cards ?? []) told.add(card);
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

  test('a reader that holds a snapshot and leaves: the log of changes shrinks again', async () => {
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
    // The next checkpoint brings it all in, and the commit after that begins anew.
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

test('a shutdown while the database is locked stops every handler, and says that it could not write', async () => {
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
    // What got further may try again without having used up an attempt.
    expect(rowOf(exhausted)).toMatchObject({ status: 'retrying', failure: null });
    for (let tries = 0; tries < 2; tries++) {
      await clock.advance(3 * HOUR_MS);
      fail('exhausted', new Error('not yet'));
      await clock.advance(100);
    }
    expect(rowOf(exhausted)).toMatchObject({ status: 'failed', failure: 'exhausted' });
    for (const page of [tracker.reader.listJobs({}), { jobs: tracker.getAllJobs() }])
      expect(new Map(page.jobs.map(({ id, failure }) => [id, failure]))).toEqual(
        new Map([
          [permanent, 'permanent'],
          [exhausted, 'exhausted'],
        ]),
      );
    await stop(tracker, clock);
  });
});
