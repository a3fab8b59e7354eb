import { describe, expect, test } from 'bun:test';
import type { Job, JobQuery } from '../../src/jobs/index.ts';
import { FAILURES, WINDOW } from '../../src/jobs/listing.ts';
import type { JobDatabase } from '../support/job_database.ts';
import { setup } from '../support/jobs.ts';

const START = Date.UTC(2026, 0, 1);

/** Writes ended jobs 1 … n, a second apart; SQL gives the type, which differs from job to job. */
async function fill(
  db: JobDatabase,
  n: number,
  { type = "'errand'", status = 'completed' } = {},
): Promise<void> {
  await db.run(`
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${n})
    INSERT INTO jobs (id, type, status, created_at, updated_at, completed_at, metadata)
    SELECT 'job-' || substr(CAST(1000000 + i AS TEXT), 2), ${type}, '${status}', ${START} + i * 1000, ${START}, ${START},
           '{"name":"number ' || i || '"}' FROM n`);
}

async function setupList(n: number, options?: Parameters<typeof fill>[2]) {
  const all = setup();
  await fill(all.database, n, options);
  const numbers = ({ jobs }: { jobs: Job[] }) => jobs.map(({ id }) => Number(id.slice(4)));
  return { ...all, numbers };
}

describe('the pages of a list', () => {
  test('lead to older jobs and back to the same newer ones', async () => {
    const { tracker, numbers } = await setupList(10);
    const first = await tracker.reader.listJobs({ limit: 4 });
    const second = await tracker.reader.listJobs({ limit: 4, cursor: first.nextCursor });
    const third = await tracker.reader.listJobs({ limit: 4, cursor: second.nextCursor });
    expect([first, second, third].map(numbers)).toEqual([
      [10, 9, 8, 7],
      [6, 5, 4, 3],
      [2, 1],
    ]);
    expect(first.newerCursor).toBeUndefined();
    expect(third.nextCursor).toBeUndefined();
    const back = await tracker.reader.listJobs({ limit: 4, newerThan: third.newerCursor });
    expect(numbers(back)).toEqual([6, 5, 4, 3]);
    expect(await tracker.reader.listJobs({ limit: 4, cursor: back.nextCursor })).toEqual(third);
  });

  test('end with the newest page, which is full', async () => {
    const { tracker, numbers } = await setupList(10);
    const second = await tracker.reader.listJobs({
      limit: 7,
      cursor: (await tracker.reader.listJobs({ limit: 2 })).nextCursor,
    });
    const back = await tracker.reader.listJobs({ limit: 7, newerThan: second.newerCursor });
    expect(numbers(back)).toEqual([10, 9, 8, 7, 6, 5, 4]);
    expect(back.newerCursor).toBeUndefined();
  });

  test.each<[string, JobQuery]>([
    ['a time', { since: START + 4_000, until: START + 8_000 }],
    ['a status', { status: 'completed', since: START + 4_000, until: START + 8_000 }],
    ['a type', { type: 'errand', since: START + 4_000, until: START + 8_000 }],
    ['words', { q: 'NUMBER', since: START + 4_000, until: START + 8_000 }],
  ])('stay within %s in both directions', async (_, query) => {
    const { tracker, numbers } = await setupList(10);
    const first = await tracker.reader.listJobs({ ...query, limit: 2 });
    expect(numbers(first)).toEqual([7, 6]);
    const second = await tracker.reader.listJobs({ ...query, limit: 2, cursor: first.nextCursor });
    expect(numbers(second)).toEqual([5, 4]);
    expect(second.nextCursor).toBeUndefined();
    expect(
      numbers(await tracker.reader.listJobs({ ...query, limit: 1, newerThan: second.newerCursor })),
    ).toEqual([6]);
  });
});

