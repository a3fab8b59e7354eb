import { Database } from 'bun:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Job } from '../../../../src/jobs/index.ts';
import { createSqliteJobHistory } from '../../../../src/jobs/store/sqlite/history.ts';
import { migrate, openDatabase } from '../../../../src/platform/database.ts';
import { consequences } from '../../../support/clock.ts';
import { errand, setupOnSqlite } from '../../../support/jobs.ts';
import { fill, type OldAttempt, type OldRow } from './old_program.ts';

const START = Date.UTC(2026, 0, 1);

const MINUTE = 60_000;

let folder: string;

let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'xgpt-migrated-'));
  path = join(folder, 'xgpt.sqlite');
});

afterEach(() => rmSync(folder, { recursive: true }));

/** A database of the program whose newest migration was 0014. */
function before(): Database {
  const all = join(import.meta.dir, '../../../../migrations');
  const old = join(folder, 'migrations');
  for (const file of readdirSync(all).filter((name) => name < '0015'))
    cpSync(join(all, file), join(old, file));
  const db = new Database(path, { create: true, strict: true });
  db.run('PRAGMA journal_mode = WAL');
  db.run('PRAGMA synchronous = OFF');
  migrate(db, old);
  return db;
}

/** The job as that program read it; it did not store why a job failed. */
function toldBefore(row: OldRow): Partial<Job> {
  const date = (ms: number | null) => (ms === null ? undefined : new Date(ms));
  const value = (json: string | null) => (json === null ? undefined : JSON.parse(json));
  return defined({
    id: row.id,
    type: row.type as Job['type'],
    status: row.status,
    tracked: row.tracked === 1,
    createdAt: date(row.created_at),
    // A job that waits in the queue has not started.
    startedAt: row.status === 'queued' ? undefined : date(row.started_at),
    updatedAt: date(row.updated_at),
    // Derived: it was silent since.
    stalledSince: row.status === 'running' ? date(row.updated_at) : undefined,
    completedAt: date(row.completed_at),
    dismissedAt: date(row.dismissed_at),
    retryAt: date(row.retry_at),
    progress: defined({
      current: row.progress_current,
      total: row.progress_total,
      message: row.progress_message,
      stage: row.progress_stage ?? undefined,
    }) as Job['progress'],
    metadata: value(row.metadata),
    result: value(row.result),
    errorMessage: row.error_message ?? undefined,
    errors: value(row.errors),
    attempt: row.attempt,
    attemptsUsed: row.attempt,
    maxAttempts: row.max_attempts,
    priority: 0,
    sessionId: row.session_id ?? undefined,
    parentId: row.parent_id ?? undefined,
  });
}

function defined<Value extends object>(value: Value): Partial<Value> {
  return Object.fromEntries(
    Object.entries(value).filter(([, part]) => part !== undefined),
  ) as Partial<Value>;
}

/** Fills an old database, and opens it with this program. */
function opened(pid = process.pid) {
  const old = before();
  fill(old, pid);
  const rows = old.query<OldRow, []>('SELECT * FROM jobs ORDER BY turn').all();
  const attempts = old
    .query<OldAttempt, []>('SELECT * FROM job_attempts ORDER BY job_id, attempt')
    .all();
  const all = (sql: string) => old.query<Record<string, unknown>, []>(sql).all();
  const [ends, failures] = [all('SELECT * FROM job_ends'), all('SELECT * FROM job_failures')];
  const [steps, logs] = [all('SELECT * FROM job_steps'), all('SELECT * FROM job_log')];
  old.close();
  const runs: string[] = [];
  const definition = errand(async (_, job) => void runs.push(job.jobId));
  const now = setupOnSqlite(
    { definitions: [definition], keepFinishedMs: 9e12 },
    openDatabase(path),
  );
  return { ...now, rows, attempts, ends, failures, steps, logs, runs };
}

