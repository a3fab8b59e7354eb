import { describe, expect, test } from 'bun:test';
import { type HistoryQuery, PermanentError } from '../../src/jobs/index.ts';
import { IS_ON_POSTGRES } from '../support/job_database.ts';
import { errand, setup } from '../support/jobs.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const START = Date.UTC(2026, 0, 1);
const RUNS = IS_ON_POSTGRES ? 200 : 1_000;
const FIRST_DAY: HistoryQuery = { by: 'day', since: START, until: START + DAY };

/** Tracked jobs that the test ends. */
function setupRuns() {
  const all = setup();
  const run = async (ms: number, failure?: string, type: 'errand' | 'chore' = 'errand') => {
    const { jobId } = await all.tracker.createJob(type);
    all.clock.skip(ms);
    await all.tracker.completeJob(jobId, failure === undefined, failure);
    return jobId;
  };
  return { ...all, run };
}

describe('FEATURES 22: the history of jobs', () => {
  test('counts ends by type, hour and status', async () => {
    const { tracker, clock, run } = setupRuns();
    await run(MINUTE);
    await run(MINUTE, 'No such user.');
    await run(MINUTE, undefined, 'chore');
    clock.skip(HOUR);
    await run(MINUTE);
    const { types } = await tracker.reader.history({
      by: 'hour',
      since: START,
      until: START + 2 * HOUR,
    });
    expect(types.map(({ type }) => type)).toEqual(['chore', 'errand']);
    expect(types[1]).toMatchObject({ completed: 2, failed: 1, cancelled: 0 });
    expect(types[1]?.periods).toMatchObject([
      { start: new Date(START), completed: 1, failed: 1 },
      { start: new Date(START + HOUR), completed: 1, failed: 0 },
    ]);
  });

  test('B8: gives the exact durations of few completed jobs', async () => {
    const { tracker, clock, run } = setupRuns();
    await run(46_000);
    await run(93_000);
    const [errands] = (await tracker.reader.history(FIRST_DAY)).types;
    expect(errands).toMatchObject({ medianMs: 46_000, p95Ms: 93_000, approximate: false });
    expect(errands?.periods[0]).toMatchObject({ medianMs: 46_000, approximate: false });
    for (let n = 0; n < 18; n++) await run(46_000 + n);
    clock.skip(HOUR);
    await run(47_000);
    const [more] = (await tracker.reader.history(FIRST_DAY)).types;
    expect(more).toMatchObject({ medianMs: 46_009, p95Ms: 47_000, approximate: false });
  });

  test('B8: keeps the exact durations when the log of changes is deleted', async () => {
    const { tracker, database, clock, run } = setupRuns();
    for (let n = 1; n <= 3; n++) await run(n * 1_001);
    await tracker.initialize();
    clock.skip(HOUR);
    await clock.advance(1_000);
    const kept = await database.all<{ durations: string }>('SELECT durations FROM job_ends');
    const counted = kept.flatMap(({ durations }) => JSON.parse(durations));
    expect(counted).toHaveLength(3);
    await run(2_003);
    const [errands] = (await tracker.reader.history(FIRST_DAY)).types;
    expect(errands).toMatchObject({ completed: 4, medianMs: 2_002, p95Ms: 3_003 });
    expect(errands?.approximate).toBe(false);
    await tracker.stop();
  });

  test('B8: says that durations are approximate when an earlier version counted some', async () => {
    const { tracker, database, run } = setupRuns();
    await run(46_000);
    const start = START - (START % HOUR);
    await database.run(
      "INSERT INTO job_ends (hour, type, status, bucket, count) VALUES (?, 'errand', 'completed', 61, 1)",
      start,
    );
    const [errands] = (await tracker.reader.history(FIRST_DAY)).types;
    expect(errands?.approximate).toBe(true);
    expect(errands?.medianMs).toBeWithin(46_000 * 0.9, 46_000 * 1.1);
  });

  test('B8: gives the durations of many completed jobs within a tenth, and says so', async () => {
    const { tracker, clock, run } = setupRuns();
    for (let n = 0; n < RUNS; n++) await run(((n % 100) + 1) * 10);
    await run(10 * HOUR, 'Too slow.');
    await tracker.initialize();
    clock.skip(HOUR);
    await clock.advance(1_000);
    const [errands] = (await tracker.reader.history(FIRST_DAY)).types;
    expect(errands?.medianMs).toBeWithin(500 * 0.9, 500 * 1.1);
    expect(errands?.p95Ms).toBeWithin(950 * 0.9, 950 * 1.1);
    expect(errands?.approximate).toBe(true);
    await tracker.stop();
  });

  test('counts each end of a job that is retried, and a cancel without a duration', async () => {
    let fails = true;
    const definition = errand(async () => {
      if (fails) throw new PermanentError('The source refused.');
      return {};
    });
    const { tracker, clock } = setup({ definitions: [definition] });
    const { id } = await tracker.enqueue('errand', { name: 'one' });
    await tracker.start();
    await clock.advance(1_000);
    fails = false;
    await tracker.retryJob(id);
    await clock.advance(1_000);
    await tracker.stop();
    const { id: waiting } = await tracker.enqueue('errand', { name: 'two' });
    await tracker.cancelJob(waiting);
    const [errands] = (await tracker.reader.history(FIRST_DAY)).types;
    expect(errands).toMatchObject({ completed: 1, failed: 1, cancelled: 1 });
    expect(errands?.reasons).toEqual([{ reason: 'The source refused.', count: 1 }]);
  });

  test('gives the most frequent reasons, cut to 200 characters, 20 for each day and type', async () => {
    const { tracker, run } = setupRuns();
    await run(1, 'x'.repeat(300));
    for (let n = 1; n <= 30; n++) await run(1, `No such user: ${n}.`);
    for (let n = 1; n <= 5; n++) await run(1, 'No such user: 1.');
    const [errands] = (await tracker.reader.history(FIRST_DAY)).types;
    expect(errands?.reasons).toHaveLength(21);
    expect(errands?.reasons.slice(0, 2)).toEqual([
      { reason: '', count: 11 },
      { reason: 'No such user: 1.', count: 6 },
    ]);
    expect(errands?.reasons.map(({ reason }) => reason)).toContain(`${'x'.repeat(199)}…`);
  });

  test('A4: a reason is cut between characters', async () => {
    const { tracker, run } = setupRuns();
    for (const reason of [
      `${'x'.repeat(199)}e\u0301`,
      `${'y'.repeat(197)}👩‍👩‍👧‍👦`,
      '😀'.repeat(300),
    ]) {
      await run(1, reason);
    }
    const [errands] = (await tracker.reader.history(FIRST_DAY)).types;
    expect(errands?.reasons.map(({ reason }) => reason).sort()).toEqual([
      `${'x'.repeat(199)}…`,
      `${'y'.repeat(197)}…`,
      `${'😀'.repeat(199)}…`,
    ]);
  });

  test('can be filtered by type', async () => {
    const { tracker, run } = setupRuns();
    await run(1, 'Broken.');
    await run(1, 'Broken.', 'chore');
    const { types } = await tracker.reader.history({ ...FIRST_DAY, type: 'chore' });
    expect(types).toMatchObject([{ type: 'chore', failed: 1, reasons: [{ count: 1 }] }]);
  });

  test('is kept for a year after the jobs are deleted', async () => {
    const { tracker, clock, database, run } = setupRuns();
    const id = await run(MINUTE, 'Broken.');
    await tracker.initialize();
    clock.skip(2 * DAY);
    await clock.advance(1_000);
    expect(tracker.getJob(id)).toBeUndefined();
    expect((await tracker.reader.history(FIRST_DAY)).types).toMatchObject([
      { type: 'errand', failed: 1 },
    ]);
    clock.skip(366 * DAY);
    await clock.advance(1_000);
    expect((await tracker.reader.history(FIRST_DAY)).types).toEqual([]);
    expect(await database.all('SELECT * FROM job_failures')).toEqual([]);
    await tracker.stop();
  });
});
