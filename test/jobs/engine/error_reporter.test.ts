import { describe, expect, test } from 'bun:test';
import { ErrorReporter } from '../../../src/jobs/engine/error_reporter.ts';
import { DATABASE_GONE } from '../../../src/platform/database_issue.ts';
import { createLogger } from '../../../src/platform/logger.ts';
import { errand, setup } from '../../support/jobs.ts';

function logging() {
  const log: string[] = [];
  return { log, logger: createLogger('info', (line) => log.push(line)) };
}

describe('a database that cannot be written to, without a watch', () => {
  test('is logged once, not at every retry, and once more when it has recovered', async () => {
    const { log, logger } = logging();
    const { tracker, clock, database } = setup({ logger });
    const job = await tracker.createJob('errand');
    await database.setReadOnly(true);
    for (let step = 1; step <= 20; step++) await job.updateProgress(step, 20, 'Working');
    await clock.advance(60_000);
    const told = (words: string) => log.filter((line) => line.includes(words)).length;
    expect(told('Progress could not be written')).toBe(1);
    expect(told('The leases could not be renewed')).toBe(1);
    await database.setReadOnly(false);
    await clock.advance(2_000);
    expect(told('Progress could not be written: recovered.')).toBe(1);
    expect(tracker.getJob(job.jobId)?.progress.current).toBe(20);
    await tracker.stop();
  });

  test('postpones jobs without using up attempts or undoing steps, and they resume afterwards', async () => {
    const { database, ...rest } = setup({
      definitions: [
        errand(
          async (_, job) => {
            await job.step('one', () => 'done', { compensate: () => void undone++ });
            if (isFull) throw Object.assign(new Error('full'), { code: 'SQLITE_FULL' });
            await job.commit({}, { checkpoint: 1 });
            return 'done';
          },
          { retry: { maxAttempts: 1, baseMs: 1, maxMs: 1 } },
        ),
      ],
    });
    let isFull = true;
    let undone = 0;
    const { tracker, clock } = rest;
    await tracker.start();
    const { id } = await tracker.enqueue('errand', {});
    await clock.advance(60_000);
    const waiting = tracker.getJob(id);
    expect(waiting).toMatchObject({
      status: 'retrying',
      errors: [],
      errorMessage: 'The disk is full. The job resumes automatically afterwards.',
    });
    expect(waiting?.attempt).toBeGreaterThan(5);
    expect(undone).toBe(0);
    isFull = false;
    await clock.advance(6_000);
    expect(tracker.getJob(id)).toMatchObject({ status: 'completed', result: 'done' });
    await tracker.stop();
  });
});

test('an error that is not tried again is warned of, unless the watch reports it', () => {
  const { log, logger } = logging();
  const errors = new ErrorReporter(logger);
  errors.warn('The first list was not read.', new Error('broken'));
  errors.watch = { obstacle: () => undefined, noticed: () => DATABASE_GONE };
  errors.warn('The second list was not read.', new Error('gone'));
  expect(log).toEqual([
    expect.stringMatching(/ warn +The first list was not read\. error=".*broken/),
  ]);
});

describe('an obstacle that the watch reports', () => {
  test('stops every write; refused writes succeed once it is gone', async () => {
    let obstacle: typeof DATABASE_GONE | undefined;
    const noticed: unknown[] = [];
    const { log, logger } = logging();
    const { tracker, clock, rowOf } = setup({ logger, definitions: [errand(async () => 'done')] });
    tracker.errors.watch = {
      obstacle: () => obstacle,
      noticed: (error) => {
        noticed.push(error);
        return obstacle;
      },
    };
    await tracker.start();
    const { jobId } = await tracker.createJob('chore');
    obstacle = DATABASE_GONE;
    await expect(tracker.enqueue('errand', {})).rejects.toThrow(obstacle.title);
    await expect(tracker.createJob('chore')).rejects.toThrow(obstacle.title);
    await expect(tracker.cancelJob(jobId)).rejects.toThrow(obstacle.title);
    await expect(tracker.removeJob(jobId, { force: true })).rejects.toThrow(obstacle.title);
    const before = await rowOf(jobId);
    await clock.advance(10_000);
    expect(await rowOf(jobId)).toEqual(before);
    expect(noticed.length).toBeGreaterThan(0);
    expect(log).toEqual([]);
    obstacle = undefined;
    const { id } = await tracker.enqueue('errand', {});
    await clock.advance(1_000);
    expect(tracker.getJob(id)?.status).toBe('completed');
    await tracker.stop();
  });
});
