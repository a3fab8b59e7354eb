import { Database } from 'bun:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newOwner } from '../../../src/jobs/engine/owner.ts';
import type { Job, JobStatus } from '../../../src/jobs/index.ts';
import { createSqliteJobHistory } from '../../../src/jobs/store/sqlite/history.ts';
import { migrate, openDatabase } from '../../../src/platform/database.ts';
import { consequences } from '../../support/clock.ts';
import { errand, setup } from '../../support/jobs.ts';

const START = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;
const INTERRUPTED = 'Interrupted: the process that ran it ended.';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'xgpt-migrated-'));
  path = join(folder, 'xgpt.sqlite');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A database as the program left it whose newest migration was 0014. */
function before(): Database {
  const all = join(import.meta.dir, '../../../migrations');
  const old = join(folder, 'migrations');
  for (const file of readdirSync(all).filter((name) => name < '0015'))
    cpSync(join(all, file), join(old, file));
  const db = new Database(path, { create: true, strict: true });
  db.run('PRAGMA journal_mode = WAL');
  db.run('PRAGMA synchronous = OFF');
  migrate(db, old);
  return db;
}

/** What that program did to jobs, in its own statements; each takes a minute. */
class OldProgram {
  now = START - 1_000 * MINUTE;
  readonly #owner: string;

  constructor(
    readonly db: Database,
    pid: number,
  ) {
    this.#owner = newOwner().replace(`:${process.pid}:`, `:${pid}:`);
  }

  enqueue(id: string, more: Partial<OldRow> = {}): string {
    this.#add({ id, type: 'errand', status: 'queued', max_attempts: 3, ...more });
    return id;
  }

