import { describe, expect, test } from 'bun:test';
import { JOB_STATUSES } from '../../../src/jobs/index.ts';
import { canBecome, isFinal, statusesBefore } from '../../../src/jobs/lifecycle.ts';
import { errand, setup } from '../../support/jobs.ts';

describe('FEATURES 1: the jobs table', () => {
  test('has the columns that a tracker needs, with the reported values', async () => {
    const { tracker, clock, rowOf } = setup();
    const startedAt = clock.now();
    const job = await tracker.createJob('scrape', { username: 'aurora_lab' });
    await job.updateProgress(5, 10, 'Half way');
    await clock.advance(50);
    await tracker.completeJob(job.jobId, false, 'The source is gone.');
    expect(await rowOf(job.jobId)).toMatchObject({
      id: job.jobId,
      type: 'scrape',
      status: 'failed',
      progress_current: 5,
      progress_total: 10,
      progress_message: 'Half way',
      metadata: '{"username":"aurora_lab"}',
      error_message: 'The source is gone.',
      started_at: startedAt,
      completed_at: clock.now(),
    });
  });
});

describe('FEATURES 26: a job keeps', () => {
  test('its four times, its input, its result, and the error of every failed attempt', async () => {
    let attempts = 0;
    const definition = errand(
      async ({ name }) => {
        attempts++;
        if (attempts === 1) throw new Error('not yet');
        return { greeted: name };
      },
      { retry: { maxAttempts: 2, baseMs: 1_000, maxMs: 1_000 } },
    );
    const { tracker, clock } = setup({ definitions: [definition] });
    const { id, createdAt } = await tracker.enqueue('errand', { name: 'Ada' });
    await tracker.start();
    await clock.advance(5_000);
    const job = tracker.getJob(id);
    expect(job).toMatchObject({
      createdAt,
      metadata: { name: 'Ada' },
      result: { greeted: 'Ada' },
      errors: ['not yet'],
    });
    expect(job?.startedAt?.getTime()).toBeGreaterThan(createdAt.getTime());
    expect(job?.completedAt?.getTime()).toBeGreaterThanOrEqual(job?.startedAt?.getTime() ?? 0);
    expect(job?.updatedAt).toEqual(job?.completedAt as Date);
  });
});

describe('the lifecycle table', () => {
  test('leaves a final status only by a retry, and has no dead ends', () => {
    for (const from of JOB_STATUSES) {
      for (const to of JOB_STATUSES) {
        if (isFinal(from)) expect(canBecome(from, to)).toBe(to === 'queued');
      }
      const waysOut = JOB_STATUSES.filter((to) => canBecome(from, to));
      expect(waysOut.length).toBeGreaterThan(0);
    }
    expect(statusesBefore('cancelled')).toEqual(['queued', 'retrying', 'cancelling']);
    expect(statusesBefore('completed')).toEqual(['running']);
  });
});
