import { describe, expect, test } from 'bun:test';
import type { JobAttempt } from '../../src/jobs/details.ts';
import type { Job } from '../../src/jobs/job.ts';
import { attemptsOf, attemptWords } from '../../src/text/attempts.ts';
import { errand, setup, untilAborted } from '../support/jobs.ts';
import { ago, jobView } from '../views/job_view.ts';

/** One that may have 5 attempts. */
const job = (parts: Partial<Job>) => jobView({ maxAttempts: 5, ...parts }).job;

const ended = (...outcomes: JobAttempt['outcome'][]): JobAttempt[] =>
  outcomes.map((outcome, n) => ({ attempt: n + 1, startedAt: ago(9), outcome }));

describe('A12: the attempts of a job', () => {
  test.each<[string, number, number, number, number]>([
    // what happened, attempt, attemptsUsed → used, not counted
    ['it waits for the first time', 0, 0, 0, 0],
    ['it runs for the first time', 1, 1, 1, 0],
    ['it failed twice and runs again', 3, 3, 3, 0],
    ['it was interrupted and waits', 1, 0, 0, 1],
    ['it was interrupted and runs', 2, 1, 1, 1],
    ['it failed five times, was retried and waits', 5, 0, 0, 5],
    ['it failed five times, was retried and failed again', 6, 1, 1, 5],
  ])('are those that count: %s', (_, attempt, attemptsUsed, used, uncounted) => {
    expect(attemptsOf(job({ attempt, attemptsUsed }))).toEqual({ used, limit: 5, uncounted });
  });

  test('of a tracked job is one', () => {
    const tracked = job({ tracked: true, maxAttempts: 1 });
    expect(attemptWords(tracked)).toBe('1 of 1');
  });

  test('are separate from those that do not count', () => {
    const [once, twice] = [
      job({ attempt: 2, attemptsUsed: 1 }),
      job({ attempt: 4, attemptsUsed: 1 }),
    ];
    expect(attemptWords(job({}))).toBe('1 of 5');
    expect(attemptWords(once)).toBe('1 of 5 · not counted: 1 earlier');
    expect(attemptWords(once, ended('interrupted', undefined))).toBe(
      '1 of 5 · not counted: 1 interrupted',
    );
    expect(attemptWords(twice, ended('interrupted', 'released', 'failed', undefined))).toBe(
      '1 of 5 · not counted: 1 interrupted, 1 requeued at shutdown, 1 other',
    );
    expect(attemptWords(twice, ended('postponed', 'postponed', 'released', undefined))).toBe(
      '1 of 5 · not counted: 2 postponed, 1 requeued at shutdown',
    );
    expect(attemptWords(twice, ended('failed', 'failed', 'failed', undefined))).toBe(
      '1 of 5 · not counted: 3 earlier',
    );
  });

  test('count interruptions once there are too many of them', () => {
    const often = job({ attempt: 12, attemptsUsed: 2 });
    expect(attemptWords(often, ended(...Array<'interrupted'>(11).fill('interrupted')))).toBe(
      '2 of 5 · not counted: 10 interrupted',
    );
  });
});

describe('A12: the attempts in words', () => {
  test('after a manual retry start with the first attempt again', async () => {
    const failing = errand(() => Promise.reject(new Error('Not today.')), {
      retry: { maxAttempts: 1, baseMs: 1, maxMs: 1 },
    });
    const { tracker, clock } = setup({ definitions: [failing] });
    await tracker.start();
    const { id } = await tracker.enqueue('errand', {});
    const words = async () =>
      attemptWords(tracker.getJob(id) as Job, (await tracker.reader.detailsOf(id)).attempts);
    await clock.advance(10);
    expect(await words()).toBe('1 of 1');
    await tracker.retryJob(id);
    await clock.advance(10);
    expect(tracker.getJob(id)).toMatchObject({ status: 'failed', attempt: 2 });
    expect(await words()).toBe('1 of 1 · not counted: 1 earlier');
  });

  test('after a shutdown are still the first attempt', async () => {
    const working = errand((_, { signal }) => untilAborted(signal));
    const first = setup({ definitions: [working] });
    await first.tracker.start();
    const { id } = await first.tracker.enqueue('errand', {});
    await first.clock.advance(10);
    const stopped = first.tracker.stop();
    await first.clock.advance(10_000);
    await stopped;
    const second = setup({ definitions: [working] }, first.database);
    const words = async () =>
      attemptWords(
        second.tracker.getJob(id) as Job,
        (await second.tracker.reader.detailsOf(id)).attempts,
      );
    expect(await words()).toBe('0 of 5 · not counted: 1 requeued at shutdown');
    await second.tracker.start();
    await second.clock.advance(10);
    expect(second.tracker.getJob(id)).toMatchObject({ status: 'running', attempt: 2 });
    expect(await words()).toBe('1 of 5 · not counted: 1 requeued at shutdown');
  });

  test('after a crash are still the first attempt', async () => {
    const working = errand((_, { signal }) => untilAborted(signal));
    const first = setup({ definitions: [working] });
    await first.tracker.start();
    const { id } = await first.tracker.enqueue('errand', {});
    await first.clock.advance(10);
    // As the database of a process that is killed now is found.
    await first.database.run("UPDATE jobs SET owner = 'nowhere:1:gone', lease_until = 0");
    const second = setup({ definitions: [working] }, first.database);
    await second.tracker.start();
    await second.clock.advance(60_000);
    const job = second.tracker.getJob(id) as Job;
    expect(job).toMatchObject({ status: 'running', attempt: 2, attemptsUsed: 1, maxAttempts: 5 });
    expect(attemptWords(job, (await second.tracker.reader.detailsOf(id)).attempts)).toBe(
      '1 of 5 · not counted: 1 interrupted',
    );
  });
});