  track(id: string, more: Partial<OldRow> = {}): string {
    const owner = this.#owner;
    const at = this.now + MINUTE;
    this.#add({
      ...{ id, type: 'scrape', status: 'running', tracked: 1, attempt: 1, max_attempts: 1 },
      ...{ owner, lease_until: at + 30_000, started_at: at, ...more },
    });
    return id;
  }

  claim(id: string): void {
    this.#set(
      id,
      `status = 'running', attempt = attempt + 1, advanced = 0, retry_at = NULL,
      owner = '${this.#owner}', lease_until = $now + 30000, started_at = $now`,
    );
  }

  progress(id: string, current: number, total: number, message: string): void {
    this.#set(
      id,
      `progress_current = ${current}, progress_total = ${total},
      progress_message = '${message}', progress_stage = 'reading'`,
    );
  }

  commit(id: string, checkpoint: object): void {
    this.#set(id, `advanced = 1, checkpoint = '${JSON.stringify(checkpoint)}'`);
  }

  complete(id: string, result: object): void {
    this.#end(id, 'completed', `result = '${JSON.stringify(result)}', error_message = NULL`);
  }

  fail(id: string, reason: string): void {
    const errors = `errors = json_insert(errors, '$[#]', '${reason}')`;
    this.#end(id, 'failed', `error_message = '${reason}', ${errors}`);
  }

  retryAt(id: string, reason: string, at: number): void {
    this.#set(
      id,
      `status = 'retrying', retry_at = ${at}, error_message = '${reason}',
      errors = json_insert(errors, '$[#]', '${reason}'), max_attempts = max_attempts + advanced,
      owner = NULL, lease_until = NULL`,
    );
  }

  release(id: string): void {
    this.#set(
      id,
      `status = 'queued', max_attempts = max_attempts + 1, owner = NULL,
      lease_until = NULL`,
    );
  }

  interrupt(id: string): void {
    this.#set(
      id,
      `status = 'queued', max_attempts = max_attempts + 1,
      interruptions = interruptions + 1, errors = json_insert(errors, '$[#]', '${INTERRUPTED}'),
      owner = NULL, lease_until = NULL`,
    );
  }

  cancel(id: string): void {
    this.#end(id, 'cancelled', 'retry_at = NULL');
  }

  askToStop(id: string): void {
    this.#set(id, "status = 'cancelling'");
  }

  retryByHand(id: string): void {
    this.#set(
      id,
      `turn = (SELECT MAX(turn) + 1 FROM jobs), max_attempts = attempt + 3,
      status = 'queued', result = NULL, error_message = NULL, completed_at = NULL,
      interruptions = 0, dismissed_at = NULL, progress_message = '', progress_stage = NULL,
      progress_current = 0, progress_total = 0`,
    );
  }

  dismiss(id: string): void {
    this.#set(id, 'dismissed_at = $now');
  }

  step(id: string, name: string, place: number, status: string): void {
    this.db.run(
      `INSERT INTO job_steps (job_id, name, place, status, result, started_at, ended_at)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
      [
        ...[id, name, place, status],
        ...(status === 'completed' ? ['{"pages":3}', this.now, this.now + 5] : [null, null, null]),
      ],
    );
  }

  log(id: string, ...lines: string[]): void {
    let position = 0;
    for (const line of lines) {
      const text = `${line}\n`;
      const bytes = Buffer.byteLength(text);
      this.db.run('INSERT INTO job_log VALUES (?, ?, ?, ?)', [id, position, bytes, text]);
      position += bytes;
    }
  }

  #add(row: Partial<OldRow>): void {
    this.now += MINUTE;
    const whole = {
      metadata: '{"name":"Ada"}',
      created_at: this.now,
      updated_at: this.now,
      ...row,
    };
    const names = Object.keys(whole);
    this.db.run(
      `INSERT INTO jobs (turn, ${names.join(', ')})
       VALUES ((SELECT COALESCE(MAX(turn), 0) + 1 FROM jobs), ${names.map(() => '?').join(', ')})`,
      Object.values(whole),
    );
  }

  #end(id: string, status: JobStatus, what: string): void {
    this.#set(
      id,
      `status = '${status}', ${what}, owner = NULL, lease_until = NULL,
      completed_at = $now`,
    );
  }

  #set(id: string, what: string): void {
    this.now += MINUTE;
    const { changes } = this.db
      .query(`UPDATE jobs SET ${what}, updated_at = $now WHERE id = $id`)
      .run({ id, now: this.now });
    if (changes === 0) throw new Error(`There is no ${id}.`);
  }
}

interface OldRow {
  id: string;
  type: string;
  status: JobStatus;
  tracked: number;
  turn: number;
  progress_current: number;
  progress_total: number;
  progress_message: string;
  progress_stage: string | null;
  metadata: string | null;
  result: string | null;
  error_message: string | null;
  errors: string;
  attempt: number;
  max_attempts: number;
  owner: string | null;
  lease_until: number | null;
  retry_at: number | null;
  session_id: string | null;
  parent_id: string | null;
  client: string | null;
  created_at: number;
  started_at: number | null;
  updated_at: number;
  completed_at: number | null;
  dismissed_at: number | null;
}

interface OldAttempt {
  job_id: string;
  attempt: number;
  started_at: number;
  ended_at: number | null;
  outcome: string | null;
  error: string | null;
}

/** Jobs in every status, and with everything that a job can have. */
function fill(db: Database, pid: number): void {
  const old = new OldProgram(db, pid);
  const night = { session_id: 'night' };

  old.claim(old.enqueue('errand-done', { ...night, client: 'ada' }));
  old.progress('errand-done', 20, 20, 'All read.');
  old.log('errand-done', 'Read page 1.', 'Read page 2: naïve, 🎉.');
  for (const [place, name] of ['scrape', 'embed'].entries())
    old.step('errand-done', name, place + 1, 'completed');
  old.complete('errand-done', { posts: 20 });

  // Failed twice, went on after a stop and a crash, and was done in the end.
  old.claim(old.enqueue('errand-tried', night));
  old.retryAt('errand-tried', 'The source was busy.', old.now + MINUTE);
  old.claim('errand-tried');
  old.commit('errand-tried', { page: 2 });
  old.retryAt('errand-tried', 'The source was busy again.', old.now + MINUTE);
  old.claim('errand-tried');
  old.release('errand-tried');
  old.claim('errand-tried');
  old.interrupt('errand-tried');
  old.claim('errand-tried');
  old.complete('errand-tried', { posts: 3 });

  old.claim(old.enqueue('errand-permanent'));
  old.fail('errand-permanent', 'No such user.');

  old.enqueue('errand-exhausted', { metadata: null });
  for (let attempt = 1; attempt <= 3; attempt++) {
    old.claim('errand-exhausted');
    if (attempt < 3) old.retryAt('errand-exhausted', `Broken ${attempt}.`, old.now + MINUTE);
  }
  old.step('errand-exhausted', 'scrape', 1, 'running');
  old.step('errand-exhausted', 'embed', 2, 'pending');
  old.fail('errand-exhausted', 'Broken 3.');

  old.track('scrape-interrupted');
  old.fail('scrape-interrupted', INTERRUPTED);
  old.dismiss('scrape-interrupted');

  old.claim(old.enqueue('errand-cancelled'));
  old.askToStop('errand-cancelled');
  old.cancel('errand-cancelled');
  old.cancel(old.enqueue('errand-never', { client: 'ada' }));

  // A parent and its children, of which one failed and is retried by hand.
  old.claim(old.enqueue('errand-parent', night));
  old.claim(old.enqueue('errand-child-1', { ...night, parent_id: 'errand-parent' }));
  old.complete('errand-child-1', {});
  old.claim(old.enqueue('errand-child-2', { ...night, parent_id: 'errand-parent' }));
  old.fail('errand-child-2', 'Not today.');

  old.enqueue('errand-first', { client: 'ada' });
  old.claim(old.enqueue('errand-due'));
  old.commit('errand-due', { page: 7 });
  old.retryAt('errand-due', 'Later.', old.now + MINUTE);
  old.enqueue('errand-second', { client: 'bob', ...night });
  old.claim(old.enqueue('errand-later'));
  old.retryAt('errand-later', 'Much later.', START + 600 * MINUTE);
  // It was there before the others, and stands at the end of the line now.
  old.retryByHand('errand-child-2');

  old.track('scrape-running');
  old.progress('scrape-running', 3, 9, 'Reading');
  old.claim(old.enqueue('errand-cancelling'));
  old.askToStop('errand-cancelling');
}

/** The job as that program told it, which knew no reason of a failure. */
function toldBefore(row: OldRow): Partial<Job> {
  const date = (ms: number | null) => (ms === null ? undefined : new Date(ms));
  const value = (json: string | null) => (json === null ? undefined : JSON.parse(json));
  return defined({
    id: row.id,
    type: row.type as Job['type'],
    status: row.status,
    tracked: row.tracked === 1,
    createdAt: date(row.created_at),
    startedAt: date(row.started_at),
    updatedAt: date(row.updated_at),
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
  const now = setup({ definitions: [definition], keepFinishedMs: 9e12 }, openDatabase(path));
  return { ...now, rows, attempts, ends, failures, steps, logs, runs };
}

describe('a database from before the table of jobs was slimmed', () => {
  test('has jobs in every status', () => {
    const { rows } = opened();
    expect(new Set(rows.map(({ status }) => status)).size).toBe(7);
    expect(new Set(rows.map(({ owner }) => owner)).size).toBe(2);
  });

  test('tells every job as it told it then, and why those failed that did', () => {
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
      expect(tracker.reader.getBriefJob(row.id)).toEqual(expected);
    }
  });

  test('has their attempts, steps, children and logs', async () => {
    const { tracker, database, rows, attempts, steps, logs } = opened();
    for (const { id } of rows) {
      const told = tracker.reader.detailsOf(id).attempts.map((attempt) => ({
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
    expect(tracker.reader.stepsOf('errand-exhausted').map(({ status }) => status)).toEqual([
      'failed',
      'skipped',
    ]);
    expect(database.query('SELECT * FROM job_log').all()).toEqual(logs);
    expect((await tracker.reader.readLog('errand-done')).text).toBe(
      'Read page 1.\nRead page 2: naïve, 🎉.\n',
    );
    expect(tracker.reader.detailsOf('errand-parent').children.map(({ id }) => id)).toEqual([
      'errand-child-1',
      'errand-child-2',
    ]);
  });

  test('has the history that it had', () => {
    const { database, ends, failures } = opened();
    const history = createSqliteJobHistory(database);
    const ever = { since: 0, until: START + 9e9 };
    const byPlace = (a: object, b: object) => JSON.stringify(a).localeCompare(JSON.stringify(b));
    const told = history
      .ends({ by: 'hour', ...ever })
      .map(({ start, ...end }) => ({ hour: start, ...end }));
    expect(told.sort(byPlace)).toEqual(ends.sort(byPlace) as typeof told);
    expect(ends.length).toBeGreaterThan(3);
    const reasons = history.failures({ by: 'day', ...ever }).map(({ reason }) => reason);
    expect(reasons.sort()).toEqual(failures.map(({ reason }) => reason as string).sort());
  });

  test('shows them in lists, sessions and the taskbar', () => {
    const { tracker, rows } = opened();
    const newestFirst = rows.toSorted((a, b) => b.created_at - a.created_at);
    const idsOf = (those: OldRow[]) => those.map(({ id }) => id);
    const listed = (query: Parameters<typeof tracker.reader.listJobs>[0]) =>
      tracker.reader.listJobs(query).jobs.map(({ id }) => id);
    expect(listed({})).toEqual(idsOf(newestFirst));
    for (const status of new Set(rows.map((row) => row.status)))
      expect(listed({ status })).toEqual(idsOf(newestFirst.filter((row) => row.status === status)));
    expect(listed({ session: 'night', type: 'errand' })).toEqual(
      idsOf(newestFirst.filter(({ session_id }) => session_id === 'night')),
    );
    expect(listed({ failure: 'interrupted' })).toEqual(['scrape-interrupted']);
    expect(tracker.reader.recentSessions(5)).toMatchObject([{ id: 'night', jobs: 6 }]);
    expect(tracker.getActiveJobs().map(({ id }) => id)).toEqual([
      ...['errand-parent', 'scrape-running', 'errand-cancelling'],
      ...['errand-first', 'errand-due', 'errand-second', 'errand-later', 'errand-child-2'],
    ]);
    expect(tracker.reader.countActive()).toEqual({ running: 3, waiting: 5 });
    const shown = tracker.reader.getCurrentJobs(new Date(START), 10).map(({ id }) => id);
    expect(shown).toContain('scrape-running');
    expect(shown).toContain('errand-first');
    expect(shown).toContain('errand-permanent');
    expect(shown).not.toContain('scrape-interrupted');
  });

  test('goes on with what waits, in its order, and settles what was left behind', async () => {
    const gone = Bun.spawn(['true']);
    await gone.exited;
    const { tracker, clock, runs } = opened(gone.pid);
    await tracker.start();
    await clock.advance(1_000);
    await consequences();
    // What was running before the others began goes on before them.
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

  test('is whole, and its links between parents and children hold', async () => {
    const { tracker, database } = opened();
    expect(database.query('PRAGMA foreign_key_check').all()).toEqual([]);
    expect(database.query('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }]);
    expect(
      database.query("SELECT name FROM sqlite_master WHERE sql LIKE '%jobs_new%'").all(),
    ).toEqual([]);
    await tracker.removeJob('errand-parent', { force: true });
    expect(tracker.getJob('errand-child-1')).not.toHaveProperty('parentId');
  });

  test('keeps these links also when it is opened by a connection that enforces them', () => {
    const old = before();
    fill(old, process.pid);
    old.run('PRAGMA foreign_keys = ON');
    const { tracker } = setup({}, old);
    expect(tracker.getJob('errand-child-1')?.parentId).toBe('errand-parent');
  });
});