describe('a database from before the jobs table was reduced', () => {
  test('has jobs in every status', () => {
    const { rows } = opened();
    expect(new Set(rows.map(({ status }) => status)).size).toBe(7);
    expect(new Set(rows.map(({ owner }) => owner)).size).toBe(2);
  });

  test('reads every job as before, and why the failed ones failed', async () => {
    const { tracker, rows } = opened();
    const failures: Record<string, string> = {
      'errand-permanent': 'permanent',
      'errand-exhausted': 'exhausted',
      'scrape-interrupted': 'interrupted',
    };
    for (const row of rows) {
      const failure = failures[row.id];
      const expected = { ...toldBefore(row), ...(failure && { failure }) } as Job;
      expect(tracker.getJob(row.id)).toEqual(expected);
      expect(await tracker.reader.getBriefJob(row.id)).toEqual(expected);
    }
  });

  test('has the attempts, steps, children and logs of the jobs', async () => {
    const { tracker, database, rows, attempts, steps, logs } = opened();
    for (const { id } of rows) {
      const told = (await tracker.reader.detailsOf(id)).attempts.map((attempt) => ({
        job_id: id,
        attempt: attempt.attempt,
        started_at: attempt.startedAt.getTime(),
        ended_at: attempt.endedAt?.getTime() ?? null,
        outcome: attempt.outcome ?? null,
        error: attempt.error ?? null,
      }));
      expect(told).toEqual(attempts.filter(({ job_id }) => job_id === id) as typeof told);
    }
    expect(database.query('SELECT * FROM job_steps').all()).toEqual(steps);
    expect((await tracker.reader.stepsOf('errand-exhausted')).map(({ status }) => status)).toEqual([
      'failed',
      'skipped',
    ]);
    expect(database.query('SELECT * FROM job_log').all()).toEqual(logs);
    expect((await tracker.reader.readLog('errand-done')).text).toBe(
      'Read page 1.\nRead page 2: naïve, 🎉.\n',
    );
    expect((await tracker.reader.detailsOf('errand-parent')).children.map(({ id }) => id)).toEqual([
      'errand-child-1',
      'errand-child-2',
    ]);
  });

  test('has the same history', async () => {
    const { database, ends, failures } = opened();
    const history = createSqliteJobHistory(database);
    const ever = { since: 0, until: START + 9e9 };
    const byPlace = (a: object, b: object) => JSON.stringify(a).localeCompare(JSON.stringify(b));
    const told = (await history.ends({ by: 'hour', ...ever })).map(({ start, ...end }) => ({
      hour: start,
      ...end,
    }));
    expect(told.sort(byPlace)).toEqual(ends.sort(byPlace) as typeof told);
    expect(ends.length).toBeGreaterThan(3);
    const reasons = (await history.failures({ by: 'day', ...ever })).map(({ reason }) => reason);
    expect(reasons.sort()).toEqual(failures.map(({ reason }) => reason as string).sort());
  });

  test('shows them in lists, sessions and the taskbar', async () => {
    const { tracker, rows } = opened();
    const newestFirst = rows.toSorted((a, b) => b.created_at - a.created_at);
    const idsOf = (those: OldRow[]) => those.map(({ id }) => id);
    const listed = async (query: Parameters<typeof tracker.reader.listJobs>[0]) =>
      (await tracker.reader.listJobs(query)).jobs.map(({ id }) => id);
    expect(await listed({})).toEqual(idsOf(newestFirst));
    for (const status of new Set(rows.map((row) => row.status)))
      expect(await listed({ status })).toEqual(
        idsOf(newestFirst.filter((row) => row.status === status)),
      );
    expect(await listed({ session: 'night', type: 'errand' })).toEqual(
      idsOf(newestFirst.filter(({ session_id }) => session_id === 'night')),
    );
    expect(await listed({ failure: 'interrupted' })).toEqual(['scrape-interrupted']);
    expect(await tracker.reader.recentSessions(5)).toMatchObject([{ id: 'night', jobs: 6 }]);
    expect(tracker.getActiveJobs().map(({ id }) => id)).toEqual([
      ...['errand-parent', 'scrape-running', 'errand-cancelling'],
      ...['errand-first', 'errand-due', 'errand-second', 'errand-later', 'errand-child-2'],
    ]);
    expect(await tracker.reader.countActive()).toEqual({ running: 3, waiting: 5 });
    const shown = (await tracker.reader.getCurrentJobs(new Date(START), 10)).map(({ id }) => id);
    expect(shown).toContain('scrape-running');
    expect(shown).toContain('errand-first');
    expect(shown).toContain('errand-permanent');
    expect(shown).not.toContain('scrape-interrupted');
  });

  test('runs the waiting jobs in order, and rescues the abandoned ones', async () => {
    const gone = Bun.spawn(['true']);
    await gone.exited;
    const { tracker, clock, runs } = opened(gone.pid);
    await tracker.start();
    await clock.advance(1_000);
    await consequences();
    // The job that was running before the others were queued runs first.
    expect(runs).toEqual([
      ...['errand-parent', 'errand-first', 'errand-due', 'errand-second', 'errand-child-2'],
    ]);
    expect(tracker.getJob('errand-due')).toMatchObject({ status: 'completed', attempt: 2 });
    expect(tracker.getJob('scrape-running')).toMatchObject({
      status: 'failed',
      failure: 'interrupted',
    });
    expect(tracker.getJob('errand-cancelling')?.status).toBe('cancelled');
    expect(tracker.getJob('errand-later')?.status).toBe('retrying');
    const { id } = await tracker.enqueue('errand', {});
    clock.skip(600 * MINUTE);
    await clock.advance(1_000);
    expect(runs.slice(-2)).toEqual([id, 'errand-later']);
    await tracker.stop();
  });

  test('is intact, with its links between parents and children', async () => {
    const { tracker, database } = opened();
    expect(database.query('PRAGMA foreign_key_check').all()).toEqual([]);
    expect(database.query('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }]);
    expect(
      database.query("SELECT name FROM sqlite_master WHERE sql LIKE '%jobs_new%'").all(),
    ).toEqual([]);
    await tracker.removeJob('errand-parent', { force: true });
    expect(tracker.getJob('errand-child-1')).not.toHaveProperty('parentId');
  });

  test('keeps these links when a connection enforces foreign keys', () => {
    const old = before();
    fill(old, process.pid);
    old.run('PRAGMA foreign_keys = ON');
    const { tracker } = setupOnSqlite({}, old);
    expect(tracker.getJob('errand-child-1')?.parentId).toBe('errand-parent');
  });
});
