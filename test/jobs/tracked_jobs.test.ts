import { describe, expect, test } from 'bun:test';
import { JOB_STATUSES, type Job } from '../../src/jobs/index.ts';
import { JobCard } from '../../views/jobs/job_card.tsx';
import { consequences } from '../support/clock.ts';
import { setup } from '../support/jobs.ts';

describe('FEATURES 2: a tracked job', () => {
  test('is running at once, on disk, with its metadata', async () => {
    const { tracker, rowOf } = setup();
    const job = await tracker.createJob('scrape', { username: 'aurora_lab', maxTweets: 100 });

    expect(job.jobId).toMatch(/^scrape-[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f-]+$/);
    expect(job.signal.aborted).toBe(false);
    expect(job.isCancelled()).toBe(false);
    expect(await rowOf(job.jobId)).toMatchObject({ type: 'scrape', status: 'running', attempt: 1 });
    expect(tracker.getJob(job.jobId)).toMatchObject({
      status: 'running',
      metadata: { username: 'aurora_lab', maxTweets: 100 },
      progress: { current: 0, total: 0, message: '' },
      errors: [],
    });
  });

  test('completes once: a second end changes nothing', async () => {
    const { tracker, clock } = setup();
    const { jobId } = await tracker.createJob('scrape');
    await clock.advance(5_000);

    expect(await tracker.completeJob(jobId, true)).toBe(true);
    const ended = tracker.getJob(jobId);
    expect(ended?.status).toBe('completed');
    expect(ended?.completedAt?.getTime()).toBe(clock.now());

    await clock.advance(1_000);
    expect(await tracker.completeJob(jobId, false, 'too late')).toBe(false);
    expect(tracker.getJob(jobId)).toEqual(ended as never);
  });

  test('fails with the given reason', async () => {
    const { tracker } = setup();
    const { jobId } = await tracker.createJob('embed');
    await tracker.completeJob(jobId, false, 'The model is missing.');
    expect(tracker.getJob(jobId)).toMatchObject({
      status: 'failed',
      errorMessage: 'The model is missing.',
      errors: ['The model is missing.'],
    });
  });

  test('reports progress through its context and through the tracker', async () => {
    const { tracker, clock, rowOf } = setup();
    const job = await tracker.createJob('scrape');
    await job.updateProgress(5, 10, 'Half way');
    expect(tracker.getJob(job.jobId)?.progress).toEqual({
      current: 5,
      total: 10,
      message: 'Half way',
    });
    await tracker.updateProgress(job.jobId, 6, 10, 'Further');
    await clock.advance(50);
    expect(await rowOf(job.jobId)).toMatchObject({
      progress_current: 6,
      progress_total: 10,
      progress_message: 'Further',
    });
  });

  test('a message is one line, and a count is valid', async () => {
    const { tracker } = setup();
    const job = await tracker.createJob('scrape');
    await job.updateProgress(Number.NaN, -3, 'one\r\n\r\nevent: jobs\ndata: forged\u2028');
    expect(tracker.getJob(job.jobId)?.progress).toEqual({
      current: 0,
      total: 0,
      message: 'one event: jobs data: forged ',
    });
  });
});

describe('FEATURES 4: cancelling a tracked job', () => {
  test('aborts its signal, shows cancelling, and ends cancelled when the caller stops', async () => {
    const { tracker } = setup();
    const job = await tracker.createJob('scrape');

    expect(await tracker.cancelJob(job.jobId)).toBe(true);
    expect(job.signal.aborted).toBe(true);
    expect(job.isCancelled()).toBe(true);
    expect(tracker.getJob(job.jobId)?.status).toBe('cancelling');

    await tracker.completeJob(job.jobId, true);
    expect(tracker.getJob(job.jobId)?.status).toBe('cancelled');
  });

  test('a late failure does not overwrite the cancel', async () => {
    const { tracker } = setup();
    const { jobId } = await tracker.createJob('scrape');
    await tracker.cancelJob(jobId);
    await tracker.completeJob(jobId, false, 'aborted');
    expect(tracker.getJob(jobId)).toMatchObject({ status: 'cancelled', errors: [] });
  });

  test('G4: while it waits for its caller, the card and the note say so', async () => {
    const { tracker, clock } = setup({ cancelGraceMs: 10_000 });
    const { jobId } = await tracker.createJob('scrape');
    await tracker.cancelJob(jobId);
    const waiting = tracker.getJob(jobId) as Job;
    const card = String(JobCard({ view: { job: waiting }, now: new Date() }));
    expect(card).toContain('Waiting for its program to stop');
    await clock.advance(10_000);
    expect(tracker.getJob(jobId)?.errorMessage).toBe(
      'Stopped by force: its program had not ended it 10 s after the cancel.',
    );
  });

  test('a caller that never stops is fenced off after the grace, with a note', async () => {
    const { tracker, clock } = setup({ cancelGraceMs: 10_000 });
    const job = await tracker.createJob('scrape');
    await tracker.cancelJob(job.jobId);
    await clock.advance(9_999);
    expect(tracker.getJob(job.jobId)?.status).toBe('cancelling');
    await clock.advance(1);
    expect(tracker.getJob(job.jobId)).toMatchObject({
      status: 'cancelled',
      errorMessage: expect.stringContaining('by force'),
    });

    await tracker.completeJob(job.jobId, true);
    await tracker.updateProgress(job.jobId, 1, 1, 'still here');
    await clock.advance(100);
    expect(tracker.getJob(job.jobId)).toMatchObject({
      status: 'cancelled',
      progress: { current: 0 },
    });
  });

  test('is false for an unknown job and for one that has ended', async () => {
    const { tracker } = setup();
    const { jobId } = await tracker.createJob('scrape');
    await tracker.completeJob(jobId, true);
    expect(await tracker.cancelJob(jobId)).toBe(false);
    expect(await tracker.cancelJob('scrape-unknown')).toBe(false);
    expect(tracker.getJob(jobId)?.status).toBe('completed');
  });
});