describe('a search among very many', () => {
  test('checks a window of jobs at a time, says how far back it got, and continues from there', async () => {
    const { tracker, numbers } = await setupList(2 * WINDOW + 5);
    const first = await tracker.reader.listJobs({ q: 'number 3"' });
    expect(first.jobs).toEqual([]);
    expect(first.lookedBackTo).toEqual(new Date(START + (WINDOW + 6) * 1_000));
    const second = await tracker.reader.listJobs({ q: 'number 3"', cursor: first.nextCursor });
    expect(second.jobs).toEqual([]);
    const third = await tracker.reader.listJobs({ q: 'number 3"', cursor: second.nextCursor });
    expect(numbers(third)).toEqual([3]);
    expect(third.lookedBackTo).toBeUndefined();
    expect(third.nextCursor).toBeUndefined();
  });

  test('finds the same with other filters', async () => {
    const { tracker, numbers } = await setupList(30, {
      type: "CASE i % 2 WHEN 1 THEN 'errand' ELSE 'chore' END",
    });
    expect(numbers(await tracker.reader.listJobs({ q: 'number 2', type: 'chore' }))).toEqual([
      28, 26, 24, 22, 20, 2,
    ]);
    expect(
      numbers(await tracker.reader.listJobs({ q: 'number 2', type: 'chore', status: 'failed' })),
    ).toEqual([]);
  });
});

test('FEATURES 11: failed jobs can be filtered by why they failed', async () => {
  const { tracker, database, numbers } = await setupList(8, { status: 'failed' });
  for (const [index, failure] of FAILURES.entries()) {
    const ids = [`job-${pad(index + 1)}`, `job-${pad(index + 1 + FAILURES.length)}`] as const;
    await database.run('UPDATE jobs SET failure = ? WHERE id IN (?, ?)', failure, ...ids);
  }
  expect(FAILURES).toHaveLength(4);
  expect(numbers(await tracker.reader.listJobs({ status: 'failed' }))).toEqual([
    8, 7, 6, 5, 4, 3, 2, 1,
  ]);
  for (const [index, failure] of FAILURES.entries()) {
    const { jobs } = await tracker.reader.listJobs({ failure });
    expect(numbers({ jobs })).toEqual([index + 5, index + 1]);
    expect(jobs.map((job) => job.failure)).toEqual([failure, failure]);
  }
});

test('jobs that the program queues for itself are not listed, unless their type is asked for', async () => {
  const { tracker, database } = setup({ internal: ['deliver' as Job['type']] });
  await fill(database, 6, { type: "CASE WHEN i % 2 = 1 THEN 'deliver' ELSE 'errand' END" });
  const count = async (query: JobQuery) => (await tracker.reader.listJobs(query)).jobs.length;
  expect(await count({})).toBe(3);
  expect(await count({ type: 'deliver' as Job['type'] })).toBe(3);
});

const pad = (n: number) => String(n).padStart(6, '0');

describe('FEATURES 27: sessions', () => {
  test('sum up the statuses and the progress of their jobs', async () => {
    const { tracker } = setup();
    const start = (sessionId: string) => tracker.enqueue('errand', { name: 'one' }, { sessionId });
    await start('night');
    const { id } = await start('night');
    await tracker.cancelJob(id);
    await start('day');
    expect(await tracker.reader.sessionSummary('night')).toEqual({
      jobs: 2,
      byStatus: { queued: 1, cancelled: 1 },
      progress: { current: 0, total: 0 },
    });
    expect(
      (await tracker.reader.recentSessions(10)).map(({ id, jobs }) => [id, jobs]),
    ).toContainEqual(['night', 2]);
  });

  test('add up the progress of the jobs whose total is known', async () => {
    const { tracker, database } = await setupList(3);
    await database.run(`UPDATE jobs SET session_id = 'night', progress_current = 30,
      progress_total = CASE id WHEN 'job-000001' THEN 0 WHEN 'job-000002' THEN 100 ELSE 20 END`);
    expect((await tracker.reader.sessionSummary('night')).progress).toEqual({
      current: 50,
      total: 120,
    });
  });

  test('are listed by their last job', async () => {
    const { tracker, database } = await setupList(9);
    await database.run(
      `UPDATE jobs SET session_id = CASE WHEN id < 'job-000005' THEN 'early' ELSE 'late' END`,
    );
    expect(await tracker.reader.recentSessions(10)).toMatchObject([
      { id: 'late', jobs: 5, lastJobAt: new Date(START + 9_000), byStatus: { completed: 5 } },
      { id: 'early', jobs: 4 },
    ]);
    expect(await tracker.reader.recentSessions(1)).toHaveLength(1);
  });
});