describe('FEATURES 2: subscribing', () => {
  test('gives all jobs at every change of state, newest first, until unsubscribed', async () => {
    const { tracker, clock } = setup();
    const heard: string[][] = [];
    const unsubscribe = tracker.subscribe((jobs) =>
      heard.push(jobs.map(({ type, status }) => `${type} ${status}`)),
    );
    const first = await tracker.createJob('scrape');
    await clock.advance(1);
    await tracker.createJob('search');
    await tracker.completeJob(first.jobId, true);
    await consequences();
    expect(heard).toEqual([
      ['scrape running'],
      ['search running', 'scrape running'],
      ['search running', 'scrape completed'],
    ]);

    unsubscribe();
    await tracker.createJob('embed');
    await consequences();
    expect(heard).toHaveLength(3);
  });

  test('gives progress every 50 ms at most, and always the last value', async () => {
    const { tracker, clock } = setup();
    const job = await tracker.createJob('scrape');
    await clock.advance(100);
    const heard: number[] = [];
    tracker.subscribe(([first]) => heard.push(first?.progress.current ?? -1));
    for (let done = 1; done <= 1_000; done++) {
      await job.updateProgress(done, 1_000, 'Counting');
      if (done % 10 === 0) await clock.advance(1);
    }
    await clock.advance(50);
    expect(heard.length).toBeLessThanOrEqual(4);
    expect(heard.at(-1)).toBe(1_000);
  });

  test('a subscriber that throws does not affect the others', async () => {
    const { tracker } = setup();
    let heard = 0;
    tracker.subscribe(() => {
      throw new Error('broken subscriber');
    });
    tracker.subscribe(() => heard++);
    await tracker.createJob('scrape');
    await consequences();
    expect(heard).toBe(1);
  });
});

test('removing: an ended job is deleted, an active one only by force, and its signal aborts', async () => {
  const { tracker } = setup();
  const job = await tracker.createJob('scrape');
  expect(await tracker.removeJob(job.jobId)).toBe(false);
  expect(await tracker.removeJob(job.jobId, { force: true })).toBe(true);
  expect(job.signal.aborted).toBe(true);
  expect(tracker.getJob(job.jobId)).toBeUndefined();

  const ended = await tracker.createJob('scrape');
  await tracker.completeJob(ended.jobId, true);
  expect(await tracker.removeJob(ended.jobId)).toBe(true);
  expect(await tracker.removeJob(ended.jobId)).toBe(false);
});

test('stopping the process fails tracked jobs as interrupted', async () => {
  const { tracker } = setup();
  const job = await tracker.createJob('scrape');
  await tracker.stop();
  expect(tracker.getJob(job.jobId)).toMatchObject({
    status: 'failed',
    errorMessage: expect.stringMatching(/^Interrupted: /),
  });
  expect(job.signal.aborted).toBe(true);
});

test('the database refuses an unknown status, and an end without its time', async () => {
  const { tracker, database } = setup();
  const { jobId } = await tracker.createJob('scrape');
  const set = (sql: string) => database.run(`UPDATE jobs SET ${sql} WHERE id = '${jobId}'`);
  for (const sql of ["status = 'done'", "status = 'completed', owner = NULL", 'completed_at = 1']) {
    await expect(set(sql)).rejects.toThrow(/check constraint/i);
  }
  expect(JOB_STATUSES).toHaveLength(7);
});
